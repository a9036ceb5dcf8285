"""Severa customers that are no prospects any more: once one has had a project or an invoice, it stays a customer.

One item a customer, because a company can have more of them than one item holds.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from severa_fortnox.store.failures import TransactionFailed
from severa_fortnox.store.table import ABSENT, Key, Table, partition

_OF_CONNECTION = "#pk = :pk AND begins_with(#sk, :prefix)"
_PREFIX = "QUALIFIED#"
#: The most writes DynamoDB takes in one transaction.
_AT_ONCE = 100


@dataclass(frozen=True)
class Qualified:
    """The qualified customers of all connections."""

    table: Table

    def add(self, connection: str, guids: Iterable[str]) -> set[str]:
        """Remember that these are customers for good; those that are known already cost a read and no write.

        Returns:
            Those that were not known before. Of several workers that add the same one, exactly one is told so; if it
            dies then, nobody is told again, so queue what must follow before you add.
        """
        wanted = dict.fromkeys(guids)
        known = self.among(connection, wanted)
        missing = [guid for guid in wanted if guid not in known]
        added: set[str] = set()
        for start in range(0, len(missing), _AT_ONCE):
            added |= self._write(connection, missing[start : start + _AT_ONCE])
        return added

    def among(self, connection: str, guids: Iterable[str]) -> set[str]:
        """Which of these are known as customers for good, one read per 100."""
        return {_guid(item["sk"]) for item in self.table.get_many(_key(connection, guid) for guid in guids)}

    def all(self, connection: str) -> set[str]:
        """All that are known as customers for good."""
        values = {":pk": partition(connection), ":prefix": _PREFIX}
        return {_guid(item["sk"]) for item in self.table.query(_OF_CONNECTION, values)}

    def _write(self, connection: str, guids: list[str]) -> set[str]:
        """Write those that are absent; the ones written here."""
        # A transaction is repeated when its answer was lost; the stamp tells our own items from another worker's.
        stamp = uuid.uuid4().hex
        written: set[str] = set()
        left = guids
        while left:
            keys = [_key(connection, guid) for guid in left]
            try:
                self.table.transact(
                    *(self.table.putting({"pk": pk, "sk": sk, "stamp": stamp}, ABSENT) for pk, sk in keys)
                )
                return written | set(left)
            except TransactionFailed as failure:
                there = dict(zip(left, failure.old, strict=True))
                written |= {guid for guid, item in there.items() if item is not None and item["stamp"] == stamp}
                left = [guid for guid, failed in zip(left, failure.failed, strict=True) if not failed]
        return written


def _key(connection: str, guid: str) -> Key:
    return partition(connection), f"{_PREFIX}{guid}"


def _guid(sort_key: str) -> str:
    return sort_key.removeprefix(_PREFIX)
