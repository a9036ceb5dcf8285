"""A creation is lost on its way, and meanwhile another company gets the very number: it is not taken for ours."""

from __future__ import annotations

import pytest

from sandbox.simulator import FaultKind
from severa_fortnox.errors import System
from severa_fortnox.settings import Main
from severa_fortnox.work import Kind
from tests.component.flows.registers.companies import RegisterWorld, card, causes

pytestmark = pytest.mark.usefixtures("polled")

LOST = [FaultKind.SERVER_ERROR, FaultKind.DROP_BEFORE_APPLY]


@pytest.mark.parametrize("fault", LOST)
def test_a_stranger_in_fortnox_is_neither_linked_nor_overwritten(world: RegisterWorld, fault: FaultKind) -> None:
    customer = world.customer(1001, name="Björk & Åström AB", kvkNumber="556677-8899")
    world.fortnox_calls.faults.arm(fault, method="POST", path="/3/customers")
    world.look_at(Kind.CUSTOMER, customer["guid"])
    stranger = card(world, 1001, Name="Helt Annan HB", OrganisationNumber="556000-4615", Address1="Annangatan 9")
    before = dict(stranger)

    world.quieten(rounds=20)

    assert dict(stranger) == before
    assert world.link(Kind.CUSTOMER, customer["guid"]) is None
    problem = world.problem(f"customer#{customer['guid']}")
    assert "556000-4615" in causes(problem)
    transfer = world.store().transfers.get(world.id, Kind.CUSTOMER, customer["guid"])
    assert transfer is not None and not transfer.is_open, "it is looked for though nothing can be there"


@pytest.mark.parametrize("fault", LOST)
def test_a_stranger_in_severa_is_not_linked(world: RegisterWorld, fault: FaultKind) -> None:
    world.set(customer_main=Main.FORTNOX)
    theirs = card(world, 1001, OrganisationNumber="556677-8899", Email="faktura@bjork.example")
    world.severa_calls.faults.arm(fault, method="POST", path=".*/customers")
    world.look_at(Kind.CUSTOMER, "1001", System.FORTNOX)
    stranger = world.severa.add_customer(name="Helt Annan HB", number=1001, kvkNumber="556000-4615")
    before, cards = dict(stranger), dict(theirs)

    world.quieten(rounds=20)

    assert (dict(stranger), dict(theirs)) == (before, cards)
    assert world.links(Kind.CUSTOMER) == set()
    assert len(world.problems()) == 1


def test_what_was_made_and_renamed_since_is_still_ours(world: RegisterWorld) -> None:
    customer = world.customer(1001, name="Björk & Åström AB", kvkNumber="556677-8899")
    world.fortnox_calls.faults.arm(FaultKind.DROP_AFTER_APPLY, method="POST", path="/3/customers")
    world.look_at(Kind.CUSTOMER, customer["guid"])
    world.in_severa("customers", customer, name="Björk Bygg AB", isActive=False)

    world.quieten(rounds=20)

    assert world.link(Kind.CUSTOMER, customer["guid"]) == "1001"
