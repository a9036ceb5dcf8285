"""Both registers of a kind read whole and made into pairs, with as few calls as what is decided allows.

Fortnox's list of customers lacks half of each card, so a card is read when something depends on it: when it is to be
linked, copied, or was changed since the two last agreed. A company in step costs the listings and nothing more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import TypeVar

from pydantic import BaseModel

from severa_fortnox.decisions.customer_pairs import CustomerPair, is_severa_number
from severa_fortnox.decisions.identity import different_company, folded_number
from severa_fortnox.decisions.matching import Known, match_customers, match_products, match_projects
from severa_fortnox.decisions.pairs import Pair, Surroundings
from severa_fortnox.decisions.prospects import qualified_by
from severa_fortnox.errors import System
from severa_fortnox.flows.counterparts import existing
from severa_fortnox.flows.session import Session
from severa_fortnox.flows.watermarks import ALL_QUALIFIED, OVERLAP, advance, read_until
from severa_fortnox.fortnox.models import Article, CustomerItem
from severa_fortnox.fortnox.models import Customer as FortnoxCustomer
from severa_fortnox.mapping.customers import Card
from severa_fortnox.mapping.fingerprints import fingerprint, is_seen, of_item
from severa_fortnox.severa.client import Register
from severa_fortnox.severa.models import Address, Customer
from severa_fortnox.store.links import Link as StoredLink

T = TypeVar("T")

#: Told how far the reading is: what is read, how many are done, how many there are (None: not known).
Progress = Callable[[str, int, int | None], None]


def no_progress(_what: str, _done: int, _total: int | None) -> None:
    """Tells nobody."""


@dataclass(frozen=True)
class Read:
    """What was read of one kind.

    Args:
        began_at: when, in UTC; None: never.
        cards: the Fortnox customers that were read whole, by number.
    """

    pairs: Sequence[Pair]
    in_severa: set[str]
    in_fortnox: set[str]
    began_at: datetime | None = None
    cards: Mapping[str, FortnoxCustomer] = field(default_factory=dict)


NOTHING_READ = Read((), set(), set())


def read_customers(
    session: Session,
    believed: Sequence[StoredLink],
    known: Known,
    around: Surroundings,
    at_once: int,
    progress: Progress,
    earlier: Read,
) -> Read:
    """Both customer registers.

    Args:
        believed: links whose fingerprints may say that nothing changed.
        earlier: what was read before; its cards are taken for those that Fortnox does not list as modified since.
    """
    began_at = datetime.fromtimestamp(session.clock(), UTC)
    customers = _all(session.severa.customers(), "customers in Severa", progress)
    addresses: dict[str, list[Address]] = defaultdict(list)
    for address in _all(session.severa.all_addresses(), "addresses in Severa", progress):
        if address.customer is not None and address.customer.guid is not None:
            addresses[address.customer.guid].append(address)
    qualified = _qualified(session, progress)
    items: dict[str, tuple[CustomerItem, bool]] = {}
    for active in (True, False):
        what = f"{'active' if active else 'inactive'} customers in Fortnox"
        items |= {
            each.CustomerNumber: (each, active) for each in _all(session.fortnox.customers(active), what, progress)
        }
    customers += _overlooked(session, customers, items, progress)
    by_guid = {customer.guid: customer for customer in customers}
    in_step = {
        link.severa_id
        for link in believed
        if (customer := by_guid.get(link.severa_id)) is not None
        and (shown := items.get(link.fortnox_id)) is not None
        and link.synced.get("item") == of_item(shown[0], active=shown[1])
        and is_seen(link.synced, customer, addresses.get(customer.guid, ()))
    }
    known = replace(known, in_step=in_step)
    cards = [_card(item, active) for item, active in items.values()]
    pairs = match_customers(customers, addresses, qualified, cards, {}, known)
    needed = [pair.card.number for pair in pairs if pair.card is not None and _needs_card(pair, around)]
    known_cards = _unmodified(session, earlier)
    wholes = _read_cards(session, [number for number in needed if number not in known_cards], at_once, progress)
    wholes |= {number: known_cards[number] for number in needed if number in known_cards}
    cards = [Card.of(wholes[card.number]) if card.number in wholes else card for card in cards]
    pairs = match_customers(customers, addresses, qualified, cards, wholes, known)
    return Read(pairs, set(by_guid), set(items), began_at, wholes)


def _unmodified(session: Session, earlier: Read) -> dict[str, FortnoxCustomer]:
    """The cards read earlier that are still what they were."""
    if earlier.began_at is None or not earlier.cards:
        return {}
    modified = {each.CustomerNumber for each in session.fortnox.customers(modified_since=earlier.began_at - OVERLAP)}
    return {number: card for number, card in earlier.cards.items() if number not in modified}


def _overlooked(
    session: Session, customers: Sequence[Customer], numbers: Iterable[str], progress: Progress
) -> list[Customer]:
    """Severa's customers that its list left out although Fortnox has their numbers.

    A record that is deleted while the list is read can make it skip another one, and what looks absent is created.
    """
    listed = {str(customer.number) for customer in customers}
    missing = {folded_number(number) for number in numbers if is_severa_number(number)} - listed
    if not missing:
        return []
    found = session.severa.customers(numbers=sorted(map(int, missing)))
    return [customer for customer in _all(found, "customers in Severa by number", progress)]


def _needs_card(pair: CustomerPair, around: Surroundings) -> bool:
    """Whether something depends on what Fortnox's list does not show."""
    if pair.ignored is not None or pair.rivals or pair.card is None or not pair.card.active:
        return False
    if pair.severa is None:
        is_created = System.FORTNOX in around.taken_along and pair.twin is None and is_severa_number(pair.card.number)
        return pair.linked is None and is_created
    if pair.linked is None:
        # The list shows no VAT number: what it would settle is not settled yet.
        settled = replace(pair.card, vat_number=pair.severa.vatNumber)
        if different_company(pair.severa, settled) is not None:
            return False
    return pair.severa.isActive and not pair.severa.isInternal and pair.qualified and not pair.in_step


def _read_cards(
    session: Session, numbers: Sequence[str], at_once: int, progress: Progress
) -> dict[str, FortnoxCustomer]:
    """The whole cards; one that was deleted since the list was read is left out."""
    wholes: dict[str, FortnoxCustomer] = {}
    with ThreadPoolExecutor(at_once) as pool:
        read = pool.map(lambda number: existing(session.fortnox.customer, number), numbers)
        for done, (number, whole) in enumerate(zip(numbers, read, strict=True), start=1):
            if whole is not None:
                wholes[number] = whole
            progress("customer cards in Fortnox", done, len(numbers))
    return wholes


def _qualified(session: Session, progress: Progress) -> set[str]:
    """Everybody who has, or ever had, an active project or an invoice.

    The first time every open project and every invoice is read, later only what changed since.
    """
    now, before = datetime.fromtimestamp(session.clock(), UTC), read_until(session, ALL_QUALIFIED)
    since = None if before is None else before - OVERLAP
    projects = session.severa.projects(changed_since=since, closed=False, internal=False)
    guids = qualified_by(
        _all(projects, "open projects in Severa", progress),
        _all(session.severa.changed_invoices(since), "invoices in Severa", progress),
    )
    session.store.qualified.add(session.connection.id, guids)
    advance(session, ALL_QUALIFIED, now)
    return session.store.qualified.all(session.connection.id)


def read_products(session: Session, believed: Sequence[StoredLink], known: Known, progress: Progress) -> Read:
    """Severa's three registers and Fortnox's articles; `believed` as above."""
    products = []
    for register in Register:
        found = _all(session.severa.products(register), f"{register} in Severa", progress)
        products += [(str(register), product) for product in found]
    articles = [
        Article(
            ArticleNumber=item.ArticleNumber,
            Description=item.Description,
            Unit=item.Unit,
            # A list leaves a VAT rate of 0 out.
            VAT=item.VAT or Decimal(0),
            Active=active,
        )
        for active in (True, False)
        for item in _all(session.fortnox.articles(active), "articles in Fortnox", progress)
    ]
    by_number = {article.ArticleNumber: article for article in articles}
    in_step = _in_step(believed, {product.guid: product for _, product in products}, by_number)
    pairs = match_products(products, articles, replace(known, in_step=in_step))
    return Read(pairs, {product.guid for _, product in products}, {each.ArticleNumber for each in articles})


def read_projects(session: Session, links: Sequence[StoredLink], known: Known, progress: Progress) -> Read:
    """Both project registers."""
    projects = _all(session.severa.projects(), "projects in Severa", progress)
    theirs = _all(session.fortnox.projects(), "projects in Fortnox", progress)
    by_guid, by_number = {each.guid: each for each in projects}, {each.ProjectNumber: each for each in theirs}
    pairs = match_projects(projects, theirs, replace(known, in_step=_in_step(links, by_guid, by_number)))
    return Read(pairs, {project.guid for project in projects}, {project.ProjectNumber for project in theirs})


def _in_step(
    links: Sequence[StoredLink], of_severa: Mapping[str, BaseModel], of_fortnox: Mapping[str, BaseModel]
) -> set[str]:
    """The guids of linked records without children of which neither side has changed since they last agreed."""
    return {
        link.severa_id
        for link in links
        if (ours := of_severa.get(link.severa_id)) is not None
        and (theirs := of_fortnox.get(link.fortnox_id)) is not None
        and (link.synced.get("severa"), link.synced.get("fortnox")) == (fingerprint(ours), fingerprint(theirs))
    }


def _card(item: CustomerItem, active: bool) -> Card:
    return Card(item.CustomerNumber, item.Name or "", active, None, None, item.OrganisationNumber, None)


def _all(records: Iterable[T], what: str, progress: Progress) -> list[T]:
    """The whole list, told record by record."""
    read = []
    for record in records:
        read.append(record)
        if len(read) % 100 == 0:
            progress(what, len(read), None)
    progress(what, len(read), len(read))
    return read
