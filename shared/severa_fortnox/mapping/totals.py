"""What an invoice comes to, in Severa's arithmetic, in ours and in Fortnox's, to the öre.

Fortnox adds up rows whose net has two decimals and charges VAT on the sum per rate. Severa does not say when it rounds,
so its figures are accepted when one of the usual ways of rounding the same rows gives exactly them, and refused
otherwise (DESIGN 10, totals).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from severa_fortnox.money import ORE, to_krona, to_ore

HUNDRED = Decimal(100)


@dataclass(frozen=True)
class Line:
    """The money of one row: unrounded net in the invoice's currency and VAT rate in percent."""

    net: Decimal
    rate: Decimal


@dataclass(frozen=True)
class Totals:
    """Net, VAT and total of an invoice in its own currency."""

    net: Decimal
    vat: Decimal
    total: Decimal

    def __str__(self) -> str:
        return f"net {self.net} + VAT {self.vat} = {self.total}"


def totals_of(lines: Iterable[Line]) -> Totals:
    """The totals as Fortnox computes them: each row rounded to the öre, VAT on the sum of each rate."""
    net, vat = _net_per_row(lines := list(lines)), _vat_per_rate(lines)
    return Totals(net, vat, net + vat)


def rounding_between(lines: Sequence[Line], theirs: Totals) -> str | None:
    """The way of rounding that turns these rows into exactly Severa's figures.

    Returns:
        "" when Severa's figures equal ours; the name of the rounding when a usual one explains the difference;
        None when none does, which means that the figures are of something else.
    """
    ours = totals_of(lines)
    if theirs == ours:
        return ""
    nets = {"net rounded per row": _net_per_row(lines), "net rounded on the sum": to_ore(sum_net(lines))}
    vats = {
        "VAT per rate": _vat_per_rate(lines),
        "VAT per rate on the unrounded net": _vat_per_rate(lines, rounded=False),
        "VAT per row": sum((to_ore(line.net * line.rate / HUNDRED) for line in lines), Decimal(0)),
        "VAT per rounded row": sum((to_ore(to_ore(line.net) * line.rate / HUNDRED) for line in lines), Decimal(0)),
        "VAT on the unrounded sum": to_ore(sum((line.net * line.rate / HUNDRED for line in lines), Decimal(0))),
    }
    for net_name, net in nets.items():
        for vat_name, vat in vats.items():
            if (theirs.net, theirs.vat) != (net, vat):
                continue
            name = f"{net_name}, {vat_name}"
            if theirs.total == net + vat:
                return name
            if theirs.total == to_krona(net + vat):
                return f"{name}, total in whole kronor"
            unrounded = sum((line.net * (1 + line.rate / HUNDRED) for line in lines), Decimal(0))
            if theirs.total == to_ore(unrounded):
                return f"{name}, total rounded on the unrounded sum"
    return None


@dataclass(frozen=True)
class Answered:
    """What Fortnox says an invoice comes to; None where it says nothing we may see."""

    net: Decimal | None
    vat: Decimal | None
    round_off: Decimal | None
    total: Decimal | None


def difference(expected: Totals, answered: Answered, rows: int) -> str | None:
    """What differs between the totals we sent and the ones Fortnox made of them; None when nothing does.

    Whole-krona rounding (RoundOff) is Fortnox's own and expected. The VAT may differ by half an öre per row, which is
    what rounding it per row instead of per rate can do. A figure that is hidden from us counts as different.

    Args:
        rows: how many rows have VAT.
    """
    hidden = [name for name in ("net", "vat", "total") if getattr(answered, name) is None]
    if answered.net is None or answered.vat is None or answered.total is None:
        return f"Fortnox does not show us its {', '.join(hidden)}"
    round_off = answered.round_off or Decimal(0)
    slack = ORE / 2 * rows
    if answered.net != expected.net:
        return f"net is {answered.net}, expected {expected.net}"
    if abs(answered.vat - expected.vat) > slack:
        return f"VAT is {answered.vat}, expected {expected.vat}"
    if abs(round_off) >= 1:
        return f"rounding is {round_off}, expected less than one krona"
    if abs(answered.total - round_off - expected.total) > slack:
        return f"total is {answered.total} with rounding {round_off}, expected {expected.total}"
    return None


def sum_net(lines: Iterable[Line]) -> Decimal:
    """The unrounded net of all rows."""
    return sum((line.net for line in lines), Decimal(0))


def _net_per_row(lines: Iterable[Line]) -> Decimal:
    return sum((to_ore(line.net) for line in lines), Decimal(0))


def _vat_per_rate(lines: Iterable[Line], *, rounded: bool = True) -> Decimal:
    per_rate: dict[Decimal, Decimal] = defaultdict(Decimal)
    for line in lines:
        per_rate[line.rate] += to_ore(line.net) if rounded else line.net
    return sum((to_ore(net * rate / HUNDRED) for rate, net in per_rate.items()), Decimal(0))
