"""Showing and changing settings."""

from __future__ import annotations

import json
from typing import Any

import pytest

from severa_fortnox.settings import Main
from severa_fortnox.store.settings import SettingsStore


def test_every_setting_is_shown_with_its_value_and_what_it_does(office: Any) -> None:
    office.connection()
    office.settings("acme", attachments=True)

    rows = {row["setting"]: row for row in office.json("settings", "show", "acme")}

    assert rows["attachments"]["value"] is True
    assert rows["paid_status"]["value"] is None
    assert all(row["does"] for row in rows.values())
    assert next(iter(rows)) == "ready_status"


def test_statuses_are_shown_by_name_when_asked(office: Any, vendors: Any, connected: str) -> None:
    office.settings("acme", ready_status=vendors.guid("Ready for transfer"))

    rows = {row["setting"]: row for row in office.json("settings", "show", "acme", "--resolve")}
    table = office.run("--no-json", "settings", "show", "acme", "--resolve").stdout

    assert rows["ready_status"]["status"] == "Ready for transfer"
    assert rows["ready_status"]["value"] == vendors.guid("Ready for transfer")
    assert "status" not in rows["attachments"]
    assert "Ready for transfer" in table


def test_a_change_shows_old_and_new_and_is_kept_with_who_made_it(office: Any) -> None:
    office.connection()

    (change,) = office.json("settings", "set", "acme", "attachments", "true")
    text = office.run("--no-json", "settings", "set", "acme", "attachments", "no")

    assert change == {"setting": "attachments", "old": False, "new": True, "version": 1}
    assert text.stdout.strip() == "attachments: True → False" or text.stdout.strip() == "attachments: yes → no"
    assert [each.version for each in office.store.settings.history("acme")] == [2, 1]
    assert "moto" in office.store.settings.history("acme")[0].who


def test_several_settings_change_together(office: Any, vendors: Any, connected: str) -> None:
    words = ("ready_status", "Ready for transfer", "transferred_status", "Transferred", "invoices_from", "2026-01-01")

    changes = office.json("settings", "set", "acme", *words)

    assert {change["version"] for change in changes} == {2}
    stored = office.store.settings.get("acme").settings
    assert stored.ready_status == vendors.guid("Ready for transfer")
    assert stored.transferred_status == vendors.guid("Transferred")
    assert str(stored.invoices_from) == "2026-01-01"


@pytest.mark.parametrize("typed", ["Ready for transfer", "ready FOR transfer"])
def test_a_status_is_found_by_its_name(office: Any, vendors: Any, connected: str, typed: str) -> None:
    assert office.run("settings", "set", "acme", "ready_status", typed).exit_code == 0
    assert office.store.settings.get("acme").settings.ready_status == vendors.guid("Ready for transfer")


def test_a_status_is_found_by_its_guid(office: Any, vendors: Any, connected: str) -> None:
    guid = vendors.guid("Paid")

    assert office.run("settings", "set", "acme", "paid_status", guid).exit_code == 0
    assert office.store.settings.get("acme").settings.paid_status == guid


def test_an_exact_name_wins_over_one_that_differs_in_case(office: Any, vendors: Any, connected: str) -> None:
    vendors.severa.add_invoice_status("PAID")

    assert office.run("settings", "set", "acme", "paid_status", "Paid").exit_code == 0
    assert office.store.settings.get("acme").settings.paid_status == vendors.guid("Paid")


def test_a_name_that_fits_several_statuses_is_refused_with_their_guids(
    office: Any, vendors: Any, connected: str
) -> None:
    vendors.severa.add_invoice_status("PAID")

    result = office.run("settings", "set", "acme", "paid_status", "paid")

    assert result.exit_code == 1
    assert vendors.guid("PAID") in result.stderr
    assert vendors.guid("Paid") in result.stderr


def test_an_unknown_status_is_answered_with_the_names_there_are(office: Any, vendors: Any, connected: str) -> None:
    vendors.severa.add_invoice_status("Old one", isActive=False)

    result = office.run("settings", "set", "acme", "ready_status", "Redy")

    assert result.exit_code == 1
    assert "no invoice status in Severa is called 'Redy'" in result.stderr
    assert "Draft, Ready for transfer, Transferred, Transfer failed, Sent, Paid\n" in result.stderr
    assert office.store.settings.get("acme").version == 1


def test_an_empty_value_unsets_a_status_without_asking_severa(office: Any) -> None:
    office.connection()
    office.settings("acme", paid_status="some-guid", attachments=True)

    result = office.run("settings", "set", "acme", "paid_status", "", "attachments", "")

    assert result.exit_code == 0, result.output
    stored = office.store.settings.get("acme").settings
    assert (stored.paid_status, stored.attachments) == (None, False)


def test_the_same_value_makes_no_new_version(office: Any) -> None:
    office.connection()

    result = office.run("settings", "set", "acme", "attachments", "false")

    assert result.exit_code == 0
    assert result.stdout == ""
    assert "Nothing to change" in result.stderr
    assert office.store.settings.get("acme").version == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("colour", "red"), "there is no setting 'colour'"),
        (("attachments",), "attachments has no value"),
        (("attachments", "perhaps"), "attachments = 'perhaps'"),
        (("invoices_from", "yesterday"), "invoices_from = 'yesterday'"),
        (("invoice_number_main", "sap"), "invoice_number_main = 'sap': Input should be 'severa' or 'fortnox'"),
        (("create_articles", "some"), "Input should be 'newer' or 'all'"),
    ],
)
def test_what_cannot_be_set_is_a_usage_error(office: Any, words: tuple[str, ...], said: str) -> None:
    office.connection()

    result = office.run("settings", "set", "acme", *words)

    assert result.exit_code == 2
    assert said in result.stderr
    assert "Fix: " in result.stderr
    assert office.store.settings.get("acme").version == 0


def test_a_word_may_be_typed_in_any_case(office: Any) -> None:
    office.connection()

    office.json("settings", "set", "acme", "customer_main", "Fortnox", "create_articles", "ALL")

    settings = office.store.settings.get("acme").settings
    assert (settings.customer_main, settings.create_articles) == ("fortnox", "all")


def test_the_transferred_status_cannot_be_the_ready_one(office: Any, vendors: Any, connected: str) -> None:
    ready = "Ready for transfer"

    result = office.run("settings", "set", "acme", "ready_status", ready, "transferred_status", ready)

    assert result.exit_code == 2
    assert "would be picked up again and again" in result.stderr


def test_a_moment_without_offset_is_taken_as_local_time(office: Any) -> None:
    office.connection()

    assert office.run("settings", "set", "acme", "activated_on", "2026-01-01T08:00").exit_code == 0
    assert office.store.settings.get("acme").settings.activated_on.tzinfo is not None


@pytest.mark.parametrize(
    ("pairs", "objection"),
    [
        (("ready_status", "Sent"), "Fortnox numbers the invoices"),
        (("ready_status", "Draft", "invoice_number_main", "severa"), "Severa numbers the invoices"),
    ],
)
def test_a_ready_status_that_does_not_suit_the_numbering_is_refused_and_can_be_forced(
    office: Any, vendors: Any, connected: str, pairs: tuple[str, ...], objection: str
) -> None:
    refused = office.run("settings", "set", "acme", *pairs)
    before = office.store.settings.get("acme").version
    forced = office.run("settings", "set", "acme", *pairs, "--force")

    assert refused.exit_code == 1
    assert objection in refused.stderr
    assert "--force" in refused.stderr
    assert before == 1
    assert forced.exit_code == 0
    assert f"Warning: {objection}" in forced.stderr
    assert office.store.settings.get("acme").version == 2


def test_the_system_that_numbers_is_checked_against_the_ready_status_there_is(
    office: Any, vendors: Any, connected: str
) -> None:
    office.settings("acme", ready_status=vendors.guid("Ready for transfer"))

    refused = office.run("settings", "set", "acme", "invoice_number_main", "severa")
    together = office.run("settings", "set", "acme", "invoice_number_main", "severa", "ready_status", "Sent")

    assert refused.exit_code == 1
    assert "'Ready for transfer' gives no number" in refused.stderr
    assert together.exit_code == 0
    assert office.store.settings.get("acme").settings.invoice_number_main is Main.SEVERA


def test_without_severa_a_guid_can_be_forced_and_a_name_cannot(office: Any) -> None:
    office.connection()
    guid = "7d1f1a52-93a7-4b1c-a1e6-1f6f8a5b0c11"
    words = ("settings", "set", "acme", "ready_status")

    unforced = office.run(*words, guid)
    by_name = office.run(*words, "Ready", "--force")
    forced = office.run(*words, guid, "--force")

    assert (unforced.exit_code, by_name.exit_code, forced.exit_code) == (1, 1, 0)
    assert "Warning: not checked with Severa" in forced.stderr
    assert office.store.settings.get("acme").settings.ready_status == guid


def test_the_history_has_the_newest_first_with_what_changed(office: Any) -> None:
    office.connection()
    office.run("settings", "set", "acme", "attachments", "true")
    office.run("settings", "set", "acme", "attachments", "false", "free_texts", "remarks")

    newest, oldest = office.json("settings", "history", "acme")

    assert (newest["version"], oldest["version"]) == (2, 1)
    assert oldest["changes"] == [{"setting": "attachments", "old": False, "new": True}]
    assert [change["setting"] for change in newest["changes"]] == ["attachments", "free_texts"]
    assert newest["at"].endswith("Z")
    assert "attachments" in office.run("--no-json", "settings", "history", "acme").stdout


def test_a_change_that_somebody_else_overtook_is_refused(office: Any, vendors: Any, connected: str) -> None:
    """Severa is asked between reading and writing, so a colleague can be faster there."""
    answer = vendors.severa_simulator.match

    def overtaken(request: Any) -> Any:
        if request.path.endswith("/invoicestatuses"):
            office.settings("acme", attachments=True)
        return answer(request)

    vendors.severa_simulator.match = overtaken

    result = office.run("settings", "set", "acme", "ready_status", "Ready for transfer")

    assert result.exit_code == 1
    assert "not version 1 any more" in result.stderr
    assert office.store.settings.get("acme").settings.ready_status is None


def test_json_lines_are_valid_however_the_names_are_spelt(office: Any, vendors: Any, connected: str) -> None:
    vendors.severa.add_invoice_status('Klar [bold]"åäö"')

    result = office.run("settings", "set", "acme", "failed_status", 'Klar [bold]"åäö"')

    assert result.exit_code == 0
    assert json.loads(result.stdout)["setting"] == "failed_status"


@pytest.mark.parametrize(("setting", "kind"), [("customer_main", "customer"), ("product_main", "product")])
def test_a_main_system_is_not_changed_while_a_load_runs(office: Any, setting: str, kind: str) -> None:
    office.connection()
    office.store.leases.acquire("acme", f"load {kind}", "user/anna 3f2a", 600)

    refused = office.run("settings", "set", "acme", setting, "fortnox")
    office.store.leases.release("acme", f"load {kind}", "user/anna 3f2a")
    changed = office.run("settings", "set", "acme", setting, "fortnox")

    assert refused.exit_code == 1
    assert f"{setting} cannot be changed while a load of {kind}s runs: user/anna 3f2a holds it until " in refused.stderr
    assert f"settings set acme {setting} fortnox" in refused.stderr
    assert changed.exit_code == 0, changed.output
    assert office.store.settings.get("acme").version == 1
    assert office.store.leases.held("acme", f"load {kind}") is None


def test_a_load_keeps_no_other_setting_from_being_changed(office: Any) -> None:
    office.connection()
    office.store.leases.acquire("acme", "load customer", "user/anna", 600)
    words = ("product_main", "fortnox", "rename_projects", "true", "customer_main", "severa")

    assert office.run("settings", "set", "acme", *words).exit_code == 0
    assert office.store.leases.held("acme", "load customer").owner == "user/anna"


def test_no_load_begins_while_a_main_system_is_written(office: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    office.connection()
    put, begun = SettingsStore.put, []

    def watched(*arguments: Any, **named: Any) -> Any:
        begun.append(office.store.leases.acquire("acme", "load customer", "user/anna", 600))
        return put(*arguments, **named)

    monkeypatch.setattr(SettingsStore, "put", watched)

    assert office.run("settings", "set", "acme", "customer_main", "fortnox").exit_code == 0
    assert begun == [False]
    assert office.store.leases.acquire("acme", "load customer", "user/anna", 600)
