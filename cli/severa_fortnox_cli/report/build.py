"""A report made of comparisons: every pair a row, its verdict from the decision that a run would take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from severa_fortnox.alerts.catalogue import explain
from severa_fortnox.decisions import customer_pairs, product_pairs
from severa_fortnox.decisions.decision import Create, Link, Refuse, Skip, Update
from severa_fortnox.decisions.pairs import NewInSevera, Surroundings
from severa_fortnox.flows.comparison import Comparison, Looked
from severa_fortnox.mapping.customers import customer_fields, values_of_severa
from severa_fortnox.mapping.fields import PRODUCT, Field, Values, When
from severa_fortnox.mapping.projects import project_fields, values_in_fortnox, values_of_project
from severa_fortnox.reason import Reason
from severa_fortnox.settings import Main, Settings
from severa_fortnox.work import Kind
from severa_fortnox_cli.report.model import Difference, Part, Row, Side, Verdict
from severa_fortnox_cli.report.partners import best_partner
from severa_fortnox_cli.report.score import Comparable, score

_DUPLICATES = frozenset(
    {
        "customer-twin",
        "customer-numbers-fold-together",
        "customer-number-taken-in-severa",
        "product-code-ambiguous",
        "project-number-several",
    }
)
_GONE = frozenset({"linked-gone-in-severa", "linked-gone-in-fortnox"})
_REGISTERS = {"worktypes": "work type", "travelexpensetypes": "travel expense type", "products": "product"}


def rows_of(comparison: Comparison, settings: Settings) -> list[Row]:
    """The comparison's pairs as rows; a record without a counterpart names the one most like it."""
    kind = comparison.kind
    sides = [_sides(kind, looked.pair, settings, comparison.around) for looked in comparison.looked]
    lonely_severa = {s.id: _comparable(kind, s) for s, f, _ in sides if s is not None and f is None}
    lonely_fortnox = {f.id: _comparable(kind, f) for s, f, _ in sides if f is not None and s is None}
    near = best_partner(kind, lonely_severa, lonely_fortnox)
    by_severa = {s.id: s for s, _, _ in sides if s is not None}
    by_fortnox = {f.id: f for _, f, _ in sides if f is not None}
    rows = []
    for looked, (severa, fortnox, values) in zip(comparison.looked, sides, strict=True):
        like: Side | None = None
        if severa is not None and fortnox is None and severa.id in near.of_severa:
            like = by_fortnox[near.of_severa[severa.id].id]
        if fortnox is not None and severa is None and fortnox.id in near.of_fortnox:
            like = by_severa[near.of_fortnox[fortnox.id].id]
        ours, theirs = severa or like, fortnox or like
        total: int | None = None
        parts: tuple[Part, ...] = ()
        if ours is not None and theirs is not None:
            found = score(kind, _comparable(kind, ours), _comparable(kind, theirs))
            total, parts = found.total, found.parts
        verdict, writes, reasons = judged(looked)
        words = [explain(reason) for reason in reasons]
        rows.append(
            Row(
                kind=kind,
                register=_register(kind, looked.pair),
                severa=severa,
                fortnox=fortnox,
                verdict=verdict,
                writes=writes,
                score=total,
                parts=parts,
                cause="; ".join(each.cause for each in words),
                fix="; ".join(dict.fromkeys(filter(None, (each.fix for each in words)))),
                who="; ".join(dict.fromkeys(str(each.who) for each in words if each.fix)),
                differences=_differences(kind, settings, *values) if severa and fortnox and all(values) else (),
                near=like,
            )
        )
    return rows


def judged(looked: Looked) -> tuple[Verdict, str, Sequence[Reason]]:
    """What becomes of a pair: the verdict, the system that is written to, and why."""
    match looked.decision:
        case Create(plan=plan, notes=notes):
            return Verdict.WILL_CREATE, "Severa" if isinstance(plan, NewInSevera) else "Fortnox", notes
        case Link(notes=notes):
            following = looked.following
            if isinstance(following, Refuse):
                return Verdict.WILL_LINK, "", (*notes, *following.reasons)
            return (
                Verdict.WILL_LINK,
                str(following.plan.to).capitalize() if isinstance(following, Update) else "",
                notes,
            )
        case Update(plan=writes, notes=notes):
            return Verdict.DIFFERS, str(writes.to).capitalize(), notes
        case Refuse(reasons=reasons):
            is_double = any(reason.code in _DUPLICATES for reason in reasons)
            return Verdict.DUPLICATE if is_double else Verdict.CONFLICT, "", reasons
        case Skip(reason=reason) if reason.code in _GONE:
            return Verdict.MISSING, "", (reason,)
        case Skip(reason=reason) if looked.pair.linked is not None and reason.code in {
            "in-step",
            "project-closes-later",
        }:
            return Verdict.LINKED, "", () if reason.code == "in-step" else (reason,)
        case Skip(reason=reason):
            return Verdict.IGNORED, "", (reason,)
        case _:
            raise AssertionError(f"no verdict for {looked.decision}")


def _sides(
    kind: Kind, pair: Any, settings: Settings, around: Surroundings
) -> tuple[Side | None, Side | None, tuple[Values, Values]]:
    """Both records as a person sees them, and their values in one form; a card that was not read has few."""
    if kind is Kind.CUSTOMER:
        return _customer_sides(pair, around)
    if kind is Kind.PRODUCT:
        values = product_pairs.values_of_pair(pair)
        named = {field.key: field.label for field in PRODUCT}
        severa = pair.severa and Side(
            pair.severa.guid,
            (pair.severa.code or "").strip(),
            pair.severa.name,
            pair.severa.isActive is not False,
            _shown(values[0], named),
        )
        article = pair.fortnox
        fortnox = article and Side(
            article.ArticleNumber,
            article.ArticleNumber,
            article.Description or "",
            article.Active,
            _shown(values[1], named),
        )
        return severa, fortnox, values
    project, theirs = pair.severa, pair.fortnox
    status = None if theirs is None else theirs.Status
    ours = values_of_project(project, status) if project else {}
    severa = project and Side(
        project.guid,
        "" if project.number is None else str(project.number),
        project.name,
        not project.isClosed,
        {"status": "closed" if project.isClosed else "open", **_start(project.startDate)},
    )
    fortnox = theirs and Side(
        theirs.ProjectNumber,
        theirs.ProjectNumber,
        theirs.Description or "",
        theirs.Status != "COMPLETED",
        {"status": theirs.Status or "", **_start(theirs.StartDate)},
    )
    return severa, fortnox, (ours, values_in_fortnox(theirs) if theirs else {})


def _customer_sides(
    pair: customer_pairs.CustomerPair, around: Surroundings
) -> tuple[Side | None, Side | None, tuple[Values, Values]]:
    named = {field.key: field.label for field in customer_fields(postal=True)}
    ours: Values = {}
    severa = fortnox = None
    if pair.severa is not None:
        ours, _ = values_of_severa(pair.severa, pair.addresses, around.countries)
        number = "" if pair.severa.number is None else str(pair.severa.number)
        severa = Side(pair.severa.guid, number, pair.severa.name, pair.severa.isActive, _shown(ours, named))
    _, theirs, _ = customer_pairs.values_of_pair(pair, around)
    if pair.card is not None:
        few = {"OrganisationNumber": pair.card.organisation_number, "VATNumber": pair.card.vat_number}
        shown = _shown(theirs or few, named)
        fortnox = Side(pair.card.number, pair.card.number, pair.card.name, pair.card.active, shown)
    return severa, fortnox, (ours, theirs)


def _differences(kind: Kind, settings: Settings, severa: Values, fortnox: Values) -> tuple[Difference, ...]:
    """The fields both have and disagree about, with who wins."""
    fields: Sequence[Field] = {
        Kind.CUSTOMER: customer_fields(postal=settings.postal_address),
        Kind.PRODUCT: PRODUCT,
        Kind.PROJECT: project_fields(rename=settings.rename_projects),
    }[kind]
    main = {Kind.CUSTOMER: settings.customer_main, Kind.PRODUCT: settings.product_main}.get(kind, Main.SEVERA)
    found = []
    for field in fields:
        if field.key not in severa or field.key not in fortnox or severa[field.key] == fortnox[field.key]:
            continue
        owner = f"{str(main).capitalize()} wins" if field.when is When.ALWAYS else "only at creation"
        found.append(Difference(field.label, severa[field.key] or "", fortnox[field.key] or "", owner))
    return tuple(found)


def _comparable(kind: Kind, side: Side) -> Comparable:
    of = side.fields.get
    return Comparable(
        number=side.number or None,
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


def _shown(values: Values, named: Mapping[str, str]) -> dict[str, str]:
    return {named[key]: value for key, value in values.items() if value is not None and key in named}


def _start(day: Any) -> dict[str, str]:
    return {} if day is None else {"start date": str(day)}


def _register(kind: Kind, pair: Any) -> str:
    return _REGISTERS.get(pair.register, "product") if kind is Kind.PRODUCT else str(kind)
