"""The queues work travels on (SQS)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from severa_fortnox.errors import Bug, Retryable, System
from severa_fortnox.work import Kind, Work

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

#: The longest SQS lets a message wait for its next delivery.
_LONGEST_DELAY = 12 * 60 * 60


class WorkQueue:
    """A FIFO queue of work: one record is handled serially, different records in parallel.

    Args:
        client: boto3's SQS client.
        url: of the queue.
    """

    def __init__(self, client: SQSClient, url: str) -> None:
        self._client = client
        self._url = url

    def put(self, work: Work, *, distinct: str) -> None:
        """Queue the work; the same work with the same `distinct` within five minutes is queued once."""
        deduplication = hashlib.sha256(f"{work.group}#{work.cause}#{distinct}".encode()).hexdigest()
        # A group id may not hold every character a record's id may.
        group = hashlib.sha256(work.group.encode()).hexdigest()
        with _asking("queue work"):
            self._client.send_message(
                QueueUrl=self._url,
                MessageBody=work.to_json(),
                MessageGroupId=group,
                MessageDeduplicationId=deduplication,
            )

    def delay(self, receipt: str, seconds: float) -> None:
        """Let a message that was received and not done come again after so many seconds."""
        with _asking("delay work"):
            self._client.change_message_visibility(
                QueueUrl=self._url, ReceiptHandle=receipt, VisibilityTimeout=min(int(seconds), _LONGEST_DELAY)
            )


@dataclass(frozen=True)
class WorkQueues:
    """Both queues of work as one: each kind goes where its worker listens.

    Args:
        invoices: for `invoice_transfer`.
        registers: for `register_sync`.
    """

    invoices: WorkQueue
    registers: WorkQueue

    def put(self, work: Work, *, distinct: str) -> None:
        """Queue the work with its kind; as `WorkQueue.put`.

        Raises:
            Bug: nobody works on this kind.
        """
        match work.kind:
            case Kind.INVOICE:
                self.invoices.put(work, distinct=distinct)
            case Kind.CUSTOMER | Kind.PRODUCT | Kind.PROJECT:
                self.registers.put(work, distinct=distinct)
            case _:
                text = f"there is no queue for {work.kind}"
                raise Bug(text, system=System.OURS, operation="queue work", reference=f"{work.kind} {work.id}")


class PollQueue:
    """A queue of connections to poll.

    Args:
        client: boto3's SQS client.
        url: of the queue.
    """

    def __init__(self, client: SQSClient, url: str) -> None:
        self._client = client
        self._url = url

    def put(self, connection: str) -> None:
        """Ask for a poll of the connection."""
        with _asking("queue poll"):
            self._client.send_message(QueueUrl=self._url, MessageBody=connection)


@contextmanager
def _asking(operation: str) -> Iterator[None]:
    """Calls to SQS, whose failures pass by themselves."""
    try:
        yield
    except (BotoCoreError, ClientError) as failure:
        text = f"the queue did not answer ({type(failure).__name__})"
        raise Retryable(text, system=System.AWS, operation=operation) from failure
