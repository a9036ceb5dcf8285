"""How far a poll or an event stream has been read."""

from __future__ import annotations

from dataclasses import dataclass

from severa_fortnox.store.failures import ConditionFailed
from severa_fortnox.store.table import ABSENT, Key, Table, partition

# A slow poll that ends after a later one must not send the next poll back in time.
AHEAD = "attribute_not_exists(#pk) OR #value < :value"
# An opaque offset has no order: only whoever read the present one may replace it.
SAME_VALUE = "#value = :previous"


@dataclass(frozen=True)
class Watermarks:
    """The watermarks of all connections."""

    table: Table

    def get(self, connection: str, name: str) -> str | None:
        """The watermark; None when nothing was read yet."""
        item = self.table.get(_key(connection, name))
        return None if item is None else str(item["value"])

    def advance(self, connection: str, name: str, value: str) -> bool:
        """Move the watermark forward, never back.

        Args:
            value: texts that sort in the order of their meaning, e.g. UTC times of one format.

        Returns:
            False when it was there or further already.
        """
        return self._put(connection, name, value, AHEAD, {":value": value})

    def replace(self, connection: str, name: str, value: str, *, previous: str | None) -> bool:
        """Replace a watermark that has no order, e.g. a stream offset.

        Args:
            previous: the watermark that reading started from; None when there was none.

        Returns:
            False when somebody else has replaced it since.
        """
        if previous is None:
            return self._put(connection, name, value, ABSENT, {})
        return self._put(connection, name, value, SAME_VALUE, {":previous": previous})

    def _put(self, connection: str, name: str, value: str, when: str, values: dict[str, str]) -> bool:
        pk, sk = _key(connection, name)
        try:
            self.table.put({"pk": pk, "sk": sk, "value": value}, when, values)
        except ConditionFailed:
            return False
        return True


def _key(connection: str, name: str) -> Key:
    return partition(connection), f"WATERMARK#{name}"
