"""Tokens are asked for once, shared, and never used when they are about to end or were refused."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from threading import Barrier

import pytest

from severa_fortnox.tokens import Token, TokenCache


class Endpoint:
    """Gives tokens that live for an hour; counts the requests."""

    def __init__(self, now: float = 0.0) -> None:
        self.given = 0
        self.now = now
        self._numbers: Iterator[int] = count(1)

    def __call__(self) -> Token:
        self.given += 1
        return Token(f"token-{next(self._numbers)}", self.now + 3600)


class SharedStore:
    """What the containers share."""

    def __init__(self) -> None:
        self.tokens: dict[str, Token] = {}

    def get(self, name: str) -> Token | None:
        return self.tokens.get(name)

    def put(self, name: str, token: Token) -> None:
        self.tokens[name] = token


def test_a_token_is_kept() -> None:
    cache, endpoint = TokenCache(clock=lambda: 0.0), Endpoint()

    assert [cache.get("a", endpoint), cache.get("a", endpoint)] == ["token-1", "token-1"]


def test_tokens_of_two_names_are_not_mixed() -> None:
    cache, endpoint = TokenCache(clock=lambda: 0.0), Endpoint()

    assert [cache.get("a", endpoint), cache.get("b", endpoint)] == ["token-1", "token-2"]


@pytest.mark.parametrize(("at", "token"), [(3539.0, "token-1"), (3540.0, "token-2"), (3600.0, "token-2")])
def test_a_token_is_not_used_in_its_last_minute(at: float, token: str) -> None:
    now = 0.0
    cache, endpoint = TokenCache(clock=lambda: now), Endpoint()
    cache.get("a", endpoint)

    now = at

    assert cache.get("a", endpoint) == token


def test_eight_threads_ask_once() -> None:
    cache, endpoint, start = TokenCache(clock=lambda: 0.0), Endpoint(), Barrier(8)

    def get() -> str:
        start.wait()
        return cache.get("a", endpoint)

    with ThreadPoolExecutor(8) as pool:
        tokens = [future.result() for future in [pool.submit(get) for _ in range(8)]]

    assert set(tokens) == {"token-1"}
    assert endpoint.given == 1


def test_containers_share_a_token_through_the_store() -> None:
    store, endpoint = SharedStore(), Endpoint()

    first = TokenCache(store, clock=lambda: 0.0).get("a", endpoint)
    second = TokenCache(store, clock=lambda: 0.0).get("a", endpoint)

    assert first == second
    assert endpoint.given == 1


def test_a_refused_token_is_replaced_in_the_store_too() -> None:
    store, endpoint = SharedStore(), Endpoint()
    cache = TokenCache(store, clock=lambda: 0.0)
    cache.refuse("a", cache.get("a", endpoint))

    assert cache.get("a", endpoint) == "token-2"
    assert store.tokens["a"].value == "token-2"


def test_eight_threads_whose_token_is_refused_ask_once() -> None:
    cache, endpoint, start = TokenCache(SharedStore(), clock=lambda: 0.0), Endpoint(), Barrier(8)
    old = cache.get("a", endpoint)

    def renew() -> str:
        start.wait()
        cache.refuse("a", old)
        return cache.get("a", endpoint)

    with ThreadPoolExecutor(8) as pool:
        tokens = [future.result() for future in [pool.submit(renew) for _ in range(8)]]

    assert set(tokens) == {"token-2"}
    assert endpoint.given == 2


def test_a_failed_request_leaves_nothing_behind() -> None:
    cache, endpoint = TokenCache(clock=lambda: 0.0), Endpoint()

    def broken() -> Token:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        cache.get("a", broken)

    assert cache.get("a", endpoint) == "token-1"


def test_a_forgotten_token_is_read_from_the_store_again() -> None:
    store, endpoint = SharedStore(), Endpoint()
    cache = TokenCache(store, clock=lambda: 0.0)
    old = cache.get("a", endpoint)
    store.put("a", Token("newer", 3600.0))

    cache.forget("a", old)

    assert cache.get("a", endpoint) == "newer"


def test_a_token_does_not_show_its_value() -> None:
    assert "token-1" not in repr(Endpoint()())
