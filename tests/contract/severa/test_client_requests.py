"""Every request the real client makes is one the vendor's document describes, and the answers are what it reads."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from sandbox.severa.invoicing import RowType
from sandbox.simulator import InProcess
from severa_fortnox.errors import Misconfigured, NotFound, Rejected, System
from tests.contract.openapi import Checked, Document
from tests.contract.severa.company import Company
from tests.contract.severa.document import PREFIX

client_module = pytest.importorskip("severa_fortnox.severa.client")
http_module = pytest.importorskip("severa_fortnox.http")
tokens_module = pytest.importorskip("severa_fortnox.tokens")

NOTHING = "00000000-0000-0000-0000-000000000000"


def _client(company: Company, document: Document, secret: str = "secret", scope: str | None = None) -> Any:
    transport = Checked(InProcess(company.simulator), document, prefix=PREFIX)
    return client_module.SeveraClient(
        http_module.Http(System.SEVERA, transport=transport),
        f"https://severa.test{PREFIX}",
        client_module.SeveraCredentials("client", secret, scope),
        http_module.NoPace(),
        tokens_module.TokenCache(clock=company.clock),
        clock=company.clock,
    )


def _rows_of_all_kinds(client: Any, invoice: dict[str, Any]) -> list[Any]:
    return [project for row in client.invoice_rows(invoice["guid"]) for project in client.row_projects(row)]


Use = Callable[[Any, Company], Any]
USES: dict[str, Use] = {
    "invoices": lambda client, company: list(
        client.invoices(
            [company.status("Ready for transfer"), company.status("Draft")], datetime(2026, 1, 1, tzinfo=UTC)
        )
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
    "customer": lambda client, company: client.customer(company.customer["guid"]),
    "addresses": lambda client, company: client.addresses(company.customer["guid"]),
    "project": lambda client, company: client.project(company.project["guid"]),
    "countries": lambda client, _company: client.countries(),
    "products_by_code": lambda client, _company: [
        product
        for register, code in zip(client_module.Register, ("K1", "M1", "S1"), strict=True)
        for product in client.products_by_code(register, code)
    ],
}


def test_every_method_of_the_client_is_used_here() -> None:
    methods = {name for name in vars(client_module.SeveraClient) if not name.startswith("_")}
    assert methods == set(USES)


@pytest.mark.parametrize("method", USES)
def test_the_clients_requests_are_documented(method: str, company: Company, document: Document) -> None:
    answer = USES[method](_client(company, document), company)
    assert answer or method == "move_invoice"


@pytest.mark.parametrize("method", USES)
def test_the_client_reads_answers_without_nulls_alike(method: str, document: Document) -> None:
    whole, sparse = Company(), Company(omit_nulls=True)
    assert USES[method](_client(whole, document), whole) == USES[method](_client(sparse, document), sparse)


def test_the_client_follows_page_tokens_with_its_filters(company: Company, document: Document) -> None:
    made = {company.state.add_invoice(company.customer, status="Sent")["guid"] for _ in range(230)}
    found = [invoice.guid for invoice in _client(company, document).invoices([company.status("Sent")])]
    assert sorted(found) == sorted(made)


def test_a_moved_invoice_has_the_status_and_number(company: Company, document: Document) -> None:
    USES["move_invoice"](_client(company, document), company)
    assert company.invoice["status"]["name"] == "Transferred"
    assert company.invoice["number"] == 4711


def test_the_origins_of_every_kind_of_row_name_the_project(company: Company, document: Document) -> None:
    found = USES["row_projects"](_client(company, document), company)
    assert [(project.guid, project.number) for project in found] == [
        (company.project["guid"], company.project["number"])
    ] * (2 * len(RowType))


def test_the_clients_errors_follow_the_refusals(company: Company, document: Document) -> None:
    client = _client(company, document)
    with pytest.raises(NotFound):
        client.customer(NOTHING)
    with pytest.raises(Rejected):
        client.move_invoice(company.invoice["guid"], NOTHING)
    with pytest.raises(Misconfigured):
        _client(company, document, secret="wrong").countries()
    with pytest.raises(Misconfigured):
        _client(company, document, scope="invoices:read").countries()


def test_the_client_gets_a_new_token_when_its_own_is_revoked(company: Company, document: Document) -> None:
    client = _client(company, document)
    client.countries()
    company.simulator.access.revoke_all()
    assert client.countries()
    assert len(company.simulator.journal.matching("POST", ".*/token")) == 2
