"""Small companies on moto, each with tables of its own; calls are not paced, because the pace does not matter here."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from severa_fortnox.store.schema import create_tables
from tests.component.conftest import Engine
from tests.component.flows.registers.companies import Maker, RegisterWorld


@pytest.fixture
def company(moto_client: Any) -> Maker:
    """Makes a company."""

    def make(**arguments: Any) -> RegisterWorld:
        suffix = uuid.uuid4().hex[:8]
        engine = Engine(moto_client, atomic=False, state_table=f"State-{suffix}", log_table=f"Log-{suffix}")
        create_tables(engine.client, engine.state_table, engine.log_table)
        return RegisterWorld(engine, **arguments)

    return make


@pytest.fixture
def world(company: Maker) -> RegisterWorld:
    """One company."""
    return company()
