"""The transfer log: what happened to every record, for as long as bookkeeping must be able to tell.

Append-only, but that the line of a change that was begun becomes the line of the change that is done. Swedish
bookkeeping keeps processing history for seven years after the year's end, hence eight years.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from severa_fortnox.store.attributes import Item
from severa_fortnox.store.schema import BY_OBJECT, BY_OUTCOME, TTL
from severa_fortnox.store.table import Table, Write, partition
from severa_fortnox.work import Cause, Kind

KEPT_DAYS = 8 * 366

_OF_CONNECTION = "#pk = :pk"
_OF_OUTCOME = "#outcome_of = :outcome_of"
_OF_OBJECT = "#object = :object"


class Outcome(StrEnum):
    """How looking at a record ended."""

    TRANSFERRED = "transferred"
    LINKED = "linked"
    CREATED = "created"
    UPDATED = "updated"
    SKIPPED = "skipped"
    REFUSED = "refused"
    FAILED = "failed"
    NOTHING_TO_DO = "nothing to do"


@dataclass(frozen=True)
class Entry:
    """One line of the log.

    Args:
        at: seconds since the epoch.
        id: the record's id in the system it comes from.
        text: what happened, in one sentence.
        name: what a person calls the record, e.g. "invoice 1042"; None when it was never read.
        foreign_id: its id in the other system; None when it is not there.
        mark: tells the lines of one moment apart; a line of the same moment and mark is replaced.
    """

    connection: str
    at: float
    kind: Kind
    id: str
    outcome: Outcome
    text: str
    cause: Cause
    name: str | None = None
    foreign_id: str | None = None
    detail: Mapping[str, str] = field(default_factory=dict)
    mark: str = field(default_factory=lambda: uuid.uuid4().hex[:12], compare=False, repr=False)


@dataclass(frozen=True)
class Log:
    """The transfer log of all connections.

    Args:
        kept_days: days after which an entry may be dropped.
    """

    table: Table
    kept_days: int = KEPT_DAYS

    def add(self, entry: Entry) -> None:
        """Append an entry."""
        self.table.put(self._item(entry))

    def adding(self, entry: Entry) -> Write:
        """The entry as part of a transaction."""
        return self.table.putting(self._item(entry), None)

    def newest(self, connection: str, limit: int, outcome: Outcome | None = None) -> list[Entry]:
        """The latest entries of a connection, newest first; with `outcome`, only those that ended so."""
        if outcome is None:
            items = self.table.query(_OF_CONNECTION, {":pk": partition(connection)}, newest_first=True, limit=limit)
        else:
            value = _outcome_of(connection, outcome)
            items = self.table.query(
                _OF_OUTCOME, {":outcome_of": value}, index=BY_OUTCOME, newest_first=True, limit=limit
            )
        return _entries(items)

    def of(self, connection: str, kind: Kind, id: str) -> list[Entry]:
        """Everything that happened to one record, newest first."""
        value = _object(connection, kind, id)
        return _entries(self.table.query(_OF_OBJECT, {":object": value}, index=BY_OBJECT, newest_first=True))

    def _item(self, entry: Entry) -> Item:
        moment = datetime.fromtimestamp(entry.at, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        return {
            "pk": partition(entry.connection),
            "sk": f"{moment}#{entry.mark}",
            "object": _object(entry.connection, entry.kind, entry.id),
            "outcome_of": _outcome_of(entry.connection, entry.outcome),
            "connection": entry.connection,
            "at": entry.at,
            "kind": entry.kind,
            "id": entry.id,
            "outcome": entry.outcome,
            "text": entry.text,
            "cause": entry.cause,
            "name": entry.name,
            "foreign_id": entry.foreign_id,
            "detail": entry.detail,
            TTL: int(entry.at) + self.kept_days * 86400,
        }


def _object(connection: str, kind: Kind, id: str) -> str:
    return f"{connection}#{kind}#{id}"


def _outcome_of(connection: str, outcome: Outcome) -> str:
    return f"{connection}#{outcome}"


def _entries(items: Iterable[Item]) -> list[Entry]:
    return [
        Entry(
            connection=item["connection"],
            at=float(item["at"]),
            kind=Kind(item["kind"]),
            id=item["id"],
            outcome=Outcome(item["outcome"]),
            text=item["text"],
            cause=Cause(item["cause"]),
            name=item.get("name"),
            foreign_id=item.get("foreign_id"),
            detail=item["detail"],
        )
        for item in items
    ]
