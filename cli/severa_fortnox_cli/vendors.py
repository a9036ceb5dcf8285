"""Severa and Fortnox as one connection sees them, with tokens of this run's own.

Tokens are not taken from the store here: a check of new secrets must log in with them.
"""

from __future__ import annotations

from severa_fortnox.credentials import ConnectionSecret, FortnoxApp
from severa_fortnox.errors import System
from severa_fortnox.fortnox.auth import Auth, ClientCredentials, RefreshGrant
from severa_fortnox.fortnox.client import FortnoxClient
from severa_fortnox.http import Http
from severa_fortnox.severa.client import SeveraClient, SeveraCredentials
from severa_fortnox.store.connections import Connection
from severa_fortnox.tokens import TokenCache
from severa_fortnox_cli.stack import Stack


def open_severa(stack: Stack, id: str, secret: ConnectionSecret) -> SeveraClient:
    """The Severa organisation that the secret opens.

    Args:
        id: the connection's, whose pace is kept.
    """
    return SeveraClient(
        Http(System.SEVERA),
        stack.names.severa_api_url,
        SeveraCredentials(secret.severa_client_id, secret.severa_client_secret),
        stack.store.pace(id, System.SEVERA),
        TokenCache(clock=stack.clock),
        stack.clock,
    )


def open_fortnox(stack: Stack, connection: Connection, app: FortnoxApp) -> FortnoxClient:
    """The Fortnox company of the connection, as the app sees it."""
    http, url = Http(System.FORTNOX), stack.names.fortnox_auth_url
    auth: Auth
    if connection.fortnox_grant == "refresh_token":
        pair = stack.store.tokens.refreshing(connection.id)
        auth = RefreshGrant(http, url, app.client_id, app.client_secret, pair, stack.clock)
    else:
        tokens = TokenCache(clock=stack.clock)
        auth = ClientCredentials(
            http, url, app.client_id, app.client_secret, connection.fortnox_tenant, tokens, stack.clock
        )
    pace = stack.store.pace(connection.id, System.FORTNOX)
    return FortnoxClient(http, stack.names.fortnox_api_url, auth, pace)
