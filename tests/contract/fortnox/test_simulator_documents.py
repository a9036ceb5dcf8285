"""What can be done to the simulated Fortnox's documents and files, and what faults and the back door do to it."""

from __future__ import annotations

from datetime import date
from typing import Any

import httpx
import pytest

from sandbox.fortnox.errors import Invented
from sandbox.simulator import FaultKind, serve
from tests.contract.fortnox.company import PDF, Called, company, invoice_body, json_body, row

REFERENCE = "ExternalInvoiceReference1"


@pytest.fixture
def called() -> Called:
    return company()


# Updates and actions


def test_an_update_ignores_empty_texts_and_clears_on_null(called: Called) -> None:
    called.put("/3/projects/P1", {"Project": {"Description": "Projektet", "Comments": "Kvar"}})
    called.put("/3/projects/P1", {"Project": {"Comments": ""}})
    assert called.get("/3/projects/P1")["Project"]["Comments"] == "Kvar"
    called.put("/3/projects/P1", {"Project": {"Comments": None}})
    assert called.get("/3/projects/P1")["Project"]["Comments"] is None
    assert called.refused("PUT", "/3/projects/P1", {"Project": {"Description": None}}) == (400, Invented.MISSING)


def test_rows_are_found_again_by_id_or_by_position(called: Called) -> None:
    made = called.invoice(row(Description="ett", Discount=10), row(Description="två"))
    first, second = (kept["RowId"] for kept in made["InvoiceRows"])
    by_id = [{"RowId": second}, row(Description="tre")]
    rows = called.put("/3/invoices/1", {"Invoice": {"InvoiceRows": by_id}})["Invoice"]["InvoiceRows"]
    assert [kept["Description"] for kept in rows] == ["två", "tre"]
    assert {first, second}.isdisjoint(kept["RowId"] for kept in rows)
    called.put("/3/invoices/1", {"Invoice": {"InvoiceRows": [row(Discount=10)]}})
    by_position = called.put("/3/invoices/1", {"Invoice": {"InvoiceRows": [row(Price=2000)]}})["Invoice"]
    assert (by_position["InvoiceRows"][0]["Discount"], by_position["Net"]) == (10, 1800)


def test_a_booked_invoice_is_closed_and_a_zero_one_is_paid(called: Called) -> None:
    called.invoice()
    booked = called.put("/3/invoices/1/bookkeep")["Invoice"]
    assert (booked["Booked"], booked["VoucherSeries"], booked["FinalPayDate"]) == (True, "B", None)
    for path in ("/3/invoices/1/cancel", "/3/invoices/1/bookkeep"):
        assert called.refused("PUT", path) == (400, Invented.BOOKED)
    assert called.refused("PUT", "/3/invoices/1", {"Invoice": {"Comments": "Sent"}}) == (400, Invented.BOOKED)
    number = called.invoice(row(DeliveredQuantity=None))["DocumentNumber"]
    assert called.put(f"/3/invoices/{number}/bookkeep")["Invoice"]["FinalPayDate"] == "2026-01-15"


def test_crediting_answers_the_original_which_names_the_credit_note(called: Called) -> None:
    called.invoice(row(DeliveredQuantity="2"))
    original = called.put("/3/invoices/1/credit")["Invoice"]
    note = called.get(f"/3/invoices/{original['CreditInvoiceReference']}")["Invoice"]
    assert (original["DocumentNumber"], original["Credit"]) == ("1", "false")
    assert (note["Credit"], note["CreditInvoiceReference"], note["Total"]) == ("true", "1", -original["Total"])


def test_a_booked_payment_lowers_the_balance_to_the_day_it_is_paid(called: Called) -> None:
    called.invoice()
    payment = {"InvoicePayment": {"InvoiceNumber": 1, "Amount": 1250, "PaymentDate": "2026-02-01"}}
    assert called.refused("POST", "/3/invoicepayments", payment) == (400, Invented.NOT_BOOKED)
    called.put("/3/invoices/1/bookkeep")
    number = called.post("/3/invoicepayments", payment)["InvoicePayment"]["Number"]
    assert called.get("/3/invoices/1")["Invoice"]["Balance"] == 1250
    called.put(f"/3/invoicepayments/{number}/bookkeep")
    paid = called.get("/3/invoices/1")["Invoice"]
    assert (paid["Balance"], paid["FinalPayDate"]) == (0, "2026-02-01")


# Files


def test_a_file_is_attached_from_its_folder_by_its_archive_id(called: Called) -> None:
    called.invoice()
    storage = called.state.storage
    elsewhere, text, good = (
        storage.put("a.pdf", PDF, "inbox_s"),
        storage.put("b.pdf", b"text", "inbox_kf"),
        storage.put("c.pdf", PDF, "inbox_kf"),
    )

    def attach(file_id: str) -> tuple[int, Any]:
        body = [{"entityId": 1, "entityType": "F", "fileId": file_id, "includeOnSend": True}]
        answer = called.http.post("/api/fileattachments/attachments-v1", json=body)
        return answer.status_code, answer.json()[0]["fileId"] if answer.is_success else answer.json()["error"]

    assert attach(elsewhere.archive_id) == (400, "wrong_file_location")
    assert attach(text.archive_id) == (400, "wrong_file_type")
    assert attach(good.id) == (404, "file_not_found")
    assert attach(good.archive_id) == (201, good.archive_id)
    assert called.http.get(f"/3/inbox/{good.id}").status_code == 404


def test_at_most_five_files_and_fifteen_megabytes_go_out_with_an_invoice(called: Called) -> None:
    called.invoice()
    path = "/api/fileattachments/attachments-v1"

    def attach(count: int, size: int) -> Any:
        files = [called.state.storage.put("f.pdf", PDF.ljust(size), "inbox_kf") for _ in range(count)]
        new = {"entityId": 1, "entityType": "F", "includeOnSend": True}
        answer = called.http.post(path, json=[new | {"fileId": file.archive_id} for file in files])
        return answer.status_code if answer.is_success else answer.json()["error"]

    assert attach(6, 100) == "attachment_files_max_count_exceeded"
    assert attach(1, 5 * 1024 * 1024 + 1) == "file_too_big"
    assert attach(4, 4 * 1024 * 1024) == "attachment_files_max_size_exceeded"
    assert attach(5, 3 * 1024 * 1024) == 201


# Faults and the back door


def test_an_invoice_whose_answer_is_dropped_is_there(called: Called) -> None:
    called.simulator.faults.arm(FaultKind.DROP_AFTER_APPLY, method="POST", path="/3/invoices")
    with pytest.raises(httpx.ReadError):
        called.http.post("/3/invoices", **json_body(invoice_body(**{REFERENCE: "S#1"})))
    assert called.get("/3/invoices", externalinvoicereference1="S#1")["MetaInformation"]["@TotalResources"] == 1


def test_an_invoice_dropped_before_it_is_applied_is_not_there(called: Called) -> None:
    called.simulator.faults.arm(FaultKind.DROP_BEFORE_APPLY, method="POST", path="/3/invoices")
    with pytest.raises(httpx.ReadError):
        called.http.post("/3/invoices", **json_body(invoice_body()))
    assert called.get("/3/invoices")["MetaInformation"]["@TotalResources"] == 0


def test_the_back_door_works_from_another_process(called: Called) -> None:
    server = serve(called.simulator, 0)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{server.bind_addr[1]}/_sandbox") as door:
            unit = {"register": "units", "record": {"Code": "dag", "Description": "dagar"}}
            change = {"register": "customers", "number": "1", "fields": {"Active": False}}
            lock = {"register": "company", "fields": {"locked_until": "2026-01-31", "rounds_to_krona": False}}
            for action, told in {"add": unit, "change": change, "switches": {"search_delay": 3}}.items():
                door.post(f"/{action}", json=told).raise_for_status()
            door.post("/change", json=lock).raise_for_status()
            assert door.post("/change", json=change | {"fields": {"Aktiv": False}}).status_code == 400
            seen = door.get("/state").json()
    finally:
        server.stop()
    assert seen["customers"][0]["Active"] is False
    assert "dag" in {unit["Code"] for unit in seen["units"]}
    assert called.state.company.locked_until == date(2026, 1, 31)
    assert called.state.switches.search_delay == 3
