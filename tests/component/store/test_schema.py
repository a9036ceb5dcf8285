"""The tables as an engine understands them."""

from __future__ import annotations

from typing import Any


def test_both_tables_have_their_indexes_and_drop_what_has_expired(dynamodb: Any) -> None:
    wanted = {
        dynamodb.state_table: {"unfinished": ("unfinished", "due")},
        dynamodb.log_table: {"by-object": ("object", "sk"), "by-outcome": ("outcome_of", "sk")},
    }
    for name, indexes in wanted.items():
        table = dynamodb.client.describe_table(TableName=name)["Table"]
        assert [key["AttributeName"] for key in table["KeySchema"]] == ["pk", "sk"]
        assert {
            index["IndexName"]: tuple(key["AttributeName"] for key in index["KeySchema"])
            for index in table["GlobalSecondaryIndexes"]
        } == indexes
        lifetime = dynamodb.client.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
        assert (lifetime["TimeToLiveStatus"], lifetime["AttributeName"]) == ("ENABLED", "expires_at")
