"""What every reason means and what to do about it: one table for mails, log, command line and documentation.

The words are for a bookkeeper: the cause in one sentence, the fix as something to do, and who can do it. A code that is
not here still gives a useful sentence with the other system's own text. Sources: `reference` product 4, fortnox 5.3.
"""

from __future__ import annotations

import string
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from severa_fortnox.alerts.vendor_words import VENDORS
from severa_fortnox.alerts.words import OURS
from severa_fortnox.errors import IntegrationError, Misconfigured, System
from severa_fortnox.reason import Reason


class Who(StrEnum):
    """Who can do something about it."""

    INVOICING = "whoever does the invoicing"
    FORTNOX_ADMIN = "a Fortnox administrator"
    SEVERA_ADMIN = "a Severa administrator"
    OPERATOR = "the operator of this integration"
    NOBODY = "nobody; this is for information"


@dataclass(frozen=True)
class Explained:
    """A reason in words.

    Args:
        cause: what is the matter, one sentence without a full stop.
        fix: what to do, one sentence without a full stop; "" when there is nothing to do.
        who: who can do it.
    """

    cause: str
    fix: str
    who: Who


_WHO = {"I": Who.INVOICING, "F": Who.FORTNOX_ADMIN, "S": Who.SEVERA_ADMIN, "O": Who.OPERATOR, "-": Who.NOBODY}


class _Forgiving(string.Formatter):
    """Leaves a value out rather than failing: a mail must go out even when a value is missing."""

    def get_value(self, key: int | str, args: object, kwargs: Mapping[str, object]) -> object:
        return kwargs.get(str(key), "?")


def codes() -> list[str]:
    """Every code the catalogue explains, ours first."""
    return [*OURS, *VENDORS]


def template(code: str) -> Explained:
    """The catalogue's own words for a code, with their placeholders; for the documentation.

    Raises:
        KeyError: no such code.
    """
    who, cause, fix = OURS[code] if code in OURS else VENDORS[code]
    return Explained(cause, fix, _WHO[who])


def explain(reason: Reason) -> Explained:
    """The reason in words, its values filled in."""
    if reason.code not in OURS and reason.code not in VENDORS:
        return Explained(
            f"{reason.values.get('system', 'The other system').capitalize()} refused it: "
            f"{reason.values.get('text', reason.code)} (code {reason.values.get('code', reason.code)})",
            "Correct what the message names and try again; if it is unclear, send it to support with the code",
            Who.INVOICING,
        )
    words = template(reason.code)
    fill = _Forgiving()
    cause = fill.vformat(words.cause, (), reason.values)
    # A sentence that begins with a value begins with a capital all the same.
    return Explained(cause[:1].upper() + cause[1:], fill.vformat(words.fix, (), reason.values), words.who)


def sentences(reasons: Iterable[Reason]) -> str:
    """The causes as text for a log line."""
    return ". ".join(explain(reason).cause for reason in reasons)


def reason_of(error: IntegrationError) -> Reason:
    """The reason for an error of either system, under its own code where the catalogue knows it."""
    values = {
        "system": str(error.system),
        "operation": error.operation,
        "code": error.code or "none",
        "text": error.text,
        "record": error.reference or "",
    }
    if error.system is System.OURS and error.code in OURS:
        return Reason(error.code or "", values)
    own = f"{error.system}-{error.code}" if error.code else f"{error.system}-refused"
    if own in VENDORS:
        return Reason(own, values)
    return Reason(f"{error.system}-{'closed' if isinstance(error, Misconfigured) else 'refused'}", values)
