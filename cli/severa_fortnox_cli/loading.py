"""severa-fortnox load: show what would be done to a register, do it when somebody agrees, and look again."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from typing import Annotated, Any

import typer
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from severa_fortnox.alerts.catalogue import explain, reason_of
from severa_fortnox.decisions.decision import Create, Link, Refuse, Skip, Update
from severa_fortnox.decisions.pairs import NewInSevera, Writes
from severa_fortnox.errors import System
from severa_fortnox.flows.comparison import Comparison, Looked, compare
from severa_fortnox.flows.comparison import Progress as Told
from severa_fortnox.flows.load import Loaded, LoadRunning, apply
from severa_fortnox.reason import Reason
from severa_fortnox_cli.failures import Failure
from severa_fortnox_cli.opening import RegisterName, open_session
from severa_fortnox_cli.render import moment, text
from severa_fortnox_cli.run import Run

#: Records of one group that a preview shows; the report shows all.
SHOWN = 20


class Change(StrEnum):
    """What can be chosen of a load."""

    CREATE = "create"
    LINK = "link"
    UPDATE = "update"


_CHANGES: dict[type, Change] = {Create: Change.CREATE, Link: Change.LINK, Update: Change.UPDATE}


def load(
    context: typer.Context,
    register: Annotated[RegisterName, typer.Argument(help="Which register.", show_default=False)],
    id: Annotated[str, typer.Argument(metavar="ID", help="The connection.", show_default=False)],
    create_missing: Annotated[
        bool | None,
        typer.Option(
            "--create-missing/--only-link",
            help="Create records without a counterpart however old they are, or none. Left out: as the settings say.",
            show_default=False,
        ),
    ] = None,
    only: Annotated[
        list[Change] | None, typer.Option("--only", help="Do only these; may be repeated.", show_default=False)
    ] = None,
    number: Annotated[
        list[str] | None,
        typer.Option(
            "--number", help="Do only the record of this number or code; may be repeated.", show_default=False
        ),
    ] = None,
    every_card: Annotated[
        bool,
        typer.Option("--every-card", help="Read every linked record whole, not only what a list shows as changed."),
    ] = False,
    release_brake: Annotated[
        bool, typer.Option("--release-brake", help="Go on although a side looks empty or too much would change.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Agree beforehand.")] = False,
    at_once: Annotated[int, typer.Option("--at-once", min=1, max=32, help="Records in flight.")] = 8,
) -> None:
    """Bring a register into step both ways: shows what would be done, asks, does it, and looks again."""
    run = Run.of(context)
    run.connection(id)
    session = open_session(run.stack, id)
    with progress(run) as told:
        found = compare(
            session, register.kind, create_missing=create_missing, every_card=every_card, at_once=at_once, progress=told
        )
    chosen = [each for each in found.looked if _is_chosen(each, only or (), number or ())]
    preview(run, register, found, chosen)
    if found.brake and not release_brake:
        raise Failure(
            "; ".join(explain(reason).cause for reason in found.brake),
            f"{explain(found.brake[0]).fix}; if it is meant: {run.command('load', register, id, '--release-brake')}",
        )
    if not chosen:
        run.output.remark("Nothing is to be done.")
        return
    run.require_consent(
        f"Do this to {len(chosen)} {register} of {id}?", yes=yes, command=("load", str(register), id, "--yes")
    )
    try:
        with progress(run) as told:
            loaded = apply(
                session, found, chosen=chosen, who=run.stack.who(), at_once=at_once, progress=told, sleep=time.sleep
            )
    except LoadRunning as other:
        raise Failure(
            f"{other.who} is loading the {register} of {id}",
            f"wait until it has ended; if it was killed, it may be taken up after {text(moment(other.until))}",
        ) from None
    _tell(run, register, loaded)
    with progress(run) as told:
        left = compare(session, register.kind, create_missing=create_missing, at_once=at_once, progress=told)
    _tell_left(run, register, id, left)


def preview(run: Run, register: RegisterName, found: Comparison, chosen: Sequence[Looked]) -> None:
    """What would be done, counts first, then every group."""
    meant = {id(each) for each in chosen}
    rows = [_values(each) | {"chosen": id(each) in meant} for each in found.looked]
    if run.output.json:
        for row in rows:
            run.output.record(row, ())
        return
    counts = Counter(row["what"] for row in rows)
    run.output.record({}, (f"{found.in_severa} {register} in Severa, {found.in_fortnox} in Fortnox:",))
    run.output.record({}, [f"  {count:>6}  {what}" for what, count in counts.most_common()])
    for what in counts:
        group = [row for row in rows if row["what"] == what and what != "in step"]
        if not group:
            continue
        run.output.record({}, ("", f"{what[:1].upper()}{what[1:]} ({len(group)})"))
        run.output.table(group[:SHOWN], {"Record": "name", "Why": "why", "Fix": "fix"}, none="")
        if len(group) > SHOWN:
            run.output.record({}, (f"  ... and {len(group) - SHOWN} more; all of them: severa-fortnox report",))


@contextmanager
def progress(run: Run) -> Iterator[Told]:
    """A bar for each thing that is counted, with how much is left; nothing where nobody looks."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    times = (TextColumn("{task.fields[rate]}"), TimeElapsedColumn(), TimeRemainingColumn())
    tasks: dict[str, tuple[TaskID, float]] = {}
    with Progress(*columns, *times, console=run.output.remarks, disable=not run.output.remarks.is_terminal) as bars:

        def told(what: str, done: int, total: int | None) -> None:
            if what not in tasks:
                tasks[what] = (bars.add_task(what, total=total, rate=""), time.monotonic())
            task, began = tasks[what]
            spent = time.monotonic() - began
            rate = f"{done / spent:.1f}/s" if spent > 1 else ""
            bars.update(task, completed=done, total=total, rate=rate)

        yield told


def _is_chosen(looked: Looked, only: Sequence[Change], numbers: Sequence[str]) -> bool:
    if not looked.is_change or (only and _CHANGES[type(looked.decision)] not in only):
        return False
    return not numbers or looked.pair.number in numbers


def _values(looked: Looked) -> dict[str, Any]:
    """One pair for a program, and the words for a person."""
    pair, decision = looked.pair, looked.decision
    what, why, fix = "in step", "", ""
    following = looked.following
    match decision:
        case Create(plan=plan, notes=notes):
            what = f"created in {'Severa' if isinstance(plan, NewInSevera) else 'Fortnox'}"
            why = _sentences(notes)
        case Link(origin=origin, notes=notes):
            changes = _changes(following.plan) if isinstance(following, Update) else ""
            what, why = "linked", "; ".join(filter(None, (f"same {origin}", changes, _sentences(notes))))
            if isinstance(following, Refuse):
                why, fix = f"{why}; then waits: {_sentences(following.reasons)}", _fixes(following.reasons)
        case Update(plan=writes):
            what, why = f"updated in {_name(writes.to)}", _changes(writes)
        case Refuse(reasons=reasons):
            what, why, fix = "waits for somebody", _sentences(reasons), _fixes(reasons)
        case Skip(reason=reason) if reason.code != "in-step":
            what, why, fix = "left alone", explain(reason).cause, explain(reason).fix
    return {
        "name": pair.name,
        "number": pair.number,
        "severa": pair.severa_id,
        "fortnox": pair.fortnox_id,
        "what": what,
        "why": why,
        "fix": fix,
    }


def _changes(writes: Writes) -> str:
    """The fields that are written, with both values and both systems named."""
    other = System.FORTNOX if writes.to is System.SEVERA else System.SEVERA
    to, of = _name(writes.to), _name(other)
    return "; ".join(
        f"{each.field.label}: {each.old or 'nothing'} ({to}) becomes {each.new or 'nothing'} ({of})"
        for each in writes.changes
    )


def _tell(run: Run, register: RegisterName, loaded: Loaded) -> None:
    for what, count in loaded.done.items():
        run.output.record({"done": what, "count": count}, (f"{count} {register} {what}.",))
    for looked in loaded.drifted:
        values = {"drifted": looked.pair.name}
        run.output.record(values, (f"{looked.pair.name} changed since the preview and was left alone.",))
    for name, reasons in loaded.refused:
        values = {"refused": name, "why": _sentences(reasons), "fix": _fixes(reasons)}
        run.output.record(values, (f"{name} was refused: {values['why']}. Fix: {values['fix']}.",))
    for name, failure in loaded.failed:
        cause = explain(reason_of(failure)).cause
        run.output.record({"failed": name, "why": cause}, (f"{name} could not be done in time: {cause}.",))


def _tell_left(run: Run, register: RegisterName, id: str, left: Comparison) -> None:
    open_ones = [each for each in left.looked if each.is_change]
    waiting = left.of(Refuse)
    values = {"left": len(open_ones), "waiting": len(waiting)}
    if not open_ones and not waiting:
        run.output.record(values, (f"Looked again: all {register} are in step, nothing is left.",))
        return
    lines = [f"Looked again: {len(open_ones)} are left to do, {len(waiting)} wait for somebody."]
    lines += [f"  {each.pair.name}: {_values(each)['why']}" for each in [*open_ones, *waiting][:SHOWN]]
    run.output.record(values, [*lines, f"All of them: {run.command('report', id)}"])


def _sentences(reasons: Sequence[Reason]) -> str:
    return "; ".join(explain(reason).cause for reason in reasons)


def _fixes(reasons: Sequence[Reason]) -> str:
    return "; ".join(dict.fromkeys(filter(None, (explain(reason).fix for reason in reasons))))


def _name(system: System) -> str:
    return str(system).capitalize()
