"""Find the customers, products and projects that changed, in Severa since the last poll and in Fortnox once a day.

The watermark moves only after everything is queued, and the list is read from a little before it: a record that is
listed twice is known by its fingerprint, so it costs nothing twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from severa_fortnox.alerts.catalogue import reason_of
from severa_fortnox.decisions.brake import FEWEST, mass_change
from severa_fortnox.decisions.project_pairs import closes_on
from severa_fortnox.decisions.prospects import qualified_by
from severa_fortnox.errors import Misconfigured, System
from severa_fortnox.flows import outcome
from severa_fortnox.flows.pairs import agreed_at
from severa_fortnox.flows.session import Desk, Queue, Session
from severa_fortnox.flows.watermarks import (
    ALL_QUALIFIED,
    IN_FORTNOX,
    IN_SEVERA,
    OVERLAP,
    advance,
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
#: The subject of what keeps the registers from being polled.
SUBJECT = "connection#registers"


@dataclass(frozen=True)
class Found:
    """A changed record.

    Args:
        distinct: tells this change from the next one.
        is_linked: whether it has a counterpart that the change reaches, as far as the list shows; for the brake.
    """

    work: Work
    distinct: str
    is_linked: bool


def poll_registers(session: Session, queue: Queue) -> int:
    """Queue what changed in Severa, and once a day what changed in Fortnox; the answer is how many records.

    Nothing changed: one Severa call for each list, no Fortnox call and one write.

    Raises:
        IntegrationError: one of the systems cannot be reached; the next poll finds the same again.
    """
    now = datetime.fromtimestamp(session.clock(), UTC)
    since = read_until(session, IN_SEVERA) or session.settings.activated_on or now
    found, no_longer_prospects = _in_severa(session, since - OVERLAP)
    braked = _brake(session, found)
    queued = _queue(queue, found, braked)
    if Kind.CUSTOMER not in braked:
        # Only now: who is known as qualified is not looked at again for that.
        session.store.qualified.add(session.connection.id, no_longer_prospects)
    if not braked:
        advance(session, IN_SEVERA, now)
    caught_up = read_until(session, IN_FORTNOX)
    if caught_up is None or caught_up.date() < now.date():
        # What Severa told is queued by now, and waits for no Fortnox that is down.
        found = _in_fortnox(session, caught_up, now)
        braked_in_fortnox = _brake(session, found)
        queued += _queue(queue, found, braked_in_fortnox)
        if not braked_in_fortnox:
            advance(session, IN_FORTNOX, now)
        braked = {**braked, **braked_in_fortnox}
    tell(session, list(braked.values()))
    return queued


def _queue(queue: Queue, found: Sequence[Found], braked: Collection[Kind]) -> int:
    """Queue what no brake holds back; how many."""
    free = [each for each in found if each.work.kind not in braked]
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
            tell(desk, [reason_of(failure)])
        return None


def _in_severa(session: Session, since: datetime) -> tuple[list[Found], set[str]]:
    """What changed, and who is no prospect any more."""
    projects = list(session.severa.projects(changed_since=since))
    customers, no_longer_prospects = _customers(session, since, projects)
    products: list[Found] = []
    for register in Register:
        products += _unseen(session, Kind.PRODUCT, list(session.severa.products(register, since)))
    wanted = _unseen(session, Kind.PROJECT, projects) if session.settings.transfer_projects else []
    return [*customers, *products, *wanted], no_longer_prospects


def _customers(session: Session, since: datetime, projects: Sequence[Project]) -> tuple[list[Found], set[str]]:
    """Changed customers, those with a changed address, and those that a project or an invoice made a customer."""
    connection = session.connection.id
    qualified = qualified_by(projects, session.severa.changed_invoices(since))
    no_longer_prospects = qualified - session.store.qualified.among(connection, qualified)
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
    found = [
        each
        for guid in sorted(unseen)
        if (each := _found(session, Kind.CUSTOMER, guid, changed.get(guid), guid in links)) is not None
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
    """The record to be looked at; None when it was refused and has not changed since."""
    changed = getattr(record, "lastUpdatedDateTime", None) or getattr(record, "createdDateTime", None)
    text = changed.isoformat() if isinstance(changed, datetime) else f"{session.clock():.0f}"
    problem = session.store.problems.get(session.connection.id, f"{kind}#{guid}")
    if problem is not None and session.clock() < problem.retry_at and problem.detail.get("changed") == text:
        return None
    return Found(Work(session.connection.id, kind, guid, Cause.POLL), text, is_linked)


def _in_fortnox(session: Session, since: datetime | None, now: datetime) -> list[Found]:
    """What changed in Fortnox since the last catch-up; the first one only remembers what is there."""
    connection = session.connection.id
    if session.store.before.get(connection, Kind.PRODUCT) is None:
        numbers = [article.ArticleNumber for article in session.fortnox.articles()]
        session.store.before.put_once(connection, Kind.PRODUCT, numbers)
    if since is None:
        since = session.settings.activated_on or now
    modified = since - OVERLAP
    kinds: dict[Kind, dict[str, CustomerItem | ArticleItem | InFortnox]] = {
        Kind.CUSTOMER: {each.CustomerNumber: each for each in session.fortnox.customers(modified_since=modified)},
        Kind.PRODUCT: {each.ArticleNumber: each for each in session.fortnox.articles(modified_since=modified)},
        Kind.PROJECT: {each.ProjectNumber: each for each in session.fortnox.projects(modified_since=modified)},
    }
    found = []
    for kind, records in kinds.items():
        keys = [LinkKey(kind, System.FORTNOX, number) for number in records]
        links = session.store.links.many(connection, keys)
        for key in keys:
            # Projects are never brought from Fortnox, so only linked ones concern us.
            if kind is not Kind.PROJECT or key in links:
                work = Work(connection, kind, key.id, Cause.POLL, System.FORTNOX)
                is_news = key in links and not _is_ours(records[key.id], links[key], modified)
                found.append(Found(work, now.date().isoformat(), is_news))
    return found + _closing(session, since, now.date())


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
        and (project.lastUpdatedDateTime is None or with_zone(project.lastUpdatedDateTime).date() < day)
    ]
    links = _links(session, Kind.PROJECT, [project.guid for project in closed])
    return [
        # It was counted when it closed.
        Found(Work(session.connection.id, Kind.PROJECT, project.guid, Cause.POLL), f"closing {today}", False)
        for project in closed
        if project.guid in links
    ]


def _brake(session: Session, found: Sequence[Found]) -> dict[Kind, Reason]:
    """The kinds of which too many linked records changed at once, and nobody has looked at them since it was told."""
    counts = Counter(each.work.kind for each in found if each.is_linked)
    braked = {}
    for kind, changes in counts.items():
        if changes <= FEWEST or _is_released(session, kind):
            continue
        links = sum(1 for _ in session.store.links.all(session.connection.id, kind))
        reason = mass_change(kind, changes, links, session.settings.mass_change_share)
        if reason is not None:
            braked[kind] = reason
    return braked


def _is_released(session: Session, kind: Kind) -> bool:
    """Whether somebody has loaded the register, and so seen what would change, after the brake was told of."""
    problem = session.store.problems.get(session.connection.id, SUBJECT)
    loaded = read_until(session, loaded_until(kind))
    return problem is not None and loaded is not None and loaded.timestamp() > problem.opened_at


def tell(desk: Desk, reasons: Sequence[Reason]) -> None:
    """Open the problem of the registers, or close it when there is no reason any more."""
    if reasons:
        name = f"the registers of {desk.connection.name}"
        opened = desk.store.problems.open(desk.connection.id, SUBJECT, reasons, name=name, detail={})
        if not opened.problem.mailed:
            outcome.announce(desk, opened.problem)
        return
    problem = desk.store.problems.get(desk.connection.id, SUBJECT)
    if problem is not None:
        outcome.close(desk, problem)


def _links(session: Session, kind: Kind, guids: Iterable[str]) -> dict[str, Link]:
    keys = [LinkKey(kind, System.SEVERA, guid) for guid in guids]
    return {key.id: link for key, link in session.store.links.many(session.connection.id, keys).items()}


def _guid(reference: object) -> str:
    return getattr(reference, "guid", None) or ""
