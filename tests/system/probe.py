"""A handler that tests deploy in place of the real ones, to see what a function of this stack can do and gets.

It runs inside the emulator, with the function's own role, layer and environment.
"""

from __future__ import annotations

import importlib
import json
import os
from typing import Any

import boto3
from botocore.exceptions import ClientError


def handler(event: dict[str, Any], context: object) -> Any:
    """Do what the event asks: call AWS, import modules, show the environment, or handle a batch of messages."""
    match event:
        case {"call": [service, operation, arguments]}:
            return _called(service, operation, arguments)
        case {"import": names}:
            return {name: importlib.import_module(name).__file__ for name in names}
        case {"environment": names}:
            return {name: os.environ.get(name) for name in names}
        case {"Records": records}:
            return {"batchItemFailures": _failures(records)}
        case _:
            return event


def _called(service: str, operation: str, arguments: dict[str, Any]) -> str:
    try:
        getattr(boto3.client(service), operation)(**arguments)
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return "ok"


def _failures(records: list[dict[str, Any]]) -> list[dict[str, str]]:
    """Note the batch in the state table; messages whose body says so fail, and are to be shown again at once."""
    bodies = [json.loads(record["body"]) for record in records]
    if table := bodies[0].get("note_in"):
        note = {
            "pk": {"S": bodies[0]["note_as"]},
            "sk": {"S": records[0]["receiptHandle"]},
            "bodies": {"S": json.dumps(bodies)},
        }
        boto3.client("dynamodb").put_item(TableName=table, Item=note)
    failed = [(record, body) for record, body in zip(records, bodies, strict=True) if body.get("fail")]
    for record, body in failed:
        boto3.client("sqs").change_message_visibility(
            QueueUrl=body["queue"], ReceiptHandle=record["receiptHandle"], VisibilityTimeout=0
        )
    return [{"itemIdentifier": record["messageId"]} for record, _ in failed]
