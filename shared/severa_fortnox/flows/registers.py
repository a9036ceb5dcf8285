"""The small registers every invoice is checked against: Fortnox's units, currencies and terms, Severa's countries.

Kept in the store for all workers and in the container for this one. What a cached register has is believed; what it
lacks is not, so a refusal always rests on a register read for it (`refresh`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from severa_fortnox.decisions.registers import Registers, days_of
from severa_fortnox.fortnox.client import FortnoxClient
from severa_fortnox.severa.client import SeveraClient
from severa_fortnox.severa.models import Country
from severa_fortnox.store import Store
from severa_fortnox.store.registers import Cached

#: Seconds a cached register is used for.
FORTNOX_AGE = 60 * 60.0  # and Severa's currencies and VAT rates
COUNTRIES_AGE = 7 * 24 * 60 * 60.0
#: What Fortnox's are kept under; another name when they are kept in another form.
_FORTNOX = "fortnox, terms by code"


@dataclass
class RegisterReader:
    """Reads the registers of one connection, each at most once an hour (countries: a week)."""

    connection: str
    severa: SeveraClient
    fortnox: FortnoxClient
    store: Store
    clock: Callable[[], float]
    _kept: dict[str, Cached] = field(default_factory=dict)

    def of_fortnox(self) -> Registers:
        """What exists in Fortnox."""
        values = self._read(_FORTNOX, FORTNOX_AGE, self._fetch_fortnox)
        return Registers(
            units=frozenset(values["units"]),
            currencies=frozenset(values["currencies"]),
            terms=values["terms"],
        )

    def of_severa(self) -> tuple[dict[str, str], frozenset[Decimal]]:
        """Severa's active currencies, code to guid, and its active VAT rates in percent."""
        values = self._read("severa", FORTNOX_AGE, self._fetch_severa)
        return values["currencies"], frozenset(Decimal(rate) for rate in values["vat_rates"])

    def refresh(self, *, both: bool = False) -> None:
        """Read Fortnox's registers now, whatever is cached, and Severa's too where they are in use, or `both`."""
        self._kept[_FORTNOX] = self.store.registers.put(self.connection, _FORTNOX, self._fetch_fortnox())
        if both or "severa" in self._kept:
            self._kept["severa"] = self.store.registers.put(self.connection, "severa", self._fetch_severa())

    def countries(self) -> list[Country]:
        """Severa's countries."""
        values = self._read("countries", COUNTRIES_AGE, self._fetch_countries)
        return [Country.model_validate(value) for value in values]

    def _read(self, name: str, max_age: float, fetch: Callable[[], Any]) -> Any:
        kept = self._kept.get(name)
        if kept is None or self.clock() - kept.read_at > max_age:
            stored = self.store.registers.fresh(self.connection, name, max_age)
            kept = stored or self.store.registers.put(self.connection, name, fetch())
            self._kept[name] = kept
        return kept.values

    def _fetch_fortnox(self) -> dict[str, Any]:
        return {
            "units": [unit.Code for unit in self.fortnox.units()],
            "currencies": [currency.Code for currency in self.fortnox.currencies()],
            "terms": days_of(self.fortnox.terms_of_payment()),
        }

    def _fetch_severa(self) -> dict[str, Any]:
        return {
            "currencies": {each.code: each.guid for each in self.severa.currencies() if each.code and each.isActive},
            "vat_rates": [str(rate.percentage) for rate in self.severa.vat_rates() if rate.isActive],
        }

    def _fetch_countries(self) -> list[dict[str, Any]]:
        return [country.model_dump(mode="json") for country in self.severa.countries()]
