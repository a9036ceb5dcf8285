"""Products in step: what is read of both sides, and how a decision is carried out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from severa_fortnox.decisions.decision import Create
from severa_fortnox.decisions.matching import match_products
from severa_fortnox.decisions.pairs import Linked, NewInSevera, Surroundings, Writes
from severa_fortnox.decisions.product_pairs import ROW_KINDS, WORK_TYPES, ProductPair, decide_pair, main_and_other
from severa_fortnox.errors import System
from severa_fortnox.flows import counterparts
from severa_fortnox.flows.alone import known_by, pair_of
from severa_fortnox.flows.counterparts import Counterpart, existing
from severa_fortnox.flows.create import Made, NeedsPerson, create_once
from severa_fortnox.flows.pairs import (
    Entity,
    Lock,
    begun_by,
    ignored,
    is_echo,
    linked,
    remember,
)
from severa_fortnox.flows.session import Session
from severa_fortnox.fortnox.changes import ArticleChanges
from severa_fortnox.fortnox.models import Article, ArticlePayload
from severa_fortnox.mapping.agreement import kept_when_linked, still_kept
from severa_fortnox.mapping.fields import PRODUCT
from severa_fortnox.mapping.fingerprints import of_records
from severa_fortnox.mapping.products import article_fields, is_named, name_in_fortnox, product_fields
from severa_fortnox.reason import Reason
from severa_fortnox.settings import Settings
from severa_fortnox.severa.client import Register
from severa_fortnox.severa.inputs import ProductInput, WorkTypeInput
from severa_fortnox.severa.models import Product
from severa_fortnox.severa.unknowns import replace as replacing
from severa_fortnox.store.links import Link as StoredLink
from severa_fortnox.store.transfers import State
from severa_fortnox.text import folded
from severa_fortnox.work import Cause, Kind, Work

_REGISTERS = {kind: register for register, kind in ROW_KINDS.items()}


def gather(session: Session, work: Work, lock: Lock, begun: bool) -> ProductPair | None:
    """Both sides of the product a work names; None when the change is one we made ourselves."""
    connection = session.connection.id
    if work.system is System.FORTNOX:
        link = session.store.links.by_fortnox(connection, Kind.PRODUCT, work.id)
        if link is not None:
            lock(link.fortnox_id)
        article = existing(session.fortnox.article, work.id)
        if link is not None:
            if not begun and is_echo(session, work, link, article):
                return None
            return _linked(session, link, *_severa(session, link.severa_id, link), article)
        if article is None:
            return ProductPair(begun=begun)
        lock(folded(article.ArticleNumber))
        return _unlinked(session, begun=begun, article=article)
    link = session.store.links.by_severa(connection, Kind.PRODUCT, work.id)
    if link is not None:
        lock(link.fortnox_id)
        article = existing(session.fortnox.article, link.fortnox_id)
        return _linked(session, link, *_severa(session, work.id, link), article)
    register, product = _severa(session, work.id, None)
    if product is None or register is None:
        return ProductPair(begun=begun)
    lock(folded(product.code))
    return _unlinked(session, begun=begun, severa=(register, product))


def of_code(session: Session, code: str, registers: Iterable[Register]) -> list[ProductPair]:
    """Each Severa product with exactly that code, matched as the comparison matches it; none reads no more.

    Args:
        code: trimmed.
        registers: those of Severa's that it may be of.
    """
    found = [(register, each) for register in registers for each in session.severa.products_by_code(register, code)]
    if not found:
        return []
    pairs: dict[str | None, ProductPair] = {}
    for pair in _matched(session, [(str(register), product) for register, product in found]):
        pairs.setdefault(pair.severa_id, pair)
    transfers = session.store.transfers
    begun = {
        product.guid
        for _, product in found
        if (transfer := transfers.get(session.connection.id, Kind.PRODUCT, product.guid)) and transfer.is_open
    }
    return [replace(pairs[product.guid], begun=product.guid in begun) for _, product in found]


def _remembered(session: Session, pair: ProductPair, _around: Surroundings) -> ProductPair:
    """The pair, with what both sides say now kept with its link."""
    if pair.linked is None or pair.severa is None or pair.fortnox is None:
        return pair
    main, other = main_and_other(session.settings, pair)
    kept = still_kept(pair.linked.kept_from(PRODUCT, main, other), main)
    remember(session, Kind.PRODUCT, pair, of_records(pair.severa, pair.fortnox, kept))
    return pair


def kept_of_pair(settings: Settings, pair: ProductPair, _around: Surroundings) -> frozenset[str]:
    """The fields that only the other system has a value for; they are left alone when the two are linked."""
    return kept_when_linked(PRODUCT, *main_and_other(settings, pair))


def reread(session: Session, pair: ProductPair) -> ProductPair:
    """The pair with both records as they are now."""
    product, article = pair.severa, pair.fortnox
    if product is not None:
        product = existing(partial(session.severa.product, Register(pair.register)), product.guid)
    if article is not None:
        article = existing(session.fortnox.article, article.ArticleNumber)
    return replace(pair, severa=product, fortnox=article)


def is_absent(session: Session, pair: ProductPair) -> bool:
    """Whether no Severa register has a product with the article's number as its code."""
    return not any(session.severa.products_by_code(register, pair.number) for register in Register)


def settle(session: Session, cause: Cause, pair: ProductPair, work: Work, around: Surroundings) -> None:
    """Bring a creation that an earlier run began to its end without sending anything."""
    counterpart = begun_by(session, cause, pair, work)
    if work.system is System.SEVERA:
        counterparts.settle(session, counterpart, partial(_found_in_fortnox, session, pair))
    else:
        register = session.settings.article_register
        counterparts.settle(session, counterpart, partial(_found_in_severa, session, pair, register))


def _severa(session: Session, guid: str, link: StoredLink | None) -> tuple[str | None, Product | None]:
    """The record and the register it is in; the link knows the register, otherwise all three are asked."""
    known = _REGISTERS.get(link.card.get("register", "")) if link else None
    for register in [Register(known)] if known else list(Register):
        found = existing(partial(session.severa.product, register), guid)
        if found is not None:
            return str(register), found
    return known, None


def _linked(
    session: Session, link: StoredLink, register: str | None, product: Product | None, article: Article | None
) -> ProductPair:
    return ProductPair(
        severa=product,
        register=register or "",
        fortnox=article,
        linked=linked(link),
        ignored=ignored(session, Kind.PRODUCT, link.severa_id, link.fortnox_id),
    )


def _unlinked(
    session: Session,
    *,
    begun: bool,
    severa: tuple[str, Product] | None = None,
    article: Article | None = None,
) -> ProductPair:
    """A product or an article that is not linked, matched as the comparison matches it."""
    pairs = _matched(session, [] if severa is None else [severa], article)
    if severa is not None:
        return replace(pair_of(pairs, Kind.PRODUCT, severa_id=severa[1].guid), begun=begun)
    return replace(pair_of(pairs, Kind.PRODUCT, fortnox_id=article.ArticleNumber if article else None), begun=begun)


def _matched(
    session: Session, severa: Sequence[tuple[str, Product]], article: Article | None = None
) -> list[ProductPair]:
    """All of Severa's products, with the articles that may have to do with some of them, or with one article.

    Severa's registers are read whole: a record is seldom new, Severa cannot search its products by name, and how it
    compares codes is not documented.

    Args:
        severa: those that are meant, with the register each is in.
    """
    products = {each.guid: (str(register), each) for register in Register for each in session.severa.products(register)}
    products |= {each.guid: (register, each) for register, each in severa}
    meant = [each for _, each in severa]
    articles = {}
    if article is not None:
        articles[article.ArticleNumber] = article
        # What such a product is shown with depends on all that has its code or its name.
        code = folded(article.ArticleNumber)
        meant += [each for _, each in products.values() if folded(each.code) == code or is_named(each, article)]
    for number in _numbers_like(session, meant, [*articles]):
        if number not in articles and (found := existing(session.fortnox.article, number)) is not None:
            articles[number] = found
    known = known_by(session, Kind.PRODUCT, session.store.links.all(session.connection.id, Kind.PRODUCT))
    return match_products(products.values(), articles.values(), known)


def _numbers_like(session: Session, products: Sequence[Product], numbers: Sequence[str]) -> Iterator[str]:
    """The articles that have the name or the code of one of the products, or one of the numbers, in any case.

    Fortnox finds what contains the text, in either case, so that a word of the name finds it however it is spaced.
    """
    for code in sorted({folded(code) for code in (*numbers, *(product.code for product in products))} - {""}):
        for item in session.fortnox.articles_numbered(code):
            if folded(item.ArticleNumber) == code:
                yield item.ArticleNumber
    names = {name for product in products for name in (product.name, name_in_fortnox(product)) if folded(name)}
    alike = set(map(folded, names))
    for word in sorted({max(name.split(), key=len) for name in names}):
        for item in session.fortnox.articles_described(word):
            if folded(item.Description) in alike:
                yield item.ArticleNumber


def _create(
    session: Session, cause: Cause, pair: ProductPair, decision: Create[Any], _around: Surroundings
) -> ProductPair:
    to_severa = isinstance(decision.plan, NewInSevera)
    return (_create_in_severa if to_severa else _create_in_fortnox)(session, cause, pair, decision)


def _create_in_fortnox(
    session: Session, cause: Cause, pair: ProductPair, decision: Create[ArticlePayload]
) -> ProductPair:
    product = pair.severa
    assert product is not None
    number = decision.plan.ArticleNumber
    counterpart = Counterpart(Kind.PRODUCT, product.guid, number, pair.name, cause=cause)

    def send(payload: ArticlePayload) -> Made:
        created = session.fortnox.create_article(payload)
        return Made(created.ArticleNumber, {"register": ROW_KINDS[pair.register]}, of_records(product, created))

    find = partial(_found_in_fortnox, session, pair)
    counterparts.carry_out(session, counterpart, decision, send=send, find=find)
    return replace(pair, linked=Linked(product.guid, number))


def _create_in_severa(session: Session, cause: Cause, pair: ProductPair, decision: Create[NewInSevera]) -> ProductPair:
    article, plan = pair.fortnox, decision.plan
    assert article is not None
    counterpart = Counterpart(Kind.PRODUCT, "", article.ArticleNumber, pair.name, System.FORTNOX, cause)
    card = {"register": ROW_KINDS[plan.register]}
    record: ProductInput | WorkTypeInput
    named = {"name": plan.values["Description"], "code": plan.values["ArticleNumber"], "isActive": True}
    if plan.register == WORK_TYPES:
        record = WorkTypeInput.model_validate(named)
    else:
        given = {key: plan.values[key] for key in ("Unit", "VAT") if plan.values.get(key) is not None}
        record = ProductInput.model_validate({**named, **product_fields(given, tuple(given))})

    def send() -> Made:
        created = session.severa.create_product(Register(plan.register), record)
        return Made(created.guid, card, of_records(created, article))

    find = partial(_found_in_severa, session, pair, plan.register)
    payload = record.model_dump_json(exclude_unset=True)
    transfer = create_once(session, counterparts.creation(counterpart, payload, send, find))
    if transfer.state is State.BOUND:
        counterparts.finish(session, counterpart, transfer, decision.notes)
    return pair


def _write(session: Session, pair: ProductPair, writes: Writes, _around: Surroundings) -> ProductPair:
    product, article = pair.severa, pair.fortnox
    assert product is not None and article is not None
    if writes.to is System.FORTNOX:
        changes = ArticleChanges(**article_fields(writes.values, writes.keys))
        return replace(pair, fortnox=session.fortnox.update_article(article.ArticleNumber, changes))
    operations = [replacing(f"/{name}", value) for name, value in product_fields(writes.values, writes.keys).items()]
    return replace(pair, severa=session.severa.change_product(Register(pair.register), product.guid, operations))


def _found_in_fortnox(session: Session, pair: ProductPair, number: str) -> Made | None:
    """What an earlier attempt made in Fortnox, by its number; another name is another article."""
    found = existing(session.fortnox.article, number)
    if found is None:
        return None
    if pair.severa is not None and not is_named(pair.severa, found):
        values = {"code": number, "name": pair.severa.name, "fortnox_name": found.Description or ""}
        raise NeedsPerson(Reason("article-name-differs", values))
    return Made(found.ArticleNumber, {"register": ROW_KINDS[pair.register]} if pair.register else {})


def _found_in_severa(session: Session, pair: ProductPair, register: str, code: str) -> Made | None:
    """What an earlier attempt made in Severa, by its code and name; another name is another product."""
    name = pair.fortnox.Description if pair.fortnox else None
    found = session.severa.products_by_code(Register(register), code)
    same = [each for each in found if name is None or folded(each.name) == folded(name)]
    if len(found) == 1 and not same:
        values = {"code": code, "name": found[0].name, "fortnox_name": name or ""}
        raise NeedsPerson(Reason("article-name-differs", values))
    if found and len(same) != 1:
        values = {"code": code, "name": name or "", "names": ", ".join(each.name for each in found)}
        raise NeedsPerson(Reason("product-code-ambiguous", values))
    return Made(same[0].guid, {"register": ROW_KINDS[register]}) if same else None


ENTITY: Entity[ProductPair] = Entity(
    Kind.PRODUCT, gather, decide_pair, kept_of_pair, _create, _write, _remembered, reread, is_absent, settle
)
