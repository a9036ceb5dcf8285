"""Looks at a linked record that are cut off, overtaken by another, or come after a person has mended something."""

from __future__ import annotations

import pytest

from sandbox.simulator import FaultKind
from severa_fortnox.errors import System
from severa_fortnox.flows import outcome
from severa_fortnox.flows.polls import sweep
from severa_fortnox.settings import Main
from severa_fortnox.store.log import Outcome
from severa_fortnox.work import Cause, Kind, Work
from tests.component.flows.registers.companies import DAY, RegisterWorld, card
from tests.component.world import Killed

pytestmark = pytest.mark.usefixtures("polled")


@pytest.mark.parametrize("main", Main)
def test_what_was_overwritten_stands_in_the_log_though_the_worker_died_right_after(
    world: RegisterWorld, main: Main
) -> None:
    world.set(customer_main=main)
    customer, _ = world.pair_of_customers(1001, email="ny@kund.example")

    def die() -> None:
        raise Killed

    if main is Main.SEVERA:
        world.in_fortnox(Kind.CUSTOMER, "1001", Email="handskriven@kund.example")
        world.fortnox_calls.meanwhile.arm(die, method="PUT", path="/3/customers/1001")
    else:
        world.in_severa("customers", customer, email="handskriven@kund.example")
        world.severa_calls.meanwhile.arm(die, method="PATCH", path=".*/customers/[^/]+")
    with pytest.raises(Killed):
        world.look_at(Kind.CUSTOMER, customer["guid"])
    world.clock.sleep(DAY)
    world.quieten()

    assert customer["email"] == world.fortnox.customers["1001"]["Email"] == "ny@kund.example"
    told = [entry.text for entry in world.entries() if "handskriven@kund.example" in entry.text]
    assert len(told) == 1 and "is being changed" in told[0]


def test_a_change_that_was_made_has_one_line(world: RegisterWorld) -> None:
    customer, _ = world.pair_of_customers(1001)
    world.in_severa("customers", customer, email="ny@kund.example")
    world.look_at(Kind.CUSTOMER, customer["guid"])
    told = [entry.text for entry in world.entries() if "ny@kund.example" in entry.text]
    assert len(told) == 1 and "was changed" in told[0]


def test_a_card_is_read_when_nobody_else_can_be_at_it(world: RegisterWorld) -> None:
    """Read before, it might be written back over what another worker has brought over meanwhile."""
    world.set(customer_main=Main.FORTNOX)
    customer, _ = world.pair_of_customers(1001, email="gammal@kund.example")
    world.quieten()
    world.in_fortnox(Kind.CUSTOMER, "1001", Comments="hej")
    seen: list[object] = []

    def another() -> None:
        world.in_fortnox(Kind.CUSTOMER, "1001", Email="nyast@kund.example")
        seen.append(world.look_at(Kind.CUSTOMER, customer["guid"]))

    world.fortnox_calls.meanwhile.arm(another, path="/3/customers/1001")
    world.look_at(Kind.CUSTOMER, "1001", System.FORTNOX)
    assert seen == ["again"]
    world.look_at(Kind.CUSTOMER, customer["guid"])

    assert customer["email"] == "nyast@kund.example"
    back = [entry.text for entry in world.entries() if "became “gammal@kund.example”" in entry.text]
    assert back == []


@pytest.mark.parametrize("kind", [Kind.CUSTOMER, Kind.PRODUCT])
def test_what_a_person_sets_back_closes_its_problem_at_once(world: RegisterWorld, kind: Kind) -> None:
    """It is then what it was when the two last agreed, and is looked at all the same."""
    number = "1001" if kind is Kind.CUSTOMER else "DEV"
    world.pair_of_customers(1001) if kind is Kind.CUSTOMER else world.pair_of_products("DEV")
    world.in_fortnox(kind, number, Active=False)
    world.look_at(kind, number, System.FORTNOX)
    assert len(world.problems()) == 1
    world.clock.sleep(60)
    world.in_fortnox(kind, number, Active=True)

    world.look_at(kind, number, System.FORTNOX)

    assert world.problems() == []


def test_a_problem_of_the_card_alone_ends_when_the_two_are_linked(world: RegisterWorld) -> None:
    """It stands under the card's number; Severa's record had one of its own."""
    customer = world.customer(1001, kvkNumber="556677-8899")
    card(world, 2001, OrganisationNumber="556677-8899")
    world.look_at(Kind.CUSTOMER, customer["guid"])
    world.look_at(Kind.CUSTOMER, "2001", System.FORTNOX)
    assert len(world.problems()) == 2

    world.in_severa("customers", customer, number=2001)
    world.look_at(Kind.CUSTOMER, customer["guid"])

    assert world.link(Kind.CUSTOMER, customer["guid"]) == "2001"
    assert world.problems() == []


def test_a_change_that_is_refused_does_not_stand_in_the_log_as_made(world: RegisterWorld) -> None:
    customer, _ = world.pair_of_customers(1001)
    world.in_severa("customers", customer, email="ny@kund.example")
    world.fortnox_calls.faults.arm(FaultKind.SERVER_ERROR, method="PUT", path="/3/customers/1001", times=3)
    world.fortnox.switches.unlicensed = frozenset({"customer"})
    for _ in range(3):
        world.look_at(Kind.CUSTOMER, customer["guid"])
    world.fortnox.switches.unlicensed = frozenset()
    for _ in range(3):
        world.look_at(Kind.CUSTOMER, customer["guid"])
    told = [entry for entry in world.entries() if "ny@kund.example" in entry.text]
    assert told and {entry.outcome for entry in told} == {Outcome.FAILED}
    assert all("was not, or only in part, changed" in entry.text for entry in told)

    world.look_at(Kind.CUSTOMER, customer["guid"])

    made = [entry.text for entry in world.entries() if entry.outcome is Outcome.UPDATED]
    assert len(made) == 1 and "was changed in Fortnox" in made[0]


def test_what_went_wrong_with_a_card_is_looked_at_again_in_fortnox(world: RegisterWorld) -> None:
    """The problem knows whose record it is about, though nobody could read it."""
    card(world, 1002, OrganisationNumber="556677-8899")
    work = Work(world.id, Kind.CUSTOMER, "1002", Cause.POLL, System.FORTNOX)
    outcome.react(world.session(), work, ValueError("a bug"))
    assert len(world.problems()) == 1

    world.clock.sleep(DAY + 60)
    queue = world.queue()
    sweep(world.session(), queue)

    assert [(each.id, each.system) for each in queue.waiting] == [("1002", System.FORTNOX)]
