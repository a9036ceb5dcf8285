"""Every bad input with its visible result, however it is come upon: in the report, one by one, and in a load."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from sandbox.fortnox import FortnoxState
from sandbox.registers.cases import CASES, Case, Seeded, unsaid
from sandbox.severa import SeveraState
from severa_fortnox.alerts.catalogue import explain
from severa_fortnox.decisions.decision import Create, Link, Refuse, Skip
from severa_fortnox.errors import System
from severa_fortnox.flows.comparison import Looked
from severa_fortnox.reason import Reason
from severa_fortnox.store.log import Outcome
from severa_fortnox.work import Cause, Kind
from tests.component.flows.registers.companies import Maker, RegisterWorld, causes, fixes

ROWS = 10
BY_NAME = {case.name: case for case in CASES}
AT_ONCE = [case for case in CASES if "while it is paged" not in case.name]
PAGED = [case for case in CASES if case not in AT_ONCE]
#: Only Fortnox knows that a deleted customer's number stays taken, and only when it is asked to take it.
RESERVED = BY_NAME["number reserved by a deleted Fortnox customer"]
REFUSED = [case for case in AT_ONCE if case.expect == "refused" and case is not RESERVED]
LISTS = {System.SEVERA: "/rest-api/v1/customers", System.FORTNOX: "/3/customers"}


def seeded_world(company: Maker, case: Case) -> tuple[RegisterWorld, Seeded]:
    """The case a moment after the connection was switched on."""
    paged = case in PAGED
    world = company(page_rows=ROWS if paged else None)
    # What is in Fortnox when the connection begins is of before.
    world.poll()
    world.clock.sleep(60)
    seeded = case.seed(world.severa, world.fortnox)
    world.clock.sleep(60)
    if seeded.meanwhile is not None and seeded.moment == "between pages":
        vendor = world.severa_calls if seeded.system is System.SEVERA else world.fortnox_calls
        vendor.meanwhile.arm(seeded.meanwhile, path=LISTS[seeded.system])
    return world, seeded


def has_counterpart(case: Case) -> bool:
    """Whether the record that is meant has one in the other system."""
    return case.seed(SeveraState(seed=5), FortnoxState()).other is not None


def is_meant(looked: Looked, seeded: Seeded) -> bool:
    id = looked.pair.severa_id if seeded.system is System.SEVERA else looked.pair.fortnox_id
    return bool(id == seeded.id)


def assert_said(case: Case, name: str, reasons: Sequence[Reason]) -> None:
    cause = f"{name}: " + " ".join(explain(reason).cause for reason in reasons)
    assert unsaid(case.says, cause) == [], f"not in the cause {cause!r}"
    fix = " ".join(explain(reason).fix for reason in reasons)
    assert unsaid(case.fix, fix) == [], f"not in the fix {fix!r}"


def assert_written(world: RegisterWorld, seeded: Seeded) -> None:
    """The new record has the fields that are stated."""
    if seeded.system is System.FORTNOX:
        assert seeded.kind is Kind.CUSTOMER
        (made,) = world.severa.all("customers", number=seeded.written["number"])
    else:
        number = world.link(seeded.kind, seeded.id)
        assert number is not None
        made = world.register(seeded.kind)[number]
    assert {name: made[name] or None for name in seeded.written} == dict(seeded.written)


@pytest.mark.parametrize("case", [case for case in AT_ONCE if case is not RESERVED], ids=lambda case: case.name)
def test_the_report_says_what_will_become_of_it(company: Maker, case: Case) -> None:
    world, seeded = seeded_world(company, case)
    if seeded.meanwhile is not None:
        seeded.meanwhile()

    with world.writing_nothing():
        comparison = world.compare(seeded.kind)

    found = [looked for looked in comparison.looked if is_meant(looked, seeded)]
    if case.expect == "noted":
        assert found == [], "what is not there is in no pair"
        return
    (looked,) = found
    match case.expect, looked.decision:
        case "refused", Refuse(reasons=reasons):
            assert_said(case, looked.pair.name, reasons)
        case "linked", Link(foreign_id=number, notes=notes):
            assert_said(case, looked.pair.name, notes)
            assert number == (seeded.other if seeded.system is System.SEVERA else seeded.id)
        case "created", Create(notes=notes):
            assert_said(case, looked.pair.name, notes)
        case "skipped", Skip(reason=reason):
            assert_said(case, looked.pair.name, [reason])
        case _:
            pytest.fail(f"expected {case.expect}, decided {looked.decision}")


def looks(world: RegisterWorld, seeded: Seeded, first: System) -> list[tuple[System, str]]:
    """Every record of the kind in both systems: the one that is meant, then those it may be confused with."""
    ids = {
        System.SEVERA: world.severa_ids(seeded.kind),
        System.FORTNOX: [str(each[world.register(seeded.kind).key]) for each in world.register(seeded.kind)],
    }
    second = System.FORTNOX if first is System.SEVERA else System.SEVERA
    order = [(first, id) for id in ids[first]] + [(second, id) for id in ids[second]]
    meant = (seeded.system, seeded.id)
    return [each for each in order if each == meant] + [each for each in order if each != meant]


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case.name)
@pytest.mark.parametrize("backwards", [False, True], ids=["the one that is meant first", "the others first"])
def test_one_by_one_it_is_refused_once_in_words_from_both_sides(company: Maker, case: Case, backwards: bool) -> None:
    world, seeded = seeded_world(company, case)
    order = looks(world, seeded, seeded.system)
    before = world.everything()

    with world.writing_nothing():
        for system, id in order[::-1] if backwards else order:
            assert world.look_at(seeded.kind, id, system) is Outcome.REFUSED

    assert world.everything() == before
    assert world.links(seeded.kind) == set()
    about = [problem for problem in world.problems() if unsaid(case.says, causes(problem)) == []]
    assert about, [causes(problem) for problem in world.problems()]
    assert all(unsaid(case.fix, fixes(problem)) == [] for problem in about)
    assert len(world.mails) == len(world.problems()), "one mail a problem"
    assert unsaid((*case.says, *case.fix), world.told()) == []
    assert any(
        entry.outcome is Outcome.REFUSED and unsaid(case.says, f"{entry.name} {entry.text}") == []
        for entry in world.entries()
    )

    told = len(world.mails)
    for system, id in order:
        world.look_at(seeded.kind, id, system)
    assert len(world.mails) == told, "nobody is told twice"


@pytest.mark.parametrize("case", [case for case in REFUSED if has_counterpart(case)], ids=lambda case: case.name)
def test_one_pair_that_is_refused_is_one_problem(company: Maker, case: Case) -> None:
    world, seeded = seeded_world(company, case)
    assert seeded.other is not None
    other = System.FORTNOX if seeded.system is System.SEVERA else System.SEVERA

    world.look_at(seeded.kind, seeded.id, seeded.system)
    world.look_at(seeded.kind, seeded.other, other)

    assert len(world.problems()) == 1, [causes(problem) for problem in world.problems()]
    assert len(world.mails) == 1


@pytest.mark.parametrize("case", [case for case in AT_ONCE if case.expect == "linked"], ids=lambda case: case.name)
@pytest.mark.parametrize("first", [System.SEVERA, System.FORTNOX])
def test_one_by_one_it_is_linked_from_either_side(company: Maker, case: Case, first: System) -> None:
    world, seeded = seeded_world(company, case)
    assert seeded.system is System.SEVERA and seeded.other is not None
    id = seeded.id if first is System.SEVERA else seeded.other
    records = {system: len(ids) for system, ids in (("severa", world.severa_ids(seeded.kind)),)}

    assert world.look_at(seeded.kind, id, first) is Outcome.LINKED

    assert world.links(seeded.kind) == {(seeded.id, seeded.other)}
    assert len(world.severa_ids(seeded.kind)) == records["severa"]
    (entry,) = [entry for entry in world.entries() if entry.outcome is Outcome.LINKED]
    assert unsaid(case.says, f"{entry.name} {entry.text} {entry.detail.get('notes', '')}") == []
    assert world.problems() == [] and world.mails == []
    with world.writing_nothing():
        world.look_at(seeded.kind, seeded.id)
        world.look_at(seeded.kind, seeded.other, System.FORTNOX)


@pytest.mark.parametrize("case", [case for case in AT_ONCE if case.expect == "created"], ids=lambda case: case.name)
def test_one_by_one_it_is_created_as_stated_and_said(company: Maker, case: Case) -> None:
    world, seeded = seeded_world(company, case)

    assert world.look_at(seeded.kind, seeded.id, seeded.system) is Outcome.CREATED

    assert_written(world, seeded)
    (entry,) = [entry for entry in world.entries() if entry.outcome is Outcome.CREATED]
    assert unsaid(case.says, f"{entry.name} {entry.text} {entry.detail.get('notes', '')}") == []
    assert world.problems() == [] and world.mails == []
    with world.writing_nothing():
        world.look_at(seeded.kind, seeded.id, seeded.system)


@pytest.mark.parametrize("case", [case for case in AT_ONCE if case.expect == "noted"], ids=lambda case: case.name)
@pytest.mark.parametrize("cause", [Cause.EVENT, Cause.PERSON])
def test_a_record_deleted_between_event_and_read_is_noted(company: Maker, case: Case, cause: Cause) -> None:
    world, seeded = seeded_world(company, case)
    assert seeded.meanwhile is not None
    seeded.meanwhile()

    with world.writing_nothing():
        assert world.look_at(seeded.kind, seeded.id, seeded.system, cause) is Outcome.NOTHING_TO_DO

    assert world.problems() == [] and world.mails == []
    entries = [entry for entry in world.entries() if entry.outcome is Outcome.NOTHING_TO_DO]
    # A run that changed nothing is logged only when a person asked for it (DESIGN 3).
    assert len(entries) == (1 if cause is Cause.PERSON else 0)
    for entry in entries:
        assert unsaid(case.says, f"{entry.name}: {entry.text}") == [], f"{entry.name}: {entry.text}"


@pytest.mark.parametrize("case", [case for case in AT_ONCE if case.expect == "noted"], ids=lambda case: case.name)
def test_a_record_deleted_after_the_poll_queued_it_is_left_alone(company: Maker, case: Case) -> None:
    world, seeded = seeded_world(company, case)
    assert seeded.meanwhile is not None
    # Fortnox is caught up with once a day.
    world.clock.sleep(24 * 60 * 60)
    queued = world.poll()
    assert (seeded.kind, seeded.system, seeded.id) in {(work.kind, work.system, work.id) for work in queued}
    seeded.meanwhile()
    before = world.everything()["severa"][{"product": "products", "project": "projects"}.get(seeded.kind, "customers")]

    for work in queued:
        if work.kind is seeded.kind and work.id == seeded.id:
            with world.writing_nothing():
                assert world.look(work) is Outcome.NOTHING_TO_DO

    register = {"product": "products", "project": "projects"}.get(seeded.kind, "customers")
    assert world.everything()["severa"][register] == before
    assert world.problems() == []


@pytest.mark.parametrize("case", [case for case in AT_ONCE if case is not RESERVED], ids=lambda case: case.name)
def test_a_load_ends_as_stated_and_a_second_one_writes_nothing(company: Maker, case: Case) -> None:
    world, seeded = seeded_world(company, case)
    if seeded.meanwhile is not None:
        seeded.meanwhile()
    before = world.everything()

    loaded = world.load(seeded.kind)

    assert (loaded.refused, loaded.failed, loaded.drifted) == ([], [], [])
    match case.expect:
        case "refused":
            assert world.everything() == before
            assert world.links(seeded.kind) == set()
        case "linked":
            assert world.links(seeded.kind) == {(seeded.id, seeded.other)}
        case "created":
            assert_written(world, seeded)
            assert loaded.done.get(f"created in {'Fortnox' if seeded.system is System.SEVERA else 'Severa'}")
        case _:
            assert seeded.id not in {id for link in world.links(seeded.kind) for id in link}
            assert world.everything()["severa"] == before["severa"]
    with world.writing_nothing():
        assert world.load(seeded.kind).done == {}


@pytest.mark.parametrize("case", PAGED, ids=lambda case: case.name)
def test_a_list_that_changes_while_it_is_paged_is_read_whole(company: Maker, case: Case) -> None:
    world, seeded = seeded_world(company, case)

    comparison = world.compare(Kind.CUSTOMER)
    assert not world.severa_calls.meanwhile.armed and not world.fortnox_calls.meanwhile.armed, "it never happened"

    linked = {
        (looked.pair.severa_id, looked.decision.foreign_id)
        for looked in comparison.looked
        if isinstance(looked.decision, Link)
    }
    assert set(seeded.pairs) <= linked
    names = [looked.pair.severa_id for looked in comparison.looked if looked.pair.severa_id is not None]
    assert len(names) == len(set(names)), "one is there twice"


@pytest.mark.parametrize("case", PAGED, ids=lambda case: case.name)
def test_a_load_of_a_list_that_changed_links_everybody_and_creates_nobody_twice(company: Maker, case: Case) -> None:
    world, seeded = seeded_world(company, case)

    loaded = world.load(Kind.CUSTOMER)

    assert loaded.failed == []
    # Only the one that was deleted in the middle may be met by a refusal, and it is shown.
    staying = {number for _, number in seeded.pairs}
    assert [name for name, _ in loaded.refused if name.split()[1] in staying] == []
    assert set(seeded.pairs) <= world.links(Kind.CUSTOMER)
    numbers = [customer["number"] for customer in world.severa.records["customers"].values()]
    assert len(numbers) == len(set(numbers))


@pytest.mark.parametrize("case", PAGED, ids=lambda case: case.name)
def test_a_poll_of_a_list_that_changes_while_it_is_paged_misses_nobody(company: Maker, case: Case) -> None:
    world, seeded = seeded_world(company, case)
    if seeded.system is System.FORTNOX:
        world.clock.sleep(24 * 60 * 60)

    queued = world.poll()
    assert not world.severa_calls.meanwhile.armed and not world.fortnox_calls.meanwhile.armed, "it never happened"
    for work in queued:
        world.look(work)

    assert set(seeded.pairs) <= world.links(Kind.CUSTOMER)


def test_a_load_meets_a_reserved_number_and_shows_it(company: Maker) -> None:
    world, _ = seeded_world(company, RESERVED)
    before = world.everything()

    loaded = world.load(Kind.CUSTOMER)

    ((name, reasons),) = loaded.refused
    assert "700012" in name and loaded.done == {}
    assert_said(RESERVED, name, reasons)
    assert world.everything() == before
    assert world.load(Kind.CUSTOMER).refused == loaded.refused, "it is shown again as long as it is so"


def test_a_number_reserved_by_a_deleted_fortnox_customer_is_refused_by_fortnox_and_by_nobody_else(
    company: Maker,
) -> None:
    case = RESERVED
    world, seeded = seeded_world(company, case)

    with world.spending() as spent:
        assert world.look_at(Kind.CUSTOMER, seeded.id) is Outcome.REFUSED

    # Nothing in Fortnox says that the number is taken before it is asked to take it.
    assert [write.split(" {")[0] for write in spent.writes] == ["POST /3/customers"]
    (problem,) = world.problems()
    assert unsaid(case.says, causes(problem)) == []
    assert unsaid(case.fix, fixes(problem)) == []
    assert "700012" not in world.fortnox.customers
    assert world.links(Kind.CUSTOMER) == set()

    # With another number it goes, and the problem ends.
    world.in_severa("customers", world.severa.records["customers"][seeded.id], number=800012)
    assert world.look_at(Kind.CUSTOMER, seeded.id) is Outcome.CREATED
    assert world.problems() == []
    assert "800012" in world.fortnox.customers
