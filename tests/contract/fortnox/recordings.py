"""Fortnox's recorded answers, and the same requests put to the simulator."""

from __future__ import annotations

import json
import os
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import httpx

from sandbox.fortnox import FortnoxState
from sandbox.simulator import InProcess
from tests.contract.fortnox.company import Called, company
from tests.contract.openapi import BESIDE_THE_CHECKOUT

RESOURCES = ("customers", "articles", "projects", "units", "termsofpayments", "invoices")
#: Names that came into the answers after most of the recordings were made, or are not sold to every company.
NEWER = frozenset({"CommodityCode", "VATCode"})
_LOST_BODY = "<REFRESH_TOKEN>"


@dataclass(frozen=True)
class Recording:
    """One request and what Fortnox answered."""

    name: str
    method: str
    url: str
    sent: str
    status: int
    content_type: str
    location: str | None
    answered: bytes

    @property
    def resource(self) -> str:
        """The register or service the address names."""
        return httpx.URL(self.url).path.split("/")[2]

    @property
    def body(self) -> Any:
        """The answer's JSON."""
        return json.loads(self.answered)

    @property
    def is_whole(self) -> bool:
        """Whether the request's body survived the recording's own redaction."""
        return self.sent != _LOST_BODY


@cache
def recordings() -> list[Recording]:
    """The recorded calls of the resources that are modelled here; none where the file is absent."""
    folder = Path(os.environ.get("VENDOR_SPECS", BESIDE_THE_CHECKOUT))
    file = folder / "fortnox-recorded-interactions.jsonl"
    if not file.exists():
        return []
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    return [recording for recording in map(_read, lines[1:]) if recording.resource in (*RESOURCES, "token")]


def replay(recording: Recording) -> httpx.Response:
    """What the simulator answers to the same request, in a company that has the records it names."""
    called = _as_recorded(recording)
    if recording.resource == "token":
        secret = called.state.grants.client_secret if recording.status != 401 else "wrong"
        with httpx.Client(transport=InProcess(called.simulator), auth=(called.state.grants.client_id, secret)) as http:
            return http.post(recording.url, data={"grant_type": "refresh_token", "refresh_token": "used"})
    if recording.status == 401:
        called.state.grants.expire_access()
    content = recording.sent.encode() or None
    return called.http.request(
        recording.method, recording.url, content=content, headers={"Content-Type": "application/json"}
    )


def shape(value: Any) -> Any:
    """Names and JSON types without values; the records of a list are taken together."""
    match value:
        case dict():
            return {name: shape(inner) for name, inner in value.items() if name not in NEWER}
        case list():
            together: dict[str, set[str]] = defaultdict(set)
            for record in value:
                for name, inner in shape(record).items():
                    together[name].add(str(inner))
            return dict(together)
        case bool():
            return "boolean"
        case int() | float():
            return "number"
    return "null" if value is None else "text"


def _read(line: dict[str, Any]) -> Recording:
    headers = {name.lower(): values[0] for name, values in line["response_headers"].items()}
    return Recording(
        name=line["cassette"].removesuffix(".yml"),
        method=line["method"],
        url=line["uri"],
        sent=line["request_body"],
        status=line["status"],
        content_type=headers["content-type"],
        location=headers.get("location"),
        answered=line["response_body"].encode(),
    )


def _as_recorded(recording: Recording) -> Called:
    """A company with records of ours under the numbers, and with the texts, that the request asks for."""
    called = company(seeded=False)
    state = called.state
    url = httpx.URL(recording.url)
    sought = dict(url.params) if recording.status == 200 and _hits(recording.body) else {}
    town = {"City": sought.get("city", "Växjö"), "ZipCode": sought.get("zipcode", "35230")}
    state.add_customer(CustomerNumber="1", Name=sought.get("name", "Ett AB"), **town)
    state.add_customer(CustomerNumber="2", Name=sought.get("name", "Två AB"), **town)
    state.add_article(ArticleNumber="101", Description=sought.get("description", "Artikel"), VAT=0)
    state.add_account(Number=1250, Description="Konto 1250")
    state.add_project(ProjectNumber="1", Description="Ett")
    invoice = {"YourReference": sought.get("yourreference", ""), "OurReference": sought.get("ourreference", "")}
    if recording.method != "POST":
        _add(state, recording, url.path.split("/")[3:])
        state.add_invoice(CustomerNumber="1", **invoice)
    if _booked(recording.body):
        paid = {"VoucherNumber": 1, "VoucherSeries": "B", "VoucherYear": 1, "FinalPayDate": "2026-01-15"}
        state.add_invoice(CustomerNumber="1", Booked=True, **paid, **invoice)
    return called


def _add(state: FortnoxState, recording: Recording, path: list[str]) -> None:
    """The record that an address names, when Fortnox had it."""
    number = path[0] if path else ""
    if not number or recording.status >= 400:
        return
    match recording.resource:
        case "customers":
            account = recording.body["Customer"]["SalesAccount"]
            state.add_customer(CustomerNumber=number, Name="Frågad", SalesAccount=account and "3001")
        case "articles":
            state.add_article(ArticleNumber=number, Description="Frågad")
        case "projects":
            state.add_project(ProjectNumber=number, Description="Frågad", Comments="Kommentar")
        case "termsofpayments":
            state.add_terms_of_payment(Code=number, Description="Frågad")
        case "invoices":
            state.add_invoice(CustomerNumber="1", DocumentNumber=number, Comments="Kommentar")


def _hits(body: Any) -> bool:
    return bool(body.get("MetaInformation", {}).get("@TotalResources"))


def _booked(body: Any) -> bool:
    return any(invoice["Booked"] for invoice in body.get("Invoices", []))
