"""Records that could not be looked at while a system did not let us in or did not answer; no list shows them again.

(absent) ─put─▶ due ─queued─▶ due in an hour, should the message be lost ─remove─▶ (absent)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from severa_fortnox.errors import System
from severa_fortnox.store.attributes import Item
from severa_fortnox.store.failures import ConditionFailed
from severa_fortnox.store.table import PRESENT, Key, Table, partition
from severa_fortnox.work import Cause, Kind, Work

_OF_CONNECTION = "#pk = :pk AND begins_with(#sk, :prefix)"
_PREFIX = "POSTPONED#"
#: Seconds until a record that was queued is queued once more; then its message was lost.
QUEUED_AGAIN = 60 * 60.0


@dataclass(frozen=True)
class PostponedWork:
    """One record that waits.

    Args:
        work: what is to be done.
        subject: the problem that keeps it; while that is open it is not worth trying.
        due_at: seconds since the epoch; it is queued already before that.
    """

    work: Work
    subject: str
    due_at: float


@dataclass(frozen=True)
class Postponed:
    """What waits in all connections."""

    table: Table
    clock: Callable[[], float]

    def put(self, work: Work, subject: str) -> None:
        """Remember that the record is still to be looked at; once, however often it is told."""
        self.table.put(_item(PostponedWork(work, subject, self.clock())))

    def queued(self, postponed: PostponedWork) -> None:
        """Remember that it is queued; when it was done meanwhile, that stands."""
        changes = {"due_at": self.clock() + QUEUED_AGAIN}
        try:
            self.table.update(_key(postponed.work), changes, PRESENT)
        except ConditionFailed:
            return

    def remove(self, work: Work) -> str | None:
        """Forget the record; the answer is the subject that kept it, None when it was not postponed."""
        item = self.table.get(_key(work))
        if item is None:
            return None
        try:
            self.table.delete(_key(work), PRESENT)
        except ConditionFailed:
            return None
        return str(item["subject"])

    def due(self, connection: str) -> list[PostponedWork]:
        """What waits and is not queued."""
        items = self.table.query(_OF_CONNECTION, {":pk": partition(connection), ":prefix": _PREFIX})
        return [each for item in items if (each := _postponed(connection, item)).due_at <= self.clock()]


def _key(work: Work) -> Key:
    return partition(work.connection), f"{_PREFIX}{work.kind}#{work.system}#{work.id}"


def _item(postponed: PostponedWork) -> Item:
    work = postponed.work
    pk, sk = _key(work)
    return {
        "pk": pk,
        "sk": sk,
        "kind": work.kind,
        "system": work.system,
        "id": work.id,
        "subject": postponed.subject,
        "due_at": postponed.due_at,
    }


def _postponed(connection: str, item: Item) -> PostponedWork:
    # Whoever asked has waited long enough for an answer; it is taken up as what a dead worker left.
    work = Work(connection, Kind(item["kind"]), item["id"], Cause.SWEEPER, System(item["system"]))
    return PostponedWork(work, item["subject"], float(item["due_at"]))
