"""The report as an Excel workbook: a summary, and a sheet a kind."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from copy import copy
from enum import StrEnum
from pathlib import Path

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell
from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from severa_fortnox_cli.harmless import encodable, web_address
from severa_fortnox_cli.report.model import BY_ATTENTION, Place, Report, Row, Verdict, name_of
from severa_fortnox_cli.report.table import COLUMNS, rows_of

#: Background and writing of each verdict, as on the page.
_COLOURS = {
    Verdict.CONFLICT: ("FBE3E0", "8F1D14"),
    Verdict.DUPLICATE: ("FCE9D4", "7A3E00"),
    Verdict.MISSING: ("F3E1F1", "74206B"),
    Verdict.WILL_UPDATE: ("FBF0C9", "664D00"),
    Verdict.WILL_LINK: ("DFEBFB", "174A8B"),
    Verdict.WILL_CREATE: ("DDF1EF", "0B5A55"),
    Verdict.LEFT_ALONE: ("EFEEE6", "57534A"),
    Verdict.IGNORED: ("E9EAEC", "4A5058"),
    Verdict.LINKED: ("E0F1E2", "1C5C2A"),
}
_TOP = Alignment(vertical="top")

#: Cells name their style: looking a style up by what it looks like takes most of the time of writing a workbook.
_STYLES = (
    NamedStyle("text", alignment=_TOP),
    NamedStyle("long text", alignment=Alignment(vertical="top", wrap_text=True)),
    NamedStyle("record number", alignment=Alignment(vertical="top", horizontal="left")),
    NamedStyle("page", font=Font(color="174A8B", underline="single"), alignment=_TOP),
    NamedStyle("heading", font=Font(bold=True), border=Border(bottom=Side(style="medium", color="1F2933"))),
    NamedStyle("report title", font=Font(bold=True, size=16)),
    *(
        NamedStyle(
            verdict.value, font=Font(color=ink, bold=True), fill=PatternFill("solid", fgColor=fill), alignment=_TOP
        )
        for verdict, (fill, ink) in _COLOURS.items()
    ),
)

#: Excel's own limit for the text of a cell.
_LONGEST = 32_767
#: A number that Excel keeps as it is; more digits would be rounded, leading zeros lost.
_NUMBER = re.compile(r"0|[1-9]\d{0,14}", re.ASCII)
#: Columns whose texts may be long, and those that are numbers where they can be, so that they sort as such.
_LONG = frozenset(
    ["Severa name", "Fortnox name", "Score parts", "Most like", "Cause", "What to do", "Who", "Differences"]
)
_NUMBERS = frozenset(["Severa number", "Fortnox number", "Score"])


def write(report: Report, path: Path) -> None:
    """Write the workbook; a name that begins like a formula stays a name."""
    book = Workbook()
    del book["Sheet"]
    for style in _STYLES:
        # A style belongs to one workbook once it is registered.
        book.add_named_style(copy(style))
    _summary(book.create_sheet("Summary"), report)
    for kind in report.kinds:
        _rows(book.create_sheet(name_of(kind)), rows_of(report, kind))
    book.save(path)


def _rows(sheet: Worksheet, rows: Iterable[Row]) -> None:
    for index, column in enumerate(COLUMNS, 1):
        sheet.column_dimensions[get_column_letter(index)].width = column.width
    sheet.freeze_panes = "B2"
    _print_wide(sheet)
    sheet.print_title_rows = "1:1"
    _line(sheet, 1, [column.heading for column in COLUMNS], "heading")
    last = 1
    for row in rows:
        last += 1
        _row(sheet, last, row)
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(COLUMNS))}{last}"


def _row(sheet: Worksheet, at: int, row: Row) -> None:
    for index, column in enumerate(COLUMNS, 1):
        text, heading = column.value(row), column.heading
        if not text:
            continue
        if heading in ("Verdict", "Mark"):
            _write(sheet, at, index, text, row.verdict.value)
        elif heading in _NUMBERS:
            _write(sheet, at, index, int(text) if _NUMBER.fullmatch(text) else text, "record number")
        elif heading.endswith(" page") and (address := web_address(text)):
            _write(sheet, at, index, text, "page").hyperlink = encodable(address)
        else:
            _write(sheet, at, index, text, "long text" if heading in _LONG else "text")


def _summary(sheet: Worksheet, report: Report) -> None:
    for letter, width in zip("ABCDEFGHIJ", (26, *[15] * 9), strict=True):
        sheet.column_dimensions[letter].width = width
    _print_wide(sheet)
    made = f"{report.made_at.astimezone():%Y-%m-%d %H:%M}"
    _line(sheet, 1, [f"Register comparison: {report.name}"], "report title")
    _line(sheet, 2, [f"Severa and Fortnox, made {made} in {report.seconds:.0f} s ({report.connection})"])
    for warning in report.brake:
        _line(sheet, sheet.max_row + 1, [warning], Verdict.CONFLICT.value)
    _counts(sheet, report, tuple(Place), lambda row: row.place)
    _counts(sheet, report, BY_ATTENTION, lambda row: row.verdict)
    _line(sheet, sheet.max_row + 2, ["Rows that wait for a person", sum(row.waits for row in report.rows)])
    for at, (what, value) in enumerate(report.settings.items(), sheet.max_row + 2):
        _line(sheet, at, [what])
        # The words of a setting are long; the value stands clear of them.
        _write(sheet, at, 4, value)
    for at, note in enumerate(report.notes, sheet.max_row + 2):
        _line(sheet, at, [note])


def _counts(
    sheet: Worksheet, report: Report, words: Sequence[StrEnum], word_of: Callable[[Row], StrEnum | None]
) -> None:
    top = sheet.max_row + 2
    _line(sheet, top, ["", *(word.value[0].upper() + word.value[1:] for word in words)], "heading")
    for at, kind in enumerate(report.kinds, top + 1):
        counts = Counter(word_of(row) for row in report.rows if row.kind is kind)
        _line(sheet, at, [name_of(kind), *(counts[word] for word in words)])


def _line(sheet: Worksheet, at: int, values: Iterable[str | int], style: str = "text") -> None:
    for index, value in enumerate(values, 1):
        _write(sheet, at, index, value, style)


def _write(sheet: Worksheet, at: int, column: int, value: str | int, style: str = "text") -> Cell:
    if isinstance(value, int):
        cell = sheet.cell(at, column, value)
        cell.style = style
        return cell
    cell = sheet.cell(at, column, ILLEGAL_CHARACTERS_RE.sub("\ufffd", encodable(value))[:_LONGEST])
    cell.style = style
    # Whatever it begins with; the quote prefix keeps it so when a person edits the cell.
    cell.data_type = "s"
    if value.startswith(("=", "+", "-", "@")):
        cell.quotePrefix = True
    return cell


def _print_wide(sheet: Worksheet) -> None:
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
