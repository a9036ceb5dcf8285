"""The score: what it compares, what it leaves out, and that nothing makes it more than it is."""

from __future__ import annotations

import dataclasses
import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from severa_fortnox.work import Kind
from severa_fortnox_cli.report.model import Part
from severa_fortnox_cli.report.partners import LEAST, best_partner
from severa_fortnox_cli.report.score import Comparable, score

KINDS = st.sampled_from([Kind.CUSTOMER, Kind.PRODUCT, Kind.PROJECT])
#: Few values, so that equal, alike and missing ones meet often.
WORDS = st.sampled_from(
    ["Åkeri", "bygg", "AB", "Aktiebolag", "Konsult", "konsulter", "&", "(publ)", "ek för", "0012", "12"]
)
TEXTS = st.none() | st.just("") | st.text(max_size=12) | st.lists(WORDS, min_size=1, max_size=8).map(" ".join)
RECORDS = st.builds(Comparable, **{field.name: TEXTS for field in dataclasses.fields(Comparable)})


def parts(kind: Kind, severa: Comparable, fortnox: Comparable) -> dict[str, int | None]:
    return {part.name: part.points for part in score(kind, severa, fortnox).parts}


@given(KINDS, RECORDS, RECORDS)
def test_it_is_the_same_whichever_record_comes_first(kind: Kind, one: Comparable, other: Comparable) -> None:
    assert score(kind, one, other) == score(kind, other, one)


@given(KINDS, RECORDS, RECORDS)
def test_it_is_between_0_and_100_and_100_only_when_all_that_was_compared_agrees(
    kind: Kind, one: Comparable, other: Comparable
) -> None:
    found = score(kind, one, other)
    compared = [part for part in found.parts if part.points is not None]
    assert all(0 <= part.points <= part.of for part in compared if part.points is not None)
    if found.total is None:
        assert not compared
    else:
        assert 0 <= found.total <= 100
        assert (found.total == 100) == all(part.points == part.of for part in compared)


@given(KINDS, RECORDS)
def test_a_record_is_entirely_like_itself(kind: Kind, record: Comparable) -> None:
    assert score(kind, record, record).total in (100, None)


@given(KINDS, RECORDS, RECORDS, st.sampled_from(dataclasses.fields(Comparable)))
def test_a_missing_value_counts_neither_for_nor_against(
    kind: Kind, one: Comparable, other: Comparable, field: dataclasses.Field[str | None]
) -> None:
    """Taking a value away from one side never earns points for another part, nor takes any."""
    before = score(kind, one, other).parts
    after = score(kind, dataclasses.replace(one, **{field.name: None}), other).parts
    changed = [(old, new) for old, new in zip(before, after, strict=True) if old != new]
    assert len(changed) <= 1
    # Postal code and city are one part: without one of them the other is still compared.
    assert all(new.points is None or new.name == "Postal code and city" for _, new in changed)


@pytest.mark.parametrize(
    ("severa", "fortnox"),
    [
        ("Sjö & Berg Konsult AB", "Sjö och Berg Konsult"),
        ("Sjöberg Konsult Aktiebolag (publ)", "SJÖBERG KONSULT AB"),
        ("Konsult Sjöberg", "Sjöberg Konsult HB"),
        ("Brf. Göken Ekonomisk Förening", "BRF Göken ek. för."),
        ("Volvo Oyj", "volvo"),
    ],
)
def test_company_forms_case_order_and_punctuation_are_not_the_name(severa: str, fortnox: str) -> None:
    points = parts(Kind.CUSTOMER, Comparable(name=severa), Comparable(name=fortnox))["Name"]
    assert points is not None and points >= (35 if "&" not in severa else 25)


def test_a_company_form_is_compared_when_the_name_is_nothing_else() -> None:
    assert parts(Kind.CUSTOMER, Comparable(name="AB"), Comparable(name="HB"))["Name"] == 5
    assert parts(Kind.CUSTOMER, Comparable(name="AB"), Comparable(name="AB"))["Name"] == 35


def test_a_products_name_keeps_what_looks_like_a_company_form() -> None:
    assert parts(Kind.PRODUCT, Comparable(name="AB-provning"), Comparable(name="Provning"))["Name"] != 45


@pytest.mark.parametrize(
    ("field", "part", "severa", "fortnox", "points"),
    [
        ("number", "Number", "01 234", "1234", 20),
        ("number", "Number", "1234", "1235", 0),
        ("organisation_number", "Organisation number", "556677-8899", "165566778899", 25),
        ("organisation_number", "Organisation number", "5566778899", "SE556677889901", 25),
        ("vat_number", "VAT number", "se 5566-778899 01", "SE556677889901", 10),
        ("vat_number", "VAT number", "SE556677889901", "5566778899", 10),
        ("email", "E-mail domain", "anna@berg.se", "faktura@Berg.SE", 5),
        ("email", "E-mail domain", "anna@berg.se; bo@dal.se", "faktura@dal.se, cia@berg.se", 5),
        ("email", "E-mail domain", "anna@berg.se; bo@dal.se", "bo@dal.se", 2),
        ("email", "E-mail domain", "anna@berg.se; bo@gmail.com", "Bo <bo@berg.se>", 5),
        ("email", "E-mail domain", "anna@gmail.com", "bo@gmail.com", None),
        ("email", "E-mail domain", "anna@hotmail.se", "bo@berg.se", None),
        ("email", "E-mail domain", "no address", "bo@berg.se", None),
        ("city", "Postal code and city", "Malmö", "MALMÖ ", 5),
        ("postal_code", "Postal code and city", "SE-111 22", "11122", 5),
    ],
)
def test_a_customers_values_are_compared_as_what_they_mean(
    field: str, part: str, severa: str, fortnox: str, points: int | None
) -> None:
    assert parts(Kind.CUSTOMER, Comparable(**{field: severa}), Comparable(**{field: fortnox}))[part] == points


@pytest.mark.parametrize(
    ("field", "part", "severa", "fortnox", "points"),
    [
        ("code", "Code", "a-01 ", "A-01", 40),
        ("code", "Code", "A-01", "A01", 30),
        ("code", "Code", "0012", "12", 30),
        ("code", "Code", "12", "13", 0),
        ("unit", "Unit", "tim.", "Tim", 5),
        ("vat", "VAT", "25 %", "25.00", 10),
        ("vat", "VAT", "0", "0,0", 10),
        ("vat", "VAT", "25", "12", 0),
        ("vat", "VAT", "0", None, None),
    ],
)
def test_a_products_values_are_compared_as_what_they_mean(
    field: str, part: str, severa: str, fortnox: str | None, points: int | None
) -> None:
    assert parts(Kind.PRODUCT, Comparable(**{field: severa}), Comparable(**{field: fortnox}))[part] == points


@pytest.mark.parametrize(
    "kept",
    ["Ombyggnad av kontoret på Storgatan i Västra Frölun", "Ombyggnad av kontoret på Storgatan i Västra"],
)
def test_a_projects_name_that_fortnox_cut_is_the_same_name(kept: str) -> None:
    name = "Ombyggnad av kontoret på Storgatan i Västra Frölunda, etapp två"
    assert parts(Kind.PROJECT, Comparable(name=name), Comparable(name=kept))["Name"] == 40


def test_a_start_is_compared_by_its_day() -> None:
    severa, fortnox = Comparable(start="2026-01-02T00:00:00+01:00"), Comparable(start="2026-01-02")
    assert parts(Kind.PROJECT, severa, fortnox)["Start date"] == 15


def test_the_points_add_up_to_the_score() -> None:
    severa = Comparable(number="7", name="Berg AB", city="Lund", postal_code="222 22")
    found = score(Kind.CUSTOMER, severa, dataclasses.replace(severa, number="8", city="Malmö"))
    assert found.parts == (
        Part("Number", 0, 20),
        Part("Name", 35, 35),
        Part("Organisation number", None, 25),
        Part("VAT number", None, 10),
        Part("E-mail domain", None, 5),
        Part("Postal code and city", 2, 5),
    )
    assert found.total == 37 * 100 // 60


def test_one_customer_entered_twice_is_found_and_a_namesake_with_another_organisation_number_is_not() -> None:
    severa = {"a": Comparable("1", "Berg & Dal AB", "556677-8899", city="Lund", email="a@berg.se")}
    twice = Comparable("900", "Berg och Dal Aktiebolag", "5566778899", city="Malmö", email="b@dal.se")
    namesake = Comparable("901", "Berg & Dal AB", "556000-0001", city="Lund")
    partners = best_partner(Kind.CUSTOMER, severa, {"namesake": namesake, "twice": twice})
    assert partners.of_severa["a"].id == "twice"
    assert set(partners.of_fortnox) == {"twice"}
    assert partners.of_fortnox["twice"].score == partners.of_severa["a"].score


def test_the_best_partner_is_the_best_of_all() -> None:
    """Nothing that comparing every record with every other would find is missed among realistic ones."""
    chance = random.Random(5)
    severa, fortnox = customers(chance, 150, "s"), customers(chance, 150, "f")
    partners = best_partner(Kind.CUSTOMER, severa, fortnox)
    for id, record in severa.items():
        totals = [score(Kind.CUSTOMER, record, other).total or 0 for other in fortnox.values()]
        found = partners.of_severa.get(id)
        assert (found.score.total if found else None) == (max(totals) if max(totals) >= LEAST else None)


def test_equally_good_partners_do_not_depend_on_the_order() -> None:
    severa = {"s": Comparable(name="Berg AB")}
    fortnox = {id: Comparable(name="Berg HB") for id in "cab"}
    assert best_partner(Kind.CUSTOMER, severa, fortnox).of_severa["s"].id == "a"


def test_nobody_has_a_partner_among_none() -> None:
    assert not best_partner(Kind.PROJECT, {"s": Comparable(number="1")}, {}).of_severa


@pytest.mark.parametrize("crowd", ["", "2120000142"])
def test_2000_on_each_side_take_seconds_even_when_all_share_one_organisation_number(crowd: str) -> None:
    chance = random.Random(6)
    severa, fortnox = (
        {
            id: dataclasses.replace(record, organisation_number=crowd or record.organisation_number)
            for id, record in customers(chance, 2_000, prefix).items()
        }
        for prefix in "sf"
    )
    began = time.process_time()
    assert best_partner(Kind.CUSTOMER, severa, fortnox).of_severa
    # Alone on the machine it takes 1 s; every pair by itself would take a minute.
    assert time.process_time() - began < 8


def customers(chance: random.Random, count: int, prefix: str) -> dict[str, Comparable]:
    first = ["Nordiska", "Svenska", "Malmö", "Göteborgs", "Västra", "Östra", "Norra", "Ekmans", "Dahls", "Bergs"]
    second = ["Bygg", "Konsult", "Redovisning", "El", "Rör", "Måleri", "Tak", "Data", "Teknik", "Åkeri", "Städ", "Mark"]
    third = ["partner", "gruppen", "service", "bolaget", "tjänst", "system", "center"]
    cities = ["Lund", "Umeå", "Malmö", "Visby", None]

    def customer(index: int) -> Comparable:
        number = 1_000 + index if prefix == "s" else 500_000 + index
        digits = f"55{chance.randrange(count):08d}"
        mail = f"info@{chance.choice(['gmail.com', f'{chance.randrange(count)}.se'])}"
        return Comparable(
            number=str(number),
            name=" ".join(map(chance.choice, (first, second, third, ["AB", "HB", ""]))),
            organisation_number=chance.choice([None, digits]),
            email=chance.choice([None, mail]),
            city=chance.choice(cities),
        )

    return {f"{prefix}{index}": customer(index) for index in range(count)}
