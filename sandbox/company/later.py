"""What comes in later acts: credit notes, and invoices that Severa numbers and sends."""

from __future__ import annotations

from sandbox.company.books import USED_NUMBER, Books, hours, row, sums
from sandbox.company.expectations import Expectation, NumberOf, refused, transferred
from sandbox.company.firms import BJORK
from sandbox.severa.shapes import Record


def credited(credit_note: Record, plain: Record) -> Expectation:
    # −10 × 1 150 = −11 500; 25 % = −2 875
    head = sums(
        "-11500", "-2875", "-14375", Credit="true", CreditInvoiceReference=NumberOf(plain["guid"]), Project="501"
    )
    stated = (row("-10", "1150", "-11500", "Kredit: rådgivning", Project="501"),)
    return transferred("credit note", credit_note, head=head, rows=stated)


def late_original(late: Record) -> Expectation:
    # 7.5 × 1 195 = 8 962.50; 25 % = 2 240.625, half up 2 240.63; 11 203.13, in whole kronor 11 203
    head = sums("8962.50", "2240.63", "11203", "-0.13", Project="502")
    return transferred(
        "original of the refused credit note",
        late,
        head=head,
        rows=(row("7.5", "1195", "8962.50", "Granskning av mätdata", Project="502"),),
    )


def credited_late(credit_note: Record, late: Record) -> Expectation:
    # The original's amounts the other way round: half away from zero is the same for both.
    head = sums("-8962.50", "-2240.63", "-11203", "0.13", Credit="true", CreditInvoiceReference=NumberOf(late["guid"]))
    stated = (row("-7.5", "1195", "-8962.50", "Kredit: granskning av mätdata", Project="502"),)
    return transferred("credit note, its original now transferred", credit_note, head=head, rows=stated)


def numbered(books: Books) -> Expectation:
    # 12 × 1 150 = 13 800; 25 % = 3 450
    # Check digit of 30001: 1 × 2 = 2, 3 × 2 = 6, the rest 0: 8, and 2 are missing to 10.
    invoice = books.invoice(BJORK, [hours("12", "1150")], number=30001, referenceNumber="300012")
    head = sums("13800", "3450", "17250", DocumentNumber="30001", ExternalInvoiceReference2="30001", OCR="300012")
    return transferred("Severa's number, free", invoice, number=30001, head=head, rows=(row("12", "1150", "13800"),))


def number_taken(books: Books) -> Expectation:
    invoice = books.invoice(BJORK, [hours("3", "1150")], number=USED_NUMBER, referenceNumber="240010")
    return refused("Severa's number, taken in Fortnox", invoice, "fortnox-2000861")


def number_missing(books: Books) -> Expectation:
    return refused("no number", books.invoice(BJORK, [hours("1", "1150")]), "invoice-number-missing")
