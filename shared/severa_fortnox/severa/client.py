"""Severa's REST API: each method one resource, answers as models, failures as our leaves.

Paths and parameter names come from Severa's OpenAPI document. Severa ignores names it does not know (`reference`
severa 4.3), so a misspelt filter would return everything.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime

from severa_fortnox.errors import Bug, System
from severa_fortnox.http import Effect, Http, Pace, Params
from severa_fortnox.severa.calls import SeveraCalls, SeveraCredentials, instant
from severa_fortnox.severa.models import (
    Invoice,
    InvoiceFile,
    InvoiceRow,
    InvoiceSettings,
    InvoiceStatus,
    Numbered,
    RowOrigin,
)
from severa_fortnox.severa.registers import Register, SeveraRegisters
from severa_fortnox.severa.unknowns import Readings
from severa_fortnox.tokens import TokenCache

__all__ = ["Register", "SeveraClient", "SeveraCredentials"]


class SeveraClient(SeveraRegisters):
    """One organisation's Severa: its invoices and files here, its registers in `SeveraRegisters`.

    Args:
        base_url: up to and without ``/v1``.
        pace: waited for before every call but token requests.
        tokens: this container's token cache.
        clock: epoch seconds.
        readings: how the open questions about Severa are read.

    Every method raises `errors.Misconfigured` when Severa does not let us in, `NotFound` when the record does not
    exist, `Rejected` when it refuses the data, and what `Http.send` raises.
    """

    def __init__(
        self,
        http: Http,
        base_url: str,
        credentials: SeveraCredentials,
        pace: Pace,
        tokens: TokenCache,
        clock: Callable[[], float] = time.time,
        readings: Readings | None = None,
    ) -> None:
        self.readings = readings or Readings()
        self._calls = SeveraCalls(http, base_url, credentials, pace, tokens, clock, self.readings)

    # Invoices

    def invoices(self, status_guids: Sequence[str], changed_since: datetime | None = None) -> Iterator[Invoice]:
        """The invoices in any of the statuses.

        Args:
            status_guids: at least one; none at all would mean every invoice there is.
            changed_since: only those added or changed then or later, with its offset.

        Raises:
            Bug: no status, or a time without offset.
        """
        operation = "GET /v1/invoices"
        if not status_guids:
            raise Bug("invoices were asked for in no status", system=System.OURS, operation=operation)
        filters: Params = {
            "invoiceStatusGuids": list(status_guids),
            "changedSince": instant(changed_since, operation),
        }
        return self._calls.by_token("/v1/invoices", Invoice, filters)

    def changed_invoices(self, changed_since: datetime | None) -> Iterator[Invoice]:
        """The invoices in whatever status.

        Args:
            changed_since: only those added or changed then or later, with its offset; None for every invoice there is.
        """
        filters: Params = {"changedSince": instant(changed_since, "GET /v1/invoices")}
        return self._calls.by_token("/v1/invoices", Invoice, filters)

    def has_invoice(self, customer_guid: str) -> bool:
        """Whether there is an invoice, in whatever status, on a project of the customer; who pays cannot be asked."""
        filters: Params = {"customerGuids": [customer_guid], "rowCount": 1}
        return bool(self._calls.get("/v1/invoices", filters, about=f"customer {customer_guid}").many(Invoice))

    def invoice(self, guid: str) -> Invoice:
        """One invoice, without its rows."""
        return self._calls.get("/v1/invoices/{guid}", guid=guid, about=f"invoice {guid}").one(Invoice)

    def invoice_rows(self, guid: str) -> list[InvoiceRow]:
        """The rows of an invoice in the order they are printed."""
        rows = self._calls.by_token("/v1/invoices/{guid}/invoicerows", InvoiceRow, guid=guid, about=f"invoice {guid}")
        return sorted(rows, key=lambda row: row.sortOrder)

    def invoice_settings(self, guid: str) -> InvoiceSettings:
        """The layout and tax settings of an invoice."""
        return self._calls.get("/v1/invoices/{guid}/invoicesettings", guid=guid, about=f"invoice {guid}").one(
            InvoiceSettings
        )

    def invoice_statuses(self) -> list[InvoiceStatus]:
        """The organisation's invoice statuses, active or not."""
        return list(self._calls.by_offset("/v1/invoicestatuses", InvoiceStatus))

    def invoice_files(self, guid: str) -> list[InvoiceFile]:
        """What is attached to an invoice; the bytes are `file_data` of each `fileGuid`."""
        return list(self._calls.by_offset("/v1/invoices/{guid}/files", InvoiceFile, guid=guid, about=f"invoice {guid}"))

    def file_data(self, file_guid: str) -> bytes:
        """The bytes of a file."""
        return self._calls.get(
            "/v1/files/{guid}/filedata", guid=file_guid, about=f"file {file_guid}", accept="*/*"
        ).content

    def move_invoice(self, guid: str, status_guid: str, number: int | None = None) -> None:
        """Give an invoice a status, and its number first: a status may close the invoice for other changes.

        One patch, so both happen or neither; making it again gives the same invoice.

        Args:
            number: None leaves the number to Severa.
        """
        operations = [] if number is None else [self.readings.number_operation(number)]
        operations.append(self.readings.status_operation(status_guid))
        answer = self._calls.send(
            "PATCH", "/v1/invoices/{guid}", Effect.REPLACE, guid=guid, about=f"invoice {guid}", json=operations
        )
        if answer.content:
            answer.json()

    def row_projects(self, row: InvoiceRow, known: Iterable[Numbered] = ()) -> list[Numbered]:
        """The distinct projects of what a row was made of, each with its number; empty when the row does not tell.

        The rows of a credit note are made of what it reimburses, which has resources of its own.

        Args:
            row: as `invoice_rows` gave it.
            known: projects whose numbers are known, usually the invoice's own. Fees name their project without its
                number, and one that is not among these costs a call.
        """
        projects = {
            origin.project.guid: origin.project
            for origin in self._origins(row)
            if origin.project is not None and origin.project.guid is not None
        }
        numbers = {project.guid: project for project in known if project.number is not None}
        return [
            project if project.number is not None else numbers.get(guid) or self._numbered(guid)
            for guid, project in projects.items()
        ]

    def _origins(self, row: InvoiceRow) -> list[RowOrigin]:
        about = f"invoice row {row.guid}"
        if row.rowType == "FlatRate":
            if row.flatRateGuid is None:
                return []
            return self._calls.get("/v1/flatrates/{guid}", guid=row.flatRateGuid, about=about).many(RowOrigin)
        resource = {"Hours": "workhours", "ProjectFees": "projectfees", "TravelExpenses": "projecttravelexpenses"}.get(
            row.rowType or ""
        )
        if resource is None:
            return []
        origins = list(
            self._calls.by_token(f"/v1/invoicerows/{{guid}}/{resource}", RowOrigin, guid=row.guid, about=about)
        )
        if origins:
            return origins
        pages = self._calls.by_token if resource == "projectfees" else self._calls.by_offset
        return list(pages(f"/v1/invoicerows/{{guid}}/reimbursed{resource}", RowOrigin, guid=row.guid, about=about))

    def _numbered(self, guid: str) -> Numbered:
        project = self.project(guid)
        return Numbered(guid=guid, name=project.name, number=project.number)
