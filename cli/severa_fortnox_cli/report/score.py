"""How alike a Severa and a Fortnox record are, in points that a person can check.

The score never decides whether two records are linked; it says how much speaks for it (`reference` product 3).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cached_property

from rapidfuzz import fuzz

from severa_fortnox.decisions.identity import folded_number, identity_digits
from severa_fortnox.text import cut_at_word, folded
from severa_fortnox.work import Kind
from severa_fortnox_cli.report.model import Part

#: Characters of a project's name that Fortnox keeps.
PROJECT_NAME_LIMIT = 50

#: Anyone can have an address there, so two equal ones prove nothing.
_FREE_MAIL = re.compile(
    r"(?:aol|bahnhof|bredband2?|comhem|fastmail|gmail|gmx|googlemail|hotmail|icloud|live|mac|mail|me|msn|outlook|"
    r"passagen|pm|proton|protonmail|rocketmail|spray|swipnet|tele2|telia|yahoo|ymail|zoho)\.(?:[a-z]{2,3}|co\.[a-z]{2})"
)

#: What kind of company it is, not which one. Of several words first, so that "ek för" goes before "för" is looked at.
_COMPANY_FORMS = re.compile(
    r"\b(?:ekonomisk förening|ek för|ideell förening|enskild firma|private limited|sp z o o|a s|b v|n v|s a|"
    r"ab|aktiebolag|aktiebolaget|publ|hb|handelsbolag|handelsbolaget|kb|kommanditbolag|kommanditbolaget|ef|"
    r"as|asa|aps|oy|oyj|gmbh|ag|ltd|limited|inc|llc|llp|plc|bv|nv|sa|sarl|sas|srl|corp)\b"
)

#: Names that share less than this are not alike at all: any two texts share some letters.
_UNLIKE = 0.4
#: All words of one name in the other ("Volvo", "Volvo Cars") is much, but not the same name.
_CONTAINED = 0.85
#: A code that is the same but for dashes, dots, spaces or leading zeros is nearly the same.
_NEARLY = 0.75


@dataclass(frozen=True)
class Comparable:
    """What of a record can be compared; None or blank is a value nobody entered.

    Args:
        unit: the code of a product's unit.
        vat: a product's VAT percentage.
        start: a project's first day, as an ISO date or moment.
    """

    number: str | None = None
    name: str | None = None
    organisation_number: str | None = None
    vat_number: str | None = None
    email: str | None = None
    city: str | None = None
    postal_code: str | None = None
    code: str | None = None
    unit: str | None = None
    vat: str | None = None
    start: str | None = None


@dataclass(frozen=True)
class Score:
    """How alike two records are.

    Args:
        total: 0 to 100, the share of the points that could be earned; None when nothing could be compared. 100 only
            when everything that was compared agrees.
        parts: every part, also those that were not compared.
    """

    total: int | None
    parts: tuple[Part, ...]


def score(kind: Kind, severa: Comparable, fortnox: Comparable) -> Score:
    """How alike the two are; the same whichever comes first.

    A part with a value missing on either side is not compared, and counts neither for nor against.
    """
    return score_folded(kind, Folded(severa), Folded(fortnox))


class Folded:
    """A record's values in the forms in which they are compared, each made once."""

    def __init__(self, record: Comparable) -> None:
        self._record = record

    @cached_property
    def number(self) -> str:
        return folded_number(folded(self._record.number))

    @cached_property
    def code(self) -> str:
        return folded(self._record.code)

    @cached_property
    def bare_code(self) -> str:
        """Without dashes, dots, spaces and leading zeros; the code itself when it is nothing else."""
        return folded_number(re.sub(r"[\W_]", "", self.code)) or self.code

    @cached_property
    def name(self) -> str:
        """The name's words in order of the alphabet."""
        return _sorted_words(folded(self._record.name))

    @cached_property
    def company(self) -> str:
        """As `name`, company forms left out unless there is nothing else."""
        words = " ".join(re.findall(r"\w+", folded(self._record.name)))
        return _sorted_words(_COMPANY_FORMS.sub(" ", words).strip()) or self.name

    @cached_property
    def short_names(self) -> tuple[str, ...]:
        """As `name`, of what Fortnox keeps of a project's name: cut at a word as we do, or in the middle of one."""
        name = (self._record.name or "").strip()
        if len(name) <= PROJECT_NAME_LIMIT:
            return (self.name,)
        cuts = (cut_at_word(name, PROJECT_NAME_LIMIT), name[:PROJECT_NAME_LIMIT])
        return tuple(_sorted_words(folded(cut)) for cut in cuts)

    @cached_property
    def organisation_number(self) -> str:
        return identity_digits(self._record.organisation_number)

    @cached_property
    def vat_number(self) -> str:
        return identity_digits(self._record.vat_number)

    @cached_property
    def domains(self) -> frozenset[str]:
        """What follows the @ in the addresses, of which there may be several; none where anyone can have one."""
        found = re.findall(r"@\s*([^\s,;<>@]+)", folded(self._record.email))
        domains = {domain.strip(".") for domain in found} - {""}
        return frozenset(domain for domain in domains if not _FREE_MAIL.fullmatch(domain))

    @cached_property
    def city(self) -> str:
        return folded(self._record.city)

    @cached_property
    def postal_code(self) -> str:
        return re.sub(r"^se(?=\d{5}$)|[\W_]", "", re.sub(r"[\W_]", "", folded(self._record.postal_code)))

    @cached_property
    def unit(self) -> str:
        return folded(self._record.unit).rstrip(".")

    @cached_property
    def vat(self) -> str:
        text = folded(self._record.vat).rstrip("% ").replace(",", ".")
        try:
            return f"{Decimal(text).normalize():f}"
        except InvalidOperation:
            return text

    @cached_property
    def start(self) -> str:
        return folded(self._record.start)[:10]


def score_folded(kind: Kind, severa: Folded, fortnox: Folded) -> Score:
    """As `score`, for records that are compared with many."""
    points = _points(kind, severa, fortnox)
    parts = tuple(Part(name, earned, of) for (name, of, _), earned in zip(_PARTS[kind], points, strict=True))
    return Score(total_folded(kind, severa, fortnox), parts)


def total_folded(kind: Kind, severa: Folded, fortnox: Folded) -> int | None:
    """The total of `score_folded` alone, which is quicker."""
    earned = possible = 0
    for (_, of, _), points in zip(_PARTS[kind], _points(kind, severa, fortnox), strict=True):
        if points is not None:
            earned += points
            possible += of
    return earned * 100 // possible if possible else None


def _points(kind: Kind, severa: Folded, fortnox: Folded) -> list[int | None]:
    shares = ((of, compare(severa, fortnox)) for _, of, compare in _PARTS[kind])
    # Cut, not rounded: what is nearly alike must not show full points.
    return [None if share is None else int(of * share) for of, share in shares]


def _sorted_words(text: str) -> str:
    return " ".join(sorted(re.findall(r"\w+", text))) or text


def alike(ours: str, theirs: str) -> float:
    """From 0 to 1, how alike two names of sorted words are; 1 only when they are equal."""
    if ours == theirs:
        return 1.0
    ratio = max(fuzz.ratio(ours, theirs), _CONTAINED * fuzz.token_set_ratio(ours, theirs)) / 100
    return max(0.0, (ratio - _UNLIKE) / (1 - _UNLIKE))


#: Compares one value of both records: the share of the points it earns, None when a side has no value.
_Compare = Callable[[Folded, Folded], float | None]


def _equal(value: Callable[[Folded], str]) -> _Compare:
    def compare(severa: Folded, fortnox: Folded) -> float | None:
        ours, theirs = value(severa), value(fortnox)
        return float(ours == theirs) if ours and theirs else None

    return compare


def _alike(names: Callable[[Folded], tuple[str, ...]]) -> _Compare:
    def compare(severa: Folded, fortnox: Folded) -> float | None:
        if not severa.name or not fortnox.name:
            return None
        return max(alike(ours, theirs) for ours in names(severa) for theirs in names(fortnox))

    return compare


def _code(severa: Folded, fortnox: Folded) -> float | None:
    if not severa.code or not fortnox.code:
        return None
    if severa.code == fortnox.code:
        return 1.0
    return _NEARLY if severa.bare_code == fortnox.bare_code else 0.0


def _domains(severa: Folded, fortnox: Folded) -> float | None:
    if not severa.domains or not fortnox.domains:
        return None
    return len(severa.domains & fortnox.domains) / len(severa.domains | fortnox.domains)


def _place(severa: Folded, fortnox: Folded) -> float | None:
    pairs = ((severa.postal_code, fortnox.postal_code), (severa.city, fortnox.city))
    compared = [ours == theirs for ours, theirs in pairs if ours and theirs]
    return sum(compared) / len(compared) if compared else None


#: Name, points and comparison of each part. The same name alone must reach 50 where numbers, places and addresses
#: differ, since that is how one customer entered twice looks; a different organisation number must prevent it.
_PARTS: Mapping[Kind, tuple[tuple[str, int, _Compare], ...]] = {
    Kind.CUSTOMER: (
        ("Number", 20, _equal(lambda record: record.number)),
        ("Name", 35, _alike(lambda record: (record.company,))),
        ("Organisation number", 25, _equal(lambda record: record.organisation_number)),
        ("VAT number", 10, _equal(lambda record: record.vat_number)),
        ("E-mail domain", 5, _domains),
        ("Postal code and city", 5, _place),
    ),
    Kind.PRODUCT: (
        ("Code", 40, _code),
        ("Name", 45, _alike(lambda record: (record.name,))),
        ("Unit", 5, _equal(lambda record: record.unit)),
        ("VAT", 10, _equal(lambda record: record.vat)),
    ),
    Kind.PROJECT: (
        ("Number", 45, _equal(lambda record: record.number)),
        ("Name", 40, _alike(lambda record: record.short_names)),
        ("Start date", 15, _equal(lambda record: record.start)),
    ),
}
