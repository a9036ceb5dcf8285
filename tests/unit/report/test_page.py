"""What the page's file holds, before a browser shows it."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from datetime import UTC, datetime
from html.parser import HTMLParser

from severa_fortnox.work import Kind
from severa_fortnox_cli.report.model import Report, Row, Side, Verdict
from severa_fortnox_cli.report.page import to_html
from tests.browser.sample import NASTY, report


class Parsed(HTMLParser):
    """Every element with its attributes, and the text of scripts and styles."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.raw: list[tuple[str, dict[str, str | None], str]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.cdata_elem:
            tag, attributes = self.elements[-1]
            self.raw.append((tag, attributes, data))


def rows_of(html: str) -> list[dict[str, object]]:
    data = [text for tag, attributes, text in Parsed(html).raw if attributes.get("type") == "application/json"]
    rows: list[dict[str, object]] = json.loads(data[0])["rows"]
    return rows


def empty(**changes: object) -> Report:
    values = {"kinds": (Kind.CUSTOMER,), "settings": {}, "rows": (), **changes}
    return Report(connection="c", name="C", made_at=datetime(2026, 1, 2, tzinfo=UTC), seconds=1, **values)  # type: ignore


def test_names_add_no_element_to_the_page() -> None:
    def tags(names: tuple[str, ...]) -> list[str]:
        rows = tuple(
            Row(
                Kind.CUSTOMER, name, Side(name, name, name, True, {name: name}, name), None, Verdict.MISSING, cause=name
            )
            for name in names
        )
        hostile = empty(rows=rows, settings={names[0]: names[0]}, brake=(names[0],), notes=(names[0],))
        return [tag for tag, _ in Parsed(to_html(hostile)).elements]

    for nasty in NASTY:
        assert tags((nasty,)) == tags(("Berg AB",))


def test_names_arrive_as_they_are() -> None:
    names = [row["severa"]["name"] for row in rows_of(to_html(report(16))) if "severa" in row]  # type: ignore
    assert set(NASTY) - {"Half a pair \ud83d"} >= {name for name in names if name in NASTY} != set()
    assert "</script><img src=x onerror=\"window.broken='script'\">" in names


def test_the_page_needs_nothing_beside_it_and_may_fetch_nothing() -> None:
    parsed = Parsed(to_html(report(16)))
    policy = next(
        each["content"] for tag, each in parsed.elements if each.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy and policy.startswith("default-src 'none';")
    for tag, attributes, text in parsed.raw:
        if attributes.get("type") != "application/json":
            digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
            assert f"{tag}-src 'sha256-{digest}'" in policy
            assert "@import" not in text and "url(" not in text
    for tag, attributes in parsed.elements:
        assert not {"src", "srcset", "href", "onload", "style"} & set(attributes), (tag, attributes)


def test_a_link_that_is_no_page_is_left_out() -> None:
    side = Side("1", "1", "Berg", True, {}, "javascript:alert(1)")
    (row,) = rows_of(to_html(empty(rows=(Row(Kind.CUSTOMER, "customers", side, None, Verdict.LINKED),))))
    assert row["severa"]["link"] is None  # type: ignore


def test_rows_stand_in_the_order_of_attention_and_numbers_as_numbers() -> None:
    def row(number: str, verdict: Verdict) -> Row:
        return Row(Kind.CUSTOMER, "customers", Side(number, number, "Berg", True), None, verdict, score=0)

    rows = (
        row("2", Verdict.LINKED),
        row("10", Verdict.CONFLICT),
        row("9", Verdict.CONFLICT),
        row("A1", Verdict.CONFLICT),
    )
    made = rows_of(to_html(empty(rows=rows)))
    assert [row["severa"]["number"] for row in made] == ["9", "10", "A1", "2"]  # type: ignore
    assert all(row["score"] == 0 for row in made)


def test_rows_about_the_same_records_open_each_by_itself() -> None:
    row = Row(Kind.CUSTOMER, "customers", Side("a", "1", "Berg", True), None, Verdict.CONFLICT)
    made = rows_of(to_html(empty(rows=(row, row), gone=(row,))))
    assert [row["key"] for row in made] == ["customer:a:-", "customer:a:-:2", "gone:customer:a:-"]


def test_the_four_numbers_and_the_brake_need_no_script() -> None:
    text = re.sub(r"<script.*", "", to_html(report(1_600)), flags=re.DOTALL)
    assert "The brake would stop this run" in text
    assert re.search(r'<span class="count">1\u202f\d{3}</span>\s*<span class="label">Same</span>', text)


def test_an_empty_report_says_so() -> None:
    html = to_html(empty(kinds=(Kind.CUSTOMER, Kind.PROJECT)))
    assert "Nothing to compare: neither system has a record in customers or projects." in html
    assert "<table" not in html and "The brake" not in html


def test_how_long_it_took_is_said_in_minutes_when_it_took_some() -> None:
    assert "in 2 min 5 s" in to_html(Report(**{**vars(empty()), "seconds": 125.4}))
