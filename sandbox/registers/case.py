"""What a case of bad input is: how it comes about, what must become of it, and the words a person must be given."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from sandbox.fortnox import FortnoxState
from sandbox.severa import SeveraState
from severa_fortnox.errors import System
from severa_fortnox.work import Kind

Outcome = Literal["refused", "linked", "created", "skipped", "noted"]


@dataclass(frozen=True)
class Seeded:
    """What a case put there.

    Args:
        kind: of the record that is meant.
        system: where it is.
        id: a Severa guid or a Fortnox number.
        name: how a person knows it.
        other: its counterpart in the other system, by id there; None when there is none.
        written: what a created record has there, under that system's names, exact; further fields are left open.
        pairs: guids and numbers that must be linked as well in the end.
        meanwhile: what happens at `moment`; None when nothing does.
        moment: when to call it: after the event or poll that names the record and before it is read, or when the
            first page of the register's list in `system` was answered and the second was not (let a page have at most
            ten rows).
    """

    kind: Kind
    system: System
    id: str
    name: str
    other: str | None = None
    written: Mapping[str, object] = field(default_factory=dict)
    pairs: tuple[tuple[str, str], ...] = ()
    meanwhile: Callable[[], None] | None = None
    moment: Literal["", "between event and read", "between pages"] = ""


@dataclass(frozen=True)
class Case:
    """One bad input and its visible result.

    Args:
        name: for people and as a test's id.
        seed: puts it into both systems.
        expect: refused: nothing is written, a person is told; linked or created: done, and with `says` a person is
            told; skipped: meant to stay where it is; noted: nothing is written and nothing is to be done, but the log
            says why.
        says: words that the cause, or the record's name beside it, must hold, in any order, capitals aside; of `a|b`
            one is enough.
        fix: words the fix must hold, likewise; none where nobody has to do anything.
    """

    name: str
    seed: Callable[[SeveraState, FortnoxState], Seeded]
    expect: Outcome
    says: tuple[str, ...] = ()
    fix: tuple[str, ...] = ()


def unsaid(words: tuple[str, ...], text: str) -> list[str]:
    """The words that the text does not hold."""
    spoken = text.casefold()
    return [word for word in words if not any(each.casefold() in spoken for each in word.split("|"))]
