"""The workbook, read back as Excel would find it."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from severa_fortnox.work import Kind
from severa_fortnox_cli.report import sheet
from severa_fortnox_cli.report.model import Report, Row, Side, Verdict
from severa_fortnox_cli.report.table import COLUMNS
from tests.browser.sample import MADE_AT, report

HEADINGS = [column.heading for column in COLUMNS]
REPORT = report(240)


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Workbook:
    path = tmp_path_factory.mktemp("sheet") / "report.xlsx"
    sheet.write(REPORT, path)
    return load_workbook(path)


def test_there_is_a_summary_and_a_sheet_a_kind(book: Workbook) -> None:
    assert book.sheetnames == ["Summary", "Customers", "Products", "Projects"]
    rows = sum(book[name].max_row - 1 for name in book.sheetnames[1:])
    assert rows == len(REPORT.rows) + len(REPORT.gone)


def test_the_summary_counts_what_the_report_holds(book: Workbook) -> None:
    lines = [[value for value in line if value is not None] for line in book["Summary"].iter_rows(values_only=True)]
    assert ["Same", "Differs", "Only in Severa", "Only in Fortnox"] in lines
    counted = next(line for line in lines if line and line[0] == "Customers" and len(line) == 10)
    of_kind = [row.verdict for row in REPORT.rows if row.kind is Kind.CUSTOMER]
    assert counted[1] == of_kind.count(Verdict.CONFLICT)
    assert sum(counted[1:]) == len(of_kind)
    assert ["Rows that wait for a person", sum(row.waits for row in REPORT.rows)] in lines
    assert any(line and str(line[0]).startswith("Customers: 412 of") for line in lines)
    assert ["Customer changes are taken from", "Severa"] in lines


def test_the_heading_stays_and_filters(book: Workbook) -> None:
    customers = book["Customers"]
    assert customers.freeze_panes == "B2"
    assert customers.auto_filter.ref == f"A1:V{customers.max_row}"
    assert [cell.value for cell in customers[1]] == HEADINGS
    assert customers.print_title_rows == "$1:$1"
    assert customers.column_dimensions["G"].width == 36


def test_nothing_is_a_formula(book: Workbook) -> None:
    begun = set()
    for name in book.sheetnames:
        for cell in (cell for line in book[name].iter_rows() for cell in line if cell.value is not None):
            assert cell.data_type in ("s", "n"), (cell.coordinate, cell.value)
            if str(cell.value)[0] in "=+-@":
                begun.add(str(cell.value)[0])
                assert cell.quotePrefix
    assert begun == set("=+-@")


def test_verdicts_have_colours_and_pages_are_links(book: Workbook) -> None:
    customers = book["Customers"]
    colours = {
        customers.cell(at, 1).value: customers.cell(at, 1).fill.fgColor.rgb for at in range(2, customers.max_row)
    }
    assert len(set(colours.values())) == len(Verdict)
    page = customers.cell(2, HEADINGS.index("Severa page") + 1)
    assert page.hyperlink.target == page.value
    assert page.hyperlink.ref == page.coordinate


@pytest.mark.parametrize(
    ("number", "value"), [("1001", 1001), ("0", 0), ("0012", "0012"), ("A-1", "A-1"), ("9" * 16, "9" * 16), ("²", "²")]
)
def test_a_number_is_one_where_excel_would_keep_it(tmp_path: Path, number: str, value: str | int) -> None:
    row = Row(Kind.CUSTOMER, "customers", Side("a", number, "Berg", True), None, Verdict.IGNORED)
    sheet.write(Report("c", "C", (Kind.CUSTOMER,), MADE_AT, 1, {}, (row,)), tmp_path / "report.xlsx")
    read = load_workbook(tmp_path / "report.xlsx")["Customers"]
    assert read.cell(2, HEADINGS.index("Severa number") + 1).value == value


def test_an_empty_report_is_a_workbook_too(tmp_path: Path) -> None:
    sheet.write(Report("c", "C", (Kind.PROJECT,), MADE_AT, 1, {}, ()), tmp_path / "report.xlsx")
    assert load_workbook(tmp_path / "report.xlsx")["Projects"].max_row == 1
