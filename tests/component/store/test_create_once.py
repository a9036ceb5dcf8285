"""Created once in either direction: whatever is lost, whoever dies, one record and one link.

The other system is a list here; the flows' tests have the real simulators.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from severa_fortnox.errors import NotSent, Rejected, Retryable, System, UnknownOutcome
from severa_fortnox.flows.create import Creation, Made, NeedsPerson, create_once
from severa_fortnox.flows.session import Patience, Session
from severa_fortnox.store import Store
from severa_fortnox.store.connections import Connection
from severa_fortnox.store.links import Link
from severa_fortnox.store.transfers import State, Transfer
from severa_fortnox.work import Kind
from tests.component.world import Killed, Points, WatchedDynamoDB

PATIENCE = Patience()
DIRECTIONS = [System.SEVERA, System.FORTNOX]


@dataclass
class OtherSystem:
    """Where the record is made.

    Args:
        name: what its ids begin with.
        failure: raised by the next request.
        applied: whether that request is applied all the same.
    """

    target: System
    points: Points
    name: str = "made"
    records: dict[str, str] = field(default_factory=dict)
    searches: int = 0
    failure: Exception | None = None
    applied: bool = True

    def send(self, reference: str) -> Made:
        self.points.pass_by("before send")
        failure, self.failure = self.failure, None
        made = f"{self.name}-{len(self.records) + 1}"
        if failure is None or self.applied:
            self.records[made] = reference
        self.points.pass_by("after send")
        if failure is not None:
            raise failure
        return self.made(made)

    def search(self, reference: str) -> Sequence[Made]:
        self.points.pass_by("before search")
        self.searches += 1
        return [self.made(id) for id, carried in self.records.items() if carried == reference]

    def made(self, id: str) -> Made:
        return Made(id, {"Name": "Kund"}, {str(self.target): "f1"})


@dataclass
class Place:
    """One record, one other system, and workers that come and go.

    Args:
        source: the system the record comes from.
    """

    source: System
    engine: Any
    clock: Any
    id: str = "1001"
    points: Points = field(default_factory=Points)
    other: OtherSystem = field(init=False)

    def __post_init__(self) -> None:
        target = System.FORTNOX if self.source is System.SEVERA else System.SEVERA
        self.other = OtherSystem(target, self.points, "made" if self.id == "1001" else f"made for {self.id}")

    def store(self) -> Store:
        client = WatchedDynamoDB(self.engine.client, self.points)
        return Store(client, self.engine.state_table, self.engine.log_table, self.clock, sleep=self.clock.sleep)

    def work(self) -> Transfer:
        """A new worker creates the record, once."""
        session = Session(
            connection=Connection("acme", "Acme", "1", "client_credentials"),
            settings=None,
            store=self.store(),
            post=None,
            clock=self.clock,
            owner=uuid.uuid4().hex,
            patience=PATIENCE,
            severa=None,
            fortnox=None,
            registers=None,
        )  # type: ignore[arg-type]
        return create_once(
            session,
            Creation(
                kind=Kind.CUSTOMER,
                id=self.id,
                reference=self.id,
                payload="{}",
                send=lambda: self.other.send(self.id),
                search=self.other.search,
                source=self.source,
            ),
        )

    def settled(self) -> Transfer:
        """Workers that come back as the sweeper lets them, until one is through."""
        for _ in range(4):
            self.clock.now += PATIENCE.settle
            try:
                return self.work()
            except UnknownOutcome:
                continue
        pytest.fail("never settled")

    def transfer(self) -> Transfer | None:
        return self.store().transfers.get("acme", Kind.CUSTOMER, self.id, self.source)

    def link(self) -> Link | None:
        links = self.store().links
        by = links.by_severa if self.source is System.SEVERA else links.by_fortnox
        return by("acme", Kind.CUSTOMER, self.id)


@pytest.fixture
def make_place(dynamodb: Any, clock: Any) -> Callable[..., Place]:
    return lambda source, **named: Place(source, dynamodb, clock, **named)


@pytest.fixture(params=DIRECTIONS)
def place(request: pytest.FixtureRequest, make_place: Callable[..., Place]) -> Place:
    return make_place(request.param)


def lost(system: System) -> UnknownOutcome:
    return UnknownOutcome("timed out", system=system, operation="POST /customers")


def test_a_record_of_fortnox_is_made_in_severa_and_linked_as_its_fortnox_side(
    make_place: Callable[..., Place], clock: Any
) -> None:
    place = make_place(System.FORTNOX)

    transfer = place.work()

    link = Link(Kind.CUSTOMER, "made-1", "1001", {"Name": "Kund"}, "created", clock(), {"severa": "f1"})
    assert place.link() == link
    assert (transfer.state, transfer.foreign_id, transfer.source) == (State.BOUND, "made-1", System.FORTNOX)
    assert place.other.searches == 0


def test_a_record_of_severa_is_made_in_fortnox_and_keeps_what_was_seen(
    make_place: Callable[..., Place], clock: Any
) -> None:
    place = make_place(System.SEVERA)

    place.work()

    assert place.link() == Link(
        Kind.CUSTOMER, "1001", "made-1", {"Name": "Kund"}, "created", clock(), {"fortnox": "f1"}
    )


def test_the_same_id_on_both_sides_is_made_twice_and_linked_apart(make_place: Callable[..., Place]) -> None:
    for source in DIRECTIONS:
        place = make_place(source)
        assert place.work().attempt == 1
        assert len(place.other.records) == 1


@pytest.mark.parametrize("applied", [True, False])
def test_a_lost_answer_is_searched_for_where_it_was_sent(place: Place, applied: bool) -> None:
    place.other.failure, place.other.applied = lost(place.other.target), applied
    with pytest.raises(UnknownOutcome):
        place.work()

    # Too early to believe that it is not there
    place.clock.now += 1
    if applied:
        transfer = place.work()
    else:
        with pytest.raises(UnknownOutcome, match="looked for again") as caught:
            place.work()
        assert caught.value.system is place.other.target
        transfer = place.settled()

    assert list(place.other.records) == ["made-1"]
    assert (transfer.state, transfer.foreign_id) == (State.BOUND, "made-1")
    link = place.link()
    assert link is not None
    assert link.origin == ("found by reference" if applied else "created")
    assert link.synced == {str(place.other.target): "f1"}


@pytest.mark.parametrize(
    "refusal",
    [
        NotSent("no connection", system=System.SEVERA, operation="POST /customers"),
        Rejected("no", status=400, system=System.SEVERA, operation="POST /customers"),
    ],
    ids=["not sent", "refused"],
)
def test_what_was_certainly_not_made_is_sent_again_at_once(place: Place, refusal: Exception) -> None:
    place.other.failure, place.other.applied = refusal, False
    with pytest.raises(type(refusal)):
        place.work()
    assert place.work().foreign_id == "made-1"
    assert len(place.other.records) == 1


def test_a_failed_search_sends_nothing(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.other.failure = lost(place.other.target)
    with pytest.raises(UnknownOutcome):
        place.work()
    with monkeypatch.context() as patch:
        patch.setattr(place.other, "search", _fails)
        place.clock.now += PATIENCE.settle
        with pytest.raises(Retryable):
            place.work()
    place.settled()
    assert len(place.other.records) == 1


def _fails(reference: str) -> Sequence[Made]:
    raise Retryable("503", system=System.SEVERA, operation="GET /customers")


def test_several_of_one_reference_are_for_a_person_in_the_words_of_their_system(place: Place) -> None:
    place.other.failure = lost(place.other.target)
    with pytest.raises(UnknownOutcome):
        place.work()
    place.other.records["by hand"] = place.id

    with pytest.raises(NeedsPerson) as caught:
        place.work()

    (reason,) = caught.value.reasons
    assert (reason.code, reason.values["numbers"]) == ("reference-found-several", "made-1, by hand")
    assert (reason.values["system"], reason.values["kind"]) == (str(place.other.target).capitalize(), "customer")
    assert place.link() is None


def test_a_partner_taken_meanwhile_is_named_by_its_number_in_fortnox(place: Place) -> None:
    store = place.store()
    severa, fortnox = ("guid-2", "made-1") if place.source is System.SEVERA else ("made-1", "2002")
    store.links.bind("acme", Link(Kind.CUSTOMER, severa, fortnox, {}, "person", 1.0))

    with pytest.raises(NeedsPerson) as caught:
        place.work()

    (reason,) = caught.value.reasons
    assert reason.code == "already-linked-elsewhere"
    assert reason.values["number"] == ("made-1" if place.source is System.SEVERA else "1001")
    transfer = place.transfer()
    assert transfer is not None
    assert transfer.state is State.SENDING


@pytest.mark.parametrize("source", DIRECTIONS)
def test_killed_anywhere_it_is_made_and_linked_once(make_place: Callable[..., Place], source: System) -> None:
    clean = make_place(source, id="clean")
    clean.work()
    points = clean.points.reached
    assert {"before send", "after send"} <= set(points)

    for position, name in enumerate(points):
        place = make_place(source, id=f"record-{position}")
        place.points.kill_at = position
        with pytest.raises(Killed):
            place.work()
        place.points.kill_at = None
        place.clock.now += PATIENCE.lease

        transfer = place.settled()

        assert transfer.state is State.BOUND, name
        assert len(place.other.records) == 1, name
        link = place.link()
        assert link is not None, name
        sides = (place.id, transfer.foreign_id)
        assert (link.severa_id, link.fortnox_id) == (sides if source is System.SEVERA else sides[::-1]), name
