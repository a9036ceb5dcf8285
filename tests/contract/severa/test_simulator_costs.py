"""Costs on a project and what becomes of them: fees, files, invoices made from fees, credit notes."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import httpx
import pytest

from sandbox.severa import Row, RowType
from tests.contract.severa.company import Company

RELATED = 'multipart/related; boundary="edge"'


def _fee(company: Company, **more: Any) -> dict[str, Any]:
    return {"project": {"guid": company.project["guid"]}, "name": "Faktura 12", "quantity": 1} | more


def _upload(content: bytes, about: bytes = b'{"Name": "faktura.pdf", "Description": "Supplier"}') -> bytes:
    return (
        b"--edge\r\nContent-Type: application/json\r\n\r\n" + about + b"\r\n"
        b"--edge\r\nContent-Type: application/pdf\r\n\r\n" + content + b"\r\n--edge--\r\n"
    )


def test_a_fee_takes_from_its_product_what_it_does_not_say(company: Company, http: httpx.Client) -> None:
    body = _fee(company, product={"guid": company.product["guid"]}, measurementUnit="ask")
    (fee,) = http.post("/v1/projectfees", json=body).json()
    assert (fee["name"], fee["measurementUnit"], fee["vatRate"]) == ("Faktura 12", "ask", 25)
    assert fee["unitPrice"]["amount"] == 12.5
    assert fee["phase"]["guid"] == company.project["rootPhase"]["guid"]
    listed = http.get(f"/v1/projects/{company.project['guid']}/projectfees").json()
    assert fee["guid"] in {one["guid"] for one in listed}


@pytest.mark.parametrize(
    "more",
    [
        {"name": None},
        {"project": None},
        {"unitCost": {"amount": 5}},
        {"isRecurrenceRule": True},
        {"productType": "Air"},
    ],
)
def test_a_fee_that_does_not_fit_is_refused(company: Company, http: httpx.Client, more: dict[str, Any]) -> None:
    before = len(company.state.records["project_fees"])
    assert http.post("/v1/projectfees", json=_fee(company) | more).status_code == 400
    assert len(company.state.records["project_fees"]) == before


@pytest.mark.parametrize(("takes_costs", "status"), [(False, 400), (True, 201)])
def test_a_closed_project_takes_costs_only_in_one_reading(takes_costs: bool, status: int) -> None:
    company = Company(closed_project_takes_costs=takes_costs)
    company.state.update("projects", company.project, isClosed=True)
    with company.client() as http:
        assert http.post("/v1/projectfees", json=_fee(company)).status_code == status


def test_an_invoice_gathers_the_fees_nobody_has_invoiced(company: Company, http: httpx.Client) -> None:
    price = {"amount": 200, "currencyCode": "SEK"}
    (fee,) = http.post("/v1/projectfees", json=_fee(company, quantity=2, unitPrice=price, vatRate=25)).json()
    body = {"projects": [{"guid": company.project["guid"]}]}
    (invoice,) = http.post("/v1/invoices", json=body).json()
    assert invoice["totalIncludingTax"]["amount"] == 500
    rows = http.get(f"/v1/invoices/{invoice['guid']}/invoicerows").json()
    behind = [one for row in rows for one in http.get(f"/v1/invoicerows/{row['guid']}/projectfees").json()]
    assert fee["guid"] in {one["guid"] for one in behind}
    assert http.post("/v1/invoices", json=body).status_code == 400, "nothing is left"
    path = f"/v1/projectfees/{fee['guid']}"
    assert http.patch(path, json=[{"op": "replace", "path": "/quantity", "value": 9}]).status_code == 400
    assert http.delete(f"/v1/invoices/{invoice['guid']}").status_code == 204
    assert http.post("/v1/invoices", json=body).status_code == 201, "the fee can be invoiced again"


def test_a_numbered_invoice_is_not_deleted(company: Company, http: httpx.Client) -> None:
    invoice = company.state.add_invoice(company.customer, status="Sent")
    assert http.delete(f"/v1/invoices/{invoice['guid']}").status_code == 400


def test_an_uploaded_file_keeps_every_byte(company: Company, http: httpx.Client) -> None:
    content = bytes(range(256)) + b"\r\n\r\n--edg\r\n"
    path = f"/v1/projects/{company.project['guid']}/files"
    response = http.post(path, content=_upload(content), headers={"Content-Type": RELATED})
    (file,) = response.json()
    assert (response.status_code, file["name"], file["size"]) == (201, "faktura.pdf", len(content))
    data = http.get(f"/v1/files/{file['fileGuid']}/filedata")
    assert data.content == content
    assert data.headers["Content-Type"] == "application/pdf"
    assert http.get(f"/v1/files/{file['guid']}/filedata").status_code == 404


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (_upload(b"x" * 11), RELATED),
        (_upload(b"x")[:-6], RELATED),
        (_upload(b"x", about=b'{"Colour": "red"}'), RELATED),
        (_upload(b"x"), "multipart/form-data; boundary=edge"),
        (_upload(b"x"), "multipart/related"),
        (b"x", "application/pdf"),
    ],
)
def test_an_upload_that_does_not_fit_is_refused(content: bytes, kind: str) -> None:
    company = Company(largest_upload=10)
    path = f"/v1/projects/{company.project['guid']}/files"
    with company.client() as http:
        assert http.post(path, content=content, headers={"Content-Type": kind}).status_code == 400
    assert len(company.state.records["project_files"]) == 1


def test_invoice_files_have_bytes_only_under_their_file_guid(company: Company, http: httpx.Client) -> None:
    (file,) = http.get(f"/v1/invoices/{company.invoice['guid']}/files").json()
    assert file["guid"] != file["fileGuid"]
    assert http.get(f"/v1/files/{file['fileGuid']}/filedata").content == b"%PDF-1.7 not really"
    assert http.get(f"/v1/files/{file['guid']}/filedata").status_code == 404


@pytest.mark.parametrize("under", ["reimburseInvoice", "creditNoteInvoice"])
def test_a_credit_note_and_its_original_name_each_other(under: str) -> None:
    company = Company(original_under=under)
    back = {"reimburseInvoice": "creditNoteInvoice", "creditNoteInvoice": "reimburseInvoice"}[under]
    assert company.credit_note[under]["guid"] == company.invoice["guid"]
    assert company.invoice[back]["guid"] == company.credit_note["guid"]
    assert company.credit_note["isCreditNote"] and not company.invoice["isCreditNote"]


@pytest.mark.parametrize(("reimburse", "path"), [(True, "reimbursedworkhours"), (False, "workhours")])
def test_rows_of_a_credit_note_are_made_of_reimbursed_items_in_one_reading(reimburse: bool, path: str) -> None:
    company = Company(credit_rows_reimburse=reimburse)
    row = company.rows(company.credit_note, RowType.HOURS)[0]
    with company.client() as http:
        paths = ("reimbursedworkhours", "workhours")
        found = {name: http.get(f"/v1/invoicerows/{row['guid']}/{name}").json() for name in paths}
    assert [name for name, items in found.items() if items] == [path]


def test_a_row_of_several_projects_has_an_item_of_each(company: Company, http: httpx.Client) -> None:
    other = company.state.add_project(company.customer, name="Annat")
    invoice = company.state.add_invoice(
        company.customer,
        projects=[company.project, other],
        rows=[Row(row_type=RowType.HOURS, quantity=Decimal(8), projects=[company.project, other])],
    )
    row = company.rows(invoice, RowType.HOURS)[0]
    hours = http.get(f"/v1/invoicerows/{row['guid']}/workhours").json()
    assert {one["project"]["guid"] for one in hours} == {company.project["guid"], other["guid"]}
    assert sum(one["quantity"] for one in hours) == 8
    assert {one["invoiceRowGuid"] for one in hours} == {row["guid"]}
