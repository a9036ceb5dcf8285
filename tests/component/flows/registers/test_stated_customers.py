"""Every rule that is stated about customers, played through both systems; the rows are those of `reference` product.

Time passes in rounds: what changed in Severa is found by each poll, what changed in Fortnox once a day.
"""

from __future__ import annotations

from typing import Any

import pytest

from severa_fortnox.settings import Main
from severa_fortnox.store.log import Outcome
from severa_fortnox.work import Kind
from tests.component.flows.registers.companies import RegisterWorld, card, causes, fixes, next_day

pytestmark = pytest.mark.usefixtures("polled")


def test_row_14_customers_are_linked_by_number(world: RegisterWorld) -> None:
    customer = world.customer(name="Björk och Åström")
    card(world)
    stranger = world.customer(1002, name="Okänd AB")

    world.quieten()

    assert world.links(Kind.CUSTOMER) == {(customer["guid"], "1001"), (stranger["guid"], "1002")}
    # The first was there, the second was made.
    assert len(list(world.fortnox.customers)) == 2


def test_row_15_inactive_internal_and_prospective_customers_are_not_synchronised(world: RegisterWorld) -> None:
    world.customer(1001, name="Vilande AB", isActive=False)
    world.customer(1002, name="Vi själva AB", isInternal=True)
    world.severa.add_customer(name="Kanske AB", number=1003)
    card(world, 1004, Name="Nedlagda AB", Active=False)

    world.quieten()
    next_day(world)
    world.set(transfer_all_customers=True)
    world.load(Kind.CUSTOMER)

    assert [each["CustomerNumber"] for each in world.fortnox.customers] == ["1004"]
    assert {each["number"] for each in world.severa.records["customers"].values()} == {1001, 1002, 1003}
    assert world.links(Kind.CUSTOMER) == set()
    assert world.problems() == []


@pytest.mark.parametrize("by", ["project", "invoice"])
def test_row_16_an_active_project_or_an_invoice_ends_being_a_prospect(world: RegisterWorld, by: str) -> None:
    prospect = world.severa.add_customer(name="Kanske AB", number=1003)
    world.quieten()
    assert list(world.fortnox.customers) == []

    # The customer itself does not change.
    if by == "project":
        world.severa.add_project(prospect, name="Uppdrag", number=9)
    else:
        closed = world.severa.add_project(prospect, name="Uppdrag", number=9, closed=True)
        draft = world.severa.add_invoice_status("Draft", hasInvoiceNumber=False)
        world.severa.add_invoice(prospect, projects=[closed], rows=(), status=draft)
    world.quieten()

    assert world.link(Kind.CUSTOMER, prospect["guid"]) == "1003"


@pytest.mark.parametrize("fields", [{"closed": True}, {"isInternal": True}])
def test_row_16_a_closed_or_internal_project_makes_no_customer(world: RegisterWorld, fields: dict[str, Any]) -> None:
    prospect = world.severa.add_customer(name="Kanske AB", number=1003)
    world.severa.add_project(prospect, name="Uppdrag", number=9, **fields)

    world.quieten()

    assert list(world.fortnox.customers) == []


def test_row_16_a_prospect_that_once_qualified_stays_qualified(world: RegisterWorld) -> None:
    # Fortnox cannot have it yet, so only what is remembered tells later that it was a customer once.
    customer = world.customer(1003, name="Fjordkraft AB", currency="NOK")
    world.quieten()
    assert list(world.fortnox.customers) == []
    for undertaking in world.severa.all("projects", number=1003):
        world.severa.delete("projects", undertaking["guid"])

    world.fortnox.add_currency(Code="NOK", Description="Norsk krona")
    world.in_severa("customers", customer, email="post@fjordkraft.example")
    world.clock.sleep(2 * 60 * 60)
    world.quieten()

    assert world.link(Kind.CUSTOMER, customer["guid"]) == "1003"
    assert world.problems() == []


def test_row_17_a_fortnox_number_with_other_characters_cannot_come_to_severa(world: RegisterWorld) -> None:
    card(world, Name="Webbkunden AB", CustomerNumber="K-17")

    next_day(world)
    next_day(world)

    assert world.severa.records["customers"] == {}
    (problem,) = world.problems()
    assert "K-17" in causes(problem) and fixes(problem)
    assert len([mail for mail in world.mails if "K-17" in mail.subject]) == 1


def test_row_18_a_number_with_leading_zeros_is_the_number_and_that_is_said(world: RegisterWorld) -> None:
    card(world, CustomerNumber="01234")
    customer = world.customer(1234)

    world.quieten()
    next_day(world)

    assert world.links(Kind.CUSTOMER) == {(customer["guid"], "01234")}
    (entry,) = [each for each in world.log(customer["guid"], Kind.CUSTOMER) if each.outcome is Outcome.LINKED]
    assert "01234" in entry.detail["notes"] and "1234" in entry.detail["notes"]


@pytest.mark.parametrize("inactive", ["Severa", "Fortnox"])
def test_row_19_inactive_on_one_side_only_is_an_error_with_both_sides_named(
    world: RegisterWorld, inactive: str
) -> None:
    customer = world.customer(isActive=inactive != "Severa")
    card(world, Active=inactive != "Fortnox")

    world.quieten()
    next_day(world)

    (problem,) = world.problems()
    assert all(word in causes(problem) for word in ("1001", "Severa", "Fortnox", "inactive"))
    assert world.links(Kind.CUSTOMER) == set()

    # As soon as both agree it is linked, and whoever was told is told so.
    world.in_severa("customers", customer, isActive=True)
    world.in_fortnox(Kind.CUSTOMER, "1001", Active=True)
    next_day(world)
    assert world.links(Kind.CUSTOMER) == {(customer["guid"], "1001")}
    assert world.problems() == []
    assert len(world.mails) >= 2


def test_row_19_a_deleted_customers_number_stays_reserved(world: RegisterWorld) -> None:
    card(world)
    world.fortnox.delete_customer("1001")
    customer = world.customer()

    world.quieten()

    assert world.link(Kind.CUSTOMER, customer["guid"]) is None
    (problem,) = world.problems()
    assert [reason.code for reason in problem.reasons] == ["fortnox-2000637"]


@pytest.mark.parametrize("postal", [True, False])
def test_row_20_the_first_address_of_each_kind_goes_to_its_place(world: RegisterWorld, postal: bool) -> None:
    world.set(postal_address=postal)
    customer = world.severa.add_customer(name="Björk & Åström AB", number=1001)
    world.severa.add_project(customer, name="Uppdrag", number=9)
    for count in range(6):
        world.severa.add_address(customer, addressline=f"Gatan {count}", billing=True, visit=True, postal=True)
    (first, *_) = sorted(world.severa.records["addresses"].values(), key=lambda each: str(each["guid"]))

    world.quieten()

    made = world.fortnox.customers["1001"]
    assert made["Address1"] == made["VisitingAddress"] == first["addressline"]
    assert made["DeliveryAddress1"] == (first["addressline"] if postal else None)


@pytest.mark.parametrize("takes_all", [True, False])
@pytest.mark.parametrize("both_ways", [True, False, None])
@pytest.mark.parametrize("main", Main)
def test_row_21_the_first_load_copies_old_customers_from_the_main_system_or_both_ways_in_one_go(
    world: RegisterWorld, takes_all: bool, both_ways: bool | None, main: Main
) -> None:
    world.set(transfer_all_customers=takes_all, customer_main=main)
    ours = world.customer(1001, name="Bara i Severa AB")
    shared = world.customer(1002, name="I båda AB")
    card(world, 1002, Name="I båda AB")
    card(world, 1003, Name="Bara i Fortnox AB")
    world.severa.add_customer(name="Kanske AB", number=1004)
    card(world, 1005, Name="Nedlagda AB", Active=False)
    world.clock.sleep(60)
    world.set(activated_on=world.now())

    loaded = world.load(Kind.CUSTOMER, create_missing=both_ways)

    made = world.severa.all("customers", number=1003)
    from_severa, from_fortnox = (
        both_ways if both_ways is not None else takes_all and main is each for each in (Main.SEVERA, Main.FORTNOX)
    )
    linked = {(shared["guid"], "1002")}
    linked |= {(ours["guid"], "1001")} if from_severa else set()
    linked |= {(made[0]["guid"], "1003")} if from_fortnox else set()
    assert world.links(Kind.CUSTOMER) == linked
    assert ("1001" in world.fortnox.customers, len(made)) == (from_severa, int(from_fortnox))
    assert (loaded.done.get("created in Fortnox", 0), loaded.done.get("created in Severa", 0)) == (
        int(from_severa),
        int(from_fortnox),
    )
    # The filters hold whatever is wanted.
    assert world.severa.all("customers", number=1005) == [] and "1004" not in world.fortnox.customers
    with world.writing_nothing():
        assert world.load(Kind.CUSTOMER, create_missing=both_ways).done == {}


@pytest.mark.parametrize("main", Main)
def test_row_22_new_customers_go_both_ways_and_only_changes_depend_on_the_main_system(
    world: RegisterWorld, main: Main
) -> None:
    world.set(customer_main=main)
    customer = world.customer(1001)
    card(world, 1002, Name="Från Fortnox AB", Email="a@fortnox.example")
    world.quieten()
    next_day(world)
    (made,) = world.severa.all("customers", number=1002)
    assert "1001" in world.fortnox.customers

    world.in_severa("customers", customer, email="ny@severa.example")
    world.in_fortnox(Kind.CUSTOMER, "1002", Email="ny@fortnox.example")
    next_day(world)

    emails = (world.fortnox.customers["1001"]["Email"], made["email"], customer["email"])
    if main is Main.SEVERA:
        assert emails == ("ny@severa.example", "a@fortnox.example", "ny@severa.example")
        assert world.fortnox.customers["1002"]["Email"] == "a@fortnox.example"
    else:
        assert made["email"] == "ny@fortnox.example"
        # The main system's card was made without an address, and Severa's follows it.
        assert (customer["email"] or None) == (world.fortnox.customers["1001"]["Email"] or None)


def test_row_23_a_customer_with_nothing_but_a_name_goes_over(world: RegisterWorld) -> None:
    customer = world.severa.add_customer(name="Utan Adress AB", number=1001, paymentTerm=None)
    world.severa.add_project(customer, name="Uppdrag", number=9)

    world.quieten()

    assert world.link(Kind.CUSTOMER, customer["guid"]) == "1001"
    assert world.problems() == []
