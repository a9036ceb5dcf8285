"""What the builders of the three registers share: a moment in the past, roles, and the statement as it grows."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sandbox.fortnox import FortnoxState
from sandbox.registers.expectations import (
    NUMBER_FIELD,
    Created,
    Difference,
    Left,
    Pair,
    Stated,
    fortnox_register,
    number_of,
    severa_records,
)
from sandbox.severa import SeveraState
from severa_fortnox.work import Kind

DAY = 86_400.0
#: The records came about in the years that end with this many days before today.
SPAN, UNTIL = 6 * 365 * DAY, 40 * DAY


@dataclass
class Past:
    """The clock of both systems while they are seeded; noon, so that no time zone changes the date."""

    today: float
    now: float = 0.0

    def go_to(self, share: float) -> None:
        """To the moment at which that share of the records was there."""
        moment = self.today - UNTIL - SPAN * (1 - share)
        self.now = moment - moment % DAY + DAY / 2


@contextmanager
def past(severa: SeveraState, fortnox: FortnoxState) -> Iterator[Past]:
    """Let both systems live in the past until the block ends."""
    clocks, then = (severa.clock, fortnox.clock), Past(severa.clock())
    then.go_to(0)
    severa.clock = fortnox.clock = lambda: then.now
    try:
        yield then
    finally:
        severa.clock, fortnox.clock = clocks


def day_of(moment: float) -> str:
    """The date, as both systems write it."""
    return datetime.fromtimestamp(moment, UTC).date().isoformat()


def roles(
    rng: random.Random, size: int, full: int, few: Mapping[str, int], shares: Mapping[str, float], others: str = ""
) -> list[str]:
    """A role for each of `size` records, in random order.

    Args:
        full: the size for which `few` is stated; a smaller register has fewer of each, at least one.
        few: how many records at most have the role.
        shares: which part of the records has the role.
        others: the role of all the rest.

    Raises:
        ValueError: the register is too small to show everything.
    """
    counted = {name: max(1, min(count, round(count * size / full))) for name, count in few.items()}
    counted |= {name: max(1, round(share * size)) for name, share in shares.items()}
    rest = size - sum(counted.values())
    if rest < 0:
        raise ValueError(f"{size} records are too few: {sum(counted.values())} have roles of their own")
    named = [name for name, count in counted.items() for _ in range(count)]
    drawn = named + [others] * rest
    rng.shuffle(drawn)
    return drawn


@dataclass
class Ledger:
    """What is stated about one kind, filled while its records are seeded."""

    kind: Kind
    links: set[Pair] = field(default_factory=set)
    created_in_fortnox: list[Created] = field(default_factory=list)
    created_in_severa: list[Created] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)
    by_setting: list[Difference] = field(default_factory=list)
    refused: list[Left] = field(default_factory=list)
    skipped: list[Left] = field(default_factory=list)
    noted: dict[Pair, tuple[str, ...]] = field(default_factory=dict)

    def refuse(self, severa: Sequence[str], fortnox: Sequence[str], name: str, why: str) -> None:
        """A person must mend something first."""
        self.refused.append(Left(tuple(severa), tuple(fortnox), name, why))

    def skip(self, severa: Sequence[str], fortnox: Sequence[str], name: str, why: str) -> None:
        """It is meant to stay where it is."""
        self.skipped.append(Left(tuple(severa), tuple(fortnox), name, why))

    def stated(self, severa: SeveraState, fortnox: FortnoxState) -> Stated:
        """The whole statement, with the numbers as they are before the load."""
        theirs = (str(record[NUMBER_FIELD[self.kind]]) for record in fortnox_register(self.kind, fortnox))
        return Stated(
            self.kind,
            frozenset(self.links),
            tuple(self.created_in_fortnox),
            tuple(self.created_in_severa),
            tuple(self.differences),
            tuple(self.by_setting),
            tuple(self.refused),
            tuple(self.skipped),
            self.noted,
            Counter(number_of(self.kind, record) for record in severa_records(self.kind, severa)),
            Counter(theirs),
        )
