"""Customers as people should not enter them, and what must become of each."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sandbox.fortnox import FortnoxState
from sandbox.registers.case import Case, Seeded
from sandbox.registers.firms import Firm, Place, luhn_digit
from sandbox.registers.sides import put_in_fortnox, put_in_severa
from sandbox.severa import SeveraState
from sandbox.severa.shapes import Record
from severa_fortnox.errors import System
from severa_fortnox.work import Kind

UMEA = Place("Verkstadsgatan 5", "903 26", "Umeå")


def firm(number: int, name: str, **fields: Any) -> Firm:
    """A Swedish firm with an address and an organisation number of its own."""
    nine = f"5570{number % 100_000:05}"
    identity = f"{nine[:6]}-{nine[6:]}{luhn_digit(nine)}"
    return replace(Firm(number, name, identity, f"SE{identity.replace('-', '')}01", billing=UMEA), **fields)


def put_qualified(severa: SeveraState, one: Firm, **more: Any) -> Record:
    """The firm in Severa with an open project, so that it is no prospect."""
    customer = put_in_severa(severa, one, **more)
    severa.add_project(customer, name="Löpande rådgivning", number=one.number)
    return customer


def in_severa(customer: Record, other: str | None = None, **written: Any) -> Seeded:
    """The Severa customer is the one that is meant."""
    name = f"{customer['number']} {customer['name']}"
    return Seeded(Kind.CUSTOMER, System.SEVERA, customer["guid"], name, other, written)


def in_fortnox(card: Record, **written: Any) -> Seeded:
    """The Fortnox customer is the one that is meant."""
    number = card["CustomerNumber"]
    return Seeded(Kind.CUSTOMER, System.FORTNOX, number, f"{number} {card['Name']}", None, written)


def _not_numeric(severa: SeveraState, fortnox: FortnoxState) -> Seeded:
    return in_fortnox(put_in_fortnox(fortnox, firm(700_001, "Webbkunden AB"), CustomerNumber="K-700001"))


def _leading_zeros(severa: SeveraState, fortnox: FortnoxState) -> Seeded:
    one = firm(700_002, "Nollställda Kranar AB")
    put_in_fortnox(fortnox, one, CustomerNumber="00700002")
    return in_severa(put_qualified(severa, one), "00700002")


def _leading_zeros_alone(severa: SeveraState, fortnox: FortnoxState) -> Seeded:
    card = put_in_fortnox(fortnox, firm(700_003, "Ensamma Nollor AB"), CustomerNumber="0700003")
    return in_fortnox(card, number=700_003, name="Ensamma Nollor AB")


def _spaces(severa: SeveraState, fortnox: FortnoxState) -> Seeded:
    one = firm(700_004, "Luftiga Lokaler AB")
    put_in_fortnox(fortnox, one, CustomerNumber="700 004")
    return in_severa(put_qualified(severa, one), "700 004")


def _fold_together(severa: SeveraState, fortnox: FortnoxState) -> Seeded:
    one = firm(700_005, "Dubbla Dörrar AB")
    put_in_fortnox(fortnox, one)
    put_in_fortnox(fortnox, one, CustomerNumber="0700005")
    return in_severa(put_qualified(severa, one))


def _fold_together_alone(severa: SeveraState, fortnox: FortnoxState) -> Seeded:
    card = put_in_fortnox(fortnox, firm(700_006, "Tvillingbageriet AB"))
    put_in_fortnox(fortnox, firm(700_006, "Tvillingbageriet i Umeå AB"), CustomerNumber="0700006")
    return in_fortnox(card)


def _inactive_in_fortnox(severa: SeveraState, fortnox: FortnoxState) -> Seeded:
    one = firm(700_007, "Vilande Vatten AB")
    put_in_fortnox(fortnox, one, Active=False)
    return in_severa(put_qualified(severa, one), "700007")


def _inactive_in_severa(severa: SeveraState, fortnox: FortnoxState) -> Seeded:
    one = firm(700_008, "Avslutade Affärer AB")
    put_in_fortnox(fortnox, one)
    return in_severa(put_qualified(severa, one, isActive=False), "700008")


def _currency_missing(severa: SeveraState, fortnox: FortnoxState) -> Seeded:
    return in_severa(put_qualified(severa, firm(700_009, "Fjordkraft i Umeå AB", currency="NOK")))


def _currency_missing_in_severa(severa: SeveraState, fortnox: FortnoxState) -> Seeded:
    fortnox.add_currency(Code="CHF", Description="Schweizisk franc")
    return in_fortnox(put_in_fortnox(fortnox, firm(700_010, "Alpklockor AB", currency="CHF")))


def _term_without_code(severa: SeveraState, fortnox: FortnoxState) -> Seeded:
    return in_severa(put_qualified(severa, firm(700_011, "Sjutton Dagar AB", days=17)))


def _number_reserved(severa: SeveraState, fortnox: FortnoxState) -> Seeded:
    put_in_fortnox(fortnox, firm(700_012, "Längesedan AB"))
    fortnox.delete_customer("700012")
    return in_severa(put_qualified(severa, firm(700_012, "Nykomlingen AB")))


def _country_without_code(severa: SeveraState, fortnox: FortnoxState) -> Seeded:
    one = firm(700_013, "Bergsbyn Export AB", billing=None)
    customer = put_qualified(severa, one)
    address = severa.add_address(
        customer, addressline="Rruga 7", postal_code="10000", city="Prishtina", country=None, billing=True
    )
    nowhere = severa.insert("countries", name="Kosovo", englishName="Kosovo")
    severa.update("addresses", address, country=nowhere)
    return in_severa(
        customer, CustomerNumber="700013", Name=one.name, Address1="Rruga 7", City="Prishtina", CountryCode=None
    )


def _not_a_gln(severa: SeveraState, fortnox: FortnoxState) -> Seeded:
    customer = put_qualified(
        severa, firm(700_014, "Elektroniska Brev AB"), eInvoiceAddress="0007:5570000142", eInvoiceOperator="INEXCHANGE"
    )
    return in_severa(customer, CustomerNumber="700014", Name="Elektroniska Brev AB", GLN=None)


def _organisation_number_malformed(severa: SeveraState, fortnox: FortnoxState) -> Seeded:
    # The check digit of 557000-015 is 7.
    customer = put_qualified(severa, firm(700_015, "Felskrivna Firman AB", organisation_number="557000-0159"))
    written = {"CustomerNumber": "700015", "Name": "Felskrivna Firman AB", "OrganisationNumber": "557000-0159"}
    return in_severa(customer, **written)


def _organisation_number_malformed_in_fortnox(severa: SeveraState, fortnox: FortnoxState) -> Seeded:
    card = put_in_fortnox(fortnox, firm(700_016, "Sju Siffror AB", organisation_number="557000-016"))
    return in_fortnox(card, number=700_016, kvkNumber="557000-016")


def _organisation_number_spelled_otherwise(severa: SeveraState, fortnox: FortnoxState) -> Seeded:
    one = firm(700_017, "Sekelskiftet AB")
    put_in_fortnox(fortnox, one)
    spelled = f"16{(one.organisation_number or '').replace('-', '')}"
    return in_severa(put_qualified(severa, replace(one, organisation_number=spelled)), "700017")


def _forbidden_characters(severa: SeveraState, fortnox: FortnoxState) -> Seeded:
    customer = put_qualified(severa, firm(700_018, 'Café "Solrosen" AB'))
    return in_severa(customer, CustomerNumber="700018", Name="Café ’Solrosen’ AB")


def _forbidden_characters_known(severa: SeveraState, fortnox: FortnoxState) -> Seeded:
    put_in_fortnox(fortnox, firm(700_019, "Rum-för-tanke AB"))
    return in_severa(put_qualified(severa, firm(700_019, "Rum·för·tanke AB")), "700019")


#: Nothing that anybody can see.
BLANK = " \u00a0\u200b\t"


def _no_name(severa: SeveraState, fortnox: FortnoxState) -> Seeded:
    return in_severa(put_qualified(severa, firm(700_020, BLANK)))


def _no_name_in_fortnox(severa: SeveraState, fortnox: FortnoxState) -> Seeded:
    card = put_in_fortnox(fortnox, firm(700_021, "Namnlösa AB"))
    # Fortnox's interface does not take it; an import did.
    card["Name"] = BLANK
    return in_fortnox(card)


def _number_too_large(severa: SeveraState, fortnox: FortnoxState) -> Seeded:
    return in_fortnox(put_in_fortnox(fortnox, firm(700_022, "Oändliga AB"), CustomerNumber="99999999999999999999"))


def _email_fortnox_cannot_hold(severa: SeveraState, fortnox: FortnoxState) -> Seeded:
    customer = put_qualified(severa, firm(700_023, "Irländska Ull AB"), email="o'brien@ull.example")
    return in_severa(customer, CustomerNumber="700023", Name="Irländska Ull AB", Email=None)


CASES = [
    Case(
        "non-numeric Fortnox customer number",
        _not_numeric,
        "refused",
        ("K-700001", "digits|numeric|whole number"),
        ("Fortnox", "digits|numeric|whole number"),
    ),
    Case("leading zeros, in both systems", _leading_zeros, "linked", ("00700002", "700002")),
    Case("leading zeros, in Fortnox only", _leading_zeros_alone, "created", ("0700003",)),
    Case("spaces in a Fortnox customer number", _spaces, "linked", ("700 004",)),
    Case(
        "two Fortnox customers that fold to one number",
        _fold_together,
        "refused",
        ("700005", "0700005"),
        ("inactive|number|renumber",),
    ),
    Case(
        "two Fortnox customers that fold to one number, none in Severa",
        _fold_together_alone,
        "refused",
        ("700006", "0700006"),
        ("inactive|number|renumber",),
    ),
    Case(
        "customer inactive in Fortnox only",
        _inactive_in_fortnox,
        "refused",
        ("700007", "inactive", "Severa", "Fortnox"),
        ("activ",),
    ),
    Case(
        "customer inactive in Severa only",
        _inactive_in_severa,
        "refused",
        ("700008", "inactive", "Severa", "Fortnox"),
        ("activ",),
    ),
    Case("currency missing in Fortnox", _currency_missing, "refused", ("NOK", "currency"), ("Fortnox", "currenc")),
    Case(
        "currency missing in Severa", _currency_missing_in_severa, "refused", ("CHF", "currency"), ("Severa|Fortnox",)
    ),
    Case(
        "payment term without a code",
        _term_without_code,
        "refused",
        ("17", "days"),
        ("17", "Fortnox", "terms of payment"),
    ),
    Case(
        "number reserved by a deleted Fortnox customer",
        _number_reserved,
        "refused",
        ("number", "deleted|reserved|taken|used"),
        ("number",),
    ),
    Case("country name without ISO code", _country_without_code, "created", ("Kosovo", "country")),
    Case("e-invoice address that is not a GLN", _not_a_gln, "created", ("0007:5570000142",)),
    Case(
        "organisation number malformed in Severa",
        _organisation_number_malformed,
        "created",
        ("557000-0159", "organisation number"),
    ),
    Case(
        "organisation number malformed in Fortnox",
        _organisation_number_malformed_in_fortnox,
        "created",
        ("557000-016", "organisation number"),
    ),
    Case("organisation number spelled otherwise", _organisation_number_spelled_otherwise, "linked"),
    Case("forbidden characters in a customer's name", _forbidden_characters, "created", ("name", '"')),
    Case("forbidden characters, known to Fortnox in its spelling", _forbidden_characters_known, "linked"),
    Case("customer with a name nobody sees", _no_name, "refused", ("700020", "name", "Severa"), ("name", "Severa")),
    Case(
        "customer with a name nobody sees in Fortnox",
        _no_name_in_fortnox,
        "refused",
        ("700021", "name", "Fortnox"),
        ("name", "Fortnox"),
    ),
    Case(
        "customer number too large for Severa",
        _number_too_large,
        "refused",
        ("99999999999999999999", "large"),
        ("Fortnox", "number"),
    ),
    Case("e-mail address Fortnox cannot hold", _email_fortnox_cannot_hold, "created", ("o'brien@ull.example",)),
]
