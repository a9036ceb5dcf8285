"""Loading a register: the preview, what may be chosen, the brake, and what is said when it does not go through."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable
from itertools import chain, repeat
from typing import Any

import pytest

from sandbox.simulator import FaultKind
from severa_fortnox.alerts.catalogue import explain
from severa_fortnox.reason import Reason
from severa_fortnox.store.links import Link
from severa_fortnox.work import Kind
from tests.component.cli.conftest import Office, Registers, Vendors

LOAD = ("load", "customers", "acme", "--create-missing", "--at-once", "1")


def rows(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_a_preview_writes_nothing_anywhere(office: Office, vendors: Vendors, registers: Registers) -> None:
    before, logged = office.remembered(), office.json("log")

    result = office.run(*LOAD)

    assert result.exit_code == 2
    assert vendors.writes() == []
    assert (office.remembered(), office.json("log")) == (before, logged)
    assert {row["number"]: row["what"] for row in rows(result.stdout)} == {
        "1001": "linked",
        "1002": "created in Fortnox",
        "1003": "created in Severa",
        "1004": "left alone",
        "1005": "waits for somebody",
        "1006": "linked",
    }


def test_a_preview_shows_what_will_be_written_with_both_values_and_whose_counts(
    office: Office, registers: Registers
) -> None:
    [same] = [row for row in rows(office.run(*LOAD).stdout) if row["number"] == "1001"]
    text = office.run("--no-json", *LOAD).stdout

    mail = {"field": "e-mail", "severa": "info@example.se", "fortnox": "old@example.se", "owner": "Severa wins"}
    assert mail in same["fields"]
    lines = text.splitlines()
    assert any("1001" in line and "info@example.se" in line and "old@example.se" in line for line in lines)
    assert any("waits for somebody (1)" in line.lower() for line in lines)
    assert "       2  linked, 2 of them then updated in Fortnox" in lines
    assert "IN SEVERA" in text and "IN FORTNOX" in text and "WHOSE COUNTS" in text


def test_what_to_run_to_agree_is_exactly_what_was_shown(office: Office, registers: Registers) -> None:
    words = (*LOAD, "--only", "link", "--number", "1001", "--every-card")

    result = office.run(*words)

    again = "load customers acme --create-missing --only link --number 1001 --every-card --yes"
    assert again in result.stderr


def test_a_person_is_asked_and_may_say_no(office: Office, vendors: Vendors, registers: Registers) -> None:
    result = office.at_terminal(*LOAD, types="n\n")

    assert result.exit_code == 1
    assert "Change 4 customers of Acme AB, overwriting fields of 1 in Fortnox?" in result.output
    assert vendors.writes() == []


def test_a_load_does_it_and_looks_again(office: Office, vendors: Vendors, registers: Registers) -> None:
    result = office.at_terminal("--no-json", *LOAD, types="y\n")

    assert result.exit_code == 0, result.output
    assert "2 customers linked." in result.output and "2 customers updated in Fortnox." in result.output
    assert "1 customer created in Severa." in result.output
    assert "nothing is left to do to the customers; 1 waits for somebody." in result.output
    assert {link.fortnox_id for link in office.store.links.all("acme", Kind.CUSTOMER)} == {
        "1001",
        "1002",
        "1003",
        "1006",
    }
    assert vendors.fortnox.customers["1001"]["Email"] == "info@example.se"
    assert "loaded the customers" in str(office.json("log", "acme", "--of", "customer", "load"))

    made = len(vendors.writes())
    again = office.run(*LOAD, "--yes")
    assert (again.exit_code, len(vendors.writes())) == (0, made)
    assert "Nothing is to be done. 1 waits for somebody." in again.stderr


@pytest.mark.parametrize(
    ("words", "linked", "waiting"),
    [
        (("--only", "link"), {"1001", "1006"}, 1),
        (("--only", "create", "--only", "update"), {"1002", "1003"}, 1),
        (("--number", "1006"), {"1006"}, 0),
        (("--number", "1001", "--number", "1002", "--only", "create"), {"1002"}, 0),
    ],
)
def test_only_what_is_chosen_is_done(
    office: Office, registers: Registers, words: tuple[str, ...], linked: set[str], waiting: int
) -> None:
    result = office.run(*LOAD, *words, "--yes")

    assert result.exit_code == 0, result.output
    assert {link.fortnox_id for link in office.store.links.all("acme", Kind.CUSTOMER)} == linked
    assert rows(result.stdout)[-1] == {"left": 0, "waiting": waiting}


def test_nothing_is_created_when_nothing_is_to_be_created(office: Office, registers: Registers) -> None:
    result = office.run("load", "customers", "acme", "--no-create-missing", "--yes", "--at-once", "1")

    assert result.exit_code == 0, result.output
    assert {link.fortnox_id for link in office.store.links.all("acme", Kind.CUSTOMER)} == {"1001", "1006"}


def test_of_a_record_with_which_nothing_is_to_be_done_only_its_own_reason_is_shown(
    office: Office, registers: Registers
) -> None:
    result = office.run("--no-json", *LOAD, "--number", "1004")

    assert result.exit_code == 0
    assert "prospect" in result.stdout and "Left alone (1)" in result.stdout
    assert "One AB" not in result.stdout and "Waits for somebody" not in result.stdout
    assert result.stderr.endswith("Nothing is to be done.\n")


def test_a_name_steers_no_terminal(office: Office, vendors: Vendors, registers: Registers) -> None:
    vendors.fortnox.add_customer(CustomerNumber="1007", Name="Evil\x1b]0;title\x07\x9b2J AB\u202e")

    for form in ("--json", "--no-json"):
        result = office.run(form, *LOAD)
        assert "Evil" in result.stdout
        assert not set("\x1b\x07\x9b\u202e") & set(result.output)


def test_a_record_may_be_chosen_by_its_guid(office: Office, registers: Registers) -> None:
    for guid in (registers.severa[1006]["guid"], registers.severa[1006]["guid"].upper()):
        result = office.run(*LOAD, "--number", guid)

        assert [row["number"] for row in rows(result.stdout) if row["chosen"]] == ["1006"]


def test_a_number_that_nobody_has_is_a_mistake_and_not_nothing_to_do(office: Office, registers: Registers) -> None:
    result = office.run(*LOAD, "--number", "4711", "--yes")

    assert result.exit_code == 2
    assert "no customer in either system has the number 4711" in result.stderr


@pytest.mark.parametrize("words", [("load", "suppliers", "acme"), ("load", "customers"), (*LOAD, "--only", "delete")])
def test_what_cannot_be_loaded_is_a_usage_error(office: Office, connected: str, words: tuple[str, ...]) -> None:
    assert office.run(*words).exit_code == 2


def test_the_brake_stops_a_load_until_somebody_releases_it(
    office: Office, vendors: Vendors, registers: Registers
) -> None:
    for number in ("5001", "5002", "5003"):
        link = Link(Kind.CUSTOMER, f"gone-{number}", number, {}, "number", 1.0)
        office.store.links.bind("acme", link)

    braked = office.run(*LOAD, "--number", "1006", "--yes")
    assert braked.exit_code == 1
    assert "3 of 3 linked customers are missing in Severa" in braked.stderr
    assert "load customers acme --create-missing --number 1006 --release-brake" in braked.stderr
    assert vendors.writes() == [] and "linked" in braked.stdout

    released = office.run(*LOAD, "--number", "1006", "--yes", "--release-brake")
    assert released.exit_code == 0, released.output
    assert "the brake is released" in released.stderr


def test_only_what_is_chosen_can_be_too_much_of_a_change(office: Office, vendors: Vendors, connected: str) -> None:
    for number in range(1, 56):
        vendors.severa.add_product(name=f"Part {number}", code=f"S{number}", unit="h")
        vendors.fortnox.add_article(ArticleNumber=f"S{number}", Description=f"Part {number}", Unit="st")
    vendors.fortnox.add_article(ArticleNumber="NEW", Description="Only here")
    words = ("load", "products", "acme", "--create-missing", "--at-once", "1")

    braked = office.run(*words, "--yes")
    only_new = office.run(*words, "--only", "create", "--yes")

    assert braked.exit_code == 1
    assert "55 of 55 linked products would change at once" in braked.stderr
    assert "report acme products --create-missing. If it is meant: " in braked.stderr
    assert "load products acme --create-missing --release-brake" in braked.stderr
    # Whoever reads it in a mail is told what releases the polls; here it would go round in a circle.
    assert "without leaving out a change" in explain(Reason("mass-change", {})).fix
    assert "without leaving out a change" not in braked.stderr
    assert only_new.exit_code == 0, only_new.output


def test_what_an_earlier_load_began_is_finished_although_nothing_else_is_to_be_done(
    office: Office, registers: Registers
) -> None:
    assert office.run(*LOAD, "--yes").exit_code == 0
    transfers, guid = office.store.transfers, registers.severa[1002]["guid"]
    done = transfers.get("acme", Kind.CUSTOMER, guid)
    assert done is not None
    # As after a crash between the link and the end of the transfer.
    transfers.forget("acme", Kind.CUSTOMER, guid)
    claimed = transfers.claim(
        "acme", Kind.CUSTOMER, guid, reference="1002", payload_hash="h", owner="dead", lease_seconds=0
    )
    transfers.bind(claimed, "1002", card={}, origin="created")

    result = office.at_terminal("--no-json", *LOAD, types="y\n")

    assert result.exit_code == 0, result.output
    assert "begun by an earlier run (1)\n1002 Only Severa AB" in result.output
    assert "Finish 1 customer of Acme AB that an earlier run began?" in result.output
    assert "1 customer finished." in result.output
    assert list(transfers.unfinished("acme", 4e9)) == []


def begin(office: Office, guid: str) -> None:
    """Begin to create a customer in Fortnox, as a load that is killed before it sends anything."""
    office.store.transfers.claim(
        "acme", Kind.CUSTOMER, guid, reference="1002", payload_hash="h", owner="dead", lease_seconds=0
    )


@pytest.mark.parametrize("words", [("--number", "1006"), ("--only", "link"), ("--only", "link", "--number", "1002")])
def test_what_was_begun_is_not_finished_by_a_load_of_something_else(
    office: Office, vendors: Vendors, registers: Registers, words: tuple[str, ...]
) -> None:
    begin(office, registers.severa[1002]["guid"])

    result = office.at_terminal("--no-json", *LOAD, *words, types="y\n")

    assert result.exit_code == 0, result.output
    assert "earlier run" not in result.output
    assert "1002" not in vendors.fortnox.customers


def test_what_was_begun_is_asked_for_once(office: Office, vendors: Vendors, registers: Registers) -> None:
    begin(office, registers.severa[1002]["guid"])

    alone = office.run(*LOAD, "--number", "1002")
    both = office.at_terminal("--no-json", *LOAD, "--number", "1002", "--number", "1003", types="y\n")

    assert "Finish 1 customer of Acme AB that an earlier run began?" in alone.stderr
    assert {"finish": "1002 Only Severa AB", "id": registers.severa[1002]["guid"]} in rows(alone.stdout)
    assert "Change 1 customer of Acme AB, and finish 1 that an earlier run began?" in both.output
    assert both.exit_code == 0, both.output
    assert "1002" in vendors.fortnox.customers


def interrupt() -> None:
    """Press Ctrl-C."""
    os.kill(os.getpid(), signal.SIGINT)


def interrupt_after(count: int) -> Callable[[], None]:
    """Press it when that many calls have been let through."""
    acts = chain(repeat(lambda: None, count), repeat(interrupt))
    return lambda: next(acts)()


@pytest.mark.parametrize(("written", "done"), [(0, "0 records"), (1, "1 record")])
def test_a_load_that_is_interrupted_says_how_far_it_came_and_how_to_go_on(
    office: Office, vendors: Vendors, registers: Registers, written: int, done: str
) -> None:
    act = interrupt_after(written)
    vendors.fortnox_simulator.meanwhile.arm(act, method="PUT", path="/3/customers/.*", times=written + 1)

    result = office.run(*LOAD, "--only", "link", "--yes")

    assert result.exit_code == 130
    assert f"stopped after {done}; those that were under way were finished" in result.stderr
    again = "run it again, it goes on there: severa-fortnox load customers acme --create-missing --only link"
    assert again in result.stderr
    assert "stopped before the end" in office.json("log", "acme", "--of", "customer", "load")[0]["text"]
    assert office.run(*LOAD, "--only", "link", "--yes").exit_code == 0


def test_a_load_that_is_interrupted_while_it_reads_once_more_has_done_nothing(
    office: Office, vendors: Vendors, registers: Registers
) -> None:
    # The preview reads the addresses as well; before them the customers are read, and told of.
    vendors.severa_simulator.meanwhile.arm(interrupt_after(1), path=".*/addresses", times=2)

    result = office.run(*LOAD, "--yes")

    assert result.exit_code == 130
    assert "stopped after 0 records" in result.stderr
    assert vendors.writes() == []


def test_a_load_that_did_not_do_all_fails_and_says_why(office: Office, vendors: Vendors, registers: Registers) -> None:
    def rename() -> None:
        vendors.fortnox.customers["1001"]["Name"] = "Quite Another HB"

    def create() -> None:
        vendors.fortnox.add_customer(CustomerNumber="1002", Name="Faster AB")

    # When the card is read for the preview, the lists are read already.
    vendors.fortnox_simulator.meanwhile.arm(rename, path="/3/customers/1001")
    # It is read alone just before it is created.
    vendors.severa_simulator.meanwhile.arm(create, path=f".*/customers/{registers.severa[1002]['guid']}")

    result = office.run("--no-json", *LOAD, "--yes")

    assert result.exit_code == 1
    assert "customer 1002 Only Severa AB was refused: " in result.stdout
    assert "1001 Same AB changed since the preview and was left alone." in result.stdout
    assert "nothing is left to do to the customers; 3 wait for somebody." in result.stdout
    assert "run it again; it goes on there" in result.stderr


def test_what_could_not_be_done_in_time_is_said(
    office: Office, vendors: Vendors, registers: Registers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("severa_fortnox.flows.load.LONGEST", 0.0)
    vendors.fortnox_simulator.faults.arm(FaultKind.SERVER_ERROR, method="POST", path="/3/customers", times=100)

    result = office.run("--no-json", *LOAD, "--number", "1002", "--yes")

    assert result.exit_code == 1
    assert "customer 1002 Only Severa AB could not be done in time: " in result.stdout
    assert "Looked again: 1 is left to do." in result.stdout


def test_a_connection_that_is_off_may_be_looked_at_and_loaded(office: Office, registers: Registers) -> None:
    office.run("connection", "off", "acme")

    assert office.run(*LOAD, "--number", "1006", "--yes").exit_code == 0


def test_a_long_group_is_cut_with_a_hint(office: Office, vendors: Vendors, connected: str) -> None:
    for number in range(3000, 3030):
        vendors.fortnox.add_project(ProjectNumber=str(number), Description=f"Project {number}")
        vendors.severa.add_project(vendors.severa.add_customer(name=f"C {number}"), name=f"P {number}", number=number)

    text = office.run("--no-json", "load", "projects", "acme").stdout
    judged = office.run("--no-json", "load", "projects", "acme", "--no-create-missing", "--every-card").stdout

    assert "Linked (30)" in text
    more = "... and 10 lines more; all of them: severa-fortnox report acme projects"
    assert more in text.splitlines()
    assert f"{more} --no-create-missing --every-card" in judged.splitlines()


def test_a_preview_shows_how_to_settle_what_will_wait(office: Office, vendors: Vendors, connected: str) -> None:
    vendors.severa.add_product(name="Cable", code="K1", unit="famn")
    vendors.fortnox.add_article(ArticleNumber="K1", Description="Cable")
    vendors.severa.add_product(name="Rope", code="K2", unit="h")
    vendors.fortnox.add_article(ArticleNumber="K2", Description="Rope", Unit="st")

    lines = office.run("--no-json", "load", "products", "acme", "--at-once", "1").stdout.splitlines()

    [waiting] = [line for line in lines if "K1 Cable" in line]
    assert "then waits; The unit famn" in waiting
    assert "Add the unit in Fortnox" in waiting and "a Fortnox administrator" in waiting


def test_a_value_that_is_emptied_is_seen_and_one_that_fills_an_empty_field_overwrites_nothing(
    office: Office, vendors: Vendors, connected: str
) -> None:
    customer = vendors.severa.add_customer(name="Kund", number=1, website="www.x.se", kvkNumber=None)
    vendors.severa.add_project(customer, name="P", number=1)
    vendors.fortnox.add_customer(CustomerNumber="1", Name="Kund")

    filled = office.run("--no-json", *LOAD, "--number", "1")
    assert office.run(*LOAD, "--yes").exit_code == 0
    customer["website"] = None
    vendors.severa.touch("customers", customer)
    emptied = office.run("--no-json", *LOAD, "--every-card")

    assert "Change 1 customer of Acme AB?" in filled.stderr
    assert "Change 1 customer of Acme AB, overwriting fields of 1 in Fortnox?" in emptied.stderr
    assert "IN SEVERA" in emptied.stdout and "IN FORTNOX" in emptied.stdout
    [line] = [line for line in emptied.stdout.splitlines() if "www.x.se" in line]
    assert "(empty)" in line.split("www.x.se")[0]


def test_the_help_says_that_linking_overwrites(office: Office) -> None:
    assert "overwrites what then differs" in " ".join(office.run("load", "--help").stdout.replace("│", " ").split())
