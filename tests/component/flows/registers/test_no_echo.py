"""What we wrote comes back as a change: it costs at most one read and never a write, in either direction.

It comes back three ways: as an event of Fortnox, in the next poll of Severa, and in the daily catch-up with Fortnox.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from sandbox.severa import Readings
from severa_fortnox.errors import System
from severa_fortnox.mapping.addresses import PLACES
from severa_fortnox.settings import Main
from severa_fortnox.store.log import Outcome
from severa_fortnox.work import Cause, Kind
from tests.component.flows.registers.companies import DAY, KINDS, Maker, RegisterWorld, next_day

#: Makes us write something; answers the kind and the Fortnox number of the record that was written.
Written = Callable[[RegisterWorld], tuple[Kind, str]]


@pytest.fixture
def world(company: Maker) -> RegisterWorld:
    return begun(company())


def begun(world: RegisterWorld) -> RegisterWorld:
    """The first poll has caught up with Fortnox for today."""
    world.poll()
    world.clock.sleep(60)
    return world


def poll_severa(world: RegisterWorld) -> None:
    """A poll a minute after the change, and whatever it queues."""
    world.clock.sleep(60)
    world.poll_and_look()


def hear_fortnox(world: RegisterWorld, kind: Kind, number: str) -> Any:
    """An event of Fortnox."""
    return world.look_at(kind, number, System.FORTNOX)


# Writes to Fortnox


def customer_made_in_fortnox(world: RegisterWorld) -> tuple[Kind, str]:
    world.customer(email="a@kund.example", notes="R&D <b>VIP</b>", address={"phone": "08-1", "visit": True})
    poll_severa(world)
    return Kind.CUSTOMER, "1001"


def customer_linked(world: RegisterWorld) -> tuple[Kind, str]:
    world.fortnox.add_customer(CustomerNumber="1001", Name="Björk & Åström AB", WWW="www.bjork.example")
    world.customer(email="a@kund.example")
    poll_severa(world)
    assert world.fortnox.customers["1001"]["Email"] == "a@kund.example"
    return Kind.CUSTOMER, "1001"


def customer_changed_in_fortnox(world: RegisterWorld) -> tuple[Kind, str]:
    customer, _ = world.pair_of_customers()
    world.in_severa("customers", customer, email="ny@kund.example", notes='"Ring" först', paymentTerm=10)
    poll_severa(world)
    assert world.fortnox.customers["1001"]["Email"] == "ny@kund.example"
    return Kind.CUSTOMER, "1001"


def address_changed_in_fortnox(world: RegisterWorld) -> tuple[Kind, str]:
    world.pair_of_customers()
    (address,) = world.severa.records["addresses"].values()
    world.in_severa("addresses", address, addressline="Nygatan 3", phone="090-1")
    poll_severa(world)
    assert world.fortnox.customers["1001"]["Address1"] == "Nygatan 3"
    return Kind.CUSTOMER, "1001"


def article_made(world: RegisterWorld) -> tuple[Kind, str]:
    world.severa.add_product(name="Licens", code="LIC", unit="st", vat_rate=0)
    poll_severa(world)
    return Kind.PRODUCT, "LIC"


def article_made_of_a_work_type(world: RegisterWorld) -> tuple[Kind, str]:
    world.severa.add_work_type(name="Rådgivning", code="RAD")
    poll_severa(world)
    return Kind.PRODUCT, "RAD"


def article_changed(world: RegisterWorld) -> tuple[Kind, str]:
    product, _ = world.pair_of_products()
    world.in_severa("products", product, measurementUnit="h", vatRate=Decimal(12))
    poll_severa(world)
    assert world.fortnox.articles["DEV"]["Unit"] == "h"
    return Kind.PRODUCT, "DEV"


def project_made(world: RegisterWorld) -> tuple[Kind, str]:
    owner = world.severa.add_customer(name="Ägaren AB", number=1)
    world.severa.add_project(owner, name="Ett långt namn som är mer än femtio tecken långt till slut", number=501)
    poll_severa(world)
    return Kind.PROJECT, "501"


def project_closed(world: RegisterWorld) -> tuple[Kind, str]:
    world.set(project_closing="complete")
    undertaking, _ = world.pair_of_projects()
    world.in_severa("projects", undertaking, isClosed=True, closedDate=world.now().date())
    poll_severa(world)
    assert world.fortnox.projects["501"]["Status"] == "COMPLETED"
    return Kind.PROJECT, "501"


# Writes to Severa


def customer_made_in_severa(world: RegisterWorld) -> tuple[Kind, str]:
    world.fortnox.add_customer(
        CustomerNumber="1001",
        Name="Öresund AB",
        Comments="R&D <b>",
        Address1="Box 1",
        Address2="c/o Ek",
        Phone1="08-1",
        VisitingAddress="Gatan 2",
        VisitingCity="Lund",
    )
    hear_fortnox(world, Kind.CUSTOMER, "1001")
    assert len(world.severa.all("customers", number=1001)) == 1
    return Kind.CUSTOMER, "1001"


def customer_changed_in_severa(world: RegisterWorld) -> tuple[Kind, str]:
    world.set(customer_main=Main.FORTNOX)
    customer, _ = world.pair_of_customers()
    world.in_fortnox(Kind.CUSTOMER, "1001", Email="ny@kund.example", Comments="5 < 6 &amp; <b>", TermsOfPayment="10")
    hear_fortnox(world, Kind.CUSTOMER, "1001")
    assert customer["email"] == "ny@kund.example"
    return Kind.CUSTOMER, "1001"


def addresses_changed_in_severa(world: RegisterWorld) -> tuple[Kind, str]:
    """One Severa address that is billing and visiting address: it stays, and a new one takes the visits over."""
    world.set(customer_main=Main.FORTNOX)
    world.pair_of_customers(address={"visit": True})
    world.in_fortnox(Kind.CUSTOMER, "1001", VisitingAddress="Nygatan 3", DeliveryAddress1="Lager 4", Phone1="08-2")
    hear_fortnox(world, Kind.CUSTOMER, "1001")
    assert len(world.severa.records["addresses"]) == 3
    return Kind.CUSTOMER, "1001"


def product_made(world: RegisterWorld) -> tuple[Kind, str]:
    world.fortnox.add_article(ArticleNumber="LIC", Description="Licens", Type="SERVICE", Unit="st", VAT=0)
    hear_fortnox(world, Kind.PRODUCT, "LIC")
    assert len(world.severa.all("products", code="LIC")) == 1
    return Kind.PRODUCT, "LIC"


def work_type_made(world: RegisterWorld) -> tuple[Kind, str]:
    world.set(article_register="worktypes")
    world.fortnox.add_article(ArticleNumber="RAD", Description="Rådgivning", Type="SERVICE", Unit="h", VAT=25)
    hear_fortnox(world, Kind.PRODUCT, "RAD")
    assert len(world.severa.all("work_types", code="RAD")) == 1
    return Kind.PRODUCT, "RAD"


def product_changed(world: RegisterWorld) -> tuple[Kind, str]:
    world.set(product_main=Main.FORTNOX)
    product, _ = world.pair_of_products()
    world.in_fortnox(Kind.PRODUCT, "DEV", Unit="h", VAT=Decimal(12))
    hear_fortnox(world, Kind.PRODUCT, "DEV")
    assert (product["measurementUnit"], product["vatRate"]) == ("h", 12)
    return Kind.PRODUCT, "DEV"


TO_FORTNOX: list[Written] = [
    *(customer_made_in_fortnox, customer_linked, customer_changed_in_fortnox, address_changed_in_fortnox),
    *(article_made, article_made_of_a_work_type, article_changed, project_made, project_closed),
]
TO_SEVERA: list[Written] = [
    *(customer_made_in_severa, customer_changed_in_severa, addresses_changed_in_severa),
    *(product_made, work_type_made, product_changed),
]
EVERYTHING = pytest.mark.parametrize("written", [*TO_FORTNOX, *TO_SEVERA], ids=lambda written: written.__name__)


@EVERYTHING
def test_an_event_about_our_own_write_costs_one_read(world: RegisterWorld, written: Written) -> None:
    kind, number = written(world)

    with world.writing_nothing() as spent:
        assert hear_fortnox(world, kind, number) is Outcome.NOTHING_TO_DO

    assert len(spent.fortnox) <= 1 and spent.severa == []


@EVERYTHING
@pytest.mark.parametrize("moves", [False, True], ids=["addresses for themselves", "an address moves its customer"])
def test_our_own_write_in_the_next_poll_costs_nothing_more(company: Maker, written: Written, moves: bool) -> None:
    world = begun(company(severa=Readings(child_moves_parent=moves)))
    written(world)
    world.clock.sleep(60)

    with world.writing_nothing() as spent:
        assert world.poll() == []

    assert spent.fortnox == []
    lists = [call.path for call in spent.severa]
    assert len(lists) == len(set(lists)), "one call for each list"


@EVERYTHING
def test_our_own_write_in_the_daily_catch_up_costs_one_read_each(world: RegisterWorld, written: Written) -> None:
    kind, number = written(world)
    world.clock.sleep(DAY)
    queued = world.poll()
    assert (kind, number, System.FORTNOX) in {(work.kind, work.id, work.system) for work in queued}

    for work in queued:
        with world.writing_nothing() as spent:
            assert world.look(work) is Outcome.NOTHING_TO_DO
        assert len(spent.calls) <= 1


@EVERYTHING
def test_nothing_is_logged_twice_about_one_write(world: RegisterWorld, written: Written) -> None:
    kind, number = written(world)
    lines, mails = len(world.entries()), len(world.mails)

    hear_fortnox(world, kind, number)
    poll_severa(world)
    world.clock.sleep(DAY)
    world.quieten()

    assert (len(world.entries()), len(world.mails)) == (lines, mails)


@EVERYTHING
def test_a_load_after_it_costs_the_listings_only(world: RegisterWorld, written: Written) -> None:
    kind, _ = written(world)
    world.load(kind)

    with world.writing_nothing() as spent:
        assert world.load(kind).done == {}

    assert all(call.path.count("/") <= 4 for call in spent.calls), spent.reads
    cards = [call for call in spent.fortnox if call.path.startswith("/3/customers/")]
    assert cards == [], "a card was read"


# Fortnox spells what we wrote in its own way


@pytest.mark.parametrize("is_new", [True, False], ids=["a new card", "a changed one"])
@pytest.mark.parametrize("kind", PLACES)
def test_a_postal_code_that_fortnox_spaces_is_written_once(world: RegisterWorld, kind: str, is_new: bool) -> None:
    world.fortnox.switches.spaces_zip_codes = True
    flags = {"billing": kind == "billing", "postal": kind == "postal", "visit": kind == "visiting"}
    customer = world.customer(address={**flags, "postal_code": "21120" if is_new else "411 01"})
    world.look_at(Kind.CUSTOMER, customer["guid"])
    field = PLACES[kind][1]
    if not is_new:
        (address,) = world.severa.all("addresses")
        world.in_severa("addresses", address, postalCode="21120")
        world.clock.sleep(60)
        with world.spending() as spent:
            world.poll_and_look()
        assert [call.body for call in spent.fortnox if call.method == "PUT"] == [{"Customer": {field: "21120"}}]
    assert world.fortnox.customers["1001"][field] == "211 20"
    world.quieten()
    lines = len(world.entries())

    with world.writing_nothing():
        for _ in range(3):
            next_day(world)

    assert len(world.entries()) == lines
    (address,) = world.severa.all("addresses")
    assert address["postalCode"] == "21120", "each keeps its own form"


def test_another_postal_code_is_written_as_the_main_system_has_it(world: RegisterWorld) -> None:
    world.set(customer_main=Main.FORTNOX)
    world.pair_of_customers(address={"postal_code": "21120"})
    (address,) = world.severa.all("addresses")

    for written, there in (("211 20", "21120"), ("211 21", "211 21"), (None, None), ("211 22", "211 22")):
        world.in_fortnox(Kind.CUSTOMER, "1001", ZipCode=written)
        hear_fortnox(world, Kind.CUSTOMER, "1001")
        assert address["postalCode"] == there


# Two people at once


def edited_in_both(world: RegisterWorld, kind: Kind) -> tuple[dict[str, Any], str]:
    """Two people change the same field of one record, each in one system; Severa's record and Fortnox's number."""
    if kind is Kind.CUSTOMER:
        record, _ = world.pair_of_customers(email="gammal@kund.example")
        world.in_severa("customers", record, email="severa@kund.example")
        world.in_fortnox(kind, "1001", Email="fortnox@kund.example")
        return record, "1001"
    record, _ = world.pair_of_products(unit="st")
    world.in_severa("products", record, measurementUnit="h")
    world.in_fortnox(kind, "DEV", Unit="km")
    return record, "DEV"


BOTH = {
    Kind.CUSTOMER: ("email", "Email", {Main.SEVERA: "severa@kund.example", Main.FORTNOX: "fortnox@kund.example"}),
    Kind.PRODUCT: ("measurementUnit", "Unit", {Main.SEVERA: "h", Main.FORTNOX: "km"}),
}


@pytest.mark.parametrize("kind", BOTH)
@pytest.mark.parametrize("main", Main)
@pytest.mark.parametrize("first", [System.SEVERA, System.FORTNOX], ids=["Severa first", "Fortnox first"])
def test_two_people_at_once_the_main_system_wins_and_both_values_are_logged(
    world: RegisterWorld, kind: Kind, main: Main, first: System
) -> None:
    world.set(customer_main=main, product_main=main)
    record, number = edited_in_both(world, kind)
    lines = len(world.entries())

    with world.spending() as spent:
        for system in (first, System.FORTNOX if first is System.SEVERA else System.SEVERA):
            world.look_at(kind, record["guid"] if system is System.SEVERA else number, system)
        poll_severa(world)
        hear_fortnox(world, kind, number)

    in_severa, in_fortnox, values = BOTH[kind]
    assert record[in_severa] == world.register(kind)[number][in_fortnox] == values[main]
    assert len(spent.writes) == 1, spent.writes
    assert any(call.method != "GET" for call in spent.severa) is (main is Main.FORTNOX)
    assert len(world.entries()) == lines + 1
    (entry,) = [entry for entry in world.entries() if entry.outcome is Outcome.UPDATED]
    assert all(value in entry.text for value in values.values()), entry.text


@pytest.mark.parametrize("kind", BOTH)
@pytest.mark.parametrize("main", Main)
def test_a_change_on_the_side_that_does_not_count_is_taken_back_and_said(
    world: RegisterWorld, kind: Kind, main: Main
) -> None:
    world.set(customer_main=main, product_main=main)
    in_severa, in_fortnox, values = BOTH[kind]
    loser = Main.FORTNOX if main is Main.SEVERA else Main.SEVERA
    if kind is Kind.CUSTOMER:
        record, _ = world.pair_of_customers(email="gammal@kund.example")
        number = "1001"
    else:
        record, _ = world.pair_of_products(unit="st")
        number = "DEV"
    before = record[in_severa]

    if loser is Main.FORTNOX:
        world.in_fortnox(kind, number, **{in_fortnox: values[loser]})
        hear_fortnox(world, kind, number)
    else:
        world.in_severa(
            {Kind.CUSTOMER: "customers", Kind.PRODUCT: "products"}[kind], record, **{in_severa: values[loser]}
        )
        poll_severa(world)

    assert record[in_severa] == world.register(kind)[number][in_fortnox] == before
    told = world.entries()[-1]
    assert told.outcome is Outcome.UPDATED and values[loser] in told.text and before in told.text


# Another main system


def one_of_each(world: RegisterWorld) -> None:
    """Linked when Severa was the main system; Fortnox alone has some values, which were left alone."""
    world.fortnox.add_customer(CustomerNumber="1001", Name="Björk & Åström AB", Email="bara@fortnox.example")
    world.fortnox.add_article(ArticleNumber="DEV", Description="Utveckling", Type="SERVICE", Unit="h", VAT=25)
    world.customer(email=None)
    world.severa.add_product(name="Utveckling", code="DEV", unit=None, vat_rate=25)
    world.quieten()
    assert world.fortnox.customers["1001"]["Email"] == "bara@fortnox.example"
    assert world.fortnox.articles["DEV"]["Unit"] == "h"


def test_another_main_system_changes_nothing_by_itself(world: RegisterWorld) -> None:
    one_of_each(world)
    world.set(customer_main=Main.FORTNOX, product_main=Main.FORTNOX)

    with world.writing_nothing():
        world.quieten()
        world.clock.sleep(DAY)
        world.quieten()
        for kind in KINDS:
            assert world.load(kind).done == {}


def test_another_main_system_holds_for_later_changes(world: RegisterWorld) -> None:
    customer, _ = world.pair_of_customers(email="gammal@kund.example")
    product, _ = world.pair_of_products(unit="st")
    world.set(customer_main=Main.FORTNOX, product_main=Main.FORTNOX)
    world.quieten()

    world.in_fortnox(Kind.CUSTOMER, "1001", Email="ny@fortnox.example")
    world.in_fortnox(Kind.PRODUCT, "DEV", Unit="km")
    world.clock.sleep(DAY)
    world.quieten()
    assert (customer["email"], product["measurementUnit"]) == ("ny@fortnox.example", "km")

    world.in_severa("customers", customer, email="ny@severa.example")
    world.in_severa("products", product, measurementUnit="h")
    world.quieten()
    assert (customer["email"], product["measurementUnit"]) == ("ny@fortnox.example", "km")
    assert world.fortnox.customers["1001"]["Email"] == "ny@fortnox.example"
    assert world.fortnox.articles["DEV"]["Unit"] == "km"


def test_a_value_the_first_main_system_left_alone_is_not_emptied_by_the_next(world: RegisterWorld) -> None:
    one_of_each(world)
    world.set(customer_main=Main.FORTNOX, product_main=Main.FORTNOX)
    customer = world.severa.all("customers", number=1001)[0]
    world.in_severa("customers", customer, website="www.bjork.example")

    world.quieten()
    world.look_at(Kind.CUSTOMER, "1001", System.FORTNOX, Cause.PERSON)

    assert world.fortnox.customers["1001"]["Email"] == "bara@fortnox.example"
    assert world.fortnox.articles["DEV"]["Unit"] == "h"
