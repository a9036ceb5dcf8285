"""Severa's work types, travel expense types and products against Fortnox's articles (DESIGN 10)."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import count
from typing import Any

from sandbox.fortnox import FortnoxState
from sandbox.registers import words
from sandbox.registers.expectations import Created, Difference, Fields
from sandbox.registers.ledger import Ledger, Past, roles
from sandbox.registers.sides import in_fortnox
from sandbox.severa import SeveraState
from sandbox.severa.shapes import Record
from severa_fortnox.work import Kind

FULL = 133
IN_BOTH = {
    "another name": 3,
    "another code": 2,
    "other capitals": 3,
    "inactive in Fortnox": 2,
    "unit in Fortnox only": 2,
    "unit in Severa only": 2,
}
IN_SEVERA = {
    "no code": 2,
    "code with a space": 2,
    "no such unit": 2,
    "no such VAT rate": 1,
    "code twice": 2,
    "forbidden characters": 1,
    "no unit": 5,
}
IN_FORTNOX = {"no unit": 6}
DIFFERING = 0.1
#: How Severa's products are spread over its registers.
REGISTERS = ("products",) * 7 + ("work_types",) * 2 + ("travel_expense_types",)
_QUOTED = 'Licens "Nivå 2"'


@dataclass(frozen=True)
class Item:
    """A product as both systems can hold it; `unit` and `vat` mean nothing for a work type."""

    register: str
    code: str
    name: str
    unit: str | None
    vat: int

    @property
    def has_terms(self) -> bool:
        """Whether Severa knows unit and VAT of it."""
        return self.register != "work_types"

    @property
    def fields(self) -> Fields:
        """In Fortnox's fields; what Severa does not know is left to Fortnox."""
        named = {"ArticleNumber": self.code, "Description": in_fortnox(self.name)}
        return {**named, "Unit": self.unit, "VAT": str(self.vat)} if self.has_terms else named


@dataclass
class Products:
    """Seeds the products and states what becomes of them."""

    severa: SeveraState
    fortnox: FortnoxState
    rng: random.Random
    past: Past
    ledger: Ledger = field(default_factory=lambda: Ledger(Kind.PRODUCT))

    def __post_init__(self) -> None:
        self._names = {
            "work_types": self._drawn(words.in_pairs(words.SERVICES, ("Grafisk",)), words.LEVELS),
            "products": self._drawn(words.in_pairs(words.GOODS, words.GOODS_OF_TWO), words.SIZES),
            "travel_expense_types": self._drawn(list(words.TRAVELS), words.AREAS),
        }
        self._codes = count(101)

    def seed(self, total: int) -> None:
        """So many different products."""
        rng, third = self.rng, total // 3
        drawn = [
            *(("both", role) for role in roles(rng, third, FULL, IN_BOTH, {"differs": DIFFERING})),
            *(("severa", role) for role in roles(rng, third, FULL, IN_SEVERA, {})),
            *(("fortnox", role) for role in roles(rng, total - 2 * third, FULL, IN_FORTNOX, {})),
        ]
        rng.shuffle(drawn)
        for index, (side, role) in enumerate(drawn):
            self.past.go_to(index / total)
            getattr(self, f"_in_{side}")(self._item(side, role), role)

    def _in_both(self, item: Item, role: str) -> None:
        ours, theirs = self._two_of(item, role)
        guid, number = self._put_in_severa(ours)["guid"], theirs.code
        self._put_in_fortnox(theirs, active=role != "inactive in Fortnox")
        name = f"{ours.code} {ours.name}"
        refusals = {
            "another name": f"article {number} is called {theirs.name} in Fortnox",
            "another code": f"{theirs.name} has the code {number} in Fortnox",
            "inactive in Fortnox": "active in Severa and inactive in Fortnox",
        }
        if role in refusals:
            self.ledger.refuse([guid], [number], name, refusals[role])
            return
        self.ledger.links.add((guid, number))
        for field_name in ("Unit", "VAT") if ours.has_terms else ():
            in_severa, in_card = ours.fields[field_name], theirs.fields[field_name]
            if in_severa != in_card:
                self.ledger.differences.append(Difference(guid, number, field_name, in_severa, in_card))

    def _two_of(self, item: Item, role: str) -> tuple[Item, Item]:
        """The product as Severa and as Fortnox has it."""
        match role:
            case "differs":
                unit = self.rng.choice([each for each in words.UNITS if each != item.unit])
                vat = self.rng.choice([each for each in (25, 12, 6, 0) if each != item.vat])
                return item, self.rng.choice((replace(item, unit=unit), replace(item, vat=vat)))
            case "unit in Fortnox only":
                return replace(item, unit=None), item
            case "unit in Severa only":
                return item, replace(item, unit=None)
            case "other capitals":
                return item, replace(item, name=f" {item.name.upper()}")
            case "another name":
                return item, replace(item, name=next(self._names[item.register]))
            case "another code":
                return item, replace(item, code=f"{item.code}-B")
        return item, item

    def _in_severa(self, item: Item, role: str) -> None:
        match role:
            case "no code":
                item = replace(item, code=self.rng.choice(("", "  ")))
            case "code with a space":
                item = replace(item, code=f"{item.code} 2026")
            case "no such unit":
                item = replace(item, unit="pall")
            case "no such VAT rate":
                item = replace(item, vat=24)
            case "forbidden characters":
                item = replace(item, name=_QUOTED)
            case "no unit":
                item = replace(item, unit=None)
        guid, name = self._put_in_severa(item)["guid"], f"{item.code.strip()} {item.name}".strip()
        refusals = {
            "no code": "it has no code in Severa",
            "code with a space": "Fortnox takes no spaces in an article number",
            "no such unit": "the unit pall does not exist in Fortnox",
            "no such VAT rate": "Fortnox has no VAT rate of 24 %",
        }
        if role == "code twice":
            twin = replace(item, register="work_types", name=next(self._names["work_types"]))
            guids = [guid, self._put_in_severa(twin)["guid"]]
            self.ledger.refuse(guids, [], name, f"{twin.name} has the same code {item.code} in Severa")
        elif role in refusals:
            self.ledger.refuse([guid], [], name, refusals[role])
        else:
            noted = ('"',) if role == "forbidden characters" else ()
            self.ledger.created_in_fortnox.append(Created(guid, item.code, item.fields, noted))

    def _in_fortnox(self, item: Item, role: str) -> None:
        if role == "no unit":
            item = replace(item, unit=None)
        self._put_in_fortnox(item)
        self.ledger.created_in_severa.append(Created(item.code, item.code, item.fields))

    def _item(self, side: str, role: str) -> Item:
        """A new one; what Fortnox alone has becomes a product, and a rare case needs a unit or VAT."""
        rng = self.rng
        register = "products" if side == "fortnox" or role else rng.choice(REGISTERS)
        number = next(self._codes)
        code = {
            "products": rng.choice((f"{number + 10_000}", f"P-{number:04}", f"P_{number:04}+")),
            "work_types": f"K{number:04}",
            "travel_expense_types": f"RESA/{number:03}",
        }[register]
        unit = "km" if register == "travel_expense_types" else rng.choice(("st", "st", "st", "h", "dag", "mån"))
        return Item(register, code, next(self._names[register]), unit, rng.choice((25, 25, 25, 25, 12, 6, 0)))

    def _put_in_severa(self, item: Item) -> Record:
        named: dict[str, Any] = {"name": item.name, "code": item.code or None}
        terms: dict[str, Any] = {"unit": item.unit, "vat_rate": item.vat}
        if item.register == "work_types":
            return self.severa.add_work_type(**named)
        if item.register == "travel_expense_types":
            return self.severa.add_travel_expense_type(**named, **terms)
        return self.severa.add_product(**named, **terms, price=self.rng.randrange(100, 9000, 50))

    def _put_in_fortnox(self, item: Item, *, active: bool = True) -> Record:
        unit = item.unit if item.has_terms else "h"
        return self.fortnox.add_article(
            ArticleNumber=item.code,
            Description=item.name,
            Unit=unit,
            VAT=Decimal(item.vat),
            Type="SERVICE",
            Active=active,
        )

    def _drawn(self, names: list[str], kinds: tuple[str, ...]) -> Iterator[str]:
        """Every combination once in random order, and then again as its second edition."""
        every = [f"{name} {kind}" for name in names for kind in kinds]
        self.rng.shuffle(every)
        return iter(every + [f"{name} {edition}" for edition in range(2, 20) for name in every])
