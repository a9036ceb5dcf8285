"""What a load does with one record: read again, done when it is still as it was shown, told when it is not."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from severa_fortnox.decisions.decision import Create, Refuse, Skip, Update
from severa_fortnox.decisions.pairs import NewInSevera, Surroundings, Writes
from severa_fortnox.errors import IntegrationError, System
from severa_fortnox.flows.comparison import Looked
from severa_fortnox.flows.counterparts import unfinished
from severa_fortnox.flows.pairs import Decision, ignored, is_in_step
from severa_fortnox.flows.session import Session
from severa_fortnox.flows.sync import ENTITIES, locking, looked_at
from severa_fortnox.reason import Reason
from severa_fortnox.store.links import LinkKey
from severa_fortnox.store.log import Outcome
from severa_fortnox.work import Cause, Kind, Work


@dataclass
class Loaded:
    """What a load came to.

    Args:
        done: outcome ("created in Fortnox", "created in Severa", "linked", "updated in Fortnox", "updated in Severa",
            "finished") to how many records.
        drifted: what changed since the preview and was left alone.
        refused: what one of the systems, or a rule of ours, refused only now, with the reasons.
        failed: what could not be done in time, with the last failure; another load goes on there.
        settled: the subjects whose problems are over.
        seconds: how long it took.
        is_complete: whether it came to its end.
    """

    done: dict[str, int] = field(default_factory=dict)
    drifted: list[Looked] = field(default_factory=list)
    refused: list[tuple[str, tuple[Reason, ...]]] = field(default_factory=list)
    failed: list[tuple[str, IntegrationError]] = field(default_factory=list)
    settled: set[str] = field(default_factory=set)
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


def steps_left(session: Session, kind: Kind, wanted: Collection[str] | None, loaded: Loaded) -> list[Step]:
    """What an earlier load, or anybody, began and did not finish.

    Args:
        wanted: only these ids; None: all.
        loaded: where it is told what was refused.
    """

    def finish(work: Work) -> Callable[[Session], Sequence[str]]:
        def run(own: Session) -> Sequence[str]:
            ended = looked_at(own, work)
            if ended.outcome is not Outcome.REFUSED:
                return ("finished",)
            loaded.refused.append((f"{work.kind} {work.id}", ended.reasons))
            return ()

        return run

    return [
        Step(each.name, finish(Work(each.connection, each.kind, each.id, Cause.PERSON, each.source)))
        for each in unfinished(session, kind)
        if wanted is None or each.id in wanted
    ]


def step_of(kind: Kind, looked: Looked, around: Surroundings, loaded: Loaded) -> Step:
    """What is to be done with a pair that was looked at.

    Args:
        around: what its decision was made with.
        loaded: where it is told when it is not as it was shown any more.
    """
    return Step(f"{kind} {looked.pair.name}", _Approved(kind, looked, around, loaded).run)


@dataclass
class _Approved:
    """One record that somebody let through; what was done is kept between two tries."""

    kind: Kind
    looked: Looked
    around: Surroundings
    loaded: Loaded
    is_begun: bool = False
    is_linked: bool = False
    is_written: bool = False

    def run(self, session: Session) -> Sequence[str]:
        """Do what is left of it; the answer is what was done in all tries together."""
        done = self._run(session)
        is_left = isinstance(self.looked.following, Refuse) or any(each is self.looked for each in self.loaded.drifted)
        if done and not is_left:
            ids = (self.looked.pair.severa_id, self.looked.pair.fortnox_id)
            self.loaded.settled.update(f"{self.kind}#{id}" for id in ids if id is not None)
        return done

    def _run(self, session: Session) -> Sequence[str]:
        decision, following = self.looked.decision, self.looked.following
        if isinstance(decision, Update):
            return self._written(session, decision)
        if isinstance(decision, Create):
            return self._created(session)
        if not self.is_linked and not self._link(session):
            return ()
        return ("linked", *(self._written(session, following) if isinstance(following, Update) else ()))

    def _created(self, session: Session) -> Sequence[str]:
        """Create what is still as it was shown; nothing is said of what has come to its end meanwhile."""
        decision, pair = self.looked.decision, self.looked.pair
        with locking(session, self.kind) as lock:
            lock(pair.number)
            links, begun = _links(session, self.kind, pair), _is_begun(session, self.kind, pair)
            if links and not begun:
                return ()
            now = ENTITIES[self.kind].reread(session, pair)
            if not self._is_approved(session, now, begun):
                self.loaded.drifted.append(self.looked)
                return ()
            ENTITIES[self.kind].carry_out(session, Cause.PERSON, now, decision, self.around)
        return (f"created in {'Severa' if _is_new_in_severa(decision) else 'Fortnox'}",)

    def _link(self, session: Session) -> bool:
        """Link what is still as it was shown; False when nothing is left to do, or not by this load."""
        entity, pair = ENTITIES[self.kind], self.looked.pair
        with locking(session, self.kind) as lock:
            lock(pair.number)
            links = _links(session, self.kind, pair)
            if links == {(pair.severa_id, pair.fortnox_id)}:
                # By an earlier try of ours, which failed after it; or by somebody else.
                self.is_linked = self.is_begun
                return self.is_linked
            now = entity.reread(session, pair)
            if links or not self._is_approved(session, now, _is_begun(session, self.kind, pair)):
                self.loaded.drifted.append(self.looked)
                return False
            self.is_begun = True
            after = entity.carry_out(session, Cause.PERSON, now, self.looked.decision, self.around)
            self.is_linked = True
            self._leave(session, after)
        return True

    def _leave(self, session: Session, after: Any) -> None:
        """Remember that the two agree, when that was shown and is so; what differs since is told."""
        entity, shown = ENTITIES[self.kind], self.looked.following
        if isinstance(shown, Skip):
            found = entity.decide(after, session.settings, self.around)
            if found == shown:
                entity.carry_out(session, Cause.PERSON, after, found, self.around)
            else:
                self.loaded.drifted.append(self.looked)

    def _is_approved(self, session: Session, now: Any, begun: bool) -> bool:
        """Whether the same would be decided now, and nobody has made the record in Severa meanwhile."""
        entity, pair, decision = ENTITIES[self.kind], self.looked.pair, self.looked.decision
        now = replace(now, ignored=ignored(session, self.kind, pair.severa_id, pair.fortnox_id))
        if now.matched_by != pair.matched_by or entity.decide(now, session.settings, self.around) != decision:
            return False
        return begun or not _is_new_in_severa(decision) or entity.is_absent(session, now)

    def _written(self, session: Session, approved: Update[Writes]) -> Sequence[str]:
        """What is overwritten is read again first."""
        entity = ENTITIES[self.kind]
        told = (f"updated in {str(approved.plan.to).capitalize()}",)
        with locking(session, self.kind) as lock:
            # For a person's look both records are read whatever is remembered of them.
            work = Work(session.connection.id, self.kind, self.looked.pair.severa_id, Cause.PERSON)
            now = entity.gather(session, work, lock, False)
            found = entity.decide(now, session.settings, self.around)
            if found == approved or (self.is_written and _is_rest(found, approved)):
                self.is_written = True
                entity.carry_out(session, Cause.PERSON, now, found, self.around)
                return told
        if not is_in_step(found):
            self.loaded.drifted.append(self.looked)
            return ()
        # Somebody made the same change; or we did, and its answer was lost.
        return told if self.is_written else ()


def _is_rest(found: Decision, approved: Update[Writes]) -> bool:
    """Whether it is what an earlier try left of the approved update: a customer of Severa takes more than one call."""
    if not isinstance(found, Update):
        return False
    left, whole = found.plan, approved.plan
    return (left.to, left.values) == (whole.to, whole.values) and set(left.changes) <= set(whole.changes)


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
