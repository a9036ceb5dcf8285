"""Short names of what a record says: equal when nothing that matters has changed.

A link keeps those of both its records from when they last agreed. What we wrote ourselves comes back as a change with a
known fingerprint, so nothing is done about it; and a whole register is compared without reading every card again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence

from pydantic import BaseModel

from severa_fortnox.fortnox.models import Customer as Card
from severa_fortnox.fortnox.models import CustomerItem, Project
from severa_fortnox.severa.models import Address, Customer

#: What changes without anybody having changed what matters, and what Fortnox's lists leave out.
_UNTOLD = {"createdDateTime", "lastUpdatedDateTime", "language", "salesAccount", "SalesAccount", "Type"}
KEPT = "kept"
_ADDRESS = "address "


def fingerprint(record: BaseModel) -> str:
    """Of any record, as its model reads it."""
    exclude = _UNTOLD
    if isinstance(record, Project):
        exclude = {*_UNTOLD, "Comments"}
    elif isinstance(record, Address):
        # Its customer's name is told by the customer.
        exclude = {*_UNTOLD, "customer"}
    return _hashed(record.model_dump_json(exclude=exclude))


def of_item(item: CustomerItem, *, active: bool) -> str:
    """Of a customer as Fortnox's list shows it."""
    return _hashed(repr((active, *(value or "" for value in _shown(item)))))


def of_card(card: Card) -> str:
    """Of the same customer, as `of_item` would give it, from the whole card."""
    item = CustomerItem(
        CustomerNumber=card.CustomerNumber,
        Name=card.Name,
        OrganisationNumber=card.OrganisationNumber,
        Email=card.Email,
        Phone=card.Phone1,
        Address1=card.Address1,
        Address2=card.Address2,
        City=card.City,
        ZipCode=card.ZipCode,
    )
    return of_item(item, active=card.Active)


def of_customers(customer: Customer, addresses: Sequence[Address], card: Card, kept: Iterable[str]) -> dict[str, str]:
    """What the link of two customers keeps when they agree.

    Args:
        kept: keys of the fields of only one of them that are left alone.
    """
    return {
        "severa": fingerprint(customer),
        **{f"{_ADDRESS}{address.guid}": fingerprint(address) for address in addresses},
        "fortnox": fingerprint(card),
        "item": of_card(card),
        **synced_kept(kept),
    }


def of_records(severa: BaseModel, fortnox: BaseModel, kept: Iterable[str] = ()) -> dict[str, str]:
    """What the link of two records without children keeps when they agree."""
    return {"severa": fingerprint(severa), "fortnox": fingerprint(fortnox), **synced_kept(kept)}


def is_seen(synced: Mapping[str, str], customer: Customer, addresses: Sequence[Address]) -> bool:
    """Whether Severa's customer and all its addresses are as they were when the two last agreed."""
    seen = {name: value for name, value in synced.items() if name == "severa" or name.startswith(_ADDRESS)}
    now = {f"{_ADDRESS}{address.guid}": fingerprint(address) for address in addresses}
    return seen == {"severa": fingerprint(customer), **now}


def is_seen_address(synced: Mapping[str, str], address: Address) -> bool:
    """Whether one address is as it was then."""
    return synced.get(f"{_ADDRESS}{address.guid}") == fingerprint(address)


def synced_kept(kept: Iterable[str]) -> dict[str, str]:
    """What a link keeps before anything was compared: only the keys that are left alone."""
    return {KEPT: ",".join(sorted(kept))}


def kept_of(synced: Mapping[str, str]) -> frozenset[str] | None:
    """The keys of the fields that are left alone; None when the two were linked without being compared."""
    return frozenset(filter(None, synced[KEPT].split(","))) if KEPT in synced else None


def _shown(item: CustomerItem) -> tuple[str | None, ...]:
    return (
        item.CustomerNumber,
        item.Name,
        item.OrganisationNumber,
        item.Email,
        item.Phone,
        item.Address1,
        item.Address2,
        item.City,
        item.ZipCode,
    )


def _hashed(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
