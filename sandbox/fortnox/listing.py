"""Lists: filters, order, pages and MetaInformation (`reference` fortnox 3)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from werkzeug.datastructures import MultiDict

from sandbox.fortnox.errors import Code, Refused
from sandbox.fortnox.registers import Register
from sandbox.fortnox.shapes import Record

if TYPE_CHECKING:
    from sandbox.fortnox.state import FortnoxState

MOST = 500
USUAL = 100
_PAGING = frozenset({"limit", "page", "offset", "sortby", "sortorder", "filter", "lastmodified"})
_YEARS = frozenset({"financialyear", "financialyeardate"})

Match = Callable[[Record, str], bool]


def contains(name: str) -> Match:
    """The field holds the text anywhere, capitals or not."""
    return lambda record, value: value.casefold() in str(record.get(name) or "").casefold()


def starts(name: str) -> Match:
    """The field begins with the text, capitals or not."""
    return lambda record, value: str(record.get(name) or "").casefold().startswith(value.casefold())


def flag(name: str) -> Match:
    """The field is true or false as asked; Fortnox writes some flags as texts."""
    return lambda record, value: str(record[name]).casefold() == value.casefold()


def not_before(name: str) -> Match:
    """The field's date is the given one or later; no date is no match."""
    return lambda record, value: (record[name] or "") >= value


def not_after(name: str) -> Match:
    """The field's date is the given one or earlier; no date is no match."""
    return lambda record, value: bool(record[name]) and record[name] <= value


@dataclass(frozen=True)
class Listing:
    """What a resource's list can be asked for.

    Args:
        filters: query parameters and what they compare.
        named: the values of ``filter=``.
        sorts: what ``sortby=`` takes, and the field it means.
    """

    filters: Mapping[str, Match] = field(default_factory=dict)
    named: Mapping[str, Callable[[Record], bool]] = field(default_factory=dict)
    sorts: Mapping[str, str] = field(default_factory=dict)

    def found(self, state: FortnoxState, register: Register, query: MultiDict[str, str]) -> list[Record]:
        """Every record that fits, in order; records too new to be found are left out.

        Raises:
            Refused: a parameter or the named filter is unknown. Fortnox ignores some unknown parameters; here a
                misspelt filter must not look like a search without hits.
        """
        visible = state.now() - state.switches.search_delay
        records = [record for record in register if register.created[str(record[register.key])] <= visible]
        for name, value in query.items():
            if name in self.filters:
                records = _fitting(self.filters[name], records, value)
            elif name not in _PAGING | _YEARS:
                raise Refused("Ogiltig parameter i anropet.", Code.PARAMETER)
        if "filter" in query:
            if query["filter"] not in self.named:
                raise Refused("Ett ogiltigt filter har använts.", Code.FILTER)
            records = [record for record in records if self.named[query["filter"]](record)]
        if "lastmodified" in query:
            is_since = _since(query["lastmodified"], state)
            records = [record for record in records if is_since(register.changed[str(record[register.key])])]
        return self._ordered(records, query, register.key)

    def _ordered(self, records: list[Record], query: MultiDict[str, str], key: str) -> list[Record]:
        descending = query.get("sortorder", "ascending")
        if descending not in {"ascending", "descending"} or query.get("sortby", "") not in {"", *self.sorts}:
            raise Refused("Ogiltig parameter i anropet.", Code.PARAMETER)
        field_name = self.sorts.get(query.get("sortby", ""), key)
        return sorted(records, key=lambda record: _order(record[field_name]), reverse=descending == "descending")


def page(records: list[Record], query: MultiDict[str, str], *, clamps: bool) -> tuple[Record, list[Record]]:
    """One page and its MetaInformation; past the end it is empty.

    Args:
        clamps: a limit above the largest counts as the largest; otherwise it is refused.
    """
    limit = _whole(query, "limit", USUAL)
    if limit > MOST and not clamps:
        raise Refused("Ogiltig parameter i anropet.", Code.PARAMETER)
    limit = min(limit, MOST)
    number = _whole(query, "page", 1)
    start = _whole(query, "offset", 0, least=0) if "offset" in query else (number - 1) * limit
    meta = {
        "@TotalResources": len(records),
        "@TotalPages": -(-len(records) // limit),
        "@CurrentPage": number,
    }
    return meta, records[start : start + limit]


def _fitting(match: Match, records: list[Record], value: str) -> list[Record]:
    try:
        return [record for record in records if match(record, value)]
    except ValueError:
        raise Refused("Ogiltig parameter i anropet.", Code.PARAMETER) from None


def _whole(query: MultiDict[str, str], name: str, default: int, least: int = 1) -> int:
    try:
        value = int(query.get(name, default))
    except ValueError:
        value = least - 1
    if value < least:
        raise Refused("Ogiltig parameter i anropet.", Code.PARAMETER)
    return value


def _since(text: str, state: FortnoxState) -> Callable[[float], bool]:
    """Whether something changed, by the clock on the wall, at the time given to the minute or second, or later.

    Clock times are compared as they are written, so that of the hour that comes twice in October the second one is not
    later than the first.
    """
    try:
        bound = datetime.fromisoformat(text)
    except ValueError:
        raise Refused("Ogiltig parameter i anropet.", Code.PARAMETER) from None
    if bound.tzinfo is not None:
        raise Refused("Ogiltig parameter i anropet.", Code.PARAMETER)
    zone = ZoneInfo(state.switches.lastmodified_zone)
    if state.switches.lastmodified_excludes:
        bound = bound.replace(second=59, microsecond=999_999)
        return lambda changed: datetime.fromtimestamp(changed, zone).replace(tzinfo=None) > bound
    return lambda changed: datetime.fromtimestamp(changed, zone).replace(tzinfo=None) >= bound


def _order(value: Any) -> tuple[int, Any]:
    """Numbers by size, before texts; numbers in texts are numbers."""
    text = str(value if value is not None else "")
    return (0, int(text)) if text.isdecimal() else (1, text.casefold())
