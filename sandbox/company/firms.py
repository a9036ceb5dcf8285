"""The customers, each with its address, its project and its card in Fortnox."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

BJORK, VIND, EKONOMI = "Björk & Åström AB", "Svensk Vindenergi AB", "Nordisk Ekonomiservice AB"
LOGISTIK, RHEINTAL, BYGG = "Öresund Logistik AB", "Rheintal Maschinenbau GmbH", "Byggmästarna i Umeå AB"
CASCADE, FJORDSYN, OSTERGAARD = "Cascade Analytics Inc.", "Fjordsyn Rådgivning AS", "Østergaard Design ApS"
KVARNEN, SALLADER, HAVSBRIS = "Kvarnens Bageri AB", "Grönsakshallen i Malmö AB", "Havsbris Båtvarv AB"
SOLSIDAN, LAKARHUSET, NORDIC = "Solsidans Fastigheter AB", "Läkarhuset Östermalm AB", "Ærø Ångfartyg Östersjön AB"
#: Projects of the wind company, which has two.
WIND_MAP, PERMITS = "Vindkartering Öland", "Miljötillstånd Kattegatt"


@dataclass(frozen=True)
class Firm:
    """A customer with its billing address and one project.

    Args:
        card: what its Fortnox card has beside number, names and identity numbers; None when there is no card.
        extra: what its Severa customer has beside those.
    """

    number: int
    name: str
    organisation_number: str | None
    street: str
    postal_code: str
    city: str
    project: tuple[int, str]
    country: str = "SE"
    currency: str = "SEK"
    language: str = "sv-SE"
    vat_number: str | None = None
    phone: str | None = None
    card: Mapping[str, Any] | None = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)


EU, EXPORT = {"VATType": "EUREVERSEDVAT", "Currency": "EUR"}, {"VATType": "EXPORT", "Currency": "USD"}
FIRMS = (
    Firm(1001, BJORK, "556677-8899", "Storgatan 2", "411 01", "Göteborg", (501, "Ny ekonomimodell")),
    Firm(1002, VIND, "556712-3450", "Skeppsbron 14", "392 31", "Kalmar", (502, WIND_MAP)),
    Firm(1003, EKONOMI, "556801-2243", "Box 118", "201 21", "Malmö", (503, "Bokslutsstöd")),
    Firm(
        1004,
        LOGISTIK,
        "556645-9017",
        "Kajpromenaden 8",
        "252 67",
        "Helsingborg",
        (504, "Tullflöden"),
        currency="EUR",
        card={"Currency": "EUR"},
    ),
    Firm(
        1005,
        RHEINTAL,
        None,
        "Hafenstraße 21",
        "68159",
        "Mannheim",
        (505, "Produktionsplanung"),
        country="DE",
        currency="EUR",
        language="de-DE",
        vat_number="DE811234567",
        card=EU,
    ),
    Firm(
        1006,
        BYGG,
        "556530-7721",
        "Verkstadsgatan 5",
        "903 26",
        "Umeå",
        (506, "Kvarteret Renen"),
        card={"VATType": "SEREVERSEDVAT"},
    ),
    Firm(
        1007,
        CASCADE,
        None,
        "1200 Western Avenue",
        "98101",
        "Seattle",
        (507, "Nordic market study"),
        country="US",
        currency="USD",
        language="en-GB",
        card=EXPORT,
    ),
    Firm(
        1008,
        FJORDSYN,
        "987654321",
        "Bryggen 9",
        "5003",
        "Bergen",
        (508, "Havbruk"),
        country="NO",
        currency="NOK",
        language="nb-NO",
        card={"VATType": "EXPORT"},
    ),
    Firm(
        1012,
        OSTERGAARD,
        "33445566",
        "Vestergade 3",
        "8000",
        "Aarhus",
        (512, "Butikskoncept"),
        country="DK",
        currency="EUR",
        language="da-DK",
        card=EU,
    ),
    Firm(
        1009,
        KVARNEN,
        "556399-1208",
        "Kvarngatan 1",
        "753 30",
        "Uppsala",
        (509, "Receptsystem"),
        card={"Active": False},
    ),
    # In Fortnox the number belongs to a dentist: another name, another organisation number.
    Firm(
        1010,
        SALLADER,
        "556820-4417",
        "Torggatan 6",
        "211 40",
        "Malmö",
        (510, "Butiksdata"),
        card={"Name": "Tandläkarna i Strömstad AB", "OrganisationNumber": "556911-0036", "VATNumber": ""},
    ),
    Firm(
        1011,
        HAVSBRIS,
        "556470-3395",
        "Varvsvägen 2",
        "471 31",
        "Skärhamn",
        (511, "Orderbok"),
        card={"VATType": "EXPORT"},
    ),
    Firm(
        1234,
        SOLSIDAN,
        "556288-4106",
        "Solsidevägen 40",
        "133 38",
        "Saltsjöbaden",
        (513, "Hyresavtal"),
        card={"CustomerNumber": "01234"},
    ),
    Firm(
        1020,
        LAKARHUSET,
        "556950-7714",
        "Valhallavägen 91",
        "114 27",
        "Stockholm",
        (5100, "Införande av nytt journalsystem på Läkarhuset Östermalm, etapp två"),
        phone="08-545 10 20",
        card=None,
        extra={
            "email": "faktura@lakarhuset.example",
            "website": "https://www.lakarhuset.example",
            "notes": "Fakturor skickas <b>endast</b> per e-post",
            "eInvoiceAddress": "7381023456788",
            "paymentTerm": 20,
        },
    ),
    Firm(
        1021,
        NORDIC,
        "556733-0158",
        "Ålstensvägen 7, Ägirs brygga",
        "742 42",
        "Öregrund",
        (5101, "Översyn av bokföring Ærø–Åland, ålderstillägg"),
        card=None,
    ),
)
