"""Fingerprints: equal when nothing that matters has changed, and a list shows as much of a card as it can."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from severa_fortnox.fortnox.models import Article, CustomerItem, Project
from severa_fortnox.fortnox.models import Customer as FortnoxCustomer
from severa_fortnox.mapping.fingerprints import (
    fingerprint,
    is_seen,
    is_seen_address,
    kept_of,
    of_card,
    of_customers,
    of_item,
    of_records,
)
from tests.unit import builders as a

LATER = datetime(2027, 1, 2, tzinfo=UTC)
CARD = FortnoxCustomer(
    CustomerNumber="1001",
    Name="Kund AB",
    OrganisationNumber="556677-8899",
    Email="faktura@kund.example",
    Phone1="08-123 45 67",
    Address1="Storgatan 1",
    City="Umeå",
    ZipCode="903 26",
)


@pytest.mark.parametrize(
    "changed",
    [
        {"name": "Kund i Umeå AB"},
        {"number": 1002},
        {"email": "ny@kund.example"},
        {"isActive": False},
        {"paymentTerm": 10},
        {"notes": "Ring först"},
    ],
)
def test_a_changed_customer_has_another(changed: dict[str, Any]) -> None:
    assert fingerprint(a.customer(**changed)) != fingerprint(a.customer())


@pytest.mark.parametrize("changed", [{"lastUpdatedDateTime": LATER}, {"createdDateTime": LATER}])
def test_a_customer_touched_but_not_changed_has_the_same(changed: dict[str, Any]) -> None:
    assert fingerprint(a.customer(**changed)) == fingerprint(a.customer())


def test_an_address_moved_from_one_kind_to_another_has_another() -> None:
    assert fingerprint(a.address(isVisitAddress=True)) != fingerprint(a.address())


def test_an_article_is_the_same_from_the_list_and_whole_where_both_say_as_much() -> None:
    assert fingerprint(a.article(Type="SERVICE", SalesAccount="3001")) == fingerprint(a.article())
    assert fingerprint(a.article(Unit="h")) != fingerprint(a.article())
    assert fingerprint(a.article(VAT=Decimal(12))) != fingerprint(a.article())
    assert fingerprint(a.article(Active=False)) != fingerprint(a.article())


def test_a_projects_comments_do_not_count_because_lists_leave_them_out() -> None:
    listed = Project(ProjectNumber="501", Description="Bygge", Status="ONGOING", StartDate=date(2027, 1, 1))
    whole = listed.model_copy(update={"Comments": "Hela namnet"})
    assert fingerprint(whole) == fingerprint(listed)
    assert fingerprint(whole.model_copy(update={"Status": "COMPLETED"})) != fingerprint(listed)


def test_nothing_and_an_empty_text_are_the_same() -> None:
    blank = FortnoxCustomer.model_validate({"CustomerNumber": "1001", "Name": "Kund AB", "Email": "", "WWW": ""})
    assert fingerprint(blank) == fingerprint(FortnoxCustomer(CustomerNumber="1001", Name="Kund AB"))


def test_a_card_looks_in_the_list_as_it_is_told_to() -> None:
    item = CustomerItem(
        CustomerNumber="1001",
        Name="Kund AB",
        OrganisationNumber="556677-8899",
        Email="faktura@kund.example",
        Phone="08-123 45 67",
        Address1="Storgatan 1",
        City="Umeå",
        ZipCode="903 26",
    )
    assert of_item(item, active=True) == of_card(CARD)
    assert of_item(item, active=False) != of_card(CARD)
    assert of_item(item.model_copy(update={"City": "Lund"}), active=True) != of_card(CARD)


@pytest.mark.parametrize("unshown", [{"WWW": "www.kund.example"}, {"TermsOfPayment": "10"}, {"VisitingCity": "Lund"}])
def test_what_the_list_leaves_out_moves_only_the_whole_cards(unshown: dict[str, Any]) -> None:
    changed = CARD.model_copy(update=unshown)
    assert of_card(changed) == of_card(CARD)
    assert fingerprint(changed) != fingerprint(CARD)


ADDRESSES = [a.address(guid="a-1"), a.address(guid="a-2", isBillingAddress=False, isVisitAddress=True)]


def test_a_customer_is_seen_with_all_its_addresses_in_any_order() -> None:
    synced = of_customers(a.customer(), ADDRESSES, CARD, ())

    assert is_seen(synced, a.customer(), ADDRESSES)
    assert is_seen(synced, a.customer(), ADDRESSES[::-1])
    assert not is_seen(synced, a.customer(name="Annan AB"), ADDRESSES)
    assert not is_seen(synced, a.customer(), ADDRESSES[:1]), "an address has gone"
    assert not is_seen(synced, a.customer(), [*ADDRESSES, a.address(guid="a-3")]), "an address has come"
    assert not is_seen(synced, a.customer(), [ADDRESSES[0], a.address(guid="a-2", city="Lund")])


def test_one_address_is_seen_for_itself() -> None:
    synced = of_customers(a.customer(), ADDRESSES, CARD, ())

    assert is_seen_address(synced, ADDRESSES[0])
    assert not is_seen_address(synced, a.address(guid="a-1", phone=None))
    assert not is_seen_address(synced, a.address(guid="a-9"))
    assert not is_seen_address({}, ADDRESSES[0])


@pytest.mark.parametrize("kept", [(), ("Email",), ("Email", "Address1", "VisitingCity")])
def test_what_is_kept_is_read_back(kept: tuple[str, ...]) -> None:
    assert kept_of(of_customers(a.customer(), ADDRESSES, CARD, kept)) == frozenset(kept)
    assert kept_of(of_records(a.product(), a.article(), kept)) == frozenset(kept)


def test_a_link_without_fingerprints_has_seen_nothing() -> None:
    assert not is_seen({}, a.customer(), [])
    assert not is_seen({"kept": "Email"}, a.customer(), ADDRESSES)


def test_both_records_are_told_apart() -> None:
    synced = of_records(a.product(), Article(ArticleNumber="DEV"))
    assert synced["severa"] == fingerprint(a.product()) != synced["fortnox"]
