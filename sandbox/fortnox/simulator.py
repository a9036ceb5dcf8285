"""Fortnox over HTTP: who may call, how often, what the vendor answers when not, and the sandbox's back door."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields as fields_of
from datetime import date
from types import EllipsisType
from typing import Any

import simplejson
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from sandbox.fortnox.articles import Articles
from sandbox.fortnox.attachments import Attachments
from sandbox.fortnox.customers import Customers
from sandbox.fortnox.errors import Code, Invented, Refused, ServiceRefused, error_body
from sandbox.fortnox.exchange import Route, answer
from sandbox.fortnox.inbox import Inbox
from sandbox.fortnox.invoices import Invoices
from sandbox.fortnox.payments import InvoicePayments
from sandbox.fortnox.projects import Projects
from sandbox.fortnox.small_registers import (
    Accounts,
    CompanyPages,
    Currencies,
    PredefinedAccounts,
    TermsOfPayments,
    Units,
)
from sandbox.fortnox.state import FortnoxState
from sandbox.fortnox.switches import Switches
from sandbox.fortnox.tokens import Tokens
from sandbox.simulator import BACK_DOOR, Handler, RateWindow, Simulator

_RESOURCES = (
    Customers,
    Articles,
    Projects,
    Units,
    Currencies,
    TermsOfPayments,
    Accounts,
    PredefinedAccounts,
    CompanyPages,
    Invoices,
    InvoicePayments,
    Inbox,
    Attachments,
)
#: 25 calls in any 5 seconds, for each client and tenant (`reference` fortnox 3).
FORTNOX_RATE = (25, 5.0)


class FortnoxSimulator(Simulator):
    """One company's Fortnox.

    Args:
        state: the company.
        rate: the window of calls; None switches it off, left out it is the vendor's.
        clock: seconds, for the company too; None keeps the state's.
        latency: seconds every answer takes.
        switches: readings of what is unknown; None keeps the state's.
    """

    def __init__(
        self,
        state: FortnoxState,
        *,
        rate: RateWindow | EllipsisType | None = ...,
        clock: Callable[[], float] | None = None,
        latency: float = 0.0,
        switches: Switches | None = None,
    ) -> None:
        self.state = state
        state.clock = clock or state.clock
        state.switches = switches or state.switches
        tokens = Tokens(state)
        rules = [
            Rule("/oauth-v1/token", methods=["POST"], endpoint=tokens.token),
            Rule("/oauth-v1/revoke", methods=["POST"], endpoint=tokens.revoke),
        ]
        routes = [route for resource in _RESOURCES for route in resource(state).routes()]
        rules += [Rule(route.path, methods=[route.method], endpoint=self._guarded(route)) for route in routes]
        window = RateWindow(*FORTNOX_RATE) if isinstance(rate, EllipsisType) else rate
        super().__init__(Map(rules, strict_slashes=False), window, state.now, latency)

    def rate_key(self, request: Request) -> str | None:
        """A call counts for the client and the tenant its token names; calls without a good token are not counted."""
        if request.path.startswith("/oauth-v1/") or self._access(request) is None:
            return None
        return f"{self.state.grants.client_id}/{self.state.tenant_id}"

    def refusal(self, status: int, text: str) -> Response:
        """The gateway's words for 401; for 429 the body is unknown, so it is the gateway's kind of body."""
        if status == 401:
            return answer({"message": "unauthorized"}, 401)
        if status == 429:
            wait = self.state.switches.retry_after
            return answer({"message": "Too Many Requests"}, 429, **({"Retry-After": str(wait)} if wait else {}))
        if status >= 500:
            return answer(error_body("Systemfel.", Code.SYSTEM, status), status)
        code = Invented.NOT_FOUND if status == 404 else Invented.METHOD
        return answer(error_body(text, code, status), status)

    def back_door(self, request: Request) -> Response:
        """Besides the shared calls: ``state``, ``add``, ``change`` and ``switches``."""
        action = request.path.removeprefix(BACK_DOOR)
        with self._lock:
            match (request.method, action):
                case ("GET", "state"):
                    return answer(self.state.dump())
                case ("POST", "add"):
                    return self._told(request, self._add)
                case ("POST", "change"):
                    return self._told(request, self._change)
                case ("POST", "switches"):
                    return self._told(request, self._switch)
        return super().back_door(request)

    def _guarded(self, route: Route) -> Handler:
        """The handler behind the checks that come before any resource's own."""

        def handler(request: Request, **arguments: Any) -> Response:
            access = self._access(request)
            if access is None:
                return self.refusal(401, "unauthorized")
            try:
                self._require_scope(route, access.scopes)
                if "application/json" not in request.accept_mimetypes.values():
                    raise Refused("Ogiltig responstyp.", Code.WRONG_ACCEPT)
                return route.handler(request, **arguments)
            except Refused as refused:
                return answer(refused.body, refused.status)

        return handler

    def _access(self, request: Request) -> Any:
        given = request.authorization
        bearer = given is not None and given.type == "bearer" and given.token
        return self.state.grants.access(bearer) if bearer else None

    def _require_scope(self, route: Route, granted: frozenset[str]) -> None:
        held = granted & set(route.scopes)
        if not held and route.path.startswith("/api/"):
            raise ServiceRefused("missing.rights", "Missing rights", 403)
        if not held:
            raise Refused("Har inte behörighet för scope.", Code.SCOPE, 403)
        if held <= self.state.switches.unlicensed:
            raise Refused("Det finns ingen aktiv licens för önskat scope.", Code.LICENCE, 403)

    @staticmethod
    def _told(request: Request, action: Callable[[dict[str, Any]], Any]) -> Response:
        """What the action made of the request, or why it could not."""
        try:
            return answer(action(simplejson.loads(request.get_data(), use_decimal=True)))
        except (KeyError, TypeError, ValueError, Refused) as error:
            return answer({"error": repr(error)}, 400)

    def _add(self, told: dict[str, Any]) -> Any:
        """``{"register": "units", "record": {"Code": "dag", "Description": "dagar"}}``"""
        singular = {"currencies": "currency", "termsofpayments": "terms_of_payment"}
        name = singular.get(told["register"], told["register"].removesuffix("s"))
        add: Callable[..., Any] | None = getattr(self.state, f"add_{name}", None)
        if add is None:
            raise KeyError(told["register"])
        return add(**told["record"])

    def _change(self, told: dict[str, Any]) -> Any:
        """``{"register": "customers", "number": "1", "fields": {"Active": false}}``

        The register ``company`` takes no number: ``{"register": "company", "fields": {"locked_until": "2026-01-31"}}``.
        """
        changes = told["fields"]
        if told["register"] == "company":
            for name, value in changes.items():
                if not hasattr(self.state.company, name):
                    raise KeyError(name)
                is_day = name == "locked_until" and value
                setattr(self.state.company, name, date.fromisoformat(value) if is_day else value)
            return changes
        register = self.state.register(told["register"])
        record = register[told["number"]]
        if not changes.keys() <= record.keys():
            raise KeyError(*sorted(changes.keys() - record.keys()))
        return register.put(record | changes)

    def _switch(self, told: dict[str, Any]) -> Any:
        """``{"search_delay": 5}``: any of the switches by name."""
        known = {field.name for field in fields_of(Switches)}
        for name, value in told.items():
            if name not in known:
                raise KeyError(name)
            setattr(self.state.switches, name, frozenset(value) if name == "unlicensed" else value)
        return told
