"""Records that people delete or add at the worst moment: after the event and before the read, or between two pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from sandbox.fortnox import FortnoxState
from sandbox.registers.bad_customers import firm, in_fortnox, in_severa, put_qualified
from sandbox.registers.case import Case, Seeded
from sandbox.registers.sides import put_in_fortnox
from sandbox.severa import SeveraState
from sandbox.severa.shapes import Record
from severa_fortnox.errors import System
from severa_fortnox.work import Kind

#: More than two pages of ten.
MANY = 24
BETWEEN_EVENT_AND_READ: Final = "between event and read"
BETWEEN_PAGES: Final = "between pages"


def delete_customer(severa: SeveraState, customer: Record) -> None:
    """The customer and what belongs to it is deleted in Severa."""
    for register in ("projects", "addresses"):
        for record in [r for r in severa.all(register) if r["customer"] and r["customer"]["guid"] == customer["guid"]]:
            severa.delete(register, record["guid"])
    severa.delete("customers", customer["guid"])


def _severa_customer(severa: SeveraState, fortnox: FortnoxState) -> Seeded:
    customer = put_qualified(severa, firm(720_001, "Hastigt Upplösta AB"))
    return replace(
        in_severa(customer), meanwhile=lambda: delete_customer(severa, customer), moment=BETWEEN_EVENT_AND_READ
    )


def _severa_product(severa: SeveraState, fortnox: FortnoxState) -> Seeded:
    product = severa.add_product(name="Utgående modell", code="CASE-20")
    return Seeded(
        Kind.PRODUCT,
        System.SEVERA,
        product["guid"],
        "CASE-20 Utgående modell",
        meanwhile=lambda: severa.delete("products", product["guid"]),
        moment=BETWEEN_EVENT_AND_READ,
    )


def _severa_project(severa: SeveraState, fortnox: FortnoxState) -> Seeded:
    one = firm(720_002, "Ångrade Uppdrag AB")
    put_in_fortnox(fortnox, one)
    customer = put_qualified(severa, one)
    project = severa.add_project(customer, name="Blev inget av", number=720_003)
    return Seeded(
        Kind.PROJECT,
        System.SEVERA,
        project["guid"],
        "720003 Blev inget av",
        meanwhile=lambda: severa.delete("projects", project["guid"]),
        moment=BETWEEN_EVENT_AND_READ,
    )


def _fortnox_customer(severa: SeveraState, fortnox: FortnoxState) -> Seeded:
    card = put_in_fortnox(fortnox, firm(720_004, "Felregistrerade AB"))
    return replace(in_fortnox(card), meanwhile=lambda: fortnox.delete_customer("720004"), moment=BETWEEN_EVENT_AND_READ)


def _fortnox_article(severa: SeveraState, fortnox: FortnoxState) -> Seeded:
    fortnox.add_article(ArticleNumber="CASE-21", Description="Provartikel", Type="SERVICE", VAT=25)
    return Seeded(
        Kind.PRODUCT,
        System.FORTNOX,
        "CASE-21",
        "CASE-21 Provartikel",
        meanwhile=lambda: fortnox.articles.remove("CASE-21"),
        moment=BETWEEN_EVENT_AND_READ,
    )


def _many(severa: SeveraState, fortnox: FortnoxState, first: int) -> list[tuple[Record, str]]:
    """Customers that both systems have, with their Fortnox numbers; in the order of their numbers."""
    pairs = []
    for number in range(first, first + MANY):
        one = firm(number, f"Bläddrade Blad {number} AB")
        put_in_fortnox(fortnox, one)
        pairs.append((put_qualified(severa, one), str(number)))
    return pairs


def _gone_from_severa_page(severa: SeveraState, fortnox: FortnoxState) -> Seeded:
    """The record that comes first in Severa's list, which is in the order of the guids, goes in both systems."""
    pairs = sorted(_many(severa, fortnox, 721_001), key=lambda pair: str(pair[0]["guid"]))
    return _page(severa, System.SEVERA, pairs, lambda: _delete_pair(severa, fortnox, pairs[0]))


def _gone_from_fortnox_page(severa: SeveraState, fortnox: FortnoxState) -> Seeded:
    """The record with the lowest number, which comes first in Fortnox's list, goes in both systems."""
    pairs = _many(severa, fortnox, 722_002)
    return _page(severa, System.FORTNOX, pairs, lambda: _delete_pair(severa, fortnox, pairs[0]))


def _come_to_fortnox_page(severa: SeveraState, fortnox: FortnoxState) -> Seeded:
    """One with a lower number comes, and the last record of the first page is on the second again."""
    pairs = _many(severa, fortnox, 723_002)
    late = firm(723_001, "Sent Påkomna AB")
    return _page(severa, System.FORTNOX, pairs, lambda: put_in_fortnox(fortnox, late), gone=0)


def _delete_pair(severa: SeveraState, fortnox: FortnoxState, pair: tuple[Record, str]) -> None:
    delete_customer(severa, pair[0])
    fortnox.delete_customer(pair[1])


def _page(
    severa: SeveraState,
    system: System,
    pairs: list[tuple[Record, str]],
    meanwhile: Callable[[], object],
    gone: int = 1,
) -> Seeded:
    """All but the deleted ones must be linked; the last of them is the one that is meant."""

    def happens() -> None:
        meanwhile()

    staying = tuple((customer["guid"], number) for customer, number in pairs[gone:])
    guid, number = staying[-1]
    meant: Mapping[System, tuple[str, str]] = {System.SEVERA: (guid, number), System.FORTNOX: (number, guid)}
    record, other = meant[system]
    return Seeded(Kind.CUSTOMER, system, record, number, other, {}, staying, happens, BETWEEN_PAGES)


CASES = [
    Case("Severa customer deleted between event and read", _severa_customer, "noted", ("Severa",)),
    Case("Severa product deleted between event and read", _severa_product, "noted", ("Severa",)),
    Case("Severa project deleted between event and read", _severa_project, "noted", ("Severa",)),
    Case("Fortnox customer deleted between event and read", _fortnox_customer, "noted", ("720004", "Fortnox")),
    Case("Fortnox article deleted between event and read", _fortnox_article, "noted", ("CASE-21", "Fortnox")),
    Case("record gone from Severa's list while it is paged", _gone_from_severa_page, "linked"),
    Case("record gone from Fortnox's list while it is paged", _gone_from_fortnox_page, "linked"),
    Case("record come to Fortnox's list while it is paged", _come_to_fortnox_page, "linked"),
]
