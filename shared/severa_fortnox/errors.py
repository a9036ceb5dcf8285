"""What can go wrong, named by what the world looks like afterwards.

    IntegrationError
    ├── Retryable        nothing was changed; the same call may work later
    │   ├── NotSent      the request never left us (no connection)
    │   └── Busy         another worker holds the lease on this record
    ├── RateLimited      refused for pace; nothing was changed
    ├── UnknownOutcome   a write may or may not have been applied
    ├── Rejected         the other system refused the data; a person must change it
    ├── Misconfigured    a setting, licence or consent is wrong; retrying is useless
    └── Bug              we broke a rule of our own

Every leaf has one fixed reaction (see `flows.outcome`), so code raises by what happened and never by what it wants
to happen next.
"""

from __future__ import annotations

from enum import StrEnum


class System(StrEnum):
    """Whose answer an error is about."""

    SEVERA = "severa"
    FORTNOX = "fortnox"
    STORE = "store"
    AWS = "aws"
    OURS = "ours"


class IntegrationError(Exception):
    """A failure with everything a person needs to find it again.

    Args:
        text: the cause in one sentence, in the other system's own words where it gave any.
        system: whose answer this is.
        operation: what was attempted, e.g. ``POST /3/invoices``; never with ids or query strings in it.
        reference: our name for the record, e.g. ``invoice 4711``; None when the call concerned no record.
        code: the other system's error code as text; None when it gave none.
        request_id: the other system's id of the request, for their support; None when it gave none.
    """

    def __init__(
        self,
        text: str,
        *,
        system: System,
        operation: str,
        reference: str | None = None,
        code: str | None = None,
        request_id: str | None = None,
    ) -> None:
        super().__init__(text)
        self.text = text
        self.system = system
        self.operation = operation
        self.reference = reference
        self.code = code
        self.request_id = request_id

    @property
    def problem_key(self) -> str:
        """The same for the same kind of failure: system, operation and code, no per-request value."""
        return f"{self.system}:{self.operation}:{self.code or type(self).__name__}"

    def __str__(self) -> str:
        about = f" [{self.reference}]" if self.reference else ""
        code = f" ({self.code})" if self.code else ""
        return f"{self.system} {self.operation}{about}: {self.text}{code}"


class Retryable(IntegrationError):
    """Nothing was changed, and the same call may work later."""


class NotSent(Retryable):
    """The request never left us: no connection, no free connection, no name."""


class Busy(Retryable):
    """Another worker holds the lease on this record; it will finish or its lease will end."""


class RateLimited(IntegrationError):
    """Refused for pace; nothing was changed.

    Args:
        retry_after: seconds the other system asked us to wait; None when it gave no number.
    """

    def __init__(self, text: str, *, retry_after: float | None = None, system: System, operation: str) -> None:
        super().__init__(text, system=system, operation=operation, code="429")
        self.retry_after = retry_after


class UnknownOutcome(IntegrationError):
    """A write was sent and the answer lost: it may or may not have been applied. Search before sending again."""


class Rejected(IntegrationError):
    """The other system refused the data; the same data will be refused again.

    Args:
        status: the HTTP status of the refusal.
    """

    def __init__(self, text: str, *, status: int, **about: object) -> None:
        super().__init__(text, **about)  # type: ignore[arg-type]
        self.status = status


class NotFound(Rejected):
    """The record does not exist (any more) in the other system."""


class Misconfigured(IntegrationError):
    """A setting, licence, scope or consent is wrong; retrying is useless until a person changes it."""


class Bug(IntegrationError):
    """We broke a rule of our own."""
