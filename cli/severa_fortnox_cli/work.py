"""The commands about work: poll, log, problems, retry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer

from severa_fortnox.alerts.catalogue import explain
from severa_fortnox.store import Store
from severa_fortnox.store.log import Entry, Outcome
from severa_fortnox.store.problems import Problem
from severa_fortnox.work import Cause, Kind, Work
from severa_fortnox_cli.failures import Failure
from severa_fortnox_cli.records import is_guid
from severa_fortnox_cli.render import Column, counted, moment, text
from severa_fortnox_cli.retrying import RETRIED, Target, meant_by, of_problem
from severa_fortnox_cli.run import Run

#: What a person sees of a log line.
LOG_COLUMNS: dict[str, Column] = {
    "WHEN": "at",
    "CONNECTION": "connection",
    "WHAT": "name",
    "OUTCOME": "outcome",
    "TEXT": "text",
}

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
        typer.Option(
            "--of",
            metavar="KIND ID",
            help="Only one record, by Severa's guid or Fortnox's number, e.g. invoice GUID.",
            show_default=False,
        ),
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
            kind, record = of
            subjects = _subjects(store, connection.id, kind, record)
            found = [entry for subject in subjects for entry in store.log.of(connection.id, kind, subject)]
            entries += [entry for entry in found if outcome is None or entry.outcome is outcome]
    # One connection's lines keep the log's own order where two share a moment.
    entries.sort(key=lambda entry: entry.at, reverse=True)
    rows = [entry_values(entry) for entry in entries[:limit]]
    none = "The log has nothing about it."
    if of is not None and not is_guid(of[1]):
        none += " A record of Severa's that is not linked has to be named by its guid, which the report shows."
    run.output.table(rows, LOG_COLUMNS, none=none)


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
    if found:
        run.output.remark(f"{counted(len(found), 'problem')} open.")
        return
    report = run.command("report", id or "ID")
    run.output.remark(f"No problems are open. What a load would refuse is shown by: {report}")


def retry(
    context: typer.Context,
    id: Annotated[str, typer.Argument(metavar="ID", help="The connection.", show_default=False)],
    target: Annotated[
        str,
        typer.Argument(
            metavar="[RECORD|all]",
            help="An invoice's, customer's, product's or project's guid, or its number or code when it has an open "
            "problem; all: every record with one.",
        ),
    ] = "all",
    kind: Annotated[
        Kind | None,
        typer.Option("--kind", help="Only such records, where one number means several.", show_default=False),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Agree beforehand.")] = False,
) -> None:
    """Look again now at one record, or at all that have an open problem."""
    run = Run.of(context)
    connection = run.switched_on(id)
    open_ones = run.stack.store.problems.all_open(id)
    known = [each for problem in open_ones if (each := of_problem(problem)) and kind in (None, each.work.kind)]
    chosen = known if target == "all" else [_chosen(run, id, known, target, kind)]
    if not chosen:
        fix = f"for the connection's own problems: {run.command('poll', id)}" if open_ones else ""
        raise Failure(f"no {kind or 'record'} of {id} has an open problem, so there is nothing to retry", fix)
    names = "; ".join(each.name for each in chosen)
    kinds = {each.work.kind for each in chosen}
    what = counted(len(chosen), str(kinds.pop()) if len(kinds) == 1 else "record")
    only = ("--kind", str(kind)) if kind else ()
    run.require_consent(
        f"Look again at {what} of {connection.name}: {names}?", yes=yes, command=("retry", id, target, *only, "--yes")
    )
    asked_at = moment(run.stack.clock()).isoformat()
    for each in chosen:
        run.stack.queues.put(each.work, distinct=asked_at)
        about = {"connection": id, "kind": each.work.kind, "id": each.work.id, "system": each.work.system}
        run.output.record({**about, "name": each.name, "asked": "retry"}, (f"Asked for another look at {each.name}.",))
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
    system = values["detail"].get("system")
    if system:
        lines.insert(2, f"  In {str(system).capitalize()}: {values['id']}")
    return [*lines, f"  Then: {run.command(*_again(values))}"]


def _subjects(store: Store, connection: str, kind: Kind, record: str) -> list[str]:
    """What the log may know the record by: as it was named, and the guid of the one it is linked to."""
    link = store.links.by_fortnox(connection, kind, record)
    return [record, *([link.severa_id] if link and link.severa_id != record else [])]


def _again(values: Mapping[str, Any]) -> tuple[str, ...]:
    """What to run when it is mended."""
    if values["kind"] in RETRIED:
        # Records of other kinds may have the same number, a guid only one has.
        only = () if is_guid(values["id"]) else ("--kind", values["kind"])
        return ("retry", values["connection"], values["id"], *only)
    subject, _, kind = values["id"].partition("#")
    if subject != "registers":
        return ("poll", values["connection"])
    # Too many changes at once: first they must be looked at.
    return ("report", values["connection"], *([f"{kind}s"] if kind else []))


def _chosen(run: Run, id: str, known: Sequence[Target], target: str, kind: Kind | None) -> Target:
    """The record somebody means; one without an open problem only by its whole guid.

    Raises:
        Failure: it is neither a guid nor the number of one with an open problem.
    """
    matches = meant_by(target, known)
    if len(matches) == 1:
        return matches[0]
    listed = "; ".join(f"{each.name} ({each.work.id})" for each in matches or known) or "none"
    if matches:
        raise Failure(f"{target!r} means several records of {id}: {listed}", "give the guid, or --kind")
    if not is_guid(target):
        raise Failure(
            f"{target!r} is neither a guid nor the number of one {kind or 'record'} of {id} with an open problem",
            f"those with an open problem: {listed}",
        )
    guid = target.lower()
    logs = {each: run.stack.store.log.of(id, each, guid) for each in ([kind] if kind else RETRIED)}
    meant = next((each for each, entries in logs.items() if entries), kind or Kind.INVOICE)
    name = next((entry.name for entry in logs[meant] if entry.name), f"{meant} {guid}")
    return Target(Work(id, meant, guid, Cause.PERSON), name)
