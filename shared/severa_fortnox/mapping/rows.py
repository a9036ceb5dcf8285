"""One Severa invoice row becomes one Fortnox row with the same net to the öre, and text rows for what does not fit.

Fortnox keeps two decimals of quantity and price and 255 characters of text (`reference` fortnox 6.8, 7.5).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from severa_fortnox.fortnox.models import ROW_TEXT, InvoiceRowPayload
from severa_fortnox.mapping.totals import Line
from severa_fortnox.money import plain, to_ore
from severa_fortnox.reason import Reason
from severa_fortnox.severa.models import InvoiceRow
from severa_fortnox.text import fortnox_text, split_text


@dataclass(frozen=True)
class RowContext:
    """What a row cannot know of itself.

    Args:
        sign: 1, or -1 on a credit note whose quantities Severa writes positive.
        project: Fortnox project number; None for a row without one.
        fallback_article: the article for a row that has several codes or none.
        currency: of the invoice; a row in another one is refused.
    """

    sign: int
    project: str | None
    fallback_article: str | None
    currency: str


@dataclass(frozen=True)
class MappedRow:
    """A Fortnox row, the text rows that follow it, its money, and what a person should know about it."""

    rows: tuple[InvoiceRowPayload, ...]
    line: Line
    notes: tuple[Reason, ...] = ()


def codes_of(row: InvoiceRow) -> tuple[str, ...]:
    """The distinct codes a row was merged from, blank ones left out."""
    return tuple(dict.fromkeys(code.strip() for code in row.code or [] if code.strip()))


def map_row(row: InvoiceRow, position: int, context: RowContext) -> MappedRow | Reason:
    """The row for Fortnox, or why it has none.

    Args:
        row: Severa's row.
        position: 1 for the first row of the invoice, for messages.
        context: see `RowContext`.
    """
    where = {"row": str(position), "text": (row.description or "").strip()[:60]}
    price = row.unitPrice.amount if row.unitPrice else None
    if price is None:
        return Reason("row-price-missing", where)
    if row.unitPrice and row.unitPrice.currencyCode not in {None, context.currency}:
        return Reason("row-currency-differs", {**where, "currency": str(row.unitPrice.currencyCode)})
    net = row.quantity * price * context.sign
    if row.vatRate is None and to_ore(net) != 0:
        return Reason("row-vat-missing", where)
    account = _account(row)
    codes = codes_of(row)
    article = codes[0] if len(codes) == 1 else context.fallback_article
    notes = []
    if len(codes) > 1:
        notes.append(Reason("row-several-codes", {**where, "codes": ", ".join(codes)}))
    if article is None and account is None:
        return Reason("row-without-article-or-account", {**where, "codes": ", ".join(codes) or "none"})

    quantity, sent_price, text = row.quantity * context.sign, price, (row.description or "").strip()
    one_piece = to_ore(to_ore(quantity) * to_ore(price)) != to_ore(net)
    if one_piece:
        # Two decimals would change the money: send the row as one piece at its net, and say what it was. The sign
        # stays with the quantity, as credit notes need it.
        quantity = Decimal(1).copy_sign(quantity)
        sent_price = net * quantity
        text = f"{text} ({_original(row, context.sign, price)})".strip()

    cleaned = fortnox_text(text)
    if cleaned.replaced:
        notes.append(
            Reason("characters-replaced", {"field": f"row {position}", "characters": " ".join(cleaned.replaced)})
        )
    first, *rest = split_text(cleaned.text, ROW_TEXT) or [""]
    return MappedRow(
        rows=(
            InvoiceRowPayload(
                Description=first or None,
                ArticleNumber=article,
                # With an article of its own the row takes the account the article has for the customer's VAT type.
                AccountNumber=account if len(codes) != 1 else None,
                DeliveredQuantity=_number(to_ore(quantity)),
                Price=to_ore(sent_price),
                Unit=None if one_piece else _unit(row),
                VAT=row.vatRate,
                Project=context.project,
            ),
            *text_rows(rest),
        ),
        line=Line(net, row.vatRate or Decimal(0)),
        notes=tuple(notes),
    )


def text_rows(pieces: list[str]) -> tuple[InvoiceRowPayload, ...]:
    """Rows that only say something."""
    return tuple(InvoiceRowPayload(Description=piece) for piece in pieces)


def units_of(rows: list[InvoiceRow]) -> Mapping[str, str]:
    """Each unit the rows use, with the position of the first row that does."""
    found: dict[str, str] = {}
    for position, row in enumerate(rows, start=1):
        unit = _unit(row)
        if unit is not None:
            found.setdefault(unit, str(position))
    return found


def _unit(row: InvoiceRow) -> str | None:
    unit = (row.measurementUnit or "").strip()
    return unit or None


def _account(row: InvoiceRow) -> int | None:
    number = (row.salesAccount.number or "").strip() if row.salesAccount else ""
    return int(number) if len(number) == 4 and number.isascii() and number.isdigit() and number[0] != "0" else None


def _original(row: InvoiceRow, sign: int, price: Decimal) -> str:
    unit = f" {_unit(row)}" if _unit(row) else ""
    return f"{plain(row.quantity * sign)}{unit} x {plain(price)}"


def _number(value: Decimal) -> str:
    """Fortnox reads a quantity as text with a decimal point."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
