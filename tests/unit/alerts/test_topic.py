"""A mail reaches whoever subscribes to the stack's topic."""

from __future__ import annotations

import json

import boto3
import pytest
from moto import mock_aws

from severa_fortnox.alerts.mail import Mail
from severa_fortnox.alerts.topic import AlertTopic


def test_a_subscriber_gets_subject_and_body(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    with mock_aws():
        sns, sqs = (boto3.client(service, region_name="eu-north-1") for service in ("sns", "sqs"))
        arn = sns.create_topic(Name="alerts")["TopicArn"]
        queue = sqs.create_queue(QueueName="inbox")["QueueUrl"]
        queue_arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        sns.subscribe(TopicArn=arn, Protocol="sqs", Endpoint=queue_arn)

        AlertTopic(sns, arn).send(Mail("Not transferred: invoice 1", "Why: å\n"))

        received = json.loads(sqs.receive_message(QueueUrl=queue)["Messages"][0]["Body"])
    assert (received["Subject"], received["Message"]) == ("Not transferred: invoice 1", "Why: å\n")
