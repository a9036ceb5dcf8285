"""What needs a person: opened once, mailed once, mailed once more when it is gone (DESIGN 9).

    (absent) ─open─▶ OPEN, to mail ─mailed─▶ OPEN, told ─resolve─▶ RESOLVED, to mail ─mailed─▶ (absent)

A problem is written before its mail is sent and marked after it, so a crash in between leaves it among `unmailed`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from severa_fortnox.reason import Reason
from severa_fortnox.store.attributes import Item
from severa_fortnox.store.failures import ConditionFailed, busy
from severa_fortnox.store.table import ABSENT, SAME_VERSION, Key, Table, partition

_OF_CONNECTION = "#pk = :pk AND begins_with(#sk, :prefix)"
_PREFIX = "PROBLEM#"
_TRIES = 5
#: Seconds until the next look, by how often the problem was met; the last one repeats.
RETRY_AFTER = (5 * 60, 15 * 60, 60 * 60, 6 * 60 * 60)


class ProblemState(StrEnum):
    """Whether it still needs somebody."""

    OPEN = "open"
    RESOLVED = "resolved"


@dataclass(frozen=True)
class Problem:
    """Something a person must know about.

    Args:
        subject: the record, e.g. "invoice#<guid>"; one problem a subject.
        reasons: why it does not go through.
        name: what a person calls the record, e.g. "invoice 1042".
        opened_at: seconds since the epoch, as the other moments here.
        count: how often it was met with these reasons.
        mailed: whether a person was told about its present state.
        retry_at: before this moment looking again is not worth it.
    """

    connection: str
    subject: str
    reasons: tuple[Reason, ...]
    name: str
    opened_at: float
    last_seen_at: float
    count: int
    state: ProblemState
    mailed: bool
    retry_at: float
    detail: Mapping[str, str] = field(default_factory=dict)
    version: int = 1

    @property
    def signature(self) -> str:
        """The same for the same reasons with the same values, in any order."""
        return _signature(self.reasons)


@dataclass(frozen=True)
class Opened:
    """What opening a problem came to.

    Args:
        news: whether a person does not know this yet: new, back again, or for other reasons.
    """

    problem: Problem
    news: bool


@dataclass(frozen=True)
class Problems:
    """The problems of all connections."""

    table: Table
    clock: Callable[[], float]

    def open(
        self,
        connection: str,
        subject: str,
        reasons: Sequence[Reason],
        *,
        name: str,
        detail: Mapping[str, str],
    ) -> Opened:
        """Note that the subject cannot go through, for these reasons.

        Raises:
            Busy: other workers kept writing the same problem.
        """
        now = self.clock()
        fresh = Problem(
            connection=connection,
            subject=subject,
            reasons=tuple(reasons),
            name=name,
            opened_at=now,
            last_seen_at=now,
            count=1,
            state=ProblemState.OPEN,
            mailed=False,
            retry_at=now + RETRY_AFTER[0],
            detail=detail,
        )
        old: Problem | None = None
        for _ in range(_TRIES):
            opened = _opened(old, fresh)
            try:
                return Opened(self._write(old, opened.problem), opened.news)
            except ConditionFailed as failure:
                old = None if failure.old is None else _problem(failure.old)
        raise busy("open problem", "other workers keep writing this problem", subject)

    def resolve(self, connection: str, subject: str) -> Problem | None:
        """OPEN ─▶ RESOLVED, to be mailed; None when there was no open problem."""
        for _ in range(_TRIES):
            old = self.get(connection, subject)
            if old is None or old.state is ProblemState.RESOLVED:
                return None
            try:
                return self._write(old, replace(old, state=ProblemState.RESOLVED, mailed=False))
            except ConditionFailed:
                continue
        raise busy("resolve problem", "other workers keep writing this problem", subject)

    def mailed(self, problem: Problem) -> bool:
        """Note that a person was told; a resolved problem is forgotten then.

        Returns:
            False when it has other reasons or another state by now, which deserve a mail of their own.
        """
        for _ in range(_TRIES):
            current = self.get(problem.connection, problem.subject)
            if current is None or (current.signature, current.state) != (problem.signature, problem.state):
                return False
            try:
                if current.state is ProblemState.RESOLVED:
                    key = _key(current.connection, current.subject)
                    self.table.delete(key, SAME_VERSION, {":version": current.version})
                else:
                    self._write(current, replace(current, mailed=True))
                return True
            except ConditionFailed:
                continue
        raise busy("mailed problem", "other workers keep writing this problem", problem.subject)

    def get(self, connection: str, subject: str) -> Problem | None:
        """The problem of a subject, open or resolved and not mailed yet; None when there is none."""
        item = self.table.get(_key(connection, subject))
        return None if item is None else _problem(item)

    def all_open(self, connection: str) -> list[Problem]:
        """The open problems of a connection, the oldest first."""
        return [problem for problem in self._all(connection) if problem.state is ProblemState.OPEN]

    def unmailed(self, connection: str) -> list[Problem]:
        """What a person was not told yet, opened or resolved, the oldest first."""
        return [problem for problem in self._all(connection) if not problem.mailed]

    def _all(self, connection: str) -> list[Problem]:
        items = self.table.query(_OF_CONNECTION, {":pk": partition(connection), ":prefix": _PREFIX})
        return sorted(map(_problem, items), key=lambda problem: problem.opened_at)

    def _write(self, old: Problem | None, new: Problem) -> Problem:
        if old is None:
            self.table.put(_item(new), ABSENT)
            return new
        new = replace(new, version=old.version + 1)
        self.table.put(_item(new), SAME_VERSION, {":version": old.version})
        return new


def _opened(old: Problem | None, fresh: Problem) -> Opened:
    if old is None or old.state is ProblemState.RESOLVED:
        return Opened(fresh, news=True)
    if old.signature != fresh.signature:
        return Opened(replace(fresh, opened_at=old.opened_at), news=True)
    wait = RETRY_AFTER[min(old.count, len(RETRY_AFTER) - 1)]
    again = replace(
        fresh,
        opened_at=old.opened_at,
        count=old.count + 1,
        mailed=old.mailed,
        retry_at=fresh.last_seen_at + wait,
    )
    return Opened(again, news=False)


def _signature(reasons: Sequence[Reason]) -> str:
    texts = sorted(json.dumps([reason.code, dict(reason.values)], sort_keys=True) for reason in reasons)
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()[:16]


def _key(connection: str, subject: str) -> Key:
    return partition(connection), f"{_PREFIX}{subject}"


def _item(problem: Problem) -> Item:
    pk, sk = _key(problem.connection, problem.subject)
    return {
        "pk": pk,
        "sk": sk,
        "connection": problem.connection,
        "subject": problem.subject,
        "reasons": [{"code": reason.code, "values": reason.values} for reason in problem.reasons],
        "signature": problem.signature,
        "name": problem.name,
        "opened_at": problem.opened_at,
        "last_seen_at": problem.last_seen_at,
        "count": problem.count,
        "state": problem.state,
        "mailed": problem.mailed,
        "retry_at": problem.retry_at,
        "detail": problem.detail,
        "version": problem.version,
    }


def _problem(item: Item) -> Problem:
    return Problem(
        connection=item["connection"],
        subject=item["subject"],
        reasons=tuple(Reason(reason["code"], reason["values"]) for reason in item["reasons"]),
        name=item["name"],
        opened_at=float(item["opened_at"]),
        last_seen_at=float(item["last_seen_at"]),
        count=int(item["count"]),
        state=ProblemState(item["state"]),
        mailed=item["mailed"],
        retry_at=float(item["retry_at"]),
        detail=item["detail"],
        version=int(item["version"]),
    )
