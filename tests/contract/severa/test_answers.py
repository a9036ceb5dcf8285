"""Every call the simulator answers, held against the vendor's document: path, status, types, nothing missing."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from sandbox.severa.app import ROUTES
from sandbox.severa.invoicing import RowType
from tests.contract.openapi import Document
from tests.contract.severa.company import Company
from tests.contract.severa.document import KNOWN_ERRORS_IN_THE_DOCUMENT, PREFIX, complete

MULTIPART = 'multipart/related; boundary="b"'
UPLOAD = (
    b'--b\r\nContent-Type: application/json\r\n\r\n{"Name": "a.pdf"}\r\n'
    b"--b\r\nContent-Type: application/pdf\r\n\r\n%PDF\r\n--b--\r\n"
)


@dataclass(frozen=True)
class Example:
    """One call of a route: what its arguments name, and what is sent."""

    argument: str = ""
    json: Any = None
    content: bytes | None = None
    query: dict[str, str] = field(default_factory=dict)


def _replace(path: str, value: Any) -> list[dict[str, Any]]:
    return [{"op": "replace", "path": path, "value": value}]


MONEY = {"amount": 10, "currencyCode": "SEK"}
EXAMPLES = {
    "GET /invoices": Example(),
    "GET /invoices/<guid>": Example("invoice"),
    "POST /invoices": Example(json={"projects": [{"guid": "{project}"}], "groupProjects": True}),
    "PATCH /invoices/<guid>": Example("invoice", json=_replace("/status/guid", "{transferred}")),
    "DELETE /invoices/<guid>": Example("invoice"),
    "GET /invoices/<guid>/invoicerows": Example("invoice"),
    "GET /invoices/<guid>/invoicesettings": Example("invoice"),
    "PATCH /invoicesettings/<guid>": Example("settings", json=_replace("/isReverseCharged", True)),
    "GET /invoices/<guid>/files": Example("invoice"),
    "GET /invoicefiles/<guid>": Example("invoice_file"),
    "GET /files/<guid>": Example("file", query={"includeDataInResponse": "true"}),
    "GET /files/<guid>/filedata": Example("file"),
    "GET /invoicerows": Example(),
    "GET /invoicerows/<guid>": Example("hours_row"),
    "GET /invoicerows/<guid>/workhours": Example("hours_row"),
    "GET /invoicerows/<guid>/projectfees": Example("fees_row"),
    "GET /invoicerows/<guid>/projecttravelexpenses": Example("travel_row"),
    "GET /invoicerows/<guid>/reimbursedworkhours": Example("credited_hours_row"),
    "GET /invoicerows/<guid>/reimbursedprojectfees": Example("credited_fees_row"),
    "GET /invoicerows/<guid>/reimbursedprojecttravelexpenses": Example("credited_travel_row"),
    "GET /flatrates/<guid>": Example("flat_rate"),
    "GET /customers": Example(query={"kvkNumber": "556000-2001"}),
    "GET /customers/<guid>": Example("customer"),
    "POST /customers": Example(json={"name": "Ny AB", "language": {"guid": "{language}"}}),
    "PATCH /customers/<guid>": Example("customer", json=_replace("/paymentTerm", 20)),
    "DELETE /customers/<guid>": Example("customer"),
    "GET /customers/<guid>/addresses": Example("customer"),
    "POST /customers/<guid>/addresses": Example("customer", json={"city": "Umeå", "country": {"guid": "{country}"}}),
    "GET /customers/<guid>/projects": Example("customer"),
    "GET /addresses": Example(),
    "GET /addresses/<guid>": Example("address"),
    "PATCH /addresses/<guid>": Example("address", json=_replace("/city", "Lund")),
    "DELETE /addresses/<guid>": Example("address"),
    "GET /projects": Example(),
    "GET /projects/<guid>": Example("project"),
    "POST /projects": Example(
        json={"name": "Nytt", "customer": {"guid": "{customer}"}, "projectOwner": {"guid": "{person}"}}
    ),
    "PATCH /projects/<guid>": Example("project", json=_replace("/isClosed", True)),
    "DELETE /projects/<guid>": Example("project"),
    "GET /projects/<guid>/projectfees": Example("project"),
    "GET /projects/<guid>/files": Example("project"),
    "POST /projects/<guid>/files": Example("project", content=UPLOAD),
    "GET /projectfiles/<guid>": Example("project_file"),
    "GET /products": Example(query={"code": "S1"}),
    "GET /products/<guid>": Example("product"),
    "POST /products": Example(json={"name": "Mutter", "unitPrice": MONEY}),
    "PATCH /products/<guid>": Example("product", json=_replace("/unitPrice/amount", 13.75)),
    "DELETE /products/<guid>": Example("product"),
    "GET /worktypes": Example(query={"code": "K1"}),
    "GET /worktypes/<guid>": Example("work_type"),
    "POST /worktypes": Example(json={"name": "Projektledning"}),
    "PATCH /worktypes/<guid>": Example("work_type", json=_replace("/isActive", False)),
    "DELETE /worktypes/<guid>": Example("work_type"),
    "GET /travelexpensetypes": Example(query={"changedSince": "2026-01-01T00:00:00Z"}),
    "GET /travelexpensetypes/<guid>": Example("travel_type"),
    "POST /travelexpensetypes": Example(json={"name": "Tåg", "expenseClass": "OtherTravelExpense", "unitCost": MONEY}),
    "PATCH /travelexpensetypes/<guid>": Example("travel_type", json=_replace("/vatRate", 6)),
    "DELETE /travelexpensetypes/<guid>": Example("travel_type"),
    "GET /invoicestatuses": Example(),
    "GET /invoicestatuses/<guid>": Example("transferred"),
    "POST /invoicestatuses": Example(json={"name": "Granskas"}),
    "PATCH /invoicestatuses/<guid>": Example("transferred", json=_replace("/name", "Klar")),
    "DELETE /invoicestatuses/<guid>": Example("failed"),
    "GET /vatrates": Example(),
    "GET /vatrates/<guid>": Example("vat_rate"),
    "GET /currencies": Example(),
    "GET /currencies/<guid>": Example("currency"),
    "GET /salesaccounts": Example(),
    "GET /salesaccounts/<guid>": Example("sales_account"),
    "GET /localization/languages": Example(),
    "GET /localization/languages/<guid>": Example("language"),
    "GET /localization/countries": Example(),
    "GET /localization/countries/<key>": Example("country"),
    "GET /projectfees": Example(),
    "GET /projectfees/<guid>": Example("fee"),
    "POST /projectfees": Example(
        json={"project": {"guid": "{project}"}, "product": {"guid": "{product}"}, "quantity": 1}
    ),
    "PATCH /projectfees/<guid>": Example("fee", json=_replace("/quantity", 3)),
    "DELETE /projectfees/<guid>": Example("fee"),
    "GET /projecttravelexpenses": Example(),
    "GET /projecttravelexpenses/<guid>": Example("travel_expense"),
    "GET /organizationdetails": Example(),
    "GET /organizationsettings": Example(),
}


def _guids(company: Company) -> dict[str, str]:
    state = company.state
    rows = {
        f"{name}_row": company.rows(invoice, kind)[0]["guid"]
        for prefix, invoice in (("", company.invoice), ("credited_", company.credit_note))
        for name, kind in ((f"{prefix}hours", RowType.HOURS), (f"{prefix}fees", RowType.FEES))
    }
    records = {
        "invoice": company.invoice,
        "invoice_file": company.file,
        "customer": company.customer,
        "address": company.address,
        "project": company.project,
        "project_file": company.project_file,
        "product": company.product,
        "work_type": company.work_type,
        "travel_type": company.travel_type,
        "fee": company.fee,
        "person": state.person,
        "language": state.language("sv-SE"),
        "country": state.country("SE"),
        "currency": state.currency("EUR"),
        "sales_account": state.sales_account("3001"),
        "vat_rate": state.all("vat_rates")[0],
        "flat_rate": state.all("flat_rates")[0],
        "travel_expense": state.all("travel_expenses")[0],
        "transferred": state.status("Transferred"),
        "failed": state.status("Transfer failed"),
        "travel_row": company.rows(company.invoice, RowType.TRAVEL)[0],
        "credited_travel_row": company.rows(company.credit_note, RowType.TRAVEL)[0],
    }
    return (
        {name: record["guid"] for name, record in records.items()}
        | rows
        | {"file": company.file["fileGuid"], "settings": state.settings_of[company.invoice["guid"]]}
    )


def _call(company: Company, http: httpx.Client, name: str) -> httpx.Response:
    method, _, path = name.partition(" ")
    example, guids = EXAMPLES[name], _guids(company)
    for argument in ("<guid>", "<key>"):
        path = path.replace(argument, guids.get(example.argument, ""))
    text = json.dumps(example.json)
    for known, guid in guids.items():
        text = text.replace(f"{{{known}}}", guid)
    body: dict[str, Any] = {} if example.json is None else {"json": json.loads(text)}
    if example.content is not None:
        body = {"content": example.content, "headers": {"Content-Type": MULTIPART}}
    return http.request(method, f"/v1{path}", params=example.query, **body)


def test_every_route_has_an_example() -> None:
    assert {f"{route.method} {route.path}" for route in ROUTES} == set(EXAMPLES)


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_example_is_a_documented_request_and_its_answer_is_as_documented(
    name: str, company: Company, http: httpx.Client, document: Document
) -> None:
    response = _call(company, http, name)
    request = response.request
    query = {key: [value] for key, value in EXAMPLES[name].query.items()}
    assert response.is_success, response.text
    document.check_request(request.method, request.url.path, query, request.read(), request.headers, prefix=PREFIX)
    document.check_answer(
        request.method, request.url.path, response.status_code, response.content, response.headers, prefix=PREFIX
    )


@pytest.mark.parametrize("name", EXAMPLES)
def test_no_documented_property_is_missing_from_the_answer(
    name: str, company: Company, http: httpx.Client, document: Document
) -> None:
    response = _call(company, http, name)
    if name.startswith("GET"):
        assert response.content not in (b"[]", b"{}"), "an empty answer shows nothing"
    every_property = complete()
    assert every_property is not None
    path = response.request.url.path
    if response.headers.get("Content-Type") == "application/json":
        every_property.check_answer(
            response.request.method, path, response.status_code, response.content, response.headers, prefix=PREFIX
        )


@pytest.mark.parametrize("name", [name for name in EXAMPLES if name.startswith("GET")])
def test_answers_without_their_nulls_are_as_documented_too(name: str, document: Document) -> None:
    company = Company(omit_nulls=True)
    with company.client() as http:
        response = _call(company, http, name)
    assert b"null" not in response.content
    path = response.request.url.path
    document.check_answer("GET", path, response.status_code, response.content, response.headers, prefix=PREFIX)


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path}")
def test_every_route_asks_for_the_scope_the_document_names(route: Any, document: Document) -> None:
    operation = document.operation(route.method, f"/v1{route.path}".replace("<", "").replace(">", ""))
    assert operation is not None
    assert [route.scope] == operation["security"][0]["OAuth2"]


@pytest.mark.parametrize(
    ("path", "body"),
    [("/v1/token", {"client_id": "client", "client_secret": "secret"}), ("/v1/token", {"client_id": "x"})],
)
def test_token_answers_are_as_documented(path: str, body: Any, company: Company, document: Document) -> None:
    with company.unsigned() as http:
        response = http.post(path, json=body)
    document.check_answer("POST", path, response.status_code, response.content, response.headers)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v1/invoices/00000000-0000-0000-0000-000000000000", 404),
        ("GET", "/v1/customers?changedSince=yesterday", 400),
        ("GET", "/v1/products?pageToken=zzz", 400),
    ],
)
def test_refusals_are_as_documented(
    method: str, path: str, status: int, http: httpx.Client, document: Document
) -> None:
    response = http.request(method, path)
    assert response.status_code == status
    document.check_answer(method, response.request.url.path, status, response.content, response.headers, prefix=PREFIX)


def test_the_known_errors_of_the_document_each_have_a_reason() -> None:
    assert all(correction.reason for correction in KNOWN_ERRORS_IN_THE_DOCUMENT)
