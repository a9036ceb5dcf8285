"""Moments: one without a zone is read as UTC, because moments with and without cannot be compared."""

from __future__ import annotations

from datetime import UTC, datetime


def with_zone(moment: datetime) -> datetime:
    """The moment with a zone; UTC when it had none."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
