"""Whether a Severa product is linked to, created as or kept from being a Fortnox article (DESIGN 10, product rules)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from severa_fortnox.decisions.decision import Create, Link, Refuse, Skip
from severa_fortnox.decisions.registers import Registers
from severa_fortnox.fortnox.models import Article, ArticlePayload
from severa_fortnox.mapping.products import is_article_number, map_product, name_in_fortnox
from severa_fortnox.reason import Reason
from severa_fortnox.settings import Settings
from severa_fortnox.severa.models import Product
from severa_fortnox.text import folded, is_blank
from severa_fortnox.timing import with_zone

ProductDecision = Create[ArticlePayload] | Link | Skip | Refuse


@dataclass(frozen=True)
class ProductFacts:
    """What is known of one product code and its counterpart.

    Args:
        code: the code as the invoice row has it, trimmed.
        products: the Severa products with exactly that code, in the register the row's kind points to.
        article: the Fortnox article with that number; None when there is none.
        linked: the article number it is linked to; None when it is not linked.
        registers: what exists in Fortnox.
        register: the row's kind, which says what Severa register the code is of; "" when it does not.
    """

    code: str
    products: Sequence[Product]
    article: Article | None
    linked: str | None
    registers: Registers
    register: str = ""

    @property
    def name(self) -> str:
        """How a person knows the product."""
        return f"{self.code} {self.products[0].name}" if self.products else self.code


def decide(facts: ProductFacts, settings: Settings) -> ProductDecision:
    """The decision for one product that an invoice row or the register needs in Fortnox.

    Link needs code and name (trimmed, case-folded); exactly one equal is a conflict. Severa codes need not be unique,
    so among several products with the code the one whose name is the article's is meant.
    """
    about = {"code": facts.code, "name": facts.products[0].name if facts.products else ""}
    if facts.linked is not None:
        if facts.article is not None and not facts.article.Active:
            return Refuse((Reason("article-inactive-in-fortnox", about),))
        return Skip(Reason("already-linked", {"number": facts.linked}))
    if not is_article_number(facts.code):
        return Refuse((Reason("article-number-characters", about),))
    if not facts.products:
        return Refuse((Reason("product-code-unknown", about),))
    if facts.article is not None:
        named = [product for product in facts.products if is_named(product, facts.article)]
        if not named:
            theirs = facts.article.Description or ""
            return Refuse((Reason("article-name-differs", {**about, "fortnox_name": theirs}),))
        if not facts.article.Active:
            return Refuse((Reason("article-inactive-in-fortnox", about),))
        return Link(facts.article.ArticleNumber, "code and name", card={"register": facts.register})
    if len(facts.products) > 1:
        names = ", ".join(product.name for product in facts.products)
        return Refuse((Reason("product-code-ambiguous", {**about, "names": names}),))
    return _create(facts, facts.products[0], settings)


def _create(facts: ProductFacts, product: Product, settings: Settings) -> ProductDecision:
    about = {"code": facts.code, "name": product.name}
    if product.isActive is False:
        return Refuse((Reason("product-inactive-in-severa", about),))
    activated, created = settings.activated_on, product.createdDateTime
    older = activated is not None and created is not None and with_zone(created) < with_zone(activated)
    if older and settings.create_articles == "newer":
        return Refuse((Reason("article-older-than-activation", about),))
    if is_blank(product.name):
        return Refuse((Reason("product-name-missing", about),))
    unit = (product.measurementUnit or "").strip()
    if unit and unit not in facts.registers.units:
        return Refuse((Reason("unit-missing", {"unit": unit, "where": f"product {facts.name}"}),))
    payload, notes = map_product(product, facts.code)
    return Create(payload, notes)


def is_named(product: Product, article: Article) -> bool:
    """Whether the article is called as the product is: trimmed, case-folded, as Fortnox holds it; no name is none."""
    theirs = folded(article.Description)
    return theirs != "" and theirs in {folded(product.name), folded(name_in_fortnox(product))}
