"""Every rule that is stated about projects, played through both systems; the rows are those of `reference` product.

Time passes in rounds: what changed in Severa is found by each poll, what changed in Fortnox once a day.
"""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from sandbox.severa import Readings
from severa_fortnox.work import Kind
from tests.component.company import ready_invoice
from tests.component.flows.registers.companies import DAY, Maker, RegisterWorld, next_day, project

pytestmark = pytest.mark.usefixtures("polled")


def test_row_35_severa_is_always_master_of_projects(world: RegisterWorld) -> None:
    undertaking = project(world)
    world.quieten()

    world.in_fortnox(Kind.PROJECT, "501", Description="Ändrad i Fortnox", Status="NOTSTARTED")
    next_day(world)
    assert undertaking["name"] == "Webbplats"
    assert world.fortnox.projects["501"]["Status"] == "NOTSTARTED", "one that has not begun is open too"

    world.in_fortnox(Kind.PROJECT, "501", Status="COMPLETED")
    next_day(world)
    assert world.fortnox.projects["501"]["Status"] == "ONGOING"


def test_row_35_projects_are_left_alone_when_they_are_switched_off(world: RegisterWorld) -> None:
    world.set(transfer_projects=False)
    project(world)

    world.quieten()
    world.load(Kind.PROJECT)

    assert list(world.fortnox.projects) == []
    # An invoice needs its project all the same.
    world.run(ready_invoice(world)["guid"])
    assert [each["ProjectNumber"] for each in world.fortnox.projects] == ["501"]


def test_row_36_projects_are_linked_by_number_and_never_brought_from_fortnox(world: RegisterWorld) -> None:
    undertaking = project(world)
    world.fortnox.add_project(ProjectNumber="501", Description="Något helt annat")
    world.fortnox.add_project(ProjectNumber="901", Description="Bara i Fortnox")

    world.quieten()
    next_day(world)
    world.load(Kind.PROJECT)

    assert world.links(Kind.PROJECT) == {(undertaking["guid"], "501")}
    assert len(world.severa.records["projects"]) == 1
    assert world.problems() == []


def test_row_37_a_name_over_fifty_characters_is_cut_and_stands_whole_in_the_comments(world: RegisterWorld) -> None:
    long = "Införande av nytt journalsystem vid Läkarhuset på Östermalm med kurser för alla."
    undertaking = project(world, name=long)

    world.quieten()

    made = world.fortnox.projects["501"]
    assert long.startswith(made["Description"]) and 40 < len(made["Description"]) <= 50
    assert long[len(made["Description"])] == " ", "cut in the middle of a word"
    assert made["Comments"] == long
    (entry,) = world.log(undertaking["guid"], Kind.PROJECT)
    assert long in entry.detail["notes"]


@pytest.mark.parametrize(
    ("closing", "after"),
    [
        ("leave_open", ["ONGOING"] * 4),
        ("complete", ["COMPLETED"] * 4),
        ("complete_after_days", ["ONGOING", "ONGOING", "ONGOING", "COMPLETED"]),
    ],
)
def test_row_38_closing_follows_the_setting_and_opening_again_always_counts(
    world: RegisterWorld, closing: str, after: list[str]
) -> None:
    world.set(project_closing=closing, project_closing_days=3)
    undertaking = project(world)
    world.quieten()

    world.in_severa("projects", undertaking, isClosed=True, closedDate=world.now().date())
    seen = []
    for _ in range(4):
        world.quieten()
        seen.append(world.fortnox.projects["501"]["Status"])
        world.clock.sleep(DAY)
    assert seen == after

    world.in_severa("projects", undertaking, isClosed=False, closedDate=None)
    world.quieten()
    assert world.fortnox.projects["501"]["Status"] == "ONGOING"


@pytest.mark.parametrize("offset", [0, 2], ids=["22:30Z", "00:30+02:00"])
@pytest.mark.parametrize("has_day", [True, False], ids=["day told", "day not told"])
@pytest.mark.parametrize(
    ("closing", "days"), [("complete", 1), ("complete_after_days", 3)], ids=["complete", "complete after days"]
)
def test_row_38_a_project_closed_around_midnight_is_completed_whatever_zone_severa_writes(
    company: Maker, offset: int, has_day: bool, closing: str, days: int
) -> None:
    world = company(severa=Readings(utc_offset=offset))
    world.set(project_closing=closing, project_closing_days=2)
    undertaking, _ = world.pair_of_projects(501)
    world.clock.now = (world.now() + timedelta(days=3)).replace(hour=22, minute=30).timestamp()
    closed = (world.now() + timedelta(hours=2)).date() if has_day else None
    world.poll_and_look()

    world.in_severa("projects", undertaking, isClosed=True, closedDate=closed)
    assert str(undertaking["lastUpdatedDateTime"])[11:16] == ("00:30" if offset else "22:30")
    seen = []
    for _ in range(days + 1):
        world.quieten(rounds=2, minutes=5)
        seen.append(world.fortnox.projects["501"]["Status"])
        world.clock.sleep(DAY)

    if has_day:
        assert seen == ["ONGOING"] * days + ["COMPLETED"]
    else:
        # The moment of the change is known, and that was before midnight in UTC.
        assert seen[-2:] == ["COMPLETED"] * 2
        assert closing == "complete" or seen[:-2] == ["ONGOING"] * (days - 1)


@pytest.mark.parametrize("rename", [False, True])
def test_row_39_a_rename_reaches_fortnox_only_where_that_is_wanted(world: RegisterWorld, rename: bool) -> None:
    world.set(rename_projects=rename)
    undertaking = project(world, start=date(2027, 1, 2), description="Först")
    world.quieten()

    world.in_severa("projects", undertaking, name="Nytt namn", startDate=date(2027, 2, 2), description="Sedan")
    next_day(world)

    made = world.fortnox.projects["501"]
    assert made["Description"] == ("Nytt namn" if rename else "Webbplats")
    assert (made["StartDate"], made["Comments"]) == ("2027-01-02", "Först")


def test_row_40_the_day_of_creation_stands_in_for_a_start_date_and_nothing_ends(world: RegisterWorld) -> None:
    undertaking = project(world, start=None)

    world.quieten()

    made = world.fortnox.projects["501"]
    assert made["StartDate"] == str(undertaking["createdDateTime"])[:10]
    assert not made["EndDate"]
    sent = world.fortnox_calls.journal.matching("POST", "/3/projects")
    assert all("EndDate" not in call.body["Project"] for call in sent)
