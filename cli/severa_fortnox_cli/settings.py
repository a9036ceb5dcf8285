"""The commands about settings: show, set, history."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal, get_args, get_origin

import typer

from severa_fortnox.errors import IntegrationError
from severa_fortnox.settings import Settings, changed
from severa_fortnox.work import Kind
from severa_fortnox_cli.connections import Id
from severa_fortnox_cli.failures import USAGE, Failure, explained
from severa_fortnox_cli.render import Column, moment, text
from severa_fortnox_cli.run import Run
from severa_fortnox_cli.statuses import NAMES, Statuses

#: A load works from one main system to its end, so that choice is not changed under it.
_LOADED_BY = {"customer_main": Kind.CUSTOMER, "product_main": Kind.PRODUCT}
#: Seconds for which no load may begin while such a choice is written.
_WRITING = 30.0

app = typer.Typer(no_args_is_help=True, help="What a person decides about a connection; every version is kept.")


@app.command()
def show(
    context: typer.Context,
    id: Id,
    resolve: Annotated[bool, typer.Option("--resolve", help="Show statuses by their names in Severa.")] = False,
) -> None:
    """Show every setting, its value and what it does."""
    run = Run.of(context)
    run.connection(id)
    stored = run.stack.store.settings.get(id)
    values = stored.settings.model_dump(mode="json")
    known = Statuses.read(run.stack, id) if resolve else None
    rows = []
    for name, field in Settings.model_fields.items():
        row = {"setting": name, "value": values[name], "does": field.description}
        if known is not None and name in NAMES:
            status = known.of(values[name])
            row["status"] = status.name if status else None
        rows.append(row)
    columns: dict[str, Column] = {
        "SETTING": "setting",
        "VALUE": lambda row: row.get("status") or row["value"],
        "WHAT IT DOES": "does",
    }
    run.output.table(rows, columns, none="")
    run.output.remark(f"Version {stored.version}.")


@app.command("set")
def set_(
    context: typer.Context,
    id: Id,
    pairs: Annotated[
        list[str],
        typer.Argument(
            metavar="NAME VALUE",
            show_default=False,
            help='One or several settings, changed together. "" unsets one. A status may be given by its name.',
        ),
    ],
    force: Annotated[
        bool, typer.Option("--force", help="Also when Severa objects to the statuses or cannot be asked.")
    ] = False,
) -> None:
    """Change settings; the change is checked as a whole and becomes the next version."""
    run = Run.of(context)
    asked = _asked(pairs)
    run.connection(id)
    store = run.stack.store
    stored = store.settings.get(id)
    known = _statuses_for(run, id, asked, stored.settings, force=force)
    settings = stored.settings
    for name, value in asked.items():
        settings = _with(run, settings, name, value, known)
    changes = _differences(stored.settings.model_dump(mode="json"), settings.model_dump(mode="json"))
    if not changes:
        run.output.remark(f"Nothing to change: {id} has these settings already (version {stored.version}).")
        return
    if known is not None and (objection := known.objection(settings)):
        if not force:
            raise Failure(f"{objection}; nothing was changed", _way_out(run, id, pairs))
        run.output.warn(objection)
    with ExitStack() as held:
        for setting, kind in _LOADED_BY.items():
            if any(change["setting"] == setting for change in changes):
                held.enter_context(_without_load(run, id, kind, setting, pairs))
        version = store.settings.put(id, settings, expected_version=stored.version, who=run.stack.who()).version
    for change in changes:
        run.output.record({**change, "version": version}, (_sentence(change, known),))
    run.output.remark(f"{id} has version {version} of its settings; in force within a minute.")


@app.command()
def history(context: typer.Context, id: Id) -> None:
    """Show who changed what when, the newest first."""
    run = Run.of(context)
    run.connection(id)
    versions = run.stack.store.settings.history(id)
    before: list[Mapping[str, Any]] = [each.values for each in versions[1:]]
    before.append(Settings().model_dump(mode="json"))
    rows = [
        {
            "version": version.version,
            "at": moment(version.at),
            "who": version.who,
            "changes": _differences(old, version.values),
        }
        for version, old in zip(versions, before, strict=False)
    ]
    columns: dict[str, Column] = {
        "VERSION": "version",
        "WHEN": "at",
        "WHO": "who",
        "WHAT": lambda row: "\n".join(_sentence(change, None) for change in row["changes"]),
    }
    run.output.table(rows, columns, none=f"The settings of {id} were never changed.")


def _asked(pairs: Sequence[str]) -> dict[str, str]:
    """The settings to change.

    Raises:
        Failure: a name without a value, or no such setting.
    """
    if len(pairs) % 2:
        raise Failure(
            f"{pairs[-1]} has no value",
            'give NAME VALUE for each setting, and NAME "" to unset one',
            status=USAGE,
        )
    asked = dict(zip(pairs[::2], pairs[1::2], strict=True))
    for name in asked:
        if name not in Settings.model_fields:
            known = ", ".join(Settings.model_fields)
            raise Failure(f"there is no setting {name!r}", f"the settings are: {known}", status=USAGE)
    return asked


def _statuses_for(run: Run, id: str, asked: Mapping[str, str], settings: Settings, *, force: bool) -> Statuses | None:
    """Severa's statuses when the change needs them; None when not, or when it is forced without them.

    Raises:
        IntegrationError: Severa cannot be asked.
    """
    numbering = "invoice_number_main" in asked and settings.ready_status is not None
    if not numbering and not any(asked.get(name) for name in NAMES):
        return None
    try:
        return Statuses.read(run.stack, id)
    except IntegrationError as error:
        if force and all(_is_guid(asked[name]) for name in NAMES if asked.get(name)):
            run.output.warn(f"not checked with Severa: {explained(error).cause}")
            return None
        raise


def _with(run: Run, settings: Settings, name: str, value: str, known: Statuses | None) -> Settings:
    """The settings with one value as it was typed.

    Raises:
        Failure: not a valid value, or no such status.
    """
    typed: Any = value
    if value == "":
        typed = Settings.model_fields[name].default
    elif name in NAMES and known is not None:
        status = known.find(value)
        if not status.isActive:
            run.output.warn(f"the status {status.name!r} is not in use in Severa")
        typed = status.guid
    elif value.lower() in _words(name):
        typed = value.lower()
    try:
        new = changed(settings, name, typed)
    except ValueError as error:
        raise Failure(str(error), f"what it does: {Settings.model_fields[name].description}", status=USAGE) from None
    moved = getattr(new, name)
    if isinstance(moved, datetime) and moved.tzinfo is None:
        # Typed without an offset, it is this machine's time; Severa's moments have one, and only such compare.
        new = changed(new, name, moved.astimezone())
    return new


@contextmanager
def _without_load(run: Run, id: str, kind: Kind, setting: str, pairs: Sequence[str]) -> Iterator[None]:
    """No load of that kind runs or begins meanwhile: one that begins later reads what was written.

    Raises:
        Failure: one is running.
    """
    leases, name = run.stack.store.leases, f"load {kind}"
    owner = f"{run.stack.who()} (settings) {uuid.uuid4().hex[:8]}"
    if not leases.acquire(id, name, owner, _WRITING):
        lease = leases.held(id, name)
        who, until = (lease.owner, f" until {text(moment(lease.until))}, longer while it runs") if lease else ("it", "")
        raise Failure(
            f"{setting} cannot be changed while a load of {kind}s runs: {who} holds it{until}; nothing was changed",
            "wait for it to end, or stop it where it runs; one that died lets go by itself. Then: "
            + run.command("settings", "set", id, *pairs),
        )
    try:
        yield
    finally:
        leases.release(id, name, owner)


def _differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        {"setting": name, "old": old.get(name), "new": new.get(name)}
        for name in Settings.model_fields
        if old.get(name) != new.get(name)
    ]


def _sentence(change: Mapping[str, Any], known: Statuses | None) -> str:
    def shown(value: Any) -> str:
        status = known.of(value) if known is not None and change["setting"] in NAMES else None
        return f"{status.name} ({status.guid})" if status else text(value) or "empty"

    return f"{change['setting']}: {shown(change['old'])} → {shown(change['new'])}"


def _way_out(run: Run, id: str, pairs: Sequence[str]) -> str:
    forced = run.command("settings", "set", id, *pairs, "--force")
    return (
        "tick or untick 'Invoice number' on the status in Severa, choose another ready_status, or set "
        f"invoice_number_main in the same command; to do it anyway: {forced}"
    )


def _words(name: str) -> list[str]:
    """The words that a setting is one of; none where it is something else."""
    kind = Settings.model_fields[name].annotation
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return list(kind)
    return [str(each) for each in get_args(kind)] if get_origin(kind) is Literal else []


def _is_guid(value: str) -> bool:
    try:
        uuid.UUID(value)
    except ValueError:
        return False
    return True
