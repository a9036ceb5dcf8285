"""A deployed stack: its tables, queues and secrets, found by the names CloudFormation keeps."""

from __future__ import annotations

import getpass
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

from botocore.exceptions import BotoCoreError, ClientError

from severa_fortnox.credentials import Credentials
from severa_fortnox.queues import PollQueue, WorkQueue, WorkQueues
from severa_fortnox.store import Store
from severa_fortnox_cli.failures import Failure

#: Gives boto3's client of a service, always the same one.
Aws: TypeAlias = Callable[[str], Any]


@dataclass(frozen=True)
class Names:
    """Where everything of one stack is; all from its outputs and parameters (`OUTPUTS`, `PARAMETERS`)."""

    state_table: str
    log_table: str
    invoice_queue_url: str
    register_queue_url: str
    poll_queue_url: str
    alert_topic_arn: str
    secrets_prefix: str
    severa_api_url: str
    fortnox_api_url: str
    fortnox_auth_url: str
    transfer_log_years: int = 8
    severa_record_link: str = ""
    fortnox_record_link: str = ""


OUTPUTS = {
    "state_table": "StateTable",
    "log_table": "TransferLogTable",
    "invoice_queue_url": "InvoiceQueueUrl",
    "register_queue_url": "RegisterQueueUrl",
    "poll_queue_url": "PollQueueUrl",
    "alert_topic_arn": "AlertTopicArn",
    "secrets_prefix": "SecretsPrefix",
}
PARAMETERS = {
    "severa_api_url": "SeveraApiUrl",
    "fortnox_api_url": "FortnoxApiUrl",
    "fortnox_auth_url": "FortnoxAuthUrl",
}
#: Those that may be empty.
LINKS = {"severa_record_link": "SeveraRecordLink", "fortnox_record_link": "FortnoxRecordLink"}


@dataclass(frozen=True)
class Stack:
    """One deployed stack.

    Args:
        clock: seconds since the epoch.
    """

    name: str
    names: Names
    aws: Aws
    clock: Callable[[], float] = time.time

    @classmethod
    def open(cls, name: str, aws: Aws) -> Stack:
        """Look the stack up.

        Raises:
            Failure: there is none of this name, or it lacks something that this version needs.
        """
        described = _describe(aws("cloudformation"), name)
        outputs = {each["OutputKey"]: each["OutputValue"] for each in described.get("Outputs", [])}
        parameters = {each["ParameterKey"]: each["ParameterValue"] for each in described.get("Parameters", [])}
        missing = [f"output {each}" for each in OUTPUTS.values() if each not in outputs]
        missing += [f"parameter {each}" for each in PARAMETERS.values() if each not in parameters]
        if missing:
            raise Failure(
                f"the stack has no {', no '.join(missing)}; its status is {described.get('StackStatus', 'unknown')}",
                "wait until it is deployed, or deploy it again with this version: make deploy STAGE=<stage>",
            )
        found = {field: outputs[key] for field, key in OUTPUTS.items()}
        found |= {field: parameters[key] for field, key in PARAMETERS.items()}
        years = int(parameters.get("TransferLogYears", Names.transfer_log_years))
        links = {field: parameters.get(key, "") for field, key in LINKS.items()}
        return cls(name, Names(**found, **links, transfer_log_years=years), aws)

    @cached_property
    def store(self) -> Store:
        """What the stack remembers."""
        return Store(self.aws("dynamodb"), self.names.state_table, self.names.log_table, self.clock)

    @cached_property
    def invoice_queue(self) -> WorkQueue:
        """The queue of invoices."""
        return WorkQueue(self.aws("sqs"), self.names.invoice_queue_url)

    @cached_property
    def register_queue(self) -> WorkQueue:
        """The queue of customers, products and projects."""
        return WorkQueue(self.aws("sqs"), self.names.register_queue_url)

    @cached_property
    def queues(self) -> WorkQueues:
        """Both, for work of any kind."""
        return WorkQueues(self.invoice_queue, self.register_queue)

    @cached_property
    def poll_queue(self) -> PollQueue:
        """The queue of connections to poll."""
        return PollQueue(self.aws("sqs"), self.names.poll_queue_url)

    @cached_property
    def credentials(self) -> Credentials:
        """The stack's secrets."""
        return Credentials(self.aws("secretsmanager"), self.names.secrets_prefix)

    def who(self) -> str:
        """Who runs this, for the history: the AWS identity without its account, or else the name on this machine."""
        try:
            return str(self.aws("sts").get_caller_identity()["Arn"]).rpartition(":")[2]
        except (BotoCoreError, ClientError):
            return getpass.getuser()


def _describe(cloudformation: Any, name: str) -> dict[str, Any]:
    try:
        stack: dict[str, Any] = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
    except ClientError as error:
        about = error.response["Error"]
        if about.get("Code") != "ValidationError" or "does not exist" not in about.get("Message", ""):
            raise
        region = cloudformation.meta.region_name
        raise Failure(f"there is no stack {name} in {region}", _others(cloudformation)) from None
    return stack


def _others(cloudformation: Any) -> str:
    """What to pass instead, as far as the stacks may be listed."""
    pass_it = "pass --stack NAME or --stage STAGE, and --region or --profile when it is elsewhere"
    try:
        pages = list(cloudformation.get_paginator("describe_stacks").paginate())
    except (BotoCoreError, ClientError):
        return pass_it
    ours = sorted(
        stack["StackName"]
        for page in pages
        for stack in page["Stacks"]
        if any(output["OutputKey"] == "SecretsPrefix" for output in stack.get("Outputs", []))
    )
    return f"{pass_it}; stacks of this kind here: {', '.join(ours) or 'none'}"
