"""Which of an invoice's files go to Fortnox, and whether Fortnox will take them (`reference` fortnox 7.7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from severa_fortnox.fortnox.models import ATTACHMENT_BYTES, ATTACHMENTS_BYTES, MOST_ATTACHMENTS
from severa_fortnox.reason import Reason
from severa_fortnox.severa.models import InvoiceFile


@dataclass(frozen=True)
class PlannedFile:
    """One attachment.

    Args:
        file_guid: where Severa keeps its bytes.
        name: the name it gets in Fortnox; unique, so that a lost upload is found again.
        include_on_send: whether Fortnox sends it with the invoice.
    """

    file_guid: str
    name: str
    include_on_send: bool


def plan(files: Sequence[InvoiceFile]) -> tuple[tuple[PlannedFile, ...], list[Reason], list[Reason]]:
    """The files to add, the reasons that forbid it, and notes.

    Fortnox sends at most five with an invoice; further ones are attached without being sent, and noted.
    """
    refusals = []
    ordered = sorted(files, key=lambda file: (file.sortOrder or 0, file.name, file.fileGuid))
    for file in ordered:
        if not _is_pdf(file):
            refusals.append(Reason("attachment-not-pdf", {"file": file.name}))
        if file.size is not None and file.size > ATTACHMENT_BYTES:
            refusals.append(
                Reason("attachment-too-big", {"file": file.name, "megabytes": f"{file.size / 1024 / 1024:.1f}"})
            )
    sent_bytes = sum((file.size or 0) for file in ordered[:MOST_ATTACHMENTS])
    if sent_bytes > ATTACHMENTS_BYTES:
        refusals.append(Reason("attachments-too-big", {"megabytes": f"{sent_bytes / 1024 / 1024:.1f}"}))
    notes = []
    if len(ordered) > MOST_ATTACHMENTS:
        names = ", ".join(file.name for file in ordered[MOST_ATTACHMENTS:])
        notes.append(Reason("attachments-not-sent", {"files": names, "most": str(MOST_ATTACHMENTS)}))
    planned = tuple(
        PlannedFile(file.fileGuid, unique_name(file), position < MOST_ATTACHMENTS)
        for position, file in enumerate(ordered)
    )
    return planned, refusals, notes


def unique_name(file: InvoiceFile) -> str:
    """The file's own name with a piece of its guid: two invoices may carry files of one name."""
    stem = file.name[:-4] if file.name.casefold().endswith(".pdf") else file.name
    return f"{stem} {file.fileGuid[:8]}.pdf"


def _is_pdf(file: InvoiceFile) -> bool:
    if file.contentType:
        return file.contentType.split(";")[0].strip().casefold() == "application/pdf"
    return file.name.casefold().endswith(".pdf")
