"""The machine forms: nothing lost on the way through JSON, no formula in CSV, one line a row for grep."""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from severa_fortnox.work import Kind
from severa_fortnox_cli.harmless import cell, encodable, one_line, steady_json, web_address
from severa_fortnox_cli.report.model import Row, Side, Verdict
from severa_fortnox_cli.report.table import COLUMNS, UnknownReport, from_json, to_csv, to_json, to_lines
from tests.browser.sample import NASTY, report

REPORT = report(160)


def test_a_report_comes_back_from_json_as_it_was() -> None:
    # But for half a surrogate pair, which no file can hold.
    whole = replace(REPORT, rows=tuple(row for row in REPORT.rows if "Half a pair" not in str(row)))
    assert from_json(to_json(whole)) == whole


def test_a_report_that_was_written_before_it_said_whether_it_read_every_card_is_read_too() -> None:
    written = json.loads(to_json(replace(REPORT, rows=REPORT.rows[:1], gone=())))
    assert written["rows"][0].pop("every_card") is False
    assert from_json(json.dumps(written)).rows == REPORT.rows[:1]


def test_json_tells_what_a_program_would_have_to_work_out() -> None:
    row = json.loads(to_json(REPORT))["rows"][0]
    assert (row["key"], row["mark"], row["place"]) == (REPORT.rows[0].key, "=", "same")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        "null",
        '{"version": 1}',
        '{"version": 3}',
        '{"version": 3, "since": 7}',
        '"report"',
        "[" * 200_000,
    ],
    ids=range(9),
)
def test_what_is_no_report_is_said_to_be_none(text: str) -> None:
    with pytest.raises(UnknownReport):
        from_json(text)


def test_csv_opens_in_a_swedish_spreadsheet() -> None:
    text = to_csv(REPORT)
    assert text.startswith("\ufeff")
    lines = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=";"))
    assert lines[0] == [column.heading for column in COLUMNS]
    assert len(lines) == 1 + len(REPORT.rows) + len(REPORT.gone)
    assert lines[1][COLUMNS.index(column("Score parts"))].startswith("Number: 20 of 20\nName: 35 of 35\n")
    waits = [line[COLUMNS.index(column("Waits for a person"))] for line in lines[1 : 1 + len(REPORT.rows)]]
    assert waits == ["yes" if row.waits else "no" for row in REPORT.rows]
    assert lines[-1][COLUMNS.index(column("Since the last report"))] == "gone"


def test_several_people_are_a_list_for_a_program_and_one_cell_for_a_person() -> None:
    row = next(row for row in REPORT.rows if len(row.who) == 2)
    assert [each["who"] for each in json.loads(to_json(replace(REPORT, rows=(row,))))["rows"]] == [list(row.who)]
    lines = csv.reader(io.StringIO(to_csv(replace(REPORT, rows=(row,)))), delimiter=";")
    assert list(lines)[1][COLUMNS.index(column("Who"))] == "; ".join(row.who)


def test_a_pair_that_is_gone_in_both_systems_is_in_neither() -> None:
    row = Row(Kind.CUSTOMER, "customers", None, Side("5", "5", "gone", False, gone=True), Verdict.MISSING)
    line = list(csv.reader(io.StringIO(to_csv(replace(REPORT, rows=(row,)))), delimiter=";"))[1]
    assert [line[COLUMNS.index(column(name))] for name in ("Where", "Fortnox active")] == ["in neither", ""]
    made = replace(REPORT, rows=(row,))
    assert from_json(to_json(made)) == made


def test_no_cell_of_the_csv_file_is_a_formula() -> None:
    for line in csv.reader(io.StringIO(to_csv(REPORT).removeprefix("\ufeff"), newline=""), delimiter=";"):
        for text in line[:1] + line[2:]:
            assert text.lstrip()[:1] not in set("=+-@＝＋－＠"), text


@given(st.text(alphabet=st.sampled_from("=+-@\t\r\n '\"1aå＝"), min_size=1, max_size=6))
def test_a_cell_never_begins_like_a_formula_and_keeps_its_text(text: str) -> None:
    made = cell(text)
    assert made.lstrip(" \u00a0")[:1] not in tuple("=+-@\t\r\n＝")
    assert made in (text, f"'{text}")


def test_our_own_marks_stand_bare_in_csv_and_in_lines() -> None:
    marks = [line[1] for line in csv.reader(io.StringIO(to_csv(REPORT), newline=""), delimiter=";")][1:]
    assert marks == [row.verdict.mark for row in (*REPORT.rows, *REPORT.gone)]
    assert to_lines(REPORT).splitlines()[0].startswith("= ")


def test_every_row_is_one_line_that_begins_with_its_mark() -> None:
    lines = to_lines(REPORT).splitlines()
    assert [line.split(" ", 3)[0] for line in lines] == [row.verdict.mark for row in REPORT.rows]
    assert {row.verdict.mark for row in REPORT.rows} == set("=*~+!?.-x")
    assert lines[4].startswith("! ") and lines[4].endswith(" 1004 +46 8 123 45 67")


def test_a_line_names_the_side_there_is() -> None:
    side = Side("5", "5 A", "Berg\nAB", True)
    rows = (Row(Kind.CUSTOMER, "customers", None, side, Verdict.WILL_CREATE),)
    assert to_lines(replace(REPORT, rows=rows)) == "+ customer 5_A Berg AB\n"


@given(st.text() | st.sampled_from(NASTY))
def test_one_line_steers_no_terminal(text: str) -> None:
    made = one_line(text)
    assert made == " ".join(made.split())
    assert not {unicodedata.category(sign) for sign in made} & {"Cc", "Cf", "Cs", "Zl", "Zp"}


@given(st.text() | st.sampled_from(NASTY))
def test_json_steers_no_terminal_and_says_the_same(text: str) -> None:
    made = steady_json(json.dumps({"name": text}, ensure_ascii=False))
    made.encode()
    assert json.loads(made) == {"name": text}
    assert not {unicodedata.category(sign) for sign in made if ord(sign) < 0x10000} & {"Cc", "Cs", "Zl", "Zp"}
    assert not set("\u202e\u2066\u200b") & set(made)


def test_half_a_pair_is_replaced_and_the_rest_kept() -> None:
    assert encodable("a\ud83d b 😀") == "a? b 😀"


@pytest.mark.parametrize(
    "link", [None, "", "javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", " https://x"]
)
def test_only_pages_are_linked_to(link: str | None) -> None:
    assert web_address(link) is None
    assert web_address("https://severa.example/1") == "https://severa.example/1"


def column(heading: str) -> object:
    return next(column for column in COLUMNS if column.heading == heading)
