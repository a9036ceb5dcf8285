"""The list of connections: one Severa organisation and one Fortnox company each (DESIGN 5)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, TypeAlias

from severa_fortnox.errors import NotFound, Rejected, System
from severa_fortnox.store.attributes import Item
from severa_fortnox.store.failures import ConditionFailed
from severa_fortnox.store.table import ABSENT, PRESENT, Key, Table

_LIST = "CONNECTIONS"
_ALL = "#pk = :pk"

Grant: TypeAlias = Literal["client_credentials", "refresh_token"]


@dataclass(frozen=True)
class Connection:
    """One Severa organisation and one Fortnox company.

    Args:
        id: lower-case letters, digits and dashes; part of every key, so it never changes.
        name: what people call it.
        fortnox_tenant: the Fortnox company's tenant id.
        fortnox_grant: how access tokens are got.
        active: whether anything is transferred.

    Raises:
        ValueError: `id` has other characters.
    """

    id: str
    name: str
    fortnox_tenant: str
    fortnox_grant: Grant
    active: bool = True

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[a-z0-9-]+", self.id):
            raise ValueError(f"{self.id!r}: a connection's id consists of lower-case letters, digits and dashes")


class ConnectionExists(Rejected):
    """There is a connection of this id already; nothing was written."""

    def __init__(self, id: str) -> None:
        super().__init__(
            f"there is a connection {id!r} already; choose another id",
            status=409,
            system=System.STORE,
            operation="add connection",
            reference=id,
            code="connection-exists",
        )


@dataclass(frozen=True)
class Connections:
    """All connections."""

    table: Table

    def add(self, connection: Connection) -> None:
        """Add a connection.

        Raises:
            ConnectionExists: its id is taken.
        """
        try:
            self.table.put(_item(connection), ABSENT)
        except ConditionFailed as failure:
            raise ConnectionExists(connection.id) from failure

    def get(self, id: str) -> Connection | None:
        """The connection; None when there is none of this id."""
        item = self.table.get(_key(id))
        return None if item is None else _connection(item)

    def all(self) -> list[Connection]:
        """All connections by id, the inactive ones too."""
        return [_connection(item) for item in self.table.query(_ALL, {":pk": _LIST})]

    def set_active(self, id: str, active: bool) -> None:
        """Switch a connection on or off.

        Raises:
            NotFound: there is none of this id.
        """
        try:
            self.table.update(_key(id), {"active": active}, PRESENT)
        except ConditionFailed as failure:
            raise NotFound(
                f"there is no connection {id!r}",
                status=404,
                system=System.STORE,
                operation="set connection active",
                reference=id,
            ) from failure


def _key(id: str) -> Key:
    return _LIST, f"C#{id}"


def _item(connection: Connection) -> Item:
    pk, sk = _key(connection.id)
    return {
        "pk": pk,
        "sk": sk,
        "id": connection.id,
        "name": connection.name,
        "fortnox_tenant": connection.fortnox_tenant,
        "fortnox_grant": connection.fortnox_grant,
        "active": connection.active,
    }


def _connection(item: Item) -> Connection:
    return Connection(item["id"], item["name"], item["fortnox_tenant"], item["fortnox_grant"], item["active"])
