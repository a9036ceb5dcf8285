"""The field tables against what is stated about each field, the limits of what is sent, and texts on their way back."""

from __future__ import annotations

import annotated_types
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from severa_fortnox.fortnox import changes, models
from severa_fortnox.mapping.addresses import FLAGS, PLACES
from severa_fortnox.mapping.customers import customer_fields, is_organisation_number
from severa_fortnox.mapping.fields import CUSTOMER, PRODUCT, PROJECT, Field, TooLong, When
from severa_fortnox.mapping.projects import project_fields
from severa_fortnox.severa.models import Address, Customer, Product, Project
from severa_fortnox.text import folded, marked_up, plain_text

TABLES = {
    "customers": (CUSTOMER, models.CustomerPayload, models.Customer, changes.CustomerChanges, Customer),
    "products": (PRODUCT, models.ArticlePayload, models.Article, changes.ArticleChanges, Product),
    "projects": (PROJECT, models.ProjectPayload, models.Project, changes.ProjectChanges, Project),
}
#: Values of a form that is never longer: a whole number of 64 bits, an ISO code, thirteen digits.
SHORT = {"CustomerNumber", "Currency", "GLN", *(keys[-1] for keys in PLACES.values())}
#: Fortnox decides a new article's activity itself: only active ones are created.
NOT_SENT = {"Active"}


def keys(fields: tuple[Field, ...], when: When) -> set[str]:
    return {field.key for field in fields if field.when is when}


def test_customers_follow_in_everything_but_number_and_organisation_number() -> None:
    places = {key for keys in PLACES.values() for key in keys}
    assert keys(CUSTOMER, When.CREATE_ONLY) == {"CustomerNumber", "OrganisationNumber"}
    assert keys(CUSTOMER, When.ALWAYS) == places | {
        *("Name", "Comments", "Email", "Phone1", "WWW", "VATNumber", "Currency", "TermsOfPayment", "GLN")
    }


def test_products_follow_in_unit_and_vat_only() -> None:
    assert keys(PRODUCT, When.ALWAYS) == {"Unit", "VAT"}
    assert keys(PRODUCT, When.CREATE_ONLY) == {"ArticleNumber", "Description", "Active"}


def test_projects_follow_in_status_only_and_in_the_name_when_that_is_wanted() -> None:
    assert keys(project_fields(rename=False), When.ALWAYS) == {"Status"}
    assert keys(project_fields(rename=True), When.ALWAYS) == {"Status", "Description"}
    assert keys(PROJECT, When.CREATE_ONLY) == {"ProjectNumber", "Description", "Comments", "StartDate"}


def test_the_postal_address_goes_with_its_setting() -> None:
    without = {field.key for field in customer_fields(postal=False)}
    assert {field.key for field in CUSTOMER} - without == set(PLACES["postal"])


@pytest.mark.parametrize("name", TABLES)
def test_every_field_is_one_that_both_systems_have(name: str) -> None:
    fields, payload, answer, change, severa = TABLES[name]
    assert len({field.key for field in fields}) == len(fields)
    for field in fields:
        assert field.key in payload.model_fields or field.key in NOT_SENT, field.key
        assert field.key in answer.model_fields, field.key
        assert field.when is When.CREATE_ONLY or field.key in change.model_fields, field.key
        kind, _, name_there = field.severa.rpartition(".")
        assert kind in ("", *FLAGS), field.severa
        assert name_there in (Address if kind else severa).model_fields, field.severa


def longest(payload: type[BaseModel], key: str) -> int | None:
    info = payload.model_fields[key]
    found = [each.max_length for each in info.metadata if isinstance(each, annotated_types.MaxLen)]
    return found[0] if found else None


@pytest.mark.parametrize("name", TABLES)
def test_no_field_may_be_longer_than_what_is_sent_may_be(name: str) -> None:
    fields, payload, _, change, _ = TABLES[name]
    for field in fields:
        for model in (payload, change):
            limit = longest(model, field.key) if field.key in model.model_fields else None
            if limit is not None and field.key not in SHORT:
                assert field.limit is not None and field.limit <= limit, f"{field.key} in {model.__name__}"


@pytest.mark.parametrize("name", TABLES)
def test_whatever_has_a_limit_says_what_becomes_of_more(name: str) -> None:
    for field in TABLES[name][0]:
        assert (field.limit is None) is (field.too_long is TooLong.FITS), field.key


def test_what_links_or_decides_an_invoice_is_never_emptied() -> None:
    unclearable = {field.key for table in (CUSTOMER, PRODUCT) for field in table if not field.clears}
    assert unclearable == {"Name", "Currency", "TermsOfPayment", "VAT"}


TEXTS = st.text(alphabet=st.characters(blacklist_categories=["Cs", "Cc"]) | st.just("\n")) | st.lists(
    st.sampled_from(["<b>", "</b>", "<p>", "<", ">", "&", "&amp;", "&#65;", "R&D", "\n", " ", "å", "<!--", "br>", '"'])
).map("".join)


@given(TEXTS)
def test_a_text_written_as_markup_is_read_back_as_it_was(text: str) -> None:
    once = plain_text(marked_up(text))
    assert folded(once) == folded(text), "words were lost or invented"
    assert plain_text(marked_up(once)) == once, "it changes each time it goes round"


@pytest.mark.parametrize(
    ("text", "markup"),
    [
        ("Ring innan 16.", "Ring innan 16."),
        ("R&D, 50 % rabatt", "R&D, 50 % rabatt"),
        ("a < b", "a < b"),
        ("Skriv <b>alltid</b> med", "Skriv &lt;b&gt;alltid&lt;/b&gt; med"),
        ("5 &amp; 6", "5 &amp;amp; 6"),
        ("", ""),
    ],
)
def test_only_what_looks_like_markup_is_escaped(text: str, markup: str) -> None:
    assert marked_up(text) == markup
    assert plain_text(markup) == text


@pytest.mark.parametrize(
    ("number", "is_one"),
    [
        (None, True),
        ("556677-8899", True),
        ("5566778899", True),
        ("165566778899", True),
        ("16556677-8899", True),
        ("556677 8899", True),
        ("19811218-9876", True),
        ("811218-9876", True),
        ("811218+9876", True),
        ("556677-8898", False),
        ("557000-0159", False),
        ("557000-016", False),
        ("55667788991", False),
        ("SE556677889901", False),
        ("DE811234567", False),
        ("12345678", False),
        ("", False),
        ("okänt", False),
    ],
)
def test_an_organisation_number_has_ten_digits_that_add_up(number: str | None, is_one: bool) -> None:
    assert is_organisation_number(number) is is_one


@given(st.integers(0, 10**9 - 1), st.integers(0, 9))
def test_exactly_one_last_digit_in_ten_is_right(nine: int, digit: int) -> None:
    right = [last for last in range(10) if is_organisation_number(f"{nine:09}{last}")]
    assert len(right) == 1
    assert is_organisation_number(f"{nine:09}{digit}"[:6] + "-" + f"{nine:09}{digit}"[6:]) is (digit == right[0])
