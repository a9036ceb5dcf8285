"""What must become of the seeded registers, stated record by record, and in words everything that did not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.fortnox import FortnoxState
from sandbox.fortnox.registers import Register
from sandbox.registers.sides import PRODUCT_REGISTERS, Sides
from sandbox.severa import SeveraState
from sandbox.severa.shapes import Record
from severa_fortnox.errors import System
from severa_fortnox.settings import Main
from severa_fortnox.work import Kind

#: A Severa guid and a Fortnox number.
Pair = tuple[str, str]
Fields = Mapping[str, str | None]
#: A Fortnox register by kind, and the field that holds its numbers.
NUMBER_FIELD = {Kind.CUSTOMER: "CustomerNumber", Kind.PRODUCT: "ArticleNumber", Kind.PROJECT: "ProjectNumber"}


@dataclass(frozen=True)
class Created:
    """A record that one system has and the load makes in the other.

    Args:
        id: where it is now: a Severa guid, or a Fortnox number.
        number: what it has on the other side: a Fortnox number, or a Severa number or code.
        fields: the new record in Fortnox's fields (`sides.Sides`), exact; further ones are left open.
        noted: words that a person must be told although it goes well.
    """

    id: str
    number: str
    fields: Fields
    noted: tuple[str, ...] = ()


@dataclass(frozen=True)
class Difference:
    """A continuous field in which two linked records differ before the load, in Fortnox's form.

    Args:
        field: Fortnox's name of it.
    """

    severa: str
    fortnox: str
    field: str
    in_severa: str | None
    in_fortnox: str | None

    def written(self, main: Main) -> bool:
        """Whether the load writes it; what the main system has nothing for stays as a person once entered it."""
        return (self.in_severa if main is Main.SEVERA else self.in_fortnox) is not None


@dataclass(frozen=True)
class Left:
    """A record, or two that belong together, which the load leaves as it is.

    Args:
        severa: guids.
        fortnox: numbers.
        name: how a person knows it.
        why: in words.
    """

    severa: tuple[str, ...]
    fortnox: tuple[str, ...]
    name: str
    why: str


@dataclass(frozen=True)
class Stated:
    """One kind of record and what a two-way load makes of it.

    Args:
        links: pairs that both systems have and that are linked; those of created records come on top (`links_after`).
        noted: words that a person must be told of a linked pair.
        differences: fields in which linked pairs differ and the load makes them agree, or keeps what the main
            system has nothing for.
        by_setting: differences that nothing is written for unless the setting `project_closing` says so.
        refused: what a person must mend first.
        skipped: what is meant to stay on its side.
    """

    kind: Kind
    links: frozenset[Pair]
    created_in_fortnox: tuple[Created, ...]
    created_in_severa: tuple[Created, ...]
    differences: tuple[Difference, ...]
    by_setting: tuple[Difference, ...]
    refused: tuple[Left, ...]
    skipped: tuple[Left, ...]
    noted: Mapping[Pair, tuple[str, ...]] = field(default_factory=dict)
    severa_numbers: Counter[str] = field(default_factory=Counter)
    fortnox_numbers: Counter[str] = field(default_factory=Counter)

    def updated(self, main: Main = Main.SEVERA) -> frozenset[Pair]:
        """The linked pairs that are written to on the side that is not the main system."""
        return frozenset((each.severa, each.fortnox) for each in self.differences if each.written(main))

    def links_after(self, severa: SeveraState) -> frozenset[Pair]:
        """Every link after the load; what was made in Severa is looked up there by its number or code."""
        made = self._made_in_severa(severa)
        theirs = {(made[each.number], each.id) for each in self.created_in_severa if each.number in made}
        return self.links | {(each.id, each.number) for each in self.created_in_fortnox} | theirs

    @property
    def severa_numbers_after(self) -> Counter[str]:
        """Severa's numbers or codes with how often each is there; "" for none."""
        return self.severa_numbers + Counter(each.number for each in self.created_in_severa)

    @property
    def fortnox_numbers_after(self) -> Counter[str]:
        """Fortnox's numbers, each once."""
        return self.fortnox_numbers + Counter(each.number for each in self.created_in_fortnox)

    def _made_in_severa(self, severa: SeveraState) -> dict[str, str]:
        wanted = {each.number: each for each in self.created_in_severa}
        made = {}
        for record in severa_records(self.kind, severa):
            number = number_of(self.kind, record)
            if number in wanted and (
                self.kind is Kind.CUSTOMER or record["name"] == wanted[number].fields["Description"]
            ):
                made[number] = record["guid"]
        return made


@dataclass(frozen=True)
class RegisterCompany:
    """Both systems as seeded, and what a two-way load with `settings` makes of them.

    Args:
        settings: of its connection, by name, as typed; everything else at its default.
        before: every record as it was seeded, by system, kind and id, to see what was touched.
    """

    customers: Stated
    products: Stated
    projects: Stated
    settings: Mapping[str, str]
    before: Mapping[tuple[System, Kind, str], Record] = field(repr=False, default_factory=dict)

    @property
    def kinds(self) -> tuple[Stated, ...]:
        """All three, customers first."""
        return self.customers, self.products, self.projects


def number_of(kind: Kind, record: Record) -> str:
    """A Severa record's number or code as text; "" for none."""
    value = record["code"] if kind is Kind.PRODUCT else record["number"]
    return "" if value is None else str(value).strip()


def severa_records(kind: Kind, severa: SeveraState) -> Iterator[Record]:
    """Every record of the kind, whichever register it is in."""
    names = PRODUCT_REGISTERS if kind is Kind.PRODUCT else (f"{kind}s",)
    return (record for name in names for record in severa.records[name].values())


def fortnox_register(kind: Kind, fortnox: FortnoxState) -> Register:
    """Fortnox's register of the kind."""
    return {Kind.CUSTOMER: fortnox.customers, Kind.PRODUCT: fortnox.articles, Kind.PROJECT: fortnox.projects}[kind]


def snapshot(severa: SeveraState, fortnox: FortnoxState) -> dict[tuple[System, Kind, str], Record]:
    """Every record as it is now; a write shows even when it changed nothing."""
    seen = {}
    for kind in NUMBER_FIELD:
        register = fortnox_register(kind, fortnox)
        for record in severa_records(kind, severa):
            seen[System.SEVERA, kind, record["guid"]] = dict(record)
        for record in register:
            number = str(record[NUMBER_FIELD[kind]])
            seen[System.FORTNOX, kind, number] = {**record, "changed": register.changed[number]}
    for address in severa.records["addresses"].values():
        owner = (System.SEVERA, Kind.CUSTOMER, address["customer"]["guid"]) if address["customer"] else None
        if owner in seen:
            seen[owner][f"address {address['guid']}"] = dict(address)
    return seen


def missed(
    company: RegisterCompany,
    severa: SeveraState,
    fortnox: FortnoxState,
    links: Mapping[Kind, Collection[Pair]] | None = None,
    *,
    customer_main: Main = Main.SEVERA,
    product_main: Main = Main.SEVERA,
) -> list[str]:
    """Everything that is not as stated after a two-way load, in words; empty when all is.

    Args:
        links: what the integration says is linked; None when nobody asked it.
    """
    mains = {Kind.CUSTOMER: customer_main, Kind.PRODUCT: product_main, Kind.PROJECT: Main.SEVERA}
    now, sides = snapshot(severa, fortnox), Sides(severa, fortnox)
    wrong: list[str] = []
    for stated in company.kinds:
        kind, main = stated.kind, mains[stated.kind]
        numbers = Counter(number_of(kind, each) for each in severa_records(kind, severa))
        wrong += _numbers(f"{kind}s in Severa", numbers, stated.severa_numbers_after)
        theirs = Counter(str(each[NUMBER_FIELD[kind]]) for each in fortnox_register(kind, fortnox))
        wrong += _numbers(f"{kind}s in Fortnox", theirs, stated.fortnox_numbers_after)
        wrong += _created(stated, severa, sides)
        wrong += _updated(stated, main, sides)
        wrong += _touched(stated, main, company.before, now)
        if links is not None:
            wrong += _links(stated, severa, links.get(kind, ()))
    return wrong


def _numbers(where: str, actual: Counter[str], wanted: Counter[str]) -> Iterator[str]:
    if actual != wanted:
        more, fewer = actual - wanted, wanted - actual
        yield f"{where}: {_listed(more.elements())} too many, {_listed(fewer.elements())} missing"


def _created(stated: Stated, severa: SeveraState, sides: Sides) -> Iterator[str]:
    made = stated._made_in_severa(severa)
    for each in stated.created_in_fortnox:
        yield from _fields(
            f"{stated.kind} {each.number} in Fortnox", each, lambda one: sides.of_fortnox(stated.kind, one.number)
        )
    for each in stated.created_in_severa:
        yield from _fields(
            f"{stated.kind} {each.number} in Severa", each, lambda one: sides.of_severa(stated.kind, made[one.number])
        )


def _fields(where: str, created: Created, found: Callable[[Created], Fields]) -> Iterator[str]:
    try:
        actual = found(created)
    except KeyError:
        yield f"{where} is not there"
        return
    for name, value in created.fields.items():
        if name in actual and actual[name] != value:
            yield f"{where}: {name} is {actual[name]!r} instead of {value!r}"


def _updated(stated: Stated, main: Main, sides: Sides) -> Iterator[str]:
    for each in stated.differences:
        if not each.written(main):
            continue
        value = each.in_severa if main is Main.SEVERA else each.in_fortnox
        ours, theirs = sides.of_severa(stated.kind, each.severa), sides.of_fortnox(stated.kind, each.fortnox)
        if (ours[each.field], theirs[each.field]) != (value, value):
            yield (
                f"{stated.kind} {each.fortnox}: {each.field} is {ours[each.field]!r} in Severa and "
                f"{theirs[each.field]!r} in Fortnox instead of {value!r}"
            )


def _touched(
    stated: Stated,
    main: Main,
    before: Mapping[tuple[System, Kind, str], Record],
    now: Mapping[tuple[System, Kind, str], Record],
) -> Iterator[str]:
    """Records that were written to without a cause: only the side that is not the main system may be."""
    updated = stated.updated(main)
    other = System.FORTNOX if main is Main.SEVERA else System.SEVERA
    may_change = {(other, stated.kind, pair[0] if other is System.SEVERA else pair[1]) for pair in updated}
    for place, record in before.items():
        if place[1] is not stated.kind or place in may_change:
            continue
        if place not in now:
            yield f"{stated.kind} {place[2]} is gone in {place[0]}"
        elif now[place] != record:
            names = sorted(name for name, value in now[place].items() if record.get(name) != value)
            yield f"{stated.kind} {place[2]} was written to in {place[0]} without a cause: {', '.join(names)}"


def _links(stated: Stated, severa: SeveraState, actual: Collection[Pair]) -> Iterator[str]:
    wanted, found = stated.links_after(severa), frozenset(actual)
    if len(found) != len(actual):
        yield f"links of {stated.kind}s: {len(actual) - len(found)} are there twice"
    if found != wanted:
        yield (
            f"links of {stated.kind}s: {_listed(map(' - '.join, found - wanted))} too many, "
            f"{_listed(map(' - '.join, wanted - found))} missing"
        )


def _listed(names: Iterable[Any], most: int = 8) -> str:
    shown = sorted(str(name) or "one without number" for name in names)
    rest = f" and {len(shown) - most} more" if len(shown) > most else ""
    return ", ".join(shown[:most]) + rest if shown else "none"
