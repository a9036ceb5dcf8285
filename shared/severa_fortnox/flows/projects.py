"""Projects: what is read, what is decided, what is done (Severa → Fortnox, as an invoice needs them)."""

from __future__ import annotations

from severa_fortnox.decisions.projects import ProjectDecision, ProjectFacts
from severa_fortnox.flows import project_pairs
from severa_fortnox.flows.session import Session
from severa_fortnox.severa.models import Numbered
from severa_fortnox.store.links import Link
from severa_fortnox.work import Cause


def gather(session: Session, project: Numbered, link: Link | None) -> ProjectFacts:
    """What the decision about one project needs; a linked one costs no call.

    Args:
        project: as the invoice names it; its guid is known to be set.
        link: its link; None when it has none.
    """
    in_fortnox, guid = session.registers.of_fortnox(), project.guid or ""
    if link is not None:
        return ProjectFacts(guid, project.number, None, link.fortnox_id, in_fortnox)
    return ProjectFacts(guid, project.number, project_pairs.of_invoice(session, project), None, in_fortnox)


def carry_out(session: Session, facts: ProjectFacts, decision: ProjectDecision) -> None:
    """Perform the decision; see `Entity.carry_out` for what it raises."""
    if facts.pair is not None:
        project_pairs.ENTITY.carry_out(session, Cause.EVENT, facts.pair, decision, facts.surroundings)
