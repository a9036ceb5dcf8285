"""Attachments: PDFs within Fortnox's limits, each under a name that is found again."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from severa_fortnox.decisions.attachments import plan, unique_name
from tests.unit import builders as a

MEGABYTE = 1024 * 1024


def refusals(*files: Any) -> list[str]:
    return [reason.code for reason in plan(files)[1]]


def numbered(count: int, **replaced: Any) -> list[Any]:
    return [a.file(fileGuid=f"{n:08}-x", name=f"{n}.pdf", sortOrder=n, **replaced) for n in range(count)]


def test_no_files_are_no_work() -> None:
    assert plan(()) == ((), [], [])


def test_files_go_in_severas_order_then_by_name_then_by_guid() -> None:
    files = [
        a.file(fileGuid="4", name="b.pdf", sortOrder=2),
        a.file(fileGuid="3", name="b.pdf", sortOrder=1),
        a.file(fileGuid="2", name="a.pdf", sortOrder=1),
        a.file(fileGuid="1", name="b.pdf", sortOrder=1),
        a.file(fileGuid="0", name="z.pdf", sortOrder=None),
    ]

    assert [each.file_guid for each in plan(files)[0]] == ["0", "2", "1", "3", "4"]
    assert plan(files) == plan(list(reversed(files)))


@pytest.mark.parametrize(
    ("name", "content_type", "taken"),
    [
        ("a.pdf", "application/pdf", True),
        ("a", "Application/PDF; charset=binary", True),
        ("a.PDF", None, True),
        ("a.pdf", "", True),
        ("a.pdf", "image/png", False),
        ("a.docx", None, False),
    ],
)
def test_only_pdf_files_are_taken(name: str, content_type: str | None, taken: bool) -> None:
    assert refusals(a.file(name=name, contentType=content_type)) == ([] if taken else ["attachment-not-pdf"])


@pytest.mark.parametrize(
    ("size", "codes"), [(5 * MEGABYTE, []), (5 * MEGABYTE + 1, ["attachment-too-big"]), (0, []), (None, [])]
)
def test_one_file_has_five_megabytes_at_most(size: int | None, codes: list[str]) -> None:
    assert refusals(a.file(size=None if size is None else Decimal(size))) == codes


def test_together_they_have_fifteen_megabytes_at_most() -> None:
    assert refusals(*numbered(3, size=Decimal(5 * MEGABYTE))) == []
    assert refusals(*numbered(4, size=Decimal(4 * MEGABYTE))) == ["attachments-too-big"]


def test_every_bad_file_is_named() -> None:
    assert refusals(a.file(name="a.txt", contentType=None), a.file(name="b.txt", contentType=None)) == [
        "attachment-not-pdf",
        "attachment-not-pdf",
    ]


def test_five_are_sent_and_the_others_attached_and_said() -> None:
    planned, refused, notes = plan(numbered(7, size=Decimal(3 * MEGABYTE)))

    assert [each.include_on_send for each in planned] == [True] * 5 + [False] * 2
    assert refused == []  # only what is sent counts towards the 15 megabytes
    assert notes[0].values == {"files": "5.pdf, 6.pdf", "most": "5"}


@pytest.mark.parametrize(
    ("name", "unique"),
    [("rapport.pdf", "rapport f11e0001.pdf"), ("RAPPORT.PDF", "RAPPORT f11e0001.pdf"), ("v.1", "v.1 f11e0001.pdf")],
)
def test_a_name_carries_a_piece_of_the_guid(name: str, unique: str) -> None:
    assert unique_name(a.file(name=name)) == unique
