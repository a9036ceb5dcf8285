"""Products: what is read, what is decided, what is done (Severa → Fortnox, as an invoice row needs them)."""

from __future__ import annotations

from severa_fortnox.decisions.products import ProductDecision, ProductFacts, is_named
from severa_fortnox.flows.counterparts import Counterpart, existing
from severa_fortnox.flows.counterparts import carry_out as carry_out_counterpart
from severa_fortnox.flows.create import Made, NeedsPerson
from severa_fortnox.flows.session import Session
from severa_fortnox.fortnox.models import ArticlePayload
from severa_fortnox.mapping.products import is_article_number
from severa_fortnox.reason import Reason
from severa_fortnox.severa.client import Register
from severa_fortnox.severa.models import InvoiceRow
from severa_fortnox.store.links import Link
from severa_fortnox.work import Kind

#: Which of Severa's three registers a row's code comes from; a flat rate's code may come from any.
_REGISTERS = {
    "Hours": (Register.WORK_TYPES,),
    "TravelExpenses": (Register.TRAVEL_EXPENSE_TYPES,),
    "ProjectFees": (Register.PRODUCTS,),
}


#: The link's card keeps which register its product is of: codes need not be unique across them.
_REGISTER = "register"


def gather(session: Session, code: str, row: InvoiceRow, link: Link | None, *, fresh: bool) -> ProductFacts:
    """What the decision about one product code needs; a linked one costs no call.

    Args:
        code: the code, trimmed.
        row: the first row that has it; its kind says which Severa register to look in.
        link: the link of the article with that number; None when it has none.
        fresh: read the Fortnox article again even though it is linked.
    """
    in_fortnox = session.registers.of_fortnox()
    kind = row.rowType if row.rowType in _REGISTERS else ""
    if link is not None and (not kind or link.card.get(_REGISTER) in {None, "", kind}):
        article = existing(session.fortnox.article, code) if fresh else None
        return ProductFacts(code, (), article, link.fortnox_id, in_fortnox, kind)
    if not is_article_number(code):
        return ProductFacts(code, (), None, None, in_fortnox, kind)
    products = [
        product
        for register in _REGISTERS.get(kind, tuple(Register))
        for product in session.severa.products_by_code(register, code)
    ]
    article = existing(session.fortnox.article, code)
    # The article is linked to a product of another register: it is this row's article too only if the name says so.
    shared = link is not None and article is not None and any(is_named(each, article) for each in products)
    return ProductFacts(code, products, article, code if shared else None, in_fortnox, kind)


def carry_out(session: Session, facts: ProductFacts, decision: ProductDecision) -> None:
    """Perform the decision; see `counterparts.carry_out` for what it raises."""
    if facts.linked is not None or not facts.products:
        return
    article = facts.article
    named = [each for each in facts.products if article and is_named(each, article)]
    product = (named or list(facts.products))[0]
    counterpart = Counterpart(Kind.PRODUCT, product.guid, facts.code, f"{facts.code} {product.name}")

    def send(payload: ArticlePayload) -> Made:
        return Made(session.fortnox.create_article(payload).ArticleNumber, {_REGISTER: facts.register})

    def find(sent: str) -> Made | None:
        found = existing(session.fortnox.article, sent)
        if found is None:
            return None
        if not is_named(product, found):
            values = {"code": sent, "name": product.name, "fortnox_name": found.Description or ""}
            raise NeedsPerson(Reason("article-name-differs", values))
        return Made(found.ArticleNumber, {_REGISTER: facts.register})

    carry_out_counterpart(session, counterpart, decision, send=send, find=find)
