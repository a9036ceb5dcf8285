"""Python values and DynamoDB's values: `None`, text, truth, numbers, lists and mappings."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, TypeAlias

#: An item as Python values. Numbers come back as Decimal; an attribute that is missing was None.
Item: TypeAlias = dict[str, Any]


def to_attributes(values: Mapping[str, Any]) -> dict[str, Any]:
    """DynamoDB's form of a mapping; a value of None is left out."""
    return {name: _to_attribute(value) for name, value in values.items() if value is not None}


def from_attributes(item: Mapping[str, Any]) -> Item:
    """The Python values of an item; every number is a Decimal."""
    return {name: _from_attribute(value) for name, value in item.items()}


def _to_attribute(value: Any) -> dict[str, Any]:
    match value:
        case None:
            return {"NULL": True}
        case bool():
            return {"BOOL": value}
        case str():
            return {"S": str(value)}
        case float():
            return {"N": repr(value)}
        case int() | Decimal():
            return {"N": str(value)}
        case Mapping():
            return {"M": to_attributes(value)}
        case list() | tuple():
            return {"L": [_to_attribute(each) for each in value]}
    raise TypeError(f"cannot store a {type(value).__name__}")


def _from_attribute(attribute: Mapping[str, Any]) -> Any:
    ((kind, value),) = attribute.items()
    match kind:
        case "NULL":
            return None
        case "N":
            return Decimal(value)
        case "M":
            return from_attributes(value)
        case "L":
            return [_from_attribute(each) for each in value]
        case "S" | "BOOL":
            return value
    raise TypeError(f"cannot read a DynamoDB value of type {kind}")
