"""Projects: the number alone links."""

from __future__ import annotations

from typing import Any

import pytest

from severa_fortnox.decisions.decision import Create, Link, Refuse, Skip
from severa_fortnox.decisions.projects import decide
from tests.unit import builders as a


def test_a_linked_project_needs_nothing() -> None:
    decision = decide(a.project_facts(linked="501", project=None))

    assert isinstance(decision, Skip) and decision.reason.values == {"number": "501"}


def test_a_project_with_that_number_is_linked_whatever_it_is_called() -> None:
    decision = decide(a.project_facts(exists=True, project=None))

    assert isinstance(decision, Link)
    assert (decision.foreign_id, decision.origin) == ("501", "number")


def test_a_project_fortnox_does_not_have_is_created() -> None:
    decision = decide(a.project_facts())

    assert isinstance(decision, Create)
    assert (decision.plan.ProjectNumber, decision.plan.Description) == ("501", "Bygge")


@pytest.mark.parametrize(
    ("facts", "code", "named"),
    [
        ({"number": None}, "project-number-missing", "Bygge"),
        ({"project": a.project(name=" \u200b")}, "project-name-missing", "501  \u200b"),
        ({"number": None, "project": None}, "project-number-missing", "project-1"),
        ({"number": 10**20}, "project-number-too-long", f"{10**20} Bygge"),
        ({"project": None}, "project-vanished", "501"),
    ],
)
def test_a_project_fortnox_cannot_have_is_refused_by_name(facts: dict[str, Any], code: str, named: str) -> None:
    decision = decide(a.project_facts(**facts))

    assert isinstance(decision, Refuse)
    assert (decision.reasons[0].code, decision.reasons[0].values["project"]) == (code, named)


def test_a_number_of_twenty_digits_fits() -> None:
    assert isinstance(decide(a.project_facts(number=10**19)), Create)


def test_number_zero_is_a_number() -> None:
    decision = decide(a.project_facts(number=0, exists=True))

    assert isinstance(decision, Link) and decision.foreign_id == "0"
