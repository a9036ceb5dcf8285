"""Small registers of the other systems, kept for a while: units, currencies, terms of payment, statuses."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from severa_fortnox.store.schema import TTL
from severa_fortnox.store.table import Key, Table, partition

#: Seconds after which a value may be dropped; readers say themselves how old it may be.
KEPT = 30 * 86400


@dataclass(frozen=True)
class Cached:
    """What a register held when it was read.

    Args:
        values: anything JSON can say.
        read_at: seconds since the epoch.
    """

    values: Any
    read_at: float


@dataclass(frozen=True)
class Registers:
    """The cached registers of all connections."""

    table: Table
    clock: Callable[[], float]

    def get(self, connection: str, name: str) -> Cached | None:
        """What was read last, however old; None when nothing is kept."""
        item = self.table.get(_key(connection, name))
        return None if item is None else Cached(json.loads(item["values"]), float(item["read_at"]))

    def fresh(self, connection: str, name: str, max_age: float) -> Cached | None:
        """What was read at most `max_age` seconds ago; None otherwise."""
        cached = self.get(connection, name)
        return cached if cached is not None and self.clock() - cached.read_at <= max_age else None

    def put(self, connection: str, name: str, values: Any) -> Cached:
        """Keep what was just read.

        Args:
            values: anything JSON can say, at most 400 KB of it.
        """
        now = self.clock()
        pk, sk = _key(connection, name)
        text = json.dumps(values, ensure_ascii=False, separators=(",", ":"))
        self.table.put({"pk": pk, "sk": sk, "values": text, "read_at": now, TTL: int(now) + KEPT})
        return Cached(values, now)


def _key(connection: str, name: str) -> Key:
    return partition(connection), f"REGISTER#{name}"
