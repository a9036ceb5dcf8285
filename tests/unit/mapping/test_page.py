"""The page of field tables is what the tables say now."""

from __future__ import annotations

from pathlib import Path

from severa_fortnox.mapping.fields import CUSTOMER, PRODUCT, PROJECT
from severa_fortnox.mapping.page import page

DOCS = Path(__file__).parents[3] / "docs"


def test_the_page_is_made_from_these_tables() -> None:
    assert (DOCS / "field-mapping.md").read_text(encoding="utf-8") == page(), "run make docs"


def test_every_field_is_on_the_page() -> None:
    for field in (*CUSTOMER, *PRODUCT, *PROJECT):
        assert f"`{field.key}`" in page()
