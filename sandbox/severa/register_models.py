"""The models of customers, projects and registers, as facts: property, type, what a client may write.

Source: `reference` severa 6-8. Where Severa has an input model of its own, what is not in it is marked as not writable.
"""

from __future__ import annotations

from sandbox.severa.fields import ZERO, choice, day, fixed, flag, integer, moment, money, number, ref, text
from sandbox.severa.shapes import Field, Shape

USER = ("name", "firstName", "lastName", "code")
ACCOUNT = ("name", "number")
NAMED_CURRENCY = ("code", "name", "symbol")


def audited(**fields: Field) -> Shape:
    """A shape with the guid and the four audit properties (`reference` severa 4.7)."""
    return Shape(
        {
            "guid": text(writable=False),
            **fields,
            "createdBy": ref("users", *USER, writable=False),
            "createdDateTime": moment(writable=False),
            "lastUpdatedBy": ref("users", *USER, writable=False),
            "lastUpdatedDateTime": moment(writable=False),
        }
    )


def plain(**fields: Field) -> Shape:
    """A shape with a guid and no audit properties."""
    return Shape({"guid": text(writable=False), **fields})


CUSTOMER = audited(
    name=text(required=True),
    number=integer(),
    isActive=flag(True),
    isInternal=flag(writable=False),
    email=text(),
    website=text(),
    notes=text(),
    kvkNumber=text(longest=25),
    vatNumber=text(),
    eInvoiceAddress=text(),
    eInvoiceOperator=text(),
    paymentTerm=integer("int32"),
    overdueInterest=number(),
    annualRevenue=integer(),
    numberOfEmployees=integer("int32"),
    currency=ref("currencies", *NAMED_CURRENCY),
    language=ref("languages", "name", "code", "englishName"),
    headquarterAddress=ref("addresses", "addressline", "city", "postalCode", "country=country.name"),
    invoicingVat=ref("vat_rates", "code", "percentage"),
    owner=ref("users", *USER),
    industry=fixed(),
    invoiceTemplate=fixed(),
    pricelist=fixed(),
    timezone=fixed(),
)

ADDRESS = audited(
    addressline=text(),
    city=text(),
    postalCode=text(),
    phone=text(),
    fax=text(),
    country=ref("countries", "name", "englishName", "hasRegions"),
    countryRegion=fixed(),
    customer=ref("customers", "name", "number"),
    contacts=fixed(),
    isBillingAddress=flag(),
    isPostalAddress=flag(),
    isVisitAddress=flag(),
)

PROJECT = audited(
    name=text(required=True),
    number=integer(),
    internalName=text(),
    description=text(),
    customer=ref("customers", "name", "number", required=True),
    projectOwner=ref("users", *USER, required=True),
    salesPerson=ref("users", *USER),
    billingContact=ref("users", *USER),
    currency=ref("currencies", *NAMED_CURRENCY),
    rootPhase=ref("phases", "name", writable=False),
    isClosed=flag(),
    isInternal=flag(),
    isJoiningAllowed=flag(True),
    isDailyAllowanceBillable=flag(writable=False),
    isMileageBillable=flag(writable=False),
    isOtherTravelExpensesBillable=flag(writable=False),
    useOvertimeMultipliers=flag(True),
    useProductsFromSetting=flag(True),
    useWorkTypesFromSetting=flag(True),
    startDate=day(),
    deadline=day(),
    closedDate=day(writable=False),
    expectedOrderDate=day(),
    expectedValue=money(),
    probability=integer("int32"),
    completionEstimatePercentage=integer("int32"),
    calculatedCompletionPercentage=integer("int32", writable=False),
    paymentTerm=integer("int32"),
    orderNumber=text(),
    ourReference=text(),
    yourReference=text(),
    invoiceNotes=text(),
    businessUnit=fixed(),
    costCenter=fixed(),
    customerContact=fixed(),
    defaultWorkType=fixed(),
    invoiceTemplate=fixed(),
    keywords=fixed(),
    leadSource=fixed(),
    pricelist=fixed(),
    projectStatus=fixed(),
    salesStatus=fixed(),
)

PHASE = audited(
    name=text(required=True),
    code=text(),
    project=ref("projects", "name", "number", "isClosed", "isInternal"),
    isCompleted=flag(),
    isLocked=flag(),
)

PRODUCT = audited(
    name=text(required=True),
    code=text(),
    isActive=flag(True, nullable=True),
    measurementUnit=text(),
    type=text("FixedFees", "Materials", "Subcontracting"),
    vatRate=number(),
    unitPrice=money(),
    unitCost=money(),
    salesAccount=ref("sales_accounts", *ACCOUNT),
    proposalDescription=text(),
    productCategory=fixed(),
)

WORK_TYPE = audited(
    name=text(required=True),
    code=text(),
    isActive=flag(True),
    isDefault=flag(),
    isProductive=flag(),
    hourCost=money(),
    salesAccount=ref("sales_accounts", "name"),
)

TRAVEL_EXPENSE_TYPE = audited(
    name=text(required=True),
    code=text(),
    isActive=flag(True, nullable=True),
    measurementUnit=text(),
    expenseClass=text("Mileage", "DailyAllowance", "OtherTravelExpense", required=True),
    includeTime=flag(True),
    isDailyAllowance=flag(writable=False),
    isMileage=flag(writable=False),
    vatRate=number(),
    purchaseVatRate=number(),
    unitCost=money(required=True),
    salesAccount=ref("sales_accounts", *ACCOUNT),
    costAccount=fixed(),
    productCategory=fixed(),
)

INVOICE_STATUS = audited(
    name=text(required=True),
    isActive=flag(True),
    isDefault=flag(),
    isDefaultForCreditNote=flag(),
    hasInvoiceNumber=flag(),
    isReadOnly=flag(),
    isSent=flag(),
    isWaitingPayment=flag(),
    isPaid=flag(),
    sortOrder=integer("int32", default=0),
)

VAT_RATE = audited(
    code=text(longest=10),
    countryGuid=text(),
    isActive=flag(True),
    isDefault=flag(),
    percentage=number(ZERO),
)

CURRENCY = audited(
    code=text(),
    name=text(),
    symbol=text(),
    isActive=flag(True),
    isOrganizationCurrency=flag(),
    rate=number(ZERO),
)

SALES_ACCOUNT = audited(
    name=text(required=True),
    number=text(required=True),
    isActive=flag(True),
    isProductDefault=flag(),
    isTravelTypeDefault=flag(),
    isWorkTypeDefault=flag(),
)

LANGUAGE = plain(code=text(), name=text(), englishName=text(), isInvoiceLanguage=flag())

COUNTRY = plain(
    code2=text(),
    code3=text(),
    name=text(),
    englishName=text(),
    isInEU=flag(),
    isRegistrationCountry=flag(),
    hasRegions=choice("NoRegion", "Unknown", "HasRegions"),
    currency=ref("currencies", *NAMED_CURRENCY),
    defaultCulture=text(),
    defaultLanguage=ref("languages", "name"),
    timezone=fixed(),
    companyRegisterUrl=text(),
)

# Users are only pointed at: no route of this simulator lists them.
USER_SHAPE = plain(name=text(), firstName=text(), lastName=text(), code=text())

PROJECT_FILE = audited(
    name=text(required=True),
    description=text(),
    contentType=text(writable=False),
    category=choice("Projects", writable=False),
    fileGuid=text(),
    isInternal=flag(nullable=True),
    isReadOnly=flag(),
    projectGuid=text(writable=False),
    size=number(writable=False),
    usages=fixed(),
)

SHAPES = {
    "users": USER_SHAPE,
    "currencies": CURRENCY,
    "languages": LANGUAGE,
    "countries": COUNTRY,
    "vat_rates": VAT_RATE,
    "sales_accounts": SALES_ACCOUNT,
    "customers": CUSTOMER,
    "addresses": ADDRESS,
    "projects": PROJECT,
    "phases": PHASE,
    "products": PRODUCT,
    "work_types": WORK_TYPE,
    "travel_expense_types": TRAVEL_EXPENSE_TYPE,
    "invoice_statuses": INVOICE_STATUS,
    "project_files": PROJECT_FILE,
}
