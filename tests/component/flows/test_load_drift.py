"""What changes between a preview and its load: it is shown, and nothing of anybody's is overwritten."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sandbox.simulator import FaultKind
from severa_fortnox.decisions.decision import Create, Link, Refuse, Skip, Update
from severa_fortnox.errors import Retryable, System
from severa_fortnox.flows import outcome
from severa_fortnox.flows.comparison import compare
from severa_fortnox.flows.load import OutdatedPreview, apply
from severa_fortnox.reason import Reason
from severa_fortnox.settings import Main
from severa_fortnox.store.ignored import IgnoredRecord
from severa_fortnox.work import Kind
from tests.component.flows.loading import (
    KINDS,
    WHO,
    applied,
    calling,
    compared,
    firm,
    links,
    load_everything,
    log_of_loads,
    named,
    qualified,
    seed_each_decision,
    writes,
)
from tests.component.world import World


@pytest.fixture
def tiny(make_world: Callable[..., World]) -> World:
    """A company with a record for each thing that a load can do."""
    world = make_world(paced=False)
    seed_each_decision(world)
    return world


def test_a_target_edited_meanwhile_is_not_overwritten(tiny: World) -> None:
    comparison = compared(tiny, Kind.CUSTOMER)
    changed = named(comparison, "Ändrade")
    assert isinstance(changed.following, Update)
    tiny.fortnox.customers["1004"]["Email"] = "annan@andrade.example"
    tiny.fortnox.customers.touch("1004")
    loaded = applied(tiny, comparison, chosen=[changed])
    assert loaded.drifted == [changed] and "updated in Fortnox" not in loaded.done
    assert tiny.fortnox.customers["1004"]["Email"] == "annan@andrade.example"
    assert log_of_loads(tiny, Kind.CUSTOMER)[0].detail["drifted"] == "1"
    # It is linked by now: seen again and approved, it follows Severa.
    assert applied(tiny, compared(tiny, Kind.CUSTOMER)).done["updated in Fortnox"] == 1
    assert tiny.fortnox.customers["1004"]["Email"] == "ny@andrade.example"


def test_a_source_edited_meanwhile_is_not_carried_over(tiny: World) -> None:
    comparison = compared(tiny, Kind.CUSTOMER)
    changed = named(comparison, "Ändrade")
    tiny.severa.update("customers", tiny.severa.all("customers", number=1004)[0], email="nyast@andrade.example")
    loaded = applied(tiny, comparison, chosen=[changed])
    assert loaded.drifted == [changed]
    assert tiny.fortnox.customers["1004"]["Email"] == "gammal@andrade.example"


@pytest.mark.parametrize("side", ["severa", "fortnox"])
def test_a_linked_record_deleted_meanwhile_is_reported(tiny: World, side: str) -> None:
    load_everything(tiny)
    customer = tiny.severa.all("customers", number=1003)[0]
    tiny.severa.update("customers", customer, email="ny@lika.example")
    comparison = compared(tiny, Kind.CUSTOMER)
    changed = named(comparison, "Lika")
    assert isinstance(changed.decision, Update)
    if side == "severa":
        tiny.severa.delete("customers", customer["guid"])
    else:
        tiny.fortnox.customers.remove("1003")
    with calling(tiny) as calls:
        loaded = applied(tiny, comparison)
    assert loaded.done == {} and writes(calls) == []
    assert loaded.drifted == [changed]


def test_a_change_that_somebody_made_meanwhile_needs_nothing(tiny: World) -> None:
    comparison = compared(tiny, Kind.PROJECT)
    tiny.fortnox.projects["601"]["Status"] = "COMPLETED"
    tiny.fortnox.projects.touch("601")
    loaded = applied(tiny, comparison, chosen=[named(comparison, "601")])
    assert loaded.done == {"linked": 1} and loaded.drifted == []


def test_a_number_taken_in_fortnox_during_the_load_is_refused(tiny: World) -> None:
    comparison = compared(tiny, Kind.CUSTOMER)
    shown = named(comparison, "Nya Kunden")
    tiny.severa_calls.meanwhile.arm(
        lambda: tiny.fortnox.add_customer(CustomerNumber="1001", Name="Snabbare Firma AB"),
        path=f".*/customers/{shown.pair.severa_id}",
    )
    loaded = applied(tiny, comparison, chosen=[shown])
    ((name, reasons),) = loaded.refused
    assert "1001" in name and [reason.code for reason in reasons] == ["fortnox-2000637"]
    assert links(tiny)[Kind.CUSTOMER] == set()
    assert tiny.fortnox.customers["1001"]["Name"] == "Snabbare Firma AB"
    again = named(compared(tiny, Kind.CUSTOMER), "Nya Kunden").decision
    assert isinstance(again, Refuse) and again.reasons[0].code == "customer-number-taken"


@pytest.mark.parametrize("moment", ["before the load", "during the load"])
def test_an_article_number_taken_in_fortnox_meanwhile_is_not_made_again(tiny: World, moment: str) -> None:
    comparison = compared(tiny, Kind.PRODUCT)
    shown = named(comparison, "LIC")

    def take() -> None:
        tiny.fortnox.add_article(ArticleNumber="LIC", Description="Licentiat", Type="SERVICE")

    if moment == "before the load":
        take()
    else:
        tiny.severa_calls.meanwhile.arm(take, path=f".*/products/{shown.pair.severa_id}")
    loaded = applied(tiny, comparison, chosen=[shown])
    if moment == "before the load":
        assert loaded.drifted == [shown]
    else:
        assert [reason.code for _, reasons in loaded.refused for reason in reasons] == ["fortnox-2000013"]
    assert links(tiny)[Kind.PRODUCT] == set()
    again = named(compared(tiny, Kind.PRODUCT), "LIC").decision
    assert isinstance(again, Refuse) and again.reasons[0].code == "article-name-differs"


def the_same_number_with_a_zero(world: World) -> tuple[Kind, str]:
    world.fortnox.add_customer(CustomerNumber="01001", Name="Nya Kunden AB")
    return Kind.CUSTOMER, "Nya Kunden"


def another_customer_with_the_number(world: World) -> tuple[Kind, str]:
    qualified(world, firm(1001, "Nyare Kunden AB"))
    return Kind.CUSTOMER, "Nya Kunden"


def the_same_company_under_another_number(world: World) -> tuple[Kind, str]:
    world.fortnox.add_customer(CustomerNumber="2001", Name="Bergs AB", OrganisationNumber="556677-8899")
    return Kind.CUSTOMER, "Bergs"


def the_same_company_in_severa(world: World) -> tuple[Kind, str]:
    world.severa.add_customer(name="Dals AB", number=2003, kvkNumber="556000-4615")
    return Kind.CUSTOMER, "Dals"


def an_article_of_the_same_name(world: World) -> tuple[Kind, str]:
    world.fortnox.add_article(ArticleNumber="L-1", Description="Licens", Type="SERVICE")
    return Kind.PRODUCT, "Licens"


@pytest.mark.parametrize(
    "meanwhile",
    [
        the_same_number_with_a_zero,
        another_customer_with_the_number,
        the_same_company_under_another_number,
        the_same_company_in_severa,
        an_article_of_the_same_name,
    ],
)
def test_what_came_beside_it_meanwhile_keeps_it_from_being_made(
    tiny: World, meanwhile: Callable[[World], tuple[Kind, str]]
) -> None:
    """A second record of the same company or thing, which no look at the record itself can show."""
    qualified(tiny, firm(1008, "Bergs AB"), kvkNumber="556677-8899")
    tiny.fortnox.add_customer(CustomerNumber="1009", Name="Dals AB", OrganisationNumber="556000-4615")
    comparisons = {kind: compared(tiny, kind) for kind in KINDS}
    tiny.clock.sleep(3600)
    kind, name = meanwhile(tiny)
    shown = named(comparisons[kind], name)
    assert isinstance(shown.decision, Create)
    with calling(tiny) as calls:
        loaded = applied(tiny, comparisons[kind], chosen=[shown])
    assert (loaded.done, loaded.drifted) == ({}, [shown])
    assert writes(calls) == []


def an_address_differs(world: World) -> tuple[Kind, str]:
    world.fortnox.customers["1003"]["Email"] = "annan@lika.example"
    world.fortnox.customers.touch("1003")
    return Kind.CUSTOMER, "Lika"


def a_unit_differs(world: World) -> tuple[Kind, str]:
    world.severa.update("products", world.severa.all("products", code="BLOCK")[0], measurementUnit="h")
    return Kind.PRODUCT, "Block"


def a_project_closes(world: World) -> tuple[Kind, str]:
    world.severa.update("projects", world.severa.all("projects", number=603)[0], isClosed=True)
    return Kind.PROJECT, "Lika projekt"


@pytest.mark.parametrize("meanwhile", [an_address_differs, a_unit_differs, a_project_closes])
def test_what_changed_in_a_pair_that_was_shown_as_agreeing_is_not_taken_for_agreed(
    tiny: World, meanwhile: Callable[[World], tuple[Kind, str]]
) -> None:
    tiny.severa.add_product(name="Block", code="BLOCK", unit="st", vat_rate=25)
    tiny.fortnox.add_article(ArticleNumber="BLOCK", Description="Block", Type="SERVICE", Unit="st", VAT=25)
    owner = next(iter(tiny.severa.all("customers", number=1001)))
    tiny.severa.add_project(owner, name="Lika projekt", number=603)
    tiny.fortnox.add_project(ProjectNumber="603", Description="Lika projekt", StartDate="2026-01-02", Status="ONGOING")
    comparisons = {kind: compared(tiny, kind) for kind in KINDS}
    kind, name = meanwhile(tiny)
    shown = named(comparisons[kind], name)
    assert isinstance(shown.decision, Link) and isinstance(shown.following, Skip)
    loaded = applied(tiny, comparisons[kind], chosen=[shown])
    assert loaded.drifted == [shown]
    assert isinstance(named(compared(tiny, kind), name).decision, Update)


def test_a_link_that_was_made_before_the_store_failed_still_gets_its_update(tiny: World) -> None:
    comparison = compared(tiny, Kind.CUSTOMER)
    shown = named(comparison, "Ändrade")
    log, failed = tiny.store().log.table, []

    def put(table: Any, item: Any, *arguments: Any) -> None:
        if table.name == log.name and not failed:
            failed.append(item)
            raise Retryable("throttled", system=System.STORE, operation="put")
        original(table, item, *arguments)

    original = type(log).put
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(log), "put", put)
        loaded = applied(tiny, comparison, chosen=[shown])
    assert failed and loaded.done == {"linked": 1, "updated in Fortnox": 1}
    assert tiny.fortnox.customers["1004"]["Email"] == "ny@andrade.example"


def test_an_update_whose_answer_is_lost_is_told(tiny: World) -> None:
    load_everything(tiny)
    tiny.severa.update("customers", tiny.severa.all("customers", number=1003)[0], email="nyast@lika.example")
    comparison = compared(tiny, Kind.CUSTOMER)
    tiny.fortnox_calls.faults.arm(FaultKind.DROP_AFTER_APPLY, method="PUT", path="/3/customers/1003")
    loaded = applied(tiny, comparison)
    assert loaded.done == {"updated in Fortnox": 1}
    told = [entry.text for entry in tiny.log(comparison.of(Update)[0].pair.severa_id, Kind.CUSTOMER)]
    assert any("faktura@lika.example" in text for text in told)


@pytest.mark.parametrize("fault", [FaultKind.RATE_LIMIT, FaultKind.DROP_BEFORE_APPLY, FaultKind.DROP_AFTER_APPLY])
def test_an_update_that_was_made_half_goes_on_with_the_rest(tiny: World, fault: FaultKind) -> None:
    """Severa's customer and its address are two calls."""
    tiny.set(customer_main=Main.FORTNOX)
    load_everything(tiny)
    tiny.fortnox.customers["1003"].update(Email="nyast@lika.example", City="Malmö")
    tiny.fortnox.customers.touch("1003")
    comparison = compared(tiny, Kind.CUSTOMER)
    tiny.severa_calls.faults.arm(fault, method="PATCH", path=".*/addresses/[^/]+")
    loaded = applied(tiny, comparison)
    assert not tiny.severa_calls.faults.armed, "nothing went wrong"
    assert (loaded.done, loaded.drifted) == ({"updated in Severa": 1}, [])
    customer = tiny.severa.all("customers", number=1003)[0]
    cities = [each["city"] for each in tiny.severa.all("addresses") if each["customer"]["guid"] == customer["guid"]]
    assert (customer["email"], cities) == ("nyast@lika.example", ["Malmö"])


def test_what_kept_a_record_is_over_once_it_is_loaded(tiny: World) -> None:
    customer = tiny.severa.all("customers", number=1001)[0]
    outcome.tell(tiny.session(), f"customer#{customer['guid']}", (Reason("customer-prospect"),), name="1001")
    outcome.tell(tiny.session(), "customer#1002", (Reason("customer-prospect"),), name="1002")
    outcome.tell(tiny.session(), "customer#1006", (Reason("customer-prospect"),), name="1006")
    load_everything(tiny)
    assert [problem.subject for problem in tiny.store().problems.all_open(tiny.id)] == ["customer#1006"]


def test_what_was_linked_and_is_not_as_shown_keeps_its_problem(tiny: World) -> None:
    comparison = compared(tiny, Kind.CUSTOMER)
    shown = named(comparison, "Lika")
    subject = f"customer#{shown.pair.severa_id}"
    outcome.tell(tiny.session(), subject, (Reason("customer-prospect"),), name="1003")
    an_address_differs(tiny)
    assert applied(tiny, comparison, chosen=[shown]).drifted == [shown]
    assert [problem.subject for problem in tiny.store().problems.all_open(tiny.id)] == [subject]


def test_a_number_taken_in_severa_meanwhile_is_shown(tiny: World) -> None:
    comparison = compared(tiny, Kind.CUSTOMER)
    tiny.severa.add_customer(name="Snabbare Firma AB", number=1002)
    gone = named(comparison, "Gamla Kunden")
    with calling(tiny) as calls:
        loaded = applied(tiny, comparison, chosen=[gone])
    assert loaded.drifted == [gone] and writes(calls) == []
    products = compared(tiny, Kind.PRODUCT)
    tiny.severa.add_work_type(name="Resa", code="RESA")
    assert applied(tiny, products, chosen=[named(products, "RESA")]).drifted == [named(products, "RESA")]
    # Looked at again it is a pair.
    assert applied(tiny, compared(tiny, Kind.PRODUCT)).done["linked"] == 2


# What would be copied or linked is read again as well: no preview is younger than the person who reads it.


def a_source_customer_is_renamed(world: World) -> tuple[Kind, str]:
    world.severa.update("customers", world.severa.all("customers", number=1001)[0], name="Nyare Kunden AB")
    return Kind.CUSTOMER, "Nya Kunden"


def a_source_customer_is_made_inactive(world: World) -> tuple[Kind, str]:
    world.severa.update("customers", world.severa.all("customers", number=1001)[0], isActive=False)
    return Kind.CUSTOMER, "Nya Kunden"


def a_source_customer_gets_another_number(world: World) -> tuple[Kind, str]:
    world.severa.update("customers", world.severa.all("customers", number=1001)[0], number=1091)
    return Kind.CUSTOMER, "Nya Kunden"


def a_source_customer_gets_another_address(world: World) -> tuple[Kind, str]:
    guid = world.severa.all("customers", number=1001)[0]["guid"]
    (address,) = [
        each
        for each in world.severa.records["addresses"].values()
        if each["customer"]["guid"] == guid and each["isBillingAddress"]
    ]
    world.severa.update("addresses", address, city="Malmö")
    return Kind.CUSTOMER, "Nya Kunden"


def a_source_card_is_edited(world: World) -> tuple[Kind, str]:
    world.fortnox.customers["1002"].update(Name="Gamla Kunden i Lund AB", Email="ny@gamla.example")
    world.fortnox.customers.touch("1002")
    return Kind.CUSTOMER, "Gamla Kunden"


def a_source_card_is_deleted(world: World) -> tuple[Kind, str]:
    world.fortnox.customers.remove("1002")
    return Kind.CUSTOMER, "Gamla Kunden"


def one_to_be_linked_becomes_another_company(world: World) -> tuple[Kind, str]:
    world.fortnox.customers["1003"].update(Name="Helt Andra HB", OrganisationNumber="556000-4615")
    return Kind.CUSTOMER, "Lika Kunden"


def one_to_be_linked_gets_another_number(world: World) -> tuple[Kind, str]:
    world.severa.update("customers", world.severa.all("customers", number=1003)[0], number=1093)
    return Kind.CUSTOMER, "Lika Kunden"


def a_source_product_gets_another_unit(world: World) -> tuple[Kind, str]:
    world.severa.update("products", world.severa.all("products", code="LIC")[0], measurementUnit="h")
    return Kind.PRODUCT, "Licens"


def a_source_article_is_renamed(world: World) -> tuple[Kind, str]:
    world.fortnox.articles["RESA"]["Description"] = "Resor"
    return Kind.PRODUCT, "RESA"


def a_person_wants_it_left_alone(world: World) -> tuple[Kind, str]:
    guid = world.severa.all("customers", number=1001)[0]["guid"]
    mark = IgnoredRecord(Kind.CUSTOMER, System.SEVERA, guid, "testkund", "Åsa", world.clock())
    world.store().ignored.put(world.id, mark)
    return Kind.CUSTOMER, "Nya Kunden"


@pytest.mark.parametrize(
    "meanwhile",
    [
        a_source_customer_is_renamed,
        a_source_customer_is_made_inactive,
        a_source_customer_gets_another_number,
        a_source_customer_gets_another_address,
        a_source_card_is_edited,
        a_source_card_is_deleted,
        one_to_be_linked_becomes_another_company,
        one_to_be_linked_gets_another_number,
        a_source_product_gets_another_unit,
        a_source_article_is_renamed,
        a_person_wants_it_left_alone,
    ],
)
def test_what_is_not_as_it_was_shown_is_left_alone(tiny: World, meanwhile: Callable[[World], tuple[Kind, str]]) -> None:
    comparisons = {kind: compared(tiny, kind) for kind in KINDS}
    kind, name = meanwhile(tiny)
    shown = named(comparisons[kind], name)
    assert shown.is_change
    with calling(tiny) as calls:
        loaded = applied(tiny, comparisons[kind], chosen=[shown])
    assert (loaded.done, loaded.drifted) == ({}, [shown])
    assert writes(calls) == [] and links(tiny)[kind] == set()


def test_a_load_that_was_previewed_under_other_settings_does_nothing(tiny: World) -> None:
    session = tiny.session()
    comparison = compare(session, Kind.CUSTOMER, create_missing=True, at_once=1)
    tiny.set(customer_main="fortnox")
    with calling(tiny) as calls, pytest.raises(OutdatedPreview):
        apply(session, comparison, who=WHO, at_once=1, sleep=tiny.clock.sleep)
    assert calls == []
    # It keeps nobody out.
    assert tiny.store().leases.held(tiny.id, "load customer") is None


def test_what_a_poll_has_linked_meanwhile_is_neither_done_again_nor_drift(tiny: World) -> None:
    comparison = compared(tiny, Kind.CUSTOMER)
    load_everything(tiny)
    with calling(tiny) as calls:
        loaded = applied(tiny, comparison)
    assert (loaded.done, loaded.drifted, loaded.refused) == ({}, [], [])
    assert writes(calls) == []
