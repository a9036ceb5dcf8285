"""Small companies on moto, each with tables of its own; calls are not paced, because the pace does not matter here."""

from __future__ import annotations

from typing import Any

import pytest

from tests.component.conftest import Engine
from tests.component.flows.registers.companies import Maker, RegisterWorld


@pytest.fixture
def company(moto_client: Any) -> Maker:
    """Makes a company."""

    def make(**arguments: Any) -> RegisterWorld:
        engine = Engine.with_own_tables(moto_client, atomic=False)
        return RegisterWorld(engine, **arguments)

    return make


@pytest.fixture
def world(company: Maker) -> RegisterWorld:
    """One company."""
    return company()


@pytest.fixture
def polled(world: RegisterWorld) -> RegisterWorld:
    """Its first poll has caught up with Fortnox for today."""
    world.poll()
    world.clock.sleep(60)
    return world
