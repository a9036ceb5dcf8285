"""Too many changes at once: they stop until a person has looked, and nothing is lost meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from sandbox.simulator import FaultKind
from severa_fortnox.decisions import brake
from severa_fortnox.decisions.decision import Create, Update
from severa_fortnox.errors import IntegrationError, System
from severa_fortnox.flows.load import apply
from severa_fortnox.flows.register_brake import REGISTERS, subject
from severa_fortnox.flows.register_polls import poll_registers
from severa_fortnox.flows.watermarks import in_fortnox
from severa_fortnox.settings import Main
from severa_fortnox.store.links import Link
from severa_fortnox.store.log import Outcome
from severa_fortnox.work import Kind, Work
from tests.component.flows.registers.companies import DAY, RegisterWorld, ids, watermark

pytestmark = pytest.mark.usefixtures("polled")

#: How many are too many here; fifty would only take longer.
MANY = 6


@pytest.fixture(autouse=True)
def few_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fewer changes than usual may be too many."""
    monkeypatch.setattr(brake, "FEWEST", MANY - 2)


def many_products(world: RegisterWorld, count: int = MANY) -> list[dict[str, Any]]:
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
    assert problem.subject == subject(Kind.PRODUCT)
    (reason,) = problem.reasons
    assert reason.code == "mass-change" and reason.values["changes"] == str(MANY)
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
    before = watermark(world, in_fortnox(Kind.PRODUCT))

    assert world.poll() == []

    assert watermark(world, in_fortnox(Kind.PRODUCT)) == before
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
    for n in range(MANY):
        world.severa.add_product(name=f"Sak {n}", code=f"S{n}")
    world.load(Kind.PRODUCT, create_missing=True)
    assert len(world.links(Kind.PRODUCT)) == MANY
    world.clock.sleep(DAY)

    queued = world.poll()

    assert world.problems() == []
    with world.writing_nothing() as spent:
        for work in queued:
            world.look(work)
    assert len(spent.calls) <= MANY


def test_new_records_are_no_mass_change(world: RegisterWorld) -> None:
    products = [world.severa.add_product(name=f"Sak {n}", code=f"S{n}") for n in range(MANY)]

    assert len(world.poll()) == len(products)
    assert world.problems() == []


# What releases it


def many_closed_projects(world: RegisterWorld) -> None:
    """Year end: sany linked projects close at once, and Fortnox's stay open."""
    owner = world.customer(1)
    projects = [world.severa.add_project(owner, name=f"Bygge {n}", number=5000 + n) for n in range(MANY)]
    world.quieten()
    world.clock.sleep(3600)
    for project in projects:
        world.in_severa("projects", project, isClosed=True)


def many_inactive_customers(world: RegisterWorld) -> None:
    """Sany linked customers become inactive in Severa: each needs a person."""
    pairs = [world.pair_of_customers(3000 + n) for n in range(MANY)]
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
    assert kind not in {work.kind for work in world.poll_and_look()}
    assert [reason.code for reason in world.problem(subject(kind)).reasons] == ["mass-change"]
    world.clock.sleep(600)
    assert kind not in {work.kind for work in world.poll_and_look()}, "nobody has looked yet"

    assert world.load(kind, create_missing=False).done == {}
    world.clock.sleep(600)
    world.quieten()

    assert world.link(Kind.CUSTOMER, newcomer["guid"]) == "1999"
    assert [each for each in world.problems() if each.subject == subject(kind)] == []


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


def changed_cards(world: RegisterWorld, main: Main = Main.FORTNOX) -> None:
    """An import went wrong in Fortnox, in fields that its list does not show."""
    world.set(customer_main=main)
    pairs = [world.pair_of_customers(3000 + n) for n in range(MANY)]
    world.clock.sleep(DAY)
    world.poll_and_look()
    for _, card in pairs:
        world.in_fortnox(Kind.CUSTOMER, card["CustomerNumber"], VATNumber="SE000000000001", Comments="importfel")
    world.clock.sleep(DAY)
    assert Kind.CUSTOMER not in {work.kind for work in world.poll()}


def test_a_load_shows_what_is_held_though_the_list_does_not(world: RegisterWorld) -> None:
    changed_cards(world)
    comparison = world.compare(Kind.CUSTOMER, create_missing=None)
    assert len(comparison.of(Update)) == MANY
    assert [reason.code for reason in comparison.brake] == ["mass-change"]


def test_a_load_that_leaves_changes_out_releases_nothing(world: RegisterWorld) -> None:
    changed_cards(world)
    comparison = world.compare(Kind.CUSTOMER, create_missing=None)
    apply(world.session(), comparison, chosen=comparison.of(Create), who="Åsa", at_once=1, sleep=world.clock.sleep)
    world.clock.sleep(600)
    with world.writing_nothing():
        assert Kind.CUSTOMER not in {work.kind for work in world.poll_and_look()}
    world.load(Kind.CUSTOMER, create_missing=None)
    world.clock.sleep(600)
    world.poll()
    assert world.problems() == []


def test_a_change_after_the_load_counts_anew(world: RegisterWorld) -> None:
    """Customers and products are held; the customers are let through, and change again before the next poll."""
    pairs = [world.pair_of_customers(3000 + n) for n in range(MANY)]
    products = many_products(world)
    world.clock.sleep(3600)
    for customer, _ in pairs:
        world.in_severa("customers", customer, email="ny@kund.example")
    for product in products:
        world.in_severa("products", product, measurementUnit="h")
    world.poll()
    assert {problem.subject for problem in world.problems()} == {subject(Kind.CUSTOMER), subject(Kind.PRODUCT)}
    world.clock.sleep(600)
    world.load(Kind.CUSTOMER, create_missing=None)
    world.clock.sleep(600)
    for customer, _ in pairs:
        world.in_severa("customers", customer, email="fel@kund.example")
    assert Kind.CUSTOMER not in {work.kind for work in world.poll()}


def test_it_is_told_once_however_the_numbers_move(world: RegisterWorld) -> None:
    pairs = [world.pair_of_customers(3000 + n) for n in range(2 * MANY)]
    world.clock.sleep(3600)
    told = len(world.mails)
    for customer, _ in pairs[:-4]:
        world.in_severa("customers", customer, email="ny@kund.example")
    for customer, _ in pairs[-4:]:
        world.poll()
        world.clock.sleep(300)
        world.in_severa("customers", customer, website="kund.example")
    assert len(world.mails) == told + 1
    assert "retry" not in world.mails[-1].body and "ready status" not in world.mails[-1].body


def test_it_is_told_while_fortnox_is_down(world: RegisterWorld) -> None:
    pairs = [world.pair_of_customers(3000 + n) for n in range(MANY)]
    world.clock.sleep(DAY)
    for customer, _ in pairs:
        world.in_severa("customers", customer, email="ny@kund.example")
    world.fortnox_calls.faults.arm(FaultKind.SERVER_ERROR, method="GET", path="/3/.*", times=100)
    for _ in range(3):
        with suppress(IntegrationError):
            world.poll()
        world.clock.sleep(300)
    assert [problem.subject for problem in world.problems()] == [subject(Kind.CUSTOMER)]


def test_what_is_not_held_is_caught_up_with_once_a_day(world: RegisterWorld) -> None:
    changed_cards(world)
    world.fortnox.add_article(ArticleNumber="NY", Description="Ny")
    world.clock.sleep(600)
    for _ in range(3):
        world.clock.sleep(300)
        with world.spending() as spent:
            assert world.poll() == []
        assert {call.path for call in spent.fortnox} == {"/3/customers"}


@pytest.mark.parametrize("main", Main)
def test_a_mass_change_of_what_the_list_does_not_show_stops_too(world: RegisterWorld, main: Main) -> None:
    changed_cards(world, main)
    assert [reason.code for reason in world.problem(subject(Kind.CUSTOMER)).reasons] == ["mass-change"]


def test_a_brake_takes_no_new_customer_from_the_poll(world: RegisterWorld) -> None:
    prospect = world.severa.add_customer(name="Kanske AB", number=1001)
    pairs = [world.pair_of_customers(3000 + n) for n in range(MANY)]
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


# However few are left


RIGHT, WRONG = "st", "h"


def kinds(queued: Iterable[Work]) -> set[Kind]:
    """What kinds are queued."""
    return {work.kind for work in queued}


def import_gone_wrong(world: RegisterWorld) -> list[dict[str, Any]]:
    """Twelve of twenty linked products get a wrong unit in Severa, and the poll holds them; the twelve."""
    products = many_products(world, 20)
    world.set(mass_change_share=100)
    have_unit(world, products, RIGHT)
    world.poll_and_look()
    world.set(mass_change_share=30)
    world.clock.sleep(3600)
    assert world.poll() == []
    have_unit(world, products[:12], WRONG)
    assert world.poll() == []
    assert world.problem(subject(Kind.PRODUCT)).reasons[0].values["changes"] == "12"
    return products[:12]


def have_unit(world: RegisterWorld, products: Iterable[dict[str, Any]], unit: str) -> None:
    """Somebody gives them that unit in Severa."""
    for product in products:
        world.in_severa("products", product, measurementUnit=unit)
    world.clock.sleep(300)


def stays_held(world: RegisterWorld) -> bool:
    """Whether a poll queues no product, nothing is written, and no word is said."""
    told = len(world.mails)
    with world.writing_nothing():
        queued = world.poll_and_look()
    return Kind.PRODUCT not in kinds(queued) and len(world.mails) == told


def test_what_is_mended_one_by_one_releases_none_of_the_others(world: RegisterWorld) -> None:
    wrong = import_gone_wrong(world)
    told, before = len(world.mails), watermark(world)
    for product in wrong[:-1]:
        have_unit(world, [product], RIGHT)
        assert stays_held(world)
    assert watermark(world) == before

    have_unit(world, wrong[-1:], RIGHT)
    with world.writing_nothing() as spent:
        assert world.poll_and_look() == []

    assert spent.fortnox == [], "Fortnox was caught up with today"
    assert world.problems() == [] and len(world.mails) == told + 1
    assert (watermark(world) or "") > (before or "")


def test_what_is_loaded_one_by_one_releases_none_of_the_others(world: RegisterWorld) -> None:
    import_gone_wrong(world)
    for _ in range(3):
        comparison = world.compare(Kind.PRODUCT)
        some = comparison.of(Update)[:3]
        apply(world.session(), comparison, chosen=some, who="Åsa", at_once=1, sleep=world.clock.sleep)
        world.clock.sleep(300)
        assert stays_held(world)

    assert world.load(Kind.PRODUCT).done == {"updated in Fortnox": 3}
    world.clock.sleep(300)
    assert world.poll() == [] and world.problems() == []


def test_what_is_refused_meanwhile_releases_none_of_the_others(world: RegisterWorld) -> None:
    wrong = import_gone_wrong(world)
    for product in wrong[:9]:
        world.in_severa("products", product, measurementUnit="pall")
        assert world.look_at(Kind.PRODUCT, product["guid"]) is Outcome.REFUSED
    world.clock.sleep(60)
    assert stays_held(world)


@pytest.mark.parametrize(("share", "is_released"), [(59, False), (60, True)])
def test_a_share_that_lets_through_what_was_told_of_releases_it(
    world: RegisterWorld, share: int, is_released: bool
) -> None:
    wrong = import_gone_wrong(world)
    have_unit(world, wrong[:7], RIGHT)
    world.set(mass_change_share=share)
    queued = world.poll()
    assert {work.id for work in queued} == ({product["guid"] for product in wrong[7:]} if is_released else set())
    assert (world.problems() == []) is is_released


def test_an_edit_after_the_load_is_an_ordinary_one(world: RegisterWorld) -> None:
    wrong = import_gone_wrong(world)
    world.clock.sleep(300)
    world.load(Kind.PRODUCT)
    world.clock.sleep(60)
    have_unit(world, wrong[:1], RIGHT)
    assert [work.id for work in world.poll()] == [wrong[0]["guid"]]
    assert world.problems() == []


def test_another_import_after_the_load_is_told_anew_and_held_as_the_first_one(world: RegisterWorld) -> None:
    wrong = import_gone_wrong(world)
    told = len(world.mails)
    world.clock.sleep(300)
    world.load(Kind.PRODUCT)
    world.clock.sleep(60)
    have_unit(world, wrong, RIGHT)
    assert world.poll() == []
    assert [mail.subject.partition(":")[0] for mail in world.mails[told:]] == ["Solved", "Not working"]
    have_unit(world, wrong[3:], WRONG)
    assert stays_held(world)


# Whichever system it changes in


def let_through(world: RegisterWorld, kind: Kind) -> None:
    """A person loads each change of a linked record, and nothing new."""
    comparison = world.compare(kind)
    apply(world.session(), comparison, chosen=comparison.of(Update), who="Åsa", at_once=1, sleep=world.clock.sleep)


def test_what_a_load_has_set_back_is_nobodys_new_change(world: RegisterWorld) -> None:
    """The cards say again what they said before, and Fortnox lists them as modified since the load."""
    changed_cards(world, Main.SEVERA)
    let_through(world, Kind.CUSTOMER)
    world.clock.sleep(600)

    world.poll()

    assert world.problems() == []
    assert [mail.subject for mail in world.mails if mail.subject.startswith("Not working")][1:] == []


def test_a_held_project_is_not_completed_on_its_day(world: RegisterWorld) -> None:
    world.set(project_closing="complete_after_days", project_closing_days=1)
    many_closed_projects(world)
    before = watermark(world, in_fortnox(Kind.PROJECT))
    for _ in range(4):
        with world.writing_nothing():
            assert Kind.PROJECT not in kinds(world.poll_and_look())
        world.clock.sleep(DAY)
    assert watermark(world, in_fortnox(Kind.PROJECT)) == before

    world.set(mass_change_share=100)
    world.quieten()
    assert {each["Status"] for each in world.fortnox.projects if each["ProjectNumber"] >= "5000"} == {"COMPLETED"}
    assert world.problems() == []


@pytest.mark.parametrize("main", Main)
def test_what_is_held_because_of_severa_is_not_queued_from_fortnox(world: RegisterWorld, main: Main) -> None:
    world.set(customer_main=main)
    pairs = [world.pair_of_customers(3000 + n) for n in range(MANY)]
    world.clock.sleep(DAY)
    world.poll_and_look()
    world.clock.sleep(3600)
    for customer, _ in pairs:
        world.in_severa("customers", customer, email="fel@kund.example")
    assert Kind.CUSTOMER not in kinds(world.poll())
    before = {kind: watermark(world, in_fortnox(kind)) for kind in (Kind.CUSTOMER, Kind.PRODUCT)}

    world.clock.sleep(DAY)
    world.in_fortnox(Kind.CUSTOMER, "3000", Phone1="031-10 20 30")
    world.fortnox.add_customer(CustomerNumber="77", Name="Ny i Fortnox AB")
    for _ in range(2):
        with world.writing_nothing():
            assert Kind.CUSTOMER not in kinds(world.poll_and_look())
        world.clock.sleep(600)
    assert watermark(world, in_fortnox(Kind.CUSTOMER)) == before[Kind.CUSTOMER]
    assert (watermark(world, in_fortnox(Kind.PRODUCT)) or "") > (before[Kind.PRODUCT] or "")

    let_through(world, Kind.CUSTOMER)
    world.clock.sleep(600)
    assert (Kind.CUSTOMER, System.FORTNOX, "77") in ids(world.poll())
    assert world.problems() == []
    assert (watermark(world, in_fortnox(Kind.CUSTOMER)) or "") > (before[Kind.CUSTOMER] or "")


@pytest.mark.parametrize("main", Main)
def test_what_is_held_because_of_fortnox_is_not_queued_from_severa(world: RegisterWorld, main: Main) -> None:
    changed_cards(world, main)
    before = watermark(world)
    (edited,) = world.severa.all("customers", number=3000)
    world.in_severa("customers", edited, email="ny@kund.example")
    world.customer(1999, name="Senare AB")
    product = world.severa.add_product(name="Licens", code="LIC")
    others = []
    for _ in range(3):
        world.clock.sleep(600)
        queued = world.poll()
        assert Kind.CUSTOMER not in kinds(queued)
        others += [work.id for work in queued if work.system is System.SEVERA]
    assert others.count(product["guid"]) == 1, "the others go on, and are not queued again because one waits"
    assert watermark(world) == before, "what was not queued must be found again"

    let_through(world, Kind.CUSTOMER)
    world.clock.sleep(600)
    found = {work.id for work in world.poll()}
    assert {each["guid"] for each in world.severa.all("customers", number=1999)} <= found
    assert product["guid"] not in found


def test_an_edit_in_severa_keeps_no_kind_held_that_was_mended_in_fortnox(world: RegisterWorld) -> None:
    """The number that was told of was Fortnox's, and there nothing is left of it."""
    pairs = [world.pair_of_products(f"P{number}") for number in range(MANY)]
    world.clock.sleep(DAY)
    world.quieten()
    for _, article in pairs:
        world.in_fortnox(Kind.PRODUCT, article["ArticleNumber"], Unit="km")
    world.clock.sleep(DAY)
    assert Kind.PRODUCT not in kinds(world.poll())
    assert [problem.subject for problem in world.problems()] == [subject(Kind.PRODUCT)]

    edited = pairs[0][0]
    world.in_severa("products", edited, measurementUnit="km")
    for product, article in pairs:
        world.in_fortnox(Kind.PRODUCT, article["ArticleNumber"], Unit=product["measurementUnit"] or "")
    world.in_fortnox(Kind.PRODUCT, "P0", Unit=pairs[1][1]["Unit"])
    world.clock.sleep(600)

    assert (Kind.PRODUCT, System.SEVERA, edited["guid"]) in ids(world.poll())
    assert world.problems() == []


def test_what_is_held_because_of_fortnox_stays_so_while_that_is_down(world: RegisterWorld) -> None:
    changed_cards(world)
    newcomer, before = world.customer(1999, name="Senare AB"), watermark(world)
    let_through(world, Kind.CUSTOMER)
    world.clock.sleep(600)
    world.fortnox_calls.faults.arm(FaultKind.SERVER_ERROR, method="GET", path="/3/.*", times=100)
    queue = world.queue()
    with pytest.raises(IntegrationError):
        poll_registers(world.session(), queue)
    assert kinds(queue.waiting) == {Kind.PROJECT}, "what Severa has of the others waits for no Fortnox"
    assert [problem.subject for problem in world.problems()] == [subject(Kind.CUSTOMER)]
    assert watermark(world) == before

    world.fortnox_calls.faults.armed.clear()
    world.clock.sleep(600)
    assert (Kind.CUSTOMER, System.SEVERA, newcomer["guid"]) in ids(world.poll())
    assert world.problems() == []
    assert (watermark(world) or "") > (before or "")


def test_a_register_nobody_may_read_keeps_no_other_one_held(world: RegisterWorld) -> None:
    wrong = import_gone_wrong(world)
    world.clock.sleep(DAY)
    world.set(mass_change_share=100)
    world.fortnox.switches = replace(world.fortnox.switches, unlicensed=frozenset({"customer"}))
    assert {work.id for work in world.poll(guarded=True)} >= {product["guid"] for product in wrong}
    assert [problem.subject for problem in world.problems()] == [REGISTERS]
