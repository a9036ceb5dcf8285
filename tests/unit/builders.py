"""Small builders of what the pure code reads: sensible defaults, every field replaceable by keyword.

The default invoice is one a Swedish consultancy sends every day: ten hours at 1000 kronor with 25 % VAT, one project,
everything it refers to linked already, so that `decide` answers Create.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from severa_fortnox.decisions.customer_pairs import CustomerPair
from severa_fortnox.decisions.customers import CustomerFacts
from severa_fortnox.decisions.invoices import InvoiceFacts
from severa_fortnox.decisions.matching import Known, match_products
from severa_fortnox.decisions.products import ProductFacts
from severa_fortnox.decisions.project_pairs import ProjectPair
from severa_fortnox.decisions.projects import ProjectFacts
from severa_fortnox.decisions.registers import Registers
from severa_fortnox.fortnox.models import Article
from severa_fortnox.fortnox.models import Project as InFortnox
from severa_fortnox.mapping.customers import Card
from severa_fortnox.mapping.invoices import InvoiceRefs
from severa_fortnox.mapping.rows import RowContext
from severa_fortnox.mapping.totals import Totals
from severa_fortnox.settings import Settings
from severa_fortnox.severa.models import (
    Address,
    AddressCountry,
    Country,
    Currency,
    Customer,
    FreeText,
    Invoice,
    InvoiceFile,
    InvoiceRow,
    InvoiceStatusRef,
    Language,
    Money,
    Numbered,
    Product,
    Project,
    ReceiverAddress,
    RowAccount,
)

READY = "status-ready"
TRANSFERRED = "status-transferred"
SWEDEN = Country(name="Sverige", englishName="Sweden", code2="SE", code3="SWE", isInEU=True)
FINLAND = Country(name="Finland", englishName="Finland", code2="FI", code3="FIN", isInEU=True)
NORWAY = Country(name="Norge", englishName="Norway", code2="NO", code3="NOR", isInEU=False)
COUNTRIES = (SWEDEN, FINLAND, NORWAY)
REGISTERS = Registers(frozenset({"h", "st"}), frozenset({"SEK", "EUR"}), {"0": 0, "30": 30, "K": None})


def money(amount: str | Decimal | int | None, currency: str | None = "SEK") -> Money:
    return Money(amount=None if amount is None else Decimal(amount), currencyCode=currency)


def free_text(plain: str) -> FreeText:
    return FreeText(value=f"{{{plain}}}", text=f"<p>{plain}</p>", plainText=plain)


def settings(**replaced: Any) -> Settings:
    return Settings(**{"ready_status": READY, "transferred_status": TRANSFERRED, **replaced})


def row(quantity: str | Decimal = "10", price: str | Decimal | None = "1000", **replaced: Any) -> InvoiceRow:
    values: dict[str, Any] = {
        "guid": "row-1",
        "description": "Konsultarbete",
        "quantity": Decimal(quantity),
        "unitPrice": money(price),
        "vatRate": Decimal(25),
        "measurementUnit": "h",
        "code": ["DEV"],
        "salesAccount": RowAccount(name="Försäljning", number="3010"),
    }
    return InvoiceRow(**{**values, **replaced})


def row_context(**replaced: Any) -> RowContext:
    return RowContext(**{"sign": 1, "project": None, "fallback_article": None, "currency": "SEK", **replaced})


def invoice(**replaced: Any) -> Invoice:
    values: dict[str, Any] = {
        "guid": "0c0ffee0-aaaa-bbbb-cccc-000000000001",
        "number": 1042,
        "referenceNumber": "104207",
        "status": InvoiceStatusRef(guid=READY, name="Redo"),
        "date": date(2025, 3, 14),
        "dueDate": date(2025, 4, 13),
        "paymentTerm": 30,
        "currency": Currency(code="SEK"),
        "currencyRate": Decimal(1),
        "billingCustomer": Numbered(guid="customer-1", name="Kund AB", number=1001),
        "projects": [Numbered(guid="project-1", name="Bygge", number=501)],
        "language": Language(code="sv-SE", name="Svenska"),
        "receiverCustomerName": "Kund AB",
        "receiverAddress": address_on_invoice(),
        "totalExcludingTax": money("10000"),
        "totalTax": money("2500"),
        "totalIncludingTax": money("12500"),
    }
    return Invoice(**{**values, **replaced})


def address_on_invoice(**replaced: Any) -> ReceiverAddress:
    values = {"addressline": "Storgatan 1", "postalCode": "111 22", "city": "Stockholm", "country": "Sverige"}
    return ReceiverAddress(**{**values, **replaced})


def amounts(net: str | Decimal, vat: str | Decimal, total: str | Decimal, currency: str = "SEK") -> dict[str, Money]:
    """Severa's three totals, to be handed to `invoice`."""
    return {
        "totalExcludingTax": money(net, currency),
        "totalTax": money(vat, currency),
        "totalIncludingTax": money(total, currency),
    }


def totals(net: str | Decimal, vat: str | Decimal, total: str | Decimal) -> Totals:
    return Totals(Decimal(net), Decimal(vat), Decimal(total))


def refs(**replaced: Any) -> InvoiceRefs:
    values: dict[str, Any] = {
        "customer_number": "1001",
        "projects": {"project-1": "501", "project-2": "502"},
        "row_projects": {},
        "terms": "30",
        "original": None,
        "currency_rate": None,
        "countries": COUNTRIES,
        "above": None,
        "below": None,
    }
    return InvoiceRefs(**{**values, **replaced})


def customer(**replaced: Any) -> Customer:
    values: dict[str, Any] = {
        "guid": "customer-1",
        "name": "Kund AB",
        "number": 1001,
        "kvkNumber": "556677-8899",
        "currency": Currency(code="SEK"),
        "paymentTerm": 30,
    }
    return Customer(**{**values, **replaced})


def address(**replaced: Any) -> Address:
    values: dict[str, Any] = {
        "addressline": "Storgatan 1",
        "postalCode": "111 22",
        "city": "Stockholm",
        "country": AddressCountry(name="Sverige"),
        "phone": "08-123 45 67",
        "isBillingAddress": True,
    }
    return Address(**{**values, **replaced})


def card(**replaced: Any) -> Card:
    values: dict[str, Any] = {
        "number": "1001",
        "name": "Kund AB",
        "active": True,
        "vat_type": "SEVAT",
        "currency": "SEK",
        "organisation_number": "556677-8899",
        "vat_number": None,
    }
    return Card(**{**values, **replaced})


def customer_facts(**replaced: Any) -> CustomerFacts:
    """A customer that both systems have and nobody has linked."""
    values: dict[str, Any] = {
        "number": 1001,
        "customer": customer(),
        "addresses": (),
        "card": card(),
        "linked": None,
        "registers": REGISTERS,
        "countries": COUNTRIES,
        **replaced,
    }
    severa, addresses, theirs = (values.pop(name) for name in ("customer", "addresses", "card"))
    pair = CustomerPair(severa=severa, addresses=addresses, qualified=True, card=theirs)
    return CustomerFacts(pair=pair, **values)


def linked_customer(**replaced: Any) -> CustomerFacts:
    return customer_facts(**{"customer": None, "linked": "1001", **replaced})


def product(**replaced: Any) -> Product:
    values: dict[str, Any] = {
        "guid": "product-1",
        "name": "Utveckling",
        "code": "DEV",
        "measurementUnit": "h",
        "vatRate": Decimal(25),
        "createdDateTime": datetime(2025, 2, 1, tzinfo=UTC),
    }
    return Product(**{**values, **replaced})


def article(**replaced: Any) -> Article:
    return Article(**{"ArticleNumber": "DEV", "Description": "Utveckling", "Active": True, **replaced})


def product_facts(code: str = "DEV", linked: str | None = None, **replaced: Any) -> ProductFacts:
    """A product that both systems have and nobody has linked.

    Args:
        replaced: `products`, those of that code; `article`, Fortnox's, None for none.
    """
    theirs, several = replaced.pop("article", article()), replaced.pop("products", [product()])
    assert not replaced, replaced
    if linked is not None:
        return ProductFacts(code, (), theirs, linked, REGISTERS)
    ours = [("products", each.model_copy(update={"guid": f"product-{at}"})) for at, each in enumerate(several)]
    pairs = match_products(ours, [] if theirs is None else [theirs], Known())
    return ProductFacts(code, [pair for pair in pairs if pair.severa is not None], None, None, REGISTERS)


def project(**replaced: Any) -> Project:
    values: dict[str, Any] = {"guid": "project-1", "name": "Bygge", "number": 501, "startDate": date(2025, 1, 2)}
    return Project(**{**values, **replaced})


def project_facts(linked: str | None = None, in_fortnox: bool = False, **replaced: Any) -> ProjectFacts:
    """A project that Fortnox does not have."""
    ours = project(**replaced)
    theirs = InFortnox(ProjectNumber=str(ours.number), Description="Annat") if in_fortnox else None
    pair = None if linked else ProjectPair(severa=ours, fortnox=theirs, invoiced=True)
    return ProjectFacts(ours.guid, ours.number, pair, linked, REGISTERS)


def file(**replaced: Any) -> InvoiceFile:
    values: dict[str, Any] = {
        "fileGuid": "f11e0001-0000",
        "name": "tidrapport.pdf",
        "contentType": "application/pdf",
        "size": Decimal(1000),
    }
    return InvoiceFile(**{**values, **replaced})


def facts(**replaced: Any) -> InvoiceFacts:
    """The default invoice with everything it refers to linked."""
    values: dict[str, Any] = {
        "invoice": invoice(),
        "rows": (row(),),
        "reverse_charged": None,
        "customer": linked_customer(),
        "products": {"DEV": product_facts(linked="DEV")},
        "projects": {"project-1": project_facts(linked="501")},
        "row_projects": {},
        "original": None,
        "registers": REGISTERS,
        "countries": COUNTRIES,
    }
    return InvoiceFacts(**{**values, **replaced})
