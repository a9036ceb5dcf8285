"""The first load, and any later one: what a preview showed is carried out, both ways at once.

A load can be stopped or die anywhere: what was begun is brought to its end by the next one, and what was done is found
linked. A record that changed after the preview is shown, not overwritten.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime

from severa_fortnox.alerts.catalogue import reason_of
from severa_fortnox.decisions.decision import Update
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
from severa_fortnox.flows import register_brake
from severa_fortnox.flows.comparison import Comparison, Looked, outdated, without_pauses
from severa_fortnox.flows.create import NeedsPerson
from severa_fortnox.flows.listings import Progress, no_progress
from severa_fortnox.flows.load_steps import Loaded, Step, interleaved, step_of, steps_left
from severa_fortnox.flows.outcome import bug, close
from severa_fortnox.flows.register_brake import KINDS
from severa_fortnox.flows.session import Session
from severa_fortnox.flows.sync import ENTITIES
from severa_fortnox.flows.watermarks import IN_SEVERA, advance, in_fortnox, read_until
from severa_fortnox.store.links import LinkChanged
from severa_fortnox.store.log import Entry, Outcome
from severa_fortnox.work import Cause, Kind

#: Seconds a load's lease lives without being renewed, and between two renewals.
LEASE, RENEWED_EVERY = 300.0, 60.0
#: Seconds between two tries of a record that could not be done, and how long such records are tried.
PAUSE, LONGEST = 20.0, 15 * 60.0


class LoadRunning(Exception):
    """Somebody else is loading this register."""

    def __init__(self, who: str, until: float) -> None:
        super().__init__(who)
        self.who, self.until = who, until


class OutdatedPreview(Exception):
    """The settings are not those the preview was made with any more."""


@contextmanager
def holding(session: Session, kind: Kind, who: str) -> Iterator[Callable[[], None]]:
    """The register is loaded by nobody else, and its main system stays as it is; gives what renews the lease.

    Raises:
        LoadRunning: somebody else loads it.
        OutdatedPreview: somebody changed them after the preview.
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
        # From here on nobody changes whose changes count; until here somebody may have.
        if session.store.settings.get(connection).settings != session.settings:
            raise OutdatedPreview
        yield renew
    finally:
        leases.release(connection, name, owner)


@without_pauses()
def apply(
    session: Session,
    comparison: Comparison,
    *,
    chosen: Iterable[Looked] | None = None,
    finish: Collection[str] | None = None,
    who: str,
    at_once: int = 8,
    progress: Progress = no_progress,
    sleep: Callable[[float], None],
) -> Loaded:
    """Carry out what the comparison shows; a second call with nothing changed in between does nothing.

    Args:
        chosen: the pairs that are meant; None: all that change something.
        finish: the ids, in the system they come from, of the records that an earlier run began to create and that are
            brought to their end; None: all of them.
        who: is loading, for whoever meets the load.
        at_once: records in flight.
        progress: told how far it is.
        sleep: waits, in seconds.

    Raises:
        LoadRunning: somebody else loads this register.
        OutdatedPreview: somebody changed the settings after the preview.
        Misconfigured: one of the systems does not let us in.
        Busy: another load has taken over after this one stood still for minutes.
    """
    loaded, began = Loaded(), session.clock()
    looked = list(comparison.looked if chosen is None else chosen)
    with holding(session, comparison.kind, who) as renew:
        _remember_the_beginning(session, comparison)
        steps = steps_left(session, comparison.kind, finish, loaded)
        changes = [each for each in looked if each.is_change]
        try:
            loaded.drifted += outdated(session, comparison, changes, at_once, _renewing(renew, progress))
            drifted = set(map(id, loaded.drifted))
            approved = interleaved([each for each in changes if id(each) not in drifted])
            steps += [step_of(comparison.kind, each, comparison.around, loaded) for each in approved]
            _run(session, steps, loaded, at_once, progress, sleep, renew)
            _close_problems(session, loaded)
            _remember_what_was_seen(session, comparison, changes, renew)
            loaded.is_complete = True
        finally:
            loaded.seconds = session.clock() - began
            _log(session, comparison.kind, loaded, who)
    return loaded


def _renewing(renew: Callable[[], None], progress: Progress) -> Progress:
    """Reading takes its time too."""

    def told(what: str, done: int, total: int | None) -> None:
        renew()
        progress(what, done, total)

    return told


def _run(
    session: Session,
    steps: Sequence[Step],
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
        later: list[tuple[Step, IntegrationError]] = []
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
                case Exception():
                    loaded.refused.append((step.name, (bug(result),)))
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


def _each(session: Session, steps: Sequence[Step], at_once: int) -> Iterator[tuple[Step, Sequence[str] | Exception]]:
    """Each step with its outcomes or its failure, in the order they end; never more than twice `at_once` waiting."""

    def run(step: Step) -> Sequence[str] | Exception:
        try:
            # No two workers share a name on leases.
            return step.run(replace(session, owner=uuid.uuid4().hex))
        except Exception as failure:
            # One record must not keep the others waiting, whatever it is.
            return failure

    if at_once == 1:
        for step in steps:
            yield step, run(step)
        return
    waiting: dict[Future[Sequence[str] | Exception], Step] = {}
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


def _close_problems(session: Session, loaded: Loaded) -> None:
    """What kept the records from being in step is over."""
    for problem in session.store.problems.all_open(session.connection.id) if loaded.settled else ():
        if problem.subject in loaded.settled:
            close(session, problem)


def _remember_the_beginning(session: Session, comparison: Comparison) -> None:
    """What comes or changes from the moment the lists were read is for the polls, however late they begin."""
    if comparison.kind is Kind.PRODUCT:
        there = [each.pair.fortnox_id for each in comparison.looked if each.pair.fortnox is not None]
        session.store.before.put_once(session.connection.id, Kind.PRODUCT, there)
    if session.settings.activated_on is not None:
        # They begin there, which is earlier.
        return
    for name in (IN_SEVERA, *map(in_fortnox, KINDS)):
        if read_until(session, name) is None:
            advance(session, name, datetime.fromtimestamp(comparison.began_at, UTC))


def _remember_what_was_seen(
    session: Session, comparison: Comparison, approved: Sequence[Looked], renew: Callable[[], None]
) -> None:
    """Linked pairs that changed and agree all the same; and that a person has let through all that had changed."""
    connection, kind, entity = session.connection.id, comparison.kind, ENTITIES[comparison.kind]
    agree = [each for each in comparison.looked if each.is_in_step and not each.pair.in_step]
    before = {link.severa_id: link for link in comparison.links}
    now = {link.severa_id: link for link in session.store.links.all(connection, kind)} if agree else {}
    for each in agree:
        renew()
        # Whoever has been at it since, or is just now, knows better.
        if now.get(each.pair.severa_id) == before[each.pair.severa_id]:
            with suppress(LinkChanged):
                entity.carry_out(session, Cause.PERSON, each.pair, each.decision, comparison.around)
    let_through = {each.pair.severa_id for each in approved}
    if all(each.pair.severa_id in let_through for each in comparison.of(Update)):
        register_brake.seen_until(session, kind, comparison.began_at, cards=comparison.shows_all)


def _log(session: Session, kind: Kind, loaded: Loaded, who: str) -> None:
    """The run itself, with its counts and how long it took."""
    counts = {
        **loaded.done,
        "drifted": len(loaded.drifted),
        "refused": len(loaded.refused),
        "failed": len(loaded.failed),
    }
    stopped = "" if loaded.is_complete else " and stopped before the end"
    told = ", ".join(f"{count} {what}" for what, count in counts.items() if count) or "nothing to do"
    session.store.log.add(
        Entry(
            connection=session.connection.id,
            at=session.clock(),
            kind=kind,
            id="load",
            outcome=Outcome.NOTHING_TO_DO if told == "nothing to do" else Outcome.UPDATED,
            text=f"{who} loaded the {kind}s in {loaded.seconds:.0f} s{stopped}: {told}",
            cause=Cause.PERSON,
            name=f"load of {kind}s",
            detail={what: str(count) for what, count in counts.items()},
        )
    )
