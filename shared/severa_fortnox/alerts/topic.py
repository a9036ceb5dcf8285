"""Mails go out through one SNS topic; whoever confirmed the subscription receives them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from severa_fortnox.alerts.mail import Mail
from severa_fortnox.errors import Retryable, System

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient


class AlertTopic:
    """The stack's topic.

    Args:
        client: boto3's SNS client.
        arn: of the topic.
    """

    def __init__(self, client: SNSClient, arn: str) -> None:
        self._client = client
        self._arn = arn

    def send(self, mail: Mail) -> None:
        """Send one mail to everyone who subscribes.

        Raises:
            Retryable: SNS did not take it.
        """
        try:
            self._client.publish(TopicArn=self._arn, Subject=mail.subject, Message=mail.body)
        except (BotoCoreError, ClientError) as failure:
            text = f"the mail was not taken ({type(failure).__name__})"
            raise Retryable(text, system=System.AWS, operation="publish mail") from failure
