"""Swedish clock time against a database of time zones."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from severa_fortnox.fortnox.swedish_time import on_the_clock
from severa_fortnox.fortnox.unknowns import Readings

SWEDEN = ZoneInfo("Europe/Stockholm")
#: Since summer time ends in October everywhere in the Union, and as long as this code may live.
MOMENTS = st.datetimes(datetime(1996, 1, 1), datetime(2037, 12, 31), timezones=st.just(UTC))
#: Around the nights when clocks are moved.
NIGHTS = st.builds(
    lambda year, month, minutes: datetime(year, month, 24, tzinfo=UTC) + timedelta(minutes=minutes),
    st.integers(1996, 2036),
    st.sampled_from([3, 10]),
    st.integers(0, 8 * 24 * 60),
)


def wall(moment: datetime) -> datetime:
    """What the clock on the wall showed."""
    return moment.astimezone(SWEDEN).replace(tzinfo=None)


def comes_again(moment: datetime) -> bool:
    """Whether the clock shows the same time once more an hour later."""
    return wall(moment + timedelta(hours=1)) == wall(moment)


@given(MOMENTS | NIGHTS)
def test_it_is_what_a_clock_shows(moment: datetime) -> None:
    earlier = timedelta(hours=1) if comes_again(moment) else timedelta()
    assert on_the_clock(moment) == wall(moment) - earlier


@given(MOMENTS | NIGHTS, st.timedeltas(timedelta(), timedelta(hours=3)))
def test_a_clock_never_shows_an_earlier_time_later(moment: datetime, passed: timedelta) -> None:
    assert on_the_clock(moment) <= wall(moment + passed)


@pytest.mark.parametrize(
    ("moment", "shown"),
    [
        (datetime(2026, 1, 15, 11, 0, 59, 999_999, UTC), "2026-01-15 12:00"),
        (datetime(2026, 7, 15, 11, 0, 59, tzinfo=UTC), "2026-07-15 13:00"),
        (datetime(2026, 7, 15, 11, 0, tzinfo=timezone(timedelta(hours=-5))), "2026-07-15 18:00"),
        (datetime(2025, 12, 31, 23, 30, tzinfo=UTC), "2026-01-01 00:30"),
        (datetime(2026, 3, 29, 0, 59, tzinfo=UTC), "2026-03-29 01:59"),
        (datetime(2026, 3, 29, 1, 0, tzinfo=UTC), "2026-03-29 03:00"),
        (datetime(2026, 10, 24, 23, 59, tzinfo=UTC), "2026-10-25 01:59"),
        (datetime(2026, 10, 25, 0, 50, tzinfo=UTC), "2026-10-25 01:50"),
        (datetime(2026, 10, 25, 1, 50, tzinfo=UTC), "2026-10-25 02:50"),
    ],
)
def test_lastmodified_is_swedish_and_cut_to_the_minute(moment: datetime, shown: str) -> None:
    assert Readings().lastmodified(moment) == shown


def test_lastmodified_in_the_other_readings() -> None:
    moment = datetime(2026, 7, 15, 11, 0, 59, tzinfo=timezone(timedelta(hours=2)))

    assert Readings(lastmodified_zone="UTC").lastmodified(moment) == "2026-07-15 09:00"
    assert Readings(lastmodified_bound="excluded").lastmodified(moment) == "2026-07-15 10:59"
