"""Customers in step: what is read of both sides, and how a decision is carried out."""

from __future__ import annotations

from severa_fortnox.decisions.customer_pairs import (
    CustomerPair,
    decide_pair,
    is_severa_number,
    main_and_other,
    values_of_pair,
)
from severa_fortnox.decisions.decision import Create, Link, Skip, Update
from severa_fortnox.decisions.identity import folded_number, identity_digits
from severa_fortnox.decisions.matching import IDENTITY_DIGITS
from severa_fortnox.decisions.pairs import NewInSevera, Surroundings
from severa_fortnox.errors import System
from severa_fortnox.flows.counterparts import existing
from severa_fortnox.flows.customer_writes import create_in_fortnox, create_in_severa, remembered, settle, write
from severa_fortnox.flows.pairs import Decision, Entity, Lock, ignored, link_pair, linked, updated
from severa_fortnox.flows.session import Session
from severa_fortnox.fortnox.models import Customer as FortnoxCustomer
from severa_fortnox.fortnox.models import CustomerPayload
from severa_fortnox.mapping.agreement import kept_when_linked
from severa_fortnox.mapping.customers import (
    Card,
    customer_fields,
)
from severa_fortnox.mapping.fingerprints import fingerprint, is_seen
from severa_fortnox.reason import Reason
from severa_fortnox.settings import Settings
from severa_fortnox.severa.models import Customer
from severa_fortnox.store.links import Link as StoredLink
from severa_fortnox.store.links import LinkKey
from severa_fortnox.work import Cause, Kind, Work

#: Digits of a customer number that are searched for; groups of three are the usual way to type a long one.
SEARCHED_DIGITS = 3


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
    if severa.number is None or severa.isInternal:
        return _pair(session, severa, (), None, begun=begun)
    lock(str(severa.number))
    namesakes = [each for each in session.severa.customers(numbers=[severa.number]) if each.guid != severa.guid]
    whole, rivals = _card_numbered(session, str(severa.number))
    rivals = (*rivals, *(f"{each.number} {each.name}" for each in namesakes))
    return _pair(session, severa, rivals, whole, begun=begun)


def carry_out(
    session: Session, cause: Cause, pair: CustomerPair, decision: Decision, around: Surroundings
) -> CustomerPair:
    """Perform the decision; the answer is the pair as it is then.

    Raises:
        NeedsPerson: one of the two is linked to something else, or the number is another record's by now.
        IntegrationError: as `create_once`.
    """
    match decision:
        case Link():
            kept = kept_of_pair(session.settings, pair, around)
            return link_pair(session, cause, Kind.CUSTOMER, pair, decision, kept)
        case Create(plan=CustomerPayload()):
            return create_in_fortnox(session, cause, pair, decision)
        case Create(plan=NewInSevera()):
            return create_in_severa(session, cause, pair, decision, around)
        case Update(plan=writes, notes=notes):
            pair = write(session, pair, writes, around)
            session.store.log.add(updated(session, cause, Kind.CUSTOMER, pair, writes, notes))
            return remembered(session, pair, around)
        case Skip(reason=Reason(code="in-step")) if pair.whole is not None:
            return remembered(session, pair, around)
    return pair


def kept_of_pair(settings: Settings, pair: CustomerPair, around: Surroundings) -> frozenset[str]:
    """The fields that only the other system has a value for; they are left alone when the two are linked."""
    severa, fortnox, _ = values_of_pair(pair, around)
    main, other = main_and_other(settings, severa, fortnox)
    return kept_when_linked(customer_fields(postal=settings.postal_address), main, other)


def is_absent(session: Session, pair: CustomerPair) -> bool:
    """Whether Severa has no customer with the card's number."""
    return not list(session.severa.customers(numbers=[int(folded_number(pair.number))]))


def is_qualified(session: Session, guid: str) -> bool:
    """Whether the customer has, or ever had, an active project or an invoice; remembered for good once it had."""
    qualified = session.store.qualified
    if qualified.among(session.connection.id, [guid]):
        return True
    open_projects = session.severa.projects(closed=False, internal=False, customer_guids=[guid])
    if next(iter(open_projects), None) is None and not session.severa.has_invoice(guid):
        return False
    qualified.add(session.connection.id, [guid])
    return True


def _from_fortnox(session: Session, work: Work, lock: Lock, begun: bool) -> CustomerPair | None:
    connection = session.connection.id
    link = session.store.links.by_fortnox(connection, Kind.CUSTOMER, work.id)
    whole = existing(session.fortnox.customer, work.id)
    if link is not None:
        is_ours = whole is not None and link.synced.get("fortnox") == fingerprint(whole)
        # Half a creation is not left at that because nothing has changed since.
        if is_ours and work.cause is not Cause.PERSON and not begun:
            return None
        lock(link.fortnox_id)
        return _linked(session, link, existing(session.severa.customer, link.severa_id), whole)
    if whole is None:
        return CustomerPair(begun=begun)
    card = Card.of(whole)
    if not is_severa_number(work.id):
        return CustomerPair(card=card, whole=whole, ignored=ignored(session, Kind.CUSTOMER, None, work.id))
    number = folded_number(work.id)
    lock(number)
    _, rivals = _card_numbered(session, number, whole)
    severa = list(session.severa.customers(numbers=[int(number)]))
    if len(severa) == 1:
        return _pair(session, severa[0], rivals, whole, begun=begun)
    rivals = (*rivals, *(f"{each.number} {each.name}" for each in severa))
    twin = None if severa else _twin_in_severa(session, whole)
    why = ignored(session, Kind.CUSTOMER, None, work.id)
    return CustomerPair(card=card, whole=whole, rivals=rivals, twin=twin, ignored=why, begun=begun)


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


def _pair(
    session: Session, severa: Customer, rivals: tuple[str, ...], whole: FortnoxCustomer | None, *, begun: bool
) -> CustomerPair:
    """A Severa customer that is not linked, and what Fortnox has under its number."""
    connection = session.connection.id
    if whole is not None:
        other = session.store.links.by_fortnox(connection, Kind.CUSTOMER, whole.CustomerNumber)
        if other is not None and other.severa_id != severa.guid:
            rivals = (*rivals, f"{whole.CustomerNumber} {whole.Name}, which is linked to another customer")
    qualified = not severa.isInternal and (begun or is_qualified(session, severa.guid))
    return CustomerPair(
        severa=severa,
        addresses=session.severa.addresses(severa.guid) if qualified else [],
        qualified=qualified,
        card=None if whole is None else Card.of(whole),
        whole=whole,
        rivals=rivals,
        twin=_twin_in_fortnox(session, severa) if qualified and whole is None and not begun else None,
        ignored=ignored(session, Kind.CUSTOMER, severa.guid, whole.CustomerNumber if whole else None),
        begun=begun,
    )


def _card_numbered(
    session: Session, number: str, known: FortnoxCustomer | None = None
) -> tuple[FortnoxCustomer | None, tuple[str, ...]]:
    """The card with that number, and any further ones that fold to it; leading zeros and spaces do not count."""
    # Fortnox finds what contains the text, and a number may be typed with spaces: its end is the same.
    found = [
        item
        for item in session.fortnox.customers_numbered(number[-SEARCHED_DIGITS:])
        if folded_number(item.CustomerNumber) == number
    ]
    if len(found) > 1:
        return known, tuple(f"{item.CustomerNumber} {item.Name}" for item in found)
    if known is not None or not found:
        return known, ()
    return existing(session.fortnox.customer, found[0].CustomerNumber), ()


def _twin_in_fortnox(session: Session, severa: Customer) -> str | None:
    """An unlinked Fortnox card of the same company under another number."""
    digits = identity_digits(severa.kvkNumber)
    if len(digits) < IDENTITY_DIGITS:
        return None
    # Fortnox keeps the number as it was typed, with or without a hyphen: its end is the same in both.
    items = session.fortnox.customers_by_organisation_number(digits[-4:])
    same = [item for item in items if identity_digits(item.OrganisationNumber) == digits]
    keys = {LinkKey(Kind.CUSTOMER, System.FORTNOX, item.CustomerNumber): item for item in same}
    taken = session.store.links.many(session.connection.id, keys)
    return next((f"{item.CustomerNumber} {item.Name}" for key, item in keys.items() if key not in taken), None)


def _twin_in_severa(session: Session, whole: FortnoxCustomer) -> str | None:
    """An unlinked Severa customer of the same company under another number, among those of the same name."""
    digits = identity_digits(whole.OrganisationNumber)
    if not whole.Name or len(digits) < IDENTITY_DIGITS:
        return None
    found = session.severa.customers(names=[whole.Name])
    same = [each for each in found if identity_digits(each.kvkNumber) == digits]
    keys = {LinkKey(Kind.CUSTOMER, System.SEVERA, each.guid): each for each in same}
    taken = session.store.links.many(session.connection.id, keys)
    return next((f"{each.number} {each.name}" for key, each in keys.items() if key not in taken), None)


ENTITY: Entity[CustomerPair] = Entity(Kind.CUSTOMER, gather, decide_pair, carry_out, kept_of_pair, is_absent, settle)
