"""What changed between two reports."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from severa_fortnox_cli.report.model import Difference, Report, Row, Verdict, name_of

#: What `Row.change` says of a row that was not there, or is no more.
NEW, GONE = "new", "gone"
#: What a pair that no list shows as changed may turn out to be when its card is read.
_SEEN_IN_CARDS = frozenset({Verdict.WILL_UPDATE, Verdict.CONFLICT})
_OLDER = "{}: what changed is told since an earlier report than the last one, which did not compare them."
_UNTOLD = "{}: what changed is not told, because the last report did not compare them."


def since(report: Report, last: Report, replaced: Report | None = None) -> Report:
    """The report with what changed since the last one.

    A row is followed by its records: one that was only in Severa and has got a counterpart is the same row, changed. A
    kind that was not compared both times is left alone; what was last known of another kind is carried on as `earlier`.

    Args:
        replaced: the report that this one takes the place of, when it is another than the last one. What it knows of
            the kinds that are not compared now is what is carried on.
    """
    before = [row for row in (*last.rows, *last.earlier) if row.kind in report.kinds]
    older = {row.kind for row in last.earlier}
    untold = [kind for kind in report.kinds if kind not in last.kinds and kind not in older]
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
            if row.kind not in untold
            else row
            for row in report.rows
        ),
        gone=tuple(replace(row, change=GONE) for row in before if there.isdisjoint(_records(row))),
        notes=(
            *report.notes,
            *(_OLDER.format(name_of(kind)) for kind in report.kinds if kind in older),
            *(_UNTOLD.format(name_of(kind)) for kind in untold),
        ),
        since=last.made_at,
        earlier=tuple(_carried(report, last, replaced or last)),
    )


def _carried(report: Report, last: Report, replaced: Report) -> Iterator[Row]:
    """What was last known of the kinds that the report does not compare."""
    kept = (*replaced.rows, *replaced.earlier)
    known = {*replaced.kinds, *(row.kind for row in kept)}
    kept += tuple(row for row in (*last.rows, *last.earlier) if row.kind not in known)
    return (replace(row, change="") for row in kept if row.kind not in report.kinds)


def _change(row: Row, before: Row | None) -> str:
    if before is None:
        return NEW
    if _is_believed(row, before) or _is_believed(before, row):
        return ""
    if before.verdict is not row.verdict:
        return f"before: {before.verdict}"
    if before.key != row.key:
        return "other counterpart"
    if _comparable(before, row) != _comparable(row, before):
        return "other differences"
    if before.cause != row.cause:
        return "other cause"
    return ""


def _is_believed(row: Row, other: Row) -> bool:
    """Whether the row only believes that the pair agrees, and the other one may know better without any change.

    A report that reads every card sees what no list shows. One that does not, and yet read this pair whole, did so
    because a list showed a change of it.
    """
    return (
        row.verdict is Verdict.LINKED
        and row.known is not None
        and other.known is None
        and other.every_card
        and other.verdict in _SEEN_IN_CARDS
        and other.key == row.key
        and _comparable(other, row) == _comparable(row, other)
    )


def _comparable(row: Row, other: Row) -> list[Difference]:
    """The row's differences, of the fields that both reports know: one may have read less of the records."""
    known = [each.known for each in (row, other) if each.known is not None]
    return [each for each in row.differences if all(each.field in fields for fields in known)]


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
