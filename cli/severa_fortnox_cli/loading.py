"""severa-fortnox load: show what would be done to a register, do it when somebody agrees, and look again."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any

import typer

from severa_fortnox.alerts.catalogue import explain
from severa_fortnox.decisions.brake import mass_change
from severa_fortnox.decisions.decision import Create, Link, Update
from severa_fortnox.errors import System
from severa_fortnox.flows.comparison import Comparison, Looked, compare
from severa_fortnox.flows.counterparts import unfinished
from severa_fortnox.flows.load import LoadRunning, OutdatedPreview, apply
from severa_fortnox.flows.load_steps import Loaded
from severa_fortnox.flows.session import Session
from severa_fortnox.reason import Reason
from severa_fortnox_cli.failures import INTERRUPTED, USAGE, Failure, explained
from severa_fortnox_cli.opening import RegisterName, open_session
from severa_fortnox_cli.preview import SHOWN, causes, fixes, named, overwrites, preview, updates, values
from severa_fortnox_cli.progress import progress
from severa_fortnox_cli.records import is_guid
from severa_fortnox_cli.render import counted, moment, text
from severa_fortnox_cli.run import Run
from severa_fortnox_cli.waiting import waits


class Change(StrEnum):
    """What can be chosen of a load."""

    CREATE = "create"
    LINK = "link"
    UPDATE = "update"


_CHANGES: dict[type, Change] = {Create: Change.CREATE, Link: Change.LINK, Update: Change.UPDATE}
_MASS_CHANGE = "mass-change"
#: What `apply` calls the records it does; it tells of the registers, too, which it lists once more before.
_DONE = "records"


@dataclass(frozen=True)
class _Asked:
    """What somebody asked for.

    Args:
        only: the changes that are meant; empty: all.
        numbers: the records that are meant; empty: all.
    """

    register: RegisterName
    id: str
    create_missing: bool | None
    only: tuple[Change, ...]
    numbers: tuple[str, ...]
    every_card: bool
    release_brake: bool
    at_once: int

    def words(self, *more: str) -> list[str]:
        """The same again, to be typed: what is agreed to later must be what was shown."""
        words = ["load", str(self.register), self.id]
        if self.create_missing is not None:
            words.append("--create-missing" if self.create_missing else "--no-create-missing")
        words += [word for each in self.only for word in ("--only", str(each))]
        words += [word for each in self.numbers for word in ("--number", each)]
        words += ["--every-card"] if self.every_card else []
        words += ["--release-brake"] if self.release_brake and "--release-brake" not in more else []
        return [*words, *more]

    def report(self) -> list[str]:
        """The report that judges as this load does, to be typed."""
        words = ["report", self.id, str(self.register)]
        if self.create_missing is not None:
            words.append("--create-missing" if self.create_missing else "--no-create-missing")
        return [*words, *(["--every-card"] if self.every_card else [])]

    def compare(self, run: Run, session: Session) -> Comparison:
        """Both registers as they are now."""
        with progress(run) as told:
            return compare(
                session,
                self.register.kind,
                create_missing=self.create_missing,
                every_card=self.every_card,
                at_once=self.at_once,
                progress=told,
            )

    def chosen(self, found: Comparison) -> list[Looked]:
        """The pairs that are meant and would be changed."""
        return [
            each
            for each in found.looked
            if each.is_change and self.means(each) and (not self.only or _CHANGES[type(each.decision)] in self.only)
        ]

    def means(self, looked: Looked) -> bool:
        """Whether the pair is one of those that were named, or none was."""
        return self.names(_names(looked))

    def names(self, names: Collection[str]) -> bool:
        """Whether somebody named a record by one of its names, or named none."""
        return not self.numbers or any(_spelled(number) in names for number in self.numbers)


@dataclass(frozen=True)
class _Begun:
    """A record that an earlier run has begun to create and not come to an end with.

    Args:
        id: in the system it comes from.
        name: as a person knows it.
        names: all that a person may call it by.
    """

    id: str
    name: str
    names: frozenset[str]


def load(
    context: typer.Context,
    register: Annotated[RegisterName, typer.Argument(help="Which register.", show_default=False)],
    id: Annotated[str, typer.Argument(metavar="ID", help="The connection.", show_default=False)],
    create_missing: Annotated[
        bool | None,
        typer.Option(
            "--create-missing/--no-create-missing",
            help="Create records without a counterpart however old they are, or none; left out: as the settings say.",
            show_default=False,
        ),
    ] = None,
    only: Annotated[
        list[Change] | None,
        typer.Option(
            "--only",
            help="Do only these; may be repeated. What is linked is brought into step at once, so link also "
            "overwrites what then differs, as the preview shows.",
            show_default=False,
        ),
    ] = None,
    number: Annotated[
        list[str] | None,
        typer.Option(
            "--number",
            help="Do only the record of this number, code or guid; may be repeated.",
            show_default=False,
        ),
    ] = None,
    every_card: Annotated[
        bool,
        typer.Option("--every-card", help="Read every linked record whole, not only what a list shows as changed."),
    ] = False,
    release_brake: Annotated[
        bool, typer.Option("--release-brake", help="Go on although a side looks empty or too much would change.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Agree beforehand.")] = False,
    at_once: Annotated[int, typer.Option("--at-once", min=1, max=32, help="Records in flight.")] = 8,
) -> None:
    """Bring a register into step both ways: shows what would be done, asks, does it, and looks again."""
    run = Run.of(context)
    connection = run.connection(id)
    asked = _Asked(
        register, id, create_missing, tuple(only or ()), tuple(number or ()), every_card, release_brake, at_once
    )
    session = open_session(run.stack, id)
    # A person has just mended what the cached ones lack.
    session.registers.refresh(both=True)
    found = asked.compare(run, session)
    every_begun = _begun(session, register, found)
    _require_known(found, every_begun, asked)
    chosen = asked.chosen(found)
    begun = [each for each in every_begun if asked.names(each.names)]
    if asked.only and Change.CREATE not in asked.only:
        begun = []
    asked_for = [each for each in found.looked if asked.means(each)]
    preview(run, register, found, chosen, asked_for, run.command(*asked.report()))
    _show_begun(run, begun)
    braked = _braked(session, found, chosen)
    if braked:
        _brake(run, braked, asked)
    if not chosen and not begun:
        # Nothing is written in either system; that somebody has looked is remembered.
        _applied(run, session, asked, found, chosen, begun)
        waiting = sum(map(waits, asked_for))
        run.output.remark("Nothing is to be done." + (f" {_waiting(waiting)}." if waiting else ""))
        return
    run.require_consent(_question(asked, connection.name, chosen, begun), yes=yes, command=asked.words("--yes"))
    loaded = _applied(run, session, asked, found, chosen, begun)
    _tell(run, register, loaded)
    left = asked.compare(run, session)
    _tell_left(run, asked, left)
    troubles = len(loaded.failed) + len(loaded.refused) + len(loaded.drifted)
    if troubles or asked.chosen(left):
        raise Failure(
            f"not all {register} that were chosen are in step",
            f"see above, then run it again; it goes on there: {run.command(*asked.words())}",
        )


def _question(asked: _Asked, company: str, chosen: Sequence[Looked], begun: Sequence[_Begun]) -> str:
    """What somebody agrees to, each record counted once; that values are lost must stand in it."""
    ids, kind, earlier = {each.id for each in begun}, asked.register.kind, "that an earlier run began"
    new = sum(ids.isdisjoint((each.pair.severa_id, each.pair.fortnox_id)) for each in chosen)
    lost = Counter(system for each in chosen if (system := overwrites(each)) is not None)
    losing = "".join(f", overwriting fields of {lost[system]} in {named(system)}" for system in sorted(lost))
    if not new:
        return f"Finish {counted(len(begun), kind)} of {company} {earlier}{losing}?"
    question = f"Change {counted(new, kind)} of {company}{losing}"
    return question + (f", and finish {len(begun)} {earlier}?" if begun else "?")


def _waiting(count: int) -> str:
    return counted(count, "waits for somebody", "wait for somebody")


def _applied(
    run: Run,
    session: Session,
    asked: _Asked,
    found: Comparison,
    chosen: Sequence[Looked],
    begun: Sequence[_Begun],
) -> Loaded:
    """Carry out what was shown.

    Raises:
        Failure: somebody else loads the register or changed the settings, or it was interrupted.
    """
    done = 0
    try:
        with progress(run) as told:

            def step(what: str, records: int, total: int | None) -> None:
                nonlocal done
                done = records if what == _DONE else done
                told(what, records, total)

            return apply(
                session,
                found,
                chosen=chosen,
                finish={each.id for each in begun},
                who=run.stack.who(),
                at_once=asked.at_once,
                progress=step,
                sleep=time.sleep,
            )
    except OutdatedPreview:
        raise Failure(
            f"the settings of {asked.id} were changed after this preview was made; nothing was done",
            f"look again: {run.command(*asked.words())}",
        ) from None
    except LoadRunning as other:
        raise Failure(
            f"{other.who} is loading the {asked.register} of {asked.id}, until {text(moment(other.until))} or longer "
            "while it runs; nothing was done",
            "wait until it has ended; one that was killed lets go by itself then: " + run.command(*asked.words()),
        ) from None
    except KeyboardInterrupt:
        raise Failure(
            f"stopped after {counted(done, 'record')}; those that were under way were finished",
            f"run it again, it goes on there: {run.command(*asked.words())}",
            status=INTERRUPTED,
        ) from None


def _braked(session: Session, found: Comparison, chosen: Sequence[Looked]) -> list[Reason]:
    """Why the load must not go on without a person's word; only what is chosen can be too much of a change."""
    links = len(found.links) + len(found.of(Link))
    changes = sum(updates(each) is not None for each in chosen)
    too_many = mass_change(found.kind, changes, links, session.settings.mass_change_share)
    reasons = [reason for reason in found.brake if reason.code != _MASS_CHANGE]
    return reasons if too_many is None else [*reasons, too_many]


def _brake(run: Run, braked: Sequence[Reason], asked: _Asked) -> None:
    """Warn of what the brake says.

    Raises:
        Failure: nobody has released it.
    """
    words = [(reason.code, explain(reason)) for reason in braked]
    if not asked.release_brake:
        # The catalogue's own words are for whoever meets it in a mail, and send them here.
        look = f"Look at what would be overwritten, above or in the report: {run.command(*asked.report())}"
        fix = dict.fromkeys(look if code == _MASS_CHANGE else each.fix for code, each in words)
        raise Failure(
            f"{'; '.join(each.cause for _, each in words)}. Nothing was done",
            f"{'; '.join(fix)}. If it is meant: {run.command(*asked.words('--release-brake'))}",
        )
    for _, each in words:
        run.output.warn(f"{each.cause} (the brake is released)")


def _require_known(found: Comparison, begun: Sequence[_Begun], asked: _Asked) -> None:
    known: set[str] = set().union(*(_names(each) for each in found.looked), *(each.names for each in begun))
    unknown = [number for number in asked.numbers if _spelled(number) not in known]
    if unknown:
        raise Failure(
            f"no {asked.register.kind} in either system has the number {', '.join(unknown)}",
            "give numbers or codes as Severa or Fortnox show them, or Severa's guid",
            status=USAGE,
        )


def _names(looked: Looked) -> set[str]:
    """All that a person may call the pair by."""
    pair: Any = looked.pair
    own = getattr(pair.severa, "number", None) if pair.severa is not None else None
    return {_spelled(str(each)) for each in (pair.number, pair.severa_id, pair.fortnox_id, own) if each}


def _spelled(name: str) -> str:
    """The same for every spelling of a guid; a number or code is as it is written."""
    return name.lower() if is_guid(name) else name


def _begun(session: Session, register: RegisterName, found: Comparison) -> list[_Begun]:
    """The records that an earlier run has begun to create and not come to an end with."""
    pairs = {(System.SEVERA, each.pair.severa_id): each for each in found.looked}
    pairs |= {(System.FORTNOX, each.pair.fortnox_id): each for each in found.looked}
    begun = []
    for transfer in unfinished(session, register.kind):
        looked = pairs.get((transfer.source, transfer.id))
        name = f"{register.kind} {transfer.reference or transfer.id}" if looked is None else looked.pair.name
        names = {_spelled(each) for each in (transfer.id, transfer.reference) if each}
        begun.append(_Begun(transfer.id, name, frozenset(names | (_names(looked) if looked else set()))))
    return begun


def _show_begun(run: Run, begun: Sequence[_Begun]) -> None:
    if begun and not run.output.json:
        run.output.record({}, ("", f"To be finished, begun by an earlier run ({len(begun)})"))
    for each in begun if run.output.json else begun[:SHOWN]:
        run.output.record({"finish": each.name, "id": each.id}, (each.name,))
    if len(begun) > SHOWN and not run.output.json:
        run.output.record({}, (f"... and {len(begun) - SHOWN} more",))


def _tell(run: Run, register: RegisterName, loaded: Loaded) -> None:
    for what, count in loaded.done.items():
        run.output.record({"done": what, "count": count}, (f"{counted(count, register.kind)} {what}.",))
    for looked in loaded.drifted:
        told = {"drifted": looked.pair.name, "severa": looked.pair.severa_id, "fortnox": looked.pair.fortnox_id}
        run.output.record(told, (f"{looked.pair.name} changed since the preview and was left alone.",))
    for name, reasons in loaded.refused:
        why, fix = causes(reasons), fixes(reasons)
        line = f"{name} was refused: {why}." + (f" Fix: {fix}." if fix else "")
        run.output.record({"refused": name, "why": why, "fix": fix}, (line,))
    for name, failure in loaded.failed:
        words = explained(failure)
        line = f"{name} could not be done in time: {words.cause}." + (f" Fix: {words.fix}." if words.fix else "")
        run.output.record({"failed": name, "why": words.cause, "fix": words.fix}, (line,))
    took = {"seconds": round(loaded.seconds, 1)}
    run.output.record(took, (f"It took {loaded.seconds:.0f} s.",))


def _tell_left(run: Run, asked: _Asked, left: Comparison) -> None:
    open_ones, waiting = asked.chosen(left), sum(waits(each) for each in left.looked if asked.means(each))
    register, told = asked.register, {"left": len(open_ones), "waiting": waiting}
    chosen = "that were chosen " if asked.only or asked.numbers else ""
    if not open_ones:
        line = f"Looked again: nothing is left to do to the {register} {chosen}".strip()
        line += f"; {_waiting(waiting)}" if waiting else ""
        run.output.record(told, (f"{line}.",))
        return
    line = f"Looked again: {counted(len(open_ones), 'is left', 'are left')} to do"
    lines = [f"{line}, {_waiting(waiting)}." if waiting else f"{line}."]
    for each in open_ones[:SHOWN]:
        about = values(each)
        lines.append(f"  {about['name']}: {about['what']}" + (f", {about['why']}" if about["why"] else ""))
    run.output.record(told, [*lines, f"All of them: {run.command(*asked.report())}"])
