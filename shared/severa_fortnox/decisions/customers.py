"""Whether a Severa customer is linked to, created in or kept away from Fortnox (DESIGN 10, customer rules)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from severa_fortnox.decisions.decision import Create, Link, Refuse, Skip
from severa_fortnox.decisions.identity import different_company
from severa_fortnox.decisions.registers import Registers
from severa_fortnox.fortnox.models import CustomerPayload
from severa_fortnox.mapping.customers import Card, map_customer
from severa_fortnox.reason import Reason
from severa_fortnox.severa.models import Address, Country, Customer
from severa_fortnox.text import is_blank

CustomerDecision = Create[CustomerPayload] | Link | Skip | Refuse


@dataclass(frozen=True)
class CustomerFacts:
    """What is known of one Severa customer and its counterpart.

    Args:
        number: Severa's customer number; None when it has none.
        customer: Severa's record; None when it was not read because the customer is linked already.
        addresses: its addresses, read only when the card may have to be created.
        card: the Fortnox card with that number (leading zeros and spaces folded); None when there is none.
        linked: the Fortnox number it is linked to; None when it is not linked.
        registers: what exists in Fortnox.
        countries: Severa's country register.
    """

    number: int | None
    customer: Customer | None
    addresses: Sequence[Address]
    card: Card | None
    linked: str | None
    registers: Registers
    countries: Sequence[Country]

    @property
    def name(self) -> str:
        """How a person knows the customer."""
        name = self.customer.name if self.customer else self.card.name if self.card else ""
        return name if self.number is None else f"{self.number} {name}".strip()


def decide(facts: CustomerFacts, *, vat_type: str | None) -> CustomerDecision:
    """The decision for one customer that an invoice or the register needs in Fortnox.

    Args:
        facts: see `CustomerFacts`.
        vat_type: the VAT type the card must have when it is created.
    """
    if facts.linked is not None:
        if facts.card is not None and not facts.card.active:
            return Refuse((Reason("customer-inactive-in-fortnox", _about(facts)),))
        return Skip(Reason("already-linked", {"number": facts.linked}))
    customer = facts.customer
    if customer is None or facts.number is None:
        return Refuse((Reason("customer-number-missing", _about(facts)),))
    if customer.isInternal:
        return Refuse((Reason("customer-internal", _about(facts)),))
    if not customer.isActive:
        other = "active" if facts.card and facts.card.active else "inactive" if facts.card else "not there"
        return Refuse((Reason("customer-inactive-in-severa", {**_about(facts), "fortnox": other}),))
    if facts.card is None:
        return _create(facts, customer, vat_type)
    if not facts.card.active:
        return Refuse((Reason("customer-inactive-in-fortnox", _about(facts)),))
    conflict = different_company(customer, facts.card)
    if conflict is not None:
        return Refuse((Reason("customer-number-taken", {**_about(facts), "why": conflict}),))
    notes: tuple[Reason, ...] = ()
    if facts.card.number != str(facts.number):
        notes = (Reason("customer-number-folded", {"severa": str(facts.number), "fortnox": facts.card.number}),)
    return Link(facts.card.number, "number", notes, facts.card.to_link())


def _create(facts: CustomerFacts, customer: Customer, vat_type: str | None) -> CustomerDecision:
    refusals = []
    if is_blank(customer.name):
        refusals.append(Reason("customer-name-missing", {**_about(facts), "system": "Severa"}))
    terms = None
    if customer.paymentTerm is not None:
        terms = facts.registers.terms_for(customer.paymentTerm)
        if terms is None:
            refusals.append(Reason("payment-term-missing", {"days": str(customer.paymentTerm)}))
    currency = customer.currency.code if customer.currency else None
    if currency is not None and currency not in facts.registers.currencies:
        refusals.append(Reason("currency-missing", {"currency": currency}))
    if refusals:
        return Refuse(tuple(refusals))
    payload, notes = map_customer(
        customer, facts.addresses, facts.countries, vat_type=vat_type, terms=terms, currency=currency
    )
    return Create(payload, notes)


def _about(facts: CustomerFacts) -> dict[str, str]:
    return {"customer": facts.name or "without number", "number": "" if facts.number is None else str(facts.number)}
