"""The invoice's head, texts and rows: every field where Fortnox wants it, and no text lost on the way."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from severa_fortnox.fortnox.models import MOST_ROWS, REMARKS, ROW_TEXT, InvoicePayload
from severa_fortnox.mapping.invoices import (
    MappedInvoice,
    currency_of,
    map_invoice,
    map_rows,
    our_reference,
    severa_totals,
    sign_of,
)
from severa_fortnox.mapping.totals import Totals
from severa_fortnox.reason import Reason
from severa_fortnox.settings import FreeTexts, Main
from severa_fortnox.severa.models import Country, Currency, Invoice, InvoiceRow, Language, Numbered
from tests.unit import builders as a

WORDS = st.lists(st.text(alphabet="abcåäö", min_size=1, max_size=12), max_size=400).map(" ".join)


def mapped(
    invoice: Invoice | None = None, rows: list[InvoiceRow] | None = None, refs: Any = None, **settings: Any
) -> MappedInvoice:
    invoice, refs, chosen = invoice or a.invoice(), refs or a.refs(), a.settings(**settings)
    ready, refusals, _ = map_rows(invoice, rows or [a.row()], refs, chosen)
    assert refusals == []
    result = map_invoice(invoice, ready, refs, chosen)
    assert isinstance(result, MappedInvoice), result
    return result


def payload(invoice: Invoice | None = None, **more: Any) -> InvoicePayload:
    return mapped(invoice, **more).payload


def row_texts(payload: InvoicePayload) -> list[str | None]:
    return [row.Description for row in payload.InvoiceRows]


def test_an_ordinary_invoice_goes_over_whole() -> None:
    sent = payload().model_dump(exclude_none=True)

    assert {name: str(value) for name, value in sent.items() if name != "InvoiceRows"} == {
        "CustomerNumber": "1001",
        "CustomerName": "Kund AB",
        "InvoiceDate": "2025-03-14",
        "DueDate": "2025-04-13",
        "TermsOfPayment": "30",
        "Currency": "SEK",
        "Language": "SV",
        "Address1": "Storgatan 1",
        "ZipCode": "111 22",
        "City": "Stockholm",
        "Country": "Sverige",
        "ExternalInvoiceReference1": "severa-0c0ffee0-aaaa-bbbb-cccc-000000000001",
        "ExternalInvoiceReference2": "1042",
        "Project": "501",
        "VATIncluded": "False",
    }
    assert len(sent["InvoiceRows"]) == 1


class TestNumbers:
    @pytest.mark.parametrize(("main", "number"), [(Main.SEVERA, "1042"), (Main.FORTNOX, None)])
    def test_the_number_is_sent_only_when_severa_numbers(self, main: Main, number: str | None) -> None:
        assert payload(invoice_number_main=main).DocumentNumber == number

    @pytest.mark.parametrize(("sender", "ocr"), [(Main.SEVERA, "104207"), (Main.FORTNOX, None)])
    def test_the_reference_number_is_the_ocr_only_when_severa_sends(self, sender: Main, ocr: str | None) -> None:
        assert ocr == payload(invoice_sent_from=sender).OCR

    def test_an_empty_reference_number_is_no_ocr(self) -> None:
        assert payload(a.invoice(referenceNumber=""), invoice_sent_from=Main.SEVERA).OCR is None

    def test_every_invoice_carries_our_reference_also_without_a_number(self) -> None:
        sent = payload(a.invoice(number=None))

        assert sent.ExternalInvoiceReference1 == our_reference(a.invoice().guid)
        assert sent.ExternalInvoiceReference2 is None

    def test_our_reference_is_the_severa_guid(self) -> None:
        assert our_reference("g") == "severa-g"


class TestReferences:
    @pytest.mark.parametrize("field", ["yourReference", "ourReference"])
    def test_fifty_characters_fit(self, field: str) -> None:
        text = "Anna Svensson " + "x" * 36
        result = mapped(a.invoice(**{field: text}))

        assert getattr(result.payload, field[0].upper() + field[1:]) == text
        assert result.payload.Remarks is None
        assert result.notes == ()

    @pytest.mark.parametrize(
        ("field", "language", "label"),
        [
            ("yourReference", "sv-SE", "Er referens"),
            ("ourReference", "sv-SE", "Vår referens"),
            ("yourReference", "en-GB", "Your reference"),
            ("ourReference", "fi-FI", "Our reference"),
        ],
    )
    def test_the_fifty_first_goes_on_in_the_invoice_text(self, field: str, language: str, label: str) -> None:
        text = "Anna Svensson " + "x" * 37
        result = mapped(a.invoice(**{field: text}, language=Language(code=language)))

        assert getattr(result.payload, field[0].upper() + field[1:]) == "Anna Svensson"
        assert result.payload.Remarks == f"{label}: {text}"
        assert [note.code for note in result.notes] == ["text-continued"]

    def test_what_goes_on_stands_after_the_notes(self) -> None:
        sent = payload(a.invoice(notes="Tack!", orderNumber="4" * 76))

        assert sent.YourOrderNumber == "4" * 75
        assert sent.Remarks == f"Tack!\n\nOrdernummer: {'4' * 76}"

    def test_a_blank_reference_is_none(self) -> None:
        sent = payload(a.invoice(yourReference="  ", ourReference=""))

        assert (sent.YourReference, sent.OurReference) == (None, None)

    def test_line_breaks_in_a_reference_become_spaces(self) -> None:
        assert payload(a.invoice(yourReference="Anna\nSvensson")).YourReference == "Anna Svensson"


class TestTexts:
    refs = a.refs(above=a.free_text("Enligt avtal"), below=a.free_text("Tack för förtroendet"))

    def test_free_texts_are_rows_around_the_rows_and_notes_the_invoice_text(self) -> None:
        sent = payload(a.invoice(notes="Betala i tid"), refs=self.refs)

        assert row_texts(sent) == ["Enligt avtal", "Konsultarbete", "Tack för förtroendet"]
        assert sent.Remarks == "Betala i tid"
        assert all(row.Price is None and row.VAT is None for row in (sent.InvoiceRows[0], sent.InvoiceRows[2]))

    def test_free_texts_go_around_the_notes_when_the_setting_says_so(self) -> None:
        sent = payload(a.invoice(notes="Betala i tid"), refs=self.refs, free_texts=FreeTexts.REMARKS)

        assert row_texts(sent) == ["Konsultarbete"]
        assert sent.Remarks == "Enligt avtal\n\nBetala i tid\n\nTack för förtroendet"

    def test_notes_that_do_not_fit_go_on_in_rows_after_the_text_below(self) -> None:
        notes = " ".join(["betalningsvillkor"] * 80)
        sent = payload(a.invoice(notes=notes), refs=self.refs)

        _, _, below, *rest = row_texts(sent)
        assert below == "Tack för förtroendet"
        assert " ".join([sent.Remarks or "", *(text or "" for text in rest)]) == notes
        assert rest and len(sent.Remarks or "") <= REMARKS

    @pytest.mark.parametrize("place", FreeTexts)
    @given(notes=WORDS, above=WORDS, below=WORDS, reference=WORDS)
    def test_every_word_arrives_wherever_texts_go(
        self, place: FreeTexts, notes: str, above: str, below: str, reference: str
    ) -> None:
        refs = a.refs(above=a.free_text(above), below=a.free_text(below))
        sent = payload(a.invoice(notes=notes, yourReference=reference), refs=refs, free_texts=place)

        arrived = " ".join(filter(None, [sent.YourReference, sent.Remarks, *row_texts(sent)])).split()
        for word in f"{notes} {above} {below} {reference}".split():
            assert word in arrived
        assert all(len(text or "") <= ROW_TEXT for text in row_texts(sent))

    def test_the_rendered_plain_text_is_taken_before_the_others(self) -> None:
        text = a.free_text("plain")

        assert row_texts(payload(refs=a.refs(above=text)))[0] == "plain"
        assert row_texts(payload(refs=a.refs(above=text.model_copy(update={"plainText": None}))))[0] == "plain"
        only_value = text.model_copy(update={"plainText": None, "text": None, "value": "<b>mall</b>"})
        assert row_texts(payload(refs=a.refs(above=only_value)))[0] == "mall"

    def test_an_empty_rendered_text_is_a_text_and_no_reason_to_print_the_template(self) -> None:
        empty = a.free_text("x").model_copy(update={"plainText": ""})

        assert row_texts(payload(refs=a.refs(above=empty))) == ["Konsultarbete"]

    def test_markup_is_removed_and_replaced_characters_are_noted(self) -> None:
        result = mapped(a.invoice(notes='<p>Se "avtal"</p>'))

        assert result.payload.Remarks == "Se ’avtal’"
        assert result.notes == (Reason("characters-replaced", {"field": "notes", "characters": '"'}),)


class TestLanguageAndAddress:
    @pytest.mark.parametrize(
        ("code", "language"),
        [("sv-SE", "SV"), ("SV", "SV"), ("en-GB", "EN"), ("fi-FI", "EN"), ("", None), (None, None)],
    )
    def test_swedish_is_swedish_and_everything_else_english(self, code: str | None, language: str | None) -> None:
        assert payload(a.invoice(language=Language(code=code))).Language == language

    def test_no_language_leaves_fortnoxs_default(self) -> None:
        assert payload(a.invoice(language=None)).Language is None

    def test_further_address_lines_are_the_second_line(self) -> None:
        address = a.address_on_invoice(addressline="Att: Anna\n\n Storgatan 1 \nPlan 3")
        sent = payload(a.invoice(receiverAddress=address))

        assert (sent.Address1, sent.Address2) == ("Att: Anna", "Storgatan 1, Plan 3")

    def test_a_state_stands_with_the_city(self) -> None:
        assert payload(a.invoice(receiverAddress=a.address_on_invoice(state="Skåne"))).City == "Stockholm Skåne"

    @pytest.mark.parametrize(
        ("country", "printed"),
        [("Sweden", "Sverige"), ("SE", "Sverige"), ("Norge", "Norway"), ("Atlantis", "Atlantis"), (None, None)],
    )
    def test_sweden_is_printed_in_swedish_and_others_in_english(self, country: str | None, printed: str | None) -> None:
        assert payload(a.invoice(receiverAddress=a.address_on_invoice(country=country))).Country == printed

    def test_a_country_without_an_english_name_keeps_the_one_on_the_address(self) -> None:
        refs = a.refs(countries=(Country(name="Norge", code2="NO"),))

        assert payload(a.invoice(receiverAddress=a.address_on_invoice(country="Norge")), refs=refs).Country == "Norge"

    def test_without_an_address_fortnox_takes_the_customers(self) -> None:
        sent = payload(a.invoice(receiverAddress=None))

        assert (sent.Address1, sent.City, sent.Country) == (None, None, None)

    def test_a_name_that_is_too_long_is_cut_at_a_word_and_noted_whole(self) -> None:
        name = "Kund " * 300
        result = mapped(a.invoice(receiverCustomerName=name))

        assert len(result.payload.CustomerName or "") <= 1024
        assert result.notes[0].code == "text-shortened"
        assert result.notes[0].values["text"] == name.strip()


class TestCurrency:
    def test_home_currency_goes_without_a_rate(self) -> None:
        sent = payload()

        assert (sent.Currency, sent.CurrencyRate, sent.CurrencyUnit) == ("SEK", None, None)

    def test_a_foreign_currency_goes_with_the_rate_of_one_unit(self) -> None:
        euros = a.invoice(currency=Currency(code="EUR"))
        sent = payload(euros, rows=[a.row(unitPrice=a.money("100", "EUR"))], refs=a.refs(currency_rate=Decimal("11.2")))

        assert (sent.Currency, sent.CurrencyRate, sent.CurrencyUnit) == ("EUR", Decimal("11.2"), Decimal(1))

    @pytest.mark.parametrize("currency", [None, Currency(code=None)])
    def test_a_currency_that_is_not_named_is_nothing(self, currency: Currency | None) -> None:
        assert currency_of(a.invoice(currency=currency)) == ""


class TestRows:
    def test_five_hundred_rows_fit_and_one_more_is_refused(self) -> None:
        refs, chosen = a.refs(), a.settings()
        ready, _, _ = map_rows(a.invoice(), [a.row()] * (MOST_ROWS + 1), refs, chosen)

        assert isinstance(map_invoice(a.invoice(), ready[:MOST_ROWS], refs, chosen), MappedInvoice)
        refused = map_invoice(a.invoice(), ready, refs, chosen)
        assert refused == Reason("too-many-rows", {"rows": "501", "with_texts": "501", "most": "500"})

    @pytest.mark.parametrize(
        "texts",
        [{"above": a.free_text("x")}, {"below": a.free_text("x")}],
        ids=["text above", "text below"],
    )
    def test_text_rows_count_too(self, texts: dict[str, Any]) -> None:
        refs, chosen = a.refs(**texts), a.settings()
        ready, _, _ = map_rows(a.invoice(), [a.row()] * MOST_ROWS, refs, chosen)

        refused = map_invoice(a.invoice(), ready, refs, chosen)

        assert refused == Reason("too-many-rows", {"rows": "500", "with_texts": "501", "most": "500"})

    def test_the_order_is_severas_and_long_texts_follow_their_row(self) -> None:
        rows = [a.row(description="a " * 200), a.row(description="slut")]

        texts = row_texts(payload(rows=rows))

        assert [text[0] if text else None for text in texts] == ["a", "a", "s"]

    def test_every_refused_row_is_named_and_the_others_are_mapped(self) -> None:
        rows = [a.row(unitPrice=None), a.row(), a.row(vatRate=None)]

        ready, refusals, _ = map_rows(a.invoice(), rows, a.refs(), a.settings())

        assert [(reason.code, reason.values["row"]) for reason in refusals] == [
            ("row-price-missing", "1"),
            ("row-vat-missing", "3"),
        ]
        assert len(ready) == 1


class TestProjects:
    several = a.invoice(projects=[Numbered(guid="project-1", number=501), Numbered(guid="project-2", number=502)])

    def test_the_only_project_stands_on_head_and_rows(self) -> None:
        sent = payload()

        assert (sent.Project, sent.InvoiceRows[0].Project) == ("501", "501")

    @pytest.mark.parametrize("projects", [None, []])
    def test_without_a_project_none_is_sent(self, projects: list[Numbered] | None) -> None:
        sent = payload(a.invoice(projects=projects))

        assert (sent.Project, sent.InvoiceRows[0].Project) == (None, None)

    def test_with_several_each_row_has_its_own_and_the_head_none(self) -> None:
        rows = [a.row(guid="row-1"), a.row(guid="row-2")]
        refs = a.refs(row_projects={"row-1": (Numbered(guid="project-2"),), "row-2": (Numbered(guid="project-1"),)})

        sent = payload(self.several, rows=rows, refs=refs)

        assert sent.Project is None
        assert [row.Project for row in sent.InvoiceRows] == ["502", "501"]

    @pytest.mark.parametrize(
        ("own", "named"),
        [
            ((), "none"),
            ((Numbered(guid="project-1", number=501), Numbered(guid="project-2", number=502)), "501, 502"),
        ],
    )
    def test_a_row_of_several_projects_or_none_goes_without_and_is_noted(
        self, own: tuple[Numbered, ...], named: str
    ) -> None:
        refs = a.refs(row_projects={"row-1": own})

        ready, _, notes = map_rows(self.several, [a.row()], refs, a.settings())

        assert ready[0].rows[0].Project is None
        assert notes == [Reason("row-project-unclear", {"row": "1", "projects": named})]


class TestCreditNotes:
    @pytest.mark.parametrize(
        ("quantities", "sign"),
        [(["2"], -1), (["-2"], 1), (["2", "-1"], -1), (["-2", "1"], 1), (["0"], 1), ([], 1)],
    )
    def test_rows_are_turned_round_when_severa_writes_them_positive(self, quantities: list[str], sign: int) -> None:
        rows = [a.row(quantity) for quantity in quantities]

        assert sign_of(a.invoice(isCreditNote=True), rows) == sign
        assert sign_of(a.invoice(isCreditNote=False), rows) == 1

    @pytest.mark.parametrize("quantity", ["2", "-2"])
    def test_either_way_fortnox_gets_negative_quantities(self, quantity: str) -> None:
        note = a.invoice(isCreditNote=True)
        sent = payload(note, rows=[a.row(quantity, "100")], refs=a.refs(original="77"))

        assert sent.InvoiceRows[0].DeliveredQuantity == "-2"
        assert sent.InvoiceRows[0].Price == Decimal(100)
        assert sent.CreditInvoiceReference == "77"

    def test_a_deduction_on_a_credit_note_keeps_its_sign_against_the_others(self) -> None:
        note = a.invoice(isCreditNote=True)
        sent = payload(note, rows=[a.row("10", "100"), a.row("-1", "100")])

        assert [row.DeliveredQuantity for row in sent.InvoiceRows] == ["-10", "1"]

    def test_an_ordinary_invoice_refers_to_no_other(self) -> None:
        assert payload().CreditInvoiceReference is None


class TestTotals:
    def test_severas_three_figures_are_read(self) -> None:
        assert severa_totals(a.invoice()) == Totals(Decimal(10000), Decimal(2500), Decimal(12500))

    @pytest.mark.parametrize("field", ["totalExcludingTax", "totalTax", "totalIncludingTax"])
    @pytest.mark.parametrize("missing", [None, a.money(None)])
    def test_a_missing_figure_is_named(self, field: str, missing: object) -> None:
        assert severa_totals(a.invoice(**{field: missing})) == Reason("total-missing", {"field": field})

    def test_zero_is_a_figure(self) -> None:
        assert severa_totals(a.invoice(**a.amounts(0, 0, 0))) == Totals(Decimal(0), Decimal(0), Decimal(0))

    def test_a_figure_in_another_currency_is_named(self) -> None:
        assert severa_totals(a.invoice(totalTax=a.money("2500", "EUR"))) == Reason(
            "total-currency-differs", {"field": "totalTax", "currency": "EUR"}
        )


def test_the_same_invoice_always_gives_the_same_payload() -> None:
    refs = replace(a.refs(), above=a.free_text("a" * 600))

    assert mapped(refs=refs) == mapped(refs=refs)
