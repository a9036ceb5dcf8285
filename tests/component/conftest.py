"""Two real engines for the store and what stands on it: moto in this process and ministack as a process of its own."""

from __future__ import annotations

import os
import socket
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from moto import mock_aws

from severa_fortnox.store import Store
from severa_fortnox.store.schema import create_tables

ROOT = Path(__file__).parents[2]
START_SECONDS = 30.0


@dataclass
class Clock:
    """A clock that a test moves; sleeping moves it too."""

    now: float = 1_800_000_000.0
    slept: list[float] = field(default_factory=list)

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@dataclass
class Engine:
    """DynamoDB, as one of its emulations.

    Args:
        atomic: whether it checks a condition and writes without letting another thread in between.
    """

    client: Any
    atomic: bool
    state_table: str
    log_table: str

    @classmethod
    def with_own_tables(cls, client: Any, *, atomic: bool) -> Engine:
        """With two new tables: queries grow slow with what other tests leave behind."""
        suffix = uuid.uuid4().hex[:8]
        engine = cls(client, atomic, f"State-{suffix}", f"TransferLog-{suffix}")
        create_tables(client, engine.state_table, engine.log_table)
        return engine

    def items(self) -> list[dict[str, Any]]:
        """Every item of the State table in wire form; only tests may read a table from end to end."""
        items: list[dict[str, Any]] = self.client.scan(TableName=self.state_table, ConsistentRead=True)["Items"]
        return items

    def log_items(self) -> list[dict[str, Any]]:
        """Every item of the TransferLog table in wire form."""
        items: list[dict[str, Any]] = self.client.scan(TableName=self.log_table, ConsistentRead=True)["Items"]
        return items


def _client(endpoint: str | None) -> Any:
    return boto3.client(
        "dynamodb",
        region_name="eu-north-1",
        endpoint_url=endpoint,
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(max_pool_connections=50, retries={"total_max_attempts": 1}),
    )


def _binary() -> Path:
    return Path(os.environ.get("MINISTACK") or ROOT / ".sandbox/venv/bin/ministack")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"ministack ended with {process.returncode}")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"ministack did not open port {port} within {START_SECONDS:.0f} s")


@pytest.fixture(scope="session")
def ministack_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    binary = _binary()
    if not binary.exists():
        if os.environ.get("REQUIRE_MINISTACK") == "1":
            pytest.fail("REQUIRE_MINISTACK=1, but ministack is not installed (make venv, or MINISTACK=<path>)")
        pytest.skip("ministack is not installed (make venv, or MINISTACK=<path>)")
    port = _free_port()
    place = tmp_path_factory.mktemp("ministack")
    environment = {**os.environ, "BIND_HOST": "127.0.0.1", "GATEWAY_PORT": str(port)}
    with (place / "output").open("wb") as output:
        process = subprocess.Popen([binary], cwd=place, env=environment, stdout=output, stderr=subprocess.STDOUT)
        try:
            _wait_for(port, process)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(timeout=10)


@pytest.fixture(scope="module")
def moto_client() -> Iterator[Any]:
    """Started once a module, because starting takes longer than most tests; every test has tables of its own."""
    with mock_aws():
        yield _client(None)


@pytest.fixture(scope="session")
def ministack_client(ministack_url: str) -> Any:
    return _client(ministack_url)


@pytest.fixture(params=["moto", "ministack"])
def dynamodb(request: pytest.FixtureRequest) -> Engine:
    """An engine with two empty tables of this test's own."""
    client = request.getfixturevalue(f"{request.param}_client")
    return Engine.with_own_tables(client, atomic=request.param != "moto")


@pytest.fixture
def concurrent(dynamodb: Engine) -> Engine:
    """An engine that threads may share."""
    if not dynamodb.atomic:
        pytest.skip("moto checks and writes without a lock, so threads can pass a condition together")
    return dynamodb


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def make_store(dynamodb: Engine, clock: Clock) -> Callable[[], Store]:
    """Another process on the same tables."""
    return lambda: Store(dynamodb.client, dynamodb.state_table, dynamodb.log_table, clock, sleep=clock.sleep)


@pytest.fixture
def store(make_store: Callable[[], Store]) -> Store:
    return make_store()
