"""How Severa says no: one error body for everything but a missing record and the rate limit."""

from __future__ import annotations

from typing import Any

import simplejson
from werkzeug.wrappers import Response

BY_STATUS = {
    400: "InvalidRequest",
    401: "AuthenticationRequired",
    403: "PermissionDenied",
    500: "InternalSystemError",
    503: "InternalSystemError",
}


class Refused(Exception):
    """A request Severa does not carry out; nothing was changed.

    Args:
        text: what is wrong, for the error body.
        kind: the vendor's error type.
        name: the property, parameter or header at fault; None when it is the request as a whole.
        place: which part of the request `name` is in.
    """

    def __init__(
        self,
        text: str,
        *,
        kind: str = "InvalidParameter",
        status: int = 400,
        name: str | None = None,
        place: str = "RequestBody",
    ) -> None:
        super().__init__(text)
        self.text = text
        self.kind = kind
        self.status = status
        self.name = name
        self.place = place

    def answer(self) -> Response:
        """The refusal as the vendor words it."""
        location = {"type": self.place, "name": self.name, "identifier": None} if self.name else None
        return error(self.status, self.kind, self.text, location)


class Missing(Exception):
    """The record does not exist (any more): Severa answers 404 with an empty body (`reference` severa 4.5)."""


def error(status: int, kind: str, text: str, location: dict[str, Any] | None = None) -> Response:
    """An answer with the vendor's error body."""
    body = {
        "error": {
            "type": kind,
            "httpStatusCode": status,
            "details": [{"message": text, "url": None, "location": location}],
            "stack": None,
        }
    }
    return Response(simplejson.dumps(body), status=status, mimetype="application/json")


def empty(status: int) -> Response:
    """An answer without body and without the content type that werkzeug would add."""
    response = Response(status=status)
    del response.headers["Content-Type"]
    return response
