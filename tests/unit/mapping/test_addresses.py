"""Severa's addresses with their flags: one kind becomes what it is to be, and the other kinds never notice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from severa_fortnox.mapping.addresses import (
    FLAGS,
    PLACES,
    AddAddress,
    AddressStep,
    ChangeAddress,
    first_of,
    steps_to,
    touched,
)
from severa_fortnox.mapping.fields import Unsayable
from severa_fortnox.severa.models import Address

Wanted = Mapping[str, str | None]
KINDS = st.sampled_from(tuple(FLAGS))
LINES = st.sampled_from((None, "Storgatan 1", "Box 2"))
CITIES = st.sampled_from((None, "Umeå", "Lund"))


def seen(address: Address) -> Wanted:
    """An address in Fortnox's form; here line and city are enough."""
    return {"line": address.addressline, "city": address.city}


def steps(addresses: Sequence[Address], kind: str, wanted: Wanted) -> list[AddressStep]:
    return steps_to(addresses, kind, wanted, {"addressline": wanted["line"], "city": wanted["city"]}, seen)


def applied(addresses: Sequence[Address], step: AddressStep, position: int) -> list[Address]:
    """What Severa has after the step; a new address may stand anywhere in its list, which is in the order of guids."""
    if isinstance(step, ChangeAddress):
        assert step.guid in {address.guid for address in addresses}
        return [a.model_copy(update=dict(step.properties)) if a.guid == step.guid else a for a in addresses]
    new = Address(guid=f"new-{len(addresses)}", **step.properties)
    place = position % (len(addresses) + 1)
    return [*addresses[:place], new, *addresses[place:]]


def firsts(addresses: Sequence[Address], *kinds: str) -> dict[str, Wanted | None]:
    return {kind: None if (first := first_of(addresses, kind)) is None else seen(first) for kind in kinds}


def is_as(addresses: Sequence[Address], kind: str, wanted: Wanted) -> bool:
    """Nothing wanted may be an empty address or none at all."""
    first = first_of(addresses, kind)
    return wanted == (dict.fromkeys(wanted) if first is None else seen(first))


@st.composite
def address_lists(draw: st.DrawFn) -> list[Address]:
    flags = st.booleans()
    drawn = draw(st.lists(st.tuples(LINES, CITIES, flags, flags, flags), max_size=5))
    return [
        Address(
            guid=f"a-{number}",
            addressline=line,
            city=city,
            isBillingAddress=billing,
            isPostalAddress=postal,
            isVisitAddress=visit,
        )
        for number, (line, city, billing, postal, visit) in enumerate(drawn)
    ]


WANTED = st.fixed_dictionaries({"line": LINES, "city": CITIES})


@given(address_lists(), KINDS, WANTED, st.integers(0, 5))
def test_the_steps_make_the_kind_what_it_is_to_be_and_leave_the_others_at_every_moment(
    addresses: list[Address], kind: str, wanted: Wanted, position: int
) -> None:
    others = [other for other in FLAGS if other != kind]
    before = firsts(addresses, *others)

    for step in steps(addresses, kind, wanted):
        addresses = applied(addresses, step, position)
        assert firsts(addresses, *others) == before, "another kind's address changed on the way"

    assert is_as(addresses, kind, wanted)


@given(address_lists(), KINDS, WANTED, st.integers(0, 5))
def test_done_once_nothing_is_left_to_do(addresses: list[Address], kind: str, wanted: Wanted, position: int) -> None:
    for step in steps(addresses, kind, wanted):
        addresses = applied(addresses, step, position)

    assert steps(addresses, kind, wanted) == []


@given(address_lists(), KINDS, WANTED, st.integers(0, 5), st.lists(st.integers(0, 3), max_size=6))
def test_a_run_that_dies_between_two_steps_is_finished_by_the_next(
    addresses: list[Address], kind: str, wanted: Wanted, position: int, dies_after: list[int]
) -> None:
    for count in dies_after:
        for step in steps(addresses, kind, wanted)[:count]:
            addresses = applied(addresses, step, position)
    for step in steps(addresses, kind, wanted):
        addresses = applied(addresses, step, position)

    assert is_as(addresses, kind, wanted)
    assert sum(address.guid is not None and address.guid.startswith("new-") for address in addresses) <= 1


@given(address_lists(), st.lists(st.tuples(KINDS, WANTED), min_size=1, max_size=6), st.integers(0, 5))
def test_kind_by_kind_the_whole_card_agrees_in_the_end(
    addresses: list[Address], wishes: list[tuple[str, Wanted]], position: int
) -> None:
    for kind, wanted in wishes:
        for step in steps(addresses, kind, wanted):
            addresses = applied(addresses, step, position)

    assert all(is_as(addresses, kind, wanted) for kind, wanted in dict(wishes).items())


@given(address_lists(), KINDS, WANTED)
def test_an_address_is_never_edited_while_another_kind_needs_it(
    addresses: list[Address], kind: str, wanted: Wanted
) -> None:
    for step in steps(addresses, kind, wanted):
        if isinstance(step, ChangeAddress) and {"addressline", "city"} & step.properties.keys():
            (edited,) = [after for after in applied(addresses, step, 0) if after.guid == step.guid]
            assert [other for other, flag in FLAGS.items() if getattr(edited, flag)] == [kind]


@given(address_lists(), st.sampled_from(("postal", "visiting")), WANTED, st.integers(0, 5))
def test_a_billing_address_stays_the_record_that_projects_bill_to(
    addresses: list[Address], kind: str, wanted: Wanted, position: int
) -> None:
    before = {a.guid: seen(a) for a in addresses if a.isBillingAddress}
    for step in steps(addresses, kind, wanted):
        addresses = applied(addresses, step, position)

    assert {a.guid: seen(a) for a in addresses if a.isBillingAddress} == before


@given(address_lists(), WANTED, st.integers(0, 5))
def test_other_billing_addresses_stay_what_they_are_wherever_severa_lists_a_new_one(
    addresses: list[Address], wanted: Wanted, position: int
) -> None:
    """But where there is no order-proof way: the first is also the first of several of another kind."""
    first = first_of(addresses, "billing")
    others = [flag for flag in FLAGS.values() if first and flag != FLAGS["billing"] and getattr(first, flag)]
    assume(all(seen(a) == seen(first) for a in addresses if first and any(getattr(a, flag) for flag in others)))
    rest = [a for a in addresses if a.isBillingAddress and a is not first]

    for step in steps(addresses, "billing", wanted):
        addresses = applied(addresses, step, position)

    after = {a.guid: a for a in addresses}
    assert [(seen(after[a.guid]), after[a.guid].isBillingAddress) for a in rest] == [(seen(a), True) for a in rest]


A = Address(guid="A", addressline="Storgatan 1", city="Umeå", isBillingAddress=True, isVisitAddress=True)
B = Address(guid="B", addressline="Box 2", city="Lund", isVisitAddress=True)
HERE: Wanted = {"line": "Storgatan 1", "city": "Umeå"}
THERE: Wanted = {"line": "Box 2", "city": "Lund"}
EMPTY = {"postalCode": None, "phone": None, "country": None}
NOWHERE: Wanted = {"line": None, "city": None}


@pytest.mark.parametrize(
    ("addresses", "wanted", "expected"),
    [
        ([], NOWHERE, []),
        ([], HERE, [AddAddress({"addressline": "Storgatan 1", "city": "Umeå", "isVisitAddress": True})]),
        ([A], HERE, []),
        ([B], HERE, [ChangeAddress("B", {"addressline": "Storgatan 1", "city": "Umeå"})]),
        ([B], NOWHERE, [ChangeAddress("B", {"addressline": None, "city": None})]),
        # It is the billing address as well: a new one takes the flag over, and only then is it given up.
        (
            [A],
            THERE,
            [
                AddAddress({"addressline": "Box 2", "city": "Lund", "isVisitAddress": True}),
                ChangeAddress("A", {"isVisitAddress": False}),
            ],
        ),
        ([A], NOWHERE, [ChangeAddress("A", {"isVisitAddress": False})]),
        # What an earlier run added is taken, in whichever order Severa lists the two.
        ([A, B], THERE, [ChangeAddress("A", {"isVisitAddress": False})]),
        ([B, A], THERE, []),
        # One that is there already without the flag is given it.
        (
            [A, B.model_copy(update={"isVisitAddress": False})],
            THERE,
            [ChangeAddress("B", {"isVisitAddress": True}), ChangeAddress("A", {"isVisitAddress": False})],
        ),
        ([B.model_copy(update={"isVisitAddress": False})], THERE, [ChangeAddress("B", {"isVisitAddress": True})]),
    ],
)
def test_the_visiting_address_becomes_the_wanted_one(
    addresses: list[Address], wanted: Wanted, expected: list[Any]
) -> None:
    assert steps(addresses, "visiting", wanted) == expected


F = Address(guid="F", addressline="Filialen 7", city="Lund", phone="046-1", isBillingAddress=True)
V = Address(guid="V", addressline="Lagret 3", city="Lund", isVisitAddress=True)
NEW = {"addressline": "Box 2", "city": "Lund"}
COPY = Address(guid="C", addressline="Storgatan 1", city="Umeå", isVisitAddress=True)


@pytest.mark.parametrize(
    ("addresses", "expected"),
    [
        # It keeps its place before the other billing address, and a copy of it is what is visited.
        (
            [A, F],
            [
                AddAddress({**EMPTY, "addressline": "Storgatan 1", "city": "Umeå", "isVisitAddress": True}),
                ChangeAddress("A", {**NEW, "isVisitAddress": False}),
            ],
        ),
        # The copy was made by a run that died, or by a person.
        ([A, F, COPY], [ChangeAddress("A", {**NEW, "isVisitAddress": False})]),
        (
            [COPY.model_copy(update={"isVisitAddress": False}), A, F],
            [ChangeAddress("C", {"isVisitAddress": True}), ChangeAddress("A", {**NEW, "isVisitAddress": False})],
        ),
        # One that says it already stands ahead of the others: it is the heir, and only the first gives its flag up.
        (
            [A, B, F],
            [ChangeAddress("B", {"isBillingAddress": True}), ChangeAddress("A", {"isBillingAddress": False})],
        ),
        # A copy could come to stand behind another visiting address: here nothing but the flags can be moved.
        (
            [A, F, V],
            [
                AddAddress({**NEW, "isBillingAddress": True}),
                ChangeAddress("A", {"isBillingAddress": False}),
                ChangeAddress("F", {"isBillingAddress": False}),
            ],
        ),
    ],
)
def test_the_billing_address_of_several_becomes_the_wanted_one(addresses: list[Address], expected: list[Any]) -> None:
    assert steps(addresses, "billing", THERE) == expected


def test_every_address_that_is_touched_is_named_with_what_became_of_it() -> None:
    assert touched([A, F, V], [A, F, V.model_copy(update={"lastUpdatedDateTime": datetime.now(UTC)})]) == ()
    after = [
        A.model_copy(update={"city": "Malmö", "postalCode": "211 20", "isVisitAddress": False}),
        F.model_copy(update={"isBillingAddress": False, "isPostalAddress": True}),
        V,
        COPY,
    ]
    assert touched([A, F, V], after) == (
        "address “Storgatan 1, Umeå” is now “Storgatan 1, 211 20 Malmö” and is no longer visiting address",
        "address “Filialen 7, Lund, 046-1” became postal address and is no longer billing address",
        "address “Storgatan 1, Umeå” was added and became visiting address",
    )


@given(address_lists(), KINDS, WANTED, st.integers(0, 5))
def test_an_address_is_named_exactly_where_a_step_touched_it(
    addresses: list[Address], kind: str, wanted: Wanted, position: int
) -> None:
    planned, after = steps(addresses, kind, wanted), addresses
    for step in planned:
        after = applied(after, step, position)

    assert len(touched(addresses, after)) == len(planned)


def test_the_first_with_the_flag_is_the_one_of_its_kind() -> None:
    assert first_of([B, A], "visiting") is B
    assert first_of([B, A], "billing") is A
    assert first_of([B, A], "postal") is None


def test_a_country_fortnox_cannot_hold_stays_where_fortnox_has_none() -> None:
    def seen_with_country(address: Address) -> Wanted:
        return {**seen(address), "country": Unsayable("Kosovo")}

    for country, is_there in ((None, True), ("SE", False)):
        wanted = {**HERE, "country": country}
        steps = steps_to([A], "visiting", wanted, {"addressline": "Storgatan 1"}, seen_with_country)
        assert (steps == []) is is_there


def test_every_kind_has_a_flag_and_a_place() -> None:
    assert FLAGS.keys() == PLACES.keys()
    assert all(flag in Address.model_fields for flag in FLAGS.values())
