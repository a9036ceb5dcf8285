"""Whether a Severa project is linked to or created in Fortnox (DESIGN 10, project rules)."""

from __future__ import annotations

from dataclasses import dataclass

from severa_fortnox.decisions.decision import Create, Link, Refuse, Skip
from severa_fortnox.fortnox.models import PROJECT_NUMBER, ProjectPayload
from severa_fortnox.mapping.projects import map_project
from severa_fortnox.reason import Reason
from severa_fortnox.severa.models import Project
from severa_fortnox.text import is_blank

ProjectDecision = Create[ProjectPayload] | Link | Skip | Refuse


@dataclass(frozen=True)
class ProjectFacts:
    """What is known of one Severa project and its counterpart.

    Args:
        guid: in Severa.
        number: Severa's project number; None when it has none.
        project: Severa's record; None when it was not read because a counterpart exists.
        exists: whether Fortnox has a project with that number.
        linked: the Fortnox number it is linked to; None when it is not linked.
    """

    guid: str
    number: int | None
    project: Project | None
    exists: bool
    linked: str | None

    @property
    def name(self) -> str:
        """How a person knows the project."""
        parts = ("" if self.number is None else str(self.number), self.project.name if self.project else "")
        return " ".join(part for part in parts if part) or self.guid


def decide(facts: ProjectFacts) -> ProjectDecision:
    """The decision for one project that an invoice or the register needs in Fortnox: the number alone links."""
    if facts.linked is not None:
        return Skip(Reason("already-linked", {"number": facts.linked}))
    if facts.number is None:
        return Refuse((Reason("project-number-missing", {"project": facts.name}),))
    number = str(facts.number)
    if len(number) > PROJECT_NUMBER:
        return Refuse((Reason("project-number-too-long", {"project": facts.name, "limit": str(PROJECT_NUMBER)}),))
    if facts.exists:
        return Link(number, "number")
    if facts.project is None:
        return Refuse((Reason("project-vanished", {"project": facts.name}),))
    if is_blank(facts.project.name):
        return Refuse((Reason("project-name-missing", {"project": facts.name}),))
    payload, notes = map_project(facts.project)
    return Create(payload, notes)
