"""Problems: news once, told once, gone once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from severa_fortnox.reason import Reason
from severa_fortnox.store import Store
from severa_fortnox.store.problems import Opened, Problem, ProblemState

UNIT = Reason("unit-missing", {"unit": "h", "row": "3"})
CUSTOMER = Reason("customer-missing")
MINUTE, HOUR = 60, 3600


def meet(store: Store, *reasons: Reason, subject: str = "invoice#guid-1") -> Opened:
    return store.problems.open("acme", subject, reasons or (UNIT,), name="invoice 7", detail={"amount": "1 250,00"})


def stored(store: Store) -> Problem | None:
    return store.problems.get("acme", "invoice#guid-1")


def test_a_new_problem_is_news(store: Store, clock: Any) -> None:
    opened = meet(store, UNIT, CUSTOMER)
    assert opened.news
    assert opened.problem == stored(store)
    assert opened.problem.reasons == (UNIT, CUSTOMER)
    assert (opened.problem.count, opened.problem.mailed, opened.problem.opened_at) == (1, False, clock())
    assert opened.problem.detail == {"amount": "1 250,00"}


def test_the_same_reasons_in_any_order_are_no_news(store: Store, clock: Any) -> None:
    first = meet(store, UNIT, CUSTOMER).problem
    assert store.problems.mailed(first)
    clock.now += 90
    again = meet(store, CUSTOMER, UNIT)
    assert not again.news
    assert again.problem == stored(store)
    assert (again.problem.count, again.problem.mailed) == (2, True)
    assert (again.problem.opened_at, again.problem.last_seen_at) == (first.opened_at, clock())


def test_looking_again_becomes_rarer(store: Store, clock: Any) -> None:
    waits = [meet(store).problem.retry_at - clock() for _ in range(6)]
    assert waits == [5 * MINUTE, 15 * MINUTE, HOUR, 6 * HOUR, 6 * HOUR, 6 * HOUR]


@pytest.mark.parametrize("reason", [CUSTOMER, Reason("unit-missing", {"unit": "day", "row": "3"})])
def test_other_reasons_are_news_and_are_looked_at_soon(store: Store, clock: Any, reason: Reason) -> None:
    first = meet(store).problem
    meet(store)
    store.problems.mailed(first)
    clock.now += 90
    other = meet(store, reason)
    assert other.news
    assert (other.problem.mailed, other.problem.count) == (False, 1)
    assert other.problem.opened_at == first.opened_at
    assert other.problem.retry_at == clock() + 5 * MINUTE


def test_resolved_is_told_once_and_then_forgotten(store: Store) -> None:
    store.problems.mailed(meet(store).problem)
    resolved = store.problems.resolve("acme", "invoice#guid-1")
    assert resolved is not None and resolved == stored(store)
    assert (resolved.state, resolved.mailed) == (ProblemState.RESOLVED, False)
    assert store.problems.all_open("acme") == []
    assert store.problems.unmailed("acme") == [resolved]
    assert store.problems.resolve("acme", "invoice#guid-1") is None
    assert store.problems.mailed(resolved)
    assert stored(store) is None


def test_nothing_to_resolve_is_fine(store: Store) -> None:
    assert store.problems.resolve("acme", "invoice#guid-1") is None


def test_a_problem_that_comes_back_is_news(store: Store) -> None:
    store.problems.mailed(meet(store).problem)
    resolved = store.problems.resolve("acme", "invoice#guid-1")
    assert resolved is not None
    assert meet(store).news
    assert not store.problems.mailed(resolved)
    problem = stored(store)
    assert problem is not None and problem.state is ProblemState.OPEN and not problem.mailed


def test_a_mail_about_outdated_reasons_does_not_count(store: Store) -> None:
    first = meet(store).problem
    second = meet(store, CUSTOMER).problem
    assert not store.problems.mailed(first)
    assert store.problems.unmailed("acme") == [second]


def test_a_mail_counts_although_the_problem_was_met_again_meanwhile(store: Store) -> None:
    first = meet(store).problem
    meet(store)
    assert store.problems.mailed(first)
    assert store.problems.unmailed("acme") == []


def test_open_problems_of_one_connection_come_oldest_first(store: Store, clock: Any) -> None:
    meet(store, subject="invoice#b")
    clock.now += 1
    meet(store, subject="customer#a")
    store.problems.open("other", "invoice#c", [UNIT], name="x", detail={})
    assert [problem.subject for problem in store.problems.all_open("acme")] == ["invoice#b", "customer#a"]
    assert [problem.subject for problem in store.problems.unmailed("acme")] == ["invoice#b", "customer#a"]


@pytest.mark.usefixtures("concurrent")
def test_of_many_workers_one_brings_the_news(make_store: Callable[[], Store]) -> None:
    with ThreadPoolExecutor(4) as workers:
        opened = list(workers.map(meet, [make_store() for _ in range(4)]))
    assert sum(one.news for one in opened) == 1
    assert sorted(one.problem.count for one in opened) == [1, 2, 3, 4]
