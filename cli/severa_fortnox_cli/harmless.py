"""Names and texts of strangers, made harmless for where they are shown."""

from __future__ import annotations

import re
import unicodedata

#: A spreadsheet takes a text that begins so for a formula; the wide forms are what East Asian keyboards give.
_FORMULA = frozenset("=+-@\t\r\n＝＋－＠")
#: Controls beyond ASCII's, signs that turn the direction of writing or are not seen, and halves of surrogate pairs.
_STEERING = re.compile("[\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]")


def encodable(text: str) -> str:
    """The text with halves of surrogate pairs replaced, which no file can hold; the vendors' JSON may carry them."""
    return text.encode("utf-8", "replace").decode("utf-8")


def steady(text: str) -> str:
    """The text without signs that steer a terminal, begin a line or turn the direction of writing."""
    categories = ((sign, unicodedata.category(sign)) for sign in encodable(text))
    return "".join(" " if category in ("Cc", "Zl", "Zp") else sign for sign, category in categories if category != "Cf")


def one_line(text: str) -> str:
    """As `steady`, and with one space wherever there were several."""
    return " ".join(steady(text).split())


def steady_json(text: str) -> str:
    """JSON that says the same without such signs: they are escaped."""
    return _STEERING.sub(lambda sign: f"\\u{ord(sign[0]):04x}", text)


def cell(text: str) -> str:
    """The text for a cell of a CSV file, with an apostrophe before what a spreadsheet would take for a formula."""
    first = text.lstrip(" \u00a0")[:1]
    return f"'{encodable(text)}" if text[:1] in _FORMULA or first in _FORMULA else encodable(text)


def web_address(link: str | None) -> str | None:
    """The link if it leads to a page; None for anything else an address can be made to do."""
    return link if link and link.startswith(("https://", "http://")) else None
