"""One call as a handler sees it, and the answers a handler gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import simplejson
from werkzeug.wrappers import Request, Response

from sandbox.severa.readings import Readings
from sandbox.severa.refusals import Missing, Refused
from sandbox.severa.shapes import Record, UnknownReference
from sandbox.severa.state import SeveraState


@dataclass(frozen=True)
class Exchange:
    """A call that may be carried out: the state it works on and who makes it."""

    state: SeveraState
    request: Request
    user: Record

    @property
    def readings(self) -> Readings:
        return self.state.readings

    def body(self) -> Any:
        """The request's JSON, amounts as Decimal; raises Refused."""
        return read_json(self.request.get_data())

    def record(self, register: str, guid: str) -> Record:
        """The record the path names; raises Missing."""
        record = self.state.find(register, guid)
        if record is None:
            raise Missing
        return record

    def reference(self, register: str, guid: object, name: str) -> Record:
        """A record the body names; raises UnknownReference."""
        record = self.state.find(register, guid) if isinstance(guid, str) else None
        if record is None:
            raise UnknownReference(name, guid)
        return record

    def shown(self, register: str, record: Record) -> Record:
        return self.state.shown(register, record)

    def answer(self, content: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
        """A JSON answer."""
        content = without_nulls(content) if self.readings.omit_nulls else content
        body = simplejson.dumps(content, use_decimal=True, ensure_ascii=False)
        return Response(body, status=status, mimetype="application/json", headers=headers)


Handler = Callable[..., Response]


@dataclass(frozen=True)
class Route:
    """One call Severa answers.

    Args:
        path: below ``/v1``, in lower case, arguments as ``<name>``.
        scope: what the token must allow; None for calls every valid token may make.
        handler: called with the exchange and the path's arguments.
    """

    method: str
    path: str
    scope: str | None
    handler: Handler


def read_json(data: bytes) -> Any:
    """A request body, fractions as Decimal; raises Refused."""
    try:
        return simplejson.loads(data, use_decimal=True)
    except ValueError as error:
        raise Refused("The request body is not valid JSON.", kind="InvalidRequest") from error


def without_nulls(content: Any) -> Any:
    """The content with null properties left out; nulls in lists stay."""
    if isinstance(content, list):
        return [without_nulls(one) for one in content]
    if isinstance(content, dict):
        return {name: without_nulls(value) for name, value in content.items() if value is not None}
    return content


def read_moment(text: str, name: str) -> datetime:
    """A date or date-time from a query; without an offset it is UTC. Raises Refused.

    A plus sign that was not percent-encoded arrives as a space, which is refused like any other bad value.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise Refused(f"The value '{text}' is not valid.", name=name, place="UriParameter") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
