"""Whole registers made into pairs: what is linked, what has the same number or code, and what stands alone.

The same rules as for a single record: a pair found here gets the same decision as when only that record is looked at.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from severa_fortnox.decisions.customer_pairs import CustomerPair
from severa_fortnox.decisions.identity import folded_number, identity_digits
from severa_fortnox.decisions.pairs import Linked
from severa_fortnox.decisions.product_pairs import Agreement, ProductPair, agreement
from severa_fortnox.decisions.project_pairs import ProjectPair
from severa_fortnox.fortnox import models as fortnox
from severa_fortnox.mapping.customers import Card
from severa_fortnox.mapping.projects import name_in_fortnox
from severa_fortnox.severa.models import Address, Customer, Product, Project
from severa_fortnox.text import folded, fortnox_text

T = TypeVar("T")

#: An identity number shorter than this proves nothing.
IDENTITY_DIGITS = 8


@dataclass(frozen=True)
class Known:
    """What is remembered of a register.

    Args:
        links: all links of the kind.
        ignored_in_severa: Severa guid to why a person wants the record left alone.
        ignored_in_fortnox: the same by Fortnox number.
        in_step: Severa guids of linked records of which neither side has changed since they last agreed.
    """

    links: Sequence[Linked] = ()
    ignored_in_severa: Mapping[str, str] = field(default_factory=dict)
    ignored_in_fortnox: Mapping[str, str] = field(default_factory=dict)
    in_step: Collection[str] = frozenset()

    def why_ignored(self, severa_id: str | None, fortnox_id: str | None) -> str | None:
        """Why a person wants one of the two left alone; None when nobody does."""
        of_severa = self.ignored_in_severa.get(severa_id or "")
        return of_severa if of_severa is not None else self.ignored_in_fortnox.get(fortnox_id or "")


def match_customers(
    customers: Iterable[Customer],
    addresses: Mapping[str, Sequence[Address]],
    qualified: Collection[str],
    cards: Iterable[Card],
    wholes: Mapping[str, fortnox.Customer],
    known: Known,
) -> list[CustomerPair]:
    """Every customer of both systems, once, in a pair: the linked ones first, then by number.

    Args:
        addresses: a customer's addresses, by its guid.
        qualified: guids of the customers that have, or ever had, an active project or an invoice.
        cards: what Fortnox's list shows.
        wholes: the whole cards that were read, by number.
    """
    by_guid = {customer.guid: customer for customer in customers}
    by_number = {card.number: card for card in cards}

    def pair(severa: Customer | None, card: Card | None, linked: Linked | None = None) -> CustomerPair:
        return CustomerPair(
            severa=severa,
            addresses=addresses.get(severa.guid, ()) if severa else (),
            qualified=severa is not None and (linked is not None or severa.guid in qualified),
            card=card,
            whole=wholes.get(card.number) if card else None,
            linked=linked,
            in_step=linked is not None and linked.severa_id in known.in_step,
            ignored=known.why_ignored(severa.guid if severa else None, card.number if card else None),
        )

    pairs = [pair(by_guid.get(link.severa_id), by_number.get(link.fortnox_id), link) for link in known.links]
    severa_left = _left(by_guid, {link.severa_id for link in known.links})
    fortnox_left = _left(by_number, {link.fortnox_id for link in known.links})
    names = _CustomerNames(by_guid.values(), by_number.values(), known)
    twins = _twins(severa_left, fortnox_left)
    by_folded: dict[str, list[Card]] = defaultdict(list)
    for card in fortnox_left:
        by_folded[folded_number(card.number)].append(card)
    found = set()
    for severa in severa_left:
        number = "" if severa.number is None else str(severa.number)
        rivals = names.rivals(number, severa.guid)
        same = by_folded[number] if number and not rivals else []
        match = same[0] if same else None
        found |= {match.number} if match else set()
        twin = None if match else twins.get(f"severa {severa.guid}")
        pairs.append(replace(pair(severa, match), rivals=rivals, twin=twin))
    for card in fortnox_left:
        if card.number not in found:
            rivals = names.rivals(folded_number(card.number), None)
            pairs.append(replace(pair(None, card), rivals=rivals, twin=twins.get(f"fortnox {card.number}")))
    return pairs


def match_products(
    products: Iterable[tuple[str, Product]], articles: Sequence[fortnox.Article], known: Known
) -> list[ProductPair]:
    """Every product of Severa's three registers and every article, in pairs; a conflict shows both.

    Args:
        products: with the register each is in.
    """
    # In one order, whoever asks: of two products that both agree with an article, the same one has it.
    ordered = sorted(products, key=lambda entry: (entry[0], entry[1].guid))
    by_guid = {product.guid: (register, product) for register, product in ordered}
    by_number = {article.ArticleNumber: article for article in articles}

    def pair(register: str, product: Product | None, article: fortnox.Article | None) -> ProductPair:
        return ProductPair(
            severa=product,
            register=register,
            fortnox=article,
            in_step=product is not None and product.guid in known.in_step,
            ignored=known.why_ignored(product.guid if product else None, article.ArticleNumber if article else None),
        )

    nothing: tuple[str, Product | None] = ("", None)
    pairs = []
    for link in known.links:
        register, linked_product = by_guid.get(link.severa_id, nothing)
        pairs.append(replace(pair(register, linked_product, by_number.get(link.fortnox_id)), linked=link))
    severa_left = _left(by_guid, {link.severa_id for link in known.links})
    taken = {link.fortnox_id for link in known.links}
    free = {folded(article.ArticleNumber): article for article in _left(by_number, taken)}
    linked = {folded(number): by_number[number] for number in taken if number in by_number}
    full: dict[str, fortnox.Article] = {}
    for _, product in severa_left:
        article = free.get(folded(product.code))
        if article is not None and agreement(product, article) is True:
            free.pop(folded(product.code))
            full[product.guid] = article
    counterparts = {folded(article.ArticleNumber): article for article in full.values()} | linked
    named: dict[str, list[fortnox.Article]] = defaultdict(list)
    for article in free.values():
        named[folded(article.Description)].append(article)
    sharing: dict[str, list[Product]] = defaultdict(list)
    for _, product in severa_left:
        sharing[folded(product.code)].append(product)
    shown = set()
    for register, product in severa_left:
        if product.guid in full:
            pairs.append(pair(register, product, full[product.guid]))
            continue
        code = folded(product.code)
        half = free.get(code) or counterparts.get(code) if code else None
        if half is not None and agreement(product, half) is True:
            # Its twin in another of Severa's registers has the article.
            twin = f"{half.ArticleNumber} {half.Description}, which is linked to another product"
            pairs.append(replace(pair(register, product, None), rivals=(twin,)))
            continue
        alike = named.get(folded(fortnox_text(product.name).text), [])
        other, why = (half, Agreement.CODE) if half else (alike[0], Agreement.NAME) if alike else (None, None)
        shown |= {other.ArticleNumber} if other else set()
        rivals = tuple(each.name for each in sharing[code]) if code and len(sharing[code]) > 1 else ()
        pairs.append(replace(pair(register, product, other), half=why, rivals=rivals))
    pairs += [pair("", None, article) for article in free.values() if article.ArticleNumber not in shown]
    return pairs


def match_projects(
    projects: Iterable[Project], in_fortnox: Iterable[fortnox.Project], known: Known
) -> list[ProjectPair]:
    """Every project of both systems, once, in a pair: the linked ones first, then by number."""
    by_guid = {project.guid: project for project in projects}
    by_number = {project.ProjectNumber: project for project in in_fortnox}
    taken = {link.fortnox_id for link in known.links}
    pairs = [
        ProjectPair(
            severa=by_guid.get(link.severa_id),
            fortnox=by_number.get(link.fortnox_id),
            linked=link,
            ignored=known.why_ignored(link.severa_id, link.fortnox_id),
        )
        for link in known.links
    ]
    sharing: dict[int | None, list[Project]] = defaultdict(list)
    of_customer: dict[str | None, list[Project]] = defaultdict(list)
    for project in by_guid.values():
        sharing[project.number].append(project)
        of_customer[project.customer.guid if project.customer else None].append(project)
    for project in _left(by_guid, {link.severa_id for link in known.links}):
        number = "" if project.number is None else str(project.number)
        others = sharing[project.number] if number else []
        theirs = by_number.pop(number, None) if number not in taken and len(others) == 1 else None
        pairs.append(
            ProjectPair(
                severa=project,
                fortnox=theirs,
                rivals=tuple(_named(each) for each in others if each is not project),
                namesakes=namesakes_of(project, of_customer[project.customer.guid]) if project.customer else (),
                ignored=known.why_ignored(project.guid, theirs.ProjectNumber if theirs else None),
            )
        )
    pairs += [
        ProjectPair(fortnox=project, ignored=known.why_ignored(None, number))
        for number, project in by_number.items()
        if number not in taken
    ]
    return pairs


def namesakes_of(project: Project, of_customer: Iterable[Project]) -> tuple[str, ...]:
    """The customer's other projects that Fortnox, which shows 50 characters, would show under the same name."""
    shown = name_in_fortnox(project)
    others = (each for each in of_customer if each.guid != project.guid and each.name != project.name)
    return tuple(sorted(_named(each) for each in others if name_in_fortnox(each) == shown))


class _CustomerNames:
    """Who else has a number, as a person names them."""

    def __init__(self, customers: Iterable[Customer], cards: Iterable[Card], known: Known) -> None:
        taken = {link.fortnox_id: link.severa_id for link in known.links}
        self._severa: dict[str, list[tuple[str, str]]] = defaultdict(list)
        self._fortnox: dict[str, list[tuple[str, str | None]]] = defaultdict(list)
        for customer in customers:
            if customer.number is not None:
                self._severa[str(customer.number)].append((customer.guid, f"{customer.number} {customer.name}"))
        for card in cards:
            self._fortnox[folded_number(card.number)].append((f"{card.number} {card.name}", taken.get(card.number)))

    def rivals(self, number: str, guid: str | None) -> tuple[str, ...]:
        """Those that keep the number from meaning one customer; none when there is no number.

        Args:
            guid: of the Severa customer it is about; None for a card without one.
        """
        if not number:
            return ()
        severa = [name for other, name in self._severa[number] if other != guid]
        cards = self._fortnox[number]
        fortnox = [name for name, _ in cards] if len(cards) > 1 else []
        if guid is None:
            return (*fortnox, *(severa if len(severa) > 1 else ()))
        linked = [f"{name}, which is linked to another customer" for name, owner in cards if owner not in {None, guid}]
        return (*severa, *(fortnox or linked))


def _twins(customers: Sequence[Customer], cards: Sequence[Card]) -> dict[str, str]:
    """Customers without a counterpart that are one company under two numbers: each side's id to the other's name."""
    numbers = {str(customer.number) for customer in customers}
    alone = [card for card in cards if folded_number(card.number) not in numbers]
    folded_numbers = {folded_number(card.number) for card in cards}
    by_identity: dict[str, Card] = {}
    for card in alone:
        digits = identity_digits(card.organisation_number)
        if len(digits) >= IDENTITY_DIGITS:
            by_identity.setdefault(digits, card)
    twins = {}
    for customer in customers:
        twin = by_identity.get(identity_digits(customer.kvkNumber))
        if twin is not None and not customer.isInternal and str(customer.number) not in folded_numbers:
            twins[f"severa {customer.guid}"] = f"{twin.number} {twin.name}"
            twins.setdefault(f"fortnox {twin.number}", f"{customer.number} {customer.name}")
    return twins


def _left(records: Mapping[str, T], taken: Collection[str]) -> list[T]:
    return [record for id, record in records.items() if id not in taken]


def _named(project: Project) -> str:
    return f"{project.number} {project.name}"
