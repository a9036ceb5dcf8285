"""Swedish clock time, in which Fortnox is believed to write its moments.

From the rule that the European Union has followed since 1996, because the Lambda runtime is not known to carry a
database of time zones.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


def on_the_clock(moment: datetime) -> datetime:
    """What a Swedish clock showed at the moment, without an offset.

    The hour that a clock shows twice in October is taken as winter time both times, and so 02:50 of its first showing
    is given as 01:50: a comparison of clock times then finds all that came later.

    Args:
        moment: with its offset.
    """
    moment = moment.astimezone(UTC)
    summer = _last_sunday(moment.year, 3) + timedelta(hours=1) <= moment < _last_sunday(moment.year, 10)
    return (moment + timedelta(hours=2 if summer else 1)).replace(tzinfo=None)


def _last_sunday(year: int, month: int) -> datetime:
    """The first moment, in UTC, of the last Sunday of a month of 31 days."""
    last = datetime(year, month, 31, tzinfo=UTC)
    return last - timedelta(days=(last.weekday() + 1) % 7)
