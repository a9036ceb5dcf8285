"""Fortnox's records: what it answers (unknown fields ignored) and what it accepts (unknown fields forbidden).

Field names, lengths and who may write what come from Fortnox's OpenAPI document and recorded answers (`reference`
fortnox 7). Fortnox types the same number as a number, a string and "" in different answers, so every number it sends
is read with `TolerantDecimal`. Answers are read, payloads are written; an answer is never sent back.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from severa_fortnox.money import HIDDEN, TolerantDecimal

LONG = 1024
ROW_TEXT = 255
REFERENCE = 50
REMARKS = 1024
YOUR_ORDER_NUMBER = 75
PROJECT_NAME = 50
PROJECT_COMMENTS = 512
PROJECT_NUMBER = 20
ARTICLE_NUMBER = 50
ARTICLE_NAME = 200
#: Rows on one invoice (`reference` product 4.4).
MOST_ROWS = 500
#: One attachment that goes out with the invoice, and all of them together (`reference` fortnox 7.7).
MOST_ATTACHMENTS = 5
ATTACHMENT_BYTES = 5 * 1024 * 1024
ATTACHMENTS_BYTES = 15 * 1024 * 1024


def _text(value: Any) -> Any:
    """Fortnox sends the same code as text here and as a number there, and a word of its own for what is hidden."""
    if value in (None, "", HIDDEN):
        return None
    return str(value)


Text = Annotated[str | None, BeforeValidator(_text)]
Day = Annotated[date | None, BeforeValidator(lambda value: None if value == "" else value)]


class _Answer(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class _Payload(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class InvoiceRowPayload(_Payload):
    """One row of a new invoice. A text row has a Description and nothing else; without one the article gives it."""

    Description: str | None = Field(default=None, max_length=ROW_TEXT)
    ArticleNumber: str | None = None
    AccountNumber: int | None = Field(default=None, ge=1000, le=9999)
    DeliveredQuantity: str | None = None
    Price: Decimal | None = None
    Unit: str | None = None
    VAT: Decimal | None = None
    Project: str | None = None
    CostCenter: str | None = None


class InvoicePayload(_Payload):
    """A new customer invoice."""

    CustomerNumber: str
    CustomerName: str | None = Field(default=None, max_length=LONG)
    DocumentNumber: str | None = None
    InvoiceDate: date
    DueDate: date
    TermsOfPayment: str | None = None
    Currency: str = Field(min_length=3, max_length=3)
    CurrencyRate: Decimal | None = None
    CurrencyUnit: Decimal | None = None
    Language: str | None = None
    Address1: str | None = Field(default=None, max_length=LONG)
    Address2: str | None = Field(default=None, max_length=LONG)
    ZipCode: str | None = Field(default=None, max_length=LONG)
    City: str | None = Field(default=None, max_length=LONG)
    Country: str | None = None
    OurReference: str | None = Field(default=None, max_length=REFERENCE)
    YourReference: str | None = Field(default=None, max_length=REFERENCE)
    YourOrderNumber: str | None = Field(default=None, max_length=YOUR_ORDER_NUMBER)
    ExternalInvoiceReference1: str = Field(max_length=80)
    ExternalInvoiceReference2: str | None = Field(default=None, max_length=80)
    CreditInvoiceReference: str | None = None
    OCR: str | None = None
    Project: str | None = None
    Remarks: str | None = Field(default=None, max_length=REMARKS)
    VATIncluded: bool = False
    InvoiceRows: list[InvoiceRowPayload] = Field(max_length=MOST_ROWS)


class InvoiceRow(_Answer):
    ArticleNumber: Text = None
    AccountNumber: Text = None
    Description: Text = None
    DeliveredQuantity: TolerantDecimal = None
    Price: TolerantDecimal = None
    Unit: Text = None
    VAT: TolerantDecimal = None
    Project: Text = None
    Total: TolerantDecimal = None


class Invoice(_Answer):
    """An invoice as Fortnox answers it, whole (`GET /3/invoices/{n}`) or as a list item (then without rows and net)."""

    DocumentNumber: str
    CustomerNumber: Text = None
    CustomerName: Text = None
    InvoiceDate: Day = None
    DueDate: Day = None
    Currency: Text = None
    CurrencyRate: TolerantDecimal = None
    Net: TolerantDecimal = None
    TotalVAT: TolerantDecimal = None
    RoundOff: TolerantDecimal = None
    Total: TolerantDecimal = None
    Balance: TolerantDecimal = None
    Booked: bool = False
    Cancelled: bool = False
    Sent: bool = False
    Credit: Text = None
    CreditInvoiceReference: Text = None
    OCR: Text = None
    ExternalInvoiceReference1: Text = None
    ExternalInvoiceReference2: Text = None
    FinalPayDate: Day = None
    Project: Text = None
    Remarks: Text = None
    YourReference: Text = None
    OurReference: Text = None
    Language: Text = None
    Country: Text = None
    InvoiceRows: list[InvoiceRow] | None = None

    @property
    def is_credit(self) -> bool:
        """Whether it is a credit invoice; Fortnox writes the flag as the text "true"."""
        return (self.Credit or "").casefold() == "true"


class Customer(_Answer):
    CustomerNumber: str
    Name: Text = None
    Active: bool = True
    OrganisationNumber: Text = None
    VATNumber: Text = None
    VATType: Text = None
    Type: Text = None
    Currency: Text = None
    TermsOfPayment: Text = None
    Email: Text = None
    WWW: Text = None
    Phone1: Text = None
    Comments: Text = None
    GLN: Text = None
    Address1: Text = None
    Address2: Text = None
    ZipCode: Text = None
    City: Text = None
    CountryCode: Text = None
    DeliveryAddress1: Text = None
    DeliveryAddress2: Text = None
    DeliveryZipCode: Text = None
    DeliveryCity: Text = None
    DeliveryCountryCode: Text = None
    VisitingAddress: Text = None
    VisitingZipCode: Text = None
    VisitingCity: Text = None
    VisitingCountryCode: Text = None


class CustomerItem(_Answer):
    """A customer in a list: Fortnox leaves out Active, Currency and Country there."""

    CustomerNumber: str
    Name: Text = None
    OrganisationNumber: Text = None
    Email: Text = None
    Phone: Text = None
    Address1: Text = None
    Address2: Text = None
    City: Text = None
    ZipCode: Text = None


class CustomerFields(_Payload):
    """What a customer card may hold beside its number and name."""

    OrganisationNumber: str | None = Field(default=None, max_length=30)
    VATNumber: str | None = None
    VATType: str | None = None
    Type: str | None = None
    Currency: str | None = Field(default=None, min_length=3, max_length=3)
    TermsOfPayment: str | None = None
    Email: str | None = Field(default=None, max_length=LONG)
    WWW: str | None = Field(default=None, max_length=128)
    Phone1: str | None = Field(default=None, max_length=LONG)
    Comments: str | None = Field(default=None, max_length=LONG)
    GLN: str | None = Field(default=None, min_length=13, max_length=13)
    Address1: str | None = Field(default=None, min_length=1, max_length=LONG)
    ZipCode: str | None = Field(default=None, max_length=10)
    City: str | None = Field(default=None, max_length=LONG)
    CountryCode: str | None = Field(default=None, min_length=2, max_length=2)
    DeliveryAddress1: str | None = Field(default=None, max_length=LONG)
    DeliveryZipCode: str | None = Field(default=None, max_length=10)
    DeliveryCity: str | None = Field(default=None, max_length=LONG)
    DeliveryCountryCode: str | None = Field(default=None, min_length=2, max_length=2)
    VisitingAddress: str | None = Field(default=None, max_length=128)
    VisitingZipCode: str | None = Field(default=None, max_length=10)
    VisitingCity: str | None = Field(default=None, max_length=128)
    VisitingCountryCode: str | None = Field(default=None, min_length=2, max_length=2)


class CustomerPayload(CustomerFields):
    """A new customer card."""

    CustomerNumber: str = Field(max_length=LONG)
    Name: str = Field(min_length=1, max_length=LONG)


class Article(_Answer):
    ArticleNumber: str
    Description: Text = None
    Active: bool = True
    Type: Text = None
    Unit: Text = None
    VAT: TolerantDecimal = None
    SalesAccount: Text = None


class ArticleItem(_Answer):
    """An article in a list: Fortnox leaves out Active there, and was seen to write a VAT of 0 as null."""

    ArticleNumber: str
    Description: Text = None
    Unit: Text = None
    VAT: TolerantDecimal = None


class ArticlePayload(_Payload):
    """A new article."""

    ArticleNumber: str = Field(min_length=1, max_length=ARTICLE_NUMBER)
    Description: str = Field(min_length=1, max_length=ARTICLE_NAME)
    Type: str | None = None
    Unit: str | None = None
    VAT: Decimal | None = None
    Active: bool | None = None


class Project(_Answer):
    """A project; in a list Fortnox leaves out Comments."""

    ProjectNumber: str
    Description: Text = None
    Comments: Text = None
    Status: Text = None
    StartDate: Day = None


class ProjectPayload(_Payload):
    """A new project. Never an end date: Fortnox refuses bookings outside a project's dates."""

    ProjectNumber: str = Field(min_length=1, max_length=PROJECT_NUMBER)
    Description: str = Field(min_length=1, max_length=PROJECT_NAME)
    Comments: str | None = Field(default=None, max_length=PROJECT_COMMENTS)
    StartDate: date | None = None
    Status: str | None = None


class Unit(_Answer):
    Code: str
    Description: Text = None


class CurrencyCode(_Answer):
    Code: str
    Description: Text = None


class TermsOfPayment(_Answer):
    Code: str
    Description: Text = None


class InboxFile(_Answer):
    Id: str
    ArchiveFileId: Text = None
    Name: Text = None
    Size: TolerantDecimal = None


class Attachment(_Answer):
    """A file connected to a document; this service writes its names in camelCase."""

    id: str | None = None
    entityId: int | str | None = None
    fileId: str
    includeOnSend: bool | None = None


class CompanyInformation(_Answer):
    CompanyName: Text = None
    OrganizationNumber: Text = None
    DatabaseNumber: Text = None
    CountryCode: Text = None


class Folder(_Answer):
    """A folder of the inbox."""

    Files: list[InboxFile] = []


class AttachmentPayload(_Payload):
    """A file of the inbox to be connected to an invoice; by its ArchiveFileId, not its Id."""

    entityId: int
    entityType: str = "F"
    fileId: str
    includeOnSend: bool


class TokenAnswer(_Answer):
    """The token endpoint's answer; only the refresh and code grants come with a refresh token."""

    access_token: str
    expires_in: int
    refresh_token: str | None = None


class Meta(_Answer):
    """What every list says about itself; an empty one has no pages."""

    TotalPages: int = Field(alias="@TotalPages")
    TotalResources: int = Field(alias="@TotalResources")
