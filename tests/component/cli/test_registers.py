"""load, report, link, unlink and ignore, as a person types them, against both simulators."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sandbox.registers import build, missed
from severa_fortnox.errors import System
from severa_fortnox.work import Kind
from tests.component.cli.conftest import Office, Vendors

WRITES = {"POST", "PUT", "PATCH", "DELETE"}
KINDS = {"customers": Kind.CUSTOMER, "products": Kind.PRODUCT, "projects": Kind.PROJECT}


def writes(vendors: Vendors, since: int = 0) -> list[str]:
    """What was changed in Severa; token requests change nothing."""
    calls = vendors.severa_simulator.journal.calls[since:]
    return [f"{call.method} {call.path}" for call in calls if call.method in WRITES and "token" not in call.path]


@pytest.fixture
def company(office: Office, vendors: Vendors, connected: str) -> Any:
    """A small company on both sides, and settings to load it whole."""
    made = build(vendors.severa, vendors.fortnox, customers=90, products=30, projects=60)
    office.settings(connected, **made.settings)
    return made


def test_a_preview_writes_nothing_and_says_how_to_go_on(office: Office, vendors: Vendors, company: Any) -> None:
    result = office.run("load", "customers", "acme", "--at-once", "1")

    assert result.exit_code == 2
    assert "load customers acme --yes" in result.stderr
    assert writes(vendors) == []
    assert list(office.store.links.all("acme", Kind.CUSTOMER)) == []
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert {"linked", "created in Severa", "created in Fortnox", "waits for somebody", "left alone"} <= {
        row["what"] for row in rows
    }
    assert all(row["fix"] for row in rows if row["what"] == "waits for somebody")


def test_a_company_is_loaded_as_stated_and_a_second_time_without_a_write(
    office: Office, vendors: Vendors, company: Any, tmp_path: Path
) -> None:
    office.run("report", "acme", "--output", str(tmp_path))
    predicted = {
        (row["kind"], row["severa"]["id"], row["fortnox"]["id"])
        for row in json.loads((tmp_path / "register-report-acme.json").read_text())["rows"]
        if row["verdict"] == "will link"
    }
    for register in KINDS:
        result = office.run("load", register, "acme", "--yes", "--at-once", "1")
        assert result.exit_code == 0, result.output
    links = {
        kind: [(link.severa_id, link.fortnox_id) for link in office.store.links.all("acme", kind)]
        for kind in KINDS.values()
    }

    assert missed(company, vendors.severa, vendors.fortnox, links) == []
    origins = {
        (str(kind), link.severa_id, link.fortnox_id)
        for kind in KINDS.values()
        for link in office.store.links.all("acme", kind)
        if link.origin != "created"
    }
    assert origins == predicted

    before = len(vendors.severa_simulator.journal.calls)
    for register in KINDS:
        assert office.run("load", register, "acme", "--yes", "--at-once", "1").exit_code == 0
    assert writes(vendors, before) == []


def test_a_report_writes_every_form_and_knows_what_changed(
    office: Office, vendors: Vendors, company: Any, tmp_path: Path
) -> None:
    forms = [word for form in ("html", "xlsx", "csv", "json", "lines") for word in ("--format", form)]
    [first] = office.json("report", "acme", "customers", "--output", str(tmp_path), *forms)
    vendors.severa.add_customer(name="Nykund AB", number=987654)
    [second] = office.json("report", "acme", "customers", "--output", str(tmp_path), *forms)

    assert all(Path(path).stat().st_size > 100 for path in first["files"])
    assert second["seconds"] < 5
    rows = json.loads((tmp_path / "register-report-acme.json").read_text())["rows"]
    assert [row["severa"]["name"] for row in rows if row["change"] == "new"] == ["Nykund AB"]
    assert writes(vendors) == []


def test_a_person_links_unlinks_and_ignores_with_a_reason(office: Office, vendors: Vendors, company: Any) -> None:
    [guid, number] = next(
        (each.severa[0], each.fortnox[0])
        for each in company.customers.refused
        if len(each.severa) == len(each.fortnox) == 1
    )
    linked = office.run("link", "customers", "acme", guid, number, "--why", "the same company", "--yes")
    assert linked.exit_code == 0, linked.output
    assert office.store.links.by_severa("acme", Kind.CUSTOMER, guid).fortnox_id == number  # type: ignore[union-attr]
    entry = next(iter(office.store.log.of("acme", Kind.CUSTOMER, guid)))
    assert "the same company" in entry.text

    again = office.run("unlink", "customers", "acme", number, "--why", "it was not", "--yes")
    assert again.exit_code == 0, again.output
    assert office.store.links.by_severa("acme", Kind.CUSTOMER, guid) is None

    assert office.run("ignore", "customers", "acme", "severa", guid, "--why", "old", "--yes").exit_code == 0
    assert office.store.ignored.get("acme", Kind.CUSTOMER, System.SEVERA, guid) is not None
    rows = [json.loads(line) for line in office.run("load", "customers", "acme", "--at-once", "1").stdout.splitlines()]
    [mine] = [row for row in rows if row["severa"] == guid]
    assert (mine["what"], "old" in mine["why"]) == ("left alone", True)
    assert office.run("ignore", "customers", "acme", "severa", guid, "--undo", "--yes").exit_code == 0
    assert office.store.ignored.get("acme", Kind.CUSTOMER, System.SEVERA, guid) is None


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("link", "customers", "acme", "1", "2", "--why", "x", "--yes"), "Severa has no customer '1'"),
        (("unlink", "projects", "acme", "none", "--why", "x", "--yes"), "no linked project has the number"),
        (("ignore", "products", "acme", "fortnox", "none", "--why", "x"), "Fortnox has no product 'none'"),
        (("load", "customers", "nobody"), "there is no connection 'nobody'"),
    ],
)
def test_what_is_not_there_is_said(office: Office, connected: str, words: tuple[str, ...], says: str) -> None:
    result = office.run(*words)

    assert result.exit_code == 1
    assert says in result.stderr


def test_a_running_load_is_named(office: Office, company: Any) -> None:
    office.store.leases.acquire("acme", "load customer", "user/anna (12345678)", 300)

    result = office.run("load", "customers", "acme", "--yes", "--at-once", "1")

    assert result.exit_code == 1
    assert "user/anna" in result.stderr and "is loading" in result.stderr
