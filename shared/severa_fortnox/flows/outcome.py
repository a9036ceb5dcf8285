"""How looking at a record ends: the log line, the problem opened or closed, and the fixed reaction to each failure.

Retryable, RateLimited, Busy   the queue delivers the work again, later
UnknownOutcome                 the sweeper comes back when a search can be believed
Rejected, NeedsPerson          a problem of this record; a person changes something
Misconfigured                  a problem of the connection, one for all its records, which wait until it is over
anything else                  a bug: a problem, and the dead-letter queue keeps the work
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from severa_fortnox.alerts.catalogue import reason_of, sentences
from severa_fortnox.alerts.mail import problem_mail, resolved_mail
from severa_fortnox.errors import (
    Bug,
    Busy,
    IntegrationError,
    Misconfigured,
    RateLimited,
    Rejected,
    Retryable,
    System,
    UnknownOutcome,
)
from severa_fortnox.flows.session import Desk, Session
from severa_fortnox.reason import Reason
from severa_fortnox.severa.models import Invoice
from severa_fortnox.store.log import Entry, Outcome
from severa_fortnox.store.postponed import Postponed
from severa_fortnox.store.problems import Problem, ProblemState
from severa_fortnox.work import Cause, Kind, Work

#: The systems whose people give rights; whatever else does not let us in is ours to mend.
VENDORS = (System.SEVERA, System.FORTNOX)
#: Operations that fail for the whole connection.
TOKENS = frozenset({"POST /v1/token", "POST /oauth-v1/token"})
#: The subject of what keeps all registers from being polled; those of single ones begin with it.
REGISTERS = "connection#registers"
#: The subject of the problem that Severa refuses the failed status.
FAILED_STATUS = "connection#failed status"


class Reaction(StrEnum):
    """What becomes of the message that carried the work."""

    DONE = "done"
    AGAIN = "again"
    DEAD = "dead"


@dataclass(frozen=True)
class About:
    """What a person is told a record is.

    Args:
        name: e.g. "invoice 1042 Kund AB".
        detail: customer, amount and date, as far as known.
        invoice: Severa's invoice; None when it was not read.
        changed: when Severa's record was last changed; the invoice's own moment when there is one.
    """

    name: str
    detail: Mapping[str, str] = field(default_factory=dict)
    invoice: Invoice | None = None
    changed: datetime | None = None


def subject_of(work: Work) -> str:
    """The problem's subject for a record."""
    return f"{work.kind}#{work.id}"


def note(desk: Desk, work: Work, outcome: Outcome, name: str, text: str, *, always: bool = False) -> Outcome:
    """A log line for something that changed nothing in Fortnox, written when a person asked or `always`."""
    if always or work.cause is Cause.PERSON:
        desk.store.log.add(_entry(desk, work, outcome, name, text))
    return outcome


def refuse(session: Session, work: Work, about: About, reasons: Sequence[Reason]) -> Outcome:
    """The record cannot go through: a problem, a log line when it is news, the failed status, one mail."""
    changed = about.invoice.lastUpdatedDateTime if about.invoice else about.changed
    detail = {**about.detail, "changed": changed.isoformat() if changed else ""}
    opened = session.store.problems.open(
        session.connection.id, subject_of(work), reasons, name=about.name, detail=detail
    )
    if opened.news or work.cause is Cause.PERSON:
        session.store.log.add(_entry(session, work, Outcome.REFUSED, about.name, sentences(reasons)))
    # Told first: whatever becomes of the status, the real reasons are what a person must hear.
    if not opened.problem.mailed:
        announce(session, opened.problem)
    _move_to_failed(session, work, about)
    return Outcome.REFUSED


def withdraw(desk: Desk, work: Work) -> None:
    """The record's problem is gone; who was told about it is told so."""
    clear(desk, subject_of(work))


def tell(
    desk: Desk, subject: str, reasons: Sequence[Reason], *, name: str, detail: Mapping[str, str] | None = None
) -> None:
    """Open the subject's problem, and one mail for as long as it has these reasons.

    Args:
        name: what a person calls the subject.
    """
    opened = desk.store.problems.open(desk.connection.id, subject, reasons, name=name, detail=detail or {})
    if not opened.problem.mailed:
        announce(desk, opened.problem)


def clear(desk: Desk, subject: str) -> None:
    """Close the subject's problem when it has one."""
    problem = desk.store.problems.get(desk.connection.id, subject)
    if problem is not None:
        close(desk, problem)


def close(desk: Desk, problem: Problem) -> None:
    """OPEN ─▶ RESOLVED and one mail about it."""
    resolved = problem
    if problem.state is ProblemState.OPEN:
        resolved = desk.store.problems.resolve(problem.connection, problem.subject) or problem
    if resolved.state is ProblemState.RESOLVED:
        announce(desk, resolved)


def announce(desk: Desk, problem: Problem) -> None:
    """One mail about the problem's present state; a crash before it is marked means one mail more, never one less."""
    if problem.state is ProblemState.RESOLVED:
        mail = resolved_mail(problem, desk.connection.name)
    else:
        mail = problem_mail(problem, desk.connection.name, desk.links, desk.command)
    try:
        desk.post(mail)
    except Retryable:
        # It stays among what nobody was told, and the sweeper tells it later.
        return
    desk.store.problems.mailed(problem)


def react(session: Session, work: Work, failure: Exception) -> Reaction:
    """The fixed reaction to what a flow raised.

    Returns:
        what becomes of the message.
    """
    match failure:
        case Misconfigured():
            if work.kind is Kind.INVOICE or failure.operation in TOKENS or failure.system not in VENDORS:
                subject = connection_subject(failure.system)
                misconfigured(session, failure)
            else:
                # Invoices need other rights: these records must neither keep them waiting nor be let go by them.
                subject = rights_subject(failure.system, work.kind)
                name = f"the {work.kind}s of {session.connection.name}"
                tell(session, subject, (_without_record(failure),), name=name)
            postpone(session.store.postponed, work, subject)
            return Reaction.DONE
        case UnknownOutcome():
            text = "The answer to a write was lost; what it did is looked at before anything is sent again"
            session.store.log.add(_entry(session, work, Outcome.FAILED, f"{work.kind} {work.id}", text))
            begun = session.store.transfers.get(work.connection, work.kind, work.id, work.system)
            # The sweeper comes back for what was begun. Otherwise the answer was about a customer, article or project
            # the record needs, and the record itself must be looked at again.
            return Reaction.DONE if begun is not None and begun.is_open else Reaction.AGAIN
        case Retryable() | RateLimited():
            return Reaction.AGAIN
        case Rejected():
            session.store.postponed.remove(work)
            refuse(session, work, _unread(work), (reason_of(failure),))
            return Reaction.DONE
        case _:
            session.store.postponed.remove(work)
            refuse(session, work, _unread(work), (bug(failure),))
            return Reaction.DEAD


def _unread(work: Work) -> About:
    """A record of which no more is known than which one it is, and whose."""
    return About(f"{work.kind} {work.id}", {"system": str(work.system)})


def bug(failure: Exception) -> Reason:
    """A defect of ours as a reason; another's text may hold a customer's data, so only its kind is told."""
    return Reason("bug", {"what": failure.text if isinstance(failure, Bug) else type(failure).__name__})


def gave_up(desk: Desk, work: Work, failure: IntegrationError) -> None:
    """The queue has tried often enough: one problem for the whole silence, however many records meet it."""
    subject = silent_subject(failure.system)
    postpone(desk.store.postponed, work, subject)
    # Another worker that is at the record, or at an item of the store, is no silence.
    if not isinstance(failure, Busy):
        _of_connection(desk, subject, Reason("no-answer", {"system": failure.system}), failure)


def postpone(postponed: Postponed, work: Work, subject: str) -> None:
    """Remember a record that is given back to nobody; an invoice is found by its status.

    Args:
        subject: the problem that keeps it from being looked at.
    """
    if work.kind is not Kind.INVOICE:
        postponed.put(work, subject)


def done(desk: Desk, work: Work) -> None:
    """The record was looked at: when a right that was missing had kept it, that is there now.

    Whether a system lets anybody in, or answers, the next poll sees for itself.
    """
    subject = desk.store.postponed.remove(work) if work.cause is Cause.SWEEPER else None
    if subject in {rights_subject(system, work.kind) for system in VENDORS}:
        clear(desk, str(subject))


def misconfigured(desk: Desk, failure: IntegrationError) -> None:
    """One problem of the whole connection, however many records meet it."""
    _of_connection(desk, connection_subject(failure.system), _without_record(failure), failure)


def _without_record(failure: IntegrationError) -> Reason:
    """Its reason without what differs from record to record, or each record would be news."""
    reason = reason_of(failure)
    values = {name: value for name, value in reason.values.items() if name not in {"operation", "record"}}
    return Reason(reason.code, values)


def _of_connection(desk: Desk, subject: str, reason: Reason, failure: IntegrationError) -> None:
    detail = {"operation": failure.operation, "text": failure.text}
    tell(desk, subject, (reason,), name=f"connection {desk.connection.name}", detail=detail)


def silent_subject(system: str) -> str:
    """The subject of the problem that a system does not answer."""
    return f"connection#{system} silent"


def connection_subject(system: str) -> str:
    """The subject of a problem that concerns all records."""
    return f"connection#{system}"


def rights_subject(system: str, kind: Kind) -> str:
    """The subject of the problem that a system lets us in, but not to records of that kind."""
    return f"{REGISTERS}#rights to {kind}s in {system}"


def _move_to_failed(session: Session, work: Work, about: About) -> None:
    """The failed status where one is set; that Severa refuses it is one problem of the connection."""
    failed, invoice = session.settings.failed_status, about.invoice
    if failed is None or invoice is None or invoice.status is None:
        return
    if invoice.status.guid != session.settings.ready_status:
        return
    try:
        session.severa.move_invoice(work.id, failed)
    except Rejected as refusal:
        reasons = (Reason("failed-status-refused", {"text": refusal.text}),)
        tell(session, FAILED_STATUS, reasons, name=f"the failed status of {session.connection.name}")
        return
    clear(session, FAILED_STATUS)


def _entry(desk: Desk, work: Work, outcome: Outcome, name: str, text: str) -> Entry:
    return Entry(
        connection=desk.connection.id,
        at=desk.clock(),
        kind=work.kind,
        id=work.id,
        outcome=outcome,
        text=text,
        cause=work.cause,
        name=name,
    )
