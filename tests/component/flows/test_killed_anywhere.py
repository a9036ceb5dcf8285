"""Kill the worker before and after each vendor call, store write and mail, let it resume: always exactly one of each.

The points are not listed here: an undisturbed run passes all of them once and so numbers them, and then one run for
each number dies there. A point added to the flow is covered by itself.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from severa_fortnox.settings import Main
from severa_fortnox.store.log import Outcome
from tests.component.company import ready_invoice
from tests.component.world import Killed, World

PDF = b"%PDF-1.4\n%%EOF\n"
Scenario = Callable[[World], dict[str, Any]]


def everything_new(world: World) -> dict[str, Any]:
    """Customer, article and project are created first; Fortnox numbers; two attachments."""
    world.set(attachments=True)
    invoice = ready_invoice(world)
    world.severa.add_invoice_file(invoice, "Timmar.pdf", PDF + b"hours")
    world.severa.add_invoice_file(invoice, "Kvitton.pdf", PDF + b"receipts")
    return invoice


def everything_linked(world: World) -> dict[str, Any]:
    """Customer, article and project are linked from an invoice before; Severa numbers."""
    world.run(ready_invoice(world)["guid"])
    world.set(invoice_number_main=Main.SEVERA)
    return ready_invoice(world, number=7001)


def refused_before(world: World) -> dict[str, Any]:
    """The invoice was refused and told about; now what was missing is there, and the problem is closed on the way."""
    customer = world.fortnox.add_customer(CustomerNumber="1001", Name="Björk & Åström AB", Active=False)
    invoice = ready_invoice(world)
    world.run(invoice["guid"])
    customer["Active"] = True
    return invoice


#: The limiter's own writes are points where they are few: they come with every call and are the same everywhere.
SCENARIOS: list[tuple[Scenario, bool]] = [(everything_new, False), (everything_linked, True), (refused_before, False)]


def count_points(make_world: Callable[..., World], scenario: Scenario, paced: bool) -> list[str]:
    world = make_world(paced=paced)
    invoice = scenario(world)
    world.points.reached.clear()
    world.run(invoice["guid"])
    return world.points.reached


def assert_done_once(world: World, invoice: dict[str, Any]) -> None:
    sent = [each for each in world.fortnox_invoices() if invoice["guid"] in each["ExternalInvoiceReference1"]]
    assert len(sent) == 1, f"{len(sent)} Fortnox invoices"
    assert world.status(invoice) == "Transferred"
    assert invoice["number"] == int(sent[0]["DocumentNumber"])
    successes = [entry for entry in world.log(invoice["guid"]) if entry.outcome is Outcome.TRANSFERRED]
    assert len(successes) == 1, f"{len(successes)} successes in the log"
    files = world.severa.all("invoice_files", invoiceGuid=invoice["guid"])
    attached = world.fortnox.storage.attached_to(int(sent[0]["DocumentNumber"]), "F")
    assert len(attached) == len(files), f"{len(attached)} attachments"
    assert len(world.fortnox.storage.files) == len(files), "a file was uploaded twice"
    for register in (world.fortnox.customers, world.fortnox.articles, world.fortnox.projects):
        assert len(list(register)) == 1
    problem = world.store().problems.get(world.id, f"invoice#{invoice['guid']}")
    assert problem is None, f"a problem is left: {problem}"


@pytest.mark.parametrize(("scenario", "paced"), SCENARIOS, ids=[scenario.__name__ for scenario, _ in SCENARIOS])
def test_killed_at_every_point_it_resumes_to_exactly_one(
    make_world: Callable[..., World], scenario: Scenario, paced: bool
) -> None:
    names = count_points(make_world, scenario, paced)
    assert len(names) > 20, "the points are not watched"
    broken = []
    for number, name in enumerate(names):
        world = make_world(paced=paced)
        invoice = scenario(world)
        world.points.reached.clear()
        world.points.kill_at = number
        with pytest.raises(Killed):
            world.run(invoice["guid"])
        world.points.kill_at = None
        world.settle()
        try:
            assert_done_once(world, invoice)
        except AssertionError as error:
            broken.append(f"{number} {name}: {error}")
    assert broken == []
