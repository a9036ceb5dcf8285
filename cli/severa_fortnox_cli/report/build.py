"""A report made of comparisons: every pair a row, its verdict from the decision that a run would take."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from urllib.parse import quote

from severa_fortnox.alerts.catalogue import Who, explain
from severa_fortnox.decisions.decision import Create, Link, Refuse, Skip, Update
from severa_fortnox.decisions.identity import folded_number, identity_digits
from severa_fortnox.decisions.pairs import NewInSevera
from severa_fortnox.decisions.product_pairs import REGISTER_NAMES
from severa_fortnox.flows.comparison import Comparison, Looked
from severa_fortnox.mapping.customers import customer_fields, is_one
from severa_fortnox.mapping.fields import CUSTOMER, PRODUCT, Field, When
from severa_fortnox.mapping.projects import project_fields
from severa_fortnox.reason import Reason
from severa_fortnox.settings import Main, Settings
from severa_fortnox.text import folded
from severa_fortnox.work import Kind
from severa_fortnox_cli.report.model import Difference, Part, Row, Side, Verdict
from severa_fortnox_cli.report.partners import best_partner
from severa_fortnox_cli.report.score import score
from severa_fortnox_cli.report.sides import ACTIVE, Sides, comparable, sides_of
from severa_fortnox_cli.waiting import is_gone, is_settled, remaining, waits

_DUPLICATES = frozenset(
    {
        "customer-twin",
        "customer-numbers-fold-together",
        "customer-number-taken-in-severa",
        "product-code-ambiguous",
        "article-number-ambiguous",
        "project-number-several",
    }
)
#: Reasons to leave a linked pair as it is that need nobody.
_LINKED = frozenset({"in-step", "project-closes-later", "linked-customer-is-internal"})


def rows_of(
    comparison: Comparison, settings: Settings, unlink: Callable[[Kind, str], str], *, every_card: bool
) -> list[Row]:
    """The comparison's pairs as rows; a record without a counterpart names the one most like it.

    Args:
        unlink: the command that unlinks the pair with this Severa guid.
        every_card: as in `compare`.
    """
    kind, around = comparison.kind, comparison.around
    pairs = [(looked, sides_of(looked.pair, around)) for looked in comparison.looked]
    # A record that vanished while it was read is no row.
    pairs = [(looked, sides) for looked, sides in pairs if sides.severa is not None or sides.fortnox is not None]
    near = _near(kind, [sides for _, sides in pairs])
    fields = _fields(kind, settings)
    main = {Kind.CUSTOMER: settings.customer_main, Kind.PRODUCT: settings.product_main}.get(kind, Main.SEVERA)
    rows = ((looked, _row(kind, looked, sides, near.get(id(sides)), fields, main)) for looked, sides in pairs)
    made = (_of_gone(looked, row, unlink) if is_gone(looked) else row for looked, row in rows)
    return [replace(row, every_card=every_card) for row in made]


def with_links(rows: Iterable[Row], severa: str, fortnox: str) -> Iterator[Row]:
    """The rows with an address for every record.

    Args:
        severa: address with ``{kind}`` and ``{id}`` or ``{number}`` in it; "" for none, as `fortnox`.
    """

    def linked(side: Side | None, kind: Kind, template: str) -> Side | None:
        if side is None or side.gone or not template:
            return side
        values = {"kind": str(kind), "id": side.id, "number": side.number}
        address = template
        for name, value in values.items():
            address = address.replace(f"{{{name}}}", quote(value, safe=""))
        return replace(side, link=address)

    for row in rows:
        yield replace(
            row,
            severa=linked(row.severa, row.kind, severa),
            fortnox=linked(row.fortnox, row.kind, fortnox),
            # It is in the system that the row lacks.
            near=linked(row.near, row.kind, fortnox if row.fortnox is None else severa),
        )


def judged(looked: Looked) -> tuple[Verdict, str, Sequence[Reason]]:
    """What becomes of a pair: the verdict, the system that is written to, and why."""
    match looked.decision:
        case Create(plan=plan, notes=notes):
            return Verdict.WILL_CREATE, "Severa" if isinstance(plan, NewInSevera) else "Fortnox", notes
        case Link(notes=notes):
            match looked.following:
                case Update(plan=writes, notes=more):
                    return Verdict.WILL_LINK, str(writes.to).capitalize(), (*notes, *more)
                case Refuse(reasons=reasons):
                    return Verdict.WILL_LINK, "", (*notes, *reasons)
            return Verdict.WILL_LINK, "", notes
        case Update(plan=writes, notes=notes):
            return Verdict.WILL_UPDATE, str(writes.to).capitalize(), notes
        case Refuse(reasons=reasons):
            is_double = any(reason.code in _DUPLICATES for reason in reasons)
            return Verdict.DUPLICATE if is_double else Verdict.CONFLICT, "", reasons
        case Skip(reason=reason) if is_gone(looked):
            return Verdict.MISSING, "", (reason,)
        case Skip(reason=reason) if looked.pair.linked is not None and reason.code in _LINKED:
            return Verdict.LINKED, "", () if reason.code == "in-step" else (reason,)
        case Skip(reason=reason):
            return Verdict.IGNORED if reason.code == "ignored" else Verdict.LEFT_ALONE, "", (reason,)
    raise AssertionError(f"no verdict for {looked.decision}")


def _row(kind: Kind, looked: Looked, sides: Sides, near: Side | None, fields: Sequence[Field], main: Main) -> Row:
    severa, fortnox = sides.severa, sides.fortnox
    total: int | None = None
    parts: tuple[Part, ...] = ()
    ours, theirs = severa or near, fortnox or near
    if ours is not None and theirs is not None:
        found = score(kind, comparable(kind, ours), comparable(kind, theirs))
        total, parts = found.total, found.parts
    verdict, writes, reasons = judged(looked)
    words = [explain(reason) for reason in reasons]
    causes = [each.cause for each in words]
    if isinstance(looked.decision, Link):
        causes.insert(0, f"Same {looked.decision.origin}")
    return Row(
        kind=kind,
        register=REGISTER_NAMES.get(looked.pair.register, "articles") if kind is Kind.PRODUCT else f"{kind}s",
        severa=severa,
        fortnox=fortnox,
        verdict=verdict,
        waits=waits(looked),
        writes=writes,
        score=total,
        parts=parts,
        cause="; ".join(dict.fromkeys(causes)),
        fix="; ".join(dict.fromkeys(filter(None, (each.fix for each in words)))),
        who=tuple(dict.fromkeys(str(each.who) for each in words if each.fix)),
        differences=_differences(looked, sides, fields, main) if severa and fortnox else (),
        near=near,
        known=sides.known if severa and fortnox else None,
    )


def _of_gone(looked: Looked, row: Row, unlink: Callable[[Kind, str], str]) -> Row:
    """The row with what is to be done about a linked record that is gone, by what is left of the two."""
    if remaining(looked.pair) is None:
        cause = f"{looked.pair.name} is linked, but does not exist in either system any more"
        fix = f"Unlink it: {unlink(row.kind, looked.pair.linked.severa_id)}"
        return replace(row, cause=cause, fix=fix, who=(str(Who.OPERATOR),))
    if is_settled(looked):
        return replace(row, cause=f"{row.cause}; the other one is inactive, so nothing is to be done", fix="", who=())
    return row


def _near(kind: Kind, pairs: Sequence[Sides]) -> dict[int, Side]:
    """For each record without a counterpart the most similar one of those in the other system that have none either."""
    in_severa = {each.severa.id: each for each in pairs if each.severa is not None and each.fortnox is None}
    in_fortnox = {each.fortnox.id: each for each in pairs if each.fortnox is not None and each.severa is None}
    in_fortnox = {number: each for number, each in in_fortnox.items() if each.fortnox and not each.fortnox.gone}
    ours = {key: comparable(kind, each.severa) for key, each in in_severa.items() if each.severa}
    theirs = {key: comparable(kind, each.fortnox) for key, each in in_fortnox.items() if each.fortnox}
    partners = best_partner(kind, ours, theirs)
    found = {id(in_severa[key]): in_fortnox[partner.id].fortnox for key, partner in partners.of_severa.items()}
    found |= {id(in_fortnox[key]): in_severa[partner.id].severa for key, partner in partners.of_fortnox.items()}
    return {key: side for key, side in found.items() if side is not None}


def _fields(kind: Kind, settings: Settings) -> Sequence[Field]:
    match kind:
        case Kind.CUSTOMER:
            return (*customer_fields(postal=settings.postal_address), ACTIVE)
        case Kind.PRODUCT:
            return PRODUCT
    return project_fields(rename=settings.rename_projects)


def _differences(looked: Looked, sides: Sides, fields: Sequence[Field], main: Main) -> tuple[Difference, ...]:
    """The fields in which the two differ, each with who decides about it."""
    written = _written(looked)
    found = []
    for field in fields:
        if field.key not in sides.ours or field.key not in sides.theirs:
            continue
        ours, theirs = sides.ours[field.key], sides.theirs[field.key]
        if ours == theirs or (field.key not in written and _counts_as_equal(field, ours, theirs)):
            continue
        owner = _owner(looked, field, ours if main is Main.SEVERA else theirs, main, written)
        found.append(Difference(field.label, ours or "", theirs or "", owner))
    return tuple(found)


def _owner(looked: Looked, field: Field, counts: str | None, main: Main, written: Collection[str]) -> str:
    wins = f"{str(main).capitalize()} wins"
    if field.key in written:
        return wins
    if field is ACTIVE or _is_apart(looked):
        return "not written"
    if field.when is When.CREATE_ONLY:
        return "only at creation"
    if field.when is When.IF_EMPTY:
        return "only if empty"
    match looked.decision:
        case Refuse():
            is_due = True
        case Skip(reason=reason):
            is_due = reason.code == "project-closes-later"
        case _:
            is_due = isinstance(looked.following, Refuse)
    # What the main system has nothing for stays as somebody once entered it.
    return wins if is_due and counts is not None else "kept"


def _is_apart(looked: Looked) -> bool:
    """Whether nothing keeps the two in step: they are not to be linked, or left alone although they are."""
    match looked.decision:
        case Link():
            return False
        case Skip(reason=reason) if reason.code not in _LINKED:
            return True
    return looked.pair.linked is None


def _written(looked: Looked) -> frozenset[str]:
    for decision in (looked.decision, looked.following):
        if isinstance(decision, Update):
            return frozenset(decision.plan.keys)
    return frozenset()


def _counts_as_equal(field: Field, ours: str | None, theirs: str | None) -> bool:
    """Whether the two are spelt otherwise but the same, by the rule that decides about the field."""
    if field.when is not When.CREATE_ONLY:
        # Of what is kept in step only a customer's values may be spelt otherwise.
        return field in CUSTOMER and ours is not None and theirs is not None and is_one(field.key, ours, theirs)
    match field.key:
        case "CustomerNumber":
            return folded_number(ours or "") == folded_number(theirs or "")
        case "OrganisationNumber":
            return identity_digits(ours) == identity_digits(theirs)
    return folded(ours) == folded(theirs)
