"""A small Severa organisation with one of everything, on a clock that only tests move."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import httpx

from sandbox.severa import EVERY_SCOPE, Row, RowType, SeveraSimulator, SeveraState
from sandbox.severa.readings import Readings
from sandbox.simulator import InProcess, RateWindow

START = 1_780_000_000.0


@dataclass
class Clock:
    """Seconds that pass when a test says so."""

    now: float = START

    def __call__(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += seconds


class Company:
    """A simulator with one customer, project and invoice of every kind of row; nothing limits its pace by default."""

    def __init__(self, *, rate: RateWindow | None = None, **readings: Any) -> None:
        self.clock = Clock()
        self.state = state = SeveraState(seed=7, clock=self.clock, readings=Readings(**readings))
        self.simulator = SeveraSimulator(state, rate=rate)
        self.simulator.access.add_client("client", "secret")
        self.customer = state.add_customer(name="Älvsjö Bygg AB", kvkNumber="556000-2001", email="faktura@example.se")
        self.address = state.add_address(self.customer, billing=True, headquarter=True)
        self.project = state.add_project(self.customer, name="Ombyggnad")
        self.work_type = state.add_work_type(name="Konsult", code="K1")
        self.product = state.add_product(name="Skruv", code="S1", price="12.50")
        self.travel_type = state.add_travel_expense_type(name="Milersättning", code="M1", expense_class="Mileage")
        self.fee = state.insert("project_fees", project=self.project, name="Licens", quantity=Decimal(2))
        self.invoice = state.add_invoice(
            self.customer,
            projects=[self.project],
            status="Ready for transfer",
            rows=[
                Row(row_type=RowType.HOURS, codes=("K1",), quantity=Decimal("7.5"), unit_price=Decimal("1250.333")),
                Row(row_type=RowType.FEES, codes=("S1",), measurement_unit="st"),
                Row(row_type=RowType.TRAVEL, codes=("M1",), vat_rate=Decimal(6), sales_account=None),
                Row(row_type=RowType.FLAT_RATE, vat_rate=None),
            ],
        )
        self.credit_note = state.add_invoice(
            self.customer,
            projects=[self.project],
            rows=[Row(row_type=kind, quantity=Decimal(-1)) for kind in RowType],
            credit_of=self.invoice,
        )
        self.file = state.add_invoice_file(self.invoice, "bilaga.pdf", b"%PDF-1.7 not really")
        project_file = state.add_file("plan.pdf", b"%PDF", content_type="application/pdf", category="Projects")
        self.project_file = state.insert(
            "project_files",
            name="plan.pdf",
            projectGuid=self.project["guid"],
            fileGuid=project_file["guid"],
            usages=[{"guid": None, "name": None, "isReadOnly": False, "type": "Other"}],
        )

    def status(self, name: str) -> str:
        """The guid of an invoice status."""
        guid: str = self.state.status(name)["guid"]
        return guid

    def rows(self, invoice: dict[str, Any], kind: RowType) -> list[dict[str, Any]]:
        """The invoice's rows of one kind."""
        return self.state.all("invoice_rows", invoiceGuid=invoice["guid"], rowType=kind.value)

    def unsigned(self, **options: Any) -> httpx.Client:
        """A client without a token."""
        return httpx.Client(transport=InProcess(self.simulator), base_url="https://severa.test/rest-api", **options)

    def client(self, scopes: frozenset[str] = EVERY_SCOPE) -> httpx.Client:
        """A client with a token that has these scopes."""
        credentials = {"client_id": "client", "client_secret": "secret", "scope": " ".join(scopes)}
        with self.unsigned() as anyone:
            token = anyone.post("/v1/token", json=credentials).json()["access_token"]
        return self.unsigned(headers={"Authorization": f"Bearer {token}", "Client_Id": "client"})
