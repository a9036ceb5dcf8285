"""Projects in step, from Severa to Fortnox: what is read of both sides, and how a decision is carried out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from severa_fortnox.decisions.decision import Create
from severa_fortnox.decisions.matching import match_projects, namesakes_of
from severa_fortnox.decisions.pairs import Linked, Surroundings, Writes
from severa_fortnox.decisions.project_pairs import ProjectPair, decide_pair
from severa_fortnox.errors import System
from severa_fortnox.flows import counterparts
from severa_fortnox.flows.alone import known_of, pair_of
from severa_fortnox.flows.counterparts import Counterpart, existing
from severa_fortnox.flows.create import Made
from severa_fortnox.flows.pairs import (
    Entity,
    Lock,
    begun_by,
    ignored,
    is_echo,
    linked,
    remember,
)
from severa_fortnox.flows.session import Session
from severa_fortnox.fortnox.models import PROJECT_NAME, ProjectPayload
from severa_fortnox.fortnox.models import Project as InFortnox
from severa_fortnox.mapping.fingerprints import of_records
from severa_fortnox.mapping.projects import changes_in_fortnox
from severa_fortnox.severa.models import Numbered, Project
from severa_fortnox.store.links import Link as StoredLink
from severa_fortnox.work import Cause, Kind, Work


def gather(session: Session, work: Work, lock: Lock, begun: bool) -> ProjectPair | None:
    """Both sides of the project a work names; None when the change is one we made ourselves."""
    connection = session.connection.id
    if work.system is System.FORTNOX:
        link = session.store.links.by_fortnox(connection, Kind.PROJECT, work.id)
        if link is not None:
            lock(link.fortnox_id)
        theirs = existing(session.fortnox.project, work.id)
        if link is None:
            return ProjectPair(fortnox=theirs, ignored=ignored(session, Kind.PROJECT, None, work.id))
        if not begun and is_echo(session, work, link, theirs):
            return None
        return _linked(session, link, existing(session.severa.project, link.severa_id), theirs)
    link = session.store.links.by_severa(connection, Kind.PROJECT, work.id)
    if link is not None:
        lock(link.fortnox_id)
        theirs = existing(session.fortnox.project, link.fortnox_id)
        return _linked(session, link, existing(session.severa.project, work.id), theirs)
    project = existing(session.severa.project, work.id)
    if project is None:
        return ProjectPair(begun=begun)
    if project.number is not None:
        lock(str(project.number))
    return _unlinked(session, project, _of_number(session, project), begun=begun)


def of_invoice(session: Session, named: Numbered) -> ProjectPair | None:
    """A project that is not linked and is named on an invoice, matched as the comparison matches it; None: vanished."""
    guid = named.guid or ""
    # The list that shows who else has the number shows the project itself, too.
    alike = [] if named.number is None else list(session.severa.projects(numbers=[named.number]))
    project = next((each for each in alike if each.guid == guid), None) or existing(session.severa.project, guid)
    if project is None:
        return None
    if project.number != named.number:
        alike = _of_number(session, project)
    transfer = session.store.transfers.get(session.connection.id, Kind.PROJECT, guid)
    begun = transfer is not None and transfer.is_open
    return replace(_unlinked(session, project, alike, begun=begun), invoiced=True)


def _of_number(session: Session, project: Project) -> list[Project]:
    """Severa's projects with its number."""
    return [] if project.number is None else list(session.severa.projects(numbers=[project.number]))


def _unlinked(session: Session, project: Project, alike: Sequence[Project], *, begun: bool) -> ProjectPair:
    """A project that is not linked, matched as the comparison matches it.

    Args:
        alike: Severa's projects with its number.
    """
    if project.number is None:
        return ProjectPair(severa=project, ignored=ignored(session, Kind.PROJECT, project.guid, None), begun=begun)
    theirs = existing(session.fortnox.project, str(project.number))
    found = {each.guid: each for each in alike} | {project.guid: project}
    in_fortnox = [] if theirs is None else [theirs]
    known = known_of(session, Kind.PROJECT, found, [each.ProjectNumber for each in in_fortnox])
    pair = pair_of(match_projects(found.values(), in_fortnox, known), Kind.PROJECT, severa_id=project.guid)
    return replace(pair, namesakes=_namesakes(session, project) if theirs is None else (), begun=begun)


def reread(session: Session, pair: ProjectPair) -> ProjectPair:
    """The pair with both records as they are now."""
    project, theirs = pair.severa, pair.fortnox
    if project is not None:
        project = existing(session.severa.project, project.guid)
    if theirs is not None:
        theirs = existing(session.fortnox.project, theirs.ProjectNumber)
    return replace(pair, severa=project, fortnox=theirs)


def settle(session: Session, cause: Cause, pair: ProjectPair, work: Work, around: Surroundings) -> None:
    """Bring a creation that an earlier run began to its end without sending anything."""
    counterpart = begun_by(session, cause, pair, work)
    counterparts.settle(session, counterpart, partial(_found, session))


def _remembered(session: Session, pair: ProjectPair, _around: Surroundings) -> ProjectPair:
    """The pair, with what both sides say now kept with its link."""
    if pair.linked is not None and pair.severa is not None and pair.fortnox is not None:
        remember(session, Kind.PROJECT, pair, of_records(pair.severa, pair.fortnox))
    return pair


def _namesakes(session: Session, project: Project) -> tuple[str, ...]:
    """The customer's other projects that Fortnox would show under the same name; asked for when the name is cut."""
    if project.customer is None or project.customer.guid is None or len(project.name) <= PROJECT_NAME:
        return ()
    return namesakes_of(project, session.severa.projects(customer_guids=[project.customer.guid]))


def _linked(session: Session, link: StoredLink, project: Project | None, theirs: InFortnox | None) -> ProjectPair:
    return ProjectPair(
        severa=project,
        fortnox=theirs,
        linked=linked(link),
        ignored=ignored(session, Kind.PROJECT, link.severa_id, link.fortnox_id),
    )


def _create(
    session: Session, cause: Cause, pair: ProjectPair, decision: Create[ProjectPayload], _around: Surroundings
) -> ProjectPair:
    project = pair.severa
    assert project is not None
    number = decision.plan.ProjectNumber
    counterpart = Counterpart(Kind.PROJECT, project.guid, number, pair.name, cause=cause)

    def send(payload: ProjectPayload) -> Made:
        created = session.fortnox.create_project(payload)
        return Made(created.ProjectNumber, {}, of_records(project, created))

    counterparts.carry_out(session, counterpart, decision, send=send, find=partial(_found, session))
    return replace(pair, linked=Linked(project.guid, number))


def _write(session: Session, pair: ProjectPair, writes: Writes, _around: Surroundings) -> ProjectPair:
    assert pair.severa is not None and pair.fortnox is not None
    changes = changes_in_fortnox(writes.values, writes.keys, pair.severa, pair.fortnox)
    return replace(pair, fortnox=session.fortnox.update_project(pair.fortnox.ProjectNumber, changes))


def _found(session: Session, number: str) -> Made | None:
    found = existing(session.fortnox.project, number)
    return None if found is None else Made(found.ProjectNumber)


ENTITY: Entity[ProjectPair] = Entity(
    Kind.PROJECT,
    gather,
    decide_pair,
    kept=lambda _settings, _pair, _around: frozenset(),
    create=_create,
    write=_write,
    remembered=_remembered,
    reread=reread,
    is_absent=lambda _session, _pair: True,
    settle=settle,
)
