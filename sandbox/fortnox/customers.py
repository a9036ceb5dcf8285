"""``/3/customers``"""

from __future__ import annotations

from typing import ClassVar

from sandbox.fortnox import shapes
from sandbox.fortnox.collection import Collection
from sandbox.fortnox.errors import Code, Refused
from sandbox.fortnox.fields import Table
from sandbox.fortnox.listing import Listing, contains
from sandbox.fortnox.references import (
    require_account,
    require_cost_centre,
    require_currency,
    require_price_list,
    require_project,
    require_terms,
)
from sandbox.fortnox.shapes import Record
from sandbox.fortnox.tables import CUSTOMER

_COUNTRIES = {"SE": "Sverige", "NO": "Norge", "DK": "Danmark", "FI": "Finland", "DE": "Tyskland", "FR": "Frankrike"}
_COUNTRIES |= {"GB": "Storbritannien", "US": "USA", "NL": "Nederländerna", "EE": "Estland", "PL": "Polen"}


class Customers(Collection):
    """Customer cards. A deleted customer's number stays taken."""

    name = "customers"
    wrapper = "Customer"
    plural = "Customers"
    scopes = ("customer",)
    table: ClassVar[Table] = CUSTOMER
    absent = ("Kan inte hitta kunden.", Code.NO_CUSTOMER)
    location = "customers"
    listing = Listing(
        filters={
            "customernumber": contains("CustomerNumber"),
            "name": contains("Name"),
            "zipcode": contains("ZipCode"),
            "city": contains("City"),
            "email": contains("Email"),
            "phone": contains("Phone1"),
            "organisationnumber": contains("OrganisationNumber"),
            "gln": contains("GLN"),
            "glndelivery": contains("GLNDelivery"),
        },
        named={"active": lambda customer: customer["Active"], "inactive": lambda customer: not customer["Active"]},
        sorts={"customernumber": "CustomerNumber", "name": "Name"},
    )

    def blank(self, sent: Record) -> Record:
        return shapes.customer()

    def item(self, record: Record) -> Record:
        shown = ("Address1", "Address2", "City", "CustomerNumber", "Email", "Name", "OrganisationNumber")
        named = {name: record[name] or "" for name in shown}
        return named | {"Phone": record["Phone1"] or "", "ZipCode": record["ZipCode"] or ""}

    def as_created(self, record: Record) -> Record:
        """The answer to a creation writes the sales account as a number; reading it gives a text (recorded)."""
        account = record["SalesAccount"]
        return record | {"SalesAccount": int(account) if account else None}

    def require_free(self, number: str) -> None:
        if self.register.taken(number):
            raise Refused(f'Kundnummer "{number}" används redan.', Code.CUSTOMER_NUMBER_TAKEN)

    def prepared(self, record: Record) -> Record:
        require_currency(self.state, record["Currency"])
        require_project(self.state, record["Project"])
        require_cost_centre(self.state, record["CostCenter"])
        require_price_list(self.state, record["PriceList"])
        require_account(self.state, record["SalesAccount"])
        for place in ("", "Delivery", "Visiting"):
            code = record[f"{place}CountryCode"]
            record[f"{place}Country"] = _COUNTRIES.get(code, code)
            digits = (record[f"{place}ZipCode"] or "").replace(" ", "")
            if self.state.switches.spaces_zip_codes and len(digits) == 5 and digits.isdecimal():
                record[f"{place}ZipCode"] = f"{digits[:3]} {digits[3:]}"
        return record | {"TermsOfPayment": require_terms(self.state, record["TermsOfPayment"])}

    def in_use(self, number: str) -> bool:
        """A customer with nothing but cancelled invoices can be deleted (`reference` fortnox 8)."""
        return any(i["CustomerNumber"] == number and not i["Cancelled"] for i in self.state.invoices)
