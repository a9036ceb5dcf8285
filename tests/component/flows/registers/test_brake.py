"""Too many changes at once: they stop until a person has looked, and nothing is lost meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from severa_fortnox.errors import System
from severa_fortnox.flows.register_polls import SUBJECT
from severa_fortnox.flows.watermarks import IN_FORTNOX
from severa_fortnox.settings import Main
from severa_fortnox.store.links import Link
from severa_fortnox.work import Kind
from tests.component.flows.registers.companies import DAY, RegisterWorld, ids, watermark

pytestmark = pytest.mark.usefixtures("polled")


def many_products(world: RegisterWorld, count: int = 60) -> list[dict[str, Any]]:
    """Products that both systems have and that are linked."""
    products = [world.severa.add_product(name=f"Sak {n}", code=f"S{n}") for n in range(count)]
    links = world.store().links
    for product in products:
        world.fortnox.add_article(ArticleNumber=product["code"], Description=product["name"], Type="SERVICE", Unit="st")
        link = Link(Kind.PRODUCT, product["guid"], product["code"], {"register": "ProjectFees"}, "person", 0.0)
        links.bind(world.id, link)
    return products


def test_a_mass_change_stops_its_kind_and_only_its_kind(world: RegisterWorld) -> None:
    products = many_products(world)
    customer = world.customer()
    newcomer = world.severa.add_product(name="Ny", code="NY")
    before = watermark(world)

    for _ in range(3):
        queued = world.poll()
        world.clock.sleep(5 * 60)
        assert {work.kind for work in queued} == {Kind.CUSTOMER, Kind.PROJECT}
        assert (Kind.CUSTOMER, System.SEVERA, customer["guid"]) in ids(queued)

    assert watermark(world) == before, "what was not queued must be found again"
    (problem,) = world.problems()
    assert problem.subject == SUBJECT
    (reason,) = problem.reasons
    assert reason.code == "mass-change" and reason.values["changes"] == "60"
    assert len(world.mails) == 1 and "mass_change_share" in world.mails[0].body

    # A person has looked and lets it through.
    world.set(mass_change_share=100)
    queued = world.poll()
    assert {(Kind.PRODUCT, System.SEVERA, product["guid"]) for product in [*products, newcomer]} <= ids(queued)
    assert world.problems() == []
    assert len(world.mails) == 2
    assert (watermark(world) or "") > (before or "")


def test_a_mass_change_in_fortnox_stops_too(world: RegisterWorld) -> None:
    many_products(world)
    world.set(mass_change_share=100)
    world.poll_and_look()
    world.set(mass_change_share=30)
    world.clock.sleep(DAY)
    world.poll()
    world.clock.sleep(DAY)
    for article in world.fortnox.articles:
        article["Unit"] = "h"
        world.fortnox.articles.touch(article["ArticleNumber"])
    before = watermark(world, IN_FORTNOX)

    assert world.poll() == []

    assert watermark(world, IN_FORTNOX) == before
    (problem,) = world.problems()
    assert [reason.code for reason in problem.reasons] == ["mass-change"]


def test_our_own_many_writes_are_no_mass_change(world: RegisterWorld) -> None:
    """The first load, and a release of the brake, write to a whole register; that must not stop the next catch-up."""
    products = many_products(world)
    world.set(mass_change_share=100)
    for product in products:
        world.in_severa("products", product, measurementUnit="h")
    world.poll_and_look()
    world.set(mass_change_share=30)
    world.clock.sleep(DAY)

    world.poll()

    assert world.problems() == [], "what we wrote ourselves was taken for a mass change"


def test_the_first_load_is_no_mass_change_the_next_day(world: RegisterWorld) -> None:
    for n in range(60):
        world.severa.add_product(name=f"Sak {n}", code=f"S{n}")
    world.load(Kind.PRODUCT, create_missing=True)
    assert len(world.links(Kind.PRODUCT)) == 60
    world.clock.sleep(DAY)

    queued = world.poll()

    assert world.problems() == []
    with world.writing_nothing() as spent:
        for work in queued:
            world.look(work)
    assert len(spent.calls) <= 60


def test_new_records_are_no_mass_change(world: RegisterWorld) -> None:
    products = [world.severa.add_product(name=f"Sak {n}", code=f"S{n}") for n in range(60)]

    assert len(world.poll()) == len(products)
    assert world.problems() == []


# What releases it


def many_closed_projects(world: RegisterWorld) -> None:
    """Year end: sixty linked projects close at once, and Fortnox's stay open."""
    owner = world.customer(1)
    projects = [world.severa.add_project(owner, name=f"Bygge {n}", number=5000 + n) for n in range(60)]
    world.quieten()
    world.clock.sleep(3600)
    for project in projects:
        world.in_severa("projects", project, isClosed=True)


def many_inactive_customers(world: RegisterWorld) -> None:
    """Sixty linked customers become inactive in Severa: each needs a person."""
    pairs = [world.pair_of_customers(3000 + n) for n in range(60)]
    world.clock.sleep(3600)
    for customer, _ in pairs:
        world.in_severa("customers", customer, isActive=False)


@pytest.mark.parametrize(
    ("happen", "kind"), [(many_closed_projects, Kind.PROJECT), (many_inactive_customers, Kind.CUSTOMER)]
)
def test_a_load_releases_the_brake_even_when_it_has_nothing_to_do(
    world: RegisterWorld, happen: Callable[[RegisterWorld], None], kind: Kind
) -> None:
    world.set(project_closing="leave_open")
    happen(world)
    newcomer = world.customer(1999, name="Senare AB")
    assert kind not in {work.kind for work in world.poll()}
    assert [reason.code for reason in world.problem(SUBJECT).reasons] == ["mass-change"]
    world.clock.sleep(600)
    assert kind not in {work.kind for work in world.poll()}, "nobody has looked yet"

    assert world.load(kind, create_missing=False).done == {}
    world.clock.sleep(600)
    world.quieten()

    assert world.link(Kind.CUSTOMER, newcomer["guid"]) == "1999"
    assert [each for each in world.problems() if each.subject == SUBJECT] == []


def test_a_load_before_the_brake_does_not_release_it(world: RegisterWorld) -> None:
    many_closed_projects(world)
    world.load(Kind.PROJECT)
    world.clock.sleep(600)
    for project in world.severa.all("projects"):
        world.in_severa("projects", project, isClosed=False, name=f"{project['name']}, igen")
    assert Kind.PROJECT not in {work.kind for work in world.poll()}


def test_completing_many_projects_on_their_day_is_no_mass_change(world: RegisterWorld) -> None:
    world.set(project_closing="complete_after_days", project_closing_days=2, mass_change_share=100)
    many_closed_projects(world)
    world.quieten()
    world.set(mass_change_share=30)
    for _ in range(5):
        world.clock.sleep(DAY)
        world.quieten(rounds=2)
    assert {each["Status"] for each in world.fortnox.projects if each["ProjectNumber"] >= "5000"} == {"COMPLETED"}
    assert world.problems() == []


@pytest.mark.parametrize("main", Main)
def test_a_mass_change_of_what_the_list_does_not_show_stops_too(world: RegisterWorld, main: Main) -> None:
    world.set(customer_main=main)
    pairs = [world.pair_of_customers(3000 + n) for n in range(60)]
    world.clock.sleep(DAY)
    world.poll_and_look()
    for _, card in pairs:
        world.in_fortnox(Kind.CUSTOMER, card["CustomerNumber"], VATNumber="SE000000000001", Comments="importfel")
    world.clock.sleep(DAY)
    assert Kind.CUSTOMER not in {work.kind for work in world.poll()}
    assert [reason.code for reason in world.problem(SUBJECT).reasons] == ["mass-change"]


def test_a_brake_takes_no_new_customer_from_the_poll(world: RegisterWorld) -> None:
    prospect = world.severa.add_customer(name="Kanske AB", number=1001)
    pairs = [world.pair_of_customers(3000 + n) for n in range(60)]
    world.quieten()
    world.clock.sleep(3600)
    world.severa.add_project(prospect, name="Uppdrag", number=9)
    for customer, _ in pairs:
        world.in_severa("customers", customer, email="ny@kund.example")
    assert Kind.CUSTOMER not in {work.kind for work in world.poll()}
    world.set(mass_change_share=100)
    world.clock.sleep(600)
    world.quieten()
    assert world.link(Kind.CUSTOMER, prospect["guid"]) == "1001"
