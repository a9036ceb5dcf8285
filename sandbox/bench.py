"""`make bench`: a backlog of invoices against both simulators at the vendors' own pace, as several Lambdas work it off.

Nothing is asserted: it prints what was measured. Simulators, store and workers are processes of their own, so that what
is measured is the integration and not one interpreter's lock.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import time
import urllib.request
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from multiprocessing.queues import Queue
from typing import Any

import boto3
from aws_lambda_powertools import Logger
from rich.console import Console
from rich.table import Table

from sandbox.fortnox import FortnoxSimulator, FortnoxState
from sandbox.ministack import Ministack
from sandbox.severa import Row, RowType, SeveraSimulator, SeveraState
from sandbox.simulator import serve
from severa_fortnox.credentials import ConnectionSecret, Credentials, FortnoxApp
from severa_fortnox.flows.invoices import transfer
from severa_fortnox.settings import Settings
from severa_fortnox.store import Store
from severa_fortnox.store.connections import Connection
from severa_fortnox.store.schema import create_tables
from severa_fortnox.wiring import Sessions, VendorEnvironment, environment
from severa_fortnox.work import Cause, Kind, Work
from severa_fortnox.worker import Worker

CONNECTION = "bench"
CLIENT = ("bench-id", "bench-secret")
FORTNOX = ("sandbox-client", "sandbox-secret", 1000001)
#: Calls a second each vendor permits.
LIMITS = {"severa": 10.0, "fortnox": 5.0}
BATCH = 10
CONTEXT = multiprocessing.get_context("spawn")


@dataclass(frozen=True)
class Measured:
    """One backlog worked off."""

    latency: float
    invoices: int
    seconds: float
    calls: Mapping[str, int]
    refused_for_pace: int
    busiest_fortnox: int
    busiest_severa: int
    store_calls: Mapping[str, int]

    @property
    def slower(self) -> str:
        """The vendor whose limit the backlog meets first."""
        return max(LIMITS, key=lambda system: self.calls[system] / LIMITS[system])

    @property
    def share(self) -> float:
        """How much of the slower vendor's limit was used, from the first call to the last."""
        return self.calls[self.slower] / self.seconds / LIMITS[self.slower]


def measure(invoices: int, latency: float, workers: int) -> Measured:
    """Work off a backlog of plain invoices whose customer, article and project are linked.

    Args:
        latency: seconds each vendor takes to answer.
        workers: processes, each handling batches as one Lambda instance does.
    """
    with _vendors(invoices, latency) as (severa, fortnox, statuses), emulator() as aws:
        variables = deploy(aws, severa, fortnox, Settings(), statuses)
        todo: Queue[list[str] | None] = CONTEXT.Queue()
        done: Queue[dict[str, int]] = CONTEXT.Queue()
        waiting = [each["guid"] for each in _get(f"{severa}/_sandbox/state") if each["status"] == "Ready for transfer"]
        first, *backlog = waiting
        _work(variables, [first])
        before = len(calls_of(severa)), len(calls_of(fortnox))
        for start in range(0, len(backlog), BATCH):
            todo.put(backlog[start : start + BATCH])
        processes = [CONTEXT.Process(target=_worker, args=(variables, todo, done)) for _ in range(workers)]
        for process in processes:
            todo.put(None)
            process.start()
        store_calls: Counter[str] = Counter()
        for _ in processes:
            store_calls.update(done.get())
        for process in processes:
            process.join()
        counted = {"severa": calls_of(severa)[before[0] :], "fortnox": calls_of(fortnox)[before[1] :]}
    times = sorted(call["at"] for calls in counted.values() for call in calls)
    return Measured(
        latency=latency,
        invoices=len(backlog),
        seconds=times[-1] - times[0],
        calls={system: len(calls) for system, calls in counted.items()},
        refused_for_pace=sum(call["status"] == 429 for calls in counted.values() for call in calls),
        busiest_fortnox=busiest(counted["fortnox"], 5.0),
        busiest_severa=busiest(counted["severa"], 1.0),
        store_calls=store_calls,
    )


def _worker(variables: Mapping[str, str], todo: Queue[list[str] | None], done: Queue[dict[str, int]]) -> None:
    counts: Counter[str] = Counter()
    while (guids := todo.get()) is not None:
        counts.update(_work(variables, guids))
    done.put(dict(counts))


#: What the workers report goes to this one.
LOGGER = Logger(service="bench", level="WARNING")
#: One opened stack per emulator.
_SESSIONS: dict[str, Sessions] = {}


def _work(variables: Mapping[str, str], guids: list[str]) -> Counter[str]:
    """One batch, as the invoice_transfer function handles it; the store calls it took."""
    os.environ.update(variables)
    if variables["STATE_TABLE"] not in _SESSIONS:
        boto3.setup_default_session()
        _SESSIONS[variables["STATE_TABLE"]] = Sessions(environment(VendorEnvironment))
    sessions = _SESSIONS[variables["STATE_TABLE"]]
    counts: Counter[str] = Counter()
    sessions.aws["dynamodb"].meta.events.register(
        "before-call.dynamodb", lambda model, **_: counts.update([model.name]), unique_id="bench"
    )
    left = list(guids)
    while left:
        records = [
            {
                "messageId": guid,
                "receiptHandle": guid,
                "body": Work(CONNECTION, Kind.INVOICE, guid, Cause.POLL).to_json(),
                "attributes": {"ApproximateReceiveCount": "1", "MessageGroupId": guid},
            }
            for guid in left
        ]
        answer = Worker(sessions.session, transfer, _NoQueue(), sessions.store.postponed).handle(
            records, lambda: 120_000
        )
        left = [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]
    sessions.aws["dynamodb"].meta.events.unregister("before-call.dynamodb", unique_id="bench")
    return counts


class _NoQueue:
    """A message that fails is simply handled again."""

    def delay(self, receipt: str, seconds: float) -> None:
        time.sleep(min(seconds, 1.0))


def deploy(
    aws: Ministack, severa: str, fortnox: str, settings: Settings, statuses: Mapping[str, str]
) -> dict[str, str]:
    """Tables, secrets and the connection; the environment of a function.

    Args:
        severa: address of the simulator, as `fortnox`.
        statuses: guids of the ready and the transferred status.
    """
    suffix = uuid.uuid4().hex[:8]
    dynamodb = aws.client("dynamodb")
    create_tables(dynamodb, f"State-{suffix}", f"Log-{suffix}")
    credentials = Credentials(aws.client("secretsmanager"), f"bench-{suffix}")
    credentials.put(credentials.app_name, FortnoxApp(client_id=FORTNOX[0], client_secret=FORTNOX[1]))
    secret = ConnectionSecret(severa_client_id=CLIENT[0], severa_client_secret=CLIENT[1])
    credentials.put(credentials.connection_name(CONNECTION), secret)
    store = Store(dynamodb, f"State-{suffix}", f"Log-{suffix}")
    store.connections.add(Connection(CONNECTION, "Bench", str(FORTNOX[2]), "client_credentials"))
    chosen = {"ready_status": statuses["ready"], "transferred_status": statuses["transferred"]}
    settings = Settings.model_validate({**settings.model_dump(), **chosen})
    store.settings.put(CONNECTION, settings, expected_version=0, who="bench")
    return {
        **aws.environment,
        "STAGE": "bench",
        "STATE_TABLE": f"State-{suffix}",
        "LOG_TABLE": f"Log-{suffix}",
        "TRANSFER_LOG_YEARS": "8",
        "ALERT_TOPIC_ARN": "none",
        "INVOICE_QUEUE_URL": "none",
        "REGISTER_QUEUE_URL": "none",
        "SECRETS_PREFIX": f"bench-{suffix}",
        "SEVERA_API_URL": f"{severa}/rest-api",
        "FORTNOX_API_URL": fortnox,
        "FORTNOX_AUTH_URL": f"{fortnox}/oauth-v1",
        "POWERTOOLS_LOG_LEVEL": "WARNING",
        "POWERTOOLS_SERVICE_NAME": "bench",
    }


@contextmanager
def emulator() -> Iterator[Ministack]:
    """AWS on this machine."""
    aws = Ministack()
    try:
        yield aws
    finally:
        aws.stop()


@contextmanager
def _vendors(invoices: int, latency: float) -> Iterator[tuple[str, str, dict[str, str]]]:
    ready: Queue[tuple[str, str, dict[str, str]]] = CONTEXT.Queue()
    process = CONTEXT.Process(target=_serve_vendors, args=(invoices, latency, ready), daemon=True)
    process.start()
    try:
        yield ready.get()
    finally:
        process.terminate()
        process.join()


def _serve_vendors(invoices: int, latency: float, ready: Queue[Any]) -> None:
    severa, fortnox = SeveraState(seed=5), FortnoxState()
    customer = severa.add_customer(name="Kund AB", number=1001)
    severa.add_address(customer, billing=True)
    project = severa.add_project(customer, name="Webb", number=501)
    severa.add_work_type(name="Konsult", code="KONSULT")
    row = Row(quantity=Decimal(8), row_type=RowType.HOURS, measurement_unit="h", codes=("KONSULT",))
    for _ in range(invoices + 1):
        severa.add_invoice(customer, projects=[project], rows=[row], status="Ready for transfer")
    simulators = SeveraSimulator(severa, latency=latency), FortnoxSimulator(fortnox, latency=latency)
    simulators[0].access.add_client(*CLIENT)
    urls = [f"http://127.0.0.1:{serve(simulator, 0).bind_addr[1]}" for simulator in simulators]
    statuses = {
        "ready": severa.status("Ready for transfer")["guid"],
        "transferred": severa.status("Transferred")["guid"],
    }
    ready.put((*urls, statuses))
    while True:
        time.sleep(3600)


def _get(url: str) -> Any:
    with urllib.request.urlopen(url) as answer:
        return json.load(answer)


def calls_of(url: str) -> list[dict[str, Any]]:
    """The calls that count: token requests do not."""
    return [call for call in _get(f"{url}/_sandbox/journal") if not call["path"].lower().endswith("/token")]


def busiest(calls: list[dict[str, Any]], seconds: float) -> int:
    """The most calls in any stretch of that many seconds."""
    times = sorted(call["at"] for call in calls)
    return max((sum(at - seconds < other <= at for other in times) for at in times), default=0)


def main() -> None:
    """Measure at 100 and at 250 ms and print a table."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--invoices", type=int, default=200)
    arguments.add_argument("--workers", type=int, default=2)
    given = arguments.parse_args()
    console = Console()
    table = Table(title=f"{given.invoices} invoices, {given.workers} workers", title_justify="left")
    for column in (
        "answers in",
        "seconds",
        "calls an invoice (Severa, Fortnox)",
        "slower vendor",
        "of its limit",
        "429",
        "Fortnox in any 5 s (25)",
        "Severa in any 1 s (10)",
        "store writes, reads an invoice",
    ):
        table.add_column(column, justify="right")
    for latency in (0.1, 0.25):
        with console.status(f"Vendors answer in {latency * 1000:.0f} ms"):
            found = measure(given.invoices, latency, given.workers)
        reads = sum(found.store_calls[name] for name in ("GetItem", "BatchGetItem", "Query"))
        writes = sum(found.store_calls.values()) - reads
        table.add_row(
            f"{latency * 1000:.0f} ms",
            f"{found.seconds:.1f}",
            f"{found.calls['severa'] / found.invoices:.2f}, {found.calls['fortnox'] / found.invoices:.2f}",
            found.slower,
            f"{found.share:.1%}",
            str(found.refused_for_pace),
            str(found.busiest_fortnox),
            str(found.busiest_severa),
            f"{writes / found.invoices:.1f}, {reads / found.invoices:.1f}",
        )
    console.print(table)


if __name__ == "__main__":
    main()
