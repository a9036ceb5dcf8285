"""What changed between two reports."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from severa_fortnox_cli.report.model import Report, Row, name_of

#: What `Row.change` says of a row that was not there, or is no more.
NEW, GONE = "new", "gone"
_OLDER = "{}: what changed is told since an earlier report than the last one, which did not compare them."


def since(report: Report, last: Report) -> Report:
    """The report with what changed since the last one.

    A row is followed by its records: one that was only in Severa and has got a counterpart is the same row, changed. A
    kind that was not compared both times is left alone; the last report of another kind is carried on as `earlier`.
    """
    last_rows = (*last.rows, *last.earlier)
    before = [row for row in last_rows if row.kind in report.kinds]
    older = {row.kind for row in last.earlier}
    pairs = {row.key: row for row in before}
    records: dict[str, Row] = {}
    for row in before:
        for record in _records(row):
            records.setdefault(record, row)
    there = {record for row in report.rows for record in _records(row)}
    return replace(
        report,
        rows=tuple(
            replace(row, change=_change(row, pairs.get(row.key) or _followed(row, records)))
            if row.kind in last.kinds or row.kind in older
            else row
            for row in report.rows
        ),
        gone=tuple(replace(row, change=GONE) for row in before if there.isdisjoint(_records(row))),
        notes=(*report.notes, *(_OLDER.format(name_of(kind)) for kind in report.kinds if kind in older)),
        since=last.made_at,
        earlier=tuple(replace(row, change="") for row in last_rows if row.kind not in report.kinds),
    )


def _change(row: Row, before: Row | None) -> str:
    if before is None:
        return NEW
    if before.verdict is not row.verdict:
        return f"was {before.verdict}"
    if before.key != row.key:
        return "other counterpart"
    if before.differences != row.differences:
        return "other differences"
    if before.cause != row.cause:
        return "other cause"
    return ""


def _followed(row: Row, records: dict[str, Row]) -> Row | None:
    return next((records[record] for record in _records(row) if record in records), None)


def _records(row: Row) -> Iterator[str]:
    if row.severa:
        yield f"{row.kind}:severa:{row.severa.id}"
    if row.fortnox:
        yield f"{row.kind}:fortnox:{row.fortnox.id}"


def changed(rows: Iterable[Row]) -> list[Row]:
    """Those that are not as they were."""
    return [row for row in rows if row.change]
