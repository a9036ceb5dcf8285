"""Fortnox's sums: two decimals half up, VAT per rate, whole kronor, and the payment reference."""

from __future__ import annotations

from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal

from sandbox.fortnox.fields import decimal
from sandbox.fortnox.shapes import Record

ZERO = Decimal(0)
HUNDRED = Decimal(100)
FEE_VAT = Decimal(25)


def ore(amount: Decimal) -> Decimal:
    """Two decimals, half away from zero: 1.125 becomes 1.13 (`reference` fortnox 6.8)."""
    return amount.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def krona(amount: Decimal) -> Decimal:
    """Whole kronor, half away from zero."""
    return amount.quantize(Decimal(1), rounding=ROUND_HALF_UP)


def short(number: Decimal) -> str:
    """The number without trailing zeros or exponent, as quantities are answered."""
    return f"{number:f}".rstrip("0").rstrip(".") if "." in f"{number:f}" else f"{number:f}"


def luhn(digits: str) -> int:
    """The check digit to write after the digits."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        doubled = int(digit) * (2 if place % 2 == 0 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return -total % 10


def ocr(document_number: str) -> str:
    """The payment reference: the number, one digit for the whole length, a check digit (`reference` fortnox 7.5)."""
    body = f"{document_number}{(len(document_number) + 2) % 10}"
    return f"{body}{luhn(body)}"


def total_row(row: Record, *, vat_included: bool) -> None:
    """Fill in a row's rounded price and quantity and its totals."""
    price = row["Price"] = ore(decimal(row["Price"]))
    quantity = ore(decimal(row["DeliveredQuantity"]))
    discount = decimal(row["Discount"])
    gross = price * quantity
    off = gross * discount / HUNDRED if row["DiscountType"] == "PERCENT" else discount
    with_vat = 1 + decimal(row["VAT"]) / HUNDRED
    row["DeliveredQuantity"] = short(quantity)
    row["Total"] = ore(gross - off)
    row["TotalExcludingVAT"] = ore((gross - off) / with_vat) if vat_included else row["Total"]
    row["PriceExcludingVAT"] = ore(price / with_vat) if vat_included else price
    row["ContributionValue"] = short(row["TotalExcludingVAT"])
    row["ContributionPercent"] = "100" if row["TotalExcludingVAT"] else "0"


def total_invoice(invoice: Record, *, whole_kronor: bool, without_vat: bool) -> None:
    """Fill in an invoice's sums from its rows and fees, all in the invoice's currency.

    Args:
        whole_kronor: the company rounds what is to be paid; only invoices in SEK are rounded.
        without_vat: the customer pays no VAT to us (reverse charge, export).
    """
    rows = invoice["InvoiceRows"]
    bases: dict[Decimal, Decimal] = defaultdict(Decimal)
    vat = net = gross = ZERO
    for row in rows:
        net += row["TotalExcludingVAT"]
        gross += ore(row["PriceExcludingVAT"] * decimal(row["DeliveredQuantity"]))
        if invoice["VATIncluded"]:
            vat += row["Total"] - row["TotalExcludingVAT"]
        else:
            bases[decimal(row["VAT"])] += row["TotalExcludingVAT"]
    for fee in ("AdministrationFee", "Freight"):
        amount = invoice[fee] = ore(decimal(invoice[fee]))
        rate = ZERO if without_vat else FEE_VAT
        invoice[f"{fee}VAT"] = ore(amount * rate / HUNDRED)
        net += amount
        gross += amount
        bases[rate] += amount
    vat += sum((ore(base * rate / HUNDRED) for rate, base in bases.items()), ZERO)
    exact = net + vat
    total = krona(exact) if whole_kronor and invoice["Currency"] == "SEK" else exact
    invoice |= {
        "Gross": gross,
        "Net": net,
        "TotalVAT": vat,
        "RoundOff": total - exact,
        "Total": total,
        "TotalToPay": total,
        "Balance": total,
        "ContributionValue": net,
        "ContributionPercent": HUNDRED if net else ZERO,
        "HouseWork": any(row["HouseWork"] for row in rows),
    }
