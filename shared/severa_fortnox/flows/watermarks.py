"""How far the registers were read, by whom: the watermarks of polls, comparisons and loads."""

from __future__ import annotations

from datetime import datetime, timedelta

from severa_fortnox.flows.session import Session
from severa_fortnox.work import Kind

#: How far before a watermark the lists are read: clocks differ, and a record may become visible late.
OVERLAP = timedelta(minutes=5)
#: How far the polls have read each system.
IN_SEVERA, IN_FORTNOX = "registers in severa", "registers in fortnox"
#: How far every project and invoice was read, so that a customer not known as qualified is none.
ALL_QUALIFIED = "all qualified customers are known"


def loaded_until(kind: Kind) -> str:
    """The watermark of the last load of that kind: when it began to read."""
    return f"{kind}s loaded"


def read_until(session: Session, name: str) -> datetime | None:
    """The moment of a watermark; None when nothing was read yet."""
    text = session.store.watermarks.get(session.connection.id, name)
    return None if text is None else datetime.fromisoformat(text)


def advance(session: Session, name: str, moment: datetime) -> None:
    """Move a watermark forward, never back.

    Args:
        moment: in UTC.
    """
    session.store.watermarks.advance(session.connection.id, name, moment.isoformat())
