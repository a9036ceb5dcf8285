"""The cases of bad input: each names what it seeds, and Fortnox would take what it states."""

from __future__ import annotations

from decimal import Decimal

import pytest

from sandbox.fortnox import FortnoxState
from sandbox.fortnox.fields import checked
from sandbox.fortnox.tables import ARTICLE, CUSTOMER, PROJECT
from sandbox.registers.cases import CASES, Case, unsaid
from sandbox.registers.expectations import fortnox_register, severa_records
from sandbox.severa import SeveraState
from severa_fortnox.errors import System
from severa_fortnox.work import Kind

TABLES = {Kind.CUSTOMER: CUSTOMER, Kind.PRODUCT: ARTICLE, Kind.PROJECT: PROJECT}


def is_there(severa: SeveraState, fortnox: FortnoxState, kind: Kind, system: System, record: str) -> bool:
    if system is System.FORTNOX:
        return record in fortnox_register(kind, fortnox)
    return record in {each["guid"] for each in severa_records(kind, severa)}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case_seeds_what_it_names(case: Case) -> None:
    severa, fortnox = SeveraState(seed=5), FortnoxState()
    seeded = case.seed(severa, fortnox)
    other = System.FORTNOX if seeded.system is System.SEVERA else System.SEVERA
    assert is_there(severa, fortnox, seeded.kind, seeded.system, seeded.id)
    assert seeded.other is None or is_there(severa, fortnox, seeded.kind, other, seeded.other)
    assert (seeded.other is not None) >= (case.expect == "linked")
    assert bool(seeded.written) is (case.expect == "created")
    assert bool(case.fix) is (case.expect == "refused")
    assert (seeded.meanwhile is None) is (seeded.moment == "")
    if seeded.meanwhile is not None:
        seeded.meanwhile()
        is_deleted = not is_there(severa, fortnox, seeded.kind, seeded.system, seeded.id)
        assert is_deleted is (case.expect == "noted")
    for guid, number in seeded.pairs:
        assert is_there(severa, fortnox, seeded.kind, System.SEVERA, guid)
        assert is_there(severa, fortnox, seeded.kind, System.FORTNOX, number)


@pytest.mark.parametrize("case", [case for case in CASES if case.expect == "created"], ids=lambda case: case.name)
def test_fortnox_takes_what_is_stated(case: Case) -> None:
    seeded = case.seed(SeveraState(seed=5), FortnoxState())
    if seeded.system is System.SEVERA:
        values = {name: value for name, value in seeded.written.items() if value is not None}
        checked(
            {name: Decimal(v) if name == "VAT" else v for name, v in values.items()}, TABLES[seeded.kind], creating=True
        )


def test_all_cases_fit_into_one_company() -> None:
    severa, fortnox = SeveraState(seed=5), FortnoxState()
    seeded = [case.seed(severa, fortnox) for case in CASES]
    assert len({(each.system, each.id) for each in seeded}) == len(CASES) == len({case.name for case in CASES})


def test_words_are_looked_for_without_capitals_and_one_of_several_is_enough() -> None:
    assert unsaid(("NOK", "inactive|renumber", "Severa"), "nok is missing; renumber it") == ["Severa"]
