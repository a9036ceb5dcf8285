"""One Fortnox company and what is in it; the Python back door for seeding it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.fortnox import drafting, shapes
from sandbox.fortnox.grants import Grants
from sandbox.fortnox.registers import Register
from sandbox.fortnox.shapes import Record
from sandbox.fortnox.storage import Storage
from sandbox.fortnox.switches import Switches

SWEDISH_TIME = ZoneInfo("Europe/Stockholm")

_UNITS = {"förp": ("förpackning", "pack"), "h": ("timmar", "h"), "km": ("Kilometer", "km")}
_UNITS |= {"st": ("styck", "pcs"), "utl": ("Utlägg", "exp")}
_CURRENCIES = {"SEK": ("Svensk krona", "1"), "EUR": ("Euro", "11.25"), "USD": ("Amerikansk dollar", "10.40")}
_TERMS = {**{days: f"{days} dagar" for days in ("0", "10", "15", "20", "30")}}
_TERMS |= {"AG": "Autogiro", "K": "Kontant", "PF": "Postförskott"}
#: Accounts with the VAT code that a row without article and rate takes its VAT from.
_ACCOUNTS = {3000: "", 3001: "MP1", 3002: "MP2", 3003: "MP3", 3004: "MF", 3041: "MP1", 3042: "MP2", 3043: "MP3"}
_ACCOUNTS |= dict.fromkeys((3044, 3105, 3106, 3108, 3231, 3305, 3308, 3540, 3590, 3740, 3990, 3999), "")
_ACCOUNTS |= dict.fromkeys((1510, 1680, 1920, 1930, 2440, 2611, 2621, 2631, 2641, 4000, 6570), "")
_PREDEFINED = {"SALES": 3001, "SALES2": 3041, "SALES_25_SE": 3001, "SALES_12_SE": 3002, "SALES_6_SE": 3003}
_PREDEFINED |= {"SALES_0_SE": 3004, "PURCHASE": 4000, "SALES_EU": 3108, "SALES_EU_VAT": 3106, "SALES_EXPORT": 3105}


@dataclass
class Company:
    """What a company decides for itself.

    Args:
        rounds_to_krona: totals of invoices in SEK are rounded to whole kronor.
        locked_until: the last day of the locked period; None when nothing is locked.
        terms_of_payment: for customers that have none of their own.
        vat_rates: the rates a row may have, in per cent.
    """

    name: str = "Sandlådan Konsult AB"
    organisation_number: str = "555555-5555"
    country_code: str = "SE"
    rounds_to_krona: bool = True
    locked_until: date | None = None
    terms_of_payment: str = "30"
    vat_rates: frozenset[int] = frozenset({0, 6, 12, 25})
    price_lists: frozenset[str] = frozenset({"A"})
    cost_centres: set[str] = field(default_factory=set)


class FortnoxState:
    """One company: its registers, documents, files and consents.

    Args:
        tenant_id: the company's database number.
        client_id: the integration's, as registered with the vendor.
        scopes: what the company consented to; None for every scope there is.
        switches: the readings of what is unknown.
        clock: seconds since 1970; dates are Swedish.
    """

    def __init__(
        self,
        *,
        tenant_id: int = 1000001,
        client_id: str = "sandbox-client",
        client_secret: str = "sandbox-secret",
        scopes: frozenset[str] | None = None,
        company: Company | None = None,
        switches: Switches | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.clock = clock
        self.company = company or Company()
        self.switches = switches or Switches()
        self.tenant_id = tenant_id
        self.grants = Grants(tenant_id, client_id, client_secret, scopes, self.now)
        self.storage = Storage()
        self.customers = Register("CustomerNumber", self.now, keeps_numbers=True)
        self.articles = Register("ArticleNumber", self.now)
        self.projects = Register("ProjectNumber", self.now)
        self.units = Register("Code", self.now)
        self.currencies = Register("Code", self.now)
        self.terms_of_payment = Register("Code", self.now)
        self.accounts = Register("Number", self.now)
        self.predefined_accounts = Register("Name", self.now)
        self.invoices = Register("DocumentNumber", self.now)
        self.payments = Register("Number", self.now)
        self._series: dict[str, int] = {}
        self._fill()

    def now(self) -> float:
        """Seconds by the clock in force, which may be replaced later."""
        return self.clock()

    def today(self) -> date:
        """The Swedish date."""
        return datetime.fromtimestamp(self.now(), SWEDISH_TIME).date()

    def next_in(self, series: str) -> int:
        """The next number of an internal series: row ids, vouchers."""
        self._series[series] = self._series.get(series, 0) + 1
        return self._series[series]

    def add_customer(self, **fields: Any) -> Record:
        """Put a customer there as if it had always been; any field of the record may be given.

        Raises:
            ValueError: a field the record does not have.
        """
        return self.customers.put(_filled(self.customers, shapes.customer(), fields))

    def add_article(self, **fields: Any) -> Record:
        """Put an article there; its accounts and VAT come from the predefined accounts unless given."""
        return self.articles.put(_filled(self.articles, drafting.blank_article(self, fields), fields))

    def add_project(self, **fields: Any) -> Record:
        """Put a project there."""
        return self.projects.put(_filled(self.projects, shapes.project(), fields))

    def add_unit(self, **fields: Any) -> Record:
        """Put a unit there: Code, Description."""
        return self.units.put(_filled(self.units, shapes.unit(), fields))

    def add_currency(self, **fields: Any) -> Record:
        """Put a currency there: Code, Description, BuyRate, SellRate, Unit."""
        return self.currencies.put(_filled(self.currencies, shapes.currency(), fields))

    def add_terms_of_payment(self, **fields: Any) -> Record:
        """Put terms of payment there: Code, Description."""
        return self.terms_of_payment.put(_filled(self.terms_of_payment, shapes.terms_of_payment(), fields))

    def add_account(self, **fields: Any) -> Record:
        """Put an account there: Number, Description, VATCode."""
        return self.accounts.put(_filled(self.accounts, shapes.account(), fields))

    def add_invoice(self, **fields: Any) -> Record:
        """Put an invoice there. What a request may set is checked and summed up as in a request; the rest is set.

        Raises:
            Refused: Fortnox would not take the invoice.
            ValueError: a field the record does not have.
        """
        writable = {name: value for name, value in fields.items() if drafting.takes(name)}
        invoice = drafting.draft(self, writable)
        return self.invoices.put(_filled(self.invoices, invoice, {k: fields[k] for k in fields.keys() - writable}))

    def pay_invoice(self, number: str, amount: Decimal | None = None, on: date | None = None) -> Record:
        """Let a customer's payment arrive: the balance goes down, and at 0 the invoice is fully paid.

        Args:
            amount: in the invoice's currency; None for all that is left.
            on: the day of payment; None for today.
        """
        invoice = self.invoices[number]
        invoice["Balance"] -= invoice["Balance"] if amount is None else amount
        invoice["FinalPayDate"] = None if invoice["Balance"] else (on or self.today()).isoformat()
        self.invoices.touch(number)
        return invoice

    def delete_customer(self, number: str) -> None:
        """Delete a customer; the number stays taken."""
        self.customers.remove(number)

    def register(self, name: str) -> Register:
        """A register by the name it has in addresses, e.g. ``customers`` or ``termsofpayments``.

        Raises:
            KeyError: there is none of that name.
        """
        registers = {"termsofpayments": "terms_of_payment", "predefinedaccounts": "predefined_accounts"}
        registers |= {"invoicepayments": "payments"}
        found = vars(self).get(registers.get(name, name))
        if not isinstance(found, Register):
            raise KeyError(name)
        return found

    def dump(self) -> Record:
        """What a person wants to see of the company, as JSON-ready values; files without their bytes."""
        names = ("customers", "articles", "projects", "invoices", "invoicepayments", "units", "termsofpayments")
        return {name: list(self.register(name)) for name in names} | self.storage.dump()

    def _fill(self) -> None:
        for code, (description, english) in _UNITS.items():
            self.add_unit(Code=code, Description=description, CodeEnglish=english)
        for code, (description, rate) in _CURRENCIES.items():
            self.add_currency(Code=code, Description=description, BuyRate=Decimal(rate), SellRate=Decimal(rate))
        for code, description in _TERMS.items():
            self.add_terms_of_payment(Code=code, Description=description)
        for number, vat_code in _ACCOUNTS.items():
            self.add_account(Number=number, Description=f"Konto {number}", VATCode=vat_code)
        for name, number in _PREDEFINED.items():
            self.predefined_accounts.put({"Account": number, "Name": name})


def _filled(register: Register, blank: Record, fields: Record) -> Record:
    unknown = fields.keys() - blank.keys()
    if unknown:
        raise ValueError(f"no such field: {', '.join(sorted(unknown))}")
    record = {**blank, **fields}
    if record[register.key] == "":
        record[register.key] = register.next_number()
    return record
