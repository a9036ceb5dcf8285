"""Ignored records: by kind and system, with who decided it and why."""

from __future__ import annotations

from dataclasses import replace

from severa_fortnox.errors import System
from severa_fortnox.store import Store
from severa_fortnox.store.ignored import IgnoredRecord
from severa_fortnox.work import Kind

RECORD = IgnoredRecord(Kind.CUSTOMER, System.FORTNOX, "1001", "kontantkund", "user/anna", 1_800_000_000.5)


def test_an_ignored_record_is_found_with_its_reason(store: Store) -> None:
    store.ignored.put("acme", RECORD)
    assert store.ignored.get("acme", Kind.CUSTOMER, System.FORTNOX, "1001") == RECORD


def test_records_are_kept_apart_by_connection_kind_and_system(store: Store) -> None:
    store.ignored.put("acme", RECORD)
    assert store.ignored.get("other", Kind.CUSTOMER, System.FORTNOX, "1001") is None
    assert store.ignored.get("acme", Kind.PROJECT, System.FORTNOX, "1001") is None
    assert store.ignored.get("acme", Kind.CUSTOMER, System.SEVERA, "1001") is None


def test_all_gives_every_record_of_a_kind(store: Store) -> None:
    of_severa = replace(RECORD, system=System.SEVERA, id="guid-1", why="")
    article = replace(RECORD, kind=Kind.PRODUCT, id="A1")
    for record in (of_severa, RECORD, article):
        store.ignored.put("acme", record)
    assert store.ignored.all("acme", Kind.CUSTOMER) == [RECORD, of_severa]
    assert store.ignored.all("acme", Kind.PRODUCT) == [article]
    assert store.ignored.all("other", Kind.CUSTOMER) == []


def test_ignoring_again_gives_the_later_reason(store: Store) -> None:
    later = replace(RECORD, why="dubblett", by="user/bo")
    store.ignored.put("acme", RECORD)
    store.ignored.put("acme", later)
    assert store.ignored.all("acme", Kind.CUSTOMER) == [later]


def test_a_record_is_taken_back_once(store: Store) -> None:
    store.ignored.put("acme", RECORD)
    assert store.ignored.remove("acme", Kind.CUSTOMER, System.FORTNOX, "1001")
    assert not store.ignored.remove("acme", Kind.CUSTOMER, System.FORTNOX, "1001")
    assert store.ignored.all("acme", Kind.CUSTOMER) == []
