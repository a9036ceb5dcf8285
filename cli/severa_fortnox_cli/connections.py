"""The commands about connections: add, secrets, list, show, on, off."""

from __future__ import annotations

from typing import Annotated, Any, cast

import typer

from severa_fortnox.credentials import FortnoxApp
from severa_fortnox.errors import IntegrationError
from severa_fortnox.flows.invoices import require_statuses
from severa_fortnox.store.connections import Connection, Grant
from severa_fortnox_cli import adding, statuses, work
from severa_fortnox_cli.adding import Checked
from severa_fortnox_cli.failures import Failure, explained
from severa_fortnox_cli.render import Column
from severa_fortnox_cli.run import Run
from severa_fortnox_cli.secret_entry import Entered, enter
from severa_fortnox_cli.statuses import Statuses

app = typer.Typer(no_args_is_help=True, help="One Severa organisation and one Fortnox company each.")

Id = Annotated[str, typer.Argument(metavar="ID", help="The connection's id, e.g. acme.", show_default=False)]
SecretsOption = Annotated[
    str | None,
    typer.Option(
        "--secrets",
        metavar="FILE|-",
        show_default=False,
        help="JSON with severa_client_id, severa_client_secret and, the first time, fortnox_app {client_id, "
        "client_secret}; - reads it from standard input. Left out: they are asked for.",
    ),
]
ClientIdOption = Annotated[
    str | None, typer.Option("--severa-client-id", help="Instead of being asked for it.", show_default=False)
]
CheckOption = Annotated[bool, typer.Option("--check/--no-check", help="Log in to both systems before saving.")]
YesOption = Annotated[bool, typer.Option("--yes", "-y", help="Agree beforehand.")]


@app.command()
def add(
    context: typer.Context,
    id: Id,
    name: Annotated[str, typer.Option("--name", help="What people call it.", show_default=False)],
    fortnox_tenant: Annotated[
        str, typer.Option("--fortnox-tenant", help="The Fortnox company's tenant id.", show_default=False)
    ],
    fortnox_grant: Annotated[
        str,
        typer.Option(
            "--fortnox-grant", metavar="client_credentials|refresh_token", help="How access to Fortnox is got."
        ),
    ] = "client_credentials",
    severa_client_id: ClientIdOption = None,
    secrets: SecretsOption = None,
    check: CheckOption = True,
    off: Annotated[bool, typer.Option("--off", help="Add it switched off.")] = False,
    yes: YesOption = False,
) -> None:
    """Add a connection: its secrets, the connection, and the moment from which articles are created."""
    run = Run.of(context)
    connection = _new(id, name, fortnox_tenant, fortnox_grant, active=not off)
    stack = run.stack
    if stack.store.connections.get(id) is not None:
        raise Failure(
            f"there is a connection {id!r} already",
            f"choose another id, or give it new secrets: {run.command('connection', 'secrets', id)}",
        )
    stored = adding.stored_app(stack)
    entered = enter(secrets, severa_client_id, needs_app=stored is None, needs_consent=fortnox_grant == "refresh_token")
    if stored is not None and entered.fortnox_app not in (None, stored):
        raise Failure(
            f"this stack has another Fortnox app (client id {stored.client_id}), which its other connections use",
            "leave fortnox_app out of the secrets",
        )
    adding.keep_consent(stack, connection, entered)
    checked = _checked(run, connection, entered, stored) if check else None
    if checked and run.can_be_asked and secrets != "-":
        run.require_consent(
            f"Connect this Severa organisation to {checked.fortnox} as {id} ({name})?", yes=yes, command=()
        )
    adding.keep_secrets(stack, connection, entered)
    adding.keep_connection(stack, connection)
    lines = [f"Added {id} ({name}), switched {'off' if off else 'on'}."]
    run.output.record({**_values(connection), **_said(checked)}, lines)
    set_both = run.command("settings", "set", id, "ready_status", "NAME", "transferred_status", "NAME")
    run.output.remark(f"Next, say which invoices to take and where they go: {set_both}")


@app.command()
def secrets(
    context: typer.Context,
    id: Id,
    severa_client_id: ClientIdOption = None,
    secrets: SecretsOption = None,
    check: CheckOption = True,
    yes: YesOption = False,
) -> None:
    """Give a connection new secrets, and the stack a new Fortnox app when the secrets have one."""
    run = Run.of(context)
    connection, stack = run.connection(id), run.stack
    stored = adding.stored_app(stack)
    entered = enter(secrets, severa_client_id, needs_app=stored is None, needs_consent=False)
    if stored is not None and entered.fortnox_app not in (None, stored):
        names = ", ".join(each.id for each in stack.store.connections.all())
        run.require_consent(
            f"The Fortnox app is replaced for every connection of the stack: {names}. Go on?",
            yes=yes,
            command=("connection", "secrets", id, "--secrets", secrets or "FILE", "--yes"),
        )
    adding.keep_consent(stack, connection, entered)
    checked = _checked(run, connection, entered, stored) if check else None
    adding.keep_secrets(stack, connection, entered)
    lines = [f"{id} has new secrets; running functions take them up within a minute."]
    run.output.record({"id": id, "secrets": "replaced", **_said(checked)}, lines)


@app.command("list")
def list_(context: typer.Context) -> None:
    """List the connections with how many problems each has open."""
    run = Run.of(context)
    store = run.stack.store
    rows = [{**_values(each), "problems": len(store.problems.all_open(each.id))} for each in run.connections(None)]
    columns: dict[str, Column] = {
        "ID": "id",
        "NAME": "name",
        "ON": "active",
        "FORTNOX TENANT": "fortnox_tenant",
        "GRANT": "fortnox_grant",
        "PROBLEMS": "problems",
    }
    add = run.command("connection", "add", "--help")
    run.output.table(rows, columns, none=f"There are no connections yet; add one: {add}")


@app.command()
def show(
    context: typer.Context,
    id: Id,
    limit: Annotated[int, typer.Option("--limit", min=1, help="How many lines of the log.")] = 5,
) -> None:
    """Show a connection: its statuses by name, what is open, what happened last."""
    run = Run.of(context)
    connection, store = run.connection(id), run.stack.store
    stored = store.settings.get(id)
    chosen = {name: getattr(stored.settings, name) for name in statuses.NAMES}
    known = _reachable_statuses(run, id)
    named = {name: known.of(guid) for name, guid in chosen.items()} if known else {}
    problems = [work.problem_values(problem) for problem in store.problems.all_open(id)]
    entries = [work.entry_values(entry) for entry in store.log.newest(id, limit)]
    values = {
        **_values(connection),
        "settings_version": stored.version,
        "statuses": {
            name: guid and {"guid": guid, "name": status.name if (status := named.get(name)) else None}
            for name, guid in chosen.items()
        },
        "problems": problems,
        "log": entries,
    }
    lines = [
        f"{id} ({connection.name}), switched {'on' if connection.active else 'off'}",
        f"Fortnox tenant {connection.fortnox_tenant}, {connection.fortnox_grant}",
        f"Settings version {stored.version}; all of them: {run.command('settings', 'show', id)}",
    ]
    for name, guid in chosen.items():
        status = named.get(name)
        lines.append(f"  {name:<20}{status.name if status else guid or 'empty'}")
    lines.append(f"Open problems: {len(problems)}")
    for problem in problems:
        lines += work.problem_lines(run, problem)
    run.output.record(values, [*lines, ""])
    if not run.output.json:
        run.output.table(entries, work.LOG_COLUMNS, none="Nothing was transferred yet.")


@app.command()
def on(context: typer.Context, id: Id) -> None:
    """Switch a connection on: its invoices are transferred from the next poll."""
    run = Run.of(context)
    _switch(run, id, active=True)
    try:
        require_statuses(run.stack.store.settings.get(id).settings)
    except IntegrationError as error:
        run.output.warn(f"{error.text}: {run.command('settings', 'set', id)} NAME VALUE")


@app.command()
def off(context: typer.Context, id: Id) -> None:
    """Switch a connection off: nothing is transferred until it is on again."""
    _switch(Run.of(context), id, active=False)


def _new(id: str, name: str, tenant: str, grant: str, *, active: bool) -> Connection:
    if grant not in ("client_credentials", "refresh_token"):
        raise typer.BadParameter(f"{grant!r} is neither client_credentials nor refresh_token")
    try:
        return Connection(id, name, tenant, cast("Grant", grant), active)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def _checked(run: Run, connection: Connection, entered: Entered, stored: FortnoxApp | None) -> Checked:
    """Check, and show whom we reached."""
    app = entered.fortnox_app or stored
    assert app is not None  # `enter` has asked for it
    checked = adding.check(run.stack, connection, entered, app)
    run.output.remark(f"Severa lets us in; its invoice statuses are: {checked.severa.names}")
    run.output.remark(f"Fortnox lets us in: {checked.fortnox} {checked.fortnox_number}".rstrip())
    return checked


def _switch(run: Run, id: str, *, active: bool) -> None:
    connection = run.connection(id)
    run.stack.store.connections.set_active(id, active)
    already = connection.active == active
    text = f"{id} ({connection.name}) {'was' if already else 'is now'} switched {'on' if active else 'off'}"
    run.output.record({"id": id, "active": active, "changed": not already}, (text + (" already." if already else "."),))


def _reachable_statuses(run: Run, id: str) -> Statuses | None:
    try:
        return Statuses.read(run.stack, id)
    except IntegrationError as error:
        run.output.warn(f"statuses are shown without their names: {explained(error).cause}")
        return None


def _values(connection: Connection) -> dict[str, Any]:
    return {
        "id": connection.id,
        "name": connection.name,
        "active": connection.active,
        "fortnox_tenant": connection.fortnox_tenant,
        "fortnox_grant": connection.fortnox_grant,
    }


def _said(checked: Checked | None) -> dict[str, Any]:
    if checked is None:
        return {"checked": False}
    return {
        "checked": True,
        "severa_statuses": [status.name for status in checked.severa.all],
        "fortnox_company": checked.fortnox,
    }
