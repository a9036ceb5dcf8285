"""Where two linked records disagree: the main system's word counts, and an empty one says nothing at first."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from severa_fortnox.mapping.agreement import Change, differences, kept_when_linked, still_kept, untold
from severa_fortnox.mapping.fields import Field, Unsayable, Values, When

ALWAYS = Field("Email", "e-mail", "email", When.ALWAYS)
NEVER_EMPTY = Field("Name", "name", "name", When.ALWAYS, clears=False)
ONCE = Field("Number", "number", "number", When.CREATE_ONLY)
FILLED = Field("GLN", "GLN", "gln", When.IF_EMPTY)
FIELDS = (ALWAYS, NEVER_EMPTY, ONCE, FILLED)
KEYS = tuple(field.key for field in FIELDS)

VALUES = st.dictionaries(st.sampled_from(KEYS), st.sampled_from((None, "a", "b")))


def told(main: Values, other: Values, kept: tuple[str, ...] = ()) -> list[tuple[str, str | None, str | None]]:
    return [(change.field.key, change.old, change.new) for change in differences(FIELDS, main, other, kept)]


def test_the_main_system_wins_and_both_values_are_known() -> None:
    assert differences([ALWAYS], {"Email": "new"}, {"Email": "old"}) == (Change(ALWAYS, "old", "new"),)


def test_equal_values_are_no_difference() -> None:
    assert told({"Email": "a", "Name": None}, {"Email": "a", "Name": None}) == []


def test_an_emptied_value_empties_the_other() -> None:
    assert told({"Email": None}, {"Email": "a"}) == [("Email", "a", None)]


def test_a_kept_value_stays_until_the_main_system_has_one() -> None:
    assert told({"Email": None}, {"Email": "a"}, ("Email",)) == []
    assert told({"Email": "b"}, {"Email": "a"}, ("Email",)) == [("Email", "a", "b")]


def test_what_may_not_be_empty_is_not_emptied() -> None:
    assert told({"Name": None}, {"Name": "a"}) == []
    assert told({"Name": "b"}, {"Name": "a"}) == [("Name", "a", "b")]


def test_a_value_written_once_is_never_a_difference() -> None:
    assert told({"Number": "1"}, {"Number": "2"}) == []


def test_a_field_to_be_filled_is_written_only_where_nothing_stands() -> None:
    assert told({"GLN": "a"}, {"GLN": None}) == [("GLN", None, "a")]
    assert told({"GLN": "a"}, {"GLN": "b"}) == []
    # To empty it would be to write where something stands.
    assert told({"GLN": None}, {"GLN": "b"}) == []


def test_what_one_side_cannot_say_is_no_difference() -> None:
    assert told({}, {"Email": "a"}) == []
    assert told({"Email": "a"}, {}) == []


@pytest.mark.parametrize("now", [Unsayable("new"), None])
def test_what_cannot_be_said_empties_what_stood_there_before(now: str | None) -> None:
    assert told({"Email": now}, {"Email": "a"}) == [("Email", "a", None)]
    assert told({"Email": now}, {"Email": None}) == []
    assert told({"Name": now}, {"Name": "a"}) == []


def test_what_a_person_enters_in_place_of_what_cannot_be_said_stays_until_that_changes() -> None:
    kept = still_kept((), {"Email": Unsayable("new")})

    assert told({"Email": Unsayable("new")}, {"Email": "by hand"}, tuple(kept)) == []
    assert told({"Email": Unsayable("newer")}, {"Email": "by hand"}, tuple(kept)) == [("Email", "by hand", None)]
    assert told({"Email": None}, {"Email": "by hand"}, tuple(kept)) == [("Email", "by hand", None)]
    assert told({"Email": "b"}, {"Email": "by hand"}, tuple(kept)) == [("Email", "by hand", "b")]


def test_what_cannot_be_said_is_told_once_for_each_value_and_not_where_it_stands_anyway() -> None:
    def keys_untold(main: Values, other: Values, kept: frozenset[str] = frozenset()) -> list[str]:
        return [field.key for field in untold(FIELDS, main, other, kept)]

    new = {"Email": Unsayable("new"), "Name": Unsayable("x"), "Number": Unsayable("1"), "GLN": "a"}
    assert keys_untold(new, {}) == ["Email", "Name"]
    assert keys_untold(new, {"Name": "x"}) == ["Email"]
    assert keys_untold(new, {}, still_kept((), new)) == []
    assert keys_untold({"Email": Unsayable("newer")}, {}, still_kept((), new)) == ["Email"]


def test_linking_leaves_what_stands_in_place_of_what_cannot_be_said() -> None:
    main, other = {"Email": Unsayable("new")}, {"Email": "by hand"}
    kept = kept_when_linked(FIELDS, main, other)

    assert told(main, other, tuple(kept)) == []
    assert still_kept(kept, main) == kept
    assert still_kept(kept, {"Email": "b"}) == frozenset()


def test_what_the_main_system_cannot_hold_it_has_not_emptied() -> None:
    assert told({"Email": None}, {"Email": Unsayable("old")}) == []
    assert told({"Email": "b"}, {"Email": Unsayable("old")}) == [("Email", "old", "b")]


def test_the_order_is_the_tables() -> None:
    everything = dict.fromkeys(KEYS, "a")
    assert [key for key, _, _ in told(everything, dict.fromkeys(KEYS, None))] == ["Email", "Name", "GLN"]


@given(VALUES, VALUES)
def test_after_the_changes_nothing_differs(main: dict[str, str | None], other: dict[str, str | None]) -> None:
    for change in differences(FIELDS, main, other):
        assert change.old == other[change.field.key] != change.new
        other = {**other, change.field.key: change.new}

    assert differences(FIELDS, main, other) == ()


@given(VALUES, VALUES)
def test_linking_wipes_nothing(main: dict[str, str | None], other: dict[str, str | None]) -> None:
    kept = kept_when_linked(FIELDS, main, other)

    assert all(change.new is not None for change in differences(FIELDS, main, other, kept))
    assert still_kept(kept, main) == kept


@given(VALUES, VALUES, VALUES)
def test_what_is_kept_only_ever_grows_less(
    main: dict[str, str | None], other: dict[str, str | None], later: dict[str, str | None]
) -> None:
    kept = kept_when_linked(FIELDS, main, other)
    left = still_kept(kept, later)

    assert left <= kept
    assert all(later.get(key) is None for key in left)
    assert all(later.get(key) is not None for key in kept - left)


def test_a_number_is_never_among_what_is_kept() -> None:
    assert kept_when_linked(FIELDS, {}, {"Number": "1", "Email": "a"}) == {"Email"}
