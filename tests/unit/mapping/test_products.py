"""An article: code, whole name, unit and VAT."""

from __future__ import annotations

from decimal import Decimal

import pytest

from severa_fortnox.mapping.products import is_article_number, map_product
from severa_fortnox.reason import Reason
from tests.unit import builders as a


@pytest.mark.parametrize("code", ["1", "DEV", "A-1_2/3\\4+5$", "Å1", "x" * 50])
def test_letters_digits_and_few_signs_make_an_article_number(code: str) -> None:
    assert is_article_number(code)


@pytest.mark.parametrize("code", ["", " ", "A 1", "A.1", "A&B", "A#", '"', "x" * 51])
def test_anything_else_or_anything_longer_makes_none(code: str) -> None:
    assert not is_article_number(code)


def test_a_product_becomes_a_service() -> None:
    article, notes = map_product(a.product(), "DEV")

    assert article.model_dump(exclude_none=True) == {
        "ArticleNumber": "DEV",
        "Description": "Utveckling",
        "Type": "SERVICE",
        "Unit": "h",
        "VAT": Decimal(25),
    }
    assert notes == ()


def test_a_work_type_has_neither_unit_nor_vat() -> None:
    article, _ = map_product(a.product(measurementUnit=None, vatRate=None), "DEV")

    assert (article.Unit, article.VAT) == (None, None)


def test_no_vat_is_a_rate_and_a_blank_unit_none() -> None:
    article, _ = map_product(a.product(measurementUnit=" ", vatRate=Decimal(0)), "DEV")

    assert (article.Unit, article.VAT) == (None, Decimal(0))


def test_a_long_name_is_cut_at_a_word_and_said_whole() -> None:
    name = "lång " * 50
    article, notes = map_product(a.product(name=name), "DEV")

    assert article.Description == ("lång " * 40).strip()
    assert notes == (Reason("text-shortened", {"field": "name", "limit": "200", "text": name.strip()}),)


def test_a_replaced_character_is_said() -> None:
    article, notes = map_product(a.product(name="Å·B"), "DEV")

    assert article.Description == "Å-B"
    assert notes == (Reason("characters-replaced", {"field": "name", "characters": "·"}),)
