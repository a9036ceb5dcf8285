"""One HTTP call, and what the world looks like after it: the only module that knows httpx.

What a failed call means depends on what can have happened, not on the exception's family (DESIGN 6):

    no connection                       nothing was sent        NotSent, tried once more right here
    answer lost, 5xx, not readable      READ, REPLACE           Retryable: the same call may simply be made again
    answer lost, 5xx, not readable      WRITE                   UnknownOutcome: it may have been applied
    429                                                         RateLimited: nothing was changed

Any other answer is handed to the caller, because what a 4xx means is the other system's own language. No text raised
here holds a header, a query string or a body: those carry tokens, secrets and customers' data.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, Protocol

import httpx

from severa_fortnox.errors import IntegrationError, Misconfigured, NotSent, RateLimited, System
from severa_fortnox.wire import Answer, Call, Effect, to_json

__all__ = ["Answer", "Effect", "Http", "Meaning", "NoPace", "Pace", "Params", "Timeouts", "meaning"]

# httpx logs every URL with its query string at INFO.
logging.getLogger("httpx").setLevel(logging.WARNING)

#: One value, or several under the same name; a None is left out.
Params = Mapping[str, str | int | bool | Sequence[str] | None]


#: Seconds of silence after a 429 that names none; as long as the longer of the two vendors' windows.
PENALTY_SECONDS = 5.0


class Pace(Protocol):
    """Keeps calls inside the other system's limit."""

    def wait(self) -> None:
        """Return when one call may be sent."""

    def penalty(self, seconds: float) -> None:
        """A 429 came all the same: send nothing for so many seconds."""


class NoPace:
    """No limit: token requests, which are not counted, and tests."""

    def wait(self) -> None:
        """Return at once."""

    def penalty(self, seconds: float) -> None:
        """Nothing to slow down."""


@dataclass(frozen=True)
class Timeouts:
    """Seconds to wait for a connection, and for each piece of the answer."""

    connect: float = 5.0
    read: float = 30.0


class Meaning(Enum):
    """What a failure of the transport says about the call."""

    NOT_SENT = auto()
    LOST = auto()
    WRONG_SETTING = auto()


#: The nearest ancestor counts, so a failure that httpx adds one day is taken as the worst: the answer is lost.
MEANINGS: dict[type[httpx.RequestError], Meaning] = {
    httpx.RequestError: Meaning.LOST,
    httpx.ConnectError: Meaning.NOT_SENT,
    httpx.ConnectTimeout: Meaning.NOT_SENT,
    httpx.PoolTimeout: Meaning.NOT_SENT,
    httpx.ProxyError: Meaning.NOT_SENT,  # the proxy refused to open the tunnel
    httpx.UnsupportedProtocol: Meaning.WRONG_SETTING,
    httpx.ReadTimeout: Meaning.LOST,
    httpx.WriteTimeout: Meaning.LOST,
    httpx.ReadError: Meaning.LOST,
    httpx.WriteError: Meaning.LOST,
    httpx.CloseError: Meaning.LOST,
    httpx.RemoteProtocolError: Meaning.LOST,
    httpx.LocalProtocolError: Meaning.LOST,  # also raised in the middle of a request
    httpx.DecodingError: Meaning.LOST,
}


def meaning(failure: httpx.RequestError) -> Meaning:
    """What a failure of the transport says about the call."""
    return next(MEANINGS[kind] for kind in type(failure).__mro__ if kind in MEANINGS)


class Http:
    """Calls to one system over connections that are kept for the life of the container; safe to share by threads.

    Args:
        system: whose answers these are.
        transport: instead of the network, for tests.
        timeouts: see `Timeouts`.
    """

    def __init__(
        self, system: System, transport: httpx.BaseTransport | None = None, timeouts: Timeouts | None = None
    ) -> None:
        chosen = timeouts or Timeouts()
        self._system = system
        self._client = httpx.Client(
            transport=transport,
            timeout=httpx.Timeout(chosen.read, connect=chosen.connect, pool=chosen.connect),
            # A container sleeps between invocations and its connections die unnoticed. A POST on a dead connection is
            # an unknown outcome, so idle ones are not trusted for long.
            limits=httpx.Limits(max_connections=32, keepalive_expiry=5.0),
            headers={"User-Agent": "severa-fortnox", "Accept": "application/json"},
            follow_redirects=False,
        )

    def close(self) -> None:
        """Give the connections back; a Lambda container never does, a command and a test do."""
        self._client.close()

    def send(
        self,
        method: str,
        url: str,
        *,
        operation: str,
        effect: Effect,
        reference: str | None = None,
        headers: Mapping[str, str] | None = None,
        params: Params | None = None,
        json: Any = None,
        content: bytes | None = None,
        files: Mapping[str, tuple[str, bytes, str]] | None = None,
        pace: Pace | None = None,
    ) -> Answer:
        """Make one call and hand back a 2xx or 4xx answer.

        Args:
            operation: method and path pattern, such as ``POST /3/invoices``; no ids, no query string.
            effect: decides what a lost answer means.
            reference: our name for the record.
            params: query parameters; a list repeats the name, None leaves it out.
            json: a body to write as JSON; a Decimal goes out digit by digit, a date as ISO.
            content: a body as it is; its type comes with `headers`.
            files: parts of a multipart body: part name to file name, bytes, content type. The file name goes out as
                raw UTF-8; httpx escapes nothing in it but quotes and control characters.
            pace: waited for before every attempt; None for calls that no limit counts.

        Raises:
            NotSent: there was no connection, twice.
            UnknownOutcome: a WRITE whose answer is lost.
            Retryable: another call whose answer is lost.
            RateLimited: 429.
            Misconfigured: the URL is not one, answers with a redirect, or a header cannot be written.
        """
        call = Call(self._system, operation, effect, reference)
        sent = dict(headers or {})
        if json is not None:
            content = to_json(json)
            sent["Content-Type"] = "application/json"
        request = {
            "headers": sent,
            "params": {name: value for name, value in (params or {}).items() if value is not None},
            "content": content,
            "files": files,
        }
        try:
            return self._attempt(call, method, url, request, pace)
        except NotSent:
            return self._attempt(call, method, url, request, pace)

    def _attempt(self, call: Call, method: str, url: str, request: Mapping[str, Any], pace: Pace | None) -> Answer:
        if pace is not None:
            pace.wait()
        # `from None` throughout: a transport's text may quote the header it stumbled over.
        try:
            response = self._client.request(method, url, **request)
        except httpx.RequestError as failure:
            raise _failed(call, failure) from None
        except httpx.InvalidURL:
            raise _wrong_setting(call, "the configured address is not a URL") from None
        except UnicodeEncodeError:
            raise _wrong_setting(call, "a credential has characters that a header cannot hold") from None
        try:
            return _arrived(Answer(call, response.status_code, response.headers, response.content))
        except RateLimited as refused:
            if pace is not None:
                pace.penalty(refused.retry_after or PENALTY_SECONDS)
            raise


def _failed(call: Call, failure: httpx.RequestError) -> IntegrationError:
    kind = type(failure).__name__
    match meaning(failure):
        case Meaning.NOT_SENT:
            return NotSent(
                f"no connection ({kind})", system=call.system, operation=call.operation, reference=call.reference
            )
        case Meaning.WRONG_SETTING:
            return _wrong_setting(call, "the configured address is neither http nor https")
        case Meaning.LOST:
            return call.lost(f"no answer arrived ({kind})")


def _wrong_setting(call: Call, text: str) -> IntegrationError:
    return Misconfigured(text, system=call.system, operation=call.operation, reference=call.reference)


def _arrived(answer: Answer) -> Answer:
    call, status = answer.call, answer.status
    if status == 429:
        raise RateLimited(
            "too many calls",
            retry_after=_seconds(answer.headers.get("retry-after")),
            system=call.system,
            operation=call.operation,
        )
    if status >= 500 or status == 408:
        raise call.lost(f"the other side failed ({status})", code=str(status), request_id=answer.request_id)
    if not 200 <= status < 300 and not answer.refused:
        if call.effect is Effect.WRITE:  # some redirects follow an applied request
            raise call.lost(f"answered with a redirect ({status})", code=str(status))
        raise _wrong_setting(call, f"the configured address answers with a redirect ({status})")
    return answer


def _seconds(retry_after: str | None) -> float | None:
    """The wait a 429 asks for; None when it names a date or nothing, and then the queue's own back-off decides."""
    return float(retry_after) if retry_after and retry_after.strip().isdecimal() else None
