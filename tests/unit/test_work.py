"""A work message carries no data, only which record to look at again."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from severa_fortnox.errors import System
from severa_fortnox.work import Cause, Kind, Work

_SYSTEMS = [System.SEVERA, System.FORTNOX]


@given(st.text(), st.sampled_from(Kind), st.text(), st.sampled_from(Cause), st.sampled_from(_SYSTEMS))
def test_a_message_is_read_as_it_was_written(
    connection: str, kind: Kind, id: str, cause: Cause, system: System
) -> None:
    work = Work(connection, kind, id, cause, system)

    assert Work.from_json(work.to_json()) == work


def test_one_record_is_one_group_whatever_the_cause() -> None:
    by_poll = Work("acme", Kind.INVOICE, "guid", Cause.POLL)
    by_person = Work("acme", Kind.INVOICE, "guid", Cause.PERSON)

    assert by_poll.group == by_person.group == "acme#invoice#guid"


@pytest.mark.parametrize(
    ("kind", "connection"), [(Kind.CUSTOMER, "acme"), (Kind.INVOICE, "other")], ids=["kind", "connection"]
)
def test_different_records_are_different_groups(kind: Kind, connection: str) -> None:
    assert Work(connection, kind, "guid", Cause.POLL).group != Work("acme", Kind.INVOICE, "guid", Cause.POLL).group


_RIGHT = {"connection": "acme", "kind": "invoice", "id": "guid", "cause": "poll"}


@pytest.mark.parametrize("name", sorted(_RIGHT))
def test_a_message_without_a_field_names_it(name: str) -> None:
    body = json.dumps({key: value for key, value in _RIGHT.items() if key != name})

    with pytest.raises(ValueError, match=name):
        Work.from_json(body)


@pytest.mark.parametrize("body", ["", "{", "[]", "null", '"text"'])
def test_what_is_no_message_is_refused(body: str) -> None:
    with pytest.raises(ValueError, match="not a work message"):
        Work.from_json(body)


@pytest.mark.parametrize(("name", "value"), [("kind", "order"), ("cause", "whim")])
def test_an_unknown_word_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(ValueError, match=value):
        Work.from_json(json.dumps({**_RIGHT, name: value}))


def test_the_two_systems_records_of_one_id_are_different_groups() -> None:
    severa, fortnox = (Work("acme", Kind.CUSTOMER, "1001", Cause.POLL, system) for system in _SYSTEMS)

    assert (severa.group, fortnox.group) == ("acme#customer#1001", "acme#customer#fortnox#1001")


def test_a_message_without_a_system_means_severas_record() -> None:
    assert json.loads(Work("acme", Kind.INVOICE, "guid", Cause.POLL).to_json()) == _RIGHT
    assert Work.from_json(json.dumps(_RIGHT)) == Work("acme", Kind.INVOICE, "guid", Cause.POLL, System.SEVERA)


@pytest.mark.parametrize("system", ["visma", "aws", "ours", "store", None])
def test_a_system_that_has_no_records_is_refused_by_name(system: str | None) -> None:
    with pytest.raises(ValueError, match=str(system)):
        Work.from_json(json.dumps({**_RIGHT, "system": system}))


def test_fields_of_a_later_version_are_ignored() -> None:
    assert Work.from_json(json.dumps({**_RIGHT, "new": 1})).id == "guid"
