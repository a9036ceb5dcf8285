"""The create protocol: every arrow once, whoever dies in between."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from severa_fortnox.errors import Bug, Busy, System
from severa_fortnox.store import Store
from severa_fortnox.store.links import AlreadyLinked, Link
from severa_fortnox.store.log import Entry, Outcome
from severa_fortnox.store.transfers import State, Transfer
from severa_fortnox.work import Cause, Kind

LEASE = 60.0


def claim(store: Store, owner: str = "a", **changes: Any) -> Transfer:
    request = {"reference": "ref-1", "payload_hash": "h1", "owner": owner, "lease_seconds": LEASE, **changes}
    return store.transfers.claim("acme", Kind.INVOICE, "guid-1", **request)


def current(store: Store) -> Transfer:
    transfer = store.transfers.get("acme", Kind.INVOICE, "guid-1")
    assert transfer is not None
    return transfer


def bound(store: Store, transfer: Transfer | None = None) -> Transfer:
    return store.transfers.bind(transfer or claim(store), "1042", card={}, origin="created")


def entry(at: float) -> Entry:
    return Entry("acme", at, Kind.INVOICE, "guid-1", Outcome.TRANSFERRED, "sent", Cause.POLL, "invoice 7", "1042")


def due(store: Store, before: float) -> list[Transfer]:
    return list(store.transfers.unfinished("acme", before))


def test_a_record_nobody_claimed_has_no_transfer(store: Store) -> None:
    assert store.transfers.get("acme", Kind.INVOICE, "guid-1") is None


def test_the_first_claim_is_attempt_one_without_doubt(store: Store, clock: Any) -> None:
    transfer = claim(store)
    assert transfer == current(store)
    assert (transfer.state, transfer.attempt, transfer.doubt_until) == (State.SENDING, 1, None)
    assert (transfer.owner, transfer.lease_until) == ("a", clock() + LEASE)


def test_the_whole_way_leaves_a_link_one_log_entry_and_nothing_to_sweep(store: Store, clock: Any) -> None:
    transfer = store.transfers.step(bound(store), "attachment pdf-1", "file-9")
    transfer = store.transfers.step(transfer, "severa status", "")
    done = store.transfers.finish(transfer, entry(clock()))
    assert done == current(store)
    assert (done.state, done.owner, done.foreign_id) == (State.DONE, "", "1042")
    assert done.steps == {"attachment pdf-1": "file-9", "severa status": ""}
    assert store.links.by_fortnox("acme", Kind.INVOICE, "1042") == Link(
        Kind.INVOICE, "guid-1", "1042", {}, "created", clock()
    )
    assert store.log.of("acme", Kind.INVOICE, "guid-1") == [entry(clock())]
    assert due(store, clock() + 1e6) == []


@pytest.mark.parametrize("with_known", [False, True])
def test_a_live_lease_keeps_others_out(store: Store, with_known: bool) -> None:
    first = claim(store)
    with pytest.raises(Busy, match="another worker"):
        claim(store, "b", known=first if with_known else None)
    second = bound(store, first)
    with pytest.raises(Busy):
        claim(store, "b", known=second if with_known else None)
    assert current(store) == second


def test_a_dead_lease_is_taken_over_with_a_doubt_until_it_ended(store: Store, clock: Any) -> None:
    first = claim(store)
    clock.now += LEASE
    second = claim(store, "b", payload_hash="h2")
    assert (second.state, second.attempt, second.owner, second.payload_hash) == (State.SENDING, 2, "b", "h2")
    assert second.doubt_until == first.lease_until
    assert second == current(store)


def test_a_worker_that_starts_over_doubts_its_own_request(store: Store, clock: Any) -> None:
    claim(store)
    clock.now += 5
    assert claim(store).doubt_until == clock()


def test_the_doubt_only_grows(store: Store, clock: Any) -> None:
    claim(store)
    clock.now += LEASE
    second = claim(store, "b")
    clock.now += LEASE + 100
    third = claim(store, "c")
    assert third.doubt_until == second.lease_until
    assert third.attempt == 3


def test_in_doubt_the_reference_that_was_sent_is_kept_until_the_doubt_is_settled(store: Store, clock: Any) -> None:
    claim(store, reference="1001")
    clock.now += LEASE
    second = claim(store, "b", reference="1002", payload_hash="h2")
    assert second.reference == "1001"
    settled = store.transfers.settle(second, reference="1002", payload_hash="h2")
    assert settled == current(store)
    assert (settled.reference, settled.doubt_until, settled.state) == ("1002", None, State.SENDING)


def test_a_lost_lease_can_write_nothing(store: Store, clock: Any) -> None:
    late = claim(store)
    clock.now += LEASE
    second = claim(store, "b")
    acts: list[Callable[[], Transfer]] = [
        lambda: store.transfers.bind(late, "1042", card={}, origin="created"),
        lambda: store.transfers.release(late),
        lambda: store.transfers.doubt(late, 60),
        lambda: store.transfers.postpone(late, clock()),
        lambda: store.transfers.settle(late, reference="r", payload_hash="h"),
    ]
    for act in acts:
        with pytest.raises(Busy):
            act()
    assert current(store) == second
    assert store.links.by_severa("acme", Kind.INVOICE, "guid-1") is None


def test_a_lost_lease_on_follow_up_steps_can_write_nothing(store: Store, clock: Any) -> None:
    late = bound(store)
    clock.now += LEASE
    second = claim(store, "b")
    assert (second.state, second.attempt, second.foreign_id) == (State.BOUND, 1, "1042")
    with pytest.raises(Busy):
        store.transfers.step(late, "status", "x")
    with pytest.raises(Busy):
        store.transfers.finish(late, entry(clock()))
    assert current(store) == second
    assert store.log.newest("acme", 10) == []


def test_released_is_new_without_doubt_and_may_be_claimed_at_once(store: Store, clock: Any) -> None:
    released = store.transfers.release(claim(store))
    assert released == current(store)
    assert (released.state, released.attempt, released.doubt_until) == (State.NEW, 1, None)
    assert due(store, clock() + 1) == []
    again = claim(store, "b", reference="ref-2")
    assert (again.attempt, again.doubt_until, again.reference) == (2, None, "ref-2")


def test_a_release_keeps_an_older_doubt(store: Store, clock: Any) -> None:
    doubtful = store.transfers.doubt(claim(store), 30)
    clock.now += 30
    store.transfers.release(claim(store, "b"), due=clock() + 7)
    third = claim(store, "c")
    assert third.doubt_until == doubtful.doubt_until


def test_a_doubt_is_swept_after_its_waiting_time(store: Store, clock: Any) -> None:
    start = clock()
    doubtful = store.transfers.doubt(claim(store), 120)
    assert (doubtful.state, doubtful.doubt_until, doubtful.owner) == (State.SENDING, start, "")
    assert due(store, start + 120) == []
    assert due(store, start + 121) == [doubtful]
    clock.now += 50
    assert claim(store, "b").doubt_until == start


def test_postponing_adds_no_doubt(store: Store, clock: Any) -> None:
    first = store.transfers.doubt(claim(store), 120)
    for _ in range(3):
        clock.now += 10
        postponed = store.transfers.postpone(claim(store, "b"), clock() + 300)
        assert postponed == current(store)
        assert postponed.doubt_until == first.doubt_until
    assert due(store, clock() + 300) == []
    assert due(store, clock() + 301) == [postponed]


def test_postponed_follow_up_steps_stay_bound(store: Store, clock: Any) -> None:
    postponed = store.transfers.postpone(bound(store), clock() + 300)
    assert (postponed.state, postponed.owner) == (State.BOUND, "")
    assert due(store, clock() + 301) == [postponed]
    assert claim(store, "b").state is State.BOUND


def test_work_in_progress_is_swept_only_when_its_lease_has_ended(store: Store, clock: Any) -> None:
    transfer = bound(store)
    assert due(store, transfer.lease_until) == []
    assert due(store, transfer.lease_until + 1) == [transfer]
    assert list(store.transfers.unfinished("other", transfer.lease_until + 1)) == []


def test_binding_ends_the_doubt(store: Store, clock: Any) -> None:
    store.transfers.doubt(claim(store), 0)
    assert bound(store, claim(store, "b")).doubt_until is None


def test_a_repeated_bind_of_the_same_pair_succeeds(store: Store) -> None:
    transfer = claim(store)
    first = bound(store, transfer)
    assert bound(store, transfer) == first
    assert bound(store, first) == first
    with pytest.raises(Busy):
        store.transfers.bind(transfer, "1043", card={}, origin="created")


def test_a_record_linked_by_hand_to_the_same_partner_is_bound(store: Store) -> None:
    store.links.bind("acme", Link(Kind.INVOICE, "guid-1", "1042", {}, "person", 1.0))
    assert bound(store).state is State.BOUND


def test_a_bind_to_a_taken_partner_leaves_everything_as_it_was(store: Store) -> None:
    other = Link(Kind.INVOICE, "guid-2", "1042", {}, "number", 1.0)
    store.links.bind("acme", other)
    transfer = claim(store)
    with pytest.raises(AlreadyLinked) as caught:
        bound(store, transfer)
    assert caught.value.of_fortnox == other
    assert current(store) == transfer
    assert store.links.by_severa("acme", Kind.INVOICE, "guid-1") is None


def test_a_transfer_may_go_by_another_name_than_its_link(store: Store) -> None:
    store.transfers.bind(claim(store), "1042", card={"Currency": "SEK"}, origin="number", link_severa_id="guid-9")
    link = store.links.by_severa("acme", Kind.INVOICE, "guid-9")
    assert link is not None
    assert (link.fortnox_id, link.card, link.origin) == ("1042", {"Currency": "SEK"}, "number")


def test_a_repeated_finish_logs_once(store: Store, make_store: Callable[[], Store], clock: Any) -> None:
    transfer = bound(store)
    done = store.transfers.finish(transfer, entry(clock()))
    assert make_store().transfers.finish(transfer, entry(clock() + 1)) == done
    assert store.transfers.finish(done, entry(clock() + 2)) == done
    assert store.log.newest("acme", 10) == [entry(clock())]


def test_a_claim_of_what_is_done_writes_nothing(store: Store, dynamodb: Any, clock: Any) -> None:
    done = store.transfers.finish(bound(store), entry(clock()))
    before = dynamodb.items()
    assert claim(store, "b") == done
    assert claim(store, "b", known=done) == done
    assert sorted(map(str, dynamodb.items())) == sorted(map(str, before))


def test_a_claim_from_an_outdated_reading_sees_what_is_there(store: Store, clock: Any) -> None:
    known = store.transfers.release(claim(store))
    done = store.transfers.finish(bound(store), entry(clock()))
    assert claim(store, "b", known=known) == done


def test_arrows_that_do_not_exist_are_bugs(store: Store, clock: Any) -> None:
    sending = claim(store)
    with pytest.raises(Bug):
        store.transfers.step(sending, "status", "x")
    with pytest.raises(Bug):
        store.transfers.finish(sending, entry(clock()))
    with pytest.raises(Bug):
        store.transfers.release(bound(store, sending))


def test_two_records_do_not_meet(store: Store) -> None:
    claim(store)
    other = store.transfers.claim(
        "acme", Kind.COST, "17#3", reference="r", payload_hash="h", owner="b", lease_seconds=LEASE
    )
    assert store.transfers.get("acme", Kind.COST, "17#3") == other


def from_fortnox(store: Store, owner: str = "a", id: str = "1001", **changes: Any) -> Transfer:
    request = {"reference": id, "payload_hash": "h1", "owner": owner, "lease_seconds": LEASE, **changes}
    return store.transfers.claim("acme", Kind.CUSTOMER, id, source=System.FORTNOX, **request)


def test_a_record_of_fortnox_is_linked_the_other_way_round(store: Store, clock: Any) -> None:
    transfer = from_fortnox(store)
    assert transfer == store.transfers.get("acme", Kind.CUSTOMER, "1001", System.FORTNOX)
    assert store.transfers.get("acme", Kind.CUSTOMER, "1001") is None

    bound = store.transfers.bind(transfer, "guid-9", card={"Name": "Å"}, origin="created", synced={"fortnox": "f1"})

    link = Link(Kind.CUSTOMER, "guid-9", "1001", {"Name": "Å"}, "created", clock(), {"fortnox": "f1"})
    assert store.links.by_severa("acme", Kind.CUSTOMER, "guid-9") == link
    assert store.links.by_fortnox("acme", Kind.CUSTOMER, "1001") == link
    assert (bound.foreign_id, bound.source) == ("guid-9", System.FORTNOX)
    assert store.transfers.bind(transfer, "guid-9", card={}, origin="created") == bound
    done = store.transfers.finish(
        bound, Entry("acme", clock(), Kind.CUSTOMER, "1001", Outcome.CREATED, "made", Cause.POLL)
    )
    assert done == store.transfers.get("acme", Kind.CUSTOMER, "1001", System.FORTNOX)
    assert done.state is State.DONE


def test_the_same_id_in_both_systems_is_two_transfers(store: Store) -> None:
    other = store.transfers.claim(
        "acme", Kind.CUSTOMER, "1001", reference="r", payload_hash="h", owner="b", lease_seconds=LEASE
    )
    transfer = from_fortnox(store)
    assert (transfer.attempt, other.attempt) == (1, 1)
    assert store.transfers.get("acme", Kind.CUSTOMER, "1001") == other


def test_the_sweeper_hears_which_system_a_record_comes_from(store: Store, clock: Any) -> None:
    store.transfers.doubt(from_fortnox(store), 30)
    store.transfers.doubt(claim(store), 30)
    assert {(each.kind, each.id, each.source) for each in due(store, clock() + 31)} == {
        (Kind.CUSTOMER, "1001", System.FORTNOX),
        (Kind.INVOICE, "guid-1", System.SEVERA),
    }


def test_a_dead_worker_from_fortnox_is_taken_over_like_any_other(store: Store, clock: Any) -> None:
    first = from_fortnox(store)
    with pytest.raises(Busy):
        from_fortnox(store, "b", known=first)
    clock.now += LEASE
    second = from_fortnox(store, "b")
    assert (second.attempt, second.doubt_until, second.source) == (2, first.lease_until, System.FORTNOX)
    with pytest.raises(Busy):
        store.transfers.bind(first, "guid-9", card={}, origin="created")


def test_two_directions_that_made_the_same_pair_agree(store: Store) -> None:
    """Severa's poll finds by its number what we have just created there, before we have bound it."""
    transfer = from_fortnox(store)
    store.links.bind("acme", Link(Kind.CUSTOMER, "guid-9", "1001", {}, "number", 1.0))
    assert store.transfers.bind(transfer, "guid-9", card={}, origin="created").state is State.BOUND


def test_a_record_of_fortnox_that_another_severa_record_has_is_not_bound(store: Store) -> None:
    other = Link(Kind.CUSTOMER, "guid-2", "1001", {}, "number", 1.0)
    store.links.bind("acme", other)
    transfer = from_fortnox(store)
    with pytest.raises(AlreadyLinked) as caught:
        store.transfers.bind(transfer, "guid-9", card={}, origin="created")
    assert (caught.value.of_severa, caught.value.of_fortnox) == (None, other)
    assert store.transfers.get("acme", Kind.CUSTOMER, "1001", System.FORTNOX) == transfer


def test_a_transfer_of_an_earlier_release_comes_from_severa(store: Store) -> None:
    transfer = claim(store)
    item = store.transfers.table.get(("C#acme", "TRANSFER#invoice#guid-1"))
    assert item is not None
    del item["source"]
    store.transfers.table.put(item)
    assert current(store) == transfer
    assert bound(store, transfer).source is System.SEVERA


def done(store: Store, source: System, id: str) -> Transfer:
    """A transfer that has come to its end."""
    request = {"reference": "1001", "payload_hash": "h1", "owner": "a", "lease_seconds": LEASE}
    transfer = store.transfers.claim("acme", Kind.CUSTOMER, id, source=source, **request)
    bound = store.transfers.bind(transfer, f"partner of {id}", card={}, origin="created")
    return store.transfers.finish(bound, entry(1.0))


@pytest.mark.parametrize("source", [System.SEVERA, System.FORTNOX])
def test_a_transfer_that_is_done_is_forgotten_so_that_the_record_can_be_created_anew(
    store: Store, source: System
) -> None:
    transfer = done(store, source, "1001")
    other = done(store, System.SEVERA if source is System.FORTNOX else System.FORTNOX, "1001")

    assert store.transfers.forget("acme", Kind.CUSTOMER, "1001", source)

    assert store.transfers.get("acme", Kind.CUSTOMER, "1001", source) is None
    assert store.transfers.get("acme", Kind.CUSTOMER, "1001", other.source) == other
    assert len(store.log.newest("acme", 10)) == 2
    request = {"reference": "1001", "payload_hash": "h2", "owner": "b", "lease_seconds": LEASE}
    again = store.transfers.claim("acme", Kind.CUSTOMER, "1001", source=source, **request)
    assert (again.state, again.attempt, again.doubt_until) == (State.SENDING, 1, None)
    assert transfer.foreign_id is not None


def test_a_transfer_that_is_under_way_is_never_forgotten(store: Store) -> None:
    transfer = claim(store)
    for step in (
        lambda: transfer,
        lambda: store.transfers.doubt(transfer, 60.0),
        lambda: store.transfers.claim(
            "acme", Kind.INVOICE, "guid-1", reference="r", payload_hash="h", owner="b", lease_seconds=LEASE
        ),
        lambda: store.transfers.bind(current(store), "1042", card={}, origin="created"),
    ):
        now = step()
        assert not store.transfers.forget("acme", Kind.INVOICE, "guid-1")
        assert current(store) == now


def test_what_was_never_claimed_is_nothing_to_forget(store: Store) -> None:
    assert not store.transfers.forget("acme", Kind.INVOICE, "guid-1")


def race(stores: list[Store], act: Callable[[Store, str], Any]) -> int:
    """How many of the workers succeed; the others must be told that somebody else is at it."""

    def attempt(number: int) -> bool:
        try:
            act(stores[number], f"worker-{number}")
        except Busy:
            return False
        return True

    with ThreadPoolExecutor(len(stores)) as workers:
        return sum(workers.map(attempt, range(len(stores))))


@pytest.mark.usefixtures("concurrent")
def test_of_many_workers_one_claims(make_store: Callable[[], Store], clock: Any) -> None:
    stores = [make_store() for _ in range(8)]
    assert race(stores, lambda store, owner: claim(store, owner)) == 1
    clock.now += LEASE
    assert race(stores, lambda store, owner: claim(store, owner)) == 1
    assert current(stores[0]).attempt == 2
    assert race(stores, lambda store, owner: from_fortnox(store, owner)) == 1


@pytest.mark.usefixtures("concurrent")
def test_of_many_repeated_finishes_one_logs(make_store: Callable[[], Store], clock: Any) -> None:
    stores = [make_store() for _ in range(8)]
    transfer = bound(stores[0])
    assert race(stores, lambda store, _: store.transfers.finish(transfer, entry(clock()))) == 8
    assert len(stores[0].log.newest("acme", 10)) == 1
