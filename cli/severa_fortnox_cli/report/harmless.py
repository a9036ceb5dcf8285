"""Names and texts of strangers, made harmless for where they are shown."""

from __future__ import annotations

import unicodedata

#: A spreadsheet takes a text that begins so for a formula; the wide forms are what East Asian keyboards give.
_FORMULA = frozenset("=+-@\t\r\n＝＋－＠")


def encodable(text: str) -> str:
    """The text with halves of surrogate pairs replaced, which no file can hold; the vendors' JSON may carry them."""
    return text.encode("utf-8", "replace").decode("utf-8")


def one_line(text: str) -> str:
    """The text on one line and without signs that steer a terminal or turn the direction of writing."""
    categories = ((sign, unicodedata.category(sign)) for sign in encodable(text))
    shown = "".join(
        " " if category in ("Cc", "Zl", "Zp") else sign for sign, category in categories if category != "Cf"
    )
    return " ".join(shown.split())


def cell(text: str) -> str:
    """The text for a cell of a CSV file, with an apostrophe before what a spreadsheet would take for a formula."""
    first = text.lstrip(" \u00a0")[:1]
    return f"'{encodable(text)}" if text[:1] in _FORMULA or first in _FORMULA else encodable(text)


def web_address(link: str | None) -> str | None:
    """The link if it leads to a page; None for anything else an address can be made to do."""
    return link if link and link.startswith(("https://", "http://")) else None
