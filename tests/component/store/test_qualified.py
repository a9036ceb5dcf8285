"""Qualified customers: remembered for good, each one news to exactly one worker."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError

from severa_fortnox.store import Store


def guids(count: int, first: int = 0) -> list[str]:
    return [f"guid-{number:04}" for number in range(first, first + count)]


def test_a_customer_is_news_once(store: Store) -> None:
    assert store.qualified.add("acme", ["a", "b", "a"]) == {"a", "b"}
    assert store.qualified.add("acme", ["b", "c"]) == {"c"}
    assert store.qualified.add("acme", []) == set()
    assert store.qualified.all("acme") == {"a", "b", "c"}


def test_customers_are_kept_apart_by_connection(store: Store) -> None:
    store.qualified.add("acme", ["a"])
    assert store.qualified.among("other", ["a"]) == set()
    assert store.qualified.all("other") == set()
    assert store.qualified.add("other", ["a"]) == {"a"}


def test_among_gives_those_that_are_known(store: Store) -> None:
    store.qualified.add("acme", ["a", "b"])
    assert store.qualified.among("acme", iter(["c", "b", "b"])) == {"b"}
    assert store.qualified.among("acme", []) == set()


def test_more_than_one_request_holds(store: Store) -> None:
    store.qualified.add("acme", guids(3, first=99))
    assert store.qualified.add("acme", guids(230)) == set(guids(230)) - set(guids(3, first=99))
    assert store.qualified.among("acme", guids(250)) == set(guids(230))
    assert store.qualified.all("acme") == set(guids(230))


def test_what_is_known_costs_a_read_and_no_write(store: Store, dynamodb: Any) -> None:
    store.qualified.add("acme", guids(5))
    before = dynamodb.items()
    with counted(store) as calls:
        assert store.qualified.add("acme", guids(5)) == set()
    assert calls == ["BatchGetItem"]
    assert sorted(map(str, dynamodb.items())) == sorted(map(str, before))


def test_many_new_ones_cost_one_write_for_a_hundred(store: Store) -> None:
    with counted(store) as calls:
        store.qualified.add("acme", guids(200))
    assert calls == ["BatchGetItem", "BatchGetItem", "TransactWriteItems", "TransactWriteItems"]


def test_what_another_worker_adds_in_between_is_its_news(
    store: Store, make_store: Callable[[], Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    other, read = make_store(), store.qualified.table.client.batch_get_item

    def overtaken(**request: Any) -> Any:
        answer = read(**request)
        monkeypatch.undo()
        assert other.qualified.add("acme", ["b", "d"]) == {"b", "d"}
        return answer

    monkeypatch.setattr(store.qualified.table.client, "batch_get_item", overtaken)
    assert store.qualified.add("acme", ["a", "b", "c"]) == {"a", "c"}
    assert store.qualified.all("acme") == {"a", "b", "c", "d"}


def test_a_write_whose_answer_was_lost_is_still_our_news(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    write = store.qualified.table.client.transact_write_items

    def lost(**request: Any) -> Any:
        write(**request)
        monkeypatch.undo()
        raise ReadTimeoutError(endpoint_url="http://dynamodb.test")

    monkeypatch.setattr(store.qualified.table.client, "transact_write_items", lost)
    assert store.qualified.add("acme", ["a", "b"]) == {"a", "b"}


@pytest.mark.usefixtures("concurrent")
def test_of_many_workers_each_customer_is_news_to_one(make_store: Callable[[], Store]) -> None:
    stores = [make_store() for _ in range(4)]
    # Each shares half of its customers with the next, so that parts of a write are another's.
    with ThreadPoolExecutor(4) as workers:
        told = list(workers.map(lambda n: stores[n].qualified.add("acme", guids(40, first=20 * n)), range(4)))
    assert sorted(guid for news in told for guid in news) == guids(100)
    assert stores[0].qualified.all("acme") == set(guids(100))


@contextmanager
def counted(store: Store) -> Iterator[list[str]]:
    """The requests to DynamoDB in here, by name."""
    calls: list[str] = []

    def note(model: Any, **_: Any) -> None:
        calls.append(model.name)

    events = store.qualified.table.client.meta.events
    events.register("before-call.dynamodb", note)
    try:
        yield calls
    finally:
        events.unregister("before-call.dynamodb", note)
