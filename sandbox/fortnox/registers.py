"""One register of a company: its records by number, which numbers were ever used, and when each record changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sandbox.fortnox.shapes import Record


class Register:
    """Records by number.

    Args:
        key: the field that holds the number.
        now: seconds.
        keeps_numbers: whether a deleted record's number stays taken, as customers' numbers do.
    """

    def __init__(self, key: str, now: Callable[[], float], *, keeps_numbers: bool = False) -> None:
        self.key = key
        self.changed: dict[str, float] = {}
        self.created: dict[str, float] = {}
        self._now = now
        self._keeps_numbers = keeps_numbers
        self._records: dict[str, Record] = {}
        self._used: set[str] = set()

    def __iter__(self) -> Iterator[Record]:
        return iter(self._records.values())

    def __contains__(self, number: object) -> bool:
        return number in self._records

    def __getitem__(self, number: str) -> Record:
        return self._records[number]

    def get(self, number: str | None) -> Record | None:
        """The record of that number, if there is one."""
        return self._records.get(number) if number is not None else None

    def put(self, record: Record) -> Record:
        """Add the record, or replace the one of the same number."""
        number = str(record[self.key])
        self._records[number] = record
        self._used.add(number)
        self.created.setdefault(number, self._now())
        self.touch(number)
        return record

    def touch(self, number: str) -> None:
        """Note that the record changed now."""
        self.changed[number] = self._now()

    def remove(self, number: str) -> None:
        """Take the record away."""
        del self._records[number]
        del self.created[number]

    def taken(self, number: str) -> bool:
        """Whether a new record may not have that number."""
        return number in (self._used if self._keeps_numbers else self._records)

    def next_number(self) -> str:
        """The number series continues after the highest number ever used."""
        return str(1 + max((int(number) for number in self._used if number.isdecimal()), default=0))
