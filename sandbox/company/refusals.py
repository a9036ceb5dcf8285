"""Invoices that must not go through until a person changes something, each for the one reason its name says."""

from __future__ import annotations

from decimal import Decimal

from sandbox.company.abroad import REVERSE_CHARGE, ZERO
from sandbox.company.books import Books, fee, hours
from sandbox.company.everyday import support
from sandbox.company.expectations import Expectation, refused
from sandbox.company.firms import BJORK, FJORDSYN, HAVSBRIS, KVARNEN, OSTERGAARD, RHEINTAL, SALLADER, VIND


def unit_missing(books: Books) -> Expectation:
    invoice = books.invoice(BJORK, [hours("3", "9200", "Konsult på plats", measurement_unit="dag")])
    return refused("unit missing in Fortnox", invoice, "unit-missing")


def customer_inactive(books: Books) -> Expectation:
    return refused(
        "customer inactive in Fortnox", books.invoice(KVARNEN, [hours("6", "1150")]), "customer-inactive-in-fortnox"
    )


def customer_number_taken(books: Books) -> Expectation:
    return refused(
        "customer number is another company's", books.invoice(SALLADER, [hours("6", "1150")]), "customer-number-taken"
    )


def too_many_rows(books: Books) -> Expectation:
    return refused("501 rows", books.invoice(VIND, support(501)), "too-many-rows")


def no_rows(books: Books) -> Expectation:
    return refused("no rows", books.invoice(BJORK, []), "no-rows")


def currency_missing(books: Books) -> Expectation:
    invoice = books.invoice(FJORDSYN, [hours("20", "1290", vat_rate=ZERO)])
    return refused("Norwegian kroner, not in Fortnox", invoice, "currency-missing")


def ore_unexplained(books: Books) -> Expectation:
    # 7 × 1 200 = 8 400; 25 % is 2 100 however it is rounded
    invoice = books.invoice(BJORK, [hours("7", "1200")], totalTax=Decimal("2100.01"))
    return refused("one öre off, explained by nothing", invoice, "totals-differ")


def vat_contradiction(books: Books) -> Expectation:
    # 25 % VAT in Severa, but the Fortnox card says export.
    return refused(
        "VAT type contradicts the card", books.invoice(HAVSBRIS, [hours("11", "1150")]), "vat-type-contradiction"
    )


def vat_number_missing(books: Books) -> Expectation:
    invoice = books.invoice(
        OSTERGAARD,
        [hours("18", "102", vat_rate=ZERO)],
        currencyRate=Decimal("11.30"),
        reverse_charge=REVERSE_CHARGE,
    )
    return refused("EU customer without VAT number", invoice, "vat-number-missing")


def forgotten_rate(books: Books) -> Expectation:
    invoice = books.invoice(
        RHEINTAL, [hours("8", "105", vat_rate=ZERO)], currencyRate=Decimal(1), reverse_charge=REVERSE_CHARGE
    )
    return refused("euro at the rate of 1", invoice, "currency-rate-implausible")


def article_name_differs(books: Books) -> Expectation:
    invoice = books.invoice(BJORK, [fee("1", "14500", "Workshop", "WORKSHOP")])
    return refused("article of another name", invoice, "article-name-differs")


def product_older(books: Books) -> Expectation:
    invoice = books.invoice(BJORK, [fee("1", "3200", "Arkivering", "ARKIV")])
    return refused("old product without article", invoice, "article-older-than-activation")


def payment_term_missing(books: Books) -> Expectation:
    invoice = books.invoice(BJORK, [hours("4", "1150")], paymentTerm=17, dueDate=books.due(17))
    return refused("17 days to pay, no such terms in Fortnox", invoice, "payment-term-missing")


def attachment_not_pdf(books: Books) -> Expectation:
    invoice = books.invoice(BJORK, [hours("2", "1150")])
    books.severa.add_invoice_file(invoice, "Tidrapport.docx", b"PK\x03\x04", content_type="application/msword")
    return refused("attachment that is no PDF", invoice, "attachment-not-pdf")


CASES = (
    unit_missing,
    customer_inactive,
    customer_number_taken,
    too_many_rows,
    no_rows,
    currency_missing,
    ore_unexplained,
    vat_contradiction,
    vat_number_missing,
    forgotten_rate,
    article_name_differs,
    product_older,
    payment_term_missing,
    attachment_not_pdf,
)
