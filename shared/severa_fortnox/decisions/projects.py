"""Whether a Severa project is linked to, created in or kept away from Fortnox (DESIGN 10, project rules)."""

from __future__ import annotations

from dataclasses import dataclass

from severa_fortnox.decisions.decision import Create, Link, Refuse, Skip
from severa_fortnox.decisions.pairs import Surroundings
from severa_fortnox.decisions.project_pairs import ProjectPair, decide_pair
from severa_fortnox.decisions.registers import Registers
from severa_fortnox.fortnox.models import ProjectPayload
from severa_fortnox.reason import Reason
from severa_fortnox.settings import Settings

ProjectDecision = Create[ProjectPayload] | Link | Skip | Refuse


@dataclass(frozen=True)
class ProjectFacts:
    """What is known of one Severa project that an invoice names, and of its counterpart.

    Args:
        guid: in Severa.
        number: Severa's project number; None when it has none.
        pair: the two as the registers see them, matched; None when it is linked, or Severa has no such project.
        linked: the Fortnox number it is linked to; None when it is not linked.
        registers: what exists in Fortnox.
    """

    guid: str
    number: int | None
    pair: ProjectPair | None
    linked: str | None
    registers: Registers

    @property
    def name(self) -> str:
        """How a person knows the project."""
        return (self.pair.name if self.pair else "" if self.number is None else str(self.number)) or self.guid

    @property
    def surroundings(self) -> Surroundings:
        """What else the registers' rules ask."""
        return Surroundings(self.registers, vat_rates=frozenset())


def decide(facts: ProjectFacts, settings: Settings) -> ProjectDecision:
    """The decision for one project that an invoice needs in Fortnox.

    One that is not linked is decided as in the registers; what they would leave alone is refused here.
    """
    if facts.linked is not None:
        return Skip(Reason("already-linked", {"number": facts.linked}))
    if facts.pair is None:
        return Refuse((Reason("project-vanished", {"project": facts.name}),))
    decision = decide_pair(facts.pair, settings, facts.surroundings)
    match decision:
        case Skip(reason=Reason(code="ignored", values=values)):
            return Refuse((Reason("ignored-but-needed", {"record": f"project {facts.name}", "why": values["why"]}),))
        case Create() | Link() | Refuse():
            return decision
    raise AssertionError(decision)  # only of what is linked, or not in Severa
