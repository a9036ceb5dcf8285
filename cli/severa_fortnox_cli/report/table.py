"""The report for other programs: JSON, CSV for a spreadsheet, and one line a row to search in."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from severa_fortnox.work import Kind
from severa_fortnox_cli.harmless import cell, encodable, one_line
from severa_fortnox_cli.report.model import Difference, Part, Report, Row, Side, Verdict

#: Raised when a field changes its meaning; a report of another version is not compared with.
VERSION = 3


class UnknownReport(ValueError):
    """The text is no report of this version."""


@dataclass(frozen=True)
class Column:
    """One column of a table made of rows.

    Args:
        width: in characters, for a spreadsheet.
        is_ours: whether only words and signs of ours stand in it, which need no apostrophe.
    """

    heading: str
    width: int
    value: Callable[[Row], str]
    is_ours: bool = False


def _of(side: Side | None, value: Callable[[Side], str]) -> str:
    return value(side) if side else ""


#: The columns of the spreadsheet and the CSV file; the verdict first, since that is what is filtered by.
COLUMNS = (
    Column("Verdict", 15, lambda row: row.verdict.value),
    Column("Mark", 6, lambda row: row.verdict.mark, is_ours=True),
    Column("Waits for a person", 10, lambda row: "yes" if row.waits else "no"),
    Column("Where", 16, lambda row: row.place.value if row.place else "in neither"),
    Column("Register", 20, lambda row: row.register),
    Column("Severa number", 16, lambda row: _of(row.severa, lambda side: side.number)),
    Column("Severa name", 36, lambda row: _of(row.severa, lambda side: side.name)),
    Column("Severa active", 14, lambda row: _of(row.severa, _active)),
    Column("Fortnox number", 16, lambda row: _of(row.fortnox, lambda side: side.number)),
    Column("Fortnox name", 36, lambda row: _of(row.fortnox, lambda side: side.name)),
    Column("Fortnox active", 14, lambda row: _of(row.fortnox, _active)),
    Column("Score", 8, lambda row: "" if row.score is None else str(row.score)),
    Column("Score parts", 36, lambda row: "\n".join(map(_part, row.parts))),
    Column("Most like", 36, lambda row: _of(row.near, lambda side: f"{side.number} {side.name}")),
    Column("Will be written to", 18, lambda row: row.writes),
    Column("Cause", 60, lambda row: row.cause),
    Column("What to do", 60, lambda row: row.fix),
    Column("Who", 28, lambda row: "; ".join(row.who)),
    Column("Differences", 60, lambda row: "\n".join(map(_difference, row.differences))),
    Column("Since the last report", 22, lambda row: row.change),
    Column("Severa page", 14, lambda row: _of(row.severa, lambda side: side.link or "")),
    Column("Fortnox page", 14, lambda row: _of(row.fortnox, lambda side: side.link or "")),
)


def to_json(report: Report) -> str:
    """The machine form: everything the report holds, and what `from_json` reads."""
    values = {
        "version": VERSION,
        **vars(report),
        "rows": [_row(row) for row in report.rows],
        "gone": [_row(row) for row in report.gone],
        "earlier": [_row(row) for row in report.earlier],
    }
    return encodable(json.dumps(values, default=_plain, ensure_ascii=False)) + "\n"


def from_json(text: str) -> Report:
    """Read what `to_json` wrote.

    Raises:
        UnknownReport: the text is something else, or was written by another version.
    """
    try:
        data = json.loads(text)
        if data["version"] != VERSION:
            raise UnknownReport(f"a report of version {data['version']}; this one is {VERSION}")
        since = data["since"]
        return Report(
            connection=data["connection"],
            name=data["name"],
            kinds=tuple(map(Kind, data["kinds"])),
            made_at=datetime.fromisoformat(data["made_at"]),
            seconds=data["seconds"],
            settings=data["settings"],
            rows=tuple(map(_read_row, data["rows"])),
            gone=tuple(map(_read_row, data["gone"])),
            brake=tuple(data["brake"]),
            notes=tuple(data["notes"]),
            since=None if since is None else datetime.fromisoformat(since),
            earlier=tuple(map(_read_row, data["earlier"])),
        )
    except UnknownReport:
        raise
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise UnknownReport(f"not a report: {error!r}") from error


def to_csv(report: Report) -> str:
    """Rows for a spreadsheet: semicolons as in a Swedish one, a byte order mark, and no cell that is a formula.

    Rows of the last report that are no more come last.
    """
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(column.heading for column in COLUMNS)
    for row in (*report.rows, *report.gone):
        texts = ((column, column.value(row)) for column in COLUMNS)
        writer.writerow(text if column.is_ours else cell(text) for column, text in texts)
    return "\ufeff" + file.getvalue()


def to_lines(report: Report) -> str:
    """One line a row: the verdict's mark, the kind, the number, the name; made for grep.

    ``= linked, * will be updated, ~ will link, + will be created, ! conflict, ? duplicate, . left alone, - ignored,
    x missing``
    """
    return "".join(f"{line}\n" for line in map(_line, report.rows))


def _line(row: Row) -> str:
    side = row.severa or row.fortnox
    number = one_line(side.number if side else "").replace(" ", "_") or "-"
    return f"{row.verdict.mark} {row.kind} {number} {one_line(side.name if side else '')}".rstrip()


def _active(side: Side) -> str:
    if side.gone:
        return ""
    return "yes" if side.active else "no"


def _difference(difference: Difference) -> str:
    severa, fortnox = difference.severa or "(empty)", difference.fortnox or "(empty)"
    return f"{difference.field}: {severa} in Severa, {fortnox} in Fortnox ({difference.owner})"


def _part(part: Part) -> str:
    return f"{part.name}: " + ("not compared" if part.points is None else f"{part.points} of {part.of}")


def _row(row: Row) -> Mapping[str, Any]:
    # What a program would otherwise have to work out itself goes along.
    return {"key": row.key, "mark": row.verdict.mark, "place": row.place, **vars(row)}


def _plain(value: Any) -> Any:
    match value:
        case datetime():
            return value.isoformat()
        case Side() | Difference() | Part():
            return vars(value)
        case Mapping():
            return dict(value)
    raise TypeError(f"cannot write a {type(value).__name__}")


def _read_row(data: Mapping[str, Any]) -> Row:
    return Row(
        kind=Kind(data["kind"]),
        register=data["register"],
        severa=_read_side(data["severa"]),
        fortnox=_read_side(data["fortnox"]),
        verdict=Verdict(data["verdict"]),
        waits=data["waits"],
        writes=data["writes"],
        score=data["score"],
        parts=tuple(Part(**part) for part in data["parts"]),
        cause=data["cause"],
        fix=data["fix"],
        who=tuple(data["who"]),
        differences=tuple(Difference(**difference) for difference in data["differences"]),
        change=data["change"],
        near=_read_side(data["near"]),
        known=None if data["known"] is None else tuple(data["known"]),
        # Reports that were written before there was such a thing do without it.
        every_card=data.get("every_card", False),
    )


def _read_side(data: Mapping[str, Any] | None) -> Side | None:
    return None if data is None else Side(**data)


def rows_of(report: Report, kind: Kind) -> Iterable[Row]:
    """The kind's rows, those of the last report that are no more last."""
    return (row for row in (*report.rows, *report.gone) if row.kind is kind)
