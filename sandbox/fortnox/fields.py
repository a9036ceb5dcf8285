"""What a request may hold: every field's type, length and writer, checked the way the vendor checks them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from sandbox.fortnox.errors import Code, Invented, Refused

#: Allowed besides letters (`reference` fortnox 1). Among the missing: quotation marks, apostrophe, brackets, < > | ~.
_PUNCTUATION = frozenset("0123456789 –:.`\u00b4’,;^¤#%§£$€¢¥©™°&/\\()=+-*_!?²³®½@\u00a0\u0308\u030a\n\r")
_REFUSED_SEQUENCE = "://"
#: Larger numbers were never seen accepted; a stock of -1e14 was.
LARGEST = Decimal(10) ** 15
#: Written in place of a value to clear the field, as null does (`reference` fortnox 6.4).
BLANK = "API_BLANK"


class Kind(StrEnum):
    """How a value is written in JSON."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    QUANTITY = "quantity"  # a number in a text; recorded requests also sent it as a bare number
    BOOLEAN = "boolean"
    DATE = "date"
    OBJECT = "object"
    LIST = "list"


@dataclass(frozen=True)
class Field:
    """One field: its JSON type, its limits, and whether a request may set it."""

    kind: Kind
    longest: int | None = None
    shortest: int = 0
    lowest: int | None = None
    highest: int | None = None
    choices: tuple[str, ...] = ()
    required: bool = False
    writable: bool = True
    any_character: bool = False
    fields: Mapping[str, Field] | None = None


Table = Mapping[str, Field]


def text(longest: int | None = None, *, shortest: int = 0, required: bool = False) -> Field:
    """A text of limited length in the allowed characters."""
    return Field(Kind.TEXT, longest=longest, shortest=shortest, required=required)


def choice(*values: str) -> Field:
    """One of a few words."""
    return Field(Kind.TEXT, choices=values)


def integer(lowest: int | None = None, highest: int | None = None, *, required: bool = False) -> Field:
    """A whole number within limits."""
    return Field(Kind.INTEGER, lowest=lowest, highest=highest, required=required)


def words(text: str) -> tuple[str, ...]:
    """Names written apart by spaces."""
    return tuple(text.split())


def same(field: Field, names: str) -> dict[str, Field]:
    """Several fields alike; names apart by spaces."""
    return dict.fromkeys(words(names), field)


def read_only(names: str) -> dict[str, Field]:
    """Fields that are only ever returned; names apart by spaces."""
    return same(replace(text(), writable=False), names)


def allowed(value: str) -> bool:
    """Whether Fortnox stores the text: letters of any script and a short list of punctuation."""
    return _REFUSED_SEQUENCE not in value and all(char.isalpha() or char in _PUNCTUATION for char in value)


def checked(body: Any, table: Table, *, creating: bool) -> dict[str, Any]:
    """The body's fields, each one known, writable and well-formed.

    Args:
        body: what the request held inside its wrapper.
        table: the resource's fields.
        creating: whether required fields must be there; in an update they must only not be emptied.

    Raises:
        Refused: with the vendor's code where it is known.
    """
    if not isinstance(body, dict):
        raise Refused("Ingen eller felaktig typ av data.", Code.WRAPPER)
    for name, value in body.items():
        field = table.get(name)
        if field is None:
            raise Refused(f"Felaktigt fältnamn. ({name})", Code.FIELD_NAME)
        if not field.writable:
            raise Refused(f"Fältet {name} är endast läsbart.", Code.READ_ONLY)
        if field.required and (value is None or (value == "" and creating)):
            raise _missing(name)
        if not _unset(value, field):
            _check(name, value, field, creating=creating)
    if creating:
        for name, field in table.items():
            if field.required and name not in body:
                raise _missing(name)
    return dict(body)


def merged(blank: Mapping[str, Any], old: Mapping[str, Any], sent: Mapping[str, Any]) -> dict[str, Any]:
    """The record after a request: sent values replace old ones, "" is ignored, null and API_BLANK clear.

    Source: `reference` fortnox 6.4; a recorded PUT of "" left the old text.
    """
    record = dict(old)
    for name, value in sent.items():
        if value is None or value == BLANK:
            record[name] = blank.get(name)
        elif isinstance(value, dict):
            record[name] = merged(blank.get(name) or {}, old.get(name) or {}, value)
        elif value != "":
            record[name] = value
    return record


def decimal(value: Any) -> Decimal:
    """A checked number or quantity; nothing written counts as 0."""
    return Decimal(str(value)) if value not in (None, "") else Decimal(0)


def _unset(value: Any, field: Field) -> bool:
    """Nothing to check: empty, or the word that clears the field."""
    return value in (None, "") or (value == BLANK and field.kind not in {Kind.LIST, Kind.OBJECT})


def _missing(name: str) -> Refused:
    text = "Kundnamn kan inte vara tomt" if name == "Name" else f"Fältet {name} måste anges."
    return Refused(text, Invented.MISSING)


def _check(name: str, value: Any, field: Field, *, creating: bool) -> None:
    match field.kind:
        case Kind.TEXT:
            _check_text(name, value, field)
        case Kind.BOOLEAN:
            if not isinstance(value, bool):
                raise Refused(f"Värdet måste vara boolskt. ({name})", Code.NOT_BOOLEAN)
        case Kind.INTEGER | Kind.NUMBER | Kind.QUANTITY:
            _check_number(name, value, field)
        case Kind.DATE:
            _check_date(name, value)
        case Kind.OBJECT:
            _check_object(name, value, field, creating=creating)
        case Kind.LIST:
            if not isinstance(value, list):
                raise Refused(f"Fältet {name} måste vara en lista.", Invented.NOT_AN_OBJECT)
            if field.longest is not None and len(value) > field.longest:
                raise Refused(f"Högst {field.longest} rader tillåts. ({name})", Invented.TOO_MANY_ROWS)
            for row in value:
                _check_object(name, row, field, creating=creating)


def _check_object(name: str, value: Any, field: Field, *, creating: bool) -> None:
    if not isinstance(value, dict):
        raise Refused(f"Fältet {name} måste vara ett objekt.", Invented.NOT_AN_OBJECT)
    checked(value, field.fields or {}, creating=creating)


def _check_text(name: str, value: Any, field: Field) -> None:
    if not isinstance(value, str):
        raise Refused(f"Värdet måste vara alfanumeriskt. ({name})", Code.NOT_TEXT)
    if field.longest is not None and len(value) > field.longest:
        raise Refused(f"Värdet är för långt, högst {field.longest} tecken. ({name})", Invented.TOO_LONG)
    if len(value) < field.shortest:
        raise Refused(f"Värdet är för kort, minst {field.shortest} tecken. ({name})", Invented.TOO_SHORT)
    if field.choices and value not in field.choices:
        raise Refused(f"Ogiltigt värde. ({name})", Invented.CHOICE)
    if not field.any_character and not allowed(value):
        raise Refused(f"Värdet innehåller otillåtna tecken. ({name})", Code.CHARACTERS)


def _check_number(name: str, value: Any, field: Field) -> None:
    numeric = isinstance(value, int | Decimal) and not isinstance(value, bool)
    if field.kind is Kind.QUANTITY and isinstance(value, str):
        try:
            numeric = Decimal(value).is_finite()
        except InvalidOperation:
            numeric = False
    if not numeric or (field.kind is Kind.INTEGER and value != int(value)):
        raise Refused(f"Värdet måste vara numeriskt. ({name})", Code.NOT_NUMERIC)
    number = decimal(value)
    lowest = -LARGEST if field.lowest is None else field.lowest
    highest = LARGEST if field.highest is None else field.highest
    if not lowest <= number <= highest:
        raise Refused(f"Värdet ligger utanför tillåtet intervall. ({name})", Invented.RANGE)


def _check_date(name: str, value: Any) -> None:
    try:
        if not isinstance(value, str) or len(value) != len("YYYY-MM-DD"):
            raise ValueError
        date.fromisoformat(value)
    except ValueError:
        raise Refused(f"Ogiltigt datum. ({name})", Invented.NOT_A_DATE) from None
