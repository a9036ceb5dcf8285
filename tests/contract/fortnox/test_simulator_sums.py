"""The simulated Fortnox's sums and searches, by their rules."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.contract.fortnox.company import Called, company, row


@pytest.fixture
def called() -> Called:
    return company()


@pytest.mark.parametrize(
    ("price", "kept"), [("1.125", "1.13"), ("1.123", "1.12"), ("-1.125", "-1.13"), ("2.675", "2.68")]
)
def test_a_price_is_kept_with_two_decimals_half_up(called: Called, price: str, kept: str) -> None:
    (made,) = called.invoice(row(Price=Decimal(price)))["InvoiceRows"]
    assert made["Price"] == Decimal(kept)


def test_a_quantity_left_out_is_zero(called: Called) -> None:
    made = called.invoice(row(DeliveredQuantity=None))
    assert (made["InvoiceRows"][0]["DeliveredQuantity"], made["Total"]) == ("0", 0)


def test_vat_is_summed_per_rate_and_the_total_rounded_to_kronor(called: Called) -> None:
    made = called.invoice(
        row(Price=Decimal("99.99"), DeliveredQuantity="1.5"),
        row(Price=Decimal("10.33"), VAT=6),
        row(Price=Decimal("0.02"), VAT=25),
    )
    assert made["Net"] == Decimal("149.99") + Decimal("10.33") + Decimal("0.02")
    assert made["TotalVAT"] == Decimal("37.50") + Decimal("0.62")
    assert (made["Total"], made["RoundOff"]) == (198, Decimal("-0.46"))
    assert made["Balance"] == made["TotalToPay"] == made["Total"]


@pytest.mark.parametrize(("currency", "rounds"), [("EUR", True), ("SEK", False)])
def test_only_kronor_are_rounded_and_only_where_the_company_says_so(
    called: Called, currency: str, rounds: bool
) -> None:
    called.state.company.rounds_to_krona = rounds
    made = called.invoice(row(Price=Decimal("0.99")), Currency=currency)
    assert (made["Total"], made["RoundOff"]) == (Decimal("1.24"), 0)


@pytest.mark.parametrize(
    ("vat_type", "vat", "account"),
    [
        ("SEVAT", 250, 3041),
        ("EUVAT", 250, 3106),
        ("EUREVERSEDVAT", 0, 3108),
        ("EXPORT", 0, 3105),
        ("SEREVERSEDVAT", 0, 3041),
    ],
)
def test_the_customers_vat_type_decides_over_the_row(called: Called, vat_type: str, vat: int, account: int) -> None:
    called.put("/3/customers/1", {"Customer": {"Name": "Kunden AB", "VATType": vat_type}})
    made = called.invoice(row(VAT=25))
    assert (made["TotalVAT"], made["InvoiceRows"][0]["AccountNumber"]) == (vat, account)


def test_discounts_and_prices_with_vat(called: Called) -> None:
    percent = called.invoice(row(Discount=Decimal("12.5")))
    amount = called.invoice(row(Discount=100, DiscountType="AMOUNT"))
    including = called.invoice(row(Price=1250), VATIncluded=True)
    assert [made["Net"] for made in (percent, amount, including)] == [875, 900, 1000]
    assert [made["Total"] for made in (percent, amount, including)] == [1094, 1125, 1250]


def test_a_row_takes_what_it_lacks_from_article_or_account(called: Called) -> None:
    made = called.invoice(
        row(), row(ArticleNumber=None, AccountNumber=3002, Description="Bok"), {"Description": "Text"}
    )
    taken = [(kept["Description"], kept["Unit"], kept["VAT"], kept["AccountNumber"]) for kept in made["InvoiceRows"]]
    assert taken == [("Konsulttid", "h", 25, 3041), ("Bok", "", 12, 3002), ("Text", "", 0, None)]


def test_an_invoice_takes_what_it_lacks_from_customer_and_register(called: Called) -> None:
    called.state.add_customer(
        CustomerNumber="2", Name="Utland", Currency="EUR", TermsOfPayment="10", City="Oslo", YourReference="Kari"
    )
    made = called.invoice(CustomerNumber="2")
    taken = {name: made[name] for name in ("CustomerName", "City", "YourReference", "TermsOfPayment", "DueDate")}
    assert taken == {
        "CustomerName": "Utland",
        "City": "Oslo",
        "YourReference": "Kari",
        "TermsOfPayment": "10",
        "DueDate": "2026-01-25",
    }
    assert (made["Currency"], made["CurrencyRate"]) == ("EUR", Decimal("11.25"))
    assert called.invoice(CustomerNumber="2", CurrencyRate=Decimal("11.4"))["CurrencyRate"] == Decimal("11.4")


# Searches


def _numbers(called: Called, **query: Any) -> list[str]:
    return [item["DocumentNumber"] for item in called.get("/3/invoices", **query)["Invoices"]]


def test_a_search_finds_what_contains_the_text_in_capitals_or_not(called: Called) -> None:
    for number in ("10", "21", "3"):
        called.state.add_customer(CustomerNumber=number, Name=f"Bolaget {number}")
    found = called.get("/3/customers", customernumber="1", name="BOLAGET")["Customers"]
    assert [item["CustomerNumber"] for item in found] == ["10", "21"]


@pytest.mark.parametrize(("prefix", "found"), [(False, ["1", "2"]), (True, ["1"])])
def test_invoices_are_found_by_reference_anywhere_or_from_its_start(
    called: Called, prefix: bool, found: list[str]
) -> None:
    called.state.switches.reference_search_is_prefix = prefix
    for reference in ("S#1", "AS#12", "other"):
        called.invoice(ExternalInvoiceReference1=reference)
    assert _numbers(called, externalinvoicereference1="s#1") == found


def test_cancelled_invoices_stay_in_searches_and_say_so(called: Called) -> None:
    called.invoice(ExternalInvoiceReference1="S#1")
    called.put("/3/invoices/1/cancel")
    (item,) = called.get("/3/invoices", externalinvoicereference1="S#1")["Invoices"]
    assert item["Cancelled"] is True
    assert _numbers(called, filter="cancelled") == ["1"]
    assert _numbers(called, filter="unbooked") == []


def test_named_filters_follow_an_invoices_life(called: Called) -> None:
    called.invoice()
    called.invoice()
    called.put("/3/invoices/2/bookkeep")
    assert (_numbers(called, filter="unbooked"), _numbers(called, filter="unpaid")) == (["1"], ["2"])
    called.clock.pass_(40 * 24 * 3600)
    called.renew()
    assert _numbers(called, filter="unpaidoverdue") == ["2"]
    called.state.pay_invoice("2")
    assert (_numbers(called, filter="unpaid"), _numbers(called, filter="fullypaid")) == ([], ["2"])


def test_a_new_record_is_found_after_the_search_delay_and_read_at_once(called: Called) -> None:
    called.state.switches.search_delay = 5
    called.invoice()
    assert (_numbers(called), called.get("/3/invoices/1")["Invoice"]["DocumentNumber"]) == ([], "1")
    called.clock.pass_(5)
    assert _numbers(called) == ["1"]


def test_changes_are_found_since_a_swedish_minute(called: Called) -> None:
    called.clock.pass_(120)
    called.invoice()
    assert _numbers(called, lastmodified="2026-01-15 12:02") == ["1"]
    assert _numbers(called, lastmodified="2026-01-15 12:03") == []


def test_lists_come_in_pages(called: Called) -> None:
    for number in range(100, 351):
        called.state.add_customer(CustomerNumber=str(number), Name="Kund")
    third = called.get("/3/customers", page=3)
    assert third["MetaInformation"] == {"@TotalResources": 252, "@TotalPages": 3, "@CurrentPage": 3}
    assert [len(third["Customers"]), len(called.get("/3/customers", limit=500)["Customers"])] == [52, 252]
    assert called.get("/3/projects", offset=10000)["Projects"] == []
    nothing = called.get("/3/customers", name="ingen")
    assert nothing["MetaInformation"] == {"@TotalResources": 0, "@TotalPages": 0, "@CurrentPage": 1}


@pytest.mark.parametrize(
    ("query", "code"),
    [("filter=none", 2000587), ("limit=501", 2000588), ("page=0", 2000588), ("CustomerName=x", 2000588)],
)
def test_a_list_refuses_what_it_cannot_be_asked(called: Called, query: str, code: int) -> None:
    assert called.refused("GET", f"/3/invoices?{query}") == (400, code)
