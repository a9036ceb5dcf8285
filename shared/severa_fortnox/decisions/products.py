"""Whether a Severa product is linked to, created as or kept from being a Fortnox article (DESIGN 10, product rules)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from severa_fortnox.decisions.decision import Create, Link, Refuse, Skip
from severa_fortnox.decisions.pairs import BOTH, Surroundings
from severa_fortnox.decisions.product_pairs import Agreement, ProductPair, agreement, decide_pair
from severa_fortnox.decisions.registers import Registers
from severa_fortnox.fortnox.models import Article, ArticlePayload
from severa_fortnox.fortnox.unknowns import VAT_RATES
from severa_fortnox.mapping.products import is_article_number, is_named
from severa_fortnox.reason import Reason
from severa_fortnox.settings import Settings
from severa_fortnox.severa.models import Product

ProductDecision = Create[ArticlePayload] | Link | Skip | Refuse


@dataclass(frozen=True)
class ProductFacts:
    """What is known of one product code of an invoice, and of its counterpart.

    Args:
        code: the code as the invoice row has it, trimmed.
        products: the Severa products with exactly that code, in the register the row's kind points to.
        article: the Fortnox article that has the code, or the name; None when there is none.
        linked: the article number it is linked to; None when it is not linked.
        registers: what exists in Fortnox.
        register: which of Severa's registers the products are of.
        alike: as in `ProductPair`.
        rivals: as in `ProductPair`.
        variants: as in `ProductPair`.
        ignored: as in `ProductPair`.
        begun: as in `ProductPair`.
    """

    code: str
    products: Sequence[Product]
    article: Article | None
    linked: str | None
    registers: Registers
    register: str = "products"
    alike: tuple[Article, ...] = ()
    rivals: tuple[str, ...] = ()
    variants: tuple[str, ...] = ()
    ignored: str | None = None
    begun: bool = False

    @property
    def name(self) -> str:
        """How a person knows the product."""
        return f"{self.code} {self.products[0].name}" if self.products else self.code

    @property
    def pair(self) -> ProductPair:
        """The two as the registers' rules see them.

        Severa codes need not be unique, so among several products the one whose name is the article's is meant.
        """
        named = [product for product in self.products if self.article and is_named(product, self.article)]
        meant = (named or list(self.products))[0]
        half = agreement(meant, self.article) if self.article else None
        untold = self.article is None and not self.variants and len(self.products) > 1
        several = tuple(product.name for product in self.products) if untold else ()
        return ProductPair(
            severa=meant,
            register=self.register,
            fortnox=self.article,
            half=half if isinstance(half, Agreement) else None,
            alike=self.alike,
            rivals=self.rivals or several,
            variants=self.variants,
            ignored=self.ignored,
            begun=self.begun,
        )


def decide(facts: ProductFacts, settings: Settings) -> ProductDecision:
    """The decision for one product that an invoice row needs in Fortnox.

    One that is not linked is decided as in the registers; what they would leave alone is refused here.
    """
    if facts.linked is not None:
        if facts.linked != facts.code:
            return _other_number(facts, facts.linked)
        if facts.article is not None and not facts.article.Active:
            return Refuse((Reason("article-inactive-in-fortnox", _about(facts)),))
        return Skip(Reason("already-linked", {"number": facts.linked}))
    if not is_article_number(facts.code):
        return Refuse((Reason("article-number-characters", _about(facts)),))
    if not facts.products:
        return Refuse((Reason("product-code-unknown", _about(facts)),))
    pair = facts.pair
    decision = decide_pair(pair, settings, _surroundings(facts, pair, settings))
    match decision:
        case Skip(reason=reason):
            return Refuse((_why_not(facts, reason),))
        case Create(plan=ArticlePayload() as plan, notes=notes):
            return Create(plan, notes)
        case Link(foreign_id=number):
            return decision if number == facts.code else _other_number(facts, number)
        case Refuse():
            return decision
    raise AssertionError(decision)  # only of what is linked, or not in Severa


def _surroundings(facts: ProductFacts, pair: ProductPair, settings: Settings) -> Surroundings:
    """What else the registers' rules ask.

    A product that an invoice needs is too old only when it is known to be: they leave alone what does not say its age.
    """
    created = pair.severa.createdDateTime if pair.severa else None
    taken_along = BOTH if settings.activated_on is None or created is None else ()
    return Surroundings(facts.registers, vat_rates=frozenset(map(Decimal, VAT_RATES)), taken_along=taken_along)


def _why_not(facts: ProductFacts, left_alone: Reason) -> Reason:
    """Why a product that the registers leave alone cannot be invoiced."""
    match left_alone.code:
        case "product-inactive" if facts.article is not None:
            return Reason("article-inactive-in-fortnox", _about(facts))
        case "product-inactive":
            return Reason("product-inactive-in-severa", _about(facts))
        case "product-older-than-activation":
            return Reason("article-older-than-activation", _about(facts))
        case "ignored":
            return Reason("ignored-but-needed", {"record": f"product {facts.name}", "why": left_alone.values["why"]})
    return left_alone


def _other_number(facts: ProductFacts, number: str) -> Refuse:
    """The invoice row names its article by the code."""
    return Refuse((Reason("article-code-differs", {**_about(facts), "fortnox_code": number}),))


def _about(facts: ProductFacts) -> dict[str, str]:
    return {"code": facts.code, "name": facts.products[0].name if facts.products else ""}
