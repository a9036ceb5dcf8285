"""Find what is to be looked at: Severa's ready invoices, and what an earlier run left behind."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

from severa_fortnox.alerts.mail import digest_mail
from severa_fortnox.errors import Misconfigured, System
from severa_fortnox.flows import outcome
from severa_fortnox.flows.invoices import require_statuses
from severa_fortnox.flows.register_brake import subject as held_subject
from severa_fortnox.flows.session import Desk, Queue, Session
from severa_fortnox.severa.models import Invoice
from severa_fortnox.store.log import Outcome
from severa_fortnox.store.postponed import PostponedWork
from severa_fortnox.store.problems import Problem
from severa_fortnox.work import Cause, Kind, Work

#: Seconds between two digests, and between two looks at the record of an old problem.
DAY = 24 * 60 * 60.0


#: Operations of which a poll shows by itself whether they work.
_SHOWN_BY_A_POLL = frozenset({"POST /v1/token", "GET /v1/invoices", "POST /oauth-v1/token"})


@dataclass(frozen=True)
class Polled:
    """What a poll came to.

    Args:
        ready: invoices in the ready status.
        queued: those that were queued; the others wait for a person or for their next try.
    """

    ready: int
    queued: int


def poll(session: Session, queue: Queue) -> Polled:
    """Queue every invoice in the ready status, except those that were refused and have not changed since.

    A poll that finds nothing costs one Severa call and no Fortnox call.

    Raises:
        IntegrationError: Severa or Fortnox cannot be reached; nothing was queued.
    """
    require_statuses(session.settings)
    problems = {problem.subject: problem for problem in session.store.problems.all_open(session.connection.id)}
    # The list is read to its end first: moving its invoices while it is paged would move the pages.
    ready = list(session.severa.invoices([session.settings.ready_status or ""]))
    now = session.clock()
    due = [invoice for invoice in ready if _is_due(invoice, problems.get(f"{Kind.INVOICE}#{invoice.guid}"), now)]
    due = due[: _permitted(session, problems, now)]
    for invoice in due:
        changed = invoice.lastUpdatedDateTime or invoice.createdDateTime
        work = Work(session.connection.id, Kind.INVOICE, invoice.guid, Cause.POLL)
        queue.put(work, distinct=changed.isoformat() if changed else "")
    return Polled(len(ready), len(due))


def sweep(desk: Desk, queue: Queue) -> int:
    """Queue what was begun and not finished, tell what was not told, once a day remind of what is open.

    Returns:
        how many records were queued.
    """
    now = desk.clock()
    unfinished = [
        Work(desk.connection.id, transfer.kind, transfer.id, Cause.SWEEPER, transfer.source)
        for transfer in desk.store.transfers.unfinished(desk.connection.id, now)
    ]
    for work in unfinished:
        queue.put(work, distinct=f"sweep {int(now)}")
    taken_up = len(unfinished) + _take_up_postponed(desk, queue, now)
    for problem in desk.store.problems.unmailed(desk.connection.id):
        if now - problem.last_seen_at > desk.patience.lease:
            outcome.announce(desk, problem)
    return taken_up + _remind(desk, queue, now)


def _take_up_postponed(desk: Desk, queue: Queue, now: float) -> int:
    """Queue the records whose obstacle is gone; one each time that its problem is due, to find out. How many.

    Of a kind that the brake holds none is queued.
    """
    due = desk.store.postponed.due(desk.connection.id)
    if not due:
        return 0
    problems = {problem.subject: problem for problem in desk.store.problems.all_open(desk.connection.id)}
    waiting: dict[str, list[PostponedWork]] = defaultdict(list)
    for each in due:
        if held_subject(each.work.kind) not in problems:
            waiting[each.subject].append(each)
    taken_up: list[PostponedWork] = []
    for subject, records in waiting.items():
        problem = problems.get(subject)
        if problem is None:
            taken_up += records
        elif now >= problem.retry_at:
            taken_up += records[:1]
    for each in taken_up:
        queue.put(each.work, distinct=f"sweep {int(now)}")
        desk.store.postponed.queued(each)
    return len(taken_up)


def _remind(desk: Desk, queue: Queue, now: float) -> int:
    """Once a day: one digest of the problems that are a day old, and a fresh look at each of their records."""
    old = [each for each in desk.store.problems.all_open(desk.connection.id) if now - each.opened_at > DAY]
    if not old or not desk.store.leases.acquire(desk.connection.id, "digest", desk.owner, DAY):
        return 0
    desk.post(digest_mail(old, desk.connection.name))
    records = [work for each in old if (work := _record_of(each)) is not None]
    for work in records:
        queue.put(work, distinct=f"digest {int(now)}")
    return len(records)


def _record_of(problem: Problem) -> Work | None:
    """The record a problem is about; None when it is about the connection."""
    kind, _, id = problem.subject.partition("#")
    if kind not in set(Kind):
        return None
    system = System(problem.detail.get("system", System.SEVERA))
    return Work(problem.connection, Kind(kind), id, Cause.SWEEPER, system)


def _is_due(invoice: Invoice, problem: Problem | None, now: float) -> bool:
    if problem is None or now >= problem.retry_at:
        return True
    seen = problem.detail.get("changed", "")
    changed = invoice.lastUpdatedDateTime
    # Without knowing what it was when it was refused, nothing says that it has changed since.
    return seen != "" and seen != (changed.isoformat() if changed else "")


def _permitted(session: Session, problems: dict[str, Problem], now: float) -> int | None:
    """How many invoices may be queued while the connection itself has a problem; None for any number.

    A problem is closed on evidence only: what failed works again, or an invoice was transferred since. Until then one
    invoice is let through each time the problem is due, to find out, and the others are spared.

    Raises:
        IntegrationError: Fortnox still does not let us in.
    """
    permitted = None
    for system in (System.SEVERA, System.OURS, System.STORE, System.AWS, System.FORTNOX):
        for subject in (outcome.connection_subject(system), outcome.silent_subject(system)):
            problem = problems.get(subject)
            if problem is None:
                continue
            if _is_over(session, system, problem, silent=subject == outcome.silent_subject(system)):
                outcome.close(session, problem)
            else:
                permitted = 1 if now >= problem.retry_at else 0
    return permitted


def _is_over(session: Session, system: System, problem: Problem, *, silent: bool) -> bool:
    if system in {System.OURS, System.STORE, System.AWS}:
        return True  # this poll has opened the connection, read its settings and its store
    if silent or problem.detail.get("operation") in _SHOWN_BY_A_POLL:
        if system is System.FORTNOX:
            session.fortnox.company()
        return True
    last = next(iter(session.store.log.newest(session.connection.id, 1, Outcome.TRANSFERRED)), None)
    return last is not None and last.at > problem.last_seen_at


def guarded_poll(desk: Desk, open: Callable[[], Session], queue: Queue) -> Polled | None:
    """`poll`, with a connection that cannot work turned into its problem; None then.

    Args:
        open: opens the connection; what keeps it from opening is a problem too.

    Raises:
        IntegrationError: what passes by itself; the next poll tries again.
    """
    try:
        return poll(open(), queue)
    except Misconfigured as failure:
        outcome.misconfigured(desk, failure)
        return None
