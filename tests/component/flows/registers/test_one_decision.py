"""The report and the run decide the same of every record, from whichever side it is looked at (DESIGN 3)."""

from __future__ import annotations

import random
from collections import defaultdict

import pytest

from sandbox.registers.cases import CASES
from sandbox.severa.shapes import Record
from severa_fortnox.alerts.catalogue import explain
from severa_fortnox.decisions.decision import Create, Link, Refuse, Skip, Update
from severa_fortnox.decisions.pairs import BOTH, NewInSevera
from severa_fortnox.errors import System
from severa_fortnox.flows.pairs import surroundings
from severa_fortnox.flows.sync import ENTITIES
from severa_fortnox.store.ignored import IgnoredRecord
from severa_fortnox.store.links import Link as StoredLink
from severa_fortnox.work import Cause, Kind, Work
from tests.component.flows.registers.companies import KINDS, Maker, RegisterWorld


@pytest.fixture
def world(company: Maker) -> RegisterWorld:
    """The first poll has seen what Fortnox had before; everything that is new is wanted."""
    world = company()
    world.set(create_articles="all")
    world.poll()
    world.clock.sleep(60)
    return world


def told(decision: object) -> tuple[object, ...]:
    """What a person is told of a decision, and what it writes."""
    match decision:
        case Refuse(reasons=reasons):
            return ("refused", *(explain(reason).cause for reason in reasons))
        case Skip(reason=reason):
            return ("skipped", explain(reason).cause)
        case Link(foreign_id=number, notes=notes):
            return ("linked", number, *(note.code for note in notes))
        case Create(plan=plan, notes=notes) | Update(plan=plan, notes=notes):
            return ("written", plan, *(note.code for note in notes))
    raise AssertionError(decision)


def verdicts(world: RegisterWorld, kind: Kind) -> dict[tuple[System, str], tuple[object, ...]]:
    """What becomes of every record by the report; a record in a pair and in conflicts with others is the pair's."""
    found: dict[tuple[System, str], list[tuple[object, ...]]] = defaultdict(list)
    for looked in world.compare(kind).looked:
        for system, id in ((System.SEVERA, looked.pair.severa_id), (System.FORTNOX, looked.pair.fortnox_id)):
            if id is not None:
                found[system, id].append(told(looked.decision))
    # A product that half agrees with several articles is there with each, and is told the same each time.
    in_severa = [each for (system, _), each in found.items() if system is System.SEVERA]
    assert all(len(set(map(repr, each))) == 1 for each in in_severa), in_severa
    return {key: each[0] for key, each in found.items()}


def alone(world: RegisterWorld, kind: Kind, system: System, id: str) -> tuple[object, ...]:
    """What becomes of a record by a look at it alone."""
    session, entity = world.session(), ENTITIES[kind]
    before = session.store.before.get(world.id, kind)
    around = surroundings(session, taken_along=() if kind is Kind.PRODUCT else BOTH, before=before)
    pair = entity.gather(session, Work(world.id, kind, id, Cause.PERSON, system), lambda _: None, False)
    return told(entity.decide(pair, session.settings, around))


def disagreements(world: RegisterWorld, kind: Kind) -> list[str]:
    """Every record of which the report says something else than a look at it alone."""
    return [
        f"{kind} {id} ({system}): report {report}, alone {single}"
        for (system, id), report in verdicts(world, kind).items()
        # An unlinked Fortnox project is nobody's work.
        if (kind, system) != (Kind.PROJECT, System.FORTNOX) and (single := alone(world, kind, system, id)) != report
    ]


def agreed(world: RegisterWorld, kind: Kind) -> dict[str, str]:
    """Every record's verdict, which both give: its guid or number to what becomes of it."""
    assert disagreements(world, kind) == []
    found = {}
    for (_, id), (what, plan, *_) in verdicts(world, kind).items():
        to_severa = isinstance(plan, NewInSevera)
        found[id] = f"created in {'Severa' if to_severa else 'Fortnox'}" if what == "written" else str(what)
    return found


def linked(world: RegisterWorld, kind: Kind, guid: str, number: str) -> None:
    """Somebody has linked the two by hand."""
    world.store().links.bind(world.id, StoredLink(kind, guid, number, {}, "person", world.clock()))


def ignored(world: RegisterWorld, kind: Kind, system: System, id: str) -> None:
    """Somebody wants the record left alone."""
    world.store().ignored.put(world.id, IgnoredRecord(kind, system, id, "gammal", "Åsa", world.clock()))


def card(world: RegisterWorld, number: str, name: str, **fields: object) -> str:
    world.fortnox.add_customer(CustomerNumber=number, Name=name, **fields)
    return number


def article(world: RegisterWorld, number: str, name: str, **fields: object) -> str:
    given = {"Type": "SERVICE", "Unit": "h", "VAT": 25, **fields}
    world.fortnox.add_article(ArticleNumber=number, Description=name, **given)
    return number


def product(world: RegisterWorld, code: str | None, name: str, register: str = "product", **fields: object) -> str:
    record: Record = getattr(world.severa, f"add_{register}")(name=name, code=code, **fields)
    return str(record["guid"])


def guid(record: Record) -> str:
    return str(record["guid"])


def test_of_every_bad_input(world: RegisterWorld) -> None:
    for case in CASES:
        if "while it is paged" not in case.name and "beginning" not in case.name:
            case.seed(world.severa, world.fortnox)

    assert [each for kind in KINDS for each in disagreements(world, kind)] == []


# Customers


def test_one_company_is_found_under_two_numbers_and_two_spellings(world: RegisterWorld) -> None:
    ours = guid(world.customer(10, "Bergs Rör & Värme AB", kvkNumber="556677-8899"))
    theirs = card(world, "77", "Bergs Rör och Värme Aktiebolag", OrganisationNumber="5566778899")

    assert agreed(world, Kind.CUSTOMER) == {ours: "refused", theirs: "refused"}


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        pytest.param("1234567-8", "1234567-8", id="Finland"),
        pytest.param("12345678", "1234567-8", id="Finland, plain in Severa"),
        pytest.param("912345678", "912 345 678", id="Norway"),
        pytest.param("12345678", "12 34 56 78", id="Denmark"),
        pytest.param("0123456789", "0123.456.789", id="Belgium"),
        pytest.param("CHE123456789", "CHE-123.456.789", id="Switzerland"),
        pytest.param("556677-8899", "SE 556677\u00a08899 01", id="a Swedish VAT number"),
        pytest.param("556677-8899", "16556677-8899", id="Sweden, with its century"),
    ],
)
def test_a_registration_number_is_found_however_its_country_writes_it(
    world: RegisterWorld, ours: str, theirs: str
) -> None:
    customer = guid(world.customer(10, "Bergs AB", kvkNumber=ours))
    twin = card(world, "77", "Bergs AB", OrganisationNumber=theirs)

    assert agreed(world, Kind.CUSTOMER) == {customer: "refused", twin: "refused"}


def test_a_twin_that_is_ignored_is_none(world: RegisterWorld) -> None:
    ours = guid(world.customer(10, "Bergs AB", kvkNumber="556677-8899"))
    theirs = card(world, "77", "Bergs AB", OrganisationNumber="5566778899")

    ignored(world, Kind.CUSTOMER, System.FORTNOX, theirs)

    assert agreed(world, Kind.CUSTOMER) == {ours: "created in Fortnox", theirs: "skipped"}


def test_a_twin_that_is_ignored_in_severa_is_none(world: RegisterWorld) -> None:
    ours = guid(world.customer(10, "Bergs AB", kvkNumber="556677-8899"))
    theirs = card(world, "77", "Bergs AB", OrganisationNumber="5566778899", Currency="SEK", CountryCode="SE")

    ignored(world, Kind.CUSTOMER, System.SEVERA, ours)

    assert agreed(world, Kind.CUSTOMER) == {ours: "skipped", theirs: "created in Severa"}


def test_a_rival_that_is_ignored_leaves_its_number(world: RegisterWorld) -> None:
    ours = guid(world.customer(10, "Bergs AB"))
    other = guid(world.customer(10, "Bergs Gamla AB"))
    theirs = card(world, "10", "Bergs AB")

    ignored(world, Kind.CUSTOMER, System.SEVERA, other)

    assert agreed(world, Kind.CUSTOMER) == {ours: "linked", other: "skipped", theirs: "linked"}


def test_a_card_whose_number_is_another_customers_is_no_twin(world: RegisterWorld) -> None:
    first = guid(world.customer(1001, "Bergs AB", kvkNumber="556677-8899"))
    second = guid(world.customer(1002, "Bergs Filial AB", kvkNumber="556677-8899"))
    theirs = card(world, "1001", "Bergs AB", OrganisationNumber="556677-8899")

    assert agreed(world, Kind.CUSTOMER) == {first: "linked", second: "created in Fortnox", theirs: "linked"}

    world.look_at(Kind.CUSTOMER, first)

    assert agreed(world, Kind.CUSTOMER)[second] == "created in Fortnox"


def test_a_customer_linked_by_hand_keeps_its_number(world: RegisterWorld) -> None:
    ours = guid(world.customer(1001, "Bergs AB"))
    theirs = card(world, "9", "Bergs AB")
    linked(world, Kind.CUSTOMER, ours, theirs)
    other = card(world, "1001", "Bergs AB")

    assert agreed(world, Kind.CUSTOMER)[other] == "refused"


def test_a_card_linked_by_hand_keeps_its_number(world: RegisterWorld) -> None:
    ours = guid(world.customer(9, "Bergs AB"))
    theirs = card(world, "1001", "Bergs AB")
    linked(world, Kind.CUSTOMER, ours, theirs)
    other = guid(world.customer(1001, "Bergs AB"))

    assert agreed(world, Kind.CUSTOMER)[other] == "refused"


def test_names_without_a_common_word_are_one_company_by_the_vat_number_that_only_the_card_shows(
    world: RegisterWorld,
) -> None:
    ours = guid(world.customer(10, "Rörjouren AB", vatNumber="SE556677889901"))
    theirs = card(world, "10", "Bergs Värme", VATNumber="SE556677889901")

    assert agreed(world, Kind.CUSTOMER) == {ours: "linked", theirs: "linked"}


@pytest.mark.parametrize("number", ["12 34", "1 2 3 4", "123 4", "0012 34 ", "1\u00a0234"])
def test_a_number_typed_with_spaces_is_found(world: RegisterWorld, number: str) -> None:
    ours = guid(world.customer(1234, "Bergs AB"))
    theirs = card(world, number, "Bergs AB")

    assert agreed(world, Kind.CUSTOMER) == {ours: "linked", theirs: "linked"}


def test_who_pays_for_another_customers_project_is_no_prospect(world: RegisterWorld) -> None:
    owner = world.customer(10, "Bergs AB")
    world.compare(Kind.CUSTOMER)
    payer = world.severa.add_customer(name="Dals AB", number=11)
    world.severa.add_address(payer, billing=True)
    world.severa.add_invoice(owner, billing_customer=payer)

    assert alone(world, Kind.CUSTOMER, System.SEVERA, guid(payer))[0] == "written"
    assert agreed(world, Kind.CUSTOMER)[guid(payer)] == "created in Fortnox"


# Products


def test_of_two_products_that_are_equal_in_two_registers_neither_has_the_article(world: RegisterWorld) -> None:
    ours = product(world, "DEV", "Utveckling")
    other = product(world, "DEV", "Utveckling", "work_type")
    theirs = article(world, "DEV", "Utveckling")

    assert agreed(world, Kind.PRODUCT) == {ours: "refused", other: "refused", theirs: "refused"}

    linked(world, Kind.PRODUCT, ours, theirs)

    assert agreed(world, Kind.PRODUCT)[other] == "refused"


def test_of_two_equal_products_of_which_one_is_ignored_the_other_has_the_article(world: RegisterWorld) -> None:
    ours = product(world, "DEV", "Utveckling")
    other = product(world, "DEV", "Utveckling", "work_type")
    theirs = article(world, "DEV", "Utveckling")

    ignored(world, Kind.PRODUCT, System.SEVERA, other)

    assert agreed(world, Kind.PRODUCT) == {ours: "linked", other: "skipped", theirs: "linked"}


def test_every_article_with_a_products_name_waits(world: RegisterWorld) -> None:
    ours = product(world, "S1", "Konsult")
    theirs = [article(world, number, "Konsult") for number in ("K1", "K2", "K3")]

    assert agreed(world, Kind.PRODUCT) == dict.fromkeys([ours, *theirs], "refused")


def test_articles_with_a_products_name_wait_though_another_has_its_code(world: RegisterWorld) -> None:
    ours = product(world, "K1", "Konsult")
    theirs = [article(world, "K1", "Annat"), article(world, "K2", "Konsult")]

    assert agreed(world, Kind.PRODUCT) == dict.fromkeys([ours, *theirs], "refused")


def test_an_ignored_article_with_a_products_name_is_in_nobodys_way(world: RegisterWorld) -> None:
    ours = product(world, "S1", "Konsult")
    theirs = article(world, "K1", "Konsult")

    ignored(world, Kind.PRODUCT, System.FORTNOX, theirs)

    assert agreed(world, Kind.PRODUCT) == {ours: "created in Fortnox", theirs: "skipped"}


def test_codes_that_differ_in_case_are_one_code(world: RegisterWorld) -> None:
    ours = product(world, "kon", "Konsult senior")
    theirs = article(world, "KON", "Konsult")
    first, second = product(world, "ABC", "Två"), product(world, "abc", "Ett", "work_type")
    pair, partner = product(world, "Res", "Resa"), article(world, "RES", "Resa")

    assert agreed(world, Kind.PRODUCT) == {
        **dict.fromkeys([ours, theirs, first, second], "refused"),
        **dict.fromkeys([pair, partner], "linked"),
    }


@pytest.mark.parametrize("code", ["DEV", None])
def test_two_articles_that_differ_in_case_are_both_shown(world: RegisterWorld, code: str | None) -> None:
    theirs = [article(world, "DEV", "Utveckling"), article(world, "dev", "Drift")]
    ours = [product(world, code, "Utveckling")] if code else []

    assert agreed(world, Kind.PRODUCT) == dict.fromkeys([*ours, *theirs], "refused")


def test_of_two_products_of_one_name_the_other_is_no_conflict(world: RegisterWorld) -> None:
    first, second = product(world, "A", "Konsult"), product(world, "B", "Konsult")
    theirs = article(world, "A", "Konsult")

    assert agreed(world, Kind.PRODUCT) == {first: "linked", second: "created in Fortnox", theirs: "linked"}

    world.look_at(Kind.PRODUCT, first)

    assert agreed(world, Kind.PRODUCT)[second] == "created in Fortnox"


def test_a_product_linked_by_hand_keeps_its_code(world: RegisterWorld) -> None:
    ours, theirs = product(world, "A", "Konsult"), article(world, "B", "Rådgivning")
    linked(world, Kind.PRODUCT, ours, theirs)
    same, other = article(world, "A", "Konsult"), product(world, "A", "Annat", "work_type")

    found = agreed(world, Kind.PRODUCT)

    assert (found[same], found[other]) == ("refused", "refused")


def test_an_inactive_product_blocks_no_article_of_its_name(world: RegisterWorld) -> None:
    ours = product(world, "GAMMAL", "Konsult", active=False)
    theirs = article(world, "NY", "Konsult")

    assert agreed(world, Kind.PRODUCT) == {ours: "skipped", theirs: "created in Severa"}


def test_a_name_is_found_however_it_is_spaced(world: RegisterWorld) -> None:
    ours, theirs = product(world, "S1", "Konsult  senior"), article(world, "K1", "konsult senior")

    assert agreed(world, Kind.PRODUCT) == {ours: "refused", theirs: "refused"}


# Projects


def test_of_two_projects_that_look_alike_in_fortnox(world: RegisterWorld) -> None:
    owner = world.severa.add_customer(name="Vi själva AB", number=1, isInternal=True)
    for number, end in ((501, "ett"), (502, "två")):
        name = f"Flytt av ekonomisystem och lönesystem till molnet, etapp {end}"
        world.severa.add_project(owner, name=name, number=number)
    world.severa.add_project(owner, name="Flytt av ekonomisystem och lönesystem till", number=503)

    assert disagreements(world, Kind.PROJECT) == []


def test_a_project_linked_by_hand_keeps_its_number(world: RegisterWorld) -> None:
    owner = world.severa.add_customer(name="Dals AB", number=1)
    ours = guid(world.severa.add_project(owner, name="Bygge", number=12))
    world.fortnox.add_project(ProjectNumber="77", Description="Bygge")
    linked(world, Kind.PROJECT, ours, "77")
    same_in_fortnox = guid(world.severa.add_project(owner, name="Annat", number=77))
    same_in_severa = guid(world.severa.add_project(owner, name="Tredje", number=12))

    found = agreed(world, Kind.PROJECT)

    assert (found[same_in_fortnox], found[same_in_severa]) == ("refused", "refused")


def test_an_ignored_project_leaves_its_number(world: RegisterWorld) -> None:
    owner = world.severa.add_customer(name="Dals AB", number=1)
    ours, other = (guid(world.severa.add_project(owner, name=name, number=12)) for name in ("Bygge", "Gammalt"))

    ignored(world, Kind.PROJECT, System.SEVERA, other)

    assert agreed(world, Kind.PROJECT) == {ours: "created in Fortnox", other: "skipped"}


# Anything


NAMES = ("Berg AB", "Dal AB", "Berg & Dal AB", "Konsult")
IDENTITIES = ("", "556677-8899", "5566778899", "559999-1111")


@pytest.mark.parametrize("seed", range(10))
def test_of_companies_nobody_has_thought_of(world: RegisterWorld, seed: int) -> None:
    rng = random.Random(seed)
    ids = {kind: scattered(world, rng, kind) for kind in KINDS}
    for kind, (guids, numbers) in ids.items():
        if guids and numbers and rng.random() < 0.5:
            linked(world, kind, rng.choice(guids), rng.choice(numbers))
        for system, of_system in ((System.SEVERA, guids), (System.FORTNOX, numbers)):
            if of_system and rng.random() < 0.3:
                ignored(world, kind, system, rng.choice(of_system))

    assert [each for kind in KINDS for each in disagreements(world, kind)] == []


def scattered(world: RegisterWorld, rng: random.Random, kind: Kind) -> tuple[list[str], list[str]]:
    """A few records of a kind, whose names and numbers meet more often than in any company; guids and numbers."""
    match kind:
        case Kind.CUSTOMER:
            guids = []
            for _ in range(rng.randint(1, 5)):
                active = {"isActive": rng.random() < 0.9, "isInternal": rng.random() < 0.1}
                number, identity = rng.choice([1, 2, 3, 12, None]), rng.choice(IDENTITIES) or None
                ours = world.severa.add_customer(name=rng.choice(NAMES), number=number, kvkNumber=identity, **active)
                world.severa.add_address(ours, billing=True)
                if rng.random() < 0.85:
                    world.severa.add_project(ours, name=rng.choice(NAMES), number=rng.randint(1, 6))
                guids.append(guid(ours))
            for number in (numbers := rng.sample(["1", "2", "01", "1 2", "12", "A1", "4"], rng.randint(1, 5))):
                fields = {"OrganisationNumber": rng.choice(IDENTITIES), "Active": rng.random() < 0.85}
                card(world, number, rng.choice(NAMES), **fields)
            return guids, numbers
        case Kind.PRODUCT:
            guids = [
                product(
                    world,
                    rng.choice(["A", "B", "a", "C", None]),
                    rng.choice(NAMES),
                    rng.choice(["product", "work_type"]),
                    active=rng.random() < 0.85,
                )
                for _ in range(rng.randint(1, 5))
            ]
            for number in (numbers := rng.sample(["A", "B", "a", "C", "D"], rng.randint(1, 4))):
                article(world, number, rng.choice(NAMES), Active=rng.random() < 0.85)
            return guids, numbers
    guids = [guid(each) for each in world.severa.all("projects")]
    for number in (numbers := rng.sample(["1", "2", "3", "9"], rng.randint(1, 3))):
        world.fortnox.add_project(ProjectNumber=number, Description="Bygge")
    return guids, numbers
