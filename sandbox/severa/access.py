"""Client credentials, access and refresh tokens, and what a token may do (`reference` severa 3)."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sandbox.severa.refusals import Refused
from sandbox.severa.shapes import Record

AREAS = (
    *("activities", "customers", "fees", "files", "hours", "invoices", "projects", "resourceallocations"),
    *("settings", "travels", "users"),
)
EVERY_SCOPE = frozenset(
    [f"{area}:{right}" for area in AREAS for right in ("read", "write", "delete")]
    + ["organization:read", "organization:write"]
)
REFRESH_SECONDS = 24 * 3600


@dataclass(frozen=True)
class Client:
    """One set of credentials made in Severa's settings, with the scopes an administrator granted."""

    id: str
    secret: str
    scopes: frozenset[str] = EVERY_SCOPE


@dataclass(frozen=True)
class Token:
    """An access or refresh token: whose it is, what it allows, and when it ends (seconds since the epoch)."""

    client: Client
    scopes: frozenset[str]
    expires_at: float


@dataclass
class Access:
    """The clients of one organisation and the tokens they hold."""

    clock: Callable[[], float]
    clients: dict[str, Client] = field(default_factory=dict)
    tokens: dict[str, Token] = field(default_factory=dict)
    refreshing: dict[str, Token] = field(default_factory=dict)

    def add_client(self, id: str, secret: str, scopes: frozenset[str] = EVERY_SCOPE) -> Client:
        """Make client credentials; a client with the same id is replaced, its tokens live on."""
        if unknown := scopes - EVERY_SCOPE:
            raise ValueError(f"Severa has no scope {min(unknown)}")
        self.clients[id] = Client(id, secret, scopes)
        return self.clients[id]

    def login(self, body: Any, seconds: int) -> Record:
        """Tokens for client credentials; property names in any case, unknown ones ignored. Raises Refused."""
        if not isinstance(body, dict):
            raise Refused("The request body must be an object.", kind="InvalidRequest")
        given = {name.lower(): value for name, value in body.items()}
        for name in ("client_id", "client_secret"):
            if not isinstance(given.get(name), str) or not given[name]:
                raise Refused(f"The {name} field is required.", name=name)
        client = self.clients.get(given["client_id"])
        if client is None or client.secret != given["client_secret"]:
            raise Refused("Client credentials are not valid.", kind="AuthenticationRequired", status=401)
        asked = frozenset(one for one in re.split(r"[\s,]+", given.get("scope") or "") if one)
        if not asked <= client.scopes:
            raise Refused("A scope is not granted to the client.", kind="AuthenticationRequired", status=401)
        return self._issue(client, asked or client.scopes, seconds)

    def refresh(self, refresh_token: Any, seconds: int) -> Record:
        """A new pair for a refresh token, which works once. Raises Refused."""
        token = self.refreshing.pop(refresh_token, None) if isinstance(refresh_token, str) else None
        if token is None or token.expires_at <= self.clock():
            raise Refused("The refresh token is not valid.", kind="AuthenticationRequired", status=401)
        return self._issue(token.client, token.scopes, seconds)

    def sign_out(self, refresh_token: Any) -> None:
        """Forget the refresh token; access tokens live on until they expire."""
        if isinstance(refresh_token, str):
            self.refreshing.pop(refresh_token, None)

    def holder(self, authorization: str) -> Token | None:
        """The valid token in an `Authorization` header, or None."""
        kind, _, value = authorization.partition(" ")
        token = self.tokens.get(value) if kind.lower() == "bearer" else None
        return token if token is not None and token.expires_at > self.clock() else None

    def revoke_all(self) -> None:
        """End every access token now."""
        self.tokens.clear()

    def _issue(self, client: Client, scopes: frozenset[str], seconds: int) -> Record:
        now = self.clock()
        access, refresh = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        self.tokens[access] = Token(client, scopes, now + seconds)
        self.refreshing[refresh] = Token(client, scopes, now + REFRESH_SECONDS)
        return {
            "access_token": access,
            "access_token_type": "Bearer",
            "access_token_expires_in": seconds,
            "access_token_expires_utc": _utc(now + seconds),
            "refresh_token": refresh,
            "refresh_token_expires_in": REFRESH_SECONDS,
            "refresh_token_expires_utc": _utc(now + REFRESH_SECONDS),
            "scope": " ".join(sorted(scopes)),
        }


def _utc(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")
