"""Units, currencies, terms of payment, accounts, predefined accounts, and what the company says of itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from werkzeug.wrappers import Request, Response

from sandbox.fortnox import shapes
from sandbox.fortnox.collection import Collection
from sandbox.fortnox.errors import Code, Invented
from sandbox.fortnox.exchange import Route, answer
from sandbox.fortnox.fields import Table, words
from sandbox.fortnox.references import require_account
from sandbox.fortnox.shapes import Record
from sandbox.fortnox.tables import ACCOUNT_CARD, CURRENCY_CARD, PREDEFINED_ACCOUNT, TERMS_OF_PAYMENT, UNIT

if TYPE_CHECKING:
    from sandbox.fortnox.state import FortnoxState


class Units(Collection):
    """``/3/units``"""

    name = "units"
    wrapper = "Unit"
    plural = "Units"
    scopes = ("settings",)
    table: ClassVar[Table] = UNIT
    absent = ("Kan inte hitta enheten.", Code.NO_UNIT)
    location = "units"

    def blank(self, sent: Record) -> Record:
        return shapes.unit()

    def in_use(self, number: str) -> bool:
        return any(article["Unit"] == number for article in self.state.articles)


class Currencies(Collection):
    """``/3/currencies``"""

    name = "currencies"
    wrapper = "Currency"
    plural = "Currencies"
    scopes = ("currency",)
    table: ClassVar[Table] = CURRENCY_CARD
    absent = ("Kan inte hitta valutan.", Invented.NOT_FOUND)
    location = "currencies"

    def blank(self, sent: Record) -> Record:
        return shapes.currency()

    def in_use(self, number: str) -> bool:
        return any(invoice["Currency"] == number for invoice in self.state.invoices)


class TermsOfPayments(Collection):
    """``/3/termsofpayments``: codes are kept in capitals."""

    name = "termsofpayments"
    wrapper = "TermsOfPayment"
    plural = "TermsOfPayments"
    scopes = ("settings",)
    table: ClassVar[Table] = TERMS_OF_PAYMENT
    absent = ("Kan inte hitta betalningsvillkoret.", Code.NO_TERMS)
    location = "paymentterms"

    def blank(self, sent: Record) -> Record:
        return shapes.terms_of_payment()

    def require_free(self, number: str) -> None:
        super().require_free(number.upper())

    def prepared(self, record: Record) -> Record:
        return record | {"Code": record["Code"].upper()}

    def in_use(self, number: str) -> bool:
        return any(invoice["TermsOfPayment"] == number for invoice in self.state.invoices)


class Accounts(Collection):
    """``/3/accounts``: one financial year, whichever is asked for."""

    name = "accounts"
    wrapper = "Account"
    plural = "Accounts"
    scopes = ("bookkeeping",)
    table: ClassVar[Table] = ACCOUNT_CARD
    absent = ("Kan inte hitta kontot.", Code.NO_ACCOUNT)
    location = "accounts"

    def blank(self, sent: Record) -> Record:
        return shapes.account()

    def item(self, record: Record) -> Record:
        shown = "Active BalanceBroughtForward CostCenter CostCenterSettings Description Number Project ProjectSettings"
        return {name: record[name] for name in words(f"{shown} SRU VATCode Year")}


class PredefinedAccounts(Collection):
    """``/3/predefinedaccounts``: which account a use is booked on."""

    name = "predefinedaccounts"
    wrapper = "PreDefinedAccount"
    plural = "PreDefinedAccounts"
    scopes = ("settings", "bookkeeping")
    table: ClassVar[Table] = PREDEFINED_ACCOUNT
    absent = ("Kan inte hitta det fördefinierade kontot.", Invented.NOT_FOUND)
    methods = "GET PUT"

    def blank(self, sent: Record) -> Record:
        return {"Account": 0, "Name": ""}

    def prepared(self, record: Record) -> Record:
        require_account(self.state, record["Account"])
        return record


class CompanyPages:
    """``/3/companyinformation``, ``/3/settings/company`` and ``/3/settings/lockedperiod``"""

    def __init__(self, state: FortnoxState) -> None:
        self.state = state

    def routes(self) -> list[Route]:
        """Three pages to read."""
        return [
            Route("GET", "/3/companyinformation", self.information, ("companyinformation",)),
            Route("GET", "/3/settings/company", self.settings, ("settings",)),
            Route("GET", "/3/settings/lockedperiod", self.locked_period, ("settings", "bookkeeping")),
        ]

    def information(self, _request: Request) -> Response:
        """Here the database number is a number."""
        company = self.state.company
        empty = words("Address City VisitAddress VisitCity VisitCountryCode VisitZipCode ZipCode")
        return answer(
            {
                "CompanyInformation": {
                    **dict.fromkeys(empty, ""),
                    "CompanyName": company.name,
                    "CountryCode": company.country_code,
                    "DatabaseNumber": self.state.tenant_id,
                    "OrganizationNumber": company.organisation_number,
                }
            }
        )

    def settings(self, _request: Request) -> Response:
        """Here it is a text."""
        company = self.state.company
        names = "Address BG BIC BranchCode City ContactFirstName ContactLastName Country Domicile Email Fax IBAN PG"
        names += " Phone1 Phone2 VATNumber VisitAddress VisitCity VisitCountry VisitCountryCode VisitName VisitZipCode"
        return answer(
            {
                "CompanySettings": {
                    **dict.fromkeys(words(f"{names} WWW ZipCode"), ""),
                    "CountryCode": company.country_code,
                    "DatabaseNumber": str(self.state.tenant_id),
                    "Name": company.name,
                    "OrganizationNumber": company.organisation_number,
                    "TaxEnabled": True,
                }
            }
        )

    def locked_period(self, _request: Request) -> Response:
        """The last locked day, or null."""
        locked = self.state.company.locked_until
        return answer({"LockedPeriod": {"EndDate": locked.isoformat() if locked else None}})
