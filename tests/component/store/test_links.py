"""Links: no record is linked twice from either side."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from severa_fortnox.errors import System
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
