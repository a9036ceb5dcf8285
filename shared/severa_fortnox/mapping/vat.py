"""Which of Fortnox's five VAT types an invoice has, from what Severa says about it.

Fortnox keeps the VAT type on the customer card and ignores a row's VAT rate when the type is a reverse charge or
export one; Severa has no such field. So the type is derived here and compared with the card (`reference` product 6,
fortnox 7.1).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from enum import StrEnum

from severa_fortnox.reason import Reason
from severa_fortnox.severa.models import Country
from severa_fortnox.text import folded

SWEDEN = "SE"


class VatType(StrEnum):
    """Fortnox's own codes."""

    DOMESTIC = "SEVAT"
    DOMESTIC_REVERSE_CHARGE = "SEREVERSEDVAT"
    EU_REVERSE_CHARGE = "EUREVERSEDVAT"
    EU = "EUVAT"
    EXPORT = "EXPORT"


#: The types under which Fortnox charges no VAT.
WITHOUT_VAT = frozenset({VatType.DOMESTIC_REVERSE_CHARGE, VatType.EU_REVERSE_CHARGE, VatType.EXPORT})


def country_named(name: str | None, countries: Sequence[Country]) -> Country | None:
    """The country a Severa address means; addresses carry a name, never a code (`reference` severa 6)."""
    wanted = folded(name)
    if not wanted:
        return None
    for country in countries:
        if wanted in {folded(country.name), folded(country.englishName), folded(country.code2), folded(country.code3)}:
            return country
    return None


def vat_type(
    *,
    country: Country | None,
    country_name: str | None,
    rates: Iterable[Decimal],
    vat_number: str | None,
    reverse_charged: bool,
) -> VatType | Reason:
    """The VAT type that explains the invoice, or the contradiction that keeps it from having one.

    Args:
        country: the receiver's country; None when the address names none or an unknown one.
        country_name: the country as written on the address, for the message.
        rates: the VAT rates, in percent, of the rows that have an amount.
        vat_number: the receiver's VAT number.
        reverse_charged: whether Severa's invoice settings say reverse charge.
    """
    charged = sorted({rate for rate in rates if rate > 0})
    where = country_name or "no country"
    if reverse_charged and charged:
        return Reason(
            "vat-reverse-charge-with-vat", {"rates": ", ".join(f"{rate:f}".rstrip("0").rstrip(".") for rate in charged)}
        )
    if country is None:
        if country_name:
            return Reason("vat-country-unknown", {"country": country_name})
        if reverse_charged:
            return VatType.DOMESTIC_REVERSE_CHARGE
        return VatType.DOMESTIC if charged else Reason("vat-country-missing", {})
    if country.code2 == SWEDEN:
        return VatType.DOMESTIC_REVERSE_CHARGE if reverse_charged else VatType.DOMESTIC
    if charged:
        return VatType.EU if country.isInEU else VatType.DOMESTIC
    if country.isInEU:
        return VatType.EU_REVERSE_CHARGE if vat_number else Reason("vat-number-missing", {"country": where})
    return VatType.EXPORT


def contradicts_card(derived: VatType, card: str | None) -> bool:
    """Whether the customer card's VAT type would charge another VAT than the invoice does.

    Swedish VAT charged to an EU customer may stand on the card as domestic or as EU; both charge the same.
    """
    if card is None or card == derived:
        return card is None
    charging = {VatType.DOMESTIC, VatType.EU}
    return not (derived in charging and card in charging)
