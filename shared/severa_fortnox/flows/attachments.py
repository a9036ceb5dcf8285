"""An invoice's files, into Fortnox and onto the invoice, each once.

A file takes two calls: upload to the inbox, connect to the invoice. Neither can be repeated blindly, so each is
recorded as a step of the transfer, and after a break both are looked for first: the connection on the invoice, the
upload in the inbox under a name that no other file has.
"""

from __future__ import annotations

from severa_fortnox.decisions.attachments import PlannedFile
from severa_fortnox.flows.create import NeedsPerson
from severa_fortnox.flows.session import Session
from severa_fortnox.fortnox.models import ATTACHMENT_BYTES
from severa_fortnox.reason import Reason
from severa_fortnox.store.transfers import Transfer


def attach(session: Session, transfer: Transfer, files: tuple[PlannedFile, ...], *, resumed: bool) -> Transfer:
    """The transfer after every file is on the invoice.

    Args:
        transfer: BOUND, held by us.
        files: in the order they are added.
        resumed: whether an earlier run may have got further than its last recorded step.

    Raises:
        NeedsPerson: a file is larger than Fortnox takes, although Severa did not say so.
        IntegrationError: a call failed; what is done is recorded.
    """
    for file in files:
        if _attached(file) not in transfer.steps:
            transfer = _attach_one(session, transfer, file, resumed=resumed)
    return transfer


def _attach_one(session: Session, transfer: Transfer, file: PlannedFile, *, resumed: bool) -> Transfer:
    number = transfer.foreign_id or ""
    archive_id = transfer.steps.get(_uploaded(file))
    if archive_id is None:
        archive_id = _lost_upload(session, file) if resumed else None
        if archive_id is None:
            archive_id = _upload(session, file)
        transfer = session.store.transfers.step(transfer, _uploaded(file), archive_id)
    connected = resumed and any(each.fileId == archive_id for each in session.fortnox.attachments(number))
    if not connected:
        session.fortnox.attach(number, archive_id, include_on_send=file.include_on_send)
    return session.store.transfers.step(transfer, _attached(file), number)


def _upload(session: Session, file: PlannedFile) -> str:
    content = session.severa.file_data(file.file_guid)
    if len(content) > ATTACHMENT_BYTES:
        megabytes = f"{len(content) / 1024 / 1024:.1f}"
        raise NeedsPerson(Reason("attachment-too-big", {"file": file.name, "megabytes": megabytes}))
    uploaded = session.fortnox.upload_to_inbox(file.name, content)
    return uploaded.ArchiveFileId or uploaded.Id


def _lost_upload(session: Session, file: PlannedFile) -> str | None:
    for found in session.fortnox.inbox_files():
        if found.Name == file.name:
            return found.ArchiveFileId or found.Id
    return None


def _uploaded(file: PlannedFile) -> str:
    return f"uploaded {file.file_guid}"


def _attached(file: PlannedFile) -> str:
    return f"attached {file.file_guid}"
