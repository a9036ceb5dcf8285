"""Both readings of what Severa's documentation leaves open."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from severa_fortnox.severa.models import Invoice
from severa_fortnox.severa.unknowns import Readings

CREDIT = {"guid": "credit", "number": 2}
ORIGINAL = {"guid": "original", "number": 1}


def invoice(**fields: Any) -> Invoice:
    return Invoice.model_validate({"guid": "i1", "date": "2026-01-31", "dueDate": "2026-03-02", **fields})


@pytest.mark.parametrize(
    ("fields", "readings", "guid"),
    [
        ({"isCreditNote": True, "reimburseInvoice": ORIGINAL}, Readings(), "original"),
        ({"isCreditNote": True, "creditNoteInvoice": ORIGINAL}, Readings(), "original"),
        ({"isCreditNote": True, "reimburseInvoice": ORIGINAL, "creditNoteInvoice": CREDIT}, Readings(), "original"),
        (
            {"isCreditNote": True, "reimburseInvoice": CREDIT, "creditNoteInvoice": ORIGINAL},
            Readings(original_fields=("creditNoteInvoice", "reimburseInvoice")),
            "original",
        ),
        ({"isCreditNote": True, "reimburseInvoice": {"guid": None, "number": None}}, Readings(), None),
        ({"isCreditNote": True}, Readings(), None),
        ({"isCreditNote": False, "creditNoteInvoice": CREDIT}, Readings(), None),
    ],
)
def test_a_credit_note_points_to_its_original(fields: dict[str, Any], readings: Readings, guid: str | None) -> None:
    original = readings.original_of(invoice(**fields))

    assert (original.guid if original else None) == guid


def test_free_texts_are_placed_around_the_rows() -> None:
    both = invoice(freeText1={"plainText": "one"}, freeText2={"plainText": "two"})

    above, below = Readings().texts(both)
    assert (above and above.plainText, below and below.plainText) == ("one", "two")

    above, below = Readings(text_above="freeText2").texts(both)
    assert (above and above.plainText, below and below.plainText) == ("two", "one")


def test_the_rate_is_company_currency_for_one_unit_of_the_invoices() -> None:
    inverse = Readings(currency_rate="invoice per company currency")

    assert Readings().company_rate(Decimal("11.2")) == Decimal("11.2")
    assert inverse.company_rate(Decimal("0.08")) == Decimal("12.5")
    assert inverse.company_rate(Decimal("3")) == Decimal("0.3333333333")
