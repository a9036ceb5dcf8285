"""A world on moto: flows are tested for what they do to both systems, the store's own tests cover the engines."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.component.conftest import Engine
from tests.component.world import World


@pytest.fixture
def make_world(moto_client: Any) -> Callable[..., World]:
    """New worlds, each with tables of its own: moto's queries grow slow with what other worlds leave behind."""

    def make(**arguments: Any) -> World:
        engine = Engine.with_own_tables(moto_client, atomic=False)
        return World(engine, **arguments)

    return make


@pytest.fixture
def world(make_world: Callable[..., World]) -> World:
    return make_world()
