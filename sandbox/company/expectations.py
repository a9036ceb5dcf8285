"""What must become of an invoice, and in words everything that did not."""

from __future__ import annotations

import string
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from severa_fortnox.alerts.catalogue import template

#: The invoice has in Severa the number that Fortnox gave it.
AS_FORTNOX = "as Fortnox"
READY, TRANSFERRED, FAILED = "Ready for transfer", "Transferred", "Transfer failed"

Fields = Mapping[str, Any]
#: A record of a Fortnox register: the register's name in the dump, and the record's number.
Place = tuple[str, str]
_NUMBERS = {"customers": "CustomerNumber", "articles": "ArticleNumber", "projects": "ProjectNumber"}


@dataclass(frozen=True)
class NumberOf:
    """The Fortnox number of a Severa invoice, wherever it stands; known only once the invoice is there."""

    invoice: str


@dataclass(frozen=True)
class Expectation:
    """One invoice and its stated end.

    Args:
        name: for people, e.g. "three attachments".
        invoice: Severa's guid.
        transferred: whether it is in Fortnox, once; else it must not be there at all.
        status: Severa's status by name.
        number: in Severa; `AS_FORTNOX` for the number Fortnox gave it, None for none.
        reasons: codes of its open problem; empty for none.
        noted: codes of what a person can read in the log although it went well.
        head: fields of the Fortnox invoice, exact; further ones are left open.
        rows: fields of each of its rows, in order, none more and none fewer; None leaves them open.
        attachments: files on it.
        creates: records that had to be made in Fortnox for it, and fields they have.
    """

    name: str
    invoice: str
    transferred: bool
    status: str
    number: int | str | None
    reasons: frozenset[str] = frozenset()
    noted: frozenset[str] = frozenset()
    head: Fields = field(default_factory=dict)
    rows: tuple[Fields, ...] | None = None
    attachments: int = 0
    creates: Mapping[Place, Fields] = field(default_factory=dict)


@dataclass(frozen=True)
class Act:
    """What a person does, and what must hold when everything has come to rest.

    Args:
        title: for people.
        ready: Severa guids of the invoices the person puts in the ready status.
        settings: what the person changes before that, by name, as typed.
    """

    title: str
    ready: tuple[str, ...]
    expectations: tuple[Expectation, ...]
    settings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Company:
    """The company as seeded.

    Args:
        settings: of its connection, by name, as typed; `Settings.model_validate` reads them.
        acts: to be played in this order.
    """

    name: str
    settings: Mapping[str, str]
    acts: tuple[Act, ...]


def transferred(
    name: str, invoice: Fields, *, number: int | str | None = AS_FORTNOX, noted: Collection[str] = (), **stated: Any
) -> Expectation:
    """The invoice goes to Fortnox; `stated` are head, rows, attachments, creates."""
    return Expectation(name, invoice["guid"], True, TRANSFERRED, number, noted=frozenset(noted), **stated)


def refused(name: str, invoice: Fields, *reasons: str) -> Expectation:
    """The invoice is refused for exactly these reasons and keeps the number it has."""
    return Expectation(name, invoice["guid"], False, FAILED, invoice["number"], reasons=frozenset(reasons))


def missed(
    expectation: Expectation,
    severa: Mapping[str, Fields],
    fortnox: Fields,
    reasons: Collection[str],
    notes: str | None = None,
) -> list[str]:
    """Everything that is not as stated, in words; empty when all is.

    Args:
        severa: Severa's invoices as its simulator summarises them, by guid.
        fortnox: the dump of the Fortnox simulator.
        reasons: codes of the invoice's open problem.
        notes: what the log notes about its transfer; None when nobody looked.
    """
    found = [
        invoice
        for invoice in fortnox["invoices"]
        if invoice["ExternalInvoiceReference1"] == _reference(expectation.invoice)
    ]
    wrong = [*_in_severa(expectation, severa[expectation.invoice], found)]
    if set(reasons) != expectation.reasons:
        wrong.append(f"its problem is {_listed(reasons)} instead of {_listed(expectation.reasons)}")
    if len(found) != int(expectation.transferred):
        numbers = _listed(invoice["DocumentNumber"] for invoice in found)
        wrong.append(f"it is {len(found)} times in Fortnox ({numbers}) instead of {int(expectation.transferred)}")
    elif found:
        wrong += _in_fortnox(expectation, found[0], fortnox)
    if notes is not None:
        missing = sorted(code for code in expectation.noted if _said(code) not in notes)
        wrong += [f"the log does not note {code}" for code in missing]
    return wrong


def _in_severa(expectation: Expectation, summary: Fields, found: Sequence[Fields]) -> Iterator[str]:
    if summary["status"] != expectation.status:
        yield f"its status in Severa is {summary['status']} instead of {expectation.status}"
    number = expectation.number
    if number == AS_FORTNOX:
        number = int(found[0]["DocumentNumber"]) if found else None
    if summary["number"] != number:
        yield f"its number in Severa is {summary['number']} instead of {number}"


def _in_fortnox(expectation: Expectation, invoice: Fields, fortnox: Fields) -> Iterator[str]:
    yield from _fields("", expectation.head, invoice, fortnox)
    rows = expectation.rows
    if rows is not None:
        if len(invoice["InvoiceRows"]) != len(rows):
            yield f"it has {len(invoice['InvoiceRows'])} rows instead of {len(rows)}"
        for position, (wanted, row) in enumerate(zip(rows, invoice["InvoiceRows"], strict=False), start=1):
            yield from _fields(f"row {position}: ", wanted, row, fortnox)
    attached = [each for each in fortnox["attachments"] if str(each["entityId"]) == invoice["DocumentNumber"]]
    if len(attached) != expectation.attachments:
        yield f"it has {len(attached)} attachments instead of {expectation.attachments}"
    for (register, number), wanted in expectation.creates.items():
        card = next((each for each in fortnox[register] if each[_NUMBERS[register]] == number), None)
        if card is None:
            yield f"{register} have no {number}"
        else:
            yield from _fields(f"{register} {number}: ", wanted, card, fortnox)


def _fields(where: str, wanted: Fields, actual: Fields, fortnox: Fields) -> Iterator[str]:
    for name, value in wanted.items():
        if isinstance(value, NumberOf):
            value = next(
                (
                    invoice["DocumentNumber"]
                    for invoice in fortnox["invoices"]
                    if invoice["ExternalInvoiceReference1"] == _reference(value.invoice)
                ),
                f"the number of {value.invoice}, which is not there",
            )
        if not _same(value, actual[name]):
            yield f"{where}{name} is {actual[name]!r} instead of {_shown(value)}"


def _same(wanted: Any, actual: Any) -> bool:
    """Equal; numbers by value, since Fortnox writes some as texts and JSON writes some as floats."""
    if isinstance(wanted, date):
        return bool(actual == wanted.isoformat())
    if isinstance(wanted, bool) or not isinstance(wanted, Decimal | int):
        return bool(actual == wanted)
    try:
        return Decimal(str(actual)) == wanted
    except InvalidOperation:
        return False


def _shown(value: Any) -> str:
    return str(value) if isinstance(value, date | Decimal) else repr(value)


def _reference(guid: str) -> str:
    """What our invoices carry in Fortnox; not taken from the code under test."""
    return f"severa-{guid}"


def _said(code: str) -> str:
    """The longest piece of the catalogue's sentence that holds no value."""
    return max((piece for piece, *_ in string.Formatter().parse(template(code).cause)), key=len).strip()


def _listed(words: Collection[str] | Iterator[str]) -> str:
    return ", ".join(sorted(words)) or "none"
