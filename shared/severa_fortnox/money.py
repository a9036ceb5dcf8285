"""Amounts: Decimal only, rounded in one place, the way Swedish invoices are rounded.

Swedish practice is to round half away from zero to the öre (Skatteverket accepts ordinary commercial rounding); it is
also how Fortnox rounds a price (1.125 becomes 1.13, `reference` fortnox 6.8).
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator

ORE = Decimal("0.01")
KRONA = Decimal("1")

#: What Fortnox writes in place of a number that the token's user may not see.
HIDDEN = "API_NORIGHT"


def to_ore(amount: Decimal) -> Decimal:
    """The amount with two decimals, half away from zero; zero has no sign."""
    return amount.quantize(ORE, rounding=ROUND_HALF_UP) + 0


def to_krona(amount: Decimal) -> Decimal:
    """The amount in whole kronor, half away from zero; zero has no sign."""
    return amount.quantize(KRONA, rounding=ROUND_HALF_UP) + 0


def plain(amount: Decimal) -> str:
    """The amount as a person writes it in Swedish: no exponent, no trailing zeros, decimal comma, spaced thousands."""
    text = f"{amount if amount else Decimal(0):f}"
    whole, _, fraction = text.partition(".")
    fraction = fraction.rstrip("0")
    sign, digits = ("-", whole[1:]) if whole.startswith("-") else ("", whole)
    spaced = f"{int(digits):,}".replace(",", " ")
    return f"{sign}{spaced},{fraction}" if fraction else f"{sign}{spaced}"


def with_ore(amount: Decimal) -> str:
    """An amount of money as a person writes it in Swedish: always two decimals."""
    whole, _, fraction = plain(to_ore(amount)).partition(",")
    return f"{whole},{fraction:0<2}"


def _tolerant(value: Any) -> Any:
    """Fortnox writes numbers as numbers, as strings, as "" and as API_NORIGHT (`reference` fortnox 6.2)."""
    if value is None or value in {"", HIDDEN}:
        return None
    if isinstance(value, float):
        return Decimal(repr(value))
    return value


#: A number as Fortnox may write it; None when it is unset or hidden from us.
TolerantDecimal = Annotated[Decimal | None, BeforeValidator(_tolerant)]
