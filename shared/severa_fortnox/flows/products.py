"""Products: what is read, what is decided, what is done (Severa → Fortnox, as an invoice row needs them)."""

from __future__ import annotations

from severa_fortnox.decisions.pairs import Surroundings
from severa_fortnox.decisions.product_pairs import ROW_KINDS
from severa_fortnox.decisions.products import ProductDecision, ProductFacts
from severa_fortnox.flows import product_pairs
from severa_fortnox.flows.counterparts import existing
from severa_fortnox.flows.session import Session
from severa_fortnox.mapping.products import is_article_number, is_named
from severa_fortnox.severa.client import Register
from severa_fortnox.severa.models import InvoiceRow
from severa_fortnox.store.links import Link
from severa_fortnox.work import Cause

#: Which of Severa's three registers a row's code comes from; a flat rate's code may come from any.
_REGISTERS = {kind: (Register(register),) for register, kind in ROW_KINDS.items()}


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
    # The link's card keeps which register its product is of: codes need not be unique across them.
    if link is not None and (not kind or link.card.get("register") in {None, "", kind}):
        article = existing(session.fortnox.article, code) if fresh else None
        return ProductFacts(code, (), article, link.fortnox_id, in_fortnox)
    if not is_article_number(code):
        return ProductFacts(code, (), None, None, in_fortnox)
    registers = _REGISTERS.get(kind, tuple(Register))
    if link is not None:
        # The article is linked to a product of another register: it is this row's article too if the name says so.
        article = existing(session.fortnox.article, code)
        products = [each for register in registers for each in session.severa.products_by_code(register, code)]
        if article is not None and any(is_named(each, article) for each in products):
            return ProductFacts(code, (), article, code, in_fortnox)
    return ProductFacts(code, product_pairs.of_code(session, code, registers), None, None, in_fortnox)


def carry_out(session: Session, facts: ProductFacts, decision: ProductDecision) -> None:
    """Perform the decision; see `Entity.carry_out` for what it raises."""
    if facts.pair is not None and facts.pair.linked is None:
        around = Surroundings(facts.registers, vat_rates=frozenset())
        product_pairs.ENTITY.carry_out(session, Cause.EVENT, facts.pair, decision, around)
