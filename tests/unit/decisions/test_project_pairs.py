"""What becomes of a Severa project and the Fortnox project with its number: from Severa to Fortnox only."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from severa_fortnox.decisions.decision import Create, Link, Refuse, Skip, Update
from severa_fortnox.decisions.pairs import Linked, Surroundings, Writes
from severa_fortnox.decisions.project_pairs import ProjectPair, closes_on, decide_pair
from severa_fortnox.errors import System
from severa_fortnox.fortnox.models import Project as FortnoxProject
from severa_fortnox.fortnox.models import ProjectPayload
from tests.unit import builders as a

LINKED = Linked("project-1", "501")
TODAY = date(2027, 3, 1)
CREATED = datetime(2025, 5, 6, 12, tzinfo=UTC)


def around(**replaced: Any) -> Surroundings:
    values: dict[str, Any] = {"fortnox": a.REGISTERS, "vat_rates": frozenset({Decimal(25)}), "today": TODAY}
    return Surroundings(**{**values, **replaced})


def theirs(**replaced: Any) -> FortnoxProject:
    return FortnoxProject(**{"ProjectNumber": "501", "Description": "Bygge", "Status": "ONGOING", **replaced})


def both(project: dict[str, Any] | None = None, other: dict[str, Any] | None = None, **replaced: Any) -> ProjectPair:
    return ProjectPair(**{"severa": a.project(**(project or {})), "fortnox": theirs(**(other or {})), **replaced})


def codes(decision: object) -> list[str]:
    match decision:
        case Refuse(reasons=reasons):
            return [reason.code for reason in reasons]
        case Skip(reason=reason):
            return [reason.code]
    return []


@pytest.mark.parametrize(
    ("pair", "kind", "code"),
    [
        (ProjectPair(), Skip, "gone"),
        (ProjectPair(fortnox=theirs()), Skip, "project-only-in-fortnox"),
        (ProjectPair(severa=a.project(number=None)), Refuse, "project-number-missing"),
        (ProjectPair(severa=a.project(name="\u00a0\u200b\t")), Refuse, "project-name-missing"),
        (ProjectPair(severa=a.project(number=10**20)), Refuse, "project-number-too-long"),
        (ProjectPair(severa=a.project(), rivals=("501 Annat",)), Refuse, "project-number-several"),
        (both(rivals=("501 Annat",)), Refuse, "project-number-several"),
        (ProjectPair(severa=a.project(isClosed=True)), Skip, "project-closed"),
        (ProjectPair(severa=a.project(), ignored="internt"), Skip, "ignored"),
        (both(linked=LINKED), Skip, "in-step"),
        (both(linked=LINKED, fortnox=None), Skip, "linked-gone-in-fortnox"),
        (both(linked=LINKED, severa=None), Skip, "linked-gone-in-severa"),
        (both(linked=LINKED, ignored="internt"), Skip, "ignored"),
    ],
)
def test_a_pair_that_is_left_as_it_is_says_why(pair: ProjectPair, kind: type, code: str) -> None:
    decision = decide_pair(pair, a.settings(), around())

    assert isinstance(decision, kind)
    assert codes(decision) == [code]


def test_a_project_fortnox_does_not_have_is_created_whatever_was_asked_of_old_ones() -> None:
    decision = decide_pair(ProjectPair(severa=a.project()), a.settings(), around(taken_along=()))

    assert isinstance(decision, Create) and isinstance(decision.plan, ProjectPayload)
    plan = decision.plan.model_dump(exclude_none=True)
    assert plan == {
        "ProjectNumber": "501",
        "Description": "Bygge",
        "StartDate": date(2025, 1, 2),
        "Status": "ONGOING",
    }


def test_the_day_of_creation_stands_in_for_a_start_date_and_no_end_date_is_sent() -> None:
    project = a.project(startDate=None, createdDateTime=CREATED, isClosed=False)

    decision = decide_pair(ProjectPair(severa=project), a.settings(), around())

    assert isinstance(decision, Create) and isinstance(decision.plan, ProjectPayload)
    assert decision.plan.StartDate == CREATED.date()
    assert "EndDate" not in ProjectPayload.model_fields


@pytest.mark.parametrize("closed", [True, False])
def test_the_number_alone_links(closed: bool) -> None:
    decision = decide_pair(both({"isClosed": closed}, {"Description": "Helt annat"}), a.settings(), around())

    assert isinstance(decision, Link)
    assert (decision.foreign_id, decision.origin) == ("501", "number")


@pytest.mark.parametrize("pair", [ProjectPair(severa=a.project()), both(), both({"isClosed": True}, linked=LINKED)])
def test_switched_off_no_project_goes_anywhere(pair: ProjectPair) -> None:
    settings = a.settings(transfer_projects=False, project_closing="complete")

    assert codes(decide_pair(pair, settings, around())) == ["projects-not-transferred"]


def test_projects_that_look_alike_in_fortnox_are_created_and_that_is_said() -> None:
    pair = ProjectPair(severa=a.project(), namesakes=("502 Bygge, etapp två",))

    decision = decide_pair(pair, a.settings(), around())

    assert isinstance(decision, Create)
    assert [note.code for note in decision.notes] == ["project-names-alike"]
    assert decision.notes[0].values["projects"] == "502 Bygge, etapp två"


CLOSED: dict[str, Any] = {"isClosed": True, "closedDate": date(2027, 2, 1)}


@pytest.mark.parametrize(
    ("closing", "days", "project", "status", "expected"),
    [
        ("leave_open", 30, CLOSED, "ONGOING", "in-step"),
        ("leave_open", 30, CLOSED, "COMPLETED", "in-step"),
        ("complete", 30, CLOSED, "ONGOING", "COMPLETED"),
        ("complete", 30, CLOSED, "NOTSTARTED", "COMPLETED"),
        ("complete", 30, CLOSED, "COMPLETED", "in-step"),
        ("complete_after_days", 28, CLOSED, "ONGOING", "COMPLETED"),
        ("complete_after_days", 29, CLOSED, "ONGOING", "project-closes-later"),
        ("complete_after_days", 29, CLOSED, "COMPLETED", "in-step"),
        # Opened again, or never closed.
        ("complete", 30, {}, "COMPLETED", "ONGOING"),
        ("leave_open", 30, {}, "COMPLETED", "ONGOING"),
        ("complete", 30, {}, "NOTSTARTED", "in-step"),
        ("complete", 30, {}, "ONGOING", "in-step"),
    ],
)
def test_closing_follows_the_setting_and_opening_always_counts(
    closing: Any, days: int, project: dict[str, Any], status: str, expected: str
) -> None:
    settings = a.settings(project_closing=closing, project_closing_days=days)

    decision = decide_pair(both(project, {"Status": status}, linked=LINKED), settings, around())

    if expected in {"COMPLETED", "ONGOING"}:
        assert isinstance(decision, Update) and isinstance(decision.plan, Writes)
        assert (decision.plan.to, decision.plan.keys) == (System.FORTNOX, ("Status",))
        assert decision.plan.values["Status"] == expected
    else:
        assert codes(decision) == [expected]


def test_without_a_closing_day_the_last_change_counts() -> None:
    settings = a.settings(project_closing="complete_after_days", project_closing_days=10)
    project = a.project(isClosed=True, lastUpdatedDateTime=datetime(2027, 2, 20, tzinfo=UTC))

    assert closes_on(project, settings) == date(2027, 3, 2)
    assert closes_on(a.project(isClosed=True), settings) == date.min


@pytest.mark.parametrize("hours", [-9, 0, 2])
def test_a_day_taken_from_a_moment_is_utcs_whichever_zone_severa_writes(hours: int) -> None:
    settings = a.settings(project_closing="complete_after_days", project_closing_days=10)
    moment = datetime(2027, 6, 30, 22, 30, tzinfo=UTC).astimezone(timezone(timedelta(hours=hours)))

    assert closes_on(a.project(isClosed=True, lastUpdatedDateTime=moment), settings) == date(2027, 7, 10)
    told = a.project(isClosed=True, closedDate=date(2027, 7, 1), lastUpdatedDateTime=moment)
    assert closes_on(told, settings) == date(2027, 7, 11), "a day that is told stays the one it is"


@pytest.mark.parametrize(("closing", "days", "day"), [("complete", 30, 0), ("complete_after_days", 30, 30)])
def test_a_day_that_is_to_come_is_waited_for(closing: Any, days: int, day: int) -> None:
    settings = a.settings(project_closing=closing, project_closing_days=days)
    closed = TODAY + timedelta(days=20)
    pair = both({"isClosed": True, "closedDate": closed}, linked=LINKED)
    due = closed + timedelta(days=day)

    assert codes(decide_pair(pair, settings, around(today=due - timedelta(days=1)))) == ["project-closes-later"]
    assert isinstance(decide_pair(pair, settings, around(today=due)), Update)


@pytest.mark.parametrize("rename", [True, False])
def test_a_rename_reaches_fortnox_only_where_that_is_wanted(rename: bool) -> None:
    decision = decide_pair(
        both({"name": "Bygge, etapp två"}, linked=LINKED), a.settings(rename_projects=rename), around()
    )

    if rename:
        assert isinstance(decision, Update)
        assert decision.plan.keys == ("Description",)
    else:
        assert codes(decision) == ["in-step"]


def test_a_new_name_that_is_cut_is_said_whole() -> None:
    name = "Införande av nytt journalsystem vid Läkarhuset på Östermalm"
    decision = decide_pair(both({"name": name}, linked=LINKED), a.settings(rename_projects=True), around())

    assert isinstance(decision, Update)
    assert [(note.code, note.values["name"]) for note in decision.notes] == [("project-name-cut", name)]


def test_a_name_emptied_is_no_new_name() -> None:
    decision = decide_pair(both({"name": " "}, linked=LINKED), a.settings(rename_projects=True), around())

    assert codes(decision) == ["project-name-missing"]


def test_a_name_cut_or_spelled_as_fortnox_must_is_no_rename() -> None:
    long = "Införande av nytt journalsystem vid Läkarhuset på Östermalm"
    cut = "Införande av nytt journalsystem vid Läkarhuset på"
    pair = both({"name": long}, {"Description": cut}, linked=LINKED)

    assert codes(decide_pair(pair, a.settings(rename_projects=True), around())) == ["in-step"]
