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
        ("customer_main", "fortnox", Main.FORTNOX),
        ("transfer_all_customers", "yes", True),
        ("transfer_projects", "no", False),
        ("project_closing", "complete_after_days", "complete_after_days"),
        ("project_closing_days", "365", 365),
        ("rename_projects", "true", True),
        ("article_register", "worktypes", "worktypes"),
        ("mass_change_share", "1", 1),
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
    with pytest.raises(
        ValueError, match=r"no setting 'atachments'; the settings are: activated_on, article_register, attachments"
    ):
        changed(a.settings(), "atachments", True)


def test_an_invalid_value_says_what_would_be_valid() -> None:
    with pytest.raises(ValueError, match=r"invoice_number_main = 'x'.*'severa' or 'fortnox'"):
        changed(a.settings(), "invoice_number_main", "x")


@pytest.mark.parametrize(
    ("name", "value", "valid"),
    [
        ("project_closing_days", "0", "greater than or equal to 1"),
        ("project_closing_days", "366", "less than or equal to 365"),
        ("mass_change_share", "0", "greater than or equal to 1"),
        ("mass_change_share", "101", "less than or equal to 100"),
        ("project_closing", "close", "'leave_open', 'complete' or 'complete_after_days'"),
        ("article_register", "travel", "'products' or 'worktypes'"),
        ("product_main", "both", "'severa' or 'fortnox'"),
    ],
)
def test_a_value_out_of_bounds_says_what_they_are(name: str, value: str, valid: str) -> None:
    with pytest.raises(ValueError, match=f"{name} = '{value}'.*{valid}"):
        changed(a.settings(), name, value)


def test_the_registers_begin_with_severa_as_their_main_system_and_leave_projects_open() -> None:
    begin = Settings()
    assert (begin.customer_main, begin.product_main, begin.project_closing) == (Main.SEVERA, Main.SEVERA, "leave_open")
    assert (begin.transfer_all_customers, begin.transfer_projects, begin.rename_projects) == (False, True, False)
    assert (begin.postal_address, begin.article_register, begin.mass_change_share) == (True, "products", 30)


@pytest.mark.parametrize("name", ["customer_main", "product_main"])
def test_a_main_system_says_that_a_change_holds_for_later_changes_only(name: str) -> None:
    assert "later changes only" in (Settings.model_fields[name].description or "")


def test_a_change_that_breaks_a_rule_between_settings_is_refused() -> None:
    with pytest.raises(ValueError, match="choose another Severa status"):
        changed(a.settings(), "transferred_status", a.READY)


def test_settings_cannot_be_changed_behind_the_store() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        a.settings().attachments = True  # type: ignore[misc]
