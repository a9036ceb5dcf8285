"""Every reason the code can give has words a bookkeeper can act on, and values for all of them."""

from __future__ import annotations

import string

import pytest

from severa_fortnox.alerts.catalogue import Who, codes, explain, reason_of, sentences, template
from severa_fortnox.alerts.vendor_words import VENDORS
from severa_fortnox.alerts.words import OURS
from severa_fortnox.errors import Bug, IntegrationError, Misconfigured, Rejected, System
from severa_fortnox.fortnox.errors import MISCONFIGURED
from severa_fortnox.reason import Reason
from tests.unit.alerts.reasons_in_code import Given, own_error_codes, reasons_given

GIVEN = reasons_given()
#: What `reason_of` fills in for an error of any system.
OF_ERRORS = frozenset({"system", "operation", "code", "text", "record"})


def placeholders(code: str) -> set[str]:
    words = template(code)
    return {name for text in (words.cause, words.fix) for _, name, _, _ in string.Formatter().parse(text) if name}


def test_the_reasons_are_found_in_the_code() -> None:
    assert len({given.code for given in GIVEN}) > 40


@pytest.mark.parametrize("given", GIVEN, ids=lambda given: f"{given.code} {given.place}")
def test_every_reason_in_the_code_is_in_the_catalogue_with_all_its_values(given: Given) -> None:
    assert given.code in OURS
    assert placeholders(given.code) <= given.values


def test_every_reason_in_the_catalogue_is_given_somewhere() -> None:
    given = {each.code for each in GIVEN} | set(own_error_codes())

    assert set(OURS) - given == set()


@pytest.mark.parametrize("code", sorted(set(own_error_codes()) & set(OURS)))
def test_words_for_our_own_errors_need_only_what_an_error_has(code: str) -> None:
    assert placeholders(code) <= OF_ERRORS


@pytest.mark.parametrize("code", VENDORS)
def test_words_for_the_vendors_codes_need_only_what_an_error_has_and_keep_their_text(code: str) -> None:
    assert placeholders(code) <= OF_ERRORS
    if not code.startswith("fortnox-10000"):
        assert "text" in placeholders(code)


@pytest.mark.parametrize("code", codes())
def test_every_entry_says_what_is_the_matter_and_what_to_do_about_it(code: str) -> None:
    words = template(code)

    assert words.cause and not words.cause.endswith(".")
    assert not words.fix.endswith(".")
    assert bool(words.fix) == (words.who is not Who.NOBODY)


def test_no_code_stands_in_both_tables() -> None:
    assert len(codes()) == len(set(codes()))


@pytest.mark.parametrize(
    "code",
    [
        "2000637",
        "2000106",
        "2000108",
        "2000134",
        "2000359",
        "2001103",
        "2001101",
        "2000310",
        "2000311",
        "2001304",
        "2001339",
        "1000031",
        *sorted(MISCONFIGURED),
    ],
)
def test_the_fortnox_errors_users_meet_have_words_of_their_own(code: str) -> None:
    assert f"fortnox-{code}" in VENDORS


@pytest.mark.parametrize("code", sorted(MISCONFIGURED))
def test_a_missing_licence_or_right_is_nothing_whoever_invoices_can_mend(code: str) -> None:
    assert template(f"fortnox-{code}").who in {Who.FORTNOX_ADMIN, Who.OPERATOR}


class TestExplained:
    def test_values_stand_in_cause_and_fix(self) -> None:
        words = explain(Reason("payment-term-missing", {"days": "45"}))

        assert words.cause == "No terms of payment in Fortnox have 45 days"
        assert "the code 45" in words.fix
        assert words.who is Who.FORTNOX_ADMIN

    def test_braces_in_a_value_are_only_text(self) -> None:
        assert "{days} {0}" in explain(Reason("unit-missing", {"unit": "{days} {0}", "where": "row 1"})).cause

    def test_a_missing_value_stops_no_mail(self) -> None:
        assert explain(Reason("unit-missing")).cause == "The unit ? (?) does not exist in Fortnox"

    def test_a_sentence_begins_with_a_capital(self) -> None:
        reason = Reason("no-answer", {"system": "severa", "text": "503"})

        assert explain(reason).cause.startswith("Severa has not answered")

    def test_an_unknown_code_keeps_the_other_systems_own_words(self) -> None:
        reason = Reason("fortnox-4711", {"system": "fortnox", "code": "4711", "text": "Räkenskapsåret saknas"})
        words = explain(reason)

        assert words.cause == "Fortnox refused it: Räkenskapsåret saknas (code 4711)"
        assert words.fix and words.who is Who.INVOICING

    def test_an_unknown_code_without_anything_else_still_says_something(self) -> None:
        assert "strange" in explain(Reason("strange")).cause

    def test_several_causes_are_one_text(self) -> None:
        assert sentences((Reason("no-rows"), Reason("invoice-number-missing"))) == (
            "The invoice has no rows. Severa numbers the invoices, but this one has no number"
        )


def rejected(system: System, code: str | None, text: str = "Så gick det") -> Rejected:
    return Rejected(text, status=400, system=system, operation="POST /3/invoices", reference="invoice 1", code=code)


class TestOfErrors:
    @pytest.mark.parametrize(
        ("error", "code"),
        [
            (rejected(System.FORTNOX, "2000637"), "fortnox-2000637"),
            (rejected(System.FORTNOX, "4711"), "fortnox-refused"),
            (rejected(System.FORTNOX, None), "fortnox-refused"),
            (rejected(System.SEVERA, "InvalidOperation"), "severa-InvalidOperation"),
            (rejected(System.SEVERA, "NewType"), "severa-refused"),
            (rejected(System.STORE, "already-linked"), "store-refused"),
            (Misconfigured("x", system=System.OURS, operation="y", code="setting-empty"), "setting-empty"),
            (Bug("x", system=System.OURS, operation="y"), "ours-refused"),
        ],
        ids=lambda value: value if isinstance(value, str) else "",
    )
    def test_a_known_code_is_its_own_reason_and_any_other_its_systems(self, error: IntegrationError, code: str) -> None:
        assert reason_of(error).code == code

    @pytest.mark.parametrize("system", System)
    @pytest.mark.parametrize("code", ["4711", None])
    def test_whatever_is_refused_keeps_its_text_and_names_nothing_unknown(
        self, system: System, code: str | None
    ) -> None:
        words = explain(reason_of(rejected(system, code)))

        assert "Så gick det" in words.cause
        assert words.fix
        assert "?" not in words.cause + words.fix

    def test_an_unknown_code_is_named_for_support(self) -> None:
        assert "(code 4711)" in explain(reason_of(rejected(System.FORTNOX, "4711"))).cause
