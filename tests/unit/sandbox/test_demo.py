"""The demo's command line: help, and the signals that end it."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]

ENDLESS = """
import signal, sys, threading
from sandbox import demo

class Endless:
    def __init__(self, console, keep): pass
    def run(self):
        try:
            print("runs", flush=True)
            threading.Event().wait()
        finally:
            # A second signal while everything is taken down.
            signal.raise_signal(signal.SIGTERM)
            signal.raise_signal(signal.SIGINT)
            print("taken down", flush=True)

demo.Demo = Endless
sys.argv = ["demo"]
sys.exit(demo.main())
"""


def test_help_starts_nothing() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "sandbox.demo", "--help"], cwd=ROOT, capture_output=True, text=True, timeout=30
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "--keep" in done.stdout and "Deployed" not in done.stdout


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_takes_everything_down_and_ends_quietly(number: signal.Signals) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", ENDLESS], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "runs\n"
        process.send_signal(number)
        told, remarked = process.communicate(timeout=30)
    assert (process.returncode, told, remarked) == (128 + number, "taken down\n", "")
