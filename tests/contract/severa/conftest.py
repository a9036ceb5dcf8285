"""What the Severa contract tests share: the vendor's document, a seeded organisation, and a client of it."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from tests.contract.openapi import Document
from tests.contract.severa import document as documents
from tests.contract.severa.company import Company


@pytest.fixture
def document() -> Document:
    found = documents.severa()
    if found is None:
        pytest.skip("Severa's OpenAPI document is not here; VENDOR_SPECS may name its folder")
    return found


@pytest.fixture
def company() -> Company:
    return Company()


@pytest.fixture
def http(company: Company) -> Iterator[httpx.Client]:
    """A signed-in client with every scope."""
    with company.client() as client:
        yield client
