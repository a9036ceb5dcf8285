"""Fortnox's OpenAPI document with its known errors corrected."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from tests.contract.corrections import Correction, as_step
from tests.contract.openapi import Document

_SCHEMAS = "/components/schemas/"
_META = {"$ref": f"#{_SCHEMAS}fortnox_MetaInformation"}
_TEXT = {"type": "string"}
_NUMBER = {"type": "number"}
_ATTACHMENTS = f"/paths/{as_step('/api/fileattachments/attachments-v1')}"
_RECORDED = "recorded answers hold it"


def _array(name: str) -> dict[str, Any]:
    return {"application/json": {"schema": {"type": "array", "items": {"$ref": f"#{_SCHEMAS}{name}"}}}}


def _field(schema: str, field: str, becomes: Any, reason: str = _RECORDED) -> Correction:
    return Correction(f"{_SCHEMAS}fortnox_{schema}/properties/{field}", becomes, reason)


#: Where the document is known to be wrong. A list without MetaInformation was never seen.
KNOWN_ERRORS_IN_THE_DOCUMENT = [
    *(
        _field(name, "MetaInformation", _META, "every recorded list has it; only the currency list's schema does")
        for name in (
            "AccountListItem_Wrap",
            "ArticleListItem_List",
            "CustomerListItem_List",
            "InvoiceListItem_Wrap",
            "InvoicePaymentListItem_List",
            "PredefinedAccount_List",
            "ProjectListItem_List",
            "TermsOfPayment_List",
            "Unit_List",
        )
    ),
    _field("ErrorInformationWrap_ErrorInformation", "error", {"type": "integer"}, "the older layer spells it so"),
    _field("ErrorInformationWrap_ErrorInformation", "message", _TEXT, "the older layer spells it so"),
    _field("ErrorInformationWrap_ErrorInformation", "code", {"type": "integer"}, "the older layer spells it so"),
    _field("ErrorInformationWrap", "message", _TEXT, "401 is answered by the gateway, with this alone"),
    _field("Article", "ConstructionAccount", {"type": "integer"}, "0 when unset, recorded"),
    _field("ArticleListItem", "QuantityInStock", _TEXT, "a text like its neighbours, recorded"),
    _field("Customer", "SalesAccount", {}, "a number in the answer to a creation, a text when read, recorded"),
    _field("Invoice", "InvoiceReference", _TEXT),
    _field("Invoice", "InvoicePeriodStart", _TEXT, '"" when unset, recorded'),
    _field("Invoice", "InvoicePeriodEnd", _TEXT, '"" when unset, recorded'),
    _field("Invoice", "PaymentWay", _TEXT, '"" when unset, recorded'),
    _field("Invoice_InvoiceRow", "Cost", _NUMBER),
    _field("Invoice_InvoiceRow", "VAT", _NUMBER, "decimals are taken (`reference` fortnox 7.5)"),
    _field("InvoicePayload_InvoiceRow", "VAT", _NUMBER, "decimals are taken (`reference` fortnox 7.5)"),
    _field("InvoiceListItem", "CurrencyRate", _TEXT, "a text in lists, recorded"),
    Correction(f"{_ATTACHMENTS}/get/responses/200/content", _array("fileattachments_Attachment"), "it lists"),
    Correction(f"{_ATTACHMENTS}/post/responses/201/content", _array("fileattachments_Attachment"), "takes a list"),
    Correction(
        f"{_ATTACHMENTS}{as_step('/numberofattachments')}/get/responses/200/content",
        _array("fileattachments_NumberOfAttachments"),
        "one count for each document asked about",
    ),
    Correction(
        f"/paths/{as_step('/3/inbox/{Id}')}/get/responses/200/content",
        {
            "application/json": {"schema": {"$ref": f"#{_SCHEMAS}fortnox_Folder_Wrap"}},
            "application/octet-stream": {},
        },
        "a folder's id answers the folder; a file's bytes come under the file's own type",
    ),
]

#: Parameters every list takes (`reference` fortnox 3); the document names them for few.
PAGING = {"limit": "integer", "page": "integer", "offset": "integer", "sortorder": "string", "lastmodified": "string"}
LISTS = (
    "accounts articles currencies customers invoicepayments invoices predefinedaccounts projects termsofpayments units"
)


#: Registers of which a change needs no required field, only what changes; recorded for a project.
PARTIAL = {"customers": "Customer", "articles": "Article", "projects": "Project"}


@cache
def _document() -> Document | None:
    document = Document.load("fortnox", KNOWN_ERRORS_IN_THE_DOCUMENT, null_is_any_type=True)
    if document is not None:
        for name in LISTS.split():
            parameters = document.content["paths"][f"/3/{name}"]["get"].setdefault("parameters", [])
            missing = PAGING.keys() - {parameter["name"] for parameter in parameters}
            parameters += [{"in": "query", "name": p, "schema": {"type": PAGING[p]}} for p in sorted(missing)]
        for name, wrapper in PARTIAL.items():
            whole = document.at(f"{_SCHEMAS}fortnox_{wrapper}")
            partial = {key: value for key, value in whole.items() if key != "required"}
            wrapped = {"type": "object", "properties": {wrapper: partial}, "additionalProperties": False}
            operation = document.at(f"/paths/{as_step(f'/3/{name}/{{{wrapper}Number}}')}/put")
            operation["requestBody"]["content"] = {"*/*": {"schema": wrapped}}
    return document


def fortnox_document() -> Document:
    """The corrected document; the test is skipped where it is absent."""
    document = _document()
    if document is None:
        pytest.skip("the vendor's document fortnox-openapi.json is not here")
    return document
