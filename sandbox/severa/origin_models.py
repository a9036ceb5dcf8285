"""The models of what invoice rows are made of: hours, fees, expenses, flat rates. Source: `reference` severa 9-10.

What a credit note reimburses has models of its own, with fewer properties and, on fees and expenses, a project number
that is a text.
"""

from __future__ import annotations

from sandbox.severa.fields import ZERO, choice, day, fixed, flag, integer, moment, money, number, ref, text
from sandbox.severa.register_models import ACCOUNT, USER, audited, plain
from sandbox.severa.shapes import Field, Reference

# What every hour, fee and expense says about how it was or will be invoiced.
BILLING = {
    "invoice": ref("invoices", "date", "number"),
    "invoiceRowGuid": text(writable=False),
    "invoiceQuantity": number(),
    "invoiceRowComment": text(),
    "invoiceRowDescription": text(),
    "isBillable": flag(True, nullable=True),
}

WORK_HOUR = audited(
    eventDate=day(),
    description=text(),
    quantity=number(),
    unitPrice=money(),
    unitCost=money(),
    project=ref("projects", "name", "number", "isClosed", "companyGuid"),
    customer=ref("customers", "name", "number"),
    phase=ref("phases", "name", "isCompleted", "isLocked"),
    user=ref("users", *USER),
    workType=ref("work_types", "name", "code"),
    billableStatus=choice("Billable", "NotBillable", "RemovedFromInvoice"),
    isApproved=flag(True, nullable=True),
    isModifiable=flag(),
    isProductive=flag(True, nullable=True),
    startTime=moment(),
    endTime=moment(),
    overtime=fixed(),
    plannedInvoiceQuantity=number(),
    **BILLING,
)

PROJECT_FEE = audited(
    project=ref("projects", "name", "companyGuid", required=True),
    customer=ref("customers", "name", "number", writable=False),
    phase=ref("phases", "name"),
    product=ref("products", "name", "code"),
    productType=text("FixedFees", "Materials", "Subcontracting"),
    name=text(),
    description=text(),
    eventDate=day(),
    quantity=number(ZERO),
    measurementUnit=text(),
    unitPrice=money(),
    unitCost=money(),
    vatRate=number(),
    salesAccount=ref("sales_accounts", *ACCOUNT),
    user=ref("users", "name", "code", "companyGuid"),
    billingSchedule=text("Immediately", "OnDate", "WhenPhaseCompleted", "Recurring"),
    billingDependencyPhase=ref("phases", "name", "isCompleted"),
    plannedBillingDate=day(),
    displayPeriodStartDate=day(),
    hasVolumePricing=flag(),
    isRecurrenceRule=flag(writable=False),
    recurrenceRuleGuid=text(writable=False),
    costCenter=fixed(),
    **BILLING,
)

TRAVEL_EXPENSE = audited(
    project=ref("projects", "name", "number", "isInternal", "companyGuid", required=True),
    customer=ref("customers", "name", writable=False),
    phase=ref("phases", "name"),
    travelExpense=ref("travel_expense_types", "name", "code", "expenseClass", "includeTime", required=True),
    user=ref("users", "name", "code", "companyGuid"),
    description=text(),
    eventDate=day(),
    quantity=number(),
    measurementUnit=text(),
    unitPrice=money(),
    unitCost=money(),
    unitCostExcludingPurchaseVat=money(writable=False),
    vatRate=number(),
    purchaseVatRate=number(),
    salesAccount=ref("sales_accounts", "name"),
    costAccount=fixed(),
    costCenter=fixed(),
    billingSchedule=text("Immediately", "WhenPhaseCompleted", "OnDate"),
    billingDependencyPhase=ref("phases", "name"),
    plannedBillingDate=day(),
    travelReimbursement=fixed(),
    travelReimbursementRequired=flag(True),
    travelStartTime=moment(),
    travelEndTime=moment(),
    attachmentCount=integer("int32", default=0, writable=False),
    **BILLING,
)

FLAT_RATE = plain(
    project=ref("projects", "name", "number"),
    phase=ref("phases", "name"),
    price=money(),
    pricePerAdditionalHour=money(),
    includesHours=number(),
    billAdditionalHours=flag(True, nullable=True),
    billingSchedule=text("Immediately", "WhenPhaseCompleted", "OnDate"),
    plannedBillingDate=day(),
    invoiceGuid=text(),
)

# Made by crediting an invoice, never written by a client.
_REIMBURSED: dict[str, Field] = {
    "description": text(),
    "eventDate": day(),
    "quantity": number(ZERO),
    "invoiceGuid": text(),
    "invoiceQuantity": number(),
    "invoiceRowDescription": text(),
    "invoiceRowGuid": text(),
    "phase": ref("phases", "name"),
    "unitCost": money(),
    "unitPrice": money(),
    "user": ref("users", "name"),
}
_NUMBERED_BY_TEXT = Reference(register="projects", shows=("name", "number"), as_text=("number",))

REIMBURSED_WORK_HOUR = audited(
    **_REIMBURSED,
    project=ref("projects", "name", "number"),
    customer=ref("customers", "name"),
    workType=ref("work_types", "name"),
    startTime=moment(),
    endTime=moment(),
    overtime=fixed(),
    plannedInvoiceQuantity=number(),
    invoiceRowComment=text(),
)
REIMBURSED_PROJECT_FEE = audited(
    **_REIMBURSED,
    project=_NUMBERED_BY_TEXT,
    name=text(),
    product=ref("products", "name"),
    productType=text("FixedFees", "Materials", "Subcontracting"),
    measurementUnit=text(),
    vatRate=number(),
)
REIMBURSED_TRAVEL_EXPENSE = audited(
    **_REIMBURSED,
    project=_NUMBERED_BY_TEXT,
    name=text(),
    product=ref("travel_expense_types", "name"),
    measurementUnit=text(),
    travelStartTime=moment(),
    travelEndTime=moment(),
    vatRate=number(),
)

SHAPES = {
    "work_hours": WORK_HOUR,
    "project_fees": PROJECT_FEE,
    "travel_expenses": TRAVEL_EXPENSE,
    "flat_rates": FLAT_RATE,
    "reimbursed_work_hours": REIMBURSED_WORK_HOUR,
    "reimbursed_project_fees": REIMBURSED_PROJECT_FEE,
    "reimbursed_travel_expenses": REIMBURSED_TRAVEL_EXPENSE,
}
