"""One invoice through the whole flow, against both simulators."""

from __future__ import annotations

from decimal import Decimal

from sandbox.severa import Row, RowType
from severa_fortnox.store.log import Outcome
from severa_fortnox.work import Cause
from tests.component.company import HOURS, ready_invoice
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


def test_a_person_may_retry_an_invoice_from_the_failed_status(world: World) -> None:
    failed = world.severa.status("Transfer failed")
    world.set(failed_status=failed["guid"])
    card = world.fortnox.add_customer(CustomerNumber="1001", Name="Björk & Åström AB", Active=False)
    invoice = ready_invoice(world)
    assert world.run(invoice["guid"]) is Outcome.REFUSED
    assert world.status(invoice) == "Transfer failed"
    card["Active"] = True

    assert world.run(invoice["guid"]) is Outcome.NOTHING_TO_DO
    assert world.run(invoice["guid"], Cause.PERSON) is Outcome.TRANSFERRED

    assert world.status(invoice) == "Transferred"
    assert len(world.mails) == 2


def test_a_code_of_two_registers_is_not_booked_on_the_other_ones_article(world: World) -> None:
    world.run(ready_invoice(world)["guid"])
    world.severa.add_travel_expense_type(name="Resa med bil", code="KONSULT")
    travel = Row(
        description="Resa", quantity=Decimal(10), unit_price=Decimal(25), row_type=RowType.TRAVEL, codes=("KONSULT",)
    )
    invoice = ready_invoice(world, rows=[HOURS, travel])

    assert world.run(invoice["guid"]) is Outcome.REFUSED

    [problem] = world.store().problems.all_open(world.id)
    assert [reason.code for reason in problem.reasons] == ["article-name-differs"]
    assert problem.reasons[0].values["name"] == "Resa med bil"


def test_a_product_named_alike_in_two_registers_shares_the_article(world: World) -> None:
    world.run(ready_invoice(world)["guid"])
    world.severa.add_travel_expense_type(name="Konsulttid", code="KONSULT")
    travel = Row(
        description="Resa", quantity=Decimal(10), unit_price=Decimal(25), row_type=RowType.TRAVEL, codes=("KONSULT",)
    )

    assert world.run(ready_invoice(world, rows=[HOURS, travel])["guid"]) is Outcome.TRANSFERRED
