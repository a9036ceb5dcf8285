"""Access tokens that all workers share, and the refresh tokens that must never be lost.

Fortnox takes a refresh token once and answers with the next: access and refresh token are written in one write, before
either is used, and only over the refresh token that was spent for them.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from severa_fortnox.errors import Misconfigured, System
from severa_fortnox.store.attributes import Item
from severa_fortnox.store.failures import ConditionFailed, busy
from severa_fortnox.store.leases import Leases
from severa_fortnox.store.schema import TTL
from severa_fortnox.store.table import Key, Table, partition
from severa_fortnox.tokens import Token, TokenPair

# Whoever spent the stored refresh token may replace it; after a new consent the stored one belongs to a newer chain.
SAME_REFRESH_TOKEN = "#refresh = :spent"

_DAY = 86400
_LEASE = "refresh token"
#: Seconds; longer than two requests to the token endpoint can take.
_LEASE_SECONDS = 90.0


@dataclass(frozen=True)
class Tokens:
    """The tokens of all connections."""

    table: Table
    leases: Leases

    def of(self, connection: str) -> ConnectionTokens:
        """The access tokens of one connection, as its clients use them."""
        return ConnectionTokens(self, connection)

    def refreshing(self, connection: str) -> ConnectionPair:
        """The refresh token of one connection, as Fortnox's `RefreshGrant` uses it."""
        return ConnectionPair(self, connection)

    def get(self, connection: str, name: str) -> Token | None:
        """The token that was put last, expired or not; None when there is none."""
        item = self.table.get(_key(connection, name))
        return None if item is None else Token(item["value"], float(item["valid_until"]))

    def put(self, connection: str, name: str, token: Token) -> None:
        """Share a token with the other workers."""
        pk, sk = _key(connection, name)
        expires = int(token.expires_at) + _DAY
        self.table.put({"pk": pk, "sk": sk, "value": token.value, "valid_until": token.expires_at, TTL: expires})

    def pair(self, connection: str) -> TokenPair | None:
        """The stored pair, its access token expired or not; None when nobody has given consent yet."""
        item = self.table.get(_pair_key(connection))
        if item is None:
            return None
        return TokenPair(Token(item["value"], float(item["valid_until"])), item["refresh"])

    def put_pair(self, connection: str, pair: TokenPair) -> None:
        """Store the pair of a new consent over whatever is there: a person's consent starts a new chain."""
        self.table.put(_pair_item(connection, pair))

    def replace_pair(self, connection: str, spent: str, pair: TokenPair) -> bool:
        """Store the pair that the refresh token `spent` was spent for; False when another pair has been stored since.

        Repeating it after a lost answer is safe.
        """
        try:
            self.table.put(_pair_item(connection, pair), SAME_REFRESH_TOKEN, {":spent": spent})
        except ConditionFailed as failure:
            return failure.old is not None and failure.old["refresh"] == pair.refresh
        return True


@dataclass(frozen=True)
class ConnectionTokens:
    """The access tokens of one connection (a `TokenStore`)."""

    tokens: Tokens
    connection: str

    def get(self, name: str) -> Token | None:
        """The token that was put last, expired or not; None when there is none."""
        return self.tokens.get(self.connection, name)

    def put(self, name: str, token: Token) -> None:
        """Share a token with the other workers."""
        self.tokens.put(self.connection, name, token)


@dataclass(frozen=True)
class ConnectionPair:
    """The refresh token of one connection (a `RefreshStore`)."""

    tokens: Tokens
    connection: str

    def read(self) -> TokenPair:
        """The pair as it is stored now.

        Raises:
            Misconfigured: there is none; nobody has given consent yet.
        """
        pair = self.tokens.pair(self.connection)
        if pair is None:
            raise Misconfigured(
                "nobody has connected this Fortnox company yet",
                system=System.STORE,
                operation="read token pair",
                reference=self.connection,
                code="not-connected",
            )
        return pair

    def replace(self, old_refresh: str, new: TokenPair) -> bool:
        """Store the new pair if the stored refresh token is still the old one; whether it was."""
        return self.tokens.replace_pair(self.connection, old_refresh, new)

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the lease on refreshing.

        Raises:
            Busy: another worker, or another thread of this one, holds it.
        """
        owner = uuid.uuid4().hex
        if not self.tokens.leases.acquire(self.connection, _LEASE, owner, _LEASE_SECONDS):
            raise busy("refresh token", "another worker is refreshing the tokens", self.connection)
        try:
            yield
        finally:
            self.tokens.leases.release(self.connection, _LEASE, owner)


def _key(connection: str, name: str) -> Key:
    return partition(connection), f"TOKEN#{name}"


def _pair_key(connection: str) -> Key:
    return partition(connection), "TOKEN#pair"


def _pair_item(connection: str, pair: TokenPair) -> Item:
    pk, sk = _pair_key(connection)
    return {
        "pk": pk,
        "sk": sk,
        "value": pair.access.value,
        "valid_until": pair.access.expires_at,
        "refresh": pair.refresh,
    }
