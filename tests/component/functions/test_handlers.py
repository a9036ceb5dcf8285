"""The functions as Lambda runs them: environment, sample event, handler; AWS on moto, the vendors over sockets."""

from __future__ import annotations

import importlib.util
import json
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import boto3
import pytest
from moto import mock_aws

from sandbox.fortnox import FortnoxSimulator, FortnoxState
from sandbox.severa import Row, RowType, SeveraSimulator, SeveraState
from sandbox.simulator import serve
from severa_fortnox.credentials import ConnectionSecret, Credentials, FortnoxApp
from severa_fortnox.errors import Bug, System
from severa_fortnox.settings import Settings
from severa_fortnox.store import Store
from severa_fortnox.store.connections import Connection
from severa_fortnox.store.log import Outcome
from severa_fortnox.store.schema import create_tables
from severa_fortnox.store.transfers import State
from severa_fortnox.wiring import Desks, Environment, environment
from severa_fortnox.work import Cause, Kind, Work

ROOT = Path(__file__).parents[3]
EVENTS = ROOT / "events"
Load = Callable[[str], ModuleType]


@dataclass
class Context:
    """What the handlers use of Lambda's context."""

    remaining_ms: int = 120_000
    function_name: str = "function"
    memory_limit_in_mb: int = 512
    invoked_function_arn: str = "arn:aws:lambda:eu-north-1:123456789012:function:function"
    aws_request_id: str = "00000000-0000-0000-0000-000000000000"

    def get_remaining_time_in_millis(self) -> int:
        return self.remaining_ms


class Account:
    """The stack's resources on moto, one connection in it, and the simulators it calls."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, severa_url: str, fortnox_url: str) -> None:
        # Names of this test's own: where another module's mock is still open, what tests made there is there too.
        own = uuid.uuid4().hex[:8]
        self.secrets = f"severa-fortnox/{own}"
        state, log = f"State-{own}", f"TransferLog-{own}"
        self.sqs = boto3.client("sqs")
        self.invoices = self.sqs.create_queue(QueueName=f"invoices-{own}.fifo", Attributes={"FifoQueue": "true"})[
            "QueueUrl"
        ]
        self.registers = self.sqs.create_queue(QueueName=f"registers-{own}.fifo", Attributes={"FifoQueue": "true"})[
            "QueueUrl"
        ]
        self.polls = self.sqs.create_queue(QueueName=f"polls-{own}")["QueueUrl"]
        self.mailbox = self.sqs.create_queue(QueueName=f"mailbox-{own}")["QueueUrl"]
        sns = boto3.client("sns")
        topic = sns.create_topic(Name=f"alerts-{own}")["TopicArn"]
        arn = self.sqs.get_queue_attributes(QueueUrl=self.mailbox, AttributeNames=["QueueArn"])["Attributes"][
            "QueueArn"
        ]
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
        dynamodb = boto3.client("dynamodb")
        create_tables(dynamodb, state, log)
        self.store = Store(dynamodb, state, log)
        environment = {
            "STAGE": "test",
            "STATE_TABLE": state,
            "LOG_TABLE": log,
            "TRANSFER_LOG_YEARS": "8",
            "ALERT_TOPIC_ARN": topic,
            "INVOICE_QUEUE_URL": self.invoices,
            "REGISTER_QUEUE_URL": self.registers,
            "POLL_QUEUE_URL": self.polls,
            "SECRETS_PREFIX": self.secrets,
            "SEVERA_API_URL": f"{severa_url}/rest-api",
            "FORTNOX_API_URL": fortnox_url,
            "FORTNOX_AUTH_URL": f"{fortnox_url}/oauth-v1",
            "SETTINGS_SECONDS": "0",
            "POWERTOOLS_METRICS_NAMESPACE": "Test",
            "POWERTOOLS_SERVICE_NAME": "test",
        }
        for name, value in environment.items():
            monkeypatch.setenv(name, value)

    def connect(self, severa: SeveraState, fortnox: FortnoxState) -> None:
        """The connection `acme`, as the command line adds it."""
        credentials = Credentials(boto3.client("secretsmanager"), self.secrets)
        grants = fortnox.grants
        credentials.put(
            credentials.app_name, FortnoxApp(client_id=grants.client_id, client_secret=grants.client_secret)
        )
        credentials.put(
            credentials.connection_name("acme"), ConnectionSecret(severa_client_id="id", severa_client_secret="secret")
        )
        self.store.connections.add(Connection("acme", "Acme", str(fortnox.tenant_id), "client_credentials"))
        settings = Settings(
            ready_status=severa.status("Ready for transfer")["guid"],
            transferred_status=severa.status("Transferred")["guid"],
        )
        self.store.settings.put("acme", settings, expected_version=0, who="test")

    def queued(self, url: str) -> list[str]:
        """The bodies waiting in a queue."""
        messages = self.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        return [message["Body"] for message in messages]


@pytest.fixture
def severa() -> SeveraState:
    return SeveraState(seed=3)


@pytest.fixture
def fortnox() -> FortnoxState:
    return FortnoxState()


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch, severa: SeveraState, fortnox: FortnoxState) -> Iterator[Account]:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-north-1")
    simulators = SeveraSimulator(severa), FortnoxSimulator(fortnox)
    simulators[0].access.add_client("id", "secret")
    servers = [serve(simulator, 0) for simulator in simulators]
    urls = [f"http://127.0.0.1:{server.bind_addr[1]}" for server in servers]
    try:
        with mock_aws():
            boto3.setup_default_session()
            yield Account(monkeypatch, *urls)
    finally:
        # Also when the account could not be made: a server left behind keeps pytest from ending.
        for server in servers:
            server.stop()


@pytest.fixture
def load(account: Account) -> Iterator[Load]:
    """Makes a function's module as Lambda's first start does."""
    made = []

    def load_one(job: str) -> ModuleType:
        made.append(_load(job))
        return made[-1]

    yield load_one
    for module in made:
        if hasattr(module, "sessions"):
            module.sessions.close()


def _load(job: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"{job}_app", ROOT / "functions" / job / "app.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def event(name: str, **body: Any) -> dict[str, Any]:
    """A sample event from events/, its messages' bodies exchanged where given."""
    loaded: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text())
    if body:
        loaded["Records"][0]["body"] = json.dumps(body)
    return loaded


def ready_invoice(severa: SeveraState) -> dict[str, Any]:
    customer = severa.add_customer(name="Kund AB", number=1001)
    severa.add_address(customer, billing=True)
    project = severa.add_project(customer, name="Webb", number=501)
    severa.add_work_type(name="Konsult", code="KONSULT")
    row = Row(row_type=RowType.HOURS, measurement_unit="h", codes=("KONSULT",))
    return severa.add_invoice(customer, projects=[project], rows=[row], status="Ready for transfer")


def test_the_scheduled_poll_asks_for_one_poll_per_connection(
    account: Account, load: Load, severa: SeveraState, fortnox: FortnoxState
) -> None:
    account.connect(severa, fortnox)

    answer = load("severa_poll").handler(event("severa_poll_schedule"), Context())

    assert answer == {"connections": 1}
    assert account.queued(account.polls) == ["acme"]


def test_the_queued_poll_queues_the_ready_invoices(
    account: Account, load: Load, severa: SeveraState, fortnox: FortnoxState
) -> None:
    account.connect(severa, fortnox)
    invoice = ready_invoice(severa)

    answer = load("severa_poll").handler(event("severa_poll_connection"), Context())

    assert answer == {"batchItemFailures": []}
    [body] = account.queued(account.invoices)
    assert Work.from_json(body) == Work("acme", Kind.INVOICE, invoice["guid"], Cause.POLL)


def test_a_queued_invoice_is_transferred(
    account: Account, load: Load, severa: SeveraState, fortnox: FortnoxState
) -> None:
    account.connect(severa, fortnox)
    invoice = ready_invoice(severa)
    message = event("invoice_transfer", connection="acme", kind="invoice", id=invoice["guid"], cause="poll")

    answer = load("invoice_transfer").handler(message, Context())

    assert answer == {"batchItemFailures": []}
    assert severa.status_of(invoice)["name"] == "Transferred"
    assert len(list(fortnox.invoices)) == 1
    assert [e.outcome for e in account.store.log.of("acme", Kind.INVOICE, invoice["guid"])] == [Outcome.TRANSFERRED]


def test_a_customer_of_severa_is_made_in_fortnox(
    account: Account, load: Load, severa: SeveraState, fortnox: FortnoxState
) -> None:
    account.connect(severa, fortnox)
    customer = severa.add_customer(name="Kund AB", number=1001)
    severa.add_address(customer, billing=True)
    severa.add_project(customer, name="Webb", number=501)
    message = event("register_sync", connection="acme", kind="customer", id=customer["guid"], cause="poll")

    answer = load("register_sync").handler(message, Context())

    assert answer == {"batchItemFailures": []}
    assert [(each["CustomerNumber"], each["Name"]) for each in fortnox.customers] == [("1001", "Kund AB")]
    link = account.store.links.by_severa("acme", Kind.CUSTOMER, customer["guid"])
    assert link is not None
    assert link.fortnox_id == "1001"


def test_the_customer_of_fortnox_that_the_sample_names_is_made_in_severa(
    account: Account, load: Load, severa: SeveraState, fortnox: FortnoxState
) -> None:
    account.connect(severa, fortnox)
    fortnox.add_customer(CustomerNumber="1001", Name="Kund AB")

    answer = load("register_sync").handler(event("register_sync"), Context())

    assert answer == {"batchItemFailures": []}
    link = account.store.links.by_fortnox("acme", Kind.CUSTOMER, "1001")
    assert link is not None
    [entry] = account.store.log.of("acme", Kind.CUSTOMER, link.severa_id)
    assert (entry.outcome, entry.foreign_id) == (Outcome.CREATED, "1001")
    transfer = account.store.transfers.get("acme", Kind.CUSTOMER, "1001", System.FORTNOX)
    assert transfer is not None
    assert (transfer.state, transfer.foreign_id) == (State.DONE, link.severa_id)


def test_a_message_is_not_begun_without_time_to_finish_it(
    account: Account, load: Load, severa: SeveraState, fortnox: FortnoxState
) -> None:
    account.connect(severa, fortnox)
    invoice = ready_invoice(severa)
    message = event("invoice_transfer", connection="acme", kind="invoice", id=invoice["guid"], cause="poll")

    answer = load("invoice_transfer").handler(message, Context(remaining_ms=5_000))

    assert [each["itemIdentifier"] for each in answer["batchItemFailures"]] == [message["Records"][0]["messageId"]]
    assert len(list(fortnox.invoices)) == 0


def test_a_message_that_is_not_ours_fails_alone(
    account: Account, load: Load, severa: SeveraState, fortnox: FortnoxState
) -> None:
    account.connect(severa, fortnox)
    invoice = ready_invoice(severa)
    message = event("invoice_transfer", connection="acme", kind="invoice", id=invoice["guid"], cause="poll")
    [good] = message["Records"]
    bad = {**good, "messageId": "bad", "body": "{}", "attributes": {**good["attributes"], "MessageGroupId": "other"}}

    answer = load("invoice_transfer").handler({"Records": [bad, good]}, Context())

    assert answer == {"batchItemFailures": [{"itemIdentifier": "bad"}]}
    assert severa.status_of(invoice)["name"] == "Transferred"


def test_later_messages_of_a_failed_one_wait_behind_it(
    account: Account, load: Load, severa: SeveraState, fortnox: FortnoxState
) -> None:
    account.connect(severa, fortnox)
    invoice = ready_invoice(severa)
    message = event("invoice_transfer", connection="acme", kind="invoice", id=invoice["guid"], cause="poll")
    [good] = message["Records"]
    bad = {**good, "messageId": "bad", "body": "{}"}

    answer = load("invoice_transfer").handler({"Records": [bad, good]}, Context())

    assert [each["itemIdentifier"] for each in answer["batchItemFailures"]] == ["bad", good["messageId"]]
    assert len(list(fortnox.invoices)) == 0


def test_a_connection_that_lacks_a_secret_is_told_about_once(
    account: Account, load: Load, severa: SeveraState, fortnox: FortnoxState
) -> None:
    account.connect(severa, fortnox)
    boto3.client("secretsmanager").delete_secret(
        SecretId=f"{account.secrets}/connection/acme", ForceDeleteWithoutRecovery=True
    )
    handler = load("severa_poll").handler

    assert handler(event("severa_poll_connection"), Context()) == {"batchItemFailures": []}
    assert handler(event("severa_poll_connection"), Context()) == {"batchItemFailures": []}

    [mail] = account.queued(account.mailbox)
    assert f"{account.secrets}/connection/acme" in json.loads(mail)["Message"]
    assert account.queued(account.invoices) == []


def test_the_sweeper_takes_up_what_a_dead_worker_left(
    account: Account, load: Load, severa: SeveraState, fortnox: FortnoxState
) -> None:
    account.connect(severa, fortnox)
    invoice = ready_invoice(severa)
    account.store.transfers.claim(
        "acme", Kind.INVOICE, invoice["guid"], reference="r", payload_hash="h", owner="dead", lease_seconds=-1
    )

    assert load("sweeper").handler(event("sweeper_schedule"), Context()) == {"taken_up": 1}

    [body] = account.queued(account.invoices)
    assert Work.from_json(body) == Work("acme", Kind.INVOICE, invoice["guid"], Cause.SWEEPER)


def test_the_sweeper_takes_up_a_record_of_fortnox_as_one(
    account: Account, load: Load, severa: SeveraState, fortnox: FortnoxState
) -> None:
    account.connect(severa, fortnox)
    account.store.transfers.claim(
        "acme",
        Kind.CUSTOMER,
        "1001",
        source=System.FORTNOX,
        reference="1001",
        payload_hash="h",
        owner="dead",
        lease_seconds=-1,
    )

    assert load("sweeper").handler(event("sweeper_schedule"), Context()) == {"taken_up": 1}

    [body] = account.queued(account.registers)
    assert Work.from_json(body) == Work("acme", Kind.CUSTOMER, "1001", Cause.SWEEPER, System.FORTNOX)


@pytest.mark.parametrize("job", ["severa_poll", "invoice_transfer", "register_sync", "sweeper"])
def test_a_missing_variable_is_named_at_the_start(
    account: Account, load: Load, monkeypatch: pytest.MonkeyPatch, job: str
) -> None:
    monkeypatch.delenv("STATE_TABLE")
    monkeypatch.delenv("REGISTER_QUEUE_URL")

    with pytest.raises(Exception, match="STATE_TABLE, REGISTER_QUEUE_URL"):
        load(job)


def desks() -> Desks:
    """Any connection of the account, as a function opens it."""
    return Desks(environment(Environment))


@pytest.mark.parametrize("kind", [Kind.CUSTOMER, Kind.PRODUCT, Kind.PROJECT])
def test_work_on_a_register_goes_to_its_own_queue(account: Account, kind: Kind) -> None:
    work = Work("acme", kind, "1001", Cause.POLL, System.FORTNOX)

    desks().queues().put(work, distinct="1")

    [body] = account.queued(account.registers)
    assert Work.from_json(body) == work
    assert account.queued(account.invoices) == []


def test_work_on_an_invoice_goes_to_its_own_queue(account: Account) -> None:
    work = Work("acme", Kind.INVOICE, "guid", Cause.POLL)

    desks().queues().put(work, distinct="1")

    [body] = account.queued(account.invoices)
    assert Work.from_json(body) == work
    assert account.queued(account.registers) == []


@pytest.mark.parametrize("kind", [Kind.COST, Kind.PAYMENT])
def test_work_that_nobody_does_is_not_queued(account: Account, kind: Kind) -> None:
    with pytest.raises(Bug, match=f"no queue for {kind}"):
        desks().queues().put(Work("acme", kind, "1", Cause.POLL), distinct="1")


def test_the_same_id_of_both_systems_is_queued_for_both(account: Account) -> None:
    queue = desks().register_queue()
    for system in (System.SEVERA, System.FORTNOX, System.SEVERA):
        queue.put(Work("acme", Kind.CUSTOMER, "1001", Cause.POLL, system), distinct="1")

    found = {Work.from_json(body).system for body in account.queued(account.registers)}
    assert found == {System.SEVERA, System.FORTNOX}
