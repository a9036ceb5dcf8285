"""The shape of a record: which properties it has, what each may hold, and which of them a client may write.

A record is stored the way it is sent: a dict with every property, null where there is nothing. A reference is stored as
the small object Severa shows for it and is shown afresh on every answer, so a renamed customer is renamed everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sandbox.severa.refusals import Refused

Record = dict[str, Any]
Find = Callable[[str, str], Record | None]

INT32 = 2**31
INT64 = 2**63


@dataclass(frozen=True)
class Field:
    """One property.

    Args:
        nullable: whether a client may write null.
        writable: whether a client may write it at all.
        required: whether a client must give it when it creates a record.
        default: what a new record holds when nothing is given.
    """

    nullable: bool = True
    writable: bool = True
    required: bool = False
    default: Any = None

    def read(self, name: str, value: Any, find: Find) -> Any:
        """What a client sent, in stored form; raises Refused."""
        if value is None or (value == "" and self.required):
            if not self.nullable or self.required:
                raise Refused(f"The {name} field is required.", name=name)
            return None
        return self._read(name, value, find)

    def _read(self, name: str, value: Any, find: Find) -> Any:
        raise NotImplementedError

    def store(self, value: Any, find: Find) -> Any:
        """What a seeding program gave, in stored form."""
        return value.isoformat() if isinstance(value, date | datetime) else value

    def show(self, stored: Any, find: Find) -> Any:
        """What an answer holds."""
        return stored


@dataclass(frozen=True)
class Scalar(Field):
    """A text, number, flag, date or a list of texts."""

    kind: str = "text"
    choices: tuple[str, ...] = ()
    longest: int | None = None

    def _read(self, name: str, value: Any, find: Find) -> Any:
        is_integer = isinstance(value, int) and not isinstance(value, bool)
        fits = {
            "text": isinstance(value, str),
            "flag": isinstance(value, bool),
            "int32": is_integer and -INT32 <= value < INT32,
            "int64": is_integer and -INT64 <= value < INT64,
            "number": is_integer or isinstance(value, Decimal),
            "date": isinstance(value, str) and _is_date(value[:10]) and re.fullmatch(r".{10}(T.*)?", value) is not None,
            "moment": isinstance(value, str) and _is_date(value[:10]),
        }[self.kind]
        if not fits:
            raise Refused(f"The value {value!r} is not valid for {name}.", name=name)
        if self.choices and value not in self.choices:
            raise Refused(f"The value {value!r} is not one of {', '.join(self.choices)}.", name=name)
        if self.longest is not None and len(value) > self.longest:
            raise Refused(f"{name} may have at most {self.longest} characters.", name=name)
        return value[:10] if self.kind == "date" else value


@dataclass(frozen=True)
class Opaque(Field):
    """A part of a record that this simulator only passes on: lists of texts, objects nobody here writes."""

    writable: bool = False

    def store(self, value: Any, find: Find) -> Any:
        return value


@dataclass(frozen=True)
class Group(Field):
    """An object of its own with plain properties, e.g. a money amount or an address."""

    parts: Mapping[str, Field] = field(default_factory=dict)

    def _read(self, name: str, value: Any, find: Find) -> Any:
        if not isinstance(value, dict):
            raise Refused(f"{name} must be an object.", name=name)
        given = read_properties(self.parts, value, find, prefix=f"{name}.")
        require(self.parts, given, prefix=f"{name}.")
        return self.blank() | given

    def store(self, value: Any, find: Find) -> Any:
        return None if value is None else self.blank() | value

    def blank(self) -> Record:
        """The object with nothing in it."""
        return {name: part.default for name, part in self.parts.items()}


@dataclass(frozen=True)
class Reference(Field):
    """Another record, by guid, shown with some of its properties.

    Args:
        register: where the other record is.
        shows: its properties that are shown next to the guid; ``"country=country.name"`` shows a part under a name.
        many: whether the property holds a list of references.
        as_text: properties that are numbers there and texts here.
    """

    register: str = ""
    shows: tuple[str, ...] = ()
    many: bool = False
    as_text: tuple[str, ...] = ()

    def _read(self, name: str, value: Any, find: Find) -> Any:
        if self.many:
            return [self._read_one(name, one, find) for one in value]
        return self._read_one(name, value, find)

    def _read_one(self, name: str, value: Any, find: Find) -> Any:
        if not isinstance(value, dict):
            raise Refused(f"{name} must be an object.", name=name)
        given = {key.lower(): content for key, content in value.items()}
        known = {"guid", *(show.partition("=")[0].lower() for show in self.shows)}
        if unknown := given.keys() - known:
            raise Refused(f"{name} has no property {min(unknown)}.", name=f"{name}.{min(unknown)}")
        guid = given.get("guid")
        if guid is None:
            if self.required or not self.nullable:
                raise Refused(f"The {name}.guid field is required.", name=f"{name}.guid")
            return None
        target = find(self.register, guid) if isinstance(guid, str) else None
        if target is None:
            raise UnknownReference(name, guid)
        return self._shown(target)

    def store(self, value: Any, find: Find) -> Any:
        if value is None:
            return None
        return [self._stored_one(one, find) for one in value] if self.many else self._stored_one(value, find)

    def _stored_one(self, value: Any, find: Find) -> Record:
        guid = value["guid"] if isinstance(value, dict) else value
        target = find(self.register, guid)
        if target is None:
            raise LookupError(f"no {guid} in {self.register}")
        return self._shown(target)

    def show(self, stored: Any, find: Find) -> Any:
        if stored is None:
            return None
        return [self._fresh(one, find) for one in stored] if self.many else self._fresh(stored, find)

    def _fresh(self, stored: Record, find: Find) -> Record:
        target = find(self.register, stored["guid"])
        return stored if target is None else self._shown(target)

    def _shown(self, target: Record) -> Record:
        shown = {"guid": target["guid"]}
        for show in self.shows:
            name, _, path = show.partition("=")
            value: Any = target
            for step in (path or name).split("."):
                value = None if value is None else value.get(step)
            shown[name] = str(value) if name in self.as_text and value is not None else value
        return shown


class UnknownReference(Refused):
    """A guid that names nothing; which status this has is not known (`reference` severa 11.7)."""

    def __init__(self, name: str, guid: Any) -> None:
        super().__init__(f"No record with guid {guid}.", name=f"{name}.guid")


@dataclass(frozen=True)
class Shape:
    """The properties of one kind of record."""

    fields: Mapping[str, Field]

    def blank(self) -> Record:
        """A new record with nothing given."""
        return {name: field.default for name, field in self.fields.items()}

    def read(self, body: Any, find: Find) -> Record:
        """What a client sent to create a record, in stored form; only what it gave. Raises Refused."""
        if not isinstance(body, dict):
            raise Refused("The request body must be an object.", kind="InvalidRequest")
        values = read_properties(self.fields, body, find)
        require(self.fields, values)
        return values

    def show(self, record: Record, find: Find) -> Record:
        """The record as an answer holds it."""
        return {name: field.show(record[name], find) for name, field in self.fields.items()}


def read_properties(fields: Mapping[str, Field], body: Record, find: Find, prefix: str = "") -> Record:
    """The properties of a body, names in any case; an unknown or read-only one is refused."""
    known = {name.lower(): name for name in fields}
    values: Record = {}
    for given, value in body.items():
        name = known.get(given.lower())
        if name is None:
            raise Refused(f"There is no property {prefix}{given}.", name=prefix + given)
        if not fields[name].writable:
            raise Refused(f"{prefix}{name} is read-only.", kind="InvalidOperation", name=prefix + name)
        values[name] = fields[name].read(prefix + name, value, find)
    return values


def require(fields: Mapping[str, Field], given: Record, prefix: str = "") -> None:
    """Refuse a record without one of its required properties."""
    for name, one in fields.items():
        if one.required and name not in given:
            raise Refused(f"The {prefix}{name} field is required.", name=prefix + name)


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
