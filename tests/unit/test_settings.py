"""Settings are validated as a whole, and every error says what would be right."""

from __future__ import annotations

from datetime import date

import pytest
from pydantic import ValidationError

from severa_fortnox.settings import FreeTexts, Main, Settings, changed
from tests.unit import builders as a


def test_every_setting_says_what_it_does() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


@pytest.mark.parametrize("name", ["transferred_status", "failed_status", "sent_status", "paid_status"])
def test_no_other_status_may_be_the_one_invoices_are_picked_from(name: str) -> None:
    with pytest.raises(ValidationError, match=f"{name} is the same status as ready_status"):
        Settings.model_validate({"ready_status": "x", name: "x"})


def test_sent_and_transferred_may_be_the_same_status() -> None:
    assert Settings(ready_status="x", transferred_status="y", sent_status="y").sent_status == "y"


def test_unset_statuses_are_not_the_same_status() -> None:
    assert Settings().ready_status is None


@pytest.mark.parametrize(
    ("name", "value", "kept"),
    [
        ("invoice_number_main", "severa", Main.SEVERA),
        ("free_texts", "remarks", FreeTexts.REMARKS),
        ("invoices_from", "2025-01-01", date(2025, 1, 1)),
        ("attachments", "false", False),
        ("fallback_article", None, None),
    ],
)
def test_a_value_typed_on_the_command_line_is_read(name: str, value: object, kept: object) -> None:
    assert getattr(changed(a.settings(), name, value), name) == kept


def test_a_change_leaves_the_other_settings_and_the_old_value_alone() -> None:
    before = a.settings(attachments=True)

    after = changed(before, "free_texts", "remarks")

    assert after.attachments
    assert after.ready_status == a.READY
    assert before.free_texts is FreeTexts.ROWS


def test_an_unknown_setting_names_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"no setting 'atachments'; the settings are: activated_on, attachments"):
        changed(a.settings(), "atachments", True)


def test_an_invalid_value_says_what_would_be_valid() -> None:
    with pytest.raises(ValueError, match=r"invoice_number_main = 'x'.*'severa' or 'fortnox'"):
        changed(a.settings(), "invoice_number_main", "x")


def test_a_change_that_breaks_a_rule_between_settings_is_refused() -> None:
    with pytest.raises(ValueError, match="choose another Severa status"):
        changed(a.settings(), "transferred_status", a.READY)


def test_settings_cannot_be_changed_behind_the_store() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        a.settings().attachments = True  # type: ignore[misc]
