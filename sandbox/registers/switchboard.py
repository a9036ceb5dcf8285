"""Several companies of one vendor behind one address, as in reality: who calls decides whose records are meant."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Sequence
from wsgiref.types import StartResponse, WSGIEnvironment

from werkzeug.wrappers import Request

from sandbox.fortnox import FortnoxSimulator
from sandbox.severa import SeveraSimulator
from sandbox.simulator import Simulator


class Switchboard:
    """A WSGI application that hands each request to the company whose consent or token it carries.

    Args:
        simulators: the first one answers when nobody else is meant, and has the back door.
    """

    def __init__(self, simulators: Sequence[Simulator]) -> None:
        self.simulators = simulators

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        length = int(environ.get("CONTENT_LENGTH") or 0)
        # cheroot does not end a body by itself.
        body = environ["wsgi.input"].read(length) if length else b""
        request = Request({**environ, "wsgi.input": io.BytesIO(body)})
        meant = next((each for each in self.simulators if _is_meant(each, request, body)), self.simulators[0])
        return meant({**environ, "wsgi.input": io.BytesIO(body)}, start_response)


def _is_meant(simulator: Simulator, request: Request, body: bytes) -> bool:
    authorization = request.headers.get("Authorization", "")
    if isinstance(simulator, SeveraSimulator):
        if request.path.lower().endswith("/token"):
            return json.loads(body or b"{}").get("client_id") in simulator.access.clients
        return simulator.access.holder(authorization) is not None
    assert isinstance(simulator, FortnoxSimulator)
    if request.path.endswith("/token"):
        return request.headers.get("TenantId") == str(simulator.state.tenant_id)
    return simulator.state.grants.access(authorization.partition(" ")[2]) is not None
