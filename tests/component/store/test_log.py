"""The transfer log: append-only, newest first, by outcome, by record."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from severa_fortnox.store import Store
from severa_fortnox.store.log import Entry, Log, Outcome
from severa_fortnox.work import Cause, Kind

ENTRY = Entry(
    "acme",
    1_800_000_000.125,
    Kind.INVOICE,
    "guid-1",
    Outcome.TRANSFERRED,
    "invoice 7 became 1042",
    Cause.POLL,
    "invoice 7",
    "1042",
    {"total": "1250.00"},
)
REFUSED = replace(ENTRY, at=ENTRY.at + 1, outcome=Outcome.REFUSED, id="guid-2", name=None, foreign_id=None, detail={})


def test_an_entry_comes_back_as_it_was(store: Store) -> None:
    store.log.add(ENTRY)
    assert store.log.newest("acme", 10) == [ENTRY]


def test_newest_first_and_no_more_than_asked(store: Store) -> None:
    entries = [replace(ENTRY, at=ENTRY.at + number, id=str(number)) for number in range(5)]
    for entry in (entries[2], entries[0], entries[4], entries[1], entries[3]):
        store.log.add(entry)
    assert store.log.newest("acme", 3) == entries[:1:-1]


def test_by_outcome(store: Store) -> None:
    store.log.add(ENTRY)
    store.log.add(REFUSED)
    assert store.log.newest("acme", 10, Outcome.REFUSED) == [REFUSED]
    assert store.log.newest("acme", 10, Outcome.NOTHING_TO_DO) == []
    assert store.log.newest("other", 10, Outcome.REFUSED) == []


def test_by_record(store: Store) -> None:
    later = replace(ENTRY, at=ENTRY.at + 5, outcome=Outcome.UPDATED)
    for entry in (ENTRY, later, REFUSED):
        store.log.add(entry)
    assert store.log.of("acme", Kind.INVOICE, "guid-1") == [later, ENTRY]
    assert store.log.of("acme", Kind.CUSTOMER, "guid-1") == []


def test_two_entries_of_one_moment_are_both_kept(store: Store) -> None:
    store.log.add(ENTRY)
    store.log.add(replace(ENTRY, mark="another"))
    assert store.log.newest("acme", 10) == [ENTRY, ENTRY]


def test_what_was_begun_becomes_what_was_done(store: Store) -> None:
    store.log.add(replace(ENTRY, text="invoice 7 is being sent"))
    store.log.add(ENTRY)
    assert [entry.text for entry in store.log.newest("acme", 10)] == [ENTRY.text]


def test_entries_are_kept_for_the_set_time(store: Store, dynamodb: Any) -> None:
    store.log.add(ENTRY)
    Log(store.log.table, kept_days=1).add(REFUSED)
    expiries = sorted(int(item["expires_at"]["N"]) for item in dynamodb.log_items())
    assert expiries == [1_800_000_001 + 86400, 1_800_000_000 + 8 * 366 * 86400]
