"""A Severa invoice becomes a Fortnox invoice payload: the field table of DESIGN 10 as one pure function.

Everything the mapping needs is handed in; nothing is looked up, and nothing missing is replaced by a default.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from severa_fortnox.fortnox.models import (
    LONG,
    MOST_ROWS,
    REFERENCE,
    REMARKS,
    ROW_TEXT,
    YOUR_ORDER_NUMBER,
    InvoicePayload,
    InvoiceRowPayload,
)
from severa_fortnox.mapping.rows import MappedRow, RowContext, map_row, text_rows
from severa_fortnox.mapping.totals import Line, Totals
from severa_fortnox.mapping.vat import SWEDEN, country_named
from severa_fortnox.reason import Reason
from severa_fortnox.settings import FreeTexts, Main, Settings
from severa_fortnox.severa.models import Country, FreeText, Invoice, InvoiceRow, Numbered
from severa_fortnox.text import cut_at_word, fortnox_text, plain_text, split_text

#: Fortnox's home currency; a rate is sent only for others.
HOME_CURRENCY = "SEK"


def our_reference(invoice_guid: str) -> str:
    """What we write into ExternalInvoiceReference1, and search for: the one name of this invoice in Fortnox."""
    return f"severa-{invoice_guid}"


@dataclass(frozen=True)
class InvoiceRefs:
    """What the invoice refers to, resolved.

    Args:
        customer_number: Fortnox number of the billing customer.
        projects: Fortnox project number by Severa project guid.
        row_projects: for invoices of several projects, the projects behind each row, by row guid.
        terms: Fortnox terms-of-payment code for the invoice's days; None when the invoice has none.
        original: Fortnox number of the invoice a credit note credits.
        currency_rate: SEK per unit of the invoice's currency; None for SEK.
        countries: Severa's country register.
        above: the free text printed above the rows.
        below: the free text printed below the rows.
    """

    customer_number: str
    projects: Mapping[str, str]
    row_projects: Mapping[str, tuple[Numbered, ...]]
    terms: str | None
    original: str | None
    currency_rate: Decimal | None
    countries: Sequence[Country]
    above: FreeText | None
    below: FreeText | None


@dataclass(frozen=True)
class MappedInvoice:
    """The payload, the money of its rows, and what a person should know about it."""

    payload: InvoicePayload
    lines: tuple[Line, ...]
    notes: tuple[Reason, ...]


def severa_totals(invoice: Invoice) -> Totals | Reason:
    """Severa's own figures, or the field that is missing or in another currency than the invoice."""
    amounts = []
    for name in ("totalExcludingTax", "totalTax", "totalIncludingTax"):
        money = getattr(invoice, name)
        if money is None or money.amount is None:
            return Reason("total-missing", {"field": name})
        if money.currencyCode not in {None, currency_of(invoice)}:
            return Reason("total-currency-differs", {"field": name, "currency": money.currencyCode})
        amounts.append(money.amount)
    return Totals(*amounts)


def currency_of(invoice: Invoice) -> str:
    """The invoice's currency code, "" when Severa names none."""
    return (invoice.currency.code or "") if invoice.currency else ""


def sign_of(invoice: Invoice, rows: Sequence[InvoiceRow]) -> int:
    """-1 when a credit note's rows are written positive and must be turned round, else 1.

    Which sign Severa writes on a credit note is unknown (`reference` severa 9.2); Fortnox needs negative quantities.
    """
    if not invoice.isCreditNote:
        return 1
    net = sum((row.quantity * (row.unitPrice.amount or 0) for row in rows if row.unitPrice), Decimal(0))
    return -1 if net > 0 else 1


def map_rows(
    invoice: Invoice, rows: Sequence[InvoiceRow], refs: InvoiceRefs, settings: Settings
) -> tuple[list[MappedRow], list[Reason], list[Reason]]:
    """The rows for Fortnox, the reasons why some have none, and notes on the way."""
    mapped: list[MappedRow] = []
    refusals: list[Reason] = []
    notes: list[Reason] = []
    context = RowContext(sign_of(invoice, rows), None, settings.fallback_article, currency_of(invoice))
    for position, row in enumerate(rows, start=1):
        project, note = _project_of(invoice, row, position, refs)
        if note:
            notes.append(note)
        result = map_row(row, position, replace(context, project=project))
        if isinstance(result, Reason):
            refusals.append(result)
        else:
            mapped.append(result)
            notes.extend(result.notes)
    return mapped, refusals, notes


def map_invoice(
    invoice: Invoice, rows: Sequence[MappedRow], refs: InvoiceRefs, settings: Settings
) -> MappedInvoice | Reason:
    """The whole payload.

    Args:
        invoice: Severa's invoice.
        rows: its rows from `map_rows`, in order.
        refs: what it refers to.
        settings: of the connection.

    Returns:
        the payload, or the reason why Fortnox cannot hold it (too many rows).
    """
    texts = _Texts(invoice, refs, settings)
    currency = currency_of(invoice)
    projects = invoice.projects or []
    severa_numbers = settings.invoice_number_main is Main.SEVERA
    severa_sends = settings.invoice_sent_from is Main.SEVERA
    head = {
        "CustomerNumber": refs.customer_number,
        "CustomerName": texts.short("customer name", invoice.receiverCustomerName, LONG),
        "DocumentNumber": str(invoice.number) if severa_numbers else None,
        "InvoiceDate": invoice.date,
        "DueDate": invoice.dueDate,
        "TermsOfPayment": refs.terms,
        "Currency": currency,
        "CurrencyRate": refs.currency_rate,
        "CurrencyUnit": None if refs.currency_rate is None else Decimal(1),
        "Language": _language(invoice),
        **_address(invoice, refs.countries, texts),
        "OurReference": texts.reference("Vår referens", "Our reference", invoice.ourReference, REFERENCE),
        "YourReference": texts.reference("Er referens", "Your reference", invoice.yourReference, REFERENCE),
        "YourOrderNumber": texts.reference("Ordernummer", "Order number", invoice.orderNumber, YOUR_ORDER_NUMBER),
        "ExternalInvoiceReference1": our_reference(invoice.guid),
        "ExternalInvoiceReference2": None if invoice.number is None else str(invoice.number),
        "CreditInvoiceReference": refs.original,
        "OCR": (invoice.referenceNumber or None) if severa_sends else None,
        "Project": refs.projects.get(projects[0].guid or "") if len(projects) == 1 else None,
    }
    # Only now is it known which references did not fit and continue in the invoice text.
    remarks, below = texts.remarks_and_rows_below()
    all_rows = [*texts.above, *(payload for row in rows for payload in row.rows), *below]
    if len(all_rows) > MOST_ROWS:
        return Reason(
            "too-many-rows", {"rows": str(len(rows)), "with_texts": str(len(all_rows)), "most": str(MOST_ROWS)}
        )
    payload = InvoicePayload.model_validate({**head, "Remarks": remarks, "InvoiceRows": all_rows})
    return MappedInvoice(payload, tuple(row.line for row in rows), tuple(texts.notes))


class _Texts:
    """The invoice's texts on their way, collecting what did not fit and which characters were replaced."""

    def __init__(self, invoice: Invoice, refs: InvoiceRefs, settings: Settings) -> None:
        self.notes: list[Reason] = []
        self._swedish = _language(invoice) != "EN"
        self._remarks = [self._clean("notes", plain_text(invoice.notes or ""))]
        above = self._clean("text above the rows", _free_text(refs.above))
        below = self._clean("text below the rows", _free_text(refs.below))
        if settings.free_texts is FreeTexts.REMARKS:
            self._remarks = [above, *self._remarks, below]
            above = below = ""
        self.above: tuple[InvoiceRowPayload, ...] = text_rows(split_text(above, ROW_TEXT))
        self._below = below

    def short(self, field: str, text: str | None, limit: int) -> str | None:
        """A one-line field; None stays None, and a text over the limit is cut at a word and noted."""
        if text is None or not text.strip():
            return None
        cleaned = self._clean(field, " ".join(text.split()))
        if len(cleaned) > limit:
            self.notes.append(Reason("text-shortened", {"field": field, "limit": str(limit), "text": cleaned}))
        return cut_at_word(cleaned, limit)

    def reference(self, swedish: str, english: str, text: str | None, limit: int) -> str | None:
        """A reference; one that is too long is cut there and stands whole in the invoice text."""
        if text is None or not text.strip():
            return None
        label = swedish if self._swedish else english
        cleaned = self._clean(label, " ".join(text.split()))
        if len(cleaned) > limit:
            self._remarks.append(f"{label}: {cleaned}")
            self.notes.append(Reason("text-continued", {"field": label, "limit": str(limit)}))
        return cut_at_word(cleaned, limit)

    def remarks_and_rows_below(self) -> tuple[str | None, tuple[InvoiceRowPayload, ...]]:
        """The invoice text, and the rows after the last one: the text below and what did not fit in the former."""
        remarks = split_text("\n\n".join(part for part in self._remarks if part), REMARKS)
        pieces = [piece for text in (self._below, *remarks[1:]) for piece in split_text(text, ROW_TEXT)]
        return (remarks[0] if remarks else None), text_rows(pieces)

    def _clean(self, field: str, text: str) -> str:
        cleaned = fortnox_text(text)
        if cleaned.replaced:
            self.notes.append(Reason("characters-replaced", {"field": field, "characters": " ".join(cleaned.replaced)}))
        return cleaned.text


def _free_text(text: FreeText | None) -> str:
    """Severa renders a free text for us; the rendered plain one is preferred (`reference` severa 9.2)."""
    if text is None:
        return ""
    if text.plainText is not None:
        return plain_text(text.plainText)
    return plain_text(text.text if text.text is not None else text.value or "")


def _project_of(
    invoice: Invoice, row: InvoiceRow, position: int, refs: InvoiceRefs
) -> tuple[str | None, Reason | None]:
    """The row's project: the invoice's only one, else the one its hours, fees or expenses belong to."""
    projects = invoice.projects or []
    if len(projects) <= 1:
        return (refs.projects.get(projects[0].guid or "") if projects else None), None
    own = refs.row_projects.get(row.guid, ())
    if len(own) == 1:
        return refs.projects.get(own[0].guid or ""), None
    names = ", ".join(str(project.number or project.name) for project in own) or "none"
    return None, Reason("row-project-unclear", {"row": str(position), "projects": names})


def _language(invoice: Invoice) -> str | None:
    """Swedish is Swedish, everything else is printed in English; Fortnox knows only these two."""
    code = (invoice.language.code or "") if invoice.language else ""
    if not code:
        return None
    return "SV" if code.casefold().startswith("sv") else "EN"


def _address(invoice: Invoice, countries: Sequence[Country], texts: _Texts) -> dict[str, str | None]:
    address = invoice.receiverAddress
    if address is None:
        return {}
    lines = [line.strip() for line in (address.addressline or "").splitlines() if line.strip()]
    country = country_named(address.country, countries)
    # Fortnox prints a country's name as it is sent: English ones, and Sverige for Sweden (`reference` fortnox 7.5).
    printed = None if country is None else "Sverige" if country.code2 == SWEDEN else country.englishName
    return {
        "Address1": texts.short("address", lines[0] if lines else None, LONG),
        "Address2": texts.short("address", ", ".join(lines[1:]) or None, LONG),
        "ZipCode": texts.short("postal code", address.postalCode, LONG),
        "City": texts.short("city", " ".join(part for part in (address.city, address.state) if part) or None, LONG),
        "Country": texts.short("country", printed or address.country, LONG),
    }
