"""Moments: one without a zone is read as UTC, because moments with and without cannot be compared; days are UTC's."""

from __future__ import annotations

from datetime import UTC, date, datetime


def with_zone(moment: datetime) -> datetime:
    """The moment with a zone; UTC when it had none."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def utc_day(moment: datetime) -> date:
    """The day it was in UTC then, whichever zone the moment is written in: `Desk.today` is such a day too."""
    return with_zone(moment).astimezone(UTC).date()
