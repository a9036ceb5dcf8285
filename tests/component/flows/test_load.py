"""A load: everything as the preview showed it, nothing twice, and what changed meanwhile is shown, not overwritten."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from sandbox.registers import build, missed
from sandbox.registers.ends import foretold_links
from sandbox.simulator import FaultKind
from severa_fortnox.decisions.decision import Create, Link, Refuse
from severa_fortnox.errors import Busy, Misconfigured
from severa_fortnox.flows.comparison import compare
from severa_fortnox.flows.load import LEASE, LONGEST, LoadRunning, holding
from severa_fortnox.settings import Main
from severa_fortnox.store.log import Outcome
from severa_fortnox.work import Kind
from tests.component.flows.loading import (
    KINDS,
    WHO,
    applied,
    calling,
    compared,
    links,
    load_everything,
    log_of_loads,
    named,
    seed_each_decision,
    state,
    world_on,
    writes,
)
from tests.component.world import World

LISTS = {
    "severa GET /rest-api/v1/customers",
    "severa GET /rest-api/v1/addresses",
    "severa GET /rest-api/v1/projects",
    "severa GET /rest-api/v1/invoices",
    "severa GET /rest-api/v1/products",
    "severa GET /rest-api/v1/worktypes",
    "severa GET /rest-api/v1/travelexpensetypes",
    "fortnox GET /3/customers",
    "fortnox GET /3/articles",
    "fortnox GET /3/projects",
}


@pytest.fixture
def tiny(make_world: Callable[..., World]) -> World:
    """A company with a record for each thing that a load can do."""
    world = make_world(paced=False)
    seed_each_decision(world)
    return world


@pytest.fixture
def on_ministack(ministack_client: Any) -> World:
    """A world whose store is fast with many records and may be shared by threads."""
    return world_on(ministack_client)


@pytest.mark.parametrize(("main", "at_once"), [(Main.SEVERA, 1), (Main.FORTNOX, 1), (Main.SEVERA, 6)])
def test_a_company_is_loaded_as_stated_and_a_second_load_does_nothing(
    on_ministack: World, main: Main, at_once: int
) -> None:
    world = on_ministack
    company = build(world.severa, world.fortnox, customers=120, products=90, projects=90)
    world.set(**{**company.settings, "customer_main": main, "product_main": main})
    for kind in KINDS:
        comparison = compared(world, kind)
        both, new = foretold_links(comparison)
        loaded = applied(world, comparison, at_once=at_once)
        assert (loaded.drifted, loaded.refused, loaded.failed) == ([], [], [])
        pairs = links(world)[kind]
        assert {pair for pair in pairs if pair[1] not in new} == both
        assert {number for _, number in pairs if number not in {known for _, known in both}} == new
        assert loaded.done.get("linked", 0) == len(comparison.of(Link))
    wrong = missed(company, world.severa, world.fortnox, links(world), customer_main=main, product_main=main)
    assert wrong == []
    for kind in KINDS:
        with calling(world) as listings:
            compared(world, kind)
        with calling(world) as again:
            comparison = compared(world, kind)
            loaded = applied(world, comparison, at_once=at_once)
        assert loaded.done == {}
        # A refusal may rest on what the list of customers does not show.
        refused = {f"fortnox GET /3/customers/{each.pair.fortnox_id}" for each in comparison.of(Refuse)}
        assert again == listings and set(again) <= LISTS | refused


def test_each_decision_is_counted_and_logged(tiny: World) -> None:
    done = {kind: loaded.done for kind, loaded in load_everything(tiny).items()}
    assert done[Kind.CUSTOMER] == {
        "created in Fortnox": 1,
        "created in Severa": 1,
        "linked": 2,
        "updated in Fortnox": 1,
    }
    assert done[Kind.PRODUCT] == {
        "created in Fortnox": 2,
        "created in Severa": 1,
        "linked": 1,
        "updated in Fortnox": 1,
    }
    assert done[Kind.PROJECT] == {"created in Fortnox": 4, "linked": 1, "updated in Fortnox": 1}
    for kind in KINDS:
        (entry,) = log_of_loads(tiny, kind)
        assert entry.outcome is Outcome.UPDATED and entry.text.startswith(f"{WHO} loaded the {kind}s")
        counts = {what: str(count) for what, count in done[kind].items()}
        assert entry.detail == {**counts, "drifted": "0", "refused": "0", "failed": "0"}
    applied(tiny, compared(tiny, Kind.PRODUCT))
    last = next(each for each in log_of_loads(tiny, Kind.PRODUCT) if each.outcome is not Outcome.UPDATED)
    assert last.outcome is Outcome.NOTHING_TO_DO and last.text.endswith("nothing to do")


def test_only_what_is_chosen_is_done(tiny: World) -> None:
    comparison = compared(tiny, Kind.CUSTOMER)
    chosen = [named(comparison, "Gamla"), named(comparison, "Lika"), named(comparison, "Vilande")]
    with calling(tiny) as calls:
        loaded = applied(tiny, comparison, chosen=chosen)
    assert loaded.done == {"created in Severa": 1, "linked": 1}
    assert {number for _, number in links(tiny)[Kind.CUSTOMER]} == {"1002", "1003"}
    assert {call.split()[0] for call in writes(calls)} == {"severa"}
    load_everything(tiny)
    assert len(links(tiny)[Kind.CUSTOMER]) == 4


# One load at a time


def test_nobody_else_loads_the_same_register(tiny: World) -> None:
    comparison = compared(tiny, Kind.PRODUCT)
    with (
        holding(tiny.session(), Kind.PRODUCT, "Berit"),
        calling(tiny) as calls,
        pytest.raises(LoadRunning) as running,
    ):
        applied(tiny, comparison)
    assert running.value.who.startswith("Berit") and running.value.until == tiny.clock() + LEASE
    assert calls == []
    assert applied(tiny, comparison).done["linked"] == 1


def test_the_lease_lives_as_long_as_the_load(tiny: World) -> None:
    locked = []

    def slow(_what: str, done: int, _total: int | None) -> None:
        tiny.clock.sleep(LEASE * 0.6)
        with pytest.raises(LoadRunning), holding(tiny.session(), Kind.PRODUCT, "Berit"):
            pass
        locked.append(done)

    applied(tiny, compared(tiny, Kind.PRODUCT), progress=slow)
    # Five lists are read once more before the four records are done.
    assert len(locked) == 5 + 4
    with holding(tiny.session(), Kind.PRODUCT, "Berit"):
        pass


def test_a_load_that_stood_still_leaves_the_register_to_the_next(tiny: World) -> None:
    entered: list[Any] = []

    def stands_still(_what: str, _done: int, _total: int | None) -> None:
        if not entered:
            tiny.clock.sleep(LEASE + 1)
            entered.append(holding(tiny.session(), Kind.PRODUCT, "Berit"))
            entered[0].__enter__()

    with calling(tiny) as calls, pytest.raises(Busy, match="taken over"):
        applied(tiny, compared(tiny, Kind.PRODUCT), progress=stands_still)
    assert len(writes(calls)) <= 2, "it went on although it had lost the register"
    with pytest.raises(LoadRunning):
        applied(tiny, compared(tiny, Kind.PRODUCT))
    entered[0].__exit__(None, None, None)


# Trouble on the way

WRITES = "POST|PUT|PATCH"
PASSING = [
    FaultKind.DROP_AFTER_APPLY,
    FaultKind.DROP_BEFORE_APPLY,
    FaultKind.SERVER_ERROR,
    FaultKind.SERVER_ERROR_AFTER_APPLY,
    FaultKind.RATE_LIMIT,
    FaultKind.HALF_BODY,
    FaultKind.HTML,
    FaultKind.UNAUTHORIZED,
]


@pytest.fixture
def undisturbed(make_world: Callable[..., World]) -> Any:
    """What a load without trouble comes to."""
    world = make_world(paced=False)
    seed_each_decision(world)
    load_everything(world)
    return state(world)


@pytest.mark.parametrize("fault", PASSING)
def test_trouble_that_passes_changes_nothing_in_the_end(tiny: World, undisturbed: Any, fault: FaultKind) -> None:
    # A token that was refused twice in a row is no passing trouble.
    times = 1 if fault is FaultKind.UNAUTHORIZED else 3
    for simulator in (tiny.severa_calls, tiny.fortnox_calls):
        simulator.faults.arm(fault, method=WRITES, path=r"(?!.*token$).*", times=times)
    for loaded in load_everything(tiny).values():
        assert loaded.failed == [] and loaded.refused == []
    assert state(tiny) == undisturbed
    assert list(tiny.store().transfers.unfinished(tiny.id, tiny.clock() + 10**8)) == []


def test_what_cannot_be_done_in_time_is_reported_and_done_by_the_next_load(tiny: World, undisturbed: Any) -> None:
    tiny.fortnox_calls.faults.arm(FaultKind.SERVER_ERROR, method="POST", path="/3/customers", times=10**6)
    began = tiny.clock()
    loaded = applied(tiny, compared(tiny, Kind.CUSTOMER))
    assert [name for name, _ in loaded.failed] == ["customer 1001 Nya Kunden AB"]
    assert loaded.done["created in Severa"] == 1 and loaded.done["linked"] == 2
    assert LONGEST < tiny.clock() - began < 4 * LONGEST
    assert log_of_loads(tiny, Kind.CUSTOMER)[0].detail["failed"] == "1"
    tiny.fortnox_calls.faults.armed.clear()
    tiny.clock.sleep(3600)
    load_everything(tiny)
    assert state(tiny) == undisturbed


def test_a_system_that_does_not_let_us_in_ends_the_load(tiny: World) -> None:
    comparison = compared(tiny, Kind.CUSTOMER)
    tiny.fortnox_calls.faults.arm(FaultKind.UNAUTHORIZED, method="POST", path="/3/customers", times=10**6)
    with pytest.raises(Misconfigured):
        applied(tiny, comparison)
    with holding(tiny.session(), Kind.CUSTOMER, "Berit"):
        pass


def test_a_record_that_nobody_foresaw_stops_no_other(tiny: World) -> None:
    """A defect of ours in one record is told, and the others are done."""
    comparison = compared(tiny, Kind.PRODUCT)
    broken = named(comparison, "Licens")
    assert isinstance(broken.decision, Create)
    odd = replace(broken, pair=replace(broken.pair, register="unknown"))
    looked = [odd if each is broken else each for each in comparison.looked]
    loaded = applied(tiny, comparison, chosen=looked)
    ((name, reasons),) = loaded.refused
    assert "LIC" in name and [reason.code for reason in reasons] == ["bug"]
    assert loaded.done["linked"] == 1 and loaded.done["created in Severa"] == 1


def test_a_load_that_is_stopped_is_logged_with_what_it_did(tiny: World) -> None:
    def stop(_what: str, done: int, _total: int | None) -> None:
        if done == 2:
            raise KeyboardInterrupt

    comparison = compared(tiny, Kind.PRODUCT)
    with pytest.raises(KeyboardInterrupt):
        applied(tiny, comparison, chosen=comparison.of(Create), progress=stop)
    (entry,) = log_of_loads(tiny, Kind.PRODUCT)
    assert "stopped before the end" in entry.text
    assert sum(int(count) for what, count in entry.detail.items() if what not in ("drifted", "refused", "failed")) == 2


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_new_is_made_when_nothing_new_was_asked_for(tiny: World, kind: Kind) -> None:
    comparison = compare(tiny.session(), kind, create_missing=False, at_once=1)
    assert comparison.of(Create) == []
    with calling(tiny) as calls:
        assert set(applied(tiny, comparison).done) == {"linked", "updated in Fortnox"}
    assert {call.split()[1] for call in writes(calls)} == {"PUT"}
