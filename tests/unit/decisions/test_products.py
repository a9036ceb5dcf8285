"""Products: code and name both link; one equal alone is a conflict."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from severa_fortnox.decisions.decision import Create, Link, Refuse, Skip
from severa_fortnox.decisions.products import ProductDecision, decide
from tests.unit import builders as a


def decided(settings: Any = None, **facts: Any) -> ProductDecision:
    return decide(a.product_facts(**facts), settings or a.settings())


def reason(settings: Any = None, **facts: Any) -> str:
    decision = decided(settings, **facts)
    assert isinstance(decision, Refuse) and len(decision.reasons) == 1, decision
    return decision.reasons[0].code


def test_a_linked_product_needs_nothing() -> None:
    assert isinstance(decided(linked="DEV"), Skip)
    assert isinstance(decided(linked="DEV", article=None), Skip)


def test_a_linked_article_that_is_inactive_is_refused() -> None:
    assert reason(linked="DEV", article=a.article(Active=False)) == "article-inactive-in-fortnox"


@pytest.mark.parametrize("name", ["Utveckling", " utveckling ", "UTVECKLING"])
def test_equal_code_and_name_link(name: str) -> None:
    decision = decided(article=a.article(Description=name))

    assert isinstance(decision, Link)
    assert (decision.foreign_id, decision.origin) == ("DEV", "code and name")


def test_a_name_spelled_for_fortnox_is_the_same_name() -> None:
    facts = {"products": (a.product(name='Drift "24/7"'),), "article": a.article(Description="Drift ’24/7’")}

    assert isinstance(decided(**facts), Link)


@pytest.mark.parametrize("name", ["Förvaltning", "", None])
def test_an_equal_code_with_another_name_is_a_conflict(name: str | None) -> None:
    assert reason(article=a.article(Description=name)) == "article-name-differs"


def test_an_inactive_article_is_refused() -> None:
    assert reason(article=a.article(Active=False)) == "article-inactive-in-fortnox"


def test_among_several_products_of_one_code_the_one_with_the_articles_name_is_meant() -> None:
    products = (a.product(name="Annat"), a.product(name="Utveckling"))

    assert isinstance(decided(products=products), Link)


def test_several_products_of_one_code_without_an_article_are_refused_by_name() -> None:
    decision = decided(products=(a.product(name="Annat"), a.product()), article=None)

    assert isinstance(decision, Refuse)
    assert decision.reasons[0].code == "product-code-ambiguous"
    assert decision.reasons[0].values["names"] == "DEV Annat (products), DEV Utveckling (products)"


def test_of_two_products_that_both_agree_with_the_article_none_is_taken_whatever_else_has_the_code() -> None:
    products = (a.product(name="Annat"), a.product(), a.product())

    assert isinstance(decided(products=products), Refuse)


def test_a_code_fortnox_cannot_have_is_refused_before_it_is_looked_for() -> None:
    assert reason(code="DEV 1", products=()) == "article-number-characters"
    assert reason(code="x" * 51, products=()) == "article-number-characters"


def test_a_code_no_product_has_is_refused() -> None:
    assert reason(products=()) == "product-code-unknown"


class TestCreate:
    def test_a_product_fortnox_does_not_have_is_created(self) -> None:
        decision = decided(article=None)

        assert isinstance(decision, Create) and decision.plan.ArticleNumber == "DEV"

    def test_an_inactive_product_is_not_created(self) -> None:
        assert reason(article=None, products=(a.product(isActive=False),)) == "product-inactive-in-severa"

    def test_a_name_that_nobody_sees_is_none(self) -> None:
        assert reason(article=None, products=(a.product(name="\u00a0\u200b\t"),)) == "product-name-missing"

    def test_a_unit_fortnox_lacks_is_named(self) -> None:
        assert reason(article=None, products=(a.product(measurementUnit="dygn"),)) == "unit-missing"

    @pytest.mark.parametrize("unit", [None, "", " ", " h "])
    def test_no_unit_is_no_problem_and_spaces_do_not_count(self, unit: str | None) -> None:
        assert isinstance(decided(article=None, products=(a.product(measurementUnit=unit),)), Create)

    @pytest.mark.parametrize("zone", [UTC, None])
    @pytest.mark.parametrize(
        ("created", "rule", "may"),
        [
            (datetime(2025, 2, 28, 23, 59), "newer", False),
            (datetime(2025, 3, 1), "newer", True),
            (datetime(2025, 3, 2), "newer", True),
            (datetime(2020, 1, 1), "all", True),
            (None, "newer", True),
        ],
    )
    def test_what_is_older_than_the_activation_is_only_linked(
        self, created: datetime | None, rule: str, may: bool, zone: Any
    ) -> None:
        settings = a.settings(activated_on=datetime(2025, 3, 1, tzinfo=UTC), create_articles=rule)
        product = a.product(createdDateTime=created.replace(tzinfo=zone) if created else None)

        decision = decided(settings, article=None, products=(product,))

        if may:
            assert isinstance(decision, Create)
        else:
            assert isinstance(decision, Refuse) and decision.reasons[0].code == "article-older-than-activation"

    def test_an_activation_without_a_zone_can_be_compared(self) -> None:
        settings = a.settings(activated_on=datetime(2025, 3, 1))

        assert reason(settings, article=None) == "article-older-than-activation"

    def test_without_an_activation_day_nothing_is_too_old(self) -> None:
        product = a.product(createdDateTime=datetime(2001, 1, 1, tzinfo=UTC))

        assert isinstance(decided(article=None, products=(product,)), Create)


@pytest.mark.parametrize(("facts", "name"), [({}, "DEV Utveckling"), ({"products": ()}, "DEV")])
def test_a_product_is_called_by_code_and_name(facts: dict[str, Any], name: str) -> None:
    assert a.product_facts(**facts).name == name
