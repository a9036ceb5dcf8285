"""The demo's registers: a small company is reported, loaded, edited in both systems, followed, and reported again.

All with the operator's own commands; what the first report foretells must be what the load makes.
"""

from __future__ import annotations

import json
import shutil
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from sandbox.fortnox import FortnoxSimulator
from sandbox.keyboard import Keyboard
from sandbox.ministack import ROOT
from sandbox.registers.ends import KINDS, End, Ended, foretold, logged, not_as_foretold, refused_by_load
from sandbox.registers.showcase import SETTINGS, Showcase, Stated
from sandbox.severa import SeveraSimulator
from sandbox.simulator import Simulator
from sandbox.stack import Stack
from severa_fortnox.errors import System
from severa_fortnox.queues import WorkQueue
from severa_fortnox.store import Store
from severa_fortnox.work import Cause, Kind, Work
from severa_fortnox_cli.report.model import Report
from severa_fortnox_cli.report.table import from_json

CONNECTION = "sydvind"
SEVERA_CLIENT = ("register-client", "register-secret")
#: Folders of the two reports, from the checkout's root.
BEFORE, AFTER = Path(".sandbox/report-before"), Path(".sandbox/report-after")
#: Seconds the edits may take to arrive before what is not there counts as missed.
PATIENCE = 60.0
WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})


class RegisterAct:
    """A company of its own, with its own limits, beside the one whose invoices are transferred.

    Args:
        keyboard: what the commands are typed on.
    """

    def __init__(self, console: Console, keyboard: Keyboard) -> None:
        self._console, self._keyboard = console, keyboard
        self.showcase = Showcase()
        self.severa = SeveraSimulator(self.showcase.severa)
        self.severa.access.add_client(*SEVERA_CLIENT)
        self.fortnox = FortnoxSimulator(self.showcase.fortnox)
        self.results: list[tuple[str, Stated, bool]] = []
        self._foretold: list[Ended] = []
        self._loaded: list[Ended] = []
        self._happened: list[Ended] = []
        self._left: list[Ended] = []
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
        for folder in (BEFORE, AFTER):
            # A report says what changed since the one that it finds.
            shutil.rmtree(ROOT / folder, ignore_errors=True)
        thread = threading.Thread(target=self._load, args=(stack,), daemon=True)
        thread.start()
        yield
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
        self._happened = logged(_store(stack).log.newest(CONNECTION, 1000))
        self._happened += [each for each in self._loaded if each.end == "refused"]
        try:
            self._left = foretold(self._report(stack, AFTER, "--since", str(_file(BEFORE, "json"))))
        except (RuntimeError, OSError, ValueError) as failure:
            self._failures.append(str(failure))

    def report(self, mails: Sequence[Mapping[str, str]]) -> dict[str, Any]:
        """What happened, for each kind and direction, and which promises were broken."""
        missed = [f"{act}: {each.name}" for act, each, is_met in self.results if not is_met] + self._failures
        if not self._failures:
            missed += not_as_foretold(self._foretold, self._loaded)
            missed += [f"left over at the end: {each}" for each in self._left if each.end != "refused"]
        happened = Counter((each.kind, each.end, each.to) for each in self._happened)
        stated: Counter[What] = Counter((each.kind, each.end, each.to) for _, each, _ in self.results)
        if happened != stated:
            missed.append(f"the log says {_spelled(happened)} instead of {_spelled(stated)}")
        waiting = sum(each.end == "refused" for _, each, _ in self.results)
        if (left := sum(each.end == "refused" for each in self._left)) != waiting:
            missed.append(f"the last report leaves {left} records for somebody instead of {waiting}")
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
            **{f"{kind}s": _by_direction(kind, self._happened) for kind in KINDS},
            "foretold": {f"{kind}s": _by_direction(kind, self._foretold) for kind in KINDS},
            "loaded": {f"{kind}s": _by_direction(kind, self._loaded) for kind in KINDS},
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

    def pages(self) -> list[tuple[Path, str]]:
        """The reports that a person opens, from the checkout's root, each with what it shows."""
        return [
            (_file(BEFORE, "html"), "the registers before the load, and what it was to do"),
            (_file(AFTER, "html"), "the registers after the load and the edits, and what changed since"),
        ]

    def _load(self, stack: Stack) -> None:
        try:
            self._foretold = foretold(self._report(stack, BEFORE))
            for kind in KINDS:
                told = self._type(stack, ["load", f"{kind}s", CONNECTION, "--create-missing", "--yes"])
                self._loaded += refused_by_load(kind, told)
            entries = _store(stack).log.newest(CONNECTION, 1000)
            self._loaded += logged(each for each in entries if each.cause is Cause.PERSON)
        except (RuntimeError, OSError, ValueError) as failure:
            self._failures.append(str(failure))

    def _report(self, stack: Stack, folder: Path, *more: str) -> Report:
        self._type(stack, ["report", CONNECTION, "--create-missing", "--output", str(folder), *more])
        return from_json((ROOT / _file(folder, "json")).read_text(encoding="utf-8"))

    def _type(self, stack: Stack, words: Sequence[str], given: str = "") -> str:
        return self._keyboard.type(stack.aws.environment, words, given)

    def _is_met(self, stack: Stack, stated: Stated) -> bool:
        if stated.subject and _store(stack).problems.get(CONNECTION, stated.subject) is None:
            return False
        return stated.is_met()


def _file(folder: Path, format: str) -> Path:
    return folder / f"register-report-{CONNECTION}.{format}"


def _store(stack: Stack) -> Store:
    return Store(stack.aws.client("dynamodb"), stack.outputs["StateTable"], stack.outputs["TransferLogTable"])


What = tuple[Kind, End, System | None]


def _spelled(counts: Counter[What]) -> str:
    return ", ".join(
        f"{count} {kind}s {end} {to or ''}".strip() for (kind, end, to), count in sorted(counts.items(), key=str)
    )


def _by_direction(kind: Kind, ends: Sequence[Ended]) -> dict[str, Any]:
    counts = Counter((each.end, each.to) for each in ends if each.kind is kind)
    written: tuple[End, ...] = ("created", "updated", "refused")
    directions = {f"to_{to}": {end: counts[end, to] for end in written} for to in (System.FORTNOX, System.SEVERA)}
    return {"linked": counts["linked", None], "waiting": counts["refused", None], **directions}


def _calls(simulator: Simulator, methods: frozenset[str] = frozenset({"GET", *WRITES})) -> int:
    """The calls that count: token requests do not."""
    calls = (call for call in simulator.journal.calls if not call.path.lower().endswith("/token"))
    return sum(call.method in methods for call in calls)
