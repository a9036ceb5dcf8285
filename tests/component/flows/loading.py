"""What the tests of loads share: a tiny company with each kind of decision, and how it is loaded and looked at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sandbox.registers.firms import Firm, Place
from sandbox.registers.sides import PRODUCT_REGISTERS, put_in_fortnox, put_in_severa
from sandbox.severa.shapes import Record
from severa_fortnox.flows.comparison import Comparison, Looked, compare
from severa_fortnox.flows.load import apply
from severa_fortnox.flows.load_steps import Loaded
from severa_fortnox.store.log import Entry
from severa_fortnox.work import Kind
from tests.component.conftest import Engine
from tests.component.world import World

KINDS = (Kind.CUSTOMER, Kind.PRODUCT, Kind.PROJECT)
WHO = "Åsa"
BERGA = Place("Storgatan 2", "411 01", "Göteborg")
LUND = Place("Box 118", "221 00", "Lund")
KIEL = Place("Hafenstraße 21", "68159", "Mannheim", "DE")
Calls = list[str]


def world_on(client: Any, **arguments: Any) -> World:
    """A world on ministack, which is fast with many records and may be shared by threads; with tables of its own."""
    engine = Engine.with_own_tables(client, atomic=True)
    return World(engine, **{"paced": False, **arguments})


def compared(world: World, kind: Kind) -> Comparison:
    """What a load would do."""
    return compare(world.session(), kind, create_missing=kind is Kind.CUSTOMER or None, at_once=1)


def applied(world: World, comparison: Comparison, **arguments: Any) -> Loaded:
    """What a load did."""
    given: dict[str, Any] = {"who": WHO, "at_once": 1, "sleep": world.clock.sleep} | arguments
    return apply(world.session(), comparison, **given)


def load_everything(world: World) -> dict[Kind, Loaded]:
    """One load of each kind."""
    return {kind: applied(world, compared(world, kind)) for kind in KINDS}


def named(comparison: Comparison, name: str) -> Looked:
    """The pair a person knows by that name."""
    return next(each for each in comparison.looked if name in each.pair.name)


@contextmanager
def calling(world: World) -> Iterator[Calls]:
    """The calls to both systems meanwhile, tokens left out."""
    journals = {"severa": world.severa_calls.journal, "fortnox": world.fortnox_calls.journal}
    before = {name: len(journal.calls) for name, journal in journals.items()}
    calls: Calls = []
    yield calls
    for name, journal in journals.items():
        news = (call for call in journal.calls[before[name] :] if not call.path.endswith("/token"))
        calls += [f"{name} {call.method} {call.path}" for call in news]


def writes(calls: Calls) -> Calls:
    """Those that change something."""
    return [call for call in calls if call.split()[1] != "GET"]


def links(world: World) -> dict[Kind, set[tuple[str, str]]]:
    """Everything that is linked."""
    all = world.store().links.all
    return {kind: {(link.severa_id, link.fortnox_id) for link in all(world.id, kind)} for kind in KINDS}


def log_of_loads(world: World, kind: Kind) -> list[Entry]:
    """A line for each load of the kind."""
    return world.log("load", kind)


def firm(number: int, name: str, **fields: Any) -> Firm:
    """A firm with an address."""
    return Firm(number, name, **{"billing": BERGA, **fields})


def qualified(world: World, one: Firm, **more: Any) -> Record:
    """A Severa customer with an open project, so that it is no prospect."""
    customer = put_in_severa(world.severa, one, **more)
    world.severa.add_project(customer, name=f"Löpande {one.number}", number=one.number + 4000)
    return customer


def seed_each_decision(world: World) -> None:
    """One record for each thing that a load can do, of each kind; Severa is the main system."""
    severa, fortnox = world.severa, world.fortnox
    world.set(create_articles="all", project_closing="complete")
    qualified(world, firm(1001, "Nya Kunden AB", postal=LUND, visiting=KIEL, phone="08-465 004 17"))
    put_in_fortnox(fortnox, firm(1002, "Gamla Kunden AB", postal=LUND, visiting=KIEL, phone="08-465 004 18"))
    same = firm(1003, "Lika Kunden AB", email="faktura@lika.example")
    qualified(world, same)
    put_in_fortnox(fortnox, same)
    changed = firm(1004, "Ändrade Kunden AB", email="ny@andrade.example", billing=LUND)
    qualified(world, changed)
    put_in_fortnox(fortnox, firm(1004, "Ändrade Kunden AB", email="gammal@andrade.example"))
    put_in_severa(severa, firm(1005, "Framtida Kunden AB"))
    qualified(world, firm(1006, "Vilande Kunden AB"))
    put_in_fortnox(fortnox, firm(1006, "Vilande Kunden AB"), Active=False)
    severa.add_product(name="Licens", code="LIC", unit="st", vat_rate=25)
    severa.add_work_type(name="Konsulttid", code="KON")
    fortnox.add_article(ArticleNumber="RESA", Description="Resa", Type="SERVICE", Unit="km", VAT=25)
    severa.add_product(name="Kurs", code="KURS", unit="h", vat_rate=6)
    fortnox.add_article(ArticleNumber="KURS", Description="Kurs", Type="SERVICE", Unit="st", VAT=25)
    severa.add_product(name="Böcker", code="BOK", unit="st", vat_rate=6)
    fortnox.add_article(ArticleNumber="BOK", Description="Häften", Type="SERVICE", Unit="st", VAT=25)
    owner = next(iter(severa.all("customers", number=1001)))
    severa.add_project(owner, name="Avslutat", number=601, closed=True)
    fortnox.add_project(ProjectNumber="601", Description="Avslutat", StartDate="2026-01-02", Status="ONGOING")
    fortnox.add_project(ProjectNumber="602", Description="Internt", StartDate="2026-01-02", Status="ONGOING")


def state(world: World) -> Mapping[str, Any]:
    """Both registers and the links between them as people know them: nothing that depends on when, or on a guid."""
    severa, fortnox = world.severa, world.fortnox
    passing = {"guid", "createdDateTime", "lastUpdatedDateTime", "customer"}
    names: dict[str, str] = {}
    registers: dict[str, Any] = {}
    for register in ("customers", *PRODUCT_REGISTERS, "projects"):
        records = severa.records[register].values()
        names |= {each["guid"]: f"{each.get('number') or each.get('code')} {each['name']}" for each in records}
        registers[register] = sorted(_kept(each, passing) for each in records)
    registers["addresses"] = sorted(
        f"{names[each['customer']['guid']]}: {_kept(each, passing)}" for each in severa.records["addresses"].values()
    )
    for name, ours in (
        ("cards", fortnox.customers),
        ("articles", fortnox.articles),
        ("fortnox projects", fortnox.projects),
    ):
        registers[name] = sorted(_kept(each, set()) for each in ours)
    for kind, pairs in links(world).items():
        registers[f"links of {kind}s"] = sorted((names[guid], number) for guid, number in pairs)
        stored = world.store().links.all(world.id, kind)
        # A work type has neither unit nor VAT rate, so it is all the same whether Fortnox's are left alone.
        kept = (
            (link.fortnox_id, "" if link.card.get("register") == "Hours" else link.synced.get("kept", ""))
            for link in stored
        )
        registers[f"kept of {kind}s"] = sorted(kept)
    return registers


def _kept(record: Record, left_out: set[str]) -> str:
    return str(sorted((name, str(value)) for name, value in record.items() if name not in left_out))
