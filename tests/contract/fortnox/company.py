"""A simulated company to call, for the contract tests."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from types import EllipsisType
from typing import Any

import httpx
import simplejson

from sandbox.fortnox import FortnoxSimulator, FortnoxState
from sandbox.simulator import InProcess, RateWindow

PDF = b"%PDF-1.7 a file"


@dataclass
class Clock:
    """Time that passes when a test says so; it starts at noon on 15 January 2026, Swedish time."""

    now: float = 1768474800.0

    def __call__(self) -> float:
        return self.now

    def pass_(self, seconds: float) -> None:
        """Let time pass."""
        self.now += seconds


@dataclass
class Called:
    """A company behind its simulator, and a client with a token for it."""

    state: FortnoxState
    simulator: FortnoxSimulator
    clock: Clock
    http: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        self.renew()

    def client(self, transport: httpx.BaseTransport, scopes: frozenset[str] | None = None) -> httpx.Client:
        """A client with a new token, over that transport."""
        token = self.state.grants.issue_access(scopes)
        headers = {"Accept": "application/json", "Authorization": f"Bearer {token}"}
        return httpx.Client(transport=transport, base_url="https://api.fortnox.se", headers=headers)

    def renew(self) -> None:
        """Call with a new token from now on."""
        self.http = self.client(InProcess(self.simulator))

    def get(self, path: str, **query: str | int) -> Any:
        """The body of an answer that must be 200."""
        return self._body(self.http.get(path, params=query), 200)

    def post(self, path: str, body: Any) -> Any:
        """The body of an answer that must be 201."""
        return self._body(self.http.post(path, **json_body(body)), 201)

    def put(self, path: str, body: Any = None) -> Any:
        """The body of an answer that must be 200."""
        return self._body(self.http.put(path, **({} if body is None else json_body(body))), 200)

    def invoice(self, *rows: dict[str, Any], **fields: Any) -> dict[str, Any]:
        """A new invoice to customer 1, created over HTTP."""
        made: dict[str, Any] = self.post("/3/invoices", invoice_body(*rows, **fields))["Invoice"]
        return made

    def refused(self, method: str, path: str, body: Any = None) -> tuple[int, int]:
        """Status and code of an answer that must be a refusal."""
        response = self.http.request(method, path, **({} if body is None else json_body(body)))
        said = {name.lower(): value for name, value in response.json()["ErrorInformation"].items()}
        assert said["error"] == 1 and said["message"], response.text
        return response.status_code, said["code"]

    @staticmethod
    def _body(response: httpx.Response, status: int) -> Any:
        assert response.status_code == status, response.text
        return simplejson.loads(response.content, use_decimal=True)


def company(*, rate: RateWindow | EllipsisType | None = None, seeded: bool = True) -> Called:
    """A company with customer 1, article A1 and project P1; without a rate limit unless one is given."""
    clock = Clock()
    state = FortnoxState(clock=clock)
    if seeded:
        state.add_customer(CustomerNumber="1", Name="Kunden AB")
        state.add_article(ArticleNumber="A1", Description="Konsulttid", Type="SERVICE", Unit="h")
        state.add_project(ProjectNumber="P1", Description="Projektet")
    return Called(state, FortnoxSimulator(state, rate=rate), clock)


def row(**fields: Any) -> dict[str, Any]:
    """An invoice row for one hour at 1000.00."""
    return {"ArticleNumber": "A1", "Price": Decimal("1000.00"), "DeliveredQuantity": "1", **fields}


def invoice_body(*rows: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A request for an invoice to customer 1."""
    return {"Invoice": {"CustomerNumber": "1", "InvoiceRows": list(rows or [row()]), **fields}}


def json_body(body: Any) -> dict[str, Any]:
    """httpx's arguments for a body whose decimals are written exactly."""
    content = simplejson.dumps(body, use_decimal=True).encode()
    return {"content": content, "headers": {"Content-Type": "application/json"}}
