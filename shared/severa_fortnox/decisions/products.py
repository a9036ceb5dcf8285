"""Whether a Severa product is linked to, created as or kept from being a Fortnox article (DESIGN 10, product rules)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from severa_fortnox.decisions.decision import Create, Link, Refuse, Skip
from severa_fortnox.decisions.pairs import BOTH, Surroundings
from severa_fortnox.decisions.product_pairs import ProductPair, decide_pair
from severa_fortnox.decisions.registers import Registers
from severa_fortnox.fortnox.models import Article, ArticlePayload
from severa_fortnox.fortnox.unknowns import VAT_RATES
from severa_fortnox.mapping.products import is_article_number
from severa_fortnox.reason import Reason
from severa_fortnox.settings import Settings

ProductDecision = Create[ArticlePayload] | Link | Skip | Refuse


@dataclass(frozen=True)
class ProductFacts:
    """What is known of one product code of an invoice, and of its counterpart.

    Args:
        code: the code as the invoice row has it, trimmed.
        pairs: each Severa product with exactly that code, in the register the row's kind points to, matched as the
            registers match it; empty when the article is linked.
        article: the linked article; None when it was not read.
        linked: the article number the code is linked to; None when it is not linked.
        registers: what exists in Fortnox.
    """

    code: str
    pairs: Sequence[ProductPair]
    article: Article | None
    linked: str | None
    registers: Registers

    @property
    def pair(self) -> ProductPair | None:
        """The product that is meant, None when there is none.

        Severa's codes need not be unique, so it is the one that agrees with its article; one that is left alone leaves
        its code to the others.
        """
        counting = [pair for pair in self.pairs if pair.ignored is None] or self.pairs
        return next((pair for pair in counting if pair.is_agreed), next(iter(counting), None))

    @property
    def name(self) -> str:
        """How a person knows the product."""
        return f"{self.code} {_about(self)['name']}".strip()


def decide(facts: ProductFacts, settings: Settings) -> ProductDecision:
    """The decision for one product that an invoice row needs in Fortnox.

    One that is not linked is decided as in the registers; what they would leave alone is refused here.
    """
    pair = facts.pair
    linked = facts.linked if pair is None or pair.linked is None else pair.linked.fortnox_id
    if linked is not None:
        article = facts.article or (pair.fortnox if pair else None)
        if linked != facts.code:
            return _other_number(facts, linked)
        if article is not None and not article.Active:
            return Refuse((Reason("article-inactive-in-fortnox", _about(facts)),))
        return Skip(Reason("already-linked", {"number": linked}))
    if not is_article_number(facts.code):
        return Refuse((Reason("article-number-characters", _about(facts)),))
    if pair is None:
        return Refuse((Reason("product-code-unknown", _about(facts)),))
    decision = decide_pair(pair, settings, _surroundings(facts, pair, settings))
    match decision:
        case Skip(reason=reason):
            return Refuse((_why_not(facts, pair, reason),))
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


def _why_not(facts: ProductFacts, pair: ProductPair, left_alone: Reason) -> Reason:
    """Why a product that the registers leave alone cannot be invoiced."""
    match left_alone.code:
        case "product-inactive" if pair.fortnox is not None:
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
    record = facts.pair.severa if facts.pair else None
    described = facts.article.Description if facts.article else None
    return {"code": facts.code, "name": record.name if record else described or ""}
