"""severa-fortnox report: every record of both systems, side by side, as pages and tables that can be kept."""

from __future__ import annotations

import re
import tempfile
import time
import webbrowser
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlsplit

import typer

from severa_fortnox.alerts.catalogue import explain
from severa_fortnox.decisions.pairs import BOTH
from severa_fortnox.errors import System
from severa_fortnox.flows.comparison import Comparison, compare, without_pauses
from severa_fortnox.settings import Settings
from severa_fortnox.work import Kind
from severa_fortnox_cli.failures import USAGE, Failure
from severa_fortnox_cli.opening import RegisterName, open_session
from severa_fortnox_cli.progress import progress
from severa_fortnox_cli.render import counted
from severa_fortnox_cli.run import Run

if TYPE_CHECKING:
    from severa_fortnox_cli.report.model import Place, Report


class Format(StrEnum):
    """What a report can be written as."""

    HTML = "html"
    XLSX = "xlsx"
    CSV = "csv"
    JSON = "json"
    LINES = "lines"

    @property
    def suffix(self) -> str:
        """How the file's name ends."""
        return ".txt" if self is Format.LINES else f".{self}"


def _variable(system: System) -> str:
    return f"SEVERA_FORTNOX_{system.upper()}_LINK"


def _link(system: System) -> Any:
    """The option that says where a system shows a record; the vendors publish no such addresses."""
    name = str(system).capitalize()
    id = "{id} (its guid) or {number}" if system is System.SEVERA else "{number}"
    return typer.Option(
        f"--{system}-link",
        envvar=_variable(system),
        help=f"Address of a record's page in {name}, for the report to link to, with {{kind}} (customer, product or "
        f"project) and {id} in it.",
        show_default=False,
    )


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
            "--create-missing/--no-create-missing",
            help="Judge as a load with the same option would. Left out: as the settings say.",
            show_default=False,
        ),
    ] = None,
    every_card: Annotated[
        bool,
        typer.Option("--every-card", help="Read every linked record whole, not only what a list shows as changed."),
    ] = False,
    output: Annotated[Path, typer.Option("--output", help="Folder for the files.")] = Path("."),
    formats: Annotated[
        list[Format] | None,
        typer.Option(
            "--format", help="What to write; may be repeated. Left out: html, xlsx, csv and json.", show_default=False
        ),
    ] = None,
    since: Annotated[
        Path | None,
        typer.Option(
            "--since", help="An earlier report's JSON file. Left out: the one in the folder.", show_default=False
        ),
    ] = None,
    severa_link: Annotated[str, _link(System.SEVERA)] = "",
    fortnox_link: Annotated[str, _link(System.FORTNOX)] = "",
    open: Annotated[bool, typer.Option("--open", help="Show the page when it is written.")] = False,
    at_once: Annotated[int, typer.Option("--at-once", min=1, max=32, help="Cards that are read at once.")] = 8,
) -> None:
    """Compare the registers of both systems; nothing is written in either."""
    from severa_fortnox_cli.report import since as changes
    from severa_fortnox_cli.report.build import rows_of, with_links
    from severa_fortnox_cli.report.model import Report

    run = Run.of(context)
    connection = run.connection(id)
    _require_address(System.SEVERA, severa_link)
    _require_address(System.FORTNOX, fortnox_link)
    wanted = formats or [Format.HTML, Format.XLSX, Format.CSV, Format.JSON]
    writers = {format: write for format, write in _writers().items() if format in wanted}
    named = None if since is None else _named(id, since)
    _require_writable(output)
    replaced = _replaced(run, id, output / f"register-report-{id}.json", is_compared=since is None)
    earlier = named or replaced
    session = open_session(run.stack, id)
    # A person has just mended what the cached ones lack.
    session.registers.refresh(both=True)
    began = datetime.fromtimestamp(run.stack.clock(), UTC)
    found = []
    with progress(run) as told:
        for register in dict.fromkeys(registers or RegisterName):
            found.append(
                compare(
                    session,
                    register.kind,
                    create_missing=create_missing,
                    every_card=every_card,
                    at_once=at_once,
                    progress=told,
                )
            )
    read_at = time.monotonic()

    def unlink(kind: Kind, guid: str) -> str:
        return run.command("unlink", f"{kind}s", id, guid, "--why", "...")

    with without_pauses():
        rows = [row for each in found for row in rows_of(each, session.settings, unlink, every_card=every_card)]
        made = Report(
            connection=id,
            name=connection.name,
            kinds=tuple(each.kind for each in found),
            made_at=began,
            seconds=run.stack.clock() - began.timestamp(),
            settings=_settings(session.settings, found, create_missing),
            rows=tuple(with_links(rows, severa_link, fortnox_link)),
            brake=tuple(explain(reason).cause for each in found for reason in each.brake),
            notes=() if every_card else _unread(found),
        )
        if earlier is not None:
            made = changes.since(made, earlier, replaced)
        written = _write(made, output, writers)
    # The pairs are decided after the lists are read, too.
    seconds = time.monotonic() - read_at + sum(each.seconds[1] for each in found)
    _tell(run, made, written, seconds)
    if open:
        page = next((path for path in written if path.suffix == ".html"), written[0])
        webbrowser.open(page.resolve().as_uri())


def _require_address(system: System, link: str) -> None:
    """It leads to a page, and only what is known is put into it.

    Raises:
        Failure: neither is so.
    """
    option = f"--{system}-link (or {_variable(system)})"
    fix = "give an address such as https://host/{kind}/{number}, or leave it out"
    try:
        place = urlsplit(link)
        is_page = place.scheme in ("http", "https") and bool(place.netloc)
    except ValueError:
        is_page = False
    if link and not is_page:
        raise Failure(f"{option} is no address of a page: {link}", fix, status=USAGE)
    unknown = re.findall(r"\{[^{}]*\}?|\}", re.sub(r"\{(?:kind|id|number)\}", "", link))
    if unknown:
        said = f"{option} has {' and '.join(dict.fromkeys(unknown))} in it, for which nothing is known to put in"
        raise Failure(said, "put only {kind}, {id} and {number} in it", status=USAGE)


def _require_writable(folder: Path) -> None:
    """Files can be written there: found out before both systems are read, which takes minutes.

    Raises:
        Failure: they cannot.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise _unwritable(error) from None


def _unwritable(error: OSError) -> Failure:
    return Failure(f"the report cannot be written: {error}", "give another folder with --output")


def _replaced(run: Run, id: str, path: Path, *, is_compared: bool) -> Report | None:
    """The report that the new one takes the place of; None when there is none that can be read.

    Args:
        is_compared: whether it is the one to compare with.
    """
    from severa_fortnox_cli.report import table

    try:
        return _read(id, path)
    except FileNotFoundError:
        return None
    except (table.UnknownReport, UnicodeDecodeError, OSError) as error:
        lost = "what changed is not shown" if is_compared else "registers that are not compared now begin anew"
        run.output.warn(f"{lost}, because {path} cannot be compared with: {error}")
        return None


def _named(id: str, path: Path) -> Report:
    """The report that somebody wants to be compared with.

    Raises:
        Failure: it is not there, is none, or is another connection's.
    """
    from severa_fortnox_cli.report import table

    try:
        return _read(id, path)
    except FileNotFoundError:
        raise Failure(f"there is no file {path}", "give the JSON file of an earlier report") from None
    except (table.UnknownReport, UnicodeDecodeError, OSError) as error:
        fix = f"give the JSON of an earlier report of {id}"
        raise Failure(f"{path} cannot be compared with: {error}", fix) from None


def _read(id: str, path: Path) -> Report:
    from severa_fortnox_cli.report import table

    found = table.from_json(path.read_text(encoding="utf-8"))
    if found.connection != id:
        raise table.UnknownReport(f"it is a report of {found.connection}, not of {id}")
    return found


def _writers() -> dict[Format, Callable[[Report, Path], object]]:
    """How each form is written; their libraries take half a second, which no other command should wait for."""
    from severa_fortnox_cli.report import page, sheet, table

    def text(made: Callable[[Report], str]) -> Callable[[Report, Path], object]:
        return lambda report, path: path.write_text(made(report), encoding="utf-8", newline="")

    return {
        Format.HTML: text(page.to_html),
        Format.XLSX: sheet.write,
        Format.CSV: text(table.to_csv),
        Format.JSON: text(table.to_json),
        Format.LINES: text(table.to_lines),
    }


def _write(report: Report, folder: Path, writers: Mapping[Format, Callable[[Report, Path], object]]) -> list[Path]:
    """Write every form, the one that the next report is compared with last; each file appears whole."""
    written = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for format in sorted(writers, key=lambda each: each is Format.JSON):
            path = folder / f"register-report-{report.connection}{format.suffix}"
            unfinished = path.with_name(f".{path.name}")
            writers[format](report, unfinished)
            unfinished.replace(path)
            written.append(path)
    except OSError as error:
        raise _unwritable(error) from None
    return written


def _tell(run: Run, report: Report, written: Sequence[Path], seconds: float) -> None:
    from severa_fortnox_cli.report.model import BY_ATTENTION, Place

    places = Counter(row.place for row in report.rows)
    verdicts = Counter(row.verdict for row in report.rows)
    changed = sum(bool(row.change) for row in report.rows)
    waiting = sum(row.waits for row in report.rows)
    values: dict[str, Any] = {
        "connection": report.connection,
        "kinds": list(report.kinds),
        "places": {str(place): places[place] for place in Place},
        "verdicts": {str(verdict): verdicts[verdict] for verdict in BY_ATTENTION},
        "waiting": waiting,
        "brake": list(report.brake),
        "since": report.since,
        "changed": changed,
        "gone": len(report.gone),
        "files": [str(path) for path in written],
        "seconds": round(seconds, 2),
    }
    lines = [", ".join(_place(places[place], place) for place in Place)]
    lines += [f"  {each.mark} {verdicts[each]:>6}  {each}" for each in BY_ATTENTION if verdicts[each]]
    lines += [counted(waiting, "row waits for a person", "rows wait for a person") + "."] if waiting else []
    if report.since is not None:
        lines.append(f"Since {report.since.astimezone():%Y-%m-%d %H:%M}: {changed} changed, {len(report.gone)} gone.")
    lines += [f"Written {seconds:.1f} s after the lists were read:", *(f"  {path}" for path in written)]
    run.output.record(values, lines)
    for warning in report.brake:
        run.output.warn(f"a load would stop: {warning}")


def _place(count: int, place: Place) -> str:
    # One differs, two differ.
    return counted(count, place, "differ" if place == "differs" else place)


def _settings(settings: Settings, found: Sequence[Comparison], create_missing: bool | None) -> Mapping[str, str]:
    """What the report was made with, in words."""
    said = {}
    # What was asked for goes before what is set.
    creates = create_missing is not False
    for each in found:
        if each.kind is Kind.PROJECT:
            said["Projects"] = "created in Fortnox" if settings.transfer_projects and creates else "not created"
            closing = settings.project_closing.replace("_", " ")
            said["Closed projects"] = closing.replace("days", f"{settings.project_closing_days} days")
            continue
        main = settings.customer_main if each.kind is Kind.CUSTOMER else settings.product_main
        said[f"Changes of {each.kind}s are taken from"] = str(main).capitalize()
        is_all = each.kind is Kind.PRODUCT and settings.create_articles == "all" and creates
        taken = sorted(each.around.taken_along if not is_all else BOTH)
        said[f"Older {each.kind}s without a counterpart"] = (
            f"taken over from {' and '.join(str(system).capitalize() for system in taken)}" if taken else "left alone"
        )
    if not creates:
        said["New records without a counterpart"] = "left alone (--no-create-missing)"
    return said


def _unread(found: Sequence[Comparison]) -> tuple[str, ...]:
    """What the reader must not take for compared."""
    count = sum(
        1
        for each in found
        if each.kind is Kind.CUSTOMER
        for looked in each.looked
        if looked.pair.linked is not None and looked.pair.card is not None and looked.pair.whole is None
    )
    if not count:
        return ()
    return (
        f"{count} linked customers that nothing shows as changed were not read whole, so few of their fields are "
        "shown; --every-card reads them.",
    )
