"""severa-fortnox link, unlink, ignore: what an edit in one of the systems cannot settle, with the reason kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Annotated, Any, cast

import typer

from severa_fortnox.alerts.catalogue import explain
from severa_fortnox.decisions.customer_pairs import CustomerPair
from severa_fortnox.decisions.decision import Refuse, Skip
from severa_fortnox.decisions.pairs import Linked, Pair
from severa_fortnox.decisions.product_pairs import ROW_KINDS, ProductPair
from severa_fortnox.decisions.project_pairs import ProjectPair
from severa_fortnox.errors import System
from severa_fortnox.flows.pairs import surroundings
from severa_fortnox.flows.session import Session
from severa_fortnox.flows.sync import ENTITIES
from severa_fortnox.mapping.customers import Card
from severa_fortnox.reason import Reason
from severa_fortnox.store.ignored import IgnoredRecord
from severa_fortnox.store.links import AlreadyLinked, Link
from severa_fortnox.store.log import Entry, Outcome
from severa_fortnox.work import Cause, Kind
from severa_fortnox_cli.failures import USAGE, Failure
from severa_fortnox_cli.opening import RegisterName, open_session
from severa_fortnox_cli.records import (
    Record,
    in_fortnox,
    in_severa,
    is_guid,
    the_one_in_fortnox,
    the_one_in_severa,
)
from severa_fortnox_cli.run import Run

#: Why nothing is written just now of two records that are kept in step.
_ON_COURSE = {"in-step", "project-closes-later"}


class Side(StrEnum):
    """Whose record is meant."""

    SEVERA = "severa"
    FORTNOX = "fortnox"


_Register = Annotated[RegisterName, typer.Argument(help="Which register.", show_default=False)]
_Connection = Annotated[str, typer.Argument(metavar="ID", help="The connection.", show_default=False)]
_Why = Annotated[str, typer.Option("--why", help="The reason; it is kept in the log.", show_default=False)]
_Yes = Annotated[bool, typer.Option("--yes", "-y", help="Agree beforehand.")]


def link(
    context: typer.Context,
    register: _Register,
    id: _Connection,
    severa: Annotated[
        str,
        typer.Argument(metavar="SEVERA", help="Severa's record: its number or code, or its guid.", show_default=False),
    ],
    fortnox: Annotated[str, typer.Argument(metavar="FORTNOX", help="Fortnox's number.", show_default=False)],
    why: _Why,
    yes: _Yes = False,
) -> None:
    """Say that two records are the same although their numbers or names differ."""
    run, kind = Run.of(context), register.kind
    run.connection(id)
    _require_reason(why)
    _require_named(severa, fortnox)
    session = open_session(run.stack, id)
    ours, theirs = the_one_in_severa(session, kind, severa), the_one_in_fortnox(session, kind, fortnox)
    values = {"severa": ours.id, "fortnox": theirs.id, "why": why}
    before = session.store.links.by_severa(id, kind, ours.id), session.store.links.by_fortnox(id, kind, theirs.id)
    if before[0] is not None and before[0] == before[1]:
        run.output.record({"linked": False, **values}, (f"{ours} and {theirs} are linked already.",))
        return
    if any(before):
        raise _taken(run, session, register, ours, theirs, [each for each in before if each is not None])
    _require_at_rest(session, kind, ours.id, theirs.id)
    pair, card = _pair(session, ours, theirs)
    kept = ENTITIES[kind].kept(session.settings, pair, surroundings(session))
    obstacles = _obstacles(session, kind, pair, Linked(ours.id, theirs.id, kept))
    for reason in obstacles:
        words = explain(reason)
        run.output.warn(f"{words.cause}, so they are not kept in step." + (f" {words.fix}." if words.fix else ""))
    run.require_consent(
        f"Link {ours} and {theirs}?" + ("" if obstacles else " From then on they are kept in step."),
        yes=yes,
        command=("link", register, id, severa, fortnox, "--why", why, "--yes"),
    )
    synced = {"kept": ",".join(sorted(kept))}
    made = Link(kind, ours.id, theirs.id, card, "person", session.clock(), synced)
    try:
        session.store.links.bind(id, made)
    except AlreadyLinked as conflict:
        others = [each for each in (conflict.of_severa, conflict.of_fortnox) if each is not None]
        raise _taken(run, session, register, ours, theirs, others) from None
    text = f"{ours} and {theirs} were linked by {run.stack.who()}: {why}"
    _log(run, session, kind, made.severa_id, Outcome.LINKED, text, ours.name, why, foreign_id=made.fortnox_id)
    run.output.record({"linked": True, **values}, (f"Linked {ours} and {theirs}.",))
    for each in (ours, theirs):
        if session.store.ignored.get(id, kind, each.system, each.id):
            undo = run.command("ignore", register, id, each.system, each.id, "--undo")
            run.output.warn(f"{each} is ignored, so nothing is done to the two until: {undo}")
    if not obstacles:
        load = run.command("load", register, id, "--number", theirs.id)
        run.output.remark(f"What differs is written by their next change, or now: {load}")


def unlink(
    context: typer.Context,
    register: _Register,
    id: _Connection,
    record: Annotated[
        str, typer.Argument(metavar="RECORD", help="Fortnox's number, or Severa's number or guid.", show_default=False)
    ],
    why: _Why,
    yes: _Yes = False,
) -> None:
    """Forget that two records are the same; nothing is changed in either system."""
    run, kind = Run.of(context), register.kind
    run.connection(id)
    _require_reason(why)
    _require_named(record)
    session = open_session(run.stack, id)
    found = _linked(session, kind, record)
    ours, theirs = _both(session, found)
    names = " and ".join(_names(found, ours, theirs))
    _require_at_rest(session, kind, found.severa_id, found.fortnox_id)
    run.require_consent(
        f"Unlink {names}? If number or code and name agree they are linked again by their next change; ignore one of "
        "them if they are not the same.",
        yes=yes,
        command=("unlink", register, id, record, "--why", why, "--yes"),
    )
    # A creation that was done once would count as done for ever. It goes first: dying in between leaves the link.
    session.store.transfers.forget(id, kind, found.severa_id, System.SEVERA)
    session.store.transfers.forget(id, kind, found.fortnox_id, System.FORTNOX)
    session.store.links.unlink(id, found)
    text = f"{names} were unlinked by {run.stack.who()}: {why}"
    _log(run, session, kind, found.severa_id, Outcome.UPDATED, text, found.fortnox_id, why, foreign_id=found.fortnox_id)
    run.output.record({"unlinked": found.severa_id, "fortnox": found.fortnox_id, "why": why}, (f"Unlinked {names}.",))
    if ours is not None and theirs is not None:
        ignore = run.command("ignore", register, id, "fortnox", theirs.id, "--why", "...")
        run.output.remark(f"If they are not the same, keep them apart: {ignore}")
        return
    for left in filter(None, (ours, theirs)):
        ignore = run.command("ignore", register, id, left.system, left.id, "--why", "...")
        run.output.remark(f"If {left} is not to be created in the other system again, leave it alone: {ignore}")


def ignore(
    context: typer.Context,
    register: _Register,
    id: _Connection,
    side: Annotated[Side, typer.Argument(help="Whose record.", show_default=False)],
    record: Annotated[
        str, typer.Argument(metavar="RECORD", help="Its number or code, or Severa's guid.", show_default=False)
    ],
    why: Annotated[
        str, typer.Option("--why", help="The reason; it is kept, and the report shows it.", show_default=False)
    ] = "",
    undo: Annotated[bool, typer.Option("--undo", help="Look at it again from now on.")] = False,
    yes: _Yes = False,
) -> None:
    """Leave a record alone: it is neither created nor linked nor changed."""
    run, kind, system = Run.of(context), register.kind, System(side)
    run.connection(id)
    if why or not undo:
        _require_reason(why)
    _require_named(record)
    session = open_session(run.stack, id)
    command = ["ignore", register, id, side, record, *(["--why", why] if why else []), *(["--undo"] if undo else [])]
    key, name = _meant(session, kind, system, record, undo=undo)
    if undo:
        if session.store.ignored.get(id, kind, system, key) is None:
            raise Failure(f"{name} is not ignored")
        run.require_consent(f"Look at {name} again from now on?", yes=yes, command=(*command, "--yes"))
        session.store.ignored.remove(id, kind, system, key)
        text = f"{name} is looked at again, says {run.stack.who()}" + (f": {why}" if why else "")
    else:
        linked = session.store.links.by_severa if system is System.SEVERA else session.store.links.by_fortnox
        partner = linked(id, kind, key)
        also = " It stays linked, and its counterpart is left alone too." if partner else ""
        run.require_consent(f"Leave {name} alone from now on?{also}", yes=yes, command=(*command, "--yes"))
        session.store.ignored.put(id, IgnoredRecord(kind, system, key, why, run.stack.who(), session.clock()))
        text = f"{name} is ignored, says {run.stack.who()}: {why}"
    _log(run, session, kind, key, Outcome.UPDATED if undo else Outcome.SKIPPED, text, name, why)
    run.output.record({"ignored": not undo, "system": system, "id": key, "why": why}, (f"{text}.",))


def _require_named(*records: str) -> None:
    if not all(record.strip() for record in records):
        raise Failure("no record is named", "give its number or code, or Severa's guid", status=USAGE)


def _require_reason(why: str) -> None:
    if why.startswith("--"):
        raise Failure(f"after --why stands no reason but {why}", "give it: --why TEXT", status=USAGE)
    if not why.strip():
        raise Failure("a person who meets this later must know the reason", "give it: --why TEXT", status=USAGE)


def _meant(session: Session, kind: Kind, system: System, record: str, *, undo: bool) -> tuple[str, str]:
    """The record's id and name; one that is gone can only be looked at again."""
    if undo and session.store.ignored.get(session.connection.id, kind, system, record):
        return record, f"{record} ({str(system).capitalize()})"
    found = (the_one_in_severa if system is System.SEVERA else the_one_in_fortnox)(session, kind, record)
    return found.id, str(found)


def _linked(session: Session, kind: Kind, record: str) -> Link:
    """The link somebody means.

    Raises:
        Failure: there is none, or the number is one record's in Severa and another's in Fortnox.
    """
    links, connection = session.store.links, session.connection.id
    found = [links.by_fortnox(connection, kind, record)]
    if is_guid(record):
        # It may be gone in Severa, so it is not looked up there.
        found.append(links.by_severa(connection, kind, record.lower()) or links.by_severa(connection, kind, record))
    else:
        found += [links.by_severa(connection, kind, each.id) for each in in_severa(session, kind, record)]
    several = {(each.severa_id, each.fortnox_id): each for each in found if each is not None}
    if not several:
        raise Failure(f"no linked {kind} has the number or guid {record!r}", "the report shows what is linked")
    if len(several) > 1:
        names = "; ".join(f"Severa {severa} and Fortnox {fortnox}" for severa, fortnox in several)
        raise Failure(f"{record!r} may be one of several: {names}", "give the guid of Severa's record")
    return next(iter(several.values()))


def _both(session: Session, link: Link) -> tuple[Record | None, Record | None]:
    """Both records as they are now, Severa's first; None for one that is gone."""
    ours = next(iter(in_severa(session, link.kind, link.severa_id)), None)
    return ours, in_fortnox(session, link.kind, link.fortnox_id)


def _names(link: Link, ours: Record | None, theirs: Record | None) -> tuple[str, str]:
    """Both records as a person knows them, Severa's first; one that is gone by its id."""
    return f"{ours or f'{link.severa_id} (gone in Severa)'}", f"{theirs or f'{link.fortnox_id} (gone in Fortnox)'}"


def _require_at_rest(session: Session, kind: Kind, severa_id: str, fortnox_id: str) -> None:
    """No creation of one of the two is under way.

    Raises:
        Failure: one is; it would end in a link of its own.
    """
    for system, id in ((System.SEVERA, severa_id), (System.FORTNOX, fortnox_id)):
        transfer = session.store.transfers.get(session.connection.id, kind, id, system)
        if transfer is not None and transfer.is_open:
            raise Failure(
                f"a counterpart of {kind} {id} ({str(system).capitalize()}) is being created just now",
                "try again when that has ended, usually within five minutes",
            )


def _taken(
    run: Run, session: Session, register: RegisterName, ours: Record, theirs: Record, others: Sequence[Link]
) -> Failure:
    """One of the two has another partner."""
    pairs = dict.fromkeys(_names(each, *_both(session, each)) for each in others)
    linked = "; ".join(f"{in_fortnox} is linked to {in_severa} already" for in_severa, in_fortnox in pairs)
    connection = session.connection.id
    again = [run.command("unlink", register, connection, each.severa_id, "--why", "...") for each in others]
    return Failure(
        f"{ours} and {theirs} cannot be linked, because {linked}",
        f"if that is wrong, unlink first: {'; '.join(dict.fromkeys(again))}",
    )


def _pair(session: Session, ours: Record, theirs: Record) -> tuple[Pair, dict[str, str]]:
    """Both records, and what a link keeps of the one in Fortnox."""
    match ours.kind:
        case Kind.CUSTOMER:
            card = Card.of(theirs.whole)
            addresses = session.severa.addresses(ours.id)
            return CustomerPair(ours.whole, addresses, True, card, theirs.whole), card.to_link()
        case Kind.PRODUCT:
            return ProductPair(ours.whole, ours.register, theirs.whole), {"register": ROW_KINDS[ours.register]}
        case _:
            return ProjectPair(ours.whole, theirs.whole), {}


def _obstacles(session: Session, kind: Kind, pair: Pair, linked: Linked) -> tuple[Reason, ...]:
    """Why the two would not be kept in step once they are linked; empty when they would."""
    after = replace(cast(Any, pair), linked=linked)
    match ENTITIES[kind].decide(after, session.settings, surroundings(session)):
        case Refuse(reasons=reasons):
            return reasons
        case Skip(reason=reason) if reason.code not in _ON_COURSE:
            return (reason,)
    return ()


def _log(
    run: Run,
    session: Session,
    kind: Kind,
    id: str,
    outcome: Outcome,
    text: str,
    name: str,
    why: str,
    foreign_id: str | None = None,
) -> None:
    session.store.log.add(
        Entry(
            connection=session.connection.id,
            at=session.clock(),
            kind=kind,
            id=id,
            outcome=outcome,
            text=text,
            cause=Cause.PERSON,
            name=f"{kind} {name}",
            foreign_id=foreign_id,
            detail={"who": run.stack.who(), "why": why},
        )
    )
