"""A mail says what failed, why, what to do and who must do it, and reaches SNS as it must be."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from severa_fortnox.alerts.catalogue import codes
from severa_fortnox.alerts.mail import digest_mail, problem_mail, resolved_mail
from severa_fortnox.decisions.decision import Create, Refuse
from severa_fortnox.decisions.invoices import InvoiceFacts, decide
from severa_fortnox.reason import Reason
from severa_fortnox.settings import Main
from severa_fortnox.severa.models import Currency, RelatedInvoice
from severa_fortnox.store.problems import Problem, ProblemState
from tests.unit import builders as a

LINKS = {"severa": "https://severa.test/invoices/{id}", "fortnox": "https://fortnox.test/invoice/{id}"}
TERMS = Reason("payment-term-missing", {"days": "45"})
DIFFER = Reason("fortnox-totals-differ", {"invoice": "invoice 1042", "number": "77", "why": "net is 1"})

COMMAND = "severa-fortnox --stage test"


def problem(*reasons: Reason, **replaced: Any) -> Problem:
    values: dict[str, Any] = {
        "connection": "acme",
        "subject": "invoice#guid-1",
        "reasons": reasons or (TERMS,),
        "name": "invoice 1042 Kund AB",
        "opened_at": 0.0,
        "last_seen_at": 0.0,
        "count": 1,
        "state": ProblemState.OPEN,
        "mailed": False,
        "retry_at": 0.0,
        "detail": {"customer": "Kund AB", "amount": "12 500 SEK", "date": "2025-03-14", "changed": "x"},
    }
    return Problem(**{**values, **replaced})


def body(*reasons: Reason, links: dict[str, str] | None = None, **replaced: Any) -> str:
    return problem_mail(problem(*reasons, **replaced), "Acme AB", LINKS if links is None else links, COMMAND).body


def test_a_mail_says_what_why_how_and_who() -> None:
    assert body() == (
        "Invoice 1042 Kund AB could not be transferred.\n"
        "\n"
        "Customer: Kund AB\n"
        "Amount: 12 500 SEK\n"
        "Date: 2025-03-14\n"
        "Connection: Acme AB\n"
        "\n"
        "Why: No terms of payment in Fortnox have 45 days.\n"
        "   What to do: Add terms of payment with the code 45 in Fortnox under Settings > Terms of payment.\n"
        "   Who: a Fortnox administrator.\n"
        "   Code: payment-term-missing\n"
        "\n"
        "In Severa: https://severa.test/invoices/guid-1\n"
        "\n"
        "When it is mended: an invoice that is in the ready status is tried again by itself; set it ready again if it\n"
        "was moved to the failed status. At once, from either: severa-fortnox --stage test retry acme\n"
    )


def test_several_reasons_are_numbered_and_all_said() -> None:
    text = body(TERMS, Reason("no-rows"))

    assert "1. No terms of payment" in text
    assert "2. The invoice has no rows." in text
    assert text.count("What to do:") == text.count("Who:") == 2


class TestWhere:
    def test_the_fortnox_invoice_is_linked_when_a_reason_names_it(self) -> None:
        assert "In Fortnox: https://fortnox.test/invoice/77\n" in body(DIFFER)

    def test_without_pages_the_numbers_are_named(self) -> None:
        text = body(DIFFER, links={})

        assert "In Severa: invoice 1042 Kund AB (guid-1)\n" in text
        assert "In Fortnox: 77\n" in text

    def test_a_customers_number_is_not_taken_for_the_invoices(self) -> None:
        text = body(Reason("customer-internal", {"customer": "1001 Vi AB", "number": "1001"}))

        assert "In Fortnox" not in text

    def test_a_customers_own_problem_names_its_number(self) -> None:
        reason = Reason("customer-inactive-in-fortnox", {"customer": "1001 Kund AB", "number": "1001"})

        assert "In Fortnox: 1001\n" in body(reason, subject="customer#guid-1", links={})

    def test_a_connection_that_does_not_work_is_no_record_to_look_at(self) -> None:
        reason = Reason("fortnox-2001103", {"text": "Api-licens saknas.", "code": "2001103"})
        mail = problem_mail(
            problem(reason, subject="connection#fortnox", name="connection Acme AB", detail={}),
            "Acme AB",
            LINKS,
            COMMAND,
        )

        assert mail.subject == "Not working: connection Acme AB"
        assert mail.body.startswith("Connection Acme AB does not work.\n")
        assert "Api-licens saknas." in mail.body
        assert "In Severa" not in mail.body and "In Fortnox" not in mail.body


names = st.one_of(st.text(), st.text(alphabet="åäöÅÄÖéøæ abc", min_size=90, max_size=200))


@given(names)
def test_a_subject_is_a_hundred_printable_ascii_characters_at_most(name: str) -> None:
    for mail in (
        problem_mail(problem(name=name), "Acme", {}, COMMAND),
        resolved_mail(problem(name=name), "Acme"),
        digest_mail([problem()], name),
    ):
        assert 0 < len(mail.subject) <= 100
        assert mail.subject.isascii() and mail.subject.isprintable()


def test_swedish_letters_in_a_subject_stay_readable() -> None:
    assert problem_mail(problem(name="invoice 1 Åkes Öl & Café"), "x", {}, COMMAND).subject == (
        "Not transferred: invoice 1 Akes Ol & Cafe"
    )


def test_a_solved_problem_says_what_it_was_and_that_nothing_is_left() -> None:
    mail = resolved_mail(problem(), "Acme AB")

    assert mail.subject == "Solved: invoice 1042 Kund AB"
    assert "the problem is solved, nothing is left to do" in mail.body
    assert "- No terms of payment in Fortnox have 45 days.\n" in mail.body


def test_the_digest_names_each_open_problem_with_its_causes() -> None:
    mail = digest_mail([problem(), problem(TERMS, Reason("no-rows"), name="invoice 1043")], "Acme AB")

    assert mail.subject == "2 open: Acme AB"
    assert "- invoice 1042 Kund AB: No terms of payment in Fortnox have 45 days.\n" in mail.body
    assert "- invoice 1043: No terms of payment in Fortnox have 45 days; The invoice has no rows.\n" in mail.body


@pytest.mark.parametrize("code", [*codes(), "fortnox-4711"])
def test_every_code_makes_a_mail(code: str) -> None:
    assert "Why: " in body(Reason(code, {"text": "deras ord"}))


#: One invoice with nearly everything wrong that can be wrong at once, and others for what excludes it.
WRONG: dict[str, tuple[InvoiceFacts, dict[str, Any]]] = {
    "everything": (
        a.facts(
            rows=(
                a.row(unitPrice=None),
                a.row(vatRate=None),
                a.row(code=["A", "B"], salesAccount=None),
                a.row(unitPrice=a.money("1", "EUR")),
                a.row(measurementUnit="dygn"),
            ),
            invoice=a.invoice(
                number=None,
                paymentTerm=45,
                currency=Currency(code="USD"),
                currencyRate=None,
                isCreditNote=True,
                reimburseInvoice=RelatedInvoice(guid="original"),
            ),
            reverse_charged=True,
            customer=a.customer_facts(number=None),
            products={
                "1": a.product_facts(code="A 1"),
                "2": a.product_facts(products=()),
                "3": a.product_facts(article=a.article(Description="Annat")),
                "4": a.product_facts(article=a.article(Active=False)),
                "5": a.product_facts(article=None, products=(a.product(), a.product(name="x"))),
                "6": a.product_facts(article=None, products=(a.product(isActive=False),)),
            },
            projects={
                "1": a.project_facts(number=None),
                "2": a.project_facts(number=10**30),
                "3": replace(a.project_facts(), pair=None),
            },
            files=[a.file(name="a.txt", contentType=None), *([a.file(size=2**23)] * 3)],
        ),
        {"invoice_number_main": Main.SEVERA},
    ),
    "no rows": (a.facts(rows=()), {}),
    "totals": (a.facts(rows=(a.row("9"),)), {}),
    "no total": (a.facts(invoice=a.invoice(totalTax=None)), {}),
    "total in euro": (a.facts(invoice=a.invoice(totalTax=a.money("1", "EUR"))), {}),
    "no currency": (a.facts(invoice=a.invoice(currency=None)), {}),
    "no customer": (a.facts(customer=None), {}),
    "own company": (a.facts(customer=a.customer_facts(customer=a.customer(isInternal=True))), {}),
    "inactive": (a.facts(customer=a.customer_facts(customer=a.customer(isActive=False))), {}),
    "inactive card": (a.facts(customer=a.linked_customer(card=a.card(active=False))), {}),
    "taken": (a.facts(customer=a.customer_facts(card=a.card(organisation_number="1234567890"))), {}),
    "strange country": (a.facts(invoice=a.invoice(receiverAddress=a.address_on_invoice(country="X"))), {}),
    "contradiction": (a.facts(customer=a.linked_customer(card=a.card(vat_type="EXPORT"))), {}),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_whatever_a_decision_says_the_mail_leaves_nothing_unnamed(wrong: str) -> None:
    facts, settings = WRONG[wrong]
    decision = decide(facts, a.settings(**settings))

    assert isinstance(decision, Refuse)
    text = body(*decision.reasons)
    assert "?" not in text and "None" not in text
    assert text.count("What to do:") == text.count("Who:") == len(decision.reasons)


def test_nearly_everything_wrong_at_once_is_said_at_once() -> None:
    facts, settings = WRONG["everything"]
    decision = decide(facts, a.settings(**settings))

    assert isinstance(decision, Refuse)
    assert len({reason.code for reason in decision.reasons}) >= 20
    assert len(set(map(repr, decision.reasons))) == len(decision.reasons)


def test_the_notes_of_a_decision_leave_nothing_unnamed() -> None:
    decision = decide(
        a.facts(
            invoice=a.invoice(
                notes='"x"',
                yourReference="x" * 60,
                receiverCustomerName="x " * 600,
                **a.amounts("100.01", "25.00", "125.01"),
            ),
            rows=[a.row("1", "33.335", code=["A", "B"])] * 3,
            customer=a.customer_facts(card=a.card(number="01001")),
            projects={"project-1": a.project_facts(name="ord " * 20)},
            files=[a.file(fileGuid=f"{n}", name=f"{n}.pdf") for n in range(6)],
        ),
        a.settings(),
    )

    assert isinstance(decision, Create)
    said = {note.code for note in decision.notes}
    assert said == {
        "row-several-codes",
        "totals-rounded",
        "characters-replaced",
        "text-shortened",
        "text-continued",
        "customer-number-folded",
        "project-name-cut",
        "attachments-not-sent",
    }
    assert "?" not in body(*decision.notes) and "None" not in body(*decision.notes)
