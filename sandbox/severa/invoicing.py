"""The back door for invoices: Severa has no call that adds a row, so rows and what is behind them are seeded here.

Totals follow from the rows: each row's net and VAT are rounded half away from zero to the öre, then added up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Any

from sandbox.severa.builders import MasterDataBuilders
from sandbox.severa.registers import SHAPES
from sandbox.severa.shapes import Record

ORE = Decimal("0.01")


class RowType(StrEnum):
    """What a row was made of, in Severa's words."""

    HOURS = "Hours"
    FEES = "ProjectFees"
    TRAVEL = "TravelExpenses"
    FLAT_RATE = "FlatRate"


CATEGORY = {
    RowType.HOURS: "Hours",
    RowType.FEES: "ProjectFees",
    RowType.TRAVEL: "Travels",
    RowType.FLAT_RATE: "ProjectFees",
}
ORIGINS = {RowType.HOURS: "work_hours", RowType.FEES: "project_fees", RowType.TRAVEL: "travel_expenses"}
SOURCES = {
    "work_hours": ("work_types", "workType"),
    "project_fees": ("products", "product"),
    "travel_expenses": ("travel_expense_types", "travelExpense"),
    "reimbursed_work_hours": ("work_types", "workType"),
    "reimbursed_project_fees": ("products", "product"),
    "reimbursed_travel_expenses": ("travel_expense_types", "product"),
}
CREDIT_LINKS = {"creditNoteInvoice", "reimburseInvoice"}
SUBTOTAL = {
    RowType.HOURS: "workHoursTotalExcludingTax",
    RowType.FEES: "projectFeesTotalExcludingTax",
    RowType.TRAVEL: "projectTravelExpensesTotalExcludingTax",
    RowType.FLAT_RATE: "flatRatesTotalExcludingTax",
}


@dataclass(frozen=True)
class Row:
    """One invoice row to be.

    Args:
        quantity: negative on a credit note, if that is the reading under test.
        unit_price: without VAT, in the invoice's currency.
        vat_rate: percent; None for a row without VAT.
        codes: the product, work type or travel type codes merged into the row.
        sales_account: number and name as shown on the row; None for neither.
        projects: the projects of the hours, fees or expenses behind the row, one record each; empty for the
            invoice's first project. A flat rate has one project.
        origins: records behind the row that exist already; they are tied to it instead of making new ones.
    """

    description: str | None = "Consulting"
    quantity: Decimal = Decimal(1)
    unit_price: Decimal = Decimal(1000)
    vat_rate: Decimal | None = Decimal(25)
    row_type: RowType = RowType.FEES
    measurement_unit: str | None = None
    codes: tuple[str, ...] = ()
    sales_account: tuple[str, str] | None = ("3001", "Försäljning inom Sverige, 25 % moms")
    projects: Sequence[Record] = ()
    origins: Sequence[Record] = ()

    @property
    def net(self) -> Decimal:
        """The row's amount without VAT, in whole öre."""
        return (self.quantity * self.unit_price).quantize(ORE, ROUND_HALF_UP)

    @property
    def vat(self) -> Decimal:
        """The row's VAT, in whole öre."""
        return (self.net * (self.vat_rate or 0) / 100).quantize(ORE, ROUND_HALF_UP)


class InvoiceBuilders(MasterDataBuilders):
    """Invoices with rows, and the rule of numbers and statuses."""

    def add_invoice(
        self,
        customer: Record,
        *,
        projects: Sequence[Record] = (),
        rows: Sequence[Row] = (),
        status: str | Record = "Draft",
        currency: str | None = None,
        billing_customer: Record | None = None,
        day: date | None = None,
        credit_of: Record | None = None,
        reverse_charge: str | None = None,
        by: Record | None = None,
        **fields: Any,
    ) -> Record:
        """An invoice with its rows and settings.

        Args:
            customer: the projects' customer; `billing_customer` pays instead if given.
            status: by name or as a record; one with an invoice number gives the invoice its number.
            credit_of: makes the invoice a credit note of that invoice; the rows' signs are the caller's.
            reverse_charge: the text of a reverse charge, which also sets it on the invoice's settings.
            fields: any property by Severa's name; amounts such as ``totalTax=Decimal("250.01")`` replace what the
                rows add up to, so that a difference can be seeded.
        """
        payer = billing_customer or customer
        code = currency or (payer["currency"] or {}).get("code") or self.currency_code
        term = payer["paymentTerm"] if payer["paymentTerm"] is not None else 30
        invoiced = day or self.today()
        totals = self._totals(rows, {name: fields.pop(name) for name in list(fields) if "total" in name.lower()})
        values: Record = {
            "customer": customer,
            "billingCustomer": payer,
            "projects": list(projects),
            "status": self.status(status) if isinstance(status, str) else status,
            "date": invoiced,
            "dueDate": invoiced + timedelta(days=term),
            "paymentTerm": term,
            "currency": self.currency(code),
            "currencyRate": self.currency(code)["rate"],
            "language": payer["language"],
            "isCreditNote": credit_of is not None,
            "workHoursQuantity": sum((r.quantity for r in rows if r.row_type is RowType.HOURS), Decimal(0)),
            **self._parties(payer),
            **{name: self.money(amount, code) for name, amount in totals.items()},
        }
        invoice = self.insert("invoices", by=by, **values | fields)
        if credit_of is not None:
            self._link_credit_note(invoice, credit_of)
        self._enter_status(invoice)
        settings = self.insert(
            "invoice_settings",
            by=by,
            isReverseCharged=reverse_charge is not None,
            reverseChargeDescription=reverse_charge,
        )
        self.settings_of[invoice["guid"]] = settings["guid"]
        for order, row in enumerate(rows):
            self._add_row(invoice, row, order, by)
        return invoice

    def add_invoice_file(
        self, invoice: Record, name: str, content: bytes, *, content_type: str = "application/pdf", **fields: Any
    ) -> Record:
        """A file of an invoice: answers its metadata, whose `guid` and `fileGuid` differ (`reference` severa 9.5)."""
        file = self.add_file(name, content, content_type=content_type, category="Invoice")
        return self.insert(
            "invoice_files",
            name=name,
            invoiceGuid=invoice["guid"],
            fileGuid=file["guid"],
            contentType=content_type,
            size=len(content),
            sortOrder=len(self.all("invoice_files", invoiceGuid=invoice["guid"])),
            **fields,
        )

    def add_file(
        self, name: str, content: bytes, *, content_type: str, category: str, by: Record | None = None
    ) -> Record:
        """The stored bytes that a record's `fileGuid` names."""
        file = self.insert("files", by=by, name=name, contentType=content_type, category=category, size=len(content))
        self.contents[file["guid"]] = content
        return file

    def move_invoice(self, invoice: Record, status: Record, *, by: Record | None = None) -> None:
        """Put the invoice in a status; one with an invoice number gives it the next number if it has none."""
        self.update("invoices", invoice, by=by, status=status)
        self._enter_status(invoice)

    def status_of(self, invoice: Record) -> Record:
        """The invoice's status with all its flags."""
        return self.records["invoice_statuses"][invoice["status"]["guid"]]

    def _enter_status(self, invoice: Record) -> None:
        status = self.status_of(invoice)
        invoice["canBeDeleted"] = not (status["isReadOnly"] or status["hasInvoiceNumber"])
        if status["hasInvoiceNumber"] and invoice["number"] is None:
            invoice["number"] = self._take_number("invoices")
        if status["hasInvoiceNumber"] and invoice["referenceNumber"] is None:
            invoice["referenceNumber"] = with_check_digit(invoice["number"])

    def _link_credit_note(self, credit_note: Record, original: Record) -> None:
        under = self.readings.original_under
        (back,) = CREDIT_LINKS - {under}
        self._store("invoices", credit_note, {under: original})
        self.update("invoices", original, **{back: credit_note})

    def _totals(self, rows: Sequence[Row], given: dict[str, Decimal]) -> dict[str, Decimal]:
        net = given.get("totalExcludingTax", sum((row.net for row in rows), Decimal(0)))
        vat = given.get("totalTax", sum((row.vat for row in rows), Decimal(0)))
        by_type = {
            name: sum((row.net for row in rows if row.row_type is kind), Decimal(0)) for kind, name in SUBTOTAL.items()
        }
        return by_type | {"totalExcludingTax": net, "totalTax": vat, "totalIncludingTax": net + vat} | given

    def _parties(self, payer: Record) -> Record:
        """Who sends and who receives, as printed: copies that do not follow later changes."""
        addresses = [a for a in self.all("addresses") if a["customer"] and a["customer"]["guid"] == payer["guid"]]
        billing = next((a for a in addresses if a["isBillingAddress"]), addresses[0] if addresses else None)
        own = self.organisation
        receiver = None
        if billing is not None:
            receiver = {name: billing[name] for name in ("addressline", "city", "postalCode")}
            receiver["country"] = billing["country"] and billing["country"]["name"]
        return {
            "receiverCustomerName": payer["name"],
            "receiverKvkNumber": payer["kvkNumber"],
            "receiverVatNumber": payer["vatNumber"],
            "receiverContactEmail": payer["email"],
            "receiverAddress": receiver,
            "senderName": own["name"],
            "senderKvkNumber": own["kvkNumber"],
            "senderVatNumber": own["vatNumber"],
            "senderAddress": {
                "addressline": own["address"],
                "city": own["city"],
                "postalCode": own["postalCode"],
                "country": own["country"]["name"],
            },
        }

    def _add_row(self, invoice: Record, row: Row, order: int, by: Record | None) -> None:
        currency = invoice["currency"]["code"]
        account = row.sales_account
        record = self.insert(
            "invoice_rows",
            by=by,
            invoiceGuid=invoice["guid"],
            rowType=row.row_type.value,
            category=CATEGORY[row.row_type],
            description=row.description,
            quantity=row.quantity,
            unitPrice=self.money(row.unit_price, currency),
            vatRate=row.vat_rate,
            measurementUnit=row.measurement_unit,
            code=list(row.codes),
            sortOrder=order,
            salesAccount=None if account is None else {"number": account[0], "name": account[1]},
        )
        projects = list(row.projects) or invoice["projects"][:1]
        if row.row_type is RowType.FLAT_RATE:
            flat = self.insert(
                "flat_rates",
                project=projects[0] if projects else None,
                price=self.money(row.unit_price, currency),
                invoiceGuid=invoice["guid"],
            )
            record["flatRateGuid"] = flat["guid"]
            return
        is_reimbursed = invoice["isCreditNote"] and self.readings.credit_rows_reimburse
        register = f"reimbursed_{ORIGINS[row.row_type]}" if is_reimbursed else ORIGINS[row.row_type]
        for origin in row.origins or [self._origin(register, row, p, len(projects), currency) for p in projects]:
            on_invoice = {"invoiceGuid": invoice["guid"]} if is_reimbursed else {"invoice": invoice}
            self._store(register, origin, on_invoice | {"invoiceRowGuid": record["guid"]})

    def _origin(self, register: str, row: Row, project: Record, among: int, currency: str) -> Record:
        """One hour, fee or expense behind a row; several share its quantity."""
        project = self.records["projects"][project["guid"]]
        values = {
            "project": project,
            "customer": project["customer"],
            "phase": project["rootPhase"],
            "user": self.person,
            "description": row.description,
            "eventDate": self.today(),
            "quantity": row.quantity / among,
            "invoiceQuantity": row.quantity / among,
            "unitPrice": self.money(row.unit_price, currency),
            **self._source(register, row),
        }
        known = SHAPES[register].fields
        return self.insert(register, **{name: value for name, value in values.items() if name in known})

    def _source(self, register: str, row: Row) -> Record:
        """The work type, product or travel type with the row's first code, if the organisation has it."""
        kind, name = SOURCES[register]
        found = self.all(kind, code=row.codes[0]) if row.codes else []
        return {name: found[0] if found else None}


def with_check_digit(number: int) -> str:
    """The number as a Swedish payment reference: its Luhn digit behind it."""
    digits = [int(digit) * (2 - position % 2) for position, digit in enumerate(reversed(str(number)))]
    return f"{number}{-sum(d // 10 + d % 10 for d in digits) % 10}"
