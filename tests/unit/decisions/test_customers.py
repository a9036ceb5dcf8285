"""Customers: the number links, but never against an identity that says it is somebody else."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from severa_fortnox.decisions.customers import decide
from severa_fortnox.decisions.decision import Create, Link, Refuse, Skip
from severa_fortnox.decisions.identity import different_company, folded_number, identity_digits
from severa_fortnox.severa.models import Currency
from tests.unit import builders as a


def reasons(**facts: Any) -> list[str]:
    decision = decide(a.customer_facts(**facts), a.settings(), vat_type="SEVAT")
    assert isinstance(decision, Refuse), decision
    return [reason.code for reason in decision.reasons]


class TestLinked:
    def test_a_linked_customer_needs_nothing(self) -> None:
        decision = decide(a.linked_customer(), a.settings(), vat_type="SEVAT")

        assert isinstance(decision, Skip)
        assert (decision.reason.code, decision.reason.values) == ("already-linked", {"number": "1001"})

    def test_a_link_without_a_card_is_believed(self) -> None:
        assert isinstance(decide(a.linked_customer(card=None), a.settings(), vat_type=None), Skip)

    def test_a_linked_customer_that_fortnox_has_made_inactive_is_refused(self) -> None:
        assert reasons(linked="1001", customer=None, card=a.card(active=False)) == ["customer-inactive-in-fortnox"]


class TestRefused:
    @pytest.mark.parametrize("facts", [{"number": None}, {"customer": None}, {"customer": None, "number": None}])
    def test_without_a_number(self, facts: dict[str, Any]) -> None:
        assert reasons(**facts) == ["customer-number-missing"]

    def test_the_own_company(self) -> None:
        assert reasons(customer=a.customer(isInternal=True)) == ["customer-internal"]

    @pytest.mark.parametrize(
        ("card", "fortnox"),
        [(a.card(), "active"), (a.card(active=False), "inactive"), (None, "not there")],
    )
    def test_inactive_in_severa_with_both_sides_named(self, card: Any, fortnox: str) -> None:
        decision = decide(a.customer_facts(customer=a.customer(isActive=False), card=card), a.settings(), vat_type=None)

        assert isinstance(decision, Refuse)
        assert decision.reasons[0].code == "customer-inactive-in-severa"
        assert decision.reasons[0].values["fortnox"] == fortnox

    def test_inactive_in_fortnox(self) -> None:
        assert reasons(card=a.card(active=False)) == ["customer-inactive-in-fortnox"]

    def test_a_number_that_is_another_company_in_fortnox(self) -> None:
        decision = decide(a.customer_facts(card=a.card(organisation_number="556000-0001")), a.settings(), vat_type=None)

        assert isinstance(decision, Refuse)
        assert decision.reasons[0].code == "customer-number-taken"
        assert decision.reasons[0].values["why"] == (
            "organisation number is 556677-8899 in Severa and 556000-0001 in Fortnox"
        )

    def test_terms_and_currency_that_fortnox_lacks_are_both_named(self) -> None:
        customer = a.customer(paymentTerm=45, currency=Currency(code="USD"))

        assert reasons(customer=customer, card=None) == ["payment-term-missing", "currency-missing"]

    def test_a_name_that_nobody_sees_is_none(self) -> None:
        assert reasons(customer=a.customer(name="\u00a0\u200b\t"), card=None) == ["customer-name-missing"]

    def test_terms_and_currency_do_not_matter_for_a_card_that_exists(self) -> None:
        customer = a.customer(paymentTerm=45, currency=Currency(code="USD"))

        assert isinstance(decide(a.customer_facts(customer=customer), a.settings(), vat_type=None), Link)


class TestLink:
    def test_an_equal_number_links_and_keeps_the_card(self) -> None:
        decision = decide(a.customer_facts(), a.settings(), vat_type=None)

        assert isinstance(decision, Link)
        assert (decision.foreign_id, decision.origin, decision.notes) == ("1001", "number", ())
        assert decision.card == a.card().to_link()

    @pytest.mark.parametrize("number", ["01001", " 1001", "10 01"])
    def test_zeros_and_spaces_do_not_count_and_are_said(self, number: str) -> None:
        decision = decide(a.customer_facts(card=a.card(number=number)), a.settings(), vat_type=None)

        assert isinstance(decision, Link)
        assert decision.foreign_id == number
        assert decision.notes[0].code == "customer-number-folded"
        assert decision.notes[0].values == {"severa": "1001", "fortnox": number}


class TestCreate:
    def test_a_customer_fortnox_does_not_have_is_created(self) -> None:
        decision = decide(a.customer_facts(card=None, addresses=(a.address(),)), a.settings(), vat_type="EUREVERSEDVAT")

        assert isinstance(decision, Create)
        assert (decision.plan.CustomerNumber, decision.plan.TermsOfPayment) == ("1001", "30")
        assert (decision.plan.VATType, decision.plan.Currency) == ("EUREVERSEDVAT", "SEK")

    def test_payment_on_the_day_is_a_term(self) -> None:
        decision = decide(a.customer_facts(card=None, customer=a.customer(paymentTerm=0)), a.settings(), vat_type=None)

        assert isinstance(decision, Create) and decision.plan.TermsOfPayment == "0"

    def test_no_terms_and_no_currency_are_left_to_fortnox(self) -> None:
        customer = a.customer(paymentTerm=None, currency=None)
        decision = decide(a.customer_facts(card=None, customer=customer), a.settings(), vat_type=None)

        assert isinstance(decision, Create)
        assert (decision.plan.TermsOfPayment, decision.plan.Currency, decision.plan.VATType) == (None, None, None)


@pytest.mark.parametrize(
    ("facts", "name"),
    [
        ({}, "1001 Kund AB"),
        ({"number": None}, "Kund AB"),
        ({"customer": None}, "1001 Kund AB"),
        ({"customer": None, "card": None}, "1001"),
        ({"customer": None, "card": None, "number": None}, ""),
    ],
)
def test_a_customer_is_called_by_number_and_name_as_far_as_known(facts: dict[str, Any], name: str) -> None:
    assert a.customer_facts(**facts).name == name


@pytest.mark.parametrize(
    ("severa", "card", "differs"),
    [
        pytest.param({}, {}, False, id="equal organisation numbers"),
        pytest.param({}, {"organisation_number": "165566778899"}, False, id="another spelling of it"),
        pytest.param({}, {"name": "Helt Annan AB"}, False, id="equal numbers outweigh names"),
        pytest.param({}, {"organisation_number": "5560000001"}, True, id="another organisation number"),
        pytest.param({"kvkNumber": None}, {}, False, id="one number missing, equal names"),
        pytest.param({"kvkNumber": ""}, {"name": "Annan AB"}, True, id="one number missing, other names"),
        pytest.param({"kvkNumber": None}, {"name": "KUND Sverige Aktiebolag"}, False, id="one word agrees"),
        pytest.param({"kvkNumber": None, "name": "AB"}, {"name": "Annan AB"}, False, id="a name that says nothing"),
        pytest.param({"kvkNumber": None}, {"name": ""}, False, id="no name in Fortnox"),
        pytest.param(
            {"kvkNumber": None, "vatNumber": "FI12345678"}, {"vat_number": "FI87654321"}, True, id="other VAT number"
        ),
        pytest.param(
            {"vatNumber": "FI12345678"}, {"vat_number": "FI87654321"}, True, id="equal organisation, other VAT number"
        ),
        pytest.param(
            {"kvkNumber": None, "vatNumber": "fi 1234-5678"},
            {"vat_number": "FI12345678", "name": "Annan"},
            False,
            id="the same VAT number",
        ),
        pytest.param({"kvkNumber": None, "name": "Å ä"}, {"name": "å Ä"}, False, id="case does not count"),
    ],
)
def test_two_cards_are_two_companies_when_an_identity_or_every_word_says_so(
    severa: dict[str, Any], card: dict[str, Any], differs: bool
) -> None:
    assert (different_company(a.customer(**severa), a.card(**card)) is not None) == differs


@pytest.mark.parametrize(
    ("number", "digits"),
    [
        ("556677-8899", "5566778899"),
        ("165566778899", "5566778899"),
        ("SE556677889901", "5566778899"),
        ("SE 5566778899", "5566778899"),
        ("556677889901", "5566778899"),
        ("19800101-1234", "8001011234"),
        ("800101-1234", "8001011234"),
        ("SE190101123401", "1901011234"),
        ("FI12345678", "FI12345678"),
        ("de 123.456.789", "DE123456789"),
        ("", ""),
        (None, ""),
        (" - ", ""),
    ],
)
def test_spellings_of_one_identity_number_are_one(number: str | None, digits: str) -> None:
    assert identity_digits(number) == digits


@given(st.from_regex(r"[25789][0-9]{9}", fullmatch=True))
def test_every_spelling_of_a_swedish_organisation_number_is_the_same(number: str) -> None:
    spellings = {number, f"{number[:6]}-{number[6:]}", f"16{number}", f"SE{number}01", f"se {number} 01"}

    assert {identity_digits(spelling) for spelling in spellings} == {number}


@pytest.mark.parametrize(
    ("number", "folded"),
    [("1001", "1001"), ("01001", "1001"), (" 10 01 ", "1001"), ("000", "0"), ("0", "0"), ("", ""), ("K01", "K01")],
)
def test_numbers_are_compared_without_leading_zeros_and_spaces(number: str, folded: str) -> None:
    assert folded_number(number) == folded


@given(st.integers(min_value=0, max_value=10**12), st.integers(min_value=0, max_value=5))
def test_no_two_numbers_fold_to_one(number: int, zeros: int) -> None:
    assert folded_number("0" * zeros + str(number)) == str(number)
