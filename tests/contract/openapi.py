"""Requests and answers held against a vendor's OpenAPI 3.0 document.

The documents are the vendors' own and are not part of this project: `Document.load` looks for them next to the checkout
(`../shared/vendor`) or in the folder named by `VENDOR_SPECS`, and answers None where they are absent.
"""

from __future__ import annotations

import copy
import json
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import httpx
import simplejson
from jsonschema.exceptions import best_match
from openapi_schema_validator import OAS30ReadValidator, OAS30WriteValidator
from referencing import Registry
from referencing.jsonschema import DRAFT4

from tests.contract.corrections import (
    Correction,
    Json,
    allow_null,
    as_step,
    close_objects,
    correct,
    nullable_references,
    objects,
    part_at,
)

URI = "urn:document"
BESIDE_THE_CHECKOUT = Path(__file__).parents[2].parent / "shared" / "vendor"
Query = Mapping[str, Sequence[str]]


class Document:
    """An OpenAPI 3.0 document; unknown properties are errors, in requests and in answers alike."""

    def __init__(self, content: Json) -> None:
        self.content = content
        self._registry = Registry().with_resource(URI, DRAFT4.create_resource(content))
        self._templates = [(_pattern(path), path) for path in sorted(content["paths"], key=lambda p: p.count("{"))]

    @classmethod
    def load(
        cls, name: str, corrections: Sequence[Correction] = (), *, null_is_any_type: bool = False
    ) -> Document | None:
        """The document ``<name>-openapi.json`` with its known errors corrected; None when it is not there.

        Besides the corrections two habits of generated documents are straightened out everywhere: `nullable` next to
        `$ref` counts (OpenAPI 3.0 ignores it), and objects hold no properties but the documented ones.

        Args:
            null_is_any_type: let null stand for any value, for a document that never says `nullable` at all.
        """
        file = Path(os.environ.get("VENDOR_SPECS", BESIDE_THE_CHECKOUT)) / f"{name}-openapi.json"
        if not file.exists():
            return None
        content: Json = json.loads(file.read_text(encoding="utf-8"))
        for correction in corrections:
            correct(content, correction)
        close_objects(content)
        if null_is_any_type:
            allow_null(content)
        return cls(nullable_references(content))

    def complete(self) -> Document:
        """The same document with every documented property required: what an answer without gaps looks like."""
        content = copy.deepcopy(self.content)
        for schema in objects(content):
            schema["required"] = sorted(schema["properties"])
        return Document(content)

    def operation(self, method: str, path: str, *, prefix: str = "") -> Json | None:
        """What the document says about a call; None when there is no such operation."""
        template = next(self._matching(method, path, prefix), None)
        return None if template is None else self.content["paths"][template][method.lower()]

    def check_request(
        self,
        method: str,
        path: str,
        query: Query,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        *,
        prefix: str = "",
    ) -> None:
        """Raise AssertionError unless the document describes this request.

        Args:
            path: the path as sent; `prefix` (the server's own part, e.g. ``/rest-api``) is taken off first.
            query: the values of each query parameter, as text.
            body: bytes as sent, or parsed JSON; None or ``b""`` for no body.
            headers: `Content-Type` tells whether bytes are JSON, which is also assumed without it.
        """
        what = f"{method} {path}"
        templates = list(self._matching(method, path, prefix))
        assert templates, f"{what}: no such operation in the document"
        _any_of(templates, lambda template: self._check_request(what, method, template, query, body, headers or {}))

    def check_answer(
        self,
        method: str,
        path: str,
        status: int,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        *,
        prefix: str = "",
    ) -> None:
        """Raise AssertionError unless the document describes this answer to this operation.

        Args: as in `check_request`. A status that is not named falls under the operation's `default`.
        """
        what = f"{method} {path} -> {status}"
        templates = list(self._matching(method, path, prefix))
        assert templates, f"{what}: no such operation in the document"
        _any_of(templates, lambda template: self._check_answer(what, method, template, status, body, headers or {}))

    def _matching(self, method: str, path: str, prefix: str) -> Iterator[str]:
        """The most literal templates that fit; several when they differ only in the name of a parameter."""
        rest = path[len(prefix) :] if path.lower().startswith(prefix.lower()) else path
        fewest: int | None = None
        for pattern, template in self._templates:
            if pattern.fullmatch(rest) and method.lower() in self.content["paths"][template]:
                if fewest is not None and template.count("{") > fewest:
                    return
                fewest = template.count("{")
                yield template

    def _check_request(
        self, what: str, method: str, template: str, query: Query, body: Any, headers: Mapping[str, str]
    ) -> None:
        pointer = f"/paths/{as_step(template)}/{method.lower()}"
        operation = self.at(pointer)
        known = {p["name"]: p for p in operation.get("parameters", []) if p["in"] == "query"}
        for name, values in query.items():
            assert name in known, f"{what}: query parameter {name!r} is not documented"
            self._check_value(f"{what}: ?{name}", known[name]["schema"], values)
        for name, parameter in known.items():
            assert not parameter.get("required") or name in query, f"{what}: query parameter {name!r} is missing"
        if "requestBody" not in operation:
            assert body in (None, b""), f"{what}: takes no body"
            return
        if body in (None, b""):
            assert not operation["requestBody"].get("required"), f"{what}: the body is missing"
            return
        content = operation["requestBody"].get("content", {})
        kind = self._kind(what, content, headers)
        if kind.endswith(("json", "*/*")):
            self._check(what, f"{pointer}/requestBody/content/{as_step(kind)}/schema", body, OAS30WriteValidator)

    def _check_answer(
        self, what: str, method: str, template: str, status: int, body: Any, headers: Mapping[str, str]
    ) -> None:
        pointer = f"/paths/{as_step(template)}/{method.lower()}/responses"
        responses = self.at(pointer)
        key = str(status) if str(status) in responses else "default"
        assert key in responses, f"{what}: status not documented, only {sorted(responses)}"
        assert key != "default" or status >= 400, f"{what}: a success the document does not name"
        content = responses[key].get("content", {})
        if not content:
            assert body in (None, b""), f"{what}: documented without a body"
            return
        kind = self._kind(what, content, headers)
        if kind.endswith(("json", "*/*")):
            self._check(what, f"{pointer}/{key}/content/{as_step(kind)}/schema", body, OAS30ReadValidator)

    def _kind(self, what: str, content: Json, headers: Mapping[str, str]) -> str:
        """The documented media type a body falls under; JSON when the headers do not say."""
        sent = next((v for k, v in headers.items() if k.lower() == "content-type"), "application/json")
        sent = sent.split(";")[0].strip().lower()
        # A document that names octets means "the file's own type"; one that names */* means JSON.
        fitting = [kind for kind in (sent, "*/*", "application/octet-stream") if kind in content]
        assert fitting, f"{what}: body of type {sent}, documented {sorted(content)}"
        return fitting[0]

    def _check(self, what: str, pointer: str, body: Any, validator: Any) -> None:
        value = json.loads(body if isinstance(body, bytes) else simplejson.dumps(body, use_decimal=True, default=str))
        schema = {"$ref": f"{URI}#{pointer}"}
        checker = validator(schema, registry=self._registry, format_checker=validator.FORMAT_CHECKER)
        error = best_match(checker.iter_errors(value))
        assert error is None, f"{what}: {error.json_path}: {error.message[:500]}"

    def _check_value(self, what: str, schema: Json, values: Sequence[str]) -> None:
        schema = self.at(schema["$ref"][1:]) if "$ref" in schema else schema
        if schema.get("type") == "array":
            for value in values:
                self._check_value(what, schema["items"], [value])
            return
        assert len(values) == 1, f"{what} is given {len(values)} times"
        readers: dict[str, Callable[[str], Any]] = {
            "integer": int,
            "number": float,
            "boolean": lambda text: {"true": True, "false": False}[text.lower()],
        }
        try:
            value = readers.get(schema.get("type", "string"), str)(values[0])
        except (ValueError, KeyError) as error:
            raise AssertionError(f"{what}={values[0]!r} is not of type {schema['type']}") from error
        # Formats of query values are left alone: servers read dates here more liberally than RFC 3339.
        found = best_match(OAS30WriteValidator(schema, registry=self._registry).iter_errors(value))
        assert found is None, f"{what}={values[0]!r}: {found.message}"

    def at(self, pointer: str) -> Any:
        """The part of the document a JSON pointer names."""
        return part_at(self.content, pointer)


class Checked(httpx.BaseTransport):
    """A transport that holds every request, and every answer, against a document.

    Args:
        exempt: calls the document does not describe, by request and status (None before there is an answer).
    """

    def __init__(
        self,
        inner: httpx.BaseTransport,
        document: Document,
        *,
        prefix: str = "",
        exempt: Callable[[httpx.Request, int | None], bool] = lambda _request, _status: False,
    ) -> None:
        self._inner = inner
        self._document = document
        self._prefix = prefix
        self._exempt = exempt
        self.checked: list[str] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        if not self._exempt(request, None):
            query = parse_qs(request.url.query.decode(), keep_blank_values=True)
            sent = request.read()
            self._document.check_request(request.method, path, query, sent, request.headers, prefix=self._prefix)
        response = self._inner.handle_request(request)
        if not self._exempt(request, response.status_code):
            self._document.check_answer(
                request.method, path, response.status_code, response.read(), response.headers, prefix=self._prefix
            )
        self.checked.append(f"{request.method} {path}")
        return response


def _any_of(templates: Sequence[str], check: Callable[[str], None]) -> None:
    """Pass when the check passes for one of the templates; raise what it says of the last one otherwise."""
    for template in templates[:-1]:
        try:
            return check(template)
        except AssertionError:
            continue
    check(templates[-1])


def _pattern(template: str) -> re.Pattern[str]:
    literal = (re.escape(part) for part in re.split(r"\{[^}]*\}", template))
    return re.compile("[^/]+".join(literal), re.IGNORECASE)
