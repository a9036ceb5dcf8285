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
# An ended lease may have looked free to somebody meanwhile, so it cannot be lengthened as if nothing had happened.
STILL_OURS = "#owner = :owner AND #lease_until > :now"

_DAY = 86400


@dataclass(frozen=True)
class Lease:
    """Who may do something alone.

    Args:
        owner: as it was given; begins with words that a person understands where a person is told.
        until: seconds since the epoch.
    """

    owner: str
    until: float


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

    def renew(self, connection: str, name: str, owner: str, seconds: float) -> bool:
        """Keep our lease for so many seconds from now.

        Returns:
            False when it has ended or is another owner's: whoever relied on it must stop.
        """
        now = self.clock()
        until = now + seconds
        changes = {"lease_until": until, TTL: int(until) + _DAY}
        try:
            self.table.update(_key(connection, name), changes, STILL_OURS, {":owner": owner, ":now": now})
        except ConditionFailed:
            return False
        return True

    def held(self, connection: str, name: str) -> Lease | None:
        """Who has the lease and until when; None when it is free."""
        item = self.table.get(_key(connection, name))
        if item is None or float(item["lease_until"]) <= self.clock():
            return None
        return Lease(item["owner"], float(item["lease_until"]))

    def release(self, connection: str, name: str, owner: str) -> None:
        """Give the lease back; nothing happens when it is not ours any more."""
        try:
            self.table.delete(_key(connection, name), OURS, {":owner": owner})
        except ConditionFailed:
            return


def _key(connection: str, name: str) -> Key:
    return partition(connection), f"LEASE#{name}"
