"""Severa's refusals, read into our leaves.

The body is an `ExceptionModel`, and a 404 comes without one (`reference` severa 4.5). Nothing about it is certain, so
every part may be missing.
"""

from __future__ import annotations

from typing import Any

from severa_fortnox.errors import IntegrationError, Misconfigured, NotFound, Rejected
from severa_fortnox.wire import Answer

#: Their types that say that a right, an add-on, a licence or a term is missing: no data that we send changes it.
MISCONFIGURED = frozenset(
    {
        "AuthenticationRequired",
        "AddonMissing",
        "AddonMissingTermsOfServiceApproval",
        "FeatureIsNotEnabled",
        "InsufficientApiScope",
        "InvalidApiVersion",
        "ConfigurationError",
        "UserLicenseType",
        "TermsOfServiceNotApproved",
        "HttpsRequired",
        "OrganizationNotActive",
        "PermissionDenied",
        "TrialExpired",
        "NotAvailableInTrial",
        "ExcludedFromTrial",
    }
)


def refusal(answer: Answer) -> IntegrationError:
    """The error that a 4xx answer stands for: Misconfigured, NotFound or Rejected."""
    kind, text = _explanation(answer)
    about: dict[str, Any] = {
        "system": answer.call.system,
        "operation": answer.call.operation,
        "reference": answer.call.reference,
        "code": kind,
        "request_id": answer.request_id,
    }
    if answer.status in (401, 403) or kind in MISCONFIGURED:
        return Misconfigured(text or f"Severa does not let us do this ({answer.status})", **about)
    if answer.status == 404:
        return NotFound(text or "Severa has no such record", status=404, **about)
    return Rejected(text or f"refused without an explanation ({answer.status})", status=answer.status, **about)


def _explanation(answer: Answer) -> tuple[str | None, str]:
    """Their type, and their messages joined; each with the field it is about."""
    body = answer.json_or_none()
    error = body.get("error") if isinstance(body, dict) else None
    if not isinstance(error, dict):
        return None, ""
    kind = error.get("type")
    details = error.get("details")
    messages = [_message(detail) for detail in details if isinstance(detail, dict)] if isinstance(details, list) else []
    return (str(kind) if kind else None), "; ".join(message for message in messages if message)


def _message(detail: dict[str, Any]) -> str:
    message = str(detail.get("message") or "")
    location = detail.get("location")
    name = location.get("name") if isinstance(location, dict) else None
    return f"{message} ({name})" if message and name else message
