"""Totals: ours are Fortnox's, Severa's must be explained by rounding, and one öre that nothing explains is refused."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from severa_fortnox.mapping.totals import Answered, Line, Totals, difference, rounding_between, sum_net, totals_of
from severa_fortnox.money import to_krona, to_ore
from tests.unit.builders import totals

ORE = Decimal("0.01")
lines = st.lists(
    st.builds(
        Line,
        net=st.decimals(min_value=-100_000, max_value=100_000, places=5),
        rate=st.sampled_from([Decimal(0), Decimal(6), Decimal(12), Decimal(25)]),
    ),
    min_size=1,
    max_size=12,
)


def per_rate(rows: Sequence[Line], net: Callable[[Line], Decimal]) -> Decimal:
    sums: dict[Decimal, Decimal] = defaultdict(Decimal)
    for row in rows:
        sums[row.rate] += net(row)
    return sum((to_ore(total * rate / 100) for rate, total in sums.items()), Decimal(0))


NETS: dict[str, Callable[[Sequence[Line]], Decimal]] = {
    "per row": lambda rows: sum((to_ore(row.net) for row in rows), Decimal(0)),
    "on the sum": lambda rows: to_ore(sum((row.net for row in rows), Decimal(0))),
}
VATS: dict[str, Callable[[Sequence[Line]], Decimal]] = {
    "per rate of rounded rows": lambda rows: per_rate(rows, lambda row: to_ore(row.net)),
    "per rate of unrounded rows": lambda rows: per_rate(rows, lambda row: row.net),
    "per row": lambda rows: sum((to_ore(row.net * row.rate / 100) for row in rows), Decimal(0)),
    "per rounded row": lambda rows: sum((to_ore(to_ore(row.net) * row.rate / 100) for row in rows), Decimal(0)),
    "on the sum": lambda rows: to_ore(sum((row.net * row.rate / 100 for row in rows), Decimal(0))),
}
ENDS: dict[str, Callable[[Decimal], Decimal]] = {"exact": lambda total: total, "whole kronor": to_krona}


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("vat", VATS)
@pytest.mark.parametrize("net", NETS)
@given(rows=lines)
def test_every_usual_way_of_rounding_is_explained(net: str, vat: str, end: str, rows: list[Line]) -> None:
    nets, vats = NETS[net](rows), VATS[vat](rows)

    assert rounding_between(rows, Totals(nets, vats, ENDS[end](nets + vats))) is not None


@given(lines)
def test_equal_figures_need_no_explanation(rows: list[Line]) -> None:
    ours = totals_of(rows)

    assert rounding_between(rows, ours) == ""
    assert ours.total == ours.net + ours.vat == to_ore(ours.total)


@given(lines, st.integers(min_value=1, max_value=500))
def test_more_than_half_an_ore_a_row_is_never_rounding(rows: list[Line], extra: int) -> None:
    ours = totals_of(rows)
    off = ORE * (len(rows) + 2 + extra)

    assert rounding_between(rows, Totals(ours.net + off, ours.vat, ours.total + off)) is None
    assert rounding_between(rows, Totals(ours.net, ours.vat + off, ours.total + off)) is None


@given(lines)
def test_credit_and_debit_are_rounded_alike(rows: list[Line]) -> None:
    ours = totals_of(rows)

    assert totals_of([Line(-row.net, row.rate) for row in rows]) == Totals(-ours.net, -ours.vat, -ours.total)


ONE_ROW = [Line(Decimal(1000), Decimal(25))]


@pytest.mark.parametrize(
    "theirs",
    [
        totals("1000.01", "250", "1250.01"),
        totals("999.99", "250", "1249.99"),
        totals("1000", "250.01", "1250.01"),
        totals("1000", "249.99", "1249.99"),
        totals("1000", "250", "1250.01"),
        totals("1000", "0", "1000"),
        totals("-1000", "-250", "-1250"),
    ],
)
def test_one_ore_off_that_no_rounding_explains_is_no_rounding(theirs: Totals) -> None:
    assert rounding_between(ONE_ROW, theirs) is None


def test_the_rounding_is_named() -> None:
    thirds = [Line(Decimal("33.335"), Decimal(25))] * 3  # 33.34 each, 100.005 together

    assert rounding_between(thirds, totals("100.02", "25.01", "125.03")) == ""
    assert rounding_between(thirds, totals("100.01", "25.00", "125.01")) == (
        "net rounded on the sum, VAT per rate on the unrounded net"
    )
    assert rounding_between(thirds, totals("100.02", "25.01", "125")) == (
        "net rounded per row, VAT per rate, total in whole kronor"
    )


def test_a_total_rounded_from_the_unrounded_sum_is_named() -> None:
    rows = [Line(Decimal("10.004"), Decimal(25)), Line(Decimal("10.004"), Decimal(6))]  # 12.505 + 10.60424

    assert rounding_between(rows, totals("20.00", "3.10", "23.11")) == (
        "net rounded per row, VAT per rate, total rounded on the unrounded sum"
    )


def test_no_rows_come_to_nothing() -> None:
    assert totals_of([]) == totals("0", "0", "0")
    assert sum_net([]) == 0


def answered(net: str | None, vat: str | None, round_off: str | None, total: str | None) -> Answered:
    return Answered(*(None if each is None else Decimal(each) for each in (net, vat, round_off, total)))


EXPECTED = totals("1000.40", "250.10", "1250.50")


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        pytest.param(answered("1000.40", "250.10", "0", "1250.50"), None, id="equal"),
        pytest.param(answered("1000.40", "250.10", "0.50", "1251"), None, id="whole kronor, rounded up"),
        pytest.param(answered("1000.40", "250.10", "-0.50", "1250"), None, id="whole kronor, rounded down"),
        pytest.param(
            answered(None, None, None, None), "Fortnox does not show us its net, vat, total", id="everything hidden"
        ),
        pytest.param(
            answered("1000.40", None, None, None),
            "Fortnox does not show us its vat, total",
            id="only the net to be seen",
        ),
        pytest.param(answered("1000.41", "250.10", "0", "1250.51"), "net is 1000.41", id="net one öre off"),
        pytest.param(answered("1000.40", "250.11", "0", "1250.51"), "VAT is 250.11", id="VAT one öre off, one row"),
        pytest.param(answered("1000.40", "0", "0", "1000.40"), "VAT is 0", id="no VAT"),
        pytest.param(answered("1000.40", "250.10", "0", "1251"), "total is 1251", id="rounded without saying so"),
        pytest.param(answered("1000.40", "250.10", "1.00", "1251.50"), "rounding is 1.00", id="a whole krona"),
        pytest.param(
            answered(None, None, None, "1250.51"), "Fortnox does not show us its net", id="only a total to be seen"
        ),
        pytest.param(answered("-1000.40", "-250.10", "0", "-1250.50"), "net is -1000.40", id="the other sign"),
        pytest.param(answered("0", "0", "0", "0"), "net is 0", id="zero is a value"),
    ],
)
def test_what_fortnox_answers_is_compared_to_the_ore(answer: Answered, said: str | None) -> None:
    found = difference(EXPECTED, answer, rows=1)

    assert found is None if said is None else (found or "").startswith(said)


def test_vat_rounded_per_row_may_differ_by_half_an_ore_a_row_and_no_more() -> None:
    assert difference(EXPECTED, answered("1000.40", "250.12", "0", "1250.52"), rows=4) is None
    assert difference(EXPECTED, answered("1000.40", "250.13", "0", "1250.53"), rows=4) is not None


def test_totals_are_written_with_their_parts() -> None:
    assert str(EXPECTED) == "net 1000.40 + VAT 250.10 = 1250.50"
