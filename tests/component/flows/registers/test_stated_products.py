"""Every rule that is stated about products, played through both systems; the rows are those of `reference` product.

Time passes in rounds: what changed in Severa is found by each poll, what changed in Fortnox once a day.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from severa_fortnox.settings import Main
from severa_fortnox.work import Cause, Kind
from tests.component.flows.registers.companies import Maker, RegisterWorld, article, causes, fixes, next_day

pytestmark = pytest.mark.usefixtures("polled")


def add_product(world: RegisterWorld, register: str, **fields: Any) -> dict[str, Any]:
    """A product of one of Severa's three registers."""
    makers = {
        "products": world.severa.add_product,
        "work_types": world.severa.add_work_type,
        "travel_expense_types": world.severa.add_travel_expense_type,
    }
    made: dict[str, Any] = makers[register](**fields)
    return made


REGISTERS = ("products", "work_types", "travel_expense_types")


def test_row_24_three_registers_of_severa_are_one_of_fortnox(world: RegisterWorld) -> None:
    made = {
        add_product(world, register, name=f"Sak {index}", code=f"S{index}")["guid"]: f"S{index}"
        for index, register in enumerate(REGISTERS)
    }

    world.quieten()

    assert world.links(Kind.PRODUCT) == set(made.items())
    assert {each["ArticleNumber"] for each in world.fortnox.articles} == {"S0", "S1", "S2"}


@pytest.mark.parametrize("register", REGISTERS)
def test_row_25_both_code_and_name_must_agree_to_link(world: RegisterWorld, register: str) -> None:
    both = add_product(world, register, name="utveckling ", code=" dev")
    article(world)
    add_product(world, register, name="Resa", code="RES")
    article(world, "RES", "Resor")

    world.quieten()

    assert world.links(Kind.PRODUCT) == {(both["guid"], "DEV")}
    (problem,) = world.problems()
    assert all(word in causes(problem) for word in ("RES", "Resa", "Resor"))


def test_row_26_what_was_there_before_the_connection_is_never_copied(company: Maker) -> None:
    world = company()
    old = world.severa.add_product(name="Gammal i Severa", code="OLD-S")
    article(world, "OLD-F", "Gammal i Fortnox")
    shared = world.severa.add_product(name="Utveckling", code="DEV", unit="h")
    article(world)
    world.clock.sleep(60)
    world.set(activated_on=world.now())
    world.clock.sleep(60)

    # Even when it changes later it stays where it is.
    world.quieten()
    world.in_severa("products", old, vatRate=Decimal(12))
    world.in_fortnox(Kind.PRODUCT, "OLD-F", Unit="st")
    next_day(world)
    world.load(Kind.PRODUCT)

    assert world.links(Kind.PRODUCT) == {(shared["guid"], "DEV")}
    assert {each["ArticleNumber"] for each in world.fortnox.articles} == {"OLD-F", "DEV"}
    assert {each["code"] for each in world.severa.records["products"].values()} == {"OLD-S", "DEV"}
    assert world.problems() == []


@pytest.mark.parametrize("main", Main)
def test_row_27_new_products_go_both_ways_and_changes_come_from_the_main_system(
    world: RegisterWorld, main: Main
) -> None:
    world.set(product_main=main)
    ours = world.severa.add_product(name="Från Severa", code="S-1", unit="h")
    article(world, "F-1", "Från Fortnox")
    world.quieten()
    next_day(world)
    (theirs,) = world.severa.all("products", code="F-1")
    assert world.links(Kind.PRODUCT) == {(ours["guid"], "S-1"), (theirs["guid"], "F-1")}
    assert (theirs["name"], theirs["measurementUnit"], theirs["vatRate"]) == ("Från Fortnox", "h", 25)

    world.in_severa("products", ours, measurementUnit="st")
    world.in_fortnox(Kind.PRODUCT, "F-1", Unit="km")
    next_day(world)

    units = (world.fortnox.articles["S-1"]["Unit"], ours["measurementUnit"])
    others = (world.fortnox.articles["F-1"]["Unit"], theirs["measurementUnit"])
    if main is Main.SEVERA:
        assert units == ("st", "st") and others[1] == "h"
    else:
        assert others == ("km", "km") and units[0] == "h"


def test_row_28_a_full_counterpart_or_none_and_never_half_a_one(world: RegisterWorld) -> None:
    world.severa.add_product(name="Resa", code="RES")
    article(world, "RES", "Resor")
    world.severa.add_product(name="Översättning", code="OVS")
    article(world, "OVERS", "Översättning")

    world.quieten()
    next_day(world)

    assert world.links(Kind.PRODUCT) == set()
    assert {each["ArticleNumber"] for each in world.fortnox.articles} == {"RES", "OVERS"}
    assert len(world.severa.records["products"]) == 2
    assert sorted(code for each in world.problems() for code in [each.reasons[0].code]) == [
        "article-code-differs",
        "article-name-differs",
    ]


@pytest.mark.parametrize("code", [None, "", "   "])
def test_row_29_a_code_may_not_be_empty(world: RegisterWorld, code: str | None) -> None:
    world.severa.add_product(name="Namnet utan nummer", code=code)

    world.quieten()

    assert list(world.fortnox.articles) == []
    (problem,) = world.problems()
    assert "Namnet utan nummer" in causes(problem) and "code" in fixes(problem)


@pytest.mark.parametrize(("unit", "goes"), [("h", True), ("pall", False), (None, True), ("", True)])
def test_row_30_a_unit_must_exist_in_fortnox_or_be_empty(world: RegisterWorld, unit: str | None, goes: bool) -> None:
    product = world.severa.add_product(name="Kakel", code="KAKEL", unit=unit)

    world.quieten()

    assert ("KAKEL" in world.fortnox.articles) is goes
    assert len(world.problems()) == (0 if goes else 1)
    if not goes:
        world.fortnox.add_unit(Code="pall", Description="pall")
        world.look_at(Kind.PRODUCT, product["guid"], cause=Cause.PERSON)
        assert world.fortnox.articles["KAKEL"]["Unit"] == "pall"
        assert world.problems() == []


def test_row_31_a_standard_product_for_project_costs_goes_like_any_other(world: RegisterWorld) -> None:
    standard = world.severa.add_product(name="Projektkostnad", code="PKOST", unit=None, type="Subcontracting")

    world.quieten()

    assert world.link(Kind.PRODUCT, standard["guid"]) == "PKOST"


def test_row_32_only_unit_and_vat_are_kept_up(world: RegisterWorld) -> None:
    product, _ = world.pair_of_products(unit="h")
    world.in_severa("products", product, name="Helt annat", measurementUnit="st", vatRate=Decimal(12))
    world.quieten()
    made = world.fortnox.articles["DEV"]
    assert (made["Description"], made["Unit"], made["VAT"]) == ("Produkt DEV", "st", 12)

    world.in_severa("products", product, code="NYKOD")
    world.quieten()
    next_day(world)

    assert [each["ArticleNumber"] for each in world.fortnox.articles] == ["DEV"]
    assert world.links(Kind.PRODUCT) == {(product["guid"], "DEV")}
    assert world.problems() == []


def test_row_32_inactive_on_one_side_is_said_and_not_written(world: RegisterWorld) -> None:
    product, _ = world.pair_of_products()
    world.in_severa("products", product, isActive=False)

    world.quieten()

    assert world.fortnox.articles["DEV"]["Active"] is True
    (problem,) = world.problems()
    assert "inactive" in causes(problem)


@pytest.mark.parametrize("main", Main)
def test_row_33_work_types_have_neither_unit_nor_vat_to_keep_up(world: RegisterWorld, main: Main) -> None:
    world.set(product_main=main)
    work = world.severa.add_work_type(name="Utveckling", code="DEV")
    travel = world.severa.add_travel_expense_type(name="Milersättning", code="MIL", unit="km")
    world.quieten()

    world.in_fortnox(Kind.PRODUCT, "DEV", Unit="st", VAT=Decimal(12))
    world.in_severa("work_types", work, isProductive=False)
    world.in_severa("travel_expense_types", travel, measurementUnit="st")
    next_day(world)

    assert (world.fortnox.articles["DEV"]["Unit"], world.fortnox.articles["DEV"]["VAT"]) == ("st", 12)
    assert world.fortnox.articles["MIL"]["Unit"] == ("st" if main is Main.SEVERA else "km")
    assert world.problems() == []


@pytest.mark.parametrize(("code", "goes"), [("A_b-1/2\\c+$", True), ("ÅÄÖ1", True), ("A B", False), ("A.B", False)])
def test_row_34_an_article_number_has_letters_digits_and_few_signs(world: RegisterWorld, code: str, goes: bool) -> None:
    world.severa.add_product(name="Sak", code=code)

    world.quieten()

    assert (code in world.fortnox.articles) is goes
    assert len(world.problems()) == (0 if goes else 1)
    if not goes:
        assert code in causes(world.problems()[0])
