"""What Fortnox lists as modified since the last catch-up, and which of that somebody else than us has changed."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from severa_fortnox.errors import System
from severa_fortnox.flows.pairs import agreed_at
from severa_fortnox.flows.register_brake import Found
from severa_fortnox.flows.session import Session
from severa_fortnox.flows.watermarks import OVERLAP, loaded_until, read_until
from severa_fortnox.fortnox.models import Article, ArticleItem, CustomerItem, Project
from severa_fortnox.mapping.fingerprints import fingerprint, of_item
from severa_fortnox.store.links import Link, LinkKey
from severa_fortnox.work import Cause, Kind, Work

Listed = CustomerItem | ArticleItem | Project


def remember_articles(session: Session) -> None:
    """Remember once which articles were there at the beginning: they are not copied."""
    connection = session.connection.id
    if session.store.before.get(connection, Kind.PRODUCT) is None:
        numbers = [article.ArticleNumber for article in session.fortnox.articles()]
        session.store.before.put_once(connection, Kind.PRODUCT, numbers)


def modified(session: Session, kind: Kind, since: datetime, today: date) -> list[Found]:
    """The records of a kind that Fortnox lists as modified.

    Args:
        since: how far the kind was read before.
    """
    connection = session.connection.id
    since -= OVERLAP
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


def _listed(session: Session, kind: Kind, since: datetime) -> dict[str, Listed]:
    """The records of a kind that were modified since then, by number."""
    match kind:
        case Kind.CUSTOMER:
            return {each.CustomerNumber: each for each in session.fortnox.customers(modified_since=since)}
        case Kind.PRODUCT:
            return {each.ArticleNumber: each for each in session.fortnox.articles(modified_since=since)}
    return {each.ProjectNumber: each for each in session.fortnox.projects(modified_since=since)}


def _is_ours(record: Listed, link: Link, since: datetime) -> bool:
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
