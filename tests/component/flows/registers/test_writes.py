"""Writes that are lost half-way, meet somebody else's, or find the number changed since."""

from __future__ import annotations

import pytest

from sandbox.severa.shapes import Record
from sandbox.simulator import FaultKind
from severa_fortnox.errors import System
from severa_fortnox.settings import Main
from severa_fortnox.work import Kind
from tests.component.flows.registers.companies import DAY, RegisterWorld, article, card, causes, next_day

pytestmark = pytest.mark.usefixtures("polled")


NUMBERS = {
    Kind.CUSTOMER: ("customers", "number", 1002, "/3/customers"),
    Kind.PROJECT: ("projects", "number", 1002, "/3/projects"),
    Kind.PRODUCT: ("products", "code", "KON2", "/3/articles"),
}


@pytest.mark.parametrize("kind", NUMBERS)
def test_a_number_changed_after_a_lost_answer_makes_no_second_record(world: RegisterWorld, kind: Kind) -> None:
    """What was sent is searched for under the number it was sent with."""
    register, field, number, path = NUMBERS[kind]
    if kind is Kind.PRODUCT:
        record = world.severa.add_product(name="Konsult", code="KON")
    else:
        customer = world.customer(1001)
        record = customer if kind is Kind.CUSTOMER else world.severa.all("projects", number=1001)[0]
    world.fortnox_calls.faults.arm(FaultKind.DROP_AFTER_APPLY, method="POST", path=path)
    world.look_at(kind, record["guid"])
    assert not world.fortnox_calls.faults.armed, "the answer was never lost"
    world.clock.sleep(60)
    world.in_severa(register, record, **{field: number})

    world.quieten()

    (made,) = list(world.register(kind))
    assert world.links(kind) == {(record["guid"], str(made[world.register(kind).key]))}


def test_a_lost_answer_about_an_address_of_a_customer_we_made_is_made_up_for(world: RegisterWorld) -> None:
    """The creation has come to its end long ago, so no sweeper comes back for it."""
    world.set(customer_main=Main.FORTNOX)
    world.fortnox.add_customer(CustomerNumber="4001", Name="Från Fortnox AB", Address1="Gatan 1", City="Umeå")
    world.look_at(Kind.CUSTOMER, "4001", System.FORTNOX)
    world.clock.sleep(3600)
    world.in_fortnox(Kind.CUSTOMER, "4001", VisitingAddress="Besöksgatan 9", VisitingCity="Lund")
    path = "/rest-api/v1/customers/[^/]+/addresses"
    world.severa_calls.faults.arm(FaultKind.DROP_BEFORE_APPLY, method="POST", path=path)

    reaction = world.look_at(Kind.CUSTOMER, "4001", System.FORTNOX)

    assert not world.severa_calls.faults.armed, "nothing was lost"
    assert reaction == "again", "the queue brings it again"
    world.look_at(Kind.CUSTOMER, "4001", System.FORTNOX)
    assert [each["city"] for each in world.severa.records["addresses"].values()] == ["Umeå", "Lund"]


@pytest.mark.parametrize("main", Main)
def test_somebody_elses_edit_during_our_write_is_not_taken_for_agreed(world: RegisterWorld, main: Main) -> None:
    world.set(customer_main=main)
    customer, card = world.pair_of_customers(1001)
    name = str(customer["name"])
    world.clock.sleep(DAY)
    world.poll_and_look()
    world.clock.sleep(60)
    if main is Main.SEVERA:
        world.in_severa("customers", customer, email="ny@kund.example")
        # Between our reading of the card and our writing of it.
        world.fortnox_calls.meanwhile.arm(
            lambda: world.in_fortnox(Kind.CUSTOMER, "1001", Name="Hoppsan AB"), path="/3/customers/1001"
        )
        world.look_at(Kind.CUSTOMER, customer["guid"])
    else:
        world.in_fortnox(Kind.CUSTOMER, "1001", Email="ny@kund.example")
        path = f"/rest-api/v1/customers/{customer['guid']}"
        world.severa_calls.meanwhile.arm(lambda: world.in_severa("customers", customer, name="Hoppsan AB"), path=path)
        world.look_at(Kind.CUSTOMER, "1001", System.FORTNOX)
    assert "Hoppsan AB" in {customer["name"], card["Name"]}

    world.clock.sleep(DAY)
    world.quieten()

    assert (customer["name"], world.fortnox.customers["1001"]["Name"]) == (name, name)
    assert customer["email"] == world.fortnox.customers["1001"]["Email"] == "ny@kund.example"


def put_first(world: RegisterWorld) -> Record:
    """The only address, which Fortnox has, becomes the one that is listed first: by guid, here."""
    addresses = world.severa.records["addresses"]
    _, head = addresses.popitem()
    head["guid"] = f"00000000{head['guid'][8:]}"
    addresses[head["guid"]] = head
    return head


@pytest.mark.parametrize("branches", [1, 3])
def test_one_billing_address_follows_fortnox_and_the_others_stay_what_they_are(
    world: RegisterWorld, branches: int
) -> None:
    """The first is visited, too; where Severa lists a new address is not known, here it is anywhere."""
    world.set(customer_main=Main.FORTNOX)
    customer, card = world.pair_of_customers(1001, address={"visit": True, "phone": "08-1"})
    head = put_first(world)
    added = [
        world.severa.add_address(customer, addressline=f"Filialen {number}", city="Lund", billing=True)
        for number in range(branches)
    ]
    world.clock.sleep(600)
    world.poll_and_look()
    before = [{**branch} for branch in added]

    world.in_fortnox(Kind.CUSTOMER, "1001", City="Malmö", Phone1="040-1")
    world.look_at(Kind.CUSTOMER, "1001", System.FORTNOX)

    assert added == before
    (copy,) = [each for each in world.severa.all("addresses") if each is not head and each not in added]
    shown = [(each["city"], each["phone"], each["isBillingAddress"], each["isVisitAddress"]) for each in (head, copy)]
    assert shown == [("Malmö", "040-1", True, False), ("Göteborg", "08-1", False, True)]
    assert (card["City"], card["VisitingCity"]) == ("Malmö", "Göteborg")
    text = world.entries()[-1].text
    assert "address “Storgatan 2, 411 01 Göteborg, 08-1” is now “Storgatan 2, 411 01 Malmö, 040-1” and" in text
    assert "address “Storgatan 2, 411 01 Göteborg, 08-1” was added and became visiting address" in text
    assert "Filialen" not in text
    with world.writing_nothing():
        for _ in range(3):
            world.clock.sleep(DAY)
            world.quieten()
    assert world.problems() == []


def test_a_billing_address_that_must_give_way_is_named_in_the_log(world: RegisterWorld) -> None:
    """Two billing addresses and two visiting ones, and the first of both is one: no order leaves all of them."""
    world.set(customer_main=Main.FORTNOX)
    customer, _ = world.pair_of_customers(1001, address={"visit": True})
    put_first(world)
    branch = world.severa.add_address(customer, addressline="Filialen 7", city="Lund", billing=True)
    world.severa.add_address(customer, addressline="Lagret 3", city="Ystad", visit=True)
    world.clock.sleep(600)
    world.poll_and_look()

    world.in_fortnox(Kind.CUSTOMER, "1001", City="Malmö")
    world.look_at(Kind.CUSTOMER, "1001", System.FORTNOX)

    assert not branch["isBillingAddress"]
    text = world.entries()[-1].text
    assert "address “Filialen 7, 411 01 Lund” is no longer billing address" in text
    assert "Lagret" not in text
    with world.writing_nothing():
        for _ in range(2):
            world.clock.sleep(DAY)
            world.quieten()


def test_a_change_of_one_field_leaves_what_was_left_alone_in_the_same_address(world: RegisterWorld) -> None:
    """The card has neither phone nor country: linking wipes nothing that a person once entered."""
    world.set(customer_main=Main.FORTNOX)
    customer = world.customer(1001, kvkNumber="556677-8899", address={"phone": "08-123"})
    card(world, 1001, Address1="Storgatan 2", ZipCode="41101", City="Malmö", CountryCode=None)

    world.look_at(Kind.CUSTOMER, customer["guid"])
    world.in_fortnox(Kind.CUSTOMER, "1001", ZipCode="21120")
    world.look_at(Kind.CUSTOMER, "1001", System.FORTNOX)

    (address,) = world.severa.all("addresses")
    assert (address["city"], address["postalCode"], address["phone"]) == ("Malmö", "21120", "08-123")
    assert address["country"] is not None
    assert len([call for call in world.severa_calls.journal.calls if call.method == "PATCH"]) == 2


def test_an_address_that_is_split_keeps_what_was_left_alone_in_it(world: RegisterWorld) -> None:
    world.set(customer_main=Main.FORTNOX)
    customer = world.customer(1001, kvkNumber="556677-8899", address={"phone": "08-123", "visit": True})
    place = {"Address1": "Storgatan 2", "ZipCode": "41101", "City": "Göteborg", "CountryCode": "SE"}
    card(world, 1001, **place, VisitingAddress="Storgatan 2", VisitingZipCode="41101", VisitingCity="Göteborg")
    world.look_at(Kind.CUSTOMER, customer["guid"])

    world.in_fortnox(Kind.CUSTOMER, "1001", City="Malmö")
    world.look_at(Kind.CUSTOMER, "1001", System.FORTNOX)

    billing, visiting = (
        [(each["city"], each["phone"]) for each in world.severa.all("addresses") if each[flag]]
        for flag in ("isBillingAddress", "isVisitAddress")
    )
    assert (billing, visiting) == ([("Malmö", "08-123")], [("Göteborg", "08-123")])


@pytest.mark.parametrize("kind", ["billing", "visit"])
def test_an_address_that_agrees_in_one_field_alone_is_not_taken_for_another_kinds(
    world: RegisterWorld, kind: str
) -> None:
    """The card says no more than a country, or a city; Severa has no address of that kind."""
    world.set(customer_main=Main.FORTNOX)
    customer = world.severa.add_customer(name="Björk & Åström AB", number=1001, kvkNumber="556677-8899")
    world.severa.add_project(customer, name="Uppdrag", number=1001)
    other = world.severa.add_address(customer, **{"visit" if kind == "billing" else "billing": True})
    said = {"CountryCode": "SE"} if kind == "billing" else {"VisitingCity": "Göteborg"}
    place = {"ZipCode": "41101", "City": "Göteborg", "CountryCode": "SE", "Address1": "Storgatan 2"}
    theirs = {"VisitingAddress": "Storgatan 2", "VisitingZipCode": "41101", "VisitingCity": "Göteborg"}
    card(world, 1001, **(theirs if kind == "billing" else place), **said)

    world.look_at(Kind.CUSTOMER, customer["guid"])

    flag = "isBillingAddress" if kind == "billing" else "isVisitAddress"
    (added,) = [each for each in world.severa.all("addresses") if each[flag]]
    assert added["guid"] != other["guid"] and not added["addressline"]
    with world.spending() as spent:
        world.quieten()
    assert [write for write in spent.writes if "/3/projects" not in write] == []


def test_half_a_creation_leaves_the_main_systems_people_their_edits(world: RegisterWorld) -> None:
    """The new customer's addresses got lost; until the sweeper comes, somebody in Severa goes on with it."""
    world.set(customer_main=Main.SEVERA)
    card(world, 4001, Address1="Gatan 1", City="Umeå", VisitingAddress="Gatan 2", VisitingCity="Umeå")
    path = "/rest-api/v1/customers/[^/]+/addresses"
    world.severa_calls.faults.arm(FaultKind.DROP_BEFORE_APPLY, method="POST", path=path)
    world.look_at(Kind.CUSTOMER, "4001", System.FORTNOX)
    (customer,) = world.severa.all("customers")
    world.severa.add_address(customer, addressline="Nya vägen 9", city="Lund", billing=True)
    world.in_severa("customers", customer, paymentTerm=45)

    world.quieten(rounds=20)

    told = {each["city"] for each in world.severa.all("addresses") if each["isBillingAddress"]}
    assert told == {"Lund"}
    assert [each["city"] for each in world.severa.all("addresses") if each["isVisitAddress"]] == ["Umeå"]
    assert "45" in causes(world.problem(f"customer#{customer['guid']}"))
    world.fortnox.add_terms_of_payment(Code="45", Description="45 dagar")
    next_day(world)
    theirs = world.fortnox.customers["4001"]
    assert (theirs["TermsOfPayment"], theirs["City"]) == ("45", "Lund")
    assert world.problems() == []


def test_terms_that_fortnox_got_a_moment_ago_are_known_to_a_link_and_its_update(world: RegisterWorld) -> None:
    """The small registers are kept for an hour; nobody is told of terms that are there."""
    world.session().registers.of_fortnox()
    world.fortnox.add_terms_of_payment(Code="45", Description="45 dagar")
    customer = world.customer(1001, kvkNumber="556677-8899", paymentTerm=45)
    card(world, 1001, TermsOfPayment="30")

    world.look_at(Kind.CUSTOMER, customer["guid"])

    assert world.problems() == []
    assert world.fortnox.customers["1001"]["TermsOfPayment"] == "45"


def test_a_product_that_was_made_and_whose_article_is_called_otherwise_since_is_told_so(world: RegisterWorld) -> None:
    article(world, "LIC", "Licens")
    world.severa_calls.faults.arm(FaultKind.DROP_AFTER_APPLY, method="POST", path=".*/products")
    world.look_at(Kind.PRODUCT, "LIC", System.FORTNOX)
    world.in_fortnox(Kind.PRODUCT, "LIC", Description="Licens 2026")
    world.quieten(rounds=20)

    (product,) = world.severa.all("products")
    assert "Licens 2026 in Fortnox and Licens in Severa" in causes(world.problems()[0])
    world.in_severa("products", product, name="Licens 2026")
    next_day(world)
    next_day(world)

    assert world.problems() == []
    assert world.links(Kind.PRODUCT) == {(product["guid"], "LIC")}
    assert len(world.severa.all("products")) == 1
