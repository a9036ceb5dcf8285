"""An invoice links, creates and refuses the records it needs exactly as the report says of them (DESIGN 3)."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from sandbox.severa import Row, RowType
from severa_fortnox.alerts.catalogue import explain
from severa_fortnox.decisions.decision import Create
from severa_fortnox.errors import System
from severa_fortnox.store.ignored import IgnoredRecord
from severa_fortnox.store.links import Link
from severa_fortnox.store.log import Outcome
from severa_fortnox.work import Kind
from tests.component.company import HOURS, ready_invoice
from tests.component.conftest import Engine
from tests.component.flows.registers.companies import RegisterWorld, causes, fixes


@pytest.fixture
def world(moto_client: Any) -> RegisterWorld:
    """A connection whose first poll has seen what was there before; nothing but invoices is looked at."""
    world = RegisterWorld(Engine.with_own_tables(moto_client, atomic=False))
    world.poll()
    world.clock.sleep(60)
    return world


def berg(world: RegisterWorld, **fields: Any) -> Any:
    return world.customer(1001, "Bergs AB", **{"kvkNumber": "556677-8899", **fields})


def card(world: RegisterWorld, number: str, **fields: Any) -> str:
    given = {"Name": "Bergs AB", "OrganisationNumber": "556677-8899", **fields}
    world.fortnox.add_customer(CustomerNumber=number, **given)
    return number


def work_type(world: RegisterWorld, code: str = "KONSULT", name: str = "Konsulttid", **fields: Any) -> Any:
    return world.severa.add_work_type(code=code, name=name, **fields)


def article(world: RegisterWorld, number: str, name: str = "Konsulttid", **fields: Any) -> str:
    given = {"Type": "SERVICE", "Unit": "h", "VAT": 25, **fields}
    world.fortnox.add_article(ArticleNumber=number, Description=name, **given)
    return number


def hours(code: str) -> Row:
    return Row(
        description="Rådgivning",
        quantity=Decimal(10),
        unit_price=Decimal(1000),
        row_type=RowType.HOURS,
        measurement_unit="h",
        codes=(code,),
    )


def ignored(world: RegisterWorld, kind: Kind, system: System, id: str) -> None:
    """Somebody wants the record left alone."""
    world.store().ignored.put(world.id, IgnoredRecord(kind, system, id, "dubblett", "Åsa", world.clock()))


def linked_by_hand(world: RegisterWorld, kind: Kind, severa: str, number: str) -> None:
    world.store().links.bind(world.id, Link(kind, severa, number, {}, "person", world.clock()))


def cards(world: RegisterWorld) -> list[str]:
    return [each["CustomerNumber"] for each in world.fortnox.customers]


def articles(world: RegisterWorld) -> list[str]:
    return [each["ArticleNumber"] for each in world.fortnox.articles]


def report(world: RegisterWorld, kind: Kind) -> list[str]:
    """The reasons the report gives; nothing of it is to be created."""
    looked = world.compare(kind).looked
    assert not any(isinstance(each.decision, Create) for each in looked), looked
    return sorted({reason.code for each in looked for reason in getattr(each.decision, "reasons", ())})


def refused(world: RegisterWorld, invoice: Any) -> list[str]:
    """The reasons the invoice is refused for, once it was looked at."""
    assert world.run(invoice["guid"]) is Outcome.REFUSED
    assert world.fortnox_invoices() == []
    return [reason.code for reason in world.problem(f"{Kind.INVOICE}#{invoice['guid']}").reasons]


# Customers


@pytest.mark.parametrize("number", ["10 01", "01001", "1 0 0 1"])
def test_the_card_whose_number_is_typed_otherwise_is_invoiced(world: RegisterWorld, number: str) -> None:
    customer = berg(world)
    card(world, number)

    assert report(world, Kind.CUSTOMER) == []
    assert world.run(ready_invoice(world, customer=customer)["guid"]) is Outcome.TRANSFERRED

    assert cards(world) == [number]
    assert world.link(Kind.CUSTOMER, customer["guid"]) == number
    [sent] = world.fortnox_invoices()
    assert sent["CustomerNumber"] == number


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [("556677-8899", "5566778899"), ("1234567-8", "1234567-8"), ("912345678", "912 345 678")],
)
def test_a_company_that_fortnox_has_under_another_number_is_not_made_again(
    world: RegisterWorld, ours: str, theirs: str
) -> None:
    customer = berg(world, kvkNumber=ours)
    card(world, "2001", OrganisationNumber=theirs)

    assert report(world, Kind.CUSTOMER) == ["customer-twin"]
    invoice = ready_invoice(world, customer=customer)
    assert refused(world, invoice) == ["customer-twin"]

    assert cards(world) == ["2001"]
    problem = world.problem(f"{Kind.INVOICE}#{invoice['guid']}")
    assert "1001 Bergs AB and 2001 Bergs AB in Fortnox have the same organisation number" in causes(problem)
    assert "Give both the same number" in fixes(problem)


@pytest.mark.parametrize("in_fortnox", [[], ["1001"]], ids=["without a card", "with a card"])
def test_a_number_that_two_customers_have_in_severa_is_nobodys(world: RegisterWorld, in_fortnox: list[str]) -> None:
    customer = berg(world)
    world.severa.add_customer(name="Bergs Handel AB", number=1001)
    for number in in_fortnox:
        card(world, number)

    assert report(world, Kind.CUSTOMER) == ["customer-numbers-fold-together"]
    assert refused(world, ready_invoice(world, customer=customer)) == ["customer-numbers-fold-together"]

    assert cards(world) == in_fortnox
    assert world.link(Kind.CUSTOMER, customer["guid"]) is None


def test_a_number_that_two_cards_have_is_nobodys(world: RegisterWorld) -> None:
    customer = berg(world)
    card(world, "1001")
    card(world, "01001")

    assert report(world, Kind.CUSTOMER) == ["customer-numbers-fold-together"]
    assert refused(world, ready_invoice(world, customer=customer)) == ["customer-numbers-fold-together"]


def test_a_card_that_another_customer_is_linked_to_is_not_taken(world: RegisterWorld) -> None:
    customer, other = berg(world), world.customer(9, "Bergs Handel AB")
    linked_by_hand(world, Kind.CUSTOMER, other["guid"], card(world, "1001"))

    assert report(world, Kind.CUSTOMER) == ["customer-numbers-fold-together"]
    assert refused(world, ready_invoice(world, customer=customer)) == ["customer-numbers-fold-together"]


def test_a_customer_that_somebody_wants_left_alone_is_not_made_for_an_invoice(world: RegisterWorld) -> None:
    customer = berg(world)
    ignored(world, Kind.CUSTOMER, System.SEVERA, customer["guid"])

    assert report(world, Kind.CUSTOMER) == []
    invoice = ready_invoice(world, customer=customer)
    assert refused(world, invoice) == ["ignored-but-needed"]

    assert cards(world) == []
    [reason] = world.problem(f"{Kind.INVOICE}#{invoice['guid']}").reasons
    assert "customer 1001 Bergs AB" in explain(reason).cause and "dubblett" in explain(reason).cause
    assert "--undo" in explain(reason).fix


def test_a_card_that_somebody_wants_left_alone_is_not_linked_for_an_invoice(world: RegisterWorld) -> None:
    customer = berg(world)
    ignored(world, Kind.CUSTOMER, System.FORTNOX, card(world, "1001"))

    assert report(world, Kind.CUSTOMER) == []
    assert refused(world, ready_invoice(world, customer=customer)) == ["ignored-but-needed"]

    assert world.link(Kind.CUSTOMER, customer["guid"]) is None


def test_what_is_linked_by_hand_is_invoiced_though_it_is_left_alone(world: RegisterWorld) -> None:
    customer = berg(world)
    linked_by_hand(world, Kind.CUSTOMER, customer["guid"], card(world, "2001"))
    ignored(world, Kind.CUSTOMER, System.SEVERA, customer["guid"])

    assert world.run(ready_invoice(world, customer=customer)["guid"]) is Outcome.TRANSFERRED

    assert cards(world) == ["2001"]


def test_a_customer_that_only_pays_for_anothers_project_is_made(world: RegisterWorld) -> None:
    owner = world.customer(1002, "Dals AB")
    payer = world.severa.add_customer(name="Bergs AB", number=1001, kvkNumber="556677-8899")
    world.severa.add_address(payer, billing=True)
    world.compare(Kind.CUSTOMER)
    [project] = world.severa.all("projects", number=1002)
    invoice = ready_invoice(world, customer=owner, projects=[project], billing_customer=payer)

    assert world.run(invoice["guid"]) is Outcome.TRANSFERRED

    assert cards(world) == ["1001"]


def test_a_customer_from_before_the_connection_is_made_though_not_all_are_wanted(world: RegisterWorld) -> None:
    customer = berg(world)
    world.set(activated_on=world.now() + timedelta(days=1), transfer_all_customers=False, create_articles="all")

    assert world.run(ready_invoice(world, customer=customer)["guid"]) is Outcome.TRANSFERRED

    assert cards(world) == ["1001"]


def test_a_card_made_for_an_invoice_is_as_the_settings_want_it(world: RegisterWorld) -> None:
    world.set(postal_address=False)
    customer = berg(world)
    world.severa.add_address(customer, addressline="Lagergatan 3", city="Borås", postal=True)

    assert world.run(ready_invoice(world, customer=customer)["guid"]) is Outcome.TRANSFERRED

    assert not world.fortnox.customers["1001"]["DeliveryAddress1"]


def test_what_an_invoice_has_made_is_not_looked_at_again_for_that(world: RegisterWorld) -> None:
    customer = berg(world)
    world.run(ready_invoice(world, customer=customer)["guid"])

    with world.writing_nothing():
        assert world.look_at(Kind.CUSTOMER, customer["guid"]) is Outcome.NOTHING_TO_DO


# Products


def test_an_article_of_that_name_under_another_number_is_not_made_again(world: RegisterWorld) -> None:
    work_type(world)
    article(world, "K-1")

    assert report(world, Kind.PRODUCT) == ["article-code-differs"]
    invoice = ready_invoice(world, customer=berg(world))
    assert refused(world, invoice) == ["article-code-differs"]

    assert articles(world) == ["K-1"]
    problem = world.problem(f"{Kind.INVOICE}#{invoice['guid']}")
    assert "Konsulttid has the code KONSULT in Severa and is article K-1 in Fortnox" in causes(problem)
    assert "Give both the same code" in fixes(problem)


def test_a_product_that_somebody_wants_left_alone_is_not_made_for_an_invoice(world: RegisterWorld) -> None:
    ignored(world, Kind.PRODUCT, System.SEVERA, work_type(world)["guid"])

    assert report(world, Kind.PRODUCT) == []
    invoice = ready_invoice(world, customer=berg(world))
    assert refused(world, invoice) == ["ignored-but-needed"]

    assert articles(world) == []
    assert "product KONSULT Konsulttid" in causes(world.problem(f"{Kind.INVOICE}#{invoice['guid']}"))


def test_of_two_products_of_one_code_the_one_that_is_not_left_alone_is_meant(world: RegisterWorld) -> None:
    ignored(world, Kind.PRODUCT, System.SEVERA, work_type(world, name="Gammalt")["guid"])
    ours = work_type(world)

    assert world.run(ready_invoice(world, customer=berg(world))["guid"]) is Outcome.TRANSFERRED

    assert world.link(Kind.PRODUCT, ours["guid"]) == "KONSULT"


def test_of_two_products_of_one_code_the_one_named_as_the_article_is_meant(world: RegisterWorld) -> None:
    work_type(world, name="Annat")
    ours = work_type(world)
    article(world, "KONSULT")

    assert world.run(ready_invoice(world, customer=berg(world))["guid"]) is Outcome.TRANSFERRED

    assert world.link(Kind.PRODUCT, ours["guid"]) == "KONSULT"


@pytest.mark.parametrize("other", ["KONSULT", "konsult"])
def test_a_code_that_a_product_of_another_register_has_is_nobodys(world: RegisterWorld, other: str) -> None:
    work_type(world)
    world.severa.add_product(name="Annat", code=other)
    world.set(create_articles="all")

    assert report(world, Kind.PRODUCT) == ["product-code-ambiguous"]
    assert refused(world, ready_invoice(world, customer=berg(world))) == ["product-code-ambiguous"]

    assert articles(world) == []


@pytest.mark.parametrize(
    ("number", "by_hand"), [("konsult", False), ("K-1", True)], ids=["differs in case", "linked by hand"]
)
def test_an_article_that_the_row_could_not_name_is_no_reason_for_another(
    world: RegisterWorld, number: str, by_hand: bool
) -> None:
    ours = work_type(world)
    article(world, number)
    if by_hand:
        linked_by_hand(world, Kind.PRODUCT, ours["guid"], number)

    assert report(world, Kind.PRODUCT) == []
    assert refused(world, ready_invoice(world, customer=berg(world))) == ["article-code-differs"]

    assert articles(world) == [number]


def test_a_product_older_than_the_connection_is_made_only_when_all_are_wanted(world: RegisterWorld) -> None:
    work_type(world)
    world.set(activated_on=world.now() + timedelta(days=1))
    invoice = ready_invoice(world, customer=berg(world))

    assert refused(world, invoice) == ["article-older-than-activation"]
    assert articles(world) == []

    world.set(create_articles="all")

    assert world.run(invoice["guid"]) is Outcome.TRANSFERRED
    assert articles(world) == ["KONSULT"]


def test_a_product_whose_age_nothing_tells_is_made(world: RegisterWorld) -> None:
    work_type(world)
    world.set(activated_on=None)

    assert world.run(ready_invoice(world, customer=berg(world))["guid"]) is Outcome.TRANSFERRED

    assert articles(world) == ["KONSULT"]


def test_several_products_are_made_each_once(world: RegisterWorld) -> None:
    work_type(world)
    work_type(world, "SENIOR", "Konsulttid senior")

    invoice = ready_invoice(world, rows=[HOURS, hours("SENIOR"), HOURS], customer=berg(world))
    assert world.run(invoice["guid"]) is Outcome.TRANSFERRED

    assert articles(world) == ["KONSULT", "SENIOR"]


# Projects


def test_a_number_that_two_projects_have_in_severa_is_nobodys_project(world: RegisterWorld) -> None:
    customer = world.severa.add_customer(name="Bergs AB", number=1001, kvkNumber="556677-8899")
    world.severa.add_address(customer, billing=True)
    alfa, beta = (world.severa.add_project(customer, name=name, number=501) for name in ("Alfa", "Beta"))
    world.fortnox.add_project(ProjectNumber="501", Description="Beta", StartDate="2026-01-02", Status="ONGOING")

    assert refused(world, ready_invoice(world, customer=customer, projects=[alfa])) == ["project-number-several"]
    assert report(world, Kind.PROJECT) == ["project-number-several"]
    assert world.links(Kind.PROJECT) == set() and beta["number"] == 501


@pytest.mark.parametrize("in_fortnox", [True, False])
def test_a_project_that_somebody_wants_left_alone_is_neither_linked_nor_made_for_an_invoice(
    world: RegisterWorld, in_fortnox: bool
) -> None:
    customer = berg(world)
    alfa = world.severa.add_project(customer, name="Alfa", number=501)
    if in_fortnox:
        world.fortnox.add_project(ProjectNumber="501", Description="Alfa", StartDate="2026-01-02", Status="ONGOING")
    ignored(world, Kind.PROJECT, System.SEVERA, alfa["guid"])

    invoice = ready_invoice(world, customer=customer, projects=[alfa])

    assert refused(world, invoice) == ["ignored-but-needed"]
    assert world.links(Kind.PROJECT) == set()


@pytest.mark.parametrize("fields", [{}, {"closed": True}])
def test_a_project_is_made_for_its_invoice_though_it_is_closed_or_projects_are_not_wanted(
    world: RegisterWorld, fields: dict[str, Any]
) -> None:
    world.set(transfer_projects=False)
    customer = berg(world)
    alfa = world.severa.add_project(customer, name="Alfa", number=501, **fields)

    assert world.run(ready_invoice(world, customer=customer, projects=[alfa])["guid"]) is Outcome.TRANSFERRED

    assert world.link(Kind.PROJECT, alfa["guid"]) == "501"
