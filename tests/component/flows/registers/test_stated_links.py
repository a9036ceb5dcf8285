"""The rule that is stated about links of every kind, played through both systems."""

from __future__ import annotations

from datetime import timedelta

import pytest

from severa_fortnox.decisions.decision import Create, Link
from tests.component.flows.registers.companies import KINDS, RegisterWorld, article, card, project

pytestmark = pytest.mark.usefixtures("polled")


def test_the_report_and_the_run_never_disagree(world: RegisterWorld) -> None:
    """Row 12: the link rests on one property, two for products; the report shows what the run then does."""
    world.customer(1001)
    card(world, 1001)
    world.customer(1002, name="Ny AB")
    world.severa.add_product(name="Utveckling", code="DEV", unit="h")
    article(world)
    world.severa.add_product(name="Resa", code="RES")
    project(world)
    world.fortnox.add_project(ProjectNumber="501", Description="Webbplats")

    foretold = {}
    for kind in KINDS:
        for looked in world.compare(kind).looked:
            if isinstance(looked.decision, Create | Link) and looked.pair.severa_id is not None:
                number = looked.decision.foreign_id if isinstance(looked.decision, Link) else looked.pair.number
                foretold[looked.pair.severa_id] = number
    world.quieten()

    assert {guid: number for kind in KINDS for guid, number in world.links(kind)} == foretold
    assert timedelta(0) < world.now() - (world.settings.activated_on or world.now())
