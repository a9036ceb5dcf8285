"""Whether a Severa customer is linked to, created in or kept away from Fortnox (DESIGN 10, customer rules)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from severa_fortnox.decisions.customer_pairs import CustomerPair, decide_pair
from severa_fortnox.decisions.decision import Create, Link, Refuse, Skip
from severa_fortnox.decisions.pairs import BOTH, Surroundings
from severa_fortnox.decisions.registers import Registers
from severa_fortnox.fortnox.models import Customer as FortnoxCustomer
from severa_fortnox.fortnox.models import CustomerPayload
from severa_fortnox.mapping.customers import Card
from severa_fortnox.reason import Reason
from severa_fortnox.settings import Settings
from severa_fortnox.severa.models import Address, Country, Customer

CustomerDecision = Create[CustomerPayload] | Link | Skip | Refuse


@dataclass(frozen=True)
class CustomerFacts:
    """What is known of one Severa customer that an invoice needs, and of its counterpart.

    Args:
        number: Severa's customer number; None when it has none.
        customer: Severa's record; None when it was not read because the customer is linked already.
        addresses: its addresses; not read when it is linked.
        card: the Fortnox card with that number (leading zeros and spaces folded); None when there is none.
        linked: the Fortnox number it is linked to; None when it is not linked.
        registers: what exists in Fortnox.
        countries: Severa's country register.
        settings: what its people decided.
        whole: the whole of the card; None when it was not read.
        rivals: as in `CustomerPair`.
        twin: as in `CustomerPair`.
        ignored: as in `CustomerPair`.
        begun: as in `CustomerPair`.
    """

    number: int | None
    customer: Customer | None
    addresses: Sequence[Address]
    card: Card | None
    linked: str | None
    registers: Registers
    countries: Sequence[Country]
    settings: Settings = field(default_factory=Settings)
    whole: FortnoxCustomer | None = None
    rivals: tuple[str, ...] = ()
    twin: str | None = None
    ignored: str | None = None
    begun: bool = False

    @property
    def name(self) -> str:
        """How a person knows the customer."""
        name = self.customer.name if self.customer else self.card.name if self.card else ""
        return name if self.number is None else f"{self.number} {name}".strip()

    @property
    def pair(self) -> CustomerPair:
        """The two as the registers' rules see them; whoever is invoiced is more than a prospect."""
        return CustomerPair(
            severa=self.customer,
            addresses=self.addresses,
            qualified=True,
            card=self.card,
            whole=self.whole,
            rivals=self.rivals,
            twin=self.twin,
            ignored=self.ignored,
            begun=self.begun,
        )

    @property
    def surroundings(self) -> Surroundings:
        """What else the registers' rules ask; whoever is invoiced is wanted in Fortnox however old."""
        return Surroundings(self.registers, vat_rates=frozenset(), countries=self.countries, taken_along=BOTH)


def decide(facts: CustomerFacts, *, vat_type: str | None) -> CustomerDecision:
    """The decision for one customer that an invoice needs in Fortnox.

    One that is not linked is decided as in the registers; what they would leave alone is refused here.

    Args:
        facts: see `CustomerFacts`.
        vat_type: the VAT type the card must have when it is created.
    """
    if facts.linked is not None:
        if facts.card is not None and not facts.card.active:
            return Refuse((Reason("customer-inactive-in-fortnox", _about(facts)),))
        return Skip(Reason("already-linked", {"number": facts.linked}))
    if facts.customer is None or facts.number is None:
        return Refuse((Reason("customer-number-missing", _about(facts)),))
    decision = decide_pair(facts.pair, facts.settings, facts.surroundings)
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
