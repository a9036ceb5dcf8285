"""A Severa product of any register becomes a Fortnox article (DESIGN 10, `reference` product 1.4)."""

from __future__ import annotations

from severa_fortnox.fortnox.models import ARTICLE_NAME, ARTICLE_NUMBER, ArticlePayload
from severa_fortnox.reason import Reason
from severa_fortnox.severa.models import Product
from severa_fortnox.text import cut_at_word, fortnox_text

#: Signs Fortnox permits in an article number beside letters and digits (`reference` product 34).
ARTICLE_NUMBER_SIGNS = frozenset("_-/\\+$")


def is_article_number(code: str) -> bool:
    """Whether Fortnox takes the code as an article number: not too long, no spaces, few signs."""
    return 0 < len(code) <= ARTICLE_NUMBER and all(
        character.isalnum() or character in ARTICLE_NUMBER_SIGNS for character in code
    )


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
            Description=cut_at_word(cleaned.text, ARTICLE_NAME),
            # Severa bills work, travel and resold goods from a project, never from stock.
            Type="SERVICE",
            Unit=unit or None,
            VAT=product.vatRate,
        ),
        tuple(notes),
    )
