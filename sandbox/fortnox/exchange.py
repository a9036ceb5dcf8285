"""Requests read and answers written the way Fortnox does: one wrapper, numbers without trailing zeros."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import simplejson
from werkzeug.wrappers import Request, Response

from sandbox.fortnox.errors import Code, Refused

BASE = "https://api.fortnox.se/3"


@dataclass(frozen=True)
class Route:
    """One operation: where it is, who may call it, and what answers.

    Args:
        scopes: any one of them is enough.
    """

    method: str
    path: str
    handler: Callable[..., Response]
    scopes: tuple[str, ...]


def answer(body: Any, status: int = 200, **headers: str) -> Response:
    """A JSON answer."""
    return Response(simplejson.dumps(_plain(body)), status=status, headers=headers, mimetype="application/json")


def nothing() -> Response:
    """The answer to a deletion."""
    return Response(status=204)


def sent_json(request: Request) -> Any:
    """The request's body, numbers exact.

    Raises:
        Refused: it is not JSON, or not called so.
    """
    if request.mimetype != "application/json":
        raise Refused("Ogiltig content-type.", Code.WRONG_CONTENT_TYPE)
    try:
        return simplejson.loads(request.get_data(), use_decimal=True)
    except ValueError:
        raise Refused("Felaktig JSON.", Code.FAULTY_JSON) from None


def unwrapped(request: Request, wrapper: str) -> Any:
    """What the request holds inside its wrapper.

    Raises:
        Refused: the wrapper is missing, or there is something beside it.
    """
    body = sent_json(request)
    if not isinstance(body, dict) or set(body) != {wrapper}:
        raise Refused("Ingen eller felaktig typ av data.", Code.WRAPPER)
    return body[wrapper]


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else value.normalize()
    return value
