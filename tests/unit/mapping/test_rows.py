"""A row keeps its net to the öre, its whole text, and an article or an account."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from severa_fortnox.fortnox.models import ROW_TEXT, InvoiceRowPayload
from severa_fortnox.mapping.rows import MappedRow, codes_of, map_row, text_rows, units_of
from severa_fortnox.money import to_ore
from severa_fortnox.reason import Reason
from severa_fortnox.severa.models import InvoiceRow, RowAccount
from tests.unit import builders as a


def mapped(row: InvoiceRow, **context: object) -> MappedRow:
    result = map_row(row, 1, a.row_context(**context))
    assert isinstance(result, MappedRow), result
    return result


def refused(row: InvoiceRow, **context: object) -> Reason:
    result = map_row(row, 1, a.row_context(**context))
    assert isinstance(result, Reason), result
    return result


def fortnox_net(row: InvoiceRowPayload) -> Decimal:
    """What Fortnox makes of the row: two decimals of each, then of their product (`reference` fortnox 6.8)."""
    assert row.DeliveredQuantity is not None and row.Price is not None
    return to_ore(to_ore(Decimal(row.DeliveredQuantity)) * to_ore(row.Price))


quantities = st.one_of(
    st.decimals(min_value=-10_000, max_value=10_000, places=2),
    st.decimals(min_value=-1_000, max_value=1_000, places=6),
    st.sampled_from([Decimal(0), Decimal("0.004"), Decimal("1.001"), Decimal("1E+2"), Decimal("-0")]),
)
prices = st.one_of(
    st.decimals(min_value=-100_000, max_value=100_000, places=2),
    st.decimals(min_value=-1_000, max_value=1_000, places=5),
    st.sampled_from([Decimal(0), Decimal("0.3333"), Decimal("1E+3")]),
)


@given(quantities, prices, st.sampled_from([1, -1]))
@example(Decimal("1.333"), Decimal("1000.1234"), 1)
@example(Decimal("1.333"), Decimal("1000.1234"), -1)
@example(Decimal("0"), Decimal("100"), -1)
def test_fortnox_comes_to_exactly_the_rows_net(quantity: Decimal, price: Decimal, sign: int) -> None:
    result = mapped(a.row(quantity, price), sign=sign)
    sent = result.rows[0]

    assert result.line.net == quantity * price * sign
    assert fortnox_net(sent) == to_ore(result.line.net)


@given(quantities, prices, st.sampled_from([1, -1]))
def test_nothing_is_left_for_fortnox_to_round_and_numbers_are_plain(
    quantity: Decimal, price: Decimal, sign: int
) -> None:
    sent = mapped(a.row(quantity, price), sign=sign).rows[0]

    assert sent.Price == to_ore(sent.Price or Decimal(0))
    assert Decimal(sent.DeliveredQuantity or "x") == to_ore(Decimal(sent.DeliveredQuantity or "x"))
    assert "E" not in (sent.DeliveredQuantity or "") and sent.DeliveredQuantity != "-0"


@given(quantities, prices.filter(lambda price: price >= 0), st.sampled_from([1, -1]))
def test_a_price_that_is_not_negative_never_becomes_negative(quantity: Decimal, price: Decimal, sign: int) -> None:
    sent = mapped(a.row(quantity, price), sign=sign).rows[0]

    assert sent.Price is not None and sent.Price >= 0


def test_a_row_two_decimals_can_hold_goes_as_it_is() -> None:
    sent = mapped(a.row("7.50", "1250.00")).rows[0]

    assert (sent.DeliveredQuantity, sent.Price, sent.Unit) == ("7.5", Decimal("1250.00"), "h")
    assert sent.Description == "Konsultarbete"


def test_a_row_two_decimals_would_change_goes_as_one_piece_and_says_what_it_was() -> None:
    result = mapped(a.row("1.333", "1000.1234"))

    sent = result.rows[0]
    assert (sent.DeliveredQuantity, sent.Price, sent.Unit) == ("1", Decimal("1333.16"), None)
    assert sent.Description == "Konsultarbete (1,333 h x 1 000,1234)"


def test_on_a_credit_note_the_one_piece_is_negative_and_its_price_positive() -> None:
    sent = mapped(a.row("1.333", "1000"), sign=-1).rows[0]

    assert (sent.DeliveredQuantity, sent.Price) == ("-1", Decimal("1333.00"))
    assert sent.Description == "Konsultarbete (-1,333 h x 1 000)"


def test_a_discount_row_keeps_its_negative_price() -> None:
    sent = mapped(a.row("1.333", "-1000")).rows[0]

    assert (sent.DeliveredQuantity, sent.Price) == ("1", Decimal("-1333.00"))


def test_decimals_that_change_no_money_keep_quantity_price_and_unit() -> None:
    sent = mapped(a.row("1.001", "1.00")).rows[0]

    assert (sent.DeliveredQuantity, sent.Price, sent.Unit) == ("1", Decimal("1.00"), "h")


def test_a_quantity_of_one_keeps_its_unit() -> None:
    assert mapped(a.row("1", "100")).rows[0].Unit == "h"


@pytest.mark.parametrize(
    ("quantity", "price", "sign", "sent"),
    [
        ("0", "100", 1, ("0", Decimal("100.00"))),
        ("0", "100", -1, ("0", Decimal("100.00"))),
        ("5", "0", 1, ("5", Decimal("0.00"))),
        ("5", "0", -1, ("-5", Decimal("0.00"))),
        ("0", "0", 1, ("0", Decimal("0.00"))),
    ],
)
def test_zero_is_a_quantity_and_a_price(quantity: str, price: str, sign: int, sent: tuple[str, Decimal]) -> None:
    first = mapped(a.row(quantity, price), sign=sign).rows[0]

    assert (first.DeliveredQuantity, first.Price) == sent


@pytest.mark.parametrize(("sign", "quantity"), [(1, "-2"), (-1, "2")])
def test_a_credit_notes_quantity_is_negative_whichever_way_severa_writes_it(sign: int, quantity: str) -> None:
    result = mapped(a.row(quantity, "100"), sign=sign)

    assert result.rows[0].DeliveredQuantity == "-2"
    assert result.line.net == -200


class TestText:
    def test_a_text_of_600_characters_goes_on_in_text_rows(self) -> None:
        text = " ".join(["arbete"] * 90)

        first, *rest = mapped(a.row(description=text)).rows

        assert len(rest) == 2
        assert all(len(row.Description or "") <= ROW_TEXT for row in (first, *rest))
        assert " ".join(row.Description or "" for row in (first, *rest)) == text
        assert first.Price is not None
        assert all(row == InvoiceRowPayload(Description=row.Description) for row in rest)

    def test_the_original_quantity_survives_a_long_text(self) -> None:
        rows = mapped(a.row("1.333", "1000", description="x" * 300)).rows

        assert "".join(row.Description or "" for row in rows).endswith("(1,333 h x 1 000)")

    def test_an_empty_text_is_left_to_the_article(self) -> None:
        assert mapped(a.row(description="  ")).rows[0].Description is None
        assert mapped(a.row(description=None)).rows[0].Description is None

    def test_a_replaced_character_is_noted_with_its_row(self) -> None:
        result = mapped(a.row(description='"Bygge"'))

        assert result.rows[0].Description == "’Bygge’"
        assert result.notes == (Reason("characters-replaced", {"field": "row 1", "characters": '"'}),)

    def test_text_rows_say_something_and_nothing_else(self) -> None:
        assert text_rows(["ett", "två"]) == (InvoiceRowPayload(Description="ett"), InvoiceRowPayload(Description="två"))


class TestArticleAndAccount:
    def test_one_code_is_the_article_and_brings_its_own_account(self) -> None:
        sent = mapped(a.row(code=[" DEV ", "DEV", ""])).rows[0]

        assert (sent.ArticleNumber, sent.AccountNumber) == ("DEV", None)

    def test_several_codes_take_the_fallback_article_and_the_rows_account(self) -> None:
        result = mapped(a.row(code=["DEV", "PM"]), fallback_article="KONSULT")

        assert (result.rows[0].ArticleNumber, result.rows[0].AccountNumber) == ("KONSULT", 3010)
        assert [note.code for note in result.notes] == ["row-several-codes"]
        assert result.notes[0].values["codes"] == "DEV, PM"

    def test_several_codes_without_a_fallback_take_the_rows_account(self) -> None:
        sent = mapped(a.row(code=["DEV", "PM"])).rows[0]

        assert (sent.ArticleNumber, sent.AccountNumber) == (None, 3010)

    @pytest.mark.parametrize("code", [None, [], ["", " "]])
    def test_no_code_takes_the_rows_account(self, code: list[str] | None) -> None:
        sent = mapped(a.row(code=code)).rows[0]

        assert (sent.ArticleNumber, sent.AccountNumber) == (None, 3010)

    @pytest.mark.parametrize("number", [None, "", "301", "30100", "0123", "3O10", "３０１０"])
    def test_neither_code_nor_a_four_digit_account_is_refused(self, number: str | None) -> None:
        reason = refused(a.row(code=None, salesAccount=RowAccount(number=number)))

        assert reason.code == "row-without-article-or-account"

    def test_several_codes_without_fallback_and_account_are_refused_by_name(self) -> None:
        reason = refused(a.row(code=["DEV", "PM"], salesAccount=None))

        assert (reason.code, reason.values["codes"]) == ("row-without-article-or-account", "DEV, PM")

    def test_codes_are_told_apart_exactly(self) -> None:
        assert codes_of(a.row(code=["DEV", "dev"])) == ("DEV", "dev")


class TestMissing:
    @pytest.mark.parametrize("price", [None, a.money(None)])
    def test_a_missing_price_is_refused(self, price: object) -> None:
        assert refused(a.row(unitPrice=price)).code == "row-price-missing"

    def test_a_missing_vat_rate_is_refused(self) -> None:
        assert refused(a.row(vatRate=None)).code == "row-vat-missing"

    def test_a_missing_vat_rate_on_a_free_row_is_no_matter(self) -> None:
        result = mapped(a.row("1", "0", vatRate=None))

        assert result.rows[0].VAT is None
        assert result.line.rate == 0

    def test_no_vat_is_a_rate(self) -> None:
        assert Decimal(0) == mapped(a.row(vatRate=Decimal(0))).rows[0].VAT

    def test_another_currency_than_the_invoices_is_refused(self) -> None:
        reason = refused(a.row(unitPrice=a.money("10", "EUR")))

        assert (reason.code, reason.values["currency"]) == ("row-currency-differs", "EUR")

    def test_a_price_without_a_currency_is_in_the_invoices(self) -> None:
        assert mapped(a.row(unitPrice=a.money("10", None))).rows[0].Price == Decimal("10.00")

    def test_a_refusal_names_the_row_as_its_writer_knows_it(self) -> None:
        assert refused(a.row(unitPrice=None)).values == {"row": "1", "text": "Konsultarbete"}


def test_units_are_trimmed_and_blank_ones_are_none() -> None:
    rows = [
        a.row(measurementUnit=" h "),
        a.row(measurementUnit=""),
        a.row(measurementUnit=None),
        a.row(measurementUnit="st"),
        a.row(measurementUnit="h"),
    ]

    assert units_of(rows) == {"h": "1", "st": "4"}
    assert [mapped(row).rows[0].Unit for row in rows] == ["h", None, None, "st", "h"]


def test_the_project_of_the_row_is_sent() -> None:
    assert mapped(a.row(), project="501").rows[0].Project == "501"
