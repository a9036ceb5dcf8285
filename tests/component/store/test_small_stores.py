"""Settings, connections, watermarks, leases, tokens and registers."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from severa_fortnox.errors import Busy, Misconfigured, NotFound, System
from severa_fortnox.settings import Settings
from severa_fortnox.store import Store
from severa_fortnox.store.connections import Connection, ConnectionExists
from severa_fortnox.store.leases import Lease
from severa_fortnox.store.postponed import QUEUED_AGAIN
from severa_fortnox.store.registers import Cached
from severa_fortnox.store.settings import SettingsChanged, Stored
from severa_fortnox.tokens import RefreshStore, Token, TokenPair, TokenStore
from severa_fortnox.work import Cause, Kind, Work

READY = Settings(ready_status="status-1")
PAID = Settings(ready_status="status-1", paid_status="status-5")


def test_a_connection_without_settings_has_the_defaults(store: Store) -> None:
    assert store.settings.get("acme") == Stored(Settings(), 0)


def test_every_version_of_the_settings_is_kept(store: Store, clock: Any) -> None:
    store.settings.put("acme", READY, expected_version=0, who="anna")
    clock.now += 60
    stored = store.settings.put("acme", PAID, expected_version=1, who="bo")
    assert stored == store.settings.get("acme") == Stored(PAID, 2)
    newest, first = store.settings.history("acme")
    assert (newest.version, newest.who, newest.at, newest.values["paid_status"]) == (2, "bo", clock(), "status-5")
    assert (first.version, first.who, first.values["paid_status"]) == (1, "anna", None)
    assert store.settings.history("other") == []


@pytest.mark.parametrize("based_on", [0, 2])
def test_settings_that_somebody_else_changed_are_not_overwritten(store: Store, based_on: int) -> None:
    store.settings.put("acme", READY, expected_version=0, who="anna")
    with pytest.raises(SettingsChanged):
        store.settings.put("acme", PAID, expected_version=based_on, who="bo")
    assert store.settings.get("acme") == Stored(READY, 1)
    assert len(store.settings.history("acme")) == 1


def test_a_setting_that_no_longer_exists_stops_nothing(store: Store) -> None:
    text = '{"ready_status": "status-1", "colour": "red"}'
    store.settings.table.put({"pk": "C#acme", "sk": "SETTINGS", "settings": text, "version": 3})
    assert store.settings.get("acme") == Stored(READY, 3)


ACME = Connection("acme-2", "Acme AB", "123", "client_credentials")


def test_connections_are_listed_by_id(store: Store) -> None:
    other = Connection("abc", "Abc", "4", "refresh_token", active=False)
    store.connections.add(ACME)
    store.connections.add(other)
    assert store.connections.all() == [other, ACME]
    assert store.connections.get("acme-2") == ACME
    assert store.connections.get("acme") is None


def test_a_connection_is_added_once(store: Store) -> None:
    store.connections.add(ACME)
    with pytest.raises(ConnectionExists):
        store.connections.add(Connection("acme-2", "Other", "9", "refresh_token"))
    assert store.connections.all() == [ACME]


def test_a_connection_is_switched_off_and_on(store: Store) -> None:
    store.connections.add(ACME)
    store.connections.set_active("acme-2", False)
    off = store.connections.get("acme-2")
    assert off is not None and not off.active and off.name == "Acme AB"
    store.connections.set_active("acme-2", True)
    assert store.connections.get("acme-2") == ACME
    with pytest.raises(NotFound):
        store.connections.set_active("nobody", False)
    assert store.connections.get("nobody") is None


@pytest.mark.parametrize("id", ["", "Acme", "a#b", "å", "a\n"])
def test_a_connection_id_is_fit_for_keys(id: str) -> None:
    with pytest.raises(ValueError, match="lower-case"):
        Connection(id, "x", "1", "client_credentials")


def test_a_watermark_only_moves_forward(store: Store) -> None:
    assert store.watermarks.get("acme", "customers") is None
    assert store.watermarks.advance("acme", "customers", "2026-01-02T00:00:00Z")
    assert not store.watermarks.advance("acme", "customers", "2026-01-01T00:00:00Z")
    assert not store.watermarks.advance("acme", "customers", "2026-01-02T00:00:00Z")
    assert store.watermarks.get("acme", "customers") == "2026-01-02T00:00:00Z"
    assert store.watermarks.get("other", "customers") is None


def test_an_offset_is_replaced_only_by_who_read_it(store: Store) -> None:
    replace = store.watermarks.replace
    assert replace("all", "invoices", "xDy7J", previous=None)
    assert not replace("all", "invoices", "other", previous=None)
    assert replace("all", "invoices", "hd72U", previous="xDy7J")
    assert not replace("all", "invoices", "late", previous="xDy7J")
    assert store.watermarks.get("all", "invoices") == "hd72U"


def test_a_lease_is_held_by_one_until_it_ends(store: Store, clock: Any) -> None:
    assert store.leases.acquire("acme", "refresh", "a", 10)
    assert store.leases.acquire("acme", "refresh", "a", 20)
    assert not store.leases.acquire("acme", "refresh", "b", 10)
    assert store.leases.acquire("acme", "other", "b", 10)
    clock.now += 20
    assert store.leases.acquire("acme", "refresh", "b", 10)


def test_a_lease_is_given_back_by_its_owner_only(store: Store) -> None:
    store.leases.acquire("acme", "refresh", "a", 10)
    store.leases.release("acme", "refresh", "b")
    assert not store.leases.acquire("acme", "refresh", "b", 10)
    store.leases.release("acme", "refresh", "a")
    store.leases.release("acme", "refresh", "a")
    assert store.leases.acquire("acme", "refresh", "b", 10)


def test_a_lease_tells_who_has_it_and_until_when(store: Store, clock: Any) -> None:
    assert store.leases.held("acme", "load customer") is None
    store.leases.acquire("acme", "load customer", "user/anna", 10.5)
    assert store.leases.held("acme", "load customer") == Lease("user/anna", clock() + 10.5)
    assert store.leases.held("acme", "load product") is None
    assert store.leases.held("other", "load customer") is None
    clock.now += 10.5
    assert store.leases.held("acme", "load customer") is None
    store.leases.acquire("acme", "load customer", "user/anna", 10)
    store.leases.release("acme", "load customer", "user/anna")
    assert store.leases.held("acme", "load customer") is None


def test_a_lease_is_renewed_by_its_owner_before_it_ends(store: Store, clock: Any) -> None:
    store.leases.acquire("acme", "load customer", "a", 10)
    clock.now += 9
    assert store.leases.renew("acme", "load customer", "a", 10)
    assert not store.leases.renew("acme", "load customer", "b", 100)
    assert store.leases.held("acme", "load customer") == Lease("a", clock() + 10)
    clock.now += 9
    assert not store.leases.acquire("acme", "load customer", "b", 10)


def test_a_lease_that_ended_is_not_renewed_even_when_nobody_took_it(store: Store, clock: Any) -> None:
    store.leases.acquire("acme", "load customer", "a", 10)
    clock.now += 10
    # Somebody may have seen that it is free, and acted on that.
    assert not store.leases.renew("acme", "load customer", "a", 10)
    assert store.leases.acquire("acme", "load customer", "b", 10)
    assert not store.leases.renew("acme", "load customer", "a", 10)
    assert store.leases.held("acme", "load customer") == Lease("b", clock() + 10)
    assert not store.leases.renew("acme", "load product", "a", 10)
    assert store.leases.held("acme", "load product") is None


@pytest.mark.usefixtures("concurrent")
def test_an_ended_lease_is_renewed_or_taken_never_both(make_store: Callable[[], Store], clock: Any) -> None:
    stores = [make_store() for _ in range(8)]
    stores[0].leases.acquire("acme", "x", "0", 10)
    clock.now += 10
    with ThreadPoolExecutor(8) as workers:
        kept = workers.submit(stores[0].leases.renew, "acme", "x", "0", 10)
        got = [workers.submit(stores[n].leases.acquire, "acme", "x", str(n), 10) for n in range(1, 8)]
    assert not kept.result()
    assert sum(each.result() for each in got) == 1


@pytest.mark.usefixtures("concurrent")
def test_of_many_workers_one_gets_the_lease(make_store: Callable[[], Store]) -> None:
    stores = [make_store() for _ in range(8)]
    with ThreadPoolExecutor(8) as workers:
        got = workers.map(lambda pair: pair[1].leases.acquire("acme", "x", str(pair[0]), 10), enumerate(stores))
        assert sum(got) == 1


def test_a_token_is_shared(store: Store, make_store: Callable[[], Store]) -> None:
    tokens: TokenStore = store.tokens.of("acme")
    assert tokens.get("severa") is None
    tokens.put("severa", Token("old", 1.0))
    tokens.put("severa", Token("secret", 1_800_003_600.5))
    assert make_store().tokens.get("acme", "severa") == Token("secret", 1_800_003_600.5)
    assert store.tokens.get("other", "severa") is None


def pair(number: int) -> TokenPair:
    return TokenPair(Token(f"access-{number}", 1_800_000_000.0 + number), f"refresh-{number}")


def test_a_token_pair_replaces_only_the_one_it_was_spent_for(store: Store) -> None:
    refreshing: RefreshStore = store.tokens.refreshing("acme")
    with pytest.raises(Misconfigured, match="connected"):
        refreshing.read()
    assert not refreshing.replace("refresh-0", pair(1))
    store.tokens.put_pair("acme", pair(1))
    assert refreshing.replace("refresh-1", pair(2))
    assert refreshing.replace("refresh-1", pair(2))  # its answer was lost
    assert not refreshing.replace("refresh-1", pair(3))
    assert refreshing.read() == pair(2)


def test_a_new_consent_replaces_whatever_is_there(store: Store) -> None:
    store.tokens.put_pair("acme", pair(1))
    store.tokens.put_pair("acme", pair(4))
    assert store.tokens.pair("acme") == pair(4)
    assert not store.tokens.refreshing("acme").replace("refresh-1", pair(2))


def test_one_worker_refreshes_at_a_time(store: Store, make_store: Callable[[], Store]) -> None:
    refreshing = store.tokens.refreshing("acme")
    with refreshing.lock():
        for other in (refreshing, make_store().tokens.refreshing("acme")):
            with pytest.raises(Busy), other.lock():
                pass
    with refreshing.lock():
        pass


def test_tokens_do_not_show_in_text() -> None:
    assert "access-1" not in repr(pair(1))
    assert "refresh-1" not in repr(pair(1))


def test_a_register_is_as_fresh_as_its_reader_asks(store: Store, clock: Any) -> None:
    units = [{"Code": "h", "Description": "Timmar ½"}, {"Code": "", "Description": None}]
    cached = store.registers.put("acme", "units", units)
    assert cached == Cached(units, clock())
    clock.now += 100
    assert store.registers.fresh("acme", "units", 100) == cached
    assert store.registers.fresh("acme", "units", 99) is None
    assert store.registers.get("acme", "units") == cached
    assert store.registers.fresh("acme", "currencies", 100) is None


CARD = Work("acme", Kind.CUSTOMER, "1001", Cause.SWEEPER, System.FORTNOX)


def test_what_is_postponed_waits_once_until_it_is_looked_at(store: Store, clock: Any) -> None:
    for subject in ("connection#fortnox", "connection#fortnox silent"):
        store.postponed.put(replace(CARD, cause=Cause.POLL), subject)
    (waiting,) = store.postponed.due("acme")
    assert (waiting.work, waiting.subject) == (CARD, "connection#fortnox silent")
    assert store.postponed.due("other") == []
    store.postponed.queued(waiting)
    assert store.postponed.due("acme") == []
    clock.now += QUEUED_AGAIN
    assert [each.work for each in store.postponed.due("acme")] == [CARD]
    assert store.postponed.remove(CARD) == "connection#fortnox silent"
    assert store.postponed.remove(CARD) is None
    assert store.postponed.due("acme") == []


def test_what_was_done_before_it_was_noted_as_queued_stays_done(store: Store) -> None:
    store.postponed.put(CARD, "connection#fortnox")
    (waiting,) = store.postponed.due("acme")
    store.postponed.remove(CARD)
    store.postponed.queued(waiting)
    assert store.postponed.remove(CARD) is None
