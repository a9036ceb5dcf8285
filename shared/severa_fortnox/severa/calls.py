"""How Severa is called: paced, with the token and the client id, once more with a new token on a 401, page by page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC
from typing import Any, TypeVar

from pydantic import BaseModel

from severa_fortnox import tokens
from severa_fortnox.errors import Misconfigured, System
from severa_fortnox.http import Answer, Effect, Http, Pace, Params
from severa_fortnox.severa.errors import refusal
from severa_fortnox.severa.models import Token
from severa_fortnox.severa.unknowns import Readings
from severa_fortnox.tokens import TokenCache
from severa_fortnox.wire import path

M = TypeVar("M", bound=BaseModel)

#: How long a token is used when Severa does not say (`reference` severa 3.1 has one hour as hearsay).
UNTOLD_LIFETIME_SECONDS = 300.0


@dataclass(frozen=True)
class SeveraCredentials:
    """One connection's client credentials.

    Args:
        scope: the scopes to ask for, separated by spaces; None asks for what the client was granted.
    """

    client_id: str
    client_secret: str = field(repr=False)
    scope: str | None = None


class SeveraCalls:
    """Calls to one organisation's Severa; the arguments are those of `SeveraClient`."""

    def __init__(
        self,
        http: Http,
        base_url: str,
        credentials: SeveraCredentials,
        pace: Pace,
        tokens: TokenCache,
        clock: Callable[[], float],
        readings: Readings,
    ) -> None:
        self._http = http
        self._base_url = base_url.rstrip("/")
        self._credentials = credentials
        self._pace = pace
        self._tokens = tokens
        self._token_name = f"severa:{credentials.client_id}"
        self._clock = clock
        self._readings = readings

    def by_token(
        self, pattern: str, model: type[M], filters: Params | None = None, *, about: str | None = None, **ids: str
    ) -> Iterator[M]:
        """The records of a list whose next page is named by a header; the filters go with every page."""
        params: dict[str, Any] = {**(filters or {}), "rowCount": self._readings.page_rows}
        while True:
            answer = self.get(pattern, params, about=about, **ids)
            yield from answer.many(model)
            following = answer.headers.get("NextPageToken")
            if not following:
                return
            if following == params.get("pageToken"):
                raise answer.call.lost("the list names the same next page for ever")
            params["pageToken"] = following

    def by_offset(
        self, pattern: str, model: type[M], filters: Params | None = None, *, about: str | None = None, **ids: str
    ) -> Iterator[M]:
        """The records of a list that is over when a page is short; one that is too long ignored the page size."""
        rows = self._readings.page_rows
        params: dict[str, Any] = {**(filters or {}), "rowCount": rows, "firstRow": 0}
        while True:
            page = self.get(pattern, params, about=about, **ids).many(model)
            yield from page
            if len(page) != rows:
                return
            params["firstRow"] += rows

    def get(
        self,
        pattern: str,
        params: Params | None = None,
        *,
        about: str | None = None,
        accept: str = "application/json",
        **ids: str,
    ) -> Answer:
        return self.send("GET", pattern, Effect.READ, about=about, params=params, accept=accept, **ids)

    def send(
        self,
        method: str,
        pattern: str,
        effect: Effect,
        *,
        about: str | None,
        params: Params | None = None,
        json: Any = None,
        accept: str = "application/json",
        **ids: str,
    ) -> Answer:
        def attempt() -> tuple[str, Answer]:
            token = self._tokens.get(self._token_name, self._request_token)
            return token, self._http.send(
                method,
                self._base_url + path(pattern, **ids),
                operation=f"{method} {pattern}",
                effect=effect,
                reference=about,
                headers={
                    "Authorization": f"Bearer {token}",
                    self._readings.client_id_header: self._credentials.client_id,
                    "Accept": accept,
                },
                params=params,
                json=json,
                pace=self._pace,
            )

        token, answer = attempt()
        if answer.status == 401:
            self._tokens.refuse(self._token_name, token)
            token, answer = attempt()
        if answer.refused:
            error = refusal(answer)
            if isinstance(error, Misconfigured):
                # The right may be granted later, and this token would go on without it.
                self._tokens.refuse(self._token_name, token)
            raise error
        return answer

    def _request_token(self) -> tokens.Token:
        credentials = self._credentials
        body = {"client_id": credentials.client_id, "client_secret": credentials.client_secret}
        if credentials.scope is not None:
            body["scope"] = credentials.scope
        asked_at = self._clock()
        answer = self._http.send(
            "POST", f"{self._base_url}/v1/token", operation="POST /v1/token", effect=Effect.REPLACE, json=body
        )
        if answer.refused:
            error = refusal(answer)
            raise Misconfigured(
                f"Severa gives us no token, check the client id, its secret and scopes: {error.text}",
                system=System.SEVERA,
                operation=error.operation,
                code=error.code,
            )
        return _token(answer.one(Token), asked_at)


def _token(answer: Token, asked_at: float) -> tokens.Token:
    if answer.access_token_expires_in is not None:
        return tokens.Token(answer.access_token, asked_at + answer.access_token_expires_in)
    if answer.access_token_expires_utc is not None:
        ends = answer.access_token_expires_utc
        return tokens.Token(answer.access_token, (ends if ends.tzinfo else ends.replace(tzinfo=UTC)).timestamp())
    return tokens.Token(answer.access_token, asked_at + UNTOLD_LIFETIME_SECONDS)
