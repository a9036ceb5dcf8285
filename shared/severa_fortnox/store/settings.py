"""The settings of a connection, with every version that ever was and who made it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from severa_fortnox.errors import Rejected, System
from severa_fortnox.settings import Settings
from severa_fortnox.store.failures import TransactionFailed
from severa_fortnox.store.table import ABSENT, SAME_VERSION, Key, Table, partition

_HISTORY = "#pk = :pk AND begins_with(#sk, :prefix)"
_PREFIX = "SETTINGS#"


@dataclass(frozen=True)
class Stored:
    """The settings and their version; version 0 are the defaults of a connection that never had any."""

    settings: Settings
    version: int


@dataclass(frozen=True)
class Change:
    """One version of the settings.

    Args:
        values: all of them as they were; not validated, because the rules may have changed since.
        who: the person who made it.
        at: seconds since the epoch.
    """

    version: int
    values: Mapping[str, Any]
    who: str
    at: float


class SettingsChanged(Rejected):
    """Somebody else changed the settings meanwhile; nothing was written. Read them again.

    Args:
        expected_version: the version the change was based on.
    """

    def __init__(self, connection: str, expected_version: int) -> None:
        super().__init__(
            f"the settings of {connection} are not version {expected_version} any more; look at them again",
            status=409,
            system=System.STORE,
            operation="put settings",
            reference=connection,
            code="settings-changed",
        )
        self.expected_version = expected_version


@dataclass(frozen=True)
class SettingsStore:
    """The settings of all connections."""

    table: Table
    clock: Callable[[], float]

    def get(self, connection: str) -> Stored:
        """The settings in force; the defaults as version 0 when none were ever stored.

        Raises:
            pydantic.ValidationError: what is stored is not valid by today's rules.
        """
        item = self.table.get(_key(connection))
        if item is None:
            return Stored(Settings(), 0)
        values = json.loads(item["settings"])
        # A setting that a later release no longer has must not stop the connection.
        known = {name: value for name, value in values.items() if name in Settings.model_fields}
        return Stored(Settings.model_validate(known), int(item["version"]))

    def put(self, connection: str, settings: Settings, *, expected_version: int, who: str) -> Stored:
        """Make these the settings in force and keep them in the history, in one transaction.

        Args:
            expected_version: the version they were made from, 0 for the first.
            who: the person who changes them.

        Raises:
            SettingsChanged: somebody was faster.
        """
        version = expected_version + 1
        pk, sk = _key(connection)
        current = {
            "pk": pk,
            "sk": sk,
            "settings": settings.model_dump_json(),
            "version": version,
            "who": who,
            "at": self.clock(),
        }
        first = expected_version == 0
        try:
            self.table.transact(
                self.table.putting(current, ABSENT)
                if first
                else self.table.putting(current, SAME_VERSION, {":version": expected_version}),
                self.table.putting({**current, "sk": f"{_PREFIX}{version:08d}"}, ABSENT),
            )
        except TransactionFailed as failure:
            raise SettingsChanged(connection, expected_version) from failure
        return Stored(settings, version)

    def history(self, connection: str) -> list[Change]:
        """Every version, the newest first."""
        values = {":pk": partition(connection), ":prefix": _PREFIX}
        return [
            Change(int(item["version"]), json.loads(item["settings"]), item["who"], float(item["at"]))
            for item in self.table.query(_HISTORY, values, newest_first=True)
        ]


def _key(connection: str) -> Key:
    return partition(connection), "SETTINGS"
