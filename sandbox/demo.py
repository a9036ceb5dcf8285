"""`make demo`: the real template on this machine, two seeded companies, every record with its stated end.

Two vendors are simulated in this process, AWS beside it; the companies are connected and moved on with the same
commands an operator types. One has its invoices transferred, the other its registers loaded and kept in step. Exit code
0 only when every stated expectation is met, 1 when one is not, 130 or 143 when it was stopped.
"""

from __future__ import annotations

import argparse
import json
import re
import signal
import sys
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NoReturn, cast

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from sandbox.company import Act, Company, Expectation, missed, seed
from sandbox.fortnox import FortnoxSimulator, FortnoxState
from sandbox.keyboard import STAGE, Keyboard
from sandbox.mailbox import Mailbox
from sandbox.ministack import ROOT
from sandbox.registers.act import RegisterAct
from sandbox.registers.switchboard import Switchboard
from sandbox.severa import SeveraSimulator, SeveraState
from sandbox.simulator import BACK_DOOR, Simulator, serve
from sandbox.stack import Stack
from severa_fortnox.store import Store
from severa_fortnox.store.log import Outcome
from severa_fortnox.work import Kind

CONNECTION = "nordanvind"
REPORT = ROOT / ".sandbox/report.json"
FUNCTION_LOG = ROOT / ".sandbox/functions.log"
MAILS = ROOT / ".sandbox/mails.txt"
SEVERA_CLIENT = ("demo-client", "demo-secret")
#: Seconds an act may take before what is not there counts as missed.
PATIENCE = 120.0
ABOUT_INVOICES = re.compile(r"(Not transferred|Solved): (invoice|credit note) ")
TOKENS = r"(?!.*/token$).*"


@dataclass
class Demo:
    """One run of the demo.

    Args:
        console: where it is shown.
        keep: whether everything goes on running at the end, until it is stopped.
    """

    console: Console
    keep: bool = False
    severa: SeveraState = field(default_factory=lambda: SeveraState(seed=1))
    fortnox: FortnoxState = field(default_factory=FortnoxState)
    mails: list[dict[str, str]] = field(default_factory=list)
    results: list[tuple[Act, Expectation, list[str]]] = field(default_factory=list)
    severa_url: str = ""
    fortnox_url: str = ""

    def __post_init__(self) -> None:
        self.keyboard = Keyboard(self.console)

    def run(self) -> int:
        """Everything, from the first process to the report; the exit code."""
        began = time.monotonic()
        company = seed(self.severa, self.fortnox)
        severa, fortnox = SeveraSimulator(self.severa), FortnoxSimulator(self.fortnox)
        severa.access.add_client(*SEVERA_CLIENT)
        registers = RegisterAct(self.console, self.keyboard)
        both = Switchboard([severa, registers.severa]), Switchboard([fortnox, registers.fortnox])
        with _served(both[0]) as severa_url, _served(both[1]) as fortnox_url:
            self.severa_url, self.fortnox_url = severa_url, fortnox_url
            with self.console.status("Building the layer, starting AWS on this machine, deploying template.yaml"):
                REPORT.parent.mkdir(exist_ok=True)
                stack = Stack.up(
                    {
                        "SeveraApiUrl": f"{severa_url}/rest-api",
                        "FortnoxApiUrl": fortnox_url,
                        "FortnoxAuthUrl": f"{fortnox_url}/oauth-v1",
                        "SettingsSeconds": "2",
                    },
                    log=FUNCTION_LOG,
                )
            with stack, self.keyboard:
                self.console.print(f"Deployed in {time.monotonic() - began:.0f} s")
                self._connect(stack, company)
                mailbox = Mailbox(stack)
                # Another company with limits of its own: its registers are loaded meanwhile.
                with registers.loading(stack):
                    for act in company.acts:
                        self._play(stack, act)
                registers.edit(stack)
                self.mails = mailbox.read()
                entries = len(list(self._store(stack).log.newest(CONNECTION, 10_000)))
                report = self._report(severa, fortnox, entries, time.monotonic() - began)
                report["registers"] = registers.report(self.mails)
                report["expectations"]["met"] += report["registers"]["met"]
                report["expectations"]["missed"] += report["registers"]["missed"]
                REPORT.write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n")
                self._show(report)
                registers.show()
                self._show_places(registers)
                if self.keep:
                    self._wait(stack)
        return 0 if not report["expectations"]["missed"] else 1

    def _connect(self, stack: Stack, company: Company) -> None:
        """What an operator types to connect a company."""
        secrets = {
            "severa_client_id": SEVERA_CLIENT[0],
            "severa_client_secret": SEVERA_CLIENT[1],
            "fortnox_app": {
                "client_id": self.fortnox.grants.client_id,
                "client_secret": self.fortnox.grants.client_secret,
            },
        }
        tenant = str(self.fortnox.tenant_id)
        name = company.name
        self.keyboard.type(
            stack.aws.environment,
            ["connection", "add", CONNECTION, "--name", name, "--fortnox-tenant", tenant, "--secrets", "-"],
            json.dumps(secrets),
        )
        self._set(stack, company.settings)

    def _set(self, stack: Stack, values: Mapping[str, str], *, force: bool = False) -> None:
        if values:
            names = {status["guid"]: status["name"] for status in self.severa.all("invoice_statuses")}
            pairs = [part for name, value in values.items() for part in (name, names.get(value, value))]
            words = ["settings", "set", CONNECTION, *pairs, *(["--force"] if force else [])]
            self.keyboard.type(stack.aws.environment, words)

    def _play(self, stack: Stack, act: Act) -> None:
        """Change settings and statuses as the act says, let Severa be polled, wait until every invoice has its end."""
        # The act changes who numbers the invoices and keeps the status, which the command warns of.
        self._set(stack, act.settings, force=True)
        for guid in act.ready:
            invoice = self.severa.find("invoices", guid)
            assert invoice is not None
            self.severa.move_invoice(invoice, self.severa.status("Ready for transfer"))
        if act.settings:
            time.sleep(3)  # until the functions have read the changed settings
        stack.invoke("SeveraPollFunction", {})
        bar = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=self.console,
        )
        until = time.monotonic() + PATIENCE
        wrong = {each.name: ["it was not looked at"] for each in act.expectations}
        with bar:
            task = bar.add_task(act.title, total=len(act.expectations))
            while any(wrong.values()) and time.monotonic() < until:
                time.sleep(1)
                wrong = self._look(stack, act)
                bar.update(task, completed=sum(not each for each in wrong.values()))
        self.results += [(act, expectation, wrong[expectation.name]) for expectation in act.expectations]

    def _look(self, stack: Stack, act: Act) -> dict[str, list[str]]:
        """What is not as stated, for each expectation of the act, as both systems and the store show it now."""
        severa = {invoice["guid"]: invoice for invoice in _state(self.severa_url)}
        fortnox, store = _state(self.fortnox_url), self._store(stack)
        wrong = {}
        for expectation in act.expectations:
            problem = store.problems.get(CONNECTION, f"{Kind.INVOICE}#{expectation.invoice}")
            reasons = frozenset(reason.code for reason in problem.reasons) if problem else frozenset()
            entries = store.log.of(CONNECTION, Kind.INVOICE, expectation.invoice)
            done = [entry for entry in entries if entry.outcome is Outcome.TRANSFERRED]
            wrong[expectation.name] = missed(expectation, severa, fortnox, reasons)
            if expectation.transferred and len(done) != 1:
                wrong[expectation.name].append(f"the log has {len(done)} transfers of it")
        return wrong

    def _store(self, stack: Stack) -> Store:
        return Store(stack.aws.client("dynamodb"), stack.outputs["StateTable"], stack.outputs["TransferLogTable"])

    def _report(
        self, severa: SeveraSimulator, fortnox: FortnoxSimulator, entries: int, seconds: float
    ) -> dict[str, Any]:
        ended = {expectation.invoice: (expectation, wrong) for _, expectation, wrong in self.results}
        missed_all = [f"{each.name}: {'; '.join(wrong)}" for _, each, wrong in self.results if wrong]
        # The polls tell of the same trouble with customers and products besides.
        mails = [mail for mail in self.mails if ABOUT_INVOICES.match(mail["Subject"])]
        if len(mails) != self._mails_due():
            missed_all.append(f"mails about invoices: {len(mails)} came, {self._mails_due()} are due")
        references = Counter(invoice["ExternalInvoiceReference1"] for invoice in self.fortnox.invoices)
        done = {guid for guid in ended if references[f"severa-{guid}"]}
        refused = {guid for guid, (expectation, _) in ended.items() if guid not in done and not expectation.transferred}
        twice = sum(count - 1 for reference, count in references.items() if reference and count > 1)
        failed = len(ended) - len(done) - len(refused)
        busiest = fortnox.journal.busiest(5.0, path=TOKENS)
        for what, found, most in (("twice", twice, 0), ("failed", failed, 0), ("Fortnox calls in 5 s", busiest, 25)):
            if found > most:
                missed_all.append(f"{what}: {found}")
        return {
            "invoices": {
                "ready": len(ended),
                "transferred": len(done),
                "refused": len(refused),
                "failed": failed,
                "duplicates": twice,
            },
            "calls": {"severa": _calls(severa), "fortnox": _calls(fortnox)},
            "max_fortnox_calls_in_5s": busiest,
            "mails": len(self.mails),
            "log_entries": entries,
            "seconds": round(seconds, 1),
            "expectations": {
                "met": sum(not wrong for _, _, wrong in self.results),
                "missed": missed_all,
            },
        }

    def _mails_due(self) -> int:
        """One for each refusal, one more when a refused invoice went through later."""
        refused: set[str] = set()
        due = 0
        for _, expectation, _ in self.results:
            due += not expectation.transferred or expectation.invoice in refused
            refused |= set() if expectation.transferred else {expectation.invoice}
        return due

    def _show(self, report: dict[str, Any]) -> None:
        table = Table(title="Invoices", title_justify="left", header_style="bold", show_lines=False)
        for column in ("Act", "Invoice", "Ended", "As stated"):
            table.add_column(column, overflow="fold")
        for act, expectation, wrong in self.results:
            ended = "transferred" if expectation.transferred else f"refused: {', '.join(sorted(expectation.reasons))}"
            table.add_row(act.title, expectation.name, ended, "[red]no[/red]" if wrong else "[green]yes[/green]")
        self.console.print(table)
        MAILS.write_text(
            "\n".join(f"Subject: {mail['Subject']}\n\n{mail['Message']}\n{'-' * 72}" for mail in self.mails)
        )
        mails = Table(title=f"Mails ({len(self.mails)})", title_justify="left", header_style="bold")
        mails.add_column("Subject")
        for mail in self.mails:
            mails.add_row(mail["Subject"])
        self.console.print(mails)
        for text in report["expectations"]["missed"]:
            self.console.print(f"[red]Missed[/red] {text}", highlight=False)
        invoices, calls = report["invoices"], report["calls"]
        self.console.print(
            f"{invoices['ready']} invoices in {len(self.results)} checks: {invoices['transferred']} transferred "
            f"(some after a refusal), {invoices['refused']} refused, {invoices['failed']} failed, "
            f"{invoices['duplicates']} twice; {calls['severa']} calls to Severa, {calls['fortnox']} to Fortnox, "
            f"at most {report['max_fortnox_calls_in_5s']} in 5 s; {report['seconds']:.0f} s"
        )

    def _show_places(self, registers: RegisterAct) -> None:
        """Where there is more to look at."""
        self._say("Open these in a browser; each is there as .xlsx, .csv and .json, too:")
        for page, what in registers.pages():
            self._say(f"  {page}: {what}")
        places = ((REPORT, "Figures of this run"), (MAILS, "Mails"), (FUNCTION_LOG, "What the functions wrote"))
        for place, what in places:
            self._say(f"{what}: {place.relative_to(ROOT)}")

    def _wait(self, stack: Stack) -> None:
        """Tell how to type commands against what runs, until a signal ends it."""
        self._say("Everything goes on running until Ctrl-C. In another terminal:")
        for name, value in {**stack.aws.environment, "SEVERA_FORTNOX_STAGE": STAGE}.items():
            self._say(f"  export {name}={value}")
        self._say(f"  .venv/bin/severa-fortnox log {CONNECTION}")
        threading.Event().wait()

    def _say(self, text: str) -> None:
        self.console.print(text, markup=False, highlight=False, soft_wrap=True)


@contextmanager
def _served(application: Callable[..., Iterable[bytes]]) -> Iterator[str]:
    server = serve(cast(Simulator, application), 0)
    try:
        yield f"http://127.0.0.1:{server.bind_addr[1]}"
    finally:
        server.stop()


def _state(url: str) -> Any:
    """What a simulator shows through its back door."""
    with urllib.request.urlopen(f"{url}{BACK_DOOR}state") as answer:
        return json.load(answer)


def _calls(simulator: Simulator) -> int:
    """The calls that count: token requests do not."""
    return len([call for call in simulator.journal.calls if not call.path.lower().endswith("/token")])


def main() -> int:
    """Run the demo as the command line says; the exit code.

    Raises:
        SystemExit: it was stopped, and has taken down what it started.
    """
    parser = argparse.ArgumentParser(prog="python -m sandbox.demo", description=__doc__.partition("\n\n")[0])
    parser.add_argument("--keep", action="store_true", help="leave everything running at the end, until Ctrl-C")
    given = parser.parse_args()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stop)
    return Demo(Console(), given.keep).run()


def _stop(number: int, _frame: object) -> NoReturn:
    # make and timeout both pass a signal on; a second one must not stop the taking down.
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, signal.SIG_IGN)
    sys.exit(128 + number)


if __name__ == "__main__":
    sys.exit(main())
