"""Severa's records as it sends them: its own field names, unknown fields ignored, missing and null alike.

Source: Severa's OpenAPI document (`reference` severa 6-10). Only fields the integration reads are named. Everything
that the contract calls nullable is optional here, because null and absence mean the same (`reference` severa 4.1).
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from pydantic import BaseModel, ConfigDict

#: `Invoice` has a field called `date`, which would hide the type.
Day = date


class _Answer(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class Money(_Answer):
    amount: Decimal | None = None
    currencyCode: str | None = None


class Named(_Answer):
    guid: str | None = None
    name: str | None = None


class Numbered(_Answer):
    """A customer or project as another record refers to it."""

    guid: str | None = None
    name: str | None = None
    number: int | None = None


class Currency(_Answer):
    guid: str | None = None
    code: str | None = None
    isActive: bool = True


class Language(_Answer):
    guid: str | None = None
    code: str | None = None
    name: str | None = None
    englishName: str | None = None


class FreeText(_Answer):
    """A text with three faces: `value` is the stored template, `text` rendered, `plainText` rendered without markup."""

    value: str | None = None
    text: str | None = None
    plainText: str | None = None


class InvoiceStatusRef(_Answer):
    guid: str
    name: str | None = None
    isPaid: bool = False
    isSent: bool = False


class RelatedInvoice(_Answer):
    guid: str | None = None
    number: int | None = None


class ReceiverAddress(_Answer):
    addressline: str | None = None
    city: str | None = None
    country: str | None = None
    postalCode: str | None = None
    state: str | None = None


class Invoice(_Answer):
    guid: str
    number: int | None = None
    referenceNumber: str | None = None
    status: InvoiceStatusRef | None = None
    date: Day
    dueDate: Day
    entryDate: Day | None = None
    paymentDate: Day | None = None
    paymentTerm: int | None = None
    currency: Currency | None = None
    currencyRate: Decimal | None = None
    customer: Numbered | None = None
    billingCustomer: Numbered | None = None
    projects: list[Numbered] | None = None
    isCreditNote: bool = False
    creditNoteInvoice: RelatedInvoice | None = None
    reimburseInvoice: RelatedInvoice | None = None
    language: Language | None = None
    notes: str | None = None
    freeText1: FreeText | None = None
    freeText2: FreeText | None = None
    ourReference: str | None = None
    yourReference: str | None = None
    orderNumber: str | None = None
    receiverAddress: ReceiverAddress | None = None
    receiverCustomerName: str | None = None
    receiverContactName: str | None = None
    receiverContactEmail: str | None = None
    receiverKvkNumber: str | None = None
    receiverVatNumber: str | None = None
    totalExcludingTax: Money | None = None
    totalTax: Money | None = None
    totalIncludingTax: Money | None = None
    createdDateTime: datetime | None = None
    lastUpdatedDateTime: datetime | None = None


class RowAccount(_Answer):
    name: str | None = None
    number: str | None = None


class InvoiceRow(_Answer):
    guid: str
    rowType: str | None = None  # FlatRate, Hours, ProjectFees, TravelExpenses
    category: str | None = None
    description: str | None = None
    quantity: Decimal
    unitPrice: Money | None = None
    vatRate: Decimal | None = None
    measurementUnit: str | None = None
    code: list[str] | None = None
    salesAccount: RowAccount | None = None
    costCenter: RowAccount | None = None
    flatRateGuid: str | None = None
    sortOrder: int = 0


class RowOrigin(_Answer):
    """What a row was made of, a work hour, fee, travel expense or flat rate: only its project is needed."""

    guid: str | None = None
    project: Numbered | None = None


class InvoiceSettings(_Answer):
    guid: str | None = None
    isReverseCharged: bool = False
    reverseChargeDescription: str | None = None


class InvoiceStatus(_Answer):
    guid: str
    name: str
    sortOrder: int = 0
    isActive: bool = True
    isDefault: bool = False
    isReadOnly: bool = False
    hasInvoiceNumber: bool = False
    isSent: bool = False
    isPaid: bool = False
    isWaitingPayment: bool = False


class InvoiceFile(_Answer):
    """Metadata of one attachment. The bytes are under `fileGuid`, not `guid` (`reference` severa 9.5)."""

    guid: str | None = None
    fileGuid: str
    name: str
    contentType: str | None = None
    size: Decimal | None = None
    sortOrder: int | None = None


class Customer(_Answer):
    guid: str
    name: str
    number: int | None = None
    isActive: bool = True
    isInternal: bool = False
    kvkNumber: str | None = None
    vatNumber: str | None = None
    email: str | None = None
    website: str | None = None
    notes: str | None = None
    currency: Currency | None = None
    language: Language | None = None
    paymentTerm: int | None = None
    eInvoiceAddress: str | None = None
    eInvoiceOperator: str | None = None
    createdDateTime: datetime | None = None
    lastUpdatedDateTime: datetime | None = None


class Country(_Answer):
    guid: str | None = None
    name: str | None = None
    englishName: str | None = None
    code2: str | None = None
    code3: str | None = None
    isInEU: bool = False


class AddressCountry(_Answer):
    guid: str | None = None
    name: str | None = None
    englishName: str | None = None


class Address(_Answer):
    guid: str | None = None
    addressline: str | None = None
    city: str | None = None
    postalCode: str | None = None
    country: AddressCountry | None = None
    phone: str | None = None
    customer: Numbered | None = None
    isBillingAddress: bool = False
    isPostalAddress: bool = False
    isVisitAddress: bool = False
    createdDateTime: datetime | None = None
    lastUpdatedDateTime: datetime | None = None


class Product(_Answer):
    """One record of any of the three registers: products, work types, travel expense types.

    Work types have neither unit nor VAT rate (`reference` severa 8).
    """

    guid: str
    name: str
    code: str | None = None
    isActive: bool | None = True
    measurementUnit: str | None = None
    vatRate: Decimal | None = None
    salesAccount: Named | None = None
    createdDateTime: datetime | None = None
    lastUpdatedDateTime: datetime | None = None


class Project(_Answer):
    guid: str
    name: str
    number: int | None = None
    description: str | None = None
    isClosed: bool = False
    isInternal: bool = False
    startDate: Day | None = None
    closedDate: Day | None = None
    createdDateTime: datetime | None = None
    lastUpdatedDateTime: datetime | None = None
    customer: Numbered | None = None


class VatRate(_Answer):
    guid: str | None = None
    percentage: Decimal
    isActive: bool = True


class Token(_Answer):
    """Severa's token answer: its names are not the usual OAuth ones (`reference` severa 3.1)."""

    access_token: str
    access_token_expires_in: int | None = None
    access_token_expires_utc: datetime | None = None
    scope: str | None = None
