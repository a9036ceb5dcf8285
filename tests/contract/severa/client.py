"""The real client, calling a simulated Severa through the vendor's document."""

from __future__ import annotations

from sandbox.simulator import InProcess
from severa_fortnox.errors import System
from severa_fortnox.http import Http, NoPace
from severa_fortnox.severa.client import SeveraClient, SeveraCredentials
from severa_fortnox.severa.unknowns import Readings
from severa_fortnox.tokens import TokenCache
from tests.contract.openapi import Checked, Document
from tests.contract.severa.company import Company
from tests.contract.severa.document import PREFIX


def client_of(
    company: Company,
    document: Document,
    *,
    secret: str = "secret",
    scope: str | None = None,
    readings: Readings | None = None,
) -> SeveraClient:
    """A client whose every request, and every answer to it, is held against the document."""
    return SeveraClient(
        Http(System.SEVERA, transport=Checked(InProcess(company.simulator), document, prefix=PREFIX)),
        f"https://severa.test{PREFIX}",
        SeveraCredentials("client", secret, scope),
        NoPace(),
        TokenCache(clock=company.clock),
        clock=company.clock,
        readings=readings,
    )
