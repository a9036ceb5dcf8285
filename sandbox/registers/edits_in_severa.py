"""What people do in Severa."""

from __future__ import annotations

from typing import Any

from sandbox.registers import edit as values
from sandbox.registers.bad_moments import delete_customer
from sandbox.registers.edit import Action, Desk, Edit
from sandbox.registers.sides import PLACES, PRODUCT_REGISTERS
from sandbox.severa.shapes import Record
from severa_fortnox.errors import System
from severa_fortnox.work import Kind

_WITH_TERMS = ("products", "travel_expense_types")


def _changed(desk: Desk, kind: Kind, register: str, record: Record, field: str, new: Any, words: str) -> Edit | None:
    """Nothing when it stands there already."""
    old = record[field]
    stored = {"currency": desk.severa.currency, "country": desk.severa.country}
    desk.severa.update(register, record, **{field: stored[field](new) if field in stored and new else new})
    if record[field] == old:
        return None
    if register == "addresses":
        _moved(desk, record)
        return Edit(words, kind, System.SEVERA, record["customer"]["guid"], field, old, record[field])
    return Edit(words, kind, System.SEVERA, record["guid"], field, old, record[field])


def _moved(desk: Desk, address: Record) -> None:
    """A changed address is a changed customer, in one reading of Severa."""
    customer = desk.severa.find("customers", address["customer"]["guid"])
    if customer and desk.severa.readings.child_moves_parent:
        desk.severa.touch("customers", customer)


def _any(desk: Desk, *registers: str) -> tuple[str, Record] | None:
    every = [(name, record) for name in registers for record in desk.severa.records[name].values()]
    return desk.pick(every) if every else None


def _customer(desk: Desk) -> Record | None:
    own = [each for each in desk.severa.records["customers"].values() if not each["isInternal"]]
    return desk.pick(own) if own else None


def change_customer(desk: Desk) -> Edit | None:
    customer = _customer(desk)
    if customer is None:
        return None
    field, among, wild = desk.pick(
        (
            ("name", values.NAMES, ()),
            ("email", values.EMAILS, ()),
            ("website", values.WEBSITES, ()),
            ("notes", values.NOTES, ()),
            ("vatNumber", values.VAT_NUMBERS, ()),
            ("kvkNumber", values.IDENTITIES, ()),
            ("currency", values.CURRENCIES, values.WILD_CURRENCIES),
            ("paymentTerm", values.DAYS, values.WILD_DAYS),
            ("eInvoiceAddress", values.GLNS, values.WILD_EINVOICE),
        )
    )
    new = desk.value(among, wild)
    return _changed(desk, Kind.CUSTOMER, "customers", customer, field, new, f"changes {field} of {customer['name']}")


def switch_customer(desk: Desk) -> Edit | None:
    customer = _customer(desk)
    if customer is None:
        return None
    words = f"{'deactivates' if customer['isActive'] else 'activates'} {customer['name']}"
    return _changed(desk, Kind.CUSTOMER, "customers", customer, "isActive", not customer["isActive"], words)


def create_customer(desk: Desk) -> Edit:
    """With a project, so that it qualifies."""
    number = desk.free_number(Kind.CUSTOMER)
    return _created_customer(desk, number, desk.free_name(values.NAMES, number))


def _created_customer(desk: Desk, number: int, name: str) -> Edit:
    customer = desk.severa.add_customer(
        name=name, number=number, paymentTerm=desk.pick(values.DAYS), email=desk.pick(values.EMAILS)
    )
    desk.severa.add_address(customer, billing=True, phone=desk.pick(values.PHONES))
    desk.severa.add_project(customer, name="Löpande", number=desk.free_number(Kind.PROJECT))
    return Edit(f"enters {name}", Kind.CUSTOMER, System.SEVERA, customer["guid"], "", None, number)


def remove_customer(desk: Desk) -> Edit | None:
    """One that was never invoiced."""
    customer = _customer(desk)
    if customer is None or any(
        customer["guid"] in {invoice["customer"]["guid"], invoice["billingCustomer"]["guid"]}
        for invoice in desk.severa.records["invoices"].values()
    ):
        return None
    delete_customer(desk.severa, customer)
    return Edit(
        f"deletes {customer['name']}", Kind.CUSTOMER, System.SEVERA, customer["guid"], "", customer["number"], None
    )


def change_address(desk: Desk) -> Edit | None:
    chosen = _any(desk, "addresses")
    if chosen is None:
        return None
    field, among = desk.pick(
        (
            ("addressline", values.LINES),
            ("postalCode", values.POSTAL_CODES),
            ("city", values.CITIES),
            ("country", values.COUNTRIES),
            ("phone", values.PHONES),
        )
    )
    words = f"changes {field} of an address of {chosen[1]['customer']['name']}"
    return _changed(desk, Kind.CUSTOMER, "addresses", chosen[1], field, desk.pick(among), words)


def flag_address(desk: Desk) -> Edit | None:
    chosen = _any(desk, "addresses")
    if chosen is None:
        return None
    flag = desk.pick(tuple(PLACES))
    words = f"{'unticks' if chosen[1][flag] else 'ticks'} {flag} of an address of {chosen[1]['customer']['name']}"
    return _changed(desk, Kind.CUSTOMER, "addresses", chosen[1], flag, not chosen[1][flag], words)


def add_address(desk: Desk) -> Edit | None:
    customer = _customer(desk)
    if customer is None:
        return None
    flags = {name: desk.rng.random() < 0.4 for name in ("billing", "postal", "visit")}
    address = desk.severa.add_address(
        customer,
        addressline=desk.pick(values.LINES),
        postal_code=desk.pick(values.POSTAL_CODES),
        city=desk.pick(values.CITIES),
        country=desk.pick(values.COUNTRIES),
        phone=desk.pick(values.PHONES),
        **flags,
    )
    _moved(desk, address)
    ticked = " and ".join(name for name, is_set in flags.items() if is_set) or "no"
    words = f"adds an address with {ticked} flag to {customer['name']}"
    return Edit(words, Kind.CUSTOMER, System.SEVERA, customer["guid"], "addresses", None, address["guid"])


def remove_address(desk: Desk) -> Edit | None:
    chosen = _any(desk, "addresses")
    if chosen is None:
        return None
    address = chosen[1]
    desk.severa.delete("addresses", address["guid"])
    _moved(desk, address)
    words = f"removes an address of {address['customer']['name']}"
    silent = not desk.severa.readings.child_moves_parent
    owner = address["customer"]["guid"]
    return Edit(words, Kind.CUSTOMER, System.SEVERA, owner, "addresses", address["guid"], None, silent)


def change_product(desk: Desk) -> Edit | None:
    chosen = _any(desk, *_WITH_TERMS)
    if chosen is None:
        return None
    field, among, wild = desk.pick(
        (
            ("measurementUnit", values.UNITS, values.WILD_UNITS),
            ("vatRate", values.VAT_RATES, values.WILD_VAT_RATES),
        )
    )
    words = f"changes {field} of {chosen[1]['name']}"
    return _changed(desk, Kind.PRODUCT, chosen[0], chosen[1], field, desk.value(among, wild), words)


def rename_product(desk: Desk) -> Edit | None:
    chosen = _any(desk, *PRODUCT_REGISTERS)
    if chosen is None:
        return None
    new = f"{chosen[1]['name']}, ny" if len(chosen[1]["name"]) < 40 else "Rådgivning, nytt namn"
    return _changed(desk, Kind.PRODUCT, chosen[0], chosen[1], "name", new, f"renames {chosen[1]['name']}")


def switch_product(desk: Desk) -> Edit | None:
    chosen = _any(desk, *PRODUCT_REGISTERS)
    if chosen is None:
        return None
    words = f"{'deactivates' if chosen[1]['isActive'] else 'activates'} {chosen[1]['name']}"
    return _changed(desk, Kind.PRODUCT, chosen[0], chosen[1], "isActive", not chosen[1]["isActive"], words)


def create_product(desk: Desk) -> Edit:
    number = desk.free_number(Kind.PRODUCT)
    code, name = str(number), desk.free_name(values.PRODUCT_NAMES, number)
    register = desk.pick(PRODUCT_REGISTERS)
    if register == "work_types":
        product = desk.severa.add_work_type(name=name, code=code)
    else:
        add = desk.severa.add_product if register == "products" else desk.severa.add_travel_expense_type
        product = add(name=name, code=code, unit=desk.pick(values.UNITS), vat_rate=desk.pick(values.VAT_RATES))
    return Edit(f"enters {name}", Kind.PRODUCT, System.SEVERA, product["guid"], "", None, code)


def remove_product(desk: Desk) -> Edit | None:
    chosen = _any(desk, *PRODUCT_REGISTERS)
    if chosen is None:
        return None
    desk.severa.delete(chosen[0], chosen[1]["guid"])
    words = f"deletes {chosen[1]['name']}"
    return Edit(words, Kind.PRODUCT, System.SEVERA, chosen[1]["guid"], "", chosen[1]["code"], None)


def close_or_reopen_project(desk: Desk) -> Edit | None:
    chosen = _any(desk, "projects")
    if chosen is None:
        return None
    project = chosen[1]
    words = f"{'reopens' if project['isClosed'] else 'closes'} {project['name']}"
    project["closedDate"] = None if project["isClosed"] else desk.severa.today().isoformat()
    return _changed(desk, Kind.PROJECT, "projects", project, "isClosed", not project["isClosed"], words)


def rename_project(desk: Desk) -> Edit | None:
    chosen = _any(desk, "projects")
    if chosen is None:
        return None
    new = desk.pick(values.PROJECT_NAMES)
    return _changed(desk, Kind.PROJECT, "projects", chosen[1], "name", new, f"renames {chosen[1]['name']}")


def create_project(desk: Desk) -> Edit | None:
    owner = _customer(desk)
    if owner is None:
        return None
    number, name = desk.free_number(Kind.PROJECT), desk.pick(values.PROJECT_NAMES)
    project = desk.severa.add_project(owner, name=name, number=number)
    return Edit(f"enters {name}", Kind.PROJECT, System.SEVERA, project["guid"], "", None, number)


def remove_project(desk: Desk) -> Edit | None:
    """One that was never invoiced."""
    chosen = _any(desk, "projects")
    invoiced = {p["guid"] for i in desk.severa.records["invoices"].values() for p in i["projects"] or ()}
    if chosen is None or chosen[1]["guid"] in invoiced:
        return None
    desk.severa.delete("projects", chosen[1]["guid"])
    words = f"deletes {chosen[1]['name']}"
    return Edit(words, Kind.PROJECT, System.SEVERA, chosen[1]["guid"], "", chosen[1]["number"], None)


#: Each with how often it is drawn.
ACTIONS: tuple[tuple[int, Action], ...] = (
    (8, change_customer),
    (2, switch_customer),
    (3, create_customer),
    (1, remove_customer),
    (5, change_address),
    (3, flag_address),
    (3, add_address),
    (2, remove_address),
    (6, change_product),
    (1, rename_product),
    (1, switch_product),
    (2, create_product),
    (1, remove_product),
    (5, close_or_reopen_project),
    (2, rename_project),
    (2, create_project),
    (1, remove_project),
)
