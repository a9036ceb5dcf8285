"""Products and articles as people should not enter them, and what must become of each."""

from __future__ import annotations

from typing import Any

from sandbox.fortnox import FortnoxState
from sandbox.registers.bad_customers import BLANK
from sandbox.registers.case import Case, Seeded
from sandbox.severa import SeveraState
from sandbox.severa.shapes import Record
from severa_fortnox.errors import System
from severa_fortnox.work import Kind


def in_severa(product: Record, other: str | None = None, **written: Any) -> Seeded:
    """The Severa product is the one that is meant."""
    name = f"{product['code'] or ''} {product['name']}".strip()
    return Seeded(Kind.PRODUCT, System.SEVERA, product["guid"], name, other, written)


def _article(fortnox: FortnoxState, code: str, name: str, **fields: Any) -> Record:
    return fortnox.add_article(
        ArticleNumber=code, Description=name, **{"Type": "SERVICE", "Unit": "st", "VAT": 25} | fields
    )


def _no_code(severa: SeveraState, fortnox: FortnoxState) -> Seeded:
    return in_severa(severa.add_product(name="Namnet utan nummer"))


def _blank_code(severa: SeveraState, fortnox: FortnoxState) -> Seeded:
    return in_severa(severa.add_work_type(name="Timmar utan nummer", code="  "))


def _other_name(severa: SeveraState, fortnox: FortnoxState) -> Seeded:
    _article(fortnox, "CASE-3", "Workshop halvdag")
    return in_severa(severa.add_product(name="Workshop heldag", code="CASE-3"), "CASE-3")


def _other_code(severa: SeveraState, fortnox: FortnoxState) -> Seeded:
    _article(fortnox, "CASE-4-F", "Fältmätning med drönare")
    return in_severa(severa.add_product(name="Fältmätning med drönare", code="CASE-4-S"), "CASE-4-F")


def _other_capitals(severa: SeveraState, fortnox: FortnoxState) -> Seeded:
    _article(fortnox, "CASE-5", " ÖVERSÄTTNING TILL TYSKA ", Unit="h")
    return in_severa(severa.add_work_type(name="Översättning till tyska", code="CASE-5"), "CASE-5")


def _unit_missing(severa: SeveraState, fortnox: FortnoxState) -> Seeded:
    return in_severa(severa.add_product(name="Kakel grått", code="CASE-6", unit="pall"))


def _no_unit(severa: SeveraState, fortnox: FortnoxState) -> Seeded:
    product = severa.add_product(name="Startavgift", code="CASE-7", unit=None)
    return in_severa(product, ArticleNumber="CASE-7", Description="Startavgift", Unit=None)


def _vat_missing(severa: SeveraState, fortnox: FortnoxState) -> Seeded:
    return in_severa(severa.add_product(name="Finsk bastuved", code="CASE-8", vat_rate=24))


def _article_inactive(severa: SeveraState, fortnox: FortnoxState) -> Seeded:
    _article(fortnox, "CASE-9", "Faxutskick", Active=False)
    return in_severa(severa.add_product(name="Faxutskick", code="CASE-9"), "CASE-9")


def _code_with_space(severa: SeveraState, fortnox: FortnoxState) -> Seeded:
    return in_severa(severa.add_travel_expense_type(name="Traktamente heldag", code="CASE 10"))


def _forbidden_characters(severa: SeveraState, fortnox: FortnoxState) -> Seeded:
    product = severa.add_product(name='Licens "Nivå 2"', code="CASE-11")
    return in_severa(product, ArticleNumber="CASE-11", Description="Licens ’Nivå 2’")


def _forbidden_characters_known(severa: SeveraState, fortnox: FortnoxState) -> Seeded:
    _article(fortnox, "CASE-12", "Skärm 27 tum - matt")
    return in_severa(severa.add_product(name="Skärm 27 tum · matt", code="CASE-12"), "CASE-12")


def _code_twice(severa: SeveraState, fortnox: FortnoxState) -> Seeded:
    severa.add_work_type(name="Resa med egen bil", code="CASE-13")
    return in_severa(severa.add_travel_expense_type(name="Milersättning egen bil", code="CASE-13"))


def _no_name(severa: SeveraState, fortnox: FortnoxState) -> Seeded:
    return in_severa(severa.add_product(name=BLANK, code="CASE-14"))


def _no_name_in_fortnox(severa: SeveraState, fortnox: FortnoxState) -> Seeded:
    article = _article(fortnox, "CASE-15", BLANK)
    number = article["ArticleNumber"]
    return Seeded(Kind.PRODUCT, System.FORTNOX, number, number, None)


CASES = [
    Case("empty code", _no_code, "refused", ("Namnet utan nummer", "code"), ("code", "Severa")),
    Case("code of spaces", _blank_code, "refused", ("Timmar utan nummer", "code"), ("code", "Severa")),
    Case(
        "code equal but name different",
        _other_name,
        "refused",
        ("CASE-3", "Workshop heldag", "Workshop halvdag"),
        ("name|same|spell",),
    ),
    Case(
        "name equal but code different",
        _other_code,
        "refused",
        ("Fältmätning med drönare", "CASE-4-S", "CASE-4-F"),
        ("code|number",),
    ),
    Case("name equal but for capitals and spaces", _other_capitals, "linked"),
    Case("unit missing", _unit_missing, "refused", ("pall", "unit", "CASE-6|Kakel grått"), ("unit", "Fortnox")),
    Case("no unit at all", _no_unit, "created"),
    Case("VAT rate missing", _vat_missing, "refused", ("24", "VAT"), ("VAT|rate",)),
    Case("article inactive", _article_inactive, "refused", ("CASE-9", "inactive", "Fortnox"), ("activ",)),
    Case("code with a space", _code_with_space, "refused", ("CASE 10",), ("code", "Severa")),
    Case("forbidden characters in a product's name", _forbidden_characters, "created", ("name", '"')),
    Case("forbidden characters, article in Fortnox's spelling", _forbidden_characters_known, "linked"),
    Case(
        "one code in two of Severa's registers",
        _code_twice,
        "refused",
        ("CASE-13", "Milersättning egen bil", "Resa med egen bil"),
        ("code", "Severa"),
    ),
    Case("product with a name nobody sees", _no_name, "refused", ("CASE-14", "name"), ("name", "Severa")),
    Case("article with a name nobody sees", _no_name_in_fortnox, "refused", ("CASE-15", "name"), ("name", "Fortnox")),
]
