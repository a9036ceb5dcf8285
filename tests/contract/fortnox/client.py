"""The real client, calling a simulated Fortnox through the vendor's document."""

from __future__ import annotations

import httpx

from sandbox.simulator import InProcess
from severa_fortnox.errors import System
from severa_fortnox.fortnox.auth import ClientCredentials
from severa_fortnox.fortnox.client import FortnoxClient
from severa_fortnox.fortnox.unknowns import Readings
from severa_fortnox.http import Http, NoPace
from severa_fortnox.tokens import TokenCache
from tests.contract.fortnox.company import Called
from tests.contract.fortnox.document import fortnox_document
from tests.contract.openapi import Checked

URL = "https://api.fortnox.se"


def client_of(called: Called, readings: Readings | None = None) -> FortnoxClient:
    """A client whose every request, and every answer to it, is held against the document."""
    return over(called, Checked(InProcess(called.simulator), fortnox_document(), exempt=_tokens), readings)


def over(called: Called, transport: httpx.BaseTransport, readings: Readings | None = None) -> FortnoxClient:
    """A client of the company over that transport."""
    grants = called.state.grants
    http = Http(System.FORTNOX, transport)
    auth = ClientCredentials(
        http,
        f"{URL}/oauth-v1",
        grants.client_id,
        grants.client_secret,
        str(called.state.tenant_id),
        TokenCache(clock=called.clock),
        called.clock,
    )
    return FortnoxClient(http, URL, auth, NoPace(), readings)


def _tokens(request: httpx.Request, _status: int | None) -> bool:
    """The document does not describe the authorization server."""
    return request.url.path.startswith("/oauth-v1/")
