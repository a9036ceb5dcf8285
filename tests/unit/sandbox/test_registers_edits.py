"""Random edits: reproducible, of every kind, and each of them describes what it did."""

from __future__ import annotations

import json
import random
from collections import Counter

import pytest

from sandbox.fortnox import FortnoxState
from sandbox.fortnox.fields import checked
from sandbox.fortnox.tables import CUSTOMER
from sandbox.registers.edits import ACTIONS, Edit, edit, shown
from sandbox.registers.expectations import fortnox_register, severa_records
from sandbox.registers.sides import CONTINUOUS, Sides
from sandbox.severa import Readings, SeveraState
from severa_fortnox.errors import System
from severa_fortnox.work import Kind

NOW = 1_800_000_000.0


def edited(seed: int, count: int, *, tame: bool = True) -> tuple[SeveraState, FortnoxState, list[Edit]]:
    severa, fortnox = SeveraState(seed=3, clock=lambda: NOW), FortnoxState(clock=lambda: NOW)
    rng = random.Random(seed)
    return severa, fortnox, [edit(rng, severa, fortnox, tame=tame) for _ in range(count)]


def test_same_random_numbers_give_the_same_edits() -> None:
    first, second = edited(1, 200), edited(1, 200)
    assert first[2] == second[2]
    assert json.dumps(first[1].dump(), default=str) == json.dumps(second[1].dump(), default=str)


@pytest.mark.parametrize("seed", range(20))
def test_tame_edits_leave_only_what_the_other_system_takes(seed: int) -> None:
    severa, fortnox, _ = edited(seed, 150)
    sides = Sides(severa, fortnox)
    for customer in severa.all("customers"):
        # A country goes to Fortnox as a code, a term as a code that exists there.
        values = {name: value for name, value in sides.of_severa(Kind.CUSTOMER, customer["guid"]).items() if value}
        checked(values, CUSTOMER, creating=True)
        assert values["Currency"] in fortnox.currencies and values["TermsOfPayment"] in fortnox.terms_of_payment
    for product in severa_records(Kind.PRODUCT, severa):
        assert product.get("measurementUnit") is None or product["measurementUnit"] in fortnox.units
        assert product.get("vatRate") is None or int(product["vatRate"]) in fortnox.company.vat_rates
    for kind in TABLE_OF_NAMES:
        numbers = Counter(record[TABLE_OF_NAMES[kind]] for record in severa_records(kind, severa))
        assert max(numbers.values(), default=1) == 1


TABLE_OF_NAMES = {Kind.CUSTOMER: "number", Kind.PRODUCT: "code", Kind.PROJECT: "number"}


def test_every_action_and_every_continuous_field_is_drawn() -> None:
    done = [each for seed in range(12) for each in edited(seed, 400, tame=False)[2]]
    fields = {(each.kind, each.field) for each in done if each.side is System.FORTNOX}
    assert {(kind, name) for kind, names in CONTINUOUS.items() for name in names} <= fields
    ours = {each.field for each in done if each.side is System.SEVERA}
    assert {"email", "paymentTerm", "eInvoiceAddress", "phone", "country", "isBillingAddress", "addresses"} <= ours
    assert {"measurementUnit", "vatRate", "isClosed", "isActive", "name"} <= ours
    words = Counter(each.description.split()[0] for each in done)
    assert {"changes", "renames", "closes", "reopens", "deletes", "removes", "enter", "enters", "adds"} <= words.keys()
    assert len(ACTIONS) == len({action for _, action in ACTIONS})


def test_an_edit_tells_what_stands_there_now() -> None:
    severa, fortnox, _ = edited(2, 100)
    rng = random.Random(9)
    for _ in range(300):
        done = edit(rng, severa, fortnox)
        if done.side is System.FORTNOX:
            record = fortnox_register(done.kind, fortnox).get(done.record)
            if not done.field:
                assert (record is None) is (done.new is None)
            else:
                assert record is not None and record[done.field] == done.new
        elif done.side is None:
            assert done.record in fortnox_register(done.kind, fortnox)
        assert done.record in shown(done)


def test_a_removed_address_is_silent_unless_it_moves_its_customer() -> None:
    for moves in (False, True):
        severa, fortnox = SeveraState(seed=3, readings=Readings(child_moves_parent=moves)), FortnoxState()
        rng = random.Random(4)
        done = [edit(rng, severa, fortnox) for _ in range(300)]
        removed = [each for each in done if each.field == "addresses" and each.new is None]
        assert removed and all(each.silent is not moves for each in removed)
        assert not any(each.silent for each in done if each not in removed)
