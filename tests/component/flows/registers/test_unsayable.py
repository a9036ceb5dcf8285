"""What one system has and the other has no form for: nothing old stays beside it, and a person is told once."""

from __future__ import annotations

from typing import Any

import pytest

from severa_fortnox.errors import System
from severa_fortnox.settings import Main
from severa_fortnox.store.log import Outcome
from severa_fortnox.work import Kind
from tests.component.flows.registers.companies import RegisterWorld

GLN = "7312345678901"
NUMBER = "1001"


def address(world: RegisterWorld) -> Any:
    """The only address there is in Severa."""
    (only,) = world.severa.records["addresses"].values()
    return only


def said(world: RegisterWorld) -> str:
    """Every word of the log."""
    return "\n".join(f"{entry.text} {entry.detail.get('notes', '')}" for entry in world.entries())


def look(world: RegisterWorld, system: System) -> Outcome:
    """A worker looks at the customer that changed in the system."""
    (customer,) = world.severa.records["customers"]
    outcome = world.look_at(Kind.CUSTOMER, customer if system is System.SEVERA else NUMBER, system)
    assert isinstance(outcome, Outcome)
    return outcome


def assert_quiet(world: RegisterWorld) -> None:
    """Nothing more is written or said, however often and in whatever way it is looked at."""
    before = said(world)
    with world.writing_nothing():
        for system in System.SEVERA, System.FORTNOX:
            look(world, system)
        world.quieten()
    assert said(world) == before
    compared = world.compare(Kind.CUSTOMER, every_card=True)
    assert [looked.decision for looked in compared.looked if looked.is_change] == []
    assert world.problems() == []


def test_an_e_invoice_address_of_another_form_takes_the_old_gln_away(world: RegisterWorld) -> None:
    customer, card = world.pair_of_customers(eInvoiceAddress=GLN)
    assert card["GLN"] == GLN

    world.in_severa("customers", customer, eInvoiceAddress="0007:5566778899")
    assert look(world, System.SEVERA) is Outcome.UPDATED

    assert not world.fortnox.customers[NUMBER]["GLN"]
    assert said(world).count("0007:5566778899") == 1
    assert_quiet(world)


def test_an_e_invoice_address_where_none_was_is_said_though_nothing_is_written(world: RegisterWorld) -> None:
    customer, _ = world.pair_of_customers()

    world.in_severa("customers", customer, eInvoiceAddress="0007:5566778899")
    with world.writing_nothing():
        look(world, System.SEVERA)

    assert said(world).count("0007:5566778899") == 1
    assert_quiet(world)


@pytest.mark.parametrize("created", [True, False])
def test_a_gln_that_a_person_enters_for_it_stays_until_severas_address_changes(
    world: RegisterWorld, created: bool
) -> None:
    if not created:
        world.fortnox.add_customer(CustomerNumber=NUMBER, Name="Björk & Åström AB", GLN=GLN)
    customer, _ = world.pair_of_customers(eInvoiceAddress="0007:5566778899")
    assert said(world).count("0007:5566778899") == 1
    world.in_fortnox(Kind.CUSTOMER, NUMBER, GLN=GLN)
    look(world, System.FORTNOX)
    assert world.fortnox.customers[NUMBER]["GLN"] == GLN

    world.in_severa("customers", customer, email="ny@kund.example")
    look(world, System.SEVERA)
    assert world.fortnox.customers[NUMBER]["GLN"] == GLN

    world.in_severa("customers", customer, eInvoiceAddress="0007:5599999999")
    look(world, System.SEVERA)
    assert not world.fortnox.customers[NUMBER]["GLN"]
    assert said(world).count("0007:5599999999") == 1
    assert_quiet(world)


def test_a_move_to_a_country_without_a_code_takes_the_old_country_away(world: RegisterWorld) -> None:
    world.pair_of_customers()
    kosovo = world.severa.insert("countries", name="Kosovo", englishName="Kosovo")

    world.severa.update("addresses", address(world), country=kosovo, city="Pristina")
    look(world, System.SEVERA)

    card = world.fortnox.customers[NUMBER]
    assert (card["City"], card["CountryCode"] or None) == ("Pristina", None)
    assert said(world).count("Kosovo") == 1
    assert_quiet(world)


def test_a_move_in_fortnox_to_a_country_severa_lacks_takes_the_old_country_away(world: RegisterWorld) -> None:
    world.set(customer_main=Main.FORTNOX)
    world.pair_of_customers()

    world.in_fortnox(Kind.CUSTOMER, NUMBER, CountryCode="XK", City="Pristina")
    look(world, System.FORTNOX)

    assert (address(world)["city"], (address(world)["country"] or {}).get("name")) == ("Pristina", None)
    assert said(world).count("XK") == 1
    assert_quiet(world)


def test_terms_without_days_leave_severas_and_are_said_once(world: RegisterWorld) -> None:
    world.set(customer_main=Main.FORTNOX)
    customer, _ = world.pair_of_customers(paymentTerm=30)
    world.fortnox.add_terms_of_payment(Code="AG", Description="Autogiro")

    # The register was read before they were added.
    world.in_fortnox(Kind.CUSTOMER, NUMBER, TermsOfPayment="AG")
    with world.writing_nothing():
        look(world, System.FORTNOX)

    assert customer["paymentTerm"] == 30
    assert said(world).count("AG have no days") == 1
    assert_quiet(world)


def test_another_code_with_the_same_days_is_kept_and_goes_over(world: RegisterWorld) -> None:
    world.fortnox.add_terms_of_payment(Code="30N", Description="30 dagar netto, e-faktura")
    customer, _ = world.pair_of_customers(paymentTerm=30)
    world.in_fortnox(Kind.CUSTOMER, NUMBER, TermsOfPayment="30N")
    world.in_severa("customers", customer, email="ny@kund.example")
    look(world, System.SEVERA)
    assert world.fortnox.customers[NUMBER]["TermsOfPayment"] == "30N"

    world.set(customer_main=Main.FORTNOX)
    world.in_severa("customers", customer, paymentTerm=10)
    look(world, System.SEVERA)
    assert customer["paymentTerm"] == 30
    assert_quiet(world)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("Name", 'Bar "X" AB'),
        ("Name", "A|B AB"),
        ("Name", "Cafe\u0301 AB"),
        ("Email", "o'brien@firma.ie"),
        ("WWW", "http://kund.se/~a"),
        ("Address1", "O'Hara 1"),
        ("City", "Göteborg\tV"),
        ("Comments", "två <b>ord</b>  &amp;\tmer\n\n\n\nslut"),
    ],
)
def test_what_fortnox_itself_has_goes_over_as_it_is_and_once(world: RegisterWorld, key: str, value: str) -> None:
    world.set(customer_main=Main.FORTNOX)
    customer, _ = world.pair_of_customers(email="a@b.se", website="b.se")

    world.in_fortnox(Kind.CUSTOMER, NUMBER, **{key: value})
    assert look(world, System.FORTNOX) is Outcome.UPDATED

    there = {"Name": customer["name"], "Email": customer["email"], "WWW": customer["website"]}
    there |= {"Address1": address(world)["addressline"], "City": address(world)["city"]}
    assert there.get(key, value) == value
    assert_quiet(world)


@pytest.mark.parametrize("main", Main)
@pytest.mark.parametrize("name", ['Bar "X" AB', "O'Learys AB", "A|B AB"])
def test_a_name_typed_in_both_systems_is_rewritten_in_neither(world: RegisterWorld, name: str, main: Main) -> None:
    world.set(customer_main=main)
    world.fortnox.add_customer(CustomerNumber=NUMBER, Name=name)
    world.pair_of_customers(name=name)

    assert world.fortnox.customers[NUMBER]["Name"] == name
    assert [each["name"] for each in world.severa.records["customers"].values()] == [name]


def test_a_linked_customer_that_becomes_internal_is_left_alone(world: RegisterWorld) -> None:
    customer, card = world.pair_of_customers(email="a@kund.example")

    world.in_severa("customers", customer, isInternal=True, email="b@kund.example")
    with world.writing_nothing():
        assert look(world, System.SEVERA) is Outcome.NOTHING_TO_DO

    assert card["Email"] == "a@kund.example"


def test_a_project_renamed_says_its_whole_name_where_there_is_room(world: RegisterWorld) -> None:
    world.set(rename_projects=True)
    beginning = "Flytt av ekonomisystem och lönesystem till molnet,"
    project, theirs = world.pair_of_projects(name=f"{beginning} etapp ett", description="Ring Åsa")

    world.in_severa("projects", project, name=f"Ny {beginning} etapp två")
    world.look_at(Kind.PROJECT, project["guid"])

    theirs = world.fortnox.projects["501"]
    assert theirs["Comments"] == f"Ny {beginning} etapp två\nRing Åsa"
    assert f"Ny {beginning} etapp två" in said(world)


def test_a_rate_that_fortnox_does_not_name_is_not_written_as_nought(world: RegisterWorld) -> None:
    world.set(product_main=Main.FORTNOX)
    product, _ = world.pair_of_products()

    world.in_fortnox(Kind.PRODUCT, "DEV", VAT=None)
    world.look_at(Kind.PRODUCT, "DEV", System.FORTNOX)

    assert product["vatRate"] == 25
