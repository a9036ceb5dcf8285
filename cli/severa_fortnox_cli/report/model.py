"""What the comparison report says, before anything is known of how it is shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from severa_fortnox.work import Kind


class Verdict(StrEnum):
    """What becomes of a record or pair; the words a person reads."""

    LINKED = "linked"
    WILL_UPDATE = "will be updated"
    WILL_LINK = "will link"
    WILL_CREATE = "will be created"
    CONFLICT = "conflict"
    DUPLICATE = "duplicate"
    LEFT_ALONE = "left alone"
    IGNORED = "ignored"
    MISSING = "missing"

    @property
    def mark(self) -> str:
        """One character for it, to search for."""
        return _MARKS[self]


_MARKS = {
    Verdict.LINKED: "=",
    Verdict.WILL_UPDATE: "*",
    Verdict.WILL_LINK: "~",
    Verdict.WILL_CREATE: "+",
    Verdict.CONFLICT: "!",
    Verdict.DUPLICATE: "?",
    Verdict.LEFT_ALONE: ".",
    Verdict.IGNORED: "-",
    Verdict.MISSING: "x",
}

#: The order of attention: what waits for a person, what will happen, what needs nothing.
BY_ATTENTION = (
    Verdict.CONFLICT,
    Verdict.DUPLICATE,
    Verdict.MISSING,
    Verdict.WILL_UPDATE,
    Verdict.WILL_LINK,
    Verdict.WILL_CREATE,
    Verdict.LEFT_ALONE,
    Verdict.IGNORED,
    Verdict.LINKED,
)


class Place(StrEnum):
    """Where a row's record stands: the four numbers a report begins with."""

    SAME = "same"
    DIFFERS = "differs"
    ONLY_SEVERA = "only in Severa"
    ONLY_FORTNOX = "only in Fortnox"


def name_of(kind: Kind) -> str:
    """The kind's register, as a heading."""
    return f"{kind.value.capitalize()}s"


@dataclass(frozen=True)
class Side:
    """One record as a person sees it.

    Args:
        id: the Severa guid, or the Fortnox number.
        number: customer or project number, article number or code.
        fields: value by the field's name in words; the same names on both sides, a missing value left out.
        link: its page in the system, as an address; None when there is none.
        gone: whether it does not exist any more; it stands for a linked pair of which neither does.
    """

    id: str
    number: str
    name: str
    active: bool
    fields: Mapping[str, str] = field(default_factory=dict)
    link: str | None = None
    gone: bool = False


@dataclass(frozen=True)
class Difference:
    """A field in which the two records differ.

    Args:
        severa: Severa's value, "" when it has none.
        fortnox: Fortnox's value, "" when it has none.
        owner: "Severa wins", "Fortnox wins", "only at creation" or "only if empty"; "kept": it stays until the main
            system has a value or somebody changes it; "not written": the two are not linked, or are left alone.
    """

    field: str
    severa: str
    fortnox: str
    owner: str


@dataclass(frozen=True)
class Part:
    """One part of a score.

    Args:
        points: what it earned; None when it was not compared, since a side has no value.
        of: what it could have earned.
    """

    name: str
    points: int | None
    of: int


@dataclass(frozen=True)
class Row:
    """One line of the report: a pair, or a record without a counterpart.

    Args:
        register: which of the registers, in words ("customers", "work types").
        waits: whether something is not done until a person has done what `fix` says.
        writes: the system that would be written to: "Fortnox", "Severa" or "".
        score: 0 to 100, how alike the two are; None when there is only one.
        parts: what the score is made of.
        cause: the one reason for the verdict.
        fix: what to change, exactly; "" when there is nothing to do.
        who: those who can do that.
        change: against the last report: "" as before, "new", "before: <verdict>", or in words.
        near: for a record without a counterpart, the one in the other system that is most like it; `score` and `parts`
            are then theirs.
        known: the fields that were compared, when not the whole records were read; None: all of them.
        every_card: whether the report read every linked record whole; another one believes that a pair agrees of which
            no list shows a change, and reads no more of it.
    """

    kind: Kind
    register: str
    severa: Side | None
    fortnox: Side | None
    verdict: Verdict
    waits: bool = False
    writes: str = ""
    score: int | None = None
    parts: tuple[Part, ...] = ()
    cause: str = ""
    fix: str = ""
    who: tuple[str, ...] = ()
    differences: tuple[Difference, ...] = ()
    change: str = ""
    near: Side | None = None
    known: tuple[str, ...] | None = None
    every_card: bool = False

    @property
    def key(self) -> str:
        """What names the row; two reports name the same pair alike."""
        severa = self.severa.id if self.severa else "-"
        fortnox = self.fortnox.id if self.fortnox else "-"
        return f"{self.kind}:{severa}:{fortnox}"

    @property
    def place(self) -> Place | None:
        """Which of the four numbers it counts in; a linked pair that nothing is written to is the same.

        A linked pair may differ in what is only written at creation: nobody has to look at that again. One that is
        gone in both systems stands nowhere, so it counts in none.
        """
        if self.fortnox is not None and self.fortnox.gone:
            return None
        if self.fortnox is None:
            return Place.ONLY_SEVERA
        if self.severa is None:
            return Place.ONLY_FORTNOX
        if self.verdict is Verdict.LINKED:
            return Place.SAME
        if self.verdict in (Verdict.WILL_UPDATE, Verdict.CONFLICT, Verdict.DUPLICATE) or self.differences:
            return Place.DIFFERS
        return Place.SAME


@dataclass(frozen=True)
class Report:
    """One comparison of two registers or more.

    Args:
        connection: the connection's id.
        name: what people call it.
        kinds: what was compared.
        made_at: when it began, with its offset.
        seconds: how long it took.
        settings: what it was made with, in words.
        gone: rows of the last report whose records are in neither system any more.
        brake: why a run would stop instead of changing this much.
        notes: what else the reader should know.
        since: when the last report was made that `change` and `gone` refer to; None when there is none.
        earlier: rows of the kinds that only an earlier report compared, for the next one to be compared with.
    """

    connection: str
    name: str
    kinds: tuple[Kind, ...]
    made_at: datetime
    seconds: float
    settings: Mapping[str, str]
    rows: tuple[Row, ...]
    gone: tuple[Row, ...] = ()
    brake: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    since: datetime | None = None
    earlier: tuple[Row, ...] = ()
