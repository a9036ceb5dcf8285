"""Both registers read whole, made into pairs, and each pair decided: what the preview, the load and the report show."""

from __future__ import annotations

import gc
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, cast

from severa_fortnox.decisions.brake import empty_or_short, mass_change
from severa_fortnox.decisions.decision import Create, Link, Skip, Update
from severa_fortnox.decisions.pairs import BOTH, Linked, Pair, Surroundings
from severa_fortnox.errors import System
from severa_fortnox.flows import register_brake
from severa_fortnox.flows.alone import known_by
from severa_fortnox.flows.counterparts import unfinished
from severa_fortnox.flows.listings import (
    NOTHING_READ,
    Progress,
    Read,
    no_progress,
    read_customers,
    read_products,
    read_projects,
)
from severa_fortnox.flows.pairs import Decision, is_in_step, surroundings
from severa_fortnox.flows.session import Session
from severa_fortnox.flows.sync import ENTITIES
from severa_fortnox.reason import Reason
from severa_fortnox.settings import Settings
from severa_fortnox.store.links import Link as StoredLink
from severa_fortnox.work import Kind


@dataclass(frozen=True)
class Looked:
    """A pair and what becomes of it.

    Args:
        following: what follows once the pair is linked, when it is to be linked; None otherwise.
    """

    pair: Any
    decision: Decision
    following: Decision | None = None

    @property
    def is_in_step(self) -> bool:
        """Whether the two are linked and agree."""
        return self.pair.linked is not None and is_in_step(self.decision)

    @property
    def is_change(self) -> bool:
        """Whether a run writes something."""
        return isinstance(self.decision, Create | Update | Link)


@dataclass(frozen=True)
class Comparison:
    """Both registers, pair by pair.

    Args:
        began_at: seconds since the epoch, before the first list was read.
        seconds: how long it took, and how long of it after everything was read.
        brake: why a load must not go on without a person's word; empty when it may.
        around: what the decisions knew beside the pairs.
        links: what was linked, as it was when the reading began.
        create_missing: as in `compare`.
        shows_all: whether it shows each change of a linked record, also of what Fortnox's list of customers lacks.
        read: what was read.
    """

    kind: Kind
    looked: tuple[Looked, ...]
    in_severa: int
    in_fortnox: int
    began_at: float
    seconds: tuple[float, float]
    brake: tuple[Reason, ...]
    around: Surroundings
    links: Sequence[StoredLink]
    create_missing: bool | None
    shows_all: bool
    read: Read

    def of(self, *decisions: type) -> list[Looked]:
        """The pairs with one of these decisions."""
        return [each for each in self.looked if isinstance(each.decision, decisions)]


@contextmanager
def without_pauses() -> Iterator[None]:
    """No garbage is collected meanwhile: with whole registers in memory that stops every thread for too long.

    It takes a tenth of a second for some hundred customers, and a call that leaves so late meets the limit of those
    behind it.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@without_pauses()
def compare(
    session: Session,
    kind: Kind,
    *,
    create_missing: bool | None = None,
    every_card: bool = False,
    at_once: int = 8,
    progress: Progress = no_progress,
) -> Comparison:
    """Read both registers and decide every pair; nothing is written in either system.

    Args:
        create_missing: whether records without a counterpart are created, in both systems and however old they are;
            None: as the settings say.
        every_card: read each linked customer's card although nothing in Fortnox's list says that it changed; the list
            shows half of it, and the rest is followed by the daily catch-up.
        at_once: calls in flight while cards are read.
        progress: told how far it is.

    Raises:
        IntegrationError: one of the systems cannot be read to its end.
    """
    around = surroundings(
        session,
        taken_along=_taken_along(session.settings, kind, create_missing),
        before=session.store.before.get(session.connection.id, kind),
    )
    return _compared(session, kind, around, NOTHING_READ, create_missing, every_card, at_once, progress)


def outdated(
    session: Session, comparison: Comparison, chosen: Iterable[Looked], at_once: int, progress: Progress
) -> list[Looked]:
    """Those to be created or linked of which something else is to be done by now, because of other records.

    Somebody may have entered the very record that is to be created, under another number, or a second one that looks
    like it. Each record is read again when its turn comes; this is for what no look at the record itself can tell.

    Raises:
        IntegrationError: one of the systems cannot be read to its end.
    """
    doubtful = [each for each in chosen if isinstance(each.decision, Create | Link) and not each.pair.begun]
    if not doubtful:
        return []
    around, read = comparison.around, comparison.read
    again = _compared(session, comparison.kind, around, read, comparison.create_missing, False, at_once, progress)
    now: dict[str | None, Looked] = {each.pair.fortnox_id: each for each in again.looked}
    now |= {each.pair.severa_id: each for each in again.looked}
    changed = []
    for each in doubtful:
        found = now.get(each.pair.severa_id or each.pair.fortnox_id)
        # What is linked or gone by now is told when its turn comes.
        if found is not None and found.pair.linked is None and found.decision != each.decision:
            changed.append(each)
    return changed


def _compared(
    session: Session,
    kind: Kind,
    around: Surroundings,
    earlier: Read,
    create_missing: bool | None,
    every_card: bool,
    at_once: int,
    progress: Progress,
) -> Comparison:
    """Read and decide.

    Args:
        earlier: whose cards are believed of what Fortnox does not list as modified since.
    """
    began_at = session.clock()
    links = list(session.store.links.all(session.connection.id, kind))
    known = known_by(session, kind, links)
    held = kind is Kind.CUSTOMER and register_brake.is_held(session, kind)
    match kind:
        case Kind.CUSTOMER:
            unseen = register_brake.modified_while_held(session) if held else set()
            believed = [] if every_card else [link for link in links if link.fortnox_id not in unseen]
            read = read_customers(session, believed, known, around, at_once, progress, earlier)
        case Kind.PRODUCT:
            read = read_products(session, [] if every_card else links, known, progress)
        case _:
            read = read_projects(session, links, known, progress)
    read_at = session.clock()
    begun = _begun(session, kind)
    looked = tuple(_looked(session, kind, _with_beginning(pair, begun), around) for pair in read.pairs)
    if create_missing is False:
        looked = tuple(map(_without_creation, looked))
    ended_at = session.clock()
    return Comparison(
        kind=kind,
        looked=looked,
        in_severa=len(read.in_severa),
        in_fortnox=len(read.in_fortnox),
        began_at=began_at,
        seconds=(ended_at - began_at, ended_at - read_at),
        brake=_brake(session, kind, looked, links, read),
        around=around,
        links=links,
        create_missing=create_missing,
        shows_all=kind is not Kind.CUSTOMER or held or every_card,
        read=read,
    )


def _taken_along(settings: Settings, kind: Kind, create_missing: bool | None) -> Collection[System]:
    """The systems whose old records are created in the other one; by the settings only the main system's customers."""
    if create_missing is not None:
        return BOTH if create_missing else ()
    if kind is Kind.CUSTOMER:
        return {System(settings.customer_main)} if settings.transfer_all_customers else ()
    return BOTH if kind is Kind.PROJECT else ()


def _begun(session: Session, kind: Kind) -> set[tuple[System, str]]:
    """The records of which somebody has begun to make the counterpart, and not come to the end."""
    return {(each.source, each.id) for each in unfinished(session, kind)}


def _with_beginning(pair: Pair, begun: Collection[tuple[System, str]]) -> Pair:
    ends = {(System.SEVERA, pair.severa_id), (System.FORTNOX, pair.fortnox_id)}
    return replace(cast(Any, pair), begun=True) if ends & set(begun) else pair


def _looked(session: Session, kind: Kind, pair: Any, around: Surroundings) -> Looked:
    entity = ENTITIES[kind]
    decision = entity.decide(pair, session.settings, around)
    if not isinstance(decision, Link):
        return Looked(pair, decision)
    link = Linked(pair.severa_id or "", decision.foreign_id, entity.kept(session.settings, pair, around))
    following = entity.decide(replace(pair, linked=link), session.settings, around)
    return Looked(pair, decision, following)


def _without_creation(looked: Looked) -> Looked:
    """What was asked for: nothing new; what was begun comes to its end all the same."""
    if not isinstance(looked.decision, Create) or looked.pair.begun:
        return looked
    return replace(looked, decision=Skip(Reason("creation-not-wanted", {"record": looked.pair.name})))


def _brake(
    session: Session, kind: Kind, looked: Sequence[Looked], links: Sequence[StoredLink], read: Read
) -> tuple[Reason, ...]:
    updates = sum(isinstance(each.decision, Update) or isinstance(each.following, Update) for each in looked)
    pairs = len(links) + sum(isinstance(each.decision, Link) for each in looked)
    missing_in_severa = sum(1 for link in links if link.severa_id not in read.in_severa)
    missing_in_fortnox = sum(1 for link in links if link.fortnox_id not in read.in_fortnox)
    reasons = (
        empty_or_short(kind, System.SEVERA, len(read.in_severa), missing_in_severa, len(links)),
        empty_or_short(kind, System.FORTNOX, len(read.in_fortnox), missing_in_fortnox, len(links)),
        mass_change(kind, updates, pairs, session.settings.mass_change_share),
    )
    return tuple(reason for reason in reasons if reason is not None)
