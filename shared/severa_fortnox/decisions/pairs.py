"""Two records, one in each system, that are or may be the same thing: what the register decisions are made about."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from severa_fortnox.decisions.decision import Skip
from severa_fortnox.decisions.registers import Registers
from severa_fortnox.errors import System
from severa_fortnox.mapping.agreement import Change, kept_when_linked
from severa_fortnox.mapping.fields import Field, Values
from severa_fortnox.reason import Reason
from severa_fortnox.severa.models import Country, Customer, Product, Project
from severa_fortnox.timing import with_zone


@dataclass(frozen=True)
class Linked:
    """The two are linked.

    Args:
        kept: what is left alone in one of them (see `mapping.agreement`); None when they were linked without being
            compared, as an invoice does.
    """

    severa_id: str
    fortnox_id: str
    kept: frozenset[str] | None = frozenset()

    def kept_from(self, fields: Iterable[Field], main: Values, other: Values) -> frozenset[str]:
        """The fields to leave alone: those remembered, or else as if the two were linked now."""
        return kept_when_linked(fields, main, other) if self.kept is None else self.kept


class Pair(ABC):
    """A Severa record, a Fortnox record, or both; each entity adds what its rules ask.

    Attributes:
        severa: Severa's record; None when there is none.
        linked: the link; None when they are not linked.
        ignored: why a person wants it left alone; None when nobody does.
        begun: whether an earlier run has begun to create it, so that it must be brought to its end.
    """

    severa: Customer | Product | Project | None
    linked: Linked | None
    ignored: str | None
    begun: bool

    @property
    @abstractmethod
    def number(self) -> str:
        """The number both have, or would have; "" when there is none."""

    @property
    @abstractmethod
    def fortnox_id(self) -> str | None:
        """The Fortnox record's number; None when there is none."""

    @property
    @abstractmethod
    def fortnox_name(self) -> str:
        """What the Fortnox record is called; "" when there is none."""

    @property
    @abstractmethod
    def matched_by(self) -> tuple[object, ...]:
        """What of both made them a pair; where it changes they must be matched anew."""

    @property
    def severa_id(self) -> str | None:
        """The Severa record's guid; None when there is none."""
        return self.severa.guid if self.severa else None

    @property
    def name(self) -> str:
        """How a person knows the record."""
        return f"{self.number} {self.severa.name if self.severa else self.fortnox_name}".strip()

    @property
    def changed(self) -> datetime | None:
        """When Severa's record was last changed; None when there is none or it does not say."""
        return self.severa.lastUpdatedDateTime or self.severa.createdDateTime if self.severa else None


#: The systems that records are created from.
BOTH = frozenset({System.SEVERA, System.FORTNOX})


@dataclass(frozen=True)
class Surroundings:
    """What a decision about a pair must know beside the two records.

    Args:
        fortnox: Fortnox's units, currencies and terms of payment.
        vat_rates: the VAT rates, in percent, that Fortnox has accounts for.
        countries: Severa's country register.
        severa_currencies: currency code to Severa's guid of it.
        severa_vat_rates: the VAT rates Severa has; empty when they were not read.
        before: the Fortnox numbers that existed when the connection began; None when nobody has looked yet.
        taken_along: the systems whose records are created in the other one however old they are.
        today: for projects that are completed some days after they closed.
    """

    fortnox: Registers
    vat_rates: frozenset[Decimal]
    countries: Sequence[Country] = ()
    severa_currencies: Mapping[str, str] = field(default_factory=dict)
    severa_vat_rates: frozenset[Decimal] = frozenset()
    before: Collection[str] | None = None
    taken_along: Collection[System] = ()
    today: date = date.max


@dataclass(frozen=True)
class Writes:
    """What an update writes.

    Args:
        to: the system that is written to.
        changes: field by field, with the value that goes.
        values: everything the main system has, in the form Fortnox can hold.
    """

    to: System
    changes: tuple[Change, ...]
    values: Values

    @property
    def keys(self) -> tuple[str, ...]:
        """The fields that are written."""
        return tuple(change.field.key for change in self.changes)


@dataclass(frozen=True)
class NewInSevera:
    """A record that is to be made in Severa.

    Args:
        values: in the form Fortnox can hold.
        register: which of Severa's product registers; "" for customers.
    """

    values: Values
    register: str = ""


def about(notes: Sequence[Reason], fields: Iterable[Field]) -> tuple[Reason, ...]:
    """The notes that concern one of the fields."""
    labels = {field.label for field in fields}
    return tuple(note for note in notes if note.values.get("field") in labels)


def gone(record: str, *, in_severa: bool) -> Skip:
    """A linked record is missing in one system; nothing is deleted or created for that, it is shown.

    Args:
        in_severa: whether it is Severa's that is missing, else Fortnox's.
    """
    if in_severa:
        return Skip(Reason("linked-gone-in-severa", {"record": record}))
    return Skip(Reason("linked-gone-in-fortnox", {"record": record}))


def is_newer(created: datetime | None, activated: datetime | None) -> bool:
    """Whether a record came into being after the connection was switched on; unknown counts as before."""
    return created is not None and activated is not None and with_zone(created) >= with_zone(activated)
