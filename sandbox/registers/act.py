"""The demo's registers: a small company is loaded with the operator's command, edited in both systems, and followed."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from sandbox.fortnox import FortnoxSimulator
from sandbox.registers.showcase import SETTINGS, Showcase, Stated
from sandbox.severa import SeveraSimulator
from sandbox.simulator import Simulator
from sandbox.stack import Stack
from severa_fortnox.errors import System
from severa_fortnox.queues import WorkQueue
from severa_fortnox.store import Store
from severa_fortnox.store.log import Entry, Outcome
from severa_fortnox.work import Cause, Kind, Work

CONNECTION = "sydvind"
SEVERA_CLIENT = ("register-client", "register-secret")
KINDS = (Kind.CUSTOMER, Kind.PRODUCT, Kind.PROJECT)
#: Seconds the edits may take to arrive before what is not there counts as missed.
PATIENCE = 60.0
WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
Typed = Callable[..., None]


class RegisterAct:
    """A company of its own, with its own limits, beside the one whose invoices are transferred.

    Args:
        typed: types a command: `typed(stack, words, given)`.
    """

    def __init__(self, console: Console, typed: Typed) -> None:
        self._console, self._type = console, typed
        self.showcase = Showcase()
        self.severa = SeveraSimulator(self.showcase.severa)
        self.severa.access.add_client(*SEVERA_CLIENT)
        self.fortnox = FortnoxSimulator(self.showcase.fortnox)
        self.results: list[tuple[str, Stated, bool]] = []
        self._entries: list[Entry] = []
        self._failures: list[str] = []

    @contextmanager
    def loading(self, stack: Stack) -> Iterator[None]:
        """The company is connected and loaded while the block runs; at its end it is looked at."""
        secrets = {"severa_client_id": SEVERA_CLIENT[0], "severa_client_secret": SEVERA_CLIENT[1]}
        tenant = str(self.showcase.fortnox.tenant_id)
        words = ["connection", "add", CONNECTION, "--name", "Sydvind AB", "--fortnox-tenant", tenant, "--secrets", "-"]
        self._type(stack, words, json.dumps(secrets))
        statuses = ["ready_status", "Ready for transfer", "transferred_status", "Transferred"]
        pairs = [part for name, value in SETTINGS.items() for part in (name, value)]
        self._type(stack, ["settings", "set", CONNECTION, *statuses, *pairs, "--force"])
        thread = threading.Thread(target=self._load, args=(stack,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            with self._console.status("The registers are loaded"):
                thread.join(PATIENCE)
        self.results += [("The load", each, each.is_met()) for each in self.showcase.loaded()]

    def edit(self, stack: Stack) -> None:
        """People work on in both systems, and both are followed."""
        told = self.showcase.edit()
        stated = self.showcase.followed()
        stack.invoke("SeveraPollFunction", {})
        queue = WorkQueue(stack.aws.client("sqs"), stack.outputs["RegisterQueueUrl"])
        for kind, number in told:
            queue.put(Work(CONNECTION, kind, number, Cause.EVENT, System.FORTNOX), distinct=str(time.time()))
        columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        until = time.monotonic() + PATIENCE
        with Progress(*columns, TimeElapsedColumn(), console=self._console) as bar:
            task = bar.add_task("Edits in both systems are followed", total=len(stated))
            while (met := [self._is_met(stack, each) for each in stated]) and not all(met):
                bar.update(task, completed=sum(met))
                if time.monotonic() > until:
                    break
                time.sleep(0.5)
            bar.update(task, completed=sum(met))
        self.results += [("The edits", each, is_met) for each, is_met in zip(stated, met, strict=True)]
        self._entries = list(_store(stack).log.newest(CONNECTION, 1000))

    def report(self, mails: Sequence[Mapping[str, str]]) -> dict[str, Any]:
        """What happened, for each kind and direction, and which promises were broken."""
        missed = [f"{act}: {each.name}" for act, each, is_met in self.results if not is_met] + self._failures
        happened = Counter((entry.kind, *what) for entry in self._entries if (what := _what(entry)) is not None)
        stated: Counter[What] = Counter((each.kind, each.end, each.to) for _, each, _ in self.results)
        if happened != stated:
            missed.append(f"the log says {_spelled(happened)} instead of {_spelled(stated)}")
        refused = [each for _, each, _ in self.results if each.end == "refused" and each.subject]
        about = [mail for mail in mails if "9001" in mail["Subject"]]
        if len(about) != len(refused):
            missed.append(f"mails about refused customers: {len(about)} came, {len(refused)} are due")
        twice = self.showcase.twice()
        missed += [f"{number} is in Severa twice" for number in twice]
        busiest = self.fortnox.journal.busiest(5.0, path=r"(?!.*/token$).*")
        if busiest > 25:
            missed.append(f"Fortnox calls of the registers in 5 s: {busiest}")
        return {
            **{f"{kind}s": _by_direction(kind, happened) for kind in KINDS},
            "duplicates": len(twice),
            "calls": {"severa": _calls(self.severa), "fortnox": _calls(self.fortnox)},
            "writes": {"severa": _calls(self.severa, WRITES), "fortnox": _calls(self.fortnox, WRITES)},
            "met": sum(is_met for *_, is_met in self.results),
            "missed": missed,
        }

    def show(self) -> None:
        """Each record with its end."""
        table = Table(title="Registers", title_justify="left", header_style="bold", show_lines=False)
        for column in ("When", "Record", "Ended", "As stated"):
            table.add_column(column, overflow="fold")
        for act, each, is_met in self.results:
            where = f" {'towards' if each.end == 'refused' else 'in'} {str(each.to).capitalize()}" if each.to else ""
            said = "[green]yes[/green]" if is_met else "[red]no[/red]"
            table.add_row(act, f"{each.kind} {each.name}", f"{each.end}{where}", said)
        self._console.print(table)

    def _load(self, stack: Stack) -> None:
        for kind in KINDS:
            try:
                self._type(stack, ["load", f"{kind}s", CONNECTION, "--yes"])
            except RuntimeError as failure:
                self._failures.append(str(failure))

    def _is_met(self, stack: Stack, stated: Stated) -> bool:
        if stated.subject and _store(stack).problems.get(CONNECTION, stated.subject) is None:
            return False
        return stated.is_met()


def _store(stack: Stack) -> Store:
    return Store(stack.aws.client("dynamodb"), stack.outputs["StateTable"], stack.outputs["TransferLogTable"])


What = tuple[Kind, str, System | None]


def _what(entry: Entry) -> tuple[str, System | None] | None:
    """What a log line about a record says; None for others."""
    if entry.kind not in KINDS or entry.id == "load":
        return None
    to = System.SEVERA if " in Severa" in entry.text.partition(":")[0] else System.FORTNOX
    match entry.outcome:
        case Outcome.CREATED:
            return "created", to
        case Outcome.UPDATED:
            return "updated", to
        case Outcome.LINKED:
            return "linked", None
        case Outcome.REFUSED:
            return "refused", System.FORTNOX
        case _:
            return None


def _spelled(counts: Counter[What]) -> str:
    return ", ".join(
        f"{count} {kind}s {end} {to or ''}".strip() for (kind, end, to), count in sorted(counts.items(), key=str)
    )


def _by_direction(kind: Kind, counts: Counter[What]) -> dict[str, Any]:
    ends = ("created", "updated", "refused")
    directions = {f"to_{to}": {end: counts[kind, end, to] for end in ends} for to in (System.FORTNOX, System.SEVERA)}
    return {"linked": counts[kind, "linked", None], **directions}


def _calls(simulator: Simulator, methods: frozenset[str] = frozenset({"GET", *WRITES})) -> int:
    """The calls that count: token requests do not."""
    calls = (call for call in simulator.journal.calls if not call.path.lower().endswith("/token"))
    return sum(call.method in methods for call in calls)
