"""Projects that Fortnox has no room for, and what must become of each."""

from __future__ import annotations

from datetime import date
from typing import Any

from sandbox.fortnox import FortnoxState
from sandbox.registers.bad_customers import BLANK, firm
from sandbox.registers.case import Case, Seeded
from sandbox.registers.sides import put_in_fortnox, put_in_severa
from sandbox.severa import SeveraState
from sandbox.severa.shapes import Record
from severa_fortnox.errors import System
from severa_fortnox.work import Kind

#: 80 characters, of which the first seven words are 49.
EIGHTY = "Införande av nytt journalsystem vid Läkarhuset på Östermalm med kurser för alla."
CUT = "Införande av nytt journalsystem vid Läkarhuset på"
BEGINNING = "Flytt av ekonomisystem och lönesystem till molnet,"
TOO_LONG = 700_000_000_000_000_000_001


def _project(severa: SeveraState, fortnox: FortnoxState, number: int, name: str, **written: Any) -> Seeded:
    """A project of a customer that both systems know."""
    project = severa.add_project(_owner(severa, fortnox), name=name, number=number, start=date(2027, 3, 1))
    return Seeded(Kind.PROJECT, System.SEVERA, project["guid"], f"{number} {name}", None, written)


def _owner(severa: SeveraState, fortnox: FortnoxState) -> Record:
    known = severa.all("customers", number=710_000)
    if known:
        return known[0]
    one = firm(710_000, "Projektägarna AB")
    put_in_fortnox(fortnox, one)
    return put_in_severa(severa, one)


def _eighty(severa: SeveraState, fortnox: FortnoxState) -> Seeded:
    return _project(severa, fortnox, 710_001, EIGHTY, ProjectNumber="710001", Description=CUT, Comments=EIGHTY)


def _same_beginning(severa: SeveraState, fortnox: FortnoxState) -> Seeded:
    _project(severa, fortnox, 710_002, f"{BEGINNING} etapp ett")
    name = f"{BEGINNING} etapp två"
    return _project(severa, fortnox, 710_003, name, ProjectNumber="710003", Description=BEGINNING, Comments=name)


def _number_too_long(severa: SeveraState, fortnox: FortnoxState) -> Seeded:
    return _project(severa, fortnox, TOO_LONG, "Med löpnummer från ett annat system")


def _forbidden_characters(severa: SeveraState, fortnox: FortnoxState) -> Seeded:
    written = {"ProjectNumber": "710004", "Description": "Projekt ’Norrsken’"}
    return _project(severa, fortnox, 710_004, 'Projekt "Norrsken"', **written)


def _no_name(severa: SeveraState, fortnox: FortnoxState) -> Seeded:
    return _project(severa, fortnox, 710_005, BLANK)


CASES = [
    Case("80-character project name", _eighty, "created", ("50", EIGHTY)),
    Case("two projects equal in their first 50", _same_beginning, "created", ("50", f"{BEGINNING} etapp två")),
    Case("project number over 20", _number_too_long, "refused", (str(TOO_LONG), "20"), ("number", "Severa")),
    Case("forbidden characters in a project's name", _forbidden_characters, "created", ("name", '"')),
    Case("project with a name nobody sees", _no_name, "refused", ("710005", "name"), ("name", "Severa")),
]
