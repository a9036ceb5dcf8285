"""One Severa invoice becomes one Fortnox invoice."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from severa_fortnox.flows.invoices import transfer
from severa_fortnox.wiring import Sessions, VendorEnvironment, environment
from severa_fortnox.worker import Worker

logger = Logger()
sessions = Sessions(environment(VendorEnvironment))
worker = Worker(sessions.session, transfer, sessions.invoice_queue(), sessions.store.postponed)


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Transfer the invoices a batch of messages names; answers with those that are to come again."""
    return worker.handle(event["Records"], context.get_remaining_time_in_millis)
