"""Make sure that a customer, article or project an invoice needs exists in Fortnox and is linked.

The three differ in what they read and decide; carrying the decision out is the same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from pydantic import BaseModel

from severa_fortnox.alerts.catalogue import sentences
from severa_fortnox.decisions.decision import Create, Link, Refuse, Skip
from severa_fortnox.errors import NotFound
from severa_fortnox.flows.create import Creation, Made, NeedsPerson, create_once
from severa_fortnox.flows.session import Session
from severa_fortnox.reason import Reason
from severa_fortnox.store.links import AlreadyLinked
from severa_fortnox.store.links import Link as StoredLink
from severa_fortnox.store.log import Entry, Outcome
from severa_fortnox.store.transfers import State
from severa_fortnox.work import Cause, Kind

Payload = TypeVar("Payload", bound=BaseModel)
Record = TypeVar("Record")


@dataclass(frozen=True)
class Counterpart:
    """One record and the number it has, or gets, in Fortnox.

    Args:
        kind: of record.
        severa_id: its Severa guid.
        number: its number in Fortnox.
        name: how a person knows it.
    """

    kind: Kind
    severa_id: str
    number: str
    name: str


def carry_out(
    session: Session,
    counterpart: Counterpart,
    decision: Create[Payload] | Link | Skip | Refuse,
    *,
    send: Callable[[Payload], Made],
    find: Callable[[], Made | None],
) -> None:
    """Perform the decision: link what exists, create what does not, once.

    Args:
        send: creates the record in Fortnox.
        find: the record an earlier attempt made; None when there is none. Raises `NeedsPerson` when it is another one.

    Raises:
        NeedsPerson: one of the two records is linked to something else, or the number is another record's.
        IntegrationError: as `create_once`.
    """
    if isinstance(decision, Link):
        _link(session, counterpart, decision)
    elif isinstance(decision, Create):
        _create(session, counterpart, decision, send, find)


def found_by_number(get: Callable[[str], Record], number: str) -> Record | None:
    """The record with exactly that number; None when Fortnox has none."""
    try:
        return get(number)
    except NotFound:
        return None


def entry(
    session: Session, counterpart: Counterpart, outcome: Outcome, text: str, notes: Sequence[Reason] = ()
) -> Entry:
    """A log line about the counterpart."""
    return Entry(
        connection=session.connection.id,
        at=session.clock(),
        kind=counterpart.kind,
        id=counterpart.severa_id,
        outcome=outcome,
        text=text,
        cause=Cause.EVENT,
        name=f"{counterpart.kind} {counterpart.name}",
        foreign_id=counterpart.number,
        detail={"notes": sentences(notes)} if notes else {},
    )


def _link(session: Session, counterpart: Counterpart, decision: Link) -> None:
    link = StoredLink(
        counterpart.kind, counterpart.severa_id, decision.foreign_id, decision.card, decision.origin, session.clock()
    )
    try:
        session.store.links.bind(session.connection.id, link)
    except AlreadyLinked as conflict:
        values = {"number": decision.foreign_id, "kind": str(counterpart.kind), "why": conflict.text}
        raise NeedsPerson(Reason("already-linked-elsewhere", values)) from conflict
    text = f"{counterpart.name} is Fortnox {decision.foreign_id}: same {decision.origin}"
    session.store.log.add(entry(session, counterpart, Outcome.LINKED, text, decision.notes))


def _create(
    session: Session,
    counterpart: Counterpart,
    decision: Create[Payload],
    send: Callable[[Payload], Made],
    find: Callable[[], Made | None],
) -> None:
    def search(reference: str) -> Sequence[Made]:
        made = find()
        return [] if made is None else [made]

    creation = Creation(
        kind=counterpart.kind,
        id=counterpart.severa_id,
        reference=counterpart.number,
        payload=decision.plan.model_dump_json(exclude_none=True),
        send=lambda: send(decision.plan),
        search=search,
    )
    transfer = create_once(session, creation)
    if transfer.state is State.BOUND:
        text = f"{counterpart.name} was created in Fortnox as {transfer.foreign_id}"
        session.store.transfers.finish(transfer, entry(session, counterpart, Outcome.CREATED, text, decision.notes))
