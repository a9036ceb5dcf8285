"""Lists: which records a query asks for, and one page of them by token or by offset (`reference` severa 4.2, 4.3)."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from sandbox.severa.exchange import Exchange, read_moment
from sandbox.severa.refusals import Refused
from sandbox.severa.shapes import Record

LARGEST_PAGE = 1000
TOKEN_PAGE = 100
OFFSET_PAGE = 20

# A filter takes the parameter's name and values and answers the test a record must pass.
Filter = Callable[[str, Sequence[str]], Callable[[Record], bool]]
Filters = Mapping[str, Filter]


def value_at(record: Record, path: str) -> Any:
    """The value at a dotted path, None where the way ends early."""
    value: Any = record
    for step in path.split("."):
        value = None if value is None else value[step]
    return value


def one_of(path: str) -> Filter:
    """The value, as text in any case, is one of those given."""

    def build(_name: str, values: Sequence[str]) -> Callable[[Record], bool]:
        wanted = {value.lower() for value in values}
        return lambda record: (value := value_at(record, path)) is not None and str(value).lower() in wanted

    return build


def any_of(path: str, part: str) -> Filter:
    """One of the list's members has a part that is one of those given."""

    def build(_name: str, values: Sequence[str]) -> Callable[[Record], bool]:
        wanted = {value.lower() for value in values}
        return lambda record: any(member[part].lower() in wanted for member in record[path] or ())

    return build


def is_flag(path: str) -> Filter:
    """The flag is the one given."""

    def build(name: str, values: Sequence[str]) -> Callable[[Record], bool]:
        flags = {"true": True, "false": False}
        if values[-1].lower() not in flags:
            raise Refused(f"The value '{values[-1]}' is not valid.", name=name, place="UriParameter")
        return lambda record: bool(value_at(record, path)) is flags[values[-1].lower()]

    return build


def amount(path: str, fits: Callable[[Decimal, Decimal], bool]) -> Filter:
    """The number at the path compares with the one given."""

    def build(name: str, values: Sequence[str]) -> Callable[[Record], bool]:
        try:
            bound = Decimal(values[-1])
        except InvalidOperation as error:
            raise Refused(f"The value '{values[-1]}' is not valid.", name=name, place="UriParameter") from error
        return lambda record: (value := value_at(record, path)) is not None and fits(value, bound)

    return build


def day(path: str, fits: Callable[[str, str], bool]) -> Filter:
    """The date compares with the day of the one given."""

    def build(name: str, values: Sequence[str]) -> Callable[[Record], bool]:
        bound = read_moment(values[-1], name).date().isoformat()
        return lambda record: (value := value_at(record, path)) is not None and fits(value, bound)

    return build


def changed_since(name: str, values: Sequence[str]) -> Callable[[Record], bool]:
    """Added or changed at or after the moment; the bound itself is included."""
    bound = read_moment(values[-1], name)
    return lambda record: read_moment(record["lastUpdatedDateTime"] or record["createdDateTime"], name) >= bound


def contains(*paths: str) -> Filter:
    """One of the texts contains the one given, in any case."""

    def build(_name: str, values: Sequence[str]) -> Callable[[Record], bool]:
        return lambda record: any(values[-1].lower() in (value_at(record, path) or "").lower() for path in paths)

    return build


def matching(records: Sequence[Record], query: MultiDict[str, str], filters: Filters) -> list[Record]:
    """The records that pass every known filter of the query, by guid; unknown parameters are ignored."""
    tests = [build(name, query.getlist(name)) for name, build in filters.items() if query.get(name, "") != ""]
    return sorted((r for r in records if all(test(r) for test in tests)), key=lambda record: record["guid"])


def by_token(call: Exchange, register: str, records: Sequence[Record], filters: Filters) -> Response:
    """A page whose successor is named by the `NextPageToken` header; the header is absent on the last page."""
    query = call.request.args
    found = matching(records, query, filters)
    bound_to = hashlib.sha256(repr([(n, query.getlist(n)) for n in filters] + [call.request.path.lower()]).encode())
    start = _start(call, found, bound_to.hexdigest()[:16])
    size = _row_count(query, TOKEN_PAGE)
    page = found[start : start + size]
    headers = {}
    if start + size < len(found):
        place = str(start + size) if call.readings.cursor_is_an_offset else page[-1]["guid"]
        headers["NextPageToken"] = base64.urlsafe_b64encode(f"{bound_to.hexdigest()[:16]} {place}".encode()).decode()
    return call.answer([call.shown(register, record) for record in page], headers=headers)


def by_offset(
    call: Exchange, register: str, records: Sequence[Record], filters: Filters, size: int | None = OFFSET_PAGE
) -> Response:
    """A page that starts at `firstRow`; `size` None means everything unless `rowCount` is given."""
    query = call.request.args
    found = matching(records, query, filters)
    first = max(_integer(query, "firstRow", 0), 0)
    is_whole = size is None and "rowCount" not in query
    count = len(found) if is_whole else _row_count(query, size or OFFSET_PAGE)
    return call.answer([call.shown(register, record) for record in found[first : first + count]])


def _start(call: Exchange, found: Sequence[Record], bound_to: str) -> int:
    token = call.request.args.get("pageToken")
    if not token:
        return 0
    try:
        filters, _, place = base64.urlsafe_b64decode(token).decode().partition(" ")
    except ValueError as error:
        raise Refused("The page token is not valid.", name="pageToken", place="UriParameter") from error
    if filters != bound_to:
        raise Refused("The page token belongs to another query.", name="pageToken", place="UriParameter")
    if place.isdigit():
        return int(place)
    return next((index for index, record in enumerate(found) if record["guid"] > place), len(found))


def _row_count(query: MultiDict[str, str], default: int) -> int:
    return min(max(_integer(query, "rowCount", default), 1), LARGEST_PAGE)


def _integer(query: MultiDict[str, str], name: str, default: int) -> int:
    try:
        return int(query.get(name) or default)
    except ValueError as error:
        raise Refused(f"The value '{query[name]}' is not valid.", name=name, place="UriParameter") from error
