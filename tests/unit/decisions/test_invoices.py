"""One decision an invoice: every reason against it at once, and a plan that needs no further rule."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from severa_fortnox.decisions.decision import Create, Link, Refuse, Skip
from severa_fortnox.decisions.invoices import InvoiceFacts, InvoicePlan, decide, expected_totals, single_codes
from severa_fortnox.settings import Main
from severa_fortnox.severa.models import Currency, Invoice, InvoiceStatusRef, Numbered, RelatedInvoice
from severa_fortnox.severa.unknowns import Readings
from tests.unit import builders as a


def refused(facts: InvoiceFacts, **settings: Any) -> list[str]:
    decision = decide(facts, a.settings(**settings))
    assert isinstance(decision, Refuse), decision
    return [reason.code for reason in decision.reasons]


def created(facts: InvoiceFacts, **settings: Any) -> Create[InvoicePlan]:
    decision = decide(facts, a.settings(**settings))
    assert isinstance(decision, Create), decision
    return decision


def invoice_with(**replaced: Any) -> InvoiceFacts:
    return a.facts(invoice=a.invoice(**replaced))


def rows_with(*rows: Any, net: str, vat: str, total: str, **replaced: Any) -> InvoiceFacts:
    return a.facts(rows=rows, invoice=a.invoice(**a.amounts(net, vat, total), **replaced))


def test_an_ordinary_invoice_is_created() -> None:
    decision = created(a.facts())

    assert decision.notes == ()
    assert decision.plan.payload.CustomerNumber == "1001"
    assert decision.plan.expected == a.totals("10000", "2500", "12500")
    assert [row.ArticleNumber for row in decision.plan.payload.InvoiceRows] == ["DEV"]


def test_the_same_facts_always_give_the_same_decision() -> None:
    assert decide(a.facts(), a.settings()) == decide(a.facts(), a.settings())


class TestNotAskedFor:
    @pytest.mark.parametrize(
        ("status", "said"),
        [
            (InvoiceStatusRef(guid="draft", name="Utkast"), "Utkast"),
            (InvoiceStatusRef(guid="draft"), "draft"),
            (None, "none"),
        ],
    )
    def test_another_status_is_skipped_by_name(self, status: InvoiceStatusRef | None, said: str) -> None:
        decision = decide(invoice_with(status=status), a.settings())

        assert isinstance(decision, Skip)
        assert (decision.reason.code, decision.reason.values) == ("not-ready", {"status": said})

    def test_no_ready_status_makes_no_invoice_ready(self) -> None:
        assert isinstance(decide(invoice_with(status=None), a.settings(ready_status=None)), Skip)

    @pytest.mark.parametrize(("day", "skipped"), [(13, False), (14, False), (15, True)])
    def test_an_invoice_before_the_first_day_is_skipped(self, day: int, skipped: bool) -> None:
        decision = decide(a.facts(), a.settings(invoices_from=date(2025, 3, day)))

        assert isinstance(decision, Skip if skipped else Create)

    def test_a_wrong_invoice_that_is_not_ready_is_no_problem(self) -> None:
        wrong = a.facts(rows=(), invoice=a.invoice(status=None))

        assert isinstance(decide(wrong, a.settings()), Skip)


def head(invoice: Invoice, *, sent: str | None, finished: bool) -> InvoiceFacts:
    return InvoiceFacts.head(
        invoice, sent=sent, begun=finished, finished=finished, by_person=False, readings=Readings()
    )


class TestBegun:
    moved = a.invoice(status=InvoiceStatusRef(guid="elsewhere"), date=date(2020, 1, 1))

    def test_a_begun_invoice_that_was_taken_back_is_not_sent(self) -> None:
        assert isinstance(decide(a.facts(invoice=self.moved, begun=True), a.settings()), Skip)

    def test_a_sent_invoice_is_linked_and_not_judged_again(self) -> None:
        decision = decide(a.facts(invoice=self.moved, rows=(), begun=True, sent="77"), a.settings())

        assert isinstance(decision, Link) and decision.foreign_id == "77"

    def test_a_finished_invoice_that_is_ready_again_is_linked(self) -> None:
        facts = head(a.invoice(), sent="77", finished=True)

        assert isinstance(decide(facts, a.settings()), Link)

    def test_a_finished_invoice_in_another_status_is_done_with(self) -> None:
        facts = head(self.moved, sent="77", finished=True)

        assert isinstance(decide(facts, a.settings()), Skip)

    def test_the_head_of_an_invoice_nobody_asked_for_is_skipped(self) -> None:
        facts = head(self.moved, sent=None, finished=False)

        assert isinstance(decide(facts, a.settings()), Skip)


class TestHead:
    def test_no_rows(self) -> None:
        assert "no-rows" in refused(rows_with(net="0", vat="0", total="0"))

    def test_no_number_matters_only_when_severa_numbers(self) -> None:
        assert refused(invoice_with(number=None), invoice_number_main=Main.SEVERA) == ["invoice-number-missing"]
        assert created(invoice_with(number=None)).plan.payload.DocumentNumber is None

    def test_terms_fortnox_lacks_are_named_by_their_days(self) -> None:
        decision = decide(invoice_with(paymentTerm=45), a.settings())

        assert isinstance(decision, Refuse)
        assert [(each.code, each.values) for each in decision.reasons] == [("payment-term-missing", {"days": "45"})]

    @pytest.mark.parametrize(("days", "code"), [(0, "0"), (None, None)])
    def test_zero_days_are_terms_and_none_are_left_to_fortnox(self, days: int | None, code: str | None) -> None:
        assert created(invoice_with(paymentTerm=days)).plan.payload.TermsOfPayment == code

    def test_no_currency(self) -> None:
        assert "currency-not-named" in refused(invoice_with(currency=None))

    @pytest.mark.parametrize("rate", [None, "0", "-1", "1", "1.000"])
    def test_a_foreign_rate_that_is_missing_or_looks_forgotten(self, rate: str | None) -> None:
        assert refused(in_euro(currencyRate=None if rate is None else Decimal(rate))) == ["currency-rate-implausible"]

    def test_a_foreign_currency_goes_with_its_rate(self) -> None:
        sent = created(in_euro(currencyRate=Decimal("11.2"))).plan.payload

        assert (sent.Currency, sent.CurrencyRate) == ("EUR", Decimal("11.2"))

    def test_the_other_reading_of_the_rate_is_turned_round(self) -> None:
        facts = replace(
            in_euro(currencyRate=Decimal("0.08")), readings=Readings(currency_rate="invoice per company currency")
        )

        assert created(facts).plan.payload.CurrencyRate == Decimal("12.5")

    @pytest.mark.parametrize("rate", [None, "1", "11"])
    def test_kronor_go_without_a_rate_whatever_it_says(self, rate: str | None) -> None:
        facts = invoice_with(currencyRate=None if rate is None else Decimal(rate))

        assert created(facts).plan.payload.CurrencyRate is None

    def test_a_currency_fortnox_lacks(self) -> None:
        facts = replace(
            in_euro(currencyRate=Decimal(11)), registers=replace(a.REGISTERS, currencies=frozenset({"SEK"}))
        )

        assert refused(facts) == ["currency-missing"]


def in_euro(**replaced: Any) -> InvoiceFacts:
    return a.facts(
        rows=(a.row(unitPrice=a.money("1000", "EUR")),),
        invoice=a.invoice(currency=Currency(code="EUR"), **a.amounts("10000", "2500", "12500", "EUR"), **replaced),
    )


class TestCreditNotes:
    def note(self, quantity: str = "-10", sign: int = -1, original: str | None = "77", **replaced: Any) -> InvoiceFacts:
        figures = a.amounts(10000 * sign, 2500 * sign, 12500 * sign)
        return a.facts(
            rows=(a.row(quantity),),
            invoice=a.invoice(isCreditNote=True, **{**figures, **replaced}),
            original=original,
        )

    @pytest.mark.parametrize("quantity", ["10", "-10"])
    @pytest.mark.parametrize("sign", [1, -1])
    def test_it_credits_whichever_signs_severa_writes(self, quantity: str, sign: int) -> None:
        plan = created(self.note(quantity, sign)).plan

        assert plan.payload.InvoiceRows[0].DeliveredQuantity == "-10"
        assert plan.payload.CreditInvoiceReference == "77"
        assert plan.expected == a.totals("-10000", "-2500", "-12500")

    @pytest.mark.parametrize("sign", [1, -1])
    def test_figures_that_differ_are_refused_with_either_sign(self, sign: int) -> None:
        facts = self.note(sign=sign, totalIncludingTax=a.money(sign * 12499))

        assert refused(facts) == ["totals-differ"]

    @pytest.mark.parametrize(
        ("related", "named"),
        [
            (RelatedInvoice(guid="original", number=1041), "1041"),
            (RelatedInvoice(guid="original"), "original"),
            (None, "not named in Severa"),
        ],
    )
    def test_an_original_that_is_not_linked_is_named(self, related: RelatedInvoice | None, named: str) -> None:
        decision = decide(self.note(original=None, reimburseInvoice=related), a.settings())

        assert isinstance(decision, Refuse)
        assert [(each.code, each.values) for each in decision.reasons] == [("original-not-linked", {"original": named})]

    def test_an_ordinary_invoice_with_a_negative_total_is_not_turned_round(self) -> None:
        facts = rows_with(a.row("-10"), net="-10000", vat="-2500", total="-12500")

        assert created(facts).plan.expected.total == -12500

    def test_an_ordinary_invoice_is_never_forgiven_its_sign(self) -> None:
        assert refused(rows_with(a.row("-10"), net="10000", vat="2500", total="12500")) == ["totals-differ"]


class TestCustomer:
    def test_no_billing_customer(self) -> None:
        assert refused(a.facts(customer=None)) == ["billing-customer-missing"]

    def test_the_customers_own_reasons_are_the_invoices(self) -> None:
        assert refused(a.facts(customer=a.customer_facts(number=None))) == ["customer-number-missing"]

    @pytest.mark.parametrize(
        ("customer", "number"),
        [
            (a.linked_customer(linked="01001"), "01001"),
            (a.customer_facts(card=a.card(number="01001")), "01001"),
            (a.customer_facts(card=None), "1001"),
        ],
        ids=["linked", "to be linked", "to be created"],
    )
    def test_the_invoice_names_the_customers_number_in_fortnox(self, customer: Any, number: str) -> None:
        assert created(a.facts(customer=customer)).plan.payload.CustomerNumber == number

    def test_a_card_to_be_created_gets_the_derived_vat_type(self) -> None:
        plan = created(a.facts(customer=a.customer_facts(card=None))).plan

        assert isinstance(plan.customer, Create) and plan.customer.plan.VATType == "SEVAT"

    def test_terms_missing_on_invoice_and_customer_are_one_reason(self) -> None:
        facts = a.facts(
            invoice=a.invoice(paymentTerm=45),
            customer=a.customer_facts(card=None, customer=a.customer(paymentTerm=45)),
        )

        assert refused(facts) == ["payment-term-missing"]


class TestVat:
    def without_vat(self, **replaced: Any) -> InvoiceFacts:
        return a.facts(
            **{
                "rows": (a.row(vatRate=Decimal(0)),),
                "invoice": a.invoice(**a.amounts("10000", "0", "10000")),
                "reverse_charged": False,
                **replaced,
            }
        )

    def test_reverse_charge_with_vat(self) -> None:
        assert refused(a.facts(reverse_charged=True)) == ["vat-reverse-charge-with-vat"]

    def test_the_rate_of_a_free_row_does_not_count(self) -> None:
        rows = (a.row(vatRate=Decimal(0)), a.row("1", "0"), a.row("0", "500"))
        card = a.card(vat_type="SEREVERSEDVAT")

        created(self.without_vat(rows=rows, reverse_charged=True, customer=a.linked_customer(card=card)))

    def test_when_every_row_is_free_their_rates_count(self) -> None:
        facts = a.facts(rows=(a.row("1", "0"),), invoice=a.invoice(receiverAddress=None, **a.amounts(0, 0, 0)))

        assert created(facts).plan.expected.total == 0

    def test_an_unknown_country(self) -> None:
        facts = invoice_with(receiverAddress=a.address_on_invoice(country="Atlantis"))

        assert refused(facts) == ["vat-country-unknown"]

    @pytest.mark.parametrize("address", [None, a.address_on_invoice(country=None), a.address_on_invoice(country=" ")])
    def test_no_country_matters_only_without_vat(self, address: Any) -> None:
        figures = a.amounts("10000", "0", "10000")

        created(invoice_with(receiverAddress=address))
        assert refused(self.without_vat(invoice=a.invoice(receiverAddress=address, **figures))) == [
            "vat-country-missing"
        ]

    @pytest.mark.parametrize(
        ("number", "codes"), [("FI123", ["vat-type-contradiction"]), (" ", ["vat-number-missing"])]
    )
    def test_to_the_eu_without_vat_needs_a_number_and_a_card_that_says_so(self, number: str, codes: list[str]) -> None:
        figures = a.amounts("10000", "0", "10000")
        finnish = a.invoice(
            receiverAddress=a.address_on_invoice(country="Finland"), receiverVatNumber=number, **figures
        )

        assert refused(self.without_vat(invoice=finnish)) == codes

    def test_a_contradicting_card_is_named_with_both_types(self) -> None:
        decision = decide(a.facts(customer=a.linked_customer(card=a.card(vat_type="EXPORT"))), a.settings())

        assert isinstance(decision, Refuse)
        assert [(each.code, each.values) for each in decision.reasons] == [
            ("vat-type-contradiction", {"customer": "1001 Kund AB", "derived": "SEVAT", "card": "EXPORT"})
        ]

    def test_a_link_without_a_card_contradicts_nothing(self) -> None:
        created(a.facts(customer=a.linked_customer(card=None)))


class TestRowsAndRegisters:
    def test_every_reason_of_rows_products_projects_units_and_files_at_once(self) -> None:
        facts = a.facts(
            rows=(
                a.row(unitPrice=None),
                a.row(vatRate=None),
                a.row(code=None, salesAccount=None),
                a.row(unitPrice=a.money("1", "EUR")),
                a.row(measurementUnit="dygn"),
            ),
            products={"DEV": a.product_facts(products=())},
            projects={"project-1": a.project_facts(number=None)},
            files=(a.file(name="a.txt", contentType=None),),
        )

        assert refused(facts) == [
            "product-code-unknown",
            "project-number-missing",
            "unit-missing",
            "attachment-not-pdf",
            "row-price-missing",
            "row-vat-missing",
            "row-without-article-or-account",
            "row-currency-differs",
        ]

    def test_one_missing_unit_is_one_reason_however_often_it_is_used(self) -> None:
        product = a.product_facts(article=None, products=(a.product(measurementUnit="dygn"),))
        unit = {"measurementUnit": "dygn"}
        facts = rows_with(a.row("5", **unit), a.row("5", **unit), net="10000", vat="2500", total="12500")

        assert refused(replace(facts, products={"DEV": product})) == ["unit-missing"]

    def test_two_missing_units_are_two_reasons(self) -> None:
        rows = (a.row("5", measurementUnit="dygn"), a.row("5", measurementUnit="vecka"))

        assert refused(rows_with(*rows, net="10000", vat="2500", total="12500")) == ["unit-missing", "unit-missing"]

    def test_rows_with_the_same_fault_are_each_named(self) -> None:
        assert refused(a.facts(rows=(a.row(unitPrice=None), a.row(unitPrice=None)))) == ["row-price-missing"] * 2

    def test_too_many_rows(self) -> None:
        rows = [a.row("1", "20")] * 501

        assert refused(rows_with(*rows, net="10020", vat="2505", total="12525")) == ["too-many-rows"]

    def test_notes_of_what_it_depends_on_are_the_invoices(self) -> None:
        facts = a.facts(
            customer=a.customer_facts(card=a.card(number="01001")),
            products={"DEV": a.product_facts(article=None, products=(a.product(name='"x"'),))},
            projects={"project-1": a.project_facts(name="ord " * 20)},
            files=[a.file(fileGuid=f"{n}", name=f"{n}.pdf") for n in range(6)],
        )

        assert [note.code for note in created(facts).notes] == [
            "attachments-not-sent",
            "customer-number-folded",
            "characters-replaced",
            "project-name-cut",
        ]

    def test_the_plan_has_a_decision_for_everything_the_invoice_refers_to(self) -> None:
        plan = created(
            a.facts(
                customer=a.customer_facts(),
                products={"DEV": a.product_facts()},
                projects={"project-1": a.project_facts()},
                files=(a.file(),),
            )
        ).plan

        assert isinstance(plan.customer, Link)
        assert isinstance(plan.products["DEV"], Link)
        assert isinstance(plan.projects["project-1"], Create)
        assert [each.name for each in plan.files] == ["tidrapport f11e0001.pdf"]

    def test_a_project_to_be_created_is_on_head_and_rows(self) -> None:
        sent = created(a.facts(projects={"project-1": a.project_facts()})).plan.payload

        assert (sent.Project, sent.InvoiceRows[0].Project) == ("501", "501")

    def test_codes_that_stand_alone_become_articles_each_with_its_first_row(self) -> None:
        first, second = a.row(guid="1"), a.row(guid="2")
        rows = (a.row(code=["A", "B"]), first, second, a.row(code=None), a.row(guid="3", code=["B"]))

        assert {code: row.guid for (code, _), row in single_codes(rows).items()} == {"DEV": "1", "B": "3"}


class TestTotals:
    @pytest.mark.parametrize("field", ["totalExcludingTax", "totalTax", "totalIncludingTax"])
    def test_a_missing_figure(self, field: str) -> None:
        assert refused(invoice_with(**{field: None})) == ["total-missing"]

    def test_a_figure_in_another_currency(self) -> None:
        assert refused(invoice_with(totalTax=a.money("2500", "EUR"))) == ["total-currency-differs"]

    @pytest.mark.parametrize(
        ("net", "vat", "total"),
        [
            ("10000.01", "2500", "12500.01"),
            ("10000", "2499.99", "12499.99"),
            ("10000", "2500", "12500.01"),
            ("0", "0", "0"),
        ],
    )
    def test_one_ore_off_is_refused_with_both_figures(self, net: str, vat: str, total: str) -> None:
        decision = decide(rows_with(a.row(), net=net, vat=vat, total=total), a.settings())

        assert isinstance(decision, Refuse)
        assert decision.reasons[0].code == "totals-differ"
        assert decision.reasons[0].values["severa"] == f"net {net} + VAT {vat} = {total}"
        assert decision.reasons[0].values["ours"] == "net 10000.00 + VAT 2500.00 = 12500.00"

    def test_what_rounding_explains_is_a_note_and_fortnoxs_figures_are_expected(self) -> None:
        rows = [a.row("1", "33.335")] * 3
        decision = created(rows_with(*rows, net="100.01", vat="25.00", total="125.01"))

        assert decision.plan.expected == a.totals("100.02", "25.01", "125.03")
        assert [note.code for note in decision.notes] == ["totals-rounded"]

    def test_totals_are_not_judged_while_a_row_is_missing(self) -> None:
        assert refused(a.facts(rows=(a.row(), a.row(unitPrice=None)))) == ["row-price-missing"]

    def test_a_sent_invoice_is_compared_with_the_same_figures(self) -> None:
        assert expected_totals(a.facts(), a.settings()) == created(a.facts()).plan.expected

    def test_an_invoice_of_nothing_is_an_invoice(self) -> None:
        assert created(rows_with(a.row("10", "0"), net="0", vat="0", total="0")).plan.expected.total == 0


@pytest.mark.parametrize(
    ("replaced", "name"),
    [
        ({}, "invoice 1042 Kund AB"),
        ({"isCreditNote": True}, "credit note 1042 Kund AB"),
        ({"number": None}, "invoice draft 0c0ffee0 Kund AB"),
        ({"number": 0}, "invoice 0 Kund AB"),
        ({"receiverCustomerName": None}, "invoice 1042 Kund AB"),
        ({"receiverCustomerName": None, "billingCustomer": Numbered()}, "invoice 1042"),
        ({"receiverCustomerName": None, "billingCustomer": None}, "invoice 1042"),
    ],
)
def test_an_invoice_is_called_by_number_and_buyer_as_far_as_known(replaced: dict[str, Any], name: str) -> None:
    assert invoice_with(**replaced).name == name
