"""Whether a Severa customer is linked to, created in or kept away from Fortnox (DESIGN 10, customer rules)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from severa_fortnox.decisions.decision import Create, Link, Refuse, Skip
from severa_fortnox.decisions.registers import Registers
from severa_fortnox.fortnox.models import CustomerPayload
from severa_fortnox.mapping.customers import Card, map_customer
from severa_fortnox.reason import Reason
from severa_fortnox.severa.models import Address, Country, Customer
from severa_fortnox.text import folded

CustomerDecision = Create[CustomerPayload] | Link | Skip | Refuse

#: Words that say what kind of company it is, not which one.
_COMPANY_FORMS = frozenset(
    [
        "ab",
        "aktiebolag",
        "aktiebolaget",
        "publ",
        "hb",
        "kb",
        "handelsbolag",
        "kommanditbolag",
        "ek",
        "för",
        "förening",
        "ideell",
        "as",
        "a/s",
        "asa",
        "oy",
        "oyj",
        "aps",
        "gmbh",
        "ltd",
        "limited",
        "inc",
        "llc",
        "plc",
        "bv",
        "nv",
        "sa",
        "sarl",
        "the",
        "i",
        "sverige",
        "sweden",
        "group",
    ]
)


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


def different_company(customer: Customer, card: Card) -> str | None:
    """Why the two cards with the same number are two companies; None when nothing says so.

    Equal numbers link (DESIGN 10), but an invoice to a stranger is the worst of errors, so the number is not believed
    against an organisation or VAT number that differs, nor when no word of the names agrees and no such number does.
    """
    pairs = (
        ("organisation number", customer.kvkNumber, card.organisation_number),
        ("VAT number", customer.vatNumber, card.vat_number),
    )
    agree = False
    for name, severa, fortnox in pairs:
        ours, theirs = identity_digits(severa), identity_digits(fortnox)
        if ours and theirs:
            if ours != theirs:
                return f"{name} is {severa} in Severa and {fortnox} in Fortnox"
            agree = True
    if agree:
        return None
    ours_words, theirs_words = _name_words(customer.name), _name_words(card.name)
    if ours_words and theirs_words and not ours_words & theirs_words:
        return f"it is called {customer.name} in Severa and {card.name} in Fortnox"
    return None


def identity_digits(number: str | None) -> str:
    """The ten digits of a Swedish organisation number, or the letters and digits of any other identity number.

    556677-8899, 165566778899 and SE556677889901 all mean 5566778899; 19800101-1234 is a sole trader's 800101-1234.
    """
    compact = re.sub(r"[^0-9A-Z]", "", (number or "").upper())
    swedish = re.fullmatch(r"SE(\d{10})(?:01)?|(?:16|19|20)?(\d{10})|(\d{10})01", compact)
    return next(filter(None, swedish.groups())) if swedish else compact


def folded_number(number: str) -> str:
    """A customer number without spaces and leading zeros, the form in which numbers are compared."""
    compact = "".join(number.split())
    return compact.lstrip("0") or ("0" if compact else "")


def _create(facts: CustomerFacts, customer: Customer, vat_type: str | None) -> CustomerDecision:
    refusals = []
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


def _name_words(name: str) -> set[str]:
    return {word for word in re.findall(r"\w+", folded(name)) if word not in _COMPANY_FORMS}
