"""Projects: the number alone links."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from severa_fortnox.decisions.decision import Create, Link, Refuse, Skip
from severa_fortnox.decisions.projects import ProjectDecision, decide
from tests.unit import builders as a


def decided(**facts: Any) -> ProjectDecision:
    return decide(a.project_facts(**facts), a.settings())


def test_a_linked_project_needs_nothing() -> None:
    decision = decided(linked="501")

    assert isinstance(decision, Skip) and decision.reason.values == {"number": "501"}


def test_a_project_with_that_number_is_linked_whatever_it_is_called() -> None:
    decision = decided(in_fortnox=True)

    assert isinstance(decision, Link)
    assert (decision.foreign_id, decision.origin) == ("501", "number")


@pytest.mark.parametrize("project", [{}, {"isClosed": True}])
@pytest.mark.parametrize("transfer_projects", [True, False])
def test_a_project_fortnox_does_not_have_is_created_for_its_invoice(
    project: dict[str, Any], transfer_projects: bool
) -> None:
    decision = decide(a.project_facts(**project), a.settings(transfer_projects=transfer_projects))

    assert isinstance(decision, Create)
    assert (decision.plan.ProjectNumber, decision.plan.Description) == ("501", "Bygge")


@pytest.mark.parametrize(
    ("project", "code", "named"),
    [
        ({"number": None}, "project-number-missing", "Bygge"),
        ({"name": " \u200b"}, "project-name-missing", "501  \u200b"),
        ({"number": 10**20}, "project-number-too-long", f"{10**20} Bygge"),
    ],
)
def test_a_project_fortnox_cannot_have_is_refused_by_name(project: dict[str, Any], code: str, named: str) -> None:
    decision = decided(**project)

    assert isinstance(decision, Refuse)
    assert (decision.reasons[0].code, decision.reasons[0].values["project"]) == (code, named)


def test_a_project_that_vanished_is_refused_by_its_number() -> None:
    decision = decide(replace(a.project_facts(), pair=None), a.settings())

    assert isinstance(decision, Refuse)
    assert (decision.reasons[0].code, decision.reasons[0].values["project"]) == ("project-vanished", "501")


def test_two_projects_of_one_number_are_refused_though_fortnox_has_one_of_it() -> None:
    facts = a.project_facts(in_fortnox=True)
    assert facts.pair is not None

    decision = decide(replace(facts, pair=replace(facts.pair, rivals=("501 Beta",))), a.settings())

    assert isinstance(decision, Refuse) and decision.reasons[0].code == "project-number-several"


def test_a_project_that_a_person_wants_left_alone_keeps_its_invoice_waiting() -> None:
    facts = a.project_facts()
    assert facts.pair is not None

    decision = decide(replace(facts, pair=replace(facts.pair, ignored="tas i Visma")), a.settings())

    assert isinstance(decision, Refuse) and decision.reasons[0].code == "ignored-but-needed"


def test_a_number_of_twenty_digits_fits() -> None:
    assert isinstance(decided(number=10**19), Create)


def test_number_zero_is_a_number() -> None:
    decision = decided(number=0, in_fortnox=True)

    assert isinstance(decision, Link) and decision.foreign_id == "0"
