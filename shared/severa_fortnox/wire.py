"""What goes over the wire, without the wire: calls, answers, and JSON that keeps money exact.

No text raised here holds a header, a query string or a body: those carry tokens, secrets and customers' data.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeVar
from urllib.parse import quote

import simplejson
from pydantic import BaseModel, ValidationError

from severa_fortnox.errors import Bug, IntegrationError, Retryable, System, UnknownOutcome

M = TypeVar("M", bound=BaseModel)


class Effect(StrEnum):
    """What a call does over there, and so what a lost answer means."""

    READ = "read"
    REPLACE = "replace"  # sets something to a value: making the call again gives the same state
    WRITE = "write"  # creates or consumes something: making the call again does it twice


@dataclass(frozen=True)
class Call:
    """What was attempted, in words that may appear in mails and logs."""

    system: System
    operation: str
    effect: Effect
    reference: str | None = None

    def lost(self, text: str, code: str | None = None, request_id: str | None = None) -> IntegrationError:
        """The error for a call that was sent and whose answer we do not have."""
        leaf = UnknownOutcome if self.effect is Effect.WRITE else Retryable
        return leaf(
            text,
            system=self.system,
            operation=self.operation,
            reference=self.reference,
            code=code,
            request_id=request_id,
        )


@dataclass(frozen=True)
class Answer:
    """An answer that arrived whole: 2xx, or a 4xx that the caller explains."""

    call: Call
    status: int
    headers: Mapping[str, str]  # names in any case
    content: bytes = field(repr=False)

    @property
    def refused(self) -> bool:
        """Whether the other system did not do what was asked."""
        return self.status >= 400

    @property
    def request_id(self) -> str | None:
        """The other system's id of the request, for their support."""
        return self.headers.get("x-uid") or self.headers.get("x-request-id")

    def json(self) -> Any:
        """The body, its decimal numbers as Decimal.

        Raises:
            UnknownOutcome, Retryable: the body is not JSON; something between us answered, or half an answer came.
        """
        try:
            return simplejson.loads(self.content, use_decimal=True)
        except ValueError:
            raise self.call.lost(f"the answer ({self.status}) is not JSON", request_id=self.request_id) from None

    def json_or_none(self) -> Any:
        """The body of a refusal, which may be JSON whatever its type says, or a page, or nothing; then None."""
        try:
            return simplejson.loads(self.content, use_decimal=True)
        except ValueError:
            return None

    def one(self, model: type[M], under: str | None = None) -> M:
        """The record in the body, or under one name in it.

        Raises:
            UnknownOutcome: a write was answered with something else.
            Bug: a read was: we have misread their contract, and asking again gives the same.
        """
        return self._as(model, self._part(under))

    def many(self, model: type[M], under: str | None = None) -> list[M]:
        """The records in the body's list, or in the list under one name in it.

        Raises:
            UnknownOutcome, Bug: as for `one`.
        """
        items = self._part(under)
        if not isinstance(items, list):
            raise self._unlike("a list was expected")
        return [self._as(model, item) for item in items]

    def _part(self, under: str | None) -> Any:
        body = self.json()
        if under is None:
            return body
        if not isinstance(body, dict) or under not in body:
            raise self._unlike(f"{under} is missing")
        return body[under]

    def _as(self, model: type[M], value: Any) -> M:
        try:
            return model.model_validate(value)
        except ValidationError as error:
            # pydantic's own text quotes the values.
            where = ", ".join(".".join(map(str, item["loc"])) + " " + item["type"] for item in error.errors())
            raise self._unlike(f"{model.__name__}: {where}") from None

    def _unlike(self, difference: str) -> IntegrationError:
        text = f"the answer ({self.status}) is not what their contract says: {difference}"
        if self.call.effect is Effect.WRITE:
            return self.call.lost(text, request_id=self.request_id)
        return Bug(
            text,
            system=self.call.system,
            operation=self.call.operation,
            reference=self.call.reference,
            request_id=self.request_id,
        )


def to_json(body: Any) -> bytes:
    """The body as JSON, money digit by digit: Decimal("1645.68") is written as 1645.68 and 1E+2 as 100."""
    return simplejson.dumps(body, use_decimal=False, default=_plain, ensure_ascii=False).encode()


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return simplejson.RawJSON(f"{value:f}")
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no JSON form")


def path(pattern: str, **segments: str) -> str:
    """A path with its ``{name}`` places filled; an id may hold a slash or a space, so each is percent-encoded."""
    return pattern.format(**{name: quote(value, safe="") for name, value in segments.items()})
