"""Every rule that is stated about registers, played through both systems; the rows are those of `reference` product.

Time passes in rounds: what changed in Severa is found by each poll, what changed in Fortnox once a day.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from severa_fortnox.decisions.decision import Create, Link
from severa_fortnox.settings import Main
from severa_fortnox.store.log import Outcome
from severa_fortnox.work import Cause, Kind
from tests.component.company import ready_invoice
from tests.component.flows.registers.companies import DAY, KINDS, Maker, RegisterWorld, causes, fixes


@pytest.fixture
def world(company: Maker) -> RegisterWorld:
    """A company whose connection was switched on; the first poll has seen what Fortnox had before."""
    world = company()
    world.poll()
    world.clock.sleep(60)
    return world


def next_day(world: RegisterWorld) -> None:
    """A day later nothing is queued any more."""
    world.clock.sleep(DAY)
    world.quieten()


def card(world: RegisterWorld, number: int = 1001, **fields: Any) -> dict[str, Any]:
    """A customer in Fortnox."""
    return world.fortnox.add_customer(**{"CustomerNumber": str(number), "Name": "Björk & Åström AB", **fields})


def article(world: RegisterWorld, code: str = "DEV", name: str = "Utveckling", **fields: Any) -> dict[str, Any]:
    """An article in Fortnox."""
    return world.fortnox.add_article(
        ArticleNumber=code, Description=name, **{"Type": "SERVICE", "Unit": "h", "VAT": 25} | fields
    )


def project(world: RegisterWorld, number: int = 501, **fields: Any) -> dict[str, Any]:
    """A project of an internal customer, in Severa only."""
    owner = world.severa.all("customers", number=1) or [
        world.severa.add_customer(name="Vi själva AB", number=1, isInternal=True)
    ]
    return world.severa.add_project(owner[0], **{"name": "Webbplats", "number": number, **fields})


# Customers


def test_row_14_customers_are_linked_by_number(world: RegisterWorld) -> None:
    customer = world.customer(name="Björk och Åström")
    card(world)
    stranger = world.customer(1002, name="Okänd AB")

    world.quieten()

    assert world.links(Kind.CUSTOMER) == {(customer["guid"], "1001"), (stranger["guid"], "1002")}
    # The first was there, the second was made.
    assert len(list(world.fortnox.customers)) == 2


def test_row_15_inactive_internal_and_prospective_customers_are_not_synchronised(world: RegisterWorld) -> None:
    world.customer(1001, name="Vilande AB", isActive=False)
    world.customer(1002, name="Vi själva AB", isInternal=True)
    world.severa.add_customer(name="Kanske AB", number=1003)
    card(world, 1004, Name="Nedlagda AB", Active=False)

    world.quieten()
    next_day(world)
    world.set(transfer_all_customers=True)
    world.load(Kind.CUSTOMER)

    assert [each["CustomerNumber"] for each in world.fortnox.customers] == ["1004"]
    assert {each["number"] for each in world.severa.records["customers"].values()} == {1001, 1002, 1003}
    assert world.links(Kind.CUSTOMER) == set()
    assert world.problems() == []


@pytest.mark.parametrize("by", ["project", "invoice"])
def test_row_16_an_active_project_or_an_invoice_ends_being_a_prospect(world: RegisterWorld, by: str) -> None:
    prospect = world.severa.add_customer(name="Kanske AB", number=1003)
    world.quieten()
    assert list(world.fortnox.customers) == []

    # The customer itself does not change.
    if by == "project":
        world.severa.add_project(prospect, name="Uppdrag", number=9)
    else:
        closed = world.severa.add_project(prospect, name="Uppdrag", number=9, closed=True)
        draft = world.severa.add_invoice_status("Draft", hasInvoiceNumber=False)
        world.severa.add_invoice(prospect, projects=[closed], rows=(), status=draft)
    world.quieten()

    assert world.link(Kind.CUSTOMER, prospect["guid"]) == "1003"


@pytest.mark.parametrize("fields", [{"closed": True}, {"isInternal": True}])
def test_row_16_a_closed_or_internal_project_makes_no_customer(world: RegisterWorld, fields: dict[str, Any]) -> None:
    prospect = world.severa.add_customer(name="Kanske AB", number=1003)
    world.severa.add_project(prospect, name="Uppdrag", number=9, **fields)

    world.quieten()

    assert list(world.fortnox.customers) == []


def test_row_16_a_prospect_that_once_qualified_stays_qualified(world: RegisterWorld) -> None:
    # Fortnox cannot have it yet, so only what is remembered tells later that it was a customer once.
    customer = world.customer(1003, name="Fjordkraft AB", currency="NOK")
    world.quieten()
    assert list(world.fortnox.customers) == []
    for undertaking in world.severa.all("projects", number=1003):
        world.severa.delete("projects", undertaking["guid"])

    world.fortnox.add_currency(Code="NOK", Description="Norsk krona")
    world.in_severa("customers", customer, email="post@fjordkraft.example")
    world.clock.sleep(2 * 60 * 60)
    world.quieten()

    assert world.link(Kind.CUSTOMER, customer["guid"]) == "1003"
    assert world.problems() == []


def test_row_17_a_fortnox_number_with_other_characters_cannot_come_to_severa(world: RegisterWorld) -> None:
    card(world, Name="Webbkunden AB", CustomerNumber="K-17")

    next_day(world)
    next_day(world)

    assert world.severa.records["customers"] == {}
    (problem,) = world.problems()
    assert "K-17" in causes(problem) and fixes(problem)
    assert len([mail for mail in world.mails if "K-17" in mail.subject]) == 1


def test_row_18_a_number_with_leading_zeros_is_the_number_and_that_is_said(world: RegisterWorld) -> None:
    card(world, CustomerNumber="01234")
    customer = world.customer(1234)

    world.quieten()
    next_day(world)

    assert world.links(Kind.CUSTOMER) == {(customer["guid"], "01234")}
    (entry,) = [each for each in world.log(customer["guid"], Kind.CUSTOMER) if each.outcome is Outcome.LINKED]
    assert "01234" in entry.detail["notes"] and "1234" in entry.detail["notes"]


@pytest.mark.parametrize("inactive", ["Severa", "Fortnox"])
def test_row_19_inactive_on_one_side_only_is_an_error_with_both_sides_named(
    world: RegisterWorld, inactive: str
) -> None:
    customer = world.customer(isActive=inactive != "Severa")
    card(world, Active=inactive != "Fortnox")

    world.quieten()
    next_day(world)

    (problem,) = world.problems()
    assert all(word in causes(problem) for word in ("1001", "Severa", "Fortnox", "inactive"))
    assert world.links(Kind.CUSTOMER) == set()

    # As soon as both agree it is linked, and whoever was told is told so.
    world.in_severa("customers", customer, isActive=True)
    world.in_fortnox(Kind.CUSTOMER, "1001", Active=True)
    next_day(world)
    assert world.links(Kind.CUSTOMER) == {(customer["guid"], "1001")}
    assert world.problems() == []
    assert len(world.mails) >= 2


def test_row_19_a_deleted_customers_number_stays_reserved(world: RegisterWorld) -> None:
    card(world)
    world.fortnox.delete_customer("1001")
    customer = world.customer()

    world.quieten()

    assert world.link(Kind.CUSTOMER, customer["guid"]) is None
    (problem,) = world.problems()
    assert [reason.code for reason in problem.reasons] == ["fortnox-2000637"]


@pytest.mark.parametrize("postal", [True, False])
def test_row_20_the_first_address_of_each_kind_goes_to_its_place(world: RegisterWorld, postal: bool) -> None:
    world.set(postal_address=postal)
    customer = world.severa.add_customer(name="Björk & Åström AB", number=1001)
    world.severa.add_project(customer, name="Uppdrag", number=9)
    for count in range(6):
        world.severa.add_address(customer, addressline=f"Gatan {count}", billing=True, visit=True, postal=True)
    (first, *_) = sorted(world.severa.records["addresses"].values(), key=lambda each: str(each["guid"]))

    world.quieten()

    made = world.fortnox.customers["1001"]
    assert made["Address1"] == made["VisitingAddress"] == first["addressline"]
    assert made["DeliveryAddress1"] == (first["addressline"] if postal else None)


@pytest.mark.parametrize("takes_all", [True, False])
@pytest.mark.parametrize("both_ways", [True, False, None])
@pytest.mark.parametrize("main", Main)
def test_row_21_the_first_load_copies_old_customers_from_the_main_system_or_both_ways_in_one_go(
    world: RegisterWorld, takes_all: bool, both_ways: bool | None, main: Main
) -> None:
    world.set(transfer_all_customers=takes_all, customer_main=main)
    ours = world.customer(1001, name="Bara i Severa AB")
    shared = world.customer(1002, name="I båda AB")
    card(world, 1002, Name="I båda AB")
    card(world, 1003, Name="Bara i Fortnox AB")
    world.severa.add_customer(name="Kanske AB", number=1004)
    card(world, 1005, Name="Nedlagda AB", Active=False)
    world.clock.sleep(60)
    world.set(activated_on=world.now())

    loaded = world.load(Kind.CUSTOMER, create_missing=both_ways)

    made = world.severa.all("customers", number=1003)
    from_severa, from_fortnox = (
        both_ways if both_ways is not None else takes_all and main is each for each in (Main.SEVERA, Main.FORTNOX)
    )
    linked = {(shared["guid"], "1002")}
    linked |= {(ours["guid"], "1001")} if from_severa else set()
    linked |= {(made[0]["guid"], "1003")} if from_fortnox else set()
    assert world.links(Kind.CUSTOMER) == linked
    assert ("1001" in world.fortnox.customers, len(made)) == (from_severa, int(from_fortnox))
    assert (loaded.done.get("created in Fortnox", 0), loaded.done.get("created in Severa", 0)) == (
        int(from_severa),
        int(from_fortnox),
    )
    # The filters hold whatever is wanted.
    assert world.severa.all("customers", number=1005) == [] and "1004" not in world.fortnox.customers
    with world.writing_nothing():
        assert world.load(Kind.CUSTOMER, create_missing=both_ways).done == {}


@pytest.mark.parametrize("main", Main)
def test_row_22_new_customers_go_both_ways_and_only_changes_depend_on_the_main_system(
    world: RegisterWorld, main: Main
) -> None:
    world.set(customer_main=main)
    customer = world.customer(1001)
    card(world, 1002, Name="Från Fortnox AB", Email="a@fortnox.example")
    world.quieten()
    next_day(world)
    (made,) = world.severa.all("customers", number=1002)
    assert "1001" in world.fortnox.customers

    world.in_severa("customers", customer, email="ny@severa.example")
    world.in_fortnox(Kind.CUSTOMER, "1002", Email="ny@fortnox.example")
    next_day(world)

    emails = (world.fortnox.customers["1001"]["Email"], made["email"], customer["email"])
    if main is Main.SEVERA:
        assert emails == ("ny@severa.example", "a@fortnox.example", "ny@severa.example")
        assert world.fortnox.customers["1002"]["Email"] == "a@fortnox.example"
    else:
        assert made["email"] == "ny@fortnox.example"
        # The main system's card was made without an address, and Severa's follows it.
        assert (customer["email"] or None) == (world.fortnox.customers["1001"]["Email"] or None)


def test_row_23_a_customer_with_nothing_but_a_name_goes_over(world: RegisterWorld) -> None:
    customer = world.severa.add_customer(name="Utan Adress AB", number=1001, paymentTerm=None)
    world.severa.add_project(customer, name="Uppdrag", number=9)

    world.quieten()

    assert world.link(Kind.CUSTOMER, customer["guid"]) == "1001"
    assert world.problems() == []


# Products


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


# Projects


def test_row_35_severa_is_always_master_of_projects(world: RegisterWorld) -> None:
    undertaking = project(world)
    world.quieten()

    world.in_fortnox(Kind.PROJECT, "501", Description="Ändrad i Fortnox", Status="NOTSTARTED")
    next_day(world)
    assert undertaking["name"] == "Webbplats"
    assert world.fortnox.projects["501"]["Status"] == "NOTSTARTED", "one that has not begun is open too"

    world.in_fortnox(Kind.PROJECT, "501", Status="COMPLETED")
    next_day(world)
    assert world.fortnox.projects["501"]["Status"] == "ONGOING"


def test_row_35_projects_are_left_alone_when_they_are_switched_off(world: RegisterWorld) -> None:
    world.set(transfer_projects=False)
    project(world)

    world.quieten()
    world.load(Kind.PROJECT)

    assert list(world.fortnox.projects) == []
    # An invoice needs its project all the same.
    world.run(ready_invoice(world)["guid"])
    assert [each["ProjectNumber"] for each in world.fortnox.projects] == ["501"]


def test_row_36_projects_are_linked_by_number_and_never_brought_from_fortnox(world: RegisterWorld) -> None:
    undertaking = project(world)
    world.fortnox.add_project(ProjectNumber="501", Description="Något helt annat")
    world.fortnox.add_project(ProjectNumber="901", Description="Bara i Fortnox")

    world.quieten()
    next_day(world)
    world.load(Kind.PROJECT)

    assert world.links(Kind.PROJECT) == {(undertaking["guid"], "501")}
    assert len(world.severa.records["projects"]) == 1
    assert world.problems() == []


def test_row_37_a_name_over_fifty_characters_is_cut_and_stands_whole_in_the_comments(world: RegisterWorld) -> None:
    long = "Införande av nytt journalsystem vid Läkarhuset på Östermalm med kurser för alla."
    undertaking = project(world, name=long)

    world.quieten()

    made = world.fortnox.projects["501"]
    assert long.startswith(made["Description"]) and 40 < len(made["Description"]) <= 50
    assert long[len(made["Description"])] == " ", "cut in the middle of a word"
    assert made["Comments"] == long
    (entry,) = world.log(undertaking["guid"], Kind.PROJECT)
    assert long in entry.detail["notes"]


@pytest.mark.parametrize(
    ("closing", "after"),
    [
        ("leave_open", ["ONGOING"] * 4),
        ("complete", ["COMPLETED"] * 4),
        ("complete_after_days", ["ONGOING", "ONGOING", "ONGOING", "COMPLETED"]),
    ],
)
def test_row_38_closing_follows_the_setting_and_opening_again_always_counts(
    world: RegisterWorld, closing: str, after: list[str]
) -> None:
    world.set(project_closing=closing, project_closing_days=3)
    undertaking = project(world)
    world.quieten()

    world.in_severa("projects", undertaking, isClosed=True, closedDate=world.now().date())
    seen = []
    for _ in range(4):
        world.quieten()
        seen.append(world.fortnox.projects["501"]["Status"])
        world.clock.sleep(DAY)
    assert seen == after

    world.in_severa("projects", undertaking, isClosed=False, closedDate=None)
    world.quieten()
    assert world.fortnox.projects["501"]["Status"] == "ONGOING"


@pytest.mark.parametrize("rename", [False, True])
def test_row_39_a_rename_reaches_fortnox_only_where_that_is_wanted(world: RegisterWorld, rename: bool) -> None:
    world.set(rename_projects=rename)
    undertaking = project(world, start=date(2027, 1, 2), description="Först")
    world.quieten()

    world.in_severa("projects", undertaking, name="Nytt namn", startDate=date(2027, 2, 2), description="Sedan")
    next_day(world)

    made = world.fortnox.projects["501"]
    assert made["Description"] == ("Nytt namn" if rename else "Webbplats")
    assert (made["StartDate"], made["Comments"]) == ("2027-01-02", "Först")


def test_row_40_the_day_of_creation_stands_in_for_a_start_date_and_nothing_ends(world: RegisterWorld) -> None:
    undertaking = project(world, start=None)

    world.quieten()

    made = world.fortnox.projects["501"]
    assert made["StartDate"] == str(undertaking["createdDateTime"])[:10]
    assert not made["EndDate"]
    sent = world.fortnox_calls.journal.matching("POST", "/3/projects")
    assert all("EndDate" not in call.body["Project"] for call in sent)


def test_the_report_and_the_run_never_disagree(world: RegisterWorld) -> None:
    """Row 12: the link rests on one property, two for products; the report shows what the run then does."""
    world.customer(1001)
    card(world, 1001)
    world.customer(1002, name="Ny AB")
    world.severa.add_product(name="Utveckling", code="DEV", unit="h")
    article(world)
    world.severa.add_product(name="Resa", code="RES")
    project(world)
    world.fortnox.add_project(ProjectNumber="501", Description="Webbplats")

    foretold = {}
    for kind in KINDS:
        for looked in world.compare(kind).looked:
            if isinstance(looked.decision, Create | Link) and looked.pair.severa_id is not None:
                number = looked.decision.foreign_id if isinstance(looked.decision, Link) else looked.pair.number
                foretold[looked.pair.severa_id] = number
    world.quieten()

    assert {guid: number for kind in KINDS for guid, number in world.links(kind)} == foretold
    assert timedelta(0) < world.now() - (world.settings.activated_on or world.now())
