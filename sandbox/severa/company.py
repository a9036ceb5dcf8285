"""What the organisation says about itself: details and settings (`reference` severa 8)."""

from __future__ import annotations

from decimal import Decimal

from werkzeug.wrappers import Response

from sandbox.severa.exchange import Exchange, Route
from sandbox.severa.shapes import Record


def details(call: Exchange) -> Response:
    own = call.state.organisation
    country = own["country"]
    currency = call.state.currency(call.state.currency_code)
    language = call.state.language("sv-SE")
    named = {name: country[name] for name in ("guid", "name", "englishName")}
    company = {
        "guid": own["guid"],
        "name": own["name"],
        "country": named | {"code3": country["code3"]},
        "currencyCode": currency["code"],
        "currencyGuid": currency["guid"],
        "currencyRate": Decimal(1),
        "currencySymbol": currency["symbol"],
        "rootBusinessUnitGuid": None,
    }
    return call.answer(
        {
            "guid": own["guid"],
            "name": own["name"],
            "address": own["address"],
            "postalCode": own["postalCode"],
            "city": own["city"],
            "country": named | {"code": country["code2"]},
            "currency": {name: currency[name] for name in ("guid", "code", "name", "symbol")},
            "language": {name: language[name] for name in ("guid", "code", "name")},
            "kvkNumber": own["kvkNumber"],
            "vatNumber": own["vatNumber"],
            "isVatRegistered": own["vatNumber"] is not None,
            "activeCompanies": [company],
            "activeAddons": [],
            "eInvoiceAddress": None,
            "eInvoiceOperatorCode": None,
            "fax": None,
            "formatting": None,
            "odpCompany": None,
            "phone": None,
            "registeredOffice": own["city"],
            "termsOfServiceApprover": None,
            "timezone": None,
        }
    )


def settings(call: Exchange) -> Response:
    upcoming = call.state.next_number
    answer: Record = {
        "nextCustomerNumber": upcoming["customers"],
        "lastCustomerNumber": upcoming["customers"] - 1,
        "nextProjectNumber": upcoming["projects"],
        "lastProjectNumber": upcoming["projects"] - 1,
        "nextInvoiceNumber": upcoming["invoices"],
        "lastInvoiceNumber": upcoming["invoices"] - 1,
        "nextTravelReimbursementNumber": 1,
        "nextPurchaseOrderNumber": None,
        "lastPurchaseOrderNumber": None,
        "lastTravelReimbursementNumber": None,
        "purchaseOrderNumberPrefix": None,
        "paymentTerm": 30,
        "overdueInterest": Decimal(8),
        "currencyRoundingType": "AwayFromZero",
        "setCreditNoteInvoiceNumber": True,
        "uniqueIdentifierForProductsAndWorktypes": call.readings.duplicate_codes_refused,
        "displayProjectNumber": True,
        "projectNameDisplayFormatSetting": "ProjectNamePhaseName",
        "projectNameDisplaySetting": "ShowProjectLongName",
        "paymentReferenceNumberDisplaySetting": "ReferenceNumber",
        "quickSearchSetting": "ShowOpenProjectsSalesCasesAndCustomers",
        "workHourApprovalMode": "None",
        "workHourEntryFormat": "Quantity",
        "workWeek": ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"],
    }
    flags = (
        "isAddingNewKeywordsFromProjectAllowed",
        "isCustomerSearchAllowed",
        "isEnteringHourPlannedInvoiceQuantityAllowed",
        "isIdenticalPhaseCodesAllowed",
        "isTravelExpenseImmediatelyInvoiceable",
        "isWorkHourDescriptionMandatory",
    )
    nulls = (
        "defaultFooterColumn1",
        "defaultFooterColumn2",
        "defaultFooterColumn3",
        "flextimeCalculationStartDate",
        "lastFlextimeCalculationEndTime",
        "lastFlextimeCalculationUser",
        "maxFlextimeBalanceLimit",
        "minFlextimeBalanceLimit",
        "travelEntryClosingDate",
        "travelExpenseReimbursementStartDate",
        "travelReimbursementInstructions",
        "worktimeEntryClosingDate",
    )
    return call.answer(answer | dict.fromkeys(flags, False) | dict.fromkeys(nulls))


ROUTES = [
    Route("GET", "/organizationdetails", "organization:read", details),
    Route("GET", "/organizationsettings", "organization:read", settings),
]
