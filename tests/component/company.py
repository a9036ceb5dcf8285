"""A small company for flow tests: one customer, one project, one product, and invoices made of them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sandbox.severa import Row, RowType
from tests.component.world import World

HOURS = Row(
    description="Rådgivning",
    quantity=Decimal("10"),
    unit_price=Decimal("1000"),
    row_type=RowType.HOURS,
    measurement_unit="h",
    codes=("KONSULT",),
)


def customer(world: World, **fields: Any) -> dict[str, Any]:
    """The customer of that number, made with a Swedish billing address when it is not there."""
    number = fields.pop("number", 1001)
    for known in world.severa.all("customers", number=number):
        return known
    made = world.severa.add_customer(
        **{"name": "Björk & Åström AB", "number": number, "kvkNumber": "556677-8899", **fields}
    )
    world.severa.add_address(made, billing=True)
    return made


def project(world: World, owner: dict[str, Any], number: int = 501, **fields: Any) -> dict[str, Any]:
    """The project of that number, made when it is not there."""
    for known in world.severa.all("projects", number=number):
        return known
    return world.severa.add_project(owner, **{"name": "Webbplats", "number": number, **fields})


def ready_invoice(world: World, rows: Sequence[Row] = (HOURS,), **fields: Any) -> dict[str, Any]:
    """An invoice in the ready status, with the customer, project and work type it needs in Severa."""
    if not world.severa.all("work_types", code="KONSULT"):
        world.severa.add_work_type(name="Konsulttid", code="KONSULT")
    payer = fields.pop("customer", None) or customer(world)
    projects = fields.pop("projects", None) or [project(world, payer)]
    return world.severa.add_invoice(payer, projects=projects, rows=rows, status=world.ready, **fields)
