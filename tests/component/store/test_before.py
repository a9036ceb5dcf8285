"""The numbers that were there before: written once, whole, however many."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from severa_fortnox.errors import Retryable
from severa_fortnox.store import Store
from severa_fortnox.work import Kind

#: Two items of them and a bit.
MANY = frozenset(f"{number:07}-ÅÄÖ" for number in range(25_000))


def test_nobody_has_looked_yet(store: Store) -> None:
    assert store.before.get("acme", Kind.CUSTOMER) is None


@pytest.mark.parametrize("numbers", [frozenset(), frozenset({"1001", "0017", "A#1/2"}), MANY], ids=len)
def test_the_numbers_come_back_as_they_were(store: Store, numbers: frozenset[str]) -> None:
    store.before.put_once("acme", Kind.CUSTOMER, iter([*numbers, *list(numbers)[:5]]))
    assert store.before.get("acme", Kind.CUSTOMER) == numbers


@pytest.mark.parametrize("first", [frozenset(), frozenset({"1001"}), MANY], ids=len)
def test_only_the_first_list_counts(store: Store, dynamodb: Any, first: frozenset[str]) -> None:
    store.before.put_once("acme", Kind.CUSTOMER, first)
    before = len(dynamodb.items())
    store.before.put_once("acme", Kind.CUSTOMER, ["1002"])
    store.before.put_once("acme", Kind.CUSTOMER, MANY)
    assert store.before.get("acme", Kind.CUSTOMER) == first
    assert len(dynamodb.items()) == before


def test_lists_are_kept_apart_by_connection_and_kind(store: Store) -> None:
    store.before.put_once("acme", Kind.CUSTOMER, ["1001"])
    store.before.put_once("acme", Kind.PRODUCT, MANY)
    assert store.before.get("other", Kind.CUSTOMER) is None
    assert store.before.get("acme", Kind.PROJECT) is None
    assert store.before.get("acme", Kind.CUSTOMER) == {"1001"}


def test_a_worker_that_dies_halfway_leaves_no_list(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    put = store.before.table.client.put_item
    written: list[Any] = []

    def once(**request: Any) -> Any:
        if written:
            raise Retryable("died", system="store", operation="put")  # type: ignore[arg-type]
        written.append(request)
        return put(**request)

    monkeypatch.setattr(store.before.table.client, "put_item", once)
    with pytest.raises(Retryable):
        store.before.put_once("acme", Kind.CUSTOMER, MANY)
    monkeypatch.undo()
    assert store.before.get("acme", Kind.CUSTOMER) is None
    store.before.put_once("acme", Kind.CUSTOMER, MANY - {"0000000-ÅÄÖ"})
    assert store.before.get("acme", Kind.CUSTOMER) == MANY - {"0000000-ÅÄÖ"}


@pytest.mark.usefixtures("concurrent")
def test_of_many_workers_one_list_wins_whole_and_nothing_else_stays(
    make_store: Callable[[], Store], dynamodb: Any
) -> None:
    lists = [frozenset(f"{worker}-{number:06}" for number in range(35_000)) for worker in range(3)]
    stores = [make_store() for _ in lists]
    with ThreadPoolExecutor(3) as workers:
        list(workers.map(lambda n: stores[n].before.put_once("acme", Kind.CUSTOMER, lists[n]), range(3)))
    assert stores[0].before.get("acme", Kind.CUSTOMER) in lists
    assert len(dynamodb.items()) == 2
