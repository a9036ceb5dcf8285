"""Every failure as two sentences: what is the matter, and what to do about it."""

from __future__ import annotations

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionError,
    CredentialRetrievalError,
    HTTPClientError,
    NoCredentialsError,
    NoRegionError,
    PartialCredentialsError,
    ProfileNotFound,
    SSOError,
    TokenRetrievalError,
)
from botocore.parsers import ResponseParserError
from pydantic import ValidationError

from severa_fortnox.alerts.catalogue import explain, reason_of
from severa_fortnox.errors import Busy, IntegrationError, RateLimited, Retryable, System

#: Exit codes; scripts rely on them.
FAILED, USAGE, INTERRUPTED = 1, 2, 130

_SIGN_IN = (
    "sign in (aws sso login) or set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; "
    "then check with: aws sts get-caller-identity"
)
_STALE = {
    "ExpiredToken",
    "ExpiredTokenException",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "RequestExpired",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
}
_FORBIDDEN = {"AccessDenied", "AccessDeniedException", "AuthorizationError", "UnauthorizedOperation"}
_NAMES = {
    System.SEVERA: "Severa",
    System.FORTNOX: "Fortnox",
    System.STORE: "DynamoDB",
    System.OURS: "The integration",
}


class Failure(Exception):
    """The command could not do what it was asked.

    Args:
        cause: what is the matter, one sentence.
        fix: what to do; "" when there is nothing.
        status: the exit code.
    """

    def __init__(self, cause: str, fix: str = "", *, status: int = FAILED) -> None:
        super().__init__(cause)
        self.cause = cause
        self.fix = fix
        self.status = status


def explained(error: Exception) -> Failure:
    """Any failure in words; one that nobody foresaw names itself and how to report it."""
    match error:
        case Failure():
            return error
        case IntegrationError():
            return _of_integration(error)
        case ClientError():
            return _of_aws(error)
        case BotoCoreError():
            return _of_botocore(error)
        case ResponseParserError():
            return Failure("what answers is not AWS", "check AWS_ENDPOINT_URL, and the proxy if there is one")
        case ValidationError():
            return Failure(f"what is stored is not valid by today's rules: {said(error)}", "correct that setting")
    return Failure(
        f"this command failed by a mistake of its own: {type(error).__name__}: {error}",
        "run it again with --debug and report what it shows",
    )


def said(error: ValidationError) -> str:
    """What a validation found, without the values: they may be secret."""
    found = []
    for item in error.errors(include_input=False, include_url=False):
        place = ".".join(map(str, item["loc"]))
        text = item["msg"].removeprefix("Value error, ")
        found.append(f"{place}: {text}" if place else text)
    return "; ".join(found)


def _of_integration(error: IntegrationError) -> Failure:
    if error.system is System.STORE and isinstance(error.__cause__, ClientError | BotoCoreError):
        return explained(error.__cause__)
    name = _NAMES[error.system]
    match error:
        case Busy():
            return Failure(error.text, "try again in a minute")
        case RateLimited():
            return Failure(f"{name} refuses for pace: {error.text}", "try again in a minute")
        case Retryable():
            return Failure(
                f"{name} does not answer: {error.text}",
                "check the network and the addresses that the stack was deployed with, and try again",
            )
    reason = reason_of(error)
    if reason.code in {"store-refused", "ours-refused"}:
        # Its own words say what to do; the catalogue's are for mails.
        return Failure(error.text)
    words = explain(reason)
    return Failure(words.cause, f"{words.fix} ({words.who})" if words.fix else "")


def _of_aws(error: ClientError) -> Failure:
    code = error.response["Error"].get("Code", "")
    text = error.response["Error"].get("Message", "") or code
    if code in _STALE:
        return Failure(f"AWS does not accept the credentials any more: {text}", _SIGN_IN)
    if code in _FORBIDDEN:
        return Failure(f"AWS does not permit {error.operation_name}: {text}", "use --profile with one that may")
    return Failure(f"AWS refused {error.operation_name}: {text} ({code})", "check --stack, --stage and --region")


def _of_botocore(error: BotoCoreError) -> Failure:
    match error:
        case (
            NoCredentialsError()
            | PartialCredentialsError()
            | CredentialRetrievalError()
            | SSOError()
            | TokenRetrievalError()
        ):
            return Failure(f"there are no AWS credentials: {error}", _SIGN_IN)
        case NoRegionError():
            return Failure("no AWS region is chosen", "give --region, or set AWS_REGION, e.g. eu-north-1")
        case ProfileNotFound():
            return Failure(str(error), "aws configure list-profiles shows those there are")
        case ConnectionError() | HTTPClientError():
            return Failure(f"AWS does not answer: {error}", "check the network, --region and AWS_ENDPOINT_URL")
    return Failure(f"AWS: {error}")
