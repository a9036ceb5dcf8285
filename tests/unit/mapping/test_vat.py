"""The VAT type follows from country, rates, reverse charge and VAT number; a contradiction is never guessed away."""

from __future__ import annotations

from decimal import Decimal
from itertools import product

import pytest

from severa_fortnox.mapping.vat import WITHOUT_VAT, VatType, contradicts_card, country_named, vat_type
from severa_fortnox.reason import Reason
from severa_fortnox.severa.models import Country
from tests.unit.builders import COUNTRIES, FINLAND, NORWAY, SWEDEN

PLACES: dict[str, tuple[Country | None, str | None]] = {
    "SE": (SWEDEN, "Sverige"),
    "EU": (FINLAND, "Finland"),
    "beyond": (NORWAY, "Norge"),
    "none": (None, None),
    "unknown": (None, "Atlantis"),
}
VAT, NO_VAT = [Decimal(25), Decimal(0)], [Decimal(0)]


def derive(place: str, rates: list[Decimal], reverse: bool, number: str | None) -> str:
    country, name = PLACES[place]
    derived = vat_type(country=country, country_name=name, rates=rates, vat_number=number, reverse_charged=reverse)
    return derived.code if isinstance(derived, Reason) else derived.value


@pytest.mark.parametrize("number", ["FI123", None])
@pytest.mark.parametrize(
    ("place", "rates", "reverse", "expected"),
    [
        ("SE", VAT, False, "SEVAT"),
        ("SE", NO_VAT, False, "SEVAT"),
        ("SE", NO_VAT, True, "SEREVERSEDVAT"),
        ("EU", VAT, False, "EUVAT"),
        ("beyond", VAT, False, "SEVAT"),
        ("beyond", NO_VAT, False, "EXPORT"),
        ("beyond", NO_VAT, True, "EXPORT"),
        ("none", VAT, False, "SEVAT"),
        ("none", NO_VAT, False, "vat-country-missing"),
        ("none", [], False, "vat-country-missing"),
        ("none", NO_VAT, True, "SEREVERSEDVAT"),
        ("unknown", VAT, False, "vat-country-unknown"),
        ("unknown", NO_VAT, False, "vat-country-unknown"),
        ("unknown", NO_VAT, True, "vat-country-unknown"),
    ],
)
def test_the_type_follows_from_where_and_whether_vat_is_charged(
    place: str, rates: list[Decimal], reverse: bool, number: str | None, expected: str
) -> None:
    assert derive(place, rates, reverse, number) == expected


@pytest.mark.parametrize("reverse", [True, False])
def test_without_vat_to_the_eu_a_vat_number_is_needed(reverse: bool) -> None:
    assert derive("EU", NO_VAT, reverse, "FI123") == "EUREVERSEDVAT"
    assert derive("EU", NO_VAT, reverse, None) == "vat-number-missing"


@pytest.mark.parametrize(("place", "number"), list(product(PLACES, ["FI123", None])))
def test_reverse_charge_with_vat_is_a_contradiction_everywhere(place: str, number: str | None) -> None:
    assert derive(place, VAT, True, number) == "vat-reverse-charge-with-vat"


@pytest.mark.parametrize(
    ("place", "rates", "reverse", "number"),
    list(product(PLACES, [VAT, NO_VAT, []], [True, False], ["FI123", None])),
)
def test_a_type_under_which_fortnox_charges_nothing_is_never_derived_for_rows_with_vat(
    place: str, rates: list[Decimal], reverse: bool, number: str | None
) -> None:
    derived = derive(place, rates, reverse, number)

    assert not (derived in WITHOUT_VAT and any(rates))


def test_the_contradiction_names_each_rate_once() -> None:
    derived = vat_type(
        country=SWEDEN,
        country_name="Sverige",
        rates=[Decimal("25.00"), Decimal(12), Decimal(25), Decimal("12.5"), Decimal(0)],
        vat_number=None,
        reverse_charged=True,
    )

    assert isinstance(derived, Reason) and derived.values["rates"] == "12, 12.5, 25"


@pytest.mark.parametrize("name", ["Sverige", " sverige ", "SWEDEN", "se", "SWE"])
def test_a_country_is_found_by_any_of_its_names(name: str) -> None:
    assert country_named(name, COUNTRIES) is SWEDEN


@pytest.mark.parametrize("name", [None, "", "  ", "Atlantis", "Sverig"])
def test_what_is_no_country_is_none(name: str | None) -> None:
    assert country_named(name, (Country(), *COUNTRIES)) is None


@pytest.mark.parametrize(("derived", "card"), list(product(VatType, VatType)))
def test_a_card_contradicts_when_it_would_charge_another_vat(derived: VatType, card: VatType) -> None:
    both_charge = {derived, card} <= {VatType.DOMESTIC, VatType.EU}

    assert contradicts_card(derived, card) == (derived != card and not both_charge)


@pytest.mark.parametrize("derived", VatType)
def test_a_card_without_a_type_or_with_a_strange_one_explains_nothing(derived: VatType) -> None:
    assert contradicts_card(derived, None)
    assert contradicts_card(derived, "SOMETHING")
