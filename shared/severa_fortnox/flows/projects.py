"""Projects: what is read, what is decided, what is done (Severa → Fortnox, as an invoice needs them)."""

from __future__ import annotations

from severa_fortnox.decisions.projects import ProjectDecision, ProjectFacts
from severa_fortnox.flows.counterparts import Counterpart, existing
from severa_fortnox.flows.counterparts import carry_out as carry_out_counterpart
from severa_fortnox.flows.create import Made
from severa_fortnox.flows.session import Session
from severa_fortnox.fortnox.models import ProjectPayload
from severa_fortnox.severa.models import Numbered
from severa_fortnox.store.links import Link
from severa_fortnox.work import Kind


def gather(session: Session, project: Numbered, link: Link | None) -> ProjectFacts:
    """What the decision about one project needs; a linked one costs no call.

    Args:
        project: as the invoice names it; its guid is known to be set.
        link: its link; None when it has none.
    """
    if link is not None:
        return ProjectFacts(project.guid or "", project.number, None, exists=True, linked=link.fortnox_id)
    number = project.number
    exists = number is not None and existing(session.fortnox.project, str(number)) is not None
    severa = None if exists or number is None else session.severa.project(project.guid or "")
    return ProjectFacts(project.guid or "", number, severa, exists, linked=None)


def carry_out(session: Session, facts: ProjectFacts, decision: ProjectDecision) -> None:
    """Perform the decision; see `counterparts.carry_out` for what it raises."""
    number = str(facts.number)
    counterpart = Counterpart(Kind.PROJECT, facts.guid, number, facts.name)

    def send(payload: ProjectPayload) -> Made:
        return Made(session.fortnox.create_project(payload).ProjectNumber)

    def find(sent: str) -> Made | None:
        found = existing(session.fortnox.project, sent)
        return None if found is None else Made(found.ProjectNumber)

    carry_out_counterpart(session, counterpart, decision, send=send, find=find)
