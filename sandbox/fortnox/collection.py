"""A resource with the usual five operations; each resource adds its own rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar
from urllib.parse import quote

from werkzeug.wrappers import Request, Response

from sandbox.fortnox.errors import Code, Invented, Refused
from sandbox.fortnox.exchange import BASE, Route, answer, nothing, unwrapped
from sandbox.fortnox.fields import Table, checked, merged
from sandbox.fortnox.listing import Listing, page
from sandbox.fortnox.registers import Register
from sandbox.fortnox.shapes import Record

if TYPE_CHECKING:
    from sandbox.fortnox.state import FortnoxState


class Collection:
    """List, create, read, update and delete under ``/3/<name>``."""

    name: ClassVar[str]
    wrapper: ClassVar[str]
    plural: ClassVar[str]
    scopes: ClassVar[tuple[str, ...]]
    table: ClassVar[Table]
    #: Text and code when the record is not there.
    absent: ClassVar[tuple[str, Code | Invented]]
    #: What a created record's Location header says: never an address.
    location: ClassVar[str]
    listing: ClassVar[Listing] = Listing()
    methods: ClassVar[str] = "GET POST PUT DELETE"

    def __init__(self, state: FortnoxState) -> None:
        self.state = state

    @property
    def register(self) -> Register:
        """Where the records are."""
        return self.state.register(self.name)

    def routes(self) -> list[Route]:
        """The operations this resource has; a number may hold a slash."""
        one = f"/3/{self.name}/<path:number>"
        every = [
            Route("GET", f"/3/{self.name}", self.search, self.scopes),
            Route("POST", f"/3/{self.name}", self.create, self.scopes),
            Route("GET", one, self.read, self.scopes),
            Route("PUT", one, self.update, self.scopes),
            Route("DELETE", one, self.delete, self.scopes),
        ]
        return [route for route in every if route.method in self.methods.split()]

    # A resource's own rules.

    def blank(self, sent: Record) -> Record:
        """The record when nothing but `sent` is given."""
        raise NotImplementedError

    def item(self, record: Record) -> Record:
        """The record as a list shows it."""
        return record

    def require_free(self, number: str) -> None:
        """Refuse a number that is taken."""
        if self.register.taken(number):
            raise Refused(f'Koden "{number}" används redan.', Invented.CODE_TAKEN)

    def prepared(self, record: Record) -> Record:
        """The record with its references checked and derived fields filled in."""
        return record

    def as_created(self, record: Record) -> Record:
        """The record as the answer to its creation shows it."""
        return record

    def in_use(self, number: str) -> bool:
        """Whether something refers to the record."""
        return False

    # The operations.

    def search(self, request: Request) -> Response:
        """``GET /3/<name>``"""
        found = self.listing.found(self.state, self.register, request.args)
        meta, records = page(found, request.args, clamps=self.state.switches.clamps_limit)
        items = [{"@url": self._url(record), **self.item(record)} for record in records]
        return answer({"MetaInformation": meta, self.plural: items})

    def create(self, request: Request) -> Response:
        """``POST /3/<name>``"""
        sent = checked(unwrapped(request, self.wrapper), self.table, creating=True)
        number = sent.get(self.register.key)
        if number not in (None, ""):
            self.require_free(str(number))
        else:
            sent[self.register.key] = self.register.next_number()
        blank = self.blank(sent)
        record = self.register.put(self.prepared(merged(blank, blank, sent)))
        return self.shown(self.as_created(record), 201, Location=self.location)

    def read(self, _request: Request, number: str) -> Response:
        """``GET /3/<name>/<number>``"""
        return self.shown(self.found(number))

    def update(self, request: Request, number: str) -> Response:
        """``PUT /3/<name>/<number>``: only what is sent changes, and never the number."""
        old = self.found(number)
        sent = checked(unwrapped(request, self.wrapper), self.table, creating=False)
        key = self.register.key
        if sent.get(key, old[key]) != old[key]:
            raise Refused(f"Fältet {key} är endast läsbart.", Code.READ_ONLY)
        return self.shown(self.register.put(self.prepared(merged(self.blank(old), old, sent))))

    def delete(self, _request: Request, number: str) -> Response:
        """``DELETE /3/<name>/<number>``: only what nothing refers to."""
        self.found(number)
        if self.in_use(number):
            raise Refused("Posten används och kan inte tas bort.", Invented.IN_USE)
        self.register.remove(number)
        return nothing()

    def found(self, number: str) -> Record:
        """The record of that number.

        Raises:
            Refused: 404 in the resource's own words.
        """
        record = self.register.get(number)
        if record is None:
            raise Refused(*self.absent, 404)
        return record

    def shown(self, record: Record, status: int = 200, **headers: str) -> Response:
        """The record on its own."""
        return answer({self.wrapper: {"@url": self._url(record), **record}}, status, **headers)

    def _url(self, record: Record) -> str:
        return f"{BASE}/{self.name}/{quote(str(record[self.register.key]), safe='')}"
