"""Kill a load after each thing it has done, load again: the same end as without, and nothing twice.

The points are not listed here: an undisturbed load passes all of them and so numbers them. A load that dies before or
after something was read, or before something is written, leaves what it left by dying after the write before, so those
points are not tried apart.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from severa_fortnox.settings import Main
from tests.component.flows.loading import KINDS, compared, load_everything, seed_each_decision, state, world_on
from tests.component.world import Killed, World

#: Whoever died holds its leases less long.
LATER = 3600.0


@pytest.fixture
def ministack(ministack_client: Any) -> Callable[[], World]:
    """New worlds; hundreds of them are faster there than on moto."""
    return lambda: world_on(ministack_client)


def made(make_world: Callable[[], World], main: Main) -> World:
    world = make_world()
    seed_each_decision(world)
    world.set(customer_main=main, product_main=main)
    world.points.reached.clear()
    return world


def is_lasting(point: str) -> bool:
    """Whether something has just been written, in a system or in the store."""
    return point.startswith("after") and " GET " not in point and "token" not in point


def assert_each_once(world: World) -> None:
    numbers = Counter(record["number"] for record in world.severa.records["customers"].values())
    assert max(numbers.values()) == 1
    for register in ("products", "work_types", "projects"):
        keys = (record.get("code") or record.get("number") for record in world.severa.records[register].values())
        assert max(Counter(keys).values()) == 1, register
    unfinished = list(world.store().transfers.unfinished(world.id, world.clock() + 10**8))
    assert unfinished == [], f"not brought to an end: {[each.id for each in unfinished]}"
    for kind in KINDS:
        linked = list(world.store().links.all(world.id, kind))
        for ids in ([link.severa_id for link in linked], [link.fortnox_id for link in linked]):
            assert len(ids) == len(set(ids)), "linked twice"
    assert not any(each.is_change for kind in KINDS for each in compared(world, kind).looked)


#: Every point where Severa is the main system; where Fortnox is, most of them are the same.
EVERY = {Main.SEVERA: 1, Main.FORTNOX: 4}


@pytest.mark.timeout(400)
@pytest.mark.parametrize("main", EVERY)
def test_killed_after_each_write_the_next_load_ends_in_the_same_state(
    ministack: Callable[[], World], main: Main
) -> None:
    undisturbed = made(ministack, main)
    load_everything(undisturbed)
    points = [number for number, name in enumerate(undisturbed.points.reached) if is_lasting(name)]
    names, wanted = list(undisturbed.points.reached), state(undisturbed)
    assert len(points) > 60, "the points are not watched"
    assert_each_once(undisturbed)
    broken = []
    for number in points[:: EVERY[main]]:
        world = made(ministack, main)
        world.points.kill_at = number
        with pytest.raises(Killed):
            load_everything(world)
        world.points.kill_at = None
        world.clock.sleep(LATER)
        load_everything(world)
        try:
            found = state(world)
            assert {name: value for name, value in found.items() if value != wanted[name]} == {}
            assert_each_once(world)
        except AssertionError as error:
            broken.append(f"{number} {names[number]}: {error}")
    assert broken == []


@pytest.mark.parametrize("step", [7, 11])
def test_killed_again_and_again_it_still_comes_to_its_end(ministack: Callable[[], World], step: int) -> None:
    undisturbed = made(ministack, Main.SEVERA)
    load_everything(undisturbed)
    world = made(ministack, Main.SEVERA)
    for deaths in itertools.count():
        world.points.reached.clear()
        world.points.kill_at = step * deaths
        try:
            load_everything(world)
        except Killed:
            world.clock.sleep(LATER)
        else:
            break
    assert deaths > 10
    world.points.kill_at = None
    assert state(world) == state(undisturbed)
    assert_each_once(world)
