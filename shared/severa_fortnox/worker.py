"""A batch of messages from a FIFO queue: one record serially, different records at once, failures one by one.

A failed message makes the later ones of its group fail too, or they would overtake it. A message that is to come again
is shown after a delay with full jitter instead of the queue's long visibility timeout.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from aws_lambda_powertools import Logger

from severa_fortnox.errors import IntegrationError, RateLimited, System
from severa_fortnox.flows import outcome
from severa_fortnox.flows.outcome import Reaction
from severa_fortnox.flows.session import Session
from severa_fortnox.queues import WorkQueue
from severa_fortnox.store.log import Outcome
from severa_fortnox.store.postponed import Postponed
from severa_fortnox.work import Work

logger = Logger(child=True)

#: Records handled at once in one invocation: one at a time would be bound by the vendors' latency of 100 to 250 ms.
AT_ONCE = 8
#: Milliseconds a record may need; none is begun with less left.
NEEDED_MS = 45_000
#: Seconds: the delay grows from the first to the last with every delivery.
FIRST_DELAY, LONGEST_DELAY = 10.0, 600.0
#: Seconds until a message comes again for which there was no time left.
AT_ONCE_AGAIN = 5.0
#: Deliveries after which the dead-letter queue takes over; a person is told at the last one (template.yaml).
DELIVERIES = 12

Flow = Callable[[Session, Work], Outcome]


@dataclass(frozen=True)
class Message:
    """One message as SQS hands it over."""

    id: str
    group: str
    receipt: str
    delivery: int
    body: str

    @classmethod
    def of(cls, record: dict[str, Any]) -> Message:
        """From a record of the Lambda event."""
        attributes = record["attributes"]
        return cls(
            record["messageId"],
            attributes.get("MessageGroupId", record["messageId"]),
            record["receiptHandle"],
            int(attributes["ApproximateReceiveCount"]),
            record["body"],
        )


@dataclass(frozen=True)
class Worker:
    """Handles batches of one queue.

    Args:
        open: opens a connection by its id.
        flow: what is done with each record.
        queue: the queue the messages came from.
        postponed: where records wait whose connection does not open for long.
    """

    open: Callable[[str], Session]
    flow: Flow
    queue: WorkQueue
    postponed: Postponed

    def handle(self, records: Sequence[dict[str, Any]], remaining_ms: Callable[[], int]) -> dict[str, Any]:
        """Handle the messages; the answer names those that are to come again."""
        groups: dict[str, list[Message]] = defaultdict(list)
        for record in records:
            message = Message.of(record)
            groups[message.group].append(message)
        with ThreadPoolExecutor(max_workers=min(AT_ONCE, len(groups) or 1)) as pool:
            failed = pool.map(lambda messages: self._serially(messages, remaining_ms), groups.values())
            failures = [message.id for messages in failed for message in messages]
        return {"batchItemFailures": [{"itemIdentifier": id} for id in failures]}

    def _serially(self, messages: list[Message], remaining_ms: Callable[[], int]) -> list[Message]:
        """The messages that were not done: the first that failed and all after it."""
        for position, message in enumerate(messages):
            if remaining_ms() < NEEDED_MS:
                for untried in messages[position:]:
                    self._later(untried, AT_ONCE_AGAIN)
                return messages[position:]
            if not self._done(message):
                return messages[position:]
        return []

    def _done(self, message: Message) -> bool:
        try:
            work = Work.from_json(message.body)
        except ValueError as error:
            logger.error("not a work message", message_id=message.id, error=str(error))
            return False
        about: dict[str, Any] = {
            "connection": work.connection,
            "kind": work.kind,
            "record": work.id,
            "record_of": work.system,
        }
        session: Session | None = None
        try:
            session = self.open(work.connection)
            result = self.flow(session, work)
            outcome.done(session, work)
        except IntegrationError as failure:
            logger.warning("not done", error=str(failure), delivery=message.delivery, **about)
            return self._react(session, work, message, failure)
        except Exception as failure:
            logger.exception("a bug", delivery=message.delivery, **about)
            return self._react(session, work, message, failure)
        logger.info("done", outcome=result, **about)
        return True

    def _react(self, session: Session | None, work: Work, message: Message, failure: Exception) -> bool:
        is_last = message.delivery >= DELIVERIES
        try:
            if session is None:
                # A connection that does not open is told about by its poll; the work stays until then.
                if is_last:
                    outcome.postpone(self.postponed, work, outcome.connection_subject(System.OURS))
                self._later(message, delay(message.delivery))
                return False
            reaction = outcome.react(session, work, failure)
            if reaction is Reaction.AGAIN:
                if is_last and isinstance(failure, IntegrationError):
                    outcome.gave_up(session, work, failure)
                asked = failure.retry_after if isinstance(failure, RateLimited) else None
                self._later(message, delay(message.delivery, asked))
        except IntegrationError as silent:
            # Noting it failed as well; one record's trouble must not fail the others of the batch.
            logger.warning("not noted", error=str(silent), record=work.id)
            return False
        return reaction is Reaction.DONE

    def _later(self, message: Message, seconds: float) -> None:
        """Let the message come again soon; the queue's own, longer time holds when that fails."""
        try:
            self.queue.delay(message.receipt, seconds)
        except IntegrationError as failure:
            logger.warning("not delayed", error=str(failure), message_id=message.id)


def delay(delivery: int, asked: float | None = None) -> float:
    """Seconds until the next delivery: full jitter over a doubling range, never less than was asked for."""
    longest = min(LONGEST_DELAY, FIRST_DELAY * 2**delivery)
    return max(asked or 0.0, random.uniform(1.0, longest))
