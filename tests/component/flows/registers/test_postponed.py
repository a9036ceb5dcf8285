"""A change that is found while a system does not let us in, or does not answer for long, is made when it does again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from severa_fortnox.errors import Retryable, System
from severa_fortnox.flows import outcome
from severa_fortnox.flows.polls import sweep
from severa_fortnox.flows.register_brake import hold, release
from severa_fortnox.flows.watermarks import IN_SEVERA
from severa_fortnox.reason import Reason
from severa_fortnox.work import Cause, Kind, Work
from tests.component.company import ready_invoice
from tests.component.flows.registers.companies import DAY, RegisterWorld

pytestmark = pytest.mark.usefixtures("polled")


def changed(world: RegisterWorld, *numbers: int) -> list[Any]:
    """Linked customers whose e-mail address somebody has changed in Severa just now."""
    customers = [world.pair_of_customers(number)[0] for number in numbers]
    world.settle(rounds=2)
    for customer in customers:
        world.in_severa("customers", customer, email="ny@kund.example")
    return customers


def emails(world: RegisterWorld) -> set[str | None]:
    return {each.get("Email") for each in world.fortnox.customers}


def pass_hours(world: RegisterWorld, hours: float) -> None:
    for _ in range(int(hours * 12)):
        world.clock.sleep(300)
        world.round()


def test_what_changed_without_a_licence_follows_when_there_is_one(world: RegisterWorld) -> None:
    changed(world, 1001, 1002, 1003)
    world.fortnox.switches.unlicensed = frozenset({"customer"})
    pass_hours(world, 3)
    assert emails(world).isdisjoint({"ny@kund.example"})
    assert [mail.subject for mail in world.mails] == ["Not working: the customers of Acme"]

    world.fortnox.switches.unlicensed = frozenset()
    pass_hours(world, 7)

    assert emails(world) == {"ny@kund.example"}
    assert [mail.subject for mail in world.mails] == [
        "Not working: the customers of Acme",
        "Solved: the customers of Acme",
    ]
    assert world.store().postponed.due(world.id) == []


def test_while_the_obstacle_stands_one_record_finds_out_and_the_others_are_spared(world: RegisterWorld) -> None:
    changed(world, 1001, 1002, 1003, 1004, 1005)
    world.fortnox.switches.unlicensed = frozenset({"customer"})
    pass_hours(world, 1)

    with world.spending() as spent:
        pass_hours(world, 7)

    tries = [call for call in spent.fortnox if call.path.startswith("/3/customers/")]
    assert 1 <= len(tries) <= 4


def test_what_the_queue_gave_up_in_an_outage_is_looked_at_when_it_is_over(world: RegisterWorld) -> None:
    [customer] = changed(world, 1001)
    down = Retryable("no answer", system=System.FORTNOX, operation="GET /3/customers", reference="1001")
    outcome.gave_up(world.session(), Work(world.id, Kind.CUSTOMER, customer["guid"], Cause.POLL), down)
    world.store().watermarks.advance(world.id, IN_SEVERA, (world.now() + timedelta(minutes=10)).isoformat())

    pass_hours(world, 2)

    assert emails(world) == {"ny@kund.example"}
    assert world.problems() == []


@pytest.mark.parametrize("is_lost", [False, True])
def test_a_postponed_record_is_queued_once_and_once_more_when_its_message_was_lost(
    world: RegisterWorld, is_lost: bool
) -> None:
    [customer] = changed(world, 1001)
    work = Work(world.id, Kind.CUSTOMER, customer["guid"], Cause.SWEEPER)
    world.store().postponed.put(work, "connection#fortnox")

    def swept() -> list[Work]:
        queue = world.queue()
        sweep(world.session(), queue)
        return queue.waiting

    assert swept() == [work]
    world.clock.sleep(300)
    assert swept() == []
    if not is_lost:
        world.look(work)
    world.clock.sleep(3600)
    assert swept() == ([work] if is_lost else [])


def test_a_right_that_only_customers_need_keeps_no_invoice_waiting_and_none_lets_it_go(world: RegisterWorld) -> None:
    """The invoice is of a customer who is linked already, so that it needs no right to customers."""
    changed(world, 1001, 1002)
    world.fortnox.switches.unlicensed = frozenset({"customer"})
    pass_hours(world, 1)
    payer = world.severa.all("customers", number=1001)[0]
    for _ in range(3):
        ready_invoice(world, customer=payer, projects=world.severa.all("projects", number=1001))
        pass_hours(world, 2)

    assert len(world.fortnox_invoices()) == 3
    assert [mail.subject for mail in world.mails] == ["Not working: the customers of Acme"]


def test_what_was_postponed_waits_while_its_kind_is_held(world: RegisterWorld) -> None:
    [customer] = changed(world, 1001)
    world.store().postponed.put(Work(world.id, Kind.CUSTOMER, customer["guid"], Cause.POLL), "connection#fortnox")
    reason = Reason("mass-change", {"changes": "60", "links": "60", "records": "customers", "share": "30"})
    hold(world.session(), System.SEVERA, {Kind.CUSTOMER: reason}, {})
    for is_held in (True, False):
        queue = world.queue()
        sweep(world.session(), queue)
        assert (queue.waiting == []) is is_held
        release(world.session(), [Kind.CUSTOMER])


def test_what_turns_out_to_be_wrong_with_the_record_itself_is_its_problem_from_then_on(world: RegisterWorld) -> None:
    work = Work(world.id, Kind.CUSTOMER, "guid", Cause.SWEEPER)
    world.store().postponed.put(work, "connection#fortnox")
    outcome.react(world.session(), work, ValueError("a bug"))
    world.clock.sleep(DAY)
    assert world.store().postponed.due(world.id) == []
    assert len(world.problems()) == 1


def test_an_invoice_needs_no_memory_because_its_status_brings_it_back(world: RegisterWorld) -> None:
    work = Work(world.id, Kind.INVOICE, "guid", Cause.POLL)
    outcome.gave_up(world.session(), work, Retryable("no answer", system=System.FORTNOX, operation="x"))

    assert world.store().postponed.due(world.id) == []
