"""For every record without a counterpart, the one in the other system that is most like it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from severa_fortnox.work import Kind
from severa_fortnox_cli.report.score import Comparable, Folded, Score, score_folded, total_folded

#: Less alike than this is chance.
LEAST = 50

#: Names less alike than this, in per cent, reach `LEAST` only with the help of a value that `_values` looks up.
_NAME_CUTOFF = 70
#: A value that more records share than this names a group, not a record; within it the names decide whom to look at.
_CROWD = 20


@dataclass(frozen=True)
class Partner:
    """The most similar record of the other system."""

    id: str
    score: Score


@dataclass(frozen=True)
class Partners:
    """The most similar records of both systems, by the id of the record they are similar to."""

    of_severa: Mapping[str, Partner]
    of_fortnox: Mapping[str, Partner]


def best_partner(kind: Kind, severa: Mapping[str, Comparable], fortnox: Mapping[str, Comparable]) -> Partners:
    """The best counterpart with a score of at least 50 for every record; none where there is no such.

    Records meet when their names are alike or when they share a number, code, organisation number, VAT number, mail
    domain or rare word, so it takes about a second for 2,000 on each side. Of equally good ones the first by id wins.

    Args:
        severa: the records without a counterpart, by id.
        fortnox: the same of Fortnox.
    """
    ours = {id: Folded(record) for id, record in sorted(severa.items())}
    theirs = {id: Folded(record) for id, record in sorted(fortnox.items())}
    best_of_ours: dict[str, tuple[int, str]] = {}
    best_of_theirs: dict[str, tuple[int, str]] = {}
    for left, right in _meetings(kind, ours, theirs):
        total = total_folded(kind, ours[left], theirs[right])
        if total is not None and total >= LEAST:
            best_of_ours[left] = min((-total, right), best_of_ours.get(left, (0, "")))
            best_of_theirs[right] = min((-total, left), best_of_theirs.get(right, (0, "")))

    def partner(left: str, right: str, id: str) -> Partner:
        return Partner(id, score_folded(kind, ours[left], theirs[right]))

    return Partners(
        {left: partner(left, right, right) for left, (_, right) in best_of_ours.items()},
        {right: partner(left, right, left) for right, (_, left) in best_of_theirs.items()},
    )


def _meetings(kind: Kind, ours: Mapping[str, Folded], theirs: Mapping[str, Folded]) -> Iterator[tuple[str, str]]:
    crowds: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for id, record in theirs.items():
        for value in _values(kind, record):
            crowds[value].append(id)
    names = {id: _name(kind, record) for id, record in theirs.items()}
    named = {crowd: {id: names[id] for id in ids} for crowd, ids in crowds.items() if len(ids) > _CROWD}
    for left, record in ours.items():
        name = _name(kind, record)
        met = set(_alike(name, names, _NAME_CUTOFF))
        for value in _values(kind, record):
            if value in named and value[0] != "word":
                met.update(_alike(name, named[value], 0))
            elif value in crowds and value not in named:
                met.update(crowds[value])
        for right in met:
            yield left, right


def _alike(name: str, names: Mapping[str, str], cutoff: int) -> Iterable[str]:
    if not name:
        return ()
    matches: Sequence[tuple[str, float, str]] = process.extract(
        name, names, scorer=fuzz.ratio, limit=_CROWD, score_cutoff=cutoff
    )
    return [id for _, _, id in matches]


def _name(kind: Kind, record: Folded) -> str:
    match kind:
        case Kind.CUSTOMER:
            return record.company
        case Kind.PROJECT:
            return record.short_names[0]
    return record.name


def _values(kind: Kind, record: Folded) -> Iterator[tuple[str, str]]:
    values = {
        "number": record.number,
        "code": record.bare_code,
        "organisation number": record.organisation_number,
        "VAT number": record.vat_number,
    }
    yield from ((what, value) for what, value in values.items() if value)
    yield from (("domain", domain) for domain in record.domains)
    yield from (("word", word) for word in set(_name(kind, record).split()))
