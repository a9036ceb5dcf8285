"""Customers in step: how a new one is made in either system, and what is changed in a linked one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from severa_fortnox.decisions.customer_pairs import CustomerPair, decide_pair, main_and_other, values_of_pair
from severa_fortnox.decisions.decision import Create
from severa_fortnox.decisions.identity import different_company, folded_number
from severa_fortnox.decisions.pairs import Linked, NewInSevera, Surroundings, Writes
from severa_fortnox.errors import System
from severa_fortnox.flows import counterparts
from severa_fortnox.flows.counterparts import Counterpart, existing
from severa_fortnox.flows.create import Made, NeedsPerson, create_once
from severa_fortnox.flows.pairs import begun_by, is_in_step, linked, remember
from severa_fortnox.flows.session import Session
from severa_fortnox.fortnox.models import Customer as FortnoxCustomer
from severa_fortnox.fortnox.models import CustomerPayload
from severa_fortnox.mapping.addresses import FLAGS, PLACES, AddAddress, first_of, steps_to
from severa_fortnox.mapping.agreement import still_kept
from severa_fortnox.mapping.customers import (
    Card,
    address_as_seen,
    address_in_severa,
    changes_in_fortnox,
    customer_fields,
    to_severa,
)
from severa_fortnox.mapping.fields import Values
from severa_fortnox.mapping.fingerprints import of_customers, synced_kept
from severa_fortnox.reason import Reason
from severa_fortnox.settings import Main
from severa_fortnox.severa.inputs import AddressInput, CustomerInput
from severa_fortnox.severa.models import Address, Customer
from severa_fortnox.severa.unknowns import replace as replacing
from severa_fortnox.store.transfers import State, Transfer
from severa_fortnox.text import folded, fortnox_text
from severa_fortnox.work import Cause, Kind, Work

#: The card's fields that are Severa's addresses.
ADDRESS_KEYS = frozenset({"Phone1", *(key for keys in PLACES.values() for key in keys)})


def remembered(session: Session, pair: CustomerPair, around: Surroundings) -> CustomerPair:
    """The pair, with what both sides say now kept with its link."""
    if pair.linked is None or pair.severa is None or pair.whole is None:
        return pair
    severa, fortnox, _ = values_of_pair(pair, around)
    main, other = main_and_other(session.settings, severa, fortnox)
    kept = pair.linked.kept_from(customer_fields(postal=session.settings.postal_address), main, other)
    synced = of_customers(pair.severa, pair.addresses, pair.whole, still_kept(kept, main))
    remember(session, Kind.CUSTOMER, pair, synced, Card.of(pair.whole).to_link())
    return pair


def settle(session: Session, cause: Cause, pair: CustomerPair, work: Work, around: Surroundings) -> None:
    """Bring a creation that an earlier run began to its end without creating anything."""
    counterpart = begun_by(session, cause, pair, work)
    if work.system is System.SEVERA:
        counterparts.settle(session, counterpart, partial(_left_in_fortnox, session, pair))
        return
    find = partial(_left_in_severa, session, counterpart, pair)
    transfer = create_once(session, counterparts.creation(counterpart, "", None, find))
    if transfer.state is State.BOUND:
        _finish_in_severa(session, counterpart, transfer, pair, (), around, is_new=False)


def create(
    session: Session, cause: Cause, pair: CustomerPair, decision: Create[Any], around: Surroundings
) -> CustomerPair:
    """The record that is missing, made once in the system that lacks it; the answer is the pair as it is then."""
    to_severa = isinstance(decision.plan, NewInSevera)
    return (_create_in_severa if to_severa else _create_in_fortnox)(session, cause, pair, decision, around)


def _create_in_fortnox(
    session: Session, cause: Cause, pair: CustomerPair, decision: Create[CustomerPayload], around: Surroundings
) -> CustomerPair:
    """A card for the Severa customer, once; the answer is the pair as it is then."""
    severa = pair.severa
    assert severa is not None
    number = decision.plan.CustomerNumber
    counterpart = Counterpart(Kind.CUSTOMER, severa.guid, number, pair.name, cause=cause)

    def send(payload: CustomerPayload) -> Made:
        created = session.fortnox.create_customer(payload)
        made = replace(pair, card=Card.of(created), whole=created)
        main, _ = main_and_other(session.settings, *values_of_pair(made, around)[:2])
        synced = of_customers(severa, pair.addresses, created, still_kept((), main))
        return Made(created.CustomerNumber, Card.of(created).to_link(), synced)

    find = partial(_found_in_fortnox, session, counterpart, severa.name)
    counterparts.carry_out(session, counterpart, decision, send=send, find=find)
    return replace(pair, linked=Linked(severa.guid, number))


def _create_in_severa(
    session: Session, cause: Cause, pair: CustomerPair, decision: Create[NewInSevera], around: Surroundings
) -> CustomerPair:
    """A Severa customer for the card, once, and its addresses; the answer is the pair as it is then."""
    whole, values = pair.whole, decision.plan.values
    assert whole is not None
    counterpart = Counterpart(Kind.CUSTOMER, "", whole.CustomerNumber, pair.name, System.FORTNOX, cause)
    currency = around.severa_currencies.get(values.get("Currency") or "")
    properties = to_severa(values, list(values), currency)
    customer = CustomerInput(**{name: value for name, value in properties.items() if value is not None})
    # Severa keeps addresses apart and they follow: until then an empty one there must not empty Fortnox's.
    kept = synced_kept(key for key in ADDRESS_KEYS if values.get(key) is not None)
    created: list[Customer] = []

    def send() -> Made:
        created.append(session.severa.create_customer(customer))
        return Made(created[0].guid, Card.of(whole).to_link(), kept)

    def find(number: str) -> Made | None:
        found = _found_in_severa(session, counterpart, whole.Name or "", number)
        return None if found is None else replace(found, card=Card.of(whole).to_link(), synced=kept)

    payload = customer.model_dump_json(exclude_unset=True)
    transfer = create_once(session, counterparts.creation(counterpart, payload, send, find))
    if transfer.state is not State.BOUND:
        return pair
    pair = replace(pair, severa=created[0] if created else None)
    return _finish_in_severa(session, counterpart, transfer, pair, decision.notes, around, is_new=bool(created))


def _finish_in_severa(
    session: Session,
    counterpart: Counterpart,
    transfer: Transfer,
    pair: CustomerPair,
    notes: Sequence[Reason],
    around: Surroundings,
    *,
    is_new: bool,
) -> CustomerPair:
    """The new customer's addresses, then the end of its transfer; a run that died between them goes on here.

    Args:
        is_new: whether it was made just now; otherwise somebody may have worked on it.
    """
    link = session.store.links.by_fortnox(session.connection.id, Kind.CUSTOMER, counterpart.number)
    severa = pair.severa or (None if link is None else existing(session.severa.customer, link.severa_id))
    if link is not None and severa is not None and pair.whole is not None:
        _, values, _ = values_of_pair(pair, around)
        pair = replace(pair, severa=severa, addresses=session.severa.addresses(severa.guid), linked=linked(link))
        is_theirs = not is_new and session.settings.customer_main is Main.SEVERA
        kinds = [kind for kind in FLAGS if not is_theirs or first_of(pair.addresses, kind) is None]
        pair = replace(pair, addresses=_write_addresses(session, pair, values, kinds, around))
        if is_new or is_in_step(decide_pair(replace(pair, in_step=False), session.settings, around)):
            remembered(session, pair, around)
    counterparts.finish(session, counterpart, transfer, notes)
    return pair


def write(session: Session, pair: CustomerPair, writes: Writes, around: Surroundings) -> CustomerPair:
    """The main system's changes, in the other one; the answer is the pair as it is then."""
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
    pair = replace(pair, severa=severa)
    # Nothing but the changes: an address keeps what was left alone in it.
    changed = {key: writes.values[key] for key in writes.keys}
    return replace(pair, addresses=_write_addresses(session, pair, changed, list(FLAGS), around))


def _write_addresses(
    session: Session, pair: CustomerPair, values: Values, kinds: Sequence[str], around: Surroundings
) -> list[Address]:
    """Severa's addresses after each of these kinds is as `values` say.

    Read from what Severa has, so that a run that died between two addresses goes on where it stopped.

    Args:
        values: those that are to be written, in the form Fortnox can hold.
    """
    assert pair.severa is not None
    addresses = list(pair.addresses)
    for kind in kinds:
        wanted, properties = address_in_severa(values, kind, around.countries)
        if not wanted or (kind == "postal" and not session.settings.postal_address):
            continue
        seen = partial(address_as_seen, kind=kind, countries=around.countries)
        for step in steps_to(addresses, kind, wanted, properties, seen):
            if isinstance(step, AddAddress):
                given = {name: value for name, value in step.properties.items() if value is not None}
                addresses.append(session.severa.create_address(pair.severa.guid, AddressInput(**given)))
            else:
                changed = session.severa.change_address(step.guid, _operations(session, step.properties))
                addresses = [changed if address.guid == step.guid else address for address in addresses]
    return addresses


def _operations(session: Session, properties: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Patch operations for properties under Severa's names; a reference is patched in its own way."""
    return [
        session.readings.reference_operation(f"/{name}", None if value is None else value["guid"])
        if name in {"currency", "country"}
        else replacing(f"/{name}", value)
        for name, value in properties.items()
    ]


def _found_in_fortnox(session: Session, counterpart: Counterpart, name: str, number: str) -> Made | None:
    """What an earlier attempt made in Fortnox, by its number."""
    found = existing(session.fortnox.customer, number)
    if found is None:
        return None
    # Compared as Fortnox holds it.
    if folded(found.Name) != folded(fortnox_text(name.strip()).text):
        values = {"customer": counterpart.name, "number": number}
        raise NeedsPerson(Reason("customer-number-taken", {**values, "why": f"it is called {found.Name} in Fortnox"}))
    return _made_in_fortnox(found)


def _found_in_severa(session: Session, counterpart: Counterpart, name: str, number: str) -> Made | None:
    """What an earlier attempt made in Severa, by its number."""
    found = list(session.severa.customers(numbers=[int(folded_number(number))]))
    if found and (len(found) > 1 or folded(found[0].name) != folded(name)):
        raise NeedsPerson(_taken_in_severa(counterpart, number, found))
    return Made(found[0].guid) if found else None


def _left_in_fortnox(session: Session, pair: CustomerPair, number: str) -> Made | None:
    """What an earlier attempt made in Fortnox, whatever it is called now; a stranger with its number is not it."""
    found = existing(session.fortnox.customer, number)
    if found is None or (pair.severa is not None and different_company(pair.severa, Card.of(found)) is not None):
        return None
    return _made_in_fortnox(found)


def _left_in_severa(session: Session, counterpart: Counterpart, pair: CustomerPair, number: str) -> Made | None:
    """What an earlier attempt made in Severa, whatever it is called now; a stranger with its number is not it."""
    card = None if pair.whole is None else Card.of(pair.whole)
    listed = session.severa.customers(numbers=[int(folded_number(number))])
    found = [each for each in listed if card is None or different_company(each, card) is None]
    if len(found) > 1:
        raise NeedsPerson(_taken_in_severa(counterpart, number, found))
    return Made(found[0].guid) if found else None


def _made_in_fortnox(found: FortnoxCustomer) -> Made:
    return Made(found.CustomerNumber, Card.of(found).to_link())


def _taken_in_severa(counterpart: Counterpart, number: str, found: Sequence[Customer]) -> Reason:
    names = ", ".join(f"{each.number} {each.name}" for each in found)
    return Reason("customer-number-taken-in-severa", {"customer": counterpart.name, "number": number, "names": names})
