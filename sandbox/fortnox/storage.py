"""The inbox and the files attached to documents."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Any

#: The inbox's folders (`reference` fortnox 7.8).
FOLDERS = {
    "inbox_s": "Leverantörsfakturor",
    "inbox_kf": "Kundfakturor",
    "inbox_v": "Verifikationer",
    "inbox_o": "Ordrar",
    "inbox_of": "Offerter",
    "inbox_a": "Anläggningsregister",
    "inbox_d": "Dagskassor",
    "inbox_b": "Bankfiler",
    "inbox_l": "Lön",
}
ROOT = "root"


@dataclass
class StoredFile:
    """One uploaded file; it has two ids, and each is good in other places."""

    name: str
    content: bytes
    folder: str | None
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    archive_id: str = field(default_factory=lambda: str(uuid.uuid4()))

    @property
    def is_pdf(self) -> bool:
        """Whether the content is a PDF, whatever the name says."""
        return self.content.startswith(b"%PDF-")


@dataclass
class Attachment:
    """A file connected to a document."""

    entity_id: int
    entity_type: str
    file: StoredFile
    include_on_send: bool
    id: str = field(default_factory=lambda: str(uuid.uuid4()))

    def answer(self) -> dict[str, Any]:
        """As the attachments service writes it."""
        return {
            "id": self.id,
            "entityId": self.entity_id,
            "entityType": self.entity_type,
            "fileId": self.file.archive_id,
            "includeOnSend": self.include_on_send,
        }


class Storage:
    """Files in the inbox, by folder, and attachments. A connected file has left the inbox: its folder is None."""

    def __init__(self) -> None:
        self.files: list[StoredFile] = []
        self.attachments: list[Attachment] = []

    def put(self, name: str, content: bytes, folder: str = ROOT) -> StoredFile:
        """Let a file arrive in a folder of the inbox."""
        file = StoredFile(name, content, folder)
        self.files.append(file)
        return file

    def in_inbox(self, id: str) -> StoredFile | None:
        """The file of that id (not its archive id) while it lies in the inbox."""
        return next((file for file in self.files if file.id == id and file.folder is not None), None)

    def archived(self, archive_id: str) -> StoredFile | None:
        """The file of that archive id, wherever it is."""
        return next((file for file in self.files if file.archive_id == archive_id), None)

    def attached_to(self, entity_id: int, entity_type: str) -> list[Attachment]:
        """The attachments of one document."""
        return [a for a in self.attachments if (a.entity_id, a.entity_type) == (entity_id, entity_type)]

    def dump(self) -> dict[str, Any]:
        """Attachments and inbox without the files' bytes."""
        return {
            "attachments": [a.answer() | {"name": a.file.name, "size": len(a.file.content)} for a in self.attachments],
            "inbox": [
                {"Id": f.id, "ArchiveFileId": f.archive_id, "Name": f.name, "Folder": f.folder, "Size": len(f.content)}
                for f in self.files
                if f.folder is not None
            ],
        }
