"""Invoice rows: what they may refer to, what they take from the article, and how an update finds its row again."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sandbox.fortnox import shapes
from sandbox.fortnox.arithmetic import short
from sandbox.fortnox.errors import Code, Invented, Refused
from sandbox.fortnox.fields import decimal, merged
from sandbox.fortnox.references import require_account, require_cost_centre, require_project, require_unit
from sandbox.fortnox.shapes import Record
from sandbox.fortnox.tables import ROW

if TYPE_CHECKING:
    from sandbox.fortnox.state import FortnoxState

_RATES = {"MP1": 25, "MP2": 12, "MP3": 6, "MF": 0}
#: Which of an article's accounts a sale goes to, by the customer's VAT type.
_ARTICLE_ACCOUNT = {
    "SEREVERSEDVAT": "ConstructionAccount",
    "EUREVERSEDVAT": "EUAccount",
    "EUVAT": "EUVATAccount",
    "EXPORT": "ExportAccount",
}
#: Customers of these VAT types pay no VAT to us, whatever a row says.
WITHOUT_VAT = frozenset({"SEREVERSEDVAT", "EUREVERSEDVAT", "EXPORT"})


def new(state: FortnoxState, sent: list[Record], vat_type: str) -> list[Record]:
    """The rows of a new invoice.

    Raises:
        Refused: a row refers to what does not exist, or has an amount and nowhere to book it.
    """
    return [_row(state, row, vat_type) for row in sent]


def updated(state: FortnoxState, old: list[Record], sent: list[Record], vat_type: str) -> list[Record]:
    """The rows after an update: by RowId when any row names one, else by position (`reference` fortnox 7.5).

    By id: a named row is updated, a row without id is new, the rest are deleted. By position the full set is sent and
    a row keeps only its old discount. Every row gets a new id either way.
    """
    if any(row.get("RowId") for row in sent):
        by_id = {row["RowId"]: {name: row[name] for name in ROW if ROW[name].writable} for row in old}
        return new(state, [{**by_id.get(row.get("RowId", 0), {}), **row} for row in sent], vat_type)
    kept: list[Record] = [{"Discount": row["Discount"], "DiscountType": row["DiscountType"]} for row in old]
    kept += [{} for _ in sent[len(old) :]]
    return new(state, [{**before, **row} for before, row in zip(kept, sent, strict=False)], vat_type)


def negated(row: Record) -> Record:
    """The same row the other way round, as a request would write it."""
    copied = {name: row[name] for name in ROW if ROW[name].writable and name != "RowId" and row[name] not in (None, "")}
    return copied | {"DeliveredQuantity": short(-decimal(row["DeliveredQuantity"]))}


def vat_of_account(state: FortnoxState, account: int | str | None) -> int:
    """The rate an account's VAT code stands for; 0 when it has none."""
    card = state.accounts.get(str(account))
    return _RATES.get(card["VATCode"] or "", 0) if card else 0


def _row(state: FortnoxState, sent: Record, vat_type: str) -> Record:
    article = _article(state, sent.get("ArticleNumber"))
    blank = {**shapes.row(), **_from_article(article, vat_type)}
    row = merged(blank, blank, sent)
    require_unit(state, row["Unit"])
    require_project(state, row["Project"])
    require_cost_centre(state, row["CostCenter"])
    require_account(state, row["AccountNumber"])
    _require_somewhere_to_book(state, row)
    row["VAT"] = _rate(state, row, given=sent.get("VAT") not in (None, "") or article is not None)
    if vat_type in WITHOUT_VAT:
        row["VAT"] = 0
    if row["DiscountType"] == "PERCENT" and decimal(row["Discount"]) > 100:
        raise Refused("Ogiltig rabatt. Får inte överstiga 100 %", Invented.DISCOUNT)
    row["RowId"] = state.next_in("rows")
    return row


def _article(state: FortnoxState, number: str | None) -> Record | None:
    if not number:
        return None
    article = state.articles.get(number)
    if article is None:
        raise Refused(f'Kunde inte hitta artikel "{number}".', Code.DOCUMENT_ARTICLE)
    if not article["Active"]:
        raise Refused(f'Artikeln "{number}" är inaktiv.', Invented.ARTICLE_INACTIVE)
    return article


def _from_article(article: Record | None, vat_type: str) -> dict[str, Any]:
    if article is None:
        return {}
    account = article.get(_ARTICLE_ACCOUNT.get(vat_type, "SalesAccount")) or article["SalesAccount"]
    return {
        "AccountNumber": int(account) if account else None,
        "Description": article["Description"],
        "Unit": article["Unit"] or "",
        "VAT": article["VAT"] or 0,
    }


def _require_somewhere_to_book(state: FortnoxState, row: Record) -> None:
    """An amount needs an account, its own or the article's; text alone needs one only by the switch."""
    if row["AccountNumber"] or row["ArticleNumber"]:
        return
    has_amount = decimal(row["Price"]) != 0 or decimal(row["DeliveredQuantity"]) != 0
    if has_amount or (row["Description"] and state.switches.text_rows_need_account):
        raise Refused("Kunde inte hitta konto.", Code.DOCUMENT_ACCOUNT)


def _rate(state: FortnoxState, row: Record, *, given: bool) -> Decimal | int:
    if not given:
        return vat_of_account(state, row["AccountNumber"])
    rate = decimal(row["VAT"])
    if rate not in state.company.vat_rates:
        raise Refused(f"Momssatsen {short(rate)} finns inte.", Invented.UNKNOWN_VAT)
    return rate
