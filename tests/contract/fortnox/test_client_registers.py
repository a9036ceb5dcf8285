"""The real client and the simulated registers: what is cleared, what is found, and what changes while it is read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sandbox.simulator import FaultKind
from severa_fortnox.errors import Rejected, Retryable
from severa_fortnox.fortnox.changes import ArticleChanges, CustomerChanges, ProjectChanges
from severa_fortnox.fortnox.client import FortnoxClient
from severa_fortnox.fortnox.models import CustomerPayload
from severa_fortnox.fortnox.unknowns import Readings
from tests.contract.fortnox.client import client_of
from tests.contract.fortnox.company import Called, company

SMALL = Readings(page_rows=2)


@pytest.fixture
def called() -> Called:
    return company()


@pytest.fixture
def client(called: Called) -> FortnoxClient:
    return client_of(called)


def _now(called: Called) -> datetime:
    return datetime.fromtimestamp(called.clock.now, UTC)


# Changes


def test_a_change_keeps_what_it_does_not_name_and_none_clears(client: FortnoxClient) -> None:
    client.update_customer(
        "1",
        CustomerChanges(Email="a@example.se", Comments="Kvar", CountryCode="SE", Currency="EUR", TermsOfPayment="10"),
    )
    cleared = client.update_customer(
        "1", CustomerChanges(Email=None, CountryCode=None, Currency=None, TermsOfPayment=None)
    )
    assert (cleared.Name, cleared.Comments) == ("Kunden AB", "Kvar")
    assert (cleared.Email, cleared.CountryCode, cleared.TermsOfPayment) == (None, None, None)
    assert cleared.Currency == "SEK", "a customer always has a currency"
    assert client.customer("1") == cleared


def test_an_empty_text_changes_nothing(client: FortnoxClient) -> None:
    client.update_customer("1", CustomerChanges(Comments="Kvar", Phone1="040-1"))
    assert client.update_customer("1", CustomerChanges(Comments="", Phone1=None)).Comments == "Kvar"
    client.update_project("P1", ProjectChanges(Comments="Kvar"))
    assert client.update_project("P1", ProjectChanges(Comments="")).Comments == "Kvar"


def test_articles_and_projects_are_changed_and_cleared(client: FortnoxClient) -> None:
    article = client.update_article("A1", ArticleChanges(Description="Ny tid", Unit=None, Active=False))
    assert (article.Description, article.Unit, article.Active, article.Type) == ("Ny tid", None, False, "SERVICE")
    project = client.update_project("P1", ProjectChanges(Status="COMPLETED", Comments="Klart"))
    assert (project.Description, project.Status, project.Comments) == ("Projektet", "COMPLETED", "Klart")
    assert client.update_project("P1", ProjectChanges(Status="ONGOING", Comments=None)).Comments is None
    assert client.article("A1") == article


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/3/customers/1", {"Customer": {"Name": None, "City": "Lund"}}),
        ("/3/articles/A1", {"Article": {"Description": None}}),
        ("/3/projects/P1", {"Project": {"Description": None}}),
    ],
)
def test_null_on_a_required_field_is_refused_and_changes_nothing(called: Called, path: str, body: Any) -> None:
    before = called.get(path)
    status, _ = called.refused("PUT", path, body)
    assert status == 400
    assert called.get(path) == before


@pytest.mark.parametrize(
    "changes",
    [
        CustomerChanges(Currency="GBP"),
        CustomerChanges(TermsOfPayment="45"),
        CustomerChanges(City="Lund · Malmö"),
    ],
)
def test_a_change_that_does_not_fit_is_refused(client: FortnoxClient, changes: CustomerChanges) -> None:
    before = client.customer("1")
    with pytest.raises(Rejected):
        client.update_customer("1", changes)
    assert client.customer("1") == before


def test_a_change_whose_answer_is_lost_may_be_made_again(client: FortnoxClient, called: Called) -> None:
    called.simulator.faults.arm(FaultKind.DROP_AFTER_APPLY, method="PUT")
    with pytest.raises(Retryable):
        client.update_customer("1", CustomerChanges(City="Lund"))
    assert client.update_customer("1", CustomerChanges(City="Lund")).City == "Lund"


def test_the_number_of_a_deleted_customer_is_nobodys(client: FortnoxClient, called: Called) -> None:
    called.state.delete_customer("1")
    assert client.customers_numbered("1") == []
    with pytest.raises(Rejected) as taken:
        client.create_customer(CustomerPayload(CustomerNumber="1", Name="Ny AB"))
    assert taken.value.code == "2000637"


# Lists


def test_active_and_inactive_records_are_listed_apart(client: FortnoxClient, called: Called) -> None:
    called.state.add_customer(CustomerNumber="2", Name="Vilande AB", Active=False)
    called.state.add_article(ArticleNumber="A2", Description="Gammal", Active=False)
    for active, customers, articles in (
        (None, ["1", "2"], ["A1", "A2"]),
        (True, ["1"], ["A1"]),
        (False, ["2"], ["A2"]),
    ):
        assert [item.CustomerNumber for item in client.customers(active)] == customers
        assert [item.ArticleNumber for item in client.articles(active)] == articles


def test_a_completed_project_is_listed_without_its_comments(client: FortnoxClient, called: Called) -> None:
    called.state.add_project(ProjectNumber="P2", Description="Klart", Status="COMPLETED", Comments="Text")
    assert [(project.ProjectNumber, project.Status, project.Comments) for project in client.projects()] == [
        ("P1", "ONGOING", None),
        ("P2", "COMPLETED", None),
    ]


def test_articles_are_found_by_a_part_of_their_description(client: FortnoxClient, called: Called) -> None:
    called.state.add_article(ArticleNumber="A2", Description="KONSULTTID, natt")
    assert [item.ArticleNumber for item in client.articles_described("Konsulttid")] == ["A1", "A2"]
    assert [item.ArticleNumber for item in client.articles_described("natt")] == ["A2"]


def test_customers_are_found_by_a_part_of_their_organisation_number(client: FortnoxClient, called: Called) -> None:
    called.state.add_customer(CustomerNumber="2", Name="Två AB", OrganisationNumber="556000-2001")
    called.state.add_customer(CustomerNumber="3", Name="Tre AB", OrganisationNumber="5560002001")
    assert [item.CustomerNumber for item in client.customers_by_organisation_number("556000-2001")] == ["2"]
    assert [item.CustomerNumber for item in client.customers_by_organisation_number("5560002001")] == ["3"]


# What changed since


@pytest.mark.parametrize("zone", ["Swedish", "UTC"])
@pytest.mark.parametrize("season", ["winter", "summer"])
@pytest.mark.parametrize("bound", ["included", "excluded"])
def test_what_changed_is_found_in_every_reading(called: Called, zone: Any, season: str, bound: Any) -> None:
    switches = called.state.switches
    switches.lastmodified_zone = "UTC" if zone == "UTC" else "Europe/Stockholm"
    switches.lastmodified_excludes = bound == "excluded"
    called.clock.pass_(timedelta(days=180 if season == "summer" else 1).total_seconds() + 7)
    client = client_of(called, Readings(lastmodified_zone=zone, lastmodified_bound=bound))
    since = _now(called)
    called.state.add_customer(CustomerNumber="2", Name="Ny AB")
    called.state.add_article(ArticleNumber="A2", Description="Ny")
    called.state.add_project(ProjectNumber="P2", Description="Nytt")
    later = since + timedelta(minutes=5)
    assert [item.CustomerNumber for item in client.customers(modified_since=since)] == ["2"]
    assert [item.ArticleNumber for item in client.articles(modified_since=since)] == ["A2"]
    assert [item.ProjectNumber for item in client.projects(modified_since=since)] == ["P2"]
    assert list(client.customers(modified_since=later)) == []


def test_the_minute_that_is_named_may_be_left_out(called: Called) -> None:
    called.state.switches.lastmodified_excludes = True
    assert list(client_of(called).customers(modified_since=_now(called))) == []


def test_nothing_is_missed_in_the_hour_that_comes_twice(called: Called, client: FortnoxClient) -> None:
    called.clock.now = datetime(2026, 10, 25, 0, 50, tzinfo=UTC).timestamp()
    since = _now(called)
    called.clock.pass_(15 * 60)
    client.update_customer("1", CustomerChanges(City="Lund"))
    assert [item.CustomerNumber for item in client.customers(modified_since=since)] == ["1"]


@pytest.mark.parametrize("wrong", ["i går", "2026-01-15 12:00+01:00", "26-01-15"])
def test_a_moment_is_written_as_documented(called: Called, wrong: str) -> None:
    answer = called.http.get("/3/customers", params={"lastmodified": wrong})
    assert answer.status_code == 400


# A register that changes while it is paged


def _customers(called: Called, numbers: range) -> None:
    for number in numbers:
        called.state.add_customer(CustomerNumber=str(number), Name=f"Kund {number}")


@pytest.mark.parametrize(
    ("happens", "left"),
    [
        (lambda state: state.add_customer(CustomerNumber="0", Name="Först"), ["0", "1", "2", "3", "4", "5"]),
        (lambda state: state.delete_customer("1"), ["2", "3", "4", "5"]),
        (
            lambda state: (state.delete_customer("5"), state.add_customer(CustomerNumber="0", Name="Först")),
            ["0", "1", "2", "3", "4"],
        ),
    ],
    ids=["one comes in front", "one goes", "one comes in front and another goes"],
)
def test_a_list_that_changes_while_it_is_read_is_complete(
    called: Called, happens: Callable[[Any], object], left: list[str]
) -> None:
    _customers(called, range(2, 6))
    called.simulator.meanwhile.arm(lambda: happens(called.state), path="/3/customers")
    assert [item.CustomerNumber for item in client_of(called, SMALL).customers()] == left


def test_a_list_that_keeps_changing_is_given_up(called: Called) -> None:
    _customers(called, range(2, 6))
    comes = iter(range(100, 200))
    called.simulator.meanwhile.arm(
        lambda: called.state.add_customer(CustomerNumber=str(next(comes)), Name="Ny"), path="/3/customers", times=100
    )
    with pytest.raises(Retryable, match="kept changing"):
        list(client_of(called, SMALL).customers())
    assert len(called.simulator.journal.matching("GET", "/3/customers")) == 6


def test_a_customer_put_to_rest_while_the_active_ones_are_read_hides_nobody(called: Called) -> None:
    _customers(called, range(2, 6))

    def rest() -> None:
        called.put("/3/customers/1", {"Customer": {"Active": False}})

    called.simulator.meanwhile.arm(rest, path="/3/customers")
    found = [item.CustomerNumber for item in client_of(called, SMALL).customers(active=True)]
    assert found == ["2", "3", "4", "5"]
