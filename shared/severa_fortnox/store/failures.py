"""What DynamoDB's refusals mean; no error of botocore's leaves the store."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError, ConnectionError, HTTPClientError, ParamValidationError

from severa_fortnox.errors import Bug, Busy, IntegrationError, Misconfigured, Retryable, System
from severa_fortnox.store.attributes import Item, from_attributes

#: DynamoDB asks for another try: too fast, two transactions on one item, or trouble on its side.
_LATER = {
    "ProvisionedThroughputExceededException",
    "ProvisionedThroughputExceeded",
    "ThrottlingException",
    "ThrottlingError",
    "RequestLimitExceeded",
    "TransactionConflictException",
    "TransactionConflict",
    "TransactionInProgressException",
    "InternalServerError",
    "ServiceUnavailable",
}
_OUR_MISTAKE = {
    "ValidationException",
    "ValidationError",
    "IdempotentParameterMismatchException",
    "SerializationException",
}


class ConditionFailed(Exception):
    """The condition did not hold; nothing was written.

    Args:
        old: the item as it stood then; None when there was none.
    """

    def __init__(self, old: Item | None) -> None:
        super().__init__("condition failed")
        self.old = old


class TransactionFailed(Exception):
    """A condition of the transaction did not hold; nothing was written.

    Args:
        old: one entry a write, in their order: the item whose condition failed, else None.
        failed: one entry a write: whether its condition failed.
    """

    def __init__(self, failed: Sequence[bool], old: Sequence[Item | None]) -> None:
        super().__init__("transaction failed")
        self.failed = tuple(failed)
        self.old = tuple(old)


def busy(operation: str, text: str, reference: str | None = None) -> Busy:
    """The error for a record that another worker has moved or holds."""
    return Busy(text, system=System.STORE, operation=operation, reference=reference)


@contextmanager
def named_errors(operation: str) -> Iterator[None]:
    """Raise botocore's errors by what happened.

    Args:
        operation: DynamoDB's name of the call.

    Raises:
        ConditionFailed, TransactionFailed: a condition did not hold.
        Retryable: too fast, two transactions on one item, trouble on DynamoDB's side, or no answer.
        Misconfigured: no permission, no such table, no credentials.
        Bug: DynamoDB finds the request invalid.
    """
    try:
        yield
    except ClientError as error:
        raise _named(error, operation) from error
    except (HTTPClientError, ConnectionError) as error:
        raise Retryable(f"no answer: {error}", system=System.STORE, operation=operation) from error
    except ParamValidationError as error:
        raise Bug(str(error), system=System.STORE, operation=operation) from error
    except BotoCoreError as error:
        raise Misconfigured(str(error), system=System.STORE, operation=operation) from error


def _named(error: ClientError, operation: str) -> Exception:
    response: Mapping[str, Any] = error.response
    code, text = response["Error"].get("Code", ""), response["Error"].get("Message", "")
    if code == "ConditionalCheckFailedException":
        return ConditionFailed(_old(response))
    codes = {code}
    if code == "TransactionCanceledException":
        reasons: list[Mapping[str, Any]] = list(response.get("CancellationReasons", []))
        failed = [reason.get("Code") == "ConditionalCheckFailed" for reason in reasons]
        if any(failed):
            return TransactionFailed(failed, [_old(reason) for reason in reasons])
        codes |= {reason.get("Code", "") for reason in reasons}
    leaf: type[IntegrationError] = Misconfigured
    if codes & _LATER or response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0) >= 500:
        leaf = Retryable
    elif codes & _OUR_MISTAKE:
        leaf = Bug
    return leaf(text or code, system=System.STORE, operation=operation, code=code)


def _old(answer: Mapping[str, Any]) -> Item | None:
    return from_attributes(answer["Item"]) if answer.get("Item") else None
