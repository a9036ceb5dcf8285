"""A whole connection in one process: both simulators, a real store engine, a clock that tests move, a mailbox.

Every call to a vendor, every write to the store and every mail passes `Points`, where a test can let the worker die.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

from sandbox.fortnox import FortnoxSimulator, FortnoxState
from sandbox.severa import Readings as SeveraReadings
from sandbox.severa import SeveraSimulator, SeveraState
from sandbox.simulator import FaultKind, InProcess, Simulator
from severa_fortnox.alerts.mail import Mail
from severa_fortnox.errors import System
from severa_fortnox.flows import invoices, outcome, polls, register_polls
from severa_fortnox.flows.registers import RegisterReader
from severa_fortnox.flows.session import Patience, Session
from severa_fortnox.flows.sync import synchronise
from severa_fortnox.fortnox.auth import ClientCredentials
from severa_fortnox.fortnox.client import FortnoxClient
from severa_fortnox.fortnox.unknowns import Readings as FortnoxReadings
from severa_fortnox.http import Http, NoPace
from severa_fortnox.settings import Settings
from severa_fortnox.severa.client import SeveraClient, SeveraCredentials
from severa_fortnox.severa.unknowns import Readings
from severa_fortnox.store import Store
from severa_fortnox.store.connections import Connection
from severa_fortnox.store.log import Entry
from severa_fortnox.tokens import TokenCache
from severa_fortnox.work import Cause, Kind, Work

WRITES = frozenset({"put_item", "update_item", "delete_item", "transact_write_items"})


class Killed(BaseException):
    """The worker is gone: not an Exception, so that nothing in the flow can catch it."""


#: Every way a create can end without telling us what became of it.
LOSSES = [
    FaultKind.DROP_AFTER_APPLY,
    FaultKind.DROP_BEFORE_APPLY,
    FaultKind.SERVER_ERROR,
    FaultKind.SERVER_ERROR_AFTER_APPLY,
    FaultKind.HALF_BODY,
    FaultKind.HTML,
]


@dataclass
class Points:
    """Every place where the worker can die, numbered in the order it passes them."""

    reached: list[str] = field(default_factory=list)
    kill_at: int | None = None

    def pass_by(self, name: str) -> None:
        """Go on, or die here."""
        self.reached.append(name)
        if self.kill_at == len(self.reached) - 1:
            raise Killed(name)


class WatchedTransport(httpx.BaseTransport):
    """A vendor behind two points, before and after each call."""

    def __init__(self, inner: httpx.BaseTransport, points: Points, system: System) -> None:
        self._inner, self._points, self._system = inner, points, system

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        name = f"{self._system} {request.method} {request.url.path}"
        self._points.pass_by(f"before {name}")
        response = self._inner.handle_request(request)
        self._points.pass_by(f"after {name}")
        return response


class WatchedDynamoDB:
    """A DynamoDB client with two points around each write."""

    def __init__(self, inner: Any, points: Points) -> None:
        self._inner, self._points = inner, points

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._inner, name)
        if name not in WRITES:
            return method

        def watched(**arguments: Any) -> Any:
            self._points.pass_by(f"before {name}")
            answer = method(**arguments)
            self._points.pass_by(f"after {name}")
            return answer

        return watched


@dataclass
class Clock:
    """Seconds since the epoch, moved by tests and by whoever sleeps."""

    now: float = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


#: Seconds in which the queue drops what it has seen, looked at or not.
DROPPED_WITHIN = 300


@dataclass
class CollectedWork:
    """A queue that only collects, and drops a message that is like one of the last five minutes, as the real one does.

    Args:
        seen: when each message was last queued, for all queues of a world.
    """

    clock: Callable[[], float]
    seen: dict[tuple[str, Cause, str], float]
    waiting: list[Work] = field(default_factory=list)

    def put(self, work: Work, *, distinct: str) -> None:
        key = (work.group, work.cause, distinct)
        if self.clock() - self.seen.get(key, -DROPPED_WITHIN) < DROPPED_WITHIN:
            return
        self.seen[key] = self.clock()
        self.waiting.append(work)


class World:
    """One Severa organisation, one Fortnox company, and the integration between them.

    Args:
        engine: a DynamoDB engine with two tables of this world's own.
        severa: how the Severa simulator reads what is unknown.
        paced: whether calls go through the limiter, whose writes are points too; without it no limits are kept.
        registers: whether a round polls the registers too.
        page_rows: rows on a page of either vendor's lists; None for what is usual.
    """

    def __init__(
        self,
        engine: Any,
        severa: SeveraReadings | None = None,
        paced: bool = True,
        registers: bool = False,
        page_rows: int | None = None,
    ) -> None:
        self.clock = Clock()
        self.points = Points()
        self.engine = engine
        self.paced = paced
        self.registers = registers
        self.rows = {} if page_rows is None else {"page_rows": page_rows}
        self.id = "acme"
        self.severa = SeveraState(seed=7, clock=self.clock, **({"readings": severa} if severa else {}))
        self.fortnox = FortnoxState(clock=self.clock)
        unlimited: dict[str, Any] = {} if paced else {"rate": None}
        self.severa_calls = SeveraSimulator(self.severa, **unlimited)
        self.severa_calls.access.add_client("severa-id", "severa-secret")
        self.fortnox_calls = FortnoxSimulator(self.fortnox, **unlimited)
        self.mails: list[Mail] = []
        self._queued: dict[tuple[str, Cause, str], float] = {}
        self.ready = self.severa.add_invoice_status("Ready for transfer", hasInvoiceNumber=False)
        self.transferred = self.severa.add_invoice_status("Transferred", isReadOnly=True)
        self.settings = Settings()
        self.set(ready_status=self.ready["guid"], transferred_status=self.transferred["guid"])
        self.connection = Connection(self.id, "Acme", str(self.fortnox.tenant_id), "client_credentials")
        self.patience = Patience()

    def set(self, **values: Any) -> None:
        """Change settings."""
        self.settings = Settings.model_validate({**self.settings.model_dump(), **values})
        # Unwatched: somebody else's write is no moment to die at.
        stored = Store(self.engine.client, self.engine.state_table, self.engine.log_table, self.clock).settings
        stored.put(self.id, self.settings, expected_version=stored.get(self.id).version, who="Åsa")

    def session(self) -> Session:
        """The connection opened by a new worker in a new container: nothing is kept from earlier ones."""
        store = self.store()
        severa = SeveraClient(
            Http(System.SEVERA, self._watched(self.severa_calls, System.SEVERA)),
            "http://severa.test/rest-api",
            SeveraCredentials("severa-id", "severa-secret"),
            store.pace(self.id, System.SEVERA) if self.paced else NoPace(),
            TokenCache(store.tokens.of(self.id), self.clock),
            self.clock,
            Readings(address_moves_customer=self.severa.readings.child_moves_parent, **self.rows),
        )
        http = Http(System.FORTNOX, self._watched(self.fortnox_calls, System.FORTNOX))
        auth = ClientCredentials(
            http,
            "http://fortnox.test/oauth-v1",
            self.fortnox.grants.client_id,
            self.fortnox.grants.client_secret,
            str(self.fortnox.tenant_id),
            TokenCache(store.tokens.of(self.id), self.clock),
            self.clock,
        )
        pace = store.pace(self.id, System.FORTNOX) if self.paced else NoPace()
        fortnox = FortnoxClient(http, "http://fortnox.test", auth, pace, FortnoxReadings(**self.rows))
        return Session(
            connection=self.connection,
            settings=self.settings,
            store=store,
            post=self._post,
            clock=self.clock,
            owner=uuid.uuid4().hex,
            patience=self.patience,
            severa=severa,
            fortnox=fortnox,
            registers=RegisterReader(self.id, severa, fortnox, store, self.clock),
            readings=severa.readings,
        )

    def store(self) -> Store:
        """What is remembered, seen by a new container."""
        client = WatchedDynamoDB(self.engine.client, self.points)
        return Store(client, self.engine.state_table, self.engine.log_table, self.clock, sleep=self.clock.sleep)

    def run(self, guid: str, cause: Cause = Cause.POLL) -> Any:
        """One worker looks at one invoice, as the invoice_transfer function does; failures get their reaction."""
        return self.look(Work(self.id, Kind.INVOICE, guid, cause))

    def look(self, work: Work) -> Any:
        """One worker looks at one record, as its function does; failures get their reaction."""
        session = self.session()
        flow = invoices.transfer if work.kind is Kind.INVOICE else synchronise
        try:
            ended = flow(session, work)
            outcome.done(session, work)
            return ended
        except Exception as failure:
            return outcome.react(session, work, failure)

    def queue(self) -> CollectedWork:
        """Where the polls put their work."""
        return CollectedWork(self.clock, self._queued)

    def round(self) -> int:
        """One poll, one sweep, and everything they queue; how many records that were."""
        queue = self.queue()
        polls.guarded_poll(self.session(), self.session, queue)
        if self.registers:
            register_polls.guarded_poll_registers(self.session(), self.session, queue)
        polls.sweep(self.session(), queue)
        for work in queue.waiting:
            self.look(work)
        return len(queue.waiting)

    def settle(self, rounds: int = 12, minutes: float = 5) -> None:
        """Rounds with time between them until nothing is queued any more."""
        for _ in range(rounds):
            self.clock.sleep(minutes * 60)
            if self.round() == 0:
                return

    def log(self, guid: str, kind: Kind = Kind.INVOICE) -> list[Entry]:
        """What the log says about an invoice, or about a record of another kind."""
        return list(self.store().log.of(self.id, kind, guid))

    def fortnox_invoices(self) -> list[dict[str, Any]]:
        """Every invoice in Fortnox, whole."""
        return list(self.fortnox.invoices)

    def status(self, invoice: dict[str, Any]) -> str:
        """The name of the Severa invoice's status."""
        name: str = self.severa.status_of(invoice)["name"]
        return name

    def _post(self, mail: Mail) -> None:
        self.points.pass_by("before mail")
        self.mails.append(mail)
        self.points.pass_by("after mail")

    def _watched(self, simulator: Simulator, system: System) -> httpx.BaseTransport:
        return WatchedTransport(InProcess(simulator), self.points, system)


WorldMaker = Callable[..., World]
