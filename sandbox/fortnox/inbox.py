"""``/3/inbox``: folders, uploads, and a file's bytes by its id (`reference` fortnox 7.8)."""

from __future__ import annotations

import mimetypes
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Request, Response

from sandbox.fortnox.errors import Code, Invented, Refused
from sandbox.fortnox.exchange import BASE, Route, answer, nothing
from sandbox.fortnox.storage import FOLDERS, ROOT, StoredFile

if TYPE_CHECKING:
    from sandbox.fortnox.state import FortnoxState


class Inbox:
    """The company's inbox."""

    def __init__(self, state: FortnoxState) -> None:
        self.storage = state.storage

    def routes(self) -> list[Route]:
        """The inbox's operations."""
        scopes = ("inbox",)
        return [
            Route("GET", "/3/inbox", self.root, scopes),
            Route("POST", "/3/inbox", self.upload, scopes),
            Route("GET", "/3/inbox/<id>", self.read, scopes),
            Route("DELETE", "/3/inbox/<id>", self.delete, scopes),
        ]

    def root(self, _request: Request) -> Response:
        """``GET /3/inbox``"""
        return self._folder(ROOT)

    def upload(self, request: Request) -> Response:
        """``POST /3/inbox``: one file part of any name, into the folder named by `path` or `folderId`."""
        if request.mimetype != "multipart/form-data":
            raise Refused("Ogiltig content-type.", Code.WRONG_CONTENT_TYPE)
        wanted = next((request.args[name] for name in ("path", "folderId", "folderid") if name in request.args), ROOT)
        names = {name.casefold(): id for id, name in FOLDERS.items()}
        folder = names.get(wanted.casefold(), wanted.casefold())
        if folder not in FOLDERS and folder != ROOT:
            raise Refused(f'Mappen "{wanted}" finns inte.', Invented.NO_FOLDER)
        with request:  # closes the uploads
            uploads = list(request.files.values())
            if len(uploads) != 1 or not uploads[0].filename:
                raise Refused("Ingen fil bifogad.", Invented.NO_FILE)
            file = self.storage.put(uploads[0].filename, uploads[0].read(), folder)
        return answer({"File": self._row(file)}, 201, Location="inbox")

    def read(self, _request: Request, id: str) -> Response:
        """``GET /3/inbox/<id>``: a folder's content or a file's bytes."""
        if id in FOLDERS or id == ROOT:
            return self._folder(id)
        file = self._found(id)
        return Response(file.content, mimetype=mimetypes.guess_type(file.name)[0] or "application/octet-stream")

    def delete(self, _request: Request, id: str) -> Response:
        """``DELETE /3/inbox/<id>``"""
        self.storage.files.remove(self._found(id))
        return nothing()

    def _found(self, id: str) -> StoredFile:
        file = self.storage.in_inbox(id)
        if file is None:
            raise Refused("Kan inte hitta filen.", Invented.NOT_FOUND, 404)
        return file

    def _folder(self, id: str) -> Response:
        folders = FOLDERS if id == ROOT else {}
        return answer(
            {
                "Folder": {
                    "@url": f"{BASE}/inbox" if id == ROOT else f"{BASE}/inbox/{id}",
                    "Email": "",
                    "Files": [self._row(file) for file in self.storage.files if file.folder == id],
                    "Folders": [{"@url": f"{BASE}/inbox/{i}", "Id": i, "Name": name} for i, name in folders.items()],
                    "Id": id,
                    "Name": FOLDERS.get(id, "Inkorg"),
                }
            }
        )

    @staticmethod
    def _row(file: StoredFile) -> dict[str, Any]:
        return {
            "@url": f"{BASE}/inbox/{file.id}",
            "ArchiveFileId": file.archive_id,
            "Comments": "",
            "Id": file.id,
            "Name": file.name,
            "Path": FOLDERS.get(file.folder or "", ""),
            "Size": len(file.content),
        }
