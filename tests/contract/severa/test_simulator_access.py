"""Who may call the simulator, how often, under which address, and what goes wrong on demand."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from sandbox.severa import SeveraSimulator, SeveraState
from sandbox.simulator import FaultKind, RateWindow, serve
from tests.contract.severa.company import Company

CREDENTIALS = {"client_id": "client", "client_secret": "secret"}
QUOTA = "API calls quota exceeded! maximum admitted 10 per 1s."


def _error(response: httpx.Response) -> dict[str, Any]:
    error: dict[str, Any] = response.json()["error"]
    assert error["httpStatusCode"] == response.status_code
    return error


@pytest.mark.parametrize(
    "body",
    [
        CREDENTIALS,
        {"client_Id": "client", "client_Secret": "secret", "grant_type": "client_credentials"},
        CREDENTIALS | {"scope": "customers:read, invoices:read"},
    ],
)
def test_credentials_give_a_token_whatever_the_case_of_their_names(company: Company, body: dict[str, str]) -> None:
    with company.unsigned() as http:
        answer = http.post("/v1/token", json=body).json()
    assert answer["access_token_expires_in"] == 3600
    assert set(answer["scope"].split()) >= {"customers:read", "invoices:read"}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (CREDENTIALS | {"client_secret": "guess"}, 401),
        (CREDENTIALS | {"scope": "customers:rule"}, 401),
        ({"client_id": "client"}, 400),
        ([], 400),
    ],
)
def test_bad_credentials_are_refused(company: Company, body: Any, status: int) -> None:
    with company.unsigned() as http:
        response = http.post("/v1/token", json=body)
    assert response.status_code == status
    assert _error(response)["type"]


def test_a_token_ends_after_its_time(company: Company, http: httpx.Client) -> None:
    company.clock.advance(3599)
    assert http.get("/v1/customers").status_code == 200
    company.clock.advance(1)
    response = http.get("/v1/customers")
    assert response.status_code == 401
    assert _error(response)["type"] == "AuthenticationRequired"


def test_a_refresh_token_works_once_and_not_after_signing_out(company: Company) -> None:
    with company.unsigned() as http:
        first = http.post("/v1/token", json=CREDENTIALS).json()["refresh_token"]
        second = http.post("/v1/refreshtoken", json=first).json()
        assert second["access_token"]
        assert http.post("/v1/refreshtoken", json=first).status_code == 401
        assert http.post("/v1/signout", json=second["refresh_token"]).status_code == 200
        assert http.post("/v1/refreshtoken", json=second["refresh_token"]).status_code == 401


def test_a_call_without_its_scope_is_refused(company: Company) -> None:
    with company.client(frozenset({"invoices:read"})) as http:
        assert http.get("/v1/invoices").status_code == 200
        response = http.get("/v1/invoicestatuses")
        files = http.get(f"/v1/invoices/{company.invoice['guid']}/files")
    assert response.status_code == files.status_code == 403
    assert _error(response)["type"] == "InsufficientApiScope"


@pytest.mark.parametrize(("is_required", "status"), [(False, 200), (True, 401)])
def test_the_client_id_header_may_be_left_out_only_in_one_reading(is_required: bool, status: int) -> None:
    company = Company(client_id_required=is_required)
    with company.client() as http:
        assert http.get("/v1/customers").status_code == 200
        del http.headers["Client_Id"]
        assert http.get("/v1/customers").status_code == status
        http.headers["Client_Id"] = "another"
        assert http.get("/v1/customers").status_code == 401


def test_heartbeats_need_a_token_only_where_they_say_so(company: Company, http: httpx.Client) -> None:
    with company.unsigned() as anyone:
        assert anyone.get("/heartbeat/server").text == "Server is alive."
        assert anyone.get("/heartbeat/database").text == "Database is alive."
        assert anyone.get("/heartbeat/authorized").status_code == 401
    assert http.get("/heartbeat/authorized").status_code == 204


@pytest.mark.parametrize(
    "base", ["https://severa.test/rest-api", "https://severa.test", "https://severa.test/REST-api"]
)
@pytest.mark.parametrize("path", ["/v1/invoicerows", "/v1.0/invoiceRows", "/V1/INVOICEROWS"])
def test_both_versions_answer_in_any_case_with_and_without_the_prefix(http: httpx.Client, base: str, path: str) -> None:
    assert len(http.get(f"{base}{path}").json()) > 1


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/v1/webhooks", 404), ("GET", "/v2/invoices", 404), ("PUT", "/v1/invoices", 405), ("GET", "/", 404)],
)
def test_what_is_not_served_has_an_empty_answer(http: httpx.Client, method: str, path: str, status: int) -> None:
    response = http.request(method, path)
    assert (response.status_code, response.content) == (status, b"")


def test_the_eleventh_call_within_a_second_is_refused_and_uses_nothing_up() -> None:
    company = Company(rate=RateWindow(10, 1.0))
    with company.client() as http:
        statuses = [http.get("/v1/vatrates").status_code for _ in range(11)]
        company.clock.advance(0.999)
        refused = http.get("/v1/vatrates")
        company.clock.advance(0.001)
        admitted = [http.get("/v1/vatrates").status_code for _ in range(10)]
    assert statuses == [200] * 10 + [429]
    assert refused.status_code == 429
    assert refused.text == QUOTA
    assert refused.headers["Content-Type"].startswith("text/plain")
    assert refused.headers["Retry-After"] == "1"
    assert admitted == [200] * 10


def test_the_limit_is_on_unless_it_is_switched_off_and_is_not_shared() -> None:
    one, other = (SeveraSimulator(SeveraState()) for _ in range(2))
    assert one.rate is not None and one.rate.limit == 10 and one.rate is not other.rate
    assert SeveraSimulator(SeveraState(), rate=None).rate is None


def test_a_refusal_for_pace_need_not_say_how_long() -> None:
    company = Company(rate=RateWindow(0, 1.0), retry_after=None)
    with company.client() as http:
        assert "Retry-After" not in http.get("/v1/vatrates").headers


@pytest.mark.parametrize(("tokens_counted", "status"), [(False, 200), (True, 429)])
def test_tokens_use_up_the_limit_only_in_one_reading(tokens_counted: bool, status: int) -> None:
    company = Company(rate=RateWindow(2, 1.0), tokens_counted=tokens_counted)
    with company.unsigned() as http:
        assert [http.post("/v1/token", json=CREDENTIALS).status_code for _ in range(3)] == [200, 200, status]


@pytest.mark.parametrize(
    ("kind", "status", "body"),
    [
        (FaultKind.VANISHED, 404, b""),
        (FaultKind.UNAUTHORIZED, 401, b"AuthenticationRequired"),
        (FaultKind.SERVER_ERROR, 500, b"InternalSystemError"),
        (FaultKind.RATE_LIMIT, 429, QUOTA.encode()),
    ],
)
def test_faults_answer_in_the_vendors_words_once(
    company: Company, http: httpx.Client, kind: FaultKind, status: int, body: bytes
) -> None:
    company.simulator.faults.arm(kind, method="GET", path=".*/customers/.*")
    path = f"/v1/customers/{company.customer['guid']}"
    response = http.get(path)
    assert response.status_code == status
    assert body in response.content
    assert http.get(path).status_code == 200


def test_a_dropped_answer_was_applied(company: Company, http: httpx.Client) -> None:
    company.simulator.faults.arm(FaultKind.DROP_AFTER_APPLY, method="PATCH")
    with pytest.raises(httpx.ReadError):
        http.patch(
            f"/v1/invoices/{company.invoice['guid']}",
            json=[{"op": "replace", "path": "/status/guid", "value": company.status("Transferred")}],
        )
    assert company.invoice["status"]["name"] == "Transferred"


def test_the_client_id_header_arrives_over_a_socket() -> None:
    company = Company(client_id_required=True)
    server = serve(company.simulator, 0)
    try:
        host, port = server.bind_addr[:2]
        with httpx.Client(base_url=f"http://{host}:{port}/rest-api", trust_env=False) as http:
            token = http.post("/v1/token", json=CREDENTIALS).json()["access_token"]
            bare = {"Authorization": f"Bearer {token}"}
            assert http.get("/v1/customers", headers=bare).status_code == 401
            assert http.get("/v1/customers", headers=bare | {"Client_Id": "client"}).status_code == 200
    finally:
        server.stop()


def test_the_back_door_shows_invoices_and_moves_them(company: Company) -> None:
    with company.unsigned() as http:
        door = "https://severa.test/_sandbox"
        listed = http.get(f"{door}/state").json()
        assert next((one["guid"], one["status"], one["number"]) for one in listed) == (
            company.invoice["guid"],
            "Ready for transfer",
            None,
        )
        body = {"invoice": company.invoice["guid"], "status": company.status("Sent")}
        moved = http.post(f"{door}/status", json=body).json()
        assert moved["status"] == "Sent" and moved["number"] is not None
        assert http.post(f"{door}/status", json=body | {"status": "none"}).status_code == 404
    assert company.simulator.journal.calls == []
