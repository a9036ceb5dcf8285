"""Customers in step: what is read of both sides, and how a decision is carried out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from severa_fortnox.decisions.customer_pairs import (
    CustomerPair,
    decide_pair,
    is_severa_number,
    main_and_other,
    sayable_in_severa,
    values_of_pair,
)
from severa_fortnox.decisions.decision import Create, Link, Skip, Update
from severa_fortnox.decisions.identity import folded_number, identity_digits
from severa_fortnox.decisions.pairs import Linked, NewInSevera, Surroundings, Writes
from severa_fortnox.errors import NotFound, System
from severa_fortnox.flows import counterparts
from severa_fortnox.flows.counterparts import Counterpart, found_by_number
from severa_fortnox.flows.create import Made, NeedsPerson, create_once
from severa_fortnox.flows.pairs import Decision, Entity, Lock, ignored, linked, updated
from severa_fortnox.flows.session import Session
from severa_fortnox.fortnox.models import Customer as FortnoxCustomer
from severa_fortnox.fortnox.models import CustomerPayload
from severa_fortnox.mapping.addresses import FLAGS, PLACES, AddAddress, steps_to
from severa_fortnox.mapping.agreement import kept_when_linked, still_kept
from severa_fortnox.mapping.customers import (
    Card,
    address_as_seen,
    address_in_severa,
    changes_in_fortnox,
    customer_fields,
    to_severa,
)
from severa_fortnox.mapping.fields import Values
from severa_fortnox.mapping.fingerprints import fingerprint, is_seen, of_customers
from severa_fortnox.reason import Reason
from severa_fortnox.settings import Settings
from severa_fortnox.severa.inputs import AddressInput, CustomerInput
from severa_fortnox.severa.models import Address, Customer
from severa_fortnox.severa.unknowns import replace as replacing
from severa_fortnox.store.links import Link as StoredLink
from severa_fortnox.store.links import LinkKey
from severa_fortnox.store.transfers import State, Transfer
from severa_fortnox.text import folded, fortnox_text
from severa_fortnox.work import Cause, Kind, Work

#: Digits of a customer number that are searched for; groups of three are the usual way to type a long one.
SEARCHED_DIGITS = 3
#: The card's fields that are Severa's addresses.
ADDRESS_KEYS = frozenset({"Phone1", *(key for keys in PLACES.values() for key in keys)})


def gather(session: Session, work: Work, lock: Lock, begun: bool) -> CustomerPair | None:
    """Both sides of the customer a work names; None when the change is one we made ourselves.

    A linked customer costs Severa two calls and Fortnox one; one of our own changes coming back costs one.
    """
    if work.system is System.FORTNOX:
        return _from_fortnox(session, work, lock, begun)
    link = session.store.links.by_severa(session.connection.id, Kind.CUSTOMER, work.id)
    if link is not None:
        lock(link.fortnox_id)
    severa = _severa(session, work.id)
    if link is not None:
        return _linked(session, link, severa, found_by_number(session.fortnox.customer, link.fortnox_id))
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
            return _link(session, cause, pair, decision, around)
        case Create(plan=CustomerPayload()):
            return _create_in_fortnox(session, cause, pair, decision)
        case Create(plan=NewInSevera()):
            return _create_in_severa(session, cause, pair, decision, around)
        case Update(plan=writes, notes=notes):
            pair = _write(session, pair, writes, around)
            session.store.log.add(updated(session, cause, Kind.CUSTOMER, pair, writes, notes))
            return remember(session, pair, around)
        case Skip(reason=Reason(code="in-step")) if pair.whole is not None:
            return remember(session, pair, around)
    return pair


def remember(session: Session, pair: CustomerPair, around: Surroundings) -> CustomerPair:
    """Keep with the link what both sides say now, when they are linked and it is not what is kept already."""
    if pair.linked is None or pair.severa is None or pair.whole is None:
        return pair
    connection = session.connection.id
    link = session.store.links.by_severa(connection, Kind.CUSTOMER, pair.severa.guid)
    if link is None:
        return pair
    severa, fortnox, _ = values_of_pair(pair, around)
    main, other = main_and_other(session.settings, severa, fortnox)
    kept = pair.linked.kept_from(customer_fields(postal=session.settings.postal_address), main, other)
    synced = of_customers(pair.severa, pair.addresses, pair.whole, still_kept(kept, main))
    card = Card.of(pair.whole).to_link()
    if synced != dict(link.synced) or card != dict(link.card):
        session.store.links.remember(connection, link, card=card, synced=synced)
    return pair


def settle(session: Session, cause: Cause, pair: CustomerPair, work: Work, around: Surroundings) -> None:
    """Bring a creation that an earlier run began to its end without creating anything."""
    if work.system is System.SEVERA:
        transfer = session.store.transfers.get(session.connection.id, Kind.CUSTOMER, work.id)
        number = transfer.reference if transfer else pair.number
        counterpart = Counterpart(Kind.CUSTOMER, work.id, number, pair.name, cause=cause)
        counterparts.settle(session, counterpart, lambda: _found_in_fortnox(session, counterpart, None))
    else:
        counterpart = Counterpart(Kind.CUSTOMER, "", work.id, pair.name, System.FORTNOX, cause)
        find = partial(_found_in_severa, session, counterpart, None)
        transfer = create_once(session, counterparts.creation(counterpart, "", None, find))
        if transfer.state is State.BOUND:
            _finish_in_severa(session, counterpart, transfer, pair, (), around)


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
    whole = found_by_number(session.fortnox.customer, work.id)
    if link is not None:
        is_ours = whole is not None and link.synced.get("fortnox") == fingerprint(whole)
        # Half a creation is not left at that because nothing has changed since.
        if is_ours and work.cause is not Cause.PERSON and not begun:
            return None
        lock(link.fortnox_id)
        return _linked(session, link, _severa(session, link.severa_id), whole)
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


def _severa(session: Session, guid: str) -> Customer | None:
    try:
        return session.severa.customer(guid)
    except NotFound:
        return None


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
    return found_by_number(session.fortnox.customer, found[0].CustomerNumber), ()


def _twin_in_fortnox(session: Session, severa: Customer) -> str | None:
    """An unlinked Fortnox card of the same company under another number."""
    digits = identity_digits(severa.kvkNumber)
    if len(digits) < 8:
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
    if not whole.Name or len(digits) < 8:
        return None
    found = session.severa.customers(names=[whole.Name])
    same = [each for each in found if identity_digits(each.kvkNumber) == digits]
    keys = {LinkKey(Kind.CUSTOMER, System.SEVERA, each.guid): each for each in same}
    taken = session.store.links.many(session.connection.id, keys)
    return next((f"{each.number} {each.name}" for key, each in keys.items() if key not in taken), None)


def _link(session: Session, cause: Cause, pair: CustomerPair, decision: Link, around: Surroundings) -> CustomerPair:
    assert pair.severa is not None
    kept = kept_of_pair(session.settings, pair, around)
    # No fingerprints yet: what differs is written next, and a run that dies in between must find it again.
    synced = {"kept": ",".join(sorted(kept))}
    counterpart = Counterpart(
        Kind.CUSTOMER, pair.severa.guid, decision.foreign_id, pair.name, cause=cause, synced=synced
    )
    counterparts.carry_out(session, counterpart, decision, send=_nothing, find=lambda: None)
    return replace(pair, linked=Linked(pair.severa.guid, decision.foreign_id, kept))


def _create_in_fortnox(
    session: Session, cause: Cause, pair: CustomerPair, decision: Create[CustomerPayload]
) -> CustomerPair:
    severa = pair.severa
    assert severa is not None
    number = decision.plan.CustomerNumber
    counterpart = Counterpart(Kind.CUSTOMER, severa.guid, number, pair.name, cause=cause)

    def send(payload: CustomerPayload) -> Made:
        created = session.fortnox.create_customer(payload)
        synced = of_customers(severa, pair.addresses, created, ())
        return Made(created.CustomerNumber, Card.of(created).to_link(), synced)

    counterparts.carry_out(
        session, counterpart, decision, send=send, find=lambda: _found_in_fortnox(session, counterpart, severa.name)
    )
    return replace(pair, linked=Linked(severa.guid, number))


def _create_in_severa(
    session: Session, cause: Cause, pair: CustomerPair, decision: Create[NewInSevera], around: Surroundings
) -> CustomerPair:
    whole, values = pair.whole, decision.plan.values
    assert whole is not None
    counterpart = Counterpart(Kind.CUSTOMER, "", whole.CustomerNumber, pair.name, System.FORTNOX, cause)
    currency = around.severa_currencies.get(values.get("Currency") or "")
    properties = to_severa(values, list(values), currency)
    customer = CustomerInput(**{name: value for name, value in properties.items() if value is not None})
    # Severa keeps addresses apart and they follow: until then an empty one there must not empty Fortnox's.
    kept = {"kept": ",".join(sorted(key for key in ADDRESS_KEYS if values.get(key) is not None))}

    created: list[Customer] = []

    def send() -> Made:
        created.append(session.severa.create_customer(customer))
        return Made(created[0].guid, Card.of(whole).to_link(), kept)

    def find() -> Made | None:
        found = _found_in_severa(session, counterpart, whole.Name)
        return None if found is None else replace(found, card=Card.of(whole).to_link(), synced=kept)

    payload = customer.model_dump_json(exclude_unset=True)
    transfer = create_once(session, counterparts.creation(counterpart, payload, send, find))
    if transfer.state is not State.BOUND:
        return pair
    pair = replace(pair, severa=created[0]) if created else pair
    return _finish_in_severa(session, counterpart, transfer, pair, decision.notes, around)


def _finish_in_severa(
    session: Session,
    counterpart: Counterpart,
    transfer: Transfer,
    pair: CustomerPair,
    notes: Sequence[Reason],
    around: Surroundings,
) -> CustomerPair:
    """The new customer's addresses, then the end of its transfer; a run that died between them goes on here."""
    link = session.store.links.by_fortnox(session.connection.id, Kind.CUSTOMER, counterpart.number)
    severa = pair.severa or (None if link is None else _severa(session, link.severa_id))
    if link is not None and severa is not None and pair.whole is not None:
        _, values, _ = values_of_pair(pair, around)
        values, _ = sayable_in_severa(values, around)
        pair = replace(pair, severa=severa, addresses=session.severa.addresses(severa.guid), linked=linked(link))
        pair = replace(pair, addresses=_write_addresses(session, pair, values, list(FLAGS), around))
        remember(session, pair, around)
    counterparts.finish(session, counterpart, transfer, notes)
    return pair


def _write(session: Session, pair: CustomerPair, writes: Writes, around: Surroundings) -> CustomerPair:
    severa, whole = pair.severa, pair.whole
    assert severa is not None and whole is not None
    if writes.to is System.FORTNOX:
        days = writes.values.get("TermsOfPayment")
        terms = None if days is None else around.fortnox.terms_for(int(days))
        changes = changes_in_fortnox(writes.values, writes.keys, terms)
        whole = session.fortnox.update_customer(whole.CustomerNumber, changes)
        return replace(pair, whole=whole, card=Card.of(whole))
    currency = around.severa_currencies.get(writes.values.get("Currency") or "")
    properties = to_severa(writes.values, writes.keys, currency)
    if properties:
        severa = session.severa.change_customer(severa.guid, _operations(session, properties))
    kinds = [kind for kind in FLAGS if {*PLACES[kind], *(["Phone1"] if kind == "billing" else [])} & {*writes.keys}]
    pair = replace(pair, severa=severa)
    return replace(pair, addresses=_write_addresses(session, pair, writes.values, kinds, around))


def _write_addresses(
    session: Session, pair: CustomerPair, values: Values, kinds: Sequence[str], around: Surroundings
) -> list[Address]:
    """Severa's addresses after each of these kinds is as `values` say.

    Read from what Severa has, so that a run that died between two addresses goes on where it stopped.
    """
    assert pair.severa is not None
    addresses = list(pair.addresses)
    for kind in kinds:
        if kind == "postal" and not session.settings.postal_address:
            continue
        wanted, properties = address_in_severa(values, kind, around.countries)
        seen = partial(address_as_seen, kind=kind, countries=around.countries)
        for step in steps_to(addresses, kind, wanted, properties, seen):
            if isinstance(step, AddAddress):
                given = {name: value for name, value in step.properties.items() if value is not None}
                addresses.append(session.severa.create_address(pair.severa.guid, AddressInput(**given)))
            else:
                changed = session.severa.change_address(step.guid, _operations(session, step.properties))
                addresses = [changed if address.guid == step.guid else address for address in addresses]
    return addresses


def _operations(session: Session, properties: Any) -> list[dict[str, Any]]:
    """Patch operations for properties under Severa's names; a reference is patched in its own way."""
    return [
        session.readings.reference_operation(f"/{name}", None if value is None else value["guid"])
        if name in {"currency", "country"}
        else replacing(f"/{name}", value)
        for name, value in properties.items()
    ]


def _found_in_fortnox(session: Session, counterpart: Counterpart, name: str | None) -> Made | None:
    """What an earlier attempt made in Fortnox, by its number."""
    found = found_by_number(session.fortnox.customer, counterpart.number)
    if found is None:
        return None
    # Compared as Fortnox holds it.
    if name is not None and folded(found.Name) != folded(fortnox_text(name.strip()).text):
        values = {"customer": counterpart.name, "number": counterpart.number}
        raise NeedsPerson(Reason("customer-number-taken", {**values, "why": f"it is called {found.Name} in Fortnox"}))
    return Made(found.CustomerNumber, Card.of(found).to_link())


def _found_in_severa(session: Session, counterpart: Counterpart, name: str | None) -> Made | None:
    """What an earlier attempt made in Severa, by its number."""
    found = list(session.severa.customers(numbers=[int(folded_number(counterpart.number))]))
    if not found:
        return None
    same = [each for each in found if name is None or folded(each.name) == folded(name)]
    if len(same) != 1 or len(found) > 1:
        names = ", ".join(f"{each.number} {each.name}" for each in found)
        values = {"customer": counterpart.name, "number": counterpart.number}
        raise NeedsPerson(Reason("customer-number-taken-in-severa", {**values, "names": names}))
    return Made(same[0].guid)


def _nothing(payload: object) -> Made:
    raise AssertionError("a link sends nothing")


ENTITY: Entity[CustomerPair] = Entity(Kind.CUSTOMER, gather, decide_pair, carry_out, kept_of_pair, is_absent, settle)
