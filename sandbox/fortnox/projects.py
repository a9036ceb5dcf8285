"""``/3/projects``"""

from __future__ import annotations

from typing import ClassVar

from sandbox.fortnox import shapes
from sandbox.fortnox.collection import Collection
from sandbox.fortnox.errors import Code, Invented, Refused
from sandbox.fortnox.fields import Table
from sandbox.fortnox.listing import Listing, contains
from sandbox.fortnox.shapes import Record
from sandbox.fortnox.tables import PROJECT


class Projects(Collection):
    """Projects. Only the newest documentation names filters; both kinds of client are served."""

    name = "projects"
    wrapper = "Project"
    plural = "Projects"
    scopes = ("project",)
    table: ClassVar[Table] = PROJECT
    absent = ("Kan inte hitta projektet.", Code.NO_PROJECT)
    location = "project"
    listing = Listing(filters={"description": contains("Description"), "projectleader": contains("ProjectLeader")})

    def blank(self, sent: Record) -> Record:
        return shapes.project()

    def item(self, record: Record) -> Record:
        return {name: value for name, value in record.items() if name not in {"Comments", "ContactPerson"}}

    def require_free(self, number: str) -> None:
        if self.register.taken(number):
            raise Refused(f'Projektnumret "{number}" används redan.', Invented.PROJECT_NUMBER_TAKEN)

    def in_use(self, number: str) -> bool:
        rows = (row for invoice in self.state.invoices for row in (invoice, *invoice["InvoiceRows"]))
        return any(row["Project"] == number for row in rows)
