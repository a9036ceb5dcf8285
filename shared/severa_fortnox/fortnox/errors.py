"""Fortnox's refusals, read into our leaves.

Five body shapes are known (`reference` fortnox 5.1), in two capitalisations, and their content type is not to be
trusted. Every part may be missing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from severa_fortnox.errors import IntegrationError, Misconfigured, NotFound, Rejected
from severa_fortnox.wire import Answer

#: Codes that say that a scope, a licence or a right is missing (`reference` fortnox 2.7).
MISCONFIGURED = frozenset(
    {
        "2000310",
        "2000311",
        "2000663",
        "2000664",
        "2001101",
        "2001103",
        "2001427",
        "2003275",
        "2003330",
        "missing.rights",
    }
)


@dataclass(frozen=True)
class Explanation:
    """What a refusal says: its code and its own words, each None when it has none."""

    code: str | None = None
    text: str | None = None
    request_id: str | None = None


def explanation(answer: Answer) -> Explanation:
    """What the body of a refusal says, whatever its shape."""
    body = answer.json_or_none()
    if isinstance(body, str):  # the attachments service names its errors with one word
        return Explanation(code=body)
    if not isinstance(body, dict):
        return Explanation()
    inner = _lowered(body).get("errorinformation")
    if isinstance(inner, dict):
        said = _lowered(inner)  # its "error" is a flag
        return Explanation(_word(said.get("code")), _word(said.get("message")))
    said = _lowered(body)
    words = _word(said.get("error_description")) or _word(said.get("message"))
    return Explanation(_word(said.get("error")), words, _word(said.get("id")))


def refusal(answer: Answer) -> IntegrationError:
    """The error that a 4xx answer stands for: Misconfigured, NotFound or Rejected."""
    said = explanation(answer)
    about: dict[str, Any] = {
        "system": answer.call.system,
        "operation": answer.call.operation,
        "reference": answer.call.reference,
        "code": said.code,
        "request_id": said.request_id or answer.request_id,
    }
    if answer.status == 401 and said.code is None:
        return Misconfigured(
            "Fortnox does not accept an access token that it has just given us: connect again", **about
        )
    if answer.status in (401, 403) or said.code in MISCONFIGURED:
        return Misconfigured(said.text or f"Fortnox does not let us do this ({answer.status})", **about)
    if answer.status == 404:
        return NotFound(said.text or "Fortnox has no such record", status=404, **about)
    return Rejected(said.text or f"refused without an explanation ({answer.status})", status=answer.status, **about)


def _lowered(body: dict[str, Any]) -> dict[str, Any]:
    return {name.lower(): value for name, value in body.items()}


def _word(value: Any) -> str | None:
    return str(value) if value not in (None, "") else None
