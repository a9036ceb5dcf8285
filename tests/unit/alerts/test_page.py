"""The documentation of the reasons is what the catalogue says."""

from __future__ import annotations

from pathlib import Path

from severa_fortnox.alerts.page import page


def test_the_page_of_reasons_is_not_stale() -> None:
    written = (Path(__file__).parents[3] / "docs/errors.md").read_text()
    assert written == page(), "run `make docs`"
