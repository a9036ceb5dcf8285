"""Every answer of the simulator is one that Fortnox's own document describes."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from sandbox.simulator import InProcess
from tests.contract.fortnox.company import PDF, Called, company, invoice_body, json_body, row
from tests.contract.fortnox.document import fortnox_document
from tests.contract.openapi import Checked

ATTACHMENTS = "/api/fileattachments/attachments-v1"
Step = Callable[[httpx.Client, Called], Any]


def _registers(http: httpx.Client, called: Called) -> None:
    """Every register: create, list, read, change, delete."""
    records: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
        "customers": ("Customer", {"CustomerNumber": "9", "Name": "Ny", "SalesAccount": "3001"}, {"CountryCode": "SE"}),
        "articles": ("Article", {"ArticleNumber": "9", "Description": "Ny", "Unit": "st"}, {"Note": "Anteckning"}),
        "projects": ("Project", {"ProjectNumber": "9", "Description": "Ny"}, {"Status": "COMPLETED"}),
        "units": ("Unit", {"Code": "9", "Description": "Ny"}, {"CodeEnglish": "new"}),
        "currencies": ("Currency", {"Code": "NOK", "Description": "Norsk krona"}, {"BuyRate": 1, "SellRate": 1}),
        "termsofpayments": ("TermsOfPayment", {"Code": "9", "Description": "9 dagar"}, {"Description": "Nio dagar"}),
        "accounts": ("Account", {"Number": 3009, "Description": "Ny"}, {"Active": False}),
    }
    for name, (wrapper, new, change) in records.items():
        required = {"Code", "Description", "Name", "Number"}
        number = str(next(iter(new.values())))
        whole = {field: value for field, value in new.items() if field in required} | change
        for answer in (
            http.post(f"/3/{name}", **json_body({wrapper: new})),
            http.get(f"/3/{name}", params={"limit": 500, "page": 1}),
            http.get(f"/3/{name}/{number}"),
            http.put(f"/3/{name}/{number}", **json_body({wrapper: whole})),
            http.delete(f"/3/{name}/{number}"),
        ):
            assert answer.is_success, answer.text


def _company_pages(http: httpx.Client, called: Called) -> None:
    for path in ("companyinformation", "settings/company", "settings/lockedperiod", "predefinedaccounts"):
        assert http.get(f"/3/{path}").is_success
    assert http.get("/3/predefinedaccounts/SALES").is_success
    assert http.put("/3/predefinedaccounts/SALES", **json_body({"PreDefinedAccount": {"Account": 3002}})).is_success


def _invoices(http: httpx.Client, called: Called) -> None:
    """One booked, credited and paid; one cancelled."""
    for _ in range(2):
        assert http.post("/3/invoices", **json_body(invoice_body(row(VAT=25), {"Description": "Text"}))).is_success
    change = {"Invoice": {"CustomerNumber": "1", "Comments": "Ändrad"}}
    assert http.put("/3/invoices/1", **json_body(change)).is_success
    for path in ("1/externalprint", "1/bookkeep", "1/credit", "2/cancel"):
        assert http.put(f"/3/invoices/{path}").is_success, path
    payment = {"InvoicePayment": {"InvoiceNumber": 1, "Amount": 1250}}
    for _ in range(2):
        assert http.post("/3/invoicepayments", **json_body(payment)).is_success
    assert http.put("/3/invoicepayments/1", **json_body(payment)).is_success
    assert http.put("/3/invoicepayments/1/bookkeep").is_success
    assert http.get("/3/invoicepayments/1").is_success
    assert http.delete("/3/invoicepayments/2").is_success
    assert http.get("/3/invoicepayments", params={"invoicenumber": "1"}).is_success
    assert http.get("/3/invoices/1").is_success
    for name in ("cancelled", "fullypaid", "unpaid", "unpaidoverdue", "unbooked"):
        assert http.get("/3/invoices", params={"filter": name, "sortby": "total"}).is_success


def _files(http: httpx.Client, called: Called) -> None:
    assert http.post("/3/invoices", **json_body(invoice_body())).is_success
    for _ in range(2):
        sent = http.post("/3/inbox", params={"folderId": "inbox_kf"}, files={"file": ("fil.pdf", PDF)})
        file = sent.json()["File"]
    for path in ("", "/inbox_kf", f"/{file['Id']}"):
        assert http.get(f"/3/inbox{path}").is_success
    attachment = {"entityId": 1, "entityType": "F", "fileId": file["ArchiveFileId"], "includeOnSend": True}
    id = http.post(ATTACHMENTS, **json_body([attachment])).json()[0]["id"]
    for path in ("", "/numberofattachments"):
        query = {"entityids" if path else "entityid": "1", "entitytype": "F"}
        assert http.get(f"{ATTACHMENTS}{path}", params=query).json()
    assert http.put(f"{ATTACHMENTS}/{id}", **json_body({"includeOnSend": False})).is_success
    assert http.delete(f"{ATTACHMENTS}/{id}").is_success
    assert http.delete(f"/3/inbox/{called.state.storage.files[0].id}").is_success


def _refusals(http: httpx.Client, called: Called) -> None:
    for name in ("customers", "articles", "projects", "units", "invoices", "termsofpayments"):
        assert http.get(f"/3/{name}/4711").status_code == 404
    assert http.put("/3/customers/1", **json_body({"Customer": {"Name": "Ett · två"}})).status_code == 400
    nowhere = {"entityId": 4711, "entityType": "F", "fileId": "none", "includeOnSend": True}
    assert http.post(ATTACHMENTS, **json_body([nowhere])).status_code == 404
    called.state.grants.expire_access()
    assert http.get("/3/customers").status_code == 401


WALK: list[Step] = [_registers, _company_pages, _invoices, _files, _refusals]


@pytest.mark.parametrize("step", WALK, ids=lambda step: step.__name__.strip("_"))
def test_answers_are_as_documented(step: Step) -> None:
    called = company()
    with called.client(Checked(InProcess(called.simulator), fortnox_document())) as http:
        step(http, called)


def test_the_walk_passes_every_route() -> None:
    """So that a route added later is held against the document, too."""
    called = company()
    for step in WALK:
        step(called.http, called)
        called = _and_then(called)
    answered = {
        (call.method, rule.rule)
        for call in called.simulator.journal.calls
        for rule in called.simulator.routes.iter_rules()
        if call.status < 400 and re.fullmatch(re.sub("<[^>]*>", "[^/]+", rule.rule), call.path)
    }
    routes = {
        (method, rule.rule)
        for rule in called.simulator.routes.iter_rules()
        for method in (rule.methods or set()) - {"HEAD"}
        if not rule.rule.startswith("/oauth-v1/")
    }
    assert routes <= answered, routes - answered


def _and_then(called: Called) -> Called:
    """A new company that continues the journal of the last one."""
    following = company()
    following.simulator.journal = called.simulator.journal
    return following
