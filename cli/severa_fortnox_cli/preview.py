"""What a load would do to a register, for whoever must agree to it: counts first, then every group."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from severa_fortnox.alerts.catalogue import explain
from severa_fortnox.decisions.decision import Create, Link, Refuse, Skip, Update
from severa_fortnox.decisions.pairs import NewInSevera, Writes
from severa_fortnox.errors import System
from severa_fortnox.flows.comparison import Comparison, Looked
from severa_fortnox.reason import Reason
from severa_fortnox_cli.opening import RegisterName
from severa_fortnox_cli.render import Column, counted
from severa_fortnox_cli.run import Run
from severa_fortnox_cli.waiting import waits

#: Lines of one group that a preview shows; the report shows all.
SHOWN = 20

IN_STEP, WAITS, LEFT_ALONE, LINKED = "in step", "waits for somebody", "left alone", "linked"
#: What changes something, in the order it is shown, then what does not.
_ORDER = (
    "created in Fortnox",
    "created in Severa",
    LINKED,
    "updated in Fortnox",
    "updated in Severa",
    WAITS,
    LEFT_ALONE,
    IN_STEP,
)
_FIELDS = {
    "RECORD": "name",
    "WHY": "why",
    "FIELD": "field",
    "IN SEVERA": "severa",
    "IN FORTNOX": "fortnox",
    "WHOSE COUNTS": "owner",
    "FIX": "fix",
    "WHO": "who",
}
#: Without one of the two nobody sees what becomes of a value that is emptied.
_ALWAYS = {"IN SEVERA", "IN FORTNOX"}


def preview(
    run: Run,
    register: RegisterName,
    found: Comparison,
    chosen: Sequence[Looked],
    asked: Sequence[Looked],
    more: str,
) -> None:
    """Show what would be done to those that were chosen, and what stands in the way of the others.

    Args:
        asked: those that somebody asked for by number; all when nobody did.
        more: the command that shows all lines, judged as these were.
    """
    meant = {pair_of(each) for each in chosen}
    rows = [values(each) | {"chosen": pair_of(each) in meant} for each in found.looked]
    asked_for = {pair_of(each) for each in asked}
    if run.output.json:
        for row in rows:
            run.output.record(row, ())
        return
    counts = Counter(row["what"] for row in rows)
    overwritten = Counter(row["then"] for row in rows if row["then"])
    then = "".join(f", {count} of them then {what}" for what, count in sorted(overwritten.items()))
    lines = [f"{counted(found.in_severa, register.kind)} in Severa, {found.in_fortnox} in Fortnox:"]
    lines += [f"  {counts[what]:>6}  {what}{then if what == LINKED else ''}" for what in _ORDER if counts[what]]
    changes = sum(each.is_change for each in found.looked)
    if len(chosen) < changes:
        lines.append(f"Chosen: {len(chosen)} of {changes} that would change something.")
    run.output.record({}, lines)
    for what in _ORDER:
        stuck = what in (WAITS, LEFT_ALONE)
        group = [
            row
            for row in rows
            if row["what"] == what and (row["chosen"] or (stuck and (row["severa"], row["fortnox"]) in asked_for))
        ]
        if group and what != IN_STEP:
            run.output.record({}, ("", f"{what[:1].upper()}{what[1:]} ({len(group)})"))
            # What overwrites something comes first, then as a person counts.
            group.sort(key=lambda row: (not row["fields"], len(row["number"]), row["number"]))
            _group(run, what, group, more)


def values(looked: Looked) -> dict[str, Any]:
    """One pair for a program, and the words for a person."""
    pair, decision = looked.pair, looked.decision
    what, why, then = IN_STEP, "", ""
    reasons: tuple[Reason, ...] = ()
    fields: list[dict[str, str]] = []
    match decision:
        case Create(plan=plan, notes=reasons):
            what = f"created in {'Severa' if isinstance(plan, NewInSevera) else 'Fortnox'}"
        case Link(origin=origin, notes=reasons):
            what, why = LINKED, f"same {origin}"
            match looked.following:
                case Update(plan=writes, notes=notes):
                    then, fields, reasons = f"updated in {named(writes.to)}", _fields(writes), (*reasons, *notes)
                case Refuse(reasons=waiting):
                    why, reasons = f"{why}, then waits", (*reasons, *waiting)
        case Update(plan=writes, notes=reasons):
            what, fields = f"updated in {named(writes.to)}", _fields(writes)
        case Refuse(reasons=reasons):
            what = WAITS
        case Skip(reason=reason) if reason.code != "in-step":
            what, reasons = WAITS if waits(looked) else LEFT_ALONE, (reason,)
    return {
        "name": pair.name,
        "number": pair.number,
        "severa": pair.severa_id,
        "fortnox": pair.fortnox_id,
        "what": what,
        "then": then,
        "why": "; ".join(filter(None, (why, causes(reasons)))),
        "fix": fixes(reasons),
        "who": "; ".join(dict.fromkeys(str(explain(reason).who) for reason in reasons if explain(reason).fix)),
        "codes": [reason.code for reason in reasons],
        "fields": fields,
    }


def updates(looked: Looked) -> Writes | None:
    """What is written to a record that is linked, now or once it is; None when nothing is."""
    for decision in (looked.decision, looked.following):
        if isinstance(decision, Update):
            return decision.plan
    return None


def overwrites(looked: Looked) -> System | None:
    """The system in which values of a record are lost, now or once it is linked; None when in neither."""
    writes = updates(looked)
    return writes.to if writes is not None and any(each.old is not None for each in writes.changes) else None


def pair_of(looked: Looked) -> tuple[str | None, str | None]:
    """What names the pair among those of its kind."""
    return looked.pair.severa_id, looked.pair.fortnox_id


def causes(reasons: Sequence[Reason]) -> str:
    """Why, each once."""
    return "; ".join(dict.fromkeys(explain(reason).cause for reason in reasons))


def fixes(reasons: Sequence[Reason]) -> str:
    """What to do, each once."""
    return "; ".join(dict.fromkeys(filter(None, (explain(reason).fix for reason in reasons))))


def named(system: System) -> str:
    """The system as a person writes it."""
    return str(system).capitalize()


def _fields(writes: Writes) -> list[dict[str, str]]:
    """The fields that are written, side by side; the value of the system that is not written to counts."""
    to_severa = writes.to is System.SEVERA
    return [
        {
            "field": each.field.label,
            "severa": (each.old if to_severa else each.new) or "",
            "fortnox": (each.new if to_severa else each.old) or "",
            "owner": f"{'Fortnox' if to_severa else 'Severa'} wins",
        }
        for each in writes.changes
    ]


def _group(run: Run, what: str, group: Sequence[Mapping[str, Any]], more: str) -> None:
    lines: list[Mapping[str, Any]] = list(group)
    columns: dict[str, str] = {"RECORD": "name", "WHY": "why", "FIX": "fix", "WHO": "who"}
    if what == LEFT_ALONE:
        codes = Counter(row["codes"][0] for row in group)
        first = {row["codes"][0]: row for row in reversed(group)}
        lines = [{"count": count, **first[code]} for code, count in codes.most_common()]
        columns = {"HOW MANY": "count", "WHY, OF THE FIRST": "why", "TO CHANGE THAT": "fix"}
    elif any(row["fields"] for row in group):
        lines = []
        for row in group:
            about = {column: row[column] for column in ("name", "why", "fix", "who")}
            lines += [{**about, **_shown(field)} for field in row["fields"]] or [about]
        columns = _FIELDS
    shown: dict[str, Column] = {
        heading: column
        for heading, column in columns.items()
        if heading in _ALWAYS or any(line.get(column) for line in lines)
    }
    run.output.table(lines[:SHOWN], shown, none="")
    if len(lines) > SHOWN:
        run.output.record({}, (f"... and {len(lines) - SHOWN} lines more; all of them: {more}",))


def _shown(field: Mapping[str, str]) -> dict[str, str]:
    """A field's line for a person: an empty value is said, a blank cell says nothing."""
    return {**field, "severa": field["severa"] or "(empty)", "fortnox": field["fortnox"] or "(empty)"}
