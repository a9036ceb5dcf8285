"""From a checked request to a whole invoice: references, defaults from customer, article and company, and sums."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from sandbox.fortnox import rows, shapes
from sandbox.fortnox.arithmetic import ocr, total_invoice, total_row
from sandbox.fortnox.errors import Code, Invented, Refused
from sandbox.fortnox.fields import decimal, merged
from sandbox.fortnox.references import (
    require_cost_centre,
    require_currency,
    require_price_list,
    require_project,
    require_terms,
)
from sandbox.fortnox.shapes import Record
from sandbox.fortnox.tables import INVOICE

if TYPE_CHECKING:
    from sandbox.fortnox.state import FortnoxState

_COPIED = "Address1 Address2 City ZipCode Country Phone1 Phone2 DeliveryAddress1 DeliveryAddress2 DeliveryCity"
_COPIED += " DeliveryCountry DeliveryName DeliveryZipCode OrganisationNumber OurReference YourReference PriceList"
_COPIED += " TermsOfDelivery WayOfDelivery CostCenter Project"


def takes(name: str) -> bool:
    """Whether a request may set the field of an invoice."""
    return name in INVOICE and INVOICE[name].writable


def draft(state: FortnoxState, sent: Record) -> Record:
    """A new invoice, whole; not yet stored.

    Args:
        sent: the request's fields, checked against the table.

    Raises:
        Refused: a reference does not exist or may not be used.
    """
    customer = _customer(state, sent["CustomerNumber"])
    blank = {**shapes.invoice(), **_from_customer(state, customer)}
    invoice = merged(blank, blank, {name: value for name, value in sent.items() if name != "InvoiceRows"})
    invoice["DocumentNumber"] = _number(state, sent.get("DocumentNumber"))
    if not decimal(sent.get("CurrencyRate")):
        register = require_currency(state, invoice["Currency"])
        invoice |= {"CurrencyRate": register["SellRate"], "CurrencyUnit": register["Unit"]}
    _check_references(state, invoice)
    invoice["InvoiceDate"] = invoice["InvoiceDate"] or state.today().isoformat()
    invoice["OutboundDate"] = invoice["OutboundDate"] or state.today().isoformat()
    if not invoice["DueDate"]:
        invoice["DueDate"] = (date.fromisoformat(invoice["InvoiceDate"]) + _days(invoice["TermsOfPayment"])).isoformat()
    if not invoice["OCR"]:
        invoice["OCR"] = ocr(invoice["DocumentNumber"])
    invoice["InvoiceRows"] = rows.new(state, sent.get("InvoiceRows") or [], customer["VATType"])
    return _finished(state, invoice, customer)


def redraft(state: FortnoxState, old: Record, sent: Record) -> Record:
    """An invoice after an update; the booked and the cancelled ones are left alone by the caller.

    Raises:
        Refused: as in `draft`, or the document number was to be changed.
    """
    if sent.get("DocumentNumber") not in (None, "", old["DocumentNumber"]):
        raise Refused("Fältet DocumentNumber är endast läsbart.", Code.READ_ONLY)
    plain = {name: value for name, value in sent.items() if name not in {"InvoiceRows", "DocumentNumber"}}
    invoice = merged(shapes.invoice(), old, plain)
    customer = _customer(state, invoice["CustomerNumber"])
    _check_references(state, invoice)
    if sent.get("InvoiceRows") not in (None, ""):
        invoice["InvoiceRows"] = rows.updated(state, old["InvoiceRows"], sent["InvoiceRows"], customer["VATType"])
    return _finished(state, invoice, customer)


def credit_of(state: FortnoxState, original: Record) -> Record:
    """The invoice that takes the original back: the same rows with negative quantities."""
    copied = {name: original[name] for name in original if takes(name) and name not in _OWN and original[name]}
    negative = [rows.negated(row) for row in original["InvoiceRows"]]
    return draft(state, copied | {"InvoiceRows": negative, "CreditInvoiceReference": original["DocumentNumber"]})


_OWN = frozenset({"DocumentNumber", "OCR", "InvoiceDate", "DueDate", "OutboundDate", "CreditInvoiceReference"})


def blank_article(state: FortnoxState, sent: Record) -> Record:
    """An article of which nothing was given: accounts from the predefined ones, VAT from its sales account."""
    predefined = {name: state.predefined_accounts[name]["Account"] for name in _ARTICLE_ACCOUNTS.values()}
    blank = shapes.article() | {field: predefined[name] for field, name in _ARTICLE_ACCOUNTS.items()}
    if sent.get("Type") == "SERVICE":
        blank["SalesAccount"] = state.predefined_accounts["SALES2"]["Account"]
    blank["VAT"] = rows.vat_of_account(state, sent.get("SalesAccount") or blank["SalesAccount"])
    return blank


_ARTICLE_ACCOUNTS = {
    "SalesAccount": "SALES",
    "PurchaseAccount": "PURCHASE",
    "EUAccount": "SALES_EU",
    "EUVATAccount": "SALES_EU_VAT",
    "ExportAccount": "SALES_EXPORT",
}


def require_open_period(state: FortnoxState, day: str) -> None:
    """Refuse a document dated in the locked period."""
    locked = state.company.locked_until
    if locked is not None and date.fromisoformat(day) <= locked:
        raise Refused(f"Perioden är låst till och med {locked.isoformat()}.", Invented.LOCKED_PERIOD)


def _customer(state: FortnoxState, number: str) -> Record:
    customer = state.customers.get(number)
    if customer is None:
        raise Refused(f'Kunden "{number}" finns inte.', Code.DOCUMENT_CUSTOMER)
    if not customer["Active"]:
        raise Refused(f'Kunden "{number}" är inaktiv.', Invented.CUSTOMER_INACTIVE)
    return customer


def _from_customer(state: FortnoxState, customer: Record) -> Record:
    blank = shapes.invoice()
    copied = {name: customer[name] or blank[name] for name in _COPIED.split()}
    blank["EDIInformation"] |= {
        "EDIGlobalLocationNumber": customer["GLN"],
        "EDIGlobalLocationNumberDelivery": customer["GLNDelivery"],
    }
    blank["EmailInformation"]["EmailAddressTo"] = customer["EmailInvoice"] or customer["Email"]
    return copied | {
        "CustomerName": customer["Name"],
        "Currency": customer["Currency"] or "SEK",
        "TermsOfPayment": customer["TermsOfPayment"] or state.company.terms_of_payment,
        "Remarks": customer["InvoiceRemark"],
        "AdministrationFee": decimal(customer["InvoiceAdministrationFee"]),
        "Freight": decimal(customer["InvoiceFreight"]),
        "EDIInformation": blank["EDIInformation"],
        "EmailInformation": blank["EmailInformation"],
    }


def _number(state: FortnoxState, given: str | None) -> str:
    if not given:
        return state.invoices.next_number()
    if not re.fullmatch("[0-9]+", given):
        raise Refused("Värdet måste vara numeriskt. (DocumentNumber)", Code.NOT_NUMERIC)
    if state.invoices.taken(given):
        raise Refused(f"Dokumentnummer {given} används redan.", Code.DOCUMENT_NUMBER_TAKEN)
    return given


def _check_references(state: FortnoxState, invoice: Record) -> None:
    invoice["TermsOfPayment"] = require_terms(state, invoice["TermsOfPayment"])
    require_currency(state, invoice["Currency"])
    require_project(state, invoice["Project"])
    require_cost_centre(state, invoice["CostCenter"])
    require_price_list(state, invoice["PriceList"])
    credited = invoice["CreditInvoiceReference"] or "0"
    if credited != "0" and credited not in state.invoices:
        raise Refused(f"Fakturan {credited} finns inte.", Invented.UNKNOWN_CREDITED)


def _finished(state: FortnoxState, invoice: Record, customer: Record) -> Record:
    require_open_period(state, invoice["InvoiceDate"])
    if state.switches.completed_projects_refuse:
        _require_running_projects(state, invoice)
    for row in invoice["InvoiceRows"]:
        total_row(row, vat_included=invoice["VATIncluded"])
    total_invoice(
        invoice,
        whole_kronor=state.company.rounds_to_krona,
        without_vat=customer["VATType"] in rows.WITHOUT_VAT,
    )
    # An original names its credit note too, so the reference alone does not make a credit note.
    credits = invoice["CreditInvoiceReference"] != "0" and invoice["Total"] <= 0
    invoice["Credit"] = "true" if credits or invoice["Total"] < 0 else "false"
    return invoice


def _require_running_projects(state: FortnoxState, invoice: Record) -> None:
    day = invoice["InvoiceDate"]
    for number in {invoice["Project"], *(row["Project"] for row in invoice["InvoiceRows"])} - {"", None}:
        project: dict[str, Any] = state.projects[number]
        begun = not project["StartDate"] or project["StartDate"] <= day
        ended = project["EndDate"] and project["EndDate"] < day
        if project["Status"] == "COMPLETED" or not begun or ended:
            raise Refused(f'Projektet "{number}" är avslutat eller pågår inte {day}.', Invented.PROJECT_CLOSED)


def _days(code: str) -> timedelta:
    """A code says its days by its leading digits; the others (cash, direct debit, COD) are due at once."""
    digits = re.match("[0-9]*", code)
    return timedelta(days=int(digits.group() or 0) if digits else 0)
