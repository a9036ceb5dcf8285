"""Access tokens: asked for once, kept until a minute before they end, shared by the threads of a container.

thread 1     cache empty ─ takes the name's lock ─ store empty ─ asks for a token ─ keeps it ─ releases
threads 2-8               wait for the lock ....................................... find it in the cache
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from threading import Lock
from typing import Protocol

#: A token is not used in its last minute, so that it does not end on its way.
MARGIN_SECONDS = 60.0


@dataclass(frozen=True)
class Token:
    """An access token.

    Args:
        value: what goes behind ``Bearer``; never shown.
        expires_at: epoch seconds.
    """

    value: str = field(repr=False)
    expires_at: float


class TokenStore(Protocol):
    """Tokens shared by all containers."""

    def get(self, name: str) -> Token | None:
        """The token kept under the name, expired or not."""

    def put(self, name: str, token: Token) -> None:
        """Keep the token under the name."""


@dataclass(frozen=True)
class TokenPair:
    """An access token and the refresh token that gets the next pair; the refresh token is spent by its first use."""

    access: Token
    refresh: str = field(repr=False)


class RefreshStore(Protocol):
    """One connection's token pair, shared by all containers."""

    def read(self) -> TokenPair:
        """The pair as it is stored now.

        Raises:
            Misconfigured: there is none; nobody has given consent yet.
        """

    def replace(self, old_refresh: str, new: TokenPair) -> bool:
        """Store the new pair if the stored refresh token is still the old one; whether it was."""

    def lock(self) -> AbstractContextManager[object]:
        """Hold the lease on refreshing.

        Raises:
            Busy: another worker holds it.
        """


class TokenCache:
    """This container's tokens, in front of the shared store where there is one.

    Args:
        store: shared by all containers; None keeps tokens in this container only.
        clock: epoch seconds.
    """

    def __init__(self, store: TokenStore | None = None, clock: Callable[[], float] = time.time) -> None:
        self._store = store
        self._clock = clock
        self._kept: dict[str, Token] = {}
        self._refused: dict[str, str] = {}
        self._locks: dict[str, Lock] = {}

    def get(self, name: str, request: Callable[[], Token]) -> str:
        """A token to send now; at most one thread asks for a new one, the others wait for it.

        Args:
            name: whose token, the same in every container.
            request: asks the token endpoint; what it raises is passed on and nothing is kept.
        """
        with self._lock(name):
            token = self._kept.get(name)
            if not self.usable(name, token):
                token = self._store.get(name) if self._store else None
            if token is None or not self.usable(name, token):
                token = request()
                if self._store:
                    self._store.put(name, token)
            self._kept[name] = token
            return token.value

    def refuse(self, name: str, value: str) -> None:
        """Never hand out this token again: the other system did not accept it.

        The value is named because another thread may have replaced it already, and the new one must not be lost.
        """
        with self._lock(name):
            self._refused[name] = value

    def forget(self, name: str, value: str) -> None:
        """Look for the token in the store again next time, if this is still the one kept here."""
        with self._lock(name):
            kept = self._kept.get(name)
            if kept is not None and kept.value == value:
                del self._kept[name]

    def usable(self, name: str, token: Token | None) -> bool:
        """Whether the token can still be sent."""
        return (
            token is not None
            and token.expires_at - MARGIN_SECONDS > self._clock()
            and token.value != self._refused.get(name)
        )

    def _lock(self, name: str) -> Lock:
        return self._locks.setdefault(name, Lock())
