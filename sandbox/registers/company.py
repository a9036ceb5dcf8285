"""A consultancy's registers in both systems: what years of typing leave behind, and what must become of it.

A third of the records is in both systems, a third in Severa only, a third in Fortnox only. What is stated about each
follows from the rules (DESIGN 10, `reference` product 1.3-1.5) and from what was seeded, never from the integration's
code.
"""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from sandbox.fortnox import FortnoxState
from sandbox.registers.customers import Customers
from sandbox.registers.expectations import RegisterCompany, snapshot
from sandbox.registers.ledger import past
from sandbox.registers.products import Products
from sandbox.registers.projects import Projects
from sandbox.severa import Row, SeveraState
from sandbox.severa.invoicing import with_check_digit
from sandbox.severa.shapes import Record

#: What the company has in Fortnox beside the vendor's own: code to description.
TERMS = {"45": "45 dagar", "60": "60 dagar", "NETTO14": "14 dagar netto"}
UNITS = {"dag": "dagar", "mån": "månader"}
#: Severa numbered its invoices itself before Fortnox did.
FIRST_INVOICE = 30_001


def build(
    severa: SeveraState,
    fortnox: FortnoxState,
    *,
    customers: int = 3000,
    products: int = 400,
    projects: int = 1500,
    seed: int = 2026,
) -> RegisterCompany:
    """Fill the registers of both systems; the same `seed` gives the same company.

    Args:
        severa, fortnox: new ones, or ones whose numbers lie elsewhere (customers here begin at 10001, projects at
            20001) and whose records the statement then counts, but says nothing else about.
        customers, products, projects: how many different ones there are, of which each system has two thirds.

    Raises:
        ValueError: so few are asked for that not every case would be there.
    """
    rng = random.Random(seed)
    for code, description in TERMS.items():
        fortnox.add_terms_of_payment(Code=code, Description=description)
    for code, description in UNITS.items():
        fortnox.add_unit(Code=code, Description=description)
    with past(severa, fortnox) as then:
        people = Customers(severa, fortnox, rng, then)
        people.seed(customers)
        goods = Products(severa, fortnox, rng, then)
        goods.seed(products)
        undertakings = Projects(severa, fortnox, rng, then, people.qualified, people.closed_only)
        undertakings.seed(projects)
        for number, customer in enumerate(undertakings.without_open_project, FIRST_INVOICE):
            _add_invoice(severa, customer, number, Decimal(rng.randrange(900, 1900, 25)))
            severa.next_number["invoices"] = number + 1
    settings = {
        "customer_main": "severa",
        "product_main": "severa",
        "transfer_projects": "true",
        "create_articles": "all",
        "activated_on": datetime.fromtimestamp(severa.clock(), UTC).isoformat(timespec="seconds"),
    }
    return RegisterCompany(
        people.ledger.stated(severa, fortnox),
        goods.ledger.stated(severa, fortnox),
        undertakings.ledger.stated(severa, fortnox),
        settings,
        snapshot(severa, fortnox),
    )


def _add_invoice(severa: SeveraState, customer: Record, number: int, price: Decimal) -> None:
    """A paid invoice of earlier years, which makes the customer no prospect.

    Put there without `add_invoice`, whose search for a free number and for the payer's address takes too long here.
    """
    day = severa.today()
    row = Row(description="Rådgivning", unit_price=price)
    amounts = {"totalExcludingTax": row.net, "totalTax": row.vat, "totalIncludingTax": row.net + row.vat}
    currency = customer["currency"]["code"]
    invoice = severa.insert(
        "invoices",
        customer=customer,
        billingCustomer=customer,
        status=severa.status("Paid"),
        number=number,
        referenceNumber=with_check_digit(number),
        date=day,
        dueDate=day + timedelta(days=customer["paymentTerm"]),
        paymentDate=day + timedelta(days=customer["paymentTerm"]),
        paymentTerm=customer["paymentTerm"],
        currency=customer["currency"],
        language=customer["language"],
        receiverCustomerName=customer["name"],
        **{name: severa.money(amount, currency) for name, amount in amounts.items()},
    )
    settings = severa.insert("invoice_settings", isReverseCharged=False, reverseChargeDescription=None)
    severa.settings_of[invoice["guid"]] = settings["guid"]
    severa.insert(
        "invoice_rows",
        invoiceGuid=invoice["guid"],
        rowType=row.row_type.value,
        category="ProjectFees",
        description=row.description,
        quantity=row.quantity,
        unitPrice=severa.money(price, currency),
        vatRate=row.vat_rate,
        code=[],
        salesAccount={"number": "3001", "name": "Försäljning inom Sverige, 25 % moms"},
    )
