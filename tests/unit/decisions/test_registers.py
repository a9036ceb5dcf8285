"""Fortnox's terms of payment are found by their days."""

from __future__ import annotations

import pytest

from severa_fortnox.decisions.registers import days_of
from severa_fortnox.fortnox.models import TermsOfPayment
from tests.unit.builders import REGISTERS


def terms(*pairs: tuple[str, str | None]) -> dict[int, str]:
    return days_of(TermsOfPayment(Code=code, Description=description) for code, description in pairs)


@pytest.mark.parametrize(
    ("code", "description", "days"),
    [
        ("30", "30 dagar netto", {30: "30"}),
        ("0", "Kontant", {0: "0"}),
        ("K", "10 dagar", {10: "K"}),
        ("N14", "14 days net", {14: "N14"}),
        ("20D", None, {20: "20D"}),
        ("K", "Kontant", {}),
        ("F", "Förskott", {}),
    ],
)
def test_a_numeric_code_is_its_days_and_others_say_them(
    code: str, description: str | None, days: dict[int, str]
) -> None:
    assert terms((code, description)) == days


def test_the_numeric_code_wins_whichever_comes_first() -> None:
    named, numeric = ("NET", "30 dagar"), ("30", "30 dagar netto")

    assert terms(named, numeric) == terms(numeric, named) == {30: "30"}


def test_of_two_named_codes_the_first_wins() -> None:
    assert terms(("A", "15 dagar"), ("B", "15 dagar")) == {15: "A"}


def test_days_are_found_exactly() -> None:
    assert [REGISTERS.terms_for(days) for days in (0, 30, 31)] == ["0", "30", None]
