"""Whether a pair waits for a person; one rule for the report, the preview and what a load counts."""

from __future__ import annotations

from typing import Any

from severa_fortnox.decisions.decision import Refuse, Skip
from severa_fortnox.decisions.project_pairs import COMPLETED
from severa_fortnox.flows.comparison import Looked
from severa_fortnox.fortnox.models import Article
from severa_fortnox.fortnox.models import Project as FortnoxProject
from severa_fortnox.mapping.customers import Card
from severa_fortnox.severa.models import Customer, Product, Project

_GONE = frozenset({"linked-gone-in-severa", "linked-gone-in-fortnox"})


def waits(looked: Looked) -> bool:
    """Whether something is not done until a person has done something.

    Where a linked record is gone, making the other one inactive is what a person is asked for; then nothing waits.
    """
    if is_gone(looked):
        return not is_settled(looked)
    return isinstance(looked.decision, Refuse) or isinstance(looked.following, Refuse)


def is_gone(looked: Looked) -> bool:
    """Whether the two are linked and one of them does not exist any more, or neither does."""
    return isinstance(looked.decision, Skip) and looked.decision.reason.code in _GONE


def is_settled(looked: Looked) -> bool:
    """Whether one of a linked pair's records is gone and the one that is left is inactive."""
    left = remaining(looked.pair)
    return is_gone(looked) and left is not None and not is_active(left)


def remaining(pair: Any) -> object | None:
    """The pair's record in Severa, or else the one in Fortnox; None when there is neither."""
    return pair.severa or getattr(pair, "card", None) or getattr(pair, "fortnox", None)


def is_active(record: object) -> bool:
    """Whether a record of either system is in use; a project is while it is not closed."""
    match record:
        case Customer(isActive=active) | Card(active=active) | Article(Active=active):
            return bool(active)
        case Product(isActive=active):
            # Severa leaves it out of some answers.
            return active is not False
        case Project(isClosed=closed):
            return not closed
        case FortnoxProject(Status=status):
            return status != COMPLETED
    raise AssertionError(f"no record: {record}")
