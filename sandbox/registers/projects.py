"""The projects: Severa's go to Fortnox, Fortnox's own stay there (DESIGN 10)."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sandbox.fortnox import FortnoxState
from sandbox.fortnox.fields import allowed
from sandbox.registers import words
from sandbox.registers.expectations import Created, Difference
from sandbox.registers.ledger import Ledger, Past, day_of, roles
from sandbox.registers.sides import FORMS, in_fortnox
from sandbox.severa import SeveraState
from sandbox.severa.shapes import Record
from severa_fortnox.work import Kind

FIRST_NUMBER = 20_001
FULL = 500
LONGEST = 50
IN_BOTH = {"renamed": 5}
IN_SEVERA = {"no number": 2, "long name": 8, "same beginning": 1, "forbidden characters": 2, "no start date": 40}
#: Open in Severa and completed in Fortnox is written; the other way round is what `project_closing` is about.
SHARES = {"completed in Fortnox": 0.1, "closed in Severa": 0.05, "closed in both": 0.4}
_FORBIDDEN = [text for text in FORMS if text.startswith(("Projekt", "Etapp"))]
_LONG = "Införande av nytt journalsystem på Läkarhuset Östermalm, etapp"


@dataclass
class Projects:
    """Seeds the projects and states what becomes of them.

    Args:
        qualified: Severa customers that own them.
        closed_only: Severa customers that get a closed project and no other.
    """

    severa: SeveraState
    fortnox: FortnoxState
    rng: random.Random
    past: Past
    qualified: list[Record]
    closed_only: list[Record]
    ledger: Ledger = field(default_factory=lambda: Ledger(Kind.PROJECT))

    def __post_init__(self) -> None:
        self._left_for_closed = list(self.closed_only)
        self._forbidden = iter(_FORBIDDEN)
        self._number = FIRST_NUMBER
        self._with_open_project: set[str] = set()

    def seed(self, total: int) -> None:
        """So many different projects."""
        rng, third = self.rng, total // 3
        drawn = [
            *(("both", role) for role in roles(rng, third, FULL, IN_BOTH, SHARES)),
            *(("severa", role) for role in roles(rng, third, FULL, IN_SEVERA, {})),
            *(("fortnox", "") for _ in range(total - 2 * third)),
        ]
        rng.shuffle(drawn)
        for index, (side, role) in enumerate(drawn):
            self.past.go_to(index / total)
            getattr(self, f"_in_{side}")(role)
        self.severa.next_number["projects"] = self._number

    @property
    def without_open_project(self) -> list[Record]:
        """The qualified customers that need an invoice to be none of the prospects."""
        return [each for each in self.qualified if each["guid"] not in self._with_open_project]

    def _in_both(self, role: str) -> None:
        is_closed = role in {"closed in Severa", "closed in both"}
        owner = self._left_for_closed.pop() if role == "closed in both" and self._left_for_closed else self._owner()
        project = self._add(owner, self._name(owner), closed=is_closed)
        guid, number, name = project["guid"], str(project["number"]), project["name"]
        status = "COMPLETED" if role in {"completed in Fortnox", "closed in both"} else "ONGOING"
        other = f"{words.UNDERTAKINGS[0]} (gammalt namn)" if role == "renamed" else name
        self.fortnox.add_project(
            ProjectNumber=number, Description=first_words(other), StartDate=project["startDate"], Status=status
        )
        self.ledger.links.add((guid, number))
        if role == "completed in Fortnox":
            self.ledger.differences.append(Difference(guid, number, "Status", "ONGOING", "COMPLETED"))
        if role == "closed in Severa":
            self.ledger.by_setting.append(Difference(guid, number, "Status", "COMPLETED", "ONGOING"))

    def _in_severa(self, role: str) -> None:
        owner = self._owner()
        match role:
            case "long name" if not allowed(owner["name"]):
                self._in_severa(role)
            case "long name":
                self._create(owner, f"{self.rng.choice(words.UNDERTAKINGS)} i samarbete med {owner['name']}, fas två")
            case "same beginning":
                # Equal in their first fifty characters, and so in Fortnox but for the number.
                self._create(owner, f"{_LONG} två")
                self._create(owner, f"{_LONG} tre")
            case "forbidden characters":
                name = next(self._forbidden)
                self._create(owner, name, noted=(FORMS[name],))
            case "no start date":
                self._create(owner, self._name(owner), start=None)
            case "no number":
                project = self._add(owner, self._name(owner))
                self.severa.update("projects", project, number=None)
                self.ledger.refuse([project["guid"]], [], project["name"], "it has no number in Severa")
            case _:
                self._create(owner, self._name(owner), description=self.rng.choice((None, "Enligt avtal, löpande.")))

    def _in_fortnox(self, _role: str) -> None:
        number, name = str(self._number), f"{self.rng.choice(words.UNDERTAKINGS)}, internt"
        self._number += 1
        self.fortnox.add_project(
            ProjectNumber=number,
            Description=name,
            StartDate=day_of(self.past.now),
            Status=self.rng.choice(("ONGOING", "ONGOING", "COMPLETED")),
        )
        self.ledger.skip([], [number], f"{number} {name}", "projects go from Severa to Fortnox only")

    def _create(
        self,
        owner: Record,
        name: str,
        *,
        start: date | None = date.min,
        description: str | None = None,
        noted: tuple[str, ...] = (),
    ) -> None:
        """A Severa project that the load makes in Fortnox."""
        project = self._add(owner, name, start=start, description=description)
        cut = first_words(in_fortnox(name) or "")
        fields = {
            "ProjectNumber": str(project["number"]),
            "Description": cut,
            "Comments": name if cut != in_fortnox(name) else description,
            "StartDate": project["startDate"] or day_of(self.past.now),
            "Status": "ONGOING",
        }
        noted = (name,) if cut != in_fortnox(name) else noted
        self.ledger.created_in_fortnox.append(Created(project["guid"], fields["ProjectNumber"] or "", fields, noted))

    def _add(
        self, owner: Record, name: str, *, closed: bool = False, start: date | None = date.min, **fields: Any
    ) -> Record:
        """A Severa project with the next number; it starts a week after it is entered unless `start` is given."""
        today = date.fromisoformat(day_of(self.past.now))
        begins = today + timedelta(days=7) if start == date.min else start
        project = self.severa.add_project(owner, name=name, number=self._number, closed=closed, start=begins, **fields)
        self._number += 1
        if closed:
            self.severa.update("projects", project, closedDate=today + timedelta(days=35))
        else:
            self._with_open_project.add(owner["guid"])
        return project

    def _owner(self) -> Record:
        return self.rng.choice(self.qualified)

    def _name(self, owner: Record) -> str:
        """Short enough for Fortnox."""
        undertaking = self.rng.choice(words.UNDERTAKINGS)
        named = f"{undertaking} {owner['name']}"
        return named if len(named) <= LONGEST and allowed(named) else f"{undertaking} {self.rng.randint(2021, 2027)}"


def first_words(name: str) -> str:
    """As many whole words of the name as Fortnox has room for."""
    return name if len(name) <= LONGEST else name[: LONGEST + 1].rpartition(" ")[0].strip()
