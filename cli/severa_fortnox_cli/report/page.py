"""The report as one page that opens anywhere: no server, no network, nothing beside the file."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from importlib import resources
from typing import Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from severa_fortnox.work import Kind
from severa_fortnox_cli.harmless import encodable, web_address
from severa_fortnox_cli.report.model import BY_ATTENTION, Place, Report, Row, Side, Verdict, name_of

_SCRIPTS = ("page.rows.js", "page.state.js", "page.js")

#: What a reader is told of each verdict.
_MEANINGS = {
    Verdict.CONFLICT: "The two contradict each other; nothing is done until one of them is changed.",
    Verdict.DUPLICATE: "Several records claim to be the same one; nothing is done until one of them gives way.",
    Verdict.MISSING: "It was linked, and one of the two records is gone, or both.",
    Verdict.WILL_UPDATE: "Linked, and fields that are kept equal differ; they will be written.",
    Verdict.WILL_LINK: "The two belong together and will be linked.",
    Verdict.WILL_CREATE: "It has no counterpart, and one will be created.",
    Verdict.LEFT_ALONE: "A rule leaves it alone; the cause names the rule.",
    Verdict.IGNORED: "It is left alone because somebody asked for it.",
    Verdict.LINKED: "Linked, and nothing will be written.",
}
_PLACES = {
    Place.SAME: "in both systems, alike",
    Place.DIFFERS: "in both systems, not alike",
    Place.ONLY_SEVERA: "without a counterpart in Fortnox",
    Place.ONLY_FORTNOX: "without a counterpart in Severa",
}
#: Class, heading, what the page sorts by, and the system for those who hear the heading without the one above it.
_COLUMNS = (
    ("verdicts", "Verdict", "verdict", ""),
    ("register", "Register", "register", ""),
    ("number severa", "Number", "severa-number", "Severa"),
    ("name severa", "Name", "severa-name", "Severa"),
    ("number fortnox", "Number", "fortnox-number", "Fortnox"),
    ("name fortnox", "Name", "fortnox-name", "Fortnox"),
    ("score", "Score", "score", ""),
    ("cause", "Cause", "cause", ""),
    ("change", "Change", "change", ""),
)


def to_html(report: Report) -> str:
    """The whole page; names in it are text whatever they look like, and it may run no script but its own."""
    style, script = _asset("page.css"), "\n".join(map(_asset, _SCRIPTS))
    places = Counter(row.place for row in report.rows)
    verdicts = Counter(row.verdict for row in report.rows)
    kinds = Counter(row.kind for row in report.rows)
    columns = [column for column in _COLUMNS if report.since or column[0] != "change"]
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters["grouped"] = grouped
    html = environment.from_string(_asset("page.html.jinja")).render(
        report=report,
        policy=f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; base-uri 'none'",
        style=Markup(style),
        script=Markup(script),
        data=Markup(_embedded(_data(report))),
        made_on=f"{report.made_at.astimezone():%Y-%m-%d}",
        made_at=_moment(report.made_at),
        took=_duration(report.seconds),
        since=_moment(report.since) if report.since else "",
        numbers=[
            {"place": place.value, "label": _sentence(place), "meaning": meaning, "count": places[place]}
            for place, meaning in _PLACES.items()
        ],
        verdicts=[{**_verdict(verdict), "count": verdicts[verdict]} for verdict in BY_ATTENTION],
        kinds=[{"value": kind.value, "name": name_of(kind), "count": kinds[kind]} for kind in report.kinds],
        columns=[dict(zip(("cls", "heading", "sort", "system"), column, strict=True)) for column in columns],
        waiting=sum(row.waits for row in report.rows),
        changed=sum(bool(row.change) for row in (*report.rows, *report.gone)),
        compared=" or ".join(name_of(kind).lower() for kind in report.kinds) or "any register",
    )
    return encodable(html)


def grouped(count: int) -> str:
    """A count with narrow spaces between thousands, which reads the same in English and Swedish."""
    return f"{count:,}".replace(",", "\u202f")


def _data(report: Report) -> Mapping[str, Any]:
    fields = {kind: _field_names(report, kind) for kind in report.kinds}
    rows = [(row, False) for row in report.rows] + [(row, True) for row in report.gone]
    rows.sort(key=lambda entry: (entry[1], *_attention(entry[0])))
    keys = Counter[str]()
    return {
        "total": len(report.rows),
        "since": bool(report.since),
        "kinds": list(report.kinds),
        "places": list(Place),
        "verdicts": [_verdict(verdict) for verdict in BY_ATTENTION],
        "fields": fields,
        "rows": [_row(row, _key(row, gone, keys), fields[row.kind], gone) for row, gone in rows],
    }


def _attention(row: Row) -> tuple[Any, ...]:
    side = row.severa or row.fortnox
    # Runs of digits as numbers; pairs keep digits and letters from being compared with each other.
    parts = re.findall(r"(\d+)|(\D+)", side.number if side else "")
    number = [(0, int(digits), "") if digits else (1, 0, letters.casefold()) for digits, letters in parts]
    return (BY_ATTENTION.index(row.verdict), row.kind, row.register, number)


def _field_names(report: Report, kind: Kind) -> list[str]:
    rows = (row for row in (*report.rows, *report.gone) if row.kind is kind)
    sides = (side for row in rows for side in (row.severa, row.fortnox, row.near) if side)
    return list(dict.fromkeys(name for side in sides for name in side.fields))


def _key(row: Row, gone: bool, keys: Counter[str]) -> str:
    key = f"gone:{row.key}" if gone else row.key
    keys[key] += 1
    # Two rows may be about the same records; on the page each opens by itself.
    return key if keys[key] == 1 else f"{key}:{keys[key]}"


def _row(row: Row, key: str, fields: list[str], gone: bool) -> Mapping[str, Any]:
    values = {
        "key": key,
        "kind": row.kind,
        "register": row.register,
        "severa": _side(row.severa, fields),
        "fortnox": _side(row.fortnox, fields),
        "near": _side(row.near, fields),
        "verdict": row.verdict,
        "order": BY_ATTENTION.index(row.verdict),
        "waits": row.waits,
        "place": row.place,
        "writes": row.writes,
        "score": row.score,
        "parts": [[part.name, part.points, part.of] for part in row.parts],
        "cause": row.cause,
        "fix": row.fix,
        "who": row.who,
        "differences": [[each.field, each.severa, each.fortnox, each.owner] for each in row.differences],
        "change": row.change,
        "gone": gone,
    }
    # Most of a large report is what most rows do not have; a score of 0 and the first order are values.
    return {name: value for name, value in values.items() if type(value) is int or value}


def _side(side: Side | None, fields: list[str]) -> Mapping[str, Any] | None:
    if side is None:
        return None
    return {
        "id": side.id,
        "number": side.number,
        "name": side.name,
        # What does not exist any more is not inactive besides.
        "active": side.active or side.gone,
        "values": [side.fields.get(name) for name in fields],
        "link": web_address(side.link),
    }


def _verdict(verdict: Verdict) -> Mapping[str, Any]:
    return {
        "value": verdict.value,
        "label": _sentence(verdict),
        "mark": verdict.mark,
        "meaning": _MEANINGS[verdict],
    }


def _sentence(word: str) -> str:
    return word[0].upper() + word[1:]


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone():%Y-%m-%d %H:%M}"


def _duration(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.0f} s"
    return f"{seconds // 60:.0f} min {seconds % 60:.0f} s"


def _embedded(data: Mapping[str, Any]) -> str:
    """JSON that cannot end the element it stands in, nor begin a comment or another element."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def _hash(text: str) -> str:
    """The text as a source of a content security policy: exactly this one may be used."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _asset(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text("utf-8")
