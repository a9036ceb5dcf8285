"""The one place where parts are put together: environment in, opened connections out.

Everything is made once in a container and kept: clients, tokens, limiters. A connection's settings are read again after
a minute, so a change takes effect without a deployment.
"""

from __future__ import annotations

import os
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, TypeVar

import boto3
from botocore.config import Config
from pydantic import BaseModel, ConfigDict, ValidationError

from severa_fortnox.alerts.topic import AlertTopic
from severa_fortnox.credentials import Credentials
from severa_fortnox.errors import Misconfigured, System
from severa_fortnox.flows.registers import RegisterReader
from severa_fortnox.flows.session import Desk, Patience, Session
from severa_fortnox.fortnox.auth import Auth, ClientCredentials, RefreshGrant
from severa_fortnox.fortnox.client import FortnoxClient
from severa_fortnox.http import Http
from severa_fortnox.queues import PollQueue, WorkQueue, WorkQueues
from severa_fortnox.settings import Settings
from severa_fortnox.severa.client import SeveraClient, SeveraCredentials
from severa_fortnox.store import Store
from severa_fortnox.store.connections import Connection
from severa_fortnox.tokens import TokenCache


class Environment(BaseModel):
    """The variables every function has."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    stage: str
    state_table: str
    log_table: str
    transfer_log_years: int
    alert_topic_arn: str
    invoice_queue_url: str
    register_queue_url: str
    severa_record_link: str = ""
    fortnox_record_link: str = ""
    #: Seconds for which settings and the connection itself are believed.
    settings_seconds: float = 60.0


class VendorEnvironment(Environment):
    """And those of a function that calls Severa and Fortnox."""

    secrets_prefix: str
    severa_api_url: str
    fortnox_api_url: str
    fortnox_auth_url: str
    settle_seconds: float = Patience.settle


class PollEnvironment(VendorEnvironment):
    """And that of the function that fans polls out."""

    poll_queue_url: str


Variables = TypeVar("Variables", bound=Environment)


def environment(model: type[Variables], variables: Mapping[str, str] | None = None) -> Variables:
    """The function's variables, validated at its start.

    Args:
        variables: instead of the process's own, for tests.

    Raises:
        Misconfigured: names each variable that is missing or wrong.
    """
    given = {name.lower(): value for name, value in (os.environ if variables is None else variables).items()}
    try:
        return model.model_validate(given)
    except ValidationError as error:
        wrong = ", ".join(str(item["loc"][0]).upper() for item in error.errors())
        raise Misconfigured(
            f"environment variables missing or wrong: {wrong}",
            system=System.OURS,
            operation="start",
            code="environment",
        ) from None


@dataclass(frozen=True)
class Aws:
    """The AWS services, each client made when it is first needed; starting a client costs 50 ms."""

    make: Callable[[str], Any]
    _made: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def default(cls) -> Aws:
        """With boto3's own configuration, and retries for a service that is briefly too busy."""
        session = boto3.Session()
        config = Config(retries={"mode": "standard", "max_attempts": 4}, connect_timeout=3, read_timeout=10)
        return cls(lambda name: session.client(name, config=config))  # type: ignore[call-overload]

    def __getitem__(self, name: str) -> Any:
        if name not in self._made:
            self._made[name] = self.make(name)
        return self._made[name]


class Desks:
    """Opens what noting and telling needs, for any connection of the stack."""

    #: Whether a connection that is switched off opens too: for a person who looks before switching it on.
    even_off = False

    def __init__(self, variables: Environment, aws: Aws | None = None, clock: Callable[[], float] = time.time) -> None:
        self.variables = variables
        self.aws = aws or Aws.default()
        self.clock = clock
        days = variables.transfer_log_years * 366
        self.store = Store(self.aws["dynamodb"], variables.state_table, variables.log_table, clock, log_days=days)
        self._read: dict[str, tuple[float, Connection, Settings]] = {}

    def connections(self) -> list[Connection]:
        """The connections that are switched on."""
        return [connection for connection in self.store.connections.all() if connection.active]

    def desk(self, id: str) -> Desk:
        """The connection's desk, with an owner's name of its own.

        Raises:
            Misconfigured: there is no such connection, or it is switched off.
        """
        read = self._read.get(id)
        if read is None or self.clock() - read[0] > self.variables.settings_seconds:
            read = (self.clock(), self._connection(id), self.store.settings.get(id).settings)
            self._read[id] = read
        links = {"severa": self.variables.severa_record_link, "fortnox": self.variables.fortnox_record_link}
        return Desk(
            connection=read[1],
            settings=read[2],
            store=self.store,
            post=AlertTopic(self.aws["sns"], self.variables.alert_topic_arn).send,
            clock=self.clock,
            owner=uuid.uuid4().hex,
            links={system: link for system, link in links.items() if link},
            command=f"severa-fortnox --stage {self.variables.stage}",
        )

    def invoice_queue(self) -> WorkQueue:
        """The queue of invoices."""
        return WorkQueue(self.aws["sqs"], self.variables.invoice_queue_url)

    def register_queue(self) -> WorkQueue:
        """The queue of customers, products and projects."""
        return WorkQueue(self.aws["sqs"], self.variables.register_queue_url)

    def queues(self) -> WorkQueues:
        """Both, for whoever finds work of any kind."""
        return WorkQueues(self.invoice_queue(), self.register_queue())

    def _connection(self, id: str) -> Connection:
        connection = self.store.connections.get(id)
        if connection is None or not (connection.active or self.even_off):
            what = "is switched off" if connection else "does not exist"
            raise Misconfigured(
                f"connection {id} {what}", system=System.OURS, operation="open connection", code="connection"
            )
        return connection


class Sessions(Desks):
    """Opens whole connections, with clients to both systems."""

    def __init__(
        self, variables: VendorEnvironment, aws: Aws | None = None, clock: Callable[[], float] = time.time
    ) -> None:
        super().__init__(variables, aws, clock)
        self._vendors = variables
        self._credentials = Credentials(self.aws["secretsmanager"], variables.secrets_prefix)
        self._http = {system: Http(system) for system in (System.SEVERA, System.FORTNOX)}
        self._lock = threading.Lock()
        self._clients: dict[str, tuple[float, tuple[SeveraClient, FortnoxClient, RegisterReader]]] = {}

    def session(self, id: str) -> Session:
        """The opened connection, with an owner's name of its own.

        Raises:
            Misconfigured: there is no such connection, it is switched off, or its secrets are not usable.
        """
        desk = self.desk(id)
        read_at = self._read[id][0]
        with self._lock:
            # With the connection its secrets are read again: a rotated one takes effect as a changed setting does.
            if id not in self._clients or self._clients[id][0] != read_at:
                self._clients[id] = (read_at, self._connect(desk.connection))
        severa, fortnox, registers = self._clients[id][1]
        return Session(
            **{each.name: getattr(desk, each.name) for each in fields(desk) if each.name != "patience"},
            patience=Patience(settle=self._vendors.settle_seconds),
            severa=severa,
            fortnox=fortnox,
            registers=registers,
            readings=severa.readings,
        )

    def close(self) -> None:
        """Give the connections to both systems back."""
        for http in self._http.values():
            http.close()

    def _connect(self, connection: Connection) -> tuple[SeveraClient, FortnoxClient, RegisterReader]:
        secret = self._credentials.connection(connection.id)
        severa = SeveraClient(
            self._http[System.SEVERA],
            self._vendors.severa_api_url,
            SeveraCredentials(secret.severa_client_id, secret.severa_client_secret),
            self.store.pace(connection.id, System.SEVERA),
            TokenCache(self.store.tokens.of(connection.id), self.clock),
            self.clock,
        )
        fortnox = FortnoxClient(
            self._http[System.FORTNOX],
            self._vendors.fortnox_api_url,
            self._auth(connection),
            self.store.pace(connection.id, System.FORTNOX),
        )
        return severa, fortnox, RegisterReader(connection.id, severa, fortnox, self.store, self.clock)

    def _auth(self, connection: Connection) -> Auth:
        app = self._credentials.app()
        http, url = self._http[System.FORTNOX], self._vendors.fortnox_auth_url
        if connection.fortnox_grant == "refresh_token":
            pair = self.store.tokens.refreshing(connection.id)
            return RefreshGrant(http, url, app.client_id, app.client_secret, pair, self.clock)
        tokens = TokenCache(self.store.tokens.of(connection.id), self.clock)
        return ClientCredentials(
            http, url, app.client_id, app.client_secret, connection.fortnox_tenant, tokens, self.clock
        )


def poll_queue(sessions: Desks, variables: PollEnvironment) -> PollQueue:
    """The queue that fans polls out."""
    return PollQueue(sessions.aws["sqs"], variables.poll_queue_url)
