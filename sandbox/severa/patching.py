"""JSON patch as Severa takes it: `replace` only, on properties a client may write (`reference` severa 4.4)."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping
from typing import Any

from sandbox.severa.refusals import Refused
from sandbox.severa.shapes import Field, Find, Group, Record, Reference

EVERY_FORM = frozenset({"guid", "object"})
SHAPE = "A patch is an array of operations with op, path and value."


def changes(
    body: Any, fields: Mapping[str, Field], record: Record, find: Find, forms: Container[str] = EVERY_FORM
) -> Record:
    """What a patch document makes of a record: its changed properties in stored form. Raises Refused; changes nothing.

    Later operations see what earlier ones did, and one that is refused refuses the whole document.

    Args:
        forms: how it may name another record, ``guid`` for ``/x/guid`` and ``object`` for ``/x``.
    """
    if not isinstance(body, list) or not body:
        raise Refused(SHAPE, kind="InvalidRequest")
    known = {name.lower(): name for name in fields}
    changed: Record = {}
    for operation in body:
        first, rest, value = _read(operation)
        name = known.get(first.lower())
        if name is None:
            raise Refused(f"There is no property {first}.", name=first)
        field = fields[name]
        if not field.writable:
            raise Refused(f"{name} is read-only.", kind="InvalidOperation", name=name)
        if isinstance(field, Reference) and ("object" if rest is None else "guid") not in forms:
            raise Refused(f"Path {first}{'' if rest is None else '/' + rest} names no property.", name=first)
        if rest is not None:
            value = _inside(field, name, rest, value, (record | changed)[name])
        changed[name] = field.read(name, value, find)
    return changed


def paths(body: Any) -> set[str]:
    """The paths a patch document touches, in lower case; empty for a body that is no patch."""
    if not isinstance(body, list):
        return set()
    return {str(one.get("path", "")).lower() for one in map(_lowered, body)}


def _read(operation: Any) -> tuple[str, str | None, Any]:
    """The first step of the path, its second or None, and the value."""
    given = _lowered(operation)
    if given.keys() - {"op", "path", "value", "from"} or not isinstance(given.get("path"), str):
        raise Refused(SHAPE, kind="InvalidRequest")
    if str(given.get("op")).lower() != "replace":
        raise Refused(f"Operation {given.get('op')} is not supported.", kind="InvalidOperation", name="op")
    if "value" not in given:
        raise Refused("A replace needs a value.", kind="InvalidRequest", name="value")
    path = re.fullmatch(r"/([^/]+)(?:/([^/]+))?", given["path"])
    if path is None:
        raise Refused(f"Path {given['path']} names no property.", name=given["path"])
    return path[1], path[2], given["value"]


def _inside(field: Field, name: str, part: str, value: Any, now: Any) -> Any:
    """The whole value of a property of which a patch replaces one part."""
    if isinstance(field, Reference) and not field.many and part.lower() == "guid":
        return {"guid": value}
    if isinstance(field, Group):
        parts = {one.lower(): one for one in field.parts}
        if part.lower() in parts:
            kept = {one: content for one, content in (now or {}).items() if field.parts[one].writable}
            return kept | {parts[part.lower()]: value}
    raise Refused(f"There is no property {name}/{part}.", name=f"{name}/{part}")


def _lowered(operation: Any) -> Record:
    if not isinstance(operation, dict):
        raise Refused(SHAPE, kind="InvalidRequest")
    return {str(name).lower(): value for name, value in operation.items()}
