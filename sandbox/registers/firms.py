"""Companies made up from word lists: names, identity numbers with their check digits, addresses, ways to reach them."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import TypeVar

from sandbox.registers import words

SWEDEN = "SE"
T = TypeVar("T")


@dataclass(frozen=True)
class Place:
    """An address; both systems hold all four parts."""

    line: str
    postal_code: str
    city: str
    country: str = SWEDEN


@dataclass(frozen=True)
class Firm:
    """A customer as both systems can hold it.

    Args:
        number: the customer number.
        days: days to pay.
        gln: 13 digits; the e-invoice address.
    """

    number: int
    name: str
    organisation_number: str | None = None
    vat_number: str | None = None
    email: str | None = None
    website: str | None = None
    phone: str | None = None
    notes: str | None = None
    currency: str = "SEK"
    days: int = 30
    gln: str | None = None
    billing: Place | None = None
    visiting: Place | None = None
    postal: Place | None = None


def luhn_digit(digits: str) -> str:
    """The digit that makes the Luhn sum of the digits before it a multiple of ten."""
    doubled = [int(digit) * (2 - position % 2) for position, digit in enumerate(reversed(digits))]
    return str(-sum(number // 10 + number % 10 for number in doubled) % 10)


def gln_digit(digits: str) -> str:
    """The check digit of a GLN: from the right the digits count three times, once, three times …"""
    return str(-sum(int(digit) * (3 - 2 * (position % 2)) for position, digit in enumerate(reversed(digits))) % 10)


def slug(name: str) -> str:
    """The name in the letters of a web address."""
    plain = unicodedata.normalize("NFD", name.lower().replace("ø", "o").replace("ß", "ss"))
    return "".join(character for character in plain if character.isascii() and character.isalnum())


class Firms:
    """Any number of different firms; the same ones for the same random numbers.

    Names, organisation numbers, GLNs and web addresses are never given twice.
    """

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self._streets = words.in_pairs(words.STREETS, words.STREETS_OF_TWO)
        self._names: set[str] = set()
        self._sites: set[str] = set()
        # A third digit below 2 would make it a person's number.
        self._identities = iter(rng.sample(range(55_650_000, 55_990_000), 50_000))
        self._glns: Iterator[int] = count(rng.randrange(7_300_001_000, 7_300_900_000))

    def swedish(self, number: int) -> Firm:
        """A Swedish firm with most of what a card can hold."""
        name = self._name()
        return self._reachable(number, name, f"{name} {self.rng.choice((*('AB',) * 10, 'HB', 'KB'))}")

    def departments(self, numbers: list[int]) -> list[Firm]:
        """Customers that are one legal person: a municipality's departments."""
        town = f"{self._pick(words.FRONTS)}{self._pick(words.BACKS)} kommun"
        identity = self._identity("2120")
        made = []
        for number, department in zip(numbers, words.DEPARTMENTS, strict=False):
            firm = self._reachable(number, f"{town} {department}", f"{town}, {department}")
            made.append(_with_identity(firm, identity))
        return made

    def foreign(self, number: int) -> Firm:
        """A firm in one of the neighbouring countries or overseas."""
        country = self._pick(tuple(words.ABROAD))
        form, cities, codes, street, currency, vat_number = words.ABROAD[country]
        base = self._unseen(lambda: f"{self._pick(words.ABROAD_FRONTS)} {self._pick(words.ABROAD_BACKS)}")
        nearest = self.rng.randrange(len(cities))
        place = Place(f"{street} {self.rng.randint(1, 99)}", codes[nearest], cities[nearest], country)
        site = self._site(base)
        return Firm(
            number,
            f"{base} {form}",
            self._digits("#########") if country == "NO" else None,
            None if vat_number is None else self._digits(vat_number),
            f"invoices@{site}",
            f"www.{site}",
            None,
            None,
            currency,
            self._pick((15, 30, 30, 45)),
            None,
            place,
        )

    def place(self) -> Place:
        """A Swedish address."""
        city = self._pick(tuple(words.CITIES))
        code = f"{words.CITIES[city]} {self.rng.randint(10, 89)}"
        if self.rng.random() < 0.12:
            return Place(f"Box {self.rng.randint(101, 9999)}", code, city)
        entrance = self._pick(("", "", "", " A", " B", ", 3 tr"))
        return Place(f"{self._pick(self._streets)} {self.rng.randint(1, 118)}{entrance}", code, city)

    def phone(self) -> str:
        """A telephone number kept for fiction."""
        series, last = self._pick(words.PHONES), f"{self.rng.randint(5, 99):02}"
        return f"{series}{last}" if series.endswith("2") else f"{series} {last}"

    def _reachable(self, number: int, base: str, name: str) -> Firm:
        rng, site = self.rng, self._site(base)
        firm = Firm(
            number,
            name,
            email=f"{self._pick(('faktura', 'info', 'ekonomi'))}@{site}",
            website=f"www.{site}" if rng.random() < 0.5 else None,
            phone=self.phone() if rng.random() < 0.8 else None,
            notes=self._pick(words.NOTES) if rng.random() < 0.2 else None,
            currency="EUR" if rng.random() < 0.02 else "SEK",
            days=self._pick((30, 30, 30, 30, 20, 15, 10, 14, 45, 60)),
            gln=self._gln() if rng.random() < 0.2 else None,
            billing=self.place(),
            visiting=self.place() if rng.random() < 0.25 else None,
            postal=self.place() if rng.random() < 0.15 else None,
        )
        return _with_identity(firm, self._identity())

    def _name(self) -> str:
        def drawn() -> str:
            trade, place = self._pick(words.TRADES), self._pick(words.FRONTS) + self._pick(words.BACKS)
            surname, other = self.rng.sample(words.SURNAMES, 2)
            return self._pick(
                (
                    f"{surname}s {trade}",
                    f"{surname} & {other} {trade}",
                    f"{place.replace('sss', 'ss')} {trade}",
                    f"{place.replace('sss', 'ss')} {trade}",
                    f"{trade} i {self._pick(tuple(words.CITIES))}",
                )
            )

        return self._unseen(drawn)

    def _unseen(self, drawn: Callable[[], str]) -> str:
        for attempt in count():
            name = drawn()
            # Word lists end; then the later one is the second of its name.
            name = name if attempt < 50 else f"{name} {attempt}"
            if name.casefold() not in self._names:
                self._names.add(name.casefold())
                return name
        raise AssertionError("count() does not end")

    def _site(self, name: str) -> str:
        base = slug(name)
        site = next(s for s in (base, *(f"{base}{again}" for again in range(2, 99))) if s not in self._sites)
        self._sites.add(site)
        return f"{site}.example"

    def _identity(self, start: str = "") -> str:
        nine = f"{next(self._identities)}{self.rng.randint(0, 9)}"
        nine = start + nine[len(start) :]
        return f"{nine[:6]}-{nine[6:]}{luhn_digit(nine)}"

    def _gln(self) -> str:
        twelve = f"{next(self._glns):010}00"
        return twelve + gln_digit(twelve)

    def _digits(self, pattern: str) -> str:
        return "".join(str(self.rng.randint(0, 9)) if sign == "#" else sign for sign in pattern)

    def _pick(self, among: Sequence[T]) -> T:
        return self.rng.choice(among)


def _with_identity(firm: Firm, number: str) -> Firm:
    """The firm with that organisation number and the VAT number that goes with it."""
    return replace(firm, organisation_number=number, vat_number=f"SE{number.replace('-', '')}01")
