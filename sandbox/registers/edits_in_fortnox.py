"""What people do in Fortnox."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sandbox.fortnox import shapes
from sandbox.fortnox.shapes import Record
from sandbox.registers import edit as values
from sandbox.registers.edit import Action, Desk, Edit, number_field
from sandbox.registers.expectations import fortnox_register
from sandbox.registers.sides import PLACES, in_fortnox
from sandbox.registers.words import COUNTRY_NAMES
from severa_fortnox.errors import System
from severa_fortnox.work import Kind

_BLANK = {Kind.CUSTOMER: shapes.customer, Kind.PRODUCT: shapes.article, Kind.PROJECT: shapes.project}


def _changed(desk: Desk, kind: Kind, record: Record, field: str, new: Any, words: str) -> Edit | None:
    """Nothing when it stands there already; an emptied field holds what Fortnox shows for nothing."""
    old, value = record[field], _BLANK[kind]()[field] if new is None else new
    if (old or None) == (value or None) and not isinstance(value, bool | Decimal):
        return None
    number = record[number_field(kind)]
    record[field] = value
    if field.endswith("CountryCode"):
        record[field.removesuffix("Code")] = COUNTRY_NAMES.get(value)
    fortnox_register(kind, desk.fortnox).touch(number)
    return Edit(words, kind, System.FORTNOX, number, field, old, value)


def _any(desk: Desk, kind: Kind) -> Record | None:
    every = list(fortnox_register(kind, desk.fortnox))
    return desk.pick(every) if every else None


def _texts(*texts: str | None) -> tuple[str | None, ...]:
    """What people type in Severa, in the form they would type it in Fortnox."""
    return tuple(in_fortnox(text) for text in texts)


def change_customer(desk: Desk) -> Edit | None:
    card = _any(desk, Kind.CUSTOMER)
    if card is None:
        return None
    field, among, wild = desk.pick(
        (
            ("Name", _texts(*values.NAMES), ()),
            ("Email", values.EMAILS, ()),
            ("WWW", _texts(*values.WEBSITES), ()),
            ("Phone1", values.PHONES, ()),
            ("Comments", _texts(*values.NOTES), ()),
            ("VATNumber", values.VAT_NUMBERS, ()),
            ("OrganisationNumber", values.IDENTITIES, ()),
            ("Currency", values.CURRENCIES, ()),
            ("TermsOfPayment", tuple(map(str, values.DAYS)), ("AG", "K")),
            ("GLN", values.GLNS, ()),
        )
    )
    return _changed(desk, Kind.CUSTOMER, card, field, desk.value(among, wild), f"changes {field} of {card['Name']}")


def change_place(desk: Desk) -> Edit | None:
    card = _any(desk, Kind.CUSTOMER)
    if card is None:
        return None
    names = desk.pick(tuple(PLACES.values()))
    among = (values.LINES, values.POSTAL_CODES, values.CITIES, values.COUNTRIES)
    field, new = desk.pick([(name, desk.pick(each)) for name, each in zip(names, among, strict=True)])
    return _changed(desk, Kind.CUSTOMER, card, field, new, f"changes {field} of {card['Name']}")


def switch_customer(desk: Desk) -> Edit | None:
    return _switched(desk, Kind.CUSTOMER, "Name")


def create_customer(desk: Desk) -> Edit:
    number = desk.free_number(Kind.CUSTOMER)
    name = desk.free_name(values.NAMES, number)
    desk.fortnox.add_customer(
        CustomerNumber=str(number),
        Name=name,
        Email=desk.pick(values.EMAILS) or "",
        TermsOfPayment=str(desk.pick(values.DAYS)),
        Address1="Skeppsbron 14",
        ZipCode="392 31",
        City="Kalmar",
        CountryCode="SE",
        Country="Sverige",
    )
    return Edit(f"enters {name}", Kind.CUSTOMER, System.FORTNOX, str(number), "", None, str(number))


def remove_customer(desk: Desk) -> Edit | None:
    """One without invoices."""
    card = _any(desk, Kind.CUSTOMER)
    if card is None or any(i["CustomerNumber"] == card["CustomerNumber"] for i in desk.fortnox.invoices):
        return None
    return _removed(desk, Kind.CUSTOMER, card, "Name")


def change_article(desk: Desk) -> Edit | None:
    article = _any(desk, Kind.PRODUCT)
    if article is None:
        return None
    field, among = desk.pick((("Unit", values.UNITS), ("VAT", tuple(map(Decimal, values.VAT_RATES)))))
    new = desk.pick(among)
    if article[field] == new:
        return None
    return _changed(desk, Kind.PRODUCT, article, field, new, f"changes {field} of {article['Description']}")


def rename_article(desk: Desk) -> Edit | None:
    article = _any(desk, Kind.PRODUCT)
    if article is None:
        return None
    words = f"renames {article['Description']}"
    return _changed(desk, Kind.PRODUCT, article, "Description", f"{article['Description'][:40]} (F)", words)


def switch_article(desk: Desk) -> Edit | None:
    return _switched(desk, Kind.PRODUCT, "Description")


def create_article(desk: Desk) -> Edit:
    number = desk.free_number(Kind.PRODUCT)
    name = desk.free_name(values.PRODUCT_NAMES, number)
    desk.fortnox.add_article(
        ArticleNumber=str(number),
        Description=name,
        Type="SERVICE",
        Unit=desk.pick(values.UNITS),
        VAT=Decimal(desk.pick(values.VAT_RATES)),
    )
    return Edit(f"enters {name}", Kind.PRODUCT, System.FORTNOX, str(number), "", None, str(number))


def remove_article(desk: Desk) -> Edit | None:
    """One that stands on no invoice."""
    article = _any(desk, Kind.PRODUCT)
    rows = (row for invoice in desk.fortnox.invoices for row in invoice["InvoiceRows"])
    if article is None or any(row["ArticleNumber"] == article["ArticleNumber"] for row in rows):
        return None
    return _removed(desk, Kind.PRODUCT, article, "Description")


def change_project(desk: Desk) -> Edit | None:
    """Severa has the last word on the status; the name is Fortnox's own after the creation."""
    project = _any(desk, Kind.PROJECT)
    if project is None:
        return None
    field, among = desk.pick((("Status", ("ONGOING", "COMPLETED")), ("Description", ("Nytt namn", "Annat namn"))))
    return _changed(
        desk, Kind.PROJECT, project, field, desk.pick(among), f"changes {field} of {project['Description']}"
    )


def create_project(desk: Desk) -> Edit:
    number = str(desk.free_number(Kind.PROJECT))
    desk.fortnox.add_project(ProjectNumber=number, Description="Internt", StartDate=desk.fortnox.today().isoformat())
    return Edit("enters Internt", Kind.PROJECT, System.FORTNOX, number, "", None, number)


def remove_project(desk: Desk) -> Edit | None:
    """One that stands on no invoice."""
    project = _any(desk, Kind.PROJECT)
    places = (place for invoice in desk.fortnox.invoices for place in (invoice, *invoice["InvoiceRows"]))
    if project is None or any(place["Project"] == project["ProjectNumber"] for place in places):
        return None
    return _removed(desk, Kind.PROJECT, project, "Description")


def _switched(desk: Desk, kind: Kind, name: str) -> Edit | None:
    record = _any(desk, kind)
    if record is None:
        return None
    words = f"{'deactivates' if record['Active'] else 'activates'} {record[name]}"
    return _changed(desk, kind, record, "Active", not record["Active"], words)


def _removed(desk: Desk, kind: Kind, record: Record, name: str) -> Edit:
    number = record[number_field(kind)]
    fortnox_register(kind, desk.fortnox).remove(number)
    return Edit(f"deletes {record[name]}", kind, System.FORTNOX, number, "", number, None)


#: Each with how often it is drawn.
ACTIONS: tuple[tuple[int, Action], ...] = (
    (8, change_customer),
    (5, change_place),
    (2, switch_customer),
    (3, create_customer),
    (1, remove_customer),
    (6, change_article),
    (1, rename_article),
    (1, switch_article),
    (2, create_article),
    (1, remove_article),
    (3, change_project),
    (1, create_project),
    (1, remove_project),
)
