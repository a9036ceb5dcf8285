"""A project: open, with a start date and without an end, its whole name somewhere."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from severa_fortnox.fortnox import models as fortnox
from severa_fortnox.fortnox.models import PROJECT_COMMENTS, PROJECT_NAME, ProjectPayload
from severa_fortnox.mapping.projects import changes_in_fortnox, map_project, name_in_fortnox, values_of_project
from tests.unit import builders as a


def test_an_ordinary_project_goes_over_whole() -> None:
    sent, notes = map_project(a.project(description="<p>Etapp 1</p>"))

    assert sent.model_dump(exclude_none=True) == {
        "ProjectNumber": "501",
        "Description": "Bygge",
        "Comments": "Etapp 1",
        "StartDate": date(2025, 1, 2),
        "Status": "ONGOING",
    }
    assert notes == ()


def test_a_name_of_fifty_characters_fits() -> None:
    sent, notes = map_project(a.project(name="x" * 50))

    assert (sent.Description, sent.Comments, notes) == ("x" * 50, None, ())


def test_a_longer_name_is_cut_at_a_word_and_stands_whole_in_the_comments() -> None:
    name = "Ombyggnad av huvudkontoret för Kund AB på Storgatan 1"
    sent, notes = map_project(a.project(name=name, description="Etapp 1"))

    assert sent.Description == "Ombyggnad av huvudkontoret för Kund AB på"
    assert sent.Comments == f"{name}\nEtapp 1"
    assert [note.code for note in notes] == ["project-name-cut"]


@given(st.text(alphabet="ab å", min_size=1, max_size=200).filter(str.strip), st.text(alphabet="ab \n", max_size=900))
def test_names_and_comments_always_fit(name: str, description: str) -> None:
    sent, notes = map_project(a.project(name=name, description=description))

    assert 0 < len(sent.Description) <= PROJECT_NAME
    assert len(sent.Comments or "") <= PROJECT_COMMENTS
    whole = " ".join(name.split())
    assert sent.Description == whole or "project-name-cut" in {note.code for note in notes}


def test_comments_that_do_not_fit_are_cut_and_said_whole() -> None:
    _, notes = map_project(a.project(description="ord " * 200))

    assert notes[0].values["text"] == ("ord " * 200).strip()


@pytest.mark.parametrize(
    ("start", "created", "sent"),
    [
        (date(2025, 1, 2), datetime(2024, 1, 1, tzinfo=UTC), date(2025, 1, 2)),
        (None, datetime(2024, 1, 1, 23, 30, tzinfo=UTC), date(2024, 1, 1)),
        (None, None, None),
    ],
)
def test_the_start_falls_back_to_the_day_it_was_created(
    start: date | None, created: datetime | None, sent: date | None
) -> None:
    assert map_project(a.project(startDate=start, createdDateTime=created))[0].StartDate == sent


FIFTY = "Flytt av ekonomisystem och lönesystem till molnet,"


@pytest.mark.parametrize(
    ("name", "comments", "expected"),
    [
        (f"{FIFTY} etapp två", f"{FIFTY} etapp ett\nRing Åsa", f"{FIFTY} etapp två\nRing Åsa"),
        (f"{FIFTY} etapp två", "Ring Åsa", f"{FIFTY} etapp två\nRing Åsa"),
        (f"{FIFTY} etapp två", None, f"{FIFTY} etapp två"),
        ("Flytt", f"{FIFTY} etapp ett\nRing Åsa", "Ring Åsa"),
        ("Flytt", f"{FIFTY} etapp ett", None),
        ("Flytt", "Ring Åsa", "Ring Åsa"),
    ],
)
def test_a_new_name_goes_with_the_whole_of_it_and_what_a_person_wrote_stays(
    name: str, comments: str | None, expected: str | None
) -> None:
    theirs = fortnox.Project(ProjectNumber="501", Description=FIFTY, Comments=comments)
    project = a.project(name=name)

    sent = changes_in_fortnox(values_of_project(project, None), ("Description",), project, theirs)

    assert (sent.Description, sent.Comments) == (name_in_fortnox(project), expected)


def test_comments_without_room_for_the_whole_name_are_left_alone() -> None:
    theirs = fortnox.Project(ProjectNumber="501", Description="Flytt", Comments="x" * PROJECT_COMMENTS)
    project = a.project(name=f"{FIFTY} etapp två")

    sent = changes_in_fortnox(values_of_project(project, None), ("Description",), project, theirs)

    assert "Comments" not in sent.model_fields_set


def test_a_new_status_leaves_the_comments_alone() -> None:
    theirs = fortnox.Project(ProjectNumber="501", Description="Flytt", Comments="Ring Åsa")
    project = a.project(name="Annat")

    sent = changes_in_fortnox(values_of_project(project, "COMPLETED"), ("Status",), project, theirs)

    assert sent.model_dump(exclude_unset=True) == {"Status": "COMPLETED"}


def test_an_end_date_cannot_even_be_sent() -> None:
    assert not {name for name in ProjectPayload.model_fields if "end" in name.casefold()}


def test_a_closed_project_arrives_open() -> None:
    assert map_project(a.project(isClosed=True))[0].Status == "ONGOING"


def test_characters_replaced_in_name_and_description_are_said_once() -> None:
    _, notes = map_project(a.project(name='"a"', description='"b" …'))

    assert [(note.code, note.values["characters"]) for note in notes] == [("characters-replaced", '" …')]
