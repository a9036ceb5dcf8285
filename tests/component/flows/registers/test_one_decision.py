"""The report and the run decide the same of every record, from whichever side it is looked at (DESIGN 3)."""

from __future__ import annotations

import pytest

from sandbox.registers.cases import CASES
from severa_fortnox.decisions.decision import Create, Link, Refuse, Skip, Update
from severa_fortnox.errors import System
from severa_fortnox.flows.comparison import compare
from severa_fortnox.flows.pairs import surroundings
from severa_fortnox.flows.sync import ENTITIES
from severa_fortnox.work import Cause, Kind, Work
from tests.component.flows.registers.companies import KINDS, Maker, RegisterWorld


@pytest.fixture
def world(company: Maker) -> RegisterWorld:
    """The first poll has seen what Fortnox had before."""
    world = company()
    world.set(transfer_all_customers=True)
    world.poll()
    world.clock.sleep(60)
    return world


def told(decision: object) -> tuple[object, ...]:
    """What a person is told of a decision, and what it writes."""
    match decision:
        case Refuse(reasons=reasons):
            return ("refused", *sorted(reason.code for reason in reasons))
        case Skip(reason=reason):
            return ("skipped", reason.code)
        case Link(foreign_id=number, notes=notes):
            return ("linked", number, *(note.code for note in notes))
        case Create(plan=plan, notes=notes) | Update(plan=plan, notes=notes):
            return (plan, *(note.code for note in notes))
    raise AssertionError(decision)


def disagreements(world: RegisterWorld, kind: Kind) -> list[str]:
    """Every record of which the report says something else than a look at it alone."""
    session = world.session()
    before = session.store.before.get(world.id, kind)
    around = surroundings(session, create_missing=kind is not Kind.PRODUCT, before=before)
    entity, found = ENTITIES[kind], []
    for looked in compare(session, kind, at_once=1).looked:
        ids = {System.SEVERA: looked.pair.severa_id, System.FORTNOX: looked.pair.fortnox_id}
        for system, id in ids.items():
            if id is None or (kind is Kind.PROJECT and system is System.FORTNOX):
                continue  # an unlinked Fortnox project is nobody's work
            pair = entity.gather(session, Work(world.id, kind, id, Cause.PERSON, system), lambda _: None, False)
            alone = told(entity.decide(pair, session.settings, around))
            if alone != told(looked.decision):
                found.append(f"{kind} {looked.pair.name} ({system}): report {told(looked.decision)}, alone {alone}")
    return found


def test_of_every_bad_input(world: RegisterWorld) -> None:
    for case in CASES:
        if "while it is paged" not in case.name and "beginning" not in case.name:
            case.seed(world.severa, world.fortnox)

    assert [each for kind in KINDS for each in disagreements(world, kind)] == []


def test_of_two_products_that_are_equal_in_two_registers(world: RegisterWorld) -> None:
    world.severa.add_product(name="Utveckling", code="DEV", unit="h")
    world.severa.add_work_type(name="Utveckling", code="DEV")
    world.fortnox.add_article(ArticleNumber="DEV", Description="Utveckling", Type="SERVICE", Unit="h", VAT=25)

    assert disagreements(world, Kind.PRODUCT) == []


def test_of_two_projects_that_look_alike_in_fortnox(world: RegisterWorld) -> None:
    owner = world.severa.add_customer(name="Vi själva AB", number=1, isInternal=True)
    for number, end in ((501, "ett"), (502, "två")):
        name = f"Flytt av ekonomisystem och lönesystem till molnet, etapp {end}"
        world.severa.add_project(owner, name=name, number=number)

    assert disagreements(world, Kind.PROJECT) == []
