"""How Fortnox is called: paced, with a token, once more with a new token on a 401, page by page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel

from severa_fortnox.errors import Misconfigured, Retryable, System
from severa_fortnox.fortnox.auth import Auth
from severa_fortnox.fortnox.errors import refusal
from severa_fortnox.fortnox.models import Meta
from severa_fortnox.fortnox.unknowns import Readings
from severa_fortnox.http import Answer, Effect, Http, Pace, Params
from severa_fortnox.wire import path

M = TypeVar("M", bound=BaseModel)

#: How often a list that shifts while it is read is begun.
READINGS_OF_A_LIST = 3


class FortnoxCalls:
    """Calls to one company's Fortnox; the arguments are those of `FortnoxClient`."""

    def __init__(self, http: Http, base_url: str, auth: Auth, pace: Pace, readings: Readings) -> None:
        self._http = http
        self._base_url = base_url.rstrip("/")
        self._auth = auth
        self._pace = pace
        self._readings = readings

    def create(self, pattern: str, under: str, payload: BaseModel, about: str) -> Answer:
        """The answer to a new record of what is not None in the payload."""
        body = {under: payload.model_dump(mode="python", exclude_none=True)}
        return self.send("POST", pattern, Effect.WRITE, about=about, json=body)

    def update(self, pattern: str, under: str, changes: BaseModel, about: str, **ids: str) -> Answer:
        """The answer to a change of what is set in the changes; a None that was set clears the field."""
        body = {under: changes.model_dump(mode="python", exclude_unset=True)}
        return self.send("PUT", pattern, Effect.REPLACE, about=about, params=None, json=body, files=None, **ids)

    def listed(
        self,
        pattern: str,
        model: type[M],
        under: str,
        key: str,
        filters: Params | None = None,
        about: str | None = None,
    ) -> Iterator[M]:
        """The records of a list, whole: one that shifts while its pages are read is read again.

        Args:
            under: where the answer holds the records.
            key: the field that tells a record from the others.

        Raises:
            Retryable: it shifted every time.
        """
        for _ in range(READINGS_OF_A_LIST):
            records = self._unshifted(pattern, model, under, key, filters or {}, about)
            if records is not None:
                yield from records
                return
        raise Retryable(
            "the list kept changing while it was read",
            system=System.FORTNOX,
            operation=f"GET {pattern}",
            reference=about,
        )

    def _unshifted(
        self, pattern: str, model: type[M], under: str, key: str, filters: Params, about: str | None
    ) -> list[M] | None:
        """The list, or None when another number of records was there for another page, or one came twice.

        An empty list has no page at all (`reference` fortnox 3).
        """
        records: dict[Any, M] = {}
        page, total = 1, -1
        while True:
            asked = {**filters, "limit": self._readings.page_rows, "page": page}
            answer = self.get(pattern, asked, about=about)
            meta = answer.one(Meta, "MetaInformation")
            items = answer.many(model, under)
            if page > 1 and meta.TotalResources != total:
                return None
            total = meta.TotalResources
            for item in items:
                if records.setdefault(getattr(item, key), item) is not item:
                    return None
            if page >= meta.TotalPages:
                return [*records.values()]
            page += 1

    def get(self, pattern: str, params: Params | None = None, *, about: str | None = None, **ids: str) -> Answer:
        return self.send("GET", pattern, Effect.READ, about=about, params=params, files=None, **ids)

    def send(
        self,
        method: str,
        pattern: str,
        effect: Effect,
        *,
        about: str | None,
        params: Params | None = None,
        json: Any = None,
        files: Mapping[str, tuple[str, bytes, str]] | None = None,
        **ids: str,
    ) -> Answer:
        def attempt() -> tuple[str, Answer]:
            token = self._auth.token()
            return token, self._http.send(
                method,
                self._base_url + path(pattern, **ids),
                operation=f"{method} {pattern}",
                effect=effect,
                reference=about,
                headers={"Authorization": f"Bearer {token}"},
                params=params,
                json=json,
                files=files,
                pace=self._pace,
            )

        token, answer = attempt()
        if answer.status == 401:
            self._auth.refuse(token)
            token, answer = attempt()
        if answer.refused:
            error = refusal(answer)
            if isinstance(error, Misconfigured):
                self._auth.forget(token)
            raise error
        return answer
