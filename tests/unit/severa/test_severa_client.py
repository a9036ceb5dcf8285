"""What the Severa client asks, and what it makes of the answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import httpx
import pytest

from severa_fortnox.errors import (
    Bug,
    IntegrationError,
    Misconfigured,
    NotFound,
    NotSent,
    RateLimited,
    Rejected,
    Retryable,
)
from severa_fortnox.severa.client import Register, SeveraClient, SeveraCredentials
from severa_fortnox.severa.models import InvoiceRow, Numbered
from severa_fortnox.severa.unknowns import Readings

Connect = Callable[..., SeveraClient]


def reply(body: Any = None, status: int = 200, **headers: str) -> httpx.Response:
    return httpx.Response(status, json=body, headers=headers)


def refusal(kind: str, *messages: str, status: int = 400, field: str | None = None) -> httpx.Response:
    location = {"type": "RequestBody", "name": field, "identifier": None} if field else None
    details = [{"message": message, "url": None, "location": location} for message in messages]
    return reply({"error": {"type": kind, "httpStatusCode": status, "details": details, "stack": None}}, status)


def invoice(guid: str) -> dict[str, Any]:
    return {"guid": guid, "date": "2026-01-31", "dueDate": "2026-03-02", "isCreditNote": False, "number": None}


def product(guid: str, code: str | None) -> dict[str, Any]:
    return {"guid": guid, "name": guid, "code": code}


def statuses(*numbers: int) -> httpx.Response:
    return reply([{"guid": str(number), "name": str(number)} for number in numbers])


def row(kind: str | None, **more: Any) -> InvoiceRow:
    return InvoiceRow.model_validate({"guid": "r1", "rowType": kind, "quantity": 1, **more})


def origin(guid: str, number: int | None) -> dict[str, Any]:
    return {"guid": f"origin of {guid}", "project": {"guid": guid, "name": f"Project {guid}", "number": number}}


def query(request: httpx.Request) -> list[tuple[str, str]]:
    return list(request.url.params.multi_items())


# Paging


def test_every_page_by_token_repeats_every_filter(server: Any, client: SeveraClient) -> None:
    server.on(
        "GET /v1/invoices",
        reply([invoice("a"), invoice("b")], NextPageToken="p2"),
        reply([], NextPageToken="p3"),
        reply([invoice("c")]),
    )

    found = [item.guid for item in client.invoices(["s1", "s2"])]

    filters = [("invoiceStatusGuids", "s1"), ("invoiceStatusGuids", "s2"), ("rowCount", "100")]
    assert found == ["a", "b", "c"]
    assert [query(request) for request in server.calls] == [
        filters,
        [*filters, ("pageToken", "p2")],
        [*filters, ("pageToken", "p3")],
    ]


def test_a_list_that_never_moves_on_is_given_up(server: Any, client: SeveraClient) -> None:
    server.on("GET /v1/invoices", reply([invoice("a")], NextPageToken="p"))

    with pytest.raises(Retryable):
        list(client.invoices(["s1"]))

    assert len(server.calls) == 2


def test_a_record_that_moves_to_the_next_page_is_met_once(server: Any, client: SeveraClient) -> None:
    server.on(
        "GET /v1/invoices",
        reply([invoice("a"), invoice("b")], NextPageToken="p2"),
        reply([invoice("b"), invoice("c")]),
    )

    assert [item.guid for item in client.invoices(["s1"])] == ["a", "b", "c"]


def test_pages_by_offset_overlap_by_one_row_and_end_with_a_short_one(server: Any, connect: Connect) -> None:
    server.on("GET /v1/invoicestatuses", statuses(0, 1, 2), statuses(2, 3, 4), statuses(4, 5))

    found = connect(readings=Readings(page_rows=3)).invoice_statuses()

    assert [status.guid for status in found] == ["0", "1", "2", "3", "4", "5"]
    assert [query(request) for request in server.calls] == [
        [("rowCount", "3"), ("firstRow", first)] for first in ("0", "2", "4")
    ]


def test_a_last_page_by_offset_may_hold_nothing_but_the_overlap(server: Any, connect: Connect) -> None:
    server.on("GET /v1/invoicestatuses", statuses(0, 1), statuses(1))

    assert len(connect(readings=Readings(page_rows=2)).invoice_statuses()) == 2


def test_a_row_that_changed_between_two_pages_has_not_moved(server: Any, connect: Connect) -> None:
    renamed = reply([{"guid": "1", "name": "Renamed"}])
    server.on("GET /v1/invoicestatuses", statuses(0, 1), renamed)

    found = connect(readings=Readings(page_rows=2)).invoice_statuses()

    assert [status.name for status in found] == ["0", "1"]


@pytest.mark.parametrize(
    "shifted",
    [statuses(0, 1), statuses(2, 3), statuses(3), reply([])],
    ids=["one came in front", "one went", "two went", "nearly all went"],
)
def test_a_list_by_offset_that_shifts_is_read_again(server: Any, connect: Connect, shifted: httpx.Response) -> None:
    server.on("GET /v1/invoicestatuses", statuses(0, 1), shifted, statuses(9, 0), statuses(0, 1), statuses(1))

    found = connect(readings=Readings(page_rows=2)).invoice_statuses()

    assert [status.guid for status in found] == ["9", "0", "1"]
    assert [dict(query(request))["firstRow"] for request in server.calls] == ["0", "1", "0", "1", "2"]


def test_a_list_by_offset_that_shifts_every_time_is_given_up(server: Any, connect: Connect) -> None:
    server.on("GET /v1/addresses", *[reply([{"guid": "1"}, {"guid": "2"}]), reply([{"guid": "1"}])] * 3)

    handed_over: list[object] = []
    with pytest.raises(Retryable, match="kept changing"):
        handed_over += connect(readings=Readings(page_rows=2)).all_addresses()

    assert handed_over == []
    assert len(server.calls) == 6


def test_a_list_that_ignores_the_page_size_is_whole(server: Any, connect: Connect) -> None:
    server.on("GET /v1/travelexpensetypes", reply([product(str(n), "KM") for n in range(5)]))

    found = connect(readings=Readings(page_rows=2)).products_by_code(Register.TRAVEL_EXPENSE_TYPES, "KM")

    assert len(found) == 5
    assert len(server.calls) == 1


# Resources


@pytest.mark.parametrize(
    ("since", "sent"),
    [
        (datetime(2026, 1, 2, 3, 4, 5, 999999, UTC), b"2026-01-02T03%3A04%3A05%2B00%3A00"),
        (datetime(2026, 7, 2, 3, 4, 5, tzinfo=timezone(timedelta(hours=2))), b"2026-07-02T03%3A04%3A05%2B02%3A00"),
    ],
)
def test_changed_since_is_sent_with_its_offset_encoded(
    server: Any, client: SeveraClient, since: datetime, sent: bytes
) -> None:
    server.on("GET /v1/invoices", reply([]))

    assert list(client.invoices(["s1"], changed_since=since)) == []

    assert b"changedSince=" + sent in server.calls[0].url.query


def test_a_time_without_offset_or_no_status_is_our_mistake(client: SeveraClient) -> None:
    with pytest.raises(Bug):
        client.invoices(["s1"], changed_since=datetime(2026, 1, 1))
    with pytest.raises(Bug):
        client.invoices([])


def test_rows_come_in_the_order_they_are_printed(server: Any, client: SeveraClient) -> None:
    server.on(
        "GET /v1/invoices/i1/invoicerows",
        reply([{"guid": "b", "quantity": 1, "sortOrder": 2}], NextPageToken="p2"),
        reply([{"guid": "a", "quantity": 7.5, "sortOrder": 1, "unitPrice": {"amount": 1645.68}}]),
    )

    first, second = client.invoice_rows("i1")

    assert (first.guid, second.guid) == ("a", "b")
    assert first.quantity == Decimal("7.5")
    assert first.unitPrice is not None
    assert first.unitPrice.amount == Decimal("1645.68")


def test_a_file_is_its_bytes(server: Any, client: SeveraClient) -> None:
    server.on("GET /v1/files/f1/filedata", httpx.Response(200, content=b"%PDF-1.7", headers={"Content-Type": "x/y"}))

    assert client.file_data("f1") == b"%PDF-1.7"
    assert server.calls[0].headers["Accept"] == "*/*"


def test_single_records_are_read(server: Any, client: SeveraClient) -> None:
    server.on("GET /v1/invoices/i1", reply(invoice("i1")))
    server.on("GET /v1/invoices/i1/invoicesettings", reply({"guid": "x", "isReverseCharged": True}))
    server.on("GET /v1/invoices/i1/files", reply([{"fileGuid": "f1", "name": "a.pdf"}]))
    server.on("GET /v1/customers/c1", reply({"guid": "c1", "name": "Kund AB", "number": 7}))
    server.on("GET /v1/customers/c1/addresses", reply([{"guid": "a1", "isBillingAddress": True}]))
    server.on("GET /v1/projects/p1", reply({"guid": "p1", "name": "Projekt", "number": 12}))
    server.on("GET /v1/localization/countries", reply([{"guid": "se", "code2": "SE"}]))

    assert client.invoice("i1").guid == "i1"
    assert client.invoice_settings("i1").isReverseCharged
    assert [file.fileGuid for file in client.invoice_files("i1")] == ["f1"]
    assert client.customer("c1").number == 7
    assert client.addresses("c1")[0].isBillingAddress
    assert client.project("p1").number == 12
    assert client.countries()[0].code2 == "SE"


@pytest.mark.parametrize("register", Register)
def test_a_code_is_compared_here_because_the_search_may_find_more(
    server: Any, client: SeveraClient, register: Register
) -> None:
    records = [product("a", "1"), product("b", "10"), product("c", " 1 "), product("d", None), product("e", "X1")]
    server.on(f"GET /v1/{register}", reply(records))

    assert [record.guid for record in client.products_by_code(register, "1")] == ["a", "c"]
    assert ("code", "1") in query(server.calls[0])


def test_case_counts_in_a_code(server: Any, client: SeveraClient) -> None:
    server.on("GET /v1/products", reply([product("a", "kons"), product("b", "KONS")]))

    assert [record.guid for record in client.products_by_code(Register.PRODUCTS, "KONS")] == ["b"]


# Moving an invoice


@pytest.mark.parametrize(
    ("readings", "status"),
    [
        (Readings(), {"op": "replace", "path": "/status/guid", "value": "s2"}),
        (Readings(status_patch="object"), {"op": "replace", "path": "/status", "value": {"guid": "s2"}}),
    ],
)
def test_an_invoice_gets_its_number_before_its_status_in_one_patch(
    server: Any, connect: Connect, readings: Readings, status: dict[str, Any]
) -> None:
    server.on("PATCH /v1/invoices/i1", reply([invoice("i1")]))

    connect(readings=readings).move_invoice("i1", "s2", number=1001)

    [request] = server.calls
    assert json.loads(request.content) == [{"op": "replace", "path": "/number", "value": 1001}, status]


def test_an_invoice_is_moved_without_a_number(server: Any, client: SeveraClient) -> None:
    server.on("PATCH /v1/invoices/i1", httpx.Response(200))

    client.move_invoice("i1", "s2")

    assert json.loads(server.calls[0].content) == [{"op": "replace", "path": "/status/guid", "value": "s2"}]


@pytest.mark.parametrize(
    "lost",
    [httpx.ReadTimeout("x"), reply({}, 503), httpx.Response(200, content=b"<html>")],
    ids=["timeout", "503", "a page"],
)
def test_moving_may_simply_be_repeated(server: Any, client: SeveraClient, lost: httpx.Response | Exception) -> None:
    server.on("PATCH /v1/invoices/i1", lost)

    with pytest.raises(Retryable):
        client.move_invoice("i1", "s2")


# The projects of a row


@pytest.mark.parametrize(
    ("kind", "resource"),
    [("Hours", "workhours"), ("ProjectFees", "projectfees"), ("TravelExpenses", "projecttravelexpenses")],
)
def test_a_rows_projects_are_those_of_what_it_was_made_of(
    server: Any, client: SeveraClient, kind: str, resource: str
) -> None:
    server.on(
        f"GET /v1/invoicerows/r1/{resource}",
        reply([origin("p1", 11), origin("p2", 12)], NextPageToken="2"),
        reply([origin("p1", 11), {"guid": "without project", "project": None}]),
    )

    assert [(project.guid, project.number) for project in client.row_projects(row(kind))] == [("p1", 11), ("p2", 12)]


def test_a_flat_rate_names_its_project(server: Any, client: SeveraClient) -> None:
    server.on("GET /v1/flatrates/f1", reply([origin("p1", 11)]))

    assert [project.number for project in client.row_projects(row("FlatRate", flatRateGuid="f1"))] == [11]


@pytest.mark.parametrize("unknown", [row("FlatRate"), row(None), row("SomethingNew")])
def test_a_row_that_does_not_tell_has_no_projects(client: SeveraClient, unknown: InvoiceRow) -> None:
    assert client.row_projects(unknown) == []


def test_a_credit_notes_row_is_made_of_what_it_reimburses(server: Any, client: SeveraClient) -> None:
    server.on("GET /v1/invoicerows/r1/workhours", reply([]))
    server.on("GET /v1/invoicerows/r1/reimbursedworkhours", reply([origin("p1", 11)]))

    assert [project.number for project in client.row_projects(row("Hours"))] == [11]


def test_a_fees_project_gets_its_number_from_the_invoice_or_by_a_call(server: Any, client: SeveraClient) -> None:
    server.on("GET /v1/invoicerows/r1/projectfees", reply([origin("p1", None), origin("p2", None)]))
    server.on("GET /v1/projects/p2", reply({"guid": "p2", "name": "Two", "number": 22}))

    found = client.row_projects(row("ProjectFees"), known=[Numbered(guid="p1", name="One", number=11)])

    assert [(project.guid, project.number) for project in found] == [("p1", 11), ("p2", 22)]
    assert len(server.to("GET /v1/projects/p1")) == 0


# Tokens and headers


def test_every_call_carries_the_token_and_the_client_id_in_its_turn(
    server: Any, client: SeveraClient, pace: Any
) -> None:
    server.on("GET /v1/customers/c1", reply({"guid": "c1", "name": "Kund AB"}))

    client.customer("c1")
    client.customer("c1")

    assert [(call.headers["Authorization"], call.headers["Client_Id"]) for call in server.calls] == [
        ("Bearer access-1", "client-1")
    ] * 2
    assert len(server.to("POST /v1/token")) == 1
    assert pace.waits == 2, "a token request is not counted"


@pytest.mark.parametrize(
    ("scope", "body"),
    [
        (None, {"client_id": "client-1", "client_secret": "s3cr3t"}),
        (
            "invoices:read files:read",
            {"client_id": "client-1", "client_secret": "s3cr3t", "scope": "invoices:read files:read"},
        ),
    ],
)
def test_a_token_is_asked_for_in_json(server: Any, connect: Connect, scope: str | None, body: dict[str, str]) -> None:
    server.on("GET /v1/localization/countries", reply([]))

    connect(scope=scope).countries()

    [request] = server.to("POST /v1/token")
    assert json.loads(request.content) == body


@pytest.mark.parametrize(
    ("answer", "lifetime"),
    [
        ({"access_token_expires_in": 600, "access_token_expires_utc": "1970-01-01T09:00:00Z"}, 600),
        ({"access_token_expires_utc": "1970-01-01T00:20:00Z"}, 1200),
        ({"access_token_expires_utc": "1970-01-01T00:20:00"}, 1200),
        ({}, 300),
    ],
    ids=["seconds", "utc", "utc without offset", "untold"],
)
def test_a_token_lives_as_long_as_severa_says(
    server: Any, connect: Connect, answer: dict[str, Any], lifetime: int
) -> None:
    now = 0.0
    server.on("POST /v1/token", reply({"access_token": "t", **answer}))
    server.on("GET /v1/localization/countries", reply([]))
    client = connect(clock=lambda: now)

    client.countries()
    now = lifetime - 61.0
    client.countries()
    assert len(server.to("POST /v1/token")) == 1

    now = lifetime - 60.0
    client.countries()
    assert len(server.to("POST /v1/token")) == 2


def test_a_401_is_answered_with_a_new_token_once(server: Any, client: SeveraClient, pace: Any) -> None:
    server.on("PATCH /v1/invoices/i1", refusal("AuthenticationRequired", "expired", status=401), reply([invoice("i1")]))

    client.move_invoice("i1", "s2")

    assert [call.headers["Authorization"] for call in server.calls] == ["Bearer access-1", "Bearer access-2"]
    assert pace.waits == 2


def test_a_second_401_is_a_wrong_setting(server: Any, client: SeveraClient) -> None:
    server.on("GET /v1/customers/c1", refusal("AuthenticationRequired", "who are you", status=401))

    with pytest.raises(Misconfigured):
        client.customer("c1")

    assert len(server.calls) == 2


def test_a_right_granted_later_is_found_with_a_new_token(server: Any, client: SeveraClient) -> None:
    server.on(
        "GET /v1/customers/c1",
        refusal("InsufficientApiScope", "no scope", status=403),
        reply({"guid": "c1", "name": "Kund AB"}),
    )
    with pytest.raises(Misconfigured):
        client.customer("c1")

    client.customer("c1")

    assert server.calls[-1].headers["Authorization"] == "Bearer access-2"


@pytest.mark.parametrize(
    ("answer", "leaf"),
    [
        (refusal("AuthenticationRequired", "wrong secret", status=401), Misconfigured),
        (refusal("InvalidRequest", "bad scope"), Misconfigured),
        (httpx.Response(404), Misconfigured),
        (httpx.Response(429, headers={"Retry-After": "1"}), RateLimited),
        (httpx.Response(500), Retryable),
        (httpx.Response(200, content=b"<html>"), Retryable),
        (httpx.ReadTimeout("x"), Retryable),
        (httpx.ConnectError("x"), NotSent),
    ],
)
def test_a_failed_token_request_never_leaves_an_unknown_outcome(
    server: Any, client: SeveraClient, answer: httpx.Response | Exception, leaf: type[IntegrationError]
) -> None:
    server.on("POST /v1/token", answer)

    with pytest.raises(IntegrationError) as caught:
        client.move_invoice("i1", "s2")

    assert type(caught.value) is leaf
    assert caught.value.operation == "POST /v1/token"
    assert server.calls == []


# Refusals


@pytest.mark.parametrize(
    ("answer", "leaf", "code", "text"),
    [
        (httpx.Response(404), NotFound, None, "no such record"),
        (refusal("InvalidParameter", "is taken", field="number"), Rejected, "InvalidParameter", "is taken (number)"),
        (refusal("InvalidOperation", "closed", "no change"), Rejected, "InvalidOperation", "closed; no change"),
        (refusal("InvalidRequest"), Rejected, "InvalidRequest", "without an explanation"),
        (httpx.Response(400), Rejected, None, "without an explanation"),
        (httpx.Response(400, content=b"<html>SECRET</html>"), Rejected, None, "without an explanation"),
        (reply({"error": None}, 400), Rejected, None, "without an explanation"),
        (reply({"error": {"details": ["odd", {"message": None}]}}, 400), Rejected, None, "without an explanation"),
        (reply(["odd"], 400), Rejected, None, "without an explanation"),
        (refusal("AddonMissing", "buy it", status=403), Misconfigured, "AddonMissing", "buy it"),
        (refusal("TrialExpired", "over"), Misconfigured, "TrialExpired", "over"),
        (httpx.Response(403), Misconfigured, None, "does not let us"),
    ],
)
def test_a_refusal_is_named_by_its_cause(
    server: Any,
    client: SeveraClient,
    answer: httpx.Response,
    leaf: type[IntegrationError],
    code: str | None,
    text: str,
) -> None:
    server.on("PATCH /v1/invoices/i1", answer)

    with pytest.raises(IntegrationError) as caught:
        client.move_invoice("i1", "s2")

    error = caught.value
    assert type(error) is leaf
    assert error.code == code
    assert text in error.text
    assert (error.operation, error.reference) == ("PATCH /v1/invoices/{guid}", "invoice i1")
    assert "SECRET" not in str(error)


def test_a_429_is_passed_on(server: Any, client: SeveraClient) -> None:
    server.on("GET /v1/customers/c1", httpx.Response(429, text="quota exceeded", headers={"Retry-After": "1"}))

    with pytest.raises(RateLimited) as caught:
        client.customer("c1")

    assert caught.value.retry_after == 1


def test_a_lost_connection_is_tried_once_more_in_its_own_turn(server: Any, client: SeveraClient, pace: Any) -> None:
    server.on("GET /v1/customers/c1", httpx.ConnectError("x"), reply({"guid": "c1", "name": "Kund AB"}))

    assert client.customer("c1").guid == "c1"
    assert pace.waits == 2


def test_no_secret_is_ever_shown(server: Any, client: SeveraClient) -> None:
    server.on("GET /v1/customers/c1", refusal("AuthenticationRequired", "no", status=401))

    with pytest.raises(Misconfigured) as caught:
        client.customer("c1")

    shown = f"{caught.value} {caught.value!r} {SeveraCredentials('client-1', 's3cr3t')!r}"
    assert "s3cr3t" not in shown
    assert "access-" not in shown
