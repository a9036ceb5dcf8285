"""One record on its way to the other system, and the item it is kept in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from severa_fortnox.errors import System
from severa_fortnox.store.attributes import Item
from severa_fortnox.store.table import Key, partition
from severa_fortnox.work import Kind


class State(StrEnum):
    """How far a create has come."""

    NEW = "new"
    SENDING = "sending"
    BOUND = "bound"
    DONE = "done"


@dataclass(frozen=True)
class Transfer:
    """One record on its way to the other system.

    Args:
        id: the record's id in `source`: a Severa guid, a Fortnox number.
        reference: what our request carries and a search can find: the only name an unknown outcome has.
        payload_hash: of the payload of the latest attempt.
        attempt: how many times somebody has set out to send, 1 for the first.
        owner: whose lease it is; "" when nobody's.
        lease_until: seconds since the epoch; until then only the owner may act.
        doubt_until: the last moment at which a request of an earlier attempt can have been sent without us knowing
            its outcome; None when every earlier attempt is known not to have been applied.
        foreign_id: the created record's id in the other system; None before it is known.
        steps: the follow-up steps that are done, with what each gave.
        version: grows with every write.
        source: the system the record comes from, SEVERA or FORTNOX; the other one is where it is created.
    """

    connection: str
    kind: Kind
    id: str
    state: State
    reference: str
    payload_hash: str
    attempt: int
    owner: str
    lease_until: float
    doubt_until: float | None = None
    foreign_id: str | None = None
    steps: Mapping[str, str] = field(default_factory=dict)
    version: int = 1
    source: System = System.SEVERA

    @property
    def is_open(self) -> bool:
        """Whether somebody has begun to create the record and not come to an end."""
        return self.state in (State.SENDING, State.BOUND) or (self.state is State.NEW and self.doubt_until is not None)

    @property
    def name(self) -> str:
        """What logs and errors call it."""
        return f"{self.kind} {self.id}"


def key(connection: str, kind: Kind, id: str, source: System) -> Key:
    """Where a record's transfer is kept."""
    # A number of Fortnox may look like an id of Severa; Severa's transfers were there first and keep their keys.
    own = "" if source is System.SEVERA else f"{source}#"
    return partition(connection), f"TRANSFER#{kind}#{own}{id}"


def to_item(transfer: Transfer, due: float | None) -> Item:
    """The item of a transfer.

    Args:
        due: when somebody should look at it unasked; None: never, it is done.
    """
    pk, sk = key(transfer.connection, transfer.kind, transfer.id, transfer.source)
    return {
        "pk": pk,
        "sk": sk,
        "connection": transfer.connection,
        "kind": transfer.kind,
        "id": transfer.id,
        "source": transfer.source,
        "state": transfer.state,
        "reference": transfer.reference,
        "payload_hash": transfer.payload_hash,
        "attempt": transfer.attempt,
        "owner": transfer.owner or None,
        "lease_until": transfer.lease_until,
        "doubt_until": transfer.doubt_until,
        "foreign_id": transfer.foreign_id,
        "steps": transfer.steps,
        "version": transfer.version,
        "unfinished": None if due is None else transfer.connection,
        "due": due,
    }


def from_item(item: Item) -> Transfer:
    """The transfer that an item holds."""
    doubt_until = item.get("doubt_until")
    return Transfer(
        connection=item["connection"],
        kind=Kind(item["kind"]),
        id=item["id"],
        state=State(item["state"]),
        reference=item["reference"],
        payload_hash=item["payload_hash"],
        attempt=int(item["attempt"]),
        owner=item.get("owner", ""),
        lease_until=float(item["lease_until"]),
        doubt_until=None if doubt_until is None else float(doubt_until),
        foreign_id=item.get("foreign_id"),
        steps=item["steps"],
        version=int(item["version"]),
        # Transfers of an earlier release all come from Severa.
        source=System(item.get("source", System.SEVERA)),
    )
