"""How far something is: a bar for each thing that is counted, with its rate and the time that is left."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import TimeRemainingColumn as TimeLeft

from severa_fortnox.flows.listings import Progress as Told
from severa_fortnox_cli.run import Run


@contextmanager
def progress(run: Run) -> Iterator[Told]:
    """The bars; nothing where nobody looks."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"))
    tasks: dict[str, tuple[TaskID, float]] = {}
    console = run.output.remarks
    with Progress(*columns, TimeElapsedColumn(), TimeLeft(), console=console, disable=not console.is_terminal) as bars:

        def told(what: str, done: int, total: int | None) -> None:
            if what not in tasks:
                tasks[what] = (bars.add_task(what, total=total, rate=""), time.monotonic())
            task, began = tasks[what]
            spent = time.monotonic() - began
            bars.update(task, completed=done, total=total, rate=f"{done / spent:.1f}/s" if spent > 1 else "")

        yield told
