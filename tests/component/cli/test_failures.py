"""Every failure is one message with its fix and a stable exit code; a trace only with --debug."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.parsers import ResponseParserError
from typer.testing import CliRunner

from severa_fortnox.errors import Busy, RateLimited, Rejected, Retryable, System
from severa_fortnox_cli.failures import explained
from severa_fortnox_cli.main import app
from severa_fortnox_cli.stack import OUTPUTS, PARAMETERS


def _run(*words: str) -> Any:
    return CliRunner().invoke(app, list(words))


def test_a_stack_that_is_not_there_is_answered_with_those_there_are(office: Any) -> None:
    result = office.run("--stage", "production", "connection", "list")

    assert result.exit_code == 1
    assert "Error (severa-fortnox-production): there is no stack severa-fortnox-production in eu-north-1" in (
        result.stderr
    )
    assert "stacks of this kind here: severa-fortnox-staging" in result.stderr


def test_the_stack_may_have_any_name(office: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    office.cloudformation.stacks["ours"] = office.cloudformation.stacks.pop("severa-fortnox-staging")

    assert office.run("--stack", "ours", "connection", "list").exit_code == 0
    monkeypatch.setenv("SEVERA_FORTNOX_STACK", "ours")
    assert office.run("connection", "list").exit_code == 0


def test_a_stack_without_an_output_says_which(office: Any) -> None:
    outputs, _ = office.cloudformation.stacks["severa-fortnox-staging"]
    del outputs["PollQueueUrl"]

    result = office.run("connection", "list")

    assert result.exit_code == 1
    assert "no output PollQueueUrl; its status is UPDATE_COMPLETE" in result.stderr


def test_the_template_has_every_name_that_is_looked_up() -> None:
    sections = re.split(r"^(\w+):.*$", (Path(__file__).parents[3] / "template.yaml").read_text(), flags=re.M)
    template = dict(zip(sections[1::2], sections[2::2], strict=True))

    assert set(OUTPUTS.values()) <= set(re.findall(r"^  (\w+):$", template["Outputs"], flags=re.M))
    assert set(PARAMETERS.values()) <= set(re.findall(r"^  (\w+):$", template["Parameters"], flags=re.M))


def test_missing_aws_credentials_say_how_to_get_them(cloudformation: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)

    result = _run("log")

    assert result.exit_code == 1
    assert "there are no AWS credentials" in result.stderr
    assert "AWS_PROFILE" in result.stderr


def test_a_missing_region_says_how_to_choose_one(cloudformation: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_REGION")
    monkeypatch.delenv("AWS_ENDPOINT_URL_CLOUDFORMATION")

    result = _run("log")

    assert result.exit_code == 1
    assert "Fix: give --region" in result.stderr


def test_an_unknown_profile_is_named(cloudformation: Any) -> None:
    result = _run("--profile", "nobody", "log")

    assert result.exit_code == 1
    assert "nobody" in result.stderr
    assert "Traceback" not in result.output


def test_aws_that_does_not_answer(cloudformation: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_CLOUDFORMATION", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "id")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")

    result = _run("log")

    assert result.exit_code == 1
    assert "AWS does not answer" in result.stderr
    assert "AWS_ENDPOINT_URL" in result.stderr


def test_an_interrupt_ends_with_130_and_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        aws = {
            "AWS_ACCESS_KEY_ID": "id",
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_REGION": "eu-north-1",
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{silent.getsockname()[1]}",
            "PYTHONPATH": os.pathsep.join(sys.path),
        }
        command = [sys.executable, "-m", "severa_fortnox_cli.main", "log"]
        # A job in the background of a shell starts with the signal ignored, and its children inherit that.
        listening = signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            started = subprocess.Popen(command, env={**os.environ, **aws}, stderr=subprocess.PIPE, text=True)
        finally:
            signal.signal(signal.SIGINT, listening)
        with started as process:
            connection, _ = silent.accept()
            with connection:
                connection.recv(1)  # it is waiting for AWS now
                process.send_signal(signal.SIGINT)
                _, said = process.communicate(timeout=30)

    assert process.returncode == 130
    assert said.strip() == "Interrupted; what was not reported above was not done."


def test_a_table_that_is_gone_is_one_message(office: Any) -> None:
    office.aws["dynamodb"].delete_table(TableName=office.state_table)

    result = office.run("connection", "list")

    assert result.exit_code == 1
    assert "AWS refused Query" in result.stderr
    assert "Traceback" not in result.output


def test_the_trace_is_shown_only_with_debug_and_the_code_stays(office: Any) -> None:
    plain = office.run("problems", "acne")
    debugged = office.run("problems", "acne", "--debug")

    assert "Traceback" not in plain.output
    assert "Traceback" in debugged.stderr
    assert plain.exit_code == debugged.exit_code == 1


def test_stored_settings_that_are_not_valid_any_more_are_one_message(office: Any) -> None:
    office.connection("acme")
    office.settings("acme", attachments=True)
    office.aws["dynamodb"].update_item(
        TableName=office.state_table,
        Key={"pk": {"S": "C#acme"}, "sk": {"S": "SETTINGS"}},
        UpdateExpression="SET settings = :broken",
        ExpressionAttributeValues={":broken": {"S": '{"attachments": "perhaps"}'}},
    )

    result = office.run("settings", "show", "acme")

    assert result.exit_code == 1
    assert "attachments: Input should be a valid boolean" in result.stderr


@pytest.mark.parametrize("words", [("--colour",), ("nonsense",), ("settings", "set"), ("log", "a", "b")])
def test_what_is_no_command_is_a_usage_error(office: Any, words: tuple[str, ...]) -> None:
    assert office.run(*words).exit_code == 2


@pytest.mark.parametrize("words", [("--help",), ("retry", "--help"), ("settings", "set", "-h"), ("--version",)])
def test_help_needs_no_aws(words: tuple[str, ...]) -> None:
    assert _run(*words).exit_code == 0


@pytest.mark.parametrize(
    "words",
    [
        ("--json", "connection", "list"),
        ("connection", "--json", "list"),
        ("connection", "list", "--json", "--stage=staging"),
        ("connection", "list", "--stage", "staging", "--json"),
    ],
)
def test_global_options_may_stand_anywhere(office: Any, words: tuple[str, ...]) -> None:
    office.connection("acme")

    result = office.run(*words)

    assert result.exit_code == 0, result.output
    assert result.stdout.startswith('{"id": "acme"')


def test_a_global_option_without_its_value_is_a_usage_error(office: Any) -> None:
    assert office.run("connection", "list", "--stage").exit_code == 2


def test_what_follows_two_dashes_is_no_option(office: Any) -> None:
    office.connection("acme")

    result = office.run("settings", "set", "acme", "--", "fallback_article", "--json")

    assert result.exit_code == 0, result.output
    assert office.store.settings.get("acme").settings.fallback_article == "--json"


def _aws_error(code: str, text: str = "no") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": text}}, "PutItem")


@pytest.mark.parametrize(
    ("error", "cause", "fix"),
    [
        (_aws_error("ExpiredTokenException"), "AWS does not accept the credentials any more", "aws sso login"),
        (_aws_error("AccessDeniedException", "not you"), "AWS does not permit PutItem: not you", "--profile"),
        (
            Retryable("no connection", system=System.SEVERA, operation="GET /v1/invoices"),
            "Severa does not answer: no connection",
            "try again",
        ),
        (RateLimited("too many calls", system=System.FORTNOX, operation="GET"), "Fortnox refuses for pace", "a minute"),
        (Busy("somebody holds it", system=System.STORE, operation="claim"), "somebody holds it", "a minute"),
        (
            Rejected("finns inte", status=400, system=System.FORTNOX, operation="GET", code="2001103"),
            "The Fortnox company has no API licence: finns inte",
            "(a Fortnox administrator)",
        ),
        (ResponseParserError("<html>"), "what answers is not AWS", "AWS_ENDPOINT_URL"),
        (KeyError("x"), "this command failed by a mistake of its own: KeyError: 'x'", "--debug"),
    ],
)
def test_failures_in_words(error: Exception, cause: str, fix: str) -> None:
    told = explained(error)

    assert cause in told.cause
    assert fix in told.fix
    assert told.status == 1
