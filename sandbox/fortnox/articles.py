"""``/3/articles``"""

from __future__ import annotations

from typing import ClassVar

from sandbox.fortnox import drafting
from sandbox.fortnox.arithmetic import short
from sandbox.fortnox.collection import Collection
from sandbox.fortnox.errors import Code, Refused
from sandbox.fortnox.fields import Table, decimal
from sandbox.fortnox.listing import Listing, contains, flag
from sandbox.fortnox.references import require_account, require_unit
from sandbox.fortnox.shapes import Record
from sandbox.fortnox.tables import ARTICLE

_ITEM_FLAGS = ("Housework", "WebshopArticle")
_ITEM_NUMBERS = ("DisposableQuantity", "PurchasePrice", "QuantityInStock", "ReservedQuantity", "StockValue")


class Articles(Collection):
    """Articles. Prices are kept elsewhere, so SalesPrice is always null here."""

    name = "articles"
    wrapper = "Article"
    plural = "Articles"
    scopes = ("article",)
    table: ClassVar[Table] = ARTICLE
    absent = ("Kan inte hitta artikeln.", Code.NO_ARTICLE)
    location = "articles"
    listing = Listing(
        filters={
            "articlenumber": contains("ArticleNumber"),
            "description": contains("Description"),
            "ean": contains("EAN"),
            "suppliernumber": contains("SupplierNumber"),
            "manufacturer": contains("Manufacturer"),
            "manufacturerarticlenumber": contains("ManufacturerArticleNumber"),
            "webshop": flag("WebshopArticle"),
        },
        named={"active": lambda article: article["Active"], "inactive": lambda article: not article["Active"]},
        sorts={
            "articlenumber": "ArticleNumber",
            "quantityinstock": "QuantityInStock",
            "reservedquantity": "ReservedQuantity",
            "stockvalue": "StockValue",
        },
    )

    def blank(self, sent: Record) -> Record:
        return drafting.blank_article(self.state, sent)

    def item(self, record: Record) -> Record:
        """A list writes an article's numbers as texts."""
        return {
            "ArticleNumber": record["ArticleNumber"],
            "Description": record["Description"],
            "EAN": record["EAN"],
            "SalesPrice": None,
            "StockPlace": record["StockPlace"] or "",
            "Unit": record["Unit"],
            "VAT": short(decimal(record["VAT"])) if record["VAT"] else None,  # 0 was recorded as null
            **{name: record[name] for name in _ITEM_FLAGS},
            **{name: short(decimal(record[name])) for name in _ITEM_NUMBERS},
        }

    def require_free(self, number: str) -> None:
        if self.register.taken(number):
            raise Refused(f'Artikelnumret "{number}" är redan taget', Code.ARTICLE_NUMBER_TAKEN)

    def prepared(self, record: Record) -> Record:
        require_unit(self.state, record["Unit"])
        require_account(self.state, record["SalesAccount"])
        return record | {"DisposableQuantity": record["QuantityInStock"]}

    def in_use(self, number: str) -> bool:
        return any(row["ArticleNumber"] == number for i in self.state.invoices for row in i["InvoiceRows"])
