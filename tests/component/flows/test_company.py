"""The seeded company of the demo, played through in one process: every invoice comes to its stated end."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import reduce
from typing import Any

import httpx
import pytest

from sandbox.company import Act, Company, Expectation, missed, seed
from sandbox.company.papers import pdf
from sandbox.fortnox import FortnoxState
from sandbox.severa import SeveraState
from sandbox.simulator import InProcess, Simulator
from severa_fortnox.settings import Settings, changed
from severa_fortnox.work import Kind
from tests.component.conftest import Engine
from tests.component.world import World

#: The cases are the same in every seed; these are only for their names.
CASES = [each for act in seed(SeveraState(seed=7), FortnoxState()).acts for each in act.expectations]
#: Between two acts a poll's time passes.
FIVE_MINUTES = 300


@dataclass(frozen=True)
class Looked:
    """What was seen of one invoice when its act had come to rest."""

    expectation: Expectation
    severa: Mapping[str, Any]
    fortnox: Mapping[str, Any]
    reasons: frozenset[str]
    notes: str

    def missed(self, **otherwise: Any) -> list[str]:
        """What is not as stated; `otherwise` changes the statement."""
        stated = replace(self.expectation, **otherwise)
        return missed(stated, self.severa, self.fortnox, self.reasons, self.notes)


@dataclass(frozen=True)
class Played:
    """The world after the last act, and what was seen after each."""

    world: World
    company: Company
    looked: dict[str, Looked]


@pytest.fixture(scope="module")
def played(moto_client: Any) -> Iterator[Played]:
    engine = Engine.with_own_tables(moto_client, atomic=False)
    world = World(engine)
    company = seed(world.severa, world.fortnox)
    world.settings = Settings.model_validate(company.settings)
    looked: dict[str, Looked] = {}
    for act in company.acts:
        play(world, act)
        looked |= {each.name: look(world, each) for each in act.expectations}
    yield Played(world, company, looked)


def play(world: World, act: Act) -> None:
    world.settings = reduce(lambda settings, pair: changed(settings, *pair), act.settings.items(), world.settings)
    for guid in act.ready:
        world.severa.move_invoice(world.severa.records["invoices"][guid], world.severa.status("Ready for transfer"))
    world.clock.sleep(FIVE_MINUTES)
    world.round()


def look(world: World, expectation: Expectation) -> Looked:
    subject = f"{Kind.INVOICE}#{expectation.invoice}"
    problem = world.store().problems.get(world.id, subject)
    return Looked(
        expectation,
        {invoice["guid"]: invoice for invoice in dump(world.severa_calls)},
        dump(world.fortnox_calls),
        frozenset(reason.code for reason in problem.reasons) if problem else frozenset(),
        " ".join(entry.detail.get("notes", "") for entry in world.log(expectation.invoice)),
    )


def dump(simulator: Simulator) -> Any:
    """What the back door tells, as JSON."""
    with httpx.Client(transport=InProcess(simulator)) as client:
        return client.get("http://simulator.test/_sandbox/state").json()


@pytest.mark.parametrize("name", [case.name for case in CASES])
def test_the_invoice_ends_as_stated(played: Played, name: str) -> None:
    assert played.looked[name].missed() == []


def test_every_case_has_a_name_of_its_own() -> None:
    assert [name for name, count in Counter(case.name for case in CASES).items() if count > 1] == []


def test_what_must_be_created_was_not_there_before() -> None:
    severa, fortnox = SeveraState(seed=7), FortnoxState()
    created = [place for act in seed(severa, fortnox).acts for each in act.expectations for place in each.creates]
    assert len(created) == 5
    assert [(register, number) for register, number in created if number in fortnox.register(register)] == []


def test_no_invoice_is_in_fortnox_twice(played: Played) -> None:
    references = Counter(invoice["ExternalInvoiceReference1"] for invoice in played.world.fortnox_invoices())
    assert [reference for reference, count in references.items() if reference and count > 1] == []


def test_what_was_transferred_stays_as_stated_to_the_end(played: Played) -> None:
    transferred = [case for act in played.company.acts for case in act.expectations if case.transferred]
    wrong = {case.name: look(played.world, case).missed() for case in transferred}
    # Crediting it made Fortnox name the credit note on its original.
    credited = wrong.pop("plain")
    assert [text for text in credited if "CreditInvoiceReference" not in text] == []
    assert {name: texts for name, texts in wrong.items() if texts} == {}


def test_fortnox_never_saw_more_than_25_calls_in_5_seconds(played: Played) -> None:
    assert 20 <= played.world.fortnox_calls.journal.busiest(5.0, path=r"/(3|api)/.*") <= 25
    assert [call for call in played.world.fortnox_calls.journal.calls if call.status == 429] == []


def test_the_whole_company_costs_few_calls(played: Played) -> None:
    assert len(played.world.severa_calls.journal.calls) <= 350
    # Most are looks for whatever may be the counterpart of a customer or a product that is not linked yet.
    assert len(played.world.fortnox_calls.journal.calls) <= 180


def test_one_mail_for_each_refusal_and_one_for_the_solved_problem(played: Played) -> None:
    refusals = [case for act in played.company.acts for case in act.expectations if not case.transferred]
    subjects = [mail.subject for mail in played.world.mails]
    assert len([subject for subject in subjects if subject.startswith("Not transferred: ")]) == len(refusals)
    assert len([subject for subject in subjects if subject.startswith("Solved: ")]) == 1
    assert len(subjects) == len(refusals) + 1


@pytest.mark.parametrize(
    ("name", "otherwise", "text"),
    [
        ("plain", {"head": {"Net": Decimal(11501)}}, "Net is 11500 instead of 11501"),
        ("plain", {"head": {"Currency": "EUR"}}, "Currency is 'SEK' instead of 'EUR'"),
        ("plain", {"rows": ()}, "it has 1 rows instead of 0"),
        ("plain", {"rows": ({"Price": Decimal("1150.01")},)}, "row 1: Price is 1150 instead of 1150.01"),
        ("plain", {"attachments": 1}, "it has 0 attachments instead of 1"),
        ("plain", {"status": "Sent"}, "its status in Severa is Transferred instead of Sent"),
        ("plain", {"number": None}, "its number in Severa is {number} instead of None"),
        ("plain", {"reasons": frozenset({"no-rows"})}, "its problem is none instead of no-rows"),
        ("plain", {"transferred": False}, "it is 1 times in Fortnox ({number}) instead of 0"),
        ("plain", {"noted": frozenset({"totals-rounded"})}, "the log does not note totals-rounded"),
        ("plain", {"creates": {("articles", "NY"): {}}}, "articles have no NY"),
        ("plain", {"creates": {("articles", "MIL"): {"Unit": "mil"}}}, "articles MIL: Unit is 'km' instead of 'mil'"),
        ("no rows", {"transferred": True}, "it is 0 times in Fortnox (none) instead of 1"),
        ("no rows", {"reasons": frozenset()}, "its problem is no-rows instead of none"),
    ],
)
def test_what_is_not_as_stated_is_said_in_words(
    played: Played, name: str, otherwise: dict[str, Any], text: str
) -> None:
    looked = played.looked[name]
    number = looked.severa[looked.expectation.invoice]["number"]
    assert looked.missed(**otherwise) == [text.format(number=number)]


def test_the_attached_files_are_pdf_files_that_a_reader_opens() -> None:
    pypdf = pytest.importorskip("pypdf")
    reader = pypdf.PdfReader(io.BytesIO(pdf("Kvitton (åäö)")), strict=True)
    assert [page.extract_text() for page in reader.pages] == ["Kvitton (åäö)"]
