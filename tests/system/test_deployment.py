"""template.yaml, deployed: what a function of it finds, may do and may not do, and how its messages travel.

The functions' code is exchanged for a probe; their roles, layer, triggers and environment are the template's.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.stack import FunctionFailed, Stack
from severa_fortnox.worker import DELIVERIES

PROBE = Path(__file__).with_name("probe.py")
POLL, TRANSFER, SWEEPER = "SeveraPollFunction", "InvoiceTransferFunction", "SweeperFunction"
SYNC = "RegisterSyncFunction"
JOBS = {POLL: "severa_poll", TRANSFER: "invoice_transfer", SYNC: "register_sync", SWEEPER: "sweeper"}
ITEM = {"pk": {"S": "C#1"}, "sk": {"S": "probe"}}
DENIED = {"AccessDenied", "AccessDeniedException", "AuthorizationError"}

Call = tuple[str, str, dict[str, Any]]


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    functions = tmp_path_factory.mktemp("functions")
    for job in JOBS.values():
        (functions / job).mkdir()
        shutil.copy(PROBE, functions / job / "app.py")
    with Stack.up({"AlertEmail": "books@example.com"}, functions=functions) as deployed:
        yield deployed


@pytest.fixture(scope="module", autouse=True)
def secrets(stack: Stack) -> None:
    manager = stack.aws.client("secretsmanager")
    for name in ("severa-fortnox/sandbox/fortnox-app", "severa-fortnox/production/fortnox-app"):
        manager.create_secret(Name=name, SecretString="{}")


def state(operation: str, **arguments: Any) -> Callable[[Stack], Call]:
    return lambda stack: ("dynamodb", operation, {"TableName": stack.outputs["StateTable"], **arguments})


def log(operation: str, **arguments: Any) -> Callable[[Stack], Call]:
    return lambda stack: ("dynamodb", operation, {"TableName": stack.outputs["TransferLogTable"], **arguments})


def by(key: str, **index: str) -> dict[str, Any]:
    values = {":value": {"S": "x"}}
    return {"KeyConditionExpression": f"{key} = :value", "ExpressionAttributeValues": values, **index}


def queue(output: str, operation: str, **arguments: Any) -> Callable[[Stack], Call]:
    return lambda stack: ("sqs", operation, {"QueueUrl": stack.outputs[output], **arguments})


def secret(name: str) -> Callable[[Stack], Call]:
    return lambda stack: ("secretsmanager", "get_secret_value", {"SecretId": name})


def alert(stack: Stack) -> Call:
    return "sns", "publish", {"TopicArn": stack.outputs["AlertTopicArn"], "Message": "probe"}


def transaction(stack: Stack) -> Call:
    table = stack.outputs["StateTable"]
    absent = {"TableName": table, "ConditionExpression": "attribute_not_exists(pk)"}
    steps: list[dict[str, Any]] = [
        {"Put": {"TableName": table, "Item": {**ITEM, "sk": {"S": "put"}}}},
        {"Update": {"TableName": table, "Key": {**ITEM, "sk": {"S": "update"}}, "UpdateExpression": "REMOVE gone"}},
        {"Delete": {"TableName": table, "Key": {**ITEM, "sk": {"S": "delete"}}}},
        {"ConditionCheck": {"Key": {**ITEM, "sk": {"S": "absent"}}, **absent}},
    ]
    return "dynamodb", "transact_write_items", {"TransactItems": steps}


MESSAGE = {"MessageBody": "{}"}
FIFO_MESSAGE = {**MESSAGE, "MessageGroupId": "probe", "MessageDeduplicationId": "probe"}
STATE_WORK = {
    "put": state("put_item", Item=ITEM),
    "get": state("get_item", Key=ITEM),
    "query": state("query", **by("pk")),
    "update": state("update_item", Key=ITEM, UpdateExpression="REMOVE gone"),
    "delete": state("delete_item", Key=ITEM),
    "transact": transaction,
}
OWN_SECRET = "severa-fortnox/sandbox/fortnox-app"

NEEDED: dict[str, dict[str, Callable[[Stack], Call]]] = {
    POLL: {
        **STATE_WORK,
        "write to the log": log("put_item", Item=ITEM),
        "ask for a poll": queue("PollQueueUrl", "send_message", **MESSAGE),
        "ask for a transfer": queue("InvoiceQueueUrl", "send_message", **FIFO_MESSAGE),
        "ask for a look at a register": queue("RegisterQueueUrl", "send_message", **FIFO_MESSAGE),
        "receive its messages": queue("PollQueueUrl", "receive_message"),
        "read a secret": secret(OWN_SECRET),
        "alert": alert,
    },
    TRANSFER: {
        **STATE_WORK,
        "write to the log": log("put_item", Item=ITEM),
        "receive its messages": queue("InvoiceQueueUrl", "receive_message"),
        "read a secret": secret(OWN_SECRET),
        "alert": alert,
    },
    SYNC: {
        **STATE_WORK,
        "write to the log": log("put_item", Item=ITEM),
        "receive its messages": queue("RegisterQueueUrl", "receive_message"),
        "read a secret": secret(OWN_SECRET),
        "alert": alert,
    },
    SWEEPER: {
        **STATE_WORK,
        "find unfinished transfers": state("query", **by("unfinished", IndexName="unfinished")),
        "write to the log": log("put_item", Item=ITEM),
        "ask for a transfer": queue("InvoiceQueueUrl", "send_message", **FIFO_MESSAGE),
        "ask for a look at a register": queue("RegisterQueueUrl", "send_message", **FIFO_MESSAGE),
        "alert": alert,
    },
}

FORBIDDEN_TO_ALL: dict[str, Callable[[Stack], Call]] = {
    "scan": state("scan"),
    "read the log": log("query", **by("pk")),
    "change the log": log("update_item", Key=ITEM, UpdateExpression="REMOVE gone"),
    "delete from the log": log("delete_item", Key=ITEM),
    "drop a table": state("delete_table"),
    "hide a dead letter": queue("InvoiceDeadLettersUrl", "purge_queue"),
    "hide a dead letter of a register": queue("RegisterDeadLettersUrl", "purge_queue"),
    "read another stage's secret": secret("severa-fortnox/production/fortnox-app"),
    "list the packages": lambda stack: ("s3", "list_objects_v2", {"Bucket": "packages"}),
    "start a function": lambda stack: ("lambda", "invoke", {"FunctionName": stack.outputs[SWEEPER]}),
    "give itself more": lambda stack: ("iam", "list_roles", {}),
}

FORBIDDEN: dict[str, dict[str, Callable[[Stack], Call]]] = {
    POLL: {
        **FORBIDDEN_TO_ALL,
        "receive another's messages": queue("InvoiceQueueUrl", "receive_message"),
        "receive a register's messages": queue("RegisterQueueUrl", "receive_message"),
    },
    TRANSFER: {
        **FORBIDDEN_TO_ALL,
        "ask for a poll": queue("PollQueueUrl", "send_message", **MESSAGE),
        "ask for a look at a register": queue("RegisterQueueUrl", "send_message", **FIFO_MESSAGE),
        "receive another's messages": queue("PollQueueUrl", "receive_message"),
        "receive a register's messages": queue("RegisterQueueUrl", "receive_message"),
    },
    SYNC: {
        **FORBIDDEN_TO_ALL,
        "ask for a poll": queue("PollQueueUrl", "send_message", **MESSAGE),
        "ask for a transfer": queue("InvoiceQueueUrl", "send_message", **FIFO_MESSAGE),
        "ask for work of its own": queue("RegisterQueueUrl", "send_message", **FIFO_MESSAGE),
        "receive another's messages": queue("InvoiceQueueUrl", "receive_message"),
        "read the log by outcome": log("query", **by("outcome_of", IndexName="by-outcome")),
        "find unfinished transfers": state("query", **by("unfinished", IndexName="unfinished")),
    },
    SWEEPER: {
        **FORBIDDEN_TO_ALL,
        "read a secret": secret(OWN_SECRET),
        "receive another's messages": queue("InvoiceQueueUrl", "receive_message"),
        "receive a register's messages": queue("RegisterQueueUrl", "receive_message"),
    },
}


def cases(table: dict[str, dict[str, Callable[[Stack], Call]]]) -> list[Any]:
    return [
        pytest.param(function, call, id=f"{JOBS[function]}: {name}")
        for function, calls in table.items()
        for name, call in calls.items()
    ]


@pytest.mark.parametrize(("function", "call"), cases(NEEDED))
def test_a_role_suffices_for(stack: Stack, function: str, call: Callable[[Stack], Call]) -> None:
    assert stack.invoke(function, {"call": call(stack)}) == "ok"


@pytest.mark.parametrize(("function", "call"), cases(FORBIDDEN))
def test_a_role_forbids(stack: Stack, function: str, call: Callable[[Stack], Call]) -> None:
    assert stack.invoke(function, {"call": call(stack)}) in DENIED


@pytest.mark.parametrize("function", JOBS)
def test_a_function_finds_the_layers_packages_in_the_layer_and_boto3_in_the_runtime(
    stack: Stack, function: str
) -> None:
    packages = ["severa_fortnox", "aws_lambda_powertools", "httpx", "pydantic", "pypdf", "simplejson"]

    found = stack.invoke(function, {"import": [*packages, "boto3"]})

    assert all("/layer_0/python/" in found[name] for name in packages), found
    assert "/layer_0/" not in found["boto3"]


@pytest.mark.parametrize("function", [TRANSFER, SYNC])
def test_a_function_gets_the_addresses_of_what_it_works_with(stack: Stack, function: str) -> None:
    wanted = ["STATE_TABLE", "LOG_TABLE", "INVOICE_QUEUE_URL", "REGISTER_QUEUE_URL", "ALERT_TOPIC_ARN"]
    wanted += ["SECRETS_PREFIX", "FORTNOX_API_URL"]

    environment = stack.invoke(function, {"environment": wanted})

    assert environment == {
        "STATE_TABLE": stack.outputs["StateTable"],
        "LOG_TABLE": stack.outputs["TransferLogTable"],
        "INVOICE_QUEUE_URL": stack.outputs["InvoiceQueueUrl"],
        "REGISTER_QUEUE_URL": stack.outputs["RegisterQueueUrl"],
        "ALERT_TOPIC_ARN": stack.outputs["AlertTopicArn"],
        "SECRETS_PREFIX": stack.outputs["SecretsPrefix"],
        "FORTNOX_API_URL": "https://api.fortnox.se",
    }


def test_a_function_that_raises_is_told_apart_from_one_that_answers(stack: Stack) -> None:
    with pytest.raises(FunctionFailed, match="no_such_module"):
        stack.invoke(SWEEPER, {"import": ["no_such_module"]})


def test_both_schedules_start_their_function_every_five_minutes(stack: Stack) -> None:
    events = stack.aws.client("events")
    started = {
        target["Arn"].rpartition(":")[2]: (rule["ScheduleExpression"], rule["State"])
        for rule in events.list_rules()["Rules"]
        for target in events.list_targets_by_rule(Rule=rule["Name"])["Targets"]
    }
    every = ("rate(5 minutes)", "ENABLED")
    assert started == {stack.outputs[POLL]: every, stack.outputs[SWEEPER]: every}


def test_an_address_for_alerts_is_subscribed(stack: Stack) -> None:
    subscriptions = stack.aws.client("sns").list_subscriptions_by_topic(TopicArn=stack.outputs["AlertTopicArn"])
    assert [(s["Protocol"], s["Endpoint"]) for s in subscriptions["Subscriptions"]] == [("email", "books@example.com")]


@pytest.mark.parametrize("of", ["Invoice", "Register"])
def test_only_the_messages_that_failed_come_again_and_end_as_dead_letters(stack: Stack, of: str) -> None:
    sqs, table = stack.aws.client("sqs"), stack.outputs["StateTable"]
    work, dead_letters = stack.outputs[f"{of}QueueUrl"], stack.outputs[f"{of}DeadLettersUrl"]

    # When one of three records always fails, and asks to be shown again at once instead of after twelve minutes
    for name, fails in (("a", False), ("b", True), ("c", False)):
        body = json.dumps({"name": name, "fail": fails, "note_in": table, "note_as": of, "queue": work})
        sqs.send_message(QueueUrl=work, MessageBody=body, MessageGroupId=name, MessageDeduplicationId=name)

    # Then it alone is given up after the tries the worker counts on, and nothing stays behind
    dead = eventually(lambda: sqs.receive_message(QueueUrl=dead_letters).get("Messages"))
    assert [json.loads(message["Body"])["name"] for message in dead] == ["b"]
    seen = [name for batch in batches(stack, of) for name in batch]
    assert sorted(seen) == ["a", *["b"] * DELIVERIES, "c"]
    left = sqs.get_queue_attributes(QueueUrl=work, AttributeNames=["All"])["Attributes"]
    assert (left["ApproximateNumberOfMessages"], left["ApproximateNumberOfMessagesNotVisible"]) == ("0", "0")


def batches(stack: Stack, noted_as: str) -> list[list[str]]:
    """The names of the messages in each batch that the probe noted."""
    key = {"KeyConditionExpression": "pk = :pk", "ExpressionAttributeValues": {":pk": {"S": noted_as}}}
    notes = stack.aws.client("dynamodb").query(TableName=stack.outputs["StateTable"], **key)["Items"]
    return [[body["name"] for body in json.loads(note["bodies"]["S"])] for note in notes]


def eventually(look: Callable[[], Any], within: float = 60.0) -> Any:
    """The first answer that is not empty; fails when none comes in time."""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(0.1)
    pytest.fail(f"nothing came within {within:g} s")
