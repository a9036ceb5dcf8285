"""How far the registers were read, by whom: the watermarks of polls, comparisons and loads."""

from __future__ import annotations

from datetime import datetime, timedelta

from severa_fortnox.errors import System
from severa_fortnox.flows.session import Session
from severa_fortnox.work import Kind

#: How far before a watermark the lists are read: clocks differ, and a record may become visible late.
OVERLAP = timedelta(minutes=5)
#: How far the polls have read Severa.
IN_SEVERA = "registers in severa"
#: How far every project and invoice was read, so that a customer not known as qualified is none.
ALL_QUALIFIED = "all qualified customers are known"


def ahead_in_severa(kind: Kind) -> str:
    """The watermark of a kind that the polls have read further in Severa than the others, while those are held."""
    return f"{kind}s in severa"


def in_fortnox(kind: Kind) -> str:
    """The watermark of Fortnox's records of that kind: how far the daily catch-up has read them."""
    return f"{kind}s in fortnox"


def loaded_until(kind: Kind, system: System) -> str:
    """The watermark of the last load that showed a person every change of that kind in a system: when it began."""
    return f"{kind}s in {system} loaded"


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
