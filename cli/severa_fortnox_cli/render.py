"""What a command shows: tables and sentences to a person, JSON lines to a program, in one and the same order."""

from __future__ import annotations

import codecs
import io
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, TypeAlias

from rich.console import Console
from rich.table import Table

from severa_fortnox_cli.failures import Failure
from severa_fortnox_cli.harmless import steady, steady_json

#: What stands in a column: the value of this name, or what is made of the whole record.
Column: TypeAlias = str | Callable[[Mapping[str, Any]], Any]

#: A pipe has no edge, so nothing is wrapped there.
_PIPE_WIDTH = 10_000


@dataclass(frozen=True)
class Output:
    """Where results and remarks go.

    Args:
        json: whether results are JSON lines.
        results: standard output.
        remarks: standard error; what a program that reads the results must not see.
    """

    json: bool
    results: Console
    remarks: Console

    @classmethod
    def standard(cls, as_json: bool | None) -> Output:
        """The process's own streams.

        Args:
            as_json: None means JSON when a program reads the results, tables when a person does.
        """
        results = _console(stderr=False)
        return cls(not results.is_terminal if as_json is None else as_json, results, _console(stderr=True))

    def table(self, rows: Sequence[Mapping[str, Any]], columns: Mapping[str, Column], *, none: str) -> None:
        """A list of records.

        Args:
            rows: each with every value a program may want; moments as `datetime`.
            columns: what a person sees, by heading.
            none: what a person is told when the list is empty.
        """
        if self.json:
            for row in rows:
                self._line(row)
        elif not rows:
            self.remarks.print(none)
        else:
            table = Table(box=None, pad_edge=False, header_style="bold")
            for heading in columns:
                table.add_column(heading, overflow="fold")
            for row in rows:
                cells = (column(row) if callable(column) else row.get(column) for column in columns.values())
                # Some cells are lists of ours, a line each.
                table.add_row(*("\n".join(map(steady, text(cell).split("\n"))) for cell in cells))
            self.results.print(table)

    def record(self, values: Mapping[str, Any], lines: Sequence[str]) -> None:
        """One result: its values for a program, its sentences for a person."""
        if self.json:
            self._line(values)
        else:
            for line in lines:
                self.results.print(steady(line))

    def remark(self, sentence: str) -> None:
        """Something a person should know besides the result."""
        self.remarks.print(steady(sentence))

    def warn(self, sentence: str) -> None:
        """Something a person should not overlook."""
        self.remarks.print(f"Warning: {steady(sentence)}", style="yellow")

    def failure(self, failure: Failure, about: str) -> None:
        """Why the command ends here, and what to do.

        Args:
            about: the stack, so that nobody mends the wrong one.
        """
        self.remarks.print(f"Error ({about}): {steady(failure.cause)}", style="red")
        if failure.fix:
            self.remarks.print(f"Fix: {steady(failure.fix)}")

    def _line(self, values: Mapping[str, Any]) -> None:
        # A program must get every letter, also where the stream has none for it.
        is_escaped = codecs.lookup(sys.stdout.encoding).name != "utf-8"
        sys.stdout.write(steady_json(json.dumps(values, default=_plain, ensure_ascii=is_escaped)) + "\n")


def text(value: Any) -> str:
    """A value for a person: local time to the minute, yes and no, nothing for what is missing."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case datetime():
            return value.astimezone().strftime("%Y-%m-%d %H:%M")
    return str(value)


def counted(number: int, what: str, several: str = "") -> str:
    """A number with its word: 1 customer, 2 customers.

    Args:
        several: what the word is for any other number than one; left out: with an s.
    """
    return f"{number} {what if number == 1 else several or f'{what}s'}"


def moment(seconds: float) -> datetime:
    """Seconds since the epoch as a moment."""
    return datetime.fromtimestamp(seconds, UTC)


def _plain(value: Any) -> Any:
    match value:
        case datetime():
            return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        case date() | Decimal():
            return str(value)
        case Mapping():
            return dict(value)
    raise TypeError(f"cannot show a {type(value).__name__}")


def _console(*, stderr: bool) -> Console:
    stream = sys.stderr if stderr else sys.stdout
    if isinstance(stream, io.TextIOWrapper):
        # A name that the terminal has no letters for is no reason to end; JSON escapes what it has none for.
        stream.reconfigure(errors="replace")
    # Names and texts of records may look like markup; they are shown as they are.
    return Console(
        file=stream,
        width=None if stream.isatty() else _PIPE_WIDTH,
        markup=False,
        emoji=False,
        highlight=False,
    )
