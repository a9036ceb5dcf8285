"""The calls that most of Severa's resources have in common: list, read, create, change, delete."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from werkzeug.wrappers import Response

from sandbox.severa.exchange import Exchange, Route
from sandbox.severa.paging import Filters, by_offset
from sandbox.severa.patching import changes
from sandbox.severa.refusals import empty
from sandbox.severa.registers import SHAPES
from sandbox.severa.shapes import Record


def insert(call: Exchange, register: str, values: Record) -> Record:
    """A new record with nothing but what the client gave."""
    return call.state.insert(register, by=call.user, **values)


def allow(_call: Exchange, _record: Record | None, _values: Record) -> None:
    """No rule beyond the shape."""


def list_by_offset(call: Exchange, register: str, records: Sequence[Record], filters: Filters) -> Response:
    return by_offset(call, register, records, filters)


@dataclass(frozen=True)
class Resource:
    """One resource and its calls.

    Args:
        path: of the list, below ``/v1``.
        register: where its records are.
        area: the first half of its scopes, e.g. ``customers``.
        page: how a list is cut, `by_token` or by offset.
        filters: the query parameters a list honours.
        methods: which of list, get, post, patch, delete it has.
        check: a rule for a record about to be created (None) or changed, by raising Refused.
        create: how a record comes about.
        changed: what follows from a change.
    """

    path: str
    register: str
    area: str
    page: Callable[[Exchange, str, Sequence[Record], Filters], Response] = list_by_offset
    filters: Filters = field(default_factory=dict)
    methods: tuple[str, ...] = ("list", "get", "post", "patch", "delete")
    check: Callable[[Exchange, Record | None, Record], None] = allow
    create: Callable[[Exchange, str, Record], Record] = insert
    changed: Callable[[Exchange, Record, Record], None] = lambda _call, _record, _values: None

    def routes(self) -> list[Route]:
        """The resource's calls with their scopes."""
        one = f"{self.path}/<guid>"
        every = {
            "list": Route("GET", self.path, f"{self.area}:read", self.list),
            "get": Route("GET", one, f"{self.area}:read", self.get),
            "post": Route("POST", self.path, f"{self.area}:write", self.post),
            "patch": Route("PATCH", one, f"{self.area}:write", self.patch),
            "delete": Route("DELETE", one, f"{self.area}:delete", self.delete),
        }
        return [every[method] for method in self.methods]

    def list(self, call: Exchange) -> Response:
        return self.page(call, self.register, call.state.all(self.register), self.filters)

    def get(self, call: Exchange, guid: str) -> Response:
        return call.answer(call.shown(self.register, call.record(self.register, guid)))

    def post(self, call: Exchange) -> Response:
        values = SHAPES[self.register].read(call.body(), call.state.find)
        self.check(call, None, values)
        return call.answer(call.shown(self.register, self.create(call, self.register, values)), status=201)

    def patch(self, call: Exchange, guid: str) -> Response:
        """Answers an array, as Severa does for every resource but three (`reference` severa 4.1)."""
        return call.answer([call.shown(self.register, self.change(call, guid))])

    def change(self, call: Exchange, guid: str) -> Record:
        """The record after the patch in the request's body."""
        record = call.record(self.register, guid)
        fields, forms = SHAPES[self.register].fields, call.readings.reference_forms
        values = changes(call.body(), fields, record, call.state.find, forms)
        self.check(call, record, values)
        call.state.update(self.register, record, by=call.user, **values)
        self.changed(call, record, values)
        return record

    def delete(self, call: Exchange, guid: str) -> Response:
        call.record(self.register, guid)
        call.state.delete(self.register, guid)
        return empty(204)
