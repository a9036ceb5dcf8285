"""A customer card: each field in its place, and whatever cannot be written is said."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from severa_fortnox.fortnox import models as fortnox
from severa_fortnox.mapping.customers import Card, map_customer
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
        ("7350012345678", None, "7350012345678", False),
        (" 7350012345678 ", "", "7350012345678", False),
        ("7350012345678", "INEXCHANGE", "7350012345678", True),
        ("SE5566778899", None, None, True),
        ("735001234567", None, None, True),
        (None, "INEXCHANGE", None, True),
        (None, None, None, False),
        ("  ", " ", None, False),
    ],
)
def test_thirteen_digits_are_a_gln_and_anything_else_is_said(
    address: str | None, operator: str | None, gln: str | None, noted: bool
) -> None:
    card, notes = mapped(a.customer(eInvoiceAddress=address, eInvoiceOperator=operator))

    assert gln == card.GLN
    assert [note.code for note in notes] == (["e-invoice-address-not-written"] if noted else [])


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
