"""``/oauth-v1/token`` and ``/oauth-v1/revoke``: JSON bodies under other content types (`reference` fortnox 2.2)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from werkzeug.wrappers import Request, Response

from sandbox.fortnox.grants import ACCESS_SECONDS

if TYPE_CHECKING:
    from sandbox.fortnox.grants import Grants
    from sandbox.fortnox.state import FortnoxState


class Tokens:
    """The authorization server; the consent dialogue itself is not here."""

    def __init__(self, state: FortnoxState) -> None:
        self.grants: Grants = state.grants

    def token(self, request: Request) -> Response:
        """``POST /oauth-v1/token``: a refresh token is good once and replaced; client credentials name the tenant."""
        if not self._known(request):
            return _refused("invalid_client", "The client credentials are invalid", 401)
        match request.form.get("grant_type"):
            case "refresh_token":
                if not self.grants.use_refresh(request.form.get("refresh_token", "")):
                    return _refused("invalid_grant", "Invalid refresh token", 400)
                return self._issued(self.grants.scopes, refresh_token=self.grants.issue_refresh())
            case "client_credentials":
                return self._for_service_account(request)
        return _refused("unsupported_grant_type", "The grant type is not supported", 400)

    def revoke(self, request: Request) -> Response:
        """``POST /oauth-v1/revoke``: true for a token nobody knows, too."""
        if not self._known(request):
            return _refused("invalid_client", "The client credentials are invalid", 401)
        self.grants.use_refresh(request.form.get("token", ""))
        return _written({"revoked": True}, 200, "application/json")

    def _for_service_account(self, request: Request) -> Response:
        if request.headers.get("TenantId") != str(self.grants.tenant_id) or not self.grants.service_account:
            return _refused("invalid_grant", "No consent for this tenant", 400)  # real text unknown
        wanted = frozenset(request.form.get("scope", "").split()) or self.grants.scopes
        if not wanted <= self.grants.scopes:
            return _refused("invalid_scope", "The scope is invalid", 400)
        return self._issued(wanted)

    def _issued(self, scopes: frozenset[str], **refresh: str) -> Response:
        body = {
            "access_token": self.grants.issue_access(scopes),
            "expires_in": ACCESS_SECONDS,
            "token_type": "bearer",
            "scope": " ".join(sorted(scopes)),
        }
        return _written(body | refresh, 200, "application/json")

    def _known(self, request: Request) -> bool:
        given = request.authorization
        known = (self.grants.client_id, self.grants.client_secret)
        return given is not None and given.type == "basic" and (given.username, given.password) == known


def _refused(error: str, description: str, status: int) -> Response:
    kind = "text/plain;charset=UTF-8" if status == 401 else "text/html; charset=UTF-8"
    return _written({"error": error, "error_description": description}, status, kind)


def _written(body: dict[str, object], status: int, content_type: str) -> Response:
    return Response(json.dumps(body), status, {"Cache-Control": "no-store"}, content_type=content_type)
