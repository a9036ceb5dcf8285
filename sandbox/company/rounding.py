"""Amounts where rounding shows: many decimals, several VAT rates, an öre more or less."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sandbox.company.books import Books, fee, hours, row, sums
from sandbox.company.expectations import Expectation, transferred
from sandbox.company.firms import BJORK
from sandbox.severa import Row


def three_vat_rates(books: Books) -> Expectation:
    # 12 000 at 25 % = 3 000; 14 × 145 = 2 030 at 12 % = 243.60; 14 × 289 = 4 046 at 6 % = 242.76
    # net 18 076, VAT 3 486.36; 21 562.36, in whole kronor 21 562
    def sold(quantity: int, price: int, rate: int, text: str, account: str) -> Row:
        return fee(str(quantity), str(price), text, vat_rate=Decimal(rate), sales_account=(account, f"{rate} % moms"))

    def booked(quantity: int, price: int, total: int, rate: int, text: str, account: int) -> Mapping[str, Any]:
        kind = {"ArticleNumber": "", "AccountNumber": account, "Unit": "st", "VAT": rate}
        return row(str(quantity), str(price), str(total), text, **kind)

    rows = [
        sold(1, 12000, 25, "Kursdag", "3041"),
        sold(14, 145, 12, "Lunch", "3042"),
        sold(14, 289, 6, "Kursbok", "3043"),
    ]
    return transferred(
        "three VAT rates",
        books.invoice(BJORK, rows),
        head=sums("18076", "3486.36", "21562", "-0.36"),
        rows=(
            booked(1, 12000, 12000, 25, "Kursdag", 3041),
            booked(14, 145, 2030, 12, "Lunch", 3042),
            booked(14, 289, 4046, 6, "Kursbok", 3043),
        ),
    )


def many_decimals(books: Books) -> Expectation:
    # 1.333 × 1 187.5065 = 1 582.9461…, to the öre 1 582.95. Rounded first, 1.33 × 1 187.51 = 1 579.39 would be wrong,
    # so it goes as one piece. 2 × 1 150 = 2 300: together 3 882.95; 25 % = 970.7375, that is 970.74; 4 853.69, in whole
    # kronor 4 854
    invoice = books.invoice(BJORK, [hours("1.333", "1187.5065", "Analys"), hours("2", "1150.0000", "Avstämning")])
    # Which unit the piece has is left open: none is sent, and Fortnox then takes the article's.
    piece = row("1", "1582.95", "1582.95", "Analys (1,333 h x 1 187,5065)")
    stated = ({name: value for name, value in piece.items() if name != "Unit"}, row("2", "1150", "2300", "Avstämning"))
    return transferred("1.333 h at four decimals", invoice, head=sums("3882.95", "970.74", "4854", "0.31"), rows=stated)


def ore_explained(books: Books) -> Expectation:
    # 3 × 1 233.33 = 3 699.99. Severa's VAT is rounded per row: 3 × 308.33 = 924.99; Fortnox's on the sum: 924.9975,
    # that is 925.00. 4 624.99, in whole kronor 4 625
    rows = [fee("1", "1233.33", f"Förvaltning, del {part} av 3", "FAST", measurement_unit=None) for part in (1, 2, 3)]
    stated = tuple(
        row("1", "1233.33", "1233.33", f"Förvaltning, del {part} av 3", ArticleNumber="FAST", Unit="")
        for part in (1, 2, 3)
    )
    return transferred(
        "one öre off, explained by rounding",
        books.invoice(BJORK, rows, totalTax=Decimal("924.99")),
        head=sums("3699.99", "925", "4625", "0.01"),
        rows=stated,
        noted={"totals-rounded"},
    )


CASES = (three_vat_rates, many_decimals, ore_explained)
