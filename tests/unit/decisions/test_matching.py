"""Whole registers in pairs: every record once, the linked ones first, and never by the order they are listed in."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from severa_fortnox.decisions.identity import folded_number
from severa_fortnox.decisions.matching import Known, match_customers, match_products, match_projects
from severa_fortnox.decisions.pairs import Linked
from severa_fortnox.decisions.product_pairs import Agreement, ProductPair
from severa_fortnox.fortnox.models import Article
from severa_fortnox.fortnox.models import Project as FortnoxProject
from severa_fortnox.mapping.customers import Card
from severa_fortnox.severa.models import Customer, Numbered, Product, Project
from tests.unit import builders as a

IDENTITIES = (None, "556677-8899", "5567123450")


@dataclass(frozen=True)
class Lists:
    """Two registers and what is remembered of them."""

    severa: list[Customer]
    fortnox: list[Card]
    known: Known


def links_among(draw: st.DrawFn, guids: Sequence[str], numbers: Sequence[str]) -> list[Linked]:
    """Links of which one side may be gone; none twice."""
    severa = draw(st.lists(st.sampled_from([*guids, "gone-1", "gone-2"]), unique=True, max_size=4))
    fortnox = draw(st.permutations([*numbers, "GONE-1", "GONE-2"]))
    return [Linked(guid, number) for guid, number in zip(severa, fortnox, strict=False)]


@st.composite
def customer_lists(draw: st.DrawFn) -> Lists:
    drawn = draw(st.lists(st.tuples(st.sampled_from((None, 1, 2, 3, 70)), st.sampled_from(IDENTITIES)), max_size=5))
    severa = [
        a.customer(guid=f"g-{index}", number=number, name=f"Kund {index}", kvkNumber=identity)
        for index, (number, identity) in enumerate(drawn)
    ]
    numbers = draw(st.lists(st.sampled_from(("1", "01", "1 ", "2", "0003", "70", "7 0", "K-1", "8")), unique=True))
    fortnox = [a.card(number=number, organisation_number=draw(st.sampled_from(IDENTITIES))) for number in numbers]
    links = links_among(draw, [each.guid for each in severa], numbers)
    ignored = {each.guid: "test" for each in severa if draw(st.booleans())}
    ignored_cards = {number: "test" for number in numbers if draw(st.integers(0, 3)) == 0}
    return Lists(severa, fortnox, Known(links, ignored_in_severa=ignored, ignored_in_fortnox=ignored_cards))


def matched(lists: Lists, severa: Sequence[Customer] | None = None, fortnox: Sequence[Card] | None = None) -> list:
    severa = lists.severa if severa is None else severa
    qualified = {each.guid for each in lists.severa}
    return match_customers(severa, {}, qualified, lists.fortnox if fortnox is None else fortnox, {}, lists.known)


@given(customer_lists())
def test_every_customer_of_both_systems_is_in_one_pair(lists: Lists) -> None:
    pairs = matched(lists)

    assert Counter(pair.severa_id for pair in pairs if pair.severa) == Counter(each.guid for each in lists.severa)
    assert Counter(pair.fortnox_id for pair in pairs if pair.card) == Counter(each.number for each in lists.fortnox)


@given(customer_lists())
def test_the_linked_ones_come_first_as_they_are_linked(lists: Lists) -> None:
    pairs = matched(lists)
    linked = [pair.linked for pair in pairs if pair.linked is not None]

    assert linked == list(lists.known.links)
    assert [pair.linked for pair in pairs[: len(linked)]] == linked
    for pair in pairs[: len(linked)]:
        assert pair.severa is None or pair.severa_id == pair.linked.severa_id
        assert pair.card is None or pair.fortnox_id == pair.linked.fortnox_id


@given(customer_lists())
def test_unlinked_customers_meet_only_when_nobody_else_has_their_number(lists: Lists) -> None:
    # Ignored records that are not linked leave their number to the others.
    known = lists.known
    guids, linked = {link.severa_id for link in known.links}, {link.fortnox_id for link in known.links}
    severa = [each for each in lists.severa if each.guid in guids or each.guid not in known.ignored_in_severa]
    fortnox = [each for each in lists.fortnox if each.number in linked or each.number not in known.ignored_in_fortnox]
    numbers = Counter(str(each.number) for each in severa if each.number is not None)
    cards = Counter(folded_number(each.number) for each in fortnox)
    for pair in matched(lists):
        if pair.linked is not None or pair.ignored is not None:
            continue
        if pair.severa is not None and pair.card is not None:
            number = str(pair.severa.number)
            assert folded_number(pair.card.number) == number
            assert (numbers[number], cards[number]) == (1, 1)
        number = folded_number(pair.number)
        if (number and pair.card is None) or pair.severa is None:
            assert bool(pair.rivals) == (numbers[number] + cards[number] > 1)


@given(customer_lists(), st.randoms())
def test_the_order_of_the_lists_does_not_matter_to_customers(lists: Lists, rng: random.Random) -> None:
    severa, fortnox = lists.severa[:], lists.fortnox[:]
    rng.shuffle(severa)
    rng.shuffle(fortnox)

    def told(pairs: list) -> list:
        return sorted(repr((p.severa_id, p.fortnox_id, p.linked, p.rivals, p.ignored, p.twin)) for p in pairs)

    assert told(matched(lists, severa, fortnox)) == told(matched(lists))


@given(customer_lists())
def test_a_twin_is_named_only_to_those_without_a_counterpart(lists: Lists) -> None:
    for pair in matched(lists):
        if pair.twin is not None:
            assert (pair.severa is None) != (pair.card is None)
            assert pair.linked is None


def test_one_company_under_two_numbers_is_a_twin_on_both_sides() -> None:
    pairs = matched(Lists([a.customer(number=1)], [a.card(number="2")], Known()))

    assert [pair.twin for pair in pairs] == ["2 Kund AB", "1 Kund AB"]


def test_a_short_identity_number_proves_nothing() -> None:
    pairs = matched(
        Lists([a.customer(number=1, kvkNumber="123")], [a.card(number="2", organisation_number="123")], Known())
    )

    assert [pair.twin for pair in pairs] == [None, None]


def test_a_card_linked_to_somebody_else_is_a_rival_for_its_number() -> None:
    stranger = a.customer(guid="customer-2", number=9)
    known = Known([Linked("customer-2", "1001")])

    pairs = matched(Lists([a.customer(), stranger], [a.card()], known))

    (mine,) = [pair for pair in pairs if pair.severa_id == "customer-1"]
    assert mine.card is None
    assert mine.rivals == ("1001 Kund AB, which is linked to something else",)


def test_a_number_that_several_have_is_told_in_the_same_words_of_each() -> None:
    customers = [a.customer(guid="c-1", name="Ett AB"), a.customer(guid="c-2", name="Två AB")]

    pairs = matched(Lists(customers, [a.card(name="Tre AB")], Known([Linked("c-2", "9")])))

    alone = [pair for pair in pairs if pair.linked is None]
    assert [sorted({pair.name, *pair.rivals}) for pair in alone] == [
        ["1001 Ett AB", "1001 Tre AB", "1001 Två AB, which is linked to something else"]
    ] * 2


def test_when_all_are_ignored_the_first_stands_for_them() -> None:
    customers = [a.customer(guid="c-2"), a.customer(guid="c-1")]
    known = Known(ignored_in_severa={"c-1": "gammal", "c-2": "gammal"})

    pairs = matched(Lists(customers, [a.card()], known))

    assert {(pair.severa_id, pair.fortnox_id, pair.ignored) for pair in pairs} == {
        ("c-1", "1001", "gammal"),
        ("c-2", None, "gammal"),
    }


CODES = (None, "", "DEV", " dev ", "RES", "X 1")
NAMES = ("Utveckling", "UTVECKLING ", "Resa", "Annat")


@st.composite
def product_lists(draw: st.DrawFn) -> tuple[list[tuple[str, Product]], list[Article], Known]:
    drawn = draw(
        st.lists(
            st.tuples(
                st.sampled_from(("products", "worktypes", "travelexpensetypes")),
                st.sampled_from(CODES),
                st.sampled_from(NAMES),
            ),
            max_size=5,
        )
    )
    products = [
        (register, a.product(guid=f"p-{index}", code=code, name=name))
        for index, (register, code, name) in enumerate(drawn)
    ]
    numbers = draw(st.lists(st.sampled_from(("DEV", "dev", "RES", "NY", "GAMMAL")), unique=True))
    articles = [a.article(ArticleNumber=number, Description=draw(st.sampled_from(NAMES))) for number in numbers]
    links = links_among(draw, [product.guid for _, product in products], numbers)
    return products, articles, Known(links)


Products = tuple[list[tuple[str, Product]], list[Article], Known]


@given(product_lists())
def test_a_product_is_in_one_pair_or_beside_all_that_half_agrees_and_every_article_in_some(lists: Products) -> None:
    products, articles, known = lists
    pairs = match_products(products, articles, known)

    assert {pair.severa_id for pair in pairs if pair.severa} == {each.guid for _, each in products}
    several = Counter(pair.severa_id for pair in pairs if pair.severa)
    assert all(several[pair.severa_id] == max(1, len(pair.alike)) for pair in pairs if pair.severa)
    assert {pair.fortnox_id for pair in pairs if pair.fortnox} == {each.ArticleNumber for each in articles}
    # A conflict shows the article beside each product that half agrees; otherwise it is there once.
    whole = Counter(pair.fortnox_id for pair in pairs if pair.fortnox and pair.half is None)
    assert all(count == 1 for count in whole.values())
    alone = {pair.fortnox_id for pair in pairs if pair.fortnox and pair.severa is None and pair.linked is None}
    shown = {pair.fortnox_id for pair in pairs if pair.fortnox and pair.severa is not None}
    assert not alone & shown


@given(product_lists())
def test_linked_products_come_first_and_conflicts_say_which_half_agrees(lists: Products) -> None:
    products, articles, known = lists
    pairs = match_products(products, articles, known)

    assert [pair.linked for pair in pairs if pair.linked] == list(known.links)
    assert all(pair.linked is None for pair in pairs[len(known.links) :])
    registers = {product.guid: register for register, product in products}
    for pair in pairs[len(known.links) :]:
        if pair.severa is None:
            continue
        assert pair.register == registers[pair.severa.guid]
        if pair.fortnox is not None:
            code = " ".join((pair.severa.code or "").split()).casefold() == pair.fortnox.ArticleNumber.casefold()
            name = pair.severa.name.strip().casefold() == (pair.fortnox.Description or "").strip().casefold()
            expected = None if code and name else Agreement.CODE if code else Agreement.NAME
            assert code or name
            assert pair.half is expected


@given(product_lists(), st.randoms())
def test_the_order_of_the_lists_does_not_matter_to_products(lists: Products, rng: random.Random) -> None:
    products, articles, known = lists
    shuffled, others = products[:], articles[:]
    rng.shuffle(shuffled)
    rng.shuffle(others)

    def told(pairs: list[ProductPair]) -> list[str]:
        return sorted(repr((p.severa_id, p.fortnox_id, p.half, p.linked, p.rivals, p.variants)) for p in pairs)

    assert told(match_products(shuffled, others, known)) == told(match_products(products, articles, known))


@st.composite
def project_lists(draw: st.DrawFn) -> tuple[list[Project], list[FortnoxProject], Known]:
    long = "Flytt av ekonomisystem och lönesystem till molnet, etapp"
    drawn = draw(
        st.lists(
            st.tuples(st.sampled_from((None, 1, 2, 3)), st.sampled_from(("Bygge", f"{long} ett", f"{long} två"))),
            max_size=5,
        )
    )
    projects = [a.project(guid=f"p-{index}", number=number, name=name) for index, (number, name) in enumerate(drawn)]
    numbers = draw(st.lists(st.sampled_from(("1", "2", "3", "9", "P-1")), unique=True))
    theirs = [FortnoxProject(ProjectNumber=number, Description="Bygge") for number in numbers]
    return projects, theirs, Known(links_among(draw, [each.guid for each in projects], numbers))


Projects = tuple[list[Project], list[FortnoxProject], Known]


@given(project_lists())
def test_every_project_of_both_systems_is_in_one_pair_the_linked_first(lists: Projects) -> None:
    projects, theirs, known = lists
    pairs = match_projects(projects, theirs, known)

    assert Counter(pair.severa_id for pair in pairs if pair.severa) == Counter(each.guid for each in projects)
    assert Counter(pair.fortnox_id for pair in pairs if pair.fortnox) == Counter(each.ProjectNumber for each in theirs)
    assert [pair.linked for pair in pairs[: len(known.links)]] == list(known.links)


@given(project_lists(), st.randoms())
def test_the_order_of_the_lists_does_not_matter_to_projects(lists: Projects, rng: random.Random) -> None:
    projects, theirs, known = lists
    shuffled, others = projects[:], theirs[:]
    rng.shuffle(shuffled)
    rng.shuffle(others)

    def told(pairs: list) -> list[str]:
        return sorted(repr((p.severa_id, p.fortnox_id, p.linked, sorted(p.rivals), sorted(p.namesakes))) for p in pairs)

    assert told(match_projects(shuffled, others, known)) == told(match_projects(projects, theirs, known))


def test_two_projects_of_one_number_meet_nothing_and_name_each_other() -> None:
    projects = [a.project(guid="p-1", name="Ett"), a.project(guid="p-2", name="Två")]

    pairs = match_projects(projects, [FortnoxProject(ProjectNumber="501")], Known())

    assert [(pair.severa_id, pair.fortnox_id, pair.rivals) for pair in pairs] == [
        ("p-1", None, ("501 Två",)),
        ("p-2", None, ("501 Ett",)),
        (None, "501", ()),
    ]


def test_a_customers_projects_equal_in_their_first_fifty_characters_name_each_other() -> None:
    long = "Flytt av ekonomisystem och lönesystem till molnet, etapp"
    ours, another = Numbered(guid="c-1"), Numbered(guid="c-2")
    projects = [
        a.project(guid="p-1", number=1, name=f"{long} ett", customer=ours),
        a.project(guid="p-2", number=2, name=f"{long} två", customer=ours),
        a.project(guid="p-3", number=3, name="Annat", customer=ours),
        a.project(guid="p-4", number=4, name=f"{long} tre", customer=another),
    ]

    pairs = match_projects(projects, [], Known())

    assert [pair.namesakes for pair in pairs] == [(f"2 {long} två",), (f"1 {long} ett",), (), ()]
