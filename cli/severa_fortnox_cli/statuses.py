"""Severa's invoice statuses by name: people know names, the settings keep guids."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from severa_fortnox.settings import Main, Settings
from severa_fortnox.severa.models import InvoiceStatus
from severa_fortnox_cli.failures import Failure
from severa_fortnox_cli.stack import Stack
from severa_fortnox_cli.vendors import open_severa

#: The settings whose value is a status.
NAMES = tuple(name for name in Settings.model_fields if name.endswith("_status"))


@dataclass(frozen=True)
class Statuses:
    """The invoice statuses of one Severa organisation, in Severa's order."""

    all: Sequence[InvoiceStatus]

    @classmethod
    def read(cls, stack: Stack, id: str) -> Statuses:
        """Ask Severa.

        Args:
            id: the connection's.

        Raises:
            IntegrationError: the secrets are not usable, or Severa does not answer.
        """
        return cls.sorted(open_severa(stack, id, stack.credentials.connection(id)).invoice_statuses())

    @classmethod
    def sorted(cls, statuses: Sequence[InvoiceStatus]) -> Statuses:
        """As a person sees them in Severa."""
        return cls(sorted(statuses, key=lambda status: (status.sortOrder, status.name)))

    @property
    def names(self) -> str:
        """The names of those in use."""
        return ", ".join(status.name for status in self.all if status.isActive)

    def of(self, guid: str | None) -> InvoiceStatus | None:
        """The status of this guid; None when Severa has none."""
        return next((status for status in self.all if status.guid == guid), None)

    def find(self, text: str) -> InvoiceStatus:
        """The status somebody means: by guid, by exact name, or by a name that only differs in case.

        Raises:
            Failure: none or several; names those there are.
        """
        if found := self.of(text.lower()) or self.of(text):
            return found
        used = [status for status in self.all if status.isActive]
        exact = [status for status in used if status.name == text]
        matches = exact or [status for status in used if status.name.casefold() == text.strip().casefold()]
        if len(matches) == 1:
            return matches[0]
        if matches:
            several = ", ".join(f"{status.name} ({status.guid})" for status in matches)
            raise Failure(f"several statuses in Severa are called {text!r}", f"give the guid of one: {several}")
        raise Failure(
            f"no invoice status in Severa is called {text!r}",
            f"the statuses are: {self.names}" if used else "make one in Severa's settings under invoice statuses",
        )

    def objection(self, settings: Settings) -> str | None:
        """Why the ready status does not suit the system that numbers the invoices; None when it does.

        `reference` product 2h: the ready status must give numbers when Severa numbers, and must not when Fortnox does.
        """
        if settings.ready_status is None:
            return None
        ready = self.of(settings.ready_status)
        if ready is None:
            return f"Severa has no invoice status {settings.ready_status}, the ready_status"
        if settings.invoice_number_main is Main.SEVERA and not ready.hasInvoiceNumber:
            return (
                f"Severa numbers the invoices (invoice_number_main is severa), but its status {ready.name!r} gives no "
                "number, so every invoice would be refused"
            )
        if settings.invoice_number_main is Main.FORTNOX and ready.hasInvoiceNumber:
            return (
                f"Fortnox numbers the invoices (invoice_number_main is fortnox), but Severa's status {ready.name!r} "
                "gives each invoice a number of its own"
            )
        return None
