"""Customers: what is read, what is decided, what is done (Severa → Fortnox, as an invoice needs them)."""

from __future__ import annotations

from severa_fortnox.decisions.customers import CustomerDecision, CustomerFacts
from severa_fortnox.decisions.identity import folded_number
from severa_fortnox.flows.counterparts import Counterpart, existing
from severa_fortnox.flows.counterparts import carry_out as carry_out_counterpart
from severa_fortnox.flows.create import Made, NeedsPerson
from severa_fortnox.flows.session import Session
from severa_fortnox.fortnox.models import CustomerPayload
from severa_fortnox.mapping.customers import Card
from severa_fortnox.reason import Reason
from severa_fortnox.severa.models import Numbered
from severa_fortnox.store.links import Link
from severa_fortnox.text import folded, fortnox_text
from severa_fortnox.work import Kind


def gather(session: Session, customer: Numbered, link: Link | None, *, fresh: bool) -> CustomerFacts:
    """What the decision about one customer needs; a linked one costs no call.

    Args:
        customer: as the invoice names it; its guid is known to be set.
        link: its link; None when it has none.
        fresh: read the Fortnox card again even though it is kept with the link.
    """
    in_fortnox = session.registers.of_fortnox()
    countries = session.registers.countries()
    if link is not None:
        card = Card.from_link(link.card)
        if card is None or fresh:
            card = _card(session, link.fortnox_id)
            if card is not None and card.to_link() != dict(link.card):
                session.store.links.refresh_card(session.connection.id, link, card.to_link())
        return CustomerFacts(customer.number, None, (), card, link.fortnox_id, in_fortnox, countries)
    guid = customer.guid or ""
    severa = session.severa.customer(guid)
    card = None if severa.number is None else _card_numbered(session, severa.number)
    addresses = session.severa.addresses(guid) if card is None else []
    return CustomerFacts(severa.number, severa, addresses, card, None, in_fortnox, countries)


def carry_out(session: Session, facts: CustomerFacts, decision: CustomerDecision) -> None:
    """Perform the decision; see `counterparts.carry_out` for what it raises."""
    if facts.customer is None:
        return
    number = facts.card.number if facts.card else str(facts.number)
    counterpart = Counterpart(Kind.CUSTOMER, facts.customer.guid, number, facts.name)
    name = facts.customer.name

    def send(payload: CustomerPayload) -> Made:
        made = Card.of(session.fortnox.create_customer(payload))
        return Made(made.number, made.to_link())

    def find(sent: str) -> Made | None:
        card = _card(session, sent)
        if card is None:
            return None
        if folded(card.name) != folded(fortnox_text(name.strip()).text):
            values = {"customer": facts.name, "number": sent, "why": f"it is called {card.name} in Fortnox"}
            raise NeedsPerson(Reason("customer-number-taken", values))
        return Made(card.number, card.to_link())

    carry_out_counterpart(session, counterpart, decision, send=send, find=find)


def _card(session: Session, number: str) -> Card | None:
    found = existing(session.fortnox.customer, number)
    return None if found is None else Card.of(found)


def _card_numbered(session: Session, number: int) -> Card | None:
    """The card with that number; leading zeros and spaces in Fortnox's number do not count."""
    card = _card(session, str(number))
    if card is not None:
        return card
    same = [
        item.CustomerNumber
        for item in session.fortnox.customers_numbered(str(number))
        if folded_number(item.CustomerNumber) == str(number)
    ]
    if len(same) > 1:
        values = {"customer": str(number), "numbers": ", ".join(same)}
        raise NeedsPerson(Reason("customer-numbers-fold-together", values))
    return _card(session, same[0]) if same else None
