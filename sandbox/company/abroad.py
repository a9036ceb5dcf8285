"""Other currencies and the ways of not charging VAT; each on the customer card that fits it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sandbox.company.books import Books, hours, row, sums
from sandbox.company.expectations import Expectation, transferred
from sandbox.company.firms import BYGG, CASCADE, LOGISTIK, RHEINTAL

#: What Severa's setting "reverse charge" prints.
REVERSE_CHARGE = "Omvänd betalningsskyldighet / Reverse charge"
ZERO = Decimal(0)


def euro(books: Books) -> Expectation:
    # 37.5 × 98.50 = 3 693.75; 25 % = 923.4375, that is 923.44; only kronor are rounded to whole ones
    invoice = books.invoice(LOGISTIK, [hours("37.5", "98.50")], currencyRate=Decimal("11.4375"))
    rate: dict[str, Any] = {"Currency": "EUR", "CurrencyRate": Decimal("11.4375"), "CurrencyUnit": 1, "Language": "SV"}
    return transferred(
        "euro with a rate",
        invoice,
        head=sums("3693.75", "923.44", "4617.19", **rate),
        rows=(row("37.5", "98.50", "3693.75", Project="504"),),
    )


def eu_reverse_charge(books: Books) -> Expectation:
    # 64 × 105 = 6 720, without VAT; booked on the article's account for services to the EU
    invoice = books.invoice(
        RHEINTAL,
        [hours("64", "105", "Produktionsplanung", vat_rate=ZERO)],
        currencyRate=Decimal("11.2875"),
        reverse_charge=REVERSE_CHARGE,
    )
    rate: dict[str, Any] = {"Currency": "EUR", "CurrencyRate": Decimal("11.2875")}
    return transferred(
        "EU reverse charge",
        invoice,
        head=sums("6720", "0", "6720", Language="EN", Country="Germany", **rate),
        rows=(row("64", "105", "6720", "Produktionsplanung", VAT=0, AccountNumber=3308),),
    )


def domestic_reverse_charge(books: Books) -> Expectation:
    # 32 × 620 = 19 840, without VAT; booked on the article's account for construction services
    text = "Uthyrd montör, byggtjänst"
    invoice = books.invoice(BYGG, [hours("32", "620", text, vat_rate=ZERO)], reverse_charge=REVERSE_CHARGE)
    return transferred(
        "domestic reverse charge",
        invoice,
        head=sums("19840", "0", "19840", Currency="SEK", Language="SV", Country="Sverige"),
        rows=(row("32", "620", "19840", text, VAT=0, AccountNumber=3231, Project="506"),),
    )


def export(books: Books) -> Expectation:
    # 24 × 110 = 2 640, without VAT; booked on the article's account for export
    invoice = books.invoice(CASCADE, [hours("24", "110", "Market study", vat_rate=ZERO)], currencyRate=Decimal("10.38"))
    rate: dict[str, Any] = {"Currency": "USD", "CurrencyRate": Decimal("10.38")}
    return transferred(
        "export",
        invoice,
        head=sums("2640", "0", "2640", Language="EN", City="Seattle", Country="United States", **rate),
        rows=(row("24", "110", "2640", "Market study", VAT=0, AccountNumber=3305, Project="507"),),
    )


CASES = (euro, eu_reverse_charge, domestic_reverse_charge, export)
