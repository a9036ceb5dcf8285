"""Commands of the command line, typed as a person would."""

from __future__ import annotations

import shlex
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence

from rich.console import Console

from sandbox.ministack import ROOT

STAGE = "sandbox"


class Keyboard:
    """Types commands for the sandbox's stage and shows them; leaving it as a context manager stops it.

    Several threads may type at once.

    Args:
        console: where they are shown.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._running: set[subprocess.Popen[str]] = set()
        self._is_stopped = False
        self._lock = threading.Lock()

    def type(self, environment: Mapping[str, str], words: Sequence[str], given: str = "") -> str:
        """Run a command to its end and return what it wrote to standard output.

        Args:
            environment: all of its environment variables.
            given: its standard input.

        Raises:
            RuntimeError: it failed, or `stop()` ended it; the text holds what it wrote.
        """
        with self._lock:
            if self._is_stopped:
                raise RuntimeError(f"stopped before severa-fortnox {shlex.join(words)}")
            typed = f"severa-fortnox --stage {STAGE} {shlex.join(words)}"
            self._console.print(f"[dim]$ {typed}[/dim]", highlight=False, soft_wrap=True)
            process = subprocess.Popen(
                [sys.executable, "-m", "severa_fortnox_cli.main", "--stage", STAGE, *words],
                env=environment,
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            self._running.add(process)
        with process:
            try:
                told, remarked = process.communicate(given)
            except BaseException:
                process.kill()
                raise
            finally:
                self._running.discard(process)
        if process.returncode:
            raise RuntimeError(f"severa-fortnox {shlex.join(words)} ended with {process.returncode}:\n{told}{remarked}")
        return told

    def stop(self) -> None:
        """End whatever is running; nothing is typed any more."""
        with self._lock:
            self._is_stopped = True
            for process in tuple(self._running):
                process.kill()

    def __enter__(self) -> Keyboard:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
