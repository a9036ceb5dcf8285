"""Customers, addresses, projects and the registers (`reference` severa 6-8)."""

from __future__ import annotations

from collections.abc import Sequence

from werkzeug.wrappers import Response

from sandbox.severa.exchange import Exchange, Route
from sandbox.severa.paging import Filters, by_offset, by_token, changed_since, contains, is_flag, matching, one_of
from sandbox.severa.refusals import Missing, Refused
from sandbox.severa.register_models import ADDRESS
from sandbox.severa.resource import Resource
from sandbox.severa.shapes import Record


def _customer_rules(call: Exchange, record: Record | None, values: Record) -> None:
    call.state.require_free_number("customers", values.get("number"), but=record)


def _project_rules(call: Exchange, record: Record | None, values: Record) -> None:
    call.state.require_free_number("projects", values.get("number"), but=record)
    if record is not None and "currency" in values:
        raise Refused("The currency of a saved project cannot be changed.", kind="InvalidOperation", name="currency")


def _product_rules(call: Exchange, record: Record | None, values: Record) -> None:
    call.state.require_free_code(values.get("code"), but=record)


def _create_project(call: Exchange, register: str, values: Record) -> Record:
    project = call.state.insert(register, by=call.user, **values)
    call.state.add_root_phase(project, by=call.user)
    return project


def _close_or_reopen(call: Exchange, project: Record, values: Record) -> None:
    if "isClosed" in values:
        project["closedDate"] = call.state.today().isoformat() if project["isClosed"] else None


def _address_changed(call: Exchange, address: Record, _values: Record) -> None:
    customer = address["customer"] and call.state.find("customers", address["customer"]["guid"])
    if customer and call.readings.child_moves_parent:
        call.state.touch("customers", customer, by=call.user)


def _travel_expense_types(call: Exchange, register: str, records: Sequence[Record], filters: Filters) -> Response:
    """By offset, everything when no `rowCount` is given."""
    known = {
        name: test
        for name, test in filters.items()
        if name != "changedSince" or call.readings.travel_types_know_changed_since
    }
    return by_offset(call, register, records, known, size=None)


CUSTOMERS = Resource(
    "/customers",
    "customers",
    "customers",
    page=by_token,
    filters={
        "isActive": is_flag("isActive"),
        "isInternal": is_flag("isInternal"),
        "customerOwnerGuids": one_of("owner.guid"),
        "numbers": one_of("number"),
        "customerNames": one_of("name"),
        "emailAddresses": one_of("email"),
        "vatNumber": one_of("vatNumber"),
        "kvkNumber": one_of("kvkNumber"),
        "changedSince": changed_since,
    },
    check=_customer_rules,
)
ADDRESSES = Resource(
    "/addresses",
    "addresses",
    "customers",
    filters={"changedSince": changed_since},
    methods=("list", "get", "patch", "delete"),
    changed=_address_changed,
)
PROJECT_FILTERS = {
    "numbers": one_of("number"),
    "customerGuids": one_of("customer.guid"),
    "projectGuids": one_of("guid"),
    "projectOwnerGuids": one_of("projectOwner.guid"),
    "salesPersonGuids": one_of("salesPerson.guid"),
    "currencyGuid": one_of("currency.guid"),
    "isClosed": is_flag("isClosed"),
    "internal": is_flag("isInternal"),
    "changedSince": changed_since,
}
PROJECTS = Resource(
    "/projects",
    "projects",
    "projects",
    page=by_token,
    filters=PROJECT_FILTERS,
    check=_project_rules,
    create=_create_project,
    changed=_close_or_reopen,
)
PRODUCTS = Resource(
    "/products",
    "products",
    "settings",
    page=by_token,
    filters={
        "isActive": is_flag("isActive"),
        "code": one_of("code"),
        "type": one_of("type"),
        "changedSince": changed_since,
    },
    check=_product_rules,
)
WORK_TYPES = Resource(
    "/worktypes",
    "work_types",
    "settings",
    filters={
        "active": is_flag("isActive"),
        "productive": is_flag("isProductive"),
        "code": one_of("code"),
        "textToSearch": contains("name", "code"),
        "changedSince": changed_since,
    },
    check=_product_rules,
)
TRAVEL_EXPENSE_TYPES = Resource(
    "/travelexpensetypes",
    "travel_expense_types",
    "settings",
    page=_travel_expense_types,
    filters={
        "active": is_flag("isActive"),
        "code": one_of("code"),
        "textToSearch": contains("name", "code"),
        "changedSince": changed_since,
    },
)
INVOICE_STATUSES = Resource(
    "/invoicestatuses",
    "invoice_statuses",
    "settings",
    filters={"active": is_flag("isActive"), "textToSearch": contains("name")},
)
CURRENCIES = Resource(
    "/currencies",
    "currencies",
    "settings",
    filters={"active": is_flag("isActive"), "textToSearch": contains("name", "code")},
    methods=("list", "get"),
)
SALES_ACCOUNTS = Resource(
    "/salesaccounts",
    "sales_accounts",
    "settings",
    filters={"active": is_flag("isActive"), "textToSearch": contains("name", "number")},
    methods=("list", "get"),
)
VAT_RATES = Resource("/vatrates", "vat_rates", "settings", methods=("get",))
LANGUAGES = Resource("/localization/languages", "languages", "settings", methods=("get",))


def customer_addresses(call: Exchange, guid: str) -> Response:
    customer = call.record("customers", guid)
    own = [a for a in call.state.all("addresses") if a["customer"] and a["customer"]["guid"] == customer["guid"]]
    return by_offset(call, "addresses", own, {})


def add_customer_address(call: Exchange, guid: str) -> Response:
    customer = call.record("customers", guid)
    values = ADDRESS.read(call.body(), call.state.find)
    address = call.state.insert("addresses", by=call.user, **values | {"customer": customer})
    _address_changed(call, address, values)
    return call.answer(call.shown("addresses", address), status=201)


def customer_projects(call: Exchange, guid: str) -> Response:
    customer = call.record("customers", guid)
    own = [p for p in call.state.all("projects") if p["customer"]["guid"] == customer["guid"]]
    return by_token(call, "projects", own, PROJECT_FILTERS)


def vat_rates(call: Exchange) -> Response:
    """Unpaged; of the organisation's country unless another one is named."""
    country = call.request.args.get("countryGuid") or call.state.organisation["country"]["guid"]
    rates = matching(
        call.state.all("vat_rates", countryGuid=country), call.request.args, {"active": is_flag("isActive")}
    )
    return call.answer([call.shown("vat_rates", rate) for rate in rates])


def languages(call: Exchange) -> Response:
    found = matching(
        call.state.all("languages"), call.request.args, {"isInvoiceLanguage": is_flag("isInvoiceLanguage")}
    )
    return call.answer([call.shown("languages", language) for language in found])


def countries(call: Exchange) -> Response:
    return call.answer([call.shown("countries", country) for country in call.state.all("countries")])


def country(call: Exchange, key: str) -> Response:
    """Four routes on one path: a guid answers one country, a code or name a list (`reference` severa 6)."""
    one = call.state.find("countries", key)
    if one is not None:
        return call.answer(call.shown("countries", one))
    if len(key) == 36:
        raise Missing
    names = ("code2", "code3", "name", "englishName")
    found = [c for c in call.state.all("countries") if key.lower() in {str(c[name]).lower() for name in names}]
    return call.answer([call.shown("countries", c) for c in found])


ROUTES = [
    *(
        route
        for resource in (
            CUSTOMERS,
            ADDRESSES,
            PROJECTS,
            PRODUCTS,
            WORK_TYPES,
            TRAVEL_EXPENSE_TYPES,
            INVOICE_STATUSES,
            CURRENCIES,
            SALES_ACCOUNTS,
            VAT_RATES,
            LANGUAGES,
        )
        for route in resource.routes()
    ),
    Route("GET", "/customers/<guid>/addresses", "customers:read", customer_addresses),
    Route("POST", "/customers/<guid>/addresses", "customers:write", add_customer_address),
    Route("GET", "/customers/<guid>/projects", "projects:read", customer_projects),
    Route("GET", "/vatrates", "settings:read", vat_rates),
    Route("GET", "/localization/languages", "settings:read", languages),
    Route("GET", "/localization/countries", "settings:read", countries),
    Route("GET", "/localization/countries/<key>", "settings:read", country),
]
