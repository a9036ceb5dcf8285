"""Take up what was begun and not finished, tell what was not told."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from severa_fortnox.errors import IntegrationError
from severa_fortnox.flows.polls import sweep
from severa_fortnox.wiring import Desks, Environment, environment

logger = Logger()
desks = Desks(environment(Environment))


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    """Sweep every connection; one that fails does not keep the others from being swept."""
    queue = desks.queues()
    taken_up = 0
    for connection in desks.connections():
        try:
            taken_up += sweep(desks.desk(connection.id), queue)
        except IntegrationError as failure:
            logger.error("sweep failed", connection=connection.id, error=str(failure))
    return {"taken_up": taken_up}
