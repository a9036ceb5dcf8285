"""The command line as it is run: AWS is moto, Severa and Fortnox are the simulators over loopback.

moto's CloudFormation would bring every service along, so a few lines of HTTP here answer for it.
"""

from __future__ import annotations

import functools
import gc
import json
import sys
import threading
import uuid
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import parse_qs

import boto3
import pytest
from botocore.loaders import create_loader
from moto import mock_aws
from typer.testing import CliRunner, Result

from sandbox.fortnox import FortnoxSimulator, FortnoxState
from sandbox.severa import SeveraSimulator, SeveraState
from sandbox.simulator import Simulator, serve
from severa_fortnox.reason import Reason
from severa_fortnox.settings import Settings
from severa_fortnox.store import Store
from severa_fortnox.store.connections import Connection
from severa_fortnox.store.log import Entry, Outcome
from severa_fortnox.store.schema import create_tables
from severa_fortnox.work import Cause, Kind
from severa_fortnox_cli.main import app

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

REGION = "eu-north-1"
STACK = "severa-fortnox-staging"
TENANT = 4711
_NOWHERE = "http://127.0.0.1:9"
_CLOUDFORMATION = "http://cloudformation.amazonaws.com/doc/2010-05-15/"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The command line leaves its connections to the end of the process, which a test in one process never reaches."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"))


class Terminal(CliRunner):
    """A runner whose standard input is a terminal with somebody at it."""

    @contextmanager
    def isolation(self, *args: Any, **kwargs: Any) -> Generator[Any]:
        with super().isolation(*args, **kwargs) as streams:
            sys.stdin.isatty = lambda: True  # type: ignore[method-assign]
            yield streams


@dataclass
class CloudFormation:
    """Answers DescribeStacks for the stacks it was told of."""

    stacks: dict[str, tuple[dict[str, str], dict[str, str]]] = field(default_factory=dict)
    url: str = ""

    def answer(self, form: Mapping[str, list[str]]) -> tuple[int, str]:
        name = form.get("StackName", [None])[0]
        if name is not None and name not in self.stacks:
            text = f"Stack with id {name} does not exist"
            error = f"<Error><Type>Sender</Type><Code>ValidationError</Code><Message>{text}</Message></Error>"
            return 400, f'<ErrorResponse xmlns="{_CLOUDFORMATION}">{error}</ErrorResponse>'
        shown = "".join(self._stack(each) for each in self.stacks if name in (None, each))
        result = f"<DescribeStacksResult><Stacks>{shown}</Stacks></DescribeStacksResult>"
        return 200, f'<DescribeStacksResponse xmlns="{_CLOUDFORMATION}">{result}</DescribeStacksResponse>'

    def _stack(self, name: str) -> str:
        outputs, parameters = self.stacks[name]
        head = f"<StackName>{name}</StackName><StackStatus>UPDATE_COMPLETE</StackStatus>"
        return f"<member>{head}{_members('Output', outputs)}{_members('Parameter', parameters)}</member>"


def _members(kind: str, values: Mapping[str, str]) -> str:
    members = (
        f"<member><{kind}Key>{key}</{kind}Key><{kind}Value>{value}</{kind}Value></member>"
        for key, value in values.items()
    )
    return f"<{kind}s>{''.join(members)}</{kind}s>"


@dataclass
class Office:
    """A deployed stack, and a person with a command line."""

    cloudformation: CloudFormation
    aws: dict[str, Any]
    store: Store
    queues: dict[str, str]
    secrets_prefix: str
    state_table: str

    def run(self, *words: str, stdin: str | None = None) -> Result:
        """Run in a pipe: nobody can be asked, results are JSON lines."""
        return CliRunner().invoke(app, list(words), input=stdin)

    def at_terminal(self, *words: str, types: str = "") -> Result:
        """Run with a person who types these lines."""
        return Terminal().invoke(app, list(words), input=types)

    def json(self, *words: str) -> list[dict[str, Any]]:
        """The results of a command that succeeds."""
        result = self.run(*words)
        assert result.exit_code == 0, result.output
        return [json.loads(line) for line in result.stdout.splitlines()]

    def parameters(self, **values: str) -> None:
        """Deploy the stack again with other parameters."""
        outputs, parameters = self.cloudformation.stacks[STACK]
        self.cloudformation.stacks[STACK] = (outputs, {**parameters, **values})

    def connection(self, id: str = "acme", *, name: str = "Acme AB", active: bool = True) -> str:
        """A connection that is there already."""
        self.store.connections.add(Connection(id, name, str(TENANT), "client_credentials", active))
        return id

    def settings(self, id: str, **values: Any) -> None:
        """Settings that are there already."""
        stored = self.store.settings.get(id)
        settings = Settings.model_validate({**stored.settings.model_dump(), **values})
        self.store.settings.put(id, settings, expected_version=stored.version, who="user/test")

    def problem(
        self, guid: str, *, name: str, connection: str = "acme", kind: str = "invoice", system: str = ""
    ) -> None:
        """An open problem."""
        reason = Reason("unit-missing", {"unit": "dag", "where": "row 1"})
        detail = {"customer": "Björk & Åström AB", "amount": "1250.00 SEK"}
        if system:
            detail = {"system": system}
        self.store.problems.open(connection, f"{kind}#{guid}", (reason,), name=name, detail=detail)

    def logged(self, guid: str, *, at: float, name: str, connection: str = "acme", ended: Outcome) -> None:
        """A line of the log."""
        self.store.log.add(Entry(connection, at, Kind.INVOICE, guid, ended, f"It was {ended}", Cause.POLL, name))

    def secret(self, name: str) -> dict[str, Any]:
        """A stored secret."""
        text = self.aws["secretsmanager"].get_secret_value(SecretId=f"{self.secrets_prefix}/{name}")["SecretString"]
        values: dict[str, Any] = json.loads(text)
        return values

    def has_secrets(self) -> bool:
        """Whether any secret is stored."""
        ours = [{"Key": "name", "Values": [self.secrets_prefix]}]
        return bool(self.aws["secretsmanager"].list_secrets(Filters=ours)["SecretList"])

    def remembered(self) -> list[str]:
        """The sort keys of what is remembered of records; what is only read again (caches, tokens) is left out."""
        pages = self.aws["dynamodb"].get_paginator("scan").paginate(TableName=self.state_table)
        keys = [item["sk"]["S"] for page in pages for item in page["Items"]]
        return sorted(key for key in keys if key.startswith(("LINK#", "TRANSFER#", "IGNORED#", "PROBLEM#", "LEASE#")))

    def queued(self, queue: str) -> list[str]:
        """The bodies of the messages in a queue."""
        answer = self.aws["sqs"].receive_message(QueueUrl=self.queues[queue], MaxNumberOfMessages=10)
        return [message["Body"] for message in answer.get("Messages", [])]


@dataclass
class Vendors:
    """Both systems, running."""

    severa: SeveraState
    severa_simulator: SeveraSimulator
    fortnox: FortnoxState
    fortnox_simulator: FortnoxSimulator

    SECRETS: ClassVar[dict[str, Any]] = {
        "severa_client_id": "severa-id",
        "severa_client_secret": "severa-secret",
        "fortnox_app": {"client_id": "fortnox-id", "client_secret": "fortnox-secret"},
    }

    @property
    def secrets_json(self) -> str:
        """The secrets that open both, as they are piped in."""
        return json.dumps(self.SECRETS)

    def writes(self) -> list[str]:
        """Everything that was changed in either system; token requests change nothing."""
        calls = [*self.severa_simulator.journal.calls, *self.fortnox_simulator.journal.calls]
        written = [call for call in calls if call.method != "GET" and "token" not in call.path]
        return [f"{call.method} {call.path}" for call in written]

    def guid(self, status: str) -> str:
        """The guid of an invoice status."""
        guid: str = self.severa.status(status)["guid"]
        return guid


@pytest.fixture(scope="session")
def cloudformation_server() -> Iterator[CloudFormation]:
    cloudformation = CloudFormation()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            status, text = cloudformation.answer(form)
            self.send_response(status)
            self.send_header("Content-Type", "text/xml")
            self.send_header("Content-Length", str(len(text.encode())))
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    cloudformation.url = f"http://127.0.0.1:{server.server_port}"
    yield cloudformation
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def cloudformation(cloudformation_server: CloudFormation, monkeypatch: pytest.MonkeyPatch) -> CloudFormation:
    """An AWS account without stacks, and an environment that signs in to it."""
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_DEFAULT_REGION", "SEVERA_FORTNOX_STACK", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.delenv("SEVERA_FORTNOX_STAGE", raising=False)
    monkeypatch.setenv("AWS_REGION", REGION)
    monkeypatch.setenv("AWS_ENDPOINT_URL_CLOUDFORMATION", cloudformation_server.url)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent/config")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent/credentials")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    cloudformation_server.stacks.clear()
    return cloudformation_server


@pytest.fixture(scope="session")
def aws() -> Iterator[dict[str, Any]]:
    """One AWS for all tests: starting it takes longer than most. Each has tables, queues and secrets of its own.

    botocore reads its models from disk for every session, which a process does once and these tests do all the time.
    """
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        patch.setattr("botocore.session.create_loader", functools.cache(create_loader))
        names = ("dynamodb", "sqs", "secretsmanager")
        yield {name: boto3.client(name, region_name=REGION) for name in names}


@pytest.fixture
def office(cloudformation: CloudFormation, aws: dict[str, Any]) -> Office:
    """A stack that is deployed and has no connections yet."""
    own = uuid.uuid4().hex[:8]
    state, log, prefix = f"state-{own}", f"log-{own}", f"severa-fortnox/{own}"
    create_tables(aws["dynamodb"], state, log)
    fifo = {"FifoQueue": "true", "DeduplicationScope": "messageGroup", "FifoThroughputLimit": "perMessageGroupId"}
    queues = {
        "invoices": aws["sqs"].create_queue(QueueName=f"invoices-{own}.fifo", Attributes=fifo)["QueueUrl"],
        "registers": aws["sqs"].create_queue(QueueName=f"registers-{own}.fifo", Attributes=fifo)["QueueUrl"],
        "polls": aws["sqs"].create_queue(QueueName=f"polls-{own}")["QueueUrl"],
    }
    outputs = {
        "StateTable": state,
        "TransferLogTable": log,
        "InvoiceQueueUrl": queues["invoices"],
        "RegisterQueueUrl": queues["registers"],
        "PollQueueUrl": queues["polls"],
        "AlertTopicArn": f"arn:aws:sns:{REGION}:123456789012:alerts-{own}",
        "SecretsPrefix": prefix,
    }
    parameters = {
        "SeveraApiUrl": _NOWHERE,
        "FortnoxApiUrl": _NOWHERE,
        "FortnoxAuthUrl": _NOWHERE,
    }
    cloudformation.stacks[STACK] = (outputs, parameters)
    return Office(cloudformation, aws, Store(aws["dynamodb"], state, log), queues, prefix, state)


@pytest.fixture(scope="module", autouse=True)
def _connections_end_here() -> Iterator[None]:
    """Close what the command line left open where it is expected, and not in another module's test."""
    yield
    gc.collect()


class Line(Simulator):
    """An address whose simulator is exchanged for each test; a server for each would take longer than the tests."""

    def __init__(self) -> None:
        self.other_end: Simulator | None = None

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        assert self.other_end is not None
        return self.other_end(environ, start_response)


@contextmanager
def _served() -> Iterator[tuple[Line, str]]:
    line = Line()
    server = serve(line, 0, threads=2)
    yield line, f"http://127.0.0.1:{server.bind_addr[1]}"
    server.stop()


@pytest.fixture(scope="session")
def lines() -> Iterator[dict[str, tuple[Line, str]]]:
    """The addresses of both systems."""
    with _served() as severa, _served() as fortnox:
        yield {"severa": severa, "fortnox": fortnox}


@pytest.fixture
def vendors(office: Office, lines: dict[str, tuple[Line, str]]) -> Vendors:
    """Severa and Fortnox, at the addresses that the stack was deployed with."""
    severa = SeveraState(seed=1)
    fortnox = FortnoxState(tenant_id=TENANT, client_id="fortnox-id", client_secret="fortnox-secret")
    simulator = SeveraSimulator(severa, rate=None)
    simulator.access.add_client("severa-id", "severa-secret")
    (severa_line, severa_url), (fortnox_line, fortnox_url) = lines["severa"], lines["fortnox"]
    fortnox_simulator = FortnoxSimulator(fortnox, rate=None)
    severa_line.other_end, fortnox_line.other_end = simulator, fortnox_simulator
    office.parameters(
        SeveraApiUrl=f"{severa_url}/rest-api", FortnoxApiUrl=fortnox_url, FortnoxAuthUrl=f"{fortnox_url}/oauth-v1"
    )
    return Vendors(severa, simulator, fortnox, fortnox_simulator)


@pytest.fixture
def connected(office: Office, vendors: Vendors) -> str:
    """A connection that was added through the command line."""
    add = ("connection", "add", "acme", "--name", "Acme AB", "--fortnox-tenant", str(TENANT), "--secrets", "-")
    result = office.run(*add, stdin=vendors.secrets_json)
    assert result.exit_code == 0, result.output
    return "acme"


@dataclass
class Registers:
    """A few records on both sides; the names say what becomes of them.

    Args:
        severa: Severa's customers by number.
    """

    severa: dict[int, dict[str, Any]]


@pytest.fixture
def registers(office: Office, vendors: Vendors, connected: str) -> Registers:
    """Customers to link, to create both ways, to leave alone and to refuse; one is to be updated once it is linked."""
    names = {1001: "Same AB", 1002: "Only Severa AB", 1004: "Prospect AB", 1005: "One AB", 1006: "Agrees AB"}
    made = {
        number: vendors.severa.add_customer(name=name, number=number, kvkNumber=None, email="info@example.se")
        for number, name in names.items()
    }
    for number, customer in made.items():
        vendors.severa.add_address(customer, billing=True)
        if number != 1004:
            vendors.severa.add_project(customer, name=f"Project {number}", number=number + 1000)
    vendors.fortnox.add_customer(CustomerNumber="1001", Name="Same AB", Email="old@example.se")
    vendors.fortnox.add_customer(CustomerNumber="1003", Name="Only Fortnox AB")
    vendors.fortnox.add_customer(CustomerNumber="1005", Name="Quite Different HB")
    vendors.fortnox.add_customer(CustomerNumber="1006", Name="Agrees AB", Email="info@example.se")
    return Registers(made)
