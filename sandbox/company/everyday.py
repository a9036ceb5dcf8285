"""What a consultancy sends every month: hours, fees, travel, fixed prices, files, many rows, new customers."""

from __future__ import annotations

from decimal import Decimal

from sandbox.company.books import Books, fee, hours, row, sums
from sandbox.company.expectations import Expectation, transferred
from sandbox.company.firms import BJORK, EKONOMI, LAKARHUSET, PERMITS, SOLSIDAN, VIND, WIND_MAP
from sandbox.company.papers import pdf
from sandbox.severa import Row, RowType


def plain(books: Books) -> Expectation:
    # 10 × 1 150 = 11 500; 25 % of it = 2 875
    invoice = books.invoice(BJORK, [hours("10", "1150")], yourReference="Karin Björk", orderNumber="PO-4471")
    head = sums(
        "11500",
        "2875",
        "14375",
        CustomerNumber="1001",
        CustomerName=BJORK,
        InvoiceDate=books.day,
        DueDate=books.due(30),
        TermsOfPayment="30",
        Currency="SEK",
        Language="SV",
        Address1="Storgatan 2",
        ZipCode="411 01",
        City="Göteborg",
        Country="Sverige",
        OurReference="Maja Lind",
        YourReference="Karin Björk",
        YourOrderNumber="PO-4471",
        Project="501",
        Remarks="",
        Credit="false",
        CreditInvoiceReference="0",
        VATIncluded=False,
    )
    return transferred("plain", invoice, head=head, rows=(row("10", "1150", "11500", Project="501"),))


def kinds_of_rows(books: Books) -> Expectation:
    # 12.5 × 1 250 = 15 625; 2 × 3 490 = 6 980; 84 × 25 = 2 100; 18 000: together 42 705
    # 25 % = 10 676.25; 53 381.25, in whole kronor 53 381
    rows = [
        hours("12.5", "1250"),
        fee("2", "3490", "Licens för planeringsverktyg", "LICENS"),
        Row(
            description="Resor Göteborg–Kungälv",
            quantity=Decimal(84),
            unit_price=Decimal(25),
            row_type=RowType.TRAVEL,
            measurement_unit="km",
            codes=("MIL",),
        ),
        Row(
            description="Förstudie till fast pris",
            unit_price=Decimal(18000),
            row_type=RowType.FLAT_RATE,
            codes=("FAST",),
        ),
    ]
    stated = (
        row("12.5", "1250", "15625", Project="501"),
        row("2", "3490", "6980", "Licens för planeringsverktyg", ArticleNumber="LICENS", Unit="st", Project="501"),
        row("84", "25", "2100", "Resor Göteborg–Kungälv", ArticleNumber="MIL", Unit="km", Project="501"),
        row("1", "18000", "18000", "Förstudie till fast pris", ArticleNumber="FAST", Unit="", Project="501"),
    )
    head = sums("42705", "10676.25", "53381", "-0.25")
    return transferred("hours, fee, travel and flat rate", books.invoice(BJORK, rows), head=head, rows=stated)


def two_projects(books: Books) -> Expectation:
    # 20 × 1 200 = 24 000; 4 500; 9 000; 5 × 1 200 = 6 000: together 43 500; 25 % = 10 875
    winds, permits = books.projects[WIND_MAP], books.projects[PERMITS]
    rows = [
        hours("20", "1200", "Vindmätning", projects=(winds,)),
        fee("1", "4500", "Kartunderlag", "LICENS", projects=(permits,)),
        Row(
            description="Samrådsunderlag",
            unit_price=Decimal(9000),
            row_type=RowType.FLAT_RATE,
            codes=("FAST",),
            projects=(permits,),
        ),
        hours("5", "1200", "Projektledning", projects=(winds, permits)),
    ]
    stated = (
        row("20", "1200", "24000", "Vindmätning", Project="502"),
        row("1", "4500", "4500", "Kartunderlag", ArticleNumber="LICENS", Unit="st", Project="520"),
        row("1", "9000", "9000", "Samrådsunderlag", ArticleNumber="FAST", Unit="", Project="520"),
        # Hours of both projects merged into one row: no project is right.
        row("5", "1200", "6000", "Projektledning", Project=""),
    )
    return transferred(
        "two projects",
        books.invoice(VIND, rows, projects=[winds, permits]),
        head=sums("43500", "10875", "54375", Project=""),
        rows=stated,
        noted={"row-project-unclear"},
    )


def two_codes(books: Books) -> Expectation:
    # 16 × 1 175 = 18 800; 25 % = 4 700
    invoice = books.invoice(BJORK, [hours("16", "1175", codes=("KONSULT", "PROJEKT"))])
    return transferred(
        "row with two codes",
        invoice,
        head=sums("18800", "4700", "23500"),
        rows=(row("16", "1175", "18800", ArticleNumber="", AccountNumber=3041),),
        noted={"row-several-codes"},
    )


def no_code(books: Books) -> Expectation:
    # 25 % of 6 450 = 1 612.50; 8 062.50, half up to 8 063
    invoice = books.invoice(BJORK, [fee("1", "6450", "Material till workshop")])
    stated = row("1", "6450", "6450", "Material till workshop", ArticleNumber="", AccountNumber=3041, Unit="st")
    return transferred("row without code", invoice, head=sums("6450", "1612.50", "8063", "0.50"), rows=(stated,))


def five_hundred_rows(books: Books) -> Expectation:
    # 0.25 × 480 = 120; 500 of them = 60 000; 25 % = 15 000
    invoice = books.invoice(VIND, support(500))
    stated = tuple(row("0.25", "480", "120", f"Supportärende {number:04}", Project="502") for number in range(1, 501))
    return transferred("500 rows", invoice, head=sums("60000", "15000", "75000"), rows=stated)


def support(cases: int) -> list[Row]:
    """So many quarters of an hour."""
    return [hours("0.25", "480", f"Supportärende {number:04}") for number in range(1, cases + 1)]


def three_attachments(books: Books) -> Expectation:
    # 4 × 1 150 = 4 600; 25 % = 1 150
    invoice = books.invoice(BJORK, [hours("4", "1150")])
    for name in ("Tidrapport", "Kvitton", "Mötesanteckningar åäö"):
        books.severa.add_invoice_file(invoice, f"{name}.pdf", pdf(f"{name}, {BJORK}"))
    stated = (row("4", "1150", "4600"),)
    return transferred("three attachments", invoice, head=sums("4600", "1150", "5750"), rows=stated, attachments=3)


def leading_zeros(books: Books) -> Expectation:
    # 2.5 × 1 150 = 2 875; 25 % = 718.75; 3 593.75, in whole kronor 3 594
    return transferred(
        "customer 01234",
        books.invoice(SOLSIDAN, [hours("2.5", "1150")]),
        head=sums("2875", "718.75", "3594", "0.25", CustomerNumber="01234", Project="513"),
        rows=(row("2.5", "1150", "2875", Project="513"),),
        noted={"customer-number-folded"},
    )


def billed_to_another(books: Books) -> Expectation:
    # 30 × 1 180 = 35 400; 25 % = 8 850
    invoice = books.invoice(
        EKONOMI,
        [hours("30", "1180")],
        customer=books.customers[VIND],
        projects=[books.projects[WIND_MAP]],
    )
    to = {"CustomerNumber": "1003", "CustomerName": EKONOMI, "Address1": "Box 118", "City": "Malmö", "Project": "502"}
    return transferred(
        "billed to another than the project's customer",
        invoice,
        head=sums("35400", "8850", "44250", **to),
        rows=(row("30", "1180", "35400", Project="502"),),
    )


def everything_unknown(books: Books) -> Expectation:
    # 3 × 8 900 = 26 700; 25 % = 6 675
    customer = books.customers[LAKARHUSET]
    books.severa.add_address(customer, addressline="Box 5501", postal_code="114 85", city="Stockholm", postal=True)
    books.severa.add_address(customer, addressline="Linnégatan 14", postal_code="114 47", city="Stockholm", visit=True)
    text = "Utbildning AI i vården, tre tillfällen"
    invoice = books.invoice(LAKARHUSET, [fee("3", "8900", text, "UTB-AI")])
    name = "Införande av nytt journalsystem på Läkarhuset Östermalm, etapp två"
    head = sums("26700", "6675", "33375", CustomerNumber="1020", TermsOfPayment="20", DueDate=books.due(20))
    return transferred(
        "customer, article and project unknown to Fortnox",
        invoice,
        head=head | {"Project": "5100"},
        rows=(row("3", "8900", "26700", text, ArticleNumber="UTB-AI", Unit="st", Project="5100"),),
        creates={
            ("customers", "1020"): {
                "Name": LAKARHUSET,
                "OrganisationNumber": "556950-7714",
                "VATNumber": "SE556950771401",
                "VATType": "SEVAT",
                "Currency": "SEK",
                "TermsOfPayment": "20",
                "Active": True,
                "Email": "faktura@lakarhuset.example",
                "WWW": "www.lakarhuset.example",
                "Phone1": "08-545 10 20",
                "Comments": "Fakturor skickas endast per e-post",
                "GLN": "7381023456788",
                "Address1": "Valhallavägen 91",
                "ZipCode": "114 27",
                "City": "Stockholm",
                "CountryCode": "SE",
                "DeliveryAddress1": "Box 5501",
                "DeliveryZipCode": "114 85",
                "DeliveryCity": "Stockholm",
                "DeliveryCountryCode": "SE",
                "VisitingAddress": "Linnégatan 14",
                "VisitingZipCode": "114 47",
                "VisitingCity": "Stockholm",
                "VisitingCountryCode": "SE",
            },
            ("articles", "UTB-AI"): {
                "Description": "Utbildning AI i vården",
                "Type": "SERVICE",
                "Unit": "st",
                "VAT": 25,
                "Active": True,
            },
            ("projects", "5100"): {
                # The 50th character is inside "Östermalm".
                "Description": "Införande av nytt journalsystem på Läkarhuset",
                "Comments": name,
                "Status": "ONGOING",
                # It has no start date in Severa: the day it was made there.
                "StartDate": books.today,
                "EndDate": None,
            },
        },
        noted={"project-name-cut"},
    )


CASES = (
    plain,
    kinds_of_rows,
    two_projects,
    two_codes,
    no_code,
    five_hundred_rows,
    three_attachments,
    leading_zeros,
    billed_to_another,
    everything_unknown,
)
