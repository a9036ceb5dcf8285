"""The seeded register company: the same every time, of the stated size, and its statement fits what was seeded."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from sandbox.fortnox import FortnoxState
from sandbox.fortnox.fields import checked
from sandbox.fortnox.tables import ARTICLE, CUSTOMER, PROJECT
from sandbox.registers import Created, RegisterCompany, Stated, build, missed
from sandbox.registers.expectations import NUMBER_FIELD, fortnox_register, number_of, severa_records
from sandbox.registers.sides import PLACES, Sides
from sandbox.severa import SeveraState
from severa_fortnox.settings import Main
from severa_fortnox.work import Kind

NOW = 1_800_000_000.0
SMALL = {"customers": 180, "products": 60, "projects": 120}
TABLES = {Kind.CUSTOMER: CUSTOMER, Kind.PRODUCT: ARTICLE, Kind.PROJECT: PROJECT}

#: Flag of a Severa address to the name it is seeded by.
FLAGS = {"isBillingAddress": "billing", "isPostalAddress": "postal", "isVisitAddress": "visit"}

Built = tuple[SeveraState, FortnoxState, RegisterCompany]


def built(**size: int) -> Built:
    severa, fortnox = SeveraState(seed=3, clock=lambda: NOW), FortnoxState(clock=lambda: NOW)
    return severa, fortnox, build(severa, fortnox, **size)


@pytest.fixture(scope="module")
def whole() -> Built:
    """The company in full size; to be read only."""
    return built()


@pytest.fixture
def small() -> Built:
    """One to be changed."""
    return built(**SMALL)


def test_same_seed_gives_the_same_company() -> None:
    first, second = built(**SMALL), built(**SMALL)
    assert json.dumps(first[0].records, default=str) == json.dumps(second[0].records, default=str)
    assert json.dumps(first[1].dump(), default=str) == json.dumps(second[1].dump(), default=str)
    assert first[2] == second[2]


def test_another_seed_gives_another_company() -> None:
    severa, fortnox = SeveraState(seed=3, clock=lambda: NOW), FortnoxState(clock=lambda: NOW)
    assert build(severa, fortnox, **SMALL, seed=1) != built(**SMALL)[2]


def test_too_small_a_company_is_refused() -> None:
    with pytest.raises(ValueError, match="too few"):
        built(customers=12)


def test_each_third_has_its_size(whole: Built) -> None:
    severa, fortnox, company = whole
    # Two more on either side: a second card of a number, a second product of a code, a second project of a name.
    assert (len(severa.all("customers")), len(list(fortnox.customers))) == (2000, 2002)
    assert (len(list(severa_records(Kind.PRODUCT, severa))), len(list(fortnox.articles))) == (268, 267)
    assert (len(severa.all("projects")), len(list(fortnox.projects))) == (1001, 1000)
    in_both = [len(stated.links) for stated in company.kinds]
    assert in_both == [980, 126, 500]


def test_numbers_are_unique(whole: Built) -> None:
    severa, _, company = whole
    for register in ("customers", "projects"):
        numbers = Counter(record["number"] for record in severa.all(register) if record["number"] is not None)
        assert max(numbers.values()) == 1
    assert company.projects.fortnox_numbers == Counter(set(company.projects.fortnox_numbers))
    twice = {code for code, count in company.products.severa_numbers.items() if code and count > 1}
    assert twice == {left.name.split()[0] for left in company.products.refused if "same code" in left.why}


def test_names_and_identities_are_unique_but_for_a_municipality(whole: Built) -> None:
    severa, _, _ = whole
    names = Counter(customer["name"].casefold() for customer in severa.all("customers"))
    assert max(names.values()) == 1
    identities: dict[str, list[str]] = {}
    for customer in severa.all("customers"):
        if customer["kvkNumber"]:
            identities.setdefault(customer["kvkNumber"].replace("-", ""), []).append(customer["name"])
    (town,) = [shared for shared in identities.values() if len(shared) > 1]
    assert len(town) == 4 and all("kommun," in name for name in town)


def test_organisation_numbers_have_their_check_digit(whole: Built) -> None:
    severa, _, _ = whole
    swedish = [each for each in severa.all("customers") if (each["vatNumber"] or "").startswith("SE")]
    assert len(swedish) > 1900
    for customer in swedish:
        digits = customer["kvkNumber"].replace("-", "")
        assert len(digits) == 10 and int(digits[2]) >= 2
        doubled = [int(digit) * (1 + (index % 2 == 0)) for index, digit in enumerate(digits)]
        assert sum(number // 10 + number % 10 for number in doubled) % 10 == 0
        assert customer["vatNumber"] == f"SE{digits}01"


def test_every_record_has_exactly_one_end(whole: Built) -> None:
    severa, _, company = whole
    for stated in company.kinds:
        left = (*stated.refused, *stated.skipped)
        severa_ends = Counter(guid for guid, _ in stated.links)
        severa_ends.update(each.id for each in stated.created_in_fortnox)
        severa_ends.update(guid for each in left for guid in each.severa)
        assert severa_ends == Counter(record["guid"] for record in severa_records(stated.kind, severa))
        fortnox_ends = Counter(number for _, number in stated.links)
        fortnox_ends.update(each.id for each in stated.created_in_severa)
        fortnox_ends.update(number for each in left for number in each.fortnox)
        assert fortnox_ends == stated.fortnox_numbers


def test_links_have_equal_keys(whole: Built) -> None:
    severa, fortnox, company = whole
    for stated in (company.customers, company.projects):
        for guid, number in stated.links:
            assert int(number) == severa.records[f"{stated.kind}s"][guid]["number"]
    products = {record["guid"]: record for record in severa_records(Kind.PRODUCT, severa)}
    for guid, number in company.products.links:
        assert products[guid]["code"] == number
        theirs = fortnox.articles[number]["Description"]
        assert theirs.strip().casefold() == products[guid]["name"].strip().casefold()


def test_stated_differences_are_the_differences(whole: Built) -> None:
    severa, fortnox, company = whole
    sides = Sides(severa, fortnox)
    for stated in company.kinds:
        found = {
            (guid, number, field, ours, theirs)
            for guid, number in stated.links
            for field, (ours, theirs) in sides.disagreeing(stated.kind, guid, number).items()
        }
        told = (*stated.differences, *stated.by_setting)
        assert found == {(d.severa, d.fortnox, d.field, d.in_severa, d.in_fortnox) for d in told}


def test_about_a_tenth_of_the_linked_records_differs(whole: Built) -> None:
    for stated in whole[2].kinds:
        share = len({each.severa for each in stated.differences}) / len(stated.links)
        assert 0.08 < share < 0.15, stated.kind


def test_what_only_the_main_system_does_not_know_is_kept(whole: Built) -> None:
    customers = whole[2].customers
    only_fortnox = {(d.severa, d.fortnox) for d in customers.differences if d.in_severa is None}
    only_severa = {(d.severa, d.fortnox) for d in customers.differences if d.in_fortnox is None}
    assert only_fortnox and only_severa
    assert not (only_fortnox <= customers.updated(Main.SEVERA)) and only_fortnox <= customers.updated(Main.FORTNOX)
    assert only_severa <= customers.updated(Main.SEVERA) and not (only_severa <= customers.updated(Main.FORTNOX))


def test_customers_qualify_but_for_the_stated_prospects(whole: Built) -> None:
    severa, _, company = whole
    qualified = {p["customer"]["guid"] for p in severa.all("projects") if not p["isClosed"]}
    qualified |= {invoice["billingCustomer"]["guid"] for invoice in severa.all("invoices")}
    goes = {guid for guid, _ in company.customers.links} | {each.id for each in company.customers.created_in_fortnox}
    assert goes <= qualified
    prospects = [each for each in company.customers.skipped if "prospect" in each.why]
    assert len(prospects) == 15 and not {each.severa[0] for each in prospects} & qualified
    closed = {p["customer"]["guid"] for p in severa.all("projects") if p["isClosed"]}
    assert sum(each.severa[0] in closed for each in prospects) == 3


def test_everything_is_older_than_the_activation(whole: Built) -> None:
    severa, fortnox, company = whole
    for kind in TABLES:
        for record in severa_records(kind, severa):
            assert record["createdDateTime"] < company.settings["activated_on"]
        assert max(fortnox_register(kind, fortnox).changed.values()) < NOW
    assert severa.clock() == fortnox.clock() == NOW


def test_fortnox_takes_every_record_that_is_to_be_created(whole: Built) -> None:
    _, fortnox, company = whole
    for stated in company.kinds:
        for each in stated.created_in_fortnox:
            values = {name: value for name, value in each.fields.items() if value is not None}
            values |= {"VAT": Decimal(values["VAT"])} if "VAT" in values else {}
            checked(values, TABLES[stated.kind], creating=True)
            assert not fortnox_register(stated.kind, fortnox).taken(each.number)
            assert not values.get("Unit") or values["Unit"] in fortnox.units
            assert stated.kind is not Kind.CUSTOMER or values["TermsOfPayment"] in fortnox.terms_of_payment
            assert stated.kind is not Kind.CUSTOMER or values["Currency"] in fortnox.currencies


def test_some_projects_are_equal_in_fortnox_but_for_their_number(whole: Built) -> None:
    shown = Counter(each.fields["Description"] for each in whole[2].projects.created_in_fortnox if each.noted)
    assert max(shown.values()) > 1


def test_the_checker_finds_nothing_after_a_right_load(small: Built) -> None:
    severa, fortnox, company = small
    links = load(severa, fortnox, company)
    assert missed(company, severa, fortnox, links) == []


def test_the_checker_finds_everything_before_a_load(small: Built) -> None:
    severa, fortnox, company = small
    wrong = "\n".join(missed(company, severa, fortnox, {}))
    for stated in company.kinds:
        assert all(
            f"{stated.kind} {each.number} in Fortnox is not there" in wrong for each in stated.created_in_fortnox
        )
        assert all(f"{stated.kind} {each.number} in Severa is not there" in wrong for each in stated.created_in_severa)
        assert all(f"{stated.kind} {number}: " in wrong for _, number in stated.updated())


def _duplicate(severa: SeveraState, fortnox: FortnoxState, company: RegisterCompany) -> str:
    created = company.customers.created_in_severa[0]
    severa.add_customer(name="En gång till AB", number=int(created.number))
    return f"customers in Severa: {created.number} too many"


def _touched(severa: SeveraState, fortnox: FortnoxState, company: RegisterCompany) -> str:
    number = next(each.fortnox[0] for each in company.customers.refused if each.fortnox)
    fortnox.clock = lambda: NOW + 60
    fortnox.customers.touch(number)
    return f"customer {number} was written to in fortnox without a cause"


def _wrong_way(severa: SeveraState, fortnox: FortnoxState, company: RegisterCompany) -> str:
    pair = next(each for each in company.products.differences if each.field == "VAT")
    register = next(name for name in ("products", "travel_expense_types") if pair.severa in severa.records[name])
    severa.update(register, severa.records[register][pair.severa], vatRate=Decimal(pair.in_fortnox or 0))
    fortnox.articles[pair.fortnox]["VAT"] = Decimal(pair.in_fortnox or 0)
    return f"product {pair.fortnox}: VAT is"


def _deleted(severa: SeveraState, fortnox: FortnoxState, company: RegisterCompany) -> str:
    number = company.projects.skipped[0].fortnox[0]
    fortnox.projects.remove(number)
    return f"project {number} is gone in fortnox"


@pytest.mark.parametrize("harm", [_duplicate, _touched, _wrong_way, _deleted], ids=lambda harm: harm.__name__[1:])
def test_the_checker_finds(small: Built, harm: Any) -> None:
    severa, fortnox, company = small
    links = load(severa, fortnox, company)
    told = harm(severa, fortnox, company)
    assert any(told in wrong for wrong in missed(company, severa, fortnox, links))


def test_the_checker_finds_a_wrong_link(small: Built) -> None:
    severa, fortnox, company = small
    links = load(severa, fortnox, company)
    guid, number = min(links[Kind.PROJECT])
    links[Kind.PROJECT] = (links[Kind.PROJECT] - {(guid, number)}) | {(guid, "1")}
    (wrong,) = missed(company, severa, fortnox, links)
    assert f"{guid} - 1 too many" in wrong and f"{guid} - {number} missing" in wrong


def load(
    severa: SeveraState, fortnox: FortnoxState, company: RegisterCompany
) -> dict[Kind, frozenset[tuple[str, str]]]:
    """A two-way load by the book: exactly what is stated, done by hand."""
    for stated in company.kinds:
        for each in stated.created_in_fortnox:
            _put_in_fortnox(fortnox, stated.kind, each)
        for each in stated.created_in_severa:
            _put_in_severa(severa, stated.kind, each)
        for guid, number, field, value in _updates(stated):
            record = fortnox_register(stated.kind, fortnox)[number]
            record[field] = Decimal(value) if field == "VAT" else value
            fortnox_register(stated.kind, fortnox).touch(number)
            assert guid
    return {stated.kind: stated.links_after(severa) for stated in company.kinds}


def _updates(stated: Stated) -> Iterator[tuple[str, str, str, str]]:
    for each in stated.differences:
        if each.in_severa is not None:
            yield each.severa, each.fortnox, each.field, each.in_severa


def _put_in_fortnox(fortnox: FortnoxState, kind: Kind, created: Created) -> None:
    values: dict[str, Any] = {name: value for name, value in created.fields.items() if value is not None}
    values |= {"VAT": Decimal(values["VAT"])} if "VAT" in values else {}
    add = {Kind.CUSTOMER: fortnox.add_customer, Kind.PRODUCT: fortnox.add_article, Kind.PROJECT: fortnox.add_project}
    assert add[kind](**values)[NUMBER_FIELD[kind]] == created.number


def _put_in_severa(severa: SeveraState, kind: Kind, created: Created) -> None:
    fields = created.fields
    if kind is Kind.PRODUCT:
        product = severa.add_product(
            name=fields["Description"] or "", code=created.number, unit=fields["Unit"], vat_rate=fields["VAT"]
        )
        assert number_of(kind, product) == created.number
        return
    terms = fields["TermsOfPayment"] or "30"
    customer = severa.add_customer(
        name=fields["Name"] or "",
        number=int(created.number),
        currency=fields["Currency"] or "SEK",
        kvkNumber=fields["OrganisationNumber"],
        vatNumber=fields["VATNumber"],
        email=fields["Email"],
        website=fields["WWW"],
        notes=fields["Comments"],
        paymentTerm=int(terms.removeprefix("NETTO")),
        eInvoiceAddress=fields["GLN"],
    )
    for flag, (line, zip_code, city, country) in PLACES.items():
        if fields[line] is not None:
            severa.add_address(
                customer,
                addressline=fields[line],
                postal_code=fields[zip_code],
                city=fields[city],
                country=fields[country],
                **{FLAGS[flag]: True},
                **({"phone": fields["Phone1"]} if flag == "isBillingAddress" else {}),
            )
