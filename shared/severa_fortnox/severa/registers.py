"""Severa's registers: customers with their addresses, products, projects, and the small ones that others point to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from itertools import product as combinations
from typing import Any

from severa_fortnox.errors import Bug, System
from severa_fortnox.severa.calls import M, SeveraCalls, instant
from severa_fortnox.severa.inputs import AddressInput, CustomerInput, ProductInput, WorkTypeInput
from severa_fortnox.severa.models import Address, Country, Currency, Customer, Product, Project, VatRate

#: Values of one filter in one call; a guid each makes a query string of some 2,600 characters.
FILTER_VALUES = 50

#: A patch: what `severa.unknowns.replace` makes, one for each property.
Operations = Sequence[Mapping[str, Any]]


class Register(StrEnum):
    """The three registers an invoice row's code may come from; the value is the path."""

    WORK_TYPES = "worktypes"
    TRAVEL_EXPENSE_TYPES = "travelexpensetypes"
    PRODUCTS = "products"


#: What a new record of a register is made of; nothing becomes a travel expense type.
_INPUTS: dict[Register, type[ProductInput] | type[WorkTypeInput]] = {
    Register.PRODUCTS: ProductInput,
    Register.WORK_TYPES: WorkTypeInput,
}


class SeveraRegisters:
    """The part of `SeveraClient` that reads and writes registers.

    A list without filters is the whole register. A list that is cut by offset is complete or raises `errors.Retryable`;
    one whose pages are named by tokens may miss what changed while it was read, which the next `changed_since` finds.
    """

    _calls: SeveraCalls

    # Customers

    def customer(self, guid: str) -> Customer:
        """One customer, without its addresses."""
        return self._calls.get("/v1/customers/{guid}", guid=guid, about=f"customer {guid}").one(Customer)

    def customers(
        self, changed_since: datetime | None = None, numbers: Sequence[int] = (), names: Sequence[str] = ()
    ) -> Iterator[Customer]:
        """The customers, active or not.

        Args:
            changed_since: only those added or changed then or later, with its offset.
            numbers: only those with any of these numbers; none at all is no filter.
            names: only those whose name matches any of these. How Severa compares names is not documented.
        """
        filters = {"changedSince": instant(changed_since, "GET /v1/customers")}
        found = self._any_of(
            "/v1/customers", Customer, filters, numbers=[str(number) for number in numbers], customerNames=names
        )
        # A filter that Severa did not know would find all.
        return (customer for customer in found if not numbers or customer.number in numbers)

    def create_customer(self, customer: CustomerInput) -> Customer:
        """Create a customer."""
        about = "a new customer" if customer.number is None else f"customer {customer.number}"
        return self._calls.create("/v1/customers", customer, Customer, about=about)

    def change_customer(self, guid: str, operations: Operations) -> Customer:
        """Change a customer; all operations or none."""
        return self._calls.change("/v1/customers/{guid}", operations, Customer, guid=guid, about=f"customer {guid}")

    # Addresses

    def addresses(self, customer_guid: str) -> list[Address]:
        """The addresses of a customer."""
        about = f"customer {customer_guid}"
        return list(self._calls.by_offset("/v1/customers/{guid}/addresses", Address, guid=customer_guid, about=about))

    def all_addresses(self, changed_since: datetime | None = None) -> Iterator[Address]:
        """The addresses of every customer, each with its customer.

        Args:
            changed_since: only those added or changed then or later, with its offset.
        """
        filters = {"changedSince": instant(changed_since, "GET /v1/addresses")}
        return self._calls.by_offset("/v1/addresses", Address, filters)

    def create_address(self, customer_guid: str, address: AddressInput) -> Address:
        """Create an address of a customer."""
        about = f"customer {customer_guid}"
        return self._calls.create("/v1/customers/{guid}/addresses", address, Address, guid=customer_guid, about=about)

    def change_address(self, guid: str, operations: Operations) -> Address:
        """Change an address; all operations or none."""
        return self._calls.change("/v1/addresses/{guid}", operations, Address, guid=guid, about=f"address {guid}")

    # Products, work types, travel expense types

    def product(self, register: Register, guid: str) -> Product:
        """One record of a register."""
        return self._calls.get(f"/v1/{register}/{{guid}}", guid=guid, about=f"product {guid}").one(Product)

    def products(self, register: Register, changed_since: datetime | None = None) -> Iterator[Product]:
        """The records of a register, active or not.

        Compared here as well: an older Severa does not know `changedSince` on travel expense types, and ignores it.

        Args:
            changed_since: only those added or changed then or later, with its offset.
        """
        filters = {"changedSince": instant(changed_since, f"GET /v1/{register}")}
        found = self._product_pages(register, filters)
        return found if changed_since is None else (record for record in found if _changed(record, changed_since))

    def products_by_code(self, register: Register, code: str) -> list[Product]:
        """The records of a register with exactly this code, active or not; codes need not be unique.

        Compared here as well: how Severa compares is not documented, and a filter it did not know would find all.
        """
        found = self._product_pages(register, {"code": code}, about=f"product {code}")
        return [product for product in found if (product.code or "").strip() == code.strip()]

    def create_product(self, register: Register, record: ProductInput | WorkTypeInput) -> Product:
        """Create a record of a register.

        Raises:
            Bug: the register takes another kind of record.
        """
        if _INPUTS.get(register) is not type(record):
            raise Bug(
                f"{register} takes no {type(record).__name__}", system=System.OURS, operation=f"POST /v1/{register}"
            )
        about = "a new product" if record.code is None else f"product {record.code}"
        return self._calls.create(f"/v1/{register}", record, Product, about=about)

    def change_product(self, register: Register, guid: str, operations: Operations) -> Product:
        """Change a record of a register; all operations or none."""
        return self._calls.change(f"/v1/{register}/{{guid}}", operations, Product, guid=guid, about=f"product {guid}")

    # Projects

    def project(self, guid: str) -> Project:
        """One project."""
        return self._calls.get("/v1/projects/{guid}", guid=guid, about=f"project {guid}").one(Project)

    def projects(
        self,
        changed_since: datetime | None = None,
        closed: bool | None = None,
        internal: bool | None = None,
        customer_guids: Sequence[str] = (),
        numbers: Sequence[int] = (),
    ) -> Iterator[Project]:
        """The projects.

        Args:
            changed_since: only those added or changed then or later, with its offset.
            closed: only closed ones or only open ones; None for both.
            internal: only the company's own or only customers'; None for both.
            customer_guids: only those of any of these customers; none at all is no filter.
            numbers: only those with any of these numbers; none at all is no filter.
        """
        filters = {
            "changedSince": instant(changed_since, "GET /v1/projects"),
            "isClosed": closed,
            "internal": internal,
        }
        return self._any_of(
            "/v1/projects",
            Project,
            filters,
            customerGuids=customer_guids,
            numbers=[str(number) for number in numbers],
        )

    # What the others point to

    def countries(self) -> list[Country]:
        """All countries; an address names its country and only this list has the codes."""
        return self._calls.get("/v1/localization/countries").many(Country)

    def currencies(self) -> list[Currency]:
        """The organisation's currencies, active or not."""
        return list(self._calls.by_offset("/v1/currencies", Currency))

    def vat_rates(self) -> list[VatRate]:
        """The VAT rates of the organisation's country, active or not."""
        return self._calls.get("/v1/vatrates").many(VatRate)

    # Pages

    def _product_pages(
        self, register: Register, filters: Mapping[str, Any], about: str | None = None
    ) -> Iterator[Product]:
        pages = self._calls.by_token if register is Register.PRODUCTS else self._calls.by_offset
        return pages(f"/v1/{register}", Product, filters, about=about)

    def _any_of(self, pattern: str, model: type[M], filters: Mapping[str, Any], **wanted: Sequence[str]) -> Iterator[M]:
        """The records that have one of the wanted values of each property, in as many calls as the values need."""
        for values in combinations(*(_portions(values) for values in wanted.values())):
            yield from self._calls.by_token(pattern, model, {**filters, **dict(zip(wanted, values, strict=True))})


def _portions(values: Sequence[str]) -> Iterable[Sequence[str] | None]:
    """The values in portions for one call each; no values are one portion that leaves the filter out."""
    return [values[at : at + FILTER_VALUES] for at in range(0, len(values), FILTER_VALUES)] or [None]


def _changed(product: Product, since: datetime) -> bool:
    """Whether the record is from then or later; one that does not tell may be."""
    last = product.lastUpdatedDateTime or product.createdDateTime
    if last is None:
        return True
    return (last if last.tzinfo else last.replace(tzinfo=UTC)) >= since.replace(microsecond=0)
