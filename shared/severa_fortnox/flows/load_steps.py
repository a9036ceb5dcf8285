"""What a load does with one record: read again, done when it is still as it was shown, told when it is not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from severa_fortnox.decisions.decision import Create, Skip, Update
from severa_fortnox.decisions.pairs import NewInSevera, Surroundings
from severa_fortnox.errors import IntegrationError, System
from severa_fortnox.flows.comparison import Looked
from severa_fortnox.flows.pairs import Decision, ignored, is_in_step
from severa_fortnox.flows.session import Session
from severa_fortnox.flows.sync import ENTITIES, locking, synchronise
from severa_fortnox.reason import Reason
from severa_fortnox.store.links import LinkKey
from severa_fortnox.store.log import Outcome
from severa_fortnox.work import Cause, Kind, Work

#: Seconds: whatever is due at any time is taken up.
FAR = 10 * 366 * 86400.0


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
        is_complete: whether it came to its end.
    """

    done: dict[str, int] = field(default_factory=dict)
    drifted: list[Looked] = field(default_factory=list)
    refused: list[tuple[str, tuple[Reason, ...]]] = field(default_factory=list)
    failed: list[tuple[str, IntegrationError]] = field(default_factory=list)
    seconds: float = 0.0
    is_complete: bool = False

    def count(self, what: str) -> None:
        """One more."""
        self.done[what] = self.done.get(what, 0) + 1


@dataclass(frozen=True)
class Step:
    """One record to be done; `run` answers what was done."""

    name: str
    run: Callable[[Session], Sequence[str]]


def interleaved(looked: Sequence[Looked]) -> list[Looked]:
    """The same records, those that write to one system evenly among those that write to the other.

    Each system has a limit of its own: one after the other, each would wait for the other's.
    """
    groups: dict[bool, list[Looked]] = {True: [], False: []}
    for each in looked:
        groups[_is_new_in_severa(each.decision)].append(each)
    placed = [((position + 0.5) / len(group), each) for group in groups.values() for position, each in enumerate(group)]
    return [each for _, each in sorted(placed, key=lambda entry: entry[0])]


def steps_left(session: Session, kind: Kind, loaded: Loaded) -> list[Step]:
    """What an earlier load, or anybody, began and did not finish."""

    def finish(work: Work) -> Callable[[Session], Sequence[str]]:
        def run(own: Session) -> Sequence[str]:
            if synchronise(own, work) is not Outcome.REFUSED:
                return ("finished",)
            problem = own.store.problems.get(work.connection, f"{work.kind}#{work.id}")
            loaded.refused.append((f"{work.kind} {work.id}", problem.reasons if problem else ()))
            return ()

        return run

    unfinished = session.store.transfers.unfinished(session.connection.id, session.clock() + FAR)
    return [
        Step(each.name, finish(Work(each.connection, each.kind, each.id, Cause.PERSON, each.source)))
        for each in unfinished
        if each.kind is kind
    ]


def step_of(kind: Kind, looked: Looked, around: Surroundings, loaded: Loaded) -> Step:
    """What is to be done with a pair that was looked at.

    Args:
        around: what its decision was made with.
        loaded: where it is told when it is not as it was shown any more.
    """
    entity, pair, decision = ENTITIES[kind], looked.pair, looked.decision
    is_linked = False

    def run(session: Session) -> Sequence[str]:
        nonlocal is_linked
        if isinstance(decision, Update):
            return again(session, decision)
        if not is_linked:
            done = begin(session)
            if not done or isinstance(decision, Create):
                return done
            # Tried again because of what follows, it is linked already.
            is_linked = True
        return ("linked", *(again(session, looked.following) if isinstance(looked.following, Update) else ()))

    def begin(session: Session) -> Sequence[str]:
        """Create or link what is still as it was shown; nothing is said of what has come to its end meanwhile."""
        with locking(session, kind) as lock:
            lock(pair.number)
            links, begun = _links(session, kind, pair), _is_begun(session, kind, pair)
            if not begun and (links == {(pair.severa_id, pair.fortnox_id)} or (links and isinstance(decision, Create))):
                return ()
            now = entity.reread(session, pair)
            if (links and not begun) or not is_approved(session, now, begun):
                loaded.drifted.append(looked)
                return ()
            after = entity.carry_out(session, Cause.PERSON, now, decision, around)
            if isinstance(looked.following, Skip):
                entity.carry_out(session, Cause.PERSON, after, looked.following, around)
        if isinstance(decision, Create):
            return (f"created in {'Severa' if _is_new_in_severa(decision) else 'Fortnox'}",)
        return ("linked",)

    def is_approved(session: Session, now: Any, begun: bool) -> bool:
        """Whether the same would be decided now, and nobody has made the record in Severa meanwhile."""
        now = replace(now, ignored=ignored(session, kind, pair.severa_id, pair.fortnox_id))
        if now.matched_by != pair.matched_by or entity.decide(now, session.settings, around) != decision:
            return False
        return begun or not _is_new_in_severa(decision) or entity.is_absent(session, now)

    def again(session: Session, approved: Decision) -> Sequence[str]:
        """What is overwritten is read again first."""
        with locking(session, kind) as lock:
            work = Work(session.connection.id, kind, pair.severa_id, Cause.PERSON)
            now = entity.gather(session, work, lock, False)
            found = entity.decide(now, session.settings, around)
            if found != approved:
                # Somebody may have made the same change; anything else is told.
                if not is_in_step(found):
                    loaded.drifted.append(looked)
                return ()
            assert isinstance(approved, Update)
            entity.carry_out(session, Cause.PERSON, now, approved, around)
            return (f"updated in {str(approved.plan.to).capitalize()}",)

    return Step(f"{kind} {pair.name}", run)


def _links(session: Session, kind: Kind, pair: Any) -> set[tuple[str, str]]:
    """What the pair's records are linked to by now."""
    sides = ((System.SEVERA, pair.severa_id), (System.FORTNOX, pair.fortnox_id))
    found = session.store.links.many(session.connection.id, [LinkKey(kind, side, id) for side, id in sides if id])
    return {(link.severa_id, link.fortnox_id) for link in found.values()}


def _is_new_in_severa(decision: Decision) -> bool:
    return isinstance(decision, Create) and isinstance(decision.plan, NewInSevera)


def _is_begun(session: Session, kind: Kind, pair: Any) -> bool:
    """Whether an attempt of ours to create one from the other was begun and has not come to its end."""
    for system, id in ((System.SEVERA, pair.severa_id), (System.FORTNOX, pair.fortnox_id)):
        transfer = None if id is None else session.store.transfers.get(session.connection.id, kind, id, system)
        if transfer is not None and transfer.is_open:
            return True
    return False
