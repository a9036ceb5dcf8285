"""What a poll finds, what finding nothing costs, and that it is never further than what it has queued."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from sandbox.simulator import FaultKind
from severa_fortnox.errors import IntegrationError, System
from severa_fortnox.flows.comparison import compare
from severa_fortnox.flows.register_brake import REGISTERS
from severa_fortnox.flows.register_polls import poll_registers
from severa_fortnox.flows.watermarks import ALL_QUALIFIED, in_fortnox
from severa_fortnox.store.log import Outcome
from severa_fortnox.work import Cause, Kind, Work
from tests.component.company import ready_invoice
from tests.component.flows.registers.companies import DAY, Maker, RegisterWorld, ids, watermark
from tests.component.world import WRITES

#: The lists of Severa that a poll reads: projects, invoices, customers, addresses and three product registers.
LISTS = 7


pytestmark = pytest.mark.usefixtures("polled")


@dataclass
class FullQueue:
    """A queue that fails after some messages."""

    takes: int
    waiting: list[Work] = field(default_factory=list)

    def put(self, work: Work, *, distinct: str) -> None:
        if len(self.waiting) >= self.takes:
            raise ConnectionError("the queue does not answer")
        self.waiting.append(work)


class CountedReads:
    """A DynamoDB client that counts its requests that read."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner
        self.count = 0

    def __getattr__(self, name: str) -> Any:
        self.count += name in {"get_item", "batch_get_item", "query"}
        return getattr(self._inner, name)


def some_of_each(world: RegisterWorld) -> set[tuple[Kind, System, str]]:
    """New records of every kind in Severa."""
    customer = world.customer()
    (undertaking,) = world.severa.records["projects"].values()
    products = [world.severa.add_product(name=f"Sak {n}", code=f"S{n}") for n in range(3)]
    return {
        (Kind.CUSTOMER, System.SEVERA, customer["guid"]),
        (Kind.PROJECT, System.SEVERA, undertaking["guid"]),
        *((Kind.PRODUCT, System.SEVERA, product["guid"]) for product in products),
    }


# The watermark


@pytest.mark.parametrize("takes", range(5))
def test_a_queue_that_fails_in_the_middle_leaves_everything_to_be_found_again(world: RegisterWorld, takes: int) -> None:
    expected = some_of_each(world)
    before = watermark(world)
    queue = FullQueue(takes)

    with pytest.raises(ConnectionError):
        poll_registers(world.session(), queue)

    assert watermark(world) == before
    assert ids(world.poll()) == expected
    assert (watermark(world) or "") > (before or "")


def test_a_prospect_that_qualified_is_found_again_although_the_queue_failed(world: RegisterWorld) -> None:
    """Who is known as qualified is not looked for any more, so it is remembered after the queuing only."""
    prospect = world.severa.add_customer(name="Kanske AB", number=1003)
    world.clock.sleep(10 * 60)
    compare(world.session(), Kind.CUSTOMER, at_once=1)
    assert watermark(world, ALL_QUALIFIED) is not None
    world.poll()
    world.clock.sleep(10 * 60)
    world.severa.add_project(prospect, name="Uppdrag", number=9)

    with pytest.raises(ConnectionError):
        poll_registers(world.session(), FullQueue(0))

    assert (Kind.CUSTOMER, System.SEVERA, prospect["guid"]) in ids(world.poll())


@pytest.mark.parametrize("takes", range(3))
def test_the_daily_catch_up_comes_again_when_its_queue_failed(world: RegisterWorld, takes: int) -> None:
    world.clock.sleep(DAY)
    for number in (1001, 1002, 1003):
        world.fortnox.add_customer(CustomerNumber=str(number), Name=f"Kund {number}")

    with pytest.raises(ConnectionError):
        poll_registers(world.session(), FullQueue(takes))

    expected = {(Kind.CUSTOMER, System.FORTNOX, str(number)) for number in (1001, 1002, 1003)}
    assert ids(world.poll()) == expected
    assert world.poll() == [], "once a day"


@pytest.mark.parametrize("path", ["projects", "invoices", "customers", "addresses", "products", "worktypes"])
def test_a_list_that_cannot_be_read_leaves_everything_to_be_found_again(world: RegisterWorld, path: str) -> None:
    expected = some_of_each(world)
    before = watermark(world)
    world.severa_calls.faults.arm(FaultKind.SERVER_ERROR, path=f"/rest-api/v1/{path}", times=3)

    with pytest.raises(IntegrationError):
        world.poll()
    world.severa_calls.faults.armed.clear()

    assert watermark(world) == before
    assert ids(world.poll()) == expected


@pytest.mark.parametrize(
    ("path", "kind"), [("customers", Kind.CUSTOMER), ("articles", Kind.PRODUCT), ("projects", Kind.PROJECT)]
)
def test_a_catch_up_that_cannot_be_read_to_its_end_is_made_again(world: RegisterWorld, path: str, kind: Kind) -> None:
    world.clock.sleep(DAY)
    world.fortnox.add_customer(CustomerNumber="1001", Name="Kund")
    world.fortnox.add_article(ArticleNumber="NY", Description="Ny")
    before = watermark(world, in_fortnox(kind))
    world.fortnox_calls.faults.arm(FaultKind.SERVER_ERROR, path=f"/3/{path}", times=3)
    queue = world.queue()

    with pytest.raises(IntegrationError):
        poll_registers(world.session(), queue)
    world.fortnox_calls.faults.armed.clear()

    assert watermark(world, in_fortnox(kind)) == before
    assert kind not in {work.kind for work in queue.waiting}
    found = [*queue.waiting, *world.poll()]
    assert ids(found) == {(Kind.CUSTOMER, System.FORTNOX, "1001"), (Kind.PRODUCT, System.FORTNOX, "NY")}
    assert (watermark(world, in_fortnox(kind)) or "") > (before or "")


def test_what_becomes_visible_late_is_found_by_the_overlap(world: RegisterWorld) -> None:
    late = world.severa.add_product(name="Sen", code="SEN")
    moment = world.now()
    del world.severa.records["products"][late["guid"]]
    world.clock.sleep(60)
    world.poll()

    world.severa.records["products"][late["guid"]] = late
    world.clock.sleep(60)

    assert (watermark(world) or "") > moment.isoformat()
    assert ids(world.poll()) == {(Kind.PRODUCT, System.SEVERA, late["guid"])}


def test_what_the_overlap_lists_again_is_known_once_it_was_looked_at(world: RegisterWorld) -> None:
    some_of_each(world)
    world.poll_and_look()
    world.clock.sleep(60)

    with world.writing_nothing() as spent:
        assert world.poll() == []

    assert spent.fortnox == []


def test_what_was_refused_waits_until_it_changes_or_is_due_again(world: RegisterWorld) -> None:
    product = world.severa.add_product(name="Kakel", code="KAKEL", unit="pall")
    world.poll_and_look()
    world.clock.sleep(60)
    assert world.poll() == []

    world.in_severa("products", product, name="Kakel, grått")
    assert ids(world.poll()) == {(Kind.PRODUCT, System.SEVERA, product["guid"])}


# What it finds


@pytest.mark.parametrize("how", ["changed", "added"])
def test_addresses_are_polled_for_themselves(world: RegisterWorld, how: str) -> None:
    customer, _ = world.pair_of_customers()
    world.clock.sleep(60 * 60)
    world.poll()
    world.clock.sleep(60 * 60)
    (address,) = world.severa.records["addresses"].values()

    if how == "changed":
        world.in_severa("addresses", address, city="Lund")
    else:
        world.severa.add_address(customer, addressline="Nygatan 9", visit=True)
    world.clock.sleep(60)
    queued = world.poll_and_look()

    assert ids(queued) == {(Kind.CUSTOMER, System.SEVERA, customer["guid"])}
    card = world.fortnox.customers["1001"]
    assert (card["City"] == "Lund") if how == "changed" else (card["VisitingAddress"] == "Nygatan 9")


def test_a_deleted_address_is_found_by_whoever_looks_at_the_customer_next(world: RegisterWorld) -> None:
    """Severa names no deleted addresses in any list of changes."""
    customer, _ = world.pair_of_customers(address={"visit": True})
    second = world.severa.add_address(customer, addressline="Nygatan 9", postal=True)
    world.quieten()
    assert world.fortnox.customers["1001"]["DeliveryAddress1"] == "Nygatan 9"

    world.severa.delete("addresses", second["guid"])
    world.quieten()
    assert world.fortnox.customers["1001"]["DeliveryAddress1"] == "Nygatan 9"

    assert world.load(Kind.CUSTOMER).done == {"updated in Fortnox": 1}
    assert not world.fortnox.customers["1001"]["DeliveryAddress1"]


def test_a_changed_prospect_costs_no_call_once_all_qualified_are_known(world: RegisterWorld) -> None:
    prospects = [world.severa.add_customer(name=f"Kanske {n} AB", number=2000 + n) for n in range(20)]
    compare(world.session(), Kind.CUSTOMER, at_once=1)
    world.poll()
    world.clock.sleep(60 * 60)
    world.poll()
    for prospect in prospects:
        world.in_severa("customers", prospect, email="ny@kanske.example")
    world.clock.sleep(60)

    with world.writing_nothing() as spent:
        assert world.poll_and_look() == []

    assert len(spent.severa) == LISTS and spent.fortnox == []


def test_an_internal_customer_is_never_queued(world: RegisterWorld) -> None:
    world.severa.add_customer(name="Vi själva AB", number=1, isInternal=True)

    assert world.poll() == []


def test_a_poll_that_finds_nothing_costs_one_call_a_list_and_one_write(world: RegisterWorld) -> None:
    world.pair_of_customers()
    world.pair_of_products()
    world.pair_of_projects(number=9)
    world.quieten()
    world.clock.sleep(60 * 60)
    world.poll()
    world.clock.sleep(5 * 60)
    world.points.reached.clear()

    with world.writing_nothing() as spent:
        assert world.poll() == []

    assert len(spent.severa) == LISTS, spent.reads
    assert len({call.path for call in spent.severa}) == LISTS, "one call for each list"
    assert spent.fortnox == []
    writes = [name for name in world.points.reached if name.removeprefix("before ") in WRITES]
    assert len(writes) <= 1, writes


def test_a_poll_right_after_the_overlap_of_many_changes_still_costs_one_call_a_list(world: RegisterWorld) -> None:
    for number in range(3):
        world.pair_of_customers(1001 + number)
    world.clock.sleep(60)

    with world.writing_nothing() as spent:
        world.poll()

    assert len(spent.severa) == LISTS and spent.fortnox == []


@pytest.mark.parametrize("kind", [Kind.CUSTOMER, Kind.PRODUCT])
def test_many_changes_cost_no_more_reads_of_the_store_than_a_few(world: RegisterWorld, kind: Kind) -> None:
    if kind is Kind.CUSTOMER:
        name, pairs = "customers", [world.pair_of_customers(1001 + n) for n in range(8)]
    else:
        name, pairs = "products", [world.pair_of_products(f"S{n}") for n in range(8)]
    world.quieten()
    world.engine = replace(world.engine, client=CountedReads(world.engine.client))

    spent = []
    for count in (2, 8):
        world.clock.sleep(60 * 60)
        for record, _ in pairs[:count]:
            world.in_severa(name, record, name=f"{record['name']}, ny")
        before = world.engine.client.count
        assert len(world.poll()) == count
        spent.append(world.engine.client.count - before)

    assert spent[0] == spent[1]


# Once a day


def test_the_first_catch_up_remembers_what_is_in_fortnox_and_copies_none_of_it(company: Maker) -> None:
    world = company()
    world.fortnox.add_article(ArticleNumber="OLD", Description="Gammal", Type="SERVICE")
    world.fortnox.add_customer(CustomerNumber="77", Name="Gammal AB")
    world.clock.sleep(2 * DAY)
    world.set(activated_on=world.now())
    world.clock.sleep(60)

    world.poll_and_look()
    assert world.store().before.get(world.id, Kind.PRODUCT) == {"OLD"}

    world.fortnox.add_article(ArticleNumber="NY", Description="Ny", Type="SERVICE")
    world.clock.sleep(DAY)
    queued = world.poll_and_look()
    assert (Kind.PRODUCT, System.FORTNOX, "NY") in ids(queued)
    assert [product["code"] for product in world.severa.records["products"].values()] == ["NY"]
    assert world.severa.records["customers"] == {}
    # What existed is written down once and never again.
    assert world.store().before.get(world.id, Kind.PRODUCT) == {"OLD"}


def test_fortnox_is_asked_once_a_day(world: RegisterWorld) -> None:
    with world.spending() as spent:
        for _ in range(10):
            world.clock.sleep(30 * 60)
            world.poll()
    assert spent.fortnox == []

    world.clock.sleep(DAY)
    with world.spending() as spent:
        world.poll()
        world.clock.sleep(5 * 60)
        world.poll()
    assert [call.path for call in spent.fortnox] == ["/3/customers", "/3/articles", "/3/projects"]


def test_only_linked_projects_of_fortnox_concern_us(world: RegisterWorld) -> None:
    world.pair_of_projects()
    world.fortnox.add_project(ProjectNumber="901", Description="Bara i Fortnox")
    world.clock.sleep(DAY)
    world.in_fortnox(Kind.PROJECT, "501", Status="COMPLETED")

    assert {(Kind.PROJECT, System.FORTNOX, "501")} == {each for each in ids(world.poll()) if each[0] is Kind.PROJECT}


@pytest.mark.parametrize("days", [1, 5])
def test_a_closed_project_is_completed_after_its_days_and_not_before(world: RegisterWorld, days: int) -> None:
    world.set(project_closing="complete_after_days", project_closing_days=days)
    undertaking, _ = world.pair_of_projects()
    world.in_severa("projects", undertaking, isClosed=True, closedDate=world.now().date())
    world.quieten()

    seen = []
    for _ in range(days + 2):
        seen.append(world.fortnox.projects["501"]["Status"])
        world.clock.sleep(DAY)
        world.poll_and_look()

    assert seen == ["ONGOING"] * days + ["COMPLETED"] * 2
    puts = world.fortnox_calls.journal.matching("PUT", "/3/projects/501")
    assert len(puts) == 1


def test_a_project_closed_before_the_poll_stood_still_is_completed_all_the_same(world: RegisterWorld) -> None:
    """The poll is off for two weeks while the days of a project run out."""
    world.set(project_closing="complete_after_days", project_closing_days=3)
    undertaking, _ = world.pair_of_projects()
    world.in_severa("projects", undertaking, isClosed=True, closedDate=world.now().date())
    world.quieten()

    world.clock.sleep(14 * DAY)
    world.poll_and_look()

    assert world.fortnox.projects["501"]["Status"] == "COMPLETED"


@pytest.mark.parametrize(("closing", "days"), [("complete", 0), ("complete_after_days", 1)])
def test_a_project_that_closes_on_a_day_to_come_is_completed_then(
    world: RegisterWorld, closing: str, days: int
) -> None:
    world.set(project_closing=closing, project_closing_days=1)
    undertaking, _ = world.pair_of_projects()
    world.in_severa("projects", undertaking, isClosed=True, closedDate=world.now().date() + timedelta(days=4))
    world.quieten()

    seen = []
    for _ in range(6 + days):
        seen.append(world.fortnox.projects["501"]["Status"])
        world.clock.sleep(DAY)
        world.poll_and_look()

    assert seen == ["ONGOING"] * (4 + days) + ["COMPLETED"] * 2
    assert len(world.fortnox_calls.journal.matching("PUT", "/3/projects/501")) == 1


def test_what_came_while_projects_were_not_transferred_is_caught_up_with(world: RegisterWorld) -> None:
    world.set(project_closing="complete_after_days", project_closing_days=3)
    closed, _ = world.pair_of_projects(501)
    world.pair_of_projects(502)
    world.in_severa("projects", closed, isClosed=True, closedDate=world.now().date())
    world.quieten()
    world.set(transfer_projects=False)
    for day in range(10):
        world.clock.sleep(DAY)
        world.poll_and_look()
        if day == 4:
            world.in_fortnox(Kind.PROJECT, "502", Status="COMPLETED")
    assert [world.fortnox.projects[number]["Status"] for number in ("501", "502")] == ["ONGOING", "COMPLETED"]

    world.set(transfer_projects=True)
    world.poll_and_look()

    assert [world.fortnox.projects[number]["Status"] for number in ("501", "502")] == ["COMPLETED", "ONGOING"]


# Who is no prospect any more


def test_a_comparison_takes_no_new_customer_from_the_poll(world: RegisterWorld) -> None:
    prospect = world.severa.add_customer(name="Kanske AB", number=1001)
    world.compare(Kind.CUSTOMER)
    world.poll_and_look()
    world.clock.sleep(600)
    world.severa.add_project(prospect, name="Uppdrag", number=9)
    world.compare(Kind.CUSTOMER)
    world.quieten()
    assert world.link(Kind.CUSTOMER, prospect["guid"]) == "1001"


# A load before the first poll


def test_a_load_of_one_register_takes_nothing_from_the_first_poll_of_another(company: Maker) -> None:
    world = company()
    world.clock.sleep(3600)
    product = world.severa.add_product(name="Licens", code="LIC")
    world.clock.sleep(3600)
    world.load(Kind.CUSTOMER)
    world.quieten()
    assert world.link(Kind.PRODUCT, product["guid"]) == "LIC"


def test_an_article_made_after_the_first_load_is_new(company: Maker) -> None:
    world = company()
    world.fortnox.add_article(ArticleNumber="OLD", Description="Gammal", Type="SERVICE")
    world.load(Kind.PRODUCT)
    world.clock.sleep(3600)
    world.fortnox.add_article(ArticleNumber="NEW", Description="Ny", Type="SERVICE")
    world.clock.sleep(3600)
    world.quieten()
    assert [each["code"] for each in world.severa.all("products")] == ["NEW"]


def test_what_severa_told_waits_for_no_fortnox_that_is_down(company: Maker) -> None:
    world = company()
    product = world.severa.add_product(name="Licens", code="LIC")
    world.fortnox_calls.faults.arm(FaultKind.SERVER_ERROR, path="/3/customers", times=9)
    queue = world.queue()
    with pytest.raises(IntegrationError):
        poll_registers(world.session(), queue)
    assert (Kind.PRODUCT, System.SEVERA, product["guid"]) in ids(queue.waiting)
    world.fortnox_calls.faults.armed.clear()
    world.clock.sleep(600)
    assert watermark(world, in_fortnox(Kind.PRODUCT)) is None
    world.quieten()
    assert watermark(world, in_fortnox(Kind.PRODUCT)) is not None


# Rights


@pytest.mark.parametrize("scope", ["customer", "article", "project"])
def test_a_register_nobody_may_read_does_not_stop_invoices(world: RegisterWorld, scope: str) -> None:
    world.run(ready_invoice(world)["guid"])
    world.clock.sleep(DAY)
    world.fortnox.switches = replace(world.fortnox.switches, unlicensed=frozenset({scope}))
    invoice = ready_invoice(world)

    for _ in range(3):
        world.clock.sleep(5 * 60)
        world.round()

    assert world.status(invoice) == "Transferred"
    (problem,) = [problem for problem in world.problems() if problem.subject == REGISTERS]
    assert [mail for mail in world.mails if "registers" in mail.subject.lower() or "registers" in mail.body][1:] == []
    assert problem.mailed

    world.fortnox.switches = replace(world.fortnox.switches, unlicensed=frozenset())
    world.clock.sleep(5 * 60)
    world.round()
    assert [each for each in world.problems() if each.subject == REGISTERS] == []


@pytest.mark.parametrize(
    ("scope", "kind"), [("customer", Kind.CUSTOMER), ("article", Kind.PRODUCT), ("project", Kind.PROJECT)]
)
def test_a_register_nobody_may_read_does_not_stop_the_others(world: RegisterWorld, scope: str, kind: Kind) -> None:
    world.pair_of_customers()
    world.pair_of_products()
    world.pair_of_projects()
    world.quieten()
    world.clock.sleep(DAY)
    touched = {Kind.CUSTOMER: "1001", Kind.PRODUCT: "DEV", Kind.PROJECT: "501"}
    for each, number in touched.items():
        world.register(each).touch(number)
    expected = {(each, System.FORTNOX, number) for each, number in touched.items()}
    before = {each: watermark(world, in_fortnox(each)) for each in touched}
    world.fortnox.switches = replace(world.fortnox.switches, unlicensed=frozenset({scope}))

    assert ids(world.poll(guarded=True)) & expected == {each for each in expected if each[0] is not kind}
    assert [each for each in touched if watermark(world, in_fortnox(each)) == before[each]] == [kind]
    assert [problem.subject for problem in world.problems()] == [REGISTERS]

    world.fortnox.switches = replace(world.fortnox.switches, unlicensed=frozenset())
    world.clock.sleep(5 * 60)
    assert ids(world.poll(guarded=True)) & expected == {each for each in expected if each[0] is kind}
    assert world.problems() == []


def test_projects_that_are_not_transferred_need_no_right_to_be_read(world: RegisterWorld) -> None:
    world.set(transfer_projects=False)
    world.fortnox.switches = replace(world.fortnox.switches, unlicensed=frozenset({"project"}))
    world.clock.sleep(DAY)

    with world.spending() as spent:
        world.poll(guarded=True)

    assert [call.path for call in spent.fortnox] == ["/3/customers", "/3/articles"]
    assert world.problems() == []


@pytest.mark.parametrize("scope", ["projects:read"])
def test_a_severa_scope_that_registers_need_does_not_stop_invoices(world: RegisterWorld, scope: str) -> None:
    world.run(ready_invoice(world)["guid"])
    world.clock.sleep(DAY)
    world.severa_calls.faults.arm(FaultKind.VANISHED, path="/never")
    client = world.severa_calls.access.clients["severa-id"]
    world.severa_calls.access.add_client("severa-id", "severa-secret", client.scopes - {scope})
    world.clock.sleep(2 * 60 * 60)
    invoice = ready_invoice(world)

    world.round()

    assert world.status(invoice) == "Transferred"
    assert REGISTERS in {problem.subject for problem in world.problems()}


def test_a_broken_connection_is_told_by_the_invoices_poll_and_not_twice(world: RegisterWorld) -> None:
    world.severa_calls.access.add_client("severa-id", "another-secret")
    world.severa_calls.access.tokens.clear()
    world.clock.sleep(2 * 60 * 60)

    for _ in range(3):
        world.clock.sleep(5 * 60)
        world.round()

    assert [problem.subject for problem in world.problems()] == ["connection#severa"]
    assert len(world.mails) == 1


def test_a_person_can_have_any_record_looked_at_again_without_a_change(world: RegisterWorld) -> None:
    customer, _ = world.pair_of_customers()

    assert world.look_at(Kind.CUSTOMER, customer["guid"], cause=Cause.PERSON) is Outcome.NOTHING_TO_DO
    assert world.look_at(Kind.CUSTOMER, "1001", System.FORTNOX, Cause.PERSON) is Outcome.NOTHING_TO_DO

    told = [entry for entry in world.entries() if entry.cause is Cause.PERSON]
    assert len(told) == 2 and all("in both systems" in entry.text for entry in told), told


def test_since_before_the_first_poll_counts_from_when_the_connection_was_switched_on(company: Maker) -> None:
    world = company()
    old = world.severa.add_product(name="Gammal", code="OLD")
    world.clock.sleep(DAY)
    world.set(activated_on=world.now())
    world.clock.sleep(60 * 60)
    new = world.severa.add_product(name="Ny", code="NY")
    world.clock.sleep(2 * DAY)

    assert ids(world.poll()) == {(Kind.PRODUCT, System.SEVERA, new["guid"])}
    assert old["code"] == "OLD"
    assert timedelta(days=2) < world.now() - (world.settings.activated_on or world.now())


def test_who_became_a_customer_between_a_report_and_the_beginning_is_no_prospect(company: Maker) -> None:
    world = company()
    world.set(activated_on=None)
    world.compare(Kind.CUSTOMER)
    world.clock.sleep(DAY)
    customer = world.severa.add_customer(name="Nya AB", number=1001)
    world.severa.add_project(customer, name="Uppdrag", number=9)
    world.clock.sleep(DAY)
    world.set(activated_on=world.now())
    world.poll_and_look()
    world.clock.sleep(DAY)
    world.in_severa("customers", customer, email="ny@kund.example")
    world.poll_and_look()
    assert world.link(Kind.CUSTOMER, customer["guid"]) == "1001"
