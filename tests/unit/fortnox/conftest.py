"""A Fortnox that answers what a test tells it to, and remembers what it was asked."""

from __future__ import annotations

import httpx
import pytest

from severa_fortnox.errors import System
from severa_fortnox.fortnox.auth import ClientCredentials
from severa_fortnox.fortnox.client import FortnoxClient
from severa_fortnox.http import Http
from severa_fortnox.tokens import TokenCache

API = "https://fortnox.test"
AUTH = "https://apps.fortnox.test/oauth-v1"
TOKEN = "POST /oauth-v1/token"
SECRET = "s3cr3t"


class Server:
    """Replies by route, in turn; the last reply to a route is repeated.

    A token request is answered with ``access-1``, ``access-2`` and so on unless a test says otherwise.
    """

    def __init__(self) -> None:
        self.requests: list[httpx.Request] = []
        self._replies: dict[str, list[httpx.Response | Exception]] = {}

    def on(self, route: str, *replies: httpx.Response | Exception) -> None:
        self._replies[route] = list(replies)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        route = _route(request)
        if route == TOKEN and route not in self._replies:
            return httpx.Response(200, json={"access_token": f"access-{len(self.to(TOKEN))}", "expires_in": 3600})
        replies = self._replies[route]
        chosen = replies.pop(0) if len(replies) > 1 else replies[0]
        if isinstance(chosen, Exception):
            raise chosen
        return chosen

    def to(self, route: str) -> list[httpx.Request]:
        """The requests to a route so far; its path as it goes over the wire."""
        return [request for request in self.requests if _route(request) == route]

    @property
    def calls(self) -> list[httpx.Request]:
        """All requests but those for tokens."""
        return [request for request in self.requests if _route(request) != TOKEN]


def _route(request: httpx.Request) -> str:
    return f"{request.method} {request.url.raw_path.decode().partition('?')[0]}"


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
def http(server: Server) -> Http:
    return Http(System.FORTNOX, transport=httpx.MockTransport(server))


@pytest.fixture
def pace() -> CountingPace:
    return CountingPace()


@pytest.fixture
def client(http: Http, pace: CountingPace) -> FortnoxClient:
    tokens = TokenCache(clock=lambda: 0.0)
    auth = ClientCredentials(http, AUTH, "app", SECRET, "34231", tokens, clock=lambda: 0.0)
    return FortnoxClient(http, API, auth, pace)
