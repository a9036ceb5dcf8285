"""Who is at the keyboard, and which stack they mean: what every command starts from."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import typer

from severa_fortnox.store.connections import Connection
from severa_fortnox_cli.failures import FAILED, USAGE, Failure
from severa_fortnox_cli.harmless import steady
from severa_fortnox_cli.render import Output
from severa_fortnox_cli.stack import Aws, Stack


@dataclass
class Run:
    """One run of the command line.

    Args:
        stack_name: the stack that is meant; looked up when a command first needs it.
        typed: the global options as they were typed, so that a suggested command means the same stack.
        aws: signs in to AWS.
        output: where results and remarks go.
    """

    stack_name: str
    typed: tuple[str, ...]
    aws: Callable[[], Aws]
    output: Output

    @classmethod
    def of(cls, context: typer.Context) -> Run:
        """The run that a command belongs to."""
        run: Run = context.find_root().obj
        return run

    @cached_property
    def stack(self) -> Stack:
        """The stack, looked up.

        Raises:
            Failure: it is not there.
        """
        return Stack.open(self.stack_name, self.aws())

    @property
    def can_be_asked(self) -> bool:
        """Whether questions reach a person."""
        return sys.stdin.isatty()

    def command(self, *words: str) -> str:
        """A command line to suggest, for the same stack."""
        return shlex.join(("severa-fortnox", *self.typed, *words))

    def connection(self, id: str) -> Connection:
        """The connection.

        Raises:
            Failure: there is none of this id; names those there are.
        """
        found = self.stack.store.connections.get(id)
        if found is None:
            known = ", ".join(each.id for each in self.stack.store.connections.all())
            add = self.command("connection", "add", "--help")
            raise Failure(
                f"there is no connection {id!r}",
                f"the connections are: {known}" if known else f"there are none yet; add one: {add}",
            )
        return found

    def connections(self, id: str | None) -> list[Connection]:
        """The connection of this id, or all of them.

        Raises:
            Failure: there is none of this id.
        """
        return self.stack.store.connections.all() if id is None else [self.connection(id)]

    def switched_on(self, id: str) -> Connection:
        """A connection that work can be asked of.

        Raises:
            Failure: it is not there, or switched off.
        """
        connection = self.connection(id)
        if not connection.active:
            raise Failure(
                f"{id} is switched off, so nothing is done for it",
                f"switch it on: {self.command('connection', 'on', id)}",
            )
        return connection

    def require_consent(self, question: str, *, yes: bool, command: Sequence[str]) -> None:
        """Go on only when a person agrees.

        Args:
            question: names what is touched.
            yes: they agreed beforehand.
            command: what to run to agree beforehand, without the program's name.

        Raises:
            Failure: they do not agree, or nobody can be asked.
        """
        if yes:
            return
        if not self.can_be_asked:
            raise Failure(
                f"{question} Nobody can be asked here, so nothing was done",
                f"to agree beforehand, run: {self.command(*command)}",
                status=USAGE,
            )
        if not typer.confirm(steady(question), err=True):
            raise Failure("nothing was done, because you said no", status=FAILED)
