"""Severa keeps addresses as records of their own, each with up to three flags; Fortnox has three places on the card.

The first address with a flag is the one of that kind (DESIGN 10). Writing one kind must not change the others, so an
address that carries several flags is never edited for one of them: a new one takes the flag over.

    before   A [billing, visiting]              Fortnox's visiting address changes
    step 1   A [billing, visiting]  B [visiting]     added first: a crash here leaves both, and the next run goes on
    step 2   A [billing]            B [visiting]
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

    Args:
        addresses: all the customer has now, in Severa's order.
        wanted: values in the form Fortnox can hold, those that `seen` gives.
        properties: the same under Severa's names, without flags.
        seen: reads an address in that form.
    """
    flag = FLAGS[kind]
    carriers = [address for address in addresses if getattr(address, flag)]
    same = [address for address in addresses if _agree(seen(address), wanted)]
    if carriers and carriers[0] in same:
        return []
    is_empty = all(value is None for value in wanted.values())
    if not carriers:
        if is_empty:
            return []
        return [_flagged(same[0], flag)] if same else [AddAddress({**properties, flag: True})]
    first = carriers[0]
    if not any(getattr(first, other) for other in FLAGS.values() if other != flag):
        return [ChangeAddress(first.guid or "", dict(properties))]
    steps: list[AddressStep] = []
    if not is_empty:
        if not same:
            steps.append(AddAddress({**properties, flag: True}))
        elif same[0] not in carriers:
            steps.append(_flagged(same[0], flag))
    # Whichever order Severa lists them in: only one of this kind is left.
    left = same[0] if same and not is_empty else None
    steps += [ChangeAddress(other.guid or "", {flag: False}) for other in carriers if other is not left]
    return steps


def _flagged(address: Address, flag: str) -> ChangeAddress:
    return ChangeAddress(address.guid or "", {flag: True})


def _agree(seen: Mapping[str, str | None], wanted: Mapping[str, str | None]) -> bool:
    """Whether the values are equal; a country that Fortnox cannot hold may stand where it has none."""
    return all(
        seen[key] == value or (value is None and isinstance(seen[key], Unsayable)) for key, value in wanted.items()
    )
