"""How Fortnox lets us in, and what happens when it does not."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from threading import Barrier, Lock
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest

from severa_fortnox.errors import Busy, IntegrationError, Misconfigured, NotSent, RateLimited, Retryable, System
from severa_fortnox.fortnox.auth import ClientCredentials, RefreshGrant
from severa_fortnox.http import Http
from severa_fortnox.tokens import Token, TokenCache, TokenPair

AUTH = "https://apps.fortnox.test/oauth-v1"
ROUTE = "POST /oauth-v1/token"
OVER = 0.0
FAR = 1_000_000.0


def refused(error: str, description: str = "", status: int = 400, kind: str = "text/html") -> httpx.Response:
    body = httpx.Response(status, json={"error": error, "error_description": description})
    return httpx.Response(status, content=body.content, headers={"Content-Type": f"{kind}; charset=UTF-8"})


def granted(access: str, refresh: str | None = None) -> httpx.Response:
    body = {"access_token": access, "expires_in": 3600, "token_type": "bearer", "scope": "invoice"}
    return httpx.Response(200, json={**body, **({"refresh_token": refresh} if refresh else {})})


def form(request: httpx.Request) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(request.content.decode()).items()}


# Client credentials


@pytest.fixture
def service(http: Http) -> ClientCredentials:
    return ClientCredentials(http, AUTH, "app", "s3cr3t", "34231", TokenCache(clock=lambda: 0.0), clock=lambda: 0.0)


def test_a_service_account_asks_for_its_tenant(server: Any, service: ClientCredentials) -> None:
    assert [service.token(), service.token()] == ["access-1", "access-1"]

    [request] = server.requests
    assert request.headers["Authorization"] == "Basic " + b64encode(b"app:s3cr3t").decode()
    assert request.headers["TenantId"] == "34231"
    assert request.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert form(request) == {"grant_type": "client_credentials"}


def test_a_refused_token_is_replaced(service: ClientCredentials) -> None:
    service.refuse(service.token())

    assert service.token() == "access-2"


@pytest.mark.parametrize(
    ("answer", "leaf", "text"),
    [
        (refused("invalid_client", "The client ...", 401, "text/plain"), Misconfigured, "client secret"),
        (refused("invalid_grant"), Misconfigured, "connect again"),
        (refused("error_missing_license", "x"), Misconfigured, "licence"),
        (refused("error_missing_license", "x", 403), Misconfigured, "licence"),
        (refused("something_new", "in their words"), Misconfigured, "in their words"),
        (httpx.Response(404, content=b"<html>SECRET</html>"), Misconfigured, "refused (404)"),
        (httpx.Response(429), RateLimited, "too many"),
        (httpx.Response(500), Retryable, "500"),
        (httpx.Response(200, content=b"<html>SECRET</html>"), Retryable, "not JSON"),
        (httpx.ReadTimeout("x"), Retryable, "ReadTimeout"),
        (httpx.ConnectError("x"), NotSent, "no connection"),
    ],
)
def test_no_token_is_named_by_its_cause(
    server: Any,
    service: ClientCredentials,
    answer: httpx.Response | Exception,
    leaf: type[IntegrationError],
    text: str,
) -> None:
    server.on(ROUTE, answer)

    with pytest.raises(IntegrationError) as caught:
        service.token()

    assert type(caught.value) is leaf
    assert text in caught.value.text
    assert "SECRET" not in str(caught.value)
    assert "s3cr3t" not in str(caught.value)


# Refresh tokens


class PairStore:
    """One connection's pair, shared; remembers whether it was ever written without its lease."""

    def __init__(self, access_ends: float = OVER) -> None:
        self.pair = TokenPair(Token("old-access", access_ends), "refresh-1")
        self.written_without_lease = False
        self.on_read: Callable[[int], None] = lambda times: None
        self.reads = 0
        self._lease = Lock()

    def read(self) -> TokenPair:
        self.reads += 1
        self.on_read(self.reads)
        return self.pair

    def replace(self, old_refresh: str, new: TokenPair) -> bool:
        self.written_without_lease |= not self._lease.locked()
        if self.pair.refresh != old_refresh:
            return False
        self.pair = new
        return True

    def lock(self) -> AbstractContextManager[object]:
        return self._lease

    def reconnect(self) -> None:
        """A person gives consent again."""
        self.pair = TokenPair(Token("reconnected-access", FAR), "reconnected-refresh")


@pytest.fixture
def store() -> PairStore:
    return PairStore()


@pytest.fixture
def grant(http: Http, store: PairStore) -> RefreshGrant:
    return RefreshGrant(http, AUTH, "app", "s3cr3t", store, clock=lambda: 0.0)


def test_a_stored_access_token_is_used_while_it_lives(server: Any, http: Http) -> None:
    grant = RefreshGrant(http, AUTH, "app", "s3cr3t", PairStore(access_ends=FAR), clock=lambda: 0.0)

    assert grant.token() == "old-access"
    assert server.requests == []


def test_both_tokens_are_stored_under_the_lease_before_either_is_used(
    server: Any, grant: RefreshGrant, store: PairStore
) -> None:
    server.on(ROUTE, granted("new-access", "refresh-2"))

    assert grant.token() == "new-access"
    assert store.pair == TokenPair(Token("new-access", 3600.0), "refresh-2")
    assert not store.written_without_lease
    assert form(server.requests[0]) == {"grant_type": "refresh_token", "refresh_token": "refresh-1"}


def test_an_answer_that_cannot_be_stored_is_not_used(server: Any, grant: RefreshGrant, store: PairStore) -> None:
    def broken(old_refresh: str, new: TokenPair) -> bool:
        raise Retryable("the store does not answer", system=System.STORE, operation="replace pair")

    store.replace = broken  # type: ignore[method-assign]
    server.on(ROUTE, granted("new-access", "refresh-2"))

    with pytest.raises(Retryable):
        grant.token()


def test_two_workers_refresh_once(server: Any, http: Http, store: PairStore) -> None:
    server.on(ROUTE, granted("new-access", "refresh-2"), refused("invalid_grant"))
    workers = [RefreshGrant(http, AUTH, "app", "s3cr3t", store, clock=lambda: 0.0) for _ in range(2)]
    start = Barrier(2)

    def use(worker: RefreshGrant) -> str:
        start.wait()
        return worker.token()

    with ThreadPoolExecutor(2) as pool:
        tokens = [future.result() for future in [pool.submit(use, worker) for worker in workers]]

    assert tokens == ["new-access", "new-access"]
    assert len(server.requests) == 1


def test_a_refresh_waits_for_the_one_who_holds_the_lease(server: Any, grant: RefreshGrant, store: PairStore) -> None:
    def held() -> AbstractContextManager[object]:
        raise Busy("held", system=System.STORE, operation="take lease")

    store.lock = held  # type: ignore[method-assign]

    with pytest.raises(Busy):
        grant.token()
    assert server.requests == []


def test_a_refused_access_token_is_refreshed_although_it_seems_alive(server: Any, http: Http) -> None:
    grant = RefreshGrant(http, AUTH, "app", "s3cr3t", PairStore(access_ends=FAR), clock=lambda: 0.0)
    server.on(ROUTE, granted("new-access", "refresh-2"))
    grant.refuse(grant.token())

    assert grant.token() == "new-access"


def test_a_missing_right_costs_no_refresh_but_a_new_consent_is_found(server: Any, http: Http) -> None:
    store = PairStore(access_ends=FAR)
    grant = RefreshGrant(http, AUTH, "app", "s3cr3t", store, clock=lambda: 0.0)
    grant.forget(grant.token())
    assert grant.token() == "old-access"

    store.reconnect()
    grant.forget("old-access")

    assert grant.token() == "reconnected-access"
    assert server.requests == []


LOST: list[httpx.Response | Exception] = [httpx.ReadTimeout("x"), httpx.Response(502), httpx.Response(200, text="<")]


@pytest.mark.parametrize("lost", LOST, ids=repr)
def test_a_lost_answer_is_asked_for_again_with_the_same_token(
    server: Any, grant: RefreshGrant, store: PairStore, lost: httpx.Response | Exception
) -> None:
    server.on(ROUTE, lost, granted("new-access", "refresh-2"))

    assert grant.token() == "new-access"
    assert [form(request)["refresh_token"] for request in server.requests] == ["refresh-1", "refresh-1"]
    assert store.pair.refresh == "refresh-2"


def test_a_lost_answer_that_spent_the_token_loses_the_connection(server: Any, grant: RefreshGrant) -> None:
    server.on(ROUTE, httpx.ReadTimeout("x"), refused("invalid_grant", "Invalid refresh token"))

    with pytest.raises(Misconfigured) as caught:
        grant.token()

    assert "connect again" in caught.value.text
    assert "refresh-1" not in str(caught.value)


def test_an_answer_lost_twice_is_tried_later(server: Any, grant: RefreshGrant, store: PairStore) -> None:
    server.on(ROUTE, httpx.ReadTimeout("x"))

    with pytest.raises(Retryable):
        grant.token()

    assert len(server.requests) == 2
    assert store.pair.refresh == "refresh-1"


def test_a_lost_answer_looks_for_a_new_consent_first(server: Any, grant: RefreshGrant, store: PairStore) -> None:
    server.on(ROUTE, httpx.ReadTimeout("x"))
    store.on_read = lambda times: store.reconnect() if times == 3 else None

    assert grant.token() == "reconnected-access"
    assert len(server.requests) == 1


def test_an_invalid_token_is_read_again_once_before_giving_up(
    server: Any, grant: RefreshGrant, store: PairStore
) -> None:
    server.on(ROUTE, refused("invalid_grant"))
    store.on_read = lambda times: store.reconnect() if times == 3 else None

    assert grant.token() == "reconnected-access"


def test_an_invalid_token_that_nobody_replaced_needs_a_person(server: Any, grant: RefreshGrant) -> None:
    server.on(ROUTE, refused("invalid_grant", "Invalid refresh token"))

    with pytest.raises(Misconfigured) as caught:
        grant.token()

    assert (caught.value.code, len(server.requests)) == ("invalid_grant", 1)
    assert "connect again" in caught.value.text


def test_a_consent_given_during_the_refresh_wins(server: Any, grant: RefreshGrant, store: PairStore) -> None:
    server.on(ROUTE, granted("new-access", "refresh-2"))
    replace = store.replace

    def late(old_refresh: str, new: TokenPair) -> bool:
        store.reconnect()
        return replace(old_refresh, new)

    store.replace = late  # type: ignore[method-assign]

    assert grant.token() == "reconnected-access"
    assert store.pair.refresh == "reconnected-refresh"


@pytest.mark.parametrize(
    ("answer", "leaf"),
    [
        (refused("invalid_client", status=401), Misconfigured),
        (refused("error_missing_license"), Misconfigured),
        (httpx.Response(429), RateLimited),
        (httpx.ConnectError("x"), NotSent),
    ],
)
def test_other_failures_keep_the_refresh_token(
    server: Any, grant: RefreshGrant, store: PairStore, answer: httpx.Response | Exception, leaf: type[IntegrationError]
) -> None:
    server.on(ROUTE, answer)

    with pytest.raises(IntegrationError) as caught:
        grant.token()

    assert type(caught.value) is leaf
    assert store.pair.refresh == "refresh-1"
