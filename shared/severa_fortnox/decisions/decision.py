"""The five things that can be decided about a record, and the reasons a decision gives.

A decision is complete: it carries the fields to write or the reasons not to, so that carrying it out needs no further
rule, and a preview can show it as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from severa_fortnox.reason import Reason

Plan = TypeVar("Plan")


@dataclass(frozen=True)
class Create(Generic[Plan]):
    """Make a new record in the other system.

    Args:
        plan: what to write.
        notes: what a person should know although it went well, e.g. replaced characters.
    """

    plan: Plan
    notes: tuple[Reason, ...] = ()


@dataclass(frozen=True)
class Update(Generic[Plan]):
    """Change fields of a linked record."""

    plan: Plan
    notes: tuple[Reason, ...] = ()


@dataclass(frozen=True)
class Link:
    """The record already exists in the other system: remember that they are the same.

    Args:
        foreign_id: its number there.
        origin: the rule that found it, e.g. ``number``.
        card: what the link keeps of the record there, for later decisions.
    """

    foreign_id: str
    origin: str
    notes: tuple[Reason, ...] = ()
    card: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Skip:
    """Nothing is to be done, for a reason anyone may see.

    Args:
        notes: what a person should know all the same, once.
    """

    reason: Reason
    notes: tuple[Reason, ...] = ()


@dataclass(frozen=True)
class Refuse:
    """It must not be done until a person changes something; every reason is named, not only the first."""

    reasons: tuple[Reason, ...]
