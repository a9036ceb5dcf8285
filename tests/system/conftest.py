"""The deployed stack for tests of the whole: skipped where the emulator is not installed, unless CI insists."""

from __future__ import annotations

import os

import pytest

from sandbox import ministack

HERE = os.path.dirname(__file__)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if ministack.PYTHON.exists() or os.environ.get("REQUIRE_MINISTACK") == "1":
        return
    missing = pytest.mark.skip(reason="the AWS emulator is not installed: run `make venv`")
    for item in items:
        if str(item.path).startswith(HERE):
            item.add_marker(missing)
