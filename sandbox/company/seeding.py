"""The whole company: registers, invoices, and the acts in which a person lets them go."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from sandbox.company import abroad, everyday, later, refusals, rounding, texts
from sandbox.company.books import OUR_NAME, Books, hours
from sandbox.company.expectations import FAILED, READY, TRANSFERRED, Act, Company, Expectation, refused
from sandbox.company.firms import BJORK, VIND
from sandbox.fortnox import FortnoxState
from sandbox.severa import SeveraState

#: Days since the connection was switched on; what Severa has had for longer is only linked.
DAYS_ACTIVE = 30


def seed(severa: SeveraState, fortnox: FortnoxState) -> Company:
    """Fill both systems; every invoice is a draft until its act.

    Args:
        severa, fortnox: new ones, as they are made.
    """
    books = Books(severa, fortnox)
    cases = (*everyday.CASES, *rounding.CASES, *abroad.CASES, *texts.CASES, *refusals.CASES)
    first = [case(books) for case in cases]
    plain = severa.records["invoices"][first[cases.index(everyday.plain)].invoice]
    late = books.invoice(VIND, [hours("7.5", "1195", "Granskning av mätdata")])
    of_plain = books.invoice(BJORK, [hours("-10", "1150", "Kredit: rådgivning")], credit_of=plain)
    of_late = books.invoice(VIND, [hours("-7.5", "1195", "Kredit: granskning av mätdata")], credit_of=late)
    first.append(refused("credit note whose original is not transferred", of_late, "original-not-linked"))
    return Company(
        OUR_NAME,
        _settings(severa),
        (
            _act("Fortnox numbers the invoices", *first),
            _act("The missing original, and a credit note", later.late_original(late), later.credited(of_plain, plain)),
            _act("The credit note again", later.credited_late(of_late, late)),
            _act(
                "Severa numbers and sends the invoices",
                later.numbered(books),
                later.number_taken(books),
                later.number_missing(books),
                settings={"invoice_number_main": "severa", "invoice_sent_from": "severa"},
            ),
        ),
    )


def _act(title: str, *expectations: Expectation, settings: Mapping[str, str] | None = None) -> Act:
    return Act(title, tuple(each.invoice for each in expectations), expectations, settings or {})


def _settings(severa: SeveraState) -> dict[str, str]:
    now = datetime.fromtimestamp(severa.clock(), UTC)
    return {
        "ready_status": severa.status(READY)["guid"],
        "transferred_status": severa.status(TRANSFERRED)["guid"],
        "failed_status": severa.status(FAILED)["guid"],
        "invoice_number_main": "fortnox",
        "attachments": "true",
        "activated_on": (now - timedelta(days=DAYS_ACTIVE)).isoformat(timespec="seconds"),
    }
