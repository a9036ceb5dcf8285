"""severa-fortnox link, unlink, ignore: what an edit in one of the systems cannot settle, with the reason kept."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

import typer

from severa_fortnox.decisions.customer_pairs import CustomerPair
from severa_fortnox.decisions.pairs import Pair
from severa_fortnox.decisions.product_pairs import ROW_KINDS, ProductPair
from severa_fortnox.decisions.project_pairs import ProjectPair
from severa_fortnox.errors import NotFound, System
from severa_fortnox.flows.counterparts import found_by_number
from severa_fortnox.flows.pairs import surroundings
from severa_fortnox.flows.session import Session
from severa_fortnox.flows.sync import ENTITIES
from severa_fortnox.mapping.customers import Card
from severa_fortnox.severa.client import Register
from severa_fortnox.store.ignored import IgnoredRecord
from severa_fortnox.store.links import AlreadyLinked, Link
from severa_fortnox.store.log import Entry, Outcome
from severa_fortnox.work import Cause, Kind
from severa_fortnox_cli.failures import Failure
from severa_fortnox_cli.opening import RegisterName, open_session
from severa_fortnox_cli.run import Run


class Side(StrEnum):
    """Whose record is meant."""

    SEVERA = "severa"
    FORTNOX = "fortnox"


_RegisterArgument = Annotated[RegisterName, typer.Argument(help="Which register.", show_default=False)]
_Connection = Annotated[str, typer.Argument(metavar="ID", help="The connection.", show_default=False)]
_Severa = Annotated[
    str, typer.Argument(metavar="SEVERA", help="Severa's record: its number or code, or its guid.", show_default=False)
]
_Fortnox = Annotated[str, typer.Argument(metavar="FORTNOX", help="Fortnox's number.", show_default=False)]
_Why = Annotated[str, typer.Option("--why", help="The reason; it is kept in the log.", show_default=False)]
_Yes = Annotated[bool, typer.Option("--yes", "-y", help="Agree beforehand.")]


def link(
    context: typer.Context,
    register: _RegisterArgument,
    id: _Connection,
    severa: _Severa,
    fortnox: _Fortnox,
    why: _Why,
    yes: _Yes = False,
) -> None:
    """Say that two records are the same although their numbers or names differ."""
    run = Run.of(context)
    run.connection(id)
    session = open_session(run.stack, id)
    pair, card = _pair(session, register.kind, severa, fortnox)
    names = f"{_ours(pair)} in Severa and {_theirs(pair)} in Fortnox"
    run.require_consent(
        f"Link {names}? From then on they are kept in step.",
        yes=yes,
        command=("link", str(register), id, severa, fortnox, "--why", why, "--yes"),
    )
    around = surroundings(session, create_missing=False)
    kept = ENTITIES[register.kind].kept(session.settings, pair, around)
    made = Link(
        register.kind,
        pair.severa_id or "",
        pair.fortnox_id or "",
        card,
        "person",
        session.clock(),
        {"kept": ",".join(sorted(kept))},
    )
    try:
        session.store.links.bind(id, made)
    except AlreadyLinked as conflict:
        fix = f"unlink the other one first: {run.command('unlink', register, id, fortnox, '--why', '...')}"
        raise Failure(conflict.text, fix) from None
    _log(run, session, made, Outcome.LINKED, f"{names} were linked by {run.stack.who()}: {why}")
    run.output.record(
        {"linked": made.severa_id, "fortnox": made.fortnox_id, "why": why},
        (f"Linked {names}. The next change or load brings them into step.",),
    )


def unlink(
    context: typer.Context,
    register: _RegisterArgument,
    id: _Connection,
    record: Annotated[
        str, typer.Argument(metavar="RECORD", help="Fortnox's number, or Severa's number or guid.", show_default=False)
    ],
    why: _Why,
    yes: _Yes = False,
) -> None:
    """Forget that two records are the same; nothing is changed in either system."""
    run = Run.of(context)
    run.connection(id)
    session = open_session(run.stack, id)
    links = session.store.links
    found = links.by_fortnox(id, register.kind, record) or links.by_severa(id, register.kind, record)
    if found is None:
        try:
            found = links.by_severa(id, register.kind, _severa_record(session, register.kind, record)[1].guid)
        except Failure:
            found = None
    if found is None:
        raise Failure(f"no linked {register.kind} has the number or guid {record!r}", "the report shows what is linked")
    run.require_consent(
        f"Unlink Severa {found.severa_id} and Fortnox {found.fortnox_id}? If number or code and name agree they are "
        "linked again by their next change; ignore one of them if they are not the same.",
        yes=yes,
        command=("unlink", str(register), id, record, "--why", why, "--yes"),
    )
    links.unlink(id, found)
    # Otherwise a creation that was done once would count as done for ever.
    session.store.transfers.forget(id, register.kind, found.severa_id, System.SEVERA)
    session.store.transfers.forget(id, register.kind, found.fortnox_id, System.FORTNOX)
    text = f"Severa {found.severa_id} and Fortnox {found.fortnox_id} were unlinked by {run.stack.who()}: {why}"
    _log(run, session, found, Outcome.UPDATED, text)
    run.output.record({"unlinked": found.severa_id, "fortnox": found.fortnox_id, "why": why}, (f"{text}.",))


def ignore(
    context: typer.Context,
    register: _RegisterArgument,
    id: _Connection,
    side: Annotated[Side, typer.Argument(help="Whose record.", show_default=False)],
    record: Annotated[
        str, typer.Argument(metavar="RECORD", help="Its number or code, or Severa's guid.", show_default=False)
    ],
    why: Annotated[str, typer.Option("--why", help="The reason; it is kept, and the report shows it.")] = "",
    undo: Annotated[bool, typer.Option("--undo", help="Look at it again from now on.")] = False,
) -> None:
    """Leave a record alone: it is neither created nor linked nor changed."""
    run = Run.of(context)
    run.connection(id)
    session = open_session(run.stack, id)
    kind, system = register.kind, System(side)
    if not why and not undo:
        raise Failure("a record is ignored for a reason", "give it with --why")
    if system is System.SEVERA:
        own = _severa_record(session, kind, record)[1]
        key, name = own.guid, f"{record} {own.name}"
    else:
        key, name = record, _named(_fortnox_record(session, kind, record))
    who = run.stack.who()
    if undo:
        if not session.store.ignored.remove(id, kind, system, key):
            raise Failure(f"{name} is not ignored")
        text = f"{name} is looked at again, by {who}"
    else:
        session.store.ignored.put(id, IgnoredRecord(kind, system, key, why, who, session.clock()))
        text = f"{name} is ignored by {who}: {why}"
    entry = Entry(id, session.clock(), kind, key, Outcome.SKIPPED, text, Cause.PERSON, name=f"{kind} {name}")
    session.store.log.add(entry)
    run.output.record({"ignored": key, "undone": undo, "why": why}, (f"{text}.",))


def _pair(session: Session, kind: Kind, severa: str, fortnox: str) -> tuple[Pair, dict[str, str]]:
    """Both records, and what a link keeps of the one in Fortnox."""
    register, own = _severa_record(session, kind, severa)
    theirs = _fortnox_record(session, kind, fortnox)
    match kind:
        case Kind.CUSTOMER:
            card = Card.of(theirs)
            return CustomerPair(own, session.severa.addresses(own.guid), True, card, theirs), card.to_link()
        case Kind.PRODUCT:
            return ProductPair(own, register, theirs), {"register": ROW_KINDS[register]}
        case _:
            return ProjectPair(own, theirs), {}


def _severa_record(session: Session, kind: Kind, record: str) -> tuple[str, Any]:
    """The record and the product register it is in, by number, code or guid.

    Raises:
        Failure: there is none, or there are several.
    """
    client = session.severa
    found: list[tuple[str, Any]] = []
    if len(record) == 36:
        readers = {Kind.CUSTOMER: client.customer, Kind.PROJECT: client.project}
        for register in Register if kind is Kind.PRODUCT else [None]:
            try:
                one = client.product(register, record) if register else readers[kind](record)
            except NotFound:
                continue
            found.append((str(register or ""), one))
    elif kind is Kind.PRODUCT:
        found = [(str(register), each) for register in Register for each in client.products_by_code(register, record)]
    elif record.isascii() and record.isdigit():
        of = client.customers if kind is Kind.CUSTOMER else client.projects
        found = [("", each) for each in of(numbers=[int(record)])]
    if len(found) == 1:
        return found[0]
    if not found:
        raise Failure(f"Severa has no {kind} {record!r}", "give its number or code, or its guid from the report")
    names = "; ".join(f"{each.name} ({each.guid})" for _, each in found)
    raise Failure(f"Severa has several {kind}s {record!r}: {names}", "give the guid of the one that is meant")


def _fortnox_record(session: Session, kind: Kind, number: str) -> Any:
    client = session.fortnox
    readers: dict[Kind, Any] = {
        Kind.CUSTOMER: client.customer,
        Kind.PRODUCT: client.article,
        Kind.PROJECT: client.project,
    }
    found = found_by_number(readers[kind], number)
    if found is None:
        raise Failure(f"Fortnox has no {kind} {number!r}", "give its number as Fortnox shows it")
    return found


def _named(record: Any) -> str:
    """A Fortnox record as a person knows it."""
    number = getattr(record, "CustomerNumber", None) or getattr(record, "ArticleNumber", None) or record.ProjectNumber
    return f"{number} {getattr(record, 'Name', None) or getattr(record, 'Description', None) or ''}".strip()


def _ours(pair: Any) -> str:
    own: Any = pair.severa
    number = own.code if isinstance(pair, ProductPair) else own.number
    return f"{number or 'without number'} {own.name}"


def _theirs(pair: Any) -> str:
    return _named(pair.whole if isinstance(pair, CustomerPair) else pair.fortnox)


def _log(run: Run, session: Session, about: Link, outcome: Outcome, text: str) -> None:
    session.store.log.add(
        Entry(
            connection=session.connection.id,
            at=session.clock(),
            kind=about.kind,
            id=about.severa_id,
            outcome=outcome,
            text=text,
            cause=Cause.PERSON,
            name=f"{about.kind} {about.fortnox_id}",
            foreign_id=about.fortnox_id,
            detail={"by": run.stack.who()},
        )
    )
