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
from severa_fortnox.flows.session import Desk, Session
from severa_fortnox.flows.watermarks import OVERLAP, advance, in_fortnox, loaded_until, read_until
from severa_fortnox.reason import Reason
from severa_fortnox.store.problems import Problem, ProblemState
from severa_fortnox.work import Kind, Work

KINDS = (Kind.CUSTOMER, Kind.PRODUCT, Kind.PROJECT)
#: The subject of what keeps all registers from being polled; those of single ones begin with it.
REGISTERS = "connection#registers"


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


def told_of(session: Session, problems: Mapping[str, Problem]) -> dict[Kind, int]:
    """How many changes a person was told of, of each kind that is held; 0 when they have let them through since.

    Args:
        problems: the open ones by subject.
    """
    held = {kind: problem for kind in KINDS if (problem := problems.get(subject(kind))) is not None}
    return {kind: 0 if _is_loaded(session, kind, problem) else _changes(problem) for kind, problem in held.items()}


def modified_while_held(session: Session) -> set[str]:
    """The numbers of the Fortnox customers that were modified since the catch-up that held them; none when none are.

    Fortnox's list shows half of each customer, so that whoever is to judge the changes must have their cards read.
    """
    since = read_until(session, in_fortnox(Kind.CUSTOMER)) or session.settings.activated_on
    if since is None or not is_held(session, Kind.CUSTOMER):
        return set()
    return {each.CustomerNumber for each in session.fortnox.customers(modified_since=since - OVERLAP)}


def too_many(session: Session, found: Iterable[Found], told: Mapping[Kind, int]) -> dict[Kind, Reason]:
    """The kinds of which too many linked records changed at once, and why.

    Args:
        told: as `told_of` gives it.
    """
    held = {}
    for kind, changes in Counter(each.work.kind for each in found if each.counts).items():
        count = judged(changes, told.get(kind, 0))
        if not may_be_too_many(count):
            continue
        links = sum(1 for _ in session.store.links.all(session.connection.id, kind))
        reason = mass_change(kind, count, links, session.settings.mass_change_share)
        if reason is not None:
            held[kind] = reason
    return held


def hold(desk: Desk, reasons: Mapping[Kind, Reason], told: Mapping[Kind, int]) -> None:
    """Tell of each kind that it is held, once: the numbers move with every poll, and are no news.

    Args:
        told: as `told_of` gives it.
    """
    for kind, reason in reasons.items():
        if told.get(kind) == 0:
            # What was told of is through; these are others.
            release(desk, [kind])
        known = _problem(desk, kind)
        name = f"the {kind}s of {desk.connection.name}"
        outcome.tell(desk, subject(kind), (reason,) if known is None else known.reasons, name=name)


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


def _changes(problem: Problem) -> int:
    return int(problem.reasons[0].values["changes"])


def _problem(desk: Desk, kind: Kind) -> Problem | None:
    problem = desk.store.problems.get(desk.connection.id, subject(kind))
    return None if problem is None or problem.state is not ProblemState.OPEN else problem
