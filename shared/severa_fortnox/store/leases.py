"""The right to do something alone for a while."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from severa_fortnox.store.failures import ConditionFailed
from severa_fortnox.store.schema import TTL
from severa_fortnox.store.table import Key, Table, partition

# Free, ours already, or left behind by a worker that died. DynamoDB drops expired items days late, so we compare.
FREE_OR_OURS = "attribute_not_exists(#pk) OR #owner = :owner OR #lease_until <= :now"
# A lease that ended may be another worker's by now.
OURS = "#owner = :owner"

_DAY = 86400


@dataclass(frozen=True)
class Leases:
    """The leases of all connections."""

    table: Table
    clock: Callable[[], float]

    def acquire(self, connection: str, name: str, owner: str, seconds: float) -> bool:
        """Take the lease for so many seconds, or extend our own; False while another owner has it."""
        now = self.clock()
        pk, sk = _key(connection, name)
        until = now + seconds
        item = {"pk": pk, "sk": sk, "owner": owner, "lease_until": until, TTL: int(until) + _DAY}
        try:
            self.table.put(item, FREE_OR_OURS, {":owner": owner, ":now": now})
        except ConditionFailed:
            return False
        return True

    def release(self, connection: str, name: str, owner: str) -> None:
        """Give the lease back; nothing happens when it is not ours any more."""
        try:
            self.table.delete(_key(connection, name), OURS, {":owner": owner})
        except ConditionFailed:
            return


def _key(connection: str, name: str) -> Key:
    return partition(connection), f"LEASE#{name}"
