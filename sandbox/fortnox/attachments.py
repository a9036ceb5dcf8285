"""Files on documents, under ``/api/``: no wrapper, words for errors (`reference` fortnox 7.7)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Request, Response

from sandbox.fortnox.errors import ServiceRefused
from sandbox.fortnox.exchange import Route, answer, nothing, sent_json
from sandbox.fortnox.storage import Attachment, StoredFile

if TYPE_CHECKING:
    from sandbox.fortnox.state import FortnoxState

PATH = "/api/fileattachments/attachments-v1"
MOST_SENT = 5
MOST_BYTES = 5 * 1024 * 1024
MOST_BYTES_TOGETHER = 15 * 1024 * 1024
_MANDATORY = frozenset({"entityId", "entityType", "fileId"})
_FIELDS = _MANDATORY | {"includeOnSend"}
#: The folder a file must lie in, by the kind of document.
_FOLDERS = {"F": "inbox_kf", "O": "inbox_o", "OF": "inbox_of"}


class Attachments:
    """Files connected to invoices; a connected file leaves the inbox."""

    def __init__(self, state: FortnoxState) -> None:
        self.state = state
        self.storage = state.storage

    def routes(self) -> list[Route]:
        """The service's operations."""
        scopes = ("inbox",)
        return [
            Route("GET", PATH, self.search, scopes),
            Route("POST", PATH, self.create, scopes),
            Route("GET", f"{PATH}/numberofattachments", self.count, scopes),
            Route("PUT", f"{PATH}/<id>", self.update, scopes),
            Route("DELETE", f"{PATH}/<id>", self.delete, scopes),
        ]

    def search(self, request: Request) -> Response:
        """Everything connected to the named documents."""
        kind, ids = self._asked(request, "entityid")
        return answer([attachment.answer() for id in ids for attachment in self.storage.attached_to(id, kind)])

    def count(self, request: Request) -> Response:
        """How many are connected to each of the named documents."""
        kind, ids = self._asked(request, "entityids")
        return answer([{"entityId": i, "numberOfAttachments": len(self.storage.attached_to(i, kind))} for i in ids])

    def create(self, request: Request) -> Response:
        """Connect files to one document, all of them or none."""
        sent = sent_json(request)
        if not isinstance(sent, list) or not sent:
            raise ServiceRefused("no_attachment_provided", "No attachment provided")
        for one in sent:
            if not isinstance(one, dict) or _MANDATORY - one.keys() or not isinstance(one["entityId"], int):
                raise ServiceRefused("missing_mandatory_field", "Missing mandatory field")
            if one.keys() - _FIELDS:
                raise ServiceRefused("field_not_writable", "Field not writable")
        document = {(one["entityId"], str(one["entityType"])) for one in sent}
        if len(document) != 1:
            raise ServiceRefused("mixed_documents", "Attachments belong to different documents")
        entity_id, kind = document.pop()
        if kind != "F" or str(entity_id) not in self.state.invoices:
            raise ServiceRefused("document_not_found", "Document not found", 404)
        new = [
            Attachment(entity_id, kind, self._file(one["fileId"], kind), bool(one.get("includeOnSend"))) for one in sent
        ]
        self._require_room([*self.storage.attached_to(entity_id, kind), *new])
        for attachment in new:
            attachment.file.folder = None
        self.storage.attachments += new
        return answer([attachment.answer() for attachment in new], 201)

    def update(self, request: Request, id: str) -> Response:
        """Whether the file goes out with the document; nothing else can be changed."""
        attachment = self._found(id)
        sent = sent_json(request)
        if not isinstance(sent, dict) or sent.keys() - {"includeOnSend", "id"}:
            raise ServiceRefused("field_not_writable", "Field not writable")
        if sent.get("id", id) != id:
            raise ServiceRefused("mismatch_attachment_id", "Mismatching attachment id")
        before, attachment.include_on_send = attachment.include_on_send, bool(sent.get("includeOnSend"))
        try:
            self._require_room(self.storage.attached_to(attachment.entity_id, attachment.entity_type))
        except ServiceRefused:
            attachment.include_on_send = before
            raise
        return answer(attachment.answer())

    def delete(self, _request: Request, id: str) -> Response:
        """Disconnect the file from its document."""
        self.storage.attachments.remove(self._found(id))
        return nothing()

    def _asked(self, request: Request, name: str) -> tuple[str, list[int]]:
        ids = [id for value in request.args.getlist(name) for id in value.split(",") if id]
        if "entitytype" not in request.args or not ids or not all(id.isdecimal() for id in ids):
            raise ServiceRefused("missing_mandatory_field", "Missing mandatory field")
        return request.args["entitytype"], [int(id) for id in ids]

    def _found(self, id: str) -> Attachment:
        for attachment in self.storage.attachments:
            if attachment.id == id:
                return attachment
        raise ServiceRefused("attachment_not_found", "Attachment not found", 404)

    def _file(self, archive_id: Any, kind: str) -> StoredFile:
        file = self.storage.archived(archive_id)
        if file is None:
            raise ServiceRefused("file_not_found", "File not found", 404)
        if file.folder != _FOLDERS[kind]:
            raise ServiceRefused("wrong_file_location", "File is not in the folder for this document")
        if not file.is_pdf:
            raise ServiceRefused("wrong_file_type", "File is not a PDF")
        return file

    @staticmethod
    def _require_room(attachments: list[Attachment]) -> None:
        sizes = [len(attachment.file.content) for attachment in attachments if attachment.include_on_send]
        if len(sizes) > MOST_SENT:
            raise ServiceRefused("attachment_files_max_count_exceeded", "Too many attachments on the document")
        if any(size > MOST_BYTES for size in sizes):
            raise ServiceRefused("file_too_big", "File too big")
        if sum(sizes) > MOST_BYTES_TOGETHER:
            raise ServiceRefused("attachment_files_max_size_exceeded", "Attachments too big together")
