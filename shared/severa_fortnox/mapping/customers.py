"""A Severa customer becomes a Fortnox customer card (DESIGN 10, `reference` product 1.9)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from severa_fortnox.fortnox import models as fortnox
from severa_fortnox.mapping.vat import country_named
from severa_fortnox.reason import Reason
from severa_fortnox.severa.models import Address, Country, Customer
from severa_fortnox.text import cut_at_word, fortnox_text, plain_text


@dataclass(frozen=True)
class Card:
    """The fields of a Fortnox customer card that decide whether an invoice fits it; kept with the link."""

    number: str
    name: str
    active: bool
    vat_type: str | None
    currency: str | None
    organisation_number: str | None
    vat_number: str | None

    def to_link(self) -> dict[str, str]:
        """As the link keeps it."""
        values = {
            "number": self.number,
            "name": self.name,
            "active": "yes" if self.active else "no",
            "vat_type": self.vat_type,
            "currency": self.currency,
            "organisation_number": self.organisation_number,
            "vat_number": self.vat_number,
        }
        return {name: value for name, value in values.items() if value is not None}

    @classmethod
    def from_link(cls, card: Mapping[str, str]) -> Card | None:
        """Back from a link; None when the link was made without a card."""
        if "number" not in card:
            return None
        return cls(
            card["number"],
            card.get("name", ""),
            card.get("active") != "no",
            card.get("vat_type"),
            card.get("currency"),
            card.get("organisation_number"),
            card.get("vat_number"),
        )

    @classmethod
    def of(cls, customer: fortnox.Customer) -> Card:
        """From Fortnox's answer."""
        return cls(
            customer.CustomerNumber,
            customer.Name or "",
            customer.Active,
            customer.VATType,
            customer.Currency,
            customer.OrganisationNumber,
            customer.VATNumber,
        )


def map_customer(
    customer: Customer,
    addresses: Sequence[Address],
    countries: Sequence[Country],
    *,
    vat_type: str | None,
    terms: str | None,
    currency: str | None,
) -> tuple[fortnox.CustomerPayload, tuple[Reason, ...]]:
    """The new card and what a person should know about it.

    Args:
        customer: Severa's customer; its number is known to be set.
        addresses: its addresses; the first of each kind is taken.
        countries: Severa's country register, for the ISO codes.
        vat_type: Fortnox VAT type; None leaves Fortnox's default.
        terms: Fortnox terms-of-payment code; None leaves Fortnox's default.
        currency: code that exists in Fortnox; None leaves Fortnox's default.
    """
    notes: list[Reason] = []

    def clean(field: str, value: str | None, limit: int) -> str | None:
        if value is None or not value.strip():
            return None
        cleaned = fortnox_text(value.strip())
        if cleaned.replaced:
            notes.append(Reason("characters-replaced", {"field": field, "characters": " ".join(cleaned.replaced)}))
        if len(cleaned.text) > limit:
            notes.append(Reason("text-shortened", {"field": field, "limit": str(limit), "text": cleaned.text}))
        return cut_at_word(cleaned.text, limit)

    def place(kind: str, found: Address | None, names: Mapping[str, tuple[str, int]]) -> dict[str, str | None]:
        if found is None:
            return {}
        country = country_named(found.country.name if found.country else None, countries)
        return {
            names["line"][0]: clean(f"{kind} address", found.addressline, names["line"][1]),
            names["zip"][0]: clean(f"{kind} postal code", found.postalCode, names["zip"][1]),
            names["city"][0]: clean(f"{kind} city", found.city, names["city"][1]),
            names["country"][0]: country.code2 if country else None,
        }

    billing = _first(addresses, lambda address: address.isBillingAddress)
    electronic = (customer.eInvoiceAddress or "").strip()
    gln = electronic if len(electronic) == 13 and electronic.isdigit() else None
    if (electronic and gln is None) or (customer.eInvoiceOperator or "").strip():
        notes.append(
            Reason(
                "e-invoice-address-not-written", {"address": electronic, "operator": customer.eInvoiceOperator or ""}
            )
        )
    payload = fortnox.CustomerPayload(
        CustomerNumber=str(customer.number),
        Name=clean("name", customer.name, 1024) or customer.name,
        OrganisationNumber=clean("organisation number", customer.kvkNumber, 30),
        VATNumber=clean("VAT number", customer.vatNumber, 1024),
        VATType=vat_type,
        Currency=currency,
        TermsOfPayment=terms,
        Email=clean("e-mail", customer.email, 1024),
        # Without the scheme, whose "://" Fortnox does not take.
        WWW=clean("website", re.sub(r"^https?://", "", (customer.website or "").strip(), flags=re.IGNORECASE), 128),
        Phone1=clean("phone", billing.phone if billing else None, 1024),
        Comments=clean("notes", plain_text(customer.notes or ""), 1024),
        GLN=gln,
        **place("billing", billing, _BILLING),
        **place("postal", _first(addresses, lambda address: address.isPostalAddress), _DELIVERY),
        **place("visiting", _first(addresses, lambda address: address.isVisitAddress), _VISITING),
    )
    return payload, tuple(notes)


_BILLING = {"line": ("Address1", 1024), "zip": ("ZipCode", 10), "city": ("City", 1024), "country": ("CountryCode", 2)}
_DELIVERY = {
    "line": ("DeliveryAddress1", 1024),
    "zip": ("DeliveryZipCode", 10),
    "city": ("DeliveryCity", 1024),
    "country": ("DeliveryCountryCode", 2),
}
_VISITING = {
    "line": ("VisitingAddress", 128),
    "zip": ("VisitingZipCode", 10),
    "city": ("VisitingCity", 128),
    "country": ("VisitingCountryCode", 2),
}


def _first(addresses: Sequence[Address], wanted: Callable[[Address], bool]) -> Address | None:
    return next((address for address in addresses if wanted(address)), None)
