"""The rules of the simulated Fortnox: pace, consent, what a request may hold, and numbers."""

from __future__ import annotations

from datetime import date
from typing import Any

import httpx
import pytest

from sandbox.fortnox.errors import INVENTED, Invented
from sandbox.simulator import InProcess
from tests.contract.fortnox.company import Called, company, invoice_body, json_body, row


@pytest.fixture
def called() -> Called:
    return company()


# Pace, tokens, scopes


def test_the_26th_call_within_five_seconds_is_refused() -> None:
    called = company(rate=...)
    statuses = [called.http.get("/3/units").status_code for _ in range(26)]
    assert statuses == [200] * 25 + [429]
    called.clock.pass_(5.0)
    assert called.http.get("/3/units").status_code == 200


def test_a_refresh_token_is_good_once_and_replaced(called: Called) -> None:
    grants = called.state.grants
    with httpx.Client(transport=InProcess(called.simulator), auth=(grants.client_id, grants.client_secret)) as http:

        def refresh(token: str) -> httpx.Response:
            form = {"grant_type": "refresh_token", "refresh_token": token}
            return http.post("https://apps.fortnox.se/oauth-v1/token", data=form)

        first = grants.issue_refresh()
        second = refresh(first).json()["refresh_token"]
        assert refresh(first).json()["error"] == "invalid_grant"
        assert refresh(second).is_success


def test_client_credentials_need_the_tenant_and_its_consent(called: Called) -> None:
    grants = called.state.grants
    with httpx.Client(transport=InProcess(called.simulator), auth=(grants.client_id, grants.client_secret)) as http:

        def ask(tenant: str) -> httpx.Response:
            form = {"grant_type": "client_credentials"}
            return http.post("https://apps.fortnox.se/oauth-v1/token", data=form, headers={"TenantId": tenant})

        assert "refresh_token" not in ask("1000001").raise_for_status().json()
        assert ask("4711").status_code == 400
        revoked = http.post("https://apps.fortnox.se/oauth-v1/revoke", data={"token": "unknown"})
        assert revoked.json() == {"revoked": True}
        grants.revoke()
        assert ask("1000001").status_code == 400


def test_an_access_token_lasts_an_hour(called: Called) -> None:
    called.clock.pass_(3600)
    answer = called.http.get("/3/units")
    assert (answer.status_code, answer.json()) == (401, {"message": "unauthorized"})


@pytest.mark.parametrize(
    ("path", "scopes", "expected"),
    [
        ("/3/customers", {"invoice"}, {"error": 1, "message": "Har inte behörighet för scope.", "code": 2000663}),
        ("/3/settings/lockedperiod", {"bookkeeping"}, None),
        ("/api/fileattachments/attachments-v1?entityid=1&entitytype=F", {"invoice"}, "missing.rights"),
    ],
)
def test_a_call_needs_its_scope(called: Called, path: str, scopes: set[str], expected: Any) -> None:
    with called.client(InProcess(called.simulator), frozenset(scopes)) as http:
        answer = http.get(path)
    assert answer.status_code == (403 if expected else 200)
    assert answer.json().get("ErrorInformation", answer.json().get("error")) == expected


def test_a_scope_without_licence_is_refused(called: Called) -> None:
    called.state.switches.unlicensed = frozenset({"project"})
    assert called.refused("GET", "/3/projects") == (403, 2001101)


def test_a_request_says_what_it_accepts_and_sends(called: Called) -> None:
    anything = called.http.get("/3/units", headers={"Accept": "*/*"})
    text = called.http.post("/3/units", content=b"{}", headers={"Content-Type": "text/plain"})
    codes = [answer.json()["ErrorInformation"]["code"] for answer in (anything, text)]
    assert codes == [1000030, 1000031]


# What a request may hold


@pytest.mark.parametrize("text", [*"·…\"'[]<>|~{}\t😀", "http://a"])
def test_forbidden_characters_are_refused(called: Called, text: str) -> None:
    assert called.refused("POST", "/3/customers", {"Customer": {"Name": f"Kund {text}"}}) == (400, 2000359)


@pytest.mark.parametrize("text", ["Åsa Öberg-Nuñez", "Łódź", "株式会社", "a/b: 50 % (c) & d’e", "rad 1\nrad 2", "½"])
def test_letters_of_any_script_and_listed_punctuation_are_taken(called: Called, text: str) -> None:
    assert called.post("/3/customers", {"Customer": {"Name": text}})["Customer"]["Name"] == text


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"Name": "Utan omslag"}, 2001392),
        ({"Customer": []}, 2001392),
        ({"Customer": {"Name": "Kund", "Telephone": "1"}}, 2001399),
        ({"Customer": {"Name": "Kund", "Country": "Sverige"}}, 2000321),
        ({"Customer": {"Name": "Kund", "Active": "true"}}, 2000134),
        ({"Customer": {"Name": 7}}, 2000106),
        ({"Customer": {"Name": "Kund", "InvoiceDiscount": "mycket"}}, 2000108),
        ({"Customer": {"Name": "Kund", "ZipCode": "12345678901"}}, Invented.TOO_LONG),
        ({"Customer": {"Name": "Kund", "CountryCode": "S"}}, Invented.TOO_SHORT),
        ({"Customer": {"Name": "Kund", "VATType": "NONE"}}, Invented.CHOICE),
        ({"Customer": {"Email": "utan.namn@example.com"}}, Invented.MISSING),
        ({"Customer": {"Name": ""}}, Invented.MISSING),
        ({"Customer": {"Name": "Kund", "Currency": "GBP"}}, Invented.UNKNOWN_CURRENCY),
        ({"Customer": {"Name": "Kund", "TermsOfPayment": "45"}}, Invented.UNKNOWN_TERMS),
        ({"Customer": {"Name": "Kund", "CustomerNumber": "1"}}, 2000637),
    ],
)
def test_a_customer_is_checked_field_by_field(called: Called, body: Any, code: int) -> None:
    assert called.refused("POST", "/3/customers", body) == (400, code)


@pytest.mark.parametrize(
    ("rows", "fields", "code"),
    [
        ([row()], {"CustomerNumber": "4711"}, 2000204),
        ([row(ArticleNumber="4711")], {}, 2001302),
        ([row(Unit="stycken")], {}, Invented.UNKNOWN_UNIT),
        ([row(AccountNumber=3333)], {}, 2001304),
        ([row(ArticleNumber=None)], {}, 2001304),
        ([row(Project="4711")], {}, 2001161),
        ([row()], {"Project": "4711"}, 2001161),
        ([row(VAT=24)], {}, Invented.UNKNOWN_VAT),
        ([row(Discount=101)], {}, Invented.DISCOUNT),
        ([row(Description="x" * 256)], {}, Invented.TOO_LONG),
        ([row(DeliveredQuantity="många")], {}, 2000108),
        ([row(Total=1)], {}, 2000321),
        ([row()], {"Currency": "GBP"}, Invented.UNKNOWN_CURRENCY),
        ([row()], {"TermsOfPayment": "45"}, Invented.UNKNOWN_TERMS),
        ([row()], {"InvoiceDate": "15/1 2026"}, Invented.NOT_A_DATE),
        ([row()], {"CreditInvoiceReference": "4711"}, Invented.UNKNOWN_CREDITED),
        ([row()], {"PriceIncludesVAT": False}, 2001399),
        ([row()] * 501, {}, Invented.TOO_MANY_ROWS),
    ],
)
def test_an_invoice_is_checked_with_its_rows(
    called: Called, rows: list[dict[str, Any]], fields: dict[str, Any], code: int
) -> None:
    assert called.refused("POST", "/3/invoices", invoice_body(*rows, **fields)) == (400, code)
    assert called.get("/3/invoices")["Invoices"] == []


def test_an_unknown_unit_is_named_in_the_vendors_words(called: Called) -> None:
    answer = called.http.post("/3/invoices", **json_body(invoice_body(row(Unit="t"))))
    assert answer.json()["ErrorInformation"]["message"] == 'Enheten "t" finns inte.'


def test_inactive_customers_and_articles_are_not_invoiced(called: Called) -> None:
    called.put("/3/articles/A1", {"Article": {"Description": "Konsulttid", "Active": False}})
    assert called.refused("POST", "/3/invoices", invoice_body()) == (400, Invented.ARTICLE_INACTIVE)
    called.put("/3/customers/1", {"Customer": {"Name": "Kunden AB", "Active": False}})
    assert called.refused("POST", "/3/invoices", invoice_body()) == (400, Invented.CUSTOMER_INACTIVE)


def test_a_locked_period_takes_no_invoice(called: Called) -> None:
    called.state.company.locked_until = date(2025, 12, 31)
    locked = invoice_body(InvoiceDate="2025-12-31")
    assert called.refused("POST", "/3/invoices", locked) == (400, Invented.LOCKED_PERIOD)
    called.invoice(InvoiceDate="2026-01-01")


def test_every_invented_code_is_explained() -> None:
    assert set(INVENTED) == set(Invented)


@pytest.mark.parametrize("demanded", [False, True])
def test_a_text_row_needs_an_account_only_by_the_switch(called: Called, demanded: bool) -> None:
    called.state.switches.text_rows_need_account = demanded
    answer = called.http.post("/3/invoices", **json_body(invoice_body({"Description": "Bara text"})))
    assert answer.status_code == (400 if demanded else 201)


@pytest.mark.parametrize("writable", [True, False])
def test_the_credited_invoice_can_be_named_or_not(called: Called, writable: bool) -> None:
    original = called.invoice()["DocumentNumber"]
    called.state.switches.credit_reference_writable = writable
    body = invoice_body(row(DeliveredQuantity="-1"), CreditInvoiceReference=original)
    answer = called.http.post("/3/invoices", **json_body(body))
    assert answer.status_code == (201 if writable else 400)
    if writable:
        assert answer.json()["Invoice"]["Credit"] == "true"
        assert called.get(f"/3/invoices/{original}")["Invoice"]["Credit"] == "false"


# Numbers


def test_series_continue_after_the_highest_number_used(called: Called) -> None:
    assert called.invoice(DocumentNumber="5000000001")["DocumentNumber"] == "5000000001"
    assert called.invoice()["DocumentNumber"] == "5000000002"
    assert called.refused("POST", "/3/invoices", invoice_body(DocumentNumber="5000000001")) == (400, 2000861)


def test_a_deleted_customers_number_stays_taken(called: Called) -> None:
    called.http.delete("/3/customers/1")
    assert called.refused("GET", "/3/customers/1") == (404, 2000433)
    assert called.refused("POST", "/3/customers", {"Customer": {"CustomerNumber": "1", "Name": "Ny"}}) == (400, 2000637)


def test_other_numbers_are_taken_once(called: Called) -> None:
    article = {"Article": {"ArticleNumber": "A1", "Description": "Igen"}}
    project = {"Project": {"ProjectNumber": "P1", "Description": "Igen"}}
    assert called.refused("POST", "/3/articles", article) == (400, 2000013)
    assert called.refused("POST", "/3/projects", project) == (400, Invented.PROJECT_NUMBER_TAKEN)


def test_a_customer_with_invoices_cannot_be_deleted_until_they_are_cancelled(called: Called) -> None:
    number = called.invoice()["DocumentNumber"]
    assert called.refused("DELETE", "/3/customers/1") == (400, Invented.IN_USE)
    called.put(f"/3/invoices/{number}/cancel")
    assert called.http.delete("/3/customers/1").status_code == 204


def test_a_number_may_hold_a_slash_and_addresses_may_end_in_one(called: Called) -> None:
    called.state.add_article(ArticleNumber="A/2", Description="Snedstreck")
    assert called.get("/3/articles/A%2F2")["Article"]["ArticleNumber"] == "A/2"
    assert called.get("/3/articles/")["MetaInformation"]["@TotalResources"] == 2


def test_terms_of_payment_are_kept_in_capitals(called: Called) -> None:
    called.post("/3/termsofpayments", {"TermsOfPayment": {"Code": "45days", "Description": "45 dagar"}})
    assert called.invoice(TermsOfPayment="45days")["DueDate"] == "2026-03-01"


@pytest.mark.parametrize(("number", "ocr"), [("18", "1842"), ("20", "2048"), ("31", "3145"), ("32", "3244")])
def test_the_payment_reference_is_made_from_the_number(called: Called, number: str, ocr: str) -> None:
    assert called.invoice(DocumentNumber=number)["OCR"] == ocr
    assert called.invoice(OCR="4711")["OCR"] == "4711"
