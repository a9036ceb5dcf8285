"""Whether a customer is more than a prospect; once it was seen to be, it stays so for good."""

from __future__ import annotations

from severa_fortnox.flows.session import Session
from severa_fortnox.flows.watermarks import ALL_QUALIFIED, IN_SEVERA, OVERLAP, read_until


def is_qualified(session: Session, guid: str) -> bool:
    """Whether the customer has, or ever had, an active project or an invoice; remembered for good once it had."""
    qualified = session.store.qualified
    if qualified.among(session.connection.id, [guid]):
        return True
    open_projects = session.severa.projects(closed=False, internal=False, customer_guids=[guid])
    has_project = next(iter(open_projects), None) is not None
    if not has_project and not session.severa.has_invoice(guid) and not _has_paid(session, guid):
        return False
    qualified.add(session.connection.id, [guid])
    return True


def _has_paid(session: Session, guid: str) -> bool:
    """Whether the customer pays for a project of another one.

    Severa cannot be asked for that. The first comparison, which reads every invoice, knows all who did until then, and
    what it and the polls have not read since is read here; before it, they count as prospects.
    """
    compared, polled = read_until(session, ALL_QUALIFIED), read_until(session, IN_SEVERA)
    if compared is None:
        return False
    invoices = session.severa.changed_invoices(max(compared, polled or compared) - OVERLAP)
    return any(invoice.billingCustomer is not None and invoice.billingCustomer.guid == guid for invoice in invoices)
