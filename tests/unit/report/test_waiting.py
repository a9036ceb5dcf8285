"""What waits for a person: one rule, whatever kind of record is left of a linked pair."""

from __future__ import annotations

from typing import Any

import pytest

from severa_fortnox.decisions.customer_pairs import CustomerPair
from severa_fortnox.decisions.decision import Link, Refuse, Skip
from severa_fortnox.decisions.pairs import Linked
from severa_fortnox.decisions.product_pairs import ProductPair
from severa_fortnox.decisions.project_pairs import ProjectPair
from severa_fortnox.flows.comparison import Looked
from severa_fortnox.fortnox.models import Customer as FortnoxCustomer
from severa_fortnox.fortnox.models import Project as FortnoxProject
from severa_fortnox.mapping.customers import Card
from severa_fortnox.reason import Reason
from severa_fortnox_cli.waiting import waits
from tests.unit import builders as a

LINKED = Linked("guid", "1")
IN_SEVERA, IN_FORTNOX = Skip(Reason("linked-gone-in-severa", {})), Skip(Reason("linked-gone-in-fortnox", {}))
REFUSED = Refuse((Reason("unit-missing", {}),))


def card(*, active: bool) -> Card:
    return Card.of(FortnoxCustomer(CustomerNumber="1", Name="Kund AB", Active=active))


@pytest.mark.parametrize(
    ("pair", "decision", "is_waiting"),
    [
        (CustomerPair(severa=a.customer(), linked=LINKED), IN_FORTNOX, True),
        (CustomerPair(severa=a.customer(isActive=False), linked=LINKED), IN_FORTNOX, False),
        (CustomerPair(card=card(active=True), linked=LINKED), IN_SEVERA, True),
        (CustomerPair(card=card(active=False), linked=LINKED), IN_SEVERA, False),
        (ProductPair(severa=a.product(isActive=None), linked=LINKED), IN_FORTNOX, True),
        (ProductPair(severa=a.product(isActive=False), linked=LINKED), IN_FORTNOX, False),
        (ProductPair(fortnox=a.article(Active=True), linked=LINKED), IN_SEVERA, True),
        (ProductPair(fortnox=a.article(Active=False), linked=LINKED), IN_SEVERA, False),
        (ProjectPair(severa=a.project(), linked=LINKED), IN_FORTNOX, True),
        (ProjectPair(severa=a.project(isClosed=True), linked=LINKED), IN_FORTNOX, False),
        (ProjectPair(fortnox=FortnoxProject(ProjectNumber="1", Status="ONGOING"), linked=LINKED), IN_SEVERA, True),
        (ProjectPair(fortnox=FortnoxProject(ProjectNumber="1", Status="COMPLETED"), linked=LINKED), IN_SEVERA, False),
        # Of one that is gone in both systems nothing is left that could be made inactive.
        (CustomerPair(linked=LINKED), IN_SEVERA, True),
        (CustomerPair(severa=a.customer(isActive=False)), REFUSED, True),
        (CustomerPair(severa=a.customer()), Skip(Reason("customer-prospect", {})), False),
    ],
)
def test_what_is_gone_waits_until_the_other_record_is_inactive(pair: Any, decision: Any, is_waiting: bool) -> None:
    assert waits(Looked(pair, decision)) is is_waiting


@pytest.mark.parametrize(("following", "is_waiting"), [(REFUSED, True), (None, False)])
def test_what_is_linked_and_then_refused_waits(following: Any, is_waiting: bool) -> None:
    pair = CustomerPair(severa=a.customer(), card=card(active=True))
    assert waits(Looked(pair, Link("1", "number"), following)) is is_waiting
