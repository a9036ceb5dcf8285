"""The brake of the polls: a kind of which too many linked records changed at once waits until a person has looked.

    polls      find too many ─▶ held, told once ──────────────── nothing of that kind is queued ─▶ released, told
    a person                           compares and loads: sees what had changed until then ──▲

Whoever loads a register, and leaves out no change of a linked record, has seen what had changed when that load began to
read; only what changed later counts after it. Until then the number that was told of is judged, however many are left,
because what is taken back or let through one by one says nothing of the rest; with none left it is over too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from severa_fortnox.decisions.brake import judged, mass_change, may_be_too_many
from severa_fortnox.errors import System
from severa_fortnox.flows import outcome
from severa_fortnox.flows.outcome import REGISTERS
from severa_fortnox.flows.session import Desk, Session
from severa_fortnox.flows.watermarks import OVERLAP, advance, in_fortnox, loaded_until, read_until
from severa_fortnox.reason import Reason
from severa_fortnox.store.problems import Problem, ProblemState
from severa_fortnox.work import Kind, Work

KINDS = (Kind.CUSTOMER, Kind.PRODUCT, Kind.PROJECT)


@dataclass(frozen=True)
class Told:
    """What a person was told of a kind that is held.

    Args:
        system: where the changes were found.
        changes: how many; 0 when they have let them through since.
    """

    system: System
    changes: int


@dataclass(frozen=True)
class Found:
    """A changed record.

    Args:
        distinct: tells this change from the next one.
        counts: whether it changes a linked record, as far as the list shows, and no person has seen it.
    """

    work: Work
    distinct: str
    counts: bool


def subject(kind: Kind) -> str:
    """The subject of the problem that a kind is held."""
    return f"{REGISTERS}#{kind}"


def is_held(desk: Desk, kind: Kind) -> bool:
    """Whether a person was told that too many changed, and the polls wait for them."""
    return _problem(desk, kind) is not None


def told_of(session: Session, problems: Mapping[str, Problem]) -> dict[Kind, Told]:
    """What a person was told of each kind that is held.

    Args:
        problems: the open ones by subject.
    """
    held = {kind: problem for kind in KINDS if (problem := problems.get(subject(kind))) is not None}
    return {kind: _told(problem, is_loaded=_is_loaded(session, kind, problem)) for kind, problem in held.items()}


def modified_while_held(session: Session) -> set[str]:
    """The numbers of the Fortnox customers that were modified since the catch-up that held them; none when none are.

    Fortnox's list shows half of each customer, so that whoever is to judge the changes must have their cards read.
    """
    since = read_until(session, in_fortnox(Kind.CUSTOMER)) or session.settings.activated_on
    if since is None or not is_held(session, Kind.CUSTOMER):
        return set()
    return {each.CustomerNumber for each in session.fortnox.customers(modified_since=since - OVERLAP)}


def too_many(session: Session, system: System, found: Iterable[Found], told: Mapping[Kind, Told]) -> dict[Kind, Reason]:
    """The kinds of which too many linked records changed at once in a system, and why.

    Args:
        told: as `told_of` gives it.
    """
    held = {}
    for kind, changes in Counter(each.work.kind for each in found if each.counts).items():
        # What was told of in the other system says nothing of these.
        before = told[kind].changes if kind in told and told[kind].system is system else 0
        count = judged(changes, before)
        if not may_be_too_many(count):
            continue
        links = sum(1 for _ in session.store.links.all(session.connection.id, kind))
        reason = mass_change(kind, count, links, session.settings.mass_change_share)
        if reason is not None:
            held[kind] = reason
    return held


def hold(desk: Desk, system: System, reasons: Mapping[Kind, Reason], told: Mapping[Kind, Told]) -> None:
    """Tell of each kind that it is held, once: the numbers move with every poll, and are no news.

    Args:
        system: where so many changed.
        told: as `told_of` gives it.
    """
    for kind, reason in reasons.items():
        if kind in told and told[kind].changes == 0:
            # What was told of is through; these are others.
            release(desk, [kind])
        known = _problem(desk, kind)
        reasons_told, detail = (known.reasons, known.detail) if known else ((reason,), {"system": str(system)})
        name = f"the {kind}s of {desk.connection.name}"
        outcome.tell(desk, subject(kind), reasons_told, name=name, detail=detail)


def release(desk: Desk, kinds: Iterable[Kind]) -> None:
    """Close the problem of each of these kinds, which are not held any more."""
    for kind in kinds:
        outcome.clear(desk, subject(kind))


def seen_until(session: Session, kind: Kind, moment: float, *, cards: bool) -> None:
    """Remember that a person has seen every change of linked records of that kind, as of that moment.

    Args:
        moment: seconds since the epoch.
        cards: whether they saw what Fortnox's list does not show of a changed record, too.
    """
    at = datetime.fromtimestamp(moment, UTC)
    for system in (System.SEVERA, *((System.FORTNOX,) if cards else ())):
        advance(session, loaded_until(kind, system), at)


def _is_loaded(session: Session, kind: Kind, problem: Problem) -> bool:
    """Whether a person has let through what they were told of: a load that was begun since has seen all of it."""
    # The load that is remembered for Fortnox is the one that has seen the cards, too.
    loaded = read_until(session, loaded_until(kind, System.FORTNOX))
    return loaded is not None and loaded.timestamp() >= problem.opened_at


def _told(problem: Problem, *, is_loaded: bool) -> Told:
    system = System(problem.detail.get("system", System.SEVERA))
    return Told(system, 0 if is_loaded else int(problem.reasons[0].values["changes"]))


def _problem(desk: Desk, kind: Kind) -> Problem | None:
    problem = desk.store.problems.get(desk.connection.id, subject(kind))
    return None if problem is None or problem.state is not ProblemState.OPEN else problem
