"""Severa's records in memory: made, changed and looked up, with guids, numbers and the audit properties kept."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta, timezone
from itertools import count
from typing import Any

from sandbox.severa import invoice_models, origin_models, register_models
from sandbox.severa.readings import Readings
from sandbox.severa.shapes import Record

SHAPES = register_models.SHAPES | invoice_models.SHAPES | origin_models.SHAPES
Register = dict[str, Record]

# The registers whose records Severa numbers itself, and the first number it gives.
FIRST_NUMBER = {"customers": 1001, "projects": 5001, "invoices": 20001}


class Registers:
    """Every register by name, each a dict of records by guid.

    Args:
        seed: makes the guids the same on every run; None for new ones.
        clock: seconds since the epoch; a test may hand in its own.
        readings: what is unknown about Severa; may be replaced at any time.
    """

    def __init__(
        self, *, seed: int | None = None, clock: Callable[[], float] = time.time, readings: Readings | None = None
    ) -> None:
        self.clock = clock
        self.readings = readings or Readings()
        self.records: dict[str, Register] = {name: {} for name in SHAPES}
        self.contents: dict[str, bytes] = {}
        self.settings_of: dict[str, str] = {}
        self.next_number = dict(FIRST_NUMBER)
        self._random = random.Random(seed)
        # Who made a record: a person unless it came through the API.
        self.person = self.insert("users", name="Anna Berg", firstName="Anna", lastName="Berg", code="AB")
        self.integration = self.insert("users", name="Fortnox", firstName="Fortnox", lastName="Integration", code="FX")

    def new_guid(self) -> str:
        """A guid like Severa's: random hex, never one that passes for RFC 4122 version 4 (`reference` severa 4.7)."""
        digits = f"{self._random.getrandbits(128):032x}"
        digits = f"{digits[:12]}{self._random.choice('012356789abcdef')}{digits[13:]}"
        return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))

    def now(self) -> str:
        """The moment, as Severa writes it."""
        return self._moment().isoformat(timespec="microseconds").replace("+00:00", "Z")

    def today(self) -> date:
        """The organisation's day."""
        return self._moment().date()

    def find(self, register: str, guid: str) -> Record | None:
        """The record, or None."""
        return self.records[register].get(guid.lower())

    def all(self, register: str, **wanted: Any) -> list[Record]:
        """The records whose properties are the given values, in order of creation."""
        return [r for r in self.records[register].values() if all(r[name] == value for name, value in wanted.items())]

    def shown(self, register: str, record: Record) -> Record:
        """The record as an answer holds it, references as they are now."""
        return SHAPES[register].show(record, self.find)

    def insert(self, register: str, *, by: Record | None = None, **values: Any) -> Record:
        """A new record; references are given as a record or guid, dates as `date`, money as amount and currency.

        Raises:
            TypeError: for a property the record does not have, so that a typo in a seed is noticed.
            LookupError: for a reference to nothing.
        """
        record = SHAPES[register].blank()
        record["guid"] = self.new_guid()
        if register in FIRST_NUMBER and register != "invoices" and values.get("number") is None:
            values["number"] = self._take_number(register)
        self._store(register, record, values)
        if "createdDateTime" in record:
            record["createdDateTime"] = self.now()
            self._store(register, record, {"createdBy": by or self.person})
        self.records[register][record["guid"]] = record
        return record

    def update(self, register: str, record: Record, *, by: Record | None = None, **values: Any) -> Record:
        """Change a record and note who did it when; values as in `insert`."""
        self._store(register, record, values)
        self.touch(register, record, by=by)
        return record

    def touch(self, register: str, record: Record, *, by: Record | None = None) -> None:
        """Note a change of the record."""
        self._store(register, record, {"lastUpdatedBy": by or self.person, "lastUpdatedDateTime": self.now()})

    def delete(self, register: str, guid: str) -> None:
        """Let the record vanish; whatever refers to it keeps what it last showed."""
        del self.records[register][guid.lower()]

    def is_number_free(self, register: str, number: int, but: Record | None = None) -> bool:
        """Whether no other record has the number."""
        return all(r is but for r in self.all(register, number=number))

    def _moment(self) -> datetime:
        return datetime.fromtimestamp(self.clock(), timezone(timedelta(hours=self.readings.utc_offset)))

    def _take_number(self, register: str) -> int:
        number = next(n for n in count(self.next_number[register]) if self.is_number_free(register, n))
        self.next_number[register] = number + 1
        return number

    def _store(self, register: str, record: Record, values: Record) -> None:
        fields = SHAPES[register].fields
        for name, value in values.items():
            if name not in fields:
                raise TypeError(f"{register} have no property {name}")
            record[name] = fields[name].store(value, self.find)
