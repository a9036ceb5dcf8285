"""Where two linked records disagree, and what the main system's word changes.

A link remembers what is left alone in the other system, by key:

    GLN            the main system has nothing to say about it yet, and the other one had a value
    GLN=1f0c6d2a   the main system's value has no form there; a person was told so and may have entered another
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from severa_fortnox.mapping.fields import Field, Unsayable, Values, When


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
        kept: what is left alone: values that were there before the two were linked, while the main system had none,
            stay until it has one; what stands in place of a value that cannot be said stays until that changes.
    """
    changes = []
    for field in fields:
        if field.when is When.CREATE_ONLY or field.key not in main or field.key not in other:
            continue
        new, old = main[field.key], other[field.key]
        if new == old or (field.when is When.IF_EMPTY and old is not None):
            continue
        if new is None or isinstance(new, Unsayable):
            # What the main system cannot hold, it has not emptied either.
            is_left = new is None and isinstance(old, Unsayable)
            if is_left or old is None or not field.clears or _left(field.key, new) in kept:
                continue
            new = None
        changes.append(Change(field, old, new))
    return tuple(changes)


def untold(fields: Iterable[Field], main: Values, other: Values, kept: Collection[str]) -> tuple[Field, ...]:
    """The fields whose value cannot be said in the other system, where nobody was told so yet."""
    return tuple(
        field
        for field in fields
        if field.when is not When.CREATE_ONLY
        and isinstance(value := main.get(field.key), Unsayable)
        and value != other.get(field.key)
        and _left(field.key, value) not in kept
    )


def kept_when_linked(fields: Iterable[Field], main: Values, other: Values) -> frozenset[str]:
    """What is left alone from the moment the two are linked: what only the other system can be seen to have.

    An empty field of the main system says nothing about them yet: linking must not wipe what a person once entered.
    """
    only_there = {
        field.key
        for field in fields
        if field.when is not When.CREATE_ONLY and main.get(field.key) is None and other.get(field.key) is not None
    }
    return still_kept(only_there, main)


def still_kept(kept: Iterable[str], main: Values) -> frozenset[str]:
    """What is left alone from now on, once a person was told of everything that cannot be said.

    Args:
        kept: what was left alone so far.
    """
    unsaid = {_left(key, value) for key, value in main.items() if isinstance(value, Unsayable)}
    return frozenset(unsaid | {key for key in kept if "=" not in key and main.get(key) is None})


def _left(key: str, value: str | None) -> str:
    """How a link remembers it."""
    return key if value is None else f"{key}={hashlib.sha256(value.encode()).hexdigest()[:8]}"
