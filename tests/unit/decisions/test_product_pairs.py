"""What becomes of a Severa product and a Fortnox article: both code and name link, one of them alone is a conflict."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from severa_fortnox.decisions.decision import Create, Link, Refuse, Skip, Update
from severa_fortnox.decisions.pairs import BOTH, Linked, NewInSevera, Surroundings, Writes
from severa_fortnox.decisions.product_pairs import Agreement, ProductPair, agreement, decide_pair
from severa_fortnox.errors import System
from severa_fortnox.fortnox.models import Article, ArticlePayload
from severa_fortnox.settings import Main
from tests.unit import builders as a

LINKED = Linked("product-1", "DEV")
ON = datetime(2025, 1, 1, tzinfo=UTC)
BEFORE, AFTER = datetime(2024, 12, 31, tzinfo=UTC), datetime(2025, 2, 1, tzinfo=UTC)


def around(**replaced: Any) -> Surroundings:
    values: dict[str, Any] = {
        "fortnox": a.REGISTERS,
        "vat_rates": frozenset(map(Decimal, (0, 6, 12, 25))),
        "severa_vat_rates": frozenset(map(Decimal, (0, 12, 25))),
        "before": frozenset(),
    }
    return Surroundings(**{**values, **replaced})


def article(**replaced: Any) -> Article:
    return a.article(**{"Unit": "h", "VAT": Decimal(25), **replaced})


def in_severa(register: str = "products", *, begun: bool = False, rivals: tuple[str, ...] = (), **product: Any) -> Any:
    return ProductPair(severa=a.product(**product), register=register, begun=begun, rivals=rivals)


def in_fortnox(*, begun: bool = False, **fields: Any) -> ProductPair:
    return ProductPair(fortnox=article(**fields), begun=begun)


def both(product: dict[str, Any] | None = None, theirs: dict[str, Any] | None = None, **replaced: Any) -> ProductPair:
    values = {"severa": a.product(**(product or {})), "register": "products", "fortnox": article(**(theirs or {}))}
    return ProductPair(**{**values, **replaced})


def codes(decision: object) -> list[str]:
    match decision:
        case Refuse(reasons=reasons):
            return [reason.code for reason in reasons]
        case Skip(reason=reason):
            return [reason.code]
    return []


SETTINGS = a.settings(activated_on=ON)
BLANK = ("   ", "\u00a0", "\u200b", "\t\x07")


@pytest.mark.parametrize(
    ("pair", "kind", "code"),
    [
        (ProductPair(), Skip, "gone"),
        (in_severa(isActive=False), Skip, "product-inactive"),
        (in_severa(code=None), Refuse, "product-code-missing"),
        (in_severa(code="  "), Refuse, "product-code-missing"),
        (in_severa(code="DEV 1"), Refuse, "article-number-characters"),
        (in_severa(code="X" * 51), Refuse, "article-number-characters"),
        (in_severa(rivals=("Annan",)), Refuse, "product-code-ambiguous"),
        (in_severa(createdDateTime=BEFORE), Skip, "product-older-than-activation"),
        (in_severa(createdDateTime=None), Skip, "product-age-unknown"),
        *((in_severa(name=name), Refuse, "product-name-missing") for name in BLANK),
        *((in_fortnox(Description=name), Refuse, "article-name-missing") for name in BLANK),
        (in_severa(measurementUnit="pall"), Refuse, "unit-missing"),
        (in_severa(vatRate=Decimal(24)), Refuse, "vat-rate-missing"),
        (in_fortnox(Active=False), Skip, "product-inactive"),
        (in_fortnox(Description=None), Refuse, "article-name-missing"),
        (in_fortnox(VAT=Decimal(6)), Refuse, "vat-rate-missing-in-severa"),
        (both({"name": "Annat"}, half=Agreement.CODE), Refuse, "article-name-differs"),
        (both(half=Agreement.NAME), Refuse, "article-code-differs"),
        (both(fortnox=None, variants=("DEV Ett", "dev Två")), Refuse, "article-number-ambiguous"),
        (both(severa=None, variants=("DEV Ett", "dev Två")), Refuse, "article-number-ambiguous"),
        (both(severa=None, rivals=("DEV Annat (products)",)), Refuse, "product-code-ambiguous"),
        (both({"isActive": False}), Refuse, "product-inactive-only-in-severa"),
        (both(theirs={"Active": False}), Refuse, "article-inactive-in-fortnox"),
        (both({"isActive": False}, {"Active": False}), Skip, "product-inactive"),
        (both(ignored="gammal"), Skip, "ignored"),
        (both(linked=LINKED), Skip, "in-step"),
        (both(linked=LINKED, fortnox=None), Skip, "linked-gone-in-fortnox"),
        (both(linked=LINKED, severa=None), Skip, "linked-gone-in-severa"),
        (both({"measurementUnit": "pall"}, linked=LINKED), Refuse, "unit-missing"),
    ],
)
def test_a_pair_that_is_left_as_it_is_says_why(pair: ProductPair, kind: type, code: str) -> None:
    decision = decide_pair(pair, SETTINGS, around())

    assert isinstance(decision, kind)
    assert codes(decision) == [code]


def test_every_reason_not_to_write_is_named_at_once() -> None:
    decision = decide_pair(in_severa(measurementUnit="pall", vatRate=Decimal(24)), SETTINGS, around())

    assert codes(decision) == ["unit-missing", "vat-rate-missing"]


def test_a_conflict_shows_both_records() -> None:
    decision = decide_pair(both({"name": "Utveckling, heldag"}, half=Agreement.CODE), SETTINGS, around())

    assert isinstance(decision, Refuse)
    values = decision.reasons[0].values
    assert (values["code"], values["name"], values["fortnox_name"]) == ("DEV", "Utveckling, heldag", "Utveckling")


def test_all_that_half_agrees_is_told_whichever_of_it_is_shown() -> None:
    ours = {"code": None, "name": "Utveckling"}
    alike = tuple(a.article(ArticleNumber=number) for number in ("K1", "K2"))

    decisions = [
        decide_pair(both(ours, fortnox=each, half=Agreement.NAME, alike=alike), SETTINGS, around()) for each in alike
    ]

    assert codes(decisions[0]) == ["article-code-differs"]
    assert decisions[0] == decisions[1]
    values = decisions[0].reasons[0].values
    assert (values["code"], values["fortnox_code"]) == ("none", "K1, K2")


@pytest.mark.parametrize(
    ("code", "name", "agrees"),
    [
        ("DEV", "Utveckling", True),
        (" dev ", " UTVECKLING ", True),
        ("DEV", "Annat", Agreement.CODE),
        ("DEV2", "Utveckling", Agreement.NAME),
        (None, "Utveckling", Agreement.NAME),
        ("", "Annat", False),
        ("DEV2", "Annat", False),
    ],
)
def test_code_and_name_are_compared_trimmed_and_without_capitals(
    code: str | None, name: str, agrees: Agreement | bool
) -> None:
    assert agreement(a.product(code=code, name=name), article()) == agrees


def test_two_empty_codes_do_not_agree() -> None:
    assert agreement(a.product(code=None, name="Annat"), article(ArticleNumber=" ")) is False


@pytest.mark.parametrize(("register", "kind"), [("products", "ProjectFees"), ("worktypes", "Hours")])
def test_both_the_same_link_with_the_register_however_old_they_are(register: str, kind: str) -> None:
    decision = decide_pair(both({"createdDateTime": BEFORE}, register=register), SETTINGS, around())

    assert decision == Link("DEV", "code and name", card={"register": kind})


@pytest.mark.parametrize("main", Main)
def test_new_ones_are_created_on_the_other_side_both_ways(main: Main) -> None:
    settings = a.settings(activated_on=ON, product_main=main)
    there = decide_pair(in_severa(), settings, around())
    here = decide_pair(in_fortnox(), settings, around())

    assert isinstance(there, Create) and isinstance(there.plan, ArticlePayload)
    assert (there.plan.ArticleNumber, there.plan.Description) == ("DEV", "Utveckling")
    assert (there.plan.Unit, there.plan.VAT) == ("h", 25)
    assert isinstance(here, Create)
    assert here.plan == NewInSevera(
        {"ArticleNumber": "DEV", "Description": "Utveckling", "Unit": "h", "VAT": "25"}, "products"
    )


def test_a_new_article_becomes_a_work_type_without_unit_and_vat_where_that_is_wanted() -> None:
    settings = a.settings(activated_on=ON, article_register="worktypes")
    decision = decide_pair(in_fortnox(VAT=Decimal(6)), settings, around())

    assert isinstance(decision, Create)
    assert decision.plan == NewInSevera({"ArticleNumber": "DEV", "Description": "Utveckling"}, "worktypes")


@pytest.mark.parametrize(
    "forced",
    [
        {"settings": a.settings(activated_on=ON, create_articles="all")},
        {"around": around(taken_along=BOTH, before=frozenset({"DEV"}))},
        {"begun": True},
    ],
)
def test_what_was_there_before_is_created_only_when_somebody_asks_for_it(forced: dict[str, Any]) -> None:
    old_there, old_here = in_severa(createdDateTime=BEFORE), in_fortnox()
    before = around(before=frozenset({"DEV"}))
    assert codes(decide_pair(old_there, SETTINGS, before)) == ["product-older-than-activation"]
    assert codes(decide_pair(old_here, SETTINGS, before)) == ["product-older-than-activation"]

    for pair in (old_there, old_here):
        decision = decide_pair(
            replace(pair, begun=forced.get("begun", False)),
            forced.get("settings", SETTINGS),
            forced.get("around", before),
        )
        assert isinstance(decision, Create)


def test_an_article_is_not_new_before_anybody_has_looked() -> None:
    decision = decide_pair(in_fortnox(), SETTINGS, around(before=None))

    assert codes(decision) == ["product-age-unknown"]


def test_nothing_is_new_before_the_connection_is_switched_on() -> None:
    assert codes(decide_pair(in_severa(), a.settings(), around())) == ["product-age-unknown"]


def test_an_empty_unit_is_fine() -> None:
    decision = decide_pair(in_severa(measurementUnit=" "), SETTINGS, around())

    assert isinstance(decision, Create) and isinstance(decision.plan, ArticlePayload)
    assert decision.plan.Unit is None


@pytest.mark.parametrize(("main", "to"), [(Main.SEVERA, System.FORTNOX), (Main.FORTNOX, System.SEVERA)])
def test_unit_and_vat_follow_the_main_system_and_nothing_else(main: Main, to: System) -> None:
    pair = both(
        {"name": "Omdöpt", "measurementUnit": "st", "vatRate": Decimal(12)},
        {"Description": "Annat namn"},
        linked=LINKED,
    )

    decision = decide_pair(pair, a.settings(product_main=main), around())

    assert isinstance(decision, Update) and isinstance(decision.plan, Writes)
    assert (decision.plan.to, decision.plan.keys) == (to, ("Unit", "VAT"))


def test_work_types_have_neither_unit_nor_vat_to_follow() -> None:
    pair = both({"measurementUnit": None, "vatRate": None}, {"Unit": "st"}, register="worktypes", linked=LINKED)

    for main in Main:
        assert codes(decide_pair(pair, a.settings(product_main=main), around())) == ["in-step"]


@pytest.mark.parametrize(("ours", "theirs"), [("25", "25.0"), ("25.00", "25"), ("0", "0.00")])
def test_a_rate_spelled_otherwise_is_no_difference(ours: str, theirs: str) -> None:
    pair = both({"vatRate": Decimal(ours)}, {"VAT": Decimal(theirs)}, linked=LINKED)

    assert codes(decide_pair(pair, a.settings(), around())) == ["in-step"]


def test_no_rate_in_fortnox_is_not_a_rate_of_nought() -> None:
    pair = both({"vatRate": Decimal(25)}, {"VAT": None}, linked=LINKED)
    alone = in_fortnox(VAT=None)

    assert codes(decide_pair(pair, a.settings(product_main=Main.FORTNOX), around())) == ["in-step"]
    decision = decide_pair(alone, SETTINGS, around(before=frozenset()))
    assert isinstance(decision, Create) and isinstance(decision.plan, NewInSevera)
    assert decision.plan.values["VAT"] is None


LONG = "Konsulttjänst " * 20


@pytest.mark.parametrize(
    ("name", "theirs", "agree"),
    [
        (LONG, LONG[:195].strip(), True),
        (LONG, LONG[:180].strip(), Agreement.CODE),
        ('Kabel "X"', "Kabel ’X’", True),
        ('Kabel "X"', 'KABEL "X"', True),
        ("  ", "", Agreement.CODE),
    ],
)
def test_a_name_is_compared_as_fortnox_holds_it(name: str, theirs: str, agree: object) -> None:
    assert agreement(a.product(name=name), a.article(Description=theirs)) == agree


def test_a_rate_is_never_emptied_and_a_unit_is() -> None:
    pair = both({"vatRate": None, "measurementUnit": None}, linked=LINKED)

    decision = decide_pair(pair, a.settings(), around())

    assert isinstance(decision, Update)
    assert decision.plan.keys == ("Unit",)
