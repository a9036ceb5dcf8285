"""Records that a person has told the integration to leave alone, with the reason given then."""

from __future__ import annotations

from dataclasses import dataclass

from severa_fortnox.errors import System
from severa_fortnox.store.attributes import Item
from severa_fortnox.store.failures import ConditionFailed
from severa_fortnox.store.table import PRESENT, Key, Table, partition
from severa_fortnox.work import Kind

_OF_KIND = "#pk = :pk AND begins_with(#sk, :prefix)"


@dataclass(frozen=True)
class IgnoredRecord:
    """A record that is neither linked, created nor changed any more.

    Args:
        kind: of record.
        system: whose record `id` names, SEVERA or FORTNOX.
        id: the record's id there: a Severa guid, a Fortnox number.
        why: in the words of whoever decided it; may be empty.
        by: who decided it.
        at: seconds since the epoch.
    """

    kind: Kind
    system: System
    id: str
    why: str
    by: str
    at: float


@dataclass(frozen=True)
class Ignored:
    """The ignored records of all connections."""

    table: Table

    def put(self, connection: str, record: IgnoredRecord) -> None:
        """Ignore the record from now on; when it is ignored already, for this reason."""
        pk, sk = _key(connection, record.kind, record.system, record.id)
        self.table.put(
            {
                "pk": pk,
                "sk": sk,
                "kind": record.kind,
                "system": record.system,
                "id": record.id,
                "why": record.why,
                "by": record.by,
                "at": record.at,
            }
        )

    def remove(self, connection: str, kind: Kind, system: System, id: str) -> bool:
        """Look at the record again from now on; False when it was not ignored."""
        try:
            self.table.delete(_key(connection, kind, system, id), PRESENT)
        except ConditionFailed:
            return False
        return True

    def get(self, connection: str, kind: Kind, system: System, id: str) -> IgnoredRecord | None:
        """Why the record is ignored; None when it is not."""
        item = self.table.get(_key(connection, kind, system, id))
        return None if item is None else _record(item)

    def all(self, connection: str, kind: Kind) -> list[IgnoredRecord]:
        """Every ignored record of a kind, Fortnox's first."""
        values = {":pk": partition(connection), ":prefix": _prefix(kind)}
        return [_record(item) for item in self.table.query(_OF_KIND, values)]


def _prefix(kind: Kind) -> str:
    return f"IGNORED#{kind}#"


def _key(connection: str, kind: Kind, system: System, id: str) -> Key:
    return partition(connection), f"{_prefix(kind)}{system}#{id}"


def _record(item: Item) -> IgnoredRecord:
    return IgnoredRecord(
        kind=Kind(item["kind"]),
        system=System(item["system"]),
        id=item["id"],
        why=item["why"],
        by=item["by"],
        at=float(item["at"]),
    )
