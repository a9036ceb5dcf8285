"""Random edits of people in both systems, one at a time; the same random numbers on the same states give the same edit.

rng = random.Random(7)
done = [edit(rng, severa, fortnox) for _ in range(20)]
"""

from __future__ import annotations

import random
from decimal import Decimal

from sandbox.fortnox import FortnoxState
from sandbox.registers import edit as values
from sandbox.registers import edits_in_fortnox, edits_in_severa
from sandbox.registers.edit import Action, Desk, Edit, shown
from sandbox.severa import SeveraState
from severa_fortnox.work import Kind

__all__ = ["Edit", "edit", "shown"]


def edit(rng: random.Random, severa: SeveraState, fortnox: FortnoxState, *, tame: bool = True) -> Edit:
    """One thing that a person does in one system, or two people in both at once.

    Args:
        tame: only what the other system takes, so that in the end two linked, active records must agree; otherwise also
            units, VAT rates, currencies, days and e-invoice addresses it does not have, and two firms under one number.
            Even tame edits may keep two new records from being linked: one is renamed, given another identity number
            or deleted (Fortnox keeps the number) before anybody has looked.
    """
    desk = Desk(rng, severa, fortnox, tame)
    weights, actions = zip(*ACTIONS, strict=True)
    while True:
        done: Edit | None = rng.choices(actions, weights)[0](desk)
        if done is not None:
            return done


def same_customer(desk: Desk) -> Edit:
    """Two people enter the same new customer, under the same number."""
    number = desk.free_number(Kind.CUSTOMER)
    return _customers(desk, number, *[desk.free_name(values.NAMES, number)] * 2)


def two_customers(desk: Desk) -> Edit | None:
    """Two people enter two customers, which get the same number."""
    if desk.tame:
        return None
    return _customers(desk, desk.free_number(Kind.CUSTOMER), "Alfabetet AB", "Zenit Tandvård AB")


def _customers(desk: Desk, number: int, name: str, other: str) -> Edit:
    customer = desk.severa.add_customer(name=name, number=number, paymentTerm=30)
    desk.severa.add_address(customer, billing=True)
    desk.severa.add_project(customer, name="Löpande", number=desk.free_number(Kind.PROJECT))
    desk.fortnox.add_customer(CustomerNumber=str(number), Name=other, TermsOfPayment="30")
    words = f"enter {name} and {other} at once" if name != other else f"enter {name} in both at once"
    return Edit(words, Kind.CUSTOMER, None, str(number), "", None, number)


def same_product(desk: Desk) -> Edit:
    """Two people enter the same new product, with the same code and name."""
    number = desk.free_number(Kind.PRODUCT)
    name = desk.free_name(values.PRODUCT_NAMES, number)
    unit, vat = desk.pick(values.UNITS), desk.pick(values.VAT_RATES)
    desk.severa.add_product(name=name, code=str(number), unit=unit, vat_rate=vat)
    desk.fortnox.add_article(
        ArticleNumber=str(number),
        Description=name,
        Type="SERVICE",
        Unit=desk.pick(values.UNITS),
        VAT=Decimal(desk.pick(values.VAT_RATES)),
    )
    return Edit(f"enter {name} in both at once", Kind.PRODUCT, None, str(number), "", None, str(number))


def same_project(desk: Desk) -> Edit | None:
    """Two people enter the same new project, under the same number."""
    owners = [each for each in desk.severa.records["customers"].values() if not each["isInternal"]]
    if not owners:
        return None
    number, name = desk.free_number(Kind.PROJECT), "Gemensamt uppdrag"
    desk.severa.add_project(desk.pick(owners), name=name, number=number)
    desk.fortnox.add_project(
        ProjectNumber=str(number), Description=name, StartDate=desk.fortnox.today().isoformat(), Status="ONGOING"
    )
    return Edit(f"enter {name} in both at once", Kind.PROJECT, None, str(number), "", None, number)


ACTIONS: tuple[tuple[int, Action], ...] = (
    *edits_in_severa.ACTIONS,
    *edits_in_fortnox.ACTIONS,
    (2, same_customer),
    (2, two_customers),
    (1, same_product),
    (1, same_project),
)
