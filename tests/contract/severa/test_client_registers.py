"""The real client and the simulated registers, in each reading of what Severa leaves open."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from sandbox.simulator import FaultKind
from severa_fortnox.errors import NotFound, Rejected, Retryable, UnknownOutcome
from severa_fortnox.severa.client import Register, SeveraClient
from severa_fortnox.severa.inputs import AddressInput, CustomerInput, ProductInput, Reference, WorkTypeInput
from severa_fortnox.severa.unknowns import Readings, replace
from tests.contract.openapi import Document
from tests.contract.severa.client import client_of
from tests.contract.severa.company import Company

SMALL = Readings(page_rows=3)
ADDRESSES = ".*/v1/addresses"


def _now(company: Company) -> datetime:
    return datetime.fromtimestamp(company.clock.now, UTC)


# What was written is what is read


def test_a_customer_is_created_changed_and_found(company: Company, document: Document) -> None:
    client = client_of(company, document)
    euro = company.state.currency("EUR")["guid"]
    made = client.create_customer(CustomerInput(name="Ny kund AB", number=4711, currency=Reference(guid=euro)))
    assert (made.number, made.currency and made.currency.code, made.isActive) == (4711, "EUR", True)

    changed = client.change_customer(made.guid, [replace("/name", "Nyare AB"), replace("/paymentTerm", None)])
    assert (changed.guid, changed.name, changed.paymentTerm) == (made.guid, "Nyare AB", None)

    assert [found.guid for found in client.customers(numbers=[4711])] == [made.guid]
    assert [found.guid for found in client.customers(names=["Nyare AB"])] == [made.guid]
    assert [found.guid for found in client.customers(numbers=[4711], names=["Älvsjö Bygg AB"])] == []
    assert [found.guid for found in client.customers()] == sorted([made.guid, company.customer["guid"]])
    assert client.customer(made.guid) == changed


def test_a_customer_without_a_number_gets_the_next_one(company: Company, document: Document) -> None:
    assert client_of(company, document).create_customer(CustomerInput(name="Ny kund AB")).number == 1002


def test_an_address_is_created_changed_and_found_with_its_customer(company: Company, document: Document) -> None:
    client = client_of(company, document)
    guid = company.customer["guid"]
    made = client.create_address(guid, AddressInput(city="Umeå", isPostalAddress=True, phone=None))
    changed = client.change_address(made.guid or "", [replace("/city", "Lund"), replace("/isPostalAddress", False)])
    assert (changed.city, changed.isPostalAddress) == ("Lund", False)
    every = list(client.all_addresses())
    assert every == client.addresses(guid)
    assert {address.customer and address.customer.number for address in every} == {company.customer["number"]}


def test_products_and_work_types_are_created_changed_and_found(company: Company, document: Document) -> None:
    client = client_of(company, document)
    product = client.create_product(Register.PRODUCTS, ProductInput(name="Mutter", code="M2", type="Materials"))
    work_type = client.create_product(Register.WORK_TYPES, WorkTypeInput(name="Ledning", code="L1"))
    for register, record in ((Register.PRODUCTS, product), (Register.WORK_TYPES, work_type)):
        changed = client.change_product(register, record.guid, [replace("/name", "Nytt"), replace("/isActive", False)])
        assert (changed.name, changed.isActive) == ("Nytt", False)
        assert client.products_by_code(register, record.code or "") == [changed]
        assert changed in list(client.products(register))
        assert client.product(register, record.guid) == changed


def test_projects_are_found_by_what_they_are(company: Company, document: Document) -> None:
    client = client_of(company, document)
    other = company.state.add_customer(name="Annan AB")
    closed = company.state.add_project(other, name="Klart", closed=True)
    internal = company.state.add_project(company.customer, name="Eget", isInternal=True)
    ours = company.project["guid"]

    def found(**filters: Any) -> set[str]:
        return {project.guid for project in client.projects(**filters)}

    assert found() == {ours, closed["guid"], internal["guid"]}
    assert found(closed=True) == {closed["guid"]}
    assert found(closed=False, internal=False) == {ours}
    assert found(internal=True) == {internal["guid"]}
    assert found(customer_guids=[other["guid"]]) == {closed["guid"]}
    assert found(numbers=[company.project["number"], closed["number"]]) == {ours, closed["guid"]}
    [project] = client.projects(closed=True)
    assert project.closedDate == company.state.today()


def test_only_a_customer_of_an_invoice_has_one(company: Company, document: Document) -> None:
    client = client_of(company, document)
    prospect = company.state.add_customer(name="Kanske AB")
    assert client.has_invoice(company.customer["guid"])
    assert not client.has_invoice(prospect["guid"])


def test_changed_invoices_are_in_any_status(company: Company, document: Document) -> None:
    client = client_of(company, document)
    assert len(list(client.changed_invoices(None))) == 2
    company.clock.advance(60)
    paid = company.state.add_invoice(company.customer, status="Paid")
    assert [invoice.guid for invoice in client.changed_invoices(_now(company))] == [paid["guid"]]


def test_small_registers_are_the_organisations(company: Company, document: Document) -> None:
    client = client_of(company, document)
    assert sorted(rate.percentage for rate in client.vat_rates()) == [0, 6, 12, 25]
    assert {currency.code for currency in client.currencies()} == {"SEK", "EUR", "NOK", "DKK", "GBP", "USD"}


# A lost answer


def test_a_created_customer_whose_answer_is_lost_is_found_by_its_number(company: Company, document: Document) -> None:
    client = client_of(company, document)
    company.simulator.faults.arm(FaultKind.DROP_AFTER_APPLY, method="POST", path=".*/customers")
    with pytest.raises(UnknownOutcome):
        client.create_customer(CustomerInput(name="Ny kund AB", number=4711))
    assert [customer.name for customer in client.customers(numbers=[4711])] == ["Ny kund AB"]


def test_a_vanished_record_is_not_found(company: Company, document: Document) -> None:
    client = client_of(company, document)
    company.state.delete("products", company.product["guid"])
    with pytest.raises(NotFound):
        client.product(Register.PRODUCTS, company.product["guid"])
    with pytest.raises(NotFound):
        client.change_product(Register.PRODUCTS, company.product["guid"], [replace("/name", "Nytt")])


# Each reading of what is open


@pytest.mark.parametrize("theirs", ["guid", "object"])
@pytest.mark.parametrize("ours", ["guid", "object"])
def test_a_reference_is_patched_in_the_form_that_severa_takes(ours: Any, theirs: str, document: Document) -> None:
    company = Company(reference_forms=frozenset({theirs}))
    client = client_of(company, document, readings=Readings(reference_patch=ours))
    for guid in (company.state.currency("EUR")["guid"], None):
        operations = [client.readings.reference_operation("/currency", guid)]
        if ours == theirs:
            changed = client.change_customer(company.customer["guid"], operations)
            assert (changed.currency and changed.currency.guid) == guid
        else:
            with pytest.raises(Rejected):
                client.change_customer(company.customer["guid"], operations)


@pytest.mark.parametrize("refused", [True, False])
def test_a_second_customer_of_a_number_is_refused_or_made(refused: bool, document: Document) -> None:
    company = Company(duplicate_numbers_refused=refused)
    client = client_of(company, document)
    again = CustomerInput(name="Samma nummer AB", number=company.customer["number"])
    if refused:
        with pytest.raises(Rejected):
            client.create_customer(again)
    else:
        client.create_customer(again)
    assert len(list(client.customers(numbers=[company.customer["number"]]))) == (1 if refused else 2)


@pytest.mark.parametrize("refused", [True, False])
@pytest.mark.parametrize("code", ["S1", "K1"], ids=["of a product", "of a work type"])
def test_a_second_product_of_a_code_is_refused_or_made(refused: bool, code: str, document: Document) -> None:
    company = Company(duplicate_codes_refused=refused)
    client = client_of(company, document)
    other = company.state.add_product(name="Bult", code="B1")
    writes: list[Callable[[], object]] = [
        lambda: client.create_product(Register.PRODUCTS, ProductInput(name="Igen", code=code)),
        lambda: client.change_product(Register.PRODUCTS, other["guid"], [replace("/code", code)]),
    ]
    for write in writes:
        if refused:
            with pytest.raises(Rejected):
                write()
        else:
            write()
    same = client.change_product(Register.PRODUCTS, company.product["guid"], [replace("/code", "S1")])
    assert same.code == "S1", "a record's own code is never taken"


@pytest.mark.parametrize("moves", [True, False])
def test_a_changed_address_moves_its_customer_or_is_found_by_itself(moves: bool, document: Document) -> None:
    company = Company(child_moves_parent=moves)
    client = client_of(company, document)
    company.clock.advance(60)
    since = _now(company)
    client.change_address(company.address["guid"], [replace("/city", "Lund")])
    assert [customer.guid for customer in client.customers(since)] == ([company.customer["guid"]] if moves else [])
    [address] = client.all_addresses(since)
    assert address.customer is not None
    assert address.customer.guid == company.customer["guid"]


@pytest.mark.parametrize("known", [True, False])
def test_changed_travel_expense_types_are_found_whatever_severa_knows(known: bool, document: Document) -> None:
    company = Company(travel_types_know_changed_since=known)
    client = client_of(company, document)
    company.clock.advance(60)
    since = _now(company)
    made = company.state.add_travel_expense_type(name="Tåg")
    found = client.products(Register.TRAVEL_EXPENSE_TYPES, since)
    assert [record.guid for record in found] == [made["guid"]]
    call = company.simulator.journal.matching("GET", ".*/travelexpensetypes")[-1]
    assert call.query["changedSince"]


# A register that changes while it is paged


def _seven_addresses(company: Company) -> None:
    for number in range(6):
        company.state.add_address(company.customer, addressline=f"Gatan {number}")


def _lines(client: SeveraClient) -> list[str]:
    return sorted(address.addressline or "" for address in client.all_addresses())


def test_a_list_by_offset_that_loses_a_row_while_it_is_read_is_complete(company: Company, document: Document) -> None:
    _seven_addresses(company)
    first = min(company.state.records["addresses"])
    company.simulator.meanwhile.arm(lambda: company.state.delete("addresses", first), path=ADDRESSES)
    found = _lines(client_of(company, document, readings=SMALL))
    assert found == sorted(address["addressline"] for address in company.state.all("addresses"))
    assert len(found) == 6


def test_a_list_by_offset_that_keeps_changing_is_given_up(company: Company, document: Document) -> None:
    _seven_addresses(company)

    def lose_the_first() -> None:
        company.state.delete("addresses", min(company.state.records["addresses"]))

    company.simulator.meanwhile.arm(lose_the_first, path=ADDRESSES, times=100)
    with pytest.raises(Retryable, match="kept changing"):
        _lines(client_of(company, document, readings=SMALL))
    assert len(company.simulator.journal.matching("GET", ADDRESSES)) == 6


def test_a_list_by_token_that_grows_while_it_is_read_names_each_once(company: Company, document: Document) -> None:
    before = {company.state.add_customer(name=f"Kund {number}")["guid"] for number in range(20)}

    def grow() -> None:
        company.state.add_customer(name="Ny")

    company.simulator.meanwhile.arm(grow, path=".*/v1/customers", times=3)
    found = [customer.guid for customer in client_of(company, document, readings=SMALL).customers()]
    assert before | {company.customer["guid"]} <= set(found)
    assert len(set(found)) == len(found)
