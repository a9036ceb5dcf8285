"""What both simulators share: the journal, the pace the vendor allows, faults on demand, and serving over a socket.

A simulator is a WSGI application. In tests it runs in process (`InProcess`, an httpx transport); in the sandbox it is
served over HTTP (`serve`). Both see the same faults.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

import httpx
from cheroot import wsgi
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map
from werkzeug.wrappers import Request, Response

BACK_DOOR = "/_sandbox/"
Handler = Callable[..., Response]


@dataclass(frozen=True)
class Call:
    """One request as the vendor saw it and how it was answered."""

    at: float
    method: str
    path: str
    query: dict[str, list[str]]
    body: Any
    status: int
    fault: str | None = None


class Journal:
    """Every call in order of arrival."""

    def __init__(self) -> None:
        self.calls: list[Call] = []

    def matching(self, method: str, path: str) -> list[Call]:
        """The calls of one method whose whole path fits the regular expression, ignoring case."""
        return [call for call in self.calls if call.method == method and re.fullmatch(path, call.path, re.IGNORECASE)]

    def busiest(self, seconds: float, method: str = ".*", path: str = ".*") -> int:
        """The most calls that arrived within any `seconds`; refused ones count, as the vendor may count them."""
        times = [c.at for c in self.calls if re.fullmatch(method, c.method) and re.fullmatch(path, c.path)]
        most = first = 0
        for last, at in enumerate(times):
            while times[first] <= at - seconds:
                first += 1
            most = max(most, last - first + 1)
        return most


class RateWindow:
    """An exact sliding window: at most `limit` admitted calls in any `seconds`, per key."""

    def __init__(self, limit: int, seconds: float) -> None:
        self.limit = limit
        self.seconds = seconds
        self._admitted: dict[str, deque[float]] = {}

    def admits(self, key: str, now: float) -> bool:
        """Whether one more call may pass now; a refused call does not use up the window."""
        admitted = self._admitted.setdefault(key, deque())
        while admitted and admitted[0] <= now - self.seconds:
            admitted.popleft()
        if len(admitted) >= self.limit:
            return False
        admitted.append(now)
        return True


class FaultKind(StrEnum):
    """What goes wrong with a call."""

    DROP_AFTER_APPLY = "drop-after-apply"  # the vendor applied it, the answer never arrives
    DROP_BEFORE_APPLY = "drop-before-apply"  # the connection breaks before the vendor did anything
    SERVER_ERROR = "server-error"  # 500 before anything was applied
    SERVER_ERROR_AFTER_APPLY = "server-error-after-apply"  # 500 although it was applied
    RATE_LIMIT = "rate-limit"  # 429
    UNAUTHORIZED = "unauthorized"  # 401, as when a token is revoked early
    SLOW = "slow"  # answers after `seconds`
    HALF_BODY = "half-body"  # applied; the answer's body is cut in the middle
    HTML = "html"  # applied; the answer is a gateway's HTML page with status 200
    VANISHED = "vanished"  # 404 for a record that was there


@dataclass
class Fault:
    """One fault, armed for the next `times` calls whose method and path fit."""

    kind: FaultKind
    method: str = ".*"
    path: str = ".*"
    times: int = 1
    seconds: float = 0.0


@dataclass
class Faults:
    """The armed faults, first one first."""

    armed: list[Fault] = field(default_factory=list)

    def arm(
        self, kind: FaultKind, *, method: str = ".*", path: str = ".*", times: int = 1, seconds: float = 0.0
    ) -> None:
        """Let the next `times` fitting calls go wrong."""
        self.armed.append(Fault(kind, method, path, times, seconds))

    def take(self, method: str, path: str) -> Fault | None:
        """The fault for this call, used up once; None when nothing is armed for it."""
        for fault in self.armed:
            if re.fullmatch(fault.method, method) and re.fullmatch(fault.path, path, re.IGNORECASE):
                fault.times -= 1
                if fault.times == 0:
                    self.armed.remove(fault)
                return fault
        return None


@dataclass
class Interruption:
    """Something that happens over there right after the next `times` calls whose method and path fit."""

    act: Callable[[], object]
    method: str
    path: str
    times: int


@dataclass
class Meanwhile:
    """What else happens at the vendor while a client works: a register that changes between two pages of its list."""

    armed: list[Interruption] = field(default_factory=list)

    def arm(self, act: Callable[[], object], *, method: str = "GET", path: str, times: int = 1) -> None:
        """Do something after each of the next `times` answers to fitting calls, before the next call is heard."""
        self.armed.append(Interruption(act, method, path, times))

    def after(self, method: str, path: str) -> None:
        """Do what is armed for a call that has just been answered."""
        for one in list(self.armed):
            if re.fullmatch(one.method, method) and re.fullmatch(one.path, path, re.IGNORECASE):
                one.times -= 1
                if one.times == 0:
                    self.armed.remove(one)
                one.act()


class DroppedConnection(Exception):
    """The answer is never written: the client sees the connection close."""


class Simulator:
    """One vendor: routes, rate limit, journal and faults around a vendor's own rules.

    Subclasses give the routes and the vendor's way of saying no.

    Args:
        routes: werkzeug rules whose endpoints are the handlers, called as ``handler(request, **path arguments)``.
        rate: the vendor's window; None switches it off.
        clock: seconds; a test may hand in its own.
        latency: seconds every answer takes.
    """

    def __init__(
        self, routes: Map, rate: RateWindow | None, clock: Callable[[], float] = time.time, latency: float = 0.0
    ) -> None:
        self.routes = routes
        self.rate = rate
        self.clock = clock
        self.latency = latency
        self.journal = Journal()
        self.faults = Faults()
        self.meanwhile = Meanwhile()
        self._lock = threading.RLock()

    # What a vendor says, in its own words: subclasses answer these.

    def rate_key(self, request: Request) -> str | None:
        """Whose window a call counts in; None for calls that are not counted (token, health)."""
        raise NotImplementedError

    def refusal(self, status: int, text: str) -> Response:
        """An answer with the vendor's error body for 401, 404, 429 and 500."""
        raise NotImplementedError

    def match(self, request: Request) -> tuple[Handler, Mapping[str, Any]]:
        """The handler of a path and the arguments in it; a vendor with paths of its own kind overrides this.

        Raises:
            HTTPException: when there is none.
        """
        return self.routes.bind_to_environ(request.environ).match()

    def back_door(self, request: Request) -> Response:
        """The sandbox's own calls: journal, faults, and what a subclass adds. Never part of the vendor's API."""
        action = request.path.removeprefix(BACK_DOOR)
        if action == "journal":
            calls = [asdict(call) for call in self.journal.calls]
            return Response(json.dumps(calls, default=str), mimetype="application/json")
        if action == "faults":
            self.faults.arm(**{**request.get_json(), "kind": FaultKind(request.get_json()["kind"])})
            return Response(status=204)
        if action == "latency":
            self.latency = request.get_json()["seconds"]
            return Response(status=204)
        return Response(status=404)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request = Request(environ)
        if request.path.startswith(BACK_DOOR):
            return self.back_door(request)(environ, start_response)
        # One lock around arrival, answer and note: the journal and the window see the calls in one and the same order.
        with self._lock:
            arrived = self.clock()
            fault = self.faults.take(request.method, request.path)
            try:
                response = self._answer(request, arrived, fault)
            except HTTPException as error:
                response = self.refusal(error.code or 500, str(error.description))
            self._note(request, arrived, response.status_code, fault)
            self.meanwhile.after(request.method, request.path)
        wait = self.latency + (fault.seconds if fault and fault.kind is FaultKind.SLOW else 0.0)
        if wait:
            time.sleep(wait)
        if fault and fault.kind in {FaultKind.DROP_AFTER_APPLY, FaultKind.DROP_BEFORE_APPLY}:
            raise DroppedConnection
        return response(environ, start_response)

    def _answer(self, request: Request, now: float, fault: Fault | None) -> Response:
        match fault.kind if fault else None:
            case FaultKind.DROP_BEFORE_APPLY | FaultKind.SERVER_ERROR:
                return self.refusal(500, "Internal error")
            case FaultKind.RATE_LIMIT:
                return self.refusal(429, "Too many requests")
            case FaultKind.UNAUTHORIZED:
                return self.refusal(401, "unauthorized")
            case FaultKind.VANISHED:
                return self.refusal(404, "not found")
        key = self.rate_key(request)
        if key is not None and self.rate is not None and not self.rate.admits(key, now):
            return self.refusal(429, "Too many requests")
        handler, arguments = self.match(request)
        response: Response = handler(request, **arguments)
        match fault.kind if fault else None:
            case FaultKind.SERVER_ERROR_AFTER_APPLY:
                return self.refusal(500, "Internal error")
            case FaultKind.HALF_BODY:
                body = response.get_data()
                return Response(body[: len(body) // 2], status=response.status_code, mimetype="application/json")
            case FaultKind.HTML:
                return Response("<html><body>Bad gateway</body></html>", status=200, mimetype="text/html")
        return response

    def _note(self, request: Request, arrived: float, status: int, fault: Fault | None) -> None:
        body = request.get_json(silent=True) if request.is_json else None
        query = {name: request.args.getlist(name) for name in request.args}
        self.journal.calls.append(
            Call(arrived, request.method, request.path, query, body, status, fault.kind if fault else None)
        )


def _path_as_wsgi(app: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
    """httpx hands over the path as text; WSGI wants its UTF-8 bytes as Latin-1, as servers give them (PEP 3333)."""

    def wrapped(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        return app({**environ, "PATH_INFO": environ["PATH_INFO"].encode().decode("latin-1")}, start_response)

    return wrapped


class InProcess(httpx.BaseTransport):
    """A simulator reached without a socket; a dropped connection is the error httpx gives for one."""

    def __init__(self, simulator: Simulator) -> None:
        self._inner = httpx.WSGITransport(app=_path_as_wsgi(simulator), raise_app_exceptions=True)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        try:
            return self._inner.handle_request(request)
        except DroppedConnection as error:
            raise httpx.ReadError("the simulator dropped the connection", request=request) from error


def _closing(simulator: Simulator) -> Callable[[WSGIEnvironment, StartResponse], Iterator[bytes] | Iterable[bytes]]:
    """Over a socket a dropped connection is an answer that promises more bytes than it sends."""

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        # cheroot leaves an encoded slash as it is, and article numbers may have one.
        environ["PATH_INFO"] = environ["PATH_INFO"].replace("%2F", "/")
        try:
            return simulator(environ, start_response)
        except DroppedConnection:
            start_response("200 OK", [("Content-Length", "4096"), ("Connection", "close")])
            return [b""]

    return app


def serve(simulator: Simulator, port: int, threads: int = 32) -> wsgi.Server:
    """Serve a simulator on loopback in threads of its own; `stop()` ends it. Port 0 picks a free one.

    cheroot, because it keeps connections alive and passes on headers with an underscore such as Severa's `Client_Id`.
    """
    server = wsgi.Server(("127.0.0.1", port), _closing(simulator), numthreads=threads)
    server.prepare()
    threading.Thread(target=server.serve, daemon=True).start()
    return server
