"""Short names for the fields Severa's models are made of."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sandbox.severa.shapes import Field, Group, Opaque, Reference, Scalar

ZERO = Decimal(0)


def text(*choices: str, required: bool = False, writable: bool = True, longest: int | None = None) -> Field:
    """A text, or one of the choices."""
    return Scalar(
        kind="text", choices=choices, required=required, nullable=not required, writable=writable, longest=longest
    )


def choice(*choices: str, writable: bool = True) -> Field:
    """One of the choices, the first by default, never null."""
    return Scalar(kind="text", choices=choices, default=choices[0], nullable=False, writable=writable)


def flag(default: bool = False, *, nullable: bool = False, writable: bool = True) -> Field:
    return Scalar(kind="flag", default=default, nullable=nullable, writable=writable)


def number(default: Decimal | None = None, *, required: bool = False, writable: bool = True) -> Field:
    """A double; with a default it is never null."""
    nullable = default is None and not required
    return Scalar(kind="number", default=default, nullable=nullable, required=required, writable=writable)


def integer(kind: str = "int64", *, default: int | None = None, writable: bool = True) -> Field:
    """An int64 or int32; with a default it is never null."""
    return Scalar(kind=kind, default=default, nullable=default is None, writable=writable)


def day(*, nullable: bool = True, writable: bool = True) -> Field:
    return Scalar(kind="date", nullable=nullable, writable=writable)


def moment(*, writable: bool = True) -> Field:
    return Scalar(kind="moment", writable=writable)


def money(*, required: bool = False, writable: bool = True) -> Field:
    """An amount with its currency; `multiCurrencyInfo` is Severa's to fill."""
    parts = {
        "amount": number(),
        "currencyCode": Scalar(kind="text", nullable=False, required=True),
        "multiCurrencyInfo": Opaque(),
    }
    return Group(parts=parts, required=required, nullable=not required, writable=writable)


def texts(*names: str, writable: bool = True) -> Field:
    """An object of plain texts, e.g. an address as printed."""
    return Group(parts={name: text() for name in names}, writable=writable)


def ref(register: str, *shows: str, required: bool = False, writable: bool = True) -> Field:
    """Another record, shown with its guid and these properties."""
    return Reference(register=register, shows=shows, required=required, writable=writable)


def refs(register: str, *shows: str, writable: bool = True) -> Field:
    """A list of other records."""
    return Reference(register=register, shows=shows, many=True, writable=writable)


def fixed(default: Any = None) -> Field:
    """A property this simulator shows but lets nobody write."""
    return Opaque(default=default)
