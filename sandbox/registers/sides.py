"""The same record in either system: how it is put there, and how it reads in Fortnox's fields.

Written from the field tables (`reference` product 1.9, DESIGN 10), not with the integration's own mapping, so that the
two can disagree. Empty is None, whether a system says null or "".
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sandbox.fortnox import FortnoxState
from sandbox.fortnox.fields import allowed
from sandbox.registers.firms import Firm, Place
from sandbox.registers.words import COUNTRY_NAMES, IN_EU
from sandbox.severa import SeveraState
from sandbox.severa.shapes import Record
from severa_fortnox.work import Kind

Values = dict[str, str | None]

#: What Fortnox cannot hold as it is, and the form it has there.
FORMS: Mapping[str, str] = {
    'Café "Solrosen" AB': "Café ’Solrosen’ AB",
    "Åhléns bageri [Söder] AB": "Åhléns bageri (Söder) AB",
    "Växjö Data… AB": "Växjö Data... AB",
    "Rum·för·tanke AB": "Rum-för-tanke AB",
    "<p>Ring <b>Åsa</b> först.</p>": "Ring Åsa först.",
    'Projekt "Norrsken"': "Projekt ’Norrsken’",
    "Etapp 1 | etapp 2": "Etapp 1 / etapp 2",
    'Licens "Nivå 2"': "Licens ’Nivå 2’",
}

#: Flag of a Severa address to Fortnox's four fields of that place.
PLACES = {
    "isBillingAddress": ("Address1", "ZipCode", "City", "CountryCode"),
    "isPostalAddress": ("DeliveryAddress1", "DeliveryZipCode", "DeliveryCity", "DeliveryCountryCode"),
    "isVisitAddress": ("VisitingAddress", "VisitingZipCode", "VisitingCity", "VisitingCountryCode"),
}
_KEPT_IN_STEP = ("Name", "VATNumber", "Email", "WWW", "Phone1", "Comments", "Currency", "TermsOfPayment", "GLN")
#: The fields that follow the main system as long as two records are linked.
CONTINUOUS: Mapping[Kind, tuple[str, ...]] = {
    Kind.CUSTOMER: (*_KEPT_IN_STEP, *(name for names in PLACES.values() for name in names)),
    Kind.PRODUCT: ("Unit", "VAT"),
    Kind.PROJECT: ("Status",),
}
#: The registers of Severa whose records are articles in Fortnox.
PRODUCT_REGISTERS = ("products", "work_types", "travel_expense_types")


def put_in_severa(severa: SeveraState, firm: Firm, **more: Any) -> Record:
    """The firm as a Severa customer, each address a record of its own."""
    fields = {
        "kvkNumber": firm.organisation_number,
        "vatNumber": firm.vat_number,
        "email": firm.email,
        "website": firm.website,
        "notes": firm.notes,
        "paymentTerm": firm.days,
        "eInvoiceAddress": firm.gln,
    }
    customer = severa.add_customer(name=firm.name, number=firm.number, currency=firm.currency, **fields | more)
    if firm.billing is not None:
        _add_address(severa, customer, firm.billing, billing=True, phone=firm.phone)
    if firm.postal is not None:
        _add_address(severa, customer, firm.postal, postal=True)
    if firm.visiting is not None:
        _add_address(severa, customer, firm.visiting, visit=True)
    return customer


def put_in_fortnox(fortnox: FortnoxState, firm: Firm, **more: Any) -> Record:
    """The firm as a Fortnox customer card."""
    card = {name: value for name, value in card_of(fortnox, firm).items() if value is not None}
    for place in ("", "Delivery", "Visiting"):
        if f"{place}CountryCode" in card:
            card[f"{place}Country"] = COUNTRY_NAMES[card[f"{place}CountryCode"]]
    if firm.billing is not None and firm.billing.country != "SE":
        card["VATType"] = "EUREVERSEDVAT" if firm.billing.country in IN_EU and firm.vat_number else "EXPORT"
    return fortnox.add_customer(**card | more)


def card_of(fortnox: FortnoxState, firm: Firm) -> Values:
    """What the firm's card says in Fortnox; its VAT type is no part of the registers."""
    card: Values = {
        "CustomerNumber": str(firm.number),
        "Name": in_fortnox(firm.name),
        "OrganisationNumber": firm.organisation_number,
        "VATNumber": firm.vat_number,
        "Email": firm.email,
        "WWW": in_fortnox(firm.website),
        "Phone1": firm.phone,
        "Comments": in_fortnox(firm.notes),
        "Currency": firm.currency,
        "TermsOfPayment": terms_of(fortnox, firm.days),
        "GLN": firm.gln,
    }
    for names, place in zip(PLACES.values(), (firm.billing, firm.postal, firm.visiting), strict=True):
        card |= dict(zip(names, _parts(place), strict=True))
    return card


def in_fortnox(text: str | None) -> str | None:
    """A Severa text in the characters Fortnox takes: as it is, unless `FORMS` states another form.

    Raises:
        LookupError: Fortnox does not take it, and nobody has stated what becomes of it.
    """
    stripped = (text or "").strip()
    form = FORMS.get(stripped, stripped.removeprefix("https://").removeprefix("http://"))
    if not allowed(form):
        raise LookupError(f"no form is stated for {text!r}")
    return form or None


def terms_of(fortnox: FortnoxState, days: int | None) -> str | None:
    """The code of the terms with exactly that many days: the number itself, or the one whose description says so."""
    if days is None or str(days) in fortnox.terms_of_payment:
        return None if days is None else str(days)
    named = (each["Code"] for each in fortnox.terms_of_payment if each["Description"].startswith(f"{days} dagar"))
    return next(named, f"no terms of {days} days")


class Sides:
    """Both systems as they are now, each record in Fortnox's fields."""

    def __init__(self, severa: SeveraState, fortnox: FortnoxState) -> None:
        self._severa, self._fortnox = severa, fortnox
        self._addresses: dict[str, list[Record]] = {}
        # Severa's lists are in the order of the guids here, and the first address of a kind counts.
        for address in sorted(severa.records["addresses"].values(), key=lambda each: str(each["guid"])):
            if address["customer"]:
                self._addresses.setdefault(address["customer"]["guid"], []).append(address)

    def of_severa(self, kind: Kind, guid: str) -> Values:
        """A Severa record; what its register does not have (unit and VAT of a work type) is not in it.

        Raises:
            KeyError: there is no such record.
        """
        if kind is Kind.CUSTOMER:
            return self._customer(self._severa.records["customers"][guid])
        if kind is Kind.PROJECT:
            project = self._severa.records["projects"][guid]
            return {
                "ProjectNumber": str(project["number"]),
                "Description": in_fortnox(project["name"]),
                "Status": "COMPLETED" if project["isClosed"] else "ONGOING",
            }
        _, product = product_of(self._severa, guid)
        values = {"ArticleNumber": (product["code"] or "").strip(), "Description": in_fortnox(product["name"])}
        if "measurementUnit" in product:
            values |= {"Unit": (product["measurementUnit"] or "").strip() or None, "VAT": percent(product["vatRate"])}
        return values

    def of_fortnox(self, kind: Kind, number: str) -> Values:
        """A Fortnox record, its numbers as texts.

        Raises:
            KeyError: there is no such record.
        """
        if kind is Kind.CUSTOMER:
            card = self._fortnox.customers[number]
            return {name: card[name] or None for name in ("CustomerNumber", "OrganisationNumber", *CONTINUOUS[kind])}
        if kind is Kind.PROJECT:
            project = self._fortnox.projects[number]
            return {
                name: project[name] or None
                for name in ("ProjectNumber", "Description", "Comments", "StartDate", "Status")
            }
        article = self._fortnox.articles[number]
        named = {name: article[name] for name in ("ArticleNumber", "Description")}
        return {**named, "Unit": article["Unit"] or None, "VAT": percent(article["VAT"])}

    def disagreeing(self, kind: Kind, guid: str, number: str) -> dict[str, tuple[str | None, str | None]]:
        """The continuous fields in which two records disagree: Severa's value and Fortnox's."""
        ours, theirs = self.of_severa(kind, guid), self.of_fortnox(kind, number)
        shared = (name for name in CONTINUOUS[kind] if name in ours)
        return {name: (ours[name], theirs[name]) for name in shared if ours[name] != theirs[name]}

    def _customer(self, customer: Record) -> Values:
        own = self._addresses.get(customer["guid"], [])
        first = {flag: next((each for each in own if each[flag]), None) for flag in PLACES}
        billing = first["isBillingAddress"]
        values: Values = {
            "CustomerNumber": str(customer["number"]),
            "OrganisationNumber": customer["kvkNumber"] or None,
            "Name": in_fortnox(customer["name"]),
            "VATNumber": in_fortnox(customer["vatNumber"]),
            "Email": in_fortnox(customer["email"]),
            "WWW": in_fortnox(customer["website"]),
            "Phone1": in_fortnox(billing["phone"]) if billing else None,
            "Comments": in_fortnox(customer["notes"]),
            "Currency": customer["currency"] and customer["currency"]["code"],
            "TermsOfPayment": terms_of(self._fortnox, customer["paymentTerm"]),
            "GLN": gln(customer["eInvoiceAddress"]),
        }
        for flag, names in PLACES.items():
            values |= dict(zip(names, self._parts(first[flag]), strict=True))
        return values

    def _parts(self, address: Record | None) -> tuple[str | None, ...]:
        if address is None:
            return (None,) * 4
        country = address["country"] and self._severa.find("countries", address["country"]["guid"])
        texts = tuple(in_fortnox(address[name]) for name in ("addressline", "postalCode", "city"))
        return (*texts, country["code2"] if country else None)


def product_of(severa: SeveraState, guid: str) -> tuple[str, Record]:
    """A record of one of the three product registers, and the register it is in.

    Raises:
        KeyError: there is no such record.
    """
    for name in PRODUCT_REGISTERS:
        if guid in severa.records[name]:
            return name, severa.records[name][guid]
    raise KeyError(guid)


def gln(address: str | None) -> str | None:
    """An e-invoice address as Fortnox can hold it: thirteen digits or nothing."""
    return address if address and len(address) == 13 and address.isdecimal() else None


def percent(rate: Any) -> str | None:
    """A VAT rate as text: 25, never 25.0."""
    return None if rate is None else f"{Decimal(str(rate)).normalize():f}"


def _parts(place: Place | None) -> tuple[str | None, ...]:
    return (None,) * 4 if place is None else (place.line, place.postal_code, place.city, place.country)


def _add_address(severa: SeveraState, customer: Record, place: Place, **flags: Any) -> Record:
    where: dict[str, Any] = {"addressline": place.line, "postal_code": place.postal_code, "city": place.city}
    return severa.add_address(customer, **where, country=place.country, **flags)
