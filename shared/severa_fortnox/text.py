"""Texts on their way to Fortnox: markup removed, forbidden characters replaced, long ones split.

Fortnox accepts letters of any script and a fixed list of punctuation, and answers anything else with error 2000359
(`reference` fortnox 1). Nothing is dropped silently: a forbidden character becomes its nearest permitted spelling, and
what was replaced is reported.
"""

from __future__ import annotations

import html
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from html.parser import HTMLParser

#: Punctuation and symbols Fortnox permits beside letters and digits.
PERMITTED = frozenset(" –:.`´’,;^¤#%§£$€¢¥©™°&/()=+-*_!?²³®½@\u00a0\\\u0308\u030a\n\r")

#: What a forbidden character is written as; anything else falls back to its Unicode decomposition or its name.
SPELLINGS = {
    '"': "’",
    "'": "’",
    "“": "’",
    "”": "’",
    "„": "’",
    "‘": "’",
    "‚": "’",
    "‹": "’",
    "›": "’",
    "«": "’",
    "»": "’",
    "…": "...",
    "·": "-",
    "•": "-",
    "—": "–",
    "―": "–",
    "‐": "-",
    "‑": "-",
    "−": "-",
    "~": "-",
    "[": "(",
    "]": ")",
    "{": "(",
    "}": ")",
    "<": "(",
    ">": ")",
    "|": "/",
    "×": "x",
    "÷": "/",
    "\t": " ",
}

#: Invisible helpers that change how a neighbour looks and say nothing of their own.
INVISIBLE = frozenset("\u200b\u200c\u200d\u2060\ufeff\ufe0e\ufe0f\u00ad")

_BLOCK_TAGS = (
    "blockquote|caption|dd|div|dl|dt|footer|h1|h2|h3|h4|h5|h6|header|hr|li|main|ol|p|pre|section|table|title|tr|ul"
)
_OTHER_TAGS = (
    "a|abbr|b|big|body|br|center|code|col|colgroup|del|em|font|head|html|i|img|input|ins|label|link|mark|meta|o:p|s|"
    "script|small|span|strike|strong|style|sub|sup|tbody|td|tfoot|th|thead|tt|u|wbr"
)
_BLOCKS = frozenset(_BLOCK_TAGS.split("|"))
_UNSEEN = frozenset({"script", "style"})
_TAG = rf"/?(?:{_BLOCK_TAGS}|{_OTHER_TAGS})(?:[\s/][^<>]*)?>|!--[\s\S]*?-->|!doctype\b"
_MARKUP = re.compile(rf"<(?:{_TAG})|&(?:#\d+|#x[0-9a-f]+|[a-z]\w*);", re.IGNORECASE)
_NO_TAG = re.compile(rf"<(?!{_TAG})", re.IGNORECASE)


@dataclass(frozen=True)
class Cleaned:
    """A text Fortnox accepts.

    Args:
        text: the text.
        replaced: the forbidden characters that were spelled differently, each once, in order of appearance.
    """

    text: str
    replaced: tuple[str, ...] = ()


def permitted(text: str) -> bool:
    """Whether Fortnox takes the text as it is."""
    return "://" not in text and all(map(_is_permitted, text))


def fortnox_text(text: str) -> Cleaned:
    """The text in characters that Fortnox permits; running it again changes nothing."""
    composed = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    if permitted(composed):
        return Cleaned(composed)
    replaced: dict[str, None] = {}
    pieces = []
    for character in composed:
        if _is_permitted(character):
            pieces.append(character)
            continue
        replaced[character] = None
        pieces.append(_spelled(character))
    # Only now: what was replaced may have stood between a letter and its accent, or have become part of "://".
    spelled = unicodedata.normalize("NFC", "".join(pieces))
    if "://" in spelled:
        # Both characters are on Fortnox's list, yet the sequence was seen refused.
        replaced["://"] = None
        spelled = re.sub(r":(?=//)", ": ", spelled)
    return Cleaned(spelled, tuple(replaced))


def plain_text(markup: str) -> str:
    """The text a reader of the markup sees: tags gone, blocks and breaks as line breaks, entities resolved.

    A text without markup comes back as it is: `R&D`, `a < b` and `Anna <anna@firma.se>` are none.
    """
    if not _MARKUP.search(markup):
        return markup.strip()
    reader = _Reader()
    # A "<" that opens no known tag is something the writer meant to be read; the parser would swallow it.
    reader.feed(_NO_TAG.sub("&lt;", markup.replace("\r\n", "\n").replace("\r", "\n")))
    reader.close()
    lines = [re.sub(r"[ \t]+", " ", line).strip() for line in "".join(reader.pieces).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def split_text(text: str, limit: int) -> list[str]:
    """The text in pieces of at most `limit` characters that together say all of it.

    Pieces end at a line break or a space where there is one; only a single word longer than `limit` is broken.
    """
    pieces = []
    rest = text.strip()
    while len(rest) > limit:
        edge = max(rest.rfind("\n", 0, limit + 1), rest.rfind(" ", 0, limit + 1))
        head, rest = (rest[:edge], rest[edge + 1 :]) if edge > 0 else (rest[:limit], rest[limit:])
        pieces.append(head.rstrip())
        rest = rest.lstrip()
    if rest:
        pieces.append(rest)
    return pieces


def marked_up(text: str) -> str:
    """A text that `plain_text` reads back as it is: what looks like markup in it is escaped."""
    stripped = text.strip()
    return stripped if plain_text(stripped) == stripped else html.escape(stripped, quote=False)


def cut_at_word(text: str, limit: int) -> str:
    """The beginning of the text, at most `limit` characters, ending at a word; the caller keeps the whole elsewhere."""
    return split_text(text, limit)[0] if text.strip() else ""


def is_blank(text: str | None) -> bool:
    """Whether Fortnox would see nothing in the text: white space, invisible and control characters are nothing."""
    return not fortnox_text(text or "").text.strip()


def folded(text: str | None) -> str:
    """The text for comparing names: trimmed, case-folded, runs of white space as one."""
    return " ".join((text or "").casefold().split())


@lru_cache(maxsize=4096)
def _is_permitted(character: str) -> bool:
    return character in PERMITTED or character in "0123456789" or unicodedata.category(character).startswith("L")


def _spelled(character: str) -> str:
    if character in SPELLINGS:
        return SPELLINGS[character]
    if character in INVISIBLE or unicodedata.category(character) == "Cf":
        return ""
    if unicodedata.category(character).startswith(("Z", "C")):
        return " "
    decomposed = unicodedata.normalize("NFKC", character)
    if decomposed != character and all(_is_permitted(part) for part in decomposed):
        return decomposed
    name = unicodedata.name(character, f"character U+{ord(character):04X}").lower()
    return f"({name})"


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _UNSEEN:
            self._unseen += 1
        elif tag == "br" or tag in _BLOCKS:
            self.pieces.append("\n")
            if tag == "li":
                self.pieces.append("- ")
        elif tag in {"td", "th"}:
            self.pieces.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNSEEN:
            self._unseen = max(0, self._unseen - 1)
        elif tag in _BLOCKS:
            self.pieces.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.pieces.append(re.sub(r"\s*\n\s*", "\n", data))
