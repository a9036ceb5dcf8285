"""Every request the real client makes is one the vendor's document describes, and the answers are what it reads."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from sandbox.severa.invoicing import RowType
from severa_fortnox.errors import Misconfigured, NotFound, Rejected
from severa_fortnox.severa.client import Register, SeveraClient
from severa_fortnox.severa.inputs import AddressInput, CustomerInput, ProductInput, Reference, WorkTypeInput
from severa_fortnox.severa.unknowns import replace
from tests.contract.openapi import Document
from tests.contract.severa.client import client_of
from tests.contract.severa.company import Company

NOTHING = "00000000-0000-0000-0000-000000000000"
JANUARY = datetime(2026, 1, 1, tzinfo=UTC)


def _of_each(company: Company) -> list[tuple[Register, str]]:
    """A record of each of the three registers."""
    return [
        (Register.WORK_TYPES, company.work_type["guid"]),
        (Register.TRAVEL_EXPENSE_TYPES, company.travel_type["guid"]),
        (Register.PRODUCTS, company.product["guid"]),
    ]


def _rows_of_all_kinds(client: SeveraClient, invoice: dict[str, Any]) -> list[Any]:
    return [project for row in client.invoice_rows(invoice["guid"]) for project in client.row_projects(row)]


Use = Callable[[SeveraClient, Company], Any]
USES: dict[str, Use] = {
    "invoices": lambda client, company: list(
        client.invoices([company.status("Ready for transfer"), company.status("Draft")], JANUARY)
    ),
    "invoice": lambda client, company: client.invoice(company.invoice["guid"]),
    "invoice_rows": lambda client, company: client.invoice_rows(company.invoice["guid"]),
    "invoice_settings": lambda client, company: client.invoice_settings(company.invoice["guid"]),
    "invoice_statuses": lambda client, _company: client.invoice_statuses(),
    "invoice_files": lambda client, company: client.invoice_files(company.invoice["guid"]),
    "file_data": lambda client, company: client.file_data(company.file["fileGuid"]),
    "move_invoice": lambda client, company: client.move_invoice(
        company.invoice["guid"], company.status("Transferred"), 4711
    ),
    "row_projects": lambda client, company: [
        *_rows_of_all_kinds(client, company.invoice),
        *_rows_of_all_kinds(client, company.credit_note),
    ],
    "changed_invoices": lambda client, _company: [
        *client.changed_invoices(JANUARY),
        *client.changed_invoices(None),
    ],
    "has_invoice": lambda client, company: client.has_invoice(company.customer["guid"]),
    "customer": lambda client, company: client.customer(company.customer["guid"]),
    "customers": lambda client, company: [
        *client.customers(),
        *client.customers(JANUARY, numbers=[company.customer["number"], 4711], names=["Älvsjö Bygg AB", "Ingen AB"]),
    ],
    "create_customer": lambda client, company: client.create_customer(
        CustomerInput(
            name="Ny kund AB",
            number=4711,
            isActive=True,
            kvkNumber="556000-4711",
            vatNumber="SE556000471101",
            email="ny@example.se",
            website="https://example.se",
            notes="Från Fortnox",
            currency=Reference(guid=company.state.currency("EUR")["guid"]),
            paymentTerm=20,
            eInvoiceAddress="7365560004711",
        )
    ),
    "change_customer": lambda client, company: client.change_customer(
        company.customer["guid"],
        [
            replace("/name", "Nytt namn AB"),
            replace("/email", None),
            client.readings.reference_operation("/currency", company.state.currency("EUR")["guid"]),
            client.readings.reference_operation("/language", None),
        ],
    ),
    "addresses": lambda client, company: client.addresses(company.customer["guid"]),
    "all_addresses": lambda client, _company: [*client.all_addresses(), *client.all_addresses(JANUARY)],
    "create_address": lambda client, company: client.create_address(
        company.customer["guid"],
        AddressInput(
            addressline="Kungsgatan 1",
            city="Malmö",
            postalCode="211 11",
            country=Reference(guid=company.state.country("SE")["guid"]),
            phone="040-100 00",
            isBillingAddress=False,
            isPostalAddress=True,
            isVisitAddress=True,
        ),
    ),
    "change_address": lambda client, company: client.change_address(
        company.address["guid"],
        [
            replace("/city", "Lund"),
            client.readings.reference_operation("/country", company.state.country("NO")["guid"]),
        ],
    ),
    "project": lambda client, company: client.project(company.project["guid"]),
    "projects": lambda client, company: [
        *client.projects(),
        *client.projects(
            JANUARY,
            closed=False,
            internal=False,
            customer_guids=[company.customer["guid"], NOTHING],
            numbers=[company.project["number"], 4711],
        ),
    ],
    "countries": lambda client, _company: client.countries(),
    "currencies": lambda client, _company: client.currencies(),
    "vat_rates": lambda client, _company: client.vat_rates(),
    "product": lambda client, company: [client.product(register, guid) for register, guid in _of_each(company)],
    "products": lambda client, _company: [
        [*client.products(register, since)] for register in Register for since in (None, JANUARY)
    ],
    "products_by_code": lambda client, _company: [
        product
        for register, code in zip(Register, ("K1", "M1", "S1"), strict=True)
        for product in client.products_by_code(register, code)
    ],
    "create_product": lambda client, _company: [
        client.create_product(
            Register.PRODUCTS,
            ProductInput(
                name="Mutter",
                code="M2",
                isActive=True,
                measurementUnit="st",
                vatRate=Decimal("12.5"),
                type="Materials",
            ),
        ),
        client.create_product(
            Register.WORK_TYPES, WorkTypeInput(name="Ledning", code="L1", isActive=False, isProductive=True)
        ),
    ],
    "change_product": lambda client, company: [
        client.change_product(register, guid, [replace("/name", "Nytt namn"), replace("/isActive", False)])
        for register, guid in _of_each(company)
    ],
}


def test_every_method_of_the_client_is_used_here() -> None:
    methods = {name for name, _ in inspect.getmembers(SeveraClient, callable) if not name.startswith("_")}
    assert methods == set(USES)


@pytest.mark.parametrize("method", USES)
def test_the_clients_requests_are_documented(method: str, company: Company, document: Document) -> None:
    answer = USES[method](client_of(company, document), company)
    assert answer or method == "move_invoice"


@pytest.mark.parametrize("method", USES)
def test_the_client_reads_answers_without_nulls_alike(method: str, document: Document) -> None:
    whole, sparse = Company(), Company(omit_nulls=True)
    assert USES[method](client_of(whole, document), whole) == USES[method](client_of(sparse, document), sparse)


def test_the_client_follows_page_tokens_with_its_filters(company: Company, document: Document) -> None:
    made = {company.state.add_invoice(company.customer, status="Sent")["guid"] for _ in range(230)}
    found = [invoice.guid for invoice in client_of(company, document).invoices([company.status("Sent")])]
    assert sorted(found) == sorted(made)


def test_a_moved_invoice_has_the_status_and_number(company: Company, document: Document) -> None:
    USES["move_invoice"](client_of(company, document), company)
    assert company.invoice["status"]["name"] == "Transferred"
    assert company.invoice["number"] == 4711


def test_the_origins_of_every_kind_of_row_name_the_project(company: Company, document: Document) -> None:
    found = USES["row_projects"](client_of(company, document), company)
    assert [(project.guid, project.number) for project in found] == [
        (company.project["guid"], company.project["number"])
    ] * (2 * len(RowType))


def test_the_clients_errors_follow_the_refusals(company: Company, document: Document) -> None:
    client = client_of(company, document)
    with pytest.raises(NotFound):
        client.customer(NOTHING)
    with pytest.raises(Rejected):
        client.move_invoice(company.invoice["guid"], NOTHING)
    with pytest.raises(Misconfigured):
        client_of(company, document, secret="wrong").countries()
    with pytest.raises(Misconfigured):
        client_of(company, document, scope="invoices:read").countries()


def test_the_client_gets_a_new_token_when_its_own_is_revoked(company: Company, document: Document) -> None:
    client = client_of(company, document)
    client.countries()
    company.simulator.access.revoke_all()
    assert client.countries()
    assert len(company.simulator.journal.matching("POST", ".*/token")) == 2
