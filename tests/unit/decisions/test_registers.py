"""Fortnox's terms of payment are found by their days."""

from __future__ import annotations

import pytest

from severa_fortnox.decisions.registers import Registers, days_of
from severa_fortnox.fortnox.models import TermsOfPayment
from tests.unit.builders import REGISTERS


def terms(*pairs: tuple[str, str | None]) -> dict[str, int | None]:
    return days_of(TermsOfPayment(Code=code, Description=description) for code, description in pairs)


def code_of(days: int, *pairs: tuple[str, str | None]) -> str | None:
    return Registers(frozenset(), frozenset(), terms(*pairs)).terms_for(days)


@pytest.mark.parametrize(
    ("code", "description", "days"),
    [
        ("30", "30 dagar netto", 30),
        ("0", "Kontant", 0),
        ("K", "10 dagar", 10),
        ("N14", "14 days net", 14),
        ("20D", None, 20),
        ("K", "Kontant", None),
        ("F", "Förskott", None),
    ],
)
def test_a_numeric_code_is_its_days_and_others_say_them(code: str, description: str | None, days: int | None) -> None:
    assert terms((code, description)) == {code: days}


def test_the_numeric_code_wins_whichever_comes_first() -> None:
    named, numeric = ("NET", "30 dagar"), ("30", "30 dagar netto")

    assert code_of(30, named, numeric) == code_of(30, numeric, named) == "30"


def test_of_two_named_codes_the_first_wins_and_both_have_their_days() -> None:
    both = ("A", "15 dagar"), ("B", "15 dagar")

    assert code_of(15, *both) == "A"
    assert terms(*both) == {"A": 15, "B": 15}


def test_days_are_found_exactly() -> None:
    assert [REGISTERS.terms_for(days) for days in (0, 30, 31)] == ["0", "30", None]
