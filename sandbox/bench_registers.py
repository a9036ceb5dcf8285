"""`make bench-registers`: a whole company loaded both ways at the vendors' own pace, and loaded again.

It prints what was measured and what was promised: no duplicate, everything as stated by hand (`sandbox.registers`), a
second load without a write, the report of the first comparisons in seconds. It ends with 1 when a promise is broken.
"""

from __future__ import annotations

import argparse
import gc
import os
import re
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing.queues import Queue
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import boto3
from rich.console import Console
from rich.table import Table

from sandbox.bench import CLIENT, CONNECTION, CONTEXT, LIMITS, busiest, calls_of, deploy, emulator
from sandbox.fortnox import FortnoxSimulator, FortnoxState
from sandbox.registers import build, missed
from sandbox.registers.ends import foretold_links
from sandbox.severa import SeveraSimulator, SeveraState
from sandbox.simulator import serve
from severa_fortnox.decisions.decision import Refuse
from severa_fortnox.flows.comparison import Comparison, compare, without_pauses
from severa_fortnox.flows.load import apply
from severa_fortnox.settings import Settings
from severa_fortnox.wiring import Sessions, VendorEnvironment, environment
from severa_fortnox.work import Kind
from severa_fortnox_cli.report import page, sheet, table
from severa_fortnox_cli.report.build import rows_of
from severa_fortnox_cli.report.model import Report

KINDS = (Kind.CUSTOMER, Kind.PRODUCT, Kind.PROJECT)
#: The share of the slower vendor's limit that a phase must reach when it takes that many seconds.
GOAL, LONG = 0.9, 30.0
#: How long the report of the whole company may take once the lists are read.
REPORT_SECONDS = 5.0
#: A path that names one customer, article, project or product.
SINGLE = re.compile(r"/(customers|articles|projects|products|worktypes|travelexpensetypes)/[^/]+$")
WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})


@dataclass(frozen=True)
class Phase:
    """One comparison or load.

    Args:
        deciding: seconds from the last answer to the last decision; of comparisons.
    """

    name: str
    seconds: float
    calls: Mapping[str, list[dict[str, Any]]]
    deciding: float = 0.0

    @property
    def bound(self) -> str:
        """The vendor whose limit the phase meets first."""
        return max(LIMITS, key=lambda system: len(self.calls[system]) / LIMITS[system])

    @property
    def share(self) -> float:
        """How much of that limit was used, from the phase's first call to its last."""
        times = [call["at"] for calls in self.calls.values() for call in calls]
        spent = max(times, default=0.0) - min(times, default=0.0)
        return len(self.calls[self.bound]) / LIMITS[self.bound] / spent if spent > 1 else 0.0

    @property
    def writes(self) -> int:
        """Calls that change something."""
        return sum(call["method"] in WRITES for calls in self.calls.values() for call in calls)


class Bench:
    """A company, its two vendors and the integration between them.

    Args:
        at_once: records in flight.
    """

    def __init__(self, sessions: Sessions, urls: Mapping[str, str], at_once: int, console: Console) -> None:
        self.sessions, self.urls, self.at_once, self.console = sessions, urls, at_once, console
        self.phases: list[Phase] = []

    def compare(self, kind: Kind, name: str) -> Comparison:
        """A comparison, measured."""
        with self._measured(f"{name}: compare {kind}s") as note:
            found = compare(self.sessions.session(CONNECTION), kind, create_missing=True, at_once=self.at_once)
            note.append(found.seconds[1])
        return found

    def load(self, kind: Kind, comparison: Comparison, name: str) -> None:
        """A load, measured."""
        with self._measured(f"{name}: load {kind}s"):
            session = self.sessions.session(CONNECTION)
            loaded = apply(session, comparison, who="bench", at_once=self.at_once, sleep=time.sleep)
        left = {"drifted": len(loaded.drifted), "refused": len(loaded.refused), "failed": len(loaded.failed)}
        self.console.print(f"  {name} {kind}s: {dict(loaded.done)} {left} {[str(each) for each in loaded.failed[:2]]}")

    @without_pauses()
    def report(self, found: Sequence[Comparison]) -> list[str]:
        """The report of these comparisons, measured from the last list that was read; what was promised and broken."""
        settings = self.sessions.session(CONNECTION).settings
        began = time.monotonic()
        rows = [row for each in found for row in rows_of(each, settings, lambda *_: "unlink", every_card=False)]
        kinds = tuple(each.kind for each in found)
        made = Report(CONNECTION, "Bench AB", kinds, datetime.now(UTC), 0.0, {}, tuple(rows))
        with TemporaryDirectory() as folder:
            pages = {"html": page.to_html(made), "csv": table.to_csv(made), "json": table.to_json(made)}
            for name, text in pages.items():
                (Path(folder) / f"report.{name}").write_text(text, encoding="utf-8")
            sheet.write(made, Path(folder) / "report.xlsx")
        built = time.monotonic() - began
        decided = sum(each.seconds[1] for each in found)
        self.console.print(f"  report of {len(rows)} rows: {decided:.1f} s to decide, {built:.1f} s to build and write")
        seconds = decided + built
        return [f"report: {seconds:.1f} s after the lists"] if seconds > REPORT_SECONDS else []

    def links(self) -> dict[Kind, list[tuple[str, str]]]:
        """What is linked now."""
        of = self.sessions.store.links.all
        return {kind: [(link.severa_id, link.fortnox_id) for link in of(CONNECTION, kind)] for kind in KINDS}

    @contextmanager
    def _measured(self, name: str) -> Iterator[list[float]]:
        before = {system: len(calls_of(url)) for system, url in self.urls.items()}
        note: list[float] = []
        began = time.monotonic()
        with self.console.status(name):
            yield note
        seconds = time.monotonic() - began
        calls = {system: calls_of(url)[before[system] :] for system, url in self.urls.items()}
        self.phases.append(Phase(name, seconds, calls, sum(note)))


def run(customers: int, products: int, projects: int, latency: float, at_once: int, console: Console) -> list[str]:
    """Load the company twice; the answer is which promises were broken."""
    broken = []
    with _vendors((customers, products, projects), latency) as vendors, emulator() as aws:
        urls, settings, ask, told = vendors
        statuses = {"ready": "none", "transferred": "other"}
        variables = deploy(aws, urls["severa"], urls["fortnox"], Settings.model_validate(settings), statuses)
        os.environ.update(variables)
        boto3.setup_default_session()
        bench = Bench(Sessions(environment(VendorEnvironment, variables)), urls, at_once, console)
        predicted: dict[Kind, tuple[set[tuple[str, str]], set[str]]] = {}
        first = []
        for kind in KINDS:
            comparison = bench.compare(kind, "first")
            first.append(comparison)
            predicted[kind] = foretold_links(comparison)
            bench.load(kind, comparison, "first")
        broken += bench.report(first)
        links = bench.links()
        ask.put({kind: pairs for kind, pairs in links.items()})
        broken += told.get()
        for kind in KINDS:
            both, new = predicted[kind]
            made = {link for link in links[kind] if link[1] not in new}, {link[1] for link in links[kind]} & new
            if made != predicted[kind] or len(links[kind]) != len(both) + len(new):
                broken.append(f"{kind}: {len(links[kind])} links were made, {len(both) + len(new)} predicted")
        for kind in KINDS:
            comparison = bench.compare(kind, "second")
            broken += _beyond_lists(bench.phases[-1], len(comparison.of(Refuse)))
            bench.load(kind, comparison, "second")
    broken += _judged(bench.phases)
    console.print(_table(bench.phases))
    return broken


def _beyond_lists(phase: Phase, refused: int) -> list[str]:
    """Single records that were read although nothing changed; a refusal may rest on what no list shows."""
    single = [call["path"] for calls in phase.calls.values() for call in calls if SINGLE.search(call["path"])]
    return [f"{phase.name}: {len(single)} records read beside the lists"] if len(single) > refused else []


def _judged(phases: list[Phase]) -> list[str]:
    broken = []
    for phase in phases:
        for system, calls in phase.calls.items():
            refused = sum(call["status"] == 429 for call in calls)
            if refused:
                broken.append(f"{phase.name}: {refused} calls refused by {system} for pace")
        if phase.seconds > LONG and phase.share < GOAL:
            broken.append(f"{phase.name}: {phase.share:.1%} of {phase.bound}'s limit")
        if phase.name.startswith("second") and phase.writes:
            broken.append(f"{phase.name}: {phase.writes} writes")
        if phase.name.startswith("second: load") and any(phase.calls.values()):
            broken.append(f"{phase.name}: calls beyond the listings")
    if busiest([call for phase in phases for call in phase.calls["fortnox"]], 5.0) > 25:
        broken.append("more than 25 Fortnox calls in 5 s")
    return broken


def _table(phases: list[Phase]) -> Table:
    shown = Table(title="A company loaded both ways", title_justify="left")
    for column in (
        "phase",
        "seconds",
        "Severa calls",
        "Fortnox calls",
        "writes",
        "bound by",
        "of its limit",
        "deciding",
    ):
        shown.add_column(column, justify="left" if column == "phase" else "right")
    for phase in phases:
        share = f"{phase.share:.1%}" if phase.share else "-"
        numbers = (str(len(phase.calls["severa"])), str(len(phase.calls["fortnox"])), str(phase.writes))
        deciding = f"{phase.deciding:.2f} s" if phase.deciding else ""
        shown.add_row(phase.name, f"{phase.seconds:.1f}", *numbers, phase.bound, share, deciding)
    return shown


@contextmanager
def _vendors(size: tuple[int, int, int], latency: float) -> Iterator[tuple[dict[str, str], dict[str, Any], Any, Any]]:
    ready: Queue[Any] = CONTEXT.Queue()
    ask: Queue[Any] = CONTEXT.Queue()
    told: Queue[list[str]] = CONTEXT.Queue()
    process = CONTEXT.Process(target=_serve, args=(size, latency, ready, ask, told), daemon=True)
    process.start()
    try:
        urls, settings = ready.get()
        yield urls, settings, ask, told
    finally:
        process.terminate()
        process.join()


def _serve(size: tuple[int, int, int], latency: float, ready: Any, ask: Any, told: Any) -> None:
    severa, fortnox = SeveraState(seed=5), FortnoxState()
    company = build(severa, fortnox, customers=size[0], products=size[1], projects=size[2])
    simulators = SeveraSimulator(severa, latency=latency), FortnoxSimulator(fortnox, latency=latency)
    simulators[0].access.add_client(*CLIENT)
    # A vendor does not stand still to look through its registers for garbage.
    gc.disable()
    urls = [f"http://127.0.0.1:{serve(simulator, 0).bind_addr[1]}" for simulator in simulators]
    ready.put((dict(zip(("severa", "fortnox"), urls, strict=True)), dict(company.settings)))
    told.put(missed(company, severa, fortnox, ask.get()))
    while True:
        time.sleep(3600)


def main() -> None:
    """Measure and judge."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--customers", type=int, default=3000)
    arguments.add_argument("--products", type=int, default=400)
    arguments.add_argument("--projects", type=int, default=1500)
    arguments.add_argument("--latency", type=float, default=0.1)
    arguments.add_argument("--at-once", type=int, default=12)
    given = arguments.parse_args()
    console = Console(width=140)
    broken = run(given.customers, given.products, given.projects, given.latency, given.at_once, console)
    for each in broken[:40]:
        console.print(f"[red]broken: {each}")
    sys.exit(1 if broken else 0)


if __name__ == "__main__":
    main()
