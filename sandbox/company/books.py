"""The registers of both systems before the first invoice, and how a case puts an invoice on top of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sandbox.company.firms import FIRMS, PERMITS, VIND, Firm
from sandbox.fortnox import FortnoxState
from sandbox.severa import Row, RowType, SeveraState
from sandbox.severa.shapes import Record

OUR_NAME = "Nordanvind Konsult AB"
#: The consultant who stands as our reference on every invoice.
CONSULTANT = "Maja Lind"
#: A number that Fortnox used long ago, so its series continues behind it.
USED_NUMBER = 24001
SERVICES = ("3041", "Försäljning tjänster, 25 % moms")


class Books:
    """Both systems with their registers filled.

    Args:
        severa, fortnox: new ones, as they are made.
    """

    def __init__(self, severa: SeveraState, fortnox: FortnoxState) -> None:
        self.severa = severa
        self.fortnox = fortnox
        self.today: date = severa.today()
        #: The date of every invoice.
        self.day = self.today - timedelta(days=2)
        self.customers = {firm.name: self._add_firm(firm) for firm in FIRMS}
        self._add_project(self.customers[VIND], 520, PERMITS, known=True)
        self.projects = {project["name"]: project for project in severa.all("projects")}
        severa.organisation["name"] = fortnox.company.name = OUR_NAME
        self._add_products()
        self._add_used_number()

    def invoice(self, payer: str, rows: Sequence[Row], **fields: Any) -> Record:
        """A draft invoice to the firm, on its own project unless `projects` are named; other fields as Severa has."""
        customer = self.customers[payer]
        projects = fields.pop("projects", None)
        if projects is None:
            own = [each for each in self.projects.values() if each["customer"]["guid"] == customer["guid"]]
            projects = own[:1]
        return self.severa.add_invoice(
            fields.pop("customer", customer),
            billing_customer=customer,
            projects=projects,
            rows=rows,
            day=self.day,
            **{"ourReference": CONSULTANT} | fields,
        )

    def due(self, days: int) -> date:
        """The due date of an invoice with so many days to pay."""
        return self.day + timedelta(days=days)

    def _add_firm(self, firm: Firm) -> Record:
        digits = (firm.organisation_number or "").replace("-", "")
        vat_number = f"SE{digits}01" if firm.country == "SE" else firm.vat_number
        customer = self.severa.add_customer(
            name=firm.name,
            number=firm.number,
            currency=firm.currency,
            language=firm.language,
            kvkNumber=firm.organisation_number,
            vatNumber=vat_number,
            **firm.extra,
        )
        self.severa.add_address(
            customer,
            addressline=firm.street,
            postal_code=firm.postal_code,
            city=firm.city,
            country=firm.country,
            billing=True,
            phone=firm.phone,
        )
        self._add_project(customer, *firm.project, known=firm.card is not None)
        if firm.card is not None:
            identity = {"OrganisationNumber": firm.organisation_number or "", "VATNumber": vat_number or ""}
            own = {"CustomerNumber": str(firm.number), "Name": firm.name, "TermsOfPayment": "30"}
            self.fortnox.add_customer(**own | identity | dict(firm.card))
        return customer

    def _add_project(self, customer: Record, number: int, name: str, *, known: bool) -> None:
        """A project of the customer; `known` to Fortnox too."""
        self.severa.add_project(customer, name=name, number=number)
        if known:
            self.fortnox.add_project(ProjectNumber=str(number), Description=name)

    def _add_products(self) -> None:
        """Work types, travel types and products, and the articles they are linked to by code and name."""
        severa = self.severa
        severa.add_work_type(name="Konsulttid", code="KONSULT")
        severa.add_travel_expense_type(name="Milersättning", code="MIL", unit="km", expense_class="Mileage")
        severa.add_product(name="Programlicens", code="LICENS")
        severa.add_product(name="Fast pris", code="FAST", unit=None)
        for code, name, unit in (
            ("KONSULT", "Konsulttid", "h"),
            ("MIL", "Milersättning", "km"),
            ("LICENS", "Programlicens", "st"),
            ("FAST", "Fast pris", None),
            ("WORKSHOP", "Workshop halvdag", "st"),
        ):
            self.fortnox.add_article(
                ArticleNumber=code,
                Description=name,
                Unit=unit,
                Type="SERVICE",
                VAT=25,
                SalesAccount=3041,
                ConstructionAccount=3231,
                EUAccount=3308,
                ExportAccount=3305,
            )
        # Not in Fortnox under that name, too old to be created, and new.
        severa.add_product(name="Workshop heldag", code="WORKSHOP")
        old = severa.add_product(name="Arkivering", code="ARKIV")
        severa.update("products", old, createdDateTime="2019-03-04T08:00:00Z")
        severa.add_product(name="Utbildning AI i vården", code="UTB-AI")

    def _add_used_number(self) -> None:
        """An invoice made in Fortnox by hand, in no connection with Severa."""
        row = {"ArticleNumber": "KONSULT", "DeliveredQuantity": "1", "Price": Decimal(1150)}
        self.fortnox.add_invoice(CustomerNumber="1003", DocumentNumber=str(USED_NUMBER), InvoiceRows=[row])


def hours(quantity: str, price: str, text: str = "Rådgivning", **fields: Any) -> Row:
    """A row of work hours."""
    return _sold(
        quantity, price, text, row_type=RowType.HOURS, **{"measurement_unit": "h", "codes": ("KONSULT",)} | fields
    )


def fee(quantity: str, price: str, text: str, code: str | None = None, **fields: Any) -> Row:
    """A row of project fees."""
    return _sold(quantity, price, text, **{"measurement_unit": "st", "codes": (code,) if code else ()} | fields)


def _sold(quantity: str, price: str, text: str, **fields: Any) -> Row:
    return Row(
        description=text,
        quantity=Decimal(quantity),
        unit_price=Decimal(price),
        **{"sales_account": SERVICES} | fields,
    )


def row(quantity: str, price: str, total: str, text: str = "Rådgivning", **fields: Any) -> Mapping[str, Any]:
    """A row of hours as Fortnox has it; other kinds, projects and VAT rates through `fields`."""
    amounts = {"DeliveredQuantity": Decimal(quantity), "Price": Decimal(price), "Total": Decimal(total)}
    kind = {"ArticleNumber": "KONSULT", "AccountNumber": 3041, "Unit": "h", "VAT": 25}
    return {"Description": text, **amounts, **kind, **fields}


def text_row(text: str) -> Mapping[str, Any]:
    """A row that only says something, as Fortnox has it."""
    nothing = {"ArticleNumber": "", "AccountNumber": None, "DeliveredQuantity": 0, "Price": 0, "Total": 0}
    return {"Description": text, "Unit": "", "Project": "", **nothing}


def sums(net: str, vat: str, total: str, round_off: str = "0", **fields: Any) -> dict[str, Any]:
    """The sums of a Fortnox invoice, and further fields of its head."""
    amounts = {"Net": net, "TotalVAT": vat, "RoundOff": round_off, "Total": total}
    return {name: Decimal(amount) for name, amount in amounts.items()} | fields
