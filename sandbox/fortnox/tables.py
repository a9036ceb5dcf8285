"""Which fields each resource takes, with their types, limits and writers (`reference` fortnox 7)."""

from __future__ import annotations

from dataclasses import replace

from sandbox.fortnox.fields import Field, Kind, Table, choice, integer, read_only, same, text, words

MOST_ROWS = 500

FLAG = Field(Kind.BOOLEAN)
NUMBER = Field(Kind.NUMBER)
DATE = Field(Kind.DATE)
ANY_TEXT = text()
LONG = text(1024)
REFERENCE = text(50)
COUNTRY_CODE = text(2, shortest=2)
GLN = text(13, shortest=13)
ACCOUNT = integer(1000, 9999)
ARTICLE_ACCOUNT = integer(1000, 99999)
MEASURE = integer(0, 999_999_999)
CURRENCY = text(3, shortest=3)

_DELIVERY = choice("PRINT", "EMAIL", "PRINTSERVICE")

CUSTOMER: Table = {
    **read_only("@url Country DeliveryCountry VisitingCountry"),
    **same(LONG, "Address2 City Comments CustomerNumber DeliveryAddress1 DeliveryAddress2 DeliveryCity DeliveryFax"),
    **same(LONG, "DeliveryName DeliveryPhone1 DeliveryPhone2 Email EmailInvoice EmailInvoiceBCC EmailInvoiceCC"),
    **same(LONG, "EmailOffer EmailOfferBCC EmailOfferCC EmailOrder EmailOrderBCC EmailOrderCC ExternalReference Fax"),
    **same(LONG, "InvoiceRemark Phone1 Phone2"),
    **same(ANY_TEXT, "CostCenter InvoiceAdministrationFee InvoiceFreight OrganisationNumber PriceList Project"),
    **same(ANY_TEXT, "TermsOfDelivery TermsOfPayment VATNumber WayOfDelivery"),
    **same(COUNTRY_CODE, "CountryCode DeliveryCountryCode VisitingCountryCode"),
    **same(text(10), "DeliveryZipCode VisitingZipCode ZipCode"),
    **same(text(128), "VisitingAddress VisitingCity WWW"),
    **same(REFERENCE, "OurReference YourReference"),
    **same(GLN, "GLN GLNDelivery"),
    **same(FLAG, "Active ShowPriceVATIncluded"),
    "Name": text(1024, shortest=1, required=True),
    "Address1": text(1024, shortest=1),
    "Currency": CURRENCY,
    "InvoiceDiscount": NUMBER,
    "SalesAccount": text(4, shortest=4),
    "Type": choice("PRIVATE", "COMPANY"),
    "VATType": choice("SEVAT", "SEREVERSEDVAT", "EUREVERSEDVAT", "EUVAT", "EXPORT"),
    "DefaultDeliveryTypes": Field(Kind.OBJECT, fields=same(_DELIVERY, "Invoice Order Offer")),
    "DefaultTemplates": Field(Kind.OBJECT, fields=same(ANY_TEXT, "Invoice Order Offer CashInvoice")),
}

_HOUSEWORK = words(
    "CONSTRUCTION ELECTRICITY GLASSMETALWORK GROUNDDRAINAGEWORK MASONRY PAINTINGWALLPAPERING HVAC CLEANING "
    "TEXTILECLOTHING SNOWPLOWING GARDENING BABYSITTING OTHERCARE OTHERCOSTS SOLARCELLS STORAGESELFPRODUCEDELECTRICITY "
    "CHARGINGSTATIONELECTRICVEHICLE HOMEMAINTENANCE FURNISHING TRANSPORTATIONSERVICES WASHINGANDCAREOFCLOTHING"
)

ARTICLE: Table = {
    **read_only("@url DisposableQuantity ReservedQuantity SalesPrice StockValue SupplierName"),
    **same(ARTICLE_ACCOUNT, "ConstructionAccount EUAccount EUVATAccount ExportAccount PurchaseAccount SalesAccount"),
    **same(integer(), "StockAccount StockChangeAccount"),
    **same(FLAG, "Active Bulky Expired Housework StockGoods WebshopArticle"),
    **same(MEASURE, "Depth Height Weight Width"),
    **same(NUMBER, "DirectCost FreightCost OtherCost PurchasePrice QuantityInStock StockWarning VAT"),
    **same(REFERENCE, "ArticleNumber Manufacturer ManufacturerArticleNumber"),
    **same(ANY_TEXT, "CostCalculationMethod DefaultStockLocation DefaultStockPoint SupplierNumber Unit"),
    "Description": text(200, shortest=1, required=True),
    "EAN": text(30),
    "HouseworkType": choice(*_HOUSEWORK, "COOKING", "TUTORING", "EMPTYHOUSEWORK"),
    "Note": text(10000),
    "StockPlace": text(100),
    "Type": choice("STOCK", "SERVICE"),
}

PROJECT: Table = {
    **read_only("@url"),
    **same(REFERENCE, "ContactPerson ProjectLeader"),
    **same(DATE, "StartDate EndDate"),
    "Comments": text(512),
    "Description": text(50, shortest=1, required=True),
    "ProjectNumber": text(20),
    "Status": choice("NOTSTARTED", "ONGOING", "COMPLETED"),
}

UNIT: Table = {
    **read_only("@url"),
    "Code": text(20, shortest=1, required=True),
    "Description": text(100, shortest=1, required=True),
    "CodeEnglish": text(100),
}

CURRENCY_CARD: Table = {
    **read_only("@url Date IsAutomatic"),
    **same(NUMBER, "BuyRate SellRate Unit"),
    "Code": text(3, shortest=3, required=True),
    "Description": text(required=True),
}

TERMS_OF_PAYMENT: Table = {
    **read_only("@url"),
    "Code": text(25, shortest=1, required=True),
    "Description": text(required=True),
}

_SETTING = choice("ALLOWED", "MANDATORY", "NOTALLOWED")

ACCOUNT_CARD: Table = {
    **read_only("@url Year BalanceCarriedForward"),
    **same(_SETTING, "CostCenterSettings ProjectSettings TransactionInformationSettings QuantitySettings"),
    **same(ANY_TEXT, "CostCenter Project TransactionInformation VATCode QuantityUnit"),
    "Active": FLAG,
    "BalanceBroughtForward": NUMBER,
    "Description": text(200, shortest=1, required=True),
    "Number": replace(ACCOUNT, required=True),
    "SRU": integer(),
}

PREDEFINED_ACCOUNT: Table = {**read_only("@url Name"), "Account": replace(ACCOUNT, required=True)}

ROW: Table = {
    **read_only("ContributionPercent ContributionValue Cost PriceExcludingVAT Total TotalExcludingVAT"),
    **same(NUMBER, "Discount Price VAT"),
    **same(ANY_TEXT, "ArticleNumber CostCenter Project StockPointCode Unit VATCode"),
    "AccountNumber": ACCOUNT,
    "DeliveredQuantity": Field(Kind.QUANTITY),
    "Description": text(255),
    "DiscountType": choice("AMOUNT", "PERCENT"),
    "HouseWork": FLAG,
    "HouseWorkHoursToReport": integer(highest=999),
    "HouseWorkType": choice(*_HOUSEWORK, "MAJORAPPLIANCEREPAIR", "MOVINGSERVICES", "ITSERVICES"),
    "RowId": integer(),
}

_EDI: Table = {
    **read_only("EDIStatus"),
    **same(text(13), "EDIGlobalLocationNumber EDIGlobalLocationNumberDelivery"),
    **same(ANY_TEXT, "EDIInvoiceExtra1 EDIInvoiceExtra2 EDIOurElectronicReference EDIYourElectronicReference"),
}
_EMAIL: Table = {
    **same(ANY_TEXT, "EmailAddressFrom EmailAddressTo EmailAddressCC EmailAddressBCC"),
    "EmailSubject": Field(Kind.TEXT, longest=100, any_character=True),  # holds {no} by default
    "EmailBody": Field(Kind.TEXT, longest=20000, any_character=True),
}

INVOICE: Table = {
    **read_only("@url @urlTaxReductionList AccountingMethod AdministrationFeeVAT Balance BasisTaxReduction Booked"),
    **read_only("Cancelled ContractReference ContributionPercent ContributionValue Credit FinalPayDate FreightVAT"),
    **read_only("Gross HouseWork InvoicePeriodEnd InvoicePeriodReference InvoicePeriodStart InvoiceReference"),
    **read_only("LastRemindDate Net NoxFinans OfferReference OrderReference OrganisationNumber Reminders RoundOff"),
    **read_only("Sent TaxReduction TimeBasisReference Total TotalToPay TotalVAT VoucherNumber VoucherSeries"),
    **read_only("VoucherYear WarehouseReady"),
    **same(LONG, "City Comments DeliveryAddress1 DeliveryAddress2 DeliveryCity DeliveryName DeliveryZipCode"),
    **same(LONG, "Phone1 Phone2 Remarks ZipCode"),
    **same(ANY_TEXT, "Address1 Address2 CostCenter Country CreditInvoiceReference Currency CustomerName"),
    **same(ANY_TEXT, "DeliveryCountry DocumentNumber OCR PriceList PrintTemplate Project TermsOfDelivery"),
    **same(ANY_TEXT, "TermsOfPayment WayOfDelivery"),
    **same(text(80), "ExternalInvoiceReference1 ExternalInvoiceReference2"),
    **same(REFERENCE, "OurReference YourReference"),
    **same(NUMBER, "AdministrationFee CurrencyRate Freight"),
    **same(FLAG, "EUQuarterlyReport NotCompleted VATIncluded"),
    **same(DATE, "DeliveryDate DueDate InvoiceDate OutboundDate"),
    "CurrencyUnit": integer(),
    "CustomerNumber": text(required=True),
    "EDIInformation": Field(Kind.OBJECT, fields=_EDI),
    "EmailInformation": Field(Kind.OBJECT, fields=_EMAIL),
    "InvoiceRows": Field(Kind.LIST, longest=MOST_ROWS, fields=ROW),
    "InvoiceType": choice("INVOICE", "AGREEMENTINVOICE", "INTRESTINVOICE", "SUMMARYINVOICE", "CASHINVOICE"),
    "Labels": Field(Kind.LIST, fields={"Id": integer(required=True)}),
    "Language": choice("SV", "EN"),
    "PaymentWay": choice("CASH", "CARD", "AG"),
    "TaxReductionType": choice("none", "rot", "rut", "green"),
    "YourOrderNumber": text(75),
}

PAYMENT: Table = {
    **read_only("@url Booked Currency CurrencyUnit ExternalInvoiceReference1 ExternalInvoiceReference2"),
    **read_only("InvoiceCustomerName InvoiceCustomerNumber InvoiceDueDate InvoiceOCR InvoiceTotal Number Source"),
    **read_only("VoucherNumber VoucherSeries VoucherYear"),
    **same(NUMBER, "Amount AmountCurrency CurrencyRate"),
    "InvoiceNumber": integer(required=True),
    "ModeOfPayment": ANY_TEXT,
    "ModeOfPaymentAccount": ACCOUNT,
    "PaymentDate": DATE,
    "WriteOffs": Field(
        Kind.LIST,
        fields={
            **same(ANY_TEXT, "CostCenter Currency Description Project TransactionInformation"),
            "Amount": NUMBER,
            "AccountNumber": ACCOUNT,
        },
    ),
}
