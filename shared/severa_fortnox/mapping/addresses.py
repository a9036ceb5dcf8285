"""Severa keeps addresses as records of their own, each with up to three flags; Fortnox has three places on the card.

The first address with a flag is the one of that kind (DESIGN 10). Writing one kind must not change the others, so an
address that carries several flags is not edited for one of them: a new one takes the flag over.

    before   A [billing, visiting]              Fortnox's visiting address changes
    step 1   A [billing, visiting]  B [visiting]     added first: a crash here leaves both, and the next run goes on
    step 2   A [billing]            B [visiting]

Nobody says where Severa lists a new address. Where the customer has more of that kind, the new one may stand behind
them, and they are to stay what they are. So it is the old one that keeps its place, and a copy takes its other flags:

    before   A [billing, visiting]  F [billing]      Fortnox's billing address changes
    step 1   A [billing, visiting]  F [billing]  B [visiting]     B says what A says
    step 2   A [billing]            F [billing]  B [visiting]     A says what Fortnox says

A billing address is not split so for another kind: projects name the one they bill to (`reference` severa 6).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from severa_fortnox.mapping.fields import Unsayable
from severa_fortnox.severa.models import Address

#: Kind of address to Severa's flag, and to Fortnox's four fields of it: line, postal code, city, country code.
FLAGS = {"billing": "isBillingAddress", "postal": "isPostalAddress", "visiting": "isVisitAddress"}
PLACES = {
    "billing": ("Address1", "ZipCode", "City", "CountryCode"),
    "postal": ("DeliveryAddress1", "DeliveryZipCode", "DeliveryCity", "DeliveryCountryCode"),
    "visiting": ("VisitingAddress", "VisitingZipCode", "VisitingCity", "VisitingCountryCode"),
}

#: What an address is compared by: its values in the form Fortnox can hold.
Seen = Callable[[Address], Mapping[str, str | None]]


@dataclass(frozen=True)
class AddAddress:
    """A new address of the customer.

    Args:
        properties: under Severa's names, the flag included.
    """

    properties: Mapping[str, Any]


@dataclass(frozen=True)
class ChangeAddress:
    """New values of an existing address.

    Args:
        properties: under Severa's names; None empties one.
    """

    guid: str
    properties: Mapping[str, Any]


AddressStep = AddAddress | ChangeAddress


def first_of(addresses: Sequence[Address], kind: str) -> Address | None:
    """The address of that kind: the first with its flag."""
    return next((address for address in addresses if getattr(address, FLAGS[kind])), None)


def steps_to(
    addresses: Sequence[Address],
    kind: str,
    wanted: Mapping[str, str | None],
    properties: Mapping[str, Any],
    seen: Seen,
) -> list[AddressStep]:
    """What makes the customer's address of that kind the wanted one, in order; nothing when it is already.

    Other addresses of the kind keep their flag. The exception: they could come to stand ahead of a new one, and the
    first cannot be split, because it is also the billing address or one of several different ones of another kind.

    Args:
        addresses: all the customer has now, in Severa's order.
        wanted: the values that are to be written, in the form that `seen` gives; what else the address says stays.
        properties: the same under Severa's names, without flags.
        seen: reads an address in the form Fortnox can hold.
    """
    flag = FLAGS[kind]
    carriers = [address for address in addresses if getattr(address, flag)]
    # Of a kind that the customer has no address of, nothing stays: what is not written is empty.
    said = seen(carriers[0]) if carriers else dict.fromkeys(seen(addresses[0])) if addresses else {}
    wanted = {**said, **wanted}
    same = [address for address in addresses if _agree(seen(address), wanted)]
    if carriers and carriers[0] in same:
        return []
    is_empty = all(value is None for value in wanted.values())
    # An address that is empty anyway is no heir: that there is none says the same.
    heir = same[0] if same and not is_empty else None
    takes_over: list[AddressStep] = []
    if heir is None and not is_empty:
        kept = {name: value for name, value in _said(carriers[0]).items() if value is not None} if carriers else {}
        takes_over.append(AddAddress({**kept, **properties, flag: True}))
    elif heir is not None and heir not in carriers:
        takes_over.append(ChangeAddress(heir.guid or "", {flag: True}))
    if not carriers:
        return takes_over
    first = carriers[0]
    others = [other for other in FLAGS.values() if other != flag and getattr(first, other)]
    if not others:
        return [ChangeAddress(first.guid or "", dict(properties))]
    # A new one may come to stand behind all of them.
    ahead = [each for each in (addresses if heir is None else addresses[: addresses.index(heir)]) if each in carriers]
    rivals = [each for each in ahead if each is not first]
    if rivals and FLAGS["billing"] not in others and _are_one(addresses, first, others):
        return _copied(addresses, first, others, properties)
    return [*takes_over, *(ChangeAddress(each.guid or "", {flag: False}) for each in (first, *rivals))]


def touched(before: Sequence[Address], after: Sequence[Address]) -> tuple[str, ...]:
    """Every address that was added or changed, as the log tells it: by what it said, with what became of it.

    Args:
        before: the customer's addresses as they were.
        after: as they are now.
    """
    known = {address.guid: address for address in before}
    told = []
    for address in after:
        old = known.get(address.guid)
        was, now = _kinds(old) if old else set(), _kinds(address)
        parts = ["was added"] if old is None else []
        parts += [f"is now “{_shown(address)}”"] if old and _said(old) != _said(address) else []
        parts += [f"became {kind} address" for kind in FLAGS if kind in now - was]
        parts += [f"is no longer {kind} address" for kind in FLAGS if kind in was - now]
        if parts:
            told.append(f"address “{_shown(old or address)}” {' and '.join(parts)}")
    return tuple(told)


def _kinds(address: Address) -> set[str]:
    return {kind for kind, flag in FLAGS.items() if getattr(address, flag)}


def _shown(address: Address) -> str:
    place = " ".join(filter(None, (address.postalCode, address.city)))
    return ", ".join(filter(None, (address.addressline, place, address.phone)))


def _are_one(addresses: Sequence[Address], first: Address, flags: Sequence[str]) -> bool:
    """Whether all addresses with one of the flags say the same: then it does not matter which is listed first."""
    return all(_said(each) == _said(first) for each in addresses if any(getattr(each, flag) for flag in flags))


def _copied(
    addresses: Sequence[Address], first: Address, others: Sequence[str], properties: Mapping[str, Any]
) -> list[AddressStep]:
    """The address becomes the wanted one where it stands; its other flags go to a copy of what it said."""
    copy = next((each for each in addresses if each is not first and _said(each) == _said(first)), None)
    changed = ChangeAddress(first.guid or "", {**properties, **dict.fromkeys(others, False)})
    if copy is None:
        return [AddAddress({**_said(first), **dict.fromkeys(others, True)}), changed]
    lacking = [other for other in others if not getattr(copy, other)]
    return [*([ChangeAddress(copy.guid or "", dict.fromkeys(lacking, True))] if lacking else []), changed]


def _said(address: Address) -> dict[str, Any]:
    """What an address says, under Severa's names, as a new one is given it."""
    country = address.country.guid if address.country else None
    texts = {name: getattr(address, name) or None for name in ("addressline", "postalCode", "city", "phone")}
    return {**texts, "country": None if country is None else {"guid": country}}


def _agree(seen: Mapping[str, str | None], wanted: Mapping[str, str | None]) -> bool:
    """Whether the values are equal; a country that Fortnox cannot hold may stand where it has none."""
    return all(
        seen[key] == value or (value is None and isinstance(seen[key], Unsayable)) for key, value in wanted.items()
    )
