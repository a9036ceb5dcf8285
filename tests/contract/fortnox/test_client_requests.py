"""Every request our client makes is one that Fortnox's document describes, and it reads what comes back."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from sandbox.simulator import FaultKind, InProcess
from severa_fortnox.errors import NotFound, RateLimited, Rejected, UnknownOutcome
from severa_fortnox.fortnox.changes import ArticleChanges, CustomerChanges, ProjectChanges
from severa_fortnox.fortnox.client import FortnoxClient
from severa_fortnox.fortnox.models import (
    ArticlePayload,
    CustomerPayload,
    InvoicePayload,
    InvoiceRowPayload,
    ProjectPayload,
)
from tests.contract.fortnox.client import client_of, over
from tests.contract.fortnox.company import PDF, Called, company

SINCE = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def called() -> Called:
    return company()


@pytest.fixture
def client(called: Called) -> FortnoxClient:
    return client_of(called)


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


def _attached(client: FortnoxClient) -> str:
    """An invoice with a file."""
    number = client.create_invoice(_payload()).DocumentNumber
    client.attach(number, client.upload_to_inbox("a.pdf", PDF).ArchiveFileId or "")
    return number


EVERY_CHANGE = CustomerChanges(
    Name="Kunden i Lund AB",
    Active=False,
    OrganisationNumber="556000-2001",
    VATNumber="SE556000200101",
    VATType="SEVAT",
    Type="COMPANY",
    Currency="EUR",
    TermsOfPayment="20",
    Email="faktura@example.se",
    WWW="https example.se",
    Phone1="046-100 00",
    Comments="Två rader",
    GLN="7300000000001",
    Address1="Storgatan 1",
    Address2="Port B",
    ZipCode="222 22",
    City="Lund",
    CountryCode="SE",
    DeliveryAddress1="Lagervägen 2",
    DeliveryAddress2="Port C",
    DeliveryZipCode="222 23",
    DeliveryCity="Lund",
    DeliveryCountryCode="SE",
    VisitingAddress="Storgatan 1",
    VisitingZipCode="222 22",
    VisitingCity="Lund",
    VisitingCountryCode="SE",
)

Use = Callable[[FortnoxClient], Any]
USES: dict[str, Use] = {
    "create_invoice": lambda client: client.create_invoice(_payload()),
    "invoice": lambda client: client.invoice(client.create_invoice(_payload()).DocumentNumber),
    "invoices_by_reference": lambda client: client.create_invoice(_payload()) and client.invoices_by_reference("S#1"),
    "customer": lambda client: client.customer("1"),
    "customers": lambda client: [*client.customers(), *client.customers(active=True, modified_since=SINCE)],
    "customers_numbered": lambda client: client.customers_numbered("1"),
    "customers_by_organisation_number": lambda client: (
        client.update_customer("1", EVERY_CHANGE) and client.customers_by_organisation_number("556000-2001")
    ),
    "create_customer": lambda client: client.create_customer(CustomerPayload(CustomerNumber="2", Name="Ny AB")),
    "update_customer": lambda client: [
        client.update_customer("1", EVERY_CHANGE),
        client.update_customer("1", CustomerChanges(Email=None, VisitingAddress=None, TermsOfPayment=None)),
    ],
    "article": lambda client: client.article("A1"),
    "articles": lambda client: [*client.articles(), *client.articles(active=True, modified_since=SINCE)],
    "articles_described": lambda client: client.articles_described("konsult"),
    "articles_numbered": lambda client: client.articles_numbered("a1"),
    "create_article": lambda client: client.create_article(ArticlePayload(ArticleNumber="A2", Description="Resa")),
    "update_article": lambda client: [
        client.update_article(
            "A1", ArticleChanges(Description="Ny tid", Active=False, Type="SERVICE", Unit="h", VAT=Decimal(25))
        ),
        client.update_article("A1", ArticleChanges(Unit=None)),
    ],
    "project": lambda client: client.project("P1"),
    "projects": lambda client: [*client.projects(), *client.projects(modified_since=SINCE)],
    "create_project": lambda client: client.create_project(ProjectPayload(ProjectNumber="2", Description="Nytt")),
    "update_project": lambda client: [
        client.update_project(
            "P1",
            ProjectChanges(
                Description="Nytt namn", Comments="Anteckning", StartDate=date(2026, 2, 1), Status="COMPLETED"
            ),
        ),
        client.update_project("P1", ProjectChanges(Comments=None, StartDate=None)),
    ],
    "units": lambda client: client.units(),
    "currencies": lambda client: client.currencies(),
    "terms_of_payment": lambda client: client.terms_of_payment(),
    "company": lambda client: client.company(),
    "upload_to_inbox": lambda client: client.upload_to_inbox("a.pdf", PDF),
    "inbox_files": lambda client: client.upload_to_inbox("a.pdf", PDF) and client.inbox_files(),
    "attach": _attached,
    "attachments": lambda client: client.attachments(_attached(client)),
}


def test_every_method_of_the_client_is_used_here() -> None:
    methods = {name for name, _ in inspect.getmembers(FortnoxClient, callable) if not name.startswith("_")}
    assert methods == set(USES)


@pytest.mark.parametrize("method", USES)
def test_the_clients_requests_are_documented(method: str, client: FortnoxClient) -> None:
    assert USES[method](client)


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
        over(called, InProcess(called.simulator)).units()
    assert refused.value.retry_after == 7
