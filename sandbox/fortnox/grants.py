"""Consents and tokens: who may call, for which scopes, until when (`reference` fortnox 2)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from sandbox.fortnox.fields import words

SCOPES = frozenset(
    words(
        "archive article assets bookkeeping companyinformation connectfile costcenter currency customer inbox invoice "
        "noxfinansinvoice offer order payment price print profile project salary settings supplier supplierinvoice "
        "timereporting"
    )
)
ACCESS_SECONDS = 3600
REFRESH_SECONDS = 45 * 24 * 3600


@dataclass(frozen=True)
class Access:
    """What one access token allows."""

    scopes: frozenset[str]
    expires_at: float


class Grants:
    """The company's consent to one integration, and the tokens issued under it.

    Args:
        tenant_id: the company.
        scopes: what was consented to; None for every scope.
        now: seconds.
    """

    def __init__(
        self,
        tenant_id: int,
        client_id: str,
        client_secret: str,
        scopes: frozenset[str] | None,
        now: Callable[[], float],
    ) -> None:
        self.tenant_id = tenant_id
        self.client_id = client_id
        self.client_secret = client_secret
        self.scopes = SCOPES if scopes is None else scopes
        self.service_account = True
        self._now = now
        self._access: dict[str, Access] = {}
        self._refresh: dict[str, float] = {}

    def issue_access(self, scopes: frozenset[str] | None = None) -> str:
        """A new access token for some or all of the consented scopes, good for an hour."""
        granted = self.scopes if scopes is None else scopes
        token = self._jwt(granted)
        self._access[token] = Access(granted, self._now() + ACCESS_SECONDS)
        return token

    def issue_refresh(self) -> str:
        """A new refresh token, as the consent dialogue would have given."""
        token = secrets.token_hex(20)
        self._refresh[token] = self._now() + REFRESH_SECONDS
        return token

    def use_refresh(self, token: str) -> bool:
        """Whether the refresh token was good; it is not from now on."""
        return self._refresh.pop(token, 0.0) > self._now()

    def access(self, token: str) -> Access | None:
        """What the token allows; None when it is unknown or has run out."""
        found = self._access.get(token)
        return found if found is not None and found.expires_at > self._now() else None

    def expire_access(self) -> None:
        """Let every access token run out now."""
        self._access.clear()

    def revoke(self) -> None:
        """The company takes its consent back: no new tokens; those out there run out by themselves."""
        self.service_account = False
        self._refresh.clear()

    def _jwt(self, scopes: frozenset[str]) -> str:
        issued = int(self._now())
        claims = {
            "userId": 1,
            "tenantId": self.tenant_id,
            "clientId": self.client_id,
            "scopes": sorted(scopes),
            "scope": " ".join(sorted(scopes)),
            "authsource": "OAUTH2",
            "jti": secrets.token_hex(8),
            "iss": "https://api.fortnox.se/oauth2",
            "aud": self.client_id,
            "sub": f"1@{self.tenant_id}",
            "iat": issued,
            "exp": issued + ACCESS_SECONDS,
            "token_type": "access_token",
        }
        signed = ".".join(_base64(json.dumps(part).encode()) for part in ({"alg": "HS256", "typ": "JWT"}, claims))
        signature = hmac.new(self.client_secret.encode(), signed.encode(), hashlib.sha256).digest()
        return f"{signed}.{_base64(signature)}"


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
