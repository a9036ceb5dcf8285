"""Invoices, their rows and settings, and what a row was made of (`reference` severa 9)."""

from __future__ import annotations

import operator
from collections.abc import Callable
from decimal import Decimal

from werkzeug.wrappers import Response

from sandbox.severa.exchange import Exchange, Route
from sandbox.severa.invoice_models import INVOICE
from sandbox.severa.invoicing import Row
from sandbox.severa.paging import amount, any_of, by_offset, by_token, changed_since, day, one_of
from sandbox.severa.patching import changes, paths
from sandbox.severa.refusals import Missing, Refused, empty
from sandbox.severa.resource import Resource
from sandbox.severa.shapes import Record

INVOICE_FILTERS = {
    "invoiceStatusGuids": one_of("status.guid"),
    "customerGuids": one_of("customer.guid"),
    "projectGuids": any_of("projects", "guid"),
    "createdByUserGuids": one_of("createdBy.guid"),
    "numbers": one_of("number"),
    "referenceNumbers": one_of("referenceNumber"),
    "startDate": day("date", operator.ge),
    "endDate": day("date", operator.le),
    "paymentDateStart": day("paymentDate", operator.ge),
    "minimumTotalExcludingTax": amount("totalExcludingTax.amount", operator.ge),
    "maximumTotalExcludingTax": amount("totalExcludingTax.amount", operator.le),
    "changedSince": changed_since,
}


def patch_invoice(call: Exchange, guid: str) -> Response:
    """Change an invoice; in a read-only status nothing but the status may change.

    The rule looks at the status the invoice is in when the call arrives, so moving to a read-only status and setting
    the number in one call is allowed (`reference` severa 9.3 leaves this open).
    """
    invoice = call.record("invoices", guid)
    body = call.body()
    _require_known_status_path(call, body)
    values = changes(body, INVOICE.fields, invoice, call.state.find)
    if call.state.status_of(invoice)["isReadOnly"] and values.keys() - {"status"}:
        blocked = min(values.keys() - {"status"})
        raise Refused("The invoice is in a status that is not editable.", kind="InvalidOperation", name=blocked)
    if "number" in values:
        if not call.readings.number_writable:
            raise Refused("number is read-only.", kind="InvalidOperation", name="number")
        call.state.require_free_number("invoices", values["number"], but=invoice)
    status = values.pop("status", None)
    call.state.update("invoices", invoice, by=call.user, **values)
    if status is not None:
        call.state.move_invoice(invoice, call.record("invoice_statuses", status["guid"]), by=call.user)
    return call.answer([call.shown("invoices", invoice)])


def _require_known_status_path(call: Exchange, body: object) -> None:
    for path in paths(body):
        if path.startswith("/status") and path not in call.readings.status_paths:
            raise Refused(f"Path {path} names no property.", name=path)


def create_invoices(call: Exchange) -> Response:
    """Gather the billable fees of projects that no invoice has yet; one invoice per project unless grouped."""
    body = call.body()
    if not isinstance(body, dict) or not isinstance(body.get("projects"), list) or not body["projects"]:
        raise Refused("The projects field is required.", name="projects")
    projects = [call.reference("projects", p.get("guid"), "projects") for p in body["projects"]]
    status_guid, payer_guid = body.get("invoiceStatusGuid"), body.get("billingCustomerGuid")
    default = call.state.all("invoice_statuses", isDefault=True)[0]
    status = call.reference("invoice_statuses", status_guid, "invoiceStatusGuid") if status_guid else default
    payer = call.reference("customers", payer_guid, "billingCustomerGuid") if payer_guid else None
    groups = [projects] if body.get("groupProjects") else [[project] for project in projects]
    fees = [[fee for project in group for fee in _billable(call, project)] for group in groups]
    if not all(fees):
        raise Refused("There is nothing to invoice on the project.", kind="InvalidOperation", name="projects")
    made = [
        call.state.add_invoice(
            call.record("customers", group[0]["customer"]["guid"]),
            projects=group,
            rows=[_row(fee) for fee in own],
            status=status,
            billing_customer=payer,
            currency=group[0]["currency"] and group[0]["currency"]["code"],
            by=call.user,
        )
        for group, own in zip(groups, fees, strict=True)
    ]
    return call.answer([call.shown("invoices", invoice) for invoice in made], status=201)


def _billable(call: Exchange, project: Record) -> list[Record]:
    return [
        fee
        for fee in call.state.all("project_fees", invoiceRowGuid=None)
        if fee["isBillable"] and fee["project"]["guid"] == project["guid"]
    ]


def _row(fee: Record) -> Row:
    code = fee["product"] and fee["product"].get("code")
    account = fee["salesAccount"]
    return Row(
        description=fee["name"] or fee["description"],
        quantity=Decimal(fee["quantity"]),
        unit_price=Decimal((fee["unitPrice"] or {}).get("amount") or 0),
        vat_rate=fee["vatRate"],
        measurement_unit=fee["measurementUnit"],
        codes=(code,) if code else (),
        sales_account=(account["number"], account["name"]) if account else None,
        origins=(fee,),
    )


def delete_invoice(call: Exchange, guid: str) -> Response:
    """Delete an invoice that may be; what was on it can be invoiced again."""
    invoice = call.record("invoices", guid)
    if not invoice["canBeDeleted"]:
        raise Refused("The invoice cannot be deleted.", kind="InvalidOperation")
    for register in ("work_hours", "project_fees", "travel_expenses"):
        for origin in call.state.all(register):
            if origin["invoice"] and origin["invoice"]["guid"] == invoice["guid"]:
                origin |= {"invoice": None, "invoiceRowGuid": None}
    for row in call.state.all("invoice_rows", invoiceGuid=invoice["guid"]):
        call.state.delete("invoice_rows", row["guid"])
    call.state.delete("invoices", guid)
    return empty(204)


def invoice_rows(call: Exchange, guid: str) -> Response:
    invoice = call.record("invoices", guid)
    rows = call.state.all("invoice_rows", invoiceGuid=invoice["guid"])
    return by_token(call, "invoice_rows", rows, {"rowType": one_of("rowType")})


def row_origins(register: str, page: Callable[..., Response]) -> Callable[[Exchange, str], Response]:
    """The hours, fees or expenses a row was made of, or those a credit note's row reimburses."""

    def handler(call: Exchange, guid: str) -> Response:
        row = call.record("invoice_rows", guid)
        return page(call, register, call.state.all(register, invoiceRowGuid=row["guid"]), {})

    return handler


def invoice_settings(call: Exchange, guid: str) -> Response:
    invoice = call.record("invoices", guid)
    settings = call.state.settings_of.get(invoice["guid"])
    if settings is None:
        raise Missing
    return call.answer(call.shown("invoice_settings", call.record("invoice_settings", settings)))


def patch_invoice_settings(call: Exchange, guid: str) -> Response:
    """Answers one object, unlike other patches (`reference` severa 4.1)."""
    return call.answer(call.shown("invoice_settings", SETTINGS.change(call, guid)))


INVOICES = Resource(
    "/invoices", "invoices", "invoices", page=by_token, filters=INVOICE_FILTERS, methods=("list", "get")
)
ROWS = Resource(
    "/invoicerows",
    "invoice_rows",
    "invoices",
    page=by_token,
    filters={"changedSince": changed_since},
    methods=("list", "get"),
)
SETTINGS = Resource("/invoicesettings", "invoice_settings", "invoices", methods=())

ROUTES = [
    *INVOICES.routes(),
    *ROWS.routes(),
    Route("POST", "/invoices", "invoices:write", create_invoices),
    Route("PATCH", "/invoices/<guid>", "invoices:write", patch_invoice),
    Route("DELETE", "/invoices/<guid>", "invoices:delete", delete_invoice),
    Route("GET", "/invoices/<guid>/invoicerows", "invoices:read", invoice_rows),
    Route("GET", "/invoices/<guid>/invoicesettings", "invoices:read", invoice_settings),
    Route("PATCH", "/invoicesettings/<guid>", "invoices:write", patch_invoice_settings),
    *(
        Route("GET", f"/invoicerows/<guid>/{path}", "invoices:read", row_origins(register, page))
        for path, register, page in (
            ("workhours", "work_hours", by_token),
            ("projectfees", "project_fees", by_token),
            ("projecttravelexpenses", "travel_expenses", by_token),
            ("reimbursedworkhours", "reimbursed_work_hours", by_offset),
            ("reimbursedprojectfees", "reimbursed_project_fees", by_token),
            ("reimbursedprojecttravelexpenses", "reimbursed_travel_expenses", by_offset),
        )
    ),
]
