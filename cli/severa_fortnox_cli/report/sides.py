"""Both records of a pair as a person sees them, and their values in one form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from severa_fortnox.decisions import customer_pairs, product_pairs
from severa_fortnox.decisions.customer_pairs import CustomerPair
from severa_fortnox.decisions.pairs import Surroundings
from severa_fortnox.decisions.product_pairs import ProductPair
from severa_fortnox.decisions.project_pairs import COMPLETED, ONGOING, ProjectPair
from severa_fortnox.mapping.fields import CUSTOMER, PRODUCT, PROJECT, Field, Values, When
from severa_fortnox.mapping.projects import name_in_fortnox, values_in_fortnox
from severa_fortnox.work import Kind
from severa_fortnox_cli.report.model import Side
from severa_fortnox_cli.report.score import Comparable
from severa_fortnox_cli.waiting import is_active

#: Written for no customer, and shown all the same: it may be why one is left alone or refused.
ACTIVE = Field("Active", "active", "isActive", When.CREATE_ONLY)
_CUSTOMER = (*CUSTOMER, ACTIVE)

#: What Fortnox's list shows of a customer's card, of the fields that both systems have.
_LISTED = frozenset({"CustomerNumber", "Name", "OrganisationNumber"})


@dataclass(frozen=True)
class Sides:
    """A pair's two records.

    Args:
        ours: the Severa record's values in the form Fortnox can hold; only what is known of both when there are two.
        theirs: the same of the Fortnox record.
        known: as in `Row`.
    """

    severa: Side | None
    fortnox: Side | None
    ours: Values
    theirs: Values
    known: tuple[str, ...] | None = None


def sides_of(pair: Any, around: Surroundings) -> Sides:
    """Both records of a pair of any kind; a linked one that is gone on both sides keeps its number."""
    match pair:
        case CustomerPair():
            return _customers(pair, around)
        case ProductPair():
            return _products(pair)
        case ProjectPair():
            return _projects(pair)
    raise AssertionError(f"no sides of {pair}")


def comparable(kind: Kind, side: Side) -> Comparable:
    """What of a record makes it like another one."""
    of = side.fields.get
    return Comparable(
        number=None if kind is Kind.PRODUCT else side.number or None,
        name=side.name or None,
        organisation_number=of("organisation number"),
        vat_number=of("VAT number"),
        email=of("e-mail"),
        city=of("billing city"),
        postal_code=of("billing postal code"),
        code=(side.number or None) if kind is Kind.PRODUCT else None,
        unit=of("unit"),
        vat=of("VAT"),
        start=of("start date"),
    )


def _customers(pair: CustomerPair, around: Surroundings) -> Sides:
    ours, theirs, _ = customer_pairs.values_of_pair(pair, around)
    card, customer = pair.card, pair.severa
    known = None
    if card is not None and pair.whole is None:
        # Nothing was read but the list: what it does not show is not empty, it is unknown.
        theirs = {"CustomerNumber": card.number, "Name": card.name, "OrganisationNumber": card.organisation_number}
        ours = {key: value for key, value in ours.items() if key in _LISTED}
        known = tuple(field.label for field in _CUSTOMER if field.key in _LISTED or field is ACTIVE)
    ours, theirs = dict(ours), dict(theirs)
    severa = fortnox = None
    if customer is not None:
        ours[ACTIVE.key] = _yes(customer.isActive)
        number = "" if customer.number is None else str(customer.number)
        severa = Side(customer.guid, number, customer.name, customer.isActive, _shown(_CUSTOMER, ours))
    if card is not None:
        theirs[ACTIVE.key] = _yes(card.active)
        fortnox = Side(card.number, card.number, card.name, card.active, _shown(_CUSTOMER, theirs))
    return Sides(severa, fortnox or _gone(pair, severa), ours, theirs, known)


def _products(pair: ProductPair) -> Sides:
    ours, theirs = map(dict, product_pairs.values_of_pair(pair))
    product, article = pair.severa, pair.fortnox
    severa = fortnox = None
    if product is not None:
        active = is_active(product)
        ours |= {"ArticleNumber": product.code, "Description": product.name, "Active": _yes(active)}
        severa = Side(product.guid, (product.code or "").strip(), product.name, active, _shown(PRODUCT, ours))
    if article is not None:
        theirs |= {"ArticleNumber": article.ArticleNumber, "Description": article.Description}
        theirs["Active"] = _yes(article.Active)
        number = article.ArticleNumber
        fortnox = Side(number, number, article.Description or "", article.Active, _shown(PRODUCT, theirs))
    return Sides(severa, fortnox or _gone(pair, severa), ours, theirs)


def _projects(pair: ProjectPair) -> Sides:
    project, theirs = pair.severa, pair.fortnox
    severa = fortnox = None
    ours: Values = {}
    shown: Values = {}
    if theirs is not None:
        shown = {
            **values_in_fortnox(theirs),
            "ProjectNumber": theirs.ProjectNumber,
            "StartDate": _text(theirs.StartDate),
        }
        number, active = theirs.ProjectNumber, is_active(theirs)
        fortnox = Side(number, number, theirs.Description or "", active, _shown(PROJECT, shown))
    if project is not None:
        # A project that has not begun is open too, so an open one is whatever Fortnox calls its open one.
        is_open_there = theirs is not None and is_active(theirs)
        status = COMPLETED if project.isClosed else theirs.Status if theirs and is_open_there else ONGOING
        number = "" if project.number is None else str(project.number)
        ours = {
            "ProjectNumber": number or None,
            "Description": name_in_fortnox(project),
            "StartDate": _text(project.startDate or (project.createdDateTime and project.createdDateTime.date())),
            "Status": status,
        }
        severa = Side(project.guid, number, project.name, is_active(project), _shown(PROJECT, ours))
    return Sides(severa, fortnox or _gone(pair, severa), ours, shown)


def _gone(pair: Any, severa: Side | None) -> Side | None:
    if severa is not None or pair.linked is None:
        return None
    number = pair.linked.fortnox_id
    return Side(number, number, "gone in both systems", False, gone=True)


def _shown(fields: Iterable[Field], values: Values) -> Mapping[str, str]:
    return {field.label: value for field in fields if (value := values.get(field.key)) is not None}


def _yes(active: bool) -> str:
    return "yes" if active else "no"


def _text(day: Any) -> str | None:
    return None if day is None else str(day)
