"""Queue the customers, products and projects that changed, in Severa since the last poll and in Fortnox once a day.

A watermark moves only after everything is queued, and its list is read from a little before it: a record that is listed
twice is known by its fingerprint, so it costs nothing twice. Of a kind that the brake holds nothing is queued, changed
in whichever system, because a look at a record reads both; so neither of its watermarks moves.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from severa_fortnox.alerts.catalogue import reason_of
from severa_fortnox.errors import IntegrationError, Misconfigured, System
from severa_fortnox.flows import outcome, register_brake
from severa_fortnox.flows.changed_in_fortnox import modified, remember_articles
from severa_fortnox.flows.changed_in_severa import News, closing, in_severa
from severa_fortnox.flows.outcome import REGISTERS, TOKENS
from severa_fortnox.flows.register_brake import KINDS, Found, Told
from severa_fortnox.flows.session import Desk, Queue, Session
from severa_fortnox.flows.watermarks import IN_SEVERA, advance, ahead_in_severa, in_fortnox, read_until
from severa_fortnox.work import Kind


def poll_registers(session: Session, queue: Queue) -> int:
    """Queue what changed in Severa, and once a day what changed in Fortnox; the answer is how many records.

    Nothing changed: one Severa call for each list, no Fortnox call and one write.

    Raises:
        IntegrationError: one of the systems cannot be reached, or does not let us read a register; the next poll finds
            the same again. What could be read is queued.
    """
    now = datetime.fromtimestamp(session.clock(), UTC)
    problems = {problem.subject: problem for problem in session.store.problems.all_open(session.connection.id)}
    news = in_severa(session, problems, now)
    poll = _Poll(session, queue, now, register_brake.told_of(session, problems), _due(session, now))
    poll.take_from_severa(news)
    failure = poll.catch_up()
    poll.end(news)
    if failure is not None:
        raise failure
    if REGISTERS in problems:
        outcome.clear(session, REGISTERS)
    return poll.queued


def guarded_poll_registers(desk: Desk, open: Callable[[], Session], queue: Queue) -> int | None:
    """`poll_registers`, with what keeps the registers from being read turned into a problem of theirs; None then.

    It is not one of the invoices, which need fewer rights; what keeps the whole connection out, their poll has told.

    Args:
        open: opens the connection.

    Raises:
        IntegrationError: what passes by itself; the next poll tries again.
    """
    try:
        session = open()
    except Misconfigured:
        return None
    try:
        return poll_registers(session, queue)
    except Misconfigured as failure:
        if failure.operation not in TOKENS:
            name = f"the registers of {desk.connection.name}"
            outcome.tell(desk, REGISTERS, [reason_of(failure)], name=name)
        return None


def _due(session: Session, now: datetime) -> dict[Kind, datetime | None]:
    """The kinds that Fortnox was not read for today, and how far each was read; None: never.

    Projects that are not transferred are not asked for. Their watermark stays, so that whoever transfers them later is
    told what changed meanwhile, and which of them were to be completed.
    """
    kinds = [kind for kind in KINDS if kind is not Kind.PROJECT or session.settings.transfer_projects]
    read = {kind: read_until(session, in_fortnox(kind)) for kind in kinds}
    return {kind: until for kind, until in read.items() if until is None or until.date() < now.date()}


@dataclass
class _Poll:
    """One poll, as far as it has come.

    Args:
        told: what a person was told of each kind that was held before.
        due: the kinds to be caught up with in Fortnox, and how far each was read; None: never.
        held: the kinds that the brake holds now.
        unread: the kinds that are due and were not read yet.
        passed: the kinds of which all that Severa told is queued.
        queued: how many records are.
    """

    session: Session
    queue: Queue
    now: datetime
    told: Mapping[Kind, Told]
    due: Mapping[Kind, datetime | None]
    held: set[Kind] = field(default_factory=set)
    unread: set[Kind] = field(init=False)
    passed: set[Kind] = field(default_factory=set)
    queued: int = 0

    def __post_init__(self) -> None:
        self.unread = set(self.due)

    def take_from_severa(self, news: News) -> None:
        """Queue what is not held, and tell what is: it waits for no Fortnox that is down.

        A kind that was held may be so because of Fortnox, so it is held until that was read where it is due.
        """
        reasons = register_brake.too_many(self.session, System.SEVERA, news.found, self.told)
        self.held |= reasons.keys()
        self._pass(news, set(KINDS) - self.held - (self.told.keys() & self.unread))
        register_brake.hold(self.session, System.SEVERA, reasons, self.told)

    def catch_up(self) -> IntegrationError | None:
        """Queue what changed in Fortnox of each kind that is due; the answer is the first failure.

        A register that we may not read keeps no other one waiting. Whatever else fails, fails for the others too.
        """
        first: IntegrationError | None = None
        for kind, read in self.due.items():
            try:
                self._catch_up(kind, read or self.session.settings.activated_on or self.now)
            except IntegrationError as failure:
                first = first or failure
                if not isinstance(failure, Misconfigured) or failure.operation in TOKENS:
                    break
        return first

    def end(self, news: News) -> None:
        """Queue what waited for Fortnox to be read, and tell what is not held any more."""
        free = self.told.keys() - self.held - self.unread
        self._pass(news, free - self.passed)
        register_brake.release(self.session, free)

    def _catch_up(self, kind: Kind, since: datetime) -> None:
        today = self.now.date()
        if kind is Kind.PRODUCT:
            remember_articles(self.session)
        found = modified(self.session, kind, since, today)
        if kind not in self.held:
            reasons = register_brake.too_many(self.session, System.FORTNOX, found, self.told)
            self.held |= reasons.keys()
            register_brake.hold(self.session, System.FORTNOX, reasons, self.told)
        if kind not in self.held:
            if kind is Kind.PROJECT:
                found += closing(self.session, since, today)
            self._put(found)
            advance(self.session, in_fortnox(kind), self.now)
        self.unread.discard(kind)

    def _pass(self, news: News, kinds: Collection[Kind]) -> None:
        """Queue what Severa told of these kinds, and move their watermark: the one of all once that is all it told."""
        if not kinds:
            return
        self._put([each for each in news.found if each.work.kind in kinds])
        if Kind.CUSTOMER in kinds:
            # Only now: who is known as qualified is not looked at again for that.
            self.session.store.qualified.add(self.session.connection.id, news.no_longer_prospects)
        self.passed |= set(kinds)
        all_passed = self.passed == set(KINDS)
        for name in [IN_SEVERA] if all_passed else map(ahead_in_severa, kinds):
            advance(self.session, name, self.now)

    def _put(self, found: Sequence[Found]) -> None:
        for each in found:
            self.queue.put(each.work, distinct=each.distinct)
        self.queued += len(found)
