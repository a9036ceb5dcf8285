"""What becomes of a record of one of Severa's three product registers and a Fortnox article.

Both the code and the name must agree; exactly one of them is a conflict that a person must end, because creating the
counterpart would collide (DESIGN 10, `reference` product 1.4, 2d, 2g).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from severa_fortnox.decisions.decision import Create, Link, Refuse, Skip, Update
from severa_fortnox.decisions.pairs import Linked, NewInSevera, Pair, Surroundings, Writes, gone, is_newer
from severa_fortnox.errors import System
from severa_fortnox.fortnox.models import Article, ArticlePayload
from severa_fortnox.mapping.agreement import differences
from severa_fortnox.mapping.fields import PRODUCT, Values
from severa_fortnox.mapping.products import (
    is_article_number,
    is_named,
    map_product,
    values_of_article,
    values_of_product,
)
from severa_fortnox.reason import Reason
from severa_fortnox.settings import Main, Settings
from severa_fortnox.severa.models import Product
from severa_fortnox.text import folded, is_blank

ProductPairDecision = Create[ArticlePayload] | Create[NewInSevera] | Update[Writes] | Link | Skip | Refuse

#: The register without unit and VAT (`reference` product 33).
WORK_TYPES = "worktypes"


class Agreement(StrEnum):
    """What of a product and an article is the same."""

    CODE = "code"
    NAME = "name"


@dataclass(frozen=True)
class ProductPair(Pair):
    """A Severa product, a Fortnox article, or both.

    Args:
        severa: the record; None when there is none.
        register: which of Severa's registers it is in; "" without one.
        fortnox: the article; None when there is none.
        half: what alone agrees when the two are no counterparts; None when they are, or one is missing.
        in_step: whether nothing changed on either side since they last agreed, so that nothing needs comparing.
        alike: every article that half agrees with the product; empty stands for `fortnox` alone.
        rivals: who has the same code, as a person names them, when nothing says which is meant.
        variants: articles whose numbers differ in case only, as a person names them; empty when there is one.
    """

    severa: Product | None = None
    register: str = ""
    fortnox: Article | None = None
    half: Agreement | None = None
    linked: Linked | None = None
    in_step: bool = False
    alike: tuple[Article, ...] = ()
    rivals: tuple[str, ...] = ()
    variants: tuple[str, ...] = ()
    ignored: str | None = None
    begun: bool = False

    @property
    def number(self) -> str:
        """The code or article number; "" when there is none."""
        if self.severa is not None and (self.severa.code or "").strip():
            return (self.severa.code or "").strip()
        return self.fortnox.ArticleNumber if self.fortnox else ""

    @property
    def is_agreed(self) -> bool:
        """Whether the two are counterparts that nobody has linked yet."""
        return self.linked is None and self.fortnox is not None and self.half is None

    @property
    def matched_by(self) -> tuple[object, ...]:
        """What of both made them a pair; where it changes they must be matched anew."""
        named = self.severa and (self.severa.code, self.severa.name)
        return named, self.fortnox and (self.fortnox.ArticleNumber, self.fortnox.Description)

    @property
    def fortnox_id(self) -> str | None:
        """The Fortnox record's number; None when there is none."""
        return self.fortnox.ArticleNumber if self.fortnox else None

    @property
    def fortnox_name(self) -> str:
        """What the Fortnox record is called; "" when there is none."""
        return (self.fortnox.Description or "") if self.fortnox else ""


def decide_pair(pair: ProductPair, settings: Settings, around: Surroundings) -> ProductPairDecision:
    """The decision for one pair; the same for a single change, for a load and for the comparison report."""
    product, article = pair.severa, pair.fortnox
    if pair.ignored is not None:
        return Skip(Reason("ignored", {"why": pair.ignored}))
    if pair.linked is not None and (product is None or article is None):
        return gone(pair.name, in_severa=product is None)
    if product is None:
        return _only_in_fortnox(pair, settings, around)
    if article is None:
        return _only_in_severa(pair, settings, around)
    if pair.half is not None:
        return _conflict(pair, product, article)
    inactive = _inactive(pair, product, article)
    if inactive is not None:
        return inactive
    if pair.in_step:
        return Skip(Reason("in-step", {"record": pair.name}))
    if pair.linked is None:
        return Link(article.ArticleNumber, "code and name", card={"register": ROW_KINDS[pair.register]})
    return _linked(pair, pair.linked, settings, around)


#: What people call Severa's registers.
REGISTER_NAMES = {"worktypes": "work types", "travelexpensetypes": "travel expense types", "products": "products"}
#: Severa's register to the kind of invoice row whose codes are of it; kept with the link (`flows.products`).
ROW_KINDS = {"worktypes": "Hours", "travelexpensetypes": "TravelExpenses", "products": "ProjectFees"}


def agreement(product: Product, article: Article) -> Agreement | bool:
    """True when code and name both agree, trimmed and case-folded, False when neither does, else the one that does."""
    code = folded(product.code) == folded(article.ArticleNumber) != ""
    name = is_named(product, article)
    if code and name:
        return True
    return Agreement.CODE if code else Agreement.NAME if name else False


def values_of_pair(pair: ProductPair) -> tuple[Values, Values]:
    """Both sides in the form Fortnox can hold; an absent side is empty."""
    severa = values_of_product(pair.severa, has_unit=pair.register != WORK_TYPES) if pair.severa else {}
    return severa, values_of_article(pair.fortnox) if pair.fortnox else {}


def main_and_other(settings: Settings, pair: ProductPair) -> tuple[Values, Values]:
    """Both sides' values, the main system's first."""
    severa, fortnox = values_of_pair(pair)
    return (severa, fortnox) if settings.product_main is Main.SEVERA else (fortnox, severa)


def _linked(pair: ProductPair, linked: Linked, settings: Settings, around: Surroundings) -> ProductPairDecision:
    main, other = main_and_other(settings, pair)
    changes = differences(PRODUCT, main, other, linked.kept_from(PRODUCT, main, other))
    if not changes:
        return Skip(Reason("in-step", {"record": pair.name}))
    writes = Writes(System.FORTNOX if settings.product_main is Main.SEVERA else System.SEVERA, changes, main)
    refusals = _refusals(pair, {key: main[key] for key in writes.keys}, writes.to, around)
    return Refuse(refusals) if refusals else Update(writes)


def _only_in_severa(pair: ProductPair, settings: Settings, around: Surroundings) -> ProductPairDecision:
    product = pair.severa
    assert product is not None
    if product.isActive is False:
        return Skip(Reason("product-inactive", {**_about(pair), "where": "Severa"}))
    if not pair.number:
        return Refuse((Reason("product-code-missing", _about(pair)),))
    if not is_article_number(pair.number):
        return Refuse((Reason("article-number-characters", _about(pair)),))
    if is_blank(product.name):
        return Refuse((Reason("product-name-missing", _about(pair)),))
    if ambiguous := _ambiguous(pair):
        return Refuse(ambiguous)
    is_wanted = System.SEVERA in around.taken_along or settings.create_articles == "all" or pair.begun
    if not is_wanted and not is_newer(product.createdDateTime, settings.activated_on):
        if settings.activated_on is None or product.createdDateTime is None:
            return Skip(Reason("product-age-unknown", {**_about(pair), "where": "Severa"}))
        return Skip(Reason("product-older-than-activation", {**_about(pair), "where": "Severa"}))
    severa, _ = values_of_pair(pair)
    refusals = _refusals(pair, severa, System.FORTNOX, around)
    if refusals:
        return Refuse(refusals)
    payload, notes = map_product(product, pair.number)
    return Create(payload, notes)


def _only_in_fortnox(pair: ProductPair, settings: Settings, around: Surroundings) -> ProductPairDecision:
    article = pair.fortnox
    if article is None:
        return Skip(Reason("gone", {"record": "the product", "system": "either system"}))
    if not article.Active:
        return Skip(Reason("product-inactive", {**_about(pair), "where": "Fortnox"}))
    if article.Description is None or is_blank(article.Description):
        return Refuse((Reason("article-name-missing", _about(pair)),))
    if ambiguous := _ambiguous(pair):
        return Refuse(ambiguous)
    is_wanted = System.FORTNOX in around.taken_along or settings.create_articles == "all" or pair.begun
    # Fortnox does not say when an article was made, so it is new when it was not there at the beginning.
    if not is_wanted and around.before is None:
        return Skip(Reason("product-age-unknown", {**_about(pair), "where": "Fortnox"}))
    if not is_wanted and around.before is not None and article.ArticleNumber in around.before:
        return Skip(Reason("product-older-than-activation", {**_about(pair), "where": "Fortnox"}))
    _, fortnox = values_of_pair(pair)
    values = fortnox if settings.article_register != WORK_TYPES else {}
    refusals = _refusals(pair, values, System.SEVERA, around)
    if refusals:
        return Refuse(refusals)
    named = {"ArticleNumber": article.ArticleNumber, "Description": article.Description}
    return Create(NewInSevera({**named, **values}, settings.article_register))


def _ambiguous(pair: ProductPair) -> tuple[Reason, ...]:
    """Why nothing says which is meant; the same words from whichever side it is looked at."""
    reasons: tuple[Reason, ...] = ()
    if pair.variants:
        reasons += (Reason("article-number-ambiguous", {**_about(pair), "names": ", ".join(pair.variants)}),)
    if pair.rivals:
        reasons += (Reason("product-code-ambiguous", {**_about(pair), "names": ", ".join(pair.rivals)}),)
    return reasons


def _conflict(pair: ProductPair, product: Product, article: Article) -> Refuse:
    """All that half agrees with the product, whichever of it is in the pair: one product has one problem."""
    alike = pair.alike or (article,)
    reasons = list(_ambiguous(pair))
    called = [each for each in alike if is_named(product, each)]
    for each in alike:
        if each not in called:
            reasons.append(Reason("article-name-differs", _differing(product, [each])))
    if called:
        reasons.append(Reason("article-code-differs", _differing(product, called)))
    return Refuse(tuple(reasons))


def _differing(product: Product, articles: Sequence[Article]) -> dict[str, str]:
    return {
        "code": (product.code or "").strip() or "none",
        "name": product.name,
        "fortnox_name": articles[0].Description or "",
        "fortnox_code": ", ".join(each.ArticleNumber for each in articles),
    }


def _inactive(pair: ProductPair, product: Product, article: Article) -> Refuse | Skip | None:
    match product.isActive is not False, article.Active:
        case True, True:
            return None
        case False, False:
            return Skip(Reason("product-inactive", {**_about(pair), "where": "both systems"}))
        case True, False:
            return Refuse((Reason("article-inactive-in-fortnox", _about(pair)),))
        case _:
            return Refuse((Reason("product-inactive-only-in-severa", _about(pair)),))


def _refusals(pair: ProductPair, values: Values, to: System, around: Surroundings) -> tuple[Reason, ...]:
    """What the other system would refuse."""
    refusals = []
    unit, rate = values.get("Unit"), values.get("VAT")
    if to is System.FORTNOX:
        if unit is not None and unit not in around.fortnox.units:
            refusals.append(Reason("unit-missing", {"unit": unit, "where": f"product {pair.name}"}))
        if rate is not None and Decimal(rate) not in around.vat_rates:
            refusals.append(Reason("vat-rate-missing", {**_about(pair), "rate": rate}))
    elif rate is not None and around.severa_vat_rates and Decimal(rate) not in around.severa_vat_rates:
        refusals.append(Reason("vat-rate-missing-in-severa", {**_about(pair), "rate": rate}))
    return tuple(refusals)


def _about(pair: ProductPair) -> dict[str, str]:
    name = pair.severa.name if pair.severa else (pair.fortnox.Description or "") if pair.fortnox else ""
    return {"code": pair.number or "without code", "name": name}
