"""Find what is to be looked at, ready invoices and changed registers: on schedule for all, from the queue for one."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import MetricUnit, single_metric
from aws_lambda_powertools.utilities.typing import LambdaContext

from severa_fortnox.errors import IntegrationError
from severa_fortnox.flows.polls import guarded_poll
from severa_fortnox.flows.register_polls import guarded_poll_registers
from severa_fortnox.wiring import PollEnvironment, Sessions, environment, poll_queue

logger = Logger()
variables = environment(PollEnvironment)
sessions = Sessions(variables)
polls = poll_queue(sessions, variables)


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Ask for a poll of every connection, or poll those that the messages name."""
    if "Records" not in event:
        connections = sessions.connections()
        for connection in connections:
            polls.put(connection.id)
        return {"connections": len(connections)}
    failed = [record["messageId"] for record in event["Records"] if not _poll(record["body"])]
    return {"batchItemFailures": [{"itemIdentifier": id} for id in failed]}


def _poll(connection: str) -> bool:
    try:
        desk = sessions.desk(connection)
        polled = guarded_poll(desk, lambda: sessions.session(connection), sessions.queues())
        if polled is not None:
            # Said at once: registers that cannot be read keep no invoice waiting.
            with single_metric(name="PollSucceeded", unit=MetricUnit.Count, value=1) as metric:
                metric.add_dimension("stage", variables.stage)
            logger.info("polled", connection=connection, ready=polled.ready, queued=polled.queued)
        registers = guarded_poll_registers(desk, lambda: sessions.session(connection), sessions.queues())
    except IntegrationError as failure:
        logger.warning("poll failed", connection=connection, error=str(failure))
        return False
    logger.info("registers polled", connection=connection, queued=registers)
    return True
