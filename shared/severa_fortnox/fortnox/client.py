"""Fortnox's REST API: each method one call or one list, answers as models, failures as our leaves.

Every call is paced, carries a token, and on a 401 is made once more with a new one: a 401 says that nothing was done,
so that holds for POST too. GETs that send something (email, einvoice, eprint; `reference` fortnox 7.5) are left out on
purpose.
"""

from __future__ import annotations

from severa_fortnox.fortnox.auth import Auth
from severa_fortnox.fortnox.calls import FortnoxCalls
from severa_fortnox.fortnox.models import Attachment, AttachmentPayload, Folder, InboxFile, Invoice, InvoicePayload
from severa_fortnox.fortnox.registers import FortnoxRegisters
from severa_fortnox.fortnox.unknowns import Readings
from severa_fortnox.http import Effect, Http, Pace

#: The inbox folder of customer invoices; a file elsewhere cannot be attached to one (`reference` fortnox 7.7).
INVOICE_FOLDER = "inbox_kf"
#: The attachments service's name for a customer invoice.
INVOICE = "F"
_ATTACHMENTS = "/api/fileattachments/attachments-v1"


class FortnoxClient(FortnoxRegisters):
    """One company's Fortnox: its invoices and files here, its registers in `FortnoxRegisters`.

    Args:
        base_url: up to and without ``/3``.
        auth: gives access tokens.
        pace: waited for before every call.
        readings: how the open questions about Fortnox are read.

    Every method raises `errors.Misconfigured` when a consent, scope or licence is missing, `NotFound` when the record
    does not exist, `Rejected` when Fortnox refuses the data, and what `Http.send` raises. Creating and uploading raise
    `UnknownOutcome` when the answer is lost: search before calling again.
    """

    def __init__(self, http: Http, base_url: str, auth: Auth, pace: Pace, readings: Readings | None = None) -> None:
        self._readings = readings or Readings()
        self._calls = FortnoxCalls(http, base_url, auth, pace, self._readings)

    # Invoices

    def create_invoice(self, payload: InvoicePayload) -> Invoice:
        """Create a customer invoice."""
        about = f"invoice {payload.ExternalInvoiceReference1}"
        return self._calls.create("/3/invoices", "Invoice", payload, about).one(Invoice, "Invoice")

    def invoice(self, number: str) -> Invoice:
        """One invoice, whole."""
        return self._calls.get("/3/invoices/{number}", number=number, about=f"invoice {number}").one(Invoice, "Invoice")

    def invoices_by_reference(self, reference: str) -> list[Invoice]:
        """The invoices that carry exactly this reference and are not cancelled, as list items: no rows, no net.

        Fortnox searches for what contains the text, so it is compared here.

        Args:
            reference: what was sent as ExternalInvoiceReference1.
        """
        filters = {"externalinvoicereference1": reference}
        found = self._calls.listed(
            "/3/invoices", Invoice, "Invoices", "DocumentNumber", filters, f"invoice {reference}"
        )
        return [item for item in found if item.ExternalInvoiceReference1 == reference and not item.Cancelled]

    # Files

    def upload_to_inbox(self, name: str, content: bytes) -> InboxFile:
        """Put a PDF into the inbox folder of customer invoices.

        Args:
            name: the file name, sent as it is; without quotes, backslashes and control characters, which a part
                header cannot hold.
        """
        return self._calls.send(
            "POST",
            "/3/inbox",
            Effect.WRITE,
            about=f"file {name}",
            params={self._readings.upload_folder: INVOICE_FOLDER},
            files={self._readings.upload_part: (name, content, "application/pdf")},
        ).one(InboxFile, "File")

    def inbox_files(self) -> list[InboxFile]:
        """What lies in the inbox folder of customer invoices; a file leaves it when it is attached."""
        return self._calls.get("/3/inbox/{folder}", folder=INVOICE_FOLDER).one(Folder, "Folder").Files

    def attachments(self, document_number: str) -> list[Attachment]:
        """The files attached to an invoice."""
        params = {"entityid": document_number, "entitytype": INVOICE}
        return self._calls.get(_ATTACHMENTS, params, about=f"invoice {document_number}").many(Attachment)

    def attach(self, document_number: str, archive_file_id: str, include_on_send: bool = True) -> Attachment:
        """Attach a file of the inbox to an invoice.

        Args:
            archive_file_id: the file's ArchiveFileId, not its Id.
            include_on_send: whether it goes out with the invoice.
        """
        payload = AttachmentPayload(
            entityId=int(document_number), entityType=INVOICE, fileId=archive_file_id, includeOnSend=include_on_send
        )
        answer = self._calls.send(
            "POST", _ATTACHMENTS, Effect.WRITE, about=f"invoice {document_number}", json=[payload.model_dump()]
        )
        attached = answer.many(Attachment)
        if not attached:
            raise answer.call.lost("the answer names no attachment")
        return attached[0]
