"""The first load, and any later one: what a preview showed is carried out, both ways at once.

A load can be stopped or die anywhere: what was begun is brought to its end by the next one, and what was done is found
linked. A record that changed after the preview is shown, not overwritten.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from severa_fortnox.alerts.catalogue import reason_of
from severa_fortnox.decisions.decision import Create, Skip, Update
from severa_fortnox.decisions.pairs import NewInSevera, Surroundings
from severa_fortnox.errors import (
    Busy,
    IntegrationError,
    Misconfigured,
    RateLimited,
    Rejected,
    Retryable,
    System,
    UnknownOutcome,
)
from severa_fortnox.flows.comparison import Comparison, Looked, Progress, no_progress
from severa_fortnox.flows.create import NeedsPerson
from severa_fortnox.flows.pairs import Decision
from severa_fortnox.flows.register_polls import IN_FORTNOX, IN_SEVERA
from severa_fortnox.flows.session import Session
from severa_fortnox.flows.sync import ENTITIES, is_open, locking, synchronise
from severa_fortnox.reason import Reason
from severa_fortnox.store.log import Entry, Outcome
from severa_fortnox.work import Cause, Kind, Work

#: Seconds a load's lease lives without being renewed, and between two renewals.
LEASE, RENEWED_EVERY = 300.0, 60.0
#: Seconds: whatever is due at any time is taken up.
FAR = 10 * 366 * 86400.0
#: Seconds between two tries of a record that could not be done, and how long such records are tried.
PAUSE, LONGEST = 20.0, 15 * 60.0


class LoadRunning(Exception):
    """Somebody else is loading this register."""

    def __init__(self, who: str, until: float) -> None:
        super().__init__(who)
        self.who, self.until = who, until


@dataclass
class Loaded:
    """What a load came to.

    Args:
        done: outcome ("created in Fortnox", "created in Severa", "linked", "updated in Fortnox", "updated in Severa",
            "finished") to how many records.
        drifted: what changed since the preview and was left alone.
        refused: what one of the systems, or a rule of ours, refused only now, with the reasons.
        failed: what could not be done in time, with the last failure; another load goes on there.
        seconds: how long it took.
    """

    done: dict[str, int] = field(default_factory=dict)
    drifted: list[Looked] = field(default_factory=list)
    refused: list[tuple[str, tuple[Reason, ...]]] = field(default_factory=list)
    failed: list[tuple[str, IntegrationError]] = field(default_factory=list)
    seconds: float = 0.0

    def count(self, what: str) -> None:
        """One more."""
        self.done[what] = self.done.get(what, 0) + 1


@dataclass(frozen=True)
class _Step:
    """One record to be done."""

    name: str
    run: Callable[[Session], Sequence[str]]


@contextmanager
def holding(session: Session, kind: Kind, who: str) -> Iterator[Callable[[], None]]:
    """The register is loaded by nobody else, and its main system stays as it is; gives what renews the lease.

    Raises:
        LoadRunning: somebody else loads it.
    """
    leases, connection, name = session.store.leases, session.connection.id, f"load {kind}"
    owner = f"{who} ({session.owner[:8]})"
    if not leases.acquire(connection, name, owner, LEASE):
        held = leases.held(connection, name)
        raise LoadRunning(held.owner if held else "somebody", held.until if held else session.clock())
    renewed = [session.clock()]

    def renew() -> None:
        if session.clock() - renewed[0] < RENEWED_EVERY:
            return
        renewed[0] = session.clock()
        if not leases.renew(connection, name, owner, LEASE):
            raise Busy("another load has taken over", system=System.STORE, operation=name)

    try:
        yield renew
    finally:
        leases.release(connection, name, owner)


def apply(
    session: Session,
    comparison: Comparison,
    *,
    chosen: Iterable[Looked] | None = None,
    who: str,
    at_once: int = 8,
    progress: Progress = no_progress,
    sleep: Callable[[float], None],
) -> Loaded:
    """Carry out what the comparison shows; a second call with nothing changed in between does nothing.

    Args:
        chosen: the pairs that are meant; None: all that change something.
        who: is loading, for whoever meets the load.
        at_once: records in flight.
        progress: told how far it is.
        sleep: waits, in seconds.

    Raises:
        LoadRunning: somebody else loads this register.
        Misconfigured: one of the systems does not let us in.
        Busy: another load has taken over after this one stood still for minutes.
    """
    loaded, began = Loaded(), session.clock()
    looked = list(comparison.looked if chosen is None else chosen)
    with holding(session, comparison.kind, who) as renew:
        _remember_where_polls_begin(session, comparison)
        steps = _begun(session, comparison.kind)
        changes = interleaved([each for each in looked if each.is_change])
        steps += [_step(comparison.kind, each, comparison.around, loaded) for each in changes]
        _run(session, steps, loaded, at_once, progress, sleep, renew)
    loaded.seconds = session.clock() - began
    _log(session, comparison.kind, loaded, who)
    return loaded


def interleaved(looked: Sequence[Looked]) -> list[Looked]:
    """The same records, those that write to one system evenly among those that write to the other.

    Each system has a limit of its own: one after the other, each would wait for the other's.
    """
    groups: dict[bool, list[Looked]] = {True: [], False: []}
    for each in looked:
        decision = each.decision
        groups[isinstance(decision, Create) and isinstance(decision.plan, NewInSevera)].append(each)
    placed = [((position + 0.5) / len(group), each) for group in groups.values() for position, each in enumerate(group)]
    return [each for _, each in sorted(placed, key=lambda entry: entry[0])]


def _begun(session: Session, kind: Kind) -> list[_Step]:
    """What an earlier load, or anybody, began and did not finish."""

    def finish(work: Work) -> Callable[[Session], Sequence[str]]:
        def run(own: Session) -> Sequence[str]:
            synchronise(own, work)
            return ("finished",)

        return run

    unfinished = session.store.transfers.unfinished(session.connection.id, session.clock() + FAR)
    return [
        _Step(each.name, finish(Work(each.connection, each.kind, each.id, Cause.PERSON, each.source)))
        for each in unfinished
        if each.kind is kind
    ]


def _step(kind: Kind, looked: Looked, around: Surroundings, loaded: Loaded) -> _Step:
    entity, pair = ENTITIES[kind], looked.pair

    def run(session: Session) -> Sequence[str]:
        if isinstance(looked.decision, Update):
            return again(session, looked.decision)
        with locking(session, kind) as lock:
            lock(pair.number)
            if isinstance(looked.decision, Create):
                is_new = isinstance(looked.decision.plan, NewInSevera)
                if is_new and not _is_begun(session, kind, pair) and not entity.is_absent(session, pair):
                    loaded.drifted.append(looked)
                    return ()
                entity.carry_out(session, Cause.PERSON, pair, looked.decision, around)
                return (f"created in {'Severa' if is_new else 'Fortnox'}",)
            after = entity.carry_out(session, Cause.PERSON, pair, looked.decision, around)
            if not isinstance(looked.following, Update):
                if looked.following is not None:
                    entity.carry_out(session, Cause.PERSON, after, looked.following, around)
                return ("linked",)
        return ("linked", *again(session, looked.following))

    def again(session: Session, approved: Decision) -> Sequence[str]:
        """What is overwritten is read again first."""
        with locking(session, kind) as lock:
            work = Work(session.connection.id, kind, pair.severa_id, Cause.PERSON)
            now = entity.gather(session, work, lock, False)
            decision = entity.decide(now, session.settings, around)
            if decision != approved:
                # Somebody may have made the same change; anything else is told.
                if not (isinstance(decision, Skip) and decision.reason.code == "in-step"):
                    loaded.drifted.append(looked)
                return ()
            assert isinstance(approved, Update)
            entity.carry_out(session, Cause.PERSON, now, approved, around)
            return (f"updated in {str(approved.plan.to).capitalize()}",)

    return _Step(f"{kind} {pair.name}", run)


def _is_begun(session: Session, kind: Kind, pair: Any) -> bool:
    """Whether what Severa has may be of an attempt of ours whose answer was lost."""
    return is_open(session.store.transfers.get(session.connection.id, kind, pair.fortnox_id, System.FORTNOX))


def _run(
    session: Session,
    steps: Sequence[_Step],
    loaded: Loaded,
    at_once: int,
    progress: Progress,
    sleep: Callable[[float], None],
    renew: Callable[[], None],
) -> None:
    """Every step, many at once; what may work later is tried again until it is too late."""
    total, done, deadline = len(steps), 0, session.clock() + LONGEST
    pending = list(steps)
    while pending:
        later: list[tuple[_Step, IntegrationError]] = []
        for step, result in _each(session, pending, at_once):
            renew()
            match result:
                case Misconfigured():
                    raise result
                case Retryable() | RateLimited() | UnknownOutcome():
                    later.append((step, result))
                    continue
                case NeedsPerson(reasons=reasons):
                    loaded.refused.append((step.name, reasons))
                case Rejected():
                    loaded.refused.append((step.name, (reason_of(result),)))
                case BaseException():
                    raise result
                case outcomes:
                    for outcome in outcomes:
                        loaded.count(outcome)
                    # As long as some get through, the others are worth waiting for.
                    deadline = session.clock() + LONGEST
            done += 1
            progress("records", done, total)
        if later and session.clock() > deadline:
            loaded.failed += [(step.name, failure) for step, failure in later]
            return
        pending = [step for step, _ in later]
        if pending:
            sleep(PAUSE)


def _each(
    session: Session, steps: Sequence[_Step], at_once: int
) -> Iterator[tuple[_Step, Sequence[str] | BaseException]]:
    """Each step with its outcomes or its failure, in the order they end; never more than twice `at_once` waiting."""

    def run(step: _Step) -> Sequence[str] | BaseException:
        try:
            # No two workers share a name on leases.
            return step.run(replace(session, owner=uuid.uuid4().hex))
        except (IntegrationError, NeedsPerson) as failure:
            return failure

    if at_once == 1:
        for step in steps:
            yield step, run(step)
        return
    waiting: dict[Future[Sequence[str] | BaseException], _Step] = {}
    left = iter(steps)
    with ThreadPoolExecutor(at_once) as pool:
        try:
            while True:
                for step in left:
                    waiting[pool.submit(run, step)] = step
                    if len(waiting) >= 2 * at_once:
                        break
                if not waiting:
                    return
                ended, _ = wait(waiting, return_when=FIRST_COMPLETED)
                for future in ended:
                    yield waiting.pop(future), future.result()
        finally:
            pool.shutdown(cancel_futures=True)


def _remember_where_polls_begin(session: Session, comparison: Comparison) -> None:
    """What changes from the moment the lists were read is for the polls, however late they begin."""
    moment = datetime.fromtimestamp(comparison.began_at, UTC).isoformat()
    for name in (IN_SEVERA, IN_FORTNOX):
        if session.store.watermarks.get(session.connection.id, name) is None:
            session.store.watermarks.advance(session.connection.id, name, moment)


def _log(session: Session, kind: Kind, loaded: Loaded, who: str) -> None:
    """The run itself, with its counts and how long it took."""
    counts = {
        **loaded.done,
        "drifted": len(loaded.drifted),
        "refused": len(loaded.refused),
        "failed": len(loaded.failed),
    }
    told = ", ".join(f"{count} {what}" for what, count in counts.items() if count) or "nothing to do"
    session.store.log.add(
        Entry(
            connection=session.connection.id,
            at=session.clock(),
            kind=kind,
            id="load",
            outcome=Outcome.NOTHING_TO_DO if told == "nothing to do" else Outcome.UPDATED,
            text=f"{who} loaded the {kind}s in {loaded.seconds:.0f} s: {told}",
            cause=Cause.PERSON,
            name=f"load of {kind}s",
            detail={what: str(count) for what, count in counts.items()},
        )
    )
