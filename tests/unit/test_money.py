"""Amounts are exact, rounded half away from zero, and zero has no sign."""

from __future__ import annotations

import ast
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

import severa_fortnox
from severa_fortnox.money import HIDDEN, TolerantDecimal, plain, to_krona, to_ore

amounts = st.decimals(min_value=-(10**9), max_value=10**9, places=6)


@pytest.mark.parametrize(
    ("amount", "ore"),
    [
        ("1.125", "1.13"),
        ("1.115", "1.12"),
        ("1.124999", "1.12"),
        ("-1.125", "-1.13"),
        ("-0.005", "-0.01"),
        ("0", "0.00"),
        ("2.675", "2.68"),
    ],
)
def test_half_an_ore_is_rounded_away_from_zero(amount: str, ore: str) -> None:
    assert str(to_ore(Decimal(amount))) == ore


@pytest.mark.parametrize(("amount", "krona"), [("12.50", "13"), ("-12.50", "-13"), ("12.49", "12"), ("0.4", "0")])
def test_half_a_krona_is_rounded_away_from_zero(amount: str, krona: str) -> None:
    assert str(to_krona(Decimal(amount))) == krona


@pytest.mark.parametrize("amount", ["-0", "-0.00", "-0.001"])
def test_zero_has_no_sign(amount: str) -> None:
    assert str(to_ore(Decimal(amount))) == "0.00"
    assert str(to_krona(Decimal(amount))) == "0"


@given(amounts)
def test_rounding_moves_at_most_half_a_step_and_treats_both_signs_alike(amount: Decimal) -> None:
    assert abs(to_ore(amount) - amount) <= Decimal("0.005")
    assert to_ore(-amount) == -to_ore(amount)
    assert to_ore(to_ore(amount)) == to_ore(amount)


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("1234567.50", "1 234 567,5"),
        ("-1234.05", "-1 234,05"),
        ("1000", "1 000"),
        ("1E+3", "1 000"),
        ("0.00", "0"),
        ("-0.00", "0"),
        ("-0.5", "-0,5"),
        ("1.3330", "1,333"),
    ],
)
def test_an_amount_is_written_as_swedes_write_it(amount: str, text: str) -> None:
    assert plain(Decimal(amount)) == text


@given(amounts)
def test_a_written_amount_says_exactly_the_amount(amount: Decimal) -> None:
    assert Decimal(plain(amount).replace(" ", "").replace(",", ".")) == amount


class _Answer(BaseModel):
    value: TolerantDecimal = None


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("", None),
        (HIDDEN, None),
        (None, None),
        (0, Decimal(0)),
        ("0", Decimal(0)),
        ("12.50", Decimal("12.50")),
        (0.1, Decimal("0.1")),
        (-5, Decimal(-5)),
    ],
)
def test_fortnox_numbers_are_read_in_every_spelling_and_zero_is_a_value(written: object, read: Decimal | None) -> None:
    assert _Answer.model_validate({"value": written}).value == read


def test_no_code_that_handles_money_has_a_float() -> None:
    package = Path(severa_fortnox.__file__).parent
    for path in [*package.glob("mapping/*.py"), *package.glob("decisions/*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant):
                assert not isinstance(node.value, float), f"{path.name}:{node.lineno}"
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id != "float", f"{path.name}:{node.lineno}"
