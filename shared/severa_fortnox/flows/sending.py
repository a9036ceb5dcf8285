"""A decided invoice on its way: sent once, compared, its files added, Severa moved on; and what stops it halfway.

The steps behind `flows/invoices.py`. Each is recorded, so that a run that died is taken up where it stopped.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from severa_fortnox.alerts.catalogue import sentences
from severa_fortnox.decisions import attachments as attachment_rules
from severa_fortnox.decisions.invoices import InvoiceFacts, InvoicePlan, expected_totals, taxed_rows
from severa_fortnox.errors import Busy, IntegrationError, Rejected, Retryable, UnknownOutcome
from severa_fortnox.flows import counterparts, outcome
from severa_fortnox.flows.attachments import attach
from severa_fortnox.flows.create import Creation, Made, NeedsPerson, create_once
from severa_fortnox.flows.session import Session
from severa_fortnox.fortnox.models import Invoice as FortnoxInvoice
from severa_fortnox.fortnox.models import InvoicePayload
from severa_fortnox.mapping.invoices import our_reference
from severa_fortnox.mapping.totals import Answered, Totals, difference
from severa_fortnox.reason import Reason
from severa_fortnox.settings import Main
from severa_fortnox.severa.models import Invoice
from severa_fortnox.store.links import Link
from severa_fortnox.store.log import Entry, Outcome
from severa_fortnox.store.transfers import State, Transfer
from severa_fortnox.work import Kind, Work

#: Seconds after which a person hears of an invoice that is in Fortnox and whose further steps still fail.
TOLD_AFTER = 60 * 60.0


def creation_of(session: Session, facts: InvoiceFacts, plan: InvoicePlan | None) -> Creation:
    """The invoice as the create protocol sees it.

    Args:
        plan: None when nothing is to be sent any more; that it is in Fortnox all the same is then for a person.
    """
    rows = taxed_rows(facts.rows)

    def search(reference: str) -> Sequence[Made]:
        hits = session.fortnox.invoices_by_reference(reference)
        if plan is None:
            if hits:
                numbers = ", ".join(each.DocumentNumber for each in hits)
                raise NeedsPerson(Reason("taken-back-but-in-fortnox", {"invoice": facts.name, "numbers": numbers}))
            return []
        found = [session.fortnox.invoice(each.DocumentNumber) for each in hits]
        for each in found:
            _require_same(each, plan.payload, plan.expected, facts)
        return [_made(each, plan.expected, rows) for each in found]

    return Creation(
        kind=Kind.INVOICE,
        id=facts.invoice.guid,
        reference=our_reference(facts.invoice.guid),
        payload="" if plan is None else plan.payload.model_dump_json(exclude_none=True),
        send=None if plan is None else lambda: _made(session.fortnox.create_invoice(plan.payload), plan.expected, rows),
        search=search,
    )


def _made(answer: FortnoxInvoice, expected: Totals, rows: int) -> Made:
    """What the link keeps: the total, and what differs from the one we expected."""
    differs = difference(expected, Answered(answer.Net, answer.TotalVAT, answer.RoundOff, answer.Total), rows)
    card = {"total": "" if answer.Total is None else str(answer.Total)}
    return Made(answer.DocumentNumber, {**card, "difference": differs} if differs else card)


def _require_same(found: FortnoxInvoice, payload: InvoicePayload, expected: Totals, facts: InvoiceFacts) -> None:
    """A document with our reference must be our document; the reference alone is not believed."""
    wrong = [
        f"{name} is {theirs} instead of {ours}"
        for name, ours, theirs in (
            ("customer", payload.CustomerNumber, found.CustomerNumber),
            ("currency", payload.Currency, found.Currency),
        )
        if ours != theirs
    ]
    if (found.Total or Decimal(0)) * expected.total < 0 or (found.is_credit and expected.total > 0):
        wrong.append("it is a credit invoice" if found.is_credit else "its sign is the other one")
    answered = Answered(found.Net, found.TotalVAT, found.RoundOff, found.Total)
    differs = difference(expected, answered, taxed_rows(facts.rows))
    if differs:
        wrong.append(differs)
    if wrong:
        values = {"invoice": facts.name, "number": found.DocumentNumber, "why": "; ".join(wrong)}
        raise NeedsPerson(Reason("reference-disagrees", values))


def finish(
    session: Session, work: Work, facts: InvoiceFacts, sent: Transfer, notes: Sequence[Reason], *, resumed: bool
) -> None:
    """The steps after the invoice is in Fortnox, each recorded; then DONE and the log entry in one."""
    if sent.state is State.DONE:
        return
    number = sent.foreign_id or ""
    link = session.store.links.by_severa(session.connection.id, Kind.INVOICE, facts.invoice.guid)
    try:
        _require_totals(session, facts, number, link)
        files, _, _ = attachment_rules.plan(facts.files)
        sent = attach(session, sent, files, resumed=resumed)
        move(session, facts.invoice, number)
        outcome.withdraw(session, work)
    except (IntegrationError, NeedsPerson) as failure:
        _put_down(session, sent, failure)
        if isinstance(failure, Retryable | UnknownOutcome) and link and session.clock() - link.linked_at > TOLD_AFTER:
            values = {"invoice": facts.name, "number": number, "operation": failure.operation}
            raise NeedsPerson(Reason("unfinished-in-fortnox", values)) from failure
        raise
    text = f"{facts.name} is Fortnox invoice {number}"
    entry = Entry(
        connection=session.connection.id,
        at=session.clock(),
        kind=Kind.INVOICE,
        id=work.id,
        outcome=Outcome.TRANSFERRED,
        text=text,
        cause=work.cause,
        name=facts.name,
        foreign_id=number,
        detail={"notes": sentences(notes)} if notes else {},
    )
    session.store.transfers.finish(sent, entry)


def _put_down(session: Session, sent: Transfer, failure: Exception) -> None:
    """The invoice is in Fortnox: whatever stopped the steps after it, the sweeper comes back for them."""
    wait = session.patience.refusal if isinstance(failure, NeedsPerson | Rejected) else session.patience.settle
    current = session.store.transfers.get(session.connection.id, Kind.INVOICE, sent.id)
    if current is not None and current.owner == sent.owner and current.state is State.BOUND:
        session.store.transfers.postpone(current, session.clock() + wait)


def take_back(session: Session, facts: InvoiceFacts, known: Transfer | None) -> None:
    """The invoice may have been sent and is not asked for any more: find out, and send nothing.

    Raises:
        NeedsPerson: it is in Fortnox.
        UnknownOutcome: it may still show up there.
    """
    create_once(session, creation_of(session, facts, None), known)


def require_alive(session: Session, facts: InvoiceFacts, number: str) -> None:
    """An invoice that was transferred and is set ready again is still the one in Fortnox.

    Raises:
        NeedsPerson: it was cancelled there, or is not there any more.
    """
    found = counterparts.existing(session.fortnox.invoice, number)
    if found is None or found.Cancelled:
        raise NeedsPerson(Reason("cancelled-in-fortnox", {"invoice": facts.name, "number": number}))


def rest(session: Session, known: Transfer) -> None:
    """A begun invoice that waits for a person is not swept every few minutes meanwhile."""
    transfers = session.store.transfers
    try:
        held = transfers.claim(
            session.connection.id,
            Kind.INVOICE,
            known.id,
            reference=known.reference,
            payload_hash=known.payload_hash,
            owner=session.owner,
            lease_seconds=session.patience.lease,
        )
        if held.state is not State.DONE:
            transfers.postpone(held, session.clock() + session.patience.refusal)
    except Busy:
        # Another worker has it and says itself when to come again.
        return


def _require_totals(session: Session, facts: InvoiceFacts, number: str, link: Link | None) -> None:
    """Fortnox's totals are ours; when they were not, a person may have corrected the invoice since.

    Raises:
        NeedsPerson: they differ.
    """
    if link is None or "difference" not in link.card:
        return
    made = _made(session.fortnox.invoice(number), expected_totals(facts, session.settings), taxed_rows(facts.rows))
    if "difference" in made.card:
        values = {"invoice": facts.name, "number": number, "why": made.card["difference"]}
        raise NeedsPerson(Reason("fortnox-totals-differ", values))
    session.store.links.refresh_card(session.connection.id, link, made.card)


def move(session: Session, invoice: Invoice, fortnox_number: str) -> None:
    """Severa's invoice is in the transferred status, with Fortnox's number where Fortnox numbers.

    Raises:
        NeedsPerson: Fortnox's number is not one Severa can hold.
    """
    target = session.settings.transferred_status or ""
    number = None
    if session.settings.invoice_number_main is Main.FORTNOX:
        if not fortnox_number.isascii() or not fortnox_number.isdigit() or int(fortnox_number) >= 2**31:
            raise NeedsPerson(Reason("fortnox-number-not-for-severa", {"number": fortnox_number}))
        number = int(fortnox_number)
    there = invoice.status is not None and invoice.status.guid == target
    if there and (number is None or invoice.number == number):
        return
    session.severa.move_invoice(invoice.guid, target, number)
