"""The brake of the polls: a kind of which too many linked records changed at once waits until a person has looked.

    polls      find too many ─▶ held, told once ──────────────── nothing of that kind is queued ─▶ released, told
    a person                           compares and loads: sees what had changed until then ──▲

Whoever loads a register, and leaves out no change of a linked record, has seen what had changed when that load began to
read; only what changed later counts after it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime

from severa_fortnox.decisions.brake import mass_change, may_be_too_many
from severa_fortnox.errors import System
from severa_fortnox.flows import outcome
from severa_fortnox.flows.session import Desk, Session
from severa_fortnox.flows.watermarks import OVERLAP, advance, in_fortnox, loaded_until, read_until
from severa_fortnox.reason import Reason
from severa_fortnox.store.problems import Problem, ProblemState
from severa_fortnox.timing import with_zone
from severa_fortnox.work import Kind

KINDS = (Kind.CUSTOMER, Kind.PRODUCT, Kind.PROJECT)
#: The subject of what keeps all registers from being polled; those of single ones begin with it.
REGISTERS = "connection#registers"


def subject(kind: Kind) -> str:
    """The subject of the problem that a kind is held."""
    return f"{REGISTERS}#{kind}"


def is_held(desk: Desk, kind: Kind) -> bool:
    """Whether a person was told that too many changed, and the polls wait for them."""
    return _problem(desk, kind) is not None


def is_unseen(session: Session, kind: Kind, changed: datetime | None) -> bool:
    """Whether a change in Severa came after the last load of its kind began to read, as far as is known."""
    loaded = read_until(session, loaded_until(kind, System.SEVERA))
    return loaded is None or changed is None or with_zone(changed) > loaded


def modified_while_held(session: Session) -> set[str]:
    """The numbers of the Fortnox customers that were modified since the catch-up that held them; none when none are.

    Fortnox's list shows half of each customer, so that whoever is to judge the changes must have their cards read.
    """
    since = read_until(session, in_fortnox(Kind.CUSTOMER)) or session.settings.activated_on
    if since is None or not is_held(session, Kind.CUSTOMER):
        return set()
    return {each.CustomerNumber for each in session.fortnox.customers(modified_since=since - OVERLAP)}


def too_many(session: Session, changed: Iterable[Kind]) -> dict[Kind, Reason]:
    """The kinds of which too many linked records changed at once, and why.

    Args:
        changed: the kind of each linked record that changed and that nobody has seen.
    """
    held = {}
    for kind, changes in Counter(changed).items():
        if not may_be_too_many(changes):
            continue
        links = sum(1 for _ in session.store.links.all(session.connection.id, kind))
        reason = mass_change(kind, changes, links, session.settings.mass_change_share)
        if reason is not None:
            held[kind] = reason
    return held


def hold(desk: Desk, reasons: Mapping[Kind, Reason]) -> None:
    """Tell of each kind that it is held, once: the numbers move with every poll, and are no news."""
    for kind, reason in reasons.items():
        known = _problem(desk, kind)
        told = (reason,) if known is None else known.reasons
        name = f"the {kind}s of {desk.connection.name}"
        outcome.tell(desk, subject(kind), told, name=name)


def release(desk: Desk, held: Collection[Kind]) -> None:
    """Close the problem of each kind that is not held any more."""
    for kind in KINDS:
        if kind not in held:
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


def _problem(desk: Desk, kind: Kind) -> Problem | None:
    problem = desk.store.problems.get(desk.connection.id, subject(kind))
    return None if problem is None or problem.state is not ProblemState.OPEN else problem
