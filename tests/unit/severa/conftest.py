"""A Severa that answers what a test tells it to, and remembers what it was asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from severa_fortnox.errors import System
from severa_fortnox.http import Http
from severa_fortnox.severa.client import SeveraClient, SeveraCredentials
from severa_fortnox.severa.unknowns import Readings
from severa_fortnox.tokens import TokenCache

Reply = httpx.Response | Exception
BASE = "https://severa.test/rest-api"
SECRET = "s3cr3t"


class Server:
    """Replies by route, in turn; the last reply to a route is repeated.

    A token request is answered with ``access-1``, ``access-2`` and so on unless a test says otherwise.
    """

    def __init__(self) -> None:
        self.requests: list[httpx.Request] = []
        self._replies: dict[str, list[Reply]] = {}

    def on(self, route: str, *replies: Reply) -> None:
        self._replies[route] = list(replies)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        raw_path = request.url.raw_path.decode().partition("?")[0]
        route = f"{request.method} {raw_path.removeprefix('/rest-api')}"
        if route == "POST /v1/token" and route not in self._replies:
            number = len(self.to("POST /v1/token"))
            return reply({"access_token": f"access-{number}", "access_token_expires_in": 3600})
        replies = self._replies[route]
        chosen = replies.pop(0) if len(replies) > 1 else replies[0]
        if isinstance(chosen, Exception):
            raise chosen
        return chosen

    def to(self, route: str) -> list[httpx.Request]:
        """The requests to a route so far."""
        return [r for r in self.requests if f"{r.method} {r.url.path.removeprefix('/rest-api')}" == route]

    @property
    def calls(self) -> list[httpx.Request]:
        """All requests but those for tokens."""
        return [request for request in self.requests if not request.url.path.endswith("/token")]


def reply(body: Any = None, status: int = 200, **headers: str) -> httpx.Response:
    return httpx.Response(status, json=body, headers={name.replace("_", "-"): text for name, text in headers.items()})


class CountingPace:
    def __init__(self) -> None:
        self.waits = 0

    def wait(self) -> None:
        self.waits += 1

    def penalty(self, seconds: float) -> None:
        self.penalties = [*getattr(self, "penalties", []), seconds]


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def pace() -> CountingPace:
    return CountingPace()


@pytest.fixture
def connect(server: Server, pace: CountingPace) -> Callable[..., SeveraClient]:
    """Makes clients of the server."""

    def make(
        *, scope: str | None = None, readings: Readings | None = None, clock: Callable[[], float] = lambda: 0.0
    ) -> SeveraClient:
        return SeveraClient(
            Http(System.SEVERA, transport=httpx.MockTransport(server)),
            BASE,
            SeveraCredentials("client-1", SECRET, scope),
            pace,
            TokenCache(clock=clock),
            clock,
            readings,
        )

    return make


@pytest.fixture
def client(connect: Callable[..., SeveraClient]) -> SeveraClient:
    return connect()
