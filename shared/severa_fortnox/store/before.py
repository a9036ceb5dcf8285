"""The numbers that existed in Fortnox when a connection began.

Fortnox does not say when a record was created, so "older than the connection" can only be known by having looked. The
list is written once and never changed:

    BEFORE#<kind>                    the first numbers, and which further items there are
    BEFORE#<kind>#<set>#<position>   further numbers, when they do not fit into one item; written first

Whoever reads the first item finds everything it speaks of, and of two workers that write one wins whole.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

from severa_fortnox.store.failures import ConditionFailed
from severa_fortnox.store.table import ABSENT, PRESENT, Key, Table, partition
from severa_fortnox.work import Kind

_OF_SET = "#pk = :pk AND begins_with(#sk, :prefix)"
#: Bytes of numbers in one item; DynamoDB takes 400 KB with everything else in it.
_FULL = 300_000


@dataclass(frozen=True)
class Before:
    """The numbers of all connections."""

    table: Table

    def put_once(self, connection: str, kind: Kind, numbers: Iterable[str]) -> None:
        """Remember the numbers that exist now; nothing happens when the connection has its list already."""
        pk, sk = head = _key(connection, kind)
        if self.table.get(head) is not None:
            return
        first, *further = _chunks(sorted(set(numbers))) or [[]]
        own = uuid.uuid4().hex if further else None
        keys = [_further(connection, kind, own, position) for position in range(len(further))]
        for (partition_key, sort_key), chunk in zip(keys, further, strict=True):
            self.table.put({"pk": partition_key, "sk": sort_key, "numbers": json.dumps(chunk)})
        try:
            self.table.put({"pk": pk, "sk": sk, "numbers": json.dumps(first), "further": own}, ABSENT)
        except ConditionFailed:
            # Another worker was faster, and nothing speaks of ours.
            for key in keys:
                # Gone already when the answer to a first try was lost.
                with suppress(ConditionFailed):
                    self.table.delete(key, PRESENT)

    def get(self, connection: str, kind: Kind) -> frozenset[str] | None:
        """The numbers that existed when the connection began; None when nobody has looked yet."""
        item = self.table.get(_key(connection, kind))
        if item is None:
            return None
        numbers = set(json.loads(item["numbers"]))
        if "further" in item:
            values = {":pk": partition(connection), ":prefix": f"{_key(connection, kind)[1]}#{item['further']}#"}
            for chunk in self.table.query(_OF_SET, values):
                numbers.update(json.loads(chunk["numbers"]))
        return frozenset(numbers)


def _chunks(numbers: list[str]) -> list[list[str]]:
    """The numbers in as many lists as they need items."""
    chunks: list[list[str]] = []
    size = _FULL
    for number in numbers:
        length = len(json.dumps(number)) + 2
        if size + length > _FULL:
            chunks.append([])
            size = 0
        chunks[-1].append(number)
        size += length
    return chunks


def _key(connection: str, kind: Kind) -> Key:
    return partition(connection), f"BEFORE#{kind}"


def _further(connection: str, kind: Kind, own: str | None, position: int) -> Key:
    pk, sk = _key(connection, kind)
    return pk, f"{sk}#{own}#{position:04d}"
