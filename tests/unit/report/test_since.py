"""What is told of two reports: rows are followed by their records, whatever became of their counterpart."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from severa_fortnox.work import Kind
from severa_fortnox_cli.report.model import Difference, Place, Report, Row, Side, Verdict
from severa_fortnox_cli.report.since import changed, since
from severa_fortnox_cli.report.table import from_json, to_json
from tests.browser.sample import MADE_AT

A, B = Side("guid-a", "1", "Berg", True), Side("guid-b", "2", "Dal", True)
ONE, TWO = Side("1", "1", "Berg", True), Side("2", "2", "Dal", True)


def row(
    severa: Side | None, fortnox: Side | None, verdict: Verdict = Verdict.LINKED, kind: Kind = Kind.CUSTOMER
) -> Row:
    return Row(kind, f"{kind}s", severa, fortnox, verdict)


def report(*rows: Row, kinds: tuple[Kind, ...] = (Kind.CUSTOMER,)) -> Report:
    return Report("c", "C", kinds, MADE_AT, 1, {}, rows)


@pytest.mark.parametrize(
    ("last", "now", "change"),
    [
        ([row(A, ONE)], row(A, ONE), ""),
        ([], row(A, ONE), "new"),
        ([row(A, ONE, Verdict.WILL_LINK)], row(A, ONE), "before: will link"),
        ([row(A, None, Verdict.WILL_CREATE)], row(A, ONE), "before: will be created"),
        ([row(A, ONE)], row(A, None, Verdict.MISSING), "before: linked"),
        ([row(A, ONE)], row(A, TWO), "other counterpart"),
        (
            [row(A, None, Verdict.IGNORED), row(None, ONE, Verdict.IGNORED)],
            row(A, ONE, Verdict.WILL_LINK),
            "before: ignored",
        ),
        ([row(None, ONE, Verdict.CONFLICT)], row(None, ONE, Verdict.CONFLICT), ""),
    ],
)
def test_a_row_is_followed_by_its_records(last: list[Row], now: Row, change: str) -> None:
    told = since(report(now), report(*last))
    assert [row.change for row in told.rows] == [change]
    assert not told.gone


def test_the_same_verdict_with_other_differences_has_changed() -> None:
    before = replace(row(A, ONE, Verdict.WILL_UPDATE), differences=(Difference("City", "Lund", "Umeå", "Severa wins"),))
    after = replace(before, differences=(Difference("City", "Lund", "Ystad", "Severa wins"),))
    assert since(report(after), report(before)).rows[0].change == "other differences"


def test_the_same_verdict_for_another_cause_has_changed() -> None:
    before = replace(row(A, ONE, Verdict.CONFLICT), cause="The names differ")
    after = replace(before, cause="The organisation numbers differ")
    assert since(report(after), report(before)).rows[0].change == "other cause"


def test_a_report_of_one_kind_carries_the_other_kinds_to_the_next_whole_one() -> None:
    customer, product = row(A, ONE), row(B, TWO, kind=Kind.PRODUCT)
    both = (Kind.CUSTOMER, Kind.PRODUCT)
    whole = since(report(customer, product, kinds=both), report(kinds=both))
    part = from_json(to_json(since(report(customer), whole)))
    assert (part.rows, part.earlier, part.notes) == ((customer,), (product,), ())
    other = replace(product, verdict=Verdict.CONFLICT)
    again = since(report(customer, other, kinds=both), part)
    assert [row.change for row in again.rows] == ["", "before: linked"]
    assert again.earlier == () and "Products" in again.notes[0]


def test_what_is_compared_with_takes_no_other_kind_out_of_the_report_that_is_replaced() -> None:
    both = (Kind.CUSTOMER, Kind.PRODUCT)
    product, newer = row(B, TWO, kind=Kind.PRODUCT), row(B, TWO, Verdict.CONFLICT, Kind.PRODUCT)
    whole = report(row(A, ONE), newer, kinds=both)
    for named in (report(row(A, TWO)), report(row(A, TWO), product, kinds=both)):
        told = since(report(row(A, ONE)), named, whole)
        assert [row.change for row in told.rows] == ["other counterpart"]
        assert told.earlier == (newer,)
    # What the replaced one never knew is taken from the one that was named.
    assert since(report(row(A, ONE)), report(product, kinds=both), report()).earlier == (product,)


def test_only_what_both_reports_know_of_a_record_is_told_as_changed() -> None:
    name = Difference("name", "Berg", "Berg AB", "kept")
    whole = replace(row(A, ONE), differences=(name, Difference("website", "", "www", "kept")))
    listed = replace(row(A, ONE), differences=(name,), known=("number", "name"))
    renamed = replace(listed, differences=(replace(name, fortnox="Berg HB"),))
    for before, after in ((whole, listed), (listed, whole), (from_json(to_json(report(listed))).rows[0], whole)):
        assert since(report(after), report(before)).rows[0].change == ""
    assert since(report(renamed), report(whole)).rows[0].change == "other differences"


BELIEVED = replace(row(A, ONE), known=("number", "name"))
VAT = Difference("VAT number", "SE1", "SE2", "Fortnox wins")
READ = replace(row(A, ONE, Verdict.WILL_UPDATE), differences=(VAT,), cause="It follows Fortnox", every_card=True)


@pytest.mark.parametrize("read", [READ, replace(READ, verdict=Verdict.CONFLICT)], ids=["differs", "is refused"])
def test_what_only_its_card_shows_of_a_pair_is_no_change_when_another_report_does_not_read_it(read: Row) -> None:
    for before, after in ((read, BELIEVED), (BELIEVED, read), (from_json(to_json(report(read))).rows[0], BELIEVED)):
        assert since(report(after), report(before)).rows[0].change == ""


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        # It was read although not every card was: a list had shown a change.
        (BELIEVED, replace(READ, every_card=False), "before: linked"),
        (replace(READ, every_card=False), BELIEVED, "before: will be updated"),
        # Both read every card, or what was not read has nothing to do with it.
        (READ, replace(READ, verdict=Verdict.LINKED), "before: will be updated"),
        (replace(READ, verdict=Verdict.WILL_LINK), BELIEVED, "before: will link"),
        (BELIEVED, replace(BELIEVED, verdict=Verdict.CONFLICT, every_card=True), "before: linked"),
        # What both know has changed as well.
        (BELIEVED, replace(READ, differences=(VAT, replace(VAT, field="name"))), "before: linked"),
        (READ, replace(BELIEVED, fortnox=TWO), "before: will be updated"),
    ],
)
def test_a_pair_that_one_of_two_reports_did_not_read_may_have_changed_all_the_same(
    before: Row, after: Row, change: str
) -> None:
    assert since(report(after), report(before)).rows[0].change == change


def test_rows_whose_records_are_no_more_are_gone() -> None:
    told = since(report(row(A, ONE)), report(row(A, TWO), row(B, None), row(None, ONE)))
    # 2 had a row together with A, and A is still there; only B's row is gone.
    assert [(row.severa, row.change) for row in told.gone] == [(B, "gone")]


def test_a_kind_that_was_not_compared_both_times_is_left_alone() -> None:
    product = row(A, ONE, kind=Kind.PRODUCT)
    customer = row(B, TWO)
    told = since(report(customer, product, kinds=(Kind.CUSTOMER, Kind.PRODUCT)), report())
    assert [row.change for row in told.rows] == ["new", ""]
    assert len(told.notes) == 1 and told.notes[0].startswith("Products: what changed is not told")
    assert not since(report(customer), report(customer, product, kinds=(Kind.CUSTOMER, Kind.PRODUCT))).gone


def test_the_same_id_in_both_systems_is_two_records() -> None:
    severa = Side("1", "1", "Berg", True)
    told = since(report(row(severa, None)), report(row(None, ONE)))
    assert (told.rows[0].change, len(told.gone)) == ("new", 1)


def test_it_is_said_against_which_report() -> None:
    last = replace(report(), made_at=MADE_AT - timedelta(days=1))
    told = since(report(row(A, ONE)), last)
    assert told.since == last.made_at
    assert changed(told.rows) == list(told.rows)


@pytest.mark.parametrize(
    ("made", "place"),
    [
        (row(A, ONE), Place.SAME),
        (row(A, ONE, Verdict.WILL_UPDATE), Place.DIFFERS),
        (row(A, ONE, Verdict.CONFLICT), Place.DIFFERS),
        (row(A, ONE, Verdict.WILL_LINK), Place.SAME),
        (replace(row(A, ONE), differences=(Difference("Number", "1", "2", "only at creation"),)), Place.SAME),
        (
            replace(row(A, ONE, Verdict.WILL_LINK), differences=(Difference("x", "1", "2", "only if empty"),)),
            Place.DIFFERS,
        ),
        (replace(row(A, None, Verdict.WILL_CREATE), near=TWO), Place.ONLY_SEVERA),
        (row(None, ONE, Verdict.MISSING), Place.ONLY_FORTNOX),
        (row(None, replace(ONE, gone=True), Verdict.MISSING), None),
    ],
)
def test_every_row_that_still_has_a_record_counts_in_one_of_the_four_numbers(made: Row, place: Place | None) -> None:
    assert made.place is place


def test_a_pair_has_the_same_key_in_every_report() -> None:
    assert (row(A, ONE).key, row(A, None).key, row(None, ONE).key) == (
        "customer:guid-a:1",
        "customer:guid-a:-",
        "customer:-:1",
    )
