"""Where two linked records disagree, and what the main system's word changes."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from severa_fortnox.mapping.fields import Field, Values, When


@dataclass(frozen=True)
class Change:
    """One field that is to be written.

    Args:
        old: what stands there now, None when empty; in the form Fortnox can hold, as `new`.
        new: what the main system has.
    """

    field: Field
    old: str | None
    new: str | None


def differences(fields: Iterable[Field], main: Values, other: Values, kept: Collection[str] = ()) -> tuple[Change, ...]:
    """What must be written to the other system so that it agrees with the main one.

    Args:
        fields: the entity's table.
        main: values of the system that changes are taken from.
        other: values of the system that is written to.
        kept: keys whose value was there before the two were linked, while the main system had none: they stay until
            the main system has one.
    """
    changes = []
    for field in fields:
        if field.when is When.CREATE_ONLY or field.key not in main or field.key not in other:
            continue
        new, old = main[field.key], other[field.key]
        if new == old or (new is None and (not field.clears or field.key in kept)):
            continue
        if field.when is When.IF_EMPTY and old is not None:
            continue
        changes.append(Change(field, old, new))
    return tuple(changes)


def kept_when_linked(fields: Iterable[Field], main: Values, other: Values) -> frozenset[str]:
    """The keys that only the other system had a value for when the two were linked.

    An empty field of the main system says nothing about them yet: linking must not wipe what a person once entered.
    """
    return frozenset(
        field.key
        for field in fields
        if field.when is not When.CREATE_ONLY and main.get(field.key) is None and other.get(field.key) is not None
    )


def still_kept(kept: Iterable[str], main: Values) -> frozenset[str]:
    """Those of the kept keys that the main system still has no value for."""
    return frozenset(key for key in kept if main.get(key) is None)
