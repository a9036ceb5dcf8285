"""The limiter: never above the limit, never below what the limit allows."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from severa_fortnox.errors import Bug, Retryable, System
from severa_fortnox.store import Store
from severa_fortnox.store.failures import ConditionFailed
from severa_fortnox.store.limiter import (
    AHEAD,
    FORTNOX_LIMIT,
    FORTNOX_WINDOW,
    SEVERA_LIMIT,
    SEVERA_WINDOW,
    Limiter,
    reserve,
)
from severa_fortnox.store.table import Table


def most_in_any_window(times: Sequence[Any], window: Any) -> int:
    """The most times in any half-open interval of that length."""
    ordered = sorted(times)
    return max(sum(1 for time in ordered if start <= time < start + window) for start in ordered)


moments = st.fractions(min_value=0, max_value=50, max_denominator=20)


@given(
    requests=st.lists(st.tuples(moments, st.integers(1, 9)), min_size=1, max_size=15),
    limit=st.integers(1, 6),
    window=st.fractions(min_value=Fraction(1, 10), max_value=10, max_denominator=20),
)
def test_whoever_reserves_whenever_no_window_holds_more_than_the_limit(
    requests: list[tuple[Fraction, int]], limit: int, window: Fraction
) -> None:
    log: list[Any] = []
    sent: list[Any] = []
    for now, calls in requests:  # in any order: the clocks of two workers differ
        granted, log = reserve(log, now, calls, limit, window)  # type: ignore[arg-type]
        assert granted == sorted(granted)
        assert len(granted) == calls
        assert all(at >= now for at in granted)
        assert len(log) <= limit
        sent += granted
    assert most_in_any_window(sent, window) <= limit


@given(
    requests=st.lists(st.tuples(moments, st.integers(1, 9)), min_size=1, max_size=15),
    limit=st.integers(1, 6),
    window=st.fractions(min_value=Fraction(1, 10), max_value=10, max_denominator=20),
)
def test_each_call_goes_as_early_as_the_window_allows(
    requests: list[tuple[Fraction, int]], limit: int, window: Fraction
) -> None:
    log: list[Any] = []
    sent: list[Any] = []
    for now, calls in sorted(requests):
        granted, log = reserve(log, now, calls, limit, window)  # type: ignore[arg-type]
        for at in granted:
            before = len(sent) - limit
            assert at == (now if before < 0 else max(now, sent[before] + window))
            sent.append(at)


@given(calls=st.integers(1, 60), split=st.integers(1, 59))
def test_reserving_together_is_the_same_as_one_by_one(calls: int, split: int) -> None:
    together, _ = reserve([], 0, calls, 25, 5.2)
    first, log = reserve([], 0, min(split, calls), 25, 5.2)
    rest, _ = reserve(log, 0, calls - len(first), 25, 5.2)
    assert first + rest == together


@pytest.mark.parametrize(
    ("limit", "window", "allowed", "per"),
    [(FORTNOX_LIMIT, FORTNOX_WINDOW, 25, 5.0), (SEVERA_LIMIT, SEVERA_WINDOW, 10, 1.0)],
)
def test_the_limits_stay_below_the_vendors_and_above_nine_tenths(
    limit: int, window: float, allowed: int, per: float
) -> None:
    assert 0.94 * allowed / per <= limit / window < allowed / per


class Counting:
    """Counts the requests that go through to a client."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self.calls: list[str] = []

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def call(**request: Any) -> Any:
            self.calls.append(name)
            return getattr(self.client, name)(**request)

        return call


def limiter(engine: Any, clock: Any, limit: int = 3, window: float = 10.0) -> Limiter:
    return Limiter(Table(engine.client, engine.state_table), "acme", "fortnox", limit, window, clock, clock.sleep)


def test_calls_within_the_limit_do_not_wait(dynamodb: Any, clock: Any) -> None:
    pace = limiter(dynamodb, clock)
    start = clock()
    for _ in range(3):
        pace.wait()
    assert clock() == pytest.approx(start + 3 * AHEAD)
    pace.wait()
    assert clock() == pytest.approx(start + AHEAD + 10)


def test_alone_a_call_costs_one_write_and_no_read(dynamodb: Any, clock: Any) -> None:
    dynamodb.client = counting = Counting(dynamodb.client)
    pace = limiter(dynamodb, clock)
    for _ in range(5):
        pace.wait()
    assert counting.calls == ["put_item"] * 5


def test_processes_share_one_limit(dynamodb: Any, clock: Any) -> None:
    one, other = limiter(dynamodb, clock), limiter(dynamodb, clock)
    start = clock()
    times = []
    for pace in (one, other, one, other, other, one, one):
        pace.wait()
        times.append(clock() - start)
    assert most_in_any_window(times, 10.0) == 3
    assert times[3] == pytest.approx(10, abs=0.1)
    assert times[6] == pytest.approx(20, abs=0.1)


def test_connections_have_limits_of_their_own(store: Store, clock: Any) -> None:
    start = clock()
    for _ in range(SEVERA_LIMIT):
        store.pace("acme", System.SEVERA).wait()
        store.pace("other", System.SEVERA).wait()
        store.pace("acme", System.FORTNOX).wait()
    assert clock() == pytest.approx(start + 3 * SEVERA_LIMIT * AHEAD)


def test_the_store_gives_the_same_limiter_again(store: Store) -> None:
    assert store.pace("acme", System.SEVERA) is store.pace("acme", System.SEVERA)
    with pytest.raises(Bug):
        store.pace("acme", System.STORE)


def test_a_penalty_holds_back_every_process(dynamodb: Any, clock: Any) -> None:
    one, other = limiter(dynamodb, clock), limiter(dynamodb, clock)
    other.wait()
    one.penalty(7)
    one.penalty(2)
    start = clock()
    other.wait()
    assert clock() == pytest.approx(start + 7, abs=0.01)


class Gate:
    """A client that holds the first put until told, and counts them all."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self.entered, self.go = threading.Event(), threading.Event()
        self.puts = 0

    def put_item(self, **request: Any) -> Any:
        self.puts += 1
        if self.puts == 1:
            self.entered.set()
            assert self.go.wait(10)
        return self.client.put_item(**request)


def test_threads_that_wait_at_the_same_time_share_one_write(dynamodb: Any, clock: Any) -> None:
    real = dynamodb.client
    dynamodb.client = gate = Gate(real)
    pace = limiter(dynamodb, clock, limit=100)
    threads = [threading.Thread(target=pace.wait) for _ in range(10)]
    threads[0].start()
    assert gate.entered.wait(10)
    for thread in threads[1:]:
        thread.start()
    while len(pace._waiting) < 9:
        time.sleep(0.001)
    gate.go.set()
    for thread in threads:
        thread.join(10)
    assert gate.puts == 2
    dynamodb.client = real
    (item,) = dynamodb.items()
    assert len(item["sent"]["L"]) == 10


class Broken:
    """A client whose first put fails like a service that is down."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self.failures = 1

    def put_item(self, **request: Any) -> Any:
        if self.failures:
            self.failures -= 1
            raise Retryable("down", system=System.STORE, operation="PutItem")
        return self.client.put_item(**request)


def test_a_failed_reservation_reserves_nothing(dynamodb: Any, clock: Any) -> None:
    dynamodb.client = Broken(dynamodb.client)
    pace = limiter(dynamodb, clock, limit=1)
    start = clock()
    with pytest.raises(Retryable):
        pace.wait()
    pace.wait()
    assert clock() == pytest.approx(start + AHEAD)


class Deaf:
    """A client that, like the SDK, repeats a put whose answer was lost."""

    def __init__(self, client: Any) -> None:
        self.client = client

    def put_item(self, **request: Any) -> Any:
        self.client.put_item(**request)
        return self.client.put_item(**request)


def test_a_repeated_put_counts_once(dynamodb: Any, clock: Any) -> None:
    dynamodb.client = Deaf(real := dynamodb.client)
    limiter(dynamodb, clock).wait()
    dynamodb.client = real
    (item,) = dynamodb.items()
    assert len(item["sent"]["L"]) == 1


def test_sixteen_threads_in_three_processes_keep_the_limit_and_use_it(concurrent: Any) -> None:
    limit, window, calls = 10, 0.3, 60
    table = Table(concurrent.client, concurrent.state_table)
    paces = [Limiter(table, "acme", "x", limit, window, time.time, time.sleep) for _ in range(3)]
    left = iter(range(calls))
    lock = threading.Lock()
    granted: list[float] = []

    def work(pace: Limiter) -> None:
        while True:
            with lock:
                if next(left, None) is None:
                    return
            at = pace._reserved()
            with lock:
                granted.append(at)
            time.sleep(max(0.0, at - time.time()))

    threads = [threading.Thread(target=work, args=(paces[number % 3],)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(granted) == calls
    assert most_in_any_window(granted, window - 1e-6) <= limit
    # The last call could not go earlier than after five full windows; losing one more would be waste.
    assert 5 * window - 1e-6 <= max(granted) - min(granted) < 6.5 * window


def test_a_lost_race_is_tried_again_from_what_the_winner_wrote(dynamodb: Any, clock: Any) -> None:
    one, other = limiter(dynamodb, clock, limit=1), limiter(dynamodb, clock, limit=1)
    one.wait()
    other.wait()
    assert len(clock.slept) == 3  # the lead of the first call, the pause after the lost race, and the window
    with pytest.raises(ConditionFailed):
        one.table.put({"pk": "C#acme", "sk": "LIMITER#fortnox"}, "attribute_not_exists(#pk)")
