"""Files of invoices and projects: metadata, bytes, and the upload to a project (`reference` severa 9.5, 9.6)."""

from __future__ import annotations

import base64
from email.message import Message
from email.parser import BytesParser
from typing import Any

from werkzeug.wrappers import Response

from sandbox.severa.exchange import Exchange, Route, read_json
from sandbox.severa.paging import by_offset
from sandbox.severa.refusals import Missing, Refused
from sandbox.severa.shapes import Record


def invoice_files(call: Exchange, guid: str) -> Response:
    invoice = call.record("invoices", guid)
    return by_offset(call, "invoice_files", call.state.all("invoice_files", invoiceGuid=invoice["guid"]), {})


def invoice_file(call: Exchange, guid: str) -> Response:
    return call.answer(call.shown("invoice_files", call.record("invoice_files", guid)))


def file(call: Exchange, guid: str) -> Response:
    """Metadata, with the bytes in base64 when asked for."""
    shown = call.shown("files", call.record("files", guid))
    if call.request.args.get("includeDataInResponse", "").lower() == "true":
        shown[call.readings.file_data_property] = base64.b64encode(call.state.contents[guid.lower()]).decode()
    return call.answer(shown)


def file_data(call: Exchange, guid: str) -> Response:
    """The bytes, in the file's own type; `guid` is a `fileGuid`, any other guid is missing here."""
    record = call.record("files", guid)
    content = call.state.contents.get(record["guid"])
    if content is None:
        raise Missing
    return Response(content, mimetype=record["contentType"])


def project_files(call: Exchange, guid: str) -> Response:
    project = call.record("projects", guid)
    return by_offset(call, "project_files", call.state.all("project_files", projectGuid=project["guid"]), {})


def project_file(call: Exchange, guid: str) -> Response:
    return call.answer(call.shown("project_files", call.record("project_files", guid)))


def upload_project_files(call: Exchange, guid: str) -> Response:
    """Each file's bytes in a part of their own, a JSON part with its name and description right before it."""
    project = call.record("projects", guid)
    kinds = {"multipart/related"} | ({"multipart/form-data"} if call.readings.form_data_accepted else set())
    if call.request.mimetype not in kinds:
        raise Refused(f"Content type {call.request.mimetype} is not supported.", kind="InvalidRequest")
    boundary = call.request.mimetype_params.get("boundary")
    if not boundary:
        raise Refused("The content type has no boundary.", kind="InvalidRequest")
    named = _named(_parts(call.request.get_data(), boundary.encode()))
    limit = call.readings.largest_upload
    if any(limit is not None and len(content) > limit for _, _, content in named):
        raise Refused("The file is too large.", kind="InvalidOperation")
    made = [_store(call, project, about, kind, content) for about, kind, content in named]
    if not made:
        raise Refused("There is no file in the request.", kind="InvalidRequest")
    return call.answer([call.shown("project_files", record) for record in made], status=201)


def _store(call: Exchange, project: Record, about: Record, kind: str, content: bytes) -> Record:
    name = about.get("name") or "unnamed"
    stored = call.state.add_file(name, content, content_type=kind, category="Projects", by=call.user)
    return call.state.insert(
        "project_files",
        by=call.user,
        name=name,
        description=about.get("description"),
        contentType=kind,
        fileGuid=stored["guid"],
        projectGuid=project["guid"],
        size=len(content),
        usages=[],
    )


def _named(parts: list[tuple[Message, bytes]]) -> list[tuple[Record, str, bytes]]:
    """Each binary part with what the JSON part before it says about it."""
    files: list[tuple[Record, str, bytes]] = []
    about: dict[str, Any] = {}
    for headers, content in parts:
        kind = headers.get_content_type()
        if kind == "application/json":
            described = read_json(content)
            if not isinstance(described, dict):
                raise Refused("A file's description must be an object.", kind="InvalidRequest")
            about = {name.lower(): value for name, value in described.items()}
            if unknown := about.keys() - {"name", "description"}:
                raise Refused(f"A file has no property {min(unknown)}.", name=min(unknown))
        else:
            files.append(({"name": headers.get_filename()} | about, kind, content))
            about = {}
    return files


def _parts(body: bytes, boundary: bytes) -> list[tuple[Message, bytes]]:
    """The parts of a multipart body, their bytes untouched; a body that does not end properly is refused."""
    sections = (b"\r\n" + body).split(b"\r\n--" + boundary)
    if len(sections) < 3 or not sections[-1].startswith(b"--"):
        raise Refused("The multipart body does not end with its boundary.", kind="InvalidRequest")
    parts = []
    for section in sections[1:-1]:
        head, _, content = section.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        parts.append((BytesParser().parsebytes(head, headersonly=True), content))
    return parts


ROUTES = [
    Route("GET", "/invoices/<guid>/files", "files:read", invoice_files),
    Route("GET", "/invoicefiles/<guid>", "files:read", invoice_file),
    Route("GET", "/files/<guid>", "files:read", file),
    Route("GET", "/files/<guid>/filedata", "files:read", file_data),
    Route("GET", "/projects/<guid>/files", "files:read", project_files),
    Route("GET", "/projectfiles/<guid>", "files:read", project_file),
    Route("POST", "/projects/<guid>/files", "files:write", upload_project_files),
]
