"""A Severa customer and a Fortnox customer card, each in the other's terms (DESIGN 10, `reference` product 1.9)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from severa_fortnox.fortnox import models as fortnox
from severa_fortnox.fortnox.changes import CustomerChanges
from severa_fortnox.mapping.addresses import FLAGS, PLACES, first_of
from severa_fortnox.mapping.fields import CUSTOMER, Field, TooLong, Unsayable, Values, sayable
from severa_fortnox.mapping.vat import SWEDEN, VatType, country_named
from severa_fortnox.reason import Reason
from severa_fortnox.severa.models import Address, Country, Customer
from severa_fortnox.text import cut_at_word, fortnox_text, marked_up, plain_text


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


_FIELDS = {field.key: field for field in CUSTOMER}
_GLN_DIGITS = 13
#: Fortnox's second address lines, which Severa does not have, by the first.
SECOND_LINES = {"Address1": "Address2", "DeliveryAddress1": "DeliveryAddress2"}


def values_of_severa(
    customer: Customer, addresses: Sequence[Address], countries: Sequence[Country]
) -> tuple[Values, tuple[Reason, ...]]:
    """Severa's customer in the form Fortnox can hold, and what a person should know about it.

    A payment term is its days as text, a country its ISO code. What Fortnox cannot hold at all (a country without a
    code, an e-invoice address that is no GLN, an e-mail address with forbidden characters) is `Unsayable` and noted.

    Args:
        customer: its number may be missing; then the value is None.
        addresses: all it has, in Severa's order; the first of each kind counts.
        countries: Severa's country register, for the ISO codes.
    """
    notes: list[Reason] = []
    billing = first_of(addresses, "billing")
    raw = {
        "CustomerNumber": None if customer.number is None else str(customer.number),
        "Name": customer.name,
        "OrganisationNumber": customer.kvkNumber,
        "VATNumber": customer.vatNumber,
        "Email": customer.email,
        "WWW": customer.website,
        "Phone1": billing.phone if billing else None,
        "Comments": plain_text(customer.notes or ""),
    }
    values = {key: fitting(_FIELDS[key], value, notes) for key, value in raw.items()}
    values["Currency"] = customer.currency.code if customer.currency else None
    values["TermsOfPayment"] = None if customer.paymentTerm is None else str(customer.paymentTerm)
    electronic = (customer.eInvoiceAddress or "").strip()
    is_gln = len(electronic) == _GLN_DIGITS and electronic.isascii() and electronic.isdigit()
    values["GLN"] = electronic or None
    named = {"field": _FIELDS["GLN"].label}
    if electronic and not is_gln:
        values["GLN"] = Unsayable(electronic)
        notes.append(Reason("e-invoice-address-not-written", {**named, "address": electronic}))
    operator = (customer.eInvoiceOperator or "").strip()
    if operator:
        notes.append(Reason("e-invoice-operator-not-written", {**named, "operator": operator}))
    for kind in FLAGS:
        values |= place_of_severa(first_of(addresses, kind), kind, countries, notes)
    if is_swedish(values) and not is_organisation_number(values["OrganisationNumber"]):
        notes.append(Reason("organisation-number-malformed", {"number": values["OrganisationNumber"] or ""}))
    return values, tuple(notes)


def values_of_card(card: fortnox.Customer, days: Mapping[str, int | None]) -> Values:
    """Fortnox's card, a payment term as its days; texts as they stand there, which `agreeing` compares.

    Args:
        card: the whole card; a list item lacks most of it.
        days: terms-of-payment code to its days; a code without days (cash, direct debit) stays a code.
    """
    values: dict[str, str | None] = {}
    for field in CUSTOMER:
        value = getattr(card, field.key)
        values[field.key] = str(value).replace("\r\n", "\n").strip() or None if value is not None else None
    for line, second in SECOND_LINES.items():
        # Severa has one line: both of Fortnox's are it.
        values[line] = ", ".join(filter(None, (values[line], (getattr(card, second) or "").strip()))) or None
    terms = days.get(values["TermsOfPayment"] or "")
    return values if terms is None else {**values, "TermsOfPayment": str(terms)}


def agreeing(main: Values, other: Values) -> Values:
    """The other system's values, each spelled as the main one's where Fortnox's form of the two is one.

    A card typed in Fortnox itself may hold what is refused from us: quotation marks, tabs, "http://".
    """
    same = {
        key: value
        for key, value in main.items()
        if value is not None and (theirs := other.get(key)) is not None and is_one(key, value, theirs)
    }
    return {**other, **same}


def is_one(key: str, value: str, other: str) -> bool:
    """Whether both are one value to Fortnox, however each is spelled."""
    return value == other or _form(key, value) == _form(key, other)


def _form(key: str, value: str) -> str | None:
    """What a value of either system is compared by: as Severa's would stand in Fortnox, however it is spelled there."""
    field = _FIELDS[key]
    if field.limit is None:
        return value
    # Notes come back from Severa's markup in its form.
    form = fitting(field, plain_text(marked_up(value)) if key == "Comments" else value, [])
    if form is None or field.loose is None:
        return form
    return "".join(each for each in form.casefold() if not each.isspace() and each not in field.loose)


def to_fortnox(values: Values, keys: Sequence[str], terms: str | None) -> dict[str, Any]:
    """The values under Fortnox's names, to be sent; None clears a field.

    Args:
        terms: the code that has `values`' days.
    """
    values = sayable(values)
    return {key: terms if key == "TermsOfPayment" else values[key] for key in keys if key in values}


def changes_in_fortnox(values: Values, keys: Sequence[str], terms: str | None) -> CustomerChanges:
    """The values as a change of the card; a new address line replaces both of Fortnox's.

    Args:
        terms: the code that has `values`' days.
    """
    seconds = {second: None for line, second in SECOND_LINES.items() if line in keys}
    return CustomerChanges(**to_fortnox(values, keys, terms), **seconds)


def to_severa(values: Values, keys: Sequence[str], currency: str | None) -> dict[str, Any]:
    """The values of the customer itself (not of its addresses) under Severa's names.

    Args:
        currency: Severa's guid of `values`' currency; left out when None.
    """
    written: dict[str, Any] = {}
    values = sayable(values)
    for key in keys:
        name = _FIELDS[key].severa
        if "." in name or key not in values:
            continue
        value = values[key]
        if key == "Currency":
            written |= {} if currency is None else {name: {"guid": currency}}
        elif key in {"CustomerNumber", "TermsOfPayment"}:
            written[name] = None if value is None else int(value)
        else:
            # Notes are markup in Severa: what looks like it must not become it.
            written[name] = marked_up(value) if key == "Comments" and value is not None else value
    return written


def address_in_severa(values: Values, kind: str, countries: Sequence[Country]) -> tuple[Values, dict[str, Any]]:
    """The values of one address, in the form that `address_as_seen` gives, and under Severa's names, without flags.

    Args:
        kind: billing, postal or visiting; the card's phone is the billing address's.
    """
    line, zip_code, city, country = PLACES[kind]
    keys = (line, zip_code, city, country, *(["Phone1"] if kind == "billing" else []))
    place = {key: value for key, value in sayable(values).items() if key in keys}
    names = {line: "addressline", zip_code: "postalCode", city: "city", "Phone1": "phone"}
    properties: dict[str, Any] = {names[key]: value for key, value in place.items() if key in names}
    if country in place:
        found = country_named(place[country], countries)
        properties["country"] = None if found is None else {"guid": found.guid}
    return {key: None if value is None else _form(key, value) for key, value in place.items()}, properties


def address_as_seen(address: Address, kind: str, countries: Sequence[Country]) -> Values:
    """What `address_in_severa` wants, of an address that Severa has."""
    place = place_of_severa(address, kind, countries)
    if kind == "billing":
        place["Phone1"] = fitting(_FIELDS["Phone1"], address.phone, [])
    return {key: None if value is None else _form(key, value) for key, value in place.items()}


def vat_type_of_card(values: Values, countries: Sequence[Country]) -> str | None:
    """The VAT type of a new card that no invoice has asked for yet, by the country of its billing address.

    None leaves Fortnox's default, which is Swedish VAT: for Sweden, an unknown country, or an EU customer without a
    VAT number.
    """
    country = country_named(values.get("CountryCode"), countries)
    if country is None or country.code2 == SWEDEN:
        return None
    if country.isInEU:
        return VatType.EU_REVERSE_CHARGE if values.get("VATNumber") else None
    return VatType.EXPORT


def map_customer(
    customer: Customer,
    addresses: Sequence[Address],
    countries: Sequence[Country],
    *,
    vat_type: str | None,
    terms: str | None,
    currency: str | None,
    postal: bool = True,
) -> tuple[fortnox.CustomerPayload, tuple[Reason, ...]]:
    """The new card and what a person should know about it.

    Args:
        customer: Severa's customer; its number is known to be set, its name not to be blank.
        addresses: its addresses; the first of each kind is taken.
        countries: Severa's country register, for the ISO codes.
        vat_type: Fortnox VAT type; None leaves Fortnox's default.
        terms: Fortnox terms-of-payment code; None leaves Fortnox's default.
        currency: code that exists in Fortnox; None leaves Fortnox's default.
        postal: whether the postal address becomes the delivery address.
    """
    values, notes = values_of_severa(customer, addresses, countries)
    keys = [field.key for field in customer_fields(postal=postal)]
    payload = to_fortnox({**values, "Currency": currency}, keys, terms)
    return fortnox.CustomerPayload(**payload, VATType=vat_type), notes


def customer_fields(*, postal: bool) -> tuple[Field, ...]:
    """The table of customers, without the postal address when it is not wanted."""
    return tuple(field for field in CUSTOMER if postal or not field.severa.startswith("postal."))


def place_of_severa(
    address: Address | None, kind: str, countries: Sequence[Country], notes: list[Reason] | None = None
) -> dict[str, str | None]:
    """One address in the form Fortnox can hold, under Fortnox's names.

    Args:
        kind: billing, postal or visiting.
        notes: what a person should know is added here.
    """
    notes = [] if notes is None else notes
    line, zip_code, city, country = PLACES[kind]
    if address is None:
        return dict.fromkeys((line, zip_code, city, country))
    place = {
        line: fitting(_FIELDS[line], address.addressline, notes),
        zip_code: fitting(_FIELDS[zip_code], address.postalCode, notes),
        city: fitting(_FIELDS[city], address.city, notes),
    }
    name = (address.country.name or address.country.englishName or "").strip() if address.country else ""
    found = country_named(name, countries)
    if found is not None and found.code2:
        place[country] = found.code2
    elif name:
        place[country] = Unsayable(name)
        notes.append(Reason("country-without-code", {"field": _FIELDS[country].label, "country": name}))
    else:
        place[country] = None
    return place


def fitting(field: Field, value: str | None, notes: list[Reason]) -> str | None:
    """The value as Fortnox can hold it: trimmed, its characters permitted, cut to the field's limit; None when empty.

    Where another spelling would be another value, as in an e-mail address, it is `Unsayable` instead.

    Args:
        notes: what was replaced, cut or left out is added here.
    """
    value = (value or "").strip()
    if field.key == "WWW":
        # Fortnox does not take "://".
        value = re.sub(r"^https?://", "", value, flags=re.IGNORECASE)
    if not value:
        return None
    cleaned = fortnox_text(value)
    if field.too_long is TooLong.LEFT_OUT and (cleaned.replaced or len(cleaned.text) > (field.limit or 0)):
        notes.append(Reason("value-not-written", {"field": field.label, "text": value}))
        return Unsayable(value)
    if cleaned.replaced:
        notes.append(Reason("characters-replaced", {"field": field.label, "characters": " ".join(cleaned.replaced)}))
    text = cleaned.text.strip()
    if field.limit is not None and len(text) > field.limit:
        notes.append(Reason("text-shortened", {"field": field.label, "limit": str(field.limit), "text": text}))
        text = cut_at_word(text, field.limit)
    return text or None


def is_organisation_number(number: str | None) -> bool:
    """Whether a Swedish organisation or personal number is well formed: its check digit agrees (Luhn); none is.

    556677-8899, 165566778899 and 19800101-1234 are forms of it.
    """
    if number is None:
        return True
    digits = re.fullmatch(r"(?:16|18|19|20)?(\d{6})[-+]?(\d{4})", number.replace(" ", ""))
    if digits is None:
        return False
    ten = [int(digit) for digit in digits[1] + digits[2]]
    doubled = [digit * 2 if index % 2 == 0 else digit for index, digit in enumerate(ten)]
    return sum(digit - 9 if digit > 9 else digit for digit in doubled) % 10 == 0


def is_swedish(values: Values) -> bool:
    """Whether the organisation number can only be a Swedish one: the address says Sweden, or nothing."""
    return values.get("CountryCode", "elsewhere") in {SWEDEN, None}
