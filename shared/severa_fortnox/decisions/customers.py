"""Whether a Severa customer is linked to, created in or kept away from Fortnox (DESIGN 10, customer rules)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from severa_fortnox.decisions.customer_pairs import CustomerPair, decide_pair
from severa_fortnox.decisions.decision import Create, Link, Refuse, Skip
from severa_fortnox.decisions.pairs import BOTH, Surroundings
from severa_fortnox.decisions.registers import Registers
from severa_fortnox.fortnox.models import CustomerPayload
from severa_fortnox.mapping.customers import Card
from severa_fortnox.reason import Reason
from severa_fortnox.settings import Settings
from severa_fortnox.severa.models import Country

CustomerDecision = Create[CustomerPayload] | Link | Skip | Refuse


@dataclass(frozen=True)
class CustomerFacts:
    """What is known of one Severa customer that an invoice needs, and of its counterpart.

    Args:
        number: Severa's customer number; None when it has none.
        pair: the two as the registers see them, matched; of a linked customer only the card is read, and not always.
        linked: the Fortnox number it is linked to; None when it is not linked.
        registers: what exists in Fortnox.
        countries: Severa's country register.
    """

    number: int | None
    pair: CustomerPair
    linked: str | None
    registers: Registers
    countries: Sequence[Country]

    @property
    def card(self) -> Card | None:
        """Its card in Fortnox; None when there is none, or it was not read."""
        return self.pair.card

    @property
    def name(self) -> str:
        """How a person knows the customer."""
        record = self.pair.severa or self.pair.card
        name = record.name if record else ""
        return name if self.number is None else f"{self.number} {name}".strip()

    @property
    def surroundings(self) -> Surroundings:
        """What else the registers' rules ask; whoever is invoiced is wanted in Fortnox however old."""
        return Surroundings(self.registers, vat_rates=frozenset(), countries=self.countries, taken_along=BOTH)


def decide(facts: CustomerFacts, settings: Settings, *, vat_type: str | None) -> CustomerDecision:
    """The decision for one customer that an invoice needs in Fortnox.

    One that is not linked is decided as in the registers; what they would leave alone is refused here.

    Args:
        facts: see `CustomerFacts`.
        settings: what its people decided.
        vat_type: the VAT type the card must have when it is created.
    """
    if facts.linked is not None:
        if facts.card is not None and not facts.card.active:
            return Refuse((Reason("customer-inactive-in-fortnox", _about(facts)),))
        return Skip(Reason("already-linked", {"number": facts.linked}))
    if facts.pair.severa is None or facts.number is None:
        return Refuse((Reason("customer-number-missing", _about(facts)),))
    decision = decide_pair(facts.pair, settings, facts.surroundings)
    match decision:
        case Skip(reason=reason):
            return Refuse((_why_not(facts, reason),))
        case Create(plan=CustomerPayload() as plan, notes=notes):
            # The invoice says more of how the customer is taxed than its country.
            return Create(plan.model_copy(update={"VATType": vat_type}), notes)
        case Link() | Refuse():
            return decision
    raise AssertionError(decision)  # only of what is linked, or not in Severa


def _why_not(facts: CustomerFacts, left_alone: Reason) -> Reason:
    """Why a customer whom the registers leave alone cannot be invoiced."""
    match left_alone.code:
        case "customer-is-internal":
            return Reason("customer-internal", _about(facts))
        case "customer-inactive":
            other = "active" if facts.card and facts.card.active else "inactive" if facts.card else "not there"
            return Reason("customer-inactive-in-severa", {**_about(facts), "fortnox": other})
        case "ignored":
            return Reason("ignored-but-needed", {"record": f"customer {facts.name}", "why": left_alone.values["why"]})
    return left_alone


def _about(facts: CustomerFacts) -> dict[str, str]:
    return {"customer": facts.name or "without number", "number": "" if facts.number is None else str(facts.number)}
