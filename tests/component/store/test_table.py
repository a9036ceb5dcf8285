"""One table: values, failures by name, repeats, and what DynamoDB leaves unanswered."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, NoCredentialsError
from hypothesis import given
from hypothesis import strategies as st

import severa_fortnox.store
from severa_fortnox.errors import Bug, Busy, IntegrationError, Misconfigured, Retryable, System
from severa_fortnox.store.attributes import from_attributes, to_attributes
from severa_fortnox.store.failures import ConditionFailed, TransactionFailed
from severa_fortnox.store.table import ABSENT, SAME_VERSION, Table

ITEM = {
    "pk": "p",
    "sk": "s",
    "text": "å",
    "empty": "",
    "zero": 0,
    "no": False,
    "price": Decimal("10.10"),
    "at": 1.5,
    "many": ["a", None, {"b": Decimal(2)}],
    "none": None,
}

leaves = st.booleans() | st.text(max_size=5) | st.decimals(allow_nan=False, allow_infinity=False)
values = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(max_size=3), values, max_size=4))
def test_values_survive_the_way_there_and_back(item: dict[str, Any]) -> None:
    assert from_attributes(to_attributes(item)) == item


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_moments_survive_exactly(at: float) -> None:
    assert float(from_attributes(to_attributes({"at": at}))["at"]) == at


def test_what_cannot_be_stored_is_refused() -> None:
    with pytest.raises(TypeError, match="set"):
        to_attributes({"value": {1}})
    with pytest.raises(TypeError, match="SS"):
        from_attributes({"value": {"SS": ["a"]}})


@pytest.fixture
def table(dynamodb: Any) -> Table:
    return Table(dynamodb.client, dynamodb.state_table)


def test_an_item_comes_back_without_what_is_none(table: Table) -> None:
    table.put(ITEM)
    stored = {name: value for name, value in ITEM.items() if value is not None}
    assert table.get(("p", "s")) == stored
    assert table.get(("p", "other")) is None


def test_a_failed_condition_shows_the_item_that_is_there(table: Table) -> None:
    table.put({"pk": "p", "sk": "s", "version": 1})
    with pytest.raises(ConditionFailed) as caught:
        table.put({"pk": "p", "sk": "s", "version": 9}, ABSENT)
    assert caught.value.old == {"pk": "p", "sk": "s", "version": Decimal(1)}
    with pytest.raises(ConditionFailed) as absent:
        table.put({"pk": "p", "sk": "t"}, SAME_VERSION, {":version": 1})
    assert absent.value.old is None


def test_a_failed_transaction_shows_which_condition_and_writes_nothing(table: Table) -> None:
    table.put({"pk": "p", "sk": "taken", "version": 1})
    with pytest.raises(TransactionFailed) as caught:
        table.transact(
            table.putting({"pk": "p", "sk": "free"}, ABSENT),
            table.putting({"pk": "p", "sk": "taken"}, ABSENT),
        )
    assert caught.value.failed == (False, True)
    assert caught.value.old == (None, {"pk": "p", "sk": "taken", "version": Decimal(1)})
    assert table.get(("p", "free")) is None


def test_a_query_goes_on_over_pages_and_stops_at_its_limit(table: Table) -> None:
    for number in range(7):
        table.put({"pk": "p", "sk": f"{number}", "filler": "x" * 300_000})
    condition, about = "#pk = :pk", {":pk": "p"}
    assert [item["sk"] for item in table.query(condition, about)] == list("0123456")
    assert [item["sk"] for item in table.query(condition, about, newest_first=True, limit=5)] == list("65432")


def test_a_missing_table_is_misconfigured(dynamodb: Any) -> None:
    with pytest.raises(Misconfigured):
        Table(dynamodb.client, "NoSuchTable").get(("p", "s"))


def test_an_invalid_request_is_a_bug(table: Table) -> None:
    with pytest.raises(Bug):
        table.put({"pk": "p", "sk": "s"}, "not an expression (")
    with pytest.raises(Bug):
        table.put({"pk": "p"})


def test_nobody_there_is_retryable() -> None:
    client = boto3.client(
        "dynamodb",
        region_name="eu-north-1",
        endpoint_url="http://127.0.0.1:9",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(retries={"total_max_attempts": 1}),
    )
    with pytest.raises(Retryable, match="no answer") as caught:
        Table(client, "State").get(("p", "s"))
    assert caught.value.system is System.STORE


class Scripted:
    """A client that answers every call with the next of these; None is a success without content."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)

    def __getattr__(self, name: str) -> Any:
        def call(**request: Any) -> Any:
            answer = self.answers.pop(0)
            if isinstance(answer, Exception):
                raise answer
            return answer or {}

        return call


def refusal(code: str, status: int = 400, reasons: list[dict[str, Any]] | None = None) -> ClientError:
    response: Any = {"Error": {"Code": code, "Message": "m"}, "ResponseMetadata": {"HTTPStatusCode": status}}
    if reasons is not None:
        response["CancellationReasons"] = reasons
    return ClientError(response, "Any")


def scripted(*answers: Any) -> Table:
    client: Any = Scripted(*answers)
    return Table(client, "State")


@pytest.mark.parametrize(
    ("answer", "leaf"),
    [
        (refusal("ProvisionedThroughputExceededException"), Retryable),
        (refusal("ThrottlingException"), Retryable),
        (refusal("TransactionConflictException"), Retryable),
        (refusal("InternalServerError", 500), Retryable),
        (refusal("Whatever", 503), Retryable),
        (refusal("AccessDeniedException"), Misconfigured),
        (refusal("ValidationException"), Bug),
        (NoCredentialsError(), Misconfigured),
    ],
)
def test_refusals_are_named_by_what_they_mean(answer: Exception, leaf: type[IntegrationError]) -> None:
    with pytest.raises(leaf) as caught:
        scripted(answer).put({"pk": "p", "sk": "s"})
    assert type(caught.value) is leaf
    assert (caught.value.system, caught.value.operation) == (System.STORE, "PutItem")


CONFLICT = refusal("TransactionCanceledException", reasons=[{"Code": "None"}, {"Code": "TransactionConflict"}])


def test_a_transaction_that_met_another_one_is_tried_again() -> None:
    table = scripted(CONFLICT, CONFLICT, None)
    table.transact(table.putting({"pk": "p", "sk": "s"}, None))


def test_a_transaction_that_keeps_meeting_others_is_retryable() -> None:
    table = scripted(CONFLICT, CONFLICT, CONFLICT)
    with pytest.raises(Retryable):
        table.transact(table.putting({"pk": "p", "sk": "s"}, None))


def test_keys_left_unanswered_are_asked_for_again() -> None:
    def answer(sk: str, *left: str) -> dict[str, Any]:
        keys = [{"pk": {"S": "p"}, "sk": {"S": each}} for each in left]
        return {
            "Responses": {"State": [{"pk": {"S": "p"}, "sk": {"S": sk}}]},
            "UnprocessedKeys": {"State": {"Keys": keys}} if left else {},
        }

    table = scripted(answer("a", "b"), answer("b"))
    assert [item["sk"] for item in table.get_many([("p", "a"), ("p", "b")])] == ["a", "b"]
    stubborn = scripted(answer("a", "b"), answer("a", "b"), answer("a", "b"))
    with pytest.raises(Busy):
        stubborn.get_many([("p", "a"), ("p", "b")])


def test_no_table_is_read_from_end_to_end() -> None:
    (package,) = severa_fortnox.store.__path__
    sources = list(Path(package).glob("*.py"))
    assert len(sources) > 10
    for source in sources:
        text = source.read_text(encoding="utf-8")
        assert ".scan(" not in text, source.name
        assert '"scan"' not in text, source.name
