"""A new record of each resource, unset fields as Fortnox answers them: null on some, "" on others (`reference` 7)."""

from __future__ import annotations

from typing import Any

Record = dict[str, Any]


def _all(value: Any, names: str) -> Record:
    return dict.fromkeys(names.split(), value)


def customer() -> Record:
    """A customer card of which nothing was given."""
    return {
        **_all(None, "Address1 Address2 City Country Comments"),
        "Currency": "SEK",
        **_all(None, "CostCenter CountryCode"),
        "Active": True,
        "CustomerNumber": "",
        "DefaultDeliveryTypes": _all("PRINT", "Invoice Order Offer"),
        "DefaultTemplates": _all("DEFAULTTEMPLATE", "Order Offer Invoice CashInvoice"),
        **_all(None, "DeliveryAddress1 DeliveryAddress2 DeliveryCity DeliveryCountry DeliveryCountryCode DeliveryFax"),
        **_all(None, "DeliveryName DeliveryPhone1 DeliveryPhone2 DeliveryZipCode"),
        **_all("", "Email EmailInvoice EmailInvoiceBCC EmailInvoiceCC EmailOffer EmailOfferBCC EmailOfferCC"),
        **_all("", "EmailOrder EmailOrderBCC EmailOrderCC"),
        **_all(None, "ExternalReference Fax GLN GLNDelivery InvoiceAdministrationFee InvoiceDiscount InvoiceFreight"),
        "InvoiceRemark": "",
        "Name": "",
        **_all("", "OrganisationNumber OurReference"),
        **_all(None, "Phone1 Phone2"),
        "PriceList": "A",
        "Project": "",
        "SalesAccount": None,
        "ShowPriceVATIncluded": False,
        **_all("", "TermsOfDelivery TermsOfPayment"),
        "Type": "COMPANY",
        "VATNumber": "",
        "VATType": "SEVAT",
        **_all(None, "VisitingAddress VisitingCity VisitingCountry VisitingCountryCode VisitingZipCode"),
        **_all("", "WayOfDelivery WWW YourReference"),
        "ZipCode": None,
    }


def article() -> Record:
    """An article of which nothing was given; its accounts and VAT come from the company's predefined accounts."""
    return {
        "ArticleNumber": "",
        "Bulky": False,
        "ConstructionAccount": 0,
        "Depth": 0,
        "Description": "",
        "DisposableQuantity": 0,
        "EAN": "",
        **_all(0, "EUAccount EUVATAccount ExportAccount Height"),
        "Housework": False,
        "HouseworkType": None,
        "Active": True,
        "Manufacturer": None,
        **_all("", "ManufacturerArticleNumber Note"),
        **_all(0, "PurchaseAccount PurchasePrice QuantityInStock ReservedQuantity SalesAccount"),
        "StockGoods": False,
        "StockPlace": None,
        **_all(0, "StockValue StockWarning"),
        **_all(None, "SupplierName SupplierNumber"),
        "Type": "STOCK",
        "Unit": None,
        "VAT": 0,
        "WebshopArticle": False,
        **_all(0, "Weight Width"),
        "Expired": False,
        **_all(None, "SalesPrice CostCalculationMethod StockAccount StockChangeAccount DirectCost FreightCost"),
        **_all(None, "OtherCost DefaultStockPoint DefaultStockLocation"),
    }


def project() -> Record:
    """A project of which nothing was given."""
    return {
        **_all(None, "Comments ContactPerson"),
        "Description": "",
        **_all(None, "EndDate ProjectLeader"),
        "ProjectNumber": "",
        "Status": "ONGOING",
        "StartDate": None,
    }


def unit() -> Record:
    """A unit of which nothing was given."""
    return {"Code": "", "CodeEnglish": "", "Description": ""}


def currency() -> Record:
    """A currency of which nothing was given."""
    return {"BuyRate": 1, "Code": "", "Date": None, "Description": "", "IsAutomatic": False, "SellRate": 1, "Unit": 1}


def terms_of_payment() -> Record:
    """Terms of payment of which nothing was given."""
    return {"Code": "", "Description": ""}


def account() -> Record:
    """An account of which nothing was given."""
    return {
        "Active": True,
        **_all(0, "BalanceBroughtForward BalanceCarriedForward"),
        "CostCenter": None,
        **_all("ALLOWED", "CostCenterSettings ProjectSettings QuantitySettings TransactionInformationSettings"),
        "Description": "",
        "Number": 0,
        "OpeningQuantities": [],
        **_all(None, "Project QuantityUnit TransactionInformation VATCode"),
        "SRU": 0,
        "Year": 1,
    }


def invoice() -> Record:
    """An invoice of which nothing was given."""
    return {
        **_all(0, "AdministrationFee AdministrationFeeVAT"),
        **_all("", "Address1 Address2"),
        **_all(0, "Balance BasisTaxReduction"),
        **_all(False, "Booked Cancelled"),
        **_all("", "City Comments"),
        **_all(0, "ContractReference ContributionPercent ContributionValue"),
        **_all("", "Country CostCenter"),
        "Credit": "false",
        "CreditInvoiceReference": "0",
        "Currency": "SEK",
        **_all(1, "CurrencyRate CurrencyUnit"),
        **_all("", "CustomerName CustomerNumber DeliveryAddress1 DeliveryAddress2 DeliveryCity DeliveryCountry"),
        "DeliveryDate": None,
        **_all("", "DeliveryName DeliveryZipCode DocumentNumber DueDate"),
        "EDIInformation": {
            **_all(None, "EDIGlobalLocationNumber EDIGlobalLocationNumberDelivery EDIInvoiceExtra1 EDIInvoiceExtra2"),
            **_all(None, "EDIOurElectronicReference EDIYourElectronicReference"),
            "EDIStatus": "",
        },
        "EmailInformation": {
            "EmailAddressFrom": None,
            "EmailAddressTo": "",
            **_all(None, "EmailAddressCC EmailAddressBCC"),
            "EmailSubject": "Faktura {no} bifogas",
            "EmailBody": " ",
        },
        "EUQuarterlyReport": False,
        **_all("", "ExternalInvoiceReference1 ExternalInvoiceReference2"),
        **_all(0, "Freight FreightVAT Gross"),
        "HouseWork": False,
        **_all("", "InvoiceDate InvoicePeriodStart InvoicePeriodEnd"),
        "InvoiceReference": "0",
        "InvoiceRows": [],
        "InvoiceType": "INVOICE",
        "Labels": [],
        "Language": "SV",
        "LastRemindDate": None,
        "Net": 0,
        **_all(False, "NotCompleted NoxFinans"),
        "OCR": "",
        **_all("0", "OfferReference OrderReference"),
        **_all("", "OrganisationNumber OurReference PaymentWay Phone1 Phone2"),
        "PriceList": "A",
        "PrintTemplate": "st",
        "Project": "",
        "WarehouseReady": True,
        **_all("", "OutboundDate Remarks"),
        **_all(0, "Reminders RoundOff"),
        "Sent": False,
        "TaxReduction": None,
        **_all("", "TermsOfDelivery TermsOfPayment"),
        "TimeBasisReference": None,
        **_all(0, "Total TotalToPay TotalVAT"),
        "VATIncluded": False,
        **_all(None, "VoucherNumber VoucherSeries VoucherYear"),
        **_all("", "WayOfDelivery YourOrderNumber YourReference ZipCode"),
        "AccountingMethod": "ACCRUAL",
        "FinalPayDate": None,
        "TaxReductionType": "none",
    }


def row() -> Record:
    """An invoice row of which nothing was given."""
    return {
        "AccountNumber": None,
        "ArticleNumber": "",
        **_all("0", "ContributionPercent ContributionValue"),
        "Cost": 0,
        "CostCenter": "",
        "DeliveredQuantity": "0",
        "Description": "",
        "Discount": 0,
        "DiscountType": "PERCENT",
        "HouseWork": False,
        **_all(None, "HouseWorkHoursToReport HouseWorkType"),
        **_all(0, "Price PriceExcludingVAT"),
        "Project": "",
        "RowId": 0,
        "StockPointCode": None,
        **_all(0, "Total TotalExcludingVAT"),
        "Unit": "",
        "VAT": 0,
        "VATCode": None,
    }


def payment() -> Record:
    """An invoice payment of which nothing was given."""
    return {
        **_all(0, "Amount AmountCurrency"),
        "Booked": False,
        "Currency": "SEK",
        **_all(1, "CurrencyRate CurrencyUnit"),
        **_all("", "ExternalInvoiceReference1 ExternalInvoiceReference2 InvoiceCustomerName InvoiceCustomerNumber"),
        "InvoiceDueDate": None,
        "InvoiceNumber": 0,
        **_all("", "InvoiceOCR InvoiceTotal"),
        "ModeOfPayment": "BG",
        "ModeOfPaymentAccount": 1920,
        "Number": "",
        "PaymentDate": None,
        "Source": "manual",
        **_all(None, "VoucherNumber VoucherSeries VoucherYear"),
        "WriteOffs": [],
    }
