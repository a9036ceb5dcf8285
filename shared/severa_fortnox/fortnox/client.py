"""Fortnox's REST API: each method one call or one list, answers as models, failures as our leaves.

Every call is paced, carries a token, and on a 401 is made once more with a new one: a 401 says that nothing was done,
so that holds for POST too. GETs that send something (email, einvoice, eprint; `reference` fortnox 7.5) are left out on
purpose.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel

from severa_fortnox.errors import Misconfigured
from severa_fortnox.fortnox.auth import Auth
from severa_fortnox.fortnox.errors import refusal
from severa_fortnox.fortnox.models import (
    Article,
    ArticlePayload,
    Attachment,
    AttachmentPayload,
    CompanyInformation,
    CurrencyCode,
    Customer,
    CustomerItem,
    CustomerPayload,
    Folder,
    InboxFile,
    Invoice,
    InvoicePayload,
    Meta,
    Project,
    ProjectPayload,
    TermsOfPayment,
    Unit,
)
from severa_fortnox.fortnox.unknowns import Readings
from severa_fortnox.http import Answer, Effect, Http, Pace, Params
from severa_fortnox.wire import path

M = TypeVar("M", bound=BaseModel)

#: The inbox folder of customer invoices; a file elsewhere cannot be attached to one (`reference` fortnox 7.7).
INVOICE_FOLDER = "inbox_kf"
#: The attachments service's name for a customer invoice.
INVOICE = "F"
_ATTACHMENTS = "/api/fileattachments/attachments-v1"


class FortnoxClient:
    """One company's Fortnox.

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
        self._http = http
        self._base_url = base_url.rstrip("/")
        self._auth = auth
        self._pace = pace
        self._readings = readings or Readings()

    # Invoices

    def create_invoice(self, payload: InvoicePayload) -> Invoice:
        """Create a customer invoice."""
        about = f"invoice {payload.ExternalInvoiceReference1}"
        return self._create("/3/invoices", "Invoice", payload, about).one(Invoice, "Invoice")

    def invoice(self, number: str) -> Invoice:
        """One invoice, whole."""
        return self._get("/3/invoices/{number}", number=number, about=f"invoice {number}").one(Invoice, "Invoice")

    def invoices_by_reference(self, reference: str) -> list[Invoice]:
        """The invoices that carry exactly this reference and are not cancelled, as list items: no rows, no net.

        Fortnox searches for what contains the text, so it is compared here.

        Args:
            reference: what was sent as ExternalInvoiceReference1.
        """
        found = self._list(
            "/3/invoices", Invoice, "Invoices", {"externalinvoicereference1": reference}, f"invoice {reference}"
        )
        return [item for item in found if item.ExternalInvoiceReference1 == reference and not item.Cancelled]

    # Registers

    def customer(self, number: str) -> Customer:
        """One customer."""
        return self._get("/3/customers/{number}", number=number, about=f"customer {number}").one(Customer, "Customer")

    def customers_numbered(self, number: str) -> list[CustomerItem]:
        """The customers whose number contains this; comparing is the caller's, because leading zeros may differ."""
        filters = {"customernumber": number}
        return list(self._list("/3/customers", CustomerItem, "Customers", filters, f"customer {number}"))

    def create_customer(self, payload: CustomerPayload) -> Customer:
        """Create a customer."""
        about = f"customer {payload.CustomerNumber}"
        return self._create("/3/customers", "Customer", payload, about).one(Customer, "Customer")

    def article(self, number: str) -> Article:
        """One article."""
        return self._get("/3/articles/{number}", number=number, about=f"article {number}").one(Article, "Article")

    def create_article(self, payload: ArticlePayload) -> Article:
        """Create an article."""
        about = f"article {payload.ArticleNumber}"
        return self._create("/3/articles", "Article", payload, about).one(Article, "Article")

    def project(self, number: str) -> Project:
        """One project."""
        return self._get("/3/projects/{number}", number=number, about=f"project {number}").one(Project, "Project")

    def create_project(self, payload: ProjectPayload) -> Project:
        """Create a project."""
        about = f"project {payload.ProjectNumber}"
        return self._create("/3/projects", "Project", payload, about).one(Project, "Project")

    def units(self) -> list[Unit]:
        """The company's units."""
        return list(self._list("/3/units", Unit, "Units"))

    def currencies(self) -> list[CurrencyCode]:
        """The currencies in the company's register."""
        return list(self._list("/3/currencies", CurrencyCode, "Currencies"))

    def terms_of_payment(self) -> list[TermsOfPayment]:
        """The company's terms of payment."""
        return list(self._list("/3/termsofpayments", TermsOfPayment, "TermsOfPayments"))

    def company(self) -> CompanyInformation:
        """Which company this is."""
        return self._get("/3/companyinformation").one(CompanyInformation, "CompanyInformation")

    # Files

    def upload_to_inbox(self, name: str, content: bytes) -> InboxFile:
        """Put a PDF into the inbox folder of customer invoices.

        Args:
            name: the file name, sent as it is; without quotes, backslashes and control characters, which a part
                header cannot hold.
        """
        return self._send(
            "POST",
            "/3/inbox",
            Effect.WRITE,
            about=f"file {name}",
            params={self._readings.upload_folder: INVOICE_FOLDER},
            files={self._readings.upload_part: (name, content, "application/pdf")},
        ).one(InboxFile, "File")

    def inbox_files(self) -> list[InboxFile]:
        """What lies in the inbox folder of customer invoices; a file leaves it when it is attached."""
        return self._get("/3/inbox/{folder}", folder=INVOICE_FOLDER).one(Folder, "Folder").Files

    def attachments(self, document_number: str) -> list[Attachment]:
        """The files attached to an invoice."""
        params = {"entityid": document_number, "entitytype": INVOICE}
        return self._get(_ATTACHMENTS, params, about=f"invoice {document_number}").many(Attachment)

    def attach(self, document_number: str, archive_file_id: str, include_on_send: bool = True) -> Attachment:
        """Attach a file of the inbox to an invoice.

        Args:
            archive_file_id: the file's ArchiveFileId, not its Id.
            include_on_send: whether it goes out with the invoice.
        """
        payload = AttachmentPayload(
            entityId=int(document_number), entityType=INVOICE, fileId=archive_file_id, includeOnSend=include_on_send
        )
        answer = self._send(
            "POST", _ATTACHMENTS, Effect.WRITE, about=f"invoice {document_number}", json=[payload.model_dump()]
        )
        attached = answer.many(Attachment)
        if not attached:
            raise answer.call.lost("the answer names no attachment")
        return attached[0]

    # Calls

    def _create(self, pattern: str, under: str, payload: BaseModel, about: str) -> Answer:
        body = {under: payload.model_dump(mode="python", exclude_none=True)}
        return self._send("POST", pattern, Effect.WRITE, about=about, json=body)

    def _list(
        self, pattern: str, model: type[M], under: str, filters: Params | None = None, about: str | None = None
    ) -> Iterator[M]:
        """The records of a list, page by page; an empty list has no page at all (`reference` fortnox 3)."""
        limit = self._readings.page_rows
        page = 1
        while True:
            answer = self._get(pattern, {**(filters or {}), "limit": limit, "page": page}, about=about)
            items = answer.many(model, under)
            yield from items
            if page >= answer.one(Meta, "MetaInformation").TotalPages:
                return
            page += 1

    def _get(self, pattern: str, params: Params | None = None, *, about: str | None = None, **ids: str) -> Answer:
        return self._send("GET", pattern, Effect.READ, about=about, params=params, files=None, **ids)

    def _send(
        self,
        method: str,
        pattern: str,
        effect: Effect,
        *,
        about: str | None,
        params: Params | None = None,
        json: Any = None,
        files: Mapping[str, tuple[str, bytes, str]] | None = None,
        **ids: str,
    ) -> Answer:
        def attempt() -> tuple[str, Answer]:
            token = self._auth.token()
            return token, self._http.send(
                method,
                self._base_url + path(pattern, **ids),
                operation=f"{method} {pattern}",
                effect=effect,
                reference=about,
                headers={"Authorization": f"Bearer {token}"},
                params=params,
                json=json,
                files=files,
                pace=self._pace,
            )

        token, answer = attempt()
        if answer.status == 401:
            self._auth.refuse(token)
            token, answer = attempt()
        if answer.refused:
            error = refusal(answer)
            if isinstance(error, Misconfigured):
                self._auth.forget(token)
            raise error
        return answer
