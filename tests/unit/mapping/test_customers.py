"""A customer card: each field in its place, and whatever cannot be written is said."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from severa_fortnox.fortnox import models as fortnox
from severa_fortnox.mapping.customers import Card, agreeing, map_customer
from severa_fortnox.reason import Reason
from severa_fortnox.severa.models import Address, AddressCountry, Customer
from tests.unit import builders as a


def mapped(
    customer: Customer | None = None, addresses: Sequence[Address] = (), **given: Any
) -> tuple[fortnox.CustomerPayload, tuple[Reason, ...]]:
    values = {"vat_type": "SEVAT", "terms": "30", "currency": "SEK", **given}
    return map_customer(customer or a.customer(), addresses, a.COUNTRIES, **values)


def test_an_ordinary_customer_goes_over_whole() -> None:
    card, notes = mapped(
        a.customer(
            vatNumber="SE556677889901", email="faktura@kund.se", website="https://www.kund.se", notes="<b>VIP</b>"
        ),
        [a.address()],
    )

    assert card.model_dump(exclude_none=True) == {
        "CustomerNumber": "1001",
        "Name": "Kund AB",
        "OrganisationNumber": "556677-8899",
        "VATNumber": "SE556677889901",
        "VATType": "SEVAT",
        "Currency": "SEK",
        "TermsOfPayment": "30",
        "Email": "faktura@kund.se",
        "WWW": "www.kund.se",
        "Phone1": "08-123 45 67",
        "Comments": "VIP",
        "Address1": "Storgatan 1",
        "ZipCode": "111 22",
        "City": "Stockholm",
        "CountryCode": "SE",
    }
    assert notes == ()


def test_what_is_unknown_is_left_to_fortnox() -> None:
    card, _ = mapped(a.customer(kvkNumber=None), vat_type=None, terms=None, currency=None)

    assert card.model_dump(exclude_none=True) == {"CustomerNumber": "1001", "Name": "Kund AB"}


def test_the_first_address_of_each_kind_wins() -> None:
    addresses = [
        a.address(isBillingAddress=False, isPostalAddress=True, addressline="Box 1"),
        a.address(addressline="Storgatan 1"),
        a.address(addressline="Storgatan 2", isVisitAddress=True, country=AddressCountry(name="Norge")),
        a.address(addressline="Box 2", isBillingAddress=False, isPostalAddress=True),
    ]

    card, _ = mapped(addresses=addresses)

    assert (card.Address1, card.DeliveryAddress1, card.VisitingAddress) == ("Storgatan 1", "Box 1", "Storgatan 2")
    assert (card.CountryCode, card.VisitingCountryCode) == ("SE", "NO")


def test_one_address_of_all_kinds_is_written_three_times() -> None:
    card, _ = mapped(addresses=[a.address(isPostalAddress=True, isVisitAddress=True)])

    assert card.Address1 == card.DeliveryAddress1 == card.VisitingAddress == "Storgatan 1"


def test_a_country_that_is_not_in_the_register_is_left_out() -> None:
    card, _ = mapped(addresses=[a.address(country=AddressCountry(name="Atlantis"))])

    assert card.CountryCode is None


@pytest.mark.parametrize(
    ("address", "operator", "gln", "noted"),
    [
        ("7350012345678", None, "7350012345678", []),
        (" 7350012345678 ", "", "7350012345678", []),
        ("7350012345678", "INEXCHANGE", "7350012345678", ["operator"]),
        ("SE5566778899", None, None, ["address"]),
        ("735001234567", None, None, ["address"]),
        (None, "INEXCHANGE", None, ["operator"]),
        ("0007:5566778899", "INEXCHANGE", None, ["address", "operator"]),
        (None, None, None, []),
        ("  ", " ", None, []),
    ],
)
def test_thirteen_digits_are_a_gln_and_anything_else_is_said(
    address: str | None, operator: str | None, gln: str | None, noted: list[str]
) -> None:
    card, notes = mapped(a.customer(eInvoiceAddress=address, eInvoiceOperator=operator))

    assert gln == card.GLN
    assert [note.code for note in notes] == [f"e-invoice-{what}-not-written" for what in noted]


def test_what_is_too_long_is_cut_and_said_whole() -> None:
    card, notes = mapped(addresses=[a.address(postalCode="SE-111 22 X")])

    assert card.ZipCode == "SE-111 22"
    assert notes == (Reason("text-shortened", {"field": "billing postal code", "limit": "10", "text": "SE-111 22 X"}),)


def test_what_is_replaced_is_said() -> None:
    card, notes = mapped(a.customer(name='Bygg "Kalle"'))

    assert card.Name == "Bygg ’Kalle’"
    assert notes == (Reason("characters-replaced", {"field": "name", "characters": '"'}),)


@pytest.mark.parametrize(
    ("website", "written"),
    [("https://kund.se/", "kund.se/"), ("HTTP://kund.se", "kund.se"), ("kund.se", "kund.se"), ("", None), (None, None)],
)
def test_a_website_is_written_without_the_scheme_fortnox_refuses(website: str | None, written: str | None) -> None:
    card, notes = mapped(a.customer(website=website))

    assert written == card.WWW
    assert notes == ()


@pytest.mark.parametrize("email", ["o'brien@firma.ie", "a|b@firma.se", "x" * 1025])
def test_an_email_address_fortnox_cannot_hold_is_left_out_and_said(email: str) -> None:
    card, notes = mapped(a.customer(email=email))

    assert card.Email is None
    assert notes == (Reason("value-not-written", {"field": "e-mail", "text": email}),)


@pytest.mark.parametrize("website", ["https://www.firma.ie/~brien", "firma.se/?u=http://b.se", f"firma.se/{'x' * 128}"])
def test_a_website_fortnox_cannot_hold_is_left_out_and_said(website: str) -> None:
    card, notes = mapped(a.customer(website=website))

    assert card.WWW is None
    assert [(note.code, note.values["field"]) for note in notes] == [("value-not-written", "website")]


@pytest.mark.parametrize(
    ("key", "in_severa", "on_the_card"),
    [
        ("Name", "Bar ’X’ AB", 'Bar "X" AB'),
        ("Name", "A/B AB", "A|B AB"),
        ("Name", "Café AB", "Cafe\u0301 AB"),
        ("WWW", "kund.se", "http://kund.se"),
        ("Comments", "a b", "a\tb"),
        ("Comments", "två (b)ord(/b) & mer", "två <b>ord</b>  & mer"),
        ("Email", "o'brien@firma.ie", "o'brien@firma.ie"),
        ("Address1", "O’Hara 1", "O'Hara 1"),
        ("ZipCode", "21120", "211 20"),
        ("VisitingZipCode", "00-950", "00950"),
        ("VATNumber", "SE556677889901", "se 556677-8899 01"),
        ("Phone1", "08-123 45 67", "(08) 123 45 67"),
        ("Email", "Anna.Berg@Kund.se", "anna.berg@kund.se"),
    ],
)
def test_what_fortnox_spells_otherwise_is_no_difference(key: str, in_severa: str, on_the_card: str) -> None:
    assert agreeing({key: in_severa}, {key: on_the_card}) == {key: in_severa}
    assert agreeing({key: on_the_card}, {key: in_severa}) == {key: on_the_card}


def test_only_what_is_the_same_is_spelled_as_the_main_system_does() -> None:
    main = {"Name": "Kund AB", "Email": "a-b@c.se", "WWW": "a.se", "ZipCode": "111 22", "Phone1": None}
    other = {"Name": "Kund A B", "Email": "ab@c.se", "WWW": None, "ZipCode": "111 23", "Phone1": "08-1"}

    assert agreeing(main, other) == other


@given(st.builds(a.card, vat_type=st.sampled_from(["SEVAT", None]), active=st.booleans(), name=st.text(min_size=1)))
def test_a_card_kept_with_a_link_is_read_as_it_was(card: Card) -> None:
    assert Card.from_link(card.to_link()) == card


def test_a_link_made_without_a_card_has_none() -> None:
    assert Card.from_link({}) is None


def test_a_card_is_made_of_fortnoxs_answer() -> None:
    answer = fortnox.Customer(
        CustomerNumber="1001",
        Name="Kund AB",
        Active=False,
        VATType="EXPORT",
        Currency="EUR",
        OrganisationNumber="5566778899",
        VATNumber="",
    )

    assert Card.of(answer) == Card("1001", "Kund AB", False, "EXPORT", "EUR", "5566778899", None)
