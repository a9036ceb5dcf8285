"""One Severa invoice → one Fortnox invoice: gather, decide, carry out, record."""

from __future__ import annotations

from collections.abc import Sequence

from severa_fortnox.alerts.catalogue import reason_of, sentences
from severa_fortnox.decisions.decision import Create, Link, Refuse, Skip
from severa_fortnox.decisions.invoices import (
    InvoiceDecision,
    InvoiceFacts,
    InvoicePlan,
    decide,
    name_of,
    not_asked_for,
    single_codes,
)
from severa_fortnox.errors import Misconfigured, NotFound, Rejected, System, UnknownOutcome
from severa_fortnox.flows import customers, outcome, products, projects, sending
from severa_fortnox.flows.create import NeedsPerson, create_once
from severa_fortnox.flows.session import Session
from severa_fortnox.mapping.invoices import currency_of, our_reference
from severa_fortnox.money import with_ore
from severa_fortnox.reason import Reason
from severa_fortnox.settings import Settings
from severa_fortnox.severa.models import Invoice, InvoiceRow, Numbered
from severa_fortnox.store.links import Link as StoredLink
from severa_fortnox.store.links import LinkKey
from severa_fortnox.store.log import Outcome
from severa_fortnox.store.transfers import State, Transfer
from severa_fortnox.work import Cause, Kind, Work

#: The attempt at which a person hears of answers that keep being lost.
TOLD_AT = 3

#: Reasons that rest on what Fortnox's registers and cards say; believed only when those were read for the decision.
_FROM_REGISTERS = frozenset(
    {
        "unit-missing",
        "currency-missing",
        "payment-term-missing",
        "vat-type-contradiction",
        "customer-inactive-in-fortnox",
        "article-inactive-in-fortnox",
    }
)


def transfer(session: Session, work: Work) -> Outcome:
    """Look at one invoice and do what is due: the whole flow.

    Returns:
        what the log says about it; a refusal by Fortnox, or something only a person can judge, is REFUSED.

    Raises:
        IntegrationError: what `outcome.react` has a fixed reaction for.
    """
    require_statuses(session.settings)
    known = session.store.transfers.get(session.connection.id, Kind.INVOICE, work.id)
    try:
        invoice = session.severa.invoice(work.id)
    except NotFound:
        return _gone(session, work, known)
    try:
        facts = gather(session, work, known, invoice)
        decision = decide(facts, session.settings)
        if isinstance(decision, Refuse) and _FROM_REGISTERS & {reason.code for reason in decision.reasons}:
            facts = gather(session, work, known, invoice, fresh=True)
            decision = decide(facts, session.settings)
        if isinstance(decision, Refuse):
            decision = _already_there(session, facts, decision)
        carry_out(session, work, facts, decision, known)
        return record(session, work, facts, decision, known)
    except NeedsPerson as stop:
        return _refuse(session, work, invoice, stop.reasons, known)
    except UnknownOutcome:
        _tell_if_it_goes_on(session, work, invoice)
        raise
    except Rejected as refusal:
        return _refuse(session, work, invoice, (reason_of(refusal),), known)


def gather(
    session: Session, work: Work, known: Transfer | None, invoice: Invoice, *, fresh: bool = False
) -> InvoiceFacts:
    """Everything the decision needs.

    Everything linked and registers cached, this costs Severa two calls (invoice, rows) and Fortnox none.

    Args:
        work: names the Severa invoice, and says who asked.
        known: its transfer; None when it was never begun.
        invoice: Severa's invoice as of now.
        fresh: read Fortnox's registers and cards again although they are cached.
    """
    if fresh:
        session.registers.refresh()
    guid = work.id
    sent = known.foreign_id if known is not None and known.state in {State.BOUND, State.DONE} else None
    finished = known is not None and known.state is State.DONE
    begun = known is not None and (known.state is not State.NEW or known.doubt_until is not None)
    by_person = work.cause is Cause.PERSON
    unasked = not_asked_for(invoice, session.settings, by_person=by_person) is not None
    if finished or (unasked and sent is None):
        return InvoiceFacts.head(
            invoice, sent=sent, begun=begun, finished=finished, by_person=by_person, readings=session.readings
        )
    rows = session.severa.invoice_rows(guid)
    codes = single_codes(rows)
    links = _links(session, invoice, [code for code, _ in codes])
    without_vat = any(row.vatRate == 0 and row.quantity and row.unitPrice and row.unitPrice.amount for row in rows)
    several_projects = len(invoice.projects or []) > 1
    billed = invoice.billingCustomer
    original = session.readings.original_of(invoice)
    original_link = links.get(_severa(Kind.INVOICE, original.guid)) if original else None
    return InvoiceFacts(
        invoice=invoice,
        rows=rows,
        reverse_charged=session.severa.invoice_settings(guid).isReverseCharged if without_vat else None,
        customer=None
        if billed is None or billed.guid is None
        else customers.gather(session, billed, links.get(_severa(Kind.CUSTOMER, billed.guid)), fresh=fresh),
        products={
            (code, kind): products.gather(
                session, code, row, links.get(LinkKey(Kind.PRODUCT, System.FORTNOX, code)), fresh=fresh
            )
            for (code, kind), row in codes.items()
        },
        projects={
            project.guid: projects.gather(session, project, links.get(_severa(Kind.PROJECT, project.guid)))
            for project in invoice.projects or []
            if project.guid is not None
        },
        row_projects=_row_projects(session, rows, invoice) if several_projects else {},
        original=original_link.fortnox_id if original_link else None,
        registers=session.registers.of_fortnox(),
        countries=session.registers.countries(),
        files=session.severa.invoice_files(guid) if session.settings.attachments else (),
        begun=begun,
        by_person=by_person,
        sent=sent,
        readings=session.readings,
    )


def carry_out(
    session: Session, work: Work, facts: InvoiceFacts, decision: InvoiceDecision, known: Transfer | None
) -> None:
    """Perform the decision: what the invoice depends on, the invoice, its files, Severa's status.

    Every step is recorded, so that a run that died is taken up where it stopped.
    """
    match decision:
        case Create(plan=plan, notes=notes):
            _counterparts(session, facts, plan)
            creation = sending.creation_of(session, facts, plan)
            sent = create_once(session, creation, known)
            sending.finish(session, work, facts, sent, notes, resumed=False)
        case Skip() if facts.begun and not facts.finished:
            sending.take_back(session, facts, known)
        case Link() if facts.finished:
            sending.require_alive(session, facts, decision.foreign_id)
            sending.move(session, facts.invoice, decision.foreign_id)
        case Link():
            # Nothing is sent any more: claiming a transfer that is BOUND only takes its lease.
            creation = sending.creation_of(session, facts, None)
            sent = create_once(session, creation, known)
            sending.finish(session, work, facts, sent, (), resumed=True)


def record(
    session: Session, work: Work, facts: InvoiceFacts, decision: InvoiceDecision, known: Transfer | None
) -> Outcome:
    """One line in the log, the problem opened or closed; a success was logged together with its last step."""
    match decision:
        case Create():
            return Outcome.TRANSFERRED
        case Link(foreign_id=number):
            if not facts.finished:
                return Outcome.TRANSFERRED
            outcome.withdraw(session, work)
            text = f"{facts.name} was transferred before: it is Fortnox invoice {number}"
            return outcome.note(session, work, Outcome.LINKED, facts.name, text, always=True)
        case Skip(reason=reason):
            if facts.invoice.status is None or facts.invoice.status.guid != session.settings.failed_status:
                outcome.withdraw(session, work)
            return outcome.note(session, work, Outcome.NOTHING_TO_DO, facts.name, sentences((reason,)))
        case Refuse(reasons=reasons):
            return _refuse(session, work, facts.invoice, reasons, known)


def require_statuses(settings: Settings) -> None:
    """Nothing is done before it is known where invoices come from and where they go.

    Raises:
        Misconfigured: names the setting that is empty.
    """
    for name in ("ready_status", "transferred_status"):
        if getattr(settings, name) is None:
            raise Misconfigured(
                f"the setting {name} is empty: choose a Severa invoice status for it",
                system=System.OURS,
                operation="transfer invoice",
                code="setting-empty",
            )


def _links(session: Session, invoice: Invoice, codes: Sequence[str]) -> dict[LinkKey, StoredLink]:
    """All links the invoice may need, in one read."""
    original = session.readings.original_of(invoice)
    keys = [LinkKey(Kind.PRODUCT, System.FORTNOX, code) for code in codes]
    keys += [_severa(Kind.PROJECT, project.guid) for project in invoice.projects or [] if project.guid]
    if invoice.billingCustomer and invoice.billingCustomer.guid:
        keys.append(_severa(Kind.CUSTOMER, invoice.billingCustomer.guid))
    if original and original.guid:
        keys.append(_severa(Kind.INVOICE, original.guid))
    return session.store.links.many(session.connection.id, keys)


def _severa(kind: Kind, guid: str | None) -> LinkKey:
    return LinkKey(kind, System.SEVERA, guid or "")


def _row_projects(session: Session, rows: Sequence[InvoiceRow], invoice: Invoice) -> dict[str, tuple[Numbered, ...]]:
    known = invoice.projects or []
    return {row.guid: tuple(session.severa.row_projects(row, known)) for row in rows}


def _counterparts(session: Session, facts: InvoiceFacts, plan: InvoicePlan) -> None:
    """What the invoice refers to exists in Fortnox and is linked, before the invoice is sent."""
    if facts.customer is not None:
        customers.carry_out(session, facts.customer, plan.customer)
    for key, product in facts.products.items():
        products.carry_out(session, product, plan.products[key])
    for guid, project in facts.projects.items():
        projects.carry_out(session, project, plan.projects[guid])


def _gone(session: Session, work: Work, known: Transfer | None) -> Outcome:
    """The invoice was deleted in Severa: nothing is left to do, unless it is or may be in Fortnox."""
    if known is None or (known.state is State.NEW and known.doubt_until is None):
        outcome.withdraw(session, work)
        text = sentences((Reason("deleted-in-severa", {"invoice": work.id}),))
        return outcome.note(session, work, Outcome.SKIPPED, f"invoice {work.id}", text)
    if known.state is State.DONE:
        return outcome.note(session, work, Outcome.NOTHING_TO_DO, f"invoice {work.id}", "It was transferred before")
    found = session.fortnox.invoices_by_reference(our_reference(work.id))
    numbers = ", ".join(each.DocumentNumber for each in found) or known.foreign_id or "none was found"
    reason = Reason("deleted-in-severa-after-sending", {"invoice": work.id, "numbers": numbers})
    result = outcome.refuse(session, work, outcome.About(f"invoice {work.id}"), (reason,))
    sending.rest(session, known)
    return result


def _refuse(
    session: Session, work: Work, invoice: Invoice, reasons: Sequence[Reason], known: Transfer | None
) -> Outcome:
    result = outcome.refuse(session, work, _about(invoice), reasons)
    if known is not None and known.state is not State.DONE and (known.state is not State.NEW or known.doubt_until):
        sending.rest(session, known)
    return result


def _tell_if_it_goes_on(session: Session, work: Work, invoice: Invoice) -> None:
    """One lost answer is nobody's business; the third is."""
    begun = session.store.transfers.get(session.connection.id, Kind.INVOICE, work.id)
    if begun is None or begun.attempt < TOLD_AT:
        return
    reason = Reason("outcome-unknown", {"operation": "POST /3/invoices", "reference": begun.reference})
    about = _about(invoice)
    # Without the invoice: it may be in Fortnox, so it is not moved to the failed status.
    outcome.refuse(session, work, outcome.About(about.name, about.detail), (reason,))


def _about(invoice: Invoice) -> outcome.About:
    """What a person is told the invoice is."""
    total = invoice.totalIncludingTax.amount if invoice.totalIncludingTax else None
    billed = (invoice.billingCustomer.name if invoice.billingCustomer else None) or ""
    return outcome.About(
        name_of(invoice),
        {
            "customer": invoice.receiverCustomerName or billed,
            "amount": "" if total is None else f"{with_ore(total)} {currency_of(invoice)}".strip(),
            "date": str(invoice.date),
        },
        invoice,
    )


def _already_there(session: Session, facts: InvoiceFacts, decision: Refuse) -> Refuse:
    """A refused invoice whose earlier sending is in doubt may be in Fortnox all the same; a person must know."""
    if not facts.begun:
        return decision
    found = session.fortnox.invoices_by_reference(our_reference(facts.invoice.guid))
    if not found:
        return decision
    numbers = ", ".join(each.DocumentNumber for each in found)
    return Refuse((Reason("refused-but-in-fortnox", {"invoice": facts.name, "numbers": numbers}), *decision.reasons))
