"""One customer, product or project → in step on both sides: gather, decide, carry out, record."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import Any

from severa_fortnox.alerts.catalogue import reason_of, sentences
from severa_fortnox.decisions.decision import Create, Link, Refuse, Skip, Update
from severa_fortnox.decisions.identity import folded_number
from severa_fortnox.decisions.pairs import BOTH, NewInSevera, Pair, Surroundings
from severa_fortnox.errors import Busy, IntegrationError, Rejected, System
from severa_fortnox.flows import customer_pairs, outcome, product_pairs, project_pairs
from severa_fortnox.flows.create import NeedsPerson
from severa_fortnox.flows.pairs import Decision, Entity, Lock, surroundings
from severa_fortnox.flows.session import Session
from severa_fortnox.reason import Reason
from severa_fortnox.store.log import Outcome
from severa_fortnox.text import folded
from severa_fortnox.work import Kind, Work

ENTITIES: dict[Kind, Entity[Any]] = {
    entity.kind: entity for entity in (customer_pairs.ENTITY, product_pairs.ENTITY, project_pairs.ENTITY)
}

#: Reasons that rest on what the small registers say; believed only when those were read for the decision.
FROM_REGISTERS = frozenset(
    {
        "unit-missing",
        "currency-missing",
        "payment-term-missing",
        "payment-term-unknown",
        "currency-missing-in-severa",
        "vat-rate-missing-in-severa",
    }
)

#: Reasons to leave a record alone that a person must be told of once: it is linked and its partner is gone.
_DRIFT = frozenset({"linked-gone-in-severa", "linked-gone-in-fortnox"})


@dataclass(frozen=True)
class Ended:
    """How a look at a record ended.

    Args:
        outcome: what the log says about it; something only a person can judge is REFUSED.
        reasons: why it was refused.
    """

    outcome: Outcome
    reasons: tuple[Reason, ...] = ()


def synchronise(session: Session, work: Work) -> Outcome:
    """`looked_at`, for whom the outcome is enough."""
    return looked_at(session, work).outcome


def looked_at(session: Session, work: Work) -> Ended:
    """Look at one record and do what is due: the whole flow.

    Raises:
        IntegrationError: what `outcome.react` has a fixed reaction for.
    """
    entity = ENTITIES[work.kind]
    transfer = session.store.transfers.get(session.connection.id, work.kind, work.id, work.system)
    begun = transfer is not None and transfer.is_open
    with locking(session, work.kind) as lock:
        pair = entity.gather(session, work, lock, begun)
        if pair is None:
            return Ended(Outcome.NOTHING_TO_DO)
        decision, around = _decided(session, entity, pair, _around(session, work))
        if isinstance(decision, Create) and isinstance(decision.plan, NewInSevera) and not begun:
            _require_absent(session, entity, pair)
        try:
            pair, last = carried_out(session, entity, work, pair, decision, around)
            if begun and not isinstance(decision, Create):
                entity.settle(session, work.cause, pair, work, around)
        except NeedsPerson as stop:
            return _refuse(session, work, pair, Refuse(stop.reasons))
        except Rejected as refusal:
            return _refuse(session, work, pair, Refuse((reason_of(refusal),)))
        return _record(session, work, pair, decision, last)


def _require_absent(session: Session, entity: Entity[Any], pair: Pair) -> None:
    """A list that changed while it was paged may have left out the very record that is to be made."""
    if not entity.is_absent(session, pair):
        raise Busy(
            "Severa has it, though its list left it out; it is read again",
            system=System.SEVERA,
            operation="list",
            reference=pair.name,
        )


def carried_out(
    session: Session, entity: Entity[Any], work: Work, pair: Pair, decision: Decision, around: Surroundings
) -> tuple[Pair, Decision]:
    """Perform the decision, and after a link what follows from it; the last decision tells what is left."""
    after = entity.carry_out(session, work.cause, pair, decision, around)
    if not isinstance(decision, Link):
        return after, decision
    following, around = _decided(session, entity, after, around)
    return entity.carry_out(session, work.cause, after, following, around), following


@contextmanager
def locking(session: Session, kind: Kind) -> Iterator[Lock]:
    """Gives the function that takes a pair for this worker alone; what was taken is given back at the end.

    The same pair can be looked at from both sides at once, and those are two message groups:

        time ─▶      0 s                      1 s
        worker A     Severa's customer 1001   reads both sides, writes
        worker B     Fortnox's customer 1001  Busy: it comes again when A is done
    """
    taken: list[str] = []

    def lock(number: str) -> None:
        # Leading zeros, spaces and capitals make no other record of it.
        name = f"{kind} {folded_number(number) if kind is Kind.CUSTOMER else folded(number)}"
        if not session.store.leases.acquire(session.connection.id, name, session.owner, session.patience.lease):
            raise Busy(
                "another worker is at this record", system=System.STORE, operation="lock", reference=f"{kind} {number}"
            )
        taken.append(name)

    try:
        yield lock
    finally:
        for name in taken:
            # It ends by itself when it cannot be given back.
            with suppress(IntegrationError):
                session.store.leases.release(session.connection.id, name, session.owner)


def _around(session: Session, work: Work) -> Surroundings:
    is_article = work.kind is Kind.PRODUCT and work.system is System.FORTNOX
    before = session.store.before.get(session.connection.id, Kind.PRODUCT) if is_article else None
    # A customer that changes is taken along however old it is; a product only when it is new (DESIGN 10).
    return surroundings(session, taken_along=() if work.kind is Kind.PRODUCT else BOTH, before=before)


def _decided(session: Session, entity: Entity[Any], pair: Pair, around: Surroundings) -> tuple[Decision, Surroundings]:
    """The decision and what it was made with: for a refusal that rests on the small registers they are read again."""
    decision = entity.decide(pair, session.settings, around)
    if isinstance(decision, Refuse) and FROM_REGISTERS & {reason.code for reason in decision.reasons}:
        session.registers.refresh()
        around = surroundings(session, taken_along=around.taken_along, before=around.before)
        decision = entity.decide(pair, session.settings, around)
    return decision, around


def _record(session: Session, work: Work, pair: Pair, decision: Decision, last: Decision) -> Ended:
    """One line in the log and the problem opened or closed; what was written has its line already."""
    if isinstance(last, Refuse):
        return _refuse(session, work, pair, last)
    _withdraw(session, work, pair, decision)
    return Ended(_noted(session, work, pair, decision, last))


def _noted(session: Session, work: Work, pair: Pair, decision: Decision, last: Decision) -> Outcome:
    if isinstance(last, Skip) and last.reason.code == "gone":
        system = str(work.system).capitalize()
        last = Skip(Reason("gone", {"record": f"{work.kind} {work.id}", "system": system}))
    match last:
        case Create():
            return Outcome.CREATED
        case Update():
            return Outcome.UPDATED
        case Skip(reason=reason):
            if isinstance(decision, Link):
                return Outcome.LINKED
            told = reason.code in _DRIFT
            return outcome.note(
                session,
                _canonical(work, pair),
                Outcome.NOTHING_TO_DO,
                _name(work, pair),
                sentences((reason,)),
                always=told,
            )
        case _:
            return Outcome.LINKED


def _refuse(session: Session, work: Work, pair: Pair, refusal: Refuse) -> Ended:
    canonical = _canonical(work, pair)
    detail = {"system": str(canonical.system)}
    about = outcome.About(_name(work, pair), detail, changed=pair.changed)
    return Ended(outcome.refuse(session, canonical, about, refusal.reasons), refusal.reasons)


def _withdraw(session: Session, work: Work, pair: Pair, decision: Decision) -> None:
    """Close the record's problem under each name it may have one by."""
    ids = {work.id, _canonical(work, pair).id}
    if isinstance(decision, Create | Link) and pair.fortnox_id is not None:
        # Until now the card, article or project had one of its own.
        ids.add(pair.fortnox_id)
    for id in sorted(ids):
        outcome.withdraw(session, replace(work, id=id))


def _canonical(work: Work, pair: Pair) -> Work:
    """The work under the name both sides have it by: Severa's where there is one, so that it has one problem."""
    if pair.severa_id is None:
        return work
    return Work(work.connection, work.kind, pair.severa_id, work.cause)


def _name(work: Work, pair: Pair) -> str:
    return f"{work.kind} {pair.name or work.id}"
