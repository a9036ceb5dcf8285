"""Make sure that a customer, product or project has its counterpart in the other system and is linked to it.

The three differ in what they read and decide; carrying the decision out is the same, for an invoice that needs the
record and for the registers that are kept in step.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from pydantic import BaseModel

from severa_fortnox.alerts.catalogue import sentences
from severa_fortnox.decisions.decision import Create, Link, Refuse, Skip
from severa_fortnox.errors import NotFound, System
from severa_fortnox.flows.create import Creation, Made, NeedsPerson, create_once
from severa_fortnox.flows.session import Session
from severa_fortnox.reason import Reason
from severa_fortnox.store.links import AlreadyLinked
from severa_fortnox.store.links import Link as StoredLink
from severa_fortnox.store.log import Entry, Outcome
from severa_fortnox.store.transfers import State, Transfer
from severa_fortnox.work import Cause, Kind

#: Seconds: whatever is due at any time is taken up.
FAR = 10 * 366 * 86400.0

Payload = TypeVar("Payload", bound=BaseModel)
Record = TypeVar("Record")


@dataclass(frozen=True)
class Counterpart:
    """One record and what it is, or becomes, in the other system.

    Args:
        kind: of record.
        severa_id: its Severa guid; "" while it is only in Fortnox.
        number: its number in Fortnox.
        name: how a person knows it.
        source: the system it comes from; it is created in the other one.
        cause: why it was looked at.
        synced: what the link is to keep of both, when they are linked.
    """

    kind: Kind
    severa_id: str
    number: str
    name: str
    source: System = System.SEVERA
    cause: Cause = Cause.EVENT
    synced: Mapping[str, str] = field(default_factory=dict)


def carry_out(
    session: Session,
    counterpart: Counterpart,
    decision: Create[Payload] | Link | Skip | Refuse,
    *,
    send: Callable[[Payload], Made],
    find: Callable[[str], Made | None],
) -> None:
    """Perform the decision: link what exists, create what does not, once.

    Args:
        send: creates the record in the other system.
        find: the record an earlier attempt made under that number; None when there is none. Raises `NeedsPerson` when
            it is another one.

    Raises:
        NeedsPerson: one of the two records is linked to something else, or the number is another record's.
        IntegrationError: as `create_once`.
    """
    if isinstance(decision, Link):
        link(session, counterpart, decision)
    elif isinstance(decision, Create):
        _create(session, counterpart, decision, send, find)


def existing(get: Callable[[str], Record], id: str) -> Record | None:
    """The record with exactly that number or guid; None when the system has none."""
    try:
        return get(id)
    except NotFound:
        return None


def unfinished(session: Session, kind: Kind) -> list[Transfer]:
    """What somebody began to create and did not bring to its end."""
    transfers = session.store.transfers.unfinished(session.connection.id, session.clock() + FAR)
    return [transfer for transfer in transfers if transfer.kind is kind]


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
        cause=counterpart.cause,
        name=f"{counterpart.kind} {counterpart.name}",
        foreign_id=counterpart.number,
        detail={"notes": sentences(notes)} if notes else {},
    )


def settle(session: Session, counterpart: Counterpart, find: Callable[[str], Made | None]) -> None:
    """Bring a creation that an earlier run began to its end without sending anything any more.

    What that run made is found and linked; when it made nothing, the transfer is given back.

    Raises:
        IntegrationError: as `create_once`; it may have been made and cannot be seen yet.
    """
    transfer = create_once(session, creation(counterpart, "", None, find))
    if transfer.state is State.BOUND:
        finish(session, counterpart, transfer, ())


def link(session: Session, counterpart: Counterpart, decision: Link) -> None:
    """Remember that the two records are the same.

    Raises:
        NeedsPerson: one of them is linked to something else.
    """
    wanted = StoredLink(
        counterpart.kind,
        counterpart.severa_id,
        decision.foreign_id,
        decision.card,
        decision.origin,
        session.clock(),
        counterpart.synced,
    )
    try:
        session.store.links.bind(session.connection.id, wanted)
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
    find: Callable[[str], Made | None],
) -> None:
    payload = decision.plan.model_dump_json(exclude_none=True)
    transfer = create_once(session, creation(counterpart, payload, lambda: send(decision.plan), find))
    if transfer.state is State.BOUND:
        finish(session, counterpart, transfer, decision.notes)


def creation(
    counterpart: Counterpart, payload: str, send: Callable[[], Made] | None, find: Callable[[str], Made | None]
) -> Creation:
    """What `create_once` needs to create the counterpart.

    Args:
        send: as in `Creation`.
        find: the record an earlier attempt made under that number, which may be another one than it would have now;
            None when there is none.
    """

    def search(reference: str) -> Sequence[Made]:
        made = find(reference)
        return [] if made is None else [made]

    return Creation(
        kind=counterpart.kind,
        id=counterpart.severa_id if counterpart.source is System.SEVERA else counterpart.number,
        reference=counterpart.number,
        payload=payload,
        send=send,
        search=search,
        source=counterpart.source,
    )


def finish(session: Session, counterpart: Counterpart, transfer: Transfer, notes: Sequence[Reason]) -> None:
    """BOUND ─▶ DONE, with the log line that says where the record was created."""
    if counterpart.source is System.SEVERA:
        text = f"{counterpart.name} was created in Fortnox as {transfer.foreign_id}"
    else:
        counterpart = replace(counterpart, severa_id=transfer.foreign_id or "")
        text = f"{counterpart.name} was created in Severa"
    session.store.transfers.finish(transfer, entry(session, counterpart, Outcome.CREATED, text, notes))
