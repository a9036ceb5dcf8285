"""A record is made in the other system once, in both directions, whatever is lost or dies on the way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from sandbox.registers.sides import Sides
from sandbox.severa import Readings
from sandbox.simulator import FaultKind
from severa_fortnox.errors import System
from severa_fortnox.flows.outcome import Reaction
from severa_fortnox.store.log import Outcome
from severa_fortnox.work import Cause, Kind
from tests.component.company import ready_invoice
from tests.component.flows.registers.companies import DAY, Maker, RegisterWorld, causes
from tests.component.world import LOSSES, Killed


@dataclass(frozen=True)
class Creation:
    """A record that is in one system and is to be made in the other.

    Args:
        seed: puts it there; answers its id.
        posts: the calls that make it and what belongs to it, as paths.
    """

    name: str
    kind: Kind
    source: System
    seed: Callable[[RegisterWorld], str]
    posts: tuple[str, ...]


def customer_in_severa(world: RegisterWorld) -> str:
    customer = world.customer(
        email="faktura@bjork.example", notes="R&D, 50 % rabatt", address={"visit": True, "phone": "08-1"}
    )
    world.severa.add_address(customer, addressline="Lagret 4", postal=True)
    return str(customer["guid"])


def customer_in_fortnox(world: RegisterWorld) -> str:
    """With three addresses, which are three more calls."""
    world.fortnox.add_customer(
        CustomerNumber="1001",
        Name="Öresund Logistik AB",
        OrganisationNumber="556712-3450",
        Email="faktura@oresund.example",
        Phone1="040-1",
        Comments="Ring innan 16.",
        TermsOfPayment="10",
        Address1="Skeppsbron 1",
        ZipCode="211 20",
        City="Malmö",
        CountryCode="SE",
        VisitingAddress="Hamngatan 2",
        VisitingCity="Malmö",
        DeliveryAddress1="Lager 3",
        DeliveryCity="Lund",
    )
    return "1001"


def product_in_severa(world: RegisterWorld) -> str:
    return str(world.severa.add_product(name="Licens", code="LIC", unit="st")["guid"])


def article_in_fortnox(world: RegisterWorld) -> str:
    world.fortnox.add_article(ArticleNumber="LIC", Description="Licens", Type="SERVICE", Unit="st", VAT=25)
    return "LIC"


def work_type_wanted(world: RegisterWorld) -> str:
    world.set(article_register="worktypes")
    return article_in_fortnox(world)


def project_in_severa(world: RegisterWorld) -> str:
    owner = world.severa.add_customer(name="Vi själva AB", number=1, isInternal=True)
    return str(world.severa.add_project(owner, name="Webbplats", number=501)["guid"])


V1 = "/rest-api/v1"
CREATIONS = [
    Creation("customer to Fortnox", Kind.CUSTOMER, System.SEVERA, customer_in_severa, ("/3/customers",)),
    Creation("product to Fortnox", Kind.PRODUCT, System.SEVERA, product_in_severa, ("/3/articles",)),
    Creation("project to Fortnox", Kind.PROJECT, System.SEVERA, project_in_severa, ("/3/projects",)),
    Creation(
        "customer to Severa",
        Kind.CUSTOMER,
        System.FORTNOX,
        customer_in_fortnox,
        (f"{V1}/customers", f"{V1}/customers/[^/]+/addresses"),
    ),
    Creation("article to Severa's products", Kind.PRODUCT, System.FORTNOX, article_in_fortnox, (f"{V1}/products",)),
    Creation("article to Severa's work types", Kind.PRODUCT, System.FORTNOX, work_type_wanted, (f"{V1}/worktypes",)),
]
TO_SEVERA = [each for each in CREATIONS if each.source is System.FORTNOX]
EACH = pytest.mark.parametrize("creation", CREATIONS, ids=lambda creation: creation.name)
LOST = pytest.mark.parametrize(
    ("creation", "post"),
    [(creation, post) for creation in CREATIONS for post in creation.posts],
    ids=[f"{creation.name}, {post.rpartition('/')[2]}" for creation in CREATIONS for post in creation.posts],
)


def begun(company: Maker, **arguments: Any) -> RegisterWorld:
    """The first poll has caught up with Fortnox for today."""
    world = company(**arguments)
    world.poll()
    world.clock.sleep(60)
    return world


def others(creation: Creation, world: RegisterWorld) -> Any:
    """The record's own side, which nothing may change."""
    return world.everything()[creation.source]


def assert_made_once(world: RegisterWorld, creation: Creation, id: str, before: Any) -> None:
    """One record on each side, linked, equal in everything that follows, said once, with nothing left over."""
    register = world.register(creation.kind)
    guids, numbers = world.severa_ids(creation.kind), [str(each[register.key]) for each in register]
    if creation.kind is Kind.CUSTOMER:
        guids = [guid for guid in guids if not world.severa.records["customers"][guid]["isInternal"]]
    if creation.kind is Kind.PROJECT:
        numbers = [number for number in numbers if number == "501"]
    assert (len(guids), len(numbers)) == (1, 1), f"{len(guids)} in Severa, {len(numbers)} in Fortnox"
    assert world.links(creation.kind) == {(guids[0], numbers[0])}
    sides = Sides(world.severa, world.fortnox)
    differing = sides.disagreeing(creation.kind, guids[0], numbers[0])
    assert differing == {}, differing
    created = [entry for entry in world.entries() if entry.outcome is Outcome.CREATED and entry.kind is creation.kind]
    assert len(created) == 1, f"{len(created)} times in the log"
    assert created[0].id == guids[0] and created[0].foreign_id == numbers[0]
    problem = world.store().problems.get(world.id, f"{creation.kind}#{id}")
    assert problem is None, f"a problem is left: {causes(problem)}"
    left = list(world.store().transfers.unfinished(world.id, float("inf")))
    assert left == [], "a transfer is left"
    if creation.kind is Kind.CUSTOMER and creation.source is System.FORTNOX:
        assert len(world.severa.records["addresses"]) == 3, "an address is there twice, or missing"
    assert others(creation, world) == before, "the record it was made of was changed"


@EACH
@pytest.mark.parametrize("accepted", [False, True], ids=["a number once", "a number twice"])
def test_a_new_record_is_made_in_the_other_system_once(company: Maker, creation: Creation, accepted: bool) -> None:
    world = begun(company, severa=Readings(duplicate_numbers_refused=not accepted))
    id = creation.seed(world)
    before = others(creation, world)

    assert world.look_at(creation.kind, id, creation.source) is Outcome.CREATED
    assert_made_once(world, creation, id, before)

    for _ in range(2):
        world.look_at(creation.kind, id, creation.source)
        world.look_at(creation.kind, id, creation.source, Cause.PERSON)
    assert_made_once(world, creation, id, before)


@pytest.mark.parametrize(
    ("creation", "post", "accepted"),
    [
        (creation, post, accepted)
        for creation in CREATIONS
        for post in creation.posts
        for accepted in ((False, True) if creation.kind is Kind.CUSTOMER and creation in TO_SEVERA else (False,))
    ],
    ids=lambda value: (
        {False: "a number once", True: "a number twice"}.get(value, getattr(value, "name", value))
        if isinstance(value, bool | Creation)
        else value.rpartition("/")[2]
    ),
)
@pytest.mark.parametrize("loss", LOSSES)
def test_a_lost_answer_makes_no_second_one(
    company: Maker, creation: Creation, post: str, loss: FaultKind, accepted: bool
) -> None:
    world = begun(company, severa=Readings(duplicate_numbers_refused=not accepted))
    id = creation.seed(world)
    before = others(creation, world)
    vendor = world.fortnox_calls if creation.source is System.SEVERA else world.severa_calls
    vendor.faults.arm(loss, method="POST", path=post)

    assert world.look_at(creation.kind, id, creation.source) in {Reaction.DONE, Reaction.AGAIN}
    assert not vendor.faults.armed, "the answer was never lost"
    world.settle()

    assert_made_once(world, creation, id, before)


@LOST
def test_every_answer_lost_in_turn_makes_no_second_one(company: Maker, creation: Creation, post: str) -> None:
    world = begun(company)
    id = creation.seed(world)
    before = others(creation, world)
    vendor = world.fortnox_calls if creation.source is System.SEVERA else world.severa_calls
    vendor.faults.arm(FaultKind.DROP_BEFORE_APPLY, method="POST", path=post)
    vendor.faults.arm(FaultKind.DROP_AFTER_APPLY, method="POST", path=post)

    world.look_at(creation.kind, id, creation.source)
    world.settle(rounds=24, minutes=10)

    assert_made_once(world, creation, id, before)


@pytest.mark.parametrize("creation", [each for each in CREATIONS if each.source is System.SEVERA], ids=lambda c: c.name)
def test_a_search_that_shows_new_records_late_makes_no_second_one(company: Maker, creation: Creation) -> None:
    world = begun(company)
    world.fortnox.switches.search_delay = 100.0
    id = creation.seed(world)
    before = others(creation, world)
    world.fortnox_calls.faults.arm(FaultKind.DROP_AFTER_APPLY, method="POST", path=creation.posts[0])
    world.look_at(creation.kind, id, creation.source)

    for _ in range(12):
        world.clock.sleep(10)
        world.look_at(creation.kind, id, creation.source, Cause.PERSON)
    world.settle()

    assert_made_once(world, creation, id, before)
    assert len(world.fortnox_calls.journal.matching("POST", creation.posts[0])) == 1


def points_of(company: Maker, creation: Creation) -> list[str]:
    world = begun(company)
    id = creation.seed(world)
    world.points.reached.clear()
    world.look_at(creation.kind, id, creation.source)
    return world.points.reached


def moments(names: list[str]) -> list[int]:
    """The points to die at: after one and before the next is the same moment, so each moment is taken once."""
    return [number for number, name in enumerate(names) if name.startswith("before") or number == len(names) - 1]


def killed_at(number: int, company: Maker, creation: Creation) -> tuple[RegisterWorld, str, Any]:
    """A company in which a worker died at that point; the record, and its own side as it was before."""
    world = begun(company)
    id = creation.seed(world)
    before = others(creation, world)
    world.points.reached.clear()
    world.points.kill_at = number
    with pytest.raises(Killed):
        world.look_at(creation.kind, id, creation.source)
    world.points.kill_at = None
    return world, id, before


@EACH
@pytest.mark.parametrize("delivered_again", [True, False], ids=["delivered again", "never delivered again"])
def test_killed_at_every_point_it_resumes_to_exactly_one(
    company: Maker, creation: Creation, delivered_again: bool
) -> None:
    names = points_of(company, creation)
    assert len(names) > 15, "the points are not watched"
    broken = []
    for number in moments(names):
        name = names[number]
        world, id, before = killed_at(number, company, creation)
        if delivered_again:
            world.clock.sleep(200)
            world.look_at(creation.kind, id, creation.source)
        elif creation.source is System.FORTNOX:
            # Before anything was written down only the daily catch-up finds it again.
            world.settle(rounds=3)
            world.clock.sleep(DAY)
        world.settle()
        try:
            assert_made_once(world, creation, id, before)
        except AssertionError as error:
            broken.append(f"{number} {name}: {error}")
    assert broken == []


def test_killed_between_the_customer_and_its_addresses_no_address_is_lost_in_either_system(company: Maker) -> None:
    """Until Severa has the addresses, its empty ones must not empty Fortnox's, whoever looks at it."""
    creation = next(each for each in CREATIONS if each.name == "customer to Severa")
    names = points_of(company, creation)
    first = names.index(f"after severa POST {V1}/customers")
    broken = []
    for number in moments(names):
        if number < first:
            continue
        world, _, before = killed_at(number, company, creation)
        # Severa is the main system; its poll comes before anybody goes on with the creation.
        world.clock.sleep(200)
        (guid,) = world.severa_ids(Kind.CUSTOMER)
        world.look_at(Kind.CUSTOMER, guid)
        world.look_at(Kind.CUSTOMER, guid, cause=Cause.PERSON)
        if others(creation, world) != before:
            broken.append(f"{number} {names[number]}: Fortnox was emptied")
        world.settle()
        try:
            assert_made_once(world, creation, id, before)
        except AssertionError as error:
            broken.append(f"{number} {names[number]}: {error}")
    assert broken == []


# Somebody else is faster


@pytest.mark.parametrize("accepted", [False, True], ids=["a number once", "a number twice"])
def test_a_number_taken_by_another_customer_meanwhile_is_not_taken_for_ours(company: Maker, accepted: bool) -> None:
    world = begun(company, severa=Readings(duplicate_numbers_refused=not accepted))
    customer_in_fortnox(world)
    # After our look at Severa somebody gives the number to another company.
    world.severa_calls.meanwhile.arm(lambda: world.customer(name="Helt Annan", number=1001), path=f"{V1}/customers")

    world.look_at(Kind.CUSTOMER, "1001", System.FORTNOX)
    world.settle()
    world.clock.sleep(DAY)
    world.settle()

    strangers = world.severa.all("customers", name="Helt Annan")
    assert len(strangers) == 1
    assert world.link(Kind.CUSTOMER, strangers[0]["guid"]) is None
    if accepted:
        assert len(world.severa.all("customers", number=1001)) <= 2
    else:
        assert len(world.severa.all("customers", number=1001)) == 1
        assert [problem for problem in world.problems() if "1001" in causes(problem)]


def test_the_same_customer_made_in_both_systems_at_once_is_linked(company: Maker) -> None:
    world = begun(company)
    customer = world.customer(name="Öresund Logistik AB", kvkNumber="556712-3450")
    customer_in_fortnox(world)

    world.look_at(Kind.CUSTOMER, "1001", System.FORTNOX)
    world.look_at(Kind.CUSTOMER, customer["guid"])
    world.settle()

    assert world.links(Kind.CUSTOMER) == {(customer["guid"], "1001")}
    assert len(world.severa.all("customers", number=1001)) == 1


def test_an_invoice_and_the_register_that_create_one_customer_make_one(company: Maker) -> None:
    """The answer to the invoice's creation of the customer is lost, and the register looks at it before the sweeper."""
    world = begun(company)
    customer = world.customer()
    world.fortnox_calls.faults.arm(FaultKind.DROP_AFTER_APPLY, method="POST", path="/3/customers")
    invoice = ready_invoice(world, customer=customer)
    world.run(invoice["guid"])
    world.look_at(Kind.CUSTOMER, customer["guid"])
    world.settle()

    assert len(list(world.fortnox.customers)) == 1
    assert world.links(Kind.CUSTOMER) == {(customer["guid"], "1001")}
    assert world.status(invoice) == "Transferred"


@pytest.mark.parametrize("creation", TO_SEVERA, ids=lambda creation: creation.name)
def test_a_record_deleted_in_fortnox_after_its_creation_was_begun_comes_to_an_end(
    company: Maker, creation: Creation
) -> None:
    """The answer was lost, and before anybody searches the record it was made of is gone."""
    world = begun(company)
    id = creation.seed(world)
    world.severa_calls.faults.arm(FaultKind.DROP_AFTER_APPLY, method="POST", path=creation.posts[0])
    world.look_at(creation.kind, id, creation.source)
    world.register(creation.kind).remove(id)

    world.settle()

    assert list(world.store().transfers.unfinished(world.id, float("inf"))) == []
    assert len(world.severa_ids(creation.kind)) == 1, "nothing is deleted for it"


@pytest.mark.parametrize("creation", CREATIONS, ids=lambda creation: creation.name)
def test_a_load_that_dies_anywhere_is_finished_by_the_next(company: Maker, creation: Creation) -> None:
    def seeded() -> tuple[RegisterWorld, str]:
        world = begun(company)
        return world, creation.seed(world)

    world, _ = seeded()
    world.points.reached.clear()
    world.load(creation.kind)
    names = world.points.reached
    broken = []
    for number in moments(names):
        name = names[number]
        world, id = seeded()
        before = others(creation, world)
        world.points.reached.clear()
        world.points.kill_at = number
        with pytest.raises(Killed):
            world.load(creation.kind)
        world.points.kill_at = None
        world.clock.sleep(400)
        world.load(creation.kind)
        try:
            assert_made_once(world, creation, id, before)
        except AssertionError as error:
            broken.append(f"{number} {name}: {error}")
    assert broken == []
