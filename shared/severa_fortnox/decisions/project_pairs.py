"""What becomes of a Severa project and the Fortnox project with its number; from Severa to Fortnox only.

Rules: DESIGN 10 and `reference` product 1.5, 2b. Only the status follows Severa, and the name where that is wanted.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from severa_fortnox.decisions.decision import Create, Link, Refuse, Skip, Update
from severa_fortnox.decisions.pairs import Linked, Pair, Surroundings, Writes, about, gone
from severa_fortnox.errors import System
from severa_fortnox.fortnox import models as fortnox
from severa_fortnox.fortnox.models import PROJECT_NUMBER, ProjectPayload
from severa_fortnox.mapping.agreement import differences
from severa_fortnox.mapping.projects import (
    map_project,
    notes_on_name,
    project_fields,
    values_in_fortnox,
    values_of_project,
)
from severa_fortnox.reason import Reason
from severa_fortnox.settings import Settings
from severa_fortnox.severa.models import Project
from severa_fortnox.text import is_blank
from severa_fortnox.timing import utc_day

ProjectPairDecision = Create[ProjectPayload] | Update[Writes] | Link | Skip | Refuse

ONGOING, COMPLETED = "ONGOING", "COMPLETED"


@dataclass(frozen=True)
class ProjectPair(Pair):
    """A Severa project, a Fortnox project, or both.

    Args:
        severa: Severa's project; None when there is none.
        fortnox: Fortnox's project; None when there is none.
        in_step: whether nothing changed on either side since they last agreed; a day may still have come.
        rivals: other Severa projects with the same number, as a person names them.
        namesakes: the customer's other projects with the same name in its first 50 characters, which is all Fortnox
            shows.
        invoiced: whether an invoice needs it, which is transferred though projects are not, or though it is closed.
    """

    severa: Project | None = None
    fortnox: fortnox.Project | None = None
    linked: Linked | None = None
    in_step: bool = False
    rivals: tuple[str, ...] = ()
    namesakes: tuple[str, ...] = ()
    ignored: str | None = None
    begun: bool = False
    invoiced: bool = False

    @property
    def number(self) -> str:
        """The project number; "" when there is none."""
        if self.linked is not None:
            return self.linked.fortnox_id
        if self.severa is not None and self.severa.number is not None:
            return str(self.severa.number)
        return self.fortnox.ProjectNumber if self.fortnox else ""

    @property
    def matched_by(self) -> tuple[object, ...]:
        """What of both made them a pair; where it changes they must be matched anew."""
        return self.severa and self.severa.number, self.fortnox and self.fortnox.ProjectNumber

    @property
    def fortnox_id(self) -> str | None:
        """The Fortnox record's number; None when there is none."""
        return self.fortnox.ProjectNumber if self.fortnox else None

    @property
    def fortnox_name(self) -> str:
        """What the Fortnox record is called; "" when there is none."""
        return (self.fortnox.Description or "") if self.fortnox else ""


def decide_pair(pair: ProjectPair, settings: Settings, around: Surroundings) -> ProjectPairDecision:
    """The decision for one pair; the same for a single change, for a load and for the comparison report."""
    project = pair.severa
    named = {"project": pair.name, "record": pair.name}
    if pair.ignored is not None:
        return Skip(Reason("ignored", {"why": pair.ignored}))
    if pair.linked is not None and (project is None or pair.fortnox is None):
        return gone(pair.name, in_severa=project is None)
    if project is None and pair.fortnox is None:
        return Skip(Reason("gone", {"record": "the project", "system": "either system"}))
    if project is None:
        return Skip(Reason("project-only-in-fortnox", named))
    if not settings.transfer_projects and not pair.invoiced:
        return Skip(Reason("projects-not-transferred", named))
    if pair.fortnox is not None and pair.linked is not None:
        return _linked(pair, project, pair.fortnox, settings, around)
    if project.number is None:
        return Refuse((Reason("project-number-missing", named),))
    if len(str(project.number)) > PROJECT_NUMBER:
        return Refuse((Reason("project-number-too-long", {**named, "limit": str(PROJECT_NUMBER)}),))
    if pair.rivals:
        return Refuse((Reason("project-number-several", {**named, "projects": ", ".join(pair.rivals)}),))
    if pair.fortnox is not None:
        return Link(pair.fortnox.ProjectNumber, "number")
    if project.isClosed and not (pair.begun or pair.invoiced):
        return Skip(Reason("project-closed", named))
    if is_blank(project.name):
        return Refuse((Reason("project-name-missing", named),))
    payload, notes = map_project(project)
    if pair.namesakes:
        names = ", ".join(pair.namesakes)
        notes = (*notes, Reason("project-names-alike", {**named, "projects": names, "name": payload.Description}))
    return Create(payload, notes)


def closes_on(project: Project, settings: Settings) -> date | None:
    """The day a closed project becomes COMPLETED in Fortnox; None when it never does by itself."""
    if settings.project_closing == "leave_open":
        return None
    # The day may be one that is to come.
    closed = project.closedDate
    if settings.project_closing == "complete":
        return closed or date.min
    if closed is None and project.lastUpdatedDateTime is not None:
        # Severa knows the day; without it the last change is the latest day it can have been.
        closed = utc_day(project.lastUpdatedDateTime)
    return date.min if closed is None else closed + timedelta(days=settings.project_closing_days)


def _linked(
    pair: ProjectPair, project: Project, theirs: fortnox.Project, settings: Settings, around: Surroundings
) -> ProjectPairDecision:
    status, day = None, closes_on(project, settings) if project.isClosed else None
    if not project.isClosed:
        # A project that has not begun is open too; only a completed one must be opened again.
        status = ONGOING if theirs.Status == COMPLETED else theirs.Status
    elif day is not None and day <= around.today:
        status = COMPLETED
    if settings.rename_projects and is_blank(project.name):
        return Refuse((Reason("project-name-missing", {"project": pair.name}),))
    changes = differences(
        project_fields(rename=settings.rename_projects), values_of_project(project, status), values_in_fortnox(theirs)
    )
    if changes:
        notes = about(notes_on_name(project), (change.field for change in changes))
        return Update(Writes(System.FORTNOX, changes, values_of_project(project, status)), notes)
    if day is not None and day > around.today and theirs.Status != COMPLETED:
        return Skip(Reason("project-closes-later", {"project": pair.name, "day": str(day)}))
    return Skip(Reason("in-step", {"record": pair.name}))
