"""What keeping customers, products and projects in step has in common."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Generic, TypeVar, cast

from pydantic import BaseModel

from severa_fortnox.alerts.catalogue import sentences
from severa_fortnox.decisions.decision import Create, Link, Refuse, Skip, Update
from severa_fortnox.decisions.pairs import Linked, Pair, Surroundings, Writes
from severa_fortnox.errors import IntegrationError, System, UnknownOutcome
from severa_fortnox.flows import counterparts
from severa_fortnox.flows.counterparts import Counterpart
from severa_fortnox.flows.session import Session
from severa_fortnox.fortnox.unknowns import VAT_RATES
from severa_fortnox.mapping.agreement import Change
from severa_fortnox.mapping.fingerprints import fingerprint, kept_of, synced_kept
from severa_fortnox.reason import Reason
from severa_fortnox.settings import Settings
from severa_fortnox.store.links import Link as StoredLink
from severa_fortnox.store.log import Entry, Outcome
from severa_fortnox.work import Cause, Kind, Work

P = TypeVar("P", bound=Pair)
Decision = Create[Any] | Update[Writes] | Link | Skip | Refuse

#: Takes the pair with that number for this worker alone, or raises `errors.Busy`.
Lock = Callable[[str], None]

#: What a link keeps beside fingerprints: when they were taken.
_AT = "at"
#: Seconds in which another look at what agrees needs no date of its own.
_DATED_FOR = 60.0


@dataclass(frozen=True)
class Entity(Generic[P]):
    """One kind of record that is kept in step.

    Args:
        gather: reads both sides of the pair a work is about; None when what it tells is what we wrote ourselves. It
            takes the lock as soon as it knows the number, before it reads the side that may be written.
        decide: what becomes of the pair.
        kept: which fields would be left alone if the pair were linked now.
        create: makes the missing record, once; answers the pair as it is then.
        write: writes an update; answers the pair as it is then.
        remembered: keeps with the link what both sides say now.
        reread: the pair with both records as they are now.
        is_absent: whether Severa still lacks the record that Fortnox has.
        settle: brings a creation that an earlier run began, and that is not wanted any more, to its end.
        touched: what else a write changed, for the log; the pair before and after it.
    """

    kind: Kind
    gather: Callable[[Session, Work, Lock, bool], P | None]
    decide: Callable[[P, Settings, Surroundings], Decision]
    kept: Callable[[Settings, P, Surroundings], frozenset[str]]
    create: Callable[[Session, Cause, P, Create[Any], Surroundings], P]
    write: Callable[[Session, P, Writes, Surroundings], P]
    remembered: Callable[[Session, P, Surroundings], P]
    reread: Callable[[Session, P], P]
    is_absent: Callable[[Session, P], bool]
    settle: Callable[[Session, Cause, P, Work, Surroundings], None]
    touched: Callable[[P, P], Sequence[str]] = lambda _before, _after: ()

    def carry_out(self, session: Session, cause: Cause, pair: P, decision: Decision, around: Surroundings) -> P:
        """Perform the decision; the answer is the pair as it is then.

        Raises:
            NeedsPerson: one of the two is linked to something else, or the number is another record's by now.
            IntegrationError: as `create_once`.
        """
        match decision:
            case Link():
                return _link(session, cause, self.kind, pair, decision, self.kept(session.settings, pair, around))
            case Create():
                return self.create(session, cause, pair, decision, around)
            case Update(plan=writes, notes=notes):
                line = _updated(session, cause, self.kind, pair, writes, notes)
                pair = self._written(session, line, pair, writes, around)
                # Somebody else may have written meanwhile; what does not agree is looked at again.
                agrees = is_in_step(self.decide(pair, session.settings, around))
                return self.remembered(session, pair, around) if agrees else pair
            case Skip(notes=notes) if is_in_step(decision):
                if notes:
                    session.store.log.add(_told(session, cause, self.kind, pair, notes))
                return self.remembered(session, pair, around)
        return pair

    def _written(self, session: Session, line: Entry, pair: P, writes: Writes, around: Surroundings) -> P:
        """Write, with a line in the log that says how far it came; what is overwritten stands nowhere else.

        Args:
            line: what the log says once it is done.
        """
        session.store.log.add(replace(line, text=f"{pair.name} is being changed {_changes(writes)}"))
        try:
            after = self.write(session, pair, writes, around)
        except UnknownOutcome:
            raise
        except IntegrationError:
            # Severa's address is another call than its customer, so part of it may be written.
            text = f"{pair.name} was not, or only in part, changed {_changes(writes)}"
            session.store.log.add(replace(line, outcome=Outcome.FAILED, text=text))
            raise
        session.store.log.add(replace(line, text="; ".join((line.text, *self.touched(pair, after)))))
        return after


def is_in_step(decision: Decision) -> bool:
    """Whether it says that the two agree."""
    return isinstance(decision, Skip) and decision.reason.code == "in-step"


def surroundings(
    session: Session, *, taken_along: Collection[System] = (), before: Collection[str] | None = None
) -> Surroundings:
    """What decisions about pairs must know beside the two records; nothing is read that is cached.

    Args:
        taken_along: as in `Surroundings`.
        before: as in `Surroundings`.
    """
    currencies, vat_rates = session.registers.of_severa()
    return Surroundings(
        fortnox=session.registers.of_fortnox(),
        vat_rates=frozenset(map(Decimal, VAT_RATES)),
        countries=session.registers.countries(),
        severa_currencies=currencies,
        severa_vat_rates=vat_rates,
        before=before,
        taken_along=taken_along,
        today=session.today(),
    )


def linked(link: StoredLink | None) -> Linked | None:
    """The link as decisions know it."""
    return None if link is None else Linked(link.severa_id, link.fortnox_id, kept_of(link.synced))


def is_echo(session: Session, work: Work, link: StoredLink, record: BaseModel | None) -> bool:
    """Whether a linked Fortnox record is as it was when the two last agreed, so that nobody need look: our own write.

    It is looked at all the same when a person asks for it, and while a person is told of it: what they mended may be
    what it was before. A problem of the time before the two were linked stands under the Fortnox number.
    """
    if record is None or work.cause is Cause.PERSON or link.synced.get("fortnox") != fingerprint(record):
        return False
    subjects = (f"{work.kind}#{link.severa_id}", f"{work.kind}#{work.id}")
    return all(session.store.problems.get(session.connection.id, subject) is None for subject in subjects)


def ignored(session: Session, kind: Kind, severa_id: str | None, fortnox_id: str | None) -> str | None:
    """Why a person wants one of the two records left alone; None when nobody does."""
    for system, id in ((System.SEVERA, severa_id), (System.FORTNOX, fortnox_id)):
        found = None if id is None else session.store.ignored.get(session.connection.id, kind, system, id)
        if found is not None:
            return found.why
    return None


def _link(session: Session, cause: Cause, kind: Kind, pair: P, decision: Link, kept: frozenset[str]) -> P:
    """Link the two records of a pair; the answer is the pair as it is then.

    No fingerprints are kept yet: what differs is written next, and a run that dies in between must find it again.

    Raises:
        NeedsPerson: one of the two is linked to something else.
    """
    severa_id, number = pair.severa_id or "", decision.foreign_id
    counterpart = Counterpart(kind, severa_id, number, pair.name, cause=cause, synced=synced_kept(kept))
    counterparts.link(session, counterpart, decision)
    after: P = replace(cast(Any, pair), linked=Linked(severa_id, number, kept))
    return after


def remember(
    session: Session, kind: Kind, pair: Pair, synced: Mapping[str, str], card: Mapping[str, str] | None = None
) -> None:
    """Keep with the pair's link what both sides say now, and when, if that is not what is kept already.

    What somebody changed and we set back says what it said before; only the moment tells that it was us.

    Args:
        card: what the link keeps of the Fortnox record; None leaves it as it is.
    """
    link = session.store.links.by_severa(session.connection.id, kind, pair.severa_id or "")
    if link is None:
        return
    known = {name: value for name, value in link.synced.items() if name != _AT}
    is_dated = session.clock() - agreed_at(link) <= _DATED_FOR
    if synced != known or card not in (None, dict(link.card)) or not is_dated:
        dated = {**synced, _AT: f"{session.clock():.0f}"}
        session.store.links.remember(session.connection.id, link, card=card, synced=dated)


def agreed_at(link: StoredLink) -> float:
    """When the two were last seen to agree, in seconds since the epoch."""
    return float(link.synced.get(_AT, link.linked_at))


def begun_by(session: Session, cause: Cause, pair: Pair, work: Work) -> Counterpart:
    """What an earlier run began to create for a work's record, under the number it was to have."""
    if work.system is System.FORTNOX:
        return Counterpart(work.kind, "", work.id, pair.name, System.FORTNOX, cause)
    transfer = session.store.transfers.get(session.connection.id, work.kind, work.id)
    number = transfer.reference if transfer else pair.number
    return Counterpart(work.kind, work.id, number, pair.name, cause=cause)


def _updated(session: Session, cause: Cause, kind: Kind, pair: Pair, writes: Writes, notes: Sequence[Reason]) -> Entry:
    """A log line about an update, with both values of every field."""
    text = f"{pair.name} was changed {_changes(writes)}"
    return _entry(session, cause, kind, pair, Outcome.UPDATED, text, {"notes": sentences(notes)} if notes else {})


def _told(session: Session, cause: Cause, kind: Kind, pair: Pair, notes: Sequence[Reason]) -> Entry:
    """A log line about a pair that nothing was written of, though a person should know something."""
    return _entry(session, cause, kind, pair, Outcome.NOTHING_TO_DO, f"{pair.name}: {sentences(notes)}", {})


def _entry(
    session: Session, cause: Cause, kind: Kind, pair: Pair, outcome: Outcome, text: str, detail: Mapping[str, str]
) -> Entry:
    return Entry(
        connection=session.connection.id,
        at=session.clock(),
        kind=kind,
        id=pair.severa_id or "",
        outcome=outcome,
        text=text,
        cause=cause,
        name=f"{kind} {pair.name}",
        foreign_id=pair.fortnox_id,
        detail=detail,
    )


def _changes(writes: Writes) -> str:
    other = System.FORTNOX if writes.to is System.SEVERA else System.SEVERA
    return f"in {_name(writes.to)}: {'; '.join(_changed(change, writes.to, other) for change in writes.changes)}"


def _changed(change: Change, to: System, other: System) -> str:
    old, new = (f"“{value}”" if value is not None else "nothing" for value in (change.old, change.new))
    return f"{change.field.label} {old} ({_name(to)}) became {new} ({_name(other)})"


def _name(system: System) -> str:
    return str(system).capitalize()
