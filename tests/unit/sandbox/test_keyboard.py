"""Typed commands: what they wrote, what they failed with, and that stopping leaves none behind."""

from __future__ import annotations

import io
import os
import socket
import threading
import time

import pytest
from rich.console import Console

from sandbox.keyboard import Keyboard

NOWHERE = {
    "AWS_ACCESS_KEY_ID": "owner",
    "AWS_SECRET_ACCESS_KEY": "secret",
    "AWS_REGION": "eu-north-1",
    "PATH": os.environ["PATH"],
}


@pytest.fixture
def keyboard() -> Keyboard:
    return Keyboard(Console(file=io.StringIO()))


def test_a_command_gives_what_it_wrote(keyboard: Keyboard) -> None:
    assert "severa-fortnox" in keyboard.type(NOWHERE, ["--help"])


def test_a_command_that_fails_says_why(keyboard: Keyboard) -> None:
    with pytest.raises(RuntimeError, match=r"ended with 2:(.|\n)*No such command"):
        keyboard.type(NOWHERE, ["lode"])


def test_stopping_ends_what_runs_and_lets_nothing_begin(keyboard: Keyboard) -> None:
    failures = []

    def typing() -> None:
        for _ in range(2):
            try:
                keyboard.type({**NOWHERE, "AWS_ENDPOINT_URL": f"http://127.0.0.1:{silent.getsockname()[1]}"}, ["log"])
            except RuntimeError as failure:
                failures.append(str(failure).partition("\n")[0])

    with socket.create_server(("127.0.0.1", 0)) as silent:
        thread = threading.Thread(target=typing)
        thread.start()
        caller, _ = silent.accept()
        began = time.monotonic()
        keyboard.stop()
        thread.join()
        caller.close()
    assert time.monotonic() - began < 5
    assert failures == ["severa-fortnox log ended with -9:", "stopped before severa-fortnox log"]
