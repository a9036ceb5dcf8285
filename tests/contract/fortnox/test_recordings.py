"""What Fortnox really answered: our models read it, our errors understand it, and the simulator says the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import BaseModel

from severa_fortnox.errors import IntegrationError, Misconfigured, NotFound, Rejected, System
from severa_fortnox.fortnox import models
from severa_fortnox.fortnox.errors import explanation, refusal
from severa_fortnox.wire import Answer, Call, Effect
from tests.contract.fortnox.recordings import Recording, recordings, replay, shape

MODELS: dict[str, type[BaseModel]] = {
    "Customer": models.Customer,
    "Customers": models.CustomerItem,
    "Article": models.Article,
    "Articles": models.ArticleItem,
    "Project": models.Project,
    "Projects": models.Project,
    "Unit": models.Unit,
    "Units": models.Unit,
    "TermsOfPayment": models.TermsOfPayment,
    "TermsOfPayments": models.TermsOfPayment,
    "Invoice": models.Invoice,
    "Invoices": models.Invoice,
}
REFUSED: dict[int, type[IntegrationError]] = {400: Rejected, 401: Misconfigured, 404: NotFound}

pytestmark = pytest.mark.skipif(not recordings(), reason="fortnox-recorded-interactions.jsonl is not here")


def _each(wanted: Callable[[Recording], bool]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("recording", [r for r in recordings() if wanted(r)], ids=lambda r: r.name)


@_each(lambda recording: recording.status < 400)
def test_a_recorded_answer_is_read_by_our_model(recording: Recording) -> None:
    (wrapper,) = recording.body.keys() & MODELS.keys()
    value = recording.body[wrapper]
    for record in value if isinstance(value, list) else [value]:
        read = MODELS[wrapper].model_validate(record)
        given = {name: str(value) for name, value in record.items() if isinstance(value, str | bool) and value != ""}
        assert {
            name: str(getattr(read, name)) for name in given.keys() & read.model_fields_set
        }.items() <= given.items()


@_each(lambda recording: recording.status >= 400 and recording.resource != "token")
def test_a_recorded_refusal_is_understood(recording: Recording) -> None:
    call = Call(System.FORTNOX, f"{recording.method} /3/{recording.resource}", Effect.READ)
    error = refusal(Answer(call, recording.status, {"content-type": recording.content_type}, recording.answered))
    assert type(error) is REFUSED[recording.status]
    inner = recording.body.get("ErrorInformation", {})
    words = {name.lower(): value for name, value in inner.items()}
    if words:
        assert (error.code, error.text) == (str(words["code"]), words["message"])


@_each(lambda recording: recording.resource == "token")
def test_a_recorded_token_refusal_is_understood_whatever_its_content_type(recording: Recording) -> None:
    call = Call(System.FORTNOX, "POST /oauth-v1/token", Effect.WRITE)
    said = explanation(Answer(call, recording.status, {"content-type": recording.content_type}, recording.answered))
    assert (said.code, said.text) == (recording.body["error"], recording.body["error_description"])


@_each(lambda recording: recording.is_whole or recording.status >= 400)
def test_the_simulator_answers_the_same_request_in_the_same_shape(recording: Recording) -> None:
    answer = replay(recording)
    assert answer.status_code == recording.status, answer.text
    assert answer.headers["Content-Type"].replace(" ", "") == recording.content_type.replace(" ", "")
    assert answer.headers.get("Location") == recording.location
    if recording.status >= 400:
        assert answer.json() == recording.body
        return
    ours, theirs = answer.json(), recording.body
    assert ours.keys() == theirs.keys()
    for wrapper in ours:
        assert_same_shape(shape(ours[wrapper]), shape(theirs[wrapper]))


def assert_same_shape(ours: Any, theirs: Any) -> None:
    """The same names and types; in a list a type of ours must have been recorded for that name."""
    assert ours.keys() == theirs.keys()
    differing = {
        name: (ours[name], theirs[name])
        for name in ours
        if not (ours[name] <= theirs[name] if isinstance(ours[name], set) else ours[name] == theirs[name])
    }
    assert not differing
