"""What can be looked at again: the records with an open problem, and how a person calls them."""

from __future__ import annotations

from dataclasses import dataclass

from severa_fortnox.errors import System
from severa_fortnox.store.problems import Problem
from severa_fortnox.work import Cause, Kind, Work

#: The kinds somebody works on.
RETRIED = (Kind.INVOICE, Kind.CUSTOMER, Kind.PRODUCT, Kind.PROJECT)

#: Characters; drafts are called by the first eight of their guid.
_GUID_BEGINNING = 8


@dataclass(frozen=True)
class Target:
    """A record to look at again."""

    work: Work
    name: str

    @property
    def number(self) -> str:
        """The number in a name such as "invoice 1042 Kund AB"; "" for a draft, which has none yet."""
        word = [*self.name.split(), "", ""][1]
        return word if word.isdecimal() or self.work.kind is not Kind.INVOICE else ""

    def is_meant_by(self, target: str) -> bool:
        """Whether somebody means this record: its number, its id, or enough of its guid's beginning."""
        if target in (self.number, self.work.id):
            return True
        is_guid = self.work.system is System.SEVERA
        return is_guid and len(target) >= _GUID_BEGINNING and self.work.id.startswith(target.lower())


def of_problem(problem: Problem) -> Target | None:
    """The record that has the problem; None when it is the connection's own."""
    kind, _, id = problem.subject.partition("#")
    if kind not in RETRIED:
        return None
    system = System(problem.detail.get("system", System.SEVERA))
    return Target(Work(problem.connection, Kind(kind), id, Cause.PERSON, system), problem.name)
