"""The two tables, in the words of both the API and CloudFormation.

`template.yaml` states the same for the deployment and a test compares the two.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

#: Transfers that somebody must still look at, by when (`transfers`).
UNFINISHED = "unfinished"
#: Log entries of one record and of one outcome (`log`).
BY_OBJECT = "by-object"
BY_OUTCOME = "by-outcome"
#: When DynamoDB may drop an item. It does so up to days late, so nothing relies on it for correctness.
TTL = "expires_at"


def _keys(hash_key: str, range_key: str) -> list[dict[str, str]]:
    return [
        {"AttributeName": hash_key, "KeyType": "HASH"},
        {"AttributeName": range_key, "KeyType": "RANGE"},
    ]


def _index(name: str, hash_key: str, range_key: str) -> dict[str, Any]:
    return {
        "IndexName": name,
        "KeySchema": _keys(hash_key, range_key),
        "Projection": {"ProjectionType": "ALL"},
    }


def _attributes(**types: str) -> list[dict[str, str]]:
    return [{"AttributeName": name, "AttributeType": kind} for name, kind in types.items()]


STATE: Mapping[str, Any] = {
    "BillingMode": "PAY_PER_REQUEST",
    "AttributeDefinitions": _attributes(pk="S", sk="S", unfinished="S", due="N"),
    "KeySchema": _keys("pk", "sk"),
    "GlobalSecondaryIndexes": [_index(UNFINISHED, "unfinished", "due")],
}

TRANSFER_LOG: Mapping[str, Any] = {
    "BillingMode": "PAY_PER_REQUEST",
    "AttributeDefinitions": _attributes(pk="S", sk="S", object="S", outcome_of="S"),
    "KeySchema": _keys("pk", "sk"),
    "GlobalSecondaryIndexes": [_index(BY_OBJECT, "object", "sk"), _index(BY_OUTCOME, "outcome_of", "sk")],
}


def create_tables(client: DynamoDBClient, state_table: str, log_table: str) -> None:
    """Create both tables and wait until they can be used; for tests, the deployment creates its own.

    Args:
        state_table: name of the State table.
        log_table: name of the TransferLog table.
    """
    for name, schema in ((state_table, STATE), (log_table, TRANSFER_LOG)):
        client.create_table(TableName=name, **schema)
        client.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1})
        client.update_time_to_live(TableName=name, TimeToLiveSpecification={"Enabled": True, "AttributeName": TTL})
