"""Both registers read whole, made into pairs, and each pair decided: what the preview, the load and the report show.

Fortnox's list of customers lacks half of each card, so a card is read when something depends on it: when it is to be
linked, copied, or was changed since the two last agreed. A company in step costs the listings and nothing more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, TypeVar

from pydantic import BaseModel

from severa_fortnox.decisions.brake import empty_or_short, mass_change
from severa_fortnox.decisions.customer_pairs import CustomerPair, is_severa_number
from severa_fortnox.decisions.decision import Create, Link, Skip, Update
from severa_fortnox.decisions.identity import different_company, folded_number
from severa_fortnox.decisions.matching import Known, match_customers, match_products, match_projects
from severa_fortnox.decisions.pairs import BOTH, Linked, Pair, Surroundings
from severa_fortnox.errors import System
from severa_fortnox.flows.counterparts import existing
from severa_fortnox.flows.pairs import Decision, is_in_step, linked, surroundings
from severa_fortnox.flows.register_polls import ALL_QUALIFIED, OVERLAP
from severa_fortnox.flows.session import Session
from severa_fortnox.flows.sync import ENTITIES
from severa_fortnox.fortnox.models import Article, CustomerItem
from severa_fortnox.fortnox.models import Customer as FortnoxCustomer
from severa_fortnox.mapping.customers import Card
from severa_fortnox.mapping.fingerprints import fingerprint, is_seen, of_item
from severa_fortnox.reason import Reason
from severa_fortnox.settings import Settings
from severa_fortnox.severa.client import Register
from severa_fortnox.severa.models import Address, Customer
from severa_fortnox.store.links import Link as StoredLink
from severa_fortnox.work import Kind

T = TypeVar("T")

#: Told how far the reading is: what is read, how many are done, how many there are (None: not known).
Progress = Callable[[str, int, int | None], None]


def no_progress(_what: str, _done: int, _total: int | None) -> None:
    """Tells nobody."""


@dataclass(frozen=True)
class Looked:
    """A pair and what becomes of it.

    Args:
        following: what follows once the pair is linked, when it is to be linked; None otherwise.
    """

    pair: Any
    decision: Decision
    following: Decision | None = None

    @property
    def is_in_step(self) -> bool:
        """Whether the two are linked and agree."""
        return self.pair.linked is not None and is_in_step(self.decision)

    @property
    def is_change(self) -> bool:
        """Whether a run writes something."""
        return isinstance(self.decision, Create | Update | Link)


@dataclass(frozen=True)
class Comparison:
    """Both registers, pair by pair.

    Args:
        began_at: seconds since the epoch, before the first list was read.
        seconds: how long it took, and how long of it after everything was read.
        brake: why a load must not go on without a person's word; empty when it may.
        around: what the decisions knew beside the pairs.
        links: what was linked, as it was when the reading began.
    """

    kind: Kind
    looked: tuple[Looked, ...]
    in_severa: int
    in_fortnox: int
    began_at: float
    seconds: tuple[float, float]
    brake: tuple[Reason, ...]
    around: Surroundings
    links: Sequence[StoredLink]

    def of(self, *decisions: type) -> list[Looked]:
        """The pairs with one of these decisions."""
        return [each for each in self.looked if isinstance(each.decision, decisions)]


@dataclass(frozen=True)
class _Read:
    """What was read of one kind."""

    pairs: Sequence[Pair]
    in_severa: set[str]
    in_fortnox: set[str]


def compare(
    session: Session,
    kind: Kind,
    *,
    create_missing: bool | None = None,
    every_card: bool = False,
    at_once: int = 8,
    progress: Progress = no_progress,
) -> Comparison:
    """Read both registers and decide every pair; nothing is written in either system.

    Args:
        create_missing: whether records without a counterpart are created, in both systems and however old they are;
            None: as the settings say.
        every_card: read each linked customer's card although nothing in Fortnox's list says that it changed; the list
            shows half of it, and the rest is followed by the daily catch-up.
        at_once: calls in flight while cards are read.
        progress: told how far it is.

    Raises:
        IntegrationError: one of the systems cannot be read to its end.
    """
    began_at = session.clock()
    around = surroundings(
        session,
        taken_along=_taken_along(session.settings, kind, create_missing),
        before=session.store.before.get(session.connection.id, kind),
    )
    links = list(session.store.links.all(session.connection.id, kind))
    known = _known(session, kind, links)
    match kind:
        case Kind.CUSTOMER:
            read = _customers(session, [] if every_card else links, known, around, at_once, progress)
        case Kind.PRODUCT:
            read = _products(session, [] if every_card else links, known, progress)
        case _:
            read = _projects(session, links, known, progress)
    read_at = session.clock()
    looked = tuple(_looked(session, kind, pair, around) for pair in read.pairs)
    if create_missing is False:
        looked = tuple(map(_without_creation, looked))
    ended_at = session.clock()
    return Comparison(
        kind=kind,
        looked=looked,
        in_severa=len(read.in_severa),
        in_fortnox=len(read.in_fortnox),
        began_at=began_at,
        seconds=(ended_at - began_at, ended_at - read_at),
        brake=_brake(session, kind, looked, links, read),
        around=around,
        links=links,
    )


def _taken_along(settings: Settings, kind: Kind, create_missing: bool | None) -> Collection[System]:
    """The systems whose old records are created in the other one; by the settings only the main system's customers."""
    if create_missing is not None:
        return BOTH if create_missing else ()
    if kind is Kind.CUSTOMER:
        return {System(settings.customer_main)} if settings.transfer_all_customers else ()
    return BOTH if kind is Kind.PROJECT else ()


def _looked(session: Session, kind: Kind, pair: Any, around: Surroundings) -> Looked:
    entity = ENTITIES[kind]
    decision = entity.decide(pair, session.settings, around)
    if not isinstance(decision, Link):
        return Looked(pair, decision)
    link = Linked(pair.severa_id or "", decision.foreign_id, entity.kept(session.settings, pair, around))
    following = entity.decide(replace(pair, linked=link), session.settings, around)
    return Looked(pair, decision, following)


def _without_creation(looked: Looked) -> Looked:
    """What was asked for: nothing new; what was begun comes to its end all the same."""
    if not isinstance(looked.decision, Create) or looked.pair.begun:
        return looked
    return replace(looked, decision=Skip(Reason("creation-not-wanted", {"record": looked.pair.name})))


def _known(session: Session, kind: Kind, links: Sequence[StoredLink]) -> Known:
    ignored = session.store.ignored.all(session.connection.id, kind)
    return Known(
        links=[each for link in links if (each := linked(link)) is not None],
        ignored_in_severa={each.id: each.why for each in ignored if each.system is System.SEVERA},
        ignored_in_fortnox={each.id: each.why for each in ignored if each.system is System.FORTNOX},
    )


def _customers(
    session: Session,
    believed: Sequence[StoredLink],
    known: Known,
    around: Surroundings,
    at_once: int,
    progress: Progress,
) -> _Read:
    """Both customer registers.

    Args:
        believed: links whose fingerprints may say that nothing changed.
    """
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
    wholes = _read_cards(session, needed, at_once, progress)
    cards = [Card.of(wholes[card.number]) if card.number in wholes else card for card in cards]
    pairs = match_customers(customers, addresses, qualified, cards, wholes, known)
    return _Read(pairs, set(by_guid), set(items))


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
    connection, store = session.connection.id, session.store
    now = datetime.fromtimestamp(session.clock(), UTC)
    before = store.watermarks.get(connection, ALL_QUALIFIED)
    since = None if before is None else datetime.fromisoformat(before) - OVERLAP
    guids = set()
    projects = session.severa.projects(changed_since=since, closed=False, internal=False)
    for project in _all(projects, "open projects in Severa", progress):
        guids |= {project.customer.guid} if project.customer else set()
    for invoice in _all(session.severa.changed_invoices(since), "invoices in Severa", progress):
        guids |= {each.guid for each in (invoice.customer, invoice.billingCustomer) if each}
    store.qualified.add(connection, {guid for guid in guids if guid})
    store.watermarks.advance(connection, ALL_QUALIFIED, now.isoformat())
    return store.qualified.all(connection)


def _products(session: Session, believed: Sequence[StoredLink], known: Known, progress: Progress) -> _Read:
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
    return _Read(pairs, {product.guid for _, product in products}, {each.ArticleNumber for each in articles})


def _projects(session: Session, links: Sequence[StoredLink], known: Known, progress: Progress) -> _Read:
    projects = _all(session.severa.projects(), "projects in Severa", progress)
    theirs = _all(session.fortnox.projects(), "projects in Fortnox", progress)
    by_guid, by_number = {each.guid: each for each in projects}, {each.ProjectNumber: each for each in theirs}
    pairs = match_projects(projects, theirs, replace(known, in_step=_in_step(links, by_guid, by_number)))
    return _Read(pairs, {project.guid for project in projects}, {project.ProjectNumber for project in theirs})


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


def _brake(
    session: Session, kind: Kind, looked: Sequence[Looked], links: Sequence[StoredLink], read: _Read
) -> tuple[Reason, ...]:
    updates = sum(isinstance(each.decision, Update) or isinstance(each.following, Update) for each in looked)
    pairs = len(links) + sum(isinstance(each.decision, Link) for each in looked)
    missing_in_severa = sum(1 for link in links if link.severa_id not in read.in_severa)
    missing_in_fortnox = sum(1 for link in links if link.fortnox_id not in read.in_fortnox)
    reasons = (
        empty_or_short(kind, System.SEVERA, len(read.in_severa), missing_in_severa, len(links)),
        empty_or_short(kind, System.FORTNOX, len(read.in_fortnox), missing_in_fortnox, len(links)),
        mass_change(kind, updates, pairs, session.settings.mass_change_share),
    )
    return tuple(reason for reason in reasons if reason is not None)


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
