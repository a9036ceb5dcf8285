"""Whatever people do in both systems: when nobody does anything any more, both agree, and then nothing is written.

Edits come in any order and at any moment between the rounds. What the other side has to say about a field does not
count: the main system is never overwritten, so agreement is agreement with it.
"""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, given, note
from hypothesis import settings as bounded
from hypothesis import strategies as st

from sandbox.registers.edits import Edit, edit, shown
from sandbox.registers.sides import Sides, product_of
from sandbox.severa import Readings
from severa_fortnox.errors import System
from severa_fortnox.settings import Main
from severa_fortnox.work import Cause, Kind, Work
from tests.component.flows.loading import KINDS, calling, load_everything, seed_each_decision, world_on, writes
from tests.component.world import World

MINUTE, DAY = 60.0, 86_400.0
#: An edit twice as often as anything else; "event" hands over what Fortnox has to tell before the next poll.
STEPS = st.lists(st.sampled_from(["edit", "edit", "edit", "event", "round", "day"]), min_size=2, max_size=14)
#: A new customer is one call and one for each of its three addresses.
WRITES_AN_EDIT = 4


class Company:
    """A small company in step, and people who edit it."""

    def __init__(self, client: Any, main: Main, seed: int, moves: bool) -> None:
        self.world = world_on(client, registers=True, severa=Readings(child_moves_parent=moves))
        seed_each_decision(self.world)
        self.world.set(customer_main=main, product_main=main)
        load_everything(self.world)
        self.world.settle()
        self.rng = random.Random(seed)
        self.edits: list[Edit] = []
        self.events: list[Work] = []

    def take(self, step: str) -> None:
        """One step of the story."""
        match step:
            case "edit":
                self.edits.append(edit(self.rng, self.world.severa, self.world.fortnox))
                note(shown(self.edits[-1]))
                self._tell(self.edits[-1])
                self.world.clock.sleep(self.rng.choice((1, MINUTE)))
            case "event":
                self.deliver()
            case "round":
                self.world.clock.sleep(5 * MINUTE)
                self.world.round()
            case _:
                self.world.clock.sleep(DAY)
                self.world.round()

    def deliver(self) -> None:
        """Fortnox's events so far, each looked at by a worker."""
        events, self.events = self.events, []
        for work in events:
            self.world.look(work)

    def quieten(self) -> None:
        """Two days on which nobody does anything."""
        self.deliver()
        for _ in range(2):
            self.world.settle()
            self.world.clock.sleep(DAY)
        self.world.settle()

    def _tell(self, done: Edit) -> None:
        if done.side is not System.SEVERA:
            self.events.append(Work(self.world.id, done.kind, done.record, Cause.EVENT, System.FORTNOX))


def is_active(world: World, kind: Kind, guid: str, number: str) -> bool:
    """Whether both records are there and in use."""
    if kind is Kind.PROJECT:
        return guid in world.severa.records["projects"] and number in world.fortnox.projects
    if kind is Kind.CUSTOMER:
        customer, card = world.severa.records["customers"].get(guid), world.fortnox.customers.get(number)
        return bool(customer and card and customer["isActive"] and card["Active"])
    article = world.fortnox.articles.get(number)
    try:
        _, product = product_of(world.severa, guid)
    except KeyError:
        return False
    return bool(article and article["Active"] and product["isActive"])


def disagreements(company: Company) -> list[str]:
    """Continuous fields in which two linked records in use differ without a reason."""
    world, sides, found = company.world, Sides(company.world.severa, company.world.fortnox), []
    refused = {problem.subject for problem in world.store().problems.all_open(world.id)}
    silent = {done.record for done in company.edits if done.silent}
    for kind in KINDS:
        for link in world.store().links.all(world.id, kind):
            exempt = f"{kind}#{link.severa_id}" in refused or link.severa_id in silent
            if exempt or not is_active(world, kind, link.severa_id, link.fortnox_id):
                continue
            kept = set(link.synced.get("kept", "").split(","))
            for name, values in sides.disagreeing(kind, link.severa_id, link.fortnox_id).items():
                is_severa_main = kind is Kind.PROJECT or world.settings.customer_main is Main.SEVERA
                # Only the other system had a value when they were linked, and the main system still has none.
                if name in kept and values[0 if is_severa_main else 1] is None:
                    continue
                found.append(f"{kind} {link.fortnox_id} {name}: {values[0]!r} in Severa, {values[1]!r} in Fortnox")
    return found


def overwritten(calls: list[str], main: Main) -> list[str]:
    """Writes to records of the main system."""
    if main is Main.SEVERA:
        return [call for call in calls if call.startswith("severa PATCH") and "/addresses/" not in call]
    return [call for call in calls if call.startswith(("fortnox PUT /3/customers", "fortnox PUT /3/articles"))]


@pytest.mark.timeout(600)
@pytest.mark.parametrize("main", [Main.SEVERA, Main.FORTNOX])
def test_after_quiet_both_sides_agree_and_nothing_is_written_any_more(ministack_client: Any, main: Main) -> None:
    @bounded(
        max_examples=12,
        deadline=None,
        derandomize=True,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        database=None,
    )
    @given(seed=st.integers(0, 10**6), steps=STEPS, moves=st.booleans())
    def holds(seed: int, steps: list[str], moves: bool) -> None:
        company = Company(ministack_client, main, seed, moves)
        world = company.world
        with calling(world) as calls:
            for step in steps:
                company.take(step)
            company.quieten()
        assert disagreements(company) == []
        for kind in KINDS:
            links = list(world.store().links.all(world.id, kind))
            for ids in ([link.severa_id for link in links], [link.fortnox_id for link in links]):
                assert max(Counter(ids).values(), default=1) == 1, f"a {kind} is linked twice"
        written = writes(calls)
        assert overwritten(written, main) == []
        assert len(written) <= WRITES_AN_EDIT * len(company.edits), written
        with calling(world) as later:
            world.clock.sleep(5 * MINUTE)
            world.round()
            world.clock.sleep(DAY)
            world.round()
        assert writes(later) == []
        assert list(world.store().transfers.unfinished(world.id, world.clock() + 10**8)) == []

    holds()


def test_a_removed_address_is_followed_where_severa_calls_that_a_change_of_its_customer(ministack_client: Any) -> None:
    company = Company(ministack_client, Main.SEVERA, seed=0, moves=True)
    severa = company.world.severa
    customer = severa.all("customers", number=1001)[0]
    for address in severa.all("addresses"):
        if address["customer"]["guid"] == customer["guid"] and address["isVisitAddress"]:
            severa.delete("addresses", address["guid"])
    severa.touch("customers", customer)
    company.quieten()
    assert disagreements(company) == []
    assert not company.world.fortnox.customers["1001"]["VisitingCity"]
