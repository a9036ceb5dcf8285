"""Find the customers, products and projects that changed, in Severa since the last poll and in Fortnox once a day.

The watermark moves only after everything is queued, and the list is read from a little before it: a record that is
listed twice is known by its fingerprint, so it costs nothing twice.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from severa_fortnox.alerts.catalogue import reason_of
from severa_fortnox.decisions.project_pairs import closes_on
from severa_fortnox.decisions.prospects import qualified_by
from severa_fortnox.errors import Misconfigured, System
from severa_fortnox.flows import outcome, register_brake
from severa_fortnox.flows.pairs import agreed_at
from severa_fortnox.flows.register_brake import KINDS, REGISTERS
from severa_fortnox.flows.session import Desk, Queue, Session
from severa_fortnox.flows.watermarks import (
    ALL_QUALIFIED,
    IN_SEVERA,
    OVERLAP,
    advance,
    in_fortnox,
    loaded_until,
    read_until,
)
from severa_fortnox.fortnox.models import Article, ArticleItem, CustomerItem
from severa_fortnox.fortnox.models import Project as InFortnox
from severa_fortnox.mapping.fingerprints import fingerprint, is_seen, is_seen_address, of_item
from severa_fortnox.reason import Reason
from severa_fortnox.severa.client import Register
from severa_fortnox.severa.models import Customer, Product, Project
from severa_fortnox.store.links import Link, LinkKey
from severa_fortnox.timing import with_zone
from severa_fortnox.work import Cause, Kind, Work

#: Operations that fail for the whole connection.
TOKENS = frozenset({"POST /v1/token", "POST /oauth-v1/token"})


@dataclass(frozen=True)
class Found:
    """A changed record.

    Args:
        distinct: tells this change from the next one.
        counts: whether it changes a linked record, as far as the list shows, and no person has seen it; for the brake.
    """

    work: Work
    distinct: str
    counts: bool


def poll_registers(session: Session, queue: Queue) -> int:
    """Queue what changed in Severa, and once a day what changed in Fortnox; the answer is how many records.

    Nothing changed: one Severa call for each list, no Fortnox call and one write.

    Raises:
        IntegrationError: one of the systems cannot be reached; the next poll finds the same again.
    """
    now = datetime.fromtimestamp(session.clock(), UTC)
    found, no_longer_prospects = _in_severa(session, now)
    held = _held(session, found)
    queued = _queue(queue, found, held)
    if Kind.CUSTOMER not in held:
        # Only now: who is known as qualified is not looked at again for that.
        session.store.qualified.add(session.connection.id, no_longer_prospects)
    if not held:
        advance(session, IN_SEVERA, now)
    # What Severa told is queued, and told of, by now: it waits for no Fortnox that is down.
    register_brake.hold(session, held)
    due = _due(session, now)
    found = _in_fortnox(session, due, now)
    held_in_fortnox = _held(session, found)
    queued += _queue(queue, found, held_in_fortnox)
    for kind in due:
        if kind not in held_in_fortnox:
            advance(session, in_fortnox(kind), now)
    register_brake.hold(session, held_in_fortnox)
    register_brake.release(session, {*held, *held_in_fortnox})
    outcome.clear(session, REGISTERS)
    return queued


def _due(session: Session, now: datetime) -> dict[Kind, datetime | None]:
    """The kinds that Fortnox was not read for today, and how far each was read; None: never."""
    read = {kind: read_until(session, in_fortnox(kind)) for kind in KINDS}
    return {kind: until for kind, until in read.items() if until is None or until.date() < now.date()}


def _held(session: Session, found: Sequence[Found]) -> dict[Kind, Reason]:
    return register_brake.too_many(session, [each.work.kind for each in found if each.counts])


def _queue(queue: Queue, found: Sequence[Found], held: Collection[Kind]) -> int:
    """Queue what no brake holds; how many."""
    free = [each for each in found if each.work.kind not in held]
    for each in free:
        queue.put(each.work, distinct=each.distinct)
    return len(free)


def guarded_poll_registers(desk: Desk, open: Callable[[], Session], queue: Queue) -> int | None:
    """`poll_registers`, with what keeps the registers from being read turned into a problem of theirs; None then.

    It is not one of the invoices, which need fewer rights; what keeps the whole connection out, their poll has told.

    Args:
        open: opens the connection.

    Raises:
        IntegrationError: what passes by itself; the next poll tries again.
    """
    try:
        session = open()
    except Misconfigured:
        return None
    try:
        return poll_registers(session, queue)
    except Misconfigured as failure:
        if failure.operation not in TOKENS:
            name = f"the registers of {desk.connection.name}"
            outcome.tell(desk, REGISTERS, [reason_of(failure)], name=name)
        return None


def _in_severa(session: Session, now: datetime) -> tuple[list[Found], set[str]]:
    """What changed, and who is no prospect any more."""
    polled = read_until(session, IN_SEVERA)
    since = (polled or session.settings.activated_on or now) - OVERLAP
    projects = list(session.severa.projects(changed_since=since))
    qualified = qualified_by(projects, session.severa.changed_invoices(since))
    compared = read_until(session, ALL_QUALIFIED) if polled is None else None
    if compared is not None and compared < since:
        # A comparison was made before the connection was switched on; what came between was read by nobody.
        qualified |= qualified_by(
            session.severa.projects(changed_since=compared - OVERLAP),
            session.severa.changed_invoices(compared - OVERLAP),
        )
    customers, no_longer_prospects = _customers(session, since, qualified)
    products: list[Found] = []
    for register in Register:
        products += _unseen(session, Kind.PRODUCT, list(session.severa.products(register, since)))
    wanted = _unseen(session, Kind.PROJECT, projects) if session.settings.transfer_projects else []
    return [*customers, *products, *wanted], no_longer_prospects


def _customers(session: Session, since: datetime, qualified: Collection[str]) -> tuple[list[Found], set[str]]:
    """Changed customers, those with a changed address, and those that a project or an invoice made a customer.

    Args:
        qualified: the guids of those.
    """
    connection = session.connection.id
    no_longer_prospects = set(qualified) - session.store.qualified.among(connection, qualified)
    changed = {customer.guid: customer for customer in session.severa.customers(changed_since=since)}
    addresses = [each for each in session.severa.all_addresses(changed_since=since) if _guid(each.customer)]
    guids = {*changed, *qualified, *(_guid(each.customer) for each in addresses)}
    links = _links(session, Kind.CUSTOMER, guids)
    unseen = {guid for guid, customer in changed.items() if _is_news(session, links.get(guid), customer)}
    unseen |= {
        _guid(each.customer)
        for each in addresses
        if (link := links.get(_guid(each.customer))) is None or not is_seen_address(link.synced, each)
    }
    # Known as qualified is not looked at: a comparison may have learned of it before any poll.
    unseen |= {
        guid
        for guid in qualified
        if guid not in links
        and (guid in no_longer_prospects or session.store.problems.get(connection, f"{Kind.CUSTOMER}#{guid}") is None)
    }
    unlinked = [guid for guid in unseen if guid not in links]
    if unlinked and read_until(session, ALL_QUALIFIED) is not None:
        # A prospect is left alone without asking for its projects and invoices.
        unseen -= set(unlinked) - session.store.qualified.among(connection, unlinked) - no_longer_prospects
    moved = {_guid(each.customer): each for each in addresses}
    found = [
        each
        for guid in sorted(unseen)
        if (each := _found(session, Kind.CUSTOMER, guid, changed.get(guid) or moved.get(guid), guid in links))
    ]
    return found, no_longer_prospects


def _is_news(session: Session, link: Link | None, customer: Customer) -> bool:
    if link is None:
        return not customer.isInternal
    if link.synced.get("severa") != fingerprint(customer):
        return True
    # Where Severa calls a removed address a change of its customer, nothing else tells of it.
    moved = session.readings.address_moves_customer
    return moved and not is_seen(link.synced, customer, session.severa.addresses(customer.guid))


def _unseen(session: Session, kind: Kind, records: Sequence[Product | Project]) -> list[Found]:
    """The records whose link does not know them as they are."""
    by_guid = {record.guid: record for record in records}
    links = _links(session, kind, by_guid)
    found = [
        _found(session, kind, guid, record, guid in links)
        for guid, record in by_guid.items()
        if guid not in links or links[guid].synced.get("severa") != fingerprint(record)
    ]
    return [each for each in found if each is not None]


def _found(session: Session, kind: Kind, guid: str, record: object, is_linked: bool) -> Found | None:
    """The record to be looked at; None when it was refused and has not changed since.

    Args:
        record: what was listed as changed: the record or an address of it; None when neither was.
    """
    changed = getattr(record, "lastUpdatedDateTime", None) or getattr(record, "createdDateTime", None)
    text = changed.isoformat() if isinstance(changed, datetime) else f"{session.clock():.0f}"
    problem = session.store.problems.get(session.connection.id, f"{kind}#{guid}")
    if problem is not None and session.clock() < problem.retry_at and problem.detail.get("changed") == text:
        return None
    counts = is_linked and register_brake.is_unseen(session, kind, changed)
    return Found(Work(session.connection.id, kind, guid, Cause.POLL), text, counts)


def _in_fortnox(session: Session, due: Mapping[Kind, datetime | None], now: datetime) -> list[Found]:
    """What changed in Fortnox since the last catch-up; the first one only remembers what is there.

    Args:
        due: the kinds to be caught up with, and how far each was read; None: never.
    """
    connection = session.connection.id
    if Kind.PRODUCT in due and session.store.before.get(connection, Kind.PRODUCT) is None:
        numbers = [article.ArticleNumber for article in session.fortnox.articles()]
        session.store.before.put_once(connection, Kind.PRODUCT, numbers)
    found: list[Found] = []
    for kind, read in due.items():
        since = read or session.settings.activated_on or now
        found += _modified(session, kind, since - OVERLAP, now.date())
        if kind is Kind.PROJECT:
            found += _closing(session, since, now.date())
    return found


def _modified(session: Session, kind: Kind, since: datetime, today: date) -> list[Found]:
    """The records of a kind that Fortnox lists as modified."""
    connection = session.connection.id
    records = _listed(session, kind, since)
    links = session.store.links.many(connection, [LinkKey(kind, System.FORTNOX, number) for number in records])
    seen = read_until(session, loaded_until(kind, System.FORTNOX))
    # A list tells no moments, so what came after a load is listed by itself.
    unseen = records if seen is None or seen <= since or not links else _listed(session, kind, seen)
    found = []
    for number, record in records.items():
        link = links.get(LinkKey(kind, System.FORTNOX, number))
        # Projects are never brought from Fortnox, so only linked ones concern us.
        if kind is not Kind.PROJECT or link is not None:
            counts = link is not None and number in unseen and not _is_ours(record, link, max(since, seen or since))
            work = Work(connection, kind, number, Cause.POLL, System.FORTNOX)
            found.append(Found(work, today.isoformat(), counts))
    return found


def _listed(session: Session, kind: Kind, since: datetime) -> dict[str, CustomerItem | ArticleItem | InFortnox]:
    """The records of a kind that were modified since then, by number."""
    match kind:
        case Kind.CUSTOMER:
            return {each.CustomerNumber: each for each in session.fortnox.customers(modified_since=since)}
        case Kind.PRODUCT:
            return {each.ArticleNumber: each for each in session.fortnox.articles(modified_since=since)}
    return {each.ProjectNumber: each for each in session.fortnox.projects(modified_since=since)}


def _is_ours(record: CustomerItem | ArticleItem | InFortnox, link: Link, since: datetime) -> bool:
    """Whether the list shows what it showed when the two last agreed: what we wrote ourselves is no mass change.

    A list does not say whether the record is active, so both are tried. Of a customer it shows half: the other half
    was changed by somebody else when we have not looked at it since.
    """
    match record:
        case CustomerItem():
            if agreed_at(link) < since.timestamp():
                return False
            return link.synced.get("item") in {of_item(record, active=active) for active in (True, False)}
        case ArticleItem():
            shown = {"VAT": record.VAT or Decimal(0), "Unit": record.Unit, "Description": record.Description}
            articles = [Article(ArticleNumber=record.ArticleNumber, Active=active, **shown) for active in (True, False)]
            return link.synced.get("fortnox") in {fingerprint(article) for article in articles}
    return link.synced.get("fortnox") == fingerprint(record)


def _closing(session: Session, since: datetime, today: date) -> list[Found]:
    """The closed projects that have come to be completed since the last time."""
    if session.settings.project_closing == "leave_open" or not session.settings.transfer_projects:
        return []
    first = since.date() - timedelta(days=1)
    # All of them: the day may have been set long before it comes. One that had come then was found as a change.
    closed = [
        project
        for project in session.severa.projects(closed=True)
        if (day := closes_on(project, session.settings)) is not None
        and first <= day <= today
        and (project.lastUpdatedDateTime is None or with_zone(project.lastUpdatedDateTime).astimezone(UTC).date() < day)
    ]
    links = _links(session, Kind.PROJECT, [project.guid for project in closed])
    return [
        # It was counted when it closed.
        Found(Work(session.connection.id, Kind.PROJECT, project.guid, Cause.POLL), f"closing {today}", False)
        for project in closed
        if project.guid in links
    ]


def _links(session: Session, kind: Kind, guids: Iterable[str]) -> dict[str, Link]:
    keys = [LinkKey(kind, System.SEVERA, guid) for guid in guids]
    return {key.id: link for key, link in session.store.links.many(session.connection.id, keys).items()}


def _guid(reference: object) -> str:
    return getattr(reference, "guid", None) or ""
