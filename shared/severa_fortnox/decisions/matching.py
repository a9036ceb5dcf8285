"""Whole registers made into pairs: what is linked, what has the same number or code, and what stands alone.

A look at a single record matches what may be its counterparts with the same functions, so that it decides the same.
What could be several is nobody's: ambiguity is refused, whatever order the records are listed in.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

from severa_fortnox.decisions.customer_pairs import CustomerPair
from severa_fortnox.decisions.identity import folded_number, identity_digits
from severa_fortnox.decisions.pairs import Linked
from severa_fortnox.decisions.product_pairs import REGISTER_NAMES, Agreement, ProductPair, agreement
from severa_fortnox.decisions.project_pairs import ProjectPair
from severa_fortnox.errors import System
from severa_fortnox.fortnox import models as fortnox
from severa_fortnox.fortnox.models import PROJECT_NAME
from severa_fortnox.mapping.customers import Card
from severa_fortnox.mapping.products import name_in_fortnox as name_of_article
from severa_fortnox.mapping.projects import name_in_fortnox
from severa_fortnox.severa.models import Address, Customer, Product, Project
from severa_fortnox.text import folded

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

    def why_ignored(self, linked: Linked | None, severa_id: str | None, fortnox_id: str | None) -> str | None:
        """Why a person wants one of the two left alone; None when nobody does.

        Args:
            linked: the link of the two, which names also what is gone.
        """
        if linked is not None:
            severa_id, fortnox_id = linked.severa_id, linked.fortnox_id
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
            ignored=known.why_ignored(linked, severa.guid if severa else None, card.number if card else None),
        )

    pairs = [pair(by_guid.get(link.severa_id), by_number.get(link.fortnox_id), link) for link in known.links]
    in_severa = _Holders(System.SEVERA, by_guid, _number, _named, known)
    in_fortnox = _Holders(System.FORTNOX, by_number, lambda card: folded_number(card.number), _named, known)
    twins = _twins(in_severa, in_fortnox)

    def rivals(number: str, id: str) -> tuple[str, ...]:
        """Everybody else with the number when it means no one pair; the same words from whichever side."""
        if in_severa.is_clear(number) and in_fortnox.is_clear(number):
            return ()
        return (*in_severa.words(number, but=id), *in_fortnox.words(number, but=id))

    found = set()
    for guid, severa in in_severa.left.items():
        number = _number(severa)
        others = rivals(number, guid)
        ids = in_fortnox.ids(number) if not others and guid in in_severa.ids(number) else []
        found |= set(ids)
        made = pair(severa, by_number[ids[0]] if ids else None)
        pairs.append(replace(made, rivals=others, twin=None if ids else twins.get(guid)))
    for number, card in in_fortnox.left.items():
        if number not in found:
            others = rivals(folded_number(number), number)
            pairs.append(replace(pair(None, card), rivals=others, twin=twins.get(number)))
    return pairs


def match_products(
    products: Iterable[tuple[str, Product]], articles: Iterable[fortnox.Article], known: Known
) -> list[ProductPair]:
    """Every product of Severa's three registers and every article, in pairs: linked, agreeing, then all others.

    A conflict shows both, so a product stands beside each article that has its code or its name only, and an article
    beside each such product.

    Args:
        products: with the register each is in.
    """
    # In one order, whoever asks, so that the report and a look at one record tell the same.
    ordered = sorted(products, key=lambda entry: (entry[0], entry[1].guid))
    registers = {product.guid: register for register, product in ordered}
    by_guid = {product.guid: product for _, product in ordered}
    by_number = {each.ArticleNumber: each for each in sorted(articles, key=lambda article: article.ArticleNumber)}

    def pair(product: Product | None, article: fortnox.Article | None, linked: Linked | None = None) -> ProductPair:
        guid, number = product.guid if product else None, article.ArticleNumber if article else None
        return ProductPair(
            severa=product,
            register=registers[guid] if guid else "",
            fortnox=article,
            linked=linked,
            in_step=guid in known.in_step,
            ignored=known.why_ignored(linked, guid, number),
        )

    def named(product: Product) -> str:
        return f"{product.code} {product.name} ({REGISTER_NAMES[registers[product.guid]]})"

    def agrees(guid: str, article: fortnox.Article) -> bool:
        return agreement(by_guid[guid], article) is True

    in_severa = _Holders(System.SEVERA, by_guid, lambda product: folded(product.code), named, known)
    in_fortnox = _Holders(System.FORTNOX, by_number, _article_number, _article_named, known)
    # An article that a product agrees with entirely is no other product's for its name alone.
    called: dict[str, list[fortnox.Article]] = defaultdict(list)
    for number, article in in_fortnox.left.items():
        spoken_for = any(agrees(guid, article) for guid in in_severa.ids(_article_number(article)))
        if number not in known.ignored_in_fortnox and not spoken_for:
            called[folded(article.Description)].append(article)
    whole, others, shown = [], [], set()
    for guid, product in in_severa.left.items():
        code = folded(product.code)
        numbers = in_fortnox.ids(code)
        if guid in known.ignored_in_severa and guid not in in_severa.ids(code):
            others.append(pair(product, None))
            continue
        one = by_number[numbers[0]] if len(numbers) == 1 else None
        equals = [each for each in in_severa.ids(code) if one and each in in_severa.left and agrees(each, one)]
        if one and equals == [guid] and one.ArticleNumber in in_fortnox.left:
            whole.append(pair(product, one))
            shown.add(one.ArticleNumber)
            continue
        alike = [one] if one and guid not in equals else []
        left_alone = known.why_ignored(None, guid, one.ArticleNumber if one else None) is not None
        # What is never created collides with nothing, and neither does what is left alone.
        if product.isActive is not False and not left_alone:
            names = sorted({folded(product.name), folded(name_of_article(product))} - {""})
            alike += [each for name in names for each in called[name] if each.ArticleNumber not in numbers]
        rivals: tuple[str, ...] = ()
        if one and guid in equals:
            rivals = in_severa.told(equals) if one.ArticleNumber in in_fortnox.left else in_fortnox.words(code)
        elif not numbers and len(in_severa.ids(code)) > 1:
            rivals = in_severa.words(code)
        variants = in_fortnox.words(code) if len(numbers) > 1 else ()
        about = replace(pair(product, None), rivals=rivals, variants=variants, alike=tuple(alike))
        for each in alike:
            half = Agreement.CODE if each is one else Agreement.NAME
            ignored = known.why_ignored(None, guid, each.ArticleNumber)
            others.append(replace(about, fortnox=each, half=half, ignored=ignored))
            shown.add(each.ArticleNumber)
        others += [] if alike else [about]
    for number, article in in_fortnox.left.items():
        if number not in shown:
            code = _article_number(article)
            variants = in_fortnox.words(code) if len(in_fortnox.ids(code)) > 1 else ()
            others.append(replace(pair(None, article), rivals=in_severa.words(code), variants=variants))
    linked = [pair(by_guid.get(each.severa_id), by_number.get(each.fortnox_id), each) for each in known.links]
    return [*linked, *whole, *others]


def match_projects(
    projects: Iterable[Project], in_fortnox: Iterable[fortnox.Project], known: Known
) -> list[ProjectPair]:
    """Every project of both systems, once, in a pair: the linked ones first, then by number."""
    by_guid = {project.guid: project for project in projects}
    by_number = {project.ProjectNumber: project for project in in_fortnox}
    pairs = [
        ProjectPair(
            severa=by_guid.get(link.severa_id),
            fortnox=by_number.get(link.fortnox_id),
            linked=link,
            in_step=link.severa_id in known.in_step,
            ignored=known.why_ignored(link, None, None),
        )
        for link in known.links
    ]
    ours = _Holders(System.SEVERA, by_guid, _number, _named, known)
    theirs = _Holders(System.FORTNOX, by_number, lambda each: each.ProjectNumber, _project_named, known)
    of_customer: dict[str | None, list[Project]] = defaultdict(list)
    for project in by_guid.values():
        of_customer[project.customer.guid if project.customer else None].append(project)
    found = set()
    for guid, project in ours.left.items():
        number = _number(project)
        ids = theirs.ids(number) if ours.ids(number) == [guid] else []
        rivals = ours.words(number, but=guid)
        if ids and ids[0] not in theirs.left:
            ids, rivals = [], theirs.words(number)
        found |= set(ids)
        pairs.append(
            ProjectPair(
                severa=project,
                fortnox=by_number[ids[0]] if ids else None,
                rivals=rivals,
                namesakes=namesakes_of(project, of_customer[project.customer.guid]) if project.customer else (),
                ignored=known.why_ignored(None, guid, ids[0] if ids else None),
            )
        )
    pairs += [
        ProjectPair(fortnox=project, ignored=known.why_ignored(None, None, number))
        for number, project in theirs.left.items()
        if number not in found
    ]
    return pairs


def namesakes_of(project: Project, of_customer: Iterable[Project]) -> tuple[str, ...]:
    """The customer's other projects that Fortnox would show under the same name; only of a name that is cut there."""
    if len(project.name) <= PROJECT_NAME:
        return ()
    shown = name_in_fortnox(project)
    others = (each for each in of_customer if each.guid != project.guid and each.name != project.name)
    return tuple(sorted(_named(each) for each in others if name_in_fortnox(each) == shown))


class _Holders(Generic[T]):
    """Who has which number, or code, in one system.

    An ignored record leaves its number to the others; only when all are ignored does the first stand for them, so that
    what has the same number elsewhere is left alone too. A linked record keeps its number, ignored or not.

    Args:
        records: by id, in the order in which they are gone through.
        number: a record's number in the form in which numbers are compared; "" when it has none.
        name: what a person calls the record.
    """

    def __init__(
        self,
        system: System,
        records: Mapping[str, T],
        number: Callable[[T], str],
        name: Callable[[T], str],
        known: Known,
    ) -> None:
        linked = {link.severa_id if system is System.SEVERA else link.fortnox_id for link in known.links}
        self.ignored = known.ignored_in_severa if system is System.SEVERA else known.ignored_in_fortnox
        #: The records that are not linked, by id.
        self.left = {id: record for id, record in records.items() if id not in linked}
        self._records, self._name = records, name
        self._ids: dict[str, list[str]] = defaultdict(list)
        for id in sorted(records):
            self._ids[number(records[id])].append(id)

    def ids(self, number: str) -> list[str]:
        """The records that the number may mean, ordered; none for a number that is empty."""
        everybody = self._ids.get(number, []) if number else []
        counting = [id for id in everybody if id not in self.left or id not in self.ignored]
        return counting or everybody[:1]

    def is_clear(self, number: str) -> bool:
        """Whether no linked record and no two records have the number."""
        ids = self.ids(number)
        return len(ids) < 2 and all(id in self.left for id in ids)

    def words(self, number: str, but: str = "") -> tuple[str, ...]:
        """Those who have the number, as a person names them.

        Args:
            but: the id of one that is left out.
        """
        return self.told([id for id in self.ids(number) if id != but])

    def told(self, ids: Iterable[str]) -> tuple[str, ...]:
        """Some of the records, as a person names them."""
        suffix = ", which is linked to something else"
        return tuple(sorted(self._name(self._records[id]) + ("" if id in self.left else suffix) for id in ids))


def _twins(customers: _Holders[Customer], cards: _Holders[Card]) -> dict[str, str]:
    """Customers that are one company under two numbers, neither of them in both systems: an id to the other's name."""
    ours: dict[str, list[Customer]] = defaultdict(list)
    theirs: dict[str, list[Card]] = defaultdict(list)
    for guid, customer in customers.left.items():
        if guid not in customers.ignored and not customer.isInternal and not cards.ids(_number(customer)):
            ours[identity_digits(customer.kvkNumber)].append(customer)
    for number, card in cards.left.items():
        if number not in cards.ignored and not customers.ids(folded_number(number)):
            theirs[identity_digits(card.organisation_number)].append(card)
    twins: dict[str, str] = {}
    for digits in ours.keys() & theirs.keys():
        if len(digits) >= IDENTITY_DIGITS:
            twins |= {each.guid: ", ".join(sorted(map(_named, theirs[digits]))) for each in ours[digits]}
            twins |= {each.number: ", ".join(sorted(map(_named, ours[digits]))) for each in theirs[digits]}
    return twins


def _number(record: Customer | Project) -> str:
    return "" if record.number is None else str(record.number)


def _named(record: Customer | Card | Project) -> str:
    return record.name if record.number is None else f"{record.number} {record.name}"


def _article_number(article: fortnox.Article) -> str:
    return folded(article.ArticleNumber)


def _article_named(article: fortnox.Article) -> str:
    return f"{article.ArticleNumber} {article.Description or ''}".strip()


def _project_named(project: fortnox.Project) -> str:
    return f"{project.ProjectNumber} {project.Description or ''}".strip()
