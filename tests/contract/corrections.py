"""A vendor's document rewritten before anything is held against it: known errors out, loose habits made strict."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True)
class Correction:
    """One place where a document is known to be wrong, and what stands there instead.

    Args:
        at: JSON pointer into the document, e.g. ``/components/schemas/PatchOperation/properties/value``; one that ends
            in ``/-`` adds to a list, as in RFC 6901.
        becomes: the corrected part; it must differ from what is there, so that the vendor's own correction is noticed.
        reason: why the document is wrong, with its source.
    """

    at: str
    becomes: Any
    reason: str


def as_step(part: str) -> str:
    """A path as one step of a JSON pointer; `{` and `}` are percent-encoded because the pointer travels in a URI."""
    return part.replace("~", "~0").replace("/", "~1").replace("{", "%7B").replace("}", "%7D")


def part_at(content: Any, pointer: str) -> Any:
    """The part of a document a JSON pointer names; steps may be escaped as in `as_step`."""
    for step in pointer.split("/")[1:]:
        name = step.replace("%7B", "{").replace("%7D", "}").replace("~1", "/").replace("~0", "~")
        content = content[int(name)] if isinstance(content, list) else content[name]
    return content


def correct(content: Json, correction: Correction) -> None:
    """Put the corrected part in place."""
    parent, _, last = correction.at.rpartition("/")
    place = part_at(content, parent)
    if isinstance(place, list):
        assert correction.becomes not in place, f"{correction.at} is already as corrected: drop the correction"
        place.append(correction.becomes)
        return
    name = last.replace("~1", "/").replace("~0", "~")
    assert place.get(name) != correction.becomes, f"{correction.at} is already as corrected: drop the correction"
    place[name] = correction.becomes


def _schemas(node: Any) -> Iterator[Json]:
    if isinstance(node, dict):
        yield node
        node = list(node.values())
    if isinstance(node, list):
        for child in node:
            yield from _schemas(child)


def objects(content: Json) -> Iterator[Json]:
    """Every schema that names its properties."""
    return (s for s in _schemas(content) if s.get("type") == "object" and isinstance(s.get("properties"), dict))


def _extended(content: Json) -> Iterator[int]:
    """Schemas that take part in `allOf`: closing one would forbid the properties of the others."""
    for schema in _schemas(content):
        for part in schema.get("allOf", []) if isinstance(schema.get("allOf"), list) else []:
            yield id(part_at(content, part["$ref"][1:]) if "$ref" in part else part)
        if isinstance(schema.get("allOf"), list):
            yield id(schema)


def close_objects(content: Json) -> None:
    """Let every object hold its documented properties and no other."""
    open_schemas = set(_extended(content))
    for schema in objects(content):
        if id(schema) not in open_schemas:
            schema.setdefault("additionalProperties", False)


def allow_null(content: Json) -> None:
    """Let null stand for any value."""
    for schema in _schemas(content):
        if isinstance(schema.get("type"), str) or "$ref" in schema:
            schema["nullable"] = True
        if isinstance(schema.get("enum"), list) and None not in schema["enum"]:
            schema["enum"] = [*schema["enum"], None]  # `nullable` alone does not get past an enum


def nullable_references(node: Any) -> Any:
    """`{"$ref": x, "nullable": true}` rewritten so that null passes; other neighbours of `$ref` are ignored anyway."""
    if isinstance(node, list):
        return [nullable_references(child) for child in node]
    if not isinstance(node, dict):
        return node
    if isinstance(node.get("$ref"), str) and node.get("nullable") is True:
        return {"anyOf": [{"$ref": node["$ref"]}, {"enum": [None]}]}
    return {name: nullable_references(child) for name, child in node.items()}
