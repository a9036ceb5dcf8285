"""Trouble that lasts: one mail when it begins, one when it is over, and no storm of calls in between."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sandbox.simulator import FaultKind
from severa_fortnox.alerts.mail import Mail
from severa_fortnox.errors import Retryable, System
from severa_fortnox.flows.outcome import Reaction, gave_up
from severa_fortnox.store.log import Outcome
from severa_fortnox.work import Cause, Kind, Work
from tests.component.company import ready_invoice
from tests.component.world import World


@pytest.fixture
def world(make_world: Callable[..., World]) -> World:
    return make_world(paced=False)


def pass_hours(world: World, hours: float) -> None:
    for _ in range(int(hours * 12)):
        world.clock.sleep(300)
        world.round()


def test_a_licence_that_is_missing_is_one_problem_and_one_mail_until_it_is_there(world: World) -> None:
    world.fortnox.switches.unlicensed = frozenset({"invoice"})
    for _ in range(5):
        ready_invoice(world)

    pass_hours(world, 2)

    assert [mail.subject for mail in world.mails] == ["Not working: connection Acme"]
    world.fortnox.switches.unlicensed = frozenset()
    pass_hours(world, 7)
    assert [mail.subject for mail in world.mails] == ["Not working: connection Acme", "Solved: connection Acme"]
    assert len(world.fortnox_invoices()) == 5


def test_while_the_connection_has_a_problem_the_records_are_spared(world: World) -> None:
    world.fortnox.switches.unlicensed = frozenset({"invoice"})
    for _ in range(5):
        ready_invoice(world)
    pass_hours(world, 1)
    before = len(world.fortnox_calls.journal.matching("POST", "/3/invoices"))

    pass_hours(world, 6)

    assert len(world.fortnox_calls.journal.matching("POST", "/3/invoices")) - before <= 4


def test_an_answer_that_is_lost_again_and_again_is_told_once(world: World) -> None:
    invoice = ready_invoice(world)
    world.fortnox_calls.faults.arm(FaultKind.SERVER_ERROR, method="POST", path="/3/invoices", times=1000)

    pass_hours(world, 12)

    assert len(world.mails) == 1
    assert "lost its answer" in world.mails[0].body
    assert len(world.fortnox_calls.journal.matching("POST", "/3/invoices")) <= 12
    world.fortnox_calls.faults.armed.clear()
    pass_hours(world, 12)
    assert world.status(invoice) == "Transferred"
    assert len(world.fortnox_invoices()) == 1
    assert world.mails[-1].subject.startswith("Solved")


def test_an_attachment_that_keeps_failing_is_told_once_and_the_invoice_stays_one(world: World) -> None:
    world.set(attachments=True)
    invoice = ready_invoice(world)
    world.severa.add_invoice_file(invoice, "Timmar.pdf", b"%PDF-1.4\n%%EOF\n")
    world.fortnox_calls.faults.arm(FaultKind.SERVER_ERROR, method="POST", path="/3/inbox", times=1000)

    pass_hours(world, 8)

    assert len(world.mails) == 1
    assert "unfinished-in-fortnox" in world.mails[0].body
    world.fortnox_calls.faults.armed.clear()
    pass_hours(world, 8)
    [sent] = world.fortnox_invoices()
    assert world.status(invoice) == "Transferred"
    assert len(world.fortnox.storage.attached_to(int(sent["DocumentNumber"]), "F")) == 1
    assert len(world.mails) == 2


def test_a_silent_system_is_one_problem_for_all_records(world: World) -> None:
    session, work = world.session(), Work(world.id, Kind.INVOICE, "guid", Cause.POLL)
    for text in ("no answer arrived (ReadTimeout)", "no connection (ConnectError)", "the other side failed (502)"):
        gave_up(session, work, Retryable(text, system=System.FORTNOX, operation="POST /3/invoices"))

    assert len(world.mails) == 1
    world.round()
    assert [mail.subject.split(":")[0] for mail in world.mails] == ["Not working", "Solved"]


def test_a_lost_answer_about_the_customer_brings_the_invoice_back_wherever_it_is(world: World) -> None:
    failed = world.severa.status("Transfer failed")
    world.set(failed_status=failed["guid"])
    invoice = ready_invoice(world)
    world.severa.move_invoice(invoice, failed)
    world.fortnox_calls.faults.arm(FaultKind.DROP_AFTER_APPLY, method="POST", path="/3/customers")

    assert world.run(invoice["guid"], Cause.PERSON) is Reaction.AGAIN

    world.clock.sleep(world.patience.settle)
    assert world.run(invoice["guid"], Cause.PERSON) is Outcome.TRANSFERRED
    assert len(list(world.fortnox.customers)) == 1


def test_a_mail_that_cannot_be_sent_is_sent_by_a_later_sweep(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[Mail] = []

    def refuse(mail: Mail) -> None:
        raise Retryable("throttled", system=System.AWS, operation="publish mail")

    monkeypatch.setattr(world, "_post", refuse)
    invoice = ready_invoice(world, rows=())
    assert world.run(invoice["guid"]) is Outcome.REFUSED

    monkeypatch.setattr(world, "_post", sent.append)
    world.clock.sleep(600)
    world.round()
    world.clock.sleep(600)
    world.round()
    assert len(sent) == 1
