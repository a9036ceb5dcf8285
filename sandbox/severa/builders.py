"""The back door for seeding: customers, addresses, projects, registers. Invoices are in `invoicing`."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from sandbox.severa.organisation import Organisation
from sandbox.severa.shapes import Record

Amount = Decimal | int | str


class MasterDataBuilders(Organisation):
    """Every `add_...` answers the new record; further properties are given by Severa's own names."""

    def money(self, amount: Amount | None, currency: str | None = None) -> Record | None:
        """An amount in a currency, the organisation's by default."""
        if amount is None:
            return None
        return {"amount": Decimal(amount), "currencyCode": currency or self.currency_code}

    def add_customer(
        self, *, name: str, number: int | None = None, currency: str = "SEK", language: str = "sv-SE", **fields: Any
    ) -> Record:
        """A customer; without a number it gets the next one."""
        return self.insert(
            "customers",
            name=name,
            number=number,
            currency=self.currency(currency),
            language=self.language(language),
            **{"owner": self.person, "paymentTerm": 30, **fields},
        )

    def add_address(
        self,
        customer: Record,
        *,
        addressline: str | None = "Storgatan 2",
        postal_code: str | None = "411 01",
        city: str | None = "Göteborg",
        country: str | None = "SE",
        billing: bool = False,
        postal: bool = False,
        visit: bool = False,
        headquarter: bool = False,
        **fields: Any,
    ) -> Record:
        """An address of a customer, by country code; `headquarter` makes the customer point to it."""
        address = self.insert(
            "addresses",
            customer=customer,
            addressline=addressline,
            postalCode=postal_code,
            city=city,
            country=None if country is None else self.country(country),
            isBillingAddress=billing,
            isPostalAddress=postal,
            isVisitAddress=visit,
            **fields,
        )
        if headquarter:
            self.update("customers", customer, headquarterAddress=address)
        return address

    def add_project(
        self,
        customer: Record,
        *,
        name: str,
        number: int | None = None,
        closed: bool = False,
        start: date | None = None,
        currency: str | None = None,
        **fields: Any,
    ) -> Record:
        """A project with its root phase; without a number it gets the next one."""
        project = self.insert(
            "projects",
            name=name,
            number=number,
            customer=customer,
            isClosed=closed,
            closedDate=self.today() if closed else None,
            startDate=start,
            currency=self.currency(currency or self.currency_code),
            **{"projectOwner": self.person} | fields,
        )
        self.add_root_phase(project)
        return project

    def add_root_phase(self, project: Record, *, by: Record | None = None) -> Record:
        """The phase every project is created with (`reference` severa 7)."""
        phase = self.insert("phases", by=by, name=project["name"], project=project)
        self._store("projects", project, {"rootPhase": phase})
        return phase

    def add_product(
        self,
        *,
        name: str,
        code: str | None = None,
        unit: str | None = "st",
        vat_rate: Amount | None = 25,
        price: Amount | None = None,
        active: bool = True,
        **fields: Any,
    ) -> Record:
        """A product."""
        return self.insert(
            "products",
            name=name,
            code=code,
            measurementUnit=unit,
            vatRate=None if vat_rate is None else Decimal(vat_rate),
            unitPrice=self.money(price),
            isActive=active,
            **{"type": "Materials"} | fields,
        )

    def add_work_type(self, *, name: str, code: str | None = None, active: bool = True, **fields: Any) -> Record:
        """A work type, which has neither unit nor VAT rate."""
        return self.insert("work_types", name=name, code=code, isActive=active, **{"isProductive": True} | fields)

    def add_travel_expense_type(
        self,
        *,
        name: str,
        code: str | None = None,
        unit: str | None = "km",
        vat_rate: Amount | None = 25,
        cost: Amount = 0,
        active: bool = True,
        expense_class: str = "OtherTravelExpense",
        **fields: Any,
    ) -> Record:
        """A travel expense type."""
        return self.insert(
            "travel_expense_types",
            name=name,
            code=code,
            measurementUnit=unit,
            vatRate=None if vat_rate is None else Decimal(vat_rate),
            unitCost=self.money(cost),
            expenseClass=expense_class,
            isActive=active,
            isMileage=expense_class == "Mileage",
            isDailyAllowance=expense_class == "DailyAllowance",
            **fields,
        )

    def add_invoice_status(self, name: str, **flags: Any) -> Record:
        """An invoice status after the existing ones; flags by Severa's names, e.g. ``isReadOnly=True``."""
        order = len(self.records["invoice_statuses"])
        return self.insert("invoice_statuses", name=name, **{"sortOrder": order} | flags)
