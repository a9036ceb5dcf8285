"""What can be looked at again: the records with an open problem, and how a person calls them."""

from __future__ import annotations

from collections.abc import Iterable
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

    def is_called(self, target: str) -> bool:
        """Whether it is the number in a name such as "invoice 1042 Kund AB"; a draft has none yet.

        A code may have spaces, and nothing says where it ends and the record's name begins.
        """
        words, number = self.name.split()[1:], target.split()
        if not number or words[: len(number)] != number:
            return False
        return self.work.kind is not Kind.INVOICE or (len(number) == 1 and target.isdecimal())

    def is_meant_by(self, target: str) -> bool:
        """Whether somebody means this record: its number, its id, or enough of its guid's beginning."""
        if target == self.work.id or self.is_called(target):
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


def meant_by(target: str, known: Iterable[Target]) -> list[Target]:
    """Those of the records that somebody may mean; among those of one kind the one with exactly that id."""
    found = [each for each in known if each.is_meant_by(target)]
    exact = {each.work.kind for each in found if each.work.id == target}
    return [each for each in found if each.work.id == target or each.work.kind not in exact]
