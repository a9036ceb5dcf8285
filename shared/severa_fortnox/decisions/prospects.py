"""Who is no mere prospect: whoever has had an active project or an invoice (`reference` product 16)."""

from __future__ import annotations

from collections.abc import Iterable

from severa_fortnox.severa.models import Invoice, Project


def qualified_by(projects: Iterable[Project], invoices: Iterable[Invoice]) -> set[str]:
    """The guids of the customers that these make customers: who has the project, who is invoiced, and who pays."""
    references = [each.customer for each in projects if not each.isClosed and not each.isInternal]
    for invoice in invoices:
        references += [invoice.customer, invoice.billingCustomer]
    return {reference.guid for reference in references if reference is not None and reference.guid}
