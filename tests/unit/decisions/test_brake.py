"""When a run stops and asks: too much at once, or a side that cannot be what it looks like."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from severa_fortnox.alerts.catalogue import explain
from severa_fortnox.decisions.brake import FEWEST, empty_or_short, is_unseen, judged, mass_change
from severa_fortnox.errors import System
from severa_fortnox.work import Kind


@pytest.mark.parametrize(
    ("changes", "links", "share", "stops"),
    [
        (0, 0, 1, False),
        (50, 50, 1, False),  # so few are never too many
        (51, 51, 1, True),
        (51, 170, 30, False),  # 51 of 170 is exactly 30 percent
        (52, 170, 30, True),
        (52, 170, 31, False),
        (1000, 1000, 100, False),
        (60, 0, 30, True),
    ],
)
def test_more_than_a_share_of_a_register_stops(changes: int, links: int, share: int, stops: bool) -> None:
    reason = mass_change(Kind.CUSTOMER, changes, links, share)

    assert (reason is not None) is stops
    if reason is not None:
        assert str(changes) in explain(reason).cause and "customers" in explain(reason).cause
        assert explain(reason).fix


@pytest.mark.parametrize(
    ("changes", "told", "count"),
    [
        (0, 0, 0),
        (7, 0, 7),  # nobody was told of any
        (300, 400, 400),  # a hundred were mended
        (1, 400, 400),
        (0, 400, 0),  # all were
        (500, 400, 500),
    ],
)
def test_what_is_held_is_judged_by_what_was_told_of_until_none_is_left(changes: int, told: int, count: int) -> None:
    assert judged(changes, told) == count


def test_a_change_is_unseen_unless_a_load_began_after_it() -> None:
    loaded = datetime(2026, 3, 1, 12, tzinfo=UTC)
    later, earlier = loaded + timedelta(seconds=1), loaded - timedelta(seconds=1)
    assert is_unseen(later, loaded) and is_unseen(None, loaded) and is_unseen(earlier, None)
    assert not is_unseen(earlier, loaded)
    assert not is_unseen(loaded.replace(tzinfo=None), loaded), "without a zone it is read as UTC"


@pytest.mark.parametrize(
    ("count", "missing", "links", "code"),
    [
        (0, 0, 0, None),  # a register nobody has used yet
        (0, 1, 1, "register-empty"),
        (0, 40, 40, "register-empty"),
        (39, 1, 40, None),  # one record may always be deleted
        (9, 1, 10, None),
        (38, 2, 40, None),  # exactly five percent
        (37, 3, 40, "register-short"),
        (8, 2, 10, "register-short"),
    ],
)
def test_a_side_that_is_empty_or_short_stops(count: int, missing: int, links: int, code: str | None) -> None:
    reason = empty_or_short(Kind.PRODUCT, System.FORTNOX, count, missing, links)

    assert (None if reason is None else reason.code) == code
    if reason is not None:
        assert "Fortnox" in explain(reason).cause and explain(reason).fix


@given(st.integers(0, 5000), st.integers(0, 5000), st.integers(1, 99))
def test_a_larger_share_and_fewer_changes_never_stop_what_did_not_stop(changes: int, links: int, share: int) -> None:
    if mass_change(Kind.PROJECT, changes, links, share) is None:
        assert mass_change(Kind.PROJECT, changes, links, share + 1) is None
        assert mass_change(Kind.PROJECT, max(0, changes - 1), links, share) is None


@given(st.integers(0, FEWEST), st.integers(0, 5000), st.integers(1, 100))
def test_a_morning_of_work_never_stops(changes: int, links: int, share: int) -> None:
    assert mass_change(Kind.CUSTOMER, changes, links, share) is None
