"""The store as a whole: one value that has everything which must be remembered between two runs."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from severa_fortnox.errors import Bug, System
from severa_fortnox.store.before import Before
from severa_fortnox.store.connections import Connections
from severa_fortnox.store.ignored import Ignored
from severa_fortnox.store.leases import Leases
from severa_fortnox.store.limiter import (
    FORTNOX_LIMIT,
    FORTNOX_SLACK,
    FORTNOX_WINDOW,
    SEVERA_LIMIT,
    SEVERA_SLACK,
    SEVERA_WINDOW,
    Limiter,
)
from severa_fortnox.store.links import Links
from severa_fortnox.store.log import KEPT_DAYS, Log
from severa_fortnox.store.postponed import Postponed
from severa_fortnox.store.problems import Problems
from severa_fortnox.store.qualified import Qualified
from severa_fortnox.store.registers import Registers
from severa_fortnox.store.settings import SettingsStore
from severa_fortnox.store.table import Table
from severa_fortnox.store.tokens import Tokens
from severa_fortnox.store.transfers import Transfers
from severa_fortnox.store.watermarks import Watermarks

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_PACES = {
    System.FORTNOX: (FORTNOX_LIMIT, FORTNOX_WINDOW, FORTNOX_SLACK),
    System.SEVERA: (SEVERA_LIMIT, SEVERA_WINDOW, SEVERA_SLACK),
}


class Store:
    """Everything that is remembered between two runs.

    Every method raises `Retryable` when the store is too busy or does not answer, `Misconfigured` when it refuses us.

    Args:
        client: boto3's DynamoDB client.
        state_table: name of the State table.
        log_table: name of the TransferLog table.
        clock: seconds since the epoch.
        sleep: waits so many seconds; used by the limiters.
        log_days: days after which a log entry may be dropped.
    """

    def __init__(
        self,
        client: DynamoDBClient,
        state_table: str,
        log_table: str,
        clock: Callable[[], float] = time.time,
        *,
        sleep: Callable[[float], None] = time.sleep,
        log_days: int = KEPT_DAYS,
    ) -> None:
        state = Table(client, state_table)
        self.links: Final = Links(state)
        self.log: Final = Log(Table(client, log_table), log_days)
        self.transfers: Final = Transfers(state, self.links, self.log, clock)
        self.problems: Final = Problems(state, clock)
        self.settings: Final = SettingsStore(state, clock)
        self.watermarks: Final = Watermarks(state)
        self.leases: Final = Leases(state, clock)
        self.tokens: Final = Tokens(state, self.leases)
        self.registers: Final = Registers(state, clock)
        self.connections: Final = Connections(state)
        self.ignored: Final = Ignored(state)
        self.qualified: Final = Qualified(state)
        self.before: Final = Before(state)
        self.postponed: Final = Postponed(state, clock)
        self._state = state
        self._clock = clock
        self._sleep = sleep
        self._limiters: dict[tuple[str, System], Limiter] = {}
        self._lock = threading.Lock()

    def pace(self, connection: str, system: System) -> Limiter:
        """The limiter of a connection towards Severa or Fortnox: always the same one, so that threads combine.

        Raises:
            Bug: the system has no limit.
        """
        if system not in _PACES:
            raise Bug(f"{system} has no limit to keep", system=System.OURS, operation="pace", reference=connection)
        limit, window, slack = _PACES[system]
        with self._lock:
            return self._limiters.setdefault(
                (connection, system),
                Limiter(self._state, connection, system, limit, window, self._clock, self._sleep, slack),
            )
