"""One record looked at alone: matched, by the rules for whole registers, with whatever may be its counterpart."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from severa_fortnox.decisions.matching import Known
from severa_fortnox.decisions.pairs import Pair
from severa_fortnox.errors import Busy, System
from severa_fortnox.flows.pairs import linked
from severa_fortnox.flows.session import Session
from severa_fortnox.store.links import Link, LinkKey
from severa_fortnox.work import Kind

P = TypeVar("P", bound=Pair)


def known_of(session: Session, kind: Kind, severa: Iterable[str], fortnox: Iterable[str]) -> Known:
    """What is remembered of some records.

    Args:
        severa: their Severa guids.
        fortnox: their Fortnox numbers.
    """
    keys = [LinkKey(kind, System.SEVERA, guid) for guid in severa]
    keys += [LinkKey(kind, System.FORTNOX, number) for number in fortnox]
    return known_by(session, kind, session.store.links.many(session.connection.id, keys).values())


def known_by(session: Session, kind: Kind, links: Iterable[Link]) -> Known:
    """What is remembered of a kind, with these links."""
    ignored = session.store.ignored.all(session.connection.id, kind)
    # A link that was found from both its ends is one.
    by_severa = {link.severa_id: each for link in links if (each := linked(link)) is not None}
    return Known(
        links=list(by_severa.values()),
        ignored_in_severa={each.id: each.why for each in ignored if each.system is System.SEVERA},
        ignored_in_fortnox={each.id: each.why for each in ignored if each.system is System.FORTNOX},
    )


def pair_of(pairs: Iterable[P], kind: Kind, *, severa_id: str | None = None, fortnox_id: str | None = None) -> P:
    """The pair of the one record that is meant, which was not linked when it was looked for.

    Raises:
        Busy: another worker has linked it since.
    """
    for pair in pairs:
        if pair.linked is None and (pair.severa_id == severa_id if severa_id else pair.fortnox_id == fortnox_id):
            return pair
    raise Busy("another worker has just linked it", system=System.STORE, operation=f"match {kind}")
