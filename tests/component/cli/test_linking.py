"""Links and exceptions by hand: who is asked what, what is kept, and what is not done."""

from __future__ import annotations

import json
from typing import Any

import pytest

from severa_fortnox.errors import System
from severa_fortnox.store.ignored import IgnoredRecord
from severa_fortnox.store.links import Link
from severa_fortnox.work import Kind
from tests.component.cli.conftest import Office, Registers, Vendors

WHY = ("--why", "Anna asked the customer")


def the_link(office: Office, fortnox: str, kind: Kind = Kind.CUSTOMER) -> Link | None:
    return office.store.links.by_fortnox("acme", kind, fortnox)


def load(office: Office, register: str = "customers") -> dict[str, dict[str, Any]]:
    """What a load would do, by number."""
    words = ("--json", "load", register, "acme", "--create-missing", "--at-once", "1")
    result = office.at_terminal(*words, types="n\n")
    return {row["number"]: row for row in map(_json, result.stdout.splitlines()) if row}


def _json(line: str) -> dict[str, Any]:
    return dict(json.loads(line)) if line.startswith("{") else {}


def test_two_records_are_named_before_they_are_linked_and_the_reason_is_kept(
    office: Office, vendors: Vendors, registers: Registers
) -> None:
    words = ("link", "customers", "acme", "1002", "1003", *WHY)
    no = office.at_terminal(*words, types="n\n")
    assert (no.exit_code, the_link(office, "1003")) == (1, None)
    assert "Link 1002 Only Severa AB (Severa) and 1003 Only Fortnox AB (Fortnox)?" in no.output

    yes = office.at_terminal("--no-json", *words, types="y\n")

    assert yes.exit_code == 0, yes.output
    made = the_link(office, "1003")
    assert made is not None and made.severa_id == registers.severa[1002]["guid"]
    assert (made.origin, made.card["number"], made.card["name"]) == ("person", "1003", "Only Fortnox AB")
    [entry] = office.json("log", "acme", "--of", "customer", made.severa_id)
    assert (entry["outcome"], entry["foreign_id"]) == ("linked", "1003")
    assert entry["detail"]["why"] == WHY[1] and "moto" in entry["detail"]["who"]
    assert "load customers acme --number 1003" in yes.output
    assert vendors.writes() == []
    assert load(office)["1003"]["what"] == "updated in Fortnox"


def test_what_only_fortnox_has_is_kept_when_a_person_links(
    office: Office, vendors: Vendors, registers: Registers
) -> None:
    vendors.fortnox.customers["1003"]["WWW"] = "www.example.se"

    office.json("link", "customers", "acme", "1002", "1003", *WHY, "--yes")

    made = the_link(office, "1003")
    assert made is not None and "WWW" in made.synced["kept"].split(",")
    assert "website" not in {field["field"] for field in load(office)["1003"]["fields"]}


def test_a_product_is_linked_with_the_register_it_is_in(office: Office, vendors: Vendors, connected: str) -> None:
    vendors.severa.add_work_type(name="Konsulttid", code="KONSULT")
    vendors.fortnox.add_article(ArticleNumber="KONS", Description="Konsult per timme")

    office.json("link", "products", "acme", "KONSULT", "KONS", *WHY, "--yes")

    made = the_link(office, "KONS", Kind.PRODUCT)
    assert made is not None and made.card == {"register": "Hours"}
    assert load(office, "products")["KONSULT"]["what"] == "in step"


def test_a_code_of_two_products_is_not_guessed(office: Office, vendors: Vendors, connected: str) -> None:
    first = vendors.severa.add_work_type(name="Konsulttid", code="K")
    second = vendors.severa.add_product(name="Kabel", code="K")
    vendors.fortnox.add_article(ArticleNumber="X", Description="Kabel röd")

    result = office.run("link", "products", "acme", "K", "X", *WHY, "--yes")
    assert result.exit_code == 1
    assert first["guid"] in result.stderr and second["guid"] in result.stderr and "give the guid" in result.stderr

    office.json("link", "products", "acme", second["guid"].upper(), "X", *WHY, "--yes")
    made = the_link(office, "X", Kind.PRODUCT)
    assert made is not None and made.card == {"register": "ProjectFees"}


def test_a_project_is_linked(office: Office, vendors: Vendors, registers: Registers) -> None:
    vendors.fortnox.add_project(ProjectNumber="P7", Description="Webb")

    office.json("link", "projects", "acme", "2001", "P7", *WHY, "--yes")

    assert the_link(office, "P7", Kind.PROJECT) is not None


def test_records_that_are_linked_to_each_other_stay_so(office: Office, registers: Registers) -> None:
    words = ("link", "customers", "acme", "1002", "1003", *WHY, "--yes")
    assert [office.json(*words)[0]["linked"], office.json(*words)[0]["linked"]] == [True, False]
    assert len(office.json("log", "acme", "--of", "customer", registers.severa[1002]["guid"])) == 1


@pytest.mark.parametrize(("severa", "fortnox"), [("1002", "1001"), ("1006", "1003")])
def test_a_record_that_has_another_partner_is_explained(
    office: Office, registers: Registers, severa: str, fortnox: str
) -> None:
    office.json("link", "customers", "acme", "1002", "1003", *WHY, "--yes")

    result = office.run("link", "customers", "acme", severa, fortnox, *WHY, "--yes")

    assert result.exit_code == 1
    assert "because 1003 Only Fortnox AB (Fortnox) is linked to 1002 Only Severa AB (Severa) already" in result.stderr
    assert f"unlink customers acme {registers.severa[1002]['guid']}" in result.stderr


def test_nothing_is_linked_or_unlinked_while_a_creation_is_under_way(office: Office, registers: Registers) -> None:
    guid = registers.severa[1002]["guid"]
    claim = {"reference": "1002", "payload_hash": "h", "owner": "w", "lease_seconds": 60}
    transfer = office.store.transfers.claim("acme", Kind.CUSTOMER, guid, **claim)
    assert "being created just now" in office.run("link", "customers", "acme", "1002", "1003", *WHY, "--yes").stderr
    office.store.transfers.bind(transfer, "1003", card={}, origin="created")

    result = office.run("unlink", "customers", "acme", "1003", *WHY, "--yes")

    assert result.exit_code == 1 and "being created just now" in result.stderr
    assert the_link(office, "1003") is not None


@pytest.mark.parametrize("by", ["fortnox number", "guid", "severa number"])
def test_an_unlinked_record_may_be_linked_or_created_anew(
    office: Office, vendors: Vendors, registers: Registers, by: str
) -> None:
    assert (
        office.run(
            "load", "customers", "acme", "--create-missing", "--only", "create", "--yes", "--at-once", "1"
        ).exit_code
        == 0
    )
    guid = registers.severa[1002]["guid"]
    record = {"fortnox number": "1002", "guid": guid, "severa number": "1002"}[by]
    if by != "fortnox number":
        # Gone in Fortnox, as when somebody removed it there by mistake.
        vendors.fortnox.customers.remove("1002")

    result = office.at_terminal("--no-json", "unlink", "customers", "acme", record, *WHY, types="y\n")

    assert result.exit_code == 0, result.output
    assert "1002 Only Severa AB (Severa)" in result.output
    assert the_link(office, "1002") is None
    assert office.store.transfers.get("acme", Kind.CUSTOMER, guid) is None
    # What is gone cannot be ignored.
    [suggested] = [line for line in result.output.splitlines() if " ignore customers acme " in line]
    left = f"severa {guid}" if by != "fortnox number" else "fortnox 1002"
    assert suggested.endswith(f"ignore customers acme {left} --why ...")
    assert office.run("ignore", "customers", "acme", *left.split(), *WHY).exit_code == 2
    [entry, *_] = office.json("log", "acme", "--of", "customer", guid)
    assert entry["detail"]["why"] == WHY[1] and "unlinked by" in entry["text"]
    assert load(office)["1002"]["what"] in {"linked", "created in Fortnox"}


def test_nothing_is_suggested_when_both_records_are_gone(office: Office, connected: str) -> None:
    guid = "0b7f1a52-93a7-4b1c-a1e6-1f6f8a5b0c01"
    office.store.links.bind("acme", Link(Kind.CUSTOMER, guid, "4711", {}, "number", 1.0))

    result = office.run("unlink", "customers", "acme", "4711", *WHY, "--yes")

    assert result.exit_code == 0, result.output
    assert "ignore customers" not in result.output


def test_a_card_that_is_inactive_is_not_promised_to_be_kept_in_step(
    office: Office, vendors: Vendors, registers: Registers
) -> None:
    vendors.fortnox.customers["1003"]["Active"] = False
    words = ("link", "customers", "acme", "1002", "1003", *WHY)

    asked = office.at_terminal(*words, types="y\n")

    assert asked.exit_code == 0, asked.output
    [warning] = [line for line in asked.output.splitlines() if "Warning" in line]
    assert "inactive in Fortnox" in warning and "so they are not kept in step." in warning
    assert "From then on" not in asked.output and "load customers" not in asked.output


def test_a_number_that_is_two_records_is_not_guessed(office: Office, vendors: Vendors, registers: Registers) -> None:
    vendors.fortnox.add_customer(CustomerNumber="1002", Name="Another AB")
    office.json("link", "customers", "acme", "1002", "1003", *WHY, "--yes")
    office.json("link", "customers", "acme", "1006", "1002", *WHY, "--yes")

    result = office.run("unlink", "customers", "acme", "1002", *WHY, "--yes")

    assert result.exit_code == 1 and "may be one of several" in result.stderr
    assert the_link(office, "1002") is not None and the_link(office, "1003") is not None


def test_an_ignored_record_is_left_alone_until_that_is_undone(office: Office, registers: Registers) -> None:
    words = ("ignore", "customers", "acme", "fortnox", "1003")
    asked = office.at_terminal(*words, *WHY, types="y\n")
    assert "Leave 1003 Only Fortnox AB (Fortnox) alone from now on?" in asked.output

    row = load(office)["1003"]
    assert (row["what"], WHY[1] in row["why"]) == ("left alone", True)
    [entry] = office.json("log", "acme", "--of", "customer", "1003")
    assert (entry["outcome"], entry["detail"]["why"]) == ("skipped", WHY[1])

    assert office.json(*words, "--undo", "--yes")[0]["ignored"] is False
    assert load(office)["1003"]["what"] == "created in Severa"
    again = office.run(*words, "--undo", "--yes")
    assert again.exit_code == 1 and "is not ignored" in again.stderr


def test_a_record_that_is_gone_can_still_be_looked_at_again(office: Office, connected: str) -> None:
    office.store.ignored.put("acme", IgnoredRecord(Kind.CUSTOMER, System.FORTNOX, "4711", "x", "y", 1.0))

    office.json("ignore", "customers", "acme", "fortnox", "4711", "--undo", "--yes")

    assert office.store.ignored.all("acme", Kind.CUSTOMER) == []


@pytest.mark.parametrize(
    ("words", "exit_code", "says"),
    [
        (("link", "customers", "acme", "9", "1003", *WHY, "--yes"), 1, "Severa has no customer '9'"),
        (("link", "customers", "acme", "1002", "9", *WHY, "--yes"), 1, "Fortnox has no customer '9'"),
        (("link", "customers", "acme", "1002", "1003", *WHY), 2, "--yes"),
        (("link", "customers", "acme", "1002", "1003"), 2, "--why"),
        (("link", "customers", "acme", "1002", "1003", "--why", " ", "--yes"), 2, "the reason"),
        (("link", "customers", "acme", "1002", "1003", "--why", "--json", "--yes"), 2, "after --why stands no reason"),
        (("ignore", "customers", "acme", "fortnox", "1003", "--why", "--undo", "--yes"), 2, "after --why stands no"),
        (("ignore", "customers", "acme", "fortnox", "", *WHY, "--yes"), 2, "no record is named"),
        (("unlink", "customers", "acme", " ", *WHY, "--yes"), 2, "no record is named"),
        (("link", "customers", "acme", "", "1003", *WHY, "--yes"), 2, "no record is named"),
        (("unlink", "customers", "acme", "1003", *WHY, "--yes"), 1, "no linked customer has the number or guid"),
        (("unlink", "suppliers", "acme", "1003", *WHY, "--yes"), 2, "suppliers"),
        (("ignore", "customers", "acme", "severa", "1002"), 2, "the reason"),
        (("ignore", "customers", "acme", "visma", "1002", *WHY), 2, "visma"),
        (("ignore", "customers", "acme", "severa", "9", *WHY, "--yes"), 1, "Severa has no customer '9'"),
    ],
)
def test_what_cannot_be_done_is_said_and_nothing_happens(
    office: Office, registers: Registers, words: tuple[str, ...], exit_code: int, says: str
) -> None:
    before = office.remembered()

    result = office.run(*words)

    assert result.exit_code == exit_code
    assert says in result.stderr
    assert office.remembered() == before
