"""The queues work travels on (SQS)."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from severa_fortnox.work import Work

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
        self._client.send_message(
            QueueUrl=self._url,
            MessageBody=work.to_json(),
            MessageGroupId=group,
            MessageDeduplicationId=deduplication,
        )

    def delay(self, receipt: str, seconds: float) -> None:
        """Let a message that was received and not done come again after so many seconds."""
        self._client.change_message_visibility(
            QueueUrl=self._url, ReceiptHandle=receipt, VisibilityTimeout=min(int(seconds), _LONGEST_DELAY)
        )


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
        self._client.send_message(QueueUrl=self._url, MessageBody=connection)
