"""What the Fortnox client asks of the registers and changes in them."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import httpx
import pytest
from pydantic import BaseModel, ValidationError

from severa_fortnox.errors import Bug, NotFound, Rejected, Retryable
from severa_fortnox.fortnox.changes import ArticleChanges, CustomerChanges, ProjectChanges
from severa_fortnox.fortnox.client import FortnoxClient
from severa_fortnox.fortnox.models import Customer

SUMMER = datetime(2026, 7, 15, 11, 0, 59, tzinfo=UTC)


def reply(body: Any, status: int = 200) -> httpx.Response:
    return httpx.Response(status, json=body)


def customers(*numbers: str, page: int = 1, pages: int = 1, total: int) -> httpx.Response:
    meta = {"@TotalResources": total, "@TotalPages": pages, "@CurrentPage": page}
    return reply({"MetaInformation": meta, "Customers": [{"CustomerNumber": number} for number in numbers]})


def empty(under: str) -> httpx.Response:
    meta = {"@TotalResources": 0, "@TotalPages": 0, "@CurrentPage": 1}
    return reply({"MetaInformation": meta, under: []})


def query(request: httpx.Request) -> dict[str, str]:
    return dict(request.url.params.multi_items())


# Lists


@pytest.mark.parametrize(
    ("ask", "name", "filters"),
    [
        (lambda client: client.customers(), "Customers", {}),
        (lambda client: client.customers(active=True), "Customers", {"filter": "active"}),
        (
            lambda client: client.customers(active=False, modified_since=SUMMER),
            "Customers",
            {"filter": "inactive", "lastmodified": "2026-07-15 13:00"},
        ),
        (
            lambda client: client.customers_by_organisation_number("556000-2001"),
            "Customers",
            {"organisationnumber": "556000-2001"},
        ),
        (lambda client: client.articles(), "Articles", {}),
        (
            lambda client: client.articles(active=True, modified_since=SUMMER),
            "Articles",
            {"filter": "active", "lastmodified": "2026-07-15 13:00"},
        ),
        (lambda client: client.articles(active=False), "Articles", {"filter": "inactive"}),
        (lambda client: client.articles_described("å & ä"), "Articles", {"description": "å & ä"}),
        (lambda client: client.projects(), "Projects", {}),
        (lambda client: client.projects(SUMMER), "Projects", {"lastmodified": "2026-07-15 13:00"}),
    ],
)
def test_a_list_is_asked_for_with_its_filters(
    server: Any, client: FortnoxClient, ask: Callable[[FortnoxClient], Any], name: str, filters: dict[str, str]
) -> None:
    server.on(f"GET /3/{name.lower()}", empty(name))

    assert list(ask(client)) == []

    [request] = server.calls
    assert query(request) == {**filters, "limit": "500", "page": "1"}


@pytest.mark.parametrize("ask", [FortnoxClient.customers, FortnoxClient.articles, FortnoxClient.projects])
def test_a_time_without_offset_is_our_mistake(client: FortnoxClient, ask: Callable[..., Any]) -> None:
    with pytest.raises(Bug):
        ask(client, modified_since=datetime(2026, 1, 1))


def test_list_items_are_read_as_fortnox_writes_them(server: Any, client: FortnoxClient) -> None:
    meta = {"@TotalResources": 1, "@TotalPages": 1, "@CurrentPage": 1}
    article = {"ArticleNumber": "A1", "Description": "Tid", "Unit": "h", "VAT": "25", "SalesPrice": None, "EAN": ""}
    server.on("GET /3/articles", reply({"MetaInformation": meta, "Articles": [article]}))
    card = {"CustomerNumber": "1", "Name": "Kund", "Phone": "", "Address1": "Gatan 1", "ZipCode": "222 22"}
    server.on("GET /3/customers", reply({"MetaInformation": meta, "Customers": [card]}))

    [item] = client.articles()
    assert (item.ArticleNumber, item.Unit, item.VAT) == ("A1", "h", Decimal(25))
    [customer] = client.customers()
    assert (customer.Address1, customer.ZipCode, customer.Phone, customer.Email) == ("Gatan 1", "222 22", None, None)


def test_every_page_of_a_list_is_read(server: Any, client: FortnoxClient) -> None:
    server.on(
        "GET /3/customers",
        customers("1", "2", page=1, pages=2, total=3),
        customers("3", page=2, pages=2, total=3),
    )

    assert [item.CustomerNumber for item in client.customers()] == ["1", "2", "3"]
    assert [query(request)["page"] for request in server.calls] == ["1", "2"]


@pytest.mark.parametrize(
    "shifted",
    [
        customers("2", "3", page=2, pages=2, total=4),
        customers("4", page=2, pages=2, total=3),
        customers(page=2, pages=1, total=2),
        customers("2", "4", page=2, pages=2, total=5),
    ],
    ids=["one came in front", "one went", "all went", "one came in front and two went"],
)
def test_a_list_that_shifts_is_read_again(server: Any, client: FortnoxClient, shifted: httpx.Response) -> None:
    server.on(
        "GET /3/customers",
        customers("1", "2", page=1, pages=2, total=5),
        shifted,
        customers("0", "1", page=1, pages=2, total=3),
        customers("2", page=2, pages=2, total=3),
    )

    assert [item.CustomerNumber for item in client.customers()] == ["0", "1", "2"]
    assert [query(request)["page"] for request in server.calls] == ["1", "2", "1", "2"]


def test_a_list_that_shifts_every_time_is_given_up(server: Any, client: FortnoxClient) -> None:
    first, second = customers("1", page=1, pages=2, total=2), customers("2", page=2, pages=2, total=3)
    server.on("GET /3/customers", *[first, second] * 3)

    handed_over: list[object] = []
    with pytest.raises(Retryable, match="kept changing") as caught:
        handed_over += client.customers()

    assert handed_over == []
    assert len(server.calls) == 6
    assert caught.value.operation == "GET /3/customers"


# Changes


@pytest.mark.parametrize(
    ("change", "route", "body"),
    [
        (
            lambda c: c.update_customer("7/b", CustomerChanges(Name="Ny", Email=None, Active=False, City="")),
            "PUT /3/customers/7%2Fb",
            {"Customer": {"Name": "Ny", "Email": None, "Active": False, "City": ""}},
        ),
        (
            lambda c: c.update_article("A1", ArticleChanges(VAT=Decimal("12.5"), Unit=None)),
            "PUT /3/articles/A1",
            {"Article": {"VAT": 12.5, "Unit": None}},
        ),
        (
            lambda c: c.update_project("12", ProjectChanges(StartDate=date(2026, 2, 1), Status="COMPLETED")),
            "PUT /3/projects/12",
            {"Project": {"StartDate": "2026-02-01", "Status": "COMPLETED"}},
        ),
    ],
)
def test_only_what_is_set_is_changed_and_none_clears(
    server: Any, client: FortnoxClient, change: Callable[[FortnoxClient], Any], route: str, body: dict[str, Any]
) -> None:
    [under] = body
    server.on(route, reply({under: {f"{under}Number": "1", "Comments": "answered"}}))

    assert change(client)

    [request] = server.calls
    assert json.loads(request.content) == body


@pytest.mark.parametrize(
    "lost",
    [httpx.ReadTimeout("x"), httpx.Response(503), httpx.Response(200, content=b"<html>")],
    ids=["timeout", "503", "a page"],
)
def test_a_change_whose_answer_is_lost_may_be_made_again(
    server: Any, client: FortnoxClient, lost: httpx.Response | Exception
) -> None:
    server.on("PUT /3/customers/7", lost)

    with pytest.raises(Retryable) as caught:
        client.update_customer("7", CustomerChanges(City="Lund"))

    assert caught.value.reference == "customer 7"


@pytest.mark.parametrize(("status", "leaf"), [(400, Rejected), (404, NotFound)])
def test_a_refused_change_is_named_by_its_cause(
    server: Any, client: FortnoxClient, status: int, leaf: type[Rejected]
) -> None:
    server.on("PUT /3/projects/12", httpx.Response(status))

    with pytest.raises(Rejected) as caught:
        client.update_project("12", ProjectChanges(Comments="x"))

    assert type(caught.value) is leaf


@pytest.mark.parametrize(
    ("model", "wrong"),
    [
        (CustomerChanges, {"Name": None}),
        (CustomerChanges, {"Name": ""}),
        (CustomerChanges, {"Active": None}),
        (CustomerChanges, {"CustomerNumber": "8"}),
        (CustomerChanges, {"ZipCode": "12345678901"}),
        (ArticleChanges, {"Description": None}),
        (ArticleChanges, {"SalesPrice": 1}),
        (ProjectChanges, {"Description": None}),
        (ProjectChanges, {"EndDate": "2026-01-01"}),
    ],
)
def test_changes_hold_what_fortnox_takes(model: type[BaseModel], wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        model.model_validate(wrong)


def test_a_value_that_is_hidden_from_us_is_none() -> None:
    card = Customer.model_validate({"CustomerNumber": "1", "Email": "API_NORIGHT", "City": "Lund"})

    assert (card.Email, card.City) == (None, "Lund")
