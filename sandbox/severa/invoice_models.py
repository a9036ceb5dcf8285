"""The models of invoices, their rows and settings, and files, as facts. Source: `reference` severa 9.

The input model of an invoice is not published; which of its properties a patch may touch is our reading
(`reference` severa 14.1).
"""

from __future__ import annotations

from sandbox.severa.fields import ZERO, choice, day, fixed, flag, integer, money, number, ref, refs, text, texts
from sandbox.severa.register_models import ACCOUNT, NAMED_CURRENCY, audited
from sandbox.severa.shapes import Field, Group

ADDRESS_AS_PRINTED = ("addressline", "city", "country", "postalCode", "state")
GROUPING = ("OneByOne", "Group", "Group+Attachment")


def _free_text() -> Field:
    parts = {
        "value": text(),
        "text": text(writable=False),
        "plainText": text(writable=False),
        "tagContext": text(writable=False),
        "allowTags": flag(writable=False),
    }
    return Group(parts=parts)


INVOICE = audited(
    number=integer("int32"),
    referenceNumber=text(),
    status=ref("invoice_statuses", "name", "isPaid", "isSent", "isWaitingPayment", required=True),
    date=day(nullable=False),
    dueDate=day(nullable=False),
    entryDate=day(),
    paymentDate=day(),
    paymentTerm=integer("int32", default=0),
    overdueInterest=number(ZERO),
    currency=ref("currencies", *NAMED_CURRENCY, writable=False),
    currencyRate=number(ZERO),
    customer=ref("customers", "name", "number", writable=False),
    billingCustomer=ref("customers", "name", "number"),
    projects=refs("projects", "name", "number", writable=False),
    isCreditNote=flag(writable=False),
    creditNoteInvoice=ref("invoices", "number", writable=False),
    reimburseInvoice=ref("invoices", "number", writable=False),
    canBeDeleted=flag(writable=False),
    language=ref("languages", "code", "name", "englishName"),
    notes=text(),
    freeText1=_free_text(),
    freeText2=_free_text(),
    orderNumber=text(),
    ourReference=text(),
    yourReference=text(),
    receiverAddress=texts(*ADDRESS_AS_PRINTED),
    receiverContactEmail=text(),
    receiverContactGuid=text(),
    receiverContactName=text(),
    receiverCustomerName=text(),
    receiverKvkNumber=text(),
    receiverVatNumber=text(),
    senderAddress=texts(*ADDRESS_AS_PRINTED),
    senderContactGuid=text(),
    senderContactName=text(),
    senderKvkNumber=text(),
    senderName=text(),
    senderVatNumber=text(),
    totalExcludingTax=money(writable=False),
    totalTax=money(writable=False),
    totalIncludingTax=money(writable=False),
    flatRatesTotalExcludingTax=money(writable=False),
    projectFeesTotalExcludingTax=money(writable=False),
    projectTravelExpensesTotalExcludingTax=money(writable=False),
    workHoursTotalExcludingTax=money(writable=False),
    workHoursQuantity=number(ZERO, writable=False),
    workHourValueAddedTax=number(),
    culture=fixed(),
    invoiceNumberBusinessUnitGuid=fixed(),
    invoiceTemplate=fixed(),
)

INVOICE_ROW = audited(
    invoiceGuid=text(writable=False),
    rowType=choice("ProjectFees", "Hours", "TravelExpenses", "FlatRate", writable=False),
    category=choice("ProjectFees", "Hours", "Travels", writable=False),
    description=text(),
    quantity=number(ZERO),
    unitPrice=money(),
    vatRate=number(),
    measurementUnit=text(),
    code=fixed(),
    sortOrder=integer("int32", default=0),
    flatRateGuid=text(writable=False),
    hasInvoiceComment=flag(writable=False),
    salesAccount=texts(*ACCOUNT),
    costCenter=texts(*ACCOUNT),
    recurringSalesAccount=texts(*ACCOUNT),
    salesReceivableAccount=texts(*ACCOUNT),
    vatAccount=texts(*ACCOUNT),
)

INVOICE_SETTINGS = audited(
    isReverseCharged=flag(),
    reverseChargeDescription=text(),
    entryDate=day(),
    paymentDate=day(),
    categorySortOrder=text(),
    style=text("BlackAndWhite", "Blue", "Cyan", "Green", "Lilac", "Orange", "Plain", "Red", "Yellow"),
    **{f"{part}Grouping": choice(*GROUPING) for part in ("workHour", "projectFee", "projectTravelExpense")},
    **{
        f"{part}{what}": text()
        for part in ("workHour", "projectFee", "projectTravelExpense")
        for what in ("DescriptionFormat", "PrimaryGroupBy", "SecondaryGroupBy")
    },
    **{
        name: flag(name in {"showCategories", "showReferenceNumber"})
        for name in (
            "showCategories",
            "showReferenceNumber",
            "showFooter",
            "showLogoAndTitle",
            "showQuantity",
            "showUnit",
            "showUnitPrice",
            "showValueAddedTax",
            "showAttachmentPriceExcludingValueAddedTax",
            "showAttachmentUnit",
            "showAttachmentUnitPrice",
            "showAttachmentValueAddedTax",
        )
    },
    showAttachmentQuantity=flag(writable=False),
    showPriceExcludingValueAddedTax=flag(writable=False),
)

_FILE: dict[str, Field] = {
    "name": text(required=True),
    "description": text(),
    "contentType": text(writable=False),
    "isInternal": flag(nullable=True),
    "size": number(writable=False),
}
FILE_CATEGORY = choice("Invoice", "Projects", writable=False)
INVOICE_FILE = audited(**_FILE, category=FILE_CATEGORY, fileGuid=text(), invoiceGuid=text(), sortOrder=integer("int32"))
FILE = audited(**_FILE, category=FILE_CATEGORY)

SHAPES = {
    "invoices": INVOICE,
    "invoice_rows": INVOICE_ROW,
    "invoice_settings": INVOICE_SETTINGS,
    "invoice_files": INVOICE_FILE,
    "files": FILE,
}
