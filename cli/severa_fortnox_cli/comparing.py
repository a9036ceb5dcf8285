"""severa-fortnox report: every record of both systems, side by side, as pages and tables that can be kept."""

from __future__ import annotations

import time
from collections import Counter
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from severa_fortnox.alerts.catalogue import explain
from severa_fortnox.flows.comparison import Comparison, compare
from severa_fortnox.settings import Settings
from severa_fortnox_cli.failures import Failure
from severa_fortnox_cli.loading import progress
from severa_fortnox_cli.opening import RegisterName, open_session
from severa_fortnox_cli.run import Run


class Format(StrEnum):
    """What a report can be written as."""

    HTML = "html"
    XLSX = "xlsx"
    CSV = "csv"
    JSON = "json"
    LINES = "lines"


#: The settings that decide whose values count, as a report names them.
_NAMED = ("customer_main", "product_main", "transfer_all_customers", "create_articles", "transfer_projects")


def report(
    context: typer.Context,
    id: Annotated[str, typer.Argument(metavar="ID", help="The connection.", show_default=False)],
    registers: Annotated[
        list[RegisterName] | None,
        typer.Argument(metavar="[REGISTER...]", help="Which registers. Left out: all.", show_default=False),
    ] = None,
    create_missing: Annotated[
        bool | None,
        typer.Option(
            "--create-missing/--only-link",
            help="Judge as a load with the same option would. Left out: as the settings say.",
            show_default=False,
        ),
    ] = None,
    every_card: Annotated[
        bool,
        typer.Option("--every-card", help="Read every linked record whole, not only what a list shows as changed."),
    ] = False,
    output: Annotated[Path, typer.Option("--output", help="Folder for the files.")] = Path("."),
    formats: Annotated[list[Format], typer.Option("--format", help="What to write; may be repeated.")] = [  # noqa: B006
        Format.HTML,
        Format.XLSX,
        Format.CSV,
        Format.JSON,
    ],
    since: Annotated[
        Path | None,
        typer.Option(
            "--since", help="An earlier report's JSON file. Left out: the one in the folder.", show_default=False
        ),
    ] = None,
) -> None:
    """Compare the registers of both systems; nothing is written in either."""
    # Their libraries take half a second, which no other command should wait for.
    from severa_fortnox_cli.report import page, sheet, table
    from severa_fortnox_cli.report import since as changes
    from severa_fortnox_cli.report.build import rows_of
    from severa_fortnox_cli.report.model import Report, Verdict

    run = Run.of(context)
    connection = run.connection(id)
    session = open_session(run.stack, id)
    began = datetime.fromtimestamp(run.stack.clock(), UTC)
    found: list[Comparison] = []
    with progress(run) as told:
        for register in registers or list(RegisterName):
            found.append(
                compare(session, register.kind, create_missing=create_missing, every_card=every_card, progress=told)
            )
    read_at = time.monotonic()
    made = Report(
        connection=id,
        name=connection.name,
        kinds=tuple(each.kind for each in found),
        made_at=began,
        seconds=run.stack.clock() - began.timestamp(),
        settings=_settings(session.settings),
        rows=tuple(row for each in found for row in rows_of(each, session.settings)),
        brake=tuple(explain(reason).cause for each in found for reason in each.brake),
    )
    base = output / f"register-report-{id}"
    last = since or base.with_suffix(".json")
    if last.exists():
        try:
            made = changes.since(made, table.from_json(last.read_text(encoding="utf-8")))
        except table.UnknownReport as error:
            raise Failure(f"{last} is not a report of this kind: {error}", "give another file with --since") from None
    elif since is not None:
        raise Failure(f"there is no file {since}", "give the JSON file of an earlier report")
    output.mkdir(parents=True, exist_ok=True)
    written = []
    for format in formats:
        path = base.with_suffix(".txt" if format is Format.LINES else f".{format}")
        written.append(path)
        match format:
            case Format.HTML:
                path.write_text(page.to_html(made), encoding="utf-8")
            case Format.XLSX:
                sheet.write(made, path)
            case Format.CSV:
                path.write_text(table.to_csv(made), encoding="utf-8", newline="")
            case Format.JSON:
                path.write_text(table.to_json(made), encoding="utf-8")
            case Format.LINES:
                path.write_text(table.to_lines(made), encoding="utf-8")
    places = Counter(str(row.place) for row in made.rows)
    verdicts = Counter(str(row.verdict) for row in made.rows)
    lines = [", ".join(f"{count} {place}" for place, count in places.items()) or "Both systems are empty."]
    lines += [
        f"  {verdict.mark} {verdicts[str(verdict)]:>6}  {verdict}" for verdict in Verdict if verdicts[str(verdict)]
    ]
    lines += [f"Brake: {each}" for each in made.brake]
    lines += [f"Written in {time.monotonic() - read_at:.1f} s: {', '.join(map(str, written))}"]
    values = {
        "connection": id,
        "places": dict(places),
        "verdicts": dict(verdicts),
        "brake": list(made.brake),
        "files": [str(path) for path in written],
        "seconds": round(time.monotonic() - read_at, 2),
    }
    run.output.record(values, lines)


def _settings(settings: Settings) -> dict[str, str]:
    values = settings.model_dump(mode="json")
    return {name: str(values[name]) for name in _NAMED}
