"""How secrets come in: asked for without echo, or as JSON from a file or a pipe. Never as arguments.

Arguments stand in the shell's history and in the list of processes.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import typer
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from severa_fortnox.credentials import ConnectionSecret, FortnoxApp
from severa_fortnox_cli.failures import USAGE, Failure, said

_SHAPE = (
    '{"severa_client_id": "...", "severa_client_secret": "...", '
    '"fortnox_app": {"client_id": "...", "client_secret": "..."}}, the last one only the first time'
)


class Entered(BaseModel):
    """The secrets a person handed over.

    Args:
        fortnox_app: the stack's app; None when it is stored already.
        fortnox_refresh_token: of a fresh consent; only for the grant refresh_token.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, str_min_length=1)

    severa_client_id: str
    severa_client_secret: str = Field(repr=False)
    fortnox_app: FortnoxApp | None = None
    fortnox_refresh_token: str | None = Field(default=None, repr=False)

    @property
    def connection(self) -> ConnectionSecret:
        """What is stored for the connection."""
        return ConnectionSecret(severa_client_id=self.severa_client_id, severa_client_secret=self.severa_client_secret)


def enter(source: str | None, severa_client_id: str | None, *, needs_app: bool, needs_consent: bool) -> Entered:
    """The secrets, complete.

    Args:
        source: a file's name, ``-`` for standard input, None to ask.
        severa_client_id: given as an argument, since it is no secret.
        needs_app: the stack's Fortnox app is not stored yet.
        needs_consent: the connection's first refresh token must come along.

    Raises:
        Failure: something is missing or cannot be read; never quotes what was read.
    """
    values = _asked(severa_client_id, needs_app, needs_consent) if source is None else _read(source)
    if severa_client_id is not None:
        values = {**values, "severa_client_id": severa_client_id}
    try:
        entered = Entered.model_validate(values)
    except ValidationError as error:
        raise Failure(f"the secrets are incomplete: {said(error)}", f"they look like {_SHAPE}") from None
    if needs_app and entered.fortnox_app is None:
        raise Failure(
            "the Fortnox app of this stack is not stored yet, and the secrets do not have it",
            f"add fortnox_app: {_SHAPE}",
        )
    if needs_consent and entered.fortnox_refresh_token is None:
        raise Failure(
            "with the grant refresh_token, the refresh token of a fresh consent must come along",
            "add fortnox_refresh_token to the secrets, or use --fortnox-grant client_credentials",
        )
    return entered


def _read(source: str) -> Mapping[str, Any]:
    try:
        content = sys.stdin.read() if source == "-" else Path(source).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        what = error.strerror if isinstance(error, OSError) else "it is not text"
        raise Failure(f"the secrets {source} cannot be read: {what}", f"they look like {_SHAPE}") from None
    try:
        values = json.loads(content)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise Failure(f"the secrets are not JSON ({place})", f"they look like {_SHAPE}") from None
    if not isinstance(values, dict):
        raise Failure("the secrets are not a JSON object", f"they look like {_SHAPE}")
    return values


def _asked(severa_client_id: str | None, needs_app: bool, needs_consent: bool) -> Mapping[str, Any]:
    if not sys.stdin.isatty():
        raise Failure(
            "there is no terminal to ask for the secrets on",
            f"give --secrets FILE, or --secrets - and JSON on standard input: {_SHAPE}",
            status=USAGE,
        )
    values: dict[str, Any] = {
        "severa_client_id": severa_client_id or _ask("Severa client id"),
        "severa_client_secret": _ask("Severa client secret", hidden=True),
    }
    if needs_app:
        typer.echo("The Fortnox app of this stack, stored once for all connections:", err=True)
        values["fortnox_app"] = {
            "client_id": _ask("Fortnox client id"),
            "client_secret": _ask("Fortnox client secret", hidden=True),
        }
    if needs_consent:
        values["fortnox_refresh_token"] = _ask("Fortnox refresh token", hidden=True)
    return values


def _ask(what: str, *, hidden: bool = False) -> str:
    answer: str = typer.prompt(what, hide_input=hidden, err=True)
    return answer
