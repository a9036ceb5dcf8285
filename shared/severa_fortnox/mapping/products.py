"""A Severa product of any register and a Fortnox article, each in the other's terms.

Source: DESIGN 10, `reference` product 1.4.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from severa_fortnox.fortnox.models import ARTICLE_NAME, ARTICLE_NUMBER, Article, ArticlePayload
from severa_fortnox.mapping.fields import Values
from severa_fortnox.reason import Reason
from severa_fortnox.severa.models import Product
from severa_fortnox.text import cut_at_word, folded, fortnox_text

#: Signs Fortnox permits in an article number beside letters and digits (`reference` product 34).
ARTICLE_NUMBER_SIGNS = frozenset("_-/\\+$")


def is_article_number(code: str) -> bool:
    """Whether Fortnox takes the code as an article number: not too long, no spaces, few signs."""
    return 0 < len(code) <= ARTICLE_NUMBER and all(
        character.isalnum() or character in ARTICLE_NUMBER_SIGNS for character in code
    )


def is_named(product: Product, article: Article) -> bool:
    """Whether the article is called as the product is: trimmed, case-folded, as Fortnox holds it; no name is none."""
    theirs = folded(article.Description)
    return theirs != "" and theirs in {folded(product.name), folded(name_in_fortnox(product))}


def map_product(product: Product, code: str) -> tuple[ArticlePayload, tuple[Reason, ...]]:
    """The new article and what a person should know about it.

    Args:
        product: Severa's product, work type or travel expense type.
        code: its code, trimmed, known to be a valid article number.
    """
    cleaned = fortnox_text(product.name.strip())
    notes = []
    if cleaned.replaced:
        notes.append(Reason("characters-replaced", {"field": "name", "characters": " ".join(cleaned.replaced)}))
    if len(cleaned.text) > ARTICLE_NAME:
        notes.append(Reason("text-shortened", {"field": "name", "limit": str(ARTICLE_NAME), "text": cleaned.text}))
    unit = (product.measurementUnit or "").strip()
    return (
        ArticlePayload(
            ArticleNumber=code,
            Description=name_in_fortnox(product),
            # Severa bills work, travel and resold goods from a project, never from stock.
            Type="SERVICE",
            Unit=unit or None,
            VAT=product.vatRate,
        ),
        tuple(notes),
    )


def name_in_fortnox(product: Product) -> str:
    """The product's name as Fortnox holds it: its characters permitted, cut to 200 characters at a word."""
    return cut_at_word(fortnox_text(product.name.strip()).text, ARTICLE_NAME)


def values_of_product(product: Product, *, has_unit: bool) -> Values:
    """What of a Severa product may change on the other side: unit and VAT, in the form Fortnox can hold.

    Args:
        has_unit: False for work types, which have neither; then nothing can be compared.
    """
    if not has_unit:
        return {}
    return {"Unit": (product.measurementUnit or "").strip() or None, "VAT": percent(product.vatRate)}


def values_of_article(article: Article) -> Values:
    """The same of a Fortnox article; no rate is none, not 0 %."""
    return {"Unit": article.Unit, "VAT": percent(article.VAT)}


def article_fields(values: Values, keys: tuple[str, ...]) -> dict[str, Any]:
    """The values under Fortnox's names, to be sent; None clears a field."""
    return {key: _decimal(values[key]) if key == "VAT" else values[key] for key in keys}


def product_fields(values: Values, keys: tuple[str, ...]) -> dict[str, Any]:
    """The values under Severa's names."""
    names = {"Unit": "measurementUnit", "VAT": "vatRate"}
    return {names[key]: _decimal(values[key]) if key == "VAT" else values[key] for key in keys}


def percent(rate: Decimal | None) -> str | None:
    """A VAT rate as text, the same for 25, 25.0 and 25.00."""
    return None if rate is None else f"{rate.normalize():f}"


def _decimal(rate: str | None) -> Decimal | None:
    return None if rate is None else Decimal(rate)
