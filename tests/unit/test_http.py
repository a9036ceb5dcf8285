"""What a failed call means, for every way a call can fail."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from socket import socket
from socketserver import BaseRequestHandler, ThreadingTCPServer
from threading import Thread
from traceback import format_exception
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from severa_fortnox.errors import (
    Bug,
    IntegrationError,
    Misconfigured,
    NotSent,
    RateLimited,
    Retryable,
    System,
    UnknownOutcome,
)
from severa_fortnox.http import Answer, Effect, Http, Meaning, Timeouts, meaning
from severa_fortnox.wire import path, to_json

Handler = Callable[[httpx.Request], httpx.Response]

EXPECTED = {
    "TransportError": Meaning.LOST,
    "TimeoutException": Meaning.LOST,
    "ConnectTimeout": Meaning.NOT_SENT,
    "ReadTimeout": Meaning.LOST,
    "WriteTimeout": Meaning.LOST,
    "PoolTimeout": Meaning.NOT_SENT,
    "NetworkError": Meaning.LOST,
    "ConnectError": Meaning.NOT_SENT,
    "ReadError": Meaning.LOST,
    "WriteError": Meaning.LOST,
    "CloseError": Meaning.LOST,
    "ProxyError": Meaning.NOT_SENT,
    "UnsupportedProtocol": Meaning.WRONG_SETTING,
    "ProtocolError": Meaning.LOST,
    "LocalProtocolError": Meaning.LOST,
    "RemoteProtocolError": Meaning.LOST,
}

LEAVES = {
    (Meaning.NOT_SENT, Effect.READ): NotSent,
    (Meaning.NOT_SENT, Effect.REPLACE): NotSent,
    (Meaning.NOT_SENT, Effect.WRITE): NotSent,
    (Meaning.LOST, Effect.READ): Retryable,
    (Meaning.LOST, Effect.REPLACE): Retryable,
    (Meaning.LOST, Effect.WRITE): UnknownOutcome,
    (Meaning.WRONG_SETTING, Effect.READ): Misconfigured,
    (Meaning.WRONG_SETTING, Effect.REPLACE): Misconfigured,
    (Meaning.WRONG_SETTING, Effect.WRITE): Misconfigured,
}


def kinds(of: type[httpx.RequestError]) -> Iterator[type[httpx.RequestError]]:
    yield of
    for kind in of.__subclasses__():
        yield from kinds(kind)


TRANSPORT_ERRORS = list(kinds(httpx.TransportError))


def http(handler: Handler) -> Http:
    return Http(System.FORTNOX, transport=httpx.MockTransport(handler))


def send(handler: Handler, effect: Effect = Effect.READ, **more: Any) -> Answer:
    return http(handler).send(
        "POST", "https://fortnox.test/3/invoices", operation="POST /3/invoices", effect=effect, **more
    )


def failure(handler: Handler, effect: Effect, **more: Any) -> IntegrationError:
    with pytest.raises(IntegrationError) as caught:
        send(handler, effect, **more)
    return caught.value


def fails_with(kind: type[httpx.RequestError]) -> Handler:
    def handler(request: httpx.Request) -> httpx.Response:
        raise kind("header value b'Bearer SECRET' is not allowed", request=request)

    return handler


def answers(status: int, content: bytes = b"{}", headers: dict[str, str] | None = None) -> Handler:
    return lambda request: httpx.Response(status, content=content, headers=headers)


class Record(BaseModel):
    name: str
    amount: Decimal


def test_every_failure_that_httpx_knows_has_a_meaning() -> None:
    assert {kind.__name__: meaning(kind("")) for kind in TRANSPORT_ERRORS} == EXPECTED


@pytest.mark.parametrize("effect", Effect)
@pytest.mark.parametrize("kind", TRANSPORT_ERRORS, ids=lambda kind: kind.__name__)
def test_a_failure_of_the_transport_is_named_by_what_can_have_happened(
    kind: type[httpx.RequestError], effect: Effect
) -> None:
    error = failure(fails_with(kind), effect, reference="invoice 4711")

    assert type(error) is LEAVES[EXPECTED[kind.__name__], effect]
    assert error.reference == "invoice 4711"
    assert error.operation == "POST /3/invoices"
    assert "SECRET" not in str(error)
    assert error.__suppress_context__


@pytest.mark.parametrize(
    ("effect", "leaf"), [(Effect.READ, Retryable), (Effect.REPLACE, Retryable), (Effect.WRITE, UnknownOutcome)]
)
@pytest.mark.parametrize("status", [408, 500, 502, 503, 504])
def test_a_failure_of_the_other_side_may_have_happened_after_a_write(
    status: int, effect: Effect, leaf: type[IntegrationError]
) -> None:
    error = failure(answers(status, b"<html>SECRET</html>"), effect)

    assert type(error) is leaf
    assert error.code == str(status)
    assert "SECRET" not in str(error)


@pytest.mark.parametrize(
    ("effect", "leaf"), [(Effect.READ, Misconfigured), (Effect.REPLACE, Misconfigured), (Effect.WRITE, UnknownOutcome)]
)
def test_a_redirect_is_not_followed(effect: Effect, leaf: type[IntegrationError]) -> None:
    asked: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return httpx.Response(302, headers={"Location": "https://elsewhere.test/"})

    assert type(failure(handler, effect)) is leaf
    assert asked == ["https://fortnox.test/3/invoices"]


@pytest.mark.parametrize(
    ("header", "seconds"), [("7", 7.0), ("0", 0.0), (None, None), ("Wed, 21 Oct 2026 07:28:00 GMT", None), ("", None)]
)
def test_a_429_says_how_long_to_wait_when_it_names_seconds(header: str | None, seconds: float | None) -> None:
    error = failure(answers(429, headers={"Retry-After": header} if header is not None else {}), Effect.WRITE)

    assert isinstance(error, RateLimited)
    assert error.retry_after == seconds


def test_an_address_that_is_no_url_is_a_wrong_setting() -> None:
    over_the_network = Http(System.FORTNOX)  # refuses these before it looks for a network
    for url in ("ftp://fortnox.test/", "https://[not an address]/", "fortnox.test"):
        with pytest.raises(Misconfigured):
            over_the_network.send("GET", url, operation="GET /", effect=Effect.READ)


def test_a_credential_that_no_header_can_hold_is_a_wrong_setting() -> None:
    error = failure(answers(200), Effect.WRITE, headers={"Client_Id": "pasted–SECRET"})

    assert type(error) is Misconfigured
    assert "SECRET" not in str(error)


@pytest.mark.parametrize("status", [200, 201, 204, 400, 401, 403, 404, 409])
def test_an_answer_that_arrived_is_the_callers_to_read(status: int) -> None:
    answer = send(answers(status, b"hello", {"X-Uid": "abc"}), Effect.WRITE)

    assert (answer.status, answer.content, answer.headers["x-uid"]) == (status, b"hello", "abc")
    assert answer.refused is (status >= 400)
    assert answer.request_id == "abc"


class CountingPace:
    def __init__(self) -> None:
        self.waits = 0

    def wait(self) -> None:
        self.waits += 1

    def penalty(self, seconds: float) -> None:
        self.penalties = [*getattr(self, "penalties", []), seconds]


def test_a_call_that_was_never_sent_is_tried_once_more_in_its_own_turn() -> None:
    outcomes: list[httpx.Response | Exception] = [httpx.ConnectError("no"), httpx.Response(201, content=b"{}")]
    pace = CountingPace()

    def handler(request: httpx.Request) -> httpx.Response:
        outcome = outcomes.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    assert send(handler, Effect.WRITE, pace=pace).status == 201
    assert pace.waits == 2


@pytest.mark.parametrize(
    ("kind", "tries"), [(httpx.ConnectTimeout, 2), (httpx.ReadTimeout, 1), (httpx.RemoteProtocolError, 1)]
)
def test_nothing_else_is_tried_again_here(kind: type[httpx.RequestError], tries: int) -> None:
    pace = CountingPace()

    failure(fails_with(kind), Effect.READ, pace=pace)

    assert pace.waits == tries


@pytest.mark.parametrize("body", [b"<html>SECRET</html>", b'{"Invoice": {"Net": 1', b"", b"\xff\xfe"])
@pytest.mark.parametrize(
    ("effect", "leaf"), [(Effect.READ, Retryable), (Effect.REPLACE, Retryable), (Effect.WRITE, UnknownOutcome)]
)
def test_a_body_that_is_not_json_is_a_lost_answer(body: bytes, effect: Effect, leaf: type[IntegrationError]) -> None:
    with pytest.raises(IntegrationError) as caught:
        send(answers(201, body), effect).json()

    assert type(caught.value) is leaf
    assert "SECRET" not in str(caught.value)


@pytest.mark.parametrize(("effect", "leaf"), [(Effect.READ, Bug), (Effect.WRITE, UnknownOutcome)])
@pytest.mark.parametrize(
    "body", [b"[]", b"null", b'{"Other": {}}', b'{"Record": {"name": "SECRET"}}', b'{"Record": {"amount": "SECRET"}}']
)
def test_json_of_another_shape_names_the_field_and_not_the_value(
    body: bytes, effect: Effect, leaf: type[IntegrationError]
) -> None:
    with pytest.raises(IntegrationError) as caught:
        send(answers(200, body), effect).one(Record, "Record")

    assert type(caught.value) is leaf
    assert "Record" in str(caught.value)
    assert "SECRET" not in str(caught.value)


def test_a_list_that_is_none_is_not_an_empty_one() -> None:
    with pytest.raises(Bug):
        send(answers(200, b'{"Records": {}}')).many(Record, "Records")


def test_numbers_are_read_as_decimals() -> None:
    [record] = send(answers(200, b'[{"name": "a", "amount": 1645.68}]')).many(Record)

    assert record.amount == Decimal("1645.68")


def test_money_goes_out_digit_by_digit() -> None:
    bodies: list[bytes] = []

    def handler(request: httpx.Request) -> httpx.Response:
        bodies.append(request.read())
        assert request.headers["Content-Type"] == "application/json"
        return httpx.Response(200, content=b"{}")

    send(handler, json={"Price": Decimal("1645.68"), "Day": date(2026, 1, 31), "Text": "åäö"})

    assert bodies == ['{"Price": 1645.68, "Day": "2026-01-31", "Text": "åäö"}'.encode()]


@given(st.decimals(allow_nan=False, allow_infinity=False, places=None))
def test_no_decimal_is_changed_by_the_wire(amount: Decimal) -> None:
    written = to_json([amount]).decode()

    assert Decimal(written.strip("[]")) == amount
    assert "E" not in written


def test_something_without_a_json_form_is_refused() -> None:
    with pytest.raises(TypeError):
        to_json({"a": object()})


def test_parameters_repeat_lists_and_leave_out_what_is_missing() -> None:
    urls: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        urls.append(request.url.query.decode())
        return httpx.Response(200, content=b"{}")

    send(handler, params={"guids": ["a", "b"], "since": None, "text": "", "first": 0})

    assert urls == ["guids=a&guids=b&text=&first=0"]


@pytest.mark.parametrize(
    ("number", "segment"), [("10", "10"), ("A/1", "A%2F1"), ("A 1?", "A%201%3F"), ("å", "%C3%A5"), ("{x}", "%7Bx%7D")]
)
def test_an_id_stays_one_segment_of_the_path(number: str, segment: str) -> None:
    assert path("/3/articles/{number}/x", number=number) == f"/3/articles/{segment}/x"


# The same over a real connection


@contextmanager
def listening(says: bytes) -> Iterator[str]:
    """A server that reads each request, says this much and hangs up."""

    class Hangs(BaseRequestHandler):
        def handle(self) -> None:
            self.request.recv(65536)
            self.request.sendall(says)

    with ThreadingTCPServer(("127.0.0.1", 0), Hangs) as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/"
        finally:
            server.shutdown()


@pytest.mark.parametrize(
    "says",
    [
        b"",
        b"HTTP/1.1 201 Crea",
        b"HTTP/1.1 201 Created\r\nContent-Length: 100\r\n\r\n{",
        b"HTTP/1.1 201 Created\r\nContent-Length: 4\r\nContent-Encoding: gzip\r\n\r\nnope",
        b"SSH-2.0-OpenSSH\r\n",
    ],
    ids=["nothing", "half a line", "half a body", "not gzip", "not http"],
)
@pytest.mark.parametrize(("effect", "leaf"), [(Effect.READ, Retryable), (Effect.WRITE, UnknownOutcome)])
def test_a_connection_that_breaks_after_the_request_loses_the_answer(
    says: bytes, effect: Effect, leaf: type[IntegrationError]
) -> None:
    with listening(says) as url, pytest.raises(IntegrationError) as caught:
        Http(System.FORTNOX).send("POST", url, operation="POST /", effect=effect, json={})

    assert type(caught.value) is leaf


def test_a_silent_server_loses_the_answer_after_the_timeout() -> None:
    with socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        impatient = Http(System.FORTNOX, timeouts=Timeouts(connect=5.0, read=0.05))

        with pytest.raises(UnknownOutcome):
            impatient.send(
                "POST", f"http://127.0.0.1:{silent.getsockname()[1]}/", operation="POST /", effect=Effect.WRITE
            )


def test_a_closed_port_means_that_nothing_was_sent() -> None:
    with socket() as held:
        held.bind(("127.0.0.1", 0))  # and never listens

        with pytest.raises(NotSent):
            Http(System.FORTNOX).send(
                "POST", f"http://127.0.0.1:{held.getsockname()[1]}/", operation="POST /", effect=Effect.WRITE
            )


def test_a_header_that_cannot_be_sent_is_not_quoted() -> None:
    with listening(b"") as url, pytest.raises(IntegrationError) as caught:
        Http(System.FORTNOX).send(
            "GET", url, operation="GET /", effect=Effect.READ, headers={"Authorization": "Bearer SECRET\n"}
        )

    assert "SECRET" not in "".join(format_exception(caught.value))
