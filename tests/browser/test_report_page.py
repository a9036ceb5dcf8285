"""The report in a browser, as a bookkeeper meets it: seen, clicked, typed into, sorted, printed, and sent as a link."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from pypdf import PdfReader
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from severa_fortnox.work import Kind
from severa_fortnox_cli.report.model import BY_ATTENTION, Report, Row, Side, Verdict
from tests.browser.conftest import Page
from tests.browser.sample import report

ROWS = "#rows tr.row"

#: WCAG: contrast of each visible text with what is behind it, in the browser's own colours.
CONTRASTS = """
const luminance = ([r, g, b]) => [r, g, b].map(v => v / 255)
  .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
  .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
const colour = text => text.match(/[\\d.]+/g).map(Number);
const behind = element => {
  for (let e = element; e; e = e.parentElement) {
    const c = colour(getComputedStyle(e).backgroundColor);
    if (c.length < 4 || c[3] > 0) return c;
  }
  return [255, 255, 255];
};
const found = [];
for (const element of document.querySelectorAll("body *")) {
  const own = [...element.childNodes].some(n => n.nodeType === 3 && n.data.trim());
  if (!own || !element.getClientRects().length || element.closest("script, style, select, .hidden")) continue;
  const [a, b] = [luminance(colour(getComputedStyle(element).color)), luminance(behind(element))];
  const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  const name = `${element.className || element.tagName}: ${element.textContent.trim().slice(0, 40)}`;
  if (contrast < 4.5) found.push(`${name} ${contrast.toFixed(2)}`);
}
return [...new Set(found)];
"""


@pytest.fixture(autouse=True)
def nothing_breaks(page: Page) -> Iterator[None]:
    """In no test does a name run as a script, nor the page ask for anything that is not in it."""
    page.said()
    yield
    assert page.js("return window.broken") is None
    assert page.said() == []


def grouped(count: int) -> str:
    return f"{count:,}".replace(",", "\u202f")


def test_it_opens_with_the_four_numbers_and_what_needs_attention_first(page: Page, large: Report) -> None:
    page.open()
    ready = page.js("return Number(document.documentElement.dataset.ready)")
    print(f"\n5,000 rows: the page can be used after {ready} ms")
    places = Counter(row.place for row in large.rows)
    assert page.seen(".tally .count") == [grouped(places[place]) for place in type(large.rows[0].place)]
    assert page.seen(".brake h2") == ["The brake would stop this run"]
    assert page.seen("#status") == ["5\u202f000 rows, those that need attention first"]
    assert set(page.seen(f"{ROWS} .verdict")) == {"!\nConflict"}
    waiting = sum(row.waits for row in large.rows)
    assert page.seen("#waiting") == [f"{waiting} rows wait for a person"]
    assert page.js("return document.documentElement.scrollWidth <= innerWidth")
    page.picture("wide")
    # Two busy cores are slow; ten seconds is what nobody waits for.
    assert ready < 10_000


def test_a_report_with_10000_rows_opens_too(page: Page, opened: Callable[[Report], Page]) -> None:
    larger = opened(report(10_000, seed=2)).open()
    print(f"\n10,000 rows: the page can be used after {larger.js('return document.documentElement.dataset.ready')} ms")
    assert larger.seen("#status") == ["10\u202f000 rows, those that need attention first"]
    larger.click("button[data-sort='severa-name']")
    assert larger.js("return document.querySelector('[aria-sort=ascending]').textContent") == "Severa Name"


def test_a_verdict_filters_and_the_other_filters_tell_what_they_would_leave(page: Page, large: Report) -> None:
    page.open()
    page.click("button[data-verdict='missing']")
    missing = [row for row in large.rows if row.verdict is Verdict.MISSING]
    assert len(page.seen(ROWS)) == len(missing)
    assert page.seen("#status")[0].startswith(f"{len(missing)} of 5\u202f000 rows")
    kinds = Counter(row.kind for row in missing)
    assert page.seen("button[data-kind='customer'] span") == [str(kinds[Kind.CUSTOMER])]
    page.click("button[data-kind='customer']")
    assert len(page.seen(ROWS)) == kinds[Kind.CUSTOMER]
    assert set(page.seen(f"{ROWS} .register")) == {"customers"}
    page.click("button[data-verdict='conflict']")
    conflicts = sum(row.verdict is Verdict.CONFLICT and row.kind is Kind.CUSTOMER for row in large.rows)
    assert len(page.seen(ROWS)) == kinds[Kind.CUSTOMER] + conflicts
    page.click("#clear")
    assert page.seen("#status")[0].startswith("5\u202f000 rows")
    assert not page.seen("#clear")


def test_a_number_at_the_top_leads_to_its_rows(page: Page, large: Report) -> None:
    page.open("verdict=conflict")
    page.click(".tally[data-place='only in Fortnox']")
    alone = [row for row in large.rows if row.severa is None]
    assert page.seen("#status")[0].startswith(f"{len(alone)} of")
    assert set(page.seen(f"{ROWS} .number.severa")) == {"–"}
    assert page.js("return document.querySelector('.tally[aria-pressed=true]').dataset.place") == "only in Fortnox"


def test_who_waits_is_one_click_away(page: Page, large: Report) -> None:
    page.open()
    page.click("#waiting")
    waiting = [row for row in large.rows if row.waits]
    assert page.seen("#status")[0].startswith(f"{len(waiting)} of")
    assert page.js("return location.hash") == "#waits=1"
    # Some will be linked and wait with the rest.
    page.click("button[data-verdict='will link']")
    linking = [row for row in waiting if row.verdict is Verdict.WILL_LINK]
    assert page.seen(f"{ROWS} .verdict") == ["~\nWill link"] * len(linking) != []
    page.click("#clear")
    assert page.seen("#status")[0].startswith("5\u202f000 rows")


def test_search_finds_by_number_name_without_accents_and_cause(page: Page) -> None:
    page.open()
    page.driver.switch_to.active_element.send_keys("/")
    assert page.js("return document.activeElement.id") == "search"
    page.driver.switch_to.active_element.send_keys("umea akeri")
    page.until(lambda: page.js("return location.hash") == "#q=umea+akeri")
    names = page.seen(f"{ROWS} .name.severa") + page.seen(f"{ROWS} .name.fortnox")
    assert names and any("Umeå Åkeri" in name for name in names)
    # Umeå may also be the city, which is behind the row.
    assert all("Åkeri" in row for row in page.seen(ROWS))
    search = page.driver.find_element("id", "search")
    search.send_keys(Keys.CONTROL, "a")
    search.send_keys("onerror conflict nothing has this")
    page.until(lambda: page.seen("#nothing"))
    assert page.seen("#nothing") == ["No row fits these filters."]
    search.send_keys(Keys.ESCAPE)
    page.until(lambda: page.seen("#status")[0].startswith("5\u202f000"))


def test_search_finds_an_organisation_number_without_its_dash_and_a_verdict(page: Page, large: Report) -> None:
    row = next(row for row in large.rows if row.severa and "Organisation number" in row.severa.fields)
    assert row.severa is not None
    number = row.severa.fields["Organisation number"]
    page.open(f"q={number}")
    assert page.seen(ROWS)
    found = page.seen(ROWS)
    page.open(f"q={number.replace('-', '')}")
    assert page.seen(ROWS) == found
    page.open("q=will+be+updated")
    assert set(page.seen(f"{ROWS} .verdict")) == {"*\nWill be updated"}


def test_names_that_look_like_markup_are_shown_as_they_are(page: Page) -> None:
    page.open("q=onerror&all=1")
    assert any(name.startswith("</script><img src=x onerror=") for name in page.seen(f"{ROWS} .name"))
    for at in range(4):
        page.click(f"{ROWS} .open", at)
    assert len(page.seen(".detail")) == 4
    assert page.js("return document.images.length") == 0
    assert page.js("return document.querySelectorAll('script').length") == 2
    page.picture("nasty")


def test_a_heading_sorts_up_then_down_then_not(page: Page) -> None:
    page.open("verdict=will+be+created&kind=customer")
    page.click("button[data-sort='severa-number']")
    heading = "return document.querySelector(\"[data-sort='severa-number']\").parentElement.ariaSort"
    assert page.js(heading) == "ascending"
    up = page.seen(f"{ROWS} .number.severa")
    numbers = [int(text) for text in up if text.isdigit()]
    assert numbers == sorted(numbers) and len(numbers) > 10
    # What has no number comes last, both ways.
    assert up == [str(number) for number in numbers] + ["–"] * (len(up) - len(numbers))
    page.click("button[data-sort='severa-number']")
    assert page.js(heading) == "descending"
    down = page.seen(f"{ROWS} .number.severa")
    assert down[0] != "–" and [int(text) for text in down if text.isdigit()] == sorted(
        (int(text) for text in down if text.isdigit()), reverse=True
    )
    page.click("button[data-sort='severa-number']")
    assert page.js(heading) == "none"


def test_names_sort_as_in_swedish_and_numbers_as_numbers(page: Page, opened: Callable[[Report], Page]) -> None:
    names = ["Östra Rör", "Ärlan", "Zäta", "Åkeri 10", "Åkeri 9", "adam", "Bertil", "Wiman", "Viktor", "Änglar", "Ö"]
    rows = tuple(
        Row(Kind.CUSTOMER, "customers", Side(str(at), f"{at}", name, True), None, Verdict.IGNORED)
        for at, name in enumerate(names)
    )
    swedish = opened(replace(report(1), rows=rows, gone=(), brake=())).open("sort=severa-name")
    assert swedish.seen(f"{ROWS} .name.severa") == [
        "adam",
        "Bertil",
        "Viktor",
        "Wiman",
        "Zäta",
        "Åkeri 9",
        "Åkeri 10",
        "Änglar",
        "Ärlan",
        "Ö",
        "Östra Rör",
    ]


#: For each column the places of five rows in its order, each unlike all others and unlike the rows' own order.
PLACES = {
    "verdict": (1, 0, 3, 2, 4),
    "register": (4, 3, 2, 1, 0),
    "severa-number": (2, 4, 1, 0, 3),
    "severa-name": (3, 1, 4, 2, 0),
    "fortnox-number": (0, 2, 4, 1, 3),
    "fortnox-name": (4, 0, 3, 1, 2),
    "score": (1, 3, 0, 4, 2),
    "cause": (2, 0, 4, 3, 1),
    "change": (3, 4, 0, 2, 1),
}


@pytest.mark.parametrize("column", PLACES)
def test_every_column_sorts_by_what_stands_in_it(page: Page, opened: Callable[[Report], Page], column: str) -> None:
    def row(at: int) -> Row:
        word = {column: f"{'abcde'[places[at]]} {column}" for column, places in PLACES.items()}
        number = {column: str((places[at] + 1) * 9) for column, places in PLACES.items()}
        return Row(
            Kind.CUSTOMER,
            word["register"],
            Side(f"{at}", number["severa-number"], word["severa-name"], True),
            Side(f"{at}", number["fortnox-number"], word["fortnox-name"], True),
            BY_ATTENTION[PLACES["verdict"][at]],
            score=int(number["score"]),
            cause=word["cause"],
            change=word["change"],
        )

    sorting = opened(replace(report(1), rows=tuple(map(row, range(5))), gone=(), brake=())).open(f"sort={column}")
    order = "return [...document.querySelectorAll('tr.row')].map(row => Number(row.dataset.key.split(':')[1]))"
    expected = sorted(range(5), key=lambda at: PLACES[column][at])
    assert sorting.js(order) == expected
    sorting.click(f"button[data-sort='{column}']")
    assert sorting.js(order) == expected[::-1]
    assert sorting.js("return document.querySelectorAll('[aria-sort=descending]').length") == 1


def test_a_row_opens_to_why_what_to_do_who_and_only_what_differs(page: Page) -> None:
    page.open("verdict=conflict&kind=customer")
    page.click(f"{ROWS} .open")
    assert page.js("return document.querySelector('.open').ariaExpanded") == "true"
    assert page.seen(".detail .why dt") == ["Cause", "What to do", "Who"]
    assert page.seen(".detail .why dd")[2] == "A bookkeeper, in Fortnox; An administrator, in Severa"
    assert page.seen(".detail .fields tbody th") == ["Name", "E-mail", "City"]
    assert page.seen(".detail .fields tbody .owner") == ["only at creation", "only if empty", "only at creation"]
    assert page.seen(".detail .fields tbody td.fortnox")[1:] == ["empty", "Solna"]
    assert page.seen(".detail .fields mark")
    links = page.js("return [...document.querySelectorAll('.detail a')].map(a => [a.href, a.rel, a.target])")
    assert [link[0].split("/")[2] for link in links] == ["severa.example", "fortnox.example"]
    assert all(link[1:] == ["noopener noreferrer", "_blank"] for link in links)
    parts = dict(zip(page.seen(".parts li span"), page.seen(".parts li b"), strict=True))
    assert parts["Number"] == "20 of 20" and parts["VAT number"] == "not compared"
    earned, possible, total = map(int, re.findall(r"\d+", page.seen(".scored p")[0]))
    assert earned * 100 // possible == total
    page.picture("open")
    page.click("#all")
    assert len(page.seen(".detail .fields tbody th")) > 6
    page.click(f"{ROWS} .open")
    assert not page.seen(".detail")


def test_a_row_without_differences_links_to_its_records_too(page: Page) -> None:
    page.open("verdict=linked")
    page.click(f"{ROWS} .open")
    assert page.seen(".detail .fields") == ["No field differs. “All fields” shows both records."]
    assert page.seen(".detail .pages a") == ["Open in Severa", "Open in Fortnox"]


def test_what_is_spelt_otherwise_counts_as_equal(opened: Callable[[Report], Page]) -> None:
    severa = Side("a", "1", "Berg", True, {"Name": "Berg", "Postal code": "21120"})
    fortnox = Side("1", "1", "Berg", True, {"Name": "Berg", "Postal code": "211 20"})
    row = Row(Kind.CUSTOMER, "customers", severa, fortnox, Verdict.WILL_LINK)
    shown = opened(replace(report(1, with_last=False), rows=(row,), brake=())).open()
    shown.click(f"{ROWS} .open")
    assert shown.seen(".detail .fields") == ["No field differs. “All fields” shows both records."]
    shown.click("#all")
    assert shown.seen(".detail .fields tbody th") == ["Name", "Postal code"]
    assert shown.js("return [...document.querySelectorAll('.detail td.owner')].map(each => each.innerText)") == [
        "",
        "counts as equal",
    ]


def test_what_the_verdicts_mean_stands_with_the_settings_and_stays_open_when_it_is_printed(page: Page) -> None:
    page.open("verdict=conflict")
    page.click("#about summary")
    assert len(page.seen("#about .legend dt")) == len(Verdict)
    assert all(page.seen("#about .legend dd"))
    page.pdf("open-settings")
    assert page.js("return document.querySelector('#about').open") is True
    page.click("#about summary")
    page.pdf("closed-settings")
    assert page.js("return document.querySelector('#about').open") is False


def test_a_link_to_somebody_who_has_no_row_any_more_shows_all(page: Page) -> None:
    page.open("who=Nobody+at+all")
    assert page.seen("#status") == ["5\u202f000 rows, those that need attention first"]


def test_a_record_without_a_counterpart_shows_the_one_most_like_it(page: Page) -> None:
    page.open("verdict=will+be+created&sort=-score")
    page.click(f"{ROWS} .open")
    assert page.seen(f"{ROWS} .name.fortnox")[0].startswith("≈ 9")
    assert "Most like in Fortnox" in page.seen(".detail .fields thead th")[2]
    assert page.seen(".scored h3") == ["How alike, though not linked"]


def test_the_keyboard_is_enough(page: Page) -> None:
    page.open("verdict=will+be+updated")
    page.js("document.querySelector('.open').focus()")
    keys = page.driver.switch_to
    ActionChains(page.driver).send_keys(Keys.ARROW_DOWN * 120).perform()
    # The arrows went on past the rows that were drawn first.
    assert page.js("return [...document.querySelectorAll('.open')].indexOf(document.activeElement)") == 120
    keys.active_element.send_keys(Keys.ENTER)
    assert len(page.seen(".detail")) == 1
    keys.active_element.send_keys(Keys.TAB)
    assert page.js("return document.activeElement.tagName") == "A"
    assert page.js("return getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_scrolling_down_brings_more_rows_until_all_are_there(page: Page) -> None:
    page.open("verdict=will+be+updated")
    total = int(page.seen("#status")[0].split(" ")[0].replace("\u202f", ""))
    assert len(page.seen(ROWS)) < total

    def reached() -> bool:
        page.js("scrollTo(0, document.body.scrollHeight)")
        return len(page.seen(ROWS)) == total

    page.until(reached)
    # The headings are still in sight, below the filters.
    bar, head = page.js(
        "return ['.bar', '#rows thead'].map(s => document.querySelector(s).getBoundingClientRect())"
        ".map(r => [r.top, r.bottom])"
    )
    assert bar[0] == 0 and abs(head[0] - bar[1]) < 1


def test_a_link_shows_what_its_sender_saw(page: Page, large: Report) -> None:
    page.open()
    page.click("button[data-kind='project']")
    page.click("button[data-verdict='will be updated']")
    page.click("button[data-sort='severa-name']")
    page.click(f"{ROWS} .open", 20)
    page.click("#all")
    seen, hash = page.seen(ROWS), page.js("return location.hash")
    page.open(hash.removeprefix("#"))
    assert page.seen(ROWS) == seen
    assert len(page.seen(".detail")) == 1
    assert page.js("const r = document.querySelector('.detail').getBoundingClientRect(); return r.top < innerHeight")
    # Back and forth, or a link pasted into the same window.
    page.js("location.hash = 'verdict=ignored&kind=nonsense&sort=nonsense'")
    page.until(lambda: set(page.seen(f"{ROWS} .verdict")) == {"-\nIgnored"})


def test_what_changed_since_the_last_report(page: Page, large: Report) -> None:
    page.open()
    page.click("#changed")
    told = [row.change for row in (*large.rows, *large.gone) if row.change]
    assert Counter(page.seen(f"{ROWS} .change")) == Counter(told)
    assert set(told) >= {"new", "gone", "before: will link"}
    assert any("Avvecklade Bolaget AB" in name for name in page.seen(".row.gone .name"))
    page.picture("changed")


def test_without_a_last_report_there_is_nothing_to_compare_with(page: Page, opened: Callable[[Report], Page]) -> None:
    first = opened(report(40, with_last=False)).open()
    assert not first.seen("#changed") and not first.seen(".change")
    assert len(first.seen(ROWS)) == 40


def test_rows_can_be_handed_to_those_who_can_mend_them(page: Page, large: Report) -> None:
    page.open()
    page.js(
        "const who = document.querySelector('#who'); who.value = arguments[0]; who.dispatchEvent(new Event('change'))",
        "An administrator, in Severa",
    )
    mine = sum("An administrator, in Severa" in row.who for row in large.rows)
    assert page.seen("#status")[0].startswith(f"{mine} of")


def test_an_empty_report_says_so(page: Page, opened: Callable[[Report], Page]) -> None:
    empty = opened(replace(report(1), rows=(), gone=(), brake=(), since=None)).open()
    assert empty.seen(".nothing") == [
        "Nothing to compare: neither system has a record in customers or products or projects."
    ]
    assert empty.seen(".tally .count") == ["0"] * 4
    empty.picture("empty")


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("hash", ["", "verdict=conflict&verdict=linked&where=same", "changed=1&all=1"])
def test_every_text_stands_out_from_what_is_behind_it(page: Page, dark: bool, hash: str) -> None:
    page.open(hash, dark=dark)
    page.click(f"{ROWS} .open")
    page.js("document.querySelector('#about').open = true")
    assert page.js(CONTRASTS) == []
    page.picture(f"{'dark' if dark else 'light'}-{len(hash)}")


@pytest.mark.parametrize("width", [390, 768, 1100, 1240, 1920])
def test_it_fits_every_width(page: Page, width: int) -> None:
    page.open("kind=customer&verdict=conflict", width=width, height=900)
    page.click(f"{ROWS} .open")
    page.js("document.querySelector('#about').open = true")
    assert page.js("return document.documentElement.scrollWidth <= innerWidth")
    assert all(page.seen(f"{ROWS} .{cell}")[0] for cell in ("number.severa", "name.fortnox", "score", "cause"))
    # Where the headings are gone, the order is chosen from a list.
    assert bool(page.seen("#order")) == (width <= 1180)
    # Nothing of a cause is cut off.
    assert page.js(
        "return [...document.querySelectorAll('td.cause span')].every(e => e.scrollHeight <= e.clientHeight)"
    )
    page.js("document.querySelector('#rows').scrollIntoView()")
    page.picture(f"{width}")


def test_on_paper_every_row_stands_with_its_cause_and_no_controls(page: Page, large: Report) -> None:
    page.open("kind=product&verdict=conflict&verdict=linked", dark=True)
    paper = PdfReader(page.pdf("print"))
    assert len(page.seen(ROWS)) == 100, "the screen shows its first rows again"
    # On paper "fl" may be one sign.
    pages = [unicodedata.normalize("NFKC", sheet.extract_text(extraction_mode="layout")) for sheet in paper.pages]
    text = "\n".join(pages)
    products = [row.verdict for row in large.rows if row.kind is Kind.PRODUCT]
    conflicts, linked = products.count(Verdict.CONFLICT), products.count(Verdict.LINKED)
    assert f"Shown: products, conflict, linked. {conflicts + linked} rows." in text
    assert len(re.findall(r"^ *= +Linked", text, re.MULTILINE)) == linked
    assert text.count("What to do") == text.count("A bookkeeper, in Fortnox") == conflicts
    # The headings stand on every page, and nothing that only a screen can do.
    assert len(pages) > 5
    assert all(re.search(r"Verdict +Register +Number +Name +Number +Name +Score +Cause", page) for page in pages)
    assert not re.search("Clear filters|All fields|Settings and notes|Search", text)
    width, height = (float(side) for side in paper.pages[0].mediabox[2:])
    assert (round(width), round(height)) == (842, 595)


def test_one_of_several_people_finds_what_is_theirs(opened: Callable[[Report], Page]) -> None:
    side = Side("1", "1", "Berg", True)
    row = Row(Kind.CUSTOMER, "customers", side, side, Verdict.CONFLICT, waits=True, fix="x", who=("Ada",))
    rows = (row, replace(row, who=("Bo", "Ada")), replace(row, who=()))
    page = opened(replace(report(10), rows=rows, gone=(), since=None)).open()
    assert page.js("return [...document.querySelectorAll('#who option')].map(o => o.value)") == ["", "Ada", "Bo"]
    for who, count in (("Ada", 2), ("Bo", 1)):
        page.open(f"who={who}")
        assert page.seen("#status")[0].startswith(f"{count} of 3 rows")
    page.click(f"{ROWS} .open")
    assert "Bo; Ada" in page.seen(".detail .why dd")
