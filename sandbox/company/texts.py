"""What people write on invoices: markup, unusual characters, long texts, every Nordic letter."""

from __future__ import annotations

from sandbox.company.books import Books, hours, row, sums, text_row
from sandbox.company.expectations import Expectation, transferred
from sandbox.company.firms import BJORK, NORDIC

#: 600 characters, in the pieces of at most 255 that end where the next word would not fit any more.
PIECES = (
    "Genomgång av företagets inköpsprocess från behovsanmälan till betald leverantörsfaktura: intervjuer med sex "
    "beställare och två attestanter, kartläggning av ramavtal och beloppsgränser, stickprov på trettio "
    "leverantörsfakturor från det senaste kvartalet",
    "samt en jämförelse med koncernens inköpspolicy. Resultatet presenterades för ledningsgruppen den tolfte med "
    "förslag på tre åtgärder: en gemensam beställningsmall, elektronisk attest i två steg och en månatlig uppföljning "
    "av köp utanför avtal. Underlag,",
    "intervjuanteckningar och beräkningar finns i projektets arkiv och lämnas ut på begäran gratis.",
)


def markup(books: Books) -> Expectation:
    # 8 × 1 150 = 9 200; 25 % = 2 300
    invoice = books.invoice(
        BJORK,
        [hours("8", "1150")],
        notes="<p>Tack för ett <b>gott samarbete</b>!</p><p>Frågor? Ring 08-123 45 67.</p>",
        freeText1={
            "value": "<p>Avser avtal {nummer}<br/>Beställare: Åsa &amp; Örjan</p>",
            "text": "<p>Avser avtal NK 2026-14<br/>Beställare: Åsa &amp; Örjan</p>",
        },
        freeText2={"value": "<div>Dröjsmålsränta <i>8 %</i><br>Bankgiro 123-4567</div>"},
    )
    return transferred(
        "notes and free texts with markup",
        invoice,
        # Two paragraphs are read with an empty line between them.
        head=sums("9200", "2300", "11500", Remarks="Tack för ett gott samarbete!\n\nFrågor? Ring 08-123 45 67."),
        rows=(
            text_row("Avser avtal NK 2026-14\nBeställare: Åsa & Örjan"),
            row("8", "1150", "9200"),
            text_row("Dröjsmålsränta 8 %\nBankgiro 123-4567"),
        ),
    )


def unusual_characters(books: Books) -> Expectation:
    # 6 × 1 150 = 6 900; 25 % = 1 725
    invoice = books.invoice(
        BJORK,
        [hours("6", "1150", 'Rapport "Nuläge" – it\'s done… se https://nordanvind.example · klart 🚀')],
        notes="Betala via https://betala.example · ref. 'NK-7'…",
        yourReference='Björn "Nalle" Ek',
    )
    return transferred(
        "quotation marks, ellipsis, dot, web address, emoji",
        invoice,
        head=sums(
            "6900",
            "1725",
            "8625",
            Remarks="Betala via https: //betala.example - ref. ’NK-7’...",
            YourReference="Björn ’Nalle’ Ek",
        ),
        rows=(
            row("6", "1150", "6900", "Rapport ’Nuläge’ – it’s done... se https: //nordanvind.example - klart (rocket)"),
        ),
        noted={"characters-replaced"},
    )


def long_row_text(books: Books) -> Expectation:
    # 15 × 1 150 = 17 250; 25 % = 4 312.50; 21 562.50, half up to 21 563
    free = "Restid utan debitering"
    invoice = books.invoice(BJORK, [hours("15", "1150", " ".join(PIECES)), hours("0", "1150", free)])
    return transferred(
        "row text of 600 characters",
        invoice,
        head=sums("17250", "4312.50", "21563", "0.50"),
        rows=(
            row("15", "1150", "17250", PIECES[0]),
            text_row(PIECES[1]),
            text_row(PIECES[2]),
            row("0", "1150", "0", free),
        ),
    )


def nordic_letters(books: Books) -> Expectation:
    # 9 × 1 200 = 10 800; 25 % = 2 700
    letters = "Å Ä Ö Ø Æ å ä ö ø æ"
    invoice = books.invoice(
        NORDIC,
        [hours("9", "1200", f"Översyn av åtgärder på Ærø: {letters}")],
        notes=letters,
        freeText1={"plainText": f"Över raderna: {letters}"},
        freeText2={"plainText": f"Under raderna: {letters}"},
        ourReference="Åsa Öhrn",
        yourReference="Øyvind Ærlandsson",
        orderNumber="ÄÖ-12-ÆØÅ",
    )
    head = sums(
        "10800",
        "2700",
        "13500",
        CustomerName=NORDIC,
        Address1="Ålstensvägen 7, Ägirs brygga",
        City="Öregrund",
        Remarks=letters,
        OurReference="Åsa Öhrn",
        YourReference="Øyvind Ærlandsson",
        YourOrderNumber="ÄÖ-12-ÆØÅ",
        Project="5101",
    )
    return transferred(
        "Å Ä Ö Ø Æ in every text",
        invoice,
        head=head,
        rows=(
            text_row(f"Över raderna: {letters}"),
            row("9", "1200", "10800", f"Översyn av åtgärder på Ærø: {letters}", Project="5101"),
            text_row(f"Under raderna: {letters}"),
        ),
        creates={
            ("customers", "1021"): {
                "Name": NORDIC,
                "Address1": "Ålstensvägen 7, Ägirs brygga",
                "City": "Öregrund",
                "TermsOfPayment": "30",
                "VATType": "SEVAT",
            },
            ("projects", "5101"): {"Description": "Översyn av bokföring Ærø–Åland, ålderstillägg", "Comments": None},
        },
    )


def long_reference(books: Books) -> Expectation:
    # 5 × 1 150 = 5 750; 25 % = 1 437.50; 7 187.50, half up to 7 188
    reference = "Anna-Karin Söderström-Lindqvist, inköpsavdelningen, kostnadsställe 4711"
    invoice = books.invoice(BJORK, [hours("5", "1150")], yourReference=reference, notes="Enligt avtal.")
    head = sums(
        "5750",
        "1437.50",
        "7188",
        "0.50",
        # The second word ends with character 51, one more than fits.
        YourReference="Anna-Karin Söderström-Lindqvist,",
        Remarks=f"Enligt avtal.\n\nEr referens: {reference}",
    )
    return transferred(
        "reference of more than 50 characters",
        invoice,
        head=head,
        rows=(row("5", "1150", "5750"),),
        noted={"text-continued"},
    )


CASES = (markup, unusual_characters, long_row_text, nordic_letters, long_reference)
