"""Every request our client makes is one that Fortnox's document describes, and it reads what comes back."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import httpx
import pytest

from sandbox.simulator import FaultKind, InProcess
from severa_fortnox.errors import NotFound, RateLimited, Rejected, System, UnknownOutcome
from severa_fortnox.fortnox.auth import ClientCredentials
from severa_fortnox.fortnox.client import FortnoxClient
from severa_fortnox.fortnox.models import (
    ArticlePayload,
    CustomerPayload,
    InvoicePayload,
    InvoiceRowPayload,
    ProjectPayload,
)
from severa_fortnox.http import Http, NoPace
from severa_fortnox.tokens import TokenCache
from tests.contract.fortnox.company import PDF, Called, company
from tests.contract.fortnox.document import fortnox_document
from tests.contract.openapi import Checked

URL = "https://api.fortnox.se"


@pytest.fixture
def called() -> Called:
    return company()


@pytest.fixture
def client(called: Called) -> FortnoxClient:
    return _client(called, Checked(InProcess(called.simulator), fortnox_document(), exempt=_tokens))


def _tokens(request: httpx.Request, _status: int | None) -> bool:
    """The document does not describe the authorization server."""
    return request.url.path.startswith("/oauth-v1/")


def _client(called: Called, transport: httpx.BaseTransport) -> FortnoxClient:
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
    return FortnoxClient(http, URL, auth, NoPace())


def _payload(reference: str = "S#1") -> InvoicePayload:
    return InvoicePayload(
        CustomerNumber="1",
        InvoiceDate=date(2026, 1, 15),
        DueDate=date(2026, 2, 14),
        Currency="EUR",
        CurrencyRate=Decimal("11.3"),
        ExternalInvoiceReference1=reference,
        Remarks="Tack för förtroendet",
        InvoiceRows=[
            InvoiceRowPayload(Description="Konsulttid januari"),
            InvoiceRowPayload(
                Description="Timmar",
                ArticleNumber="A1",
                DeliveredQuantity="7.5",
                Price=Decimal("1050.25"),
                VAT=Decimal(25),
                Unit="h",
                Project="P1",
            ),
        ],
    )


def test_an_invoice_is_created_read_and_found(client: FortnoxClient, called: Called) -> None:
    created = client.create_invoice(_payload())
    client.create_invoice(_payload("S#11"))
    assert (created.Net, created.TotalVAT, created.Total) == (
        Decimal("7876.88"),
        Decimal("1969.22"),
        Decimal("9846.10"),
    )
    assert client.invoice(created.DocumentNumber) == created
    assert [found.DocumentNumber for found in client.invoices_by_reference("S#1")] == [created.DocumentNumber]


def test_registers_are_created_and_read(client: FortnoxClient) -> None:
    client.create_customer(CustomerPayload(CustomerNumber="00100", Name="Ny kund", CountryCode="SE", Currency="EUR"))
    client.create_article(ArticlePayload(ArticleNumber="A2", Description="Resa", Unit="km", VAT=Decimal(25)))
    client.create_project(ProjectPayload(ProjectNumber="200", Description="Nytt", StartDate=date(2026, 1, 1)))
    assert client.customer("00100").Currency == "EUR"
    assert [item.CustomerNumber for item in client.customers_numbered("100")] == ["00100"]
    assert client.article("A2").Unit == "km"
    assert client.project("200").StartDate == date(2026, 1, 1)
    assert {unit.Code for unit in client.units()} == {"h", "st", "km", "förp", "utl"}
    assert {currency.Code for currency in client.currencies()} == {"SEK", "EUR", "USD"}
    assert {terms.Code for terms in client.terms_of_payment()} == {"0", "10", "15", "20", "30", "AG", "K", "PF"}
    assert client.company().DatabaseNumber == "1000001"


def test_a_file_is_uploaded_and_attached(client: FortnoxClient, called: Called) -> None:
    number = client.create_invoice(_payload()).DocumentNumber
    file = client.upload_to_inbox("Underlag åäö.pdf", PDF)
    assert [lying.Name for lying in client.inbox_files()] == ["Underlag åäö.pdf"]
    attached = client.attach(number, file.ArchiveFileId or "")
    assert client.attachments(number) == [attached]
    assert client.inbox_files() == []


def test_refusals_reach_us_as_our_leaves(client: FortnoxClient) -> None:
    with pytest.raises(NotFound) as absent:
        client.customer("4711")
    with pytest.raises(Rejected) as taken:
        client.create_customer(CustomerPayload(CustomerNumber="1", Name="Igen"))
    assert (absent.value.code, taken.value.code) == ("2000433", "2000637")


def test_a_token_revoked_early_is_replaced(client: FortnoxClient, called: Called) -> None:
    client.units()
    called.state.grants.expire_access()
    assert client.units()


def test_an_applied_invoice_whose_answer_is_lost_is_there_afterwards(client: FortnoxClient, called: Called) -> None:
    called.simulator.faults.arm(FaultKind.DROP_AFTER_APPLY, method="POST", path="/3/invoices")
    with pytest.raises(UnknownOutcome):
        client.create_invoice(_payload())
    assert len(client.invoices_by_reference("S#1")) == 1


def test_the_wait_asked_for_by_a_429_is_read(called: Called) -> None:
    called.state.switches.retry_after = 7
    called.simulator.faults.arm(FaultKind.RATE_LIMIT, path="/3/units")
    with pytest.raises(RateLimited) as refused:
        _client(called, InProcess(called.simulator)).units()
    assert refused.value.retry_after == 7
