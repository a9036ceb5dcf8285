"""Project fees, travel expenses and flat rates, also behind invoice rows (`reference` severa 10)."""

from __future__ import annotations

from werkzeug.wrappers import Response

from sandbox.severa.exchange import Exchange, Route
from sandbox.severa.origin_models import PROJECT_FEE
from sandbox.severa.paging import by_token, changed_since, is_flag, one_of
from sandbox.severa.refusals import Refused
from sandbox.severa.resource import Resource
from sandbox.severa.shapes import Record

FROM_PRODUCT = ("name", "measurementUnit", "vatRate", "unitPrice", "unitCost", "salesAccount")


def add_project_fee(call: Exchange) -> Response:
    """Only the project is required; what is not given comes from the product. Answers an array."""
    state = call.state
    values = PROJECT_FEE.read(call.body(), state.find)
    project = call.record("projects", values["project"]["guid"])
    if project["isClosed"] and not call.readings.closed_project_takes_costs:
        raise Refused("The project is closed.", kind="InvalidOperation", name="project")
    product = values.get("product") and state.find("products", values["product"]["guid"])
    if product is None and not values.get("name"):
        raise Refused("The name field is required.", name="name")
    inherited: Record = {}
    if product:
        inherited = {name: product[name] for name in FROM_PRODUCT} | {"productType": product["type"]}
    given = {name: value for name, value in values.items() if value is not None}
    fee = state.insert(
        "project_fees",
        by=call.user,
        **{"phase": project["rootPhase"], "eventDate": state.today(), "billingSchedule": "Immediately"}
        | inherited
        | given
        | {"customer": project["customer"]},
    )
    return call.answer([call.shown("project_fees", fee)], status=201)


def project_fees(call: Exchange, guid: str) -> Response:
    project = call.record("projects", guid)
    own = [fee for fee in call.state.all("project_fees") if fee["project"]["guid"] == project["guid"]]
    filters = {
        "productType": one_of("productType"),
        "isBillable": is_flag("isBillable"),
        "isBilled": is_flag("invoice"),
    }
    return by_token(call, "project_fees", own, filters)


def flat_rate(call: Exchange, guid: str) -> Response:
    """One flat rate, in an array (`reference` severa 12)."""
    return call.answer([call.shown("flat_rates", call.record("flat_rates", guid))])


def _not_invoiced(_call: Exchange, record: Record | None, _values: Record) -> None:
    if record and record["invoice"]:
        raise Refused("The fee is on an invoice.", kind="InvalidOperation", name="invoice")


FEES = Resource(
    "/projectfees",
    "project_fees",
    "fees",
    page=by_token,
    filters={"changedSince": changed_since},
    methods=("list", "get", "patch", "delete"),
    check=_not_invoiced,
)
EXPENSES = Resource(
    "/projecttravelexpenses",
    "travel_expenses",
    "travels",
    page=by_token,
    filters={"changedSince": changed_since},
    methods=("list", "get"),
)

ROUTES = [
    *FEES.routes(),
    *EXPENSES.routes(),
    Route("POST", "/projectfees", "fees:write", add_project_fee),
    Route("GET", "/projects/<guid>/projectfees", "fees:read", project_fees),
    Route("GET", "/flatrates/<guid>", "fees:read", flat_rate),
]
