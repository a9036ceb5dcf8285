"""One DynamoDB table: Python values in and out, failures by name.

Everything else in `store` says what is written and on which condition; only this module knows DynamoDB's requests,
`attributes` its values and `failures` its error codes. A conditional put may be repeated: each carries a random stamp,
so when the SDK repeats a put whose answer was lost and the condition fails on our own write, that is a success.
"""

from __future__ import annotations

import random
import re
import time
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from severa_fortnox.errors import Retryable
from severa_fortnox.store.attributes import Item, from_attributes, to_attributes
from severa_fortnox.store.failures import ConditionFailed, busy, named_errors

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

#: Partition key and sort key.
Key: TypeAlias = tuple[str, str]

# Two workers may create the same item; only the first may succeed.
ABSENT = "attribute_not_exists(#pk)"
# An update must never create half an item.
PRESENT = "attribute_exists(#pk)"
# Whoever read this version decided on it; any write since makes that decision stale.
SAME_VERSION = "#version = :version"

#: Seconds before another try of a cancelled transaction, at most. The SDK repeats throttled single writes but no
#: cancelled transaction, and giving up just after a create would leave that create unbound until its lease ends.
_PAUSES = (0.05, 0.2)
#: The most keys DynamoDB takes in one BatchGetItem.
_BATCH = 100


@dataclass(frozen=True)
class Write:
    """One write of a transaction."""

    action: Literal["Put", "Update", "Delete"]
    request: Mapping[str, Any]


@dataclass(frozen=True)
class Table:
    """One table."""

    client: DynamoDBClient
    name: str

    def get(self, key: Key) -> Item | None:
        """The item as of now (consistent read); None when there is none."""
        with named_errors("GetItem"):
            answer = self.client.get_item(TableName=self.name, Key=_key(key), ConsistentRead=True)
        return from_attributes(answer["Item"]) if "Item" in answer else None

    def get_many(self, keys: Iterable[Key]) -> list[Item]:
        """The items that exist, in no order, one request per 100 keys.

        Raises:
            Busy: DynamoDB kept leaving keys unanswered.
        """
        found: list[Item] = []
        distinct = list(dict.fromkeys(keys))
        for start in range(0, len(distinct), _BATCH):
            some = [_key(key) for key in distinct[start : start + _BATCH]]
            wanted: Any = {self.name: {"Keys": some, "ConsistentRead": True}}
            for pause in (*_PAUSES, None):
                with named_errors("BatchGetItem"):
                    answer = self.client.batch_get_item(RequestItems=wanted)
                found += [from_attributes(item) for item in answer["Responses"].get(self.name, [])]
                wanted = answer.get("UnprocessedKeys")
                if not wanted:
                    break
                if pause is None:
                    raise busy("BatchGetItem", "the store left some keys unanswered")
                time.sleep(random.uniform(0, pause))
        return found

    def put(self, item: Mapping[str, Any], when: str | None = None, values: Mapping[str, Any] | None = None) -> None:
        """Write the item when the condition holds.

        Raises:
            ConditionFailed: it does not hold; carries the item that is there.
        """
        stamp = uuid.uuid4().hex
        write = self.putting({**item, "stamp": stamp} if when else item, when, values)
        try:
            with named_errors("PutItem"):
                self.client.put_item(**write.request)
        except ConditionFailed as failure:
            if failure.old is None or failure.old.get("stamp") != stamp:
                raise

    def update(self, key: Key, changes: Mapping[str, Any], when: str, values: Mapping[str, Any] | None = None) -> None:
        """Set attributes of the item when the condition holds.

        Raises:
            ConditionFailed: it does not hold.
        """
        with named_errors("UpdateItem"):
            self.client.update_item(**self.updating(key, changes, when, values).request)

    def delete(self, key: Key, when: str, values: Mapping[str, Any] | None = None) -> None:
        """Delete the item when the condition holds.

        Raises:
            ConditionFailed: it does not hold.
        """
        with named_errors("DeleteItem"):
            self.client.delete_item(**self.deleting(key, when, values).request)

    def query(
        self,
        condition: str,
        values: Mapping[str, Any],
        *,
        index: str | None = None,
        newest_first: bool = False,
        limit: int | None = None,
    ) -> Iterator[Item]:
        """The items of one partition in key order, read page by page as they are used.

        Args:
            limit: the most items to give; None for all.
        """
        request: dict[str, Any] = {
            "TableName": self.name,
            "KeyConditionExpression": condition,
            "ExpressionAttributeNames": _names(condition),
            "ExpressionAttributeValues": to_attributes(values),
            "ScanIndexForward": not newest_first,
        }
        if index is None:
            request["ConsistentRead"] = True
        else:
            request["IndexName"] = index
        left = limit
        while left is None or left > 0:
            if left is not None:
                request["Limit"] = left
            with named_errors("Query"):
                page = self.client.query(**request)
            yield from map(from_attributes, page["Items"])
            if left is not None:
                left -= len(page["Items"])
            if "LastEvaluatedKey" not in page:
                return
            request["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    def putting(self, item: Mapping[str, Any], when: str | None, values: Mapping[str, Any] | None = None) -> Write:
        """A put as part of a transaction; a value of None is left out of the item."""
        return Write("Put", {**self._conditional(when, values), "Item": to_attributes(item)})

    def updating(
        self, key: Key, changes: Mapping[str, Any], when: str, values: Mapping[str, Any] | None = None
    ) -> Write:
        """An update as part of a transaction."""
        assignments = "SET " + ", ".join(f"#{name} = :new_{name}" for name in changes)
        request = self._conditional(when, {**(values or {}), **{f":new_{name}": new for name, new in changes.items()}})
        names = {**request["ExpressionAttributeNames"], **_names(assignments)}
        request |= {"Key": _key(key), "UpdateExpression": assignments, "ExpressionAttributeNames": names}
        return Write("Update", request)

    def deleting(self, key: Key, when: str, values: Mapping[str, Any] | None = None) -> Write:
        """A delete as part of a transaction."""
        return Write("Delete", {**self._conditional(when, values), "Key": _key(key)})

    def transact(self, *writes: Write) -> None:
        """All the writes or none.

        Raises:
            TransactionFailed: at least one condition does not hold.
        """
        items: Any = [{write.action: write.request} for write in writes]
        for pause in (*_PAUSES, None):
            try:
                with named_errors("TransactWriteItems"):
                    self.client.transact_write_items(TransactItems=items)
                return
            except Retryable:
                if pause is None:
                    raise
                time.sleep(random.uniform(0, pause))

    def _conditional(self, when: str | None, values: Mapping[str, Any] | None) -> dict[str, Any]:
        request: dict[str, Any] = {"TableName": self.name}
        if when is not None:
            request |= {
                "ConditionExpression": when,
                "ExpressionAttributeNames": _names(when),
                "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
            }
        if values:
            request["ExpressionAttributeValues"] = to_attributes(values)
        return request


def partition(connection: str) -> str:
    """The partition key of everything that belongs to a connection."""
    return f"C#{connection}"


def _key(key: Key) -> dict[str, Any]:
    return {"pk": {"S": key[0]}, "sk": {"S": key[1]}}


def _names(expression: str) -> dict[str, str]:
    """Every `#name` of an expression: with the prefix none can be one of DynamoDB's 573 reserved words."""
    return {f"#{name}": name for name in re.findall(r"#(\w+)", expression)}
