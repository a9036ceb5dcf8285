"""How Fortnox lets us in: two ways to an access token, chosen per connection.

`ClientCredentials` is the default: no stored secret changes, so nothing can be lost. `RefreshGrant` is the fallback for
connections without a service account. There each refresh spends the refresh token and gives a new one, and an answer
that is lost loses the connection, so a refresh happens under a lease and both tokens are stored before either is used:

    worker A    read ─ expired ─ take lease ─ read again ─ POST /token ─ store both ─ release ─ use
    worker B    read ─ expired ─ ........ wait or Busy ........ take lease ─ read again: fresh ─ use
"""

from __future__ import annotations

import time
from base64 import b64encode
from collections.abc import Callable, Mapping
from typing import Protocol
from urllib.parse import urlencode

from severa_fortnox.errors import IntegrationError, Misconfigured, Retryable, System, UnknownOutcome
from severa_fortnox.fortnox.errors import explanation
from severa_fortnox.fortnox.models import TokenAnswer
from severa_fortnox.http import Answer, Effect, Http
from severa_fortnox.tokens import RefreshStore, Token, TokenCache, TokenPair

_OPERATION = "POST /oauth-v1/token"

#: The token endpoint's error words that have one cause (`reference` fortnox 2.1, 2.2).
CAUSES = {
    "invalid_client": "the client id or client secret of the Fortnox app is wrong",
    "invalid_grant": "the company's consent is gone: a Fortnox administrator must connect again",
    "invalid_scope": "the Fortnox app is not registered for one of the scopes",
    "error_missing_license": "the company lacks a Fortnox licence that one of the scopes needs",
    "error_missing_system_admin_right": "the consent was not given by a Fortnox administrator: connect again",
    "error_client_not_allow_service_account": "the Fortnox app does not allow service accounts",
}


class Auth(Protocol):
    """Gives the client an access token."""

    def token(self) -> str:
        """An access token to send now."""

    def refuse(self, token: str) -> None:
        """Never give this token again: Fortnox did not accept it."""

    def forget(self, token: str) -> None:
        """Look for a newer token next time: this one lacks a right, which may be granted later."""


class _TokenEndpoint:
    def __init__(self, http: Http, auth_url: str, client_id: str, client_secret: str, clock: Callable[[], float]):
        self._http = http
        self._url = f"{auth_url.rstrip('/')}/token"
        self._basic = "Basic " + b64encode(f"{client_id}:{client_secret}".encode()).decode()
        self._clock = clock

    def ask(self, form: Mapping[str, str], effect: Effect, **headers: str) -> tuple[Token, str | None]:
        """The access token for a grant, and the next refresh token where the grant gives one.

        Raises:
            Misconfigured: the grant is refused; its code is theirs.
        """
        asked_at = self._clock()
        answer = self._http.send(
            "POST",
            self._url,
            operation=_OPERATION,
            effect=effect,
            headers={
                "Authorization": self._basic,
                "Content-Type": "application/x-www-form-urlencoded",
                **headers,
            },
            content=urlencode(form).encode(),
        )
        if answer.refused:
            raise _refused(answer)
        given = answer.one(TokenAnswer)
        return Token(given.access_token, asked_at + given.expires_in), given.refresh_token


def _refused(answer: Answer) -> IntegrationError:
    said = explanation(answer)
    cause = CAUSES.get(said.code or "") or said.text or f"the token request was refused ({answer.status})"
    return Misconfigured(
        cause, system=System.FORTNOX, operation=_OPERATION, code=said.code, request_id=answer.request_id
    )


class ClientCredentials:
    """A service account: a new access token whenever one is needed.

    Args:
        auth_url: the base of the token endpoint, without ``/token``.
        tenant_id: the company's Fortnox tenant.
        tokens: this container's token cache.
        clock: epoch seconds.
    """

    def __init__(
        self,
        http: Http,
        auth_url: str,
        client_id: str,
        client_secret: str,
        tenant_id: str,
        tokens: TokenCache,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._endpoint = _TokenEndpoint(http, auth_url, client_id, client_secret, clock)
        self._tenant_id = tenant_id
        self._tokens = tokens
        self._name = f"fortnox:{client_id}:{tenant_id}"

    def token(self) -> str:
        """An access token to send now.

        Raises:
            Misconfigured: the app, the consent or a licence is wrong; the text says which.
        """
        return self._tokens.get(self._name, self._request)

    def refuse(self, token: str) -> None:
        """Never give this token again."""
        self._tokens.refuse(self._name, token)

    def forget(self, token: str) -> None:
        """Ask for a new token next time; rights are fixed when a token is made."""
        self.refuse(token)

    def _request(self) -> Token:
        # Asking again costs nothing here, so a lost answer may simply be repeated.
        form = {"grant_type": "client_credentials"}
        token, _ = self._endpoint.ask(form, Effect.REPLACE, TenantId=self._tenant_id)
        return token


class RefreshGrant:
    """A connection whose refresh token changes with every use.

    Args:
        auth_url: the base of the token endpoint, without ``/token``.
        store: the connection's pair and its lease.
        clock: epoch seconds.
    """

    def __init__(
        self,
        http: Http,
        auth_url: str,
        client_id: str,
        client_secret: str,
        store: RefreshStore,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._endpoint = _TokenEndpoint(http, auth_url, client_id, client_secret, clock)
        self._store = store
        self._tokens = TokenCache(clock=clock)

    def token(self) -> str:
        """An access token to send now.

        Raises:
            Busy: another worker is refreshing.
            Retryable: the answer to a refresh was lost, twice.
            Misconfigured: the refresh token is spent or lapsed; a person must connect again.
        """
        return self._tokens.get("access", self._read_or_refresh)

    def refuse(self, token: str) -> None:
        """Never give this token again."""
        self._tokens.refuse("access", token)

    def forget(self, token: str) -> None:
        """Read the store again next time, where a new consent puts its tokens; a refresh would bring no new rights."""
        self._tokens.forget("access", token)

    def _read_or_refresh(self) -> Token:
        if fresh := self._fresh(self._store.read()):
            return fresh
        with self._store.lock():
            pair = self._store.read()
            return self._fresh(pair) or self._refresh(pair)

    def _fresh(self, pair: TokenPair) -> Token | None:
        return pair.access if self._tokens.usable("access", pair.access) else None

    def _refresh(self, pair: TokenPair) -> Token:
        """Spend the refresh token; once more when the answer is lost or another pair has been stored meanwhile."""
        for _ in range(2):
            try:
                form = {"grant_type": "refresh_token", "refresh_token": pair.refresh}
                access, refresh = self._endpoint.ask(form, Effect.WRITE)
            except UnknownOutcome:
                # Spent or not: only asking tells. Meanwhile someone may have connected again.
                pair = self._store.read()
            except Misconfigured as refused:
                stored = self._store.read()
                if refused.code != "invalid_grant" or stored.refresh == pair.refresh:
                    raise
                pair = stored
            else:
                return self._keep(pair.refresh, TokenPair(access, refresh or pair.refresh))
            if fresh := self._fresh(pair):
                return fresh
        raise Retryable("the token could not be refreshed", system=System.FORTNOX, operation=_OPERATION)

    def _keep(self, old_refresh: str, new: TokenPair) -> Token:
        if self._store.replace(old_refresh, new):
            return new.access
        # Someone connected again while we refreshed: theirs is the newer consent.
        return self._store.read().access
