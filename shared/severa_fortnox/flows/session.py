"""One connection, opened: everything a flow needs to act."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Protocol

from severa_fortnox.alerts.mail import Mail
from severa_fortnox.flows.registers import RegisterReader
from severa_fortnox.fortnox.client import FortnoxClient
from severa_fortnox.settings import Settings
from severa_fortnox.severa.client import SeveraClient
from severa_fortnox.severa.unknowns import Readings
from severa_fortnox.store import Store
from severa_fortnox.store.connections import Connection
from severa_fortnox.work import Work


class Queue(Protocol):
    """Where work goes."""

    def put(self, work: Work, *, distinct: str) -> None:
        """Queue the work; the same work with the same `distinct` within five minutes is queued once."""


@dataclass(frozen=True)
class Patience:
    """How long things are waited for, in seconds.

    Args:
        lease: longer than a worker can live, so that nothing is sent after its lease has ended.
        settle: how long after a lost answer a search that finds nothing is believed. How late Fortnox's search may
            show a new document is unknown (`reference` fortnox 9); two minutes is far beyond what was seen.
        refusal: how long an invoice that Fortnox holds with other totals waits for the next comparison.
    """

    lease: float = 180.0
    settle: float = 120.0
    refusal: float = 6 * 60 * 60.0


@dataclass(frozen=True, kw_only=True)
class Desk:
    """What noting and telling needs: one connection's memory and mail, without access to either system.

    Args:
        connection: which one.
        settings: what its people decided.
        store: what is remembered.
        post: sends one mail.
        clock: seconds since the epoch.
        owner: this worker's name on leases; no two workers share one.
        patience: see `Patience`.
        links: templates with ``{id}`` for a record's page, by system, for mails; empty when nobody gave any.
        command: how the command line is called for this stack, for mails.
    """

    connection: Connection
    settings: Settings
    store: Store
    post: Callable[[Mail], None]
    clock: Callable[[], float]
    owner: str
    patience: Patience = field(default_factory=Patience)
    links: Mapping[str, str] = field(default_factory=dict)
    command: str = "severa-fortnox"

    def today(self) -> date:
        """The day it is, in UTC."""
        return datetime.fromtimestamp(self.clock(), UTC).date()


@dataclass(frozen=True, kw_only=True)
class Session(Desk):
    """One connection, opened.

    Args:
        severa: its Severa organisation.
        fortnox: its Fortnox company.
        registers: the small registers of both, cached.
        readings: how what is unknown about Severa is read.
    """

    severa: SeveraClient
    fortnox: FortnoxClient
    registers: RegisterReader
    readings: Readings = field(default_factory=Readings)
