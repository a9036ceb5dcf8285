"""``/3/invoicepayments``: as much as is needed to let an invoice be paid."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from werkzeug.wrappers import Request, Response

from sandbox.fortnox import drafting, shapes
from sandbox.fortnox.arithmetic import short
from sandbox.fortnox.collection import Collection
from sandbox.fortnox.errors import Code, Invented, Refused
from sandbox.fortnox.exchange import Route, unwrapped
from sandbox.fortnox.fields import Table, checked, decimal, merged, words
from sandbox.fortnox.listing import Listing
from sandbox.fortnox.shapes import Record
from sandbox.fortnox.tables import PAYMENT

_ITEM = words("Amount Booked Currency CurrencyRate CurrencyUnit InvoiceNumber Number PaymentDate Source")


class InvoicePayments(Collection):
    """Payments of customer invoices; the balance goes down when the payment is booked."""

    name = "invoicepayments"
    wrapper = "InvoicePayment"
    plural = "InvoicePayments"
    scopes = ("payment",)
    table: ClassVar[Table] = PAYMENT
    absent = ("Kan inte hitta betalningen.", Invented.NOT_FOUND)
    location = "invoicepayments"
    listing = Listing(
        filters={"invoicenumber": lambda payment, value: str(payment["InvoiceNumber"]) == value},
        sorts={"paymentdate": "PaymentDate"},
    )

    def routes(self) -> list[Route]:
        return [
            *super().routes(),
            Route("PUT", f"/3/{self.name}/<number>/bookkeep", self.bookkeep, self.scopes),
        ]

    def item(self, record: Record) -> Record:
        return {name: record[name] for name in _ITEM} | {"WriteOffExist": bool(record["WriteOffs"])}

    def create(self, request: Request) -> Response:
        sent = checked(unwrapped(request, self.wrapper), self.table, creating=True)
        invoice = self.state.invoices.get(str(sent["InvoiceNumber"]))
        if invoice is None:
            raise Refused("Kan inte hitta fakturan.", Code.NO_INVOICE)
        if not invoice["Booked"]:
            raise Refused("Fakturan är inte bokförd.", Invented.NOT_BOOKED)
        blank = shapes.payment() | {
            "Number": self.register.next_number(),
            "Currency": invoice["Currency"],
            "CurrencyRate": invoice["CurrencyRate"],
            "CurrencyUnit": invoice["CurrencyUnit"],
            "PaymentDate": self.state.today().isoformat(),
            "InvoiceCustomerName": invoice["CustomerName"],
            "InvoiceCustomerNumber": invoice["CustomerNumber"],
            "InvoiceDueDate": invoice["DueDate"],
            "InvoiceOCR": invoice["OCR"],
            "InvoiceTotal": short(decimal(invoice["Total"])),
            "ExternalInvoiceReference1": invoice["ExternalInvoiceReference1"],
            "ExternalInvoiceReference2": invoice["ExternalInvoiceReference2"],
        }
        payment = merged(blank, blank, sent)
        if "AmountCurrency" not in sent:
            payment["AmountCurrency"] = payment["Amount"]
        return self.shown(self.register.put(payment), 201, Location=self.location)

    def update(self, request: Request, number: str) -> Response:
        old = self._open(number)
        sent = checked(unwrapped(request, self.wrapper), self.table, creating=False)
        return self.shown(self.register.put(merged(shapes.payment(), old, sent)))

    def delete(self, request: Request, number: str) -> Response:
        self._open(number)
        return super().delete(request, number)

    def bookkeep(self, _request: Request, number: str) -> Response:
        """Book it: now the invoice's balance goes down."""
        payment = self._open(number)
        drafting.require_open_period(self.state, payment["PaymentDate"])
        amount = payment["Amount"] if payment["Currency"] == "SEK" else payment["AmountCurrency"]
        paid_on = date.fromisoformat(payment["PaymentDate"])
        self.state.pay_invoice(str(payment["InvoiceNumber"]), decimal(amount), paid_on)
        voucher = {"VoucherNumber": self.state.next_in("vouchers C"), "VoucherSeries": "C", "VoucherYear": 1}
        return self.shown(self.register.put(payment | voucher | {"Booked": True}))

    def _open(self, number: str) -> Record:
        payment = self.found(number)
        if payment["Booked"]:
            raise Refused("Betalningen är bokförd.", Invented.BOOKED)
        return payment
