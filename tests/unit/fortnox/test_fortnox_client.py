"""What the Fortnox client asks, and what it makes of the answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import httpx
import pytest

from severa_fortnox.errors import (
    IntegrationError,
    Misconfigured,
    NotFound,
    NotSent,
    RateLimited,
    Rejected,
    Retryable,
    UnknownOutcome,
)
from severa_fortnox.fortnox.client import FortnoxClient
from severa_fortnox.fortnox.models import (
    ArticlePayload,
    CustomerPayload,
    InvoicePayload,
    InvoiceRowPayload,
    ProjectPayload,
)
from severa_fortnox.fortnox.unknowns import Readings

ATTACHMENTS = "/api/fileattachments/attachments-v1"


def reply(body: Any, status: int = 200) -> httpx.Response:
    return httpx.Response(status, json=body)


def page(under: str, items: list[dict[str, Any]], current: int = 1, pages: int = 1) -> httpx.Response:
    meta = {"@TotalResources": 0, "@TotalPages": pages, "@CurrentPage": current}
    return reply({"MetaInformation": meta, under: items})


def refusal(code: int, message: str, status: int = 400) -> httpx.Response:
    return reply({"ErrorInformation": {"error": 1, "message": message, "code": code}}, status)


def an_invoice() -> InvoicePayload:
    return InvoicePayload(
        CustomerNumber="7",
        InvoiceDate=date(2026, 1, 31),
        DueDate=date(2026, 3, 2),
        Currency="SEK",
        ExternalInvoiceReference1="severa-i1",
        InvoiceRows=[InvoiceRowPayload(Description="Konsultation", DeliveredQuantity="1", Price=Decimal("1645.68"))],
    )


def list_item(number: str, reference: str, cancelled: bool = False) -> dict[str, Any]:
    return {"DocumentNumber": number, "ExternalInvoiceReference1": reference, "Cancelled": cancelled, "Total": 10}


# Creating


def test_an_invoice_goes_out_as_it_was_made(server: Any, client: FortnoxClient) -> None:
    server.on("POST /3/invoices", reply({"Invoice": {"DocumentNumber": "20", "Total": 2057.1, "Credit": "false"}}, 201))

    invoice = client.create_invoice(an_invoice())

    [request] = server.calls
    assert invoice.DocumentNumber == "20"
    assert invoice.Total == Decimal("2057.1")
    assert b'"Price": 1645.68' in request.content
    assert json.loads(request.content) == {
        "Invoice": {
            "CustomerNumber": "7",
            "InvoiceDate": "2026-01-31",
            "DueDate": "2026-03-02",
            "Currency": "SEK",
            "ExternalInvoiceReference1": "severa-i1",
            "VATIncluded": False,
            "InvoiceRows": [{"Description": "Konsultation", "DeliveredQuantity": "1", "Price": 1645.68}],
        }
    }


def test_register_records_are_created_under_their_wrapper(server: Any, client: FortnoxClient) -> None:
    server.on("POST /3/customers", reply({"Customer": {"CustomerNumber": "7", "Name": "Kund AB"}}, 201))
    server.on("POST /3/articles", reply({"Article": {"ArticleNumber": "A/1", "Description": "Tid"}}, 201))
    server.on("POST /3/projects", reply({"Project": {"ProjectNumber": "12", "Description": "Projekt"}}, 201))

    assert client.create_customer(CustomerPayload(CustomerNumber="7", Name="Kund AB")).Name == "Kund AB"
    assert client.create_article(ArticlePayload(ArticleNumber="A/1", Description="Tid")).ArticleNumber == "A/1"
    assert client.create_project(ProjectPayload(ProjectNumber="12", Description="Projekt")).ProjectNumber == "12"
    assert [json.loads(call.content) for call in server.calls] == [
        {"Customer": {"CustomerNumber": "7", "Name": "Kund AB"}},
        {"Article": {"ArticleNumber": "A/1", "Description": "Tid"}},
        {"Project": {"ProjectNumber": "12", "Description": "Projekt"}},
    ]


LOST: list[httpx.Response | Exception] = [
    httpx.ReadTimeout("x"),
    httpx.RemoteProtocolError("x"),
    httpx.Response(500),
    httpx.Response(503, content=b"<html>"),
    httpx.Response(201, content=b"<html>"),
    httpx.Response(201, content=b'{"Invoice": {"Docum'),
    reply({"Invoice": {}}, 201),
]


@pytest.mark.parametrize("lost", LOST, ids=repr)
def test_a_lost_answer_to_a_create_is_an_unknown_outcome(
    server: Any, client: FortnoxClient, lost: httpx.Response | Exception
) -> None:
    server.on("POST /3/invoices", lost)

    with pytest.raises(UnknownOutcome) as caught:
        client.create_invoice(an_invoice())

    assert len(server.calls) == 1
    assert caught.value.reference == "invoice severa-i1"


@pytest.mark.parametrize("lost", LOST[:5], ids=repr)
def test_a_lost_answer_to_a_read_may_be_asked_for_again(
    server: Any, client: FortnoxClient, lost: httpx.Response | Exception
) -> None:
    server.on("GET /3/invoices", lost)

    with pytest.raises(Retryable):
        client.invoices_by_reference("severa-i1")


def test_a_create_that_was_never_sent_is_known(server: Any, client: FortnoxClient) -> None:
    server.on("POST /3/invoices", httpx.ConnectTimeout("x"))

    with pytest.raises(NotSent):
        client.create_invoice(an_invoice())


# Searching


def test_a_reference_is_compared_here_and_cancelled_documents_are_dropped(server: Any, client: FortnoxClient) -> None:
    server.on(
        "GET /3/invoices",
        page("Invoices", [list_item("1", "10"), list_item("2", "1"), list_item("3", "1", cancelled=True)], 1, 2),
        page("Invoices", [list_item("4", "21"), list_item("5", "1")], 2, 2),
    )

    found = client.invoices_by_reference("1")

    assert [invoice.DocumentNumber for invoice in found] == ["2", "5"]
    assert [list(call.url.params.multi_items()) for call in server.calls] == [
        [("externalinvoicereference1", "1"), ("limit", "500"), ("page", number)] for number in ("1", "2")
    ]


def test_an_empty_list_has_no_pages(server: Any, client: FortnoxClient) -> None:
    server.on("GET /3/invoices", page("Invoices", [], pages=0))

    assert client.invoices_by_reference("severa-i1") == []
    assert len(server.calls) == 1


def test_a_search_by_number_gives_all_that_contain_it(server: Any, client: FortnoxClient) -> None:
    server.on("GET /3/customers", page("Customers", [{"CustomerNumber": "10"}, {"CustomerNumber": "001"}]))

    assert [customer.CustomerNumber for customer in client.customers_numbered("1")] == ["10", "001"]


def test_whole_registers_are_read(server: Any, client: FortnoxClient) -> None:
    server.on("GET /3/units", page("Units", [{"Code": "h"}], 1, 2), page("Units", [{"Code": "st"}], 2, 2))
    server.on("GET /3/currencies", page("Currencies", [{"Code": "SEK"}]))
    server.on("GET /3/termsofpayments", page("TermsOfPayments", [{"Code": "30"}]))
    server.on("GET /3/companyinformation", reply({"CompanyInformation": {"DatabaseNumber": 34231}}))

    assert [unit.Code for unit in client.units()] == ["h", "st"]
    assert [currency.Code for currency in client.currencies()] == ["SEK"]
    assert [terms.Code for terms in client.terms_of_payment()] == ["30"]
    assert client.company().DatabaseNumber == "34231"


@pytest.mark.parametrize(
    ("read", "route", "body"),
    [
        (lambda c: c.invoice("20"), "GET /3/invoices/20", {"Invoice": {"DocumentNumber": "20"}}),
        (lambda c: c.customer("7 b"), "GET /3/customers/7%20b", {"Customer": {"CustomerNumber": "7 b"}}),
        (lambda c: c.article("A/1"), "GET /3/articles/A%2F1", {"Article": {"ArticleNumber": "A/1"}}),
        (lambda c: c.project("å"), "GET /3/projects/%C3%A5", {"Project": {"ProjectNumber": "å"}}),
    ],
)
def test_one_record_is_read_by_its_number(
    server: Any, client: FortnoxClient, read: Callable[[FortnoxClient], object], route: str, body: dict[str, Any]
) -> None:
    server.on(route, reply(body))

    assert read(client)


# Files


@pytest.mark.parametrize(
    ("readings", "part", "folder"),
    [
        (Readings(), b'name="file"', "folderId"),
        (Readings(upload_part="Filedata", upload_folder="path"), b'name="Filedata"', "path"),
    ],
)
def test_a_file_goes_to_the_folder_of_customer_invoices_under_its_own_name(
    server: Any, client: FortnoxClient, readings: Readings, part: bytes, folder: str
) -> None:
    client._readings = readings
    server.on("POST /3/inbox", reply({"File": {"Id": "i", "ArchiveFileId": "a", "Name": "Åtgärd nr 1.pdf"}}, 201))

    file = client.upload_to_inbox("Åtgärd nr 1.pdf", b"%PDF-1.7")

    [request] = server.calls
    assert file.ArchiveFileId == "a"
    assert list(request.url.params.multi_items()) == [(folder, "inbox_kf")]
    assert part in request.content
    assert 'filename="Åtgärd nr 1.pdf"'.encode() in request.content
    assert b"Content-Type: application/pdf\r\n\r\n%PDF-1.7\r\n" in request.content


def test_a_lost_answer_to_an_upload_is_an_unknown_outcome(server: Any, client: FortnoxClient) -> None:
    server.on("POST /3/inbox", httpx.ReadTimeout("x"))

    with pytest.raises(UnknownOutcome):
        client.upload_to_inbox("a.pdf", b"%PDF-1.7")


def test_the_inbox_is_read(server: Any, client: FortnoxClient) -> None:
    server.on("GET /3/inbox/inbox_kf", reply({"Folder": {"Id": "inbox_kf", "Files": [{"Id": "i", "Name": "a.pdf"}]}}))

    assert [file.Name for file in client.inbox_files()] == ["a.pdf"]


def test_a_file_is_attached_by_its_archive_id(server: Any, client: FortnoxClient) -> None:
    server.on(f"POST {ATTACHMENTS}", reply([{"id": "u", "entityId": 20, "fileId": "a", "includeOnSend": True}], 201))

    assert client.attach("20", "a").id == "u"
    assert json.loads(server.calls[0].content) == [
        {"entityId": 20, "entityType": "F", "fileId": "a", "includeOnSend": True}
    ]


def test_an_attachment_that_is_not_confirmed_is_an_unknown_outcome(server: Any, client: FortnoxClient) -> None:
    server.on(f"POST {ATTACHMENTS}", reply([], 201))

    with pytest.raises(UnknownOutcome):
        client.attach("20", "a")


def test_attachments_are_listed(server: Any, client: FortnoxClient) -> None:
    server.on(f"GET {ATTACHMENTS}", reply([{"id": "u", "entityId": 20, "fileId": "a"}]))

    assert [attachment.fileId for attachment in client.attachments("20")] == ["a"]
    assert list(server.calls[0].url.params.multi_items()) == [("entityid", "20"), ("entitytype", "F")]


# Tokens


def test_every_call_waits_its_turn_and_carries_the_token(server: Any, client: FortnoxClient, pace: Any) -> None:
    server.on("GET /3/units", page("Units", []))

    client.units()
    client.units()

    assert [call.headers["Authorization"] for call in server.calls] == ["Bearer access-1"] * 2
    assert [call.headers["Accept"] for call in server.calls] == ["application/json"] * 2
    assert len(server.to("POST /oauth-v1/token")) == 1
    assert pace.waits == 2, "a token request is not counted"


def test_a_401_means_not_applied_so_a_create_is_sent_again_once(server: Any, client: FortnoxClient, pace: Any) -> None:
    created = reply({"Invoice": {"DocumentNumber": "20"}}, 201)
    server.on("POST /3/invoices", reply({"message": "unauthorized"}, 401), created)

    assert client.create_invoice(an_invoice()).DocumentNumber == "20"
    assert [call.headers["Authorization"] for call in server.calls] == ["Bearer access-1", "Bearer access-2"]
    assert pace.waits == 2


def test_a_second_401_is_a_wrong_setting(server: Any, client: FortnoxClient) -> None:
    server.on("GET /3/units", reply({"message": "unauthorized"}, 401))

    with pytest.raises(Misconfigured) as caught:
        client.units()

    assert len(server.calls) == 2
    assert "connect again" in caught.value.text


def test_a_right_granted_later_is_found_with_a_new_token(server: Any, client: FortnoxClient) -> None:
    server.on("GET /3/units", refusal(2000663, "Har inte behörighet för scope", 403), page("Units", []))
    with pytest.raises(Misconfigured):
        client.units()

    client.units()

    assert server.calls[-1].headers["Authorization"] == "Bearer access-2"


# Refusals


@pytest.mark.parametrize(
    ("answer", "leaf", "code", "text"),
    [
        (reply({"ErrorInformation": {"Error": 1, "Message": "Kan inte hitta kunden.", "Code": 2000433}}, 404),
         NotFound, "2000433", "Kan inte hitta kunden."),
        (refusal(2000359, "Otillåtna tecken"), Rejected, "2000359", "Otillåtna tecken"),
        (reply({"ErrorInformation": {"error": 1, "message": 'Enheten "t" finns inte.'}}, 400),
         Rejected, None, 'Enheten "t" finns inte.'),
        (reply({"ErrorInformation": None}, 400), Rejected, None, "without an explanation"),
        (reply({"error": "file_too_big", "id": "abc", "message": "för stor"}, 400), Rejected, "file_too_big", "stor"),
        (reply("mixed_documents", 400), Rejected, "mixed_documents", "without an explanation"),
        (reply({"error": "document_not_found", "message": ""}, 404), NotFound, "document_not_found", "no such record"),
        (httpx.Response(404), NotFound, None, "no such record"),
        (httpx.Response(400, content=b"<html>SECRET</html>"), Rejected, None, "without an explanation"),
        (reply(["odd"], 400), Rejected, None, "without an explanation"),
        (reply({"error": "missing.rights", "message": "rätt saknas"}, 400), Misconfigured, "missing.rights", "rätt"),
        (httpx.Response(403), Misconfigured, None, "does not let us"),
        *[
            (refusal(code, "spärr", 400), Misconfigured, str(code), "spärr")
            for code in (2000310, 2000311, 2000663, 2000664, 2001101, 2001103, 2001427, 2003275, 2003330)
        ],
    ],
)  # fmt: skip
def test_a_refusal_is_named_by_its_cause(
    server: Any,
    client: FortnoxClient,
    answer: httpx.Response,
    leaf: type[IntegrationError],
    code: str | None,
    text: str,
) -> None:
    server.on("GET /3/customers/7", answer)

    with pytest.raises(IntegrationError) as caught:
        client.customer("7")

    error = caught.value
    assert type(error) is leaf
    assert error.code == code
    assert text in error.text
    assert (error.operation, error.reference) == ("GET /3/customers/{number}", "customer 7")
    assert error.problem_key == f"fortnox:GET /3/customers/{{number}}:{code or leaf.__name__}"
    assert "SECRET" not in str(error)


def test_a_refusal_keeps_fortnox_id_of_the_request(server: Any, client: FortnoxClient) -> None:
    server.on("GET /3/customers/7", reply({"error": "odd", "id": "abc", "message": "x"}, 400))
    server.on("GET /3/articles/1", httpx.Response(400, headers={"X-Uid": "def"}))

    with pytest.raises(Rejected) as customer:
        client.customer("7")
    with pytest.raises(Rejected) as article:
        client.article("1")

    assert (customer.value.request_id, article.value.request_id) == ("abc", "def")


def test_a_429_is_passed_on(server: Any, client: FortnoxClient) -> None:
    server.on("POST /3/invoices", httpx.Response(429))

    with pytest.raises(RateLimited) as caught:
        client.create_invoice(an_invoice())

    assert caught.value.retry_after is None


def test_no_secret_is_ever_shown(server: Any, client: FortnoxClient) -> None:
    server.on("GET /3/units", reply({"message": "unauthorized"}, 401))

    with pytest.raises(Misconfigured) as caught:
        client.units()

    assert "s3cr3t" not in f"{caught.value} {caught.value!r}"
    assert "access-" not in f"{caught.value} {caught.value!r}"
