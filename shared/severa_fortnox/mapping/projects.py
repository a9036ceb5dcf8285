"""A Severa project becomes a Fortnox project (DESIGN 10, `reference` product 1.5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from severa_fortnox.fortnox import models as fortnox
from severa_fortnox.fortnox.changes import ProjectChanges
from severa_fortnox.fortnox.models import PROJECT_COMMENTS, PROJECT_NAME, ProjectPayload
from severa_fortnox.mapping.fields import PROJECT, Field, Values, When
from severa_fortnox.reason import Reason
from severa_fortnox.severa.models import Project
from severa_fortnox.text import cut_at_word, fortnox_text, plain_text


def map_project(project: Project) -> tuple[ProjectPayload, tuple[Reason, ...]]:
    """The new project and what a person should know about it.

    The name is cut to Fortnox's 50 characters at a word and stands whole in the comments. A missing start date falls
    back to the day the project was created, because Fortnox needs one; an end date is never sent.

    Args:
        project: Severa's project; its number is known to be set.
    """
    cleaned = fortnox_text(" ".join(project.name.split()))
    description = fortnox_text(plain_text(project.description or ""))
    replaced = dict.fromkeys((*cleaned.replaced, *description.replaced))
    notes = []
    if replaced:
        notes.append(Reason("characters-replaced", {"field": "name", "characters": " ".join(replaced)}))
    parts = [description.text]
    if len(cleaned.text) > PROJECT_NAME:
        parts.insert(0, cleaned.text)
        notes.append(_cut(cleaned.text))
    comments = "\n".join(part for part in parts if part)
    if len(comments) > PROJECT_COMMENTS:
        notes.append(Reason("text-shortened", {"field": "comments", "limit": str(PROJECT_COMMENTS), "text": comments}))
    started = project.startDate or (project.createdDateTime.date() if project.createdDateTime else None)
    return (
        ProjectPayload(
            ProjectNumber=str(project.number),
            Description=cut_at_word(cleaned.text, PROJECT_NAME),
            Comments=cut_at_word(comments, PROJECT_COMMENTS) or None,
            StartDate=started,
            # Even for a project already closed in Severa: what arrives now must still be booked on it.
            Status="ONGOING",
        ),
        tuple(notes),
    )


def notes_on_name(project: Project) -> tuple[Reason, ...]:
    """What a person should know about the project's name in Fortnox when it is changed there."""
    cleaned = fortnox_text(" ".join(project.name.split()))
    notes = []
    if cleaned.replaced:
        notes.append(Reason("characters-replaced", {"field": "name", "characters": " ".join(cleaned.replaced)}))
    if len(cleaned.text) > PROJECT_NAME:
        notes.append(_cut(cleaned.text))
    return tuple(notes)


def changes_in_fortnox(
    values: Values, keys: Sequence[str], project: Project, theirs: fortnox.Project
) -> ProjectChanges:
    """The values as a change of the project; with a name goes the whole of it, first in the comments.

    Args:
        theirs: as it stands in Fortnox, its comments included; the rest of them stays.
    """
    changed = {key: values[key] for key in keys}
    if "Description" not in changed:
        return ProjectChanges(**changed)
    whole = fortnox_text(" ".join(project.name.split())).text
    first, *rest = (theirs.Comments or "").split("\n")
    was_whole = len(first) > PROJECT_NAME and cut_at_word(first, PROJECT_NAME) == theirs.Description
    lines = [*([whole] if len(whole) > PROJECT_NAME else []), *([] if was_whole else [first]), *rest]
    comments = "\n".join(lines).strip()
    # Nothing that a person wrote is cut off for it.
    is_room = len(comments) <= PROJECT_COMMENTS
    return ProjectChanges(**changed, **({"Comments": comments or None} if is_room else {}))


def name_in_fortnox(project: Project) -> str:
    """The project's name as Fortnox holds it: its characters permitted, cut to 50 characters at a word."""
    return cut_at_word(fortnox_text(" ".join(project.name.split())).text, PROJECT_NAME)


def values_of_project(project: Project, status: str | None) -> Values:
    """What of a Severa project may change in Fortnox, in Fortnox's form.

    Args:
        status: the Fortnox status it is to have; None leaves Fortnox's as it is.
    """
    values: dict[str, str | None] = {"Description": name_in_fortnox(project)}
    return values if status is None else {**values, "Status": status}


def values_in_fortnox(project: fortnox.Project) -> Values:
    """The same of Fortnox's project."""
    return {"Description": project.Description, "Status": project.Status}


def project_fields(*, rename: bool) -> tuple[Field, ...]:
    """The table of projects; the name follows Severa's when that is wanted."""
    if not rename:
        return PROJECT
    return tuple(replace(field, when=When.ALWAYS) if field.key == "Description" else field for field in PROJECT)


def _cut(name: str) -> Reason:
    return Reason("project-name-cut", {"field": "name", "name": name, "limit": str(PROJECT_NAME)})
