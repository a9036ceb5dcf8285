"""Links: no record is linked twice from either side."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from severa_fortnox.errors import Retryable, System
from severa_fortnox.store import Store
from severa_fortnox.store.links import AlreadyLinked, Link, LinkChanged, LinkKey
from severa_fortnox.work import Kind

LINK = Link(Kind.CUSTOMER, "guid-1", "1001", {"Name": "Ängby Måleri", "VATNumber": ""}, "number", 1_800_000_000.25)


def test_a_link_is_found_from_both_sides(store: Store) -> None:
    store.links.bind("acme", LINK)
    assert store.links.by_severa("acme", Kind.CUSTOMER, "guid-1") == LINK
    assert store.links.by_fortnox("acme", Kind.CUSTOMER, "1001") == LINK


def test_links_are_kept_apart_by_connection_kind_and_side(store: Store) -> None:
    store.links.bind("acme", LINK)
    assert store.links.by_severa("other", Kind.CUSTOMER, "guid-1") is None
    assert store.links.by_severa("acme", Kind.PRODUCT, "guid-1") is None
    assert store.links.by_fortnox("acme", Kind.CUSTOMER, "guid-1") is None


def test_binding_the_same_pair_again_changes_nothing(store: Store) -> None:
    store.links.bind("acme", LINK)
    store.links.bind("acme", replace(LINK, card={}, origin="person", linked_at=0.0))
    assert store.links.by_severa("acme", Kind.CUSTOMER, "guid-1") == LINK


def test_a_taken_side_is_named_and_nothing_is_written(store: Store) -> None:
    store.links.bind("acme", LINK)
    with pytest.raises(AlreadyLinked, match="Severa guid-1 is linked to Fortnox 1001") as caught:
        store.links.bind("acme", replace(LINK, fortnox_id="1002"))
    assert caught.value.of_severa == LINK
    assert caught.value.of_fortnox is None
    assert store.links.by_fortnox("acme", Kind.CUSTOMER, "1002") is None


def test_both_existing_partners_are_named(store: Store) -> None:
    other = replace(LINK, severa_id="guid-2", fortnox_id="1002")
    store.links.bind("acme", LINK)
    store.links.bind("acme", other)
    with pytest.raises(AlreadyLinked) as caught:
        store.links.bind("acme", replace(LINK, fortnox_id="1002"))
    assert (caught.value.of_severa, caught.value.of_fortnox) == (LINK, other)
    assert "guid-2" in caught.value.text and "1001" in caught.value.text


def test_many_gives_the_links_that_exist(store: Store) -> None:
    store.links.bind("acme", LINK)
    store.links.bind("acme", Link(Kind.PRODUCT, "guid-p", "A1", {}, "code and name", 1.0))
    by_guid = LinkKey(Kind.CUSTOMER, System.SEVERA, "guid-1")
    by_number = LinkKey(Kind.PRODUCT, System.FORTNOX, "A1")
    missing = LinkKey(Kind.PRODUCT, System.FORTNOX, "A2")
    found = store.links.many("acme", [by_guid, by_number, missing, by_guid])
    assert {key: link.severa_id for key, link in found.items()} == {by_guid: "guid-1", by_number: "guid-p"}
    assert store.links.many("acme", []) == {}


def test_many_goes_beyond_one_batch(store: Store) -> None:
    keys = [LinkKey(Kind.CUSTOMER, System.SEVERA, f"guid-{number}") for number in range(205)]
    store.links.bind("acme", replace(LINK, severa_id="guid-204"))
    assert list(store.links.many("acme", keys)) == [keys[204]]


def test_a_new_card_is_seen_from_both_sides(store: Store) -> None:
    store.links.bind("acme", LINK)
    fresh = store.links.refresh_card("acme", LINK, {"Name": "Ängby Måleri AB"})
    assert store.links.by_severa("acme", Kind.CUSTOMER, "guid-1") == fresh
    assert store.links.by_fortnox("acme", Kind.CUSTOMER, "1001") == fresh
    assert fresh.card == {"Name": "Ängby Måleri AB"}


def test_the_card_of_a_link_that_is_gone_is_not_written(store: Store) -> None:
    with pytest.raises(LinkChanged):
        store.links.refresh_card("acme", LINK, {})
    assert store.links.by_severa("acme", Kind.CUSTOMER, "guid-1") is None


def test_unlinking_frees_both_sides_and_may_be_repeated(store: Store) -> None:
    store.links.bind("acme", LINK)
    store.links.unlink("acme", LINK)
    store.links.unlink("acme", LINK)
    store.links.bind("acme", replace(LINK, fortnox_id="1002"))
    assert store.links.by_fortnox("acme", Kind.CUSTOMER, "1001") is None


def test_unlinking_leaves_another_partner_alone(store: Store) -> None:
    other = replace(LINK, fortnox_id="1002")
    store.links.bind("acme", other)
    with pytest.raises(LinkChanged):
        store.links.unlink("acme", LINK)
    assert store.links.by_severa("acme", Kind.CUSTOMER, "guid-1") == other


def test_what_is_remembered_is_seen_from_both_sides_and_the_rest_stays(store: Store) -> None:
    store.links.bind("acme", LINK)
    synced = store.links.remember("acme", LINK, synced={"severa": "f1", "kept": "Email Phone1"})
    assert synced == replace(LINK, synced={"severa": "f1", "kept": "Email Phone1"})
    assert store.links.by_severa("acme", Kind.CUSTOMER, "guid-1") == synced
    assert store.links.by_fortnox("acme", Kind.CUSTOMER, "1001") == synced
    # A worker that read the link before that, and only knows the card
    card = store.links.remember("acme", LINK, card={})
    assert card.card == {}
    assert store.links.by_fortnox("acme", Kind.CUSTOMER, "1001") == replace(synced, card={})


def test_remembering_nothing_writes_nothing(store: Store, dynamodb: Any) -> None:
    store.links.bind("acme", LINK)
    before = dynamodb.items()
    assert store.links.remember("acme", LINK) == LINK
    assert sorted(map(str, dynamodb.items())) == sorted(map(str, before))


def test_what_was_synced_can_be_forgotten(store: Store) -> None:
    store.links.bind("acme", replace(LINK, synced={"severa": "f1"}))
    assert store.links.remember("acme", LINK, synced={}).synced == {}
    assert store.links.by_severa("acme", Kind.CUSTOMER, "guid-1") == LINK


@pytest.mark.parametrize("present", [(), (replace(LINK, fortnox_id="1002"),), (replace(LINK, severa_id="guid-2"),)])
def test_nothing_is_remembered_with_another_partner(store: Store, present: tuple[Link, ...]) -> None:
    for link in present:
        store.links.bind("acme", link)
    with pytest.raises(LinkChanged):
        store.links.remember("acme", LINK, card={}, synced={"severa": "f1"})
    assert list(store.links.all("acme", Kind.CUSTOMER)) == list(present)


def test_a_link_of_an_earlier_release_was_never_synced(store: Store) -> None:
    store.links.bind("acme", LINK)
    for item in list(store.links.table.query("#pk = :pk", {":pk": "C#acme"})):
        del item["synced"]
        store.links.table.put(item)
    assert store.links.by_severa("acme", Kind.CUSTOMER, "guid-1") == LINK


def test_all_gives_every_link_of_a_kind_once(store: Store) -> None:
    links = [replace(LINK, severa_id=f"guid-{n:03}", fortnox_id=str(n), card={"Name": "x" * 9000}) for n in range(150)]
    for link in links:
        store.links.bind("acme", link)
    store.links.bind("acme", Link(Kind.PRODUCT, "guid-p", "A1", {}, "code and name", 1.0))
    store.links.bind("other", LINK)
    # More than the megabyte that one page holds
    assert list(store.links.all("acme", Kind.CUSTOMER)) == links
    assert [link.fortnox_id for link in store.links.all("acme", Kind.PRODUCT)] == ["A1"]
    assert list(store.links.all("acme", Kind.PROJECT)) == []


@pytest.mark.usefixtures("concurrent")
def test_both_sides_tell_the_same_when_many_remember_at_once(make_store: Callable[[], Store]) -> None:
    stores = [make_store() for _ in range(8)]
    stores[0].links.bind("acme", LINK)

    def remember(number: int) -> bool:
        try:
            stores[number].links.remember("acme", LINK, card={"by": str(number)}, synced={"by": str(number)})
        except Retryable:
            return False
        return True

    with ThreadPoolExecutor(8) as workers:
        assert any(workers.map(remember, range(8)))
    link = stores[0].links.by_severa("acme", Kind.CUSTOMER, "guid-1")
    assert link is not None
    assert link == stores[0].links.by_fortnox("acme", Kind.CUSTOMER, "1001")
    assert link.card == link.synced != {}


@pytest.mark.usefixtures("concurrent")
def test_what_is_remembered_late_brings_no_link_back(make_store: Callable[[], Store]) -> None:
    store = make_store()
    for round in range(10):
        link = replace(LINK, severa_id=f"guid-{round}", fortnox_id=str(round))
        store.links.bind("acme", link)
        with ThreadPoolExecutor(2) as workers:
            late = workers.submit(make_store().links.remember, "acme", link, synced={"severa": "f1"})
            gone = workers.submit(make_store().links.unlink, "acme", link)
        assert isinstance(late.exception(), LinkChanged | Retryable | None)
        if gone.exception() is None:
            assert store.links.by_severa("acme", Kind.CUSTOMER, link.severa_id) is None
            assert store.links.by_fortnox("acme", Kind.CUSTOMER, link.fortnox_id) is None


@pytest.mark.usefixtures("concurrent")
def test_of_many_workers_one_binds(store: Store) -> None:
    def bind(number: int) -> bool:
        try:
            store.links.bind("acme", replace(LINK, fortnox_id=str(number)))
        except AlreadyLinked:
            return False
        return True

    with ThreadPoolExecutor(8) as workers:
        assert sum(workers.map(bind, range(8))) == 1
