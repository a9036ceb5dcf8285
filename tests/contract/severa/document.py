"""Severa's OpenAPI document, and where it is known to be wrong or behind.

Two more of its habits are dealt with for any document in `tests.contract.corrections`: `nullable` next to `$ref`, and
objects that do not say they are closed. Two oddities need no correction because what is declared is what this project
expects: an array for one flat rate and an array for a country by code (`reference` severa 12). The answer to too many
calls (429, plain text) is declared nowhere; tests of it do not hold it against the document.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from tests.contract.corrections import Correction
from tests.contract.openapi import Document

PREFIX = "/rest-api"


def _query(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"in": "query", "name": name, "schema": {**schema, "nullable": True}}


KNOWN_ERRORS_IN_THE_DOCUMENT = (
    Correction(
        "/components/schemas/PatchOperation/properties/value",
        {},
        "typed as text; clients send numbers, flags and objects, and they work (`reference` severa 4.4)",
    ),
    Correction(
        "/components/schemas/PatchOperationType/enum",
        ["Add", "Copy", "Move", "Remove", "Replace", "replace"],
        "lists capitalised operations; clients send lower case, as RFC 6902 has it (`reference` severa 4.4)",
    ),
    Correction(
        "/components/schemas/FileModel/properties/data",
        {"type": "string", "format": "byte", "nullable": True},
        "has no property for the bytes asked for with the metadata (`reference` severa 9.5); its name is ours",
    ),
    Correction(
        "/paths/~1v1~1travelexpensetypes/get/parameters/-",
        _query("changedSince", {"type": "string", "format": "date-time"}),
        "is older than this parameter (`reference` severa 1.1)",
    ),
    Correction(
        "/paths/~1v1~1customers/get/parameters/-",
        _query("vatNumber", {"type": "string"}),
        "is older than this parameter (`reference` severa 1.1)",
    ),
    Correction(
        "/paths/~1v1~1customers/get/parameters/-",
        _query("kvkNumber", {"type": "string"}),
        "is older than this parameter (`reference` severa 1.1)",
    ),
    Correction(
        "/paths/~1v1~1projects~1{projectGuid}~1files/post",
        {
            "security": [{"ClientIdAuth": [], "OAuth2": ["files:write"]}],
            "parameters": [_query("includeDataInResponse", {"type": "boolean"})],
            "requestBody": {"content": {"multipart/related": {}}},
            "responses": {
                "201": {
                    "content": {
                        "application/json": {
                            "schema": {"type": "array", "items": {"$ref": "#/components/schemas/ProjectFileModel"}}
                        }
                    }
                },
                "404": {"description": "Resource not found"},
                "default": {
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/ExceptionModel"}}}
                },
            },
        },
        "is older than this call (`reference` severa 1.1)",
    ),
)


@cache
def severa() -> Document | None:
    """The corrected document; None when the vendor's file is not there."""
    return Document.load("severa", KNOWN_ERRORS_IN_THE_DOCUMENT)


@cache
def complete() -> Document | None:
    """The corrected document with every property required."""
    document = severa()
    return None if document is None else document.complete()
