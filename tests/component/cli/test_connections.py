"""Adding, showing and switching connections."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from severa_fortnox.store.log import Outcome

ADD = ("connection", "add", "acme", "--name", "Acme AB", "--fortnox-tenant", "4711")


def test_adding_checks_both_systems_and_keeps_secrets_settings_and_the_connection(office: Any, vendors: Any) -> None:
    result = office.run(*ADD, "--secrets", "-", stdin=vendors.secrets_json)

    assert result.exit_code == 0, result.output
    added = json.loads(result.stdout)
    assert added["id"] == "acme"
    assert added["fortnox_company"] == "Sandlådan Konsult AB"
    assert "Ready for transfer" in added["severa_statuses"]
    assert "Sandlådan Konsult AB" in result.stderr
    assert office.secret("connection/acme") == {
        "severa_client_id": "severa-id",
        "severa_client_secret": "severa-secret",
    }
    assert office.secret("fortnox-app") == vendors.SECRETS["fortnox_app"]
    stored = office.store.settings.get("acme")
    assert stored.version == 1
    assert abs(stored.settings.activated_on.timestamp() - time.time()) < 60
    assert office.store.connections.get("acme").active


def test_a_second_connection_needs_no_fortnox_app(office: Any, vendors: Any, connected: str) -> None:
    only_severa = json.dumps({"severa_client_id": "severa-id", "severa_client_secret": "severa-secret"})

    result = office.run(
        "connection", "add", "beta", "--name", "Beta", "--fortnox-tenant", "4711", "--secrets", "-", stdin=only_severa
    )

    assert result.exit_code == 0, result.output
    assert [each["id"] for each in office.json("connection", "list")] == ["acme", "beta"]


def test_secrets_come_from_a_file(office: Any, vendors: Any, tmp_path: Path) -> None:
    file = tmp_path / "secrets.json"
    file.write_text(vendors.secrets_json)

    assert office.run(*ADD, "--secrets", str(file)).exit_code == 0
    assert office.secret("connection/acme")["severa_client_secret"] == "severa-secret"


def test_a_person_is_asked_without_echo_and_confirms_the_names_of_both(office: Any, vendors: Any) -> None:
    typed = "severa-id\nsevera-secret\nfortnox-id\nfortnox-secret\ny\n"

    result = office.at_terminal(*ADD, types=typed)

    assert result.exit_code == 0, result.output
    assert "Connect this Severa organisation to Sandlådan Konsult AB as acme (Acme AB)?" in result.output
    assert "severa-secret" not in result.output
    assert "fortnox-secret" not in result.output
    assert office.secret("fortnox-app")["client_secret"] == "fortnox-secret"


def test_saying_no_keeps_nothing(office: Any, vendors: Any) -> None:
    result = office.at_terminal(*ADD, types="severa-id\nsevera-secret\nfortnox-id\nfortnox-secret\nn\n")

    assert result.exit_code == 1
    assert not office.has_secrets()
    assert office.store.connections.all() == []


def test_interrupting_a_question_keeps_nothing(office: Any) -> None:
    result = office.at_terminal(*ADD, types="severa-id\n")

    assert result.exit_code == 130
    assert not office.has_secrets()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"severa_client_secret": "wrong"}, "Severa"),
        ({"fortnox_app": {"client_id": "fortnox-id", "client_secret": "wrong"}}, "Fortnox"),
    ],
)
def test_a_failed_check_keeps_nothing_and_says_who_refused(
    office: Any, vendors: Any, change: dict[str, Any], words: str
) -> None:
    result = office.run(*ADD, "--secrets", "-", stdin=json.dumps({**vendors.SECRETS, **change}))

    assert result.exit_code == 1
    assert f"the check failed, and nothing was saved: {words}" in result.stderr
    assert "Fix: " in result.stderr
    assert "--no-check" in result.stderr
    assert not office.has_secrets()
    assert office.store.connections.all() == []


def test_without_the_check_nobody_is_called(office: Any) -> None:
    secrets = json.dumps({"severa_client_secret": "s", "fortnox_app": {"client_id": "f", "client_secret": "g"}})

    result = office.run(*ADD, "--severa-client-id", "c", "--no-check", "--off", "--secrets", "-", stdin=secrets)

    assert result.exit_code == 0, result.output
    assert office.secret("connection/acme")["severa_client_id"] == "c"
    assert not office.store.connections.get("acme").active


def test_a_refresh_token_is_stored_before_it_is_spent(office: Any, vendors: Any) -> None:
    first = vendors.fortnox.grants.issue_refresh()
    secrets = json.dumps({**vendors.SECRETS, "fortnox_refresh_token": first})

    result = office.run(*ADD, "--fortnox-grant", "refresh_token", "--secrets", "-", stdin=secrets)

    assert result.exit_code == 0, result.output
    stored = office.store.tokens.pair("acme")
    assert stored.refresh != first
    assert vendors.fortnox.grants.use_refresh(stored.refresh)


def test_the_refresh_grant_asks_for_a_refresh_token(office: Any, vendors: Any) -> None:
    result = office.run(*ADD, "--fortnox-grant", "refresh_token", "--secrets", "-", stdin=vendors.secrets_json)

    assert result.exit_code == 1
    assert "fortnox_refresh_token" in result.stderr


@pytest.mark.parametrize(
    ("stdin", "said"),
    [
        ("{", "not JSON (line 1, column 2)"),
        ("[]", "not a JSON object"),
        ('{"severa_client_id": "visible"}', "severa_client_secret: Field required"),
        ('{"severa_client_id": "visible", "severa_client_secret": ""}', "severa_client_secret"),
        ('{"severa_client_id": "a", "severa_client_secret": "visible", "typo": 1}', "typo: Extra inputs"),
        ('{"severa_client_id": "a", "severa_client_secret": "visible"}', "Fortnox app of this stack is not stored"),
    ],
)
def test_secrets_that_are_not_usable_are_described_and_never_quoted(office: Any, stdin: str, said: str) -> None:
    result = office.run(*ADD, "--secrets", "-", stdin=stdin)

    assert result.exit_code == 1
    assert said in result.stderr
    assert "visible" not in result.output
    assert not office.has_secrets()


def test_without_a_terminal_the_secrets_must_come_along(office: Any) -> None:
    result = office.run(*ADD)

    assert result.exit_code == 2
    assert "--secrets" in result.stderr


def test_a_file_of_secrets_that_is_not_there(office: Any) -> None:
    result = office.run(*ADD, "--secrets", "nowhere.json")

    assert result.exit_code == 1
    assert "nowhere.json cannot be read: No such file" in result.stderr


def test_an_id_that_is_taken_is_refused_before_anything_is_asked(office: Any) -> None:
    office.connection("acme")

    result = office.run(*ADD)

    assert result.exit_code == 1
    assert "there is a connection 'acme' already" in result.stderr
    assert "severa-fortnox connection secrets acme" in result.stderr


def test_another_fortnox_app_is_refused(office: Any, vendors: Any, connected: str) -> None:
    other = {**vendors.SECRETS, "fortnox_app": {"client_id": "other", "client_secret": "x"}}

    result = office.run(
        *("connection", "add", "beta", "--name", "B", "--fortnox-tenant", "1", "--secrets", "-"),
        stdin=json.dumps(other),
    )

    assert result.exit_code == 1
    assert "client id fortnox-id" in result.stderr
    assert office.secret("fortnox-app")["client_id"] == "fortnox-id"


@pytest.mark.parametrize(
    "words",
    [
        ("connection", "add", "Acme!", "--name", "A", "--fortnox-tenant", "1"),
        (*ADD, "--fortnox-grant", "password"),
        ("connection", "add", "acme"),
    ],
)
def test_a_line_that_cannot_be_meant_is_a_usage_error(office: Any, words: tuple[str, ...]) -> None:
    assert office.run(*words).exit_code == 2


def test_new_secrets_are_checked_and_replace_the_old_ones(office: Any, vendors: Any, connected: str) -> None:
    vendors.severa_simulator.access.add_client("severa-id", "renewed")
    wrong = json.dumps({"severa_client_id": "severa-id", "severa_client_secret": "severa-secret"})
    right = json.dumps({"severa_client_id": "severa-id", "severa_client_secret": "renewed"})

    refused = office.run("connection", "secrets", "acme", "--secrets", "-", stdin=wrong)
    taken = office.run("connection", "secrets", "acme", "--secrets", "-", stdin=right)

    assert (refused.exit_code, taken.exit_code) == (1, 0)
    assert office.secret("connection/acme")["severa_client_secret"] == "renewed"


def test_replacing_the_fortnox_app_names_every_connection_it_touches(office: Any, vendors: Any, connected: str) -> None:
    office.connection("beta")
    other = json.dumps({**vendors.SECRETS, "fortnox_app": {"client_id": "other", "client_secret": "x"}})
    words = ("connection", "secrets", "acme", "--no-check", "--secrets", "-")

    refused = office.run(*words, stdin=other)
    agreed = office.run(*words, "--yes", stdin=other)

    assert refused.exit_code == 2
    assert "every connection of the stack: acme, beta" in refused.stderr
    assert agreed.exit_code == 0
    assert office.secret("fortnox-app")["client_id"] == "other"


def test_the_list_has_one_line_a_connection_in_the_order_of_ids(office: Any) -> None:
    office.connection("beta", active=False)
    office.connection("acme")
    office.problem("g-1", name="invoice 1042 Kund")

    rows = office.json("connection", "list")
    table = office.run("--no-json", "connection", "list").stdout.splitlines()

    assert [(row["id"], row["active"], row["problems"]) for row in rows] == [("acme", True, 1), ("beta", False, 0)]
    assert table[0].split() == ["ID", "NAME", "ON", "FORTNOX", "TENANT", "GRANT", "PROBLEMS"]
    assert table[1].split() == ["acme", "Acme", "AB", "yes", "4711", "client_credentials", "1"]


def test_an_empty_list_is_no_line_and_says_how_to_add_one(office: Any) -> None:
    result = office.run("--no-json", "connection", "list")

    assert result.exit_code == 0
    assert result.stdout == ""
    assert "connection add" in result.stderr


def test_showing_a_connection_names_its_statuses_problems_and_latest_log(
    office: Any, vendors: Any, connected: str
) -> None:
    office.settings("acme", ready_status=vendors.guid("Ready for transfer"))
    office.problem("g-1", name="invoice 1042 Kund")
    office.logged("g-1", at=1_800_000_000, name="invoice 1042 Kund", ended=Outcome.REFUSED)

    (shown,) = office.json("connection", "show", "acme")
    text = office.run("--no-json", "connection", "show", "acme").stdout

    assert shown["settings_version"] == 2
    assert shown["statuses"]["ready_status"]["name"] == "Ready for transfer"
    assert shown["statuses"]["paid_status"] is None
    assert [problem["name"] for problem in shown["problems"]] == ["invoice 1042 Kund"]
    assert [entry["outcome"] for entry in shown["log"]] == ["refused"]
    assert "Ready for transfer" in text
    assert "The unit dag (row 1) does not exist in Fortnox" in text


def test_showing_works_without_severa(office: Any) -> None:
    office.connection()
    office.settings("acme", ready_status="guid-of-ready")

    result = office.run("connection", "show", "acme")

    assert result.exit_code == 0
    assert json.loads(result.stdout)["statuses"]["ready_status"] == {"guid": "guid-of-ready", "name": None}
    assert "Warning: statuses are shown without their names" in result.stderr


def test_switching_off_and_on(office: Any) -> None:
    office.connection()

    assert office.json("connection", "off", "acme") == [{"id": "acme", "active": False, "changed": True}]
    assert not office.store.connections.get("acme").active
    assert office.json("connection", "off", "acme")[0]["changed"] is False
    assert office.json("connection", "on", "acme")[0]["changed"] is True
    assert office.store.connections.get("acme").active


def test_switching_on_warns_of_settings_without_which_nothing_goes(office: Any) -> None:
    office.connection(active=False)

    result = office.run("connection", "on", "acme")

    assert result.exit_code == 0
    assert "the setting ready_status is empty" in result.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("connection", "show", "acne"),
        ("connection", "on", "acne"),
        ("connection", "secrets", "acne"),
        ("settings", "show", "acne"),
        ("settings", "set", "acne", "attachments", "yes"),
        ("settings", "history", "acne"),
        ("poll", "acne"),
        ("log", "acne"),
        ("problems", "acne"),
        ("retry", "acne", "all", "--yes"),
    ],
)
def test_an_unknown_connection_is_answered_with_those_there_are(office: Any, words: tuple[str, ...]) -> None:
    office.connection("acme")
    office.connection("beta")

    result = office.run(*words)

    assert result.exit_code == 1
    assert "there is no connection 'acne'" in result.stderr
    assert "the connections are: acme, beta" in result.stderr
