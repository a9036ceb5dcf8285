"""How the simulator cuts and filters lists."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.contract.severa.company import Company


def _all_by_token(http: httpx.Client, path: str, **query: Any) -> list[str]:
    """The guids of a whole list, filters repeated with every page."""
    guids: list[str] = []
    token: dict[str, str] = {}
    while True:
        response = http.get(path, params=query | token)
        guids += [record["guid"] for record in response.json()]
        if "NextPageToken" not in response.headers:
            return guids
        token = {"pageToken": response.headers["NextPageToken"]}


def _customers(company: Company, count: int) -> None:
    for index in range(count):
        company.state.add_customer(name=f"Kund {index}", isActive=index % 2 == 0)


def test_pages_by_token_hold_every_record_once_and_the_last_names_no_successor(
    company: Company, http: httpx.Client
) -> None:
    _customers(company, 24)
    found = _all_by_token(http, "/v1/customers", rowCount=5)
    assert sorted(found) == sorted(company.state.records["customers"])
    assert "NextPageToken" not in http.get("/v1/customers", params={"rowCount": 25}).headers
    assert "NextPageToken" in http.get("/v1/customers", params={"rowCount": 24}).headers


def test_a_page_token_belongs_to_its_filters(company: Company, http: httpx.Client) -> None:
    _customers(company, 9)
    first = http.get("/v1/customers", params={"isActive": "true", "rowCount": 2})
    token = first.headers["NextPageToken"]
    assert http.get("/v1/customers", params={"isActive": "true", "pageToken": token}).status_code == 200
    for query in ({"pageToken": token}, {"pageToken": token, "isActive": "false"}, {"pageToken": "AAAA"}):
        assert http.get("/v1/customers", params=query).status_code == 400
    assert http.get("/v1/projects", params={"pageToken": token}).status_code == 400


@pytest.mark.parametrize(("cursor_is_an_offset", "skipped"), [(True, 1), (False, 0)])
def test_a_record_that_leaves_the_filter_between_pages_may_hide_another(
    cursor_is_an_offset: bool, skipped: int
) -> None:
    company = Company(cursor_is_an_offset=cursor_is_an_offset)
    invoices = [company.state.add_invoice(company.customer, status="Sent") for _ in range(4)]
    query: dict[str, Any] = {"invoiceStatusGuids": company.status("Sent"), "rowCount": 2}
    with company.client() as http:
        first = http.get("/v1/invoices", params=query)
        seen = [one["guid"] for one in first.json()]
        company.state.move_invoice(company.state.records["invoices"][seen[0]], company.state.status("Paid"))
        rest = http.get("/v1/invoices", params=query | {"pageToken": first.headers["NextPageToken"]})
    seen += [one["guid"] for one in rest.json()]
    assert len(set(seen)) == len(invoices) - skipped


def test_page_sizes_have_defaults_and_a_largest(company: Company, http: httpx.Client) -> None:
    _customers(company, 1100)
    for index in range(30):
        company.state.add_address(company.customer, addressline=f"Gata {index}")
    assert len(http.get("/v1/customers").json()) == 100
    assert len(http.get("/v1/customers", params={"rowCount": 5000}).json()) == 1000
    assert len(http.get("/v1/addresses").json()) == 20
    assert http.get("/v1/customers", params={"rowCount": "many"}).status_code == 400


def test_pages_by_offset_end_with_a_short_one(company: Company, http: httpx.Client) -> None:
    for index in range(24):
        company.state.add_address(company.customer, addressline=f"Gata {index}")
    pages = [http.get("/v1/addresses", params={"firstRow": first, "rowCount": 10}) for first in (0, 10, 20, 30)]
    assert [len(page.json()) for page in pages] == [10, 10, 5, 0]
    assert len({one["guid"] for page in pages for one in page.json()}) == 25
    assert all("NextPageToken" not in page.headers for page in pages)


def test_travel_expense_types_come_all_at_once(company: Company, http: httpx.Client) -> None:
    for index in range(30):
        company.state.add_travel_expense_type(name=f"Typ {index}")
    assert len(http.get("/v1/travelexpensetypes").json()) == 31


def test_unknown_parameters_are_ignored(company: Company, http: httpx.Client) -> None:
    _customers(company, 3)
    assert len(http.get("/v1/customers", params={"active": "false"}).json()) == 4
    assert len(http.get("/v1/customers", params={"isActive": "false"}).json()) == 1


def test_repeated_keys_ask_for_any_of_them(company: Company, http: httpx.Client) -> None:
    wanted = [company.status("Draft"), company.status("Ready for transfer")]
    assert len(http.get("/v1/invoices", params={"invoiceStatusGuids": wanted}).json()) == 2
    assert len(http.get("/v1/invoices", params={"invoiceStatusGuids": wanted[:1]}).json()) == 1


def test_invoices_are_found_by_every_filter(company: Company, http: httpx.Client) -> None:
    other = company.state.add_customer(name="Annan AB")
    project = company.state.add_project(other, name="Annat")
    invoice = company.state.add_invoice(other, projects=[project], status="Paid", paymentDate="2026-07-01")
    day = invoice["date"]
    for query in (
        {"customerGuids": other["guid"]},
        {"projectGuids": project["guid"]},
        {"numbers": invoice["number"]},
        {"referenceNumbers": invoice["referenceNumber"]},
        {"paymentDateStart": "2026-07-01"},
        {"customerGuids": other["guid"], "startDate": day, "endDate": f"{day}T00:00:00Z"},
    ):
        assert [one["guid"] for one in http.get("/v1/invoices", params=query).json()] == [invoice["guid"]], query
    for query in ({"startDate": "2030-01-01"}, {"endDate": "2000-01-01"}, {"minimumTotalExcludingTax": "1e9"}):
        assert http.get("/v1/invoices", params=query).json() == [], query


def test_changed_since_includes_its_bound_and_reads_offsets(company: Company, http: httpx.Client) -> None:
    company.clock.advance(60)
    http.patch(f"/v1/customers/{company.customer['guid']}", json=[{"op": "replace", "path": "/notes", "value": "x"}])
    changed = http.get(f"/v1/customers/{company.customer['guid']}").json()["lastUpdatedDateTime"]
    company.clock.advance(60)
    created = company.state.add_customer(name="Ny AB")["createdDateTime"]
    assert len(http.get("/v1/customers", params={"changedSince": changed}).json()) == 2
    assert len(http.get("/v1/customers", params={"changedSince": created}).json()) == 1
    assert len(http.get("/v1/customers", params={"changedSince": changed.replace("Z", "+00:00")}).json()) == 2
    assert http.get("/v1/customers?changedSince=2026-01-01T00:00:00+02:00").status_code == 400


def test_countries_are_found_by_code_name_and_guid(company: Company, http: httpx.Client) -> None:
    sweden = company.state.country("SE")
    for key in ("SE", "swe", "Sverige", "sweden"):
        assert [one["guid"] for one in http.get(f"/v1/localization/countries/{key}").json()] == [sweden["guid"]]
    assert http.get(f"/v1/localization/countries/{sweden['guid']}").json()["isInEU"] is True
    missing = http.get("/v1/localization/countries/00000000-0000-0000-0000-000000000000")
    assert (missing.status_code, missing.content) == (404, b"")
