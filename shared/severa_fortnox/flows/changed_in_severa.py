"""What changed in Severa since the last poll, and is not known already: customers, products and projects."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from severa_fortnox.decisions.brake import is_unseen
from severa_fortnox.decisions.project_pairs import closes_on
from severa_fortnox.decisions.prospects import qualified_by
from severa_fortnox.errors import System
from severa_fortnox.flows.register_brake import KINDS, Found
from severa_fortnox.flows.session import Session
from severa_fortnox.flows.watermarks import (
    ALL_QUALIFIED,
    IN_SEVERA,
    OVERLAP,
    ahead_in_severa,
    loaded_until,
    read_until,
)
from severa_fortnox.mapping.fingerprints import fingerprint, is_seen, is_seen_address
from severa_fortnox.severa.client import Register
from severa_fortnox.severa.models import Customer, Product, Project
from severa_fortnox.store.links import Link, LinkKey
from severa_fortnox.store.problems import Problem
from severa_fortnox.timing import with_zone
from severa_fortnox.work import Cause, Kind, Work


@dataclass(frozen=True)
class News:
    """What Severa told.

    Args:
        found: what changed.
        no_longer_prospects: the guids of the customers that were qualified for the first time.
    """

    found: Sequence[Found]
    no_longer_prospects: Collection[str]


def in_severa(session: Session, problems: Mapping[str, Problem], now: datetime) -> News:
    """What changed since the last poll.

    Args:
        problems: the open ones by subject.
    """
    polled = read_until(session, IN_SEVERA)
    since = {kind: _read_until(session, kind, polled, now) - OVERLAP for kind in KINDS}
    of_customers = list(session.severa.projects(changed_since=since[Kind.CUSTOMER]))
    projects = of_customers
    if since[Kind.PROJECT] != since[Kind.CUSTOMER]:
        projects = list(session.severa.projects(changed_since=since[Kind.PROJECT]))
    qualified = qualified_by(of_customers, session.severa.changed_invoices(since[Kind.CUSTOMER]))
    compared = read_until(session, ALL_QUALIFIED) if polled is None else None
    if compared is not None and compared < since[Kind.CUSTOMER]:
        # A comparison was made before the connection was switched on; what came between was read by nobody.
        qualified |= qualified_by(
            session.severa.projects(changed_since=compared - OVERLAP),
            session.severa.changed_invoices(compared - OVERLAP),
        )
    no_longer_prospects = qualified - session.store.qualified.among(session.connection.id, qualified)
    customers = _customers(session, problems, since[Kind.CUSTOMER], qualified, no_longer_prospects)
    products = [product for register in Register for product in session.severa.products(register, since[Kind.PRODUCT])]
    wanted = projects if session.settings.transfer_projects else []
    found = [
        *customers,
        *_unseen(session, problems, Kind.PRODUCT, products),
        *_unseen(session, problems, Kind.PROJECT, wanted),
    ]
    return News(found, no_longer_prospects)


def _read_until(session: Session, kind: Kind, polled: datetime | None, now: datetime) -> datetime:
    """How far a kind was read; one that is not held is read further than the others.

    Args:
        polled: how far all of them were.
    """
    all_of_them = polled or session.settings.activated_on or now
    return max(with_zone(all_of_them), with_zone(read_until(session, ahead_in_severa(kind)) or all_of_them))


def closing(session: Session, since: datetime, today: date) -> list[Found]:
    """The closed projects that have come to be completed since the last time."""
    if session.settings.project_closing == "leave_open":
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


def _customers(
    session: Session,
    problems: Mapping[str, Problem],
    since: datetime,
    qualified: Collection[str],
    no_longer_prospects: Collection[str],
) -> list[Found]:
    """Changed customers, those with a changed address, and those that a project or an invoice made a customer.

    Args:
        qualified: the guids of those.
        no_longer_prospects: the ones among them that were not known as qualified.
    """
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
        if guid not in links and (guid in no_longer_prospects or f"{Kind.CUSTOMER}#{guid}" not in problems)
    }
    unlinked = [guid for guid in unseen if guid not in links]
    if unlinked and read_until(session, ALL_QUALIFIED) is not None:
        # A prospect is left alone without asking for its projects and invoices.
        known = session.store.qualified.among(session.connection.id, unlinked)
        unseen -= set(unlinked) - known - set(no_longer_prospects)
    moved = {_guid(each.customer): each for each in addresses}
    records = {guid: changed.get(guid) or moved.get(guid) for guid in sorted(unseen)}
    return _found(session, problems, Kind.CUSTOMER, records, links)


def _is_news(session: Session, link: Link | None, customer: Customer) -> bool:
    if link is None:
        return not customer.isInternal
    if link.synced.get("severa") != fingerprint(customer):
        return True
    # Where Severa calls a removed address a change of its customer, nothing else tells of it.
    moved = session.readings.address_moves_customer
    return moved and not is_seen(link.synced, customer, session.severa.addresses(customer.guid))


def _unseen(
    session: Session, problems: Mapping[str, Problem], kind: Kind, records: Iterable[Product | Project]
) -> list[Found]:
    """The records whose link does not know them as they are."""
    by_guid = {record.guid: record for record in records}
    links = _links(session, kind, by_guid)
    unseen = {
        guid: record
        for guid, record in by_guid.items()
        if guid not in links or links[guid].synced.get("severa") != fingerprint(record)
    }
    return _found(session, problems, kind, unseen, links)


def _found(
    session: Session,
    problems: Mapping[str, Problem],
    kind: Kind,
    records: Mapping[str, object],
    linked: Collection[str],
) -> list[Found]:
    """Those to be looked at: not what was refused and has not changed since.

    Args:
        records: by guid what was listed as changed: the record or an address of it; None when neither was.
        linked: the guids that are linked.
    """
    # Once for all: after an import they are thousands.
    loaded = read_until(session, loaded_until(kind, System.SEVERA)) if records else None
    found = []
    for guid, record in records.items():
        changed = getattr(record, "lastUpdatedDateTime", None) or getattr(record, "createdDateTime", None)
        text = changed.isoformat() if isinstance(changed, datetime) else f"{session.clock():.0f}"
        problem = problems.get(f"{kind}#{guid}")
        if problem is None or session.clock() >= problem.retry_at or problem.detail.get("changed") != text:
            counts = guid in linked and is_unseen(changed, loaded)
            found.append(Found(Work(session.connection.id, kind, guid, Cause.POLL), text, counts))
    return found


def _links(session: Session, kind: Kind, guids: Iterable[str]) -> dict[str, Link]:
    keys = [LinkKey(kind, System.SEVERA, guid) for guid in guids]
    return {key.id: link for key, link in session.store.links.many(session.connection.id, keys).items()}


def _guid(reference: object) -> str:
    return getattr(reference, "guid", None) or ""
