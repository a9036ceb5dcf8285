"""What the Severa client asks of the registers and writes into them."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import httpx
import pytest
from pydantic import ValidationError

from severa_fortnox.errors import Bug, IntegrationError, Rejected, Retryable, UnknownOutcome
from severa_fortnox.severa.client import Register, SeveraClient
from severa_fortnox.severa.inputs import AddressInput, CustomerInput, ProductInput, Reference, WorkTypeInput
from severa_fortnox.severa.unknowns import Readings, replace

Connect = Callable[..., SeveraClient]
SINCE = datetime(2026, 7, 2, 3, 4, 5, 999999, timezone(timedelta(hours=2)))


def reply(body: Any = None, status: int = 200, **headers: str) -> httpx.Response:
    return httpx.Response(status, json=body, headers=headers)


def query(request: httpx.Request) -> list[tuple[str, str]]:
    return list(request.url.params.multi_items())


def sent(server: Any) -> Any:
    """The body of the only call."""
    [request] = server.calls
    return json.loads(request.content)


# Filters


@pytest.mark.parametrize(
    ("ask", "route"),
    [
        (lambda client, since: client.customers(since), "GET /v1/customers"),
        (lambda client, since: client.all_addresses(since), "GET /v1/addresses"),
        (lambda client, since: client.projects(since), "GET /v1/projects"),
        (lambda client, since: client.changed_invoices(since), "GET /v1/invoices"),
        *[
            (lambda client, since, register=register: client.products(register, since), f"GET /v1/{register}")
            for register in Register
        ],
    ],
)
def test_what_changed_since_is_asked_for_with_its_offset(
    server: Any, client: SeveraClient, ask: Callable[[SeveraClient, datetime | None], Any], route: str
) -> None:
    server.on(route, reply([]))

    assert list(ask(client, SINCE)) == []
    assert list(ask(client, None)) == []

    with_time, without = server.calls
    assert b"changedSince=2026-07-02T03%3A04%3A05%2B02%3A00" in with_time.url.query
    assert "changedSince" not in dict(query(without))
    with pytest.raises(Bug):
        list(ask(client, datetime(2026, 1, 1)))


def test_customers_are_asked_for_by_number_and_name(server: Any, client: SeveraClient) -> None:
    server.on(
        "GET /v1/customers",
        reply([{"guid": "c1", "name": "Kund & Co", "number": 7}, {"guid": "c2", "name": "Other", "number": 9}]),
    )

    assert [customer.guid for customer in client.customers(numbers=[7, 8], names=["Kund & Co", "Åsa"])] == ["c1"]

    assert query(server.calls[0]) == [
        ("numbers", "7"),
        ("numbers", "8"),
        ("customerNames", "Kund & Co"),
        ("customerNames", "Åsa"),
        ("rowCount", "100"),
    ]


def test_no_numbers_are_no_filter(server: Any, client: SeveraClient) -> None:
    server.on("GET /v1/customers", reply([]))

    list(client.customers(numbers=[], names=[]))

    assert query(server.calls[0]) == [("rowCount", "100")]


def test_many_values_are_asked_for_in_several_calls(server: Any, client: SeveraClient) -> None:
    server.on("GET /v1/projects", reply([{"guid": "p1", "name": "One"}]), reply([{"guid": "p2", "name": "Two"}]))

    found = list(client.projects(closed=False, internal=True, numbers=range(60)))

    assert [project.guid for project in found] == ["p1", "p2"]
    first, second = (query(request) for request in server.calls)
    assert [number for name, number in first if name == "numbers"] == [str(number) for number in range(50)]
    assert [number for name, number in second if name == "numbers"] == [str(number) for number in range(50, 60)]
    assert {("isClosed", "false"), ("internal", "true")} <= set(first) & set(second)


def test_one_row_tells_whether_a_customer_has_an_invoice(server: Any, client: SeveraClient) -> None:
    server.on(
        "GET /v1/invoices", reply([{"guid": "i1", "date": "2026-01-31", "dueDate": "2026-03-02"}], NextPageToken="p2")
    )
    assert client.has_invoice("c1")

    server.on("GET /v1/invoices", reply([]))
    assert not client.has_invoice("c2")

    assert [query(request) for request in server.calls] == [
        [("customerGuids", guid), ("rowCount", "1")] for guid in ("c1", "c2")
    ]


def test_travel_expense_types_are_compared_here_too(server: Any, client: SeveraClient) -> None:
    def record(guid: str, created: str | None, changed: str | None) -> dict[str, Any]:
        return {"guid": guid, "name": guid, "createdDateTime": created, "lastUpdatedDateTime": changed}

    server.on(
        "GET /v1/travelexpensetypes",
        reply(
            [
                record("old", "2026-07-02T01:04:04.99Z", None),
                record("changed before", "2026-07-01T00:00:00Z", "2026-07-02T03:04:04+02:00"),
                record("at the very second", "2026-07-02T01:04:05Z", None),
                record("changed", "2026-07-01T00:00:00Z", "2026-07-02T03:04:06+02:00"),
                record("without offset", None, "2026-07-02T01:04:05.5"),
                record("does not tell", None, None),
            ]
        ),
    )

    found = client.products(Register.TRAVEL_EXPENSE_TYPES, SINCE)

    assert [product.guid for product in found] == [
        "at the very second",
        "changed",
        "without offset",
        "does not tell",
    ]


def test_small_registers_are_read(server: Any, client: SeveraClient) -> None:
    server.on("GET /v1/vatrates", reply([{"guid": "v", "percentage": 12.5, "isActive": False}]))
    server.on("GET /v1/currencies", reply([{"guid": "e", "code": "EUR"}]))
    server.on("GET /v1/products/p1", reply({"guid": "p1", "name": "Skruv", "code": "S1"}))

    [rate] = client.vat_rates()
    assert (rate.percentage, rate.isActive) == (Decimal("12.5"), False)
    assert [(currency.guid, currency.code) for currency in client.currencies()] == [("e", "EUR")]
    assert client.product(Register.PRODUCTS, "p1").code == "S1"
    assert query(server.calls[0]) == []


def test_an_address_of_the_register_names_its_customer(server: Any, client: SeveraClient) -> None:
    server.on("GET /v1/addresses", reply([{"guid": "a1", "customer": {"guid": "c1", "name": "Kund", "number": 7}}]))

    [address] = client.all_addresses()

    assert address.customer is not None
    assert (address.customer.guid, address.customer.number) == ("c1", 7)


# Writing


def test_only_what_was_given_is_created(server: Any, client: SeveraClient) -> None:
    server.on("POST /v1/customers", reply({"guid": "c1", "name": "Kund AB", "number": 7}, 201))

    made = client.create_customer(
        CustomerInput(name="Kund AB", number=7, notes="", email=None, currency=Reference(guid="eur"))
    )

    assert (made.guid, made.number) == ("c1", 7)
    assert sent(server) == {"name": "Kund AB", "number": 7, "notes": "", "email": None, "currency": {"guid": "eur"}}


def test_an_address_is_created_under_its_customer(server: Any, client: SeveraClient) -> None:
    server.on("POST /v1/customers/c1/addresses", reply({"guid": "a1"}, 201))

    assert client.create_address("c1", AddressInput(city="Lund", isVisitAddress=False)).guid == "a1"

    assert sent(server) == {"city": "Lund", "isVisitAddress": False}


@pytest.mark.parametrize(
    ("register", "record", "body"),
    [
        (
            Register.PRODUCTS,
            ProductInput(name="Skruv", vatRate=Decimal("12.5"), type="Materials"),
            b'{"name": "Skruv", "vatRate": 12.5, "type": "Materials"}',
        ),
        (Register.WORK_TYPES, WorkTypeInput(name="Tid", code="T"), b'{"name": "Tid", "code": "T"}'),
    ],
)
def test_a_record_of_a_register_is_created(
    server: Any, client: SeveraClient, register: Register, record: ProductInput | WorkTypeInput, body: bytes
) -> None:
    server.on(f"POST /v1/{register}", reply({"guid": "p1", "name": record.name}, 201))

    assert client.create_product(register, record).guid == "p1"
    assert server.calls[0].content == body


@pytest.mark.parametrize(
    ("register", "record"),
    [
        (Register.WORK_TYPES, ProductInput(name="Skruv")),
        (Register.PRODUCTS, WorkTypeInput(name="Tid")),
        (Register.TRAVEL_EXPENSE_TYPES, ProductInput(name="Resa")),
    ],
)
def test_a_register_takes_only_its_own_kind(
    server: Any, client: SeveraClient, register: Register, record: ProductInput | WorkTypeInput
) -> None:
    with pytest.raises(Bug):
        client.create_product(register, record)

    assert server.requests == []


@pytest.mark.parametrize("wrong", [{}, {"name": ""}, {"name": "x", "guid": "g"}, {"name": "x", "kvkNumber": "1" * 26}])
def test_an_input_holds_what_severa_documents(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        CustomerInput.model_validate(wrong)


Change = Callable[[SeveraClient, list[dict[str, Any]]], Any]
CHANGES: list[tuple[str, Change]] = [
    ("PATCH /v1/customers/c1", lambda client, operations: client.change_customer("c1", operations)),
    ("PATCH /v1/addresses/a1", lambda client, operations: client.change_address("a1", operations)),
    *[
        (
            f"PATCH /v1/{register}/p1",
            lambda client, operations, register=register: client.change_product(register, "p1", operations),
        )
        for register in Register
    ],
]


@pytest.mark.parametrize(("route", "change"), CHANGES)
def test_a_change_is_a_patch_that_answers_with_its_record(
    server: Any, client: SeveraClient, route: str, change: Change
) -> None:
    server.on(route, reply([{"guid": "changed", "name": "New"}]))

    assert change(client, [replace("/name", "New"), replace("/phone", None)]).guid == "changed"

    assert sent(server) == [
        {"op": "replace", "path": "/name", "value": "New"},
        {"op": "replace", "path": "/phone", "value": None},
    ]


LOST: list[httpx.Response | Exception] = [
    httpx.ReadTimeout("x"),
    reply({}, 503),
    httpx.Response(200, content=b"<html>"),
    reply([]),
]


@pytest.mark.parametrize("lost", LOST, ids=["timeout", "503", "a page", "nothing"])
@pytest.mark.parametrize(("route", "change"), CHANGES[:1])
def test_a_change_whose_answer_is_lost_may_be_made_again(
    server: Any, client: SeveraClient, route: str, change: Change, lost: httpx.Response | Exception
) -> None:
    server.on(route, lost)

    with pytest.raises(Retryable):
        change(client, [replace("/name", "New")])


@pytest.mark.parametrize("lost", LOST, ids=["timeout", "503", "a page", "something else"])
def test_a_creation_whose_answer_is_lost_is_an_unknown_outcome(
    server: Any, client: SeveraClient, lost: httpx.Response | Exception
) -> None:
    server.on("POST /v1/customers", lost)

    with pytest.raises(UnknownOutcome) as caught:
        client.create_customer(CustomerInput(name="Hemlig kund", number=7))

    assert caught.value.reference == "customer 7"
    assert "Hemlig" not in str(caught.value)
    assert len(server.calls) == 1


@pytest.mark.parametrize(
    ("write", "route", "reference"),
    [
        (lambda c: c.create_customer(CustomerInput(name="Kund")), "POST /v1/customers", "a new customer"),
        (lambda c: c.create_product(Register.PRODUCTS, ProductInput(name="P")), "POST /v1/products", "a new product"),
        (
            lambda c: c.create_product(Register.WORK_TYPES, WorkTypeInput(name="P", code="K1")),
            "POST /v1/worktypes",
            "product K1",
        ),
        (lambda c: c.create_address("c1", AddressInput()), "POST /v1/customers/c1/addresses", "customer c1"),
    ],
)
def test_a_refused_creation_says_which_record(
    server: Any, client: SeveraClient, write: Callable[[SeveraClient], Any], route: str, reference: str
) -> None:
    server.on(route, httpx.Response(400))

    with pytest.raises(IntegrationError) as caught:
        write(client)

    assert type(caught.value) is Rejected
    assert caught.value.reference == reference


@pytest.mark.parametrize(
    ("readings", "guid", "operation"),
    [
        (Readings(), "g", replace("/currency/guid", "g")),
        (Readings(), None, replace("/currency/guid", None)),
        (Readings(reference_patch="object"), "g", replace("/currency", {"guid": "g"})),
        (Readings(reference_patch="object"), None, replace("/currency", None)),
    ],
)
def test_a_reference_is_patched_in_either_reading(
    readings: Readings, guid: str | None, operation: dict[str, Any]
) -> None:
    assert readings.reference_operation("/currency", guid) == operation


def test_a_moment_in_utc_is_as_good_as_any(server: Any, client: SeveraClient) -> None:
    server.on("GET /v1/customers", reply([]))

    list(client.customers(datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)))

    assert b"changedSince=2026-01-02T03%3A04%3A05%2B00%3A00" in server.calls[0].url.query
