"""Never more calls than a system allows, across all workers, and no fewer when there is a backlog (DESIGN 8).

The store keeps the send times of the last `limit` calls, reserved ahead of their time. A new call may go one window
after the oldest of them: an exact sliding log, which a token bucket is not (25 at 5/s lets 49 through in some window).
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from severa_fortnox.store.attributes import Item
from severa_fortnox.store.failures import ConditionFailed, busy
from severa_fortnox.store.table import ABSENT, SAME_VERSION, Key, Table, partition

#: Fortnox allows 25 calls in any 5 s per tenant. The 200 ms on top are for the time between our reservation and its
#: arrival, which differs from call to call; they cost 4 % of the pace (25 in 5.2 s are 96 % of 25 in 5 s).
FORTNOX_LIMIT, FORTNOX_WINDOW = 25, 5.2
#: Severa allows 10 calls a second per client. Its window is so short that a burst would leave no room for differences,
#: so the calls go out one by one: 11 of them take 1.055 s (95 % of the pace, 55 ms of room).
SEVERA_LIMIT, SEVERA_WINDOW = 1, 0.1055
#: A granted time is given up when it is missed by more than this part of a second: a call that goes out late would meet
#: the calls behind it. A slow store or a busy processor then costs a slot and never the limit.
FORTNOX_SLACK, SEVERA_SLACK = 0.1, 0.025
#: Seconds a reservation is made ahead, about what writing it takes.
AHEAD = 0.01

#: Lost races in a row before giving up; each winner is another worker's progress.
_TRIES = 40
#: Seconds between two tries at most: a write takes about 5 ms.
_FIRST_PAUSE, _LONGEST_PAUSE = 0.005, 0.2


def reserve(
    sent: Sequence[float], now: float, calls: int, limit: int, window: float
) -> tuple[list[float], list[float]]:
    """The earliest times at which so many more calls may be sent.

    Args:
        sent: the latest `limit` send times (fewer at first), ascending, also those still to come; seconds.
        now: no call is granted earlier; seconds.
        calls: how many calls want to go.
        limit: the most calls in any window.
        window: its length in seconds.

    Returns:
        The times granted, ascending, and the log with them: at most `limit` times, ascending.
    """
    granted: list[float] = []
    log = sorted(sent)
    for _ in range(calls):
        # The log is full, so `limit` calls lie at or after its first one: the next may not share a window with it.
        at = now if len(log) < limit else max(now, log[0] + window)
        granted.append(at)
        log = sorted([*log, at])[-limit:]
    return granted, log


@dataclass
class _Call:
    """A thread that waits for its send time."""

    at: float | None = None


@dataclass(frozen=True)
class _Shared:
    """The limiter as all workers see it.

    Args:
        not_before: no new reservation earlier than this, after the other system complained.
        version: 0 when the store has no item yet.
    """

    sent: tuple[float, ...] = ()
    not_before: float = 0.0
    version: int = 0


@dataclass
class Limiter:
    """The pace of one connection towards one system; one instance a process, shared by its threads.

    Threads combine: the one that gets the turn reserves for all that wait at that moment, in one write.

        time ─▶
        thread 1   turn ─▶ write for 1 ────────▶ send
        thread 2       waits for the turn ─▶ turn ─▶ write for 2 and 3 ─▶ send
        thread 3         waits for the turn ───────────▶ has its time ──▶ send

    So a backlog costs a write per round trip to the store and not one per call, and nothing is reserved that nobody
    uses. The item last seen is kept, so that without other processes a reservation is one write and no read.
    """

    table: Table
    connection: str
    name: str
    limit: int
    window: float
    clock: Callable[[], float]
    sleep: Callable[[float], None]
    slack: float = 0.1
    _turn: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)
    _guard: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)
    _waiting: list[_Call] = field(default_factory=list, init=False, repr=False)
    _seen: _Shared = field(default=_Shared(), init=False, repr=False)

    def wait(self) -> None:
        """Return when one call may be sent.

        Raises:
            Busy: too many other workers reserve at the same time.
            Retryable: the store does not answer.
        """
        while True:
            at = self._reserved()
            while (left := at - self.clock()) > 0:
                self.sleep(left)
            if self.clock() - at <= self.slack:
                return

    def penalty(self, seconds: float) -> None:
        """The other system answered 429: grant no new call for so many seconds, to any worker.

        Raises:
            Busy: too many other workers reserve at the same time.
            Retryable: the store does not answer.
        """
        with self._turn:
            until = self.clock() + seconds
            self._change(lambda seen: _Shared(seen.sent, max(seen.not_before, until), seen.version))

    def _reserved(self) -> float:
        call = _Call()
        with self._guard:
            self._waiting.append(call)
        with self._turn:
            if call.at is None:
                with self._guard:
                    together, self._waiting = self._waiting, []
                try:
                    self._reserve(together)
                except Exception:
                    with self._guard:
                        # The others try for themselves when it is their turn.
                        self._waiting = [other for other in together if other is not call] + self._waiting
                    raise
        assert call.at is not None
        return call.at

    def _reserve(self, calls: Sequence[_Call]) -> None:
        granted: list[float] = []

        def reserved(seen: _Shared) -> _Shared:
            start = max(self.clock() + AHEAD, seen.not_before)
            granted[:], sent = reserve(seen.sent, start, len(calls), self.limit, self.window)
            return _Shared(tuple(sent), seen.not_before, seen.version)

        self._change(reserved)
        for call, at in zip(calls, granted, strict=True):
            call.at = at

    def _change(self, change: Callable[[_Shared], _Shared]) -> None:
        """Write the change over the version it was made from; made anew from the winner's after a lost race."""
        pause = _FIRST_PAUSE
        for _ in range(_TRIES):
            new = change(self._seen)
            item = _item(self.connection, self.name, new, self._seen.version + 1)
            try:
                if self._seen.version == 0:
                    self.table.put(item, ABSENT)
                else:
                    self.table.put(item, SAME_VERSION, {":version": self._seen.version})
            except ConditionFailed as failure:
                self._seen = _Shared() if failure.old is None else _shared(failure.old)
                self.sleep(random.uniform(0, pause))
                pause = min(2 * pause, _LONGEST_PAUSE)
            else:
                self._seen = _shared(item)
                return
        raise busy("reserve calls", "too many workers reserve at the same time", self.name)


def _key(connection: str, name: str) -> Key:
    return partition(connection), f"LIMITER#{name}"


def _item(connection: str, name: str, shared: _Shared, version: int) -> Item:
    pk, sk = _key(connection, name)
    return {"pk": pk, "sk": sk, "sent": shared.sent, "not_before": shared.not_before, "version": version}


def _shared(item: Item) -> _Shared:
    return _Shared(tuple(float(at) for at in item["sent"]), float(item["not_before"]), int(item["version"]))
