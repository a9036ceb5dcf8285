"""What a report foretells of a load, and what makes a load differ from it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from sandbox.registers.ends import Ended, foretold, not_as_foretold
from severa_fortnox.errors import System
from severa_fortnox.work import Kind
from severa_fortnox_cli.report.model import Report, Row, Side, Verdict

CUSTOMER = Kind.CUSTOMER
OURS, THEIRS = Side("guid", "9001", "Bygg AB", True), Side("9001", "9001", "Bygg AB", True)
CREATED = Ended(CUSTOMER, "created", System.FORTNOX, "guid")
LINKED = Ended(CUSTOMER, "linked", None, "guid")
UPDATED = Ended(CUSTOMER, "updated", System.FORTNOX, "guid")
REFUSED = Ended(CUSTOMER, "refused", None, "guid")


def report(severa: Side | None, fortnox: Side | None, verdict: Verdict, writes: str = "") -> Report:
    row = Row(CUSTOMER, "customers", severa, fortnox, verdict, writes=writes)
    return Report("sydvind", "Sydvind AB", (CUSTOMER,), datetime(2026, 1, 2, tzinfo=UTC), 1.0, {}, (row,))


@pytest.mark.parametrize(
    ("told", "ends"),
    [
        (report(OURS, None, Verdict.WILL_CREATE, "Fortnox"), [CREATED]),
        (report(None, THEIRS, Verdict.WILL_CREATE, "Severa"), [Ended(CUSTOMER, "created", System.SEVERA, "9001")]),
        (report(OURS, THEIRS, Verdict.WILL_LINK), [LINKED]),
        (report(OURS, THEIRS, Verdict.WILL_LINK, "Fortnox"), [LINKED, UPDATED]),
        (report(OURS, THEIRS, Verdict.WILL_UPDATE, "Fortnox"), [UPDATED]),
        (report(OURS, THEIRS, Verdict.CONFLICT), [REFUSED]),
        (report(OURS, THEIRS, Verdict.DUPLICATE), [REFUSED]),
        (report(OURS, THEIRS, Verdict.LINKED), []),
        (report(OURS, None, Verdict.IGNORED), []),
        (report(OURS, None, Verdict.LEFT_ALONE), []),
        (report(OURS, None, Verdict.MISSING), []),
    ],
)
def test_a_row_foretells_what_a_load_makes_of_it(told: Report, ends: list[Ended]) -> None:
    assert foretold(told) == ends


def test_nothing_is_missed_when_the_load_does_what_was_foretold() -> None:
    assert not_as_foretold([CREATED, LINKED, UPDATED], [UPDATED, LINKED, CREATED]) == []


def test_an_end_that_only_one_of_them_tells_of_is_missed() -> None:
    assert not_as_foretold([LINKED, REFUSED], [LINKED, LINKED]) == [
        "foretold, but the load did not: customer guid refused",
        "the load did, but it was not foretold: customer guid linked",
    ]


def test_another_direction_is_missed() -> None:
    other = Ended(CUSTOMER, "created", System.SEVERA, "guid")
    assert not_as_foretold([CREATED], [other]) == [
        "foretold, but the load did not: customer guid created in Fortnox",
        "the load did, but it was not foretold: customer guid created in Severa",
    ]
