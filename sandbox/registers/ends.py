"""How records of the registers end: as a report foretells it, and as the load and the log tell it afterwards."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from severa_fortnox.decisions.decision import Create, Link
from severa_fortnox.decisions.pairs import NewInSevera
from severa_fortnox.errors import System
from severa_fortnox.flows.comparison import Comparison
from severa_fortnox.store.log import Entry, Outcome
from severa_fortnox.work import Kind
from severa_fortnox_cli.preview import WAITS
from severa_fortnox_cli.report.model import Report, Verdict

KINDS = (Kind.CUSTOMER, Kind.PRODUCT, Kind.PROJECT)
End = Literal["created", "linked", "updated", "refused"]


@dataclass(frozen=True)
class Ended:
    """One end of one record; a record that is linked may be updated besides.

    Args:
        to: the system that is written to, or would be; None when neither is.
        record: Severa's guid; Fortnox's number when only Fortnox has the record.
    """

    kind: Kind
    end: End
    to: System | None
    record: str

    def __str__(self) -> str:
        return f"{self.kind} {self.record} {self.end}{f' in {str(self.to).capitalize()}' if self.to else ''}"


def foretold(report: Report) -> list[Ended]:
    """What a load would make of each row; a row of which it makes nothing is left out."""
    ends: list[Ended] = []
    for row in report.rows:
        side = row.severa or row.fortnox
        assert side is not None
        to = System(row.writes.lower()) if row.writes else None
        match row.verdict:
            case Verdict.WILL_CREATE:
                ends.append(Ended(row.kind, "created", to, side.id))
            case Verdict.WILL_LINK:
                ends.append(Ended(row.kind, "linked", None, side.id))
                ends += [Ended(row.kind, "updated", to, side.id)] if to else []
            case Verdict.WILL_UPDATE:
                ends.append(Ended(row.kind, "updated", to, side.id))
            case Verdict.CONFLICT | Verdict.DUPLICATE:
                ends.append(Ended(row.kind, "refused", None, side.id))
    return ends


def foretold_links(comparison: Comparison) -> tuple[set[tuple[str, str]], set[str]]:
    """The links that a comparison foretells, and the Fortnox numbers of the records that are to be new in Severa."""
    both: set[tuple[str, str]] = set()
    new: set[str] = set()
    for each in comparison.looked:
        match each.decision:
            case Create(plan=NewInSevera()):
                new.add(each.pair.fortnox_id)
            case Create():
                both.add((each.pair.severa_id, each.pair.number))
            case Link(foreign_id=number):
                both.add((each.pair.severa_id, number))
    return both, new


def refused_by_load(kind: Kind, told: str) -> list[Ended]:
    """What a load left for somebody.

    Args:
        told: its standard output, JSON lines.
    """
    lines = map(json.loads, told.splitlines())
    return [
        Ended(kind, "refused", None, line["severa"] or line["fortnox"]) for line in lines if line.get("what") == WAITS
    ]


def logged(entries: Iterable[Entry]) -> list[Ended]:
    """What the log says of records; its other lines are left out."""
    return [ended for entry in entries if (ended := _of(entry)) is not None]


def not_as_foretold(foretold: Iterable[Ended], loaded: Iterable[Ended]) -> list[str]:
    """Each end that only a report or only a load tells of, in words."""
    expected, came = Counter(foretold), Counter(loaded)
    missing = [f"foretold, but the load did not: {each}" for each in (expected - came).elements()]
    return missing + [f"the load did, but it was not foretold: {each}" for each in (came - expected).elements()]


def _of(entry: Entry) -> Ended | None:
    if entry.kind not in KINDS or entry.id == "load":
        return None
    to = System.SEVERA if " in Severa" in entry.text.partition(":")[0] else System.FORTNOX
    match entry.outcome:
        case Outcome.CREATED:
            # By then it is in both; before, what is new in Severa had only its number in Fortnox.
            record = entry.foreign_id if to is System.SEVERA else entry.id
            return Ended(entry.kind, "created", to, record or entry.id)
        case Outcome.UPDATED:
            return Ended(entry.kind, "updated", to, entry.id)
        case Outcome.LINKED:
            return Ended(entry.kind, "linked", None, entry.id)
        case Outcome.REFUSED:
            return Ended(entry.kind, "refused", System.FORTNOX, entry.id)
    return None
