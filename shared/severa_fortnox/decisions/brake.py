"""When a run stops and asks instead of changing things: too much at once, or a side that looks empty or short.

A wrong company, a user who may see only a part, or an import gone wrong all look like ordinary changes, one by one.
"""

from __future__ import annotations

from datetime import datetime

from severa_fortnox.errors import System
from severa_fortnox.reason import Reason
from severa_fortnox.timing import with_zone
from severa_fortnox.work import Kind

#: Changes that are never too many, however few links there are.
FEWEST = 50
#: Share of the linked records, in percent, that may be missing in a listing.
MISSING_SHARE = 5


def may_be_too_many(changes: int) -> bool:
    """Whether the links are worth counting: so few changes are never too many."""
    return changes > FEWEST


def is_unseen(changed: datetime | None, loaded: datetime | None) -> bool:
    """Whether a change came after the last load of its kind began to read, as far as is known."""
    return loaded is None or changed is None or with_zone(changed) > loaded


def judged(changes: int, told: int) -> int:
    """How many changes are judged: of a kind that is held never fewer than were told of, as long as one is left.

    They are mended or let through one by one, and fewer are no reason to believe in those that are left.

    Args:
        changes: of linked records, that nobody has seen.
        told: how many a person was told of; 0 when the kind is not held.
    """
    return max(changes, told) if changes else 0


def mass_change(kind: Kind, changes: int, links: int, share: int) -> Reason | None:
    """Why that many changes of linked records are too many at once; None when they are not.

    Args:
        share: percent of the linked records that may change.
    """
    if not may_be_too_many(changes) or changes * 100 <= links * share:
        return None
    values = {"changes": str(changes), "links": str(links), "records": f"{kind}s", "share": str(share)}
    return Reason("mass-change", values)


def empty_or_short(kind: Kind, system: System, count: int, missing: int, links: int) -> Reason | None:
    """Why a side's listing cannot be believed; None when it can.

    Args:
        count: records the listing has.
        missing: linked records that it lacks.
        links: linked records there are.
    """
    values = {
        "system": str(system).capitalize(),
        "records": f"{kind}s",
        "links": str(links),
        "missing": str(missing),
    }
    if count == 0 and links:
        return Reason("register-empty", values)
    if missing > 1 and missing * 100 > links * MISSING_SHARE:
        return Reason("register-short", values)
    return None
