"""A write whose answer is lost is searched for before anything is sent again, however late the search shows it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sandbox.simulator import FaultKind
from severa_fortnox.flows.outcome import Reaction
from severa_fortnox.store.log import Outcome
from severa_fortnox.work import Cause
from tests.component.company import ready_invoice
from tests.component.world import LOSSES, World


def delay_search(world: World, seconds: float) -> None:
    """From now on new records are found late; what the company began with is old enough to be found."""
    world.fortnox.switches.search_delay = seconds
    world.clock.sleep(seconds)


@pytest.mark.parametrize("search_delay", [0.0, 100.0], ids=["search at once", "search late"])
@pytest.mark.parametrize("loss", LOSSES)
def test_a_lost_answer_to_the_invoice_makes_no_second_one(
    make_world: Callable[..., World], loss: FaultKind, search_delay: float
) -> None:
    world = make_world(paced=False)
    delay_search(world, search_delay)
    invoice = ready_invoice(world)
    world.fortnox_calls.faults.arm(loss, method="POST", path="/3/invoices")

    assert world.run(invoice["guid"]) is Reaction.DONE
    world.settle()

    assert len(world.fortnox_invoices()) == 1
    assert world.status(invoice) == "Transferred"
    assert [entry.outcome for entry in world.log(invoice["guid"])].count(Outcome.TRANSFERRED) == 1


@pytest.mark.parametrize("minutes", [0.1, 0.5, 1, 3])
def test_whoever_comes_early_waits_instead_of_sending_again(make_world: Callable[..., World], minutes: float) -> None:
    world = make_world(paced=False)
    delay_search(world, 100.0)
    invoice = ready_invoice(world)
    world.fortnox_calls.faults.arm(FaultKind.DROP_AFTER_APPLY, method="POST", path="/3/invoices")
    world.run(invoice["guid"])

    for _ in range(12):
        world.clock.sleep(minutes * 60)
        world.run(invoice["guid"], Cause.PERSON)
    world.settle()

    assert len(world.fortnox_invoices()) == 1
    assert len(world.fortnox_calls.journal.matching("POST", "/3/invoices")) == 1
    assert world.status(invoice) == "Transferred"


@pytest.mark.parametrize("path", ["/3/customers", "/3/articles", "/3/projects"])
@pytest.mark.parametrize("loss", LOSSES)
def test_a_lost_answer_to_what_the_invoice_needs_makes_no_second_one(
    make_world: Callable[..., World], loss: FaultKind, path: str
) -> None:
    world = make_world(paced=False)
    invoice = ready_invoice(world)
    world.fortnox_calls.faults.arm(loss, method="POST", path=path)

    world.run(invoice["guid"])
    world.settle()

    for register in (world.fortnox.customers, world.fortnox.articles, world.fortnox.projects, world.fortnox.invoices):
        assert len(list(register)) == 1
    assert world.status(invoice) == "Transferred"


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("path", ["/3/inbox", "/api/fileattachments/attachments-v1"])
def test_a_lost_answer_to_an_attachment_attaches_it_once(
    make_world: Callable[..., World], loss: FaultKind, path: str
) -> None:
    world = make_world(paced=False)
    world.set(attachments=True)
    invoice = ready_invoice(world)
    world.severa.add_invoice_file(invoice, "Timmar.pdf", b"%PDF-1.4\n%%EOF\n")
    world.fortnox_calls.faults.arm(loss, method="POST", path=path)

    world.run(invoice["guid"])
    world.settle()

    [sent] = world.fortnox_invoices()
    assert len(world.fortnox.storage.attached_to(int(sent["DocumentNumber"]), "F")) == 1
    assert len(world.fortnox.storage.files) == 1
    assert world.status(invoice) == "Transferred"


@pytest.mark.parametrize("loss", [*LOSSES, FaultKind.RATE_LIMIT, FaultKind.UNAUTHORIZED])
def test_a_lost_answer_from_severa_leaves_the_status_set_once_it_is_asked_again(
    make_world: Callable[..., World], loss: FaultKind
) -> None:
    world = make_world(paced=False)
    invoice = ready_invoice(world)
    world.severa_calls.faults.arm(loss, method="PATCH")

    world.run(invoice["guid"])
    world.settle()

    assert len(world.fortnox_invoices()) == 1
    assert world.status(invoice) == "Transferred"


def test_a_failed_search_is_not_not_found(make_world: Callable[..., World]) -> None:
    world = make_world(paced=False)
    invoice = ready_invoice(world)
    world.fortnox_calls.faults.arm(FaultKind.DROP_AFTER_APPLY, method="POST", path="/3/invoices")
    world.run(invoice["guid"])
    world.clock.sleep(600)
    world.fortnox_calls.faults.arm(FaultKind.SERVER_ERROR, method="GET", path="/3/invoices")

    assert world.run(invoice["guid"]) is Reaction.AGAIN
    assert len(world.fortnox_calls.journal.matching("POST", "/3/invoices")) == 1
    world.settle()
    assert len(world.fortnox_invoices()) == 1


def test_a_document_with_our_reference_that_is_not_ours_is_for_a_person(make_world: Callable[..., World]) -> None:
    world = make_world(paced=False)
    invoice = ready_invoice(world)
    world.fortnox_calls.faults.arm(FaultKind.DROP_BEFORE_APPLY, method="POST", path="/3/invoices")
    world.run(invoice["guid"])
    world.fortnox.add_customer(CustomerNumber="77", Name="Någon Annan AB")
    world.fortnox.add_invoice(CustomerNumber="77", ExternalInvoiceReference1=f"severa-{invoice['guid']}")
    world.clock.sleep(600)

    assert world.run(invoice["guid"]) is Outcome.REFUSED

    [problem] = world.store().problems.all_open(world.id)
    assert [reason.code for reason in problem.reasons] == ["reference-disagrees"]
    assert len(world.fortnox_calls.journal.matching("POST", "/3/invoices")) == 1


def test_several_documents_with_our_reference_stop_it(make_world: Callable[..., World]) -> None:
    world = make_world(paced=False)
    invoice = ready_invoice(world)
    world.fortnox_calls.faults.arm(FaultKind.DROP_AFTER_APPLY, method="POST", path="/3/invoices")
    world.run(invoice["guid"])
    [sent] = world.fortnox_invoices()
    names = ("CustomerNumber", "InvoiceDate", "ExternalInvoiceReference1")
    rows = [
        {name: row[name] for name in ("ArticleNumber", "DeliveredQuantity", "Price")} for row in sent["InvoiceRows"]
    ]
    world.fortnox.add_invoice(**{name: sent[name] for name in names}, InvoiceRows=rows)
    world.clock.sleep(600)

    assert world.run(invoice["guid"]) is Outcome.REFUSED

    [problem] = world.store().problems.all_open(world.id)
    assert [reason.code for reason in problem.reasons] == ["reference-found-several"]


def test_a_cancelled_document_with_our_reference_is_ignored(make_world: Callable[..., World]) -> None:
    world = make_world(paced=False)
    invoice = ready_invoice(world)
    world.fortnox_calls.faults.arm(FaultKind.DROP_AFTER_APPLY, method="POST", path="/3/invoices")
    world.run(invoice["guid"])
    [first] = world.fortnox_invoices()
    first["Cancelled"] = True

    world.settle()

    live = [each for each in world.fortnox_invoices() if not each["Cancelled"]]
    assert len(live) == 1
    assert invoice["number"] == int(live[0]["DocumentNumber"])
