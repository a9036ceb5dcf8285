"""What an edit is, and the values people type: some of them empty, some that Fortnox writes otherwise."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sandbox.fortnox import FortnoxState
from sandbox.registers.expectations import NUMBER_FIELD, fortnox_register, number_of, severa_records
from sandbox.severa import SeveraState
from severa_fortnox.errors import System
from severa_fortnox.work import Kind

T = TypeVar("T")

#: In the whole form Severa has them; what Fortnox makes of the unusual ones is in `sides.FORMS`.
NAMES = (
    "Björk & Åström AB",
    "Öresund Logistik AB",
    "Kvarnens Bageri AB",
    "Ærø Ångfartyg AB",
    'Café "Solrosen" AB',
    "Växjö Data… AB",
)
EMAILS = (None, "faktura@bjork.example", "ekonomi@oresund.example", "a.b-c@kvarnen.example")
WEBSITES = (None, "www.bjork.example", "https://www.oresund.example", "www.kvarnen.example/kontakt")
PHONES = (None, "08-465 004 17", "+46 31 390 06 22", "070-174 06 09")
NOTES = (None, "Ring innan 16.", "Två rader\nmed åäö.", "<p>Ring <b>Åsa</b> först.</p>", "R&D, 50 % rabatt")
VAT_NUMBERS = (None, "SE556677889901", "SE556712345001", "DE811234567")
IDENTITIES = (None, "556677-8899", "556712-3450", "5568012243")
GLNS = (None, "7381023456788", "7300009012345")
CURRENCIES = ("SEK", "EUR", "USD")
DAYS = (0, 10, 15, 20, 30)
LINES = (None, "Storgatan 2", "Box 118", "Ålstensvägen 7, Ägirs brygga", "Hafenstraße 21")
POSTAL_CODES = (None, "411 01", "201 21", "68159")
CITIES = (None, "Göteborg", "Malmö", "Mannheim")
COUNTRIES = (None, "SE", "DE", "NO")
UNITS = (None, "h", "st", "km")
VAT_RATES = (25, 12, 6, 0)
PROJECT_NAMES = ("Webbplats", "Vindkartering Öland", 'Projekt "Norrsken"', "Etapp 1 | etapp 2")
PRODUCT_NAMES = ("Rådgivning", "Resa inrikes", "Programlicens", 'Licens "Nivå 2"')
#: What the other system does not take.
WILD_UNITS, WILD_VAT_RATES, WILD_CURRENCIES, WILD_DAYS = ("pall", "dussin"), (24, 7), ("NOK", "GBP"), (17, 44)
WILD_EINVOICE = ("0007:5566778899", "faktura@bjork.example")


@dataclass(frozen=True)
class Edit:
    """Something a person did in one system, or two people in both at once.

    Args:
        description: in words, for the failing test's report.
        side: SEVERA or FORTNOX; None for both at once.
        record: a Severa guid or Fortnox number; for both at once the number they share.
        field: the vendor's name of the field; empty when the whole record came or went.
        old, new: its value before and after; None also for nothing, and for a record that was not there.
        silent: no list of changes tells of it (Severa names no deleted addresses): only comparing all finds it.
    """

    description: str
    kind: Kind
    side: System | None
    record: str
    field: str
    old: Any
    new: Any
    silent: bool = False


@dataclass(frozen=True)
class Desk:
    """Where edits are made.

    Args:
        tame: only values that the other system takes, and no two records that claim one number or code.
    """

    rng: random.Random
    severa: SeveraState
    fortnox: FortnoxState
    tame: bool

    def pick(self, among: Sequence[T]) -> T:
        """One of them."""
        return self.rng.choice(among)

    def value(self, among: Sequence[Any], wild: Sequence[Any] = ()) -> Any:
        """One that people type; with `wild` one in four is not for the other system, unless all is to stay tame."""
        return self.pick(wild) if wild and not self.tame and self.rng.random() < 0.25 else self.pick(among)

    def free_number(self, kind: Kind) -> int:
        """A number that neither system has or had."""
        theirs = int(fortnox_register(kind, self.fortnox).next_number())
        ours = [number_of(kind, record) for record in severa_records(kind, self.severa)]
        return max([theirs, 1001, *(int(number) + 1 for number in ours if number.isdecimal())])

    def free_name(self, names: Sequence[str], number: int) -> str:
        """A name no other record has; it never takes a form of its own in Fortnox."""
        plain = [name for name in names if name.replace(" ", "").replace("&", "").isalpha()]
        return f"{self.pick(plain)} {number}"


Action = Callable[[Desk], Edit | None]


def shown(edit: Edit) -> str:
    """The edit on one line."""
    side = edit.side or "both systems"
    what = f".{edit.field}: {edit.old!r} -> {edit.new!r}" if edit.field else ""
    return f"{edit.description} ({side} {edit.kind} {edit.record}{what})"


def number_field(kind: Kind) -> str:
    """The field that holds a Fortnox record's number."""
    return NUMBER_FIELD[kind]
