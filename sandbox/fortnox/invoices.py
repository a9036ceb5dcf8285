"""``/3/invoices`` and what can be done to an invoice."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from werkzeug.wrappers import Request, Response

from sandbox.fortnox import drafting
from sandbox.fortnox.arithmetic import short
from sandbox.fortnox.collection import Collection
from sandbox.fortnox.errors import Code, Invented, Refused
from sandbox.fortnox.exchange import BASE, Route, answer, unwrapped
from sandbox.fortnox.fields import Table, checked, decimal, words
from sandbox.fortnox.listing import Listing, Match, contains, flag, not_after, not_before, starts
from sandbox.fortnox.shapes import Record
from sandbox.fortnox.tables import INVOICE

_ITEM = words(
    "Balance Booked Cancelled CostCenter Currency CurrencyRate CurrencyUnit CustomerName CustomerNumber DocumentNumber "
    "DueDate ExternalInvoiceReference1 ExternalInvoiceReference2 InvoiceDate InvoiceType NoxFinans OCR VoucherNumber "
    "VoucherSeries VoucherYear WayOfDelivery TermsOfPayment Project Sent Total FinalPayDate"
)


def _in_a_row(match: Match) -> Match:
    return lambda invoice, value: any(match(row, value) for row in invoice["InvoiceRows"])


_FILTERS: dict[str, Match] = {
    **{
        name.lower(): contains(name)
        for name in words(
            "CostCenter CustomerName CustomerNumber DocumentNumber OCR OurReference YourReference Project "
            "ExternalInvoiceReference1 ExternalInvoiceReference2 InvoiceType Currency YourOrderNumber"
        )
    },
    **{name.lower(): flag(name) for name in ("Sent", "NotCompleted", "Credit")},
    "fromdate": not_before("InvoiceDate"),
    "todate": not_after("InvoiceDate"),
    "fromfinalpaydate": not_before("FinalPayDate"),
    "tofinalpaydate": not_after("FinalPayDate"),
    "label": lambda invoice, value: any(str(label["Id"]) == value for label in invoice["Labels"]),
    "articlenumber": _in_a_row(contains("ArticleNumber")),
    "articledescription": _in_a_row(contains("Description")),
    "accountnumberfrom": _in_a_row(lambda row, value: (row["AccountNumber"] or 0) >= int(value)),
    "accountnumberto": _in_a_row(lambda row, value: 0 < (row["AccountNumber"] or 0) <= int(value)),
}


class Invoices(Collection):
    """Customer invoices: created, changed until booked, booked or cancelled, credited; never deleted."""

    name = "invoices"
    wrapper = "Invoice"
    plural = "Invoices"
    scopes = ("invoice",)
    table: ClassVar[Table] = INVOICE
    absent = ("Kan inte hitta fakturan.", Code.NO_INVOICE)
    location = "invoices"
    methods = "GET POST PUT"

    def routes(self) -> list[Route]:
        actions = {"bookkeep": self.bookkeep, "cancel": self.cancel, "credit": self.credit}
        actions["externalprint"] = self.externalprint
        path = f"/3/{self.name}/<number>"
        return [
            *super().routes(),
            *(Route("PUT", f"{path}/{name}", action, self.scopes) for name, action in actions.items()),
        ]

    @property
    def listing(self) -> Listing:  # type: ignore[override]
        """Depends on the readings in force."""
        filters = dict(_FILTERS)
        if self.state.switches.reference_search_is_prefix:
            filters |= {name.lower(): starts(name) for name in _ITEM if name.startswith("ExternalInvoiceReference")}
        return Listing(
            filters=filters,
            named={
                "cancelled": lambda invoice: invoice["Cancelled"],
                "unbooked": lambda invoice: not invoice["Booked"] and not invoice["Cancelled"],
                "fullypaid": lambda invoice: invoice["Booked"] and invoice["Balance"] == 0,
                "unpaid": self._unpaid,
                "unpaidoverdue": lambda invoice: (
                    self._unpaid(invoice) and invoice["DueDate"] < self.state.today().isoformat()
                ),
            },
            sorts={
                "customername": "CustomerName",
                "customernumber": "CustomerNumber",
                "documentnumber": "DocumentNumber",
                "invoicedate": "InvoiceDate",
                "ocr": "OCR",
                "total": "Total",
            },
        )

    def item(self, record: Record) -> Record:
        """A list writes the currency rate as a text."""
        return {name: record[name] for name in _ITEM} | {"CurrencyRate": short(decimal(record["CurrencyRate"]))}

    def shown(self, record: Record, status: int = 200, **headers: str) -> Response:
        number = record["DocumentNumber"]
        addresses = {
            "@url": f"{BASE}/invoices/{number}",
            "@urlTaxReductionList": f"{BASE}/taxreductions?filter=invoices&referencenumber={number}",
        }
        return answer({self.wrapper: addresses | record}, status, **headers)

    def create(self, request: Request) -> Response:
        sent = self._sent(request, creating=True)
        invoice = self.register.put(drafting.draft(self.state, sent))
        self._point_back(invoice)
        return self.shown(invoice, 201, Location=self.location)

    def update(self, request: Request, number: str) -> Response:
        old = self.found(number)
        self._require_open(old)
        sent = self._sent(request, creating=False)
        return self.shown(self.register.put(drafting.redraft(self.state, old, sent)))

    def bookkeep(self, _request: Request, number: str) -> Response:
        """Book it: from now on it cannot be changed; with nothing to pay it is paid at once (recorded)."""
        invoice = self.found(number)
        self._require_open(invoice)
        drafting.require_open_period(self.state, invoice["InvoiceDate"])
        voucher = {"VoucherNumber": self.state.next_in("vouchers B"), "VoucherSeries": "B", "VoucherYear": 1}
        paid = self.state.today().isoformat() if invoice["Balance"] == 0 else None
        return self.shown(self.register.put(invoice | voucher | {"Booked": True, "FinalPayDate": paid}))

    def cancel(self, _request: Request, number: str) -> Response:
        """Cancel it, unless it is booked."""
        invoice = self.found(number)
        self._require_open(invoice)
        return self.shown(self.register.put(invoice | {"Cancelled": True, "Balance": Decimal(0)}))

    def credit(self, _request: Request, number: str) -> Response:
        """Create its credit note; the answer is the original, naming the new one."""
        original = self.found(number)
        if original["Cancelled"]:
            raise Refused("Fakturan är makulerad.", Invented.CANCELLED)
        self._point_back(self.register.put(drafting.credit_of(self.state, original)))
        return self.shown(self.found(number))

    def externalprint(self, _request: Request, number: str) -> Response:
        """Note that it was sent by other means."""
        return self.shown(self.register.put(self.found(number) | {"Sent": True}))

    def _sent(self, request: Request, *, creating: bool) -> Record:
        body = unwrapped(request, self.wrapper)
        sent = checked(body, self.table, creating=creating)
        if "CreditInvoiceReference" in sent and not self.state.switches.credit_reference_writable:
            raise Refused("Fältet CreditInvoiceReference är endast läsbart.", Code.READ_ONLY)
        return sent

    def _point_back(self, credit_note: Record) -> None:
        """The original names its credit note, as after the credit action."""
        original = self.register.get(credit_note["CreditInvoiceReference"])
        if original is not None:
            self.register.put(original | {"CreditInvoiceReference": credit_note["DocumentNumber"]})

    def _unpaid(self, invoice: Record) -> bool:
        booked = invoice["Booked"] or not self.state.switches.unpaid_needs_booking
        return booked and not invoice["Cancelled"] and invoice["Balance"] != 0

    @staticmethod
    def _require_open(invoice: Record) -> None:
        if invoice["Cancelled"]:
            raise Refused("Fakturan är makulerad.", Invented.CANCELLED)
        if invoice["Booked"]:
            raise Refused("Fakturan är bokförd.", Invented.BOOKED)
