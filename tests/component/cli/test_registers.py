"""A whole company as a person loads it: reported, loaded both ways as stated by hand, and loaded again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sandbox.registers import build, missed
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
        result = office.run("load", register, "acme", "--create-missing", "--yes", "--at-once", "1")
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
        assert office.run("load", register, "acme", "--create-missing", "--yes", "--at-once", "1").exit_code == 0
    assert writes(vendors, before) == []


def test_a_running_load_is_named(office: Office, company: Any) -> None:
    office.store.leases.acquire("acme", "load customer", "user/anna (12345678)", 300)

    result = office.run("load", "customers", "acme", "--yes", "--at-once", "1")

    assert result.exit_code == 1
    assert "user/anna" in result.stderr and "is loading" in result.stderr
