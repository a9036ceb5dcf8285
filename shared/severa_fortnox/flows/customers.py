"""Customers: what is read, what is decided, what is done (Severa → Fortnox, as an invoice needs them)."""

from __future__ import annotations

from severa_fortnox.decisions.customer_pairs import CustomerPair
from severa_fortnox.decisions.customers import CustomerDecision, CustomerFacts
from severa_fortnox.flows import customer_pairs
from severa_fortnox.flows.counterparts import existing
from severa_fortnox.flows.session import Session
from severa_fortnox.mapping.customers import Card
from severa_fortnox.severa.models import Numbered
from severa_fortnox.store.links import Link
from severa_fortnox.work import Cause


def gather(session: Session, customer: Numbered, link: Link | None, *, fresh: bool) -> CustomerFacts:
    """What the decision about one customer needs; a linked one costs no call.

    Args:
        customer: as the invoice names it; its guid is known to be set.
        link: its link; None when it has none.
        fresh: read the Fortnox card again even though it is kept with the link.

    Raises:
        Busy: another worker has linked it since.
    """
    in_fortnox = session.registers.of_fortnox()
    countries = session.registers.countries()
    if link is not None:
        card = Card.from_link(link.card)
        if card is None or fresh:
            found = existing(session.fortnox.customer, link.fortnox_id)
            card = None if found is None else Card.of(found)
            if card is not None and card.to_link() != dict(link.card):
                session.store.links.refresh_card(session.connection.id, link, card.to_link())
        return CustomerFacts(customer.number, CustomerPair(card=card), link.fortnox_id, in_fortnox, countries)
    severa = session.severa.customer(customer.guid or "")
    pair = customer_pairs.of_payer(session, severa)
    return CustomerFacts(severa.number, pair, None, in_fortnox, countries)


def carry_out(session: Session, facts: CustomerFacts, decision: CustomerDecision) -> None:
    """Perform the decision; see `Entity.carry_out` for what it raises."""
    if facts.linked is None:
        customer_pairs.ENTITY.carry_out(session, Cause.EVENT, facts.pair, decision, facts.surroundings)
