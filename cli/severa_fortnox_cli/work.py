"""The commands about work: poll, log, problems, retry."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import typer

from severa_fortnox.alerts.catalogue import explain
from severa_fortnox.store.log import Entry, Outcome
from severa_fortnox.store.problems import Problem
from severa_fortnox.work import Cause, Kind, Work
from severa_fortnox_cli.failures import Failure
from severa_fortnox_cli.render import Column, moment, text
from severa_fortnox_cli.run import Run

#: What a person sees of a log line.
LOG_COLUMNS: dict[str, Column] = {
    "WHEN": "at",
    "CONNECTION": "connection",
    "WHAT": "name",
    "OUTCOME": "outcome",
    "TEXT": "text",
}

#: Characters; drafts are called by the first eight of their guid.
_GUID_BEGINNING = 8

OneOrAll = Annotated[
    str | None, typer.Argument(metavar="[ID]", help="One connection; left out: all of them.", show_default=False)
]


def poll(context: typer.Context, id: OneOrAll = None) -> None:
    """Ask for a poll now instead of waiting for the schedule."""
    run = Run.of(context)
    if id is not None:
        asked = [run.switched_on(id)]
    else:
        asked = [connection for connection in run.connections(None) if connection.active]
    if not asked:
        on = run.command("connection", "on", "ID")
        raise Failure("no connection is switched on, so there is nothing to poll", f"switch one on: {on}")
    for connection in asked:
        run.stack.poll_queue.put(connection.id)
        line = f"Asked for a poll of {connection.id} ({connection.name})."
        run.output.record({"connection": connection.id, "asked": "poll"}, (line,))
    where = run.command("log", *([id] if id else []))
    run.output.remark(f"It runs within seconds; what comes of it: {where}")


def log(
    context: typer.Context,
    id: OneOrAll = None,
    outcome: Annotated[
        Outcome | None, typer.Option("--outcome", help="Only what ended so.", show_default=False)
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="How many lines.")] = 20,
    of: Annotated[
        tuple[Kind, str] | None,
        typer.Option("--of", metavar="KIND GUID", help="Only one record, e.g. invoice GUID.", show_default=False),
    ] = None,
) -> None:
    """Show what happened, the newest first."""
    run = Run.of(context)
    store = run.stack.store
    entries: list[Entry] = []
    for connection in run.connections(id):
        if of is None:
            entries += store.log.newest(connection.id, limit, outcome)
        else:
            found = store.log.of(connection.id, *of)
            entries += [entry for entry in found if outcome is None or entry.outcome is outcome]
    # One connection's lines keep the log's own order where two share a moment.
    entries.sort(key=lambda entry: entry.at, reverse=True)
    rows = [entry_values(entry) for entry in entries[:limit]]
    run.output.table(rows, LOG_COLUMNS, none="The log has nothing about it.")


def problems(context: typer.Context, id: OneOrAll = None) -> None:
    """Show what needs a person: what, why, what to do, and since when."""
    run = Run.of(context)
    store = run.stack.store
    found = [
        problem_values(problem)
        for connection in run.connections(id)
        for problem in store.problems.all_open(connection.id)
    ]
    for values in found:
        run.output.record(values, problem_lines(run, values))
    run.output.remark(f"{_count(len(found), 'problem')} open." if found else "No problems are open.")


def retry(
    context: typer.Context,
    id: Annotated[str, typer.Argument(metavar="ID", help="The connection.", show_default=False)],
    target: Annotated[
        str,
        typer.Argument(
            metavar="[INVOICE|all]",
            help="An invoice's guid, or its number when it has an open problem; all: every invoice with one.",
        ),
    ] = "all",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Agree beforehand.")] = False,
) -> None:
    """Look again now at one invoice, or at all that have an open problem."""
    run = Run.of(context)
    connection = run.switched_on(id)
    open_ones = run.stack.store.problems.all_open(id)
    known = [_Invoice.of(problem) for problem in open_ones if problem.subject.startswith(f"{Kind.INVOICE}#")]
    chosen = known if target == "all" else [_chosen(run, id, known, target)]
    if not chosen:
        fix = f"for the connection's own problems: {run.command('poll', id)}" if open_ones else ""
        raise Failure(f"no invoice of {id} has an open problem, so there is nothing to retry", fix)
    names = "; ".join(invoice.name for invoice in chosen)
    run.require_consent(
        f"Look again at {_count(len(chosen), 'invoice')} of {connection.name}: {names}?",
        yes=yes,
        command=("retry", id, target, "--yes"),
    )
    asked_at = moment(run.stack.clock()).isoformat()
    queue = run.stack.invoice_queue
    for invoice in chosen:
        queue.put(Work(id, Kind.INVOICE, invoice.guid, Cause.PERSON), distinct=asked_at)
        values = {"connection": id, "kind": Kind.INVOICE, "id": invoice.guid, "name": invoice.name, "asked": "retry"}
        run.output.record(values, (f"Asked for another look at {invoice.name}.",))
    run.output.remark(f"It runs within seconds; what comes of it: {run.command('log', id)}")


def entry_values(entry: Entry) -> dict[str, Any]:
    """A log line for a program."""
    return {
        "at": moment(entry.at),
        "connection": entry.connection,
        "kind": entry.kind,
        "id": entry.id,
        "name": entry.name or f"{entry.kind} {entry.id}",
        "outcome": entry.outcome,
        "text": entry.text,
        "cause": entry.cause,
        "foreign_id": entry.foreign_id,
        "detail": entry.detail,
    }


def problem_values(problem: Problem) -> dict[str, Any]:
    """A problem for a program, its reasons in the catalogue's words."""
    kind, _, id = problem.subject.partition("#")
    words = [(reason.code, explain(reason)) for reason in problem.reasons]
    return {
        "connection": problem.connection,
        "kind": kind,
        "id": id,
        "name": problem.name,
        "since": moment(problem.opened_at),
        "last_seen": moment(problem.last_seen_at),
        "count": problem.count,
        "next_try": moment(problem.retry_at),
        "reasons": [{"code": code, "cause": each.cause, "fix": each.fix, "who": each.who} for code, each in words],
        "detail": problem.detail,
    }


def problem_lines(run: Run, values: Mapping[str, Any]) -> Sequence[str]:
    """The same for a person."""
    times = "once" if values["count"] == 1 else f"{values['count']} times"
    lines = ["", f"{values['connection']}: {values['name']}, since {text(values['since'])}, met {times}"]
    detail = [values["detail"][key] for key in ("customer", "amount", "date") if values["detail"].get(key)]
    if detail:
        lines.append(f"  {', '.join(detail)}")
    for reason in values["reasons"]:
        lines.append(f"  Why: {reason['cause']}.")
        if reason["fix"]:
            lines.append(f"  Fix: {reason['fix']} ({reason['who']}).")
    again = (
        ("retry", values["connection"], values["id"])
        if values["kind"] == Kind.INVOICE
        else ("poll", values["connection"])
    )
    return [*lines, f"  Then: {run.command(*again)}"]


@dataclass(frozen=True)
class _Invoice:
    """An invoice to look at again."""

    guid: str
    name: str

    @classmethod
    def of(cls, problem: Problem) -> _Invoice:
        return cls(problem.subject.partition("#")[2], problem.name)

    @property
    def number(self) -> str:
        """The number in a name such as "invoice 1042 Kund AB"; "" for a draft, which has none yet."""
        word = [*self.name.split(), "", ""][1]
        return word if word.isdecimal() else ""

    def is_meant_by(self, target: str) -> bool:
        """Whether somebody means this invoice: its number, its guid, or enough of the guid's beginning."""
        return target == self.number or (len(target) >= _GUID_BEGINNING and self.guid.startswith(target.lower()))


def _chosen(run: Run, id: str, known: Sequence[_Invoice], target: str) -> _Invoice:
    """The invoice somebody means; one without an open problem only by its whole guid.

    Raises:
        Failure: it is neither a guid nor the number of one with an open problem.
    """
    matches = [invoice for invoice in known if invoice.is_meant_by(target)]
    if len(matches) == 1:
        return matches[0]
    try:
        guid = str(uuid.UUID(target))
    except ValueError:
        names = "; ".join(f"{invoice.name} ({invoice.guid})" for invoice in known) or "none"
        raise Failure(
            f"{target!r} is neither a guid nor the number of one invoice of {id} with an open problem",
            f"invoices with an open problem: {names}",
        ) from None
    latest = run.stack.store.log.of(id, Kind.INVOICE, guid)
    return _Invoice(guid, next((entry.name for entry in latest if entry.name), f"invoice {guid}"))


def _count(number: int, what: str) -> str:
    return f"{number} {what}" + ("" if number == 1 else "s")
