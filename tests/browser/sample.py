"""A report of any size with every verdict, as a real company's would read, and names that try to break out."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

from severa_fortnox.work import Kind
from severa_fortnox_cli.report.model import Difference, Report, Row, Side, Verdict
from severa_fortnox_cli.report.score import Comparable, score
from severa_fortnox_cli.report.since import since

#: Names that a page, a spreadsheet or a terminal might take for something else.
NASTY = (
    "</script><img src=x onerror=\"window.broken='script'\">",
    "<img src=x onerror=\"window.broken='img'\">",
    "<!--<script>window.broken='comment'//",
    '=HYPERLINK("http://localhost/","click")',
    "+46 8 123 45 67",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "\t=1+1",
    "Bell\x07 and \x1b[31mred",
    "Line one\nline two",
    "\u202eEsrever AB",
    "Line\u2028separator & paragraph\u2029",
    "O'Brien & “Söner” <AB>",
    "Half a pair \ud83d",
    "{{ 7 * 7 }} {% raw %}",
    "A" * 300,
)

_FIRST = (
    "Ahlströms Bergs Dahls Ekmans Forsbergs Göteborgs Hedlunds Karlstads Malmö Nordiska Sjö Svenska Umeå Väst Östra"
)
_SECOND = "Bygg Data El Fastighets Golv Konsult Måleri Mark Plåt Redovisnings Rör Städ Tak Teknik Trädgårds Åkeri Öl"
_THIRD = "byrån bolaget gruppen partner service system tjänst"
_CITIES = (
    ("Stockholm", "111 22"),
    ("Göteborg", "411 03"),
    ("Malmö", "211 34"),
    ("Umeå", "903 26"),
    ("Örebro", "702 11"),
)
_SHARE = (
    (Verdict.LINKED, 72),
    (Verdict.WILL_UPDATE, 8),
    (Verdict.WILL_LINK, 5),
    (Verdict.WILL_CREATE, 6),
    (Verdict.CONFLICT, 2),
    (Verdict.DUPLICATE, 2),
    (Verdict.LEFT_ALONE, 3),
    (Verdict.IGNORED, 1),
    (Verdict.MISSING, 1),
)
_WAITING = (Verdict.CONFLICT, Verdict.DUPLICATE, Verdict.MISSING)
_REGISTERS = {
    Kind.CUSTOMER: ("customers",),
    Kind.PRODUCT: ("products", "work types", "travel-expense types"),
    Kind.PROJECT: ("projects",),
}

MADE_AT = datetime(2026, 11, 24, 8, 12, tzinfo=timezone(timedelta(hours=1)))


def report(rows: int = 5_000, seed: int = 1, *, with_last: bool = True) -> Report:
    """A report with that many rows; with what changed since one that was made the day before."""
    chance = random.Random(seed)
    made = tuple(_rows(chance, rows))
    now = Report(
        connection="sjo-berg",
        name="Sjö & Berg Konsult AB",
        kinds=(Kind.CUSTOMER, Kind.PRODUCT, Kind.PROJECT),
        made_at=MADE_AT,
        seconds=14.2,
        settings={
            "Customer changes are taken from": "Severa",
            "Product changes are taken from": "Fortnox",
            "Transfer all customers": "no",
            "Projects are transferred": "yes",
            "When a project closes in Severa": "it stays open in Fortnox",
            "Postal addresses": "yes",
            "A run stops when it would change more than": "30 %",
        },
        rows=made,
        brake=(
            "Customers: 412 of 1310 linked customers would be changed (31 %). A run stops at 30 % and changes nothing: "
            "look at the rows that will be updated, then load with --release-brake.",
        ),
        notes=("Fortnox shows no creation time: what existed when the connection began counts as old.",),
    )
    return since(now, _last(chance, now)) if with_last else now


def _last(chance: random.Random, now: Report) -> Report:
    rows = []
    for row in now.rows:
        roll = chance.random()
        if roll < 0.01:
            continue
        rows.append(replace(row, verdict=Verdict.WILL_LINK) if roll < 0.02 else row)
    for number, name in ((99_001, "Avvecklade Bolaget AB"), (99_002, "Nedlagda Åkeriet HB")):
        side = Side(str(number), str(number), name, True)
        rows.append(Row(Kind.CUSTOMER, "customers", None, side, Verdict.IGNORED, cause="It was inactive."))
    return replace(now, rows=tuple(rows), made_at=datetime(2026, 11, 23, 8, 0, tzinfo=UTC))


def _rows(chance: random.Random, count: int) -> Iterator[Row]:
    verdicts, weights = zip(*_SHARE, strict=True)
    for index in range(count):
        kind = chance.choices((Kind.CUSTOMER, Kind.PRODUCT, Kind.PROJECT), (55, 15, 30))[0]
        # Each nasty name stands near the beginning, with every verdict in turn.
        verdict = verdicts[index % len(verdicts)] if index < 32 else chance.choices(verdicts, weights)[0]
        name = NASTY[index % len(NASTY)] if index < 32 else _name(chance, kind)
        yield _row(chance, kind, verdict, index, name)


def _name(chance: random.Random, kind: Kind) -> str:
    words = f"{chance.choice(_FIRST.split())} {chance.choice(_SECOND.split())}{chance.choice(_THIRD.split())}"
    return (
        f"{words} {chance.choice(('AB', 'HB', 'AB (publ)', 'Ekonomisk förening'))}" if kind is Kind.CUSTOMER else words
    )


def _row(chance: random.Random, kind: Kind, verdict: Verdict, index: int, name: str) -> Row:
    register = chance.choice(_REGISTERS[kind])
    number = str(1_000 + index) if kind is not Kind.PRODUCT else f"A-{index:04d}"
    fields = _fields(chance, kind, number, name)
    guid = str(UUID(int=chance.getrandbits(128), version=4))
    severa = Side(guid, number, name, True, fields, f"https://severa.example/{kind}/{guid}")
    fortnox = Side(number, number, name, True, fields, f"https://fortnox.example/{kind}/{number}")
    row = Row(kind, register, severa, fortnox, verdict, verdict in _WAITING)
    match verdict:
        case Verdict.WILL_UPDATE:
            row = _differing(row, "Severa wins" if kind is not Kind.PRODUCT else "Fortnox wins")
            row = replace(row, writes="Fortnox", cause=f"Kept fields that differ: {len(row.differences)}.")
        case Verdict.WILL_LINK:
            row = replace(row, cause="Both have the number, and nothing speaks against it.", fix="", who=())
            if index % 7 == 0:
                row = replace(row, waits=True, fix="Add the unit “dag” in Fortnox.", who=("A bookkeeper, in Fortnox",))
        case Verdict.WILL_CREATE:
            row = _alone(replace(row, writes="Fortnox", cause="It has an active project and no counterpart."), chance)
        case Verdict.CONFLICT:
            row = _differing(row, "only at creation")
            row = replace(
                row,
                cause="The code is equal but the name is not, so creating it would collide.",
                fix=f"Rename article {number} in Fortnox to “{name[:60]}”, or give the Severa product another code.",
                who=("A bookkeeper, in Fortnox", "An administrator, in Severa"),
            )
        case Verdict.DUPLICATE:
            row = replace(
                row,
                cause=f"Two Severa records have the number {number}.",
                fix="Give one of them another number in Severa, or make it inactive.",
                who=("An administrator, in Severa",),
            )
        case Verdict.LEFT_ALONE:
            row = _alone(
                replace(row, cause="A prospect: it has no active project and no invoice yet.", who=("Nobody",)), chance
            )
        case Verdict.IGNORED:
            row = _alone(replace(row, cause="Somebody asked to leave it alone: sold with the shop."), chance)
        case Verdict.MISSING:
            row = replace(
                row,
                fortnox=None,
                cause=f"It was linked to Fortnox customer {number}, which has been deleted there.",
                fix="Restore it in Fortnox, or unlink the two with: severa-fortnox unlink",
                who=("A bookkeeper, in Fortnox",),
            )
    if row.severa and (row.fortnox or row.near):
        scored = score(kind, _comparable(row.severa), _comparable(row.fortnox or row.near or row.severa))
        row = replace(row, score=scored.total, parts=scored.parts)
    return row


def _alone(row: Row, chance: random.Random) -> Row:
    alone = replace(row, fortnox=None) if chance.random() < 0.6 else replace(row, severa=None, writes="Severa")
    if chance.random() < 0.3 and alone.severa:
        near = replace(alone.severa, id=f"9{alone.severa.number}", number=f"9{alone.severa.number}", link=None)
        first = next(iter(near.fields))
        return replace(alone, near=replace(near, fields={**near.fields, first: near.number}))
    return alone


def _differing(row: Row, owner: str) -> Row:
    assert row.severa and row.fortnox
    fields = dict(row.fortnox.fields)
    name = fields["Name"].replace(" AB", "  Aktiebolag") if " AB" in fields["Name"] else fields["Name"] + " "
    fields["Name"] = name
    differences = [Difference("Name", row.severa.fields["Name"], name, owner)]
    if "E-mail" in fields:
        gone = fields.pop("E-mail")
        differences.append(Difference("E-mail", gone, "", "only if empty"))
    if "City" in fields:
        fields["City"] = "Solna"
        differences.append(Difference("City", row.severa.fields["City"], "Solna", owner))
    return replace(row, fortnox=replace(row.fortnox, name=name, fields=fields), differences=tuple(differences))


def _fields(chance: random.Random, kind: Kind, number: str, name: str) -> dict[str, str]:
    if kind is Kind.PRODUCT:
        return {"Code": number, "Name": name, "Unit": chance.choice(("st", "tim")), "VAT": chance.choice(("25", "12"))}
    if kind is Kind.PROJECT:
        return {
            "Number": number,
            "Name": name,
            "Start date": f"2026-{chance.randint(1, 12):02d}-01",
            "Status": "ongoing",
        }
    city, postal = chance.choice(_CITIES)
    domain = "".join(sign for sign in name.lower() if sign.isascii() and sign.isalnum())[:20] or "x"
    fields = {
        "Number": number,
        "Name": name,
        "Organisation number": f"556{chance.randint(100, 999)}-{chance.randint(1000, 9999)}",
        "E-mail": f"info@{domain}.se",
        "Street": f"Storgatan {chance.randint(1, 90)}",
        "Postal code": postal,
        "City": city,
        "Payment terms": "30 days",
        "Currency": "SEK",
    }
    if chance.random() < 0.3:
        del fields["Organisation number"]
    return fields


def _comparable(side: Side) -> Comparable:
    return Comparable(
        number=side.number,
        name=side.name,
        organisation_number=side.fields.get("Organisation number"),
        email=side.fields.get("E-mail"),
        city=side.fields.get("City"),
        postal_code=side.fields.get("Postal code"),
        code=side.fields.get("Code"),
        unit=side.fields.get("Unit"),
        vat=side.fields.get("VAT"),
        start=side.fields.get("Start date"),
    )
