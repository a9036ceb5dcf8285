"""What every Severa organisation has before its first customer: countries, currencies, languages, VAT rates, settings.

A Swedish company by default, the case this integration is for.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sandbox.severa.registers import Registers
from sandbox.severa.shapes import Record

# code: name, symbol, rate towards the Swedish krona
CURRENCIES = {
    "SEK": ("Svensk krona", "kr", "1"),
    "EUR": ("Euro", "€", "11.25"),
    "NOK": ("Norsk krone", "kr", "0.96"),
    "DKK": ("Dansk krone", "kr", "1.51"),
    "GBP": ("Pound sterling", "£", "13.20"),
    "USD": ("US dollar", "$", "10.40"),
}
# code: name, English name
LANGUAGES = {
    "sv-SE": ("Svenska", "Swedish"),
    "en-GB": ("English", "English"),
    "fi-FI": ("Suomi", "Finnish"),
    "nb-NO": ("Norsk bokmål", "Norwegian Bokmål"),
    "da-DK": ("Dansk", "Danish"),
    "de-DE": ("Deutsch", "German"),
}
# two letters: three letters, Swedish name, English name, whether in the EU, currency, language
COUNTRIES = {
    "SE": ("SWE", "Sverige", "Sweden", True, "SEK", "sv-SE"),
    "NO": ("NOR", "Norge", "Norway", False, "NOK", "nb-NO"),
    "FI": ("FIN", "Finland", "Finland", True, "EUR", "fi-FI"),
    "DK": ("DNK", "Danmark", "Denmark", True, "DKK", "da-DK"),
    "DE": ("DEU", "Tyskland", "Germany", True, "EUR", "de-DE"),
    "NL": ("NLD", "Nederländerna", "Netherlands", True, "EUR", "en-GB"),
    "EE": ("EST", "Estland", "Estonia", True, "EUR", "en-GB"),
    "GB": ("GBR", "Storbritannien", "United Kingdom", False, "GBP", "en-GB"),
    "US": ("USA", "USA", "United States", False, "USD", "en-GB"),
}
SWEDISH_VAT = (25, 12, 6, 0)
# number: name
SALES_ACCOUNTS = {"3001": "Försäljning inom Sverige, 25 % moms", "3051": "Försäljning av varor, 25 % moms"}
STATUSES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("Draft", {"isDefault": True, "isDefaultForCreditNote": True}),
    ("Ready for transfer", {}),
    ("Transferred", {"isReadOnly": True, "hasInvoiceNumber": True}),
    ("Transfer failed", {}),
    ("Sent", {"isReadOnly": True, "hasInvoiceNumber": True, "isSent": True, "isWaitingPayment": True}),
    ("Paid", {"isReadOnly": True, "hasInvoiceNumber": True, "isSent": True, "isPaid": True}),
)


class Organisation(Registers):
    """Registers that hold an organisation's own data; `organisation` is what it says about itself."""

    def __init__(self, *, currency: str = "SEK", **about: Any) -> None:
        super().__init__(**about)
        self.currency_code = currency
        for code, (name, symbol, rate) in CURRENCIES.items():
            is_own = code == currency
            self.insert(
                "currencies", code=code, name=name, symbol=symbol, rate=Decimal(rate), isOrganizationCurrency=is_own
            )
        for code, (name, english) in LANGUAGES.items():
            self.insert("languages", code=code, name=name, englishName=english, isInvoiceLanguage=True)
        for code, (code3, name, english, in_eu, money, culture) in COUNTRIES.items():
            self.insert(
                "countries",
                code2=code,
                code3=code3,
                name=name,
                englishName=english,
                isInEU=in_eu,
                isRegistrationCountry=in_eu,
                currency=self.currency(money),
                defaultCulture=culture,
                defaultLanguage=self.language(culture),
            )
        for percent in SWEDISH_VAT:
            self.insert(
                "vat_rates",
                code=str(percent),
                percentage=Decimal(percent),
                countryGuid=self.country("SE")["guid"],
                isDefault=percent == SWEDISH_VAT[0],
            )
        for number, name in SALES_ACCOUNTS.items():
            self.insert("sales_accounts", number=number, name=name)
        for order, (name, flags) in enumerate(STATUSES):
            self.insert("invoice_statuses", name=name, sortOrder=order, **flags)
        self.organisation: Record = {
            "guid": self.new_guid(),
            "name": "Konsultbolaget AB",
            "kvkNumber": "556000-1001",
            "vatNumber": "SE556000100101",
            "address": "Storgatan 1",
            "postalCode": "111 22",
            "city": "Stockholm",
            "country": self.country("SE"),
            "email": None,
        }

    def currency(self, code: str) -> Record:
        """The currency with the code; raises LookupError."""
        return self._one("currencies", code=code)

    def language(self, code: str) -> Record:
        """The language with the code, e.g. ``sv-SE``; raises LookupError."""
        return self._one("languages", code=code)

    def country(self, code2: str) -> Record:
        """The country with the two-letter code; raises LookupError."""
        return self._one("countries", code2=code2)

    def sales_account(self, number: str) -> Record:
        """The sales account with the number; raises LookupError."""
        return self._one("sales_accounts", number=number)

    def status(self, name: str) -> Record:
        """The invoice status with the name; raises LookupError."""
        return self._one("invoice_statuses", name=name)

    def _one(self, register: str, **wanted: Any) -> Record:
        found = self.all(register, **wanted)
        if not found:
            raise LookupError(f"no {wanted} in {register}")
        return found[0]
