"""A small company whose registers are kept in step, and what looking at it costs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sandbox.fortnox.registers import Register
from sandbox.registers.sides import product_of
from sandbox.severa.shapes import Record
from sandbox.simulator import Call
from severa_fortnox.alerts.catalogue import explain
from severa_fortnox.errors import System
from severa_fortnox.flows.comparison import Comparison, compare
from severa_fortnox.flows.load import apply
from severa_fortnox.flows.load_steps import Loaded
from severa_fortnox.flows.register_polls import guarded_poll_registers, poll_registers
from severa_fortnox.flows.watermarks import IN_SEVERA
from severa_fortnox.store.log import Entry
from severa_fortnox.store.problems import Problem
from severa_fortnox.work import Cause, Kind, Work
from tests.component.world import World

KINDS = (Kind.CUSTOMER, Kind.PRODUCT, Kind.PROJECT)
DAY = 24 * 60 * 60.0


@dataclass
class Spent:
    """The calls to both vendors while something ran; tokens are left out."""

    severa: list[Call] = field(default_factory=list)
    fortnox: list[Call] = field(default_factory=list)

    @property
    def calls(self) -> list[Call]:
        """To both."""
        return [*self.severa, *self.fortnox]

    @property
    def writes(self) -> list[str]:
        """What was not only read, in words for a failing test."""
        return [f"{call.method} {call.path} {call.body}" for call in self.calls if call.method != "GET"]

    @property
    def reads(self) -> list[str]:
        """What was read."""
        return [f"{call.method} {call.path}" for call in self.calls if call.method == "GET"]


class RegisterWorld(World):
    """A connection that was switched on a moment ago and polls its registers; arguments as `World`'s."""

    def __init__(self, engine: Any, **arguments: Any) -> None:
        super().__init__(engine, **{"paced": False, "registers": True} | arguments)
        self.set(activated_on=self.now())

    def now(self) -> datetime:
        """The moment it is."""
        return datetime.fromtimestamp(self.clock(), UTC)

    @contextmanager
    def spending(self) -> Iterator[Spent]:
        """What is called meanwhile."""
        journals = (self.severa_calls.journal, self.fortnox_calls.journal)
        before = [len(journal.calls) for journal in journals]
        spent = Spent()
        try:
            yield spent
        finally:
            spent.severa, spent.fortnox = (
                [call for call in journal.calls[count:] if not call.path.endswith("/token")]
                for journal, count in zip(journals, before, strict=True)
            )

    @contextmanager
    def writing_nothing(self) -> Iterator[Spent]:
        """Neither system is written to meanwhile."""
        with self.spending() as spent:
            yield spent
        assert spent.writes == []

    # What is looked at

    def look_at(self, kind: Kind, id: str, system: System = System.SEVERA, cause: Cause = Cause.EVENT) -> Any:
        """One worker looks at one record."""
        return self.look(Work(self.id, kind, id, cause, system))

    def poll(self, guarded: bool = False) -> list[Work]:
        """One poll of the registers; what it queued."""
        queue = self.queue()
        if guarded:
            guarded_poll_registers(self.session(), self.session, queue)
        else:
            poll_registers(self.session(), queue)
        return queue.waiting

    def poll_and_look(self) -> list[Work]:
        """One poll, and a worker for each record that it queued."""
        queued = self.poll()
        for work in queued:
            self.look(work)
        return queued

    def compare(self, kind: Kind, **asked: Any) -> Comparison:
        """What a load would do; customers that were there before are wanted in both systems."""
        return compare(self.session(), kind, **{"at_once": 1, "create_missing": kind is Kind.CUSTOMER or None, **asked})

    def load(self, kind: Kind, at_once: int = 1, **asked: Any) -> Loaded:
        """Compare and carry out everything."""
        comparison = self.compare(kind, at_once=at_once, **asked)
        return apply(self.session(), comparison, who="Åsa", at_once=at_once, sleep=self.clock.sleep)

    def quieten(self, rounds: int = 12, minutes: float = 10) -> None:
        """Rounds until nothing is queued, without the daily reminders of what stays open."""
        self.settle(rounds, minutes)

    # What is there

    def link(self, kind: Kind, severa_id: str) -> str | None:
        """The Fortnox number a Severa record is linked to."""
        link = self.store().links.by_severa(self.id, kind, severa_id)
        return None if link is None else link.fortnox_id

    def links(self, kind: Kind) -> set[tuple[str, str]]:
        """Every link."""
        return {(link.severa_id, link.fortnox_id) for link in self.store().links.all(self.id, kind)}

    def problems(self) -> list[Problem]:
        """What a person has to mend."""
        return list(self.store().problems.all_open(self.id))

    def problem(self, subject: str) -> Problem:
        """The one about that subject."""
        (found,) = [problem for problem in self.problems() if problem.subject == subject]
        return found

    def told(self) -> str:
        """Every word of the mails."""
        return "\n".join(f"{mail.subject}\n{mail.body}" for mail in self.mails)

    def entries(self) -> list[Entry]:
        """The whole log, oldest first."""
        return list(self.store().log.newest(self.id, 1000))[::-1]

    def everything(self) -> dict[str, Any]:
        """Both systems' registers, to be compared before and after."""
        severa = {
            name: {guid: dict(record) for guid, record in self.severa.records[name].items()}
            for name in ("customers", "addresses", "products", "work_types", "travel_expense_types", "projects")
        }
        registers = (self.fortnox.customers, self.fortnox.articles, self.fortnox.projects)
        return {"severa": severa, "fortnox": [[dict(record) for record in register] for register in registers]}

    # What people do

    def in_severa(self, register: str, record: Record, **fields: Any) -> None:
        """Somebody changes a record in Severa."""
        self.severa.update(register, record, **fields)

    def in_fortnox(self, kind: Kind, number: str, **fields: Any) -> None:
        """Somebody changes a record in Fortnox."""
        register = self.register(kind)
        register[number].update(fields)
        register.touch(number)

    def register(self, kind: Kind) -> Register:
        """The Fortnox register of a kind."""
        return {
            Kind.CUSTOMER: self.fortnox.customers,
            Kind.PRODUCT: self.fortnox.articles,
            Kind.PROJECT: self.fortnox.projects,
        }[kind]

    def severa_ids(self, kind: Kind) -> list[str]:
        """The guids of a kind in Severa."""
        names = {
            Kind.CUSTOMER: ("customers",),
            Kind.PRODUCT: ("products", "work_types", "travel_expense_types"),
            Kind.PROJECT: ("projects",),
        }[kind]
        return [guid for name in names for guid in self.severa.records[name]]

    def product(self, guid: str) -> Record:
        """A product of any register."""
        return product_of(self.severa, guid)[1]

    # What people have

    def customer(self, number: int = 1001, name: str = "Björk & Åström AB", **fields: Any) -> Record:
        """A qualified customer in Severa, with an address and an open project."""
        address = {"billing": True, "visit": False, "postal": False, **fields.pop("address", {})}
        customer = self.severa.add_customer(name=name, number=number, **fields)
        self.severa.add_address(customer, **address)
        self.severa.add_project(customer, name=f"Uppdrag {number}", number=number)
        return customer

    def pair_of_customers(self, number: int = 1001, **fields: Any) -> tuple[Record, Record]:
        """The same customer in both systems, linked and in step."""
        customer = self.customer(number, **fields)
        self.look_at(Kind.CUSTOMER, customer["guid"])
        for undertaking in self.severa.all("projects", number=number):
            self.look_at(Kind.PROJECT, undertaking["guid"])
        assert self.link(Kind.CUSTOMER, customer["guid"]) == str(number)
        self.clock.sleep(60)
        return customer, self.fortnox.customers[str(number)]

    def pair_of_products(self, code: str = "DEV", **fields: Any) -> tuple[Record, Record]:
        """The same product in both systems, linked and in step."""
        product = self.severa.add_product(**{"name": f"Produkt {code}", "code": code, **fields})
        self.look_at(Kind.PRODUCT, product["guid"])
        assert self.link(Kind.PRODUCT, product["guid"]) == code
        self.clock.sleep(60)
        return product, self.fortnox.articles[code]

    def pair_of_projects(self, number: int = 501, **fields: Any) -> tuple[Record, Record]:
        """The same project in both systems, linked and in step."""
        owner = self.severa.all("customers", number=1) or [self.severa.add_customer(name="Ägaren AB", number=1)]
        project = self.severa.add_project(owner[0], **{"name": f"Projekt {number}", "number": number, **fields})
        self.look_at(Kind.CUSTOMER, owner[0]["guid"])
        self.look_at(Kind.PROJECT, project["guid"])
        assert self.link(Kind.PROJECT, project["guid"]) == str(number)
        self.clock.sleep(60)
        return project, self.fortnox.projects[str(number)]


def causes(problem: Problem) -> str:
    """What a person is told is the matter, with the record's name beside it."""
    return f"{problem.name}: " + " ".join(explain(reason).cause for reason in problem.reasons)


def fixes(problem: Problem) -> str:
    """What a person is told to do."""
    return " ".join(explain(reason).fix for reason in problem.reasons)


Maker = Callable[..., RegisterWorld]


def watermark(world: RegisterWorld, name: str = IN_SEVERA) -> str | None:
    """How far the polls have read."""
    return world.store().watermarks.get(world.id, name)


def ids(queued: list[Work]) -> set[tuple[Kind, System, str]]:
    """What is queued."""
    return {(work.kind, work.system, work.id) for work in queued}


def next_day(world: RegisterWorld) -> None:
    """A day later nothing is queued any more."""
    world.clock.sleep(DAY)
    world.quieten()


def card(world: RegisterWorld, number: int = 1001, **fields: Any) -> dict[str, Any]:
    """A customer in Fortnox."""
    return world.fortnox.add_customer(**{"CustomerNumber": str(number), "Name": "Björk & Åström AB", **fields})


def article(world: RegisterWorld, code: str = "DEV", name: str = "Utveckling", **fields: Any) -> dict[str, Any]:
    """An article in Fortnox."""
    return world.fortnox.add_article(
        ArticleNumber=code, Description=name, **{"Type": "SERVICE", "Unit": "h", "VAT": 25} | fields
    )


def project(world: RegisterWorld, number: int = 501, **fields: Any) -> dict[str, Any]:
    """A project of an internal customer, in Severa only."""
    owner = world.severa.all("customers", number=1) or [
        world.severa.add_customer(name="Vi själva AB", number=1, isInternal=True)
    ]
    return world.severa.add_project(owner[0], **{"name": "Webbplats", "number": number, **fields})
