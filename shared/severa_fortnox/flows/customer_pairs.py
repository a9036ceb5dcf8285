"""Customers in step: what is read of both sides, and how a decision is carried out."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from severa_fortnox.decisions.customer_pairs import (
    CustomerPair,
    decide_pair,
    is_severa_number,
    main_and_other,
    values_of_pair,
)
from severa_fortnox.decisions.identity import folded_number, identity_digits
from severa_fortnox.decisions.matching import IDENTITY_DIGITS, match_customers
from severa_fortnox.decisions.pairs import Surroundings
from severa_fortnox.errors import System
from severa_fortnox.flows.alone import known_of, pair_of
from severa_fortnox.flows.counterparts import existing
from severa_fortnox.flows.customer_writes import create, remembered, settle, write
from severa_fortnox.flows.pairs import Entity, Lock, ignored, is_echo, linked
from severa_fortnox.flows.prospects import is_qualified
from severa_fortnox.flows.session import Session
from severa_fortnox.fortnox.models import Customer as FortnoxCustomer
from severa_fortnox.fortnox.models import CustomerItem
from severa_fortnox.mapping.addresses import touched as touched_addresses
from severa_fortnox.mapping.agreement import kept_when_linked
from severa_fortnox.mapping.customers import (
    Card,
    customer_fields,
)
from severa_fortnox.mapping.fingerprints import fingerprint, is_seen
from severa_fortnox.settings import Settings
from severa_fortnox.severa.models import Customer
from severa_fortnox.store.links import Link as StoredLink
from severa_fortnox.work import Kind, Work


def gather(session: Session, work: Work, lock: Lock, begun: bool) -> CustomerPair | None:
    """Both sides of the customer a work names; None when the change is one we made ourselves.

    A linked customer costs Severa two calls and Fortnox one; one of our own changes coming back costs one.
    """
    if work.system is System.FORTNOX:
        return _from_fortnox(session, work, lock, begun)
    link = session.store.links.by_severa(session.connection.id, Kind.CUSTOMER, work.id)
    if link is not None:
        lock(link.fortnox_id)
    severa = existing(session.severa.customer, work.id)
    if link is not None:
        return _linked(session, link, severa, existing(session.fortnox.customer, link.fortnox_id))
    if severa is None:
        return CustomerPair(begun=begun)
    number = "" if severa.number is None else str(severa.number)
    if number:
        lock(number)
    return _unlinked(session, number, begun=begun, severa=severa)


def of_payer(session: Session, severa: Customer) -> CustomerPair:
    """A customer that is not linked and is to be invoiced, matched as the comparison matches it.

    Raises:
        Busy: another worker has linked it since.
    """
    transfer = session.store.transfers.get(session.connection.id, Kind.CUSTOMER, severa.guid)
    number = "" if severa.number is None else str(severa.number)
    begun = transfer is not None and transfer.is_open
    return _unlinked(session, number, begun=begun, severa=severa, is_invoiced=True)


def kept_of_pair(settings: Settings, pair: CustomerPair, around: Surroundings) -> frozenset[str]:
    """The fields that only the other system has a value for; they are left alone when the two are linked."""
    severa, fortnox, _ = values_of_pair(pair, around)
    main, other = main_and_other(settings, severa, fortnox)
    return kept_when_linked(customer_fields(postal=settings.postal_address), main, other)


def reread(session: Session, pair: CustomerPair) -> CustomerPair:
    """The pair with both records as they are now; addresses only where a card is to be made of them."""
    severa = None if pair.severa is None else existing(session.severa.customer, pair.severa.guid)
    whole = None if pair.card is None else existing(session.fortnox.customer, pair.card.number)
    addresses = pair.addresses if severa is None or whole is not None else session.severa.addresses(severa.guid)
    card = None if whole is None else Card.of(whole)
    return replace(pair, severa=severa, addresses=addresses, whole=whole, card=card)


def is_absent(session: Session, pair: CustomerPair) -> bool:
    """Whether Severa has no customer with the card's number."""
    return not list(session.severa.customers(numbers=[int(folded_number(pair.number))]))


def _from_fortnox(session: Session, work: Work, lock: Lock, begun: bool) -> CustomerPair | None:
    connection = session.connection.id
    link = session.store.links.by_fortnox(connection, Kind.CUSTOMER, work.id)
    if link is not None:
        lock(link.fortnox_id)
    whole = existing(session.fortnox.customer, work.id)
    if link is not None:
        # Half a creation is not left at that because nothing has changed since.
        if not begun and is_echo(session, work, link, whole):
            return None
        return _linked(session, link, existing(session.severa.customer, link.severa_id), whole)
    if whole is None:
        return CustomerPair(begun=begun)
    number = folded_number(work.id) if is_severa_number(work.id) else ""
    if number:
        lock(number)
    return _unlinked(session, number, begun=begun, whole=whole)


def _linked(session: Session, link: StoredLink, severa: Customer | None, whole: FortnoxCustomer | None) -> CustomerPair:
    addresses = session.severa.addresses(severa.guid) if severa is not None else []
    unchanged = (
        severa is not None
        and whole is not None
        and is_seen(link.synced, severa, addresses)
        and link.synced.get("fortnox") == fingerprint(whole)
    )
    return CustomerPair(
        severa=severa,
        addresses=addresses,
        qualified=True,
        card=None if whole is None else Card.of(whole),
        whole=whole,
        linked=linked(link),
        in_step=unchanged,
        ignored=ignored(session, Kind.CUSTOMER, link.severa_id, link.fortnox_id),
    )


@dataclass
class _Neighbours:
    """What was read about a customer that is not linked: all that may be its counterpart, its rival or its twin."""

    session: Session
    customers: dict[str, Customer] = field(default_factory=dict)
    cards: dict[str, Card] = field(default_factory=dict)
    wholes: dict[str, FortnoxCustomer] = field(default_factory=dict)

    def read_number(self, number: str) -> None:
        """Whoever has the number in one of the systems."""
        self.customers |= {each.guid: each for each in self.session.severa.customers(numbers=[int(number)])}
        self.read_cards(number)

    def read_cards(self, number: str) -> None:
        """The cards whose numbers fold to it, with what the list shows of them."""
        # Fortnox finds what contains the text. Spaces may stand anywhere in a number, so only how it ends is asked
        # for; one digit would do and finds a third of all cards, two are side by side or have a space between them.
        for end in sorted({number[-2:], " ".join(number[-2:])}):
            for item in self.session.fortnox.customers_numbered(end):
                if folded_number(item.CustomerNumber) == number:
                    self._add(item)

    def read_twins_of(self, severa: Customer) -> None:
        """The cards of the same company, and whoever has their numbers in Severa."""
        digits = identity_digits(severa.kvkNumber)
        if len(digits) < IDENTITY_DIGITS:
            return
        # Fortnox keeps the number as it was typed and finds what contains the text: 556677-8899, 912 345 678,
        # 12 34 56 78, 0123.456.789 and 1234567-8 have in common that no digit but the last stands alone. So the last
        # two are side by side, or the two before the last are, whatever separates the others.
        for part in sorted({digits[-2:], digits[-3:-1]}):
            for item in self.session.fortnox.customers_by_organisation_number(part):
                if identity_digits(item.OrganisationNumber) == digits:
                    self._add(item)
        numbers = [int(folded_number(number)) for number in self.cards if is_severa_number(number)]
        if numbers:
            self.customers |= {each.guid: each for each in self.session.severa.customers(numbers=numbers)}

    def read_twins_of_card(self, whole: FortnoxCustomer) -> None:
        """Severa's customers of the same company, and whoever has their numbers in Fortnox.

        They are read whole: a card is seldom new, and how Severa would compare organisation numbers is not documented.
        """
        digits = identity_digits(whole.OrganisationNumber)
        if len(digits) < IDENTITY_DIGITS:
            return
        for customer in self.session.severa.customers():
            if identity_digits(customer.kvkNumber) == digits:
                self.customers[customer.guid] = customer
                if customer.number is not None:
                    self.read_cards(str(customer.number))

    def pair_of(self, severa: Customer | None, whole: FortnoxCustomer | None) -> CustomerPair:
        """The pair of the one that is meant."""
        known = known_of(self.session, Kind.CUSTOMER, self.customers, self.cards)
        pairs = match_customers(self.customers.values(), {}, (), self.cards.values(), self.wholes, known)
        if severa is not None:
            return pair_of(pairs, Kind.CUSTOMER, severa_id=severa.guid)
        return pair_of(pairs, Kind.CUSTOMER, fortnox_id=whole.CustomerNumber if whole else None)

    def add_whole(self, whole: FortnoxCustomer) -> None:
        """A card that was read whole."""
        self.cards[whole.CustomerNumber] = Card.of(whole)
        self.wholes[whole.CustomerNumber] = whole

    def _add(self, item: CustomerItem) -> None:
        # The list does not say whether it is active; one that matters is read whole.
        card = Card(item.CustomerNumber, item.Name or "", True, None, None, item.OrganisationNumber, None)
        self.cards.setdefault(item.CustomerNumber, card)


def _unlinked(
    session: Session,
    number: str,
    *,
    begun: bool,
    severa: Customer | None = None,
    whole: FortnoxCustomer | None = None,
    is_invoiced: bool = False,
) -> CustomerPair:
    """A customer that is not linked, one of the two, matched as the comparison matches it.

    Args:
        number: both have it, or would have; "" when there is none that both can have.
        is_invoiced: whether it is known to have an invoice, so that nobody need be asked.
    """
    near = _Neighbours(session)
    if number:
        near.read_number(number)
    if severa is not None:
        near.customers[severa.guid] = severa
    if whole is not None:
        near.add_whole(whole)
    pair = near.pair_of(severa, whole)
    if pair.card is not None and pair.whole is None:
        read = existing(session.fortnox.customer, pair.card.number)
        if read is None:
            del near.cards[pair.card.number]
        else:
            near.add_whole(read)
        pair = near.pair_of(severa, whole)
    qualified = False
    if pair.severa is not None and not pair.severa.isInternal:
        qualified = begun or is_invoiced or is_qualified(session, pair.severa.guid)
    would_be_created = bool(number) and pair.ignored is None and not pair.rivals and not begun
    if would_be_created and pair.card is None and pair.severa is not None and pair.severa.isActive and qualified:
        near.read_twins_of(pair.severa)
        pair = near.pair_of(severa, whole)
    elif would_be_created and pair.severa is None and whole is not None and whole.Active:
        near.read_twins_of_card(whole)
        pair = near.pair_of(severa, whole)
    addresses = session.severa.addresses(pair.severa.guid) if pair.severa is not None and qualified else []
    return replace(pair, qualified=qualified, addresses=addresses, begun=begun)


def touched(before: CustomerPair, after: CustomerPair) -> tuple[str, ...]:
    """Severa's addresses that a write touched."""
    return touched_addresses(before.addresses, after.addresses)


ENTITY: Entity[CustomerPair] = Entity(
    Kind.CUSTOMER, gather, decide_pair, kept_of_pair, create, write, remembered, reread, is_absent, settle, touched
)
