"""One record of one of the systems, by what a person calls it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from severa_fortnox.errors import NotFound, System
from severa_fortnox.flows.counterparts import existing
from severa_fortnox.flows.session import Session
from severa_fortnox.severa.client import Register
from severa_fortnox.work import Kind
from severa_fortnox_cli.failures import Failure

_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


@dataclass(frozen=True)
class Record:
    """A record as it is now.

    Args:
        id: a Severa guid, a Fortnox number.
        number: its number or code; "" when it has none.
        whole: what the system answered.
        register: which of Severa's product registers it is in; "" otherwise.
    """

    kind: Kind
    system: System
    id: str
    number: str
    name: str
    whole: Any
    register: str = ""

    def __str__(self) -> str:
        about = " ".join(filter(None, (self.number or "without number", self.name)))
        return f"{about} ({str(self.system).capitalize()})"


def is_guid(text: str) -> bool:
    """Whether it is an id of Severa's rather than a number."""
    return _GUID.fullmatch(text) is not None


def in_severa(session: Session, kind: Kind, text: str) -> list[Record]:
    """The records of Severa that somebody means by a guid, number or code; several may share a code."""
    client, key = session.severa, text.strip()
    found: list[tuple[str, Any]] = []
    if kind is Kind.PRODUCT:
        for register in Register:
            if is_guid(key):
                one = _one(lambda guid, register=register: client.product(register, guid), key)
                found += [] if one is None else [(str(register), one)]
            else:
                found += [(str(register), each) for each in client.products_by_code(register, key)]
    elif is_guid(key):
        one = _one(client.customer if kind is Kind.CUSTOMER else client.project, key)
        found += [] if one is None else [("", one)]
    elif key.isascii() and key.isdigit():
        listed: Any = client.customers if kind is Kind.CUSTOMER else client.projects
        found += [("", each) for each in listed(numbers=[int(key)])]
    return [_of_severa(kind, register, whole) for register, whole in found]


def the_one_in_severa(session: Session, kind: Kind, text: str) -> Record:
    """The record of Severa that somebody means.

    Raises:
        Failure: there is none, or there are several; names them.
    """
    found = in_severa(session, kind, text)
    if len(found) == 1:
        return found[0]
    if not found:
        raise Failure(f"Severa has no {kind} {text!r}", "give its number or code, or its guid from the report")
    several = "; ".join(f"{each.name} ({' '.join(filter(None, (each.register, each.id)))})" for each in found)
    raise Failure(f"Severa has several {kind}s {text!r}: {several}", "give the guid of the one that is meant")


def in_fortnox(session: Session, kind: Kind, number: str) -> Record | None:
    """The record of Fortnox with exactly that number; None when there is none."""
    client = session.fortnox
    read: Any = {Kind.CUSTOMER: client.customer, Kind.PRODUCT: client.article, Kind.PROJECT: client.project}[kind]
    whole: Any = existing(read, number)
    if whole is None:
        return None
    key = {Kind.CUSTOMER: "CustomerNumber", Kind.PRODUCT: "ArticleNumber", Kind.PROJECT: "ProjectNumber"}[kind]
    own = getattr(whole, key)
    name = whole.Name if kind is Kind.CUSTOMER else whole.Description
    return Record(kind, System.FORTNOX, own, own, name or "", whole)


def the_one_in_fortnox(session: Session, kind: Kind, number: str) -> Record:
    """The record of Fortnox that somebody means.

    Raises:
        Failure: there is none.
    """
    found = in_fortnox(session, kind, number)
    if found is None:
        raise Failure(f"Fortnox has no {kind} {number!r}", "give its number as Fortnox shows it")
    return found


def _of_severa(kind: Kind, register: str, whole: Any) -> Record:
    own = whole.code if kind is Kind.PRODUCT else whole.number
    number = "" if own is None else str(own).strip()
    return Record(kind, System.SEVERA, whole.guid, number, whole.name, whole, register)


def _one(read: Any, guid: str) -> Any:
    try:
        return read(guid)
    except NotFound:
        return None
