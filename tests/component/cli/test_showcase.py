"""The demo's registers without its AWS: the report foretells what the load makes, record by record."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sandbox.registers.ends import KINDS, foretold, logged, not_as_foretold, refused_by_load
from sandbox.registers.showcase import SETTINGS, Showcase
from severa_fortnox_cli.report.model import Report
from severa_fortnox_cli.report.table import from_json

if TYPE_CHECKING:
    from tests.component.cli.conftest import Office, Vendors


def reported(office: Office, folder: Path) -> Report:
    office.json("report", "acme", "--create-missing", "--format", "json", "--output", str(folder))
    return from_json((folder / "register-report-acme.json").read_text())


def test_the_report_foretells_the_load(office: Office, vendors: Vendors, connected: str, tmp_path: Path) -> None:
    showcase = Showcase(severa=vendors.severa, fortnox=vendors.fortnox)
    office.settings(connected, **SETTINGS)
    expected = foretold(reported(office, tmp_path))
    loaded = []
    for kind in KINDS:
        done = office.run("load", f"{kind}s", connected, "--create-missing", "--yes", "--at-once", "1")
        assert done.exit_code == 0, done.output
        loaded += refused_by_load(kind, done.stdout)
    loaded += logged(office.store.log.newest(connected, 1000))
    assert not_as_foretold(expected, loaded) == []
    stated = showcase.loaded()
    assert [each.name for each in stated if not each.is_met()] == []
    assert sorted((each.kind, each.end, str(each.to)) for each in expected) == sorted(
        (each.kind, each.end, str(each.to)) for each in stated
    )
    left = foretold(reported(office, tmp_path))
    assert [each.end for each in left] == ["refused"]
