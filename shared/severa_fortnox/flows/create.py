"""Create a record in the other system exactly once, whatever is lost on the way (DESIGN 6).

Neither Severa nor Fortnox has an idempotency key, so a create is a small protocol: claim, search unless it is the very
first attempt, send, bind. A search that finds nothing is believed only when it came late enough after the last moment
at which an earlier request can have left us:

    attempt 1   ── POST ──▶ (applied, answer lost)     doubt
    attempt 2       search: nothing, too early          wait
    attempt 3                          search: found    bind, nothing is sent
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from severa_fortnox.errors import (
    IntegrationError,
    Misconfigured,
    RateLimited,
    Rejected,
    Retryable,
    System,
    UnknownOutcome,
)
from severa_fortnox.flows.session import Session
from severa_fortnox.reason import Reason
from severa_fortnox.store.links import AlreadyLinked
from severa_fortnox.store.transfers import State, Transfer
from severa_fortnox.work import Kind


class NeedsPerson(Exception):
    """Going on would guess; a person must look first. Nothing was sent in this attempt."""

    def __init__(self, *reasons: Reason) -> None:
        super().__init__(", ".join(reason.code for reason in reasons))
        self.reasons = reasons


@dataclass(frozen=True)
class Made:
    """A record in the other system.

    Args:
        foreign_id: its id there: a number of Fortnox, a guid of Severa.
        card: what the link keeps of the Fortnox record.
        synced: what the link keeps of both, as in `Link`.
    """

    foreign_id: str
    card: Mapping[str, str] = field(default_factory=dict)
    synced: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Creation:
    """One record to create.

    Args:
        kind: of record.
        id: in `source`.
        reference: what the record carries that a search finds.
        payload: as JSON text, for its hash.
        send: makes it; one POST. None when it is not wanted any more: only what an earlier attempt made is looked for.
        search: finds what an earlier attempt made; raises `NeedsPerson` when what it finds is not what we would make.
        source: the system the record comes from; it is made in the other one.
    """

    kind: Kind
    id: str
    reference: str
    payload: str
    send: Callable[[], Made] | None
    search: Callable[[str], Sequence[Made]]
    source: System = System.SEVERA

    @property
    def target(self) -> System:
        """The system it is made and searched in."""
        return System.FORTNOX if self.source is System.SEVERA else System.SEVERA


def create_once(session: Session, creation: Creation, known: Transfer | None = None) -> Transfer:
    """The transfer in state BOUND (or DONE): the record exists in the other system once and is linked.

    Without a `send`, NEW says that it certainly does not exist.

    Args:
        known: the transfer as read a moment ago; None when it was not read.

    Raises:
        Busy: another worker is at it.
        Retryable, RateLimited, Rejected, Misconfigured: nothing was created.
        UnknownOutcome: it may have been created; the sweeper comes back for it.
        NeedsPerson: something like it exists and is not it.
    """
    transfers = session.store.transfers
    payload_hash = hashlib.sha256(creation.payload.encode()).hexdigest()
    transfer = transfers.claim(
        session.connection.id,
        creation.kind,
        creation.id,
        reference=creation.reference,
        payload_hash=payload_hash,
        owner=session.owner,
        lease_seconds=session.patience.lease,
        known=known,
        source=creation.source,
    )
    if transfer.state in {State.BOUND, State.DONE}:
        return transfer
    if transfer.attempt > 1:
        found = _search(session, creation, transfer)
        if found is not None:
            return _bind(session, transfer, found, "found by reference")
        transfer = transfers.settle(transfer, reference=creation.reference, payload_hash=payload_hash)
    if creation.send is None:
        return transfers.release(transfer)
    try:
        made = creation.send()
    except UnknownOutcome:
        transfers.doubt(transfer, min(session.patience.refusal, session.patience.settle * 2 ** (transfer.attempt - 1)))
        raise
    except (Retryable, RateLimited, Rejected, Misconfigured):
        transfers.release(transfer)
        raise
    return _bind(session, transfer, made, "created")


def _search(session: Session, creation: Creation, transfer: Transfer) -> Made | None:
    """What an earlier attempt made; None when it is certain that none did.

    Raises:
        UnknownOutcome: nothing was found, too early to believe it.
        NeedsPerson: several were found, or one that is not what we would make.
    """
    try:
        found = creation.search(transfer.reference)
        if len(found) > 1:
            numbers = ", ".join(made.foreign_id for made in found)
            values = {
                "reference": transfer.reference,
                "numbers": numbers,
                "kind": _word(creation.kind, creation.target),
                "system": str(creation.target).capitalize(),
            }
            raise NeedsPerson(Reason("reference-found-several", values))
    except NeedsPerson:
        session.store.transfers.postpone(transfer, session.clock() + session.patience.refusal)
        raise
    except IntegrationError:
        # A failed search is not "not found".
        session.store.transfers.postpone(transfer, session.clock() + session.patience.settle)
        raise
    if found:
        return found[0]
    believed_from = (transfer.doubt_until or 0.0) + session.patience.settle
    if transfer.doubt_until is not None and session.clock() < believed_from:
        session.store.transfers.postpone(transfer, believed_from)
        raise UnknownOutcome(
            "an earlier attempt may still show up in a search; it is looked for again before anything is sent",
            system=creation.target,
            operation=f"search {creation.kind}",
            reference=transfer.reference,
        )
    return None


def _bind(session: Session, transfer: Transfer, made: Made, origin: str) -> Transfer:
    try:
        return session.store.transfers.bind(
            transfer, made.foreign_id, card=made.card, origin=origin, synced=made.synced
        )
    except AlreadyLinked as conflict:
        # In doubt, not given back: the record exists, and only a search that is believed may say otherwise.
        session.store.transfers.doubt(transfer, session.patience.refusal)
        # Named by its number in Fortnox in both directions: a guid is no name for a person.
        values = {
            "number": conflict.wanted.fortnox_id,
            "kind": _word(transfer.kind, System.FORTNOX),
            "why": conflict.text,
        }
        raise NeedsPerson(Reason("already-linked-elsewhere", values)) from conflict


def _word(kind: Kind, system: System) -> str:
    """The kind as a sentence about that system names it."""
    return "article" if kind is Kind.PRODUCT and system is System.FORTNOX else str(kind)
