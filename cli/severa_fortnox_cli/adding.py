"""A connection's secrets, checked with both systems before anything is kept."""

from __future__ import annotations

from dataclasses import dataclass

from severa_fortnox.credentials import FortnoxApp
from severa_fortnox.errors import IntegrationError, Misconfigured
from severa_fortnox.settings import changed
from severa_fortnox.store.connections import Connection
from severa_fortnox.tokens import Token, TokenPair
from severa_fortnox_cli.failures import Failure, explained
from severa_fortnox_cli.render import moment
from severa_fortnox_cli.secret_entry import Entered
from severa_fortnox_cli.stack import Stack
from severa_fortnox_cli.statuses import Statuses
from severa_fortnox_cli.vendors import open_fortnox, open_severa


@dataclass(frozen=True)
class Checked:
    """What both systems said.

    Args:
        severa: the organisation's invoice statuses, by which a person knows it; Severa names it nowhere we may look.
        fortnox: the company's name.
        fortnox_number: its organisation number.
    """

    severa: Statuses
    fortnox: str
    fortnox_number: str


def stored_app(stack: Stack) -> FortnoxApp | None:
    """The stack's Fortnox app; None when it is missing or not usable."""
    try:
        return stack.credentials.app()
    except Misconfigured:
        return None


def check(stack: Stack, connection: Connection, entered: Entered, app: FortnoxApp) -> Checked:
    """Log in to both systems.

    Raises:
        Failure: one of them does not let us in; names which.
    """
    try:
        statuses = open_severa(stack, connection.id, entered.connection).invoice_statuses()
        company = open_fortnox(stack, connection, app).company()
    except IntegrationError as error:
        told = explained(error)
        fix = told.fix or "correct the secrets"
        raise Failure(
            f"the check failed, and nothing was saved: {told.cause}", f"{fix}; or skip it with --no-check"
        ) from error
    return Checked(Statuses.sorted(statuses), company.CompanyName or "", company.OrganizationNumber or "")


def keep_consent(stack: Stack, connection: Connection, entered: Entered) -> None:
    """Store a fresh consent's refresh token; before it is used, because its use spends it for the next one."""
    if entered.fortnox_refresh_token is not None:
        pair = TokenPair(Token("", 0.0), entered.fortnox_refresh_token)
        stack.store.tokens.put_pair(connection.id, pair)


def keep_secrets(stack: Stack, connection: Connection, entered: Entered) -> None:
    """Write the secrets that were entered."""
    credentials = stack.credentials
    if entered.fortnox_app is not None:
        credentials.put(credentials.app_name, entered.fortnox_app)
    credentials.put(credentials.connection_name(connection.id), entered.connection)


def keep_connection(stack: Stack, connection: Connection) -> None:
    """Add the connection, activated now. The connection comes last: before it is there, nothing polls it.

    Raises:
        ConnectionExists: its id is taken.
    """
    stored = stack.store.settings.get(connection.id)
    settings = changed(stored.settings, "activated_on", moment(stack.clock()).replace(microsecond=0))
    stack.store.settings.put(connection.id, settings, expected_version=stored.version, who=stack.who())
    stack.store.connections.add(connection)
