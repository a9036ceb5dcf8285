"""What Severa's documentation leaves open, one field each, with the reading chosen until staging has answered.

A trial on staging changes one default here (`reference` severa 14). Tests and simulators set the other reading.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from severa_fortnox.severa.models import FreeText, Invoice, RelatedInvoice

#: Ends a division that may not end, 1 / rate; far below the rates' own precision.
_RATE_STEP = Decimal("1E-10")


@dataclass(frozen=True)
class Readings:
    """How the open questions are read."""

    #: How a patch names a new status is not published. Chosen: ``/status/guid``; the other is ``/status``, an object.
    status_patch: Literal["guid", "object"] = "guid"
    #: Whether an invoice's number can be patched, and where, is not published. Chosen: the field's name.
    number_path: str = "/number"
    #: Which of the two links on a credit note points to the original is not said. Chosen: the one it reimburses; an
    #: original carries the other one, to its credit note. The first that is set counts.
    original_fields: Sequence[Literal["reimburseInvoice", "creditNoteInvoice"]] = (
        "reimburseInvoice",
        "creditNoteInvoice",
    )
    #: Whether a credit note's rows are negative is not said. Chosen: they are, as its total is.
    credit_quantities: Literal["negative", "positive"] = "negative"
    #: Which free text is printed above the rows is not said. Chosen: 1 above, 2 below.
    text_above: Literal["freeText1", "freeText2"] = "freeText1"
    #: Direction of `currencyRate` is not said. Chosen: company currency for one unit of the invoice's, as in 11.20 SEK.
    currency_rate: Literal["company per invoice currency", "invoice per company currency"] = (
        "company per invoice currency"
    )
    #: Whether the header is required, and its exact form, differs between the document and clients. Chosen: the
    #: document's name, always sent.
    client_id_header: str = "Client_Id"
    #: How a patch names another record is not published. Chosen: ``/x/guid``; the other is ``/x``, an object.
    reference_patch: Literal["guid", "object"] = "guid"
    #: Whether a change of an address counts as a change of its customer is not said. Chosen: it does not, so changed
    #: addresses are asked for as well.
    address_moves_customer: bool = False
    #: The largest page differs between the document (100) and the support pages (1000). Chosen: what both allow.
    #: At least 2, because pages by row number overlap by one row.
    page_rows: int = 100

    def status_operation(self, status_guid: str) -> dict[str, Any]:
        """The patch operation that moves an invoice to a status."""
        if self.status_patch == "guid":
            return replace("/status/guid", status_guid)
        return replace("/status", {"guid": status_guid})

    def number_operation(self, number: int) -> dict[str, Any]:
        """The patch operation that gives an invoice its number."""
        return replace(self.number_path, number)

    def reference_operation(self, path: str, guid: str | None) -> dict[str, Any]:
        """The patch operation that makes a property name another record, or none.

        Args:
            path: of the property, such as ``/currency``.
        """
        if self.reference_patch == "guid":
            return replace(f"{path}/guid", guid)
        return replace(path, None if guid is None else {"guid": guid})

    def original_of(self, invoice: Invoice) -> RelatedInvoice | None:
        """The invoice that a credit note credits; None for other invoices and for a credit note without a link."""
        if not invoice.isCreditNote:
            return None
        links: list[RelatedInvoice | None] = [getattr(invoice, name) for name in self.original_fields]
        return next((link for link in links if link is not None and link.guid is not None), None)

    def texts(self, invoice: Invoice) -> tuple[FreeText | None, FreeText | None]:
        """The free texts above and below the rows."""
        if self.text_above == "freeText1":
            return invoice.freeText1, invoice.freeText2
        return invoice.freeText2, invoice.freeText1

    def company_rate(self, rate: Decimal) -> Decimal:
        """What one unit of the invoice's currency costs in the company's currency.

        Args:
            rate: the invoice's `currencyRate`, above zero.
        """
        if self.currency_rate == "company per invoice currency":
            return rate
        return (1 / rate).quantize(_RATE_STEP).normalize()


def replace(path: str, value: Any) -> dict[str, Any]:
    """One patch operation; Severa supports no other kind (`reference` severa 4.4)."""
    return {"op": "replace", "path": path, "value": value}
