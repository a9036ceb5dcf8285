"""What the simulator takes and refuses when a client writes, and what follows from a write."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import httpx
import pytest

from sandbox.severa import Row, SeveraState
from tests.contract.severa.company import Company

NOTHING = "00000000-0000-0000-0000-000000000000"


def _patch(http: httpx.Client, path: str, *operations: tuple[str, Any], op: str = "replace") -> httpx.Response:
    return http.patch(f"/v1/{path}", json=[{"op": op, "path": at, "value": value} for at, value in operations])


def _invoice(company: Company) -> str:
    return f"invoices/{company.invoice['guid']}"


def _kind(response: httpx.Response) -> str:
    kind: str = response.json()["error"]["type"]
    return kind


@pytest.mark.parametrize("op", ["add", "remove", "move", "copy", "test"])
def test_only_replace_is_supported(company: Company, http: httpx.Client, op: str) -> None:
    assert _patch(http, f"customers/{company.customer['guid']}", ("/notes", "x"), op=op).status_code == 400


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("/guid", NOTHING),
        ("/createdDateTime", "2026-01-01"),
        ("/isInternal", True),
        ("/headquarterAddress/city", "Lund"),
        ("/colour", "red"),
        ("notes", "x"),
        ("/notes", 5),
        ("/isActive", "yes"),
        ("/isActive", None),
        ("/name", None),
        ("/paymentTerm", 2**40),
        ("/paymentTerm", 1.5),
        ("/kvkNumber", "1" * 26),
        ("/currency/guid", NOTHING),
        ("/currency", {"guid": NOTHING}),
        ("/name", ""),
    ],
)
def test_what_does_not_fit_a_customer_is_refused(company: Company, http: httpx.Client, path: str, value: Any) -> None:
    before = dict(company.customer)
    assert _patch(http, f"customers/{company.customer['guid']}", ("/notes", "y"), (path, value)).status_code == 400
    assert company.customer == before, "a refused patch changes nothing, not even what was right in it"


def test_a_read_only_property_is_an_invalid_operation(company: Company, http: httpx.Client) -> None:
    assert _kind(_patch(http, f"customers/{company.customer['guid']}", ("/guid", NOTHING))) == "InvalidOperation"


def test_a_change_is_noted_with_who_and_when(company: Company, http: httpx.Client) -> None:
    company.clock.advance(5)
    (changed,) = _patch(http, f"customers/{company.customer['guid']}", ("/Name", "Nytt namn"), ("/notes", None)).json()
    assert (changed["name"], changed["notes"]) == ("Nytt namn", None)
    assert changed["lastUpdatedDateTime"] > changed["createdDateTime"]
    assert changed["lastUpdatedBy"]["name"] == "Fortnox"


def test_a_renamed_customer_is_renamed_on_invoices_but_not_in_what_was_printed(
    company: Company, http: httpx.Client
) -> None:
    _patch(http, f"customers/{company.customer['guid']}", ("/name", "Nytt namn"))
    invoice = http.get(f"/v1/{_invoice(company)}").json()
    assert invoice["billingCustomer"]["name"] == "Nytt namn"
    assert invoice["receiverCustomerName"] == "Älvsjö Bygg AB"


@pytest.mark.parametrize("form", ["/status", "/status/guid"])
@pytest.mark.parametrize("accepted", ["/status", "/status/guid"])
def test_a_status_is_changed_by_either_path_or_by_one_only(form: str, accepted: str) -> None:
    for paths, is_fine in ((frozenset({"/status", "/status/guid"}), True), (frozenset({accepted}), form == accepted)):
        company = Company(status_paths=paths)
        guid = company.status("Transferred")
        with company.client() as http:
            response = _patch(http, _invoice(company), (form, guid if form.endswith("guid") else {"guid": guid}))
        assert response.is_success is is_fine
        assert (company.invoice["status"]["guid"] == guid) is is_fine


def test_entering_a_status_with_a_number_gives_the_next_one_once(company: Company, http: httpx.Client) -> None:
    assert company.invoice["number"] is None and company.invoice["referenceNumber"] is None
    (moved,) = _patch(http, _invoice(company), ("/status/guid", company.status("Transferred"))).json()
    assert moved["number"] == 20001 and moved["referenceNumber"] == "200014"
    (again,) = _patch(http, _invoice(company), ("/status/guid", company.status("Sent"))).json()
    assert again["number"] == 20001
    other = company.state.add_invoice(company.customer, status="Sent")
    assert other["number"] == 20002


def test_a_number_given_with_the_status_is_kept(company: Company, http: httpx.Client) -> None:
    operations = (("/number", 77), ("/status/guid", company.status("Transferred")))
    (moved,) = _patch(http, _invoice(company), *operations).json()
    assert moved["number"] == 77


def test_a_number_is_refused_in_the_other_reading_and_when_it_is_taken(company: Company, http: httpx.Client) -> None:
    taken = company.state.add_invoice(company.customer, status="Sent")["number"]
    assert _patch(http, _invoice(company), ("/number", taken)).status_code == 400
    closed = Company(number_writable=False)
    with closed.client() as other:
        assert _patch(other, _invoice(closed), ("/number", 77)).status_code == 400
    assert closed.invoice["number"] is None


def test_in_a_read_only_status_nothing_but_the_status_changes(company: Company, http: httpx.Client) -> None:
    _patch(http, _invoice(company), ("/status/guid", company.status("Transferred")))
    back = company.status("Draft")
    refused = _patch(http, _invoice(company), ("/notes", "x"), ("/status/guid", back))
    assert (refused.status_code, _kind(refused)) == (400, "InvalidOperation")
    assert company.invoice["status"]["name"] == "Transferred"
    assert _patch(http, _invoice(company), ("/status/guid", back)).is_success
    assert _patch(http, _invoice(company), ("/notes", "x")).is_success


@pytest.mark.parametrize(("reading", "status"), [(400, 400), (404, 404)])
def test_a_reference_to_nothing_is_refused(reading: int, status: int) -> None:
    company = Company(unknown_reference=reading)
    with company.client() as http:
        assert _patch(http, _invoice(company), ("/status/guid", NOTHING)).status_code == status
        assert http.post("/v1/customers", json={"name": "X", "currency": {"guid": NOTHING}}).status_code == status
    assert company.invoice["status"]["name"] == "Ready for transfer"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": None},
        {"name": ""},
        {"name": 5},
        {"name": "X", "colour": "red"},
        {"name": "X", "guid": NOTHING},
        {"name": "X", "language": "sv"},
        {"name": "X", "language": {"colour": "red"}},
        {"name": "X", "number": 1001},
        [],
        "name",
    ],
)
def test_a_body_that_does_not_fit_makes_no_customer(company: Company, http: httpx.Client, body: Any) -> None:
    response = http.post("/v1/customers", json=body)
    assert response.status_code == 400
    assert len(company.state.records["customers"]) == 1
    assert http.post("/v1/customers", content=b"{").status_code == 400


def test_names_of_properties_have_no_case_and_numbers_follow_on(company: Company, http: httpx.Client) -> None:
    made = http.post("/v1/customers", json={"NAME": "Ny AB", "PaymentTerm": 10})
    assert made.status_code == 201
    assert (made.json()["name"], made.json()["paymentTerm"], made.json()["number"]) == ("Ny AB", 10, 1002)


def test_a_project_is_made_with_its_root_phase_and_closing_it_leaves_a_date(
    company: Company, http: httpx.Client
) -> None:
    person = company.state.person["guid"]
    body = {"name": "Nytt", "customer": {"guid": company.customer["guid"]}, "projectOwner": {"guid": person}}
    project = http.post("/v1/projects", json=body).json()
    assert project["rootPhase"]["name"] == "Nytt" and project["number"] == 5002
    (closed,) = _patch(http, f"projects/{project['guid']}", ("/isClosed", True)).json()
    assert closed["closedDate"] == company.state.today().isoformat()
    currency = company.state.currency("EUR")["guid"]
    assert _patch(http, f"projects/{project['guid']}", ("/currency/guid", currency)).status_code == 400
    assert http.post("/v1/projects", json={"name": "Utan kund"}).status_code == 400


def test_a_deleted_record_is_missing_with_an_empty_answer(company: Company, http: httpx.Client) -> None:
    path = f"/v1/products/{company.product['guid']}"
    deleted = http.delete(path)
    assert (deleted.status_code, deleted.content) == (204, b"")
    for response in (http.get(path), http.delete(path), http.patch(path, json=[])):
        assert (response.status_code, response.content) == (404, b"")


def test_an_address_moves_its_customer_only_in_one_reading() -> None:
    for reading in (False, True):
        company = Company(child_moves_parent=reading)
        before = company.customer["lastUpdatedDateTime"]
        company.clock.advance(1)
        with company.client() as http:
            assert _patch(http, f"addresses/{company.address['guid']}", ("/city", "Lund")).is_success
        assert (company.customer["lastUpdatedDateTime"] != before) is reading


def test_the_organisation_tells_whether_codes_are_unique() -> None:
    for reading in (False, True):
        with Company(duplicate_codes_refused=reading).client() as http:
            settings = http.get("/v1/organizationsettings").json()
        assert settings["uniqueIdentifierForProductsAndWorktypes"] is reading


def test_amounts_go_in_and_out_exactly(company: Company, http: httpx.Client) -> None:
    body = b'{"name": "Skruv", "unitPrice": {"amount": 0.1000000000000000055, "currencyCode": "SEK"}}'
    response = http.post("/v1/products", content=body)
    assert b"0.1000000000000000055" in response.content
    assert company.state.all("products")[-1]["unitPrice"]["amount"] == Decimal("0.1000000000000000055")


def test_guids_are_reproducible_and_never_pass_for_version_4() -> None:
    one, other = SeveraState(seed=3), SeveraState(seed=3)
    guids = [one.new_guid() for _ in range(500)]
    assert guids == [other.new_guid() for _ in range(500)]
    assert all(guid[14] != "4" and len(guid) == 36 for guid in guids)
    assert len(set(guids)) == 500


def test_a_typo_in_a_seed_is_noticed(company: Company) -> None:
    with pytest.raises(TypeError, match="colour"):
        company.state.add_customer(name="X", colour="red")
    with pytest.raises(LookupError):
        company.state.add_invoice(company.customer, status="Nowhere")


def test_totals_follow_from_the_rows_unless_a_difference_is_seeded(company: Company) -> None:
    rows = [Row(quantity=Decimal("3"), unit_price=Decimal("33.335")), Row(unit_price=Decimal("0.02"))]
    right = company.state.add_invoice(company.customer, rows=rows)
    assert right["totalExcludingTax"]["amount"] == Decimal("100.03")
    assert right["totalTax"]["amount"] == Decimal("25.01")
    assert right["totalIncludingTax"]["amount"] == Decimal("125.04")
    off = company.state.add_invoice(company.customer, rows=rows, totalTax=Decimal("25.00"))
    assert off["totalIncludingTax"]["amount"] == Decimal("125.03")
