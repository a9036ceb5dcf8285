"""What names, addresses, products and projects of the seeded registers are made of."""

from __future__ import annotations

from collections.abc import Mapping


def _apart(text: str) -> tuple[str, ...]:
    return tuple(text.split())


#: Of no real company: the words are everyday ones, their combinations are drawn.
SURNAMES = _apart(
    "Andersson Åkerlund Bergqvist Björklund Dahlström Edlund Ekström Engström Fägerström Forsberg Gustafsson "
    "Hägglund Hallberg Hedström Holmgren Isaksson Jönsson Källström Lindqvist Löfgren Malmström Mårtensson "
    "Norberg Nyström Öberg Öhman Palmgren Pålsson Rönnberg Sandström Sjögren Söderberg Strömbäck Sundqvist Tegnér "
    "Törnqvist Wåhlin Wallgren Zetterberg Åström"
)
FRONTS = _apart(
    "Alm Asp Björk Blå Bäck Ek Fjäll Forn Fors Gran Grön Guld Hav Hög Kalk Klar Kron Lind Lång Lärk Moss Norr "
    "Rönn Silver Sjö Skog Sol Stål Stor Ström Syd Söder Tall Träd Vinter Väst Älv Ängs Öst"
)
BACKS = _apart(
    "backa berga borg dala fors gården hagen holmen kulla lunda marken näs ryd sjön stad stenen strand torp "
    "vallen viken åsen ängen ön"
)
TRADES = _apart(
    "Arkitektkontor Bageri Bemanning Betong Bildelar Byggservice Bygg Dataservice Ekonomibyrå Elteknik Energi "
    "Entreprenad Fasadteknik Fastigheter Finmekanik Fiskeri Förlag Förvaltning Golvteknik Grafiska Handelshus "
    "Hydraulik Hälsovård Industriteknik Installation Isolering Juristbyrå Kakel Kommunikation Kontorsmöbler "
    "Kylteknik Laboratorium Livsmedel Logistik Lås Marinservice Markarbeten Maskin Medicinteknik Miljöteknik "
    "Mäklarbyrå Måleri Naturvård Optik Plåtslageri Redovisning Rörteknik Skogsbruk Skönhetsvård Snickeri "
    "Solenergi Städservice Svets Säkerhet Tandvård Textil Trafikskola Transport Trävaror Trädgård Utbildning "
    "Vattenrening Ventilation Verktyg Vindkraft Vård Åkeri Återvinning Översättningsbyrå"
)
DEPARTMENTS = ("Socialförvaltningen", "Tekniska nämnden", "Kultur och fritid", "Utbildningsnämnden")
STREETS = (
    "Storgatan Kungsgatan Drottninggatan Järnvägsgatan Skolgatan Kyrkogatan Hamngatan Industrigatan Verkstadsgatan "
    "Björkvägen Ekvägen Granvägen Åsgatan Älvgatan Östra Hamngatan Västra Ringvägen Nygatan Trädgårdsgatan "
    "Slottsgatan Kvarngatan Brogatan Sjövägen Ängsvägen Södra Promenaden Norra Kajen Mårtensgatan Fågelvägen"
)
STREETS_OF_TWO = ("Östra", "Västra", "Södra", "Norra")
#: City to the first three digits of its postal codes.
CITIES: Mapping[str, str] = {
    "Stockholm": "113",
    "Göteborg": "411",
    "Malmö": "211",
    "Uppsala": "753",
    "Västerås": "722",
    "Örebro": "702",
    "Linköping": "582",
    "Helsingborg": "252",
    "Jönköping": "553",
    "Norrköping": "602",
    "Lund": "223",
    "Umeå": "903",
    "Gävle": "803",
    "Borås": "503",
    "Södertälje": "151",
    "Eskilstuna": "632",
    "Halmstad": "302",
    "Växjö": "352",
    "Karlstad": "652",
    "Sundsvall": "852",
    "Östersund": "831",
    "Trollhättan": "461",
    "Luleå": "972",
    "Kalmar": "392",
    "Falun": "791",
    "Skellefteå": "931",
    "Visby": "621",
    "Ängelholm": "262",
    "Örnsköldsvik": "891",
    "Åmål": "662",
}
#: Number series that the Swedish authority keeps for fiction, so that no demo calls a person.
PHONES = ("08-465 004", "031-390 06", "040-628 04", "0980-319 2", "070-174 06")
NOTES = (
    "Fakturor skickas per e-post, aldrig på papper.",
    "Ramavtal 2025:14, timpriser enligt bilaga 2.",
    "Ring växeln och fråga efter Åsa om något är oklart.",
    "Beställningsnummer krävs på varje faktura.",
    "Kund sedan 2017.\nNöjd med support, vill ha offert på vidareutveckling.",
    "Betalar i tid; ingen ränta utan samtal först.",
)
#: Country: form of company, cities, postal codes, streets, currency, its VAT number ("#" a digit).
ABROAD: Mapping[str, tuple[str, tuple[str, ...], tuple[str, ...], str, str, str | None]] = {
    "DE": ("GmbH", ("Mannheim", "Köln", "Lübeck"), ("68159", "50667", "23552"), "Hafenstraße", "EUR", "DE#########"),
    "FI": ("Oy", ("Åbo", "Helsingfors", "Vasa"), ("20100", "00100", "65100"), "Strandgatan", "EUR", "FI########"),
    "DK": ("ApS", ("Aarhus", "Odense", "Helsingør"), ("8000", "5000", "3000"), "Vestergade", "EUR", "DK########"),
    "NL": (
        "B.V.",
        ("Utrecht", "Delft", "Breda"),
        ("3511 AB", "2611 CD", "4811 EF"),
        "Kerkstraat",
        "EUR",
        "NL#########B01",
    ),
    "EE": ("OÜ", ("Tallinn", "Tartu", "Pärnu"), ("10111", "50090", "80010"), "Pikk", "EUR", "EE#########"),
    "NO": ("AS", ("Bergen", "Tromsø", "Bodø"), ("5003", "9008", "8006"), "Bryggen", "EUR", None),
    "GB": ("Ltd", ("Leeds", "Bristol", "Cardiff"), ("LS1 4AP", "BS1 5TR", "CF10 1EP"), "High Street", "EUR", None),
    "US": ("Inc.", ("Seattle", "Austin", "Boston"), ("98101", "78701", "02108"), "Western Avenue", "USD", None),
}
#: As the organisation's own country register spells them, and Fortnox on its cards.
COUNTRY_NAMES: Mapping[str, str] = {
    "SE": "Sverige",
    "DE": "Tyskland",
    "FI": "Finland",
    "DK": "Danmark",
    "NL": "Nederländerna",
    "EE": "Estland",
    "NO": "Norge",
    "GB": "Storbritannien",
    "US": "USA",
}
IN_EU = frozenset({"SE", "DE", "FI", "DK", "NL", "EE"})
ABROAD_FRONTS = _apart("Nord Rhein Baltic Hansa Polar Fjord Lynx Harbour Delta Amber Vester Atlas Kestrel Tundra Orion")
ABROAD_BACKS = _apart("Analytics Maschinenbau Shipping Design Consulting Systems Timber Foods Robotics Marine Optik")

SERVICES = (
    "Affärsanalys Arkitekturgranskning Avtalsgranskning Behovsanalys Beslutsunderlag Budgetarbete Datamigrering "
    "Design Driftsättning Felsökning Förstudie Förvaltning Grafisk formgivning Granskning Installation Integration "
    "Kartläggning Konfiguration Kravställning Kvalitetssäkring Ledarskap Lösningsdesign Mätning Målbildsarbete "
    "Nätverksöversyn Omvärldsanalys Planering Processledning Projektledning Provning Rapportering Rekrytering "
    "Riskanalys Rådgivning Support Systemutveckling Säkerhetsgranskning Testledning Upphandlingsstöd Utredning "
    "Utvärdering Verksamhetsutveckling Översättning"
)
LEVELS = ("junior", "senior", "expert", "distans", "på plats", "kväll", "helg", "fast pris", "löpande")
GOODS = (
    "Adapter Arbetsbord Arbetsstation Batteri Bildskärm Dockningsstation Domännamn Etikettskrivare Fjärrkontroll "
    "Handdator Headset Högtalare Kabelsats Kamera Kortläsare Kursmaterial Kursplats Laddstation Larmpaket Licens "
    "Lånedator Mikrofon Mätinstrument Nyckelbricka Projektor Router Rapportpaket Sensorpaket Serverplats Skanner "
    "Skrivare Skyltpaket Spårsändare Streckkodsläsare Supportavtal Switch Säkerhetskopia Tangentbord Terminal "
    "Trådlös mus UPS Webbhotell"
)
GOODS_OF_TWO = ("Trådlös",)
SIZES = ("bas", "standard", "plus", "proffs", "12 mån", "24 mån", "36 mån", "återköp")
TRAVELS = ("Milersättning", "Tåg", "Flyg", "Hotell", "Parkering", "Taxi", "Färja", "Hyrbil", "Bro och vägavgift")
AREAS = ("inrikes", "Norden", "EU", "utanför EU", "Stockholm", "Göteborg", "Malmö", "Norrland")
UNITS = ("h", "st", "dag", "mån", "km")

UNDERTAKINGS = (
    "Nytt ekonomisystem",
    "Webbplats",
    "Införande av e-handel",
    "Bokslutsstöd",
    "Översyn av avtal",
    "Flytt till molnet",
    "Energikartläggning",
    "Tillgänglighetsanpassning",
    "Utbildning för chefer",
    "Säkerhetsrevision",
    "Processkartläggning",
    "Hållbarhetsrapport",
    "Ärendehantering",
    "Integration mot lager",
    "Förvaltning",
    "Kundundersökning",
)


def in_pairs(names: str, firsts: tuple[str, ...]) -> list[str]:
    """The names of a list apart by spaces, where a first word such as `Östra` belongs to the next one."""
    words, found = names.split(), []
    while words:
        word = words.pop(0)
        found.append(f"{word} {words.pop(0)}" if word in firsts else word)
    return found
