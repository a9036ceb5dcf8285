"""The simulator itself: routing, access, the vendor's refusals, and the sandbox's back door."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import simplejson
from werkzeug.exceptions import NotFound, Unauthorized
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from sandbox.severa import catalogue, company, costs, files, invoices
from sandbox.severa.access import Access, Token
from sandbox.severa.exchange import Exchange, Handler, Route, read_json
from sandbox.severa.refusals import BY_STATUS, Missing, Refused, empty, error
from sandbox.severa.shapes import UnknownReference
from sandbox.severa.state import SeveraState
from sandbox.simulator import BACK_DOOR, RateWindow, Simulator

VENDORS_RATE = RateWindow(10, 1.0)
QUOTA_TEXT = "API calls quota exceeded! maximum admitted {limit} per {seconds:g}s."
ROUTES: list[Route] = [*invoices.ROUTES, *catalogue.ROUTES, *costs.ROUTES, *files.ROUTES, *company.ROUTES]


# Compiled once: a rule's endpoint is a route, or the name of the simulator's own method for calls about access.
MAP = Map(
    [
        Rule("/v1/token", methods=["POST"], endpoint="_login"),
        Rule("/v1/refreshtoken", methods=["POST"], endpoint="_refresh"),
        Rule("/v1/signout", methods=["POST"], endpoint="_sign_out"),
        Rule("/heartbeat/authorized", methods=["GET"], endpoint="_authorized"),
        Rule("/heartbeat/server", methods=["GET"], endpoint="_alive"),
        Rule("/heartbeat/database", methods=["GET"], endpoint="_alive"),
        *(Rule(f"/v1{route.path}", methods=[route.method], endpoint=route) for route in ROUTES),
    ],
    strict_slashes=False,
    merge_slashes=False,
)


class SeveraSimulator(Simulator):
    """Severa over WSGI, below ``/rest-api`` and without it, version ``v1`` and ``v1.0``, paths in any case.

    Args:
        state: the organisation; its readings decide what the vendor leaves open.
        rate: the vendor's window per client; None switches it off.
        clock: seconds; the state's clock unless given.
        latency: seconds every answer takes.
    """

    def __init__(
        self,
        state: SeveraState,
        *,
        rate: RateWindow | None = VENDORS_RATE,
        clock: Callable[[], float] | None = None,
        latency: float = 0.0,
    ) -> None:
        self.state = state
        self.access = Access(clock or state.clock)
        # The default is only a pattern: a window that two simulators share would let each of them refuse the other.
        own = RateWindow(rate.limit, rate.seconds) if rate is VENDORS_RATE else rate
        super().__init__(MAP, own, clock or state.clock, latency)

    def match(self, request: Request) -> tuple[Handler, Mapping[str, Any]]:
        path = re.sub(r"^/rest-api(?=/)", "", request.path.lower())
        path = re.sub(r"^/v1(\.0)?(?=/)", "/v1", path)
        endpoint, arguments = self.routes.bind("severa").match(path, method=request.method)
        handler = partial(self._serve, endpoint) if isinstance(endpoint, Route) else getattr(self, endpoint)
        return handler, arguments

    def rate_key(self, request: Request) -> str | None:
        path = request.path.lower()
        if "/heartbeat/" in path:
            return None
        if path.endswith(("/token", "/refreshtoken", "/signout")):
            return self._client_asking(request) if self.state.readings.tokens_counted else None
        token = self.access.holder(request.headers.get("Authorization", ""))
        return token.client.id if token else ""

    def refusal(self, status: int, text: str) -> Response:
        if status == 429:
            rate = self.rate or VENDORS_RATE
            response = Response(QUOTA_TEXT.format(limit=rate.limit, seconds=rate.seconds), 429, mimetype="text/plain")
            if self.state.readings.retry_after is not None:
                response.headers["Retry-After"] = str(self.state.readings.retry_after)
            return response
        if status not in BY_STATUS:
            return empty(status)
        return error(status, BY_STATUS[status], text)

    def back_door(self, request: Request) -> Response:
        """Besides the shared calls: ``GET state`` lists the invoices, ``POST status`` moves one."""
        with self._lock:
            match request.method, request.path.removeprefix(BACK_DOOR):
                case "GET", "state":
                    return self._json([self._summary(invoice) for invoice in self.state.all("invoices")])
                case "POST", "status":
                    asked = request.get_json()
                    invoice = self.state.find("invoices", asked["invoice"])
                    status = self.state.find("invoice_statuses", asked["status"])
                    if invoice is None or status is None:
                        return empty(404)
                    self.state.move_invoice(invoice, status)
                    return self._json(self._summary(invoice))
        return super().back_door(request)

    def _summary(self, invoice: dict[str, Any]) -> dict[str, Any]:
        shown = self.state.shown("invoices", invoice)
        return {
            "guid": shown["guid"],
            "number": shown["number"],
            "status": shown["status"]["name"],
            "statusGuid": shown["status"]["guid"],
            "customer": shown["billingCustomer"]["name"],
            "currency": shown["currency"]["code"],
            "totalIncludingTax": shown["totalIncludingTax"]["amount"],
            "lastUpdatedDateTime": shown["lastUpdatedDateTime"],
        }

    @staticmethod
    def _json(content: Any) -> Response:
        return Response(simplejson.dumps(content, use_decimal=True), mimetype="application/json")

    def _serve(self, route: Route, request: Request, **arguments: str) -> Response:
        token = self._holder(request)
        if route.scope is not None and route.scope not in token.scopes:
            return error(403, "InsufficientApiScope", f"The token does not have scope {route.scope}.")
        try:
            response: Response = route.handler(Exchange(self.state, request, self.state.integration), **arguments)
        except Missing as missing:
            raise NotFound from missing
        except UnknownReference as unknown:
            return unknown.answer() if self.state.readings.unknown_reference == 400 else empty(404)
        except Refused as refused:
            return refused.answer()
        return response

    def _holder(self, request: Request) -> Token:
        """Who makes the call; raises Unauthorized."""
        token = self.access.holder(request.headers.get("Authorization", ""))
        named = request.headers.get("Client-Id")
        if token is None:
            raise Unauthorized("The access token is missing, wrong or expired.")
        if named is None and self.state.readings.client_id_required:
            raise Unauthorized("The Client_Id header is missing.")
        if named is not None and named != token.client.id:
            raise Unauthorized("The Client_Id header names another client.")
        return token

    def _login(self, request: Request) -> Response:
        return self._tokens(self.access.login, request)

    def _refresh(self, request: Request) -> Response:
        return self._tokens(self.access.refresh, request)

    def _tokens(self, issue: Callable[[Any, int], dict[str, Any]], request: Request) -> Response:
        try:
            return self._json(issue(read_json(request.get_data()), self.state.readings.token_seconds))
        except Refused as refused:
            return refused.answer()

    def _sign_out(self, request: Request) -> Response:
        self.access.sign_out(request.get_json(silent=True))
        return Response(b"", mimetype="application/octet-stream")

    def _authorized(self, request: Request) -> Response:
        self._holder(request)
        return empty(204)

    @staticmethod
    def _alive(request: Request) -> Response:
        part = request.path.lower().rsplit("/", 1)[1].capitalize()
        return Response(f"{part} is alive.", mimetype="text/plain")

    @staticmethod
    def _client_asking(request: Request) -> str:
        body = request.get_json(silent=True)
        given = {str(name).lower(): value for name, value in body.items()} if isinstance(body, dict) else {}
        return str(given.get("client_id", request.headers.get("Client-Id", "")))
