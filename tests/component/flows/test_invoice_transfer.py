"""One invoice through the whole flow, against both simulators."""

from __future__ import annotations

from decimal import Decimal

from severa_fortnox.store.log import Outcome
from tests.component.company import ready_invoice
from tests.component.world import World


def test_a_ready_invoice_becomes_one_fortnox_invoice_and_moves_on(world: World) -> None:
    invoice = ready_invoice(world)

    assert world.run(invoice["guid"]) is Outcome.TRANSFERRED

    [sent] = world.fortnox_invoices()
    assert sent["ExternalInvoiceReference1"] == f"severa-{invoice['guid']}"
    assert sent["Net"] == Decimal("10000")
    assert world.status(invoice) == "Transferred"
    assert invoice["number"] == int(sent["DocumentNumber"])
    assert [entry.outcome for entry in world.log(invoice["guid"])] == [Outcome.TRANSFERRED]
    assert world.mails == []


def test_a_plain_invoice_with_everything_linked_costs_one_fortnox_and_three_severa_calls(world: World) -> None:
    world.run(ready_invoice(world)["guid"])
    second = ready_invoice(world)
    session = world.session()
    session.registers.of_fortnox()
    session.registers.countries()
    severa, fortnox = len(world.severa_calls.journal.calls), len(world.fortnox_calls.journal.calls)

    world.run(second["guid"])

    assert len(world.fortnox_calls.journal.calls) - fortnox == 1
    assert len(world.severa_calls.journal.calls) - severa == 3
    assert len(world.fortnox_invoices()) == 2
