"""How Severa is called: paced, with the token and the client id, once more with a new token on a 401, page by page."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

from pydantic import BaseModel

from severa_fortnox import tokens
from severa_fortnox.errors import Bug, Misconfigured, Retryable, System
from severa_fortnox.http import Answer, Effect, Http, Pace, Params
from severa_fortnox.severa.errors import refusal
from severa_fortnox.severa.models import Token
from severa_fortnox.severa.unknowns import Readings
from severa_fortnox.tokens import TokenCache
from severa_fortnox.wire import path

M = TypeVar("M", bound=BaseModel)

#: How long a token is used when Severa does not say (`reference` severa 3.1 has one hour as hearsay).
UNTOLD_LIFETIME_SECONDS = 300.0
#: How often a list that shifts while it is read is begun.
READINGS_OF_A_LIST = 3


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
        """The records of a list whose next page is named by a header; the filters go with every page.

        Each record once, as it was when it was first met: one that is added in front moves others to the next page.
        """
        params: dict[str, Any] = {**(filters or {}), "rowCount": self._readings.page_rows}
        met: set[str] = set()
        while True:
            answer = self.get(pattern, params, about=about, **ids)
            for record in answer.many(model):
                guid = _guid(record)
                if guid is None or guid not in met:
                    yield record
                if guid is not None:
                    met.add(guid)
            following = answer.headers.get("NextPageToken")
            if not following:
                return
            if following == params.get("pageToken"):
                raise answer.call.lost("the list names the same next page for ever")
            params["pageToken"] = following

    def by_offset(
        self, pattern: str, model: type[M], filters: Params | None = None, *, about: str | None = None, **ids: str
    ) -> Iterator[M]:
        """The records of a list that is cut by row numbers, whole: one that shifts meanwhile is read again.

        Raises:
            Retryable: it shifted every time.
        """
        for _ in range(READINGS_OF_A_LIST):
            records = self._unshifted(pattern, model, filters or {}, about, ids)
            if records is not None:
                yield from records
                return
        raise Retryable(
            "the list kept changing while it was read",
            system=System.SEVERA,
            operation=f"GET {pattern}",
            reference=about,
        )

    def _unshifted(
        self, pattern: str, model: type[M], filters: Params, about: str | None, ids: Mapping[str, str]
    ) -> list[M] | None:
        """The list, or None when its rows moved between two pages.

        Every page begins with the last row of the one before. The list is over when a page is short; a page that is
        too long ignored the page size and is the whole list.
        """
        rows = self._readings.page_rows
        records: list[M] = []
        while True:
            first = max(len(records) - 1, 0)
            page = self.get(pattern, {**filters, "rowCount": rows, "firstRow": first}, about=about, **ids).many(model)
            if records and (not page or _guid(page[0]) != _guid(records[-1])):
                return None
            records += page[1:] if records else page
            if len(page) != rows:
                return records

    def create(self, pattern: str, body: BaseModel, model: type[M], *, about: str | None, **ids: str) -> M:
        """A new record of what is set in the body."""
        sent = body.model_dump(exclude_unset=True)
        return self.send("POST", pattern, Effect.WRITE, about=about, params=None, json=sent, **ids).one(model)

    def change(
        self, pattern: str, operations: Sequence[Mapping[str, Any]], model: type[M], *, about: str | None, **ids: str
    ) -> M:
        """The record after a patch; Severa answers with a list of one (`reference` severa 4.1)."""
        answer = self.send("PATCH", pattern, Effect.REPLACE, about=about, params=None, json=list(operations), **ids)
        changed = answer.many(model)
        if not changed:
            raise answer.call.lost("the answer to a change names no record")
        return changed[0]

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


def instant(moment: datetime | None, operation: str) -> str | None:
    """A moment as a filter takes it: with its offset, and cut to the second, so never later than asked for.

    Raises:
        Bug: it has no offset.
    """
    if moment is None:
        return None
    if moment.tzinfo is None:
        raise Bug("a time without offset means another instant to Severa", system=System.OURS, operation=operation)
    return moment.isoformat(timespec="seconds")


def _guid(record: BaseModel) -> str | None:
    """What tells a record from the others of its list."""
    guid: str | None = getattr(record, "guid", None)
    return guid


def _token(answer: Token, asked_at: float) -> tokens.Token:
    if answer.access_token_expires_in is not None:
        return tokens.Token(answer.access_token, asked_at + answer.access_token_expires_in)
    if answer.access_token_expires_utc is not None:
        ends = answer.access_token_expires_utc
        return tokens.Token(answer.access_token, (ends if ends.tzinfo else ends.replace(tzinfo=UTC)).timestamp())
    return tokens.Token(answer.access_token, asked_at + UNTOLD_LIFETIME_SECONDS)
