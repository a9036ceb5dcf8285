"""What people do in either system between two runs: take back, cancel, delete, change a status."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sandbox.simulator import FaultKind
from severa_fortnox.flows.outcome import Reaction
from severa_fortnox.store.log import Outcome
from tests.component.company import ready_invoice
from tests.component.world import World


@pytest.fixture
def world(make_world: Callable[..., World]) -> World:
    return make_world(paced=False)


def reasons(world: World) -> list[str]:
    return [reason.code for problem in world.store().problems.all_open(world.id) for reason in problem.reasons]


def lose_the_answer(world: World, loss: FaultKind) -> dict[str, Any]:
    invoice = ready_invoice(world)
    world.fortnox_calls.faults.arm(loss, method="POST", path="/3/invoices")
    assert world.run(invoice["guid"]) is Reaction.DONE
    return invoice


def test_an_invoice_taken_back_after_a_lost_request_is_not_sent(world: World) -> None:
    invoice = lose_the_answer(world, FaultKind.SERVER_ERROR)
    world.severa.move_invoice(invoice, world.severa.status("Draft"))

    world.settle()

    assert world.fortnox_invoices() == []
    assert world.status(invoice) == "Draft"
    assert len(world.fortnox_calls.journal.matching("POST", "/3/invoices")) == 1
    world.severa.move_invoice(invoice, world.ready)
    world.settle()
    assert len(world.fortnox_invoices()) == 1


def test_an_invoice_taken_back_that_is_in_fortnox_is_for_a_person(world: World) -> None:
    invoice = lose_the_answer(world, FaultKind.DROP_AFTER_APPLY)
    world.severa.move_invoice(invoice, world.severa.status("Draft"))

    world.settle()

    assert world.status(invoice) == "Draft"
    assert reasons(world) == ["taken-back-but-in-fortnox"]
    world.severa.move_invoice(invoice, world.ready)
    world.settle()
    assert len(world.fortnox_invoices()) == 1
    assert world.status(invoice) == "Transferred"
    assert reasons(world) == []


def test_an_invoice_taken_back_that_shows_up_late_is_not_bound_unseen(world: World) -> None:
    world.fortnox.switches.search_delay = 100.0
    world.clock.sleep(100)
    invoice = lose_the_answer(world, FaultKind.DROP_AFTER_APPLY)
    world.severa.move_invoice(invoice, world.severa.status("Draft"))
    world.clock.sleep(30)

    assert world.run(invoice["guid"]) is Reaction.DONE
    world.settle()

    assert reasons(world) == ["taken-back-but-in-fortnox"]
    assert world.status(invoice) == "Draft"


def test_a_transferred_invoice_set_ready_again_moves_on_and_says_so(world: World) -> None:
    invoice = ready_invoice(world)
    world.run(invoice["guid"])
    world.severa.move_invoice(invoice, world.ready)

    assert world.run(invoice["guid"]) is Outcome.LINKED

    assert len(world.fortnox_invoices()) == 1
    assert world.status(invoice) == "Transferred"
    assert {entry.outcome for entry in world.log(invoice["guid"])} == {Outcome.TRANSFERRED, Outcome.LINKED}


def test_a_transferred_invoice_that_was_cancelled_in_fortnox_is_not_swallowed(world: World) -> None:
    invoice = ready_invoice(world)
    world.run(invoice["guid"])
    [sent] = world.fortnox_invoices()
    sent["Cancelled"] = True
    world.severa.move_invoice(invoice, world.ready)

    assert world.run(invoice["guid"]) is Outcome.REFUSED

    assert reasons(world) == ["cancelled-in-fortnox"]
    assert len(world.mails) == 1
    assert len(world.fortnox_invoices()) == 1


def test_a_deleted_invoice_closes_its_problem(world: World) -> None:
    invoice = ready_invoice(world, rows=())
    world.run(invoice["guid"])
    assert reasons(world) == ["no-rows"]
    world.severa.delete("invoices", invoice["guid"])

    assert world.run(invoice["guid"]) is Outcome.SKIPPED

    assert reasons(world) == []


def test_a_refused_move_to_the_failed_status_hides_nothing_and_mails_once(world: World) -> None:
    failed = world.severa.add_invoice_status("Gone")
    world.set(failed_status=failed["guid"])
    world.severa.delete("invoice_statuses", failed["guid"])
    invoice = ready_invoice(world, rows=())

    for _ in range(4):
        world.clock.sleep(3600)
        world.run(invoice["guid"])

    assert sorted(reasons(world)) == ["failed-status-refused", "no-rows"]
    assert len(world.mails) == 2


def test_a_begun_invoice_that_is_refused_now_is_not_swept_every_round(world: World) -> None:
    invoice = lose_the_answer(world, FaultKind.SERVER_ERROR)
    for row in world.severa.all("invoice_rows", invoiceGuid=invoice["guid"]):
        world.severa.update("invoice_rows", row, measurementUnit="dag")
    world.settle()
    before = len(world.severa_calls.journal.matching("GET", ".*/invoicerows"))

    for _ in range(6):
        world.clock.sleep(300)
        world.round()

    assert reasons(world) == ["unit-missing"]
    assert len(world.severa_calls.journal.matching("GET", ".*/invoicerows")) - before <= 2
