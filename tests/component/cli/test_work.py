"""Polls, the log, problems and retries."""

from __future__ import annotations

import json
from typing import Any

import pytest

from severa_fortnox.errors import System
from severa_fortnox.store.links import Link
from severa_fortnox.store.log import Entry, Outcome
from severa_fortnox.work import Cause, Kind, Work

GUID = "0b7f1a52-93a7-4b1c-a1e6-1f6f8a5b0c01"
OTHER = "0b7f1a52-93a7-4b1c-a1e6-1f6f8a5b0c02"


def test_a_poll_of_one_connection_is_asked_for(office: Any) -> None:
    office.connection("acme")
    office.connection("beta")

    assert office.json("poll", "acme") == [{"connection": "acme", "asked": "poll"}]
    assert office.queued("polls") == ["acme"]


def test_a_poll_of_all_leaves_out_those_that_are_off(office: Any) -> None:
    office.connection("acme")
    office.connection("beta", active=False)
    office.connection("cesar")

    result = office.run("--no-json", "poll")

    assert result.stdout.splitlines() == ["Asked for a poll of acme (Acme AB).", "Asked for a poll of cesar (Acme AB)."]
    assert sorted(office.queued("polls")) == ["acme", "cesar"]


@pytest.mark.parametrize("words", [("poll", "acme"), ("retry", "acme", GUID, "--yes")])
def test_nothing_is_asked_of_a_connection_that_is_off(office: Any, words: tuple[str, ...]) -> None:
    office.connection("acme", active=False)

    result = office.run(*words)

    assert result.exit_code == 1
    assert "severa-fortnox connection on acme" in result.stderr
    assert office.queued("polls") == office.queued("invoices") == []


def test_a_poll_of_nothing_fails(office: Any) -> None:
    assert office.run("poll").exit_code == 1


def test_the_log_of_all_connections_has_the_newest_first(office: Any) -> None:
    office.connection("acme")
    office.connection("beta")
    office.logged(GUID, at=1_800_000_000, name="invoice 1 A", ended=Outcome.TRANSFERRED)
    office.logged(GUID, at=1_800_000_200, name="invoice 1 A", ended=Outcome.SKIPPED)
    office.logged(OTHER, at=1_800_000_100, name="invoice 2 B", ended=Outcome.REFUSED, connection="beta")

    entries = office.json("log")

    assert [entry["at"] for entry in entries] == [
        "2027-01-15T08:03:20Z",
        "2027-01-15T08:01:40Z",
        "2027-01-15T08:00:00Z",
    ]
    assert [entry["connection"] for entry in entries] == ["acme", "beta", "acme"]
    assert [entry["id"] for entry in office.json("log", "--limit", "1")] == [GUID]


def test_the_log_can_be_narrowed(office: Any) -> None:
    office.connection("acme")
    office.logged(GUID, at=1_800_000_000, name="invoice 1 A", ended=Outcome.REFUSED)
    office.logged(GUID, at=1_800_000_001, name="invoice 1 A", ended=Outcome.NOTHING_TO_DO)
    office.logged(OTHER, at=1_800_000_002, name="invoice 2 B", ended=Outcome.REFUSED)

    refused = office.json("log", "acme", "--outcome", "refused")
    of_one = office.json("log", "acme", "--of", "invoice", GUID)
    both = office.json("log", "--of", "invoice", GUID, "--outcome", "nothing to do")

    assert [entry["id"] for entry in refused] == [OTHER, GUID]
    assert [entry["outcome"] for entry in of_one] == ["nothing to do", "refused"]
    assert [entry["outcome"] for entry in both] == ["nothing to do"]


def test_the_log_as_a_table_wraps_nothing_in_a_pipe(office: Any) -> None:
    office.connection("acme")
    name = "invoice 1042 " + "Å" * 300
    office.logged(GUID, at=1_800_000_000, name=name, ended=Outcome.TRANSFERRED)

    lines = office.run("--no-json", "log").stdout.splitlines()

    assert len(lines) == 2
    assert name in lines[1]
    assert "\x1b" not in lines[1]


def test_the_log_of_a_linked_record_is_found_by_its_number_in_fortnox(office: Any) -> None:
    office.connection("acme")
    office.store.links.bind("acme", Link(Kind.CUSTOMER, GUID, "10004", {}, "number", 1.0))
    office.store.log.add(
        Entry("acme", 1_800_000_000, Kind.CUSTOMER, GUID, Outcome.LINKED, "linked", Cause.POLL, "customer 10004 A")
    )

    assert [entry["id"] for entry in office.json("log", "--of", "customer", "10004")] == [GUID]
    unknown = office.run("--no-json", "log", "--of", "customer", "10005")
    assert "named by its guid" in unknown.stderr


def test_an_empty_log_is_no_line(office: Any) -> None:
    office.connection("acme")

    assert office.json("log") == []
    assert "nothing" in office.run("--no-json", "log").stderr


@pytest.mark.parametrize("words", [("--outcome", "lost"), ("--limit", "0"), ("--of", "invoice"), ("--of", "bill", "1")])
def test_a_filter_that_does_not_exist_is_a_usage_error(office: Any, words: tuple[str, ...]) -> None:
    assert office.run("log", *words).exit_code == 2


def test_problems_say_what_why_what_to_do_who_and_since_when(office: Any) -> None:
    office.connection("acme")
    office.problem(GUID, name="invoice 1042 Björk")
    office.problem(GUID, name="invoice 1042 Björk")

    (problem,) = office.json("problems", "acme")
    result = office.run("--no-json", "problems")

    assert (problem["name"], problem["count"], problem["id"]) == ("invoice 1042 Björk", 2, GUID)
    (reason,) = problem["reasons"]
    assert reason["code"] == "unit-missing"
    assert reason["cause"] == "The unit dag (row 1) does not exist in Fortnox"
    assert reason["who"] == "a Fortnox administrator"
    assert problem["since"].endswith("Z")
    assert "met 2 times" in result.stdout
    assert "Why: The unit dag (row 1) does not exist in Fortnox." in result.stdout
    assert "Fix: Add the unit in Fortnox" in result.stdout
    assert f"Then: severa-fortnox retry acme {GUID}" in result.stdout
    assert "1 problem open." in result.stderr


def test_no_problems_is_said(office: Any) -> None:
    office.connection("acme")

    result = office.run("problems")

    assert result.exit_code == 0
    assert result.stdout == ""
    assert "No problems are open" in result.stderr
    assert "severa-fortnox report acme" in office.run("problems", "acme").stderr


def test_a_retry_names_its_victims_and_asks(office: Any) -> None:
    office.connection("acme")
    office.problem(GUID, name="invoice 1042 Björk")
    office.problem(OTHER, name="invoice 1043 Ek")
    office.problem("fortnox", name="connection Acme AB", kind="connection")

    result = office.at_terminal("--no-json", "retry", "acme", types="y\n")

    assert result.exit_code == 0, result.output
    assert "Look again at 2 invoices of Acme AB: invoice 1042 Björk; invoice 1043 Ek?" in result.output
    assert sorted(map(json.loads, office.queued("invoices")), key=lambda work: work["id"]) == [
        {"connection": "acme", "kind": "invoice", "id": GUID, "cause": "person"},
        {"connection": "acme", "kind": "invoice", "id": OTHER, "cause": "person"},
    ]


def test_a_retry_that_is_declined_does_nothing(office: Any) -> None:
    office.connection("acme")
    office.problem(GUID, name="invoice 1042 Björk")

    assert office.at_terminal("retry", "acme", types="n\n").exit_code == 1
    assert office.queued("invoices") == []


def test_a_retry_where_nobody_can_be_asked_says_what_to_run(office: Any) -> None:
    office.connection("acme")
    office.problem(GUID, name="invoice 1042 Björk")

    result = office.run("--stage", "staging", "retry", "acme", "all")

    assert result.exit_code == 2
    assert "invoice 1042 Björk" in result.stderr
    assert "severa-fortnox --stage staging retry acme all --yes" in result.stderr
    assert office.queued("invoices") == []


@pytest.mark.parametrize("target", [GUID, GUID.upper(), "1042"])
def test_a_retry_of_one_invoice(office: Any, target: str) -> None:
    office.connection("acme")
    office.problem(GUID, name="invoice 1042 Björk")
    office.problem(OTHER, name="invoice 1043 Ek")

    (asked,) = office.json("retry", "acme", target, "--yes")

    assert asked["name"] == "invoice 1042 Björk"
    assert [Work.from_json(body) for body in office.queued("invoices")] == [
        Work("acme", Kind.INVOICE, GUID, Cause.PERSON)
    ]


def test_a_retry_of_an_invoice_without_problem_takes_its_name_from_the_log(office: Any) -> None:
    office.connection("acme")
    office.logged(GUID, at=1_800_000_000, name="invoice 7 Alm", ended=Outcome.TRANSFERRED)

    assert office.json("retry", "acme", GUID, "--yes")[0]["name"] == "invoice 7 Alm"


def test_a_draft_is_meant_by_the_beginning_of_its_guid(office: Any) -> None:
    office.connection("acme")
    office.problem(GUID, name="invoice draft 0b7f1a52 Björk")

    assert office.json("retry", "acme", "0b7f1a52", "--yes")[0]["id"] == GUID
    assert office.run("retry", "acme", "draft", "--yes").exit_code == 1


def test_the_same_retry_twice_is_queued_twice(office: Any) -> None:
    office.connection("acme")

    for _ in range(2):
        assert office.run("retry", "acme", GUID, "--yes").exit_code == 0
    attributes = office.aws["sqs"].get_queue_attributes(QueueUrl=office.queues["invoices"], AttributeNames=["All"])

    assert attributes["Attributes"]["ApproximateNumberOfMessages"] == "2"


def test_a_retry_of_something_unknown_lists_what_there_is(office: Any) -> None:
    office.connection("acme")
    office.problem(GUID, name="invoice 1042 Björk")

    result = office.run("retry", "acme", "9999", "--yes")

    assert result.exit_code == 1
    assert f"invoice 1042 Björk ({GUID})" in result.stderr


def test_a_retry_of_nothing_fails_and_points_to_the_poll(office: Any) -> None:
    office.connection("acme")
    office.problem("fortnox", name="connection Acme AB", kind="connection")

    result = office.run("retry", "acme", "--yes")

    assert result.exit_code == 1
    assert "severa-fortnox poll acme" in result.stderr


def test_problems_of_registers_are_retried_where_they_are_worked_on(office: Any) -> None:
    office.connection("acme")
    office.problem(GUID, name="invoice 1042 Björk")
    office.problem(OTHER, name="customer 1001 Björk", kind="customer", system="severa")
    office.problem("A-7", name="product A-7 Kabel", kind="product", system="fortnox")

    asked = office.json("retry", "acme", "--yes")

    assert [(each["kind"], each["id"], each["system"]) for each in asked] == [
        ("invoice", GUID, "severa"),
        ("customer", OTHER, "severa"),
        ("product", "A-7", "fortnox"),
    ]
    assert [Work.from_json(body) for body in office.queued("invoices")] == [
        Work("acme", Kind.INVOICE, GUID, Cause.PERSON)
    ]
    works = sorted((Work.from_json(body) for body in office.queued("registers")), key=lambda work: work.kind)
    assert works == [
        Work("acme", Kind.CUSTOMER, OTHER, Cause.PERSON),
        Work("acme", Kind.PRODUCT, "A-7", Cause.PERSON, System.FORTNOX),
    ]


@pytest.mark.parametrize(("target", "id"), [("1001", OTHER), ("A-7", "A-7"), (OTHER.upper(), OTHER)])
def test_a_retry_of_one_register_record(office: Any, target: str, id: str) -> None:
    office.connection("acme")
    office.problem(OTHER, name="customer 1001 Björk", kind="customer", system="severa")
    office.problem("A-7", name="product A-7 Kabel", kind="product", system="fortnox")

    [asked] = office.json("retry", "acme", target, "--yes")

    assert asked["id"] == id


def test_a_number_that_means_several_is_narrowed_by_kind(office: Any) -> None:
    office.connection("acme")
    office.problem(GUID, name="invoice 1001 Björk")
    office.problem("1001", name="customer 1001 Björk", kind="customer", system="fortnox")

    several = office.run("retry", "acme", "1001", "--yes")
    [asked] = office.json("retry", "acme", "1001", "--kind", "customer", "--yes")

    assert several.exit_code == 1
    assert "means several records" in several.stderr and f"invoice 1001 Björk ({GUID})" in several.stderr
    assert (asked["kind"], asked["system"]) == ("customer", "fortnox")
    assert office.queued("invoices") == []


def test_what_problems_suggest_looks_at_that_record_and_no_other(office: Any) -> None:
    office.connection("acme")
    office.problem(GUID, name="invoice 1001 Kund AB")
    office.problem(OTHER, name="customer 1001 Kund AB", kind="customer", system="severa")
    office.problem("1001", name="customer 1001 Kund AB", kind="customer", system="fortnox")
    office.problem("1001", name="project 1001 Webb", kind="project", system="fortnox")

    lines = office.run("--no-json", "problems", "acme").stdout.splitlines()

    suggested = [line.split("severa-fortnox ")[1].split() for line in lines if "Then:" in line]
    asked = [office.json(*words, "--yes") for words in suggested]
    assert sorted((one["kind"], one["id"]) for [one] in asked) == [
        ("customer", OTHER),
        ("customer", "1001"),
        ("invoice", GUID),
        ("project", "1001"),
    ]


def test_a_code_with_a_space_is_meant_by_its_code(office: Any) -> None:
    office.connection("acme")
    office.problem(OTHER, name="product A 1 Kabel", kind="product", system="severa")
    office.problem(GUID, name="product A 12 Kabel", kind="product", system="severa")

    assert [each["id"] for each in office.json("retry", "acme", "A 1", "--yes")] == [OTHER]
    assert office.run("retry", "acme", "1", "--yes").exit_code == 1


def test_a_retry_of_a_customer_without_problem_is_known_from_the_log(office: Any) -> None:
    office.connection("acme")
    office.store.log.add(
        Entry("acme", 1.0, Kind.CUSTOMER, OTHER, Outcome.LINKED, "It was linked", Cause.PERSON, "customer 7 Alm")
    )

    [asked] = office.json("retry", "acme", OTHER, "--yes")

    assert (asked["kind"], asked["name"]) == ("customer", "customer 7 Alm")


def test_a_problem_of_a_register_says_whose_record_it_is_and_what_to_run(office: Any) -> None:
    office.connection("acme")
    office.problem("A-7", name="product A-7 Kabel", kind="product", system="fortnox")
    office.problem("registers", name="the registers of Acme AB", kind="connection")
    office.problem("registers#product", name="the products of Acme AB", kind="connection")

    text = office.run("--no-json", "problems", "acme").stdout

    assert "  In Fortnox: A-7" in text
    assert "Then: severa-fortnox retry acme A-7 --kind product" in text
    assert "Then: severa-fortnox report acme products" in text
    assert "  Then: severa-fortnox report acme" in text.splitlines()
    again = office.run("retry", "acme", "all", "--kind", "customer", "--yes")
    assert again.exit_code == 1 and "no customer of acme has an open problem" in again.stderr
