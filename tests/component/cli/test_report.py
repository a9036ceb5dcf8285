"""The comparison report of a company: what it says is what a load does, and what changed since the last one."""

from __future__ import annotations

import json
import webbrowser
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from severa_fortnox.store.links import Link
from severa_fortnox.work import Kind
from severa_fortnox_cli.main import app
from tests.component.cli.conftest import Office, Registers, Vendors

REPORT = ("report", "acme", "customers", "--create-missing", "--at-once", "1", "--format", "json", "--output")
LOAD = ("load", "customers", "acme", "--create-missing", "--at-once", "1", "--yes")


def rows(folder: Path) -> list[dict[str, Any]]:
    """The rows of the report in the folder."""
    made: list[dict[str, Any]] = json.loads((folder / "register-report-acme.json").read_text(encoding="utf-8"))["rows"]
    return made


def by_number(folder: Path) -> dict[str, dict[str, Any]]:
    return {(row["severa"] or row["fortnox"])["number"]: row for row in rows(folder)}


def test_a_report_writes_nothing_in_either_system_and_nothing_about_records(
    office: Office, vendors: Vendors, registers: Registers, tmp_path: Path
) -> None:
    before, logged = office.remembered(), office.json("log")

    [said] = office.json(*REPORT, str(tmp_path / "new" / "folder"))

    assert vendors.writes() == []
    assert (office.remembered(), office.json("log")) == (before, logged)
    assert said["places"] == {"same": 0, "differs": 3, "only in Severa": 2, "only in Fortnox": 1}
    assert {verdict: count for verdict, count in said["verdicts"].items() if count} == {
        "conflict": 1,
        "will link": 2,
        "will be created": 2,
        "left alone": 1,
    }
    assert said["waiting"] == 1


def test_verdict_cause_fix_and_whose_value_counts(office: Office, registers: Registers, tmp_path: Path) -> None:
    office.run(*REPORT, str(tmp_path))

    of = by_number(tmp_path)
    assert {number: (row["verdict"], row["writes"]) for number, row in of.items()} == {
        "1001": ("will link", "Fortnox"),
        "1002": ("will be created", "Fortnox"),
        "1003": ("will be created", "Severa"),
        "1004": ("left alone", ""),
        "1005": ("conflict", ""),
        "1006": ("will link", "Fortnox"),
    }
    mail = {"field": "e-mail", "severa": "info@example.se", "fortnox": "old@example.se", "owner": "Severa wins"}
    assert mail in of["1001"]["differences"]
    assert (of["1001"]["cause"], of["1001"]["score"]) == ("Same number", 100)
    assert "is another company in Fortnox" in of["1005"]["cause"] and of["1005"]["fix"] and of["1005"]["who"]
    assert {field["owner"] for field in of["1005"]["differences"]} == {"not written"}
    assert "prospect" in of["1004"]["cause"]


def test_what_the_main_system_has_nothing_for_is_kept(
    office: Office, vendors: Vendors, registers: Registers, tmp_path: Path
) -> None:
    vendors.fortnox.customers["1006"]["WWW"] = "www.example.se"
    kept = {"field": "website", "severa": "", "fortnox": "www.example.se", "owner": "kept"}

    office.run(*REPORT, str(tmp_path))
    assert kept in by_number(tmp_path)["1006"]["differences"]

    assert office.run(*LOAD).exit_code == 0
    office.run(*REPORT, str(tmp_path), "--every-card")
    row = by_number(tmp_path)["1006"]
    assert (row["verdict"], row["differences"]) == ("linked", [kept])
    assert vendors.fortnox.customers["1006"]["WWW"] == "www.example.se"


def test_links_predicted_are_links_made_and_the_next_report_knows(
    office: Office, registers: Registers, tmp_path: Path
) -> None:
    office.run(*REPORT, str(tmp_path))
    predicted = {(row["severa"]["id"], row["fortnox"]["id"]) for row in rows(tmp_path) if row["verdict"] == "will link"}
    created = {number for number, row in by_number(tmp_path).items() if row["verdict"] == "will be created"}

    assert office.run(*LOAD).exit_code == 0
    links = list(office.store.links.all("acme", Kind.CUSTOMER))
    [said] = office.json(*REPORT, str(tmp_path))

    assert {(link.severa_id, link.fortnox_id) for link in links if link.origin != "created"} == predicted
    assert {link.fortnox_id for link in links if link.origin == "created"} == created
    assert {number: row["verdict"] for number, row in by_number(tmp_path).items()} == {
        "1001": "linked",
        "1002": "linked",
        "1003": "linked",
        "1004": "left alone",
        "1005": "conflict",
        "1006": "linked",
    }
    assert by_number(tmp_path)["1001"]["change"] == "before: will link"
    assert (said["changed"], said["gone"]) == (4, 0)


def test_of_a_linked_card_that_was_not_read_nothing_is_said_to_be_empty(
    office: Office, registers: Registers, tmp_path: Path
) -> None:
    assert office.run(*LOAD).exit_code == 0

    office.run(*REPORT, str(tmp_path))

    row = by_number(tmp_path)["1001"]
    assert row["severa"]["fields"].keys() == row["fortnox"]["fields"].keys() == {"number", "name", "active"}
    notes = json.loads((tmp_path / "register-report-acme.json").read_text(encoding="utf-8"))["notes"]
    assert "--every-card" in notes[0]
    office.run(*REPORT, str(tmp_path), "--every-card")
    assert by_number(tmp_path)["1001"]["fortnox"]["fields"]["e-mail"] == "info@example.se"


def test_linked_records_that_are_gone_are_missing(
    office: Office, vendors: Vendors, registers: Registers, tmp_path: Path
) -> None:
    guid = "5d0b4b9c-6a43-4e0c-9f0e-7a4c2f0f8a11"
    for severa, fortnox in ((registers.severa[1002]["guid"], "gone"), ("gone", "1003"), (guid, "4711")):
        office.store.links.bind("acme", Link(Kind.CUSTOMER, severa, fortnox, {}, "number", 1.0))

    result = office.run("--no-json", *REPORT, str(tmp_path))

    missing = [row for row in rows(tmp_path) if row["verdict"] == "missing"]
    assert sorted(
        (row["severa"] or {}).get("number", "") + "/" + (row["fortnox"] or {}).get("number", "") for row in missing
    ) == ["/1003", "/4711", "1002/"]
    assert all(row["cause"] and row["fix"] for row in missing)
    both = by_number(tmp_path)["4711"]
    assert (both["place"], both["waits"], both["near"]) == (None, True, None)
    assert both["fix"] == f"Unlink it: severa-fortnox unlink customers acme {guid} --why ..."
    # Two of three are gone on each side, which no load believes.
    assert "a load would stop" in result.stderr
    assert office.run(*both["fix"].split()[3:], "--yes").exit_code == 0
    office.run(*REPORT, str(tmp_path))
    assert "4711" not in by_number(tmp_path)


def test_a_linked_record_that_is_gone_is_settled_once_the_other_one_is_inactive(
    office: Office, vendors: Vendors, registers: Registers, tmp_path: Path
) -> None:
    for severa, fortnox in (("gone", "1003"), (registers.severa[1002]["guid"], "gone"), ("both", "4711")):
        office.store.links.bind("acme", Link(Kind.CUSTOMER, severa, fortnox, {}, "number", 1.0))
    office.run(*REPORT, str(tmp_path))
    assert {number for number, row in by_number(tmp_path).items() if row["waits"]} == {"1002", "1003", "1005", "4711"}
    vendors.fortnox.customers["1003"]["Active"] = False
    vendors.fortnox.customers.touch("1003")
    registers.severa[1002]["isActive"] = False

    [said] = office.json(*REPORT, str(tmp_path))

    of = by_number(tmp_path)
    assert {number for number, row in of.items() if row["waits"]} == {"1005", "4711"} and said["waiting"] == 2
    assert all(of[number]["verdict"] == "missing" and not of[number]["fix"] for number in ("1002", "1003"))


def test_reading_cards_whole_is_no_change(
    office: Office, vendors: Vendors, registers: Registers, tmp_path: Path
) -> None:
    vendors.fortnox.customers["1006"]["WWW"] = "www.example.se"
    assert office.run(*LOAD).exit_code == 0
    for more in ((), ("--every-card",), ()):
        [said] = office.json(*REPORT, str(tmp_path), *more)
        assert said["changed"] == 0


def test_a_change_that_a_list_shows_is_told_and_so_is_that_it_was_carried_out(
    office: Office, vendors: Vendors, registers: Registers, tmp_path: Path
) -> None:
    assert office.run(*LOAD).exit_code == 0
    office.json(*REPORT, str(tmp_path))
    registers.severa[1006]["email"] = "new@example.se"
    vendors.severa.touch("customers", registers.severa[1006])

    office.json(*REPORT, str(tmp_path))
    assert by_number(tmp_path)["1006"]["change"] == "before: linked"
    assert office.run(*LOAD).exit_code == 0
    office.json(*REPORT, str(tmp_path))
    assert by_number(tmp_path)["1006"]["change"] == "before: will be updated"


def test_a_change_that_only_its_card_shows_is_none_for_a_report_that_does_not_read_it(
    office: Office, vendors: Vendors, registers: Registers, tmp_path: Path
) -> None:
    office.settings("acme", customer_main="fortnox")
    assert office.run(*LOAD).exit_code == 0
    # Fortnox's list of customers does not show it.
    vendors.fortnox.customers["1006"]["VATNumber"] = "SE556677889901"
    verdicts = []
    office.json(*REPORT, str(tmp_path), "--every-card")
    for more in ((), ("--every-card",), ()):
        verdicts.append(by_number(tmp_path)["1006"]["verdict"])
        [said] = office.json(*REPORT, str(tmp_path), *more)
        assert said["changed"] == 0
    assert verdicts == ["will be updated", "linked", "will be updated"]


def test_what_a_load_counts_as_equal_is_no_difference(
    office: Office, vendors: Vendors, connected: str, tmp_path: Path
) -> None:
    fields = {"kvkNumber": "556677-8899", "vatNumber": "SE556677889901", "email": "Info@Kund.se", "website": "kund.se"}
    customer = vendors.severa.add_customer(name="Kund", number=1, **fields)
    vendors.severa.add_address(customer, billing=True, postal_code="21120", city="Lund", phone="08-123 45 67")
    vendors.severa.add_project(customer, name="P", number=1)
    card = vendors.fortnox.add_customer(
        CustomerNumber="1",
        Name="Kund",
        OrganisationNumber="5566778899",
        VATNumber="SE 556677.8899.01",
        Email="info@kund.se",
        WWW="http://kund.se",
        Address1="Storgatan 2",
        ZipCode="211 20",
        City="Lund",
        CountryCode="SE",
        Phone1="(08) 123 45 67",
        TermsOfPayment="30",
    )

    [said] = office.json(*REPORT, str(tmp_path))

    [row] = rows(tmp_path)
    assert (row["verdict"], row["writes"], row["differences"]) == ("will link", "", [])
    assert said["places"]["same"] == 1
    assert row["severa"]["fields"]["billing postal code"] == "21120"
    assert row["fortnox"]["fields"]["billing postal code"] == "211 20"

    assert office.run(*LOAD).exit_code == 0
    office.json(*REPORT, str(tmp_path), "--every-card")
    # Fortnox, or somebody there, spells them otherwise again.
    card |= {"ZipCode": "21120", "Phone1": "08 1234567", "VATNumber": "se556677889901", "Email": "INFO@kund.se"}
    vendors.fortnox.customers.touch("1")
    [said] = office.json(*REPORT, str(tmp_path), "--every-card")
    assert (said["changed"], rows(tmp_path)[0]["verdict"]) == (0, "linked")
    card["ZipCode"] = "211 21"
    office.json(*REPORT, str(tmp_path), "--every-card")
    assert [each["field"] for each in rows(tmp_path)[0]["differences"]] == ["billing postal code"]


def test_a_pair_of_which_one_is_inactive_shows_it(
    office: Office, vendors: Vendors, registers: Registers, tmp_path: Path
) -> None:
    assert office.run(*LOAD).exit_code == 0
    vendors.fortnox.customers["1006"]["Active"] = False
    vendors.fortnox.customers.touch("1006")

    office.run(*REPORT, str(tmp_path), "--every-card")

    row = by_number(tmp_path)["1006"]
    active = {"field": "active", "severa": "yes", "fortnox": "no", "owner": "not written"}
    assert row["verdict"] == "conflict" and active in row["differences"]


def test_a_pair_that_will_be_linked_and_then_waits_is_counted_as_waiting(
    office: Office, vendors: Vendors, connected: str, tmp_path: Path
) -> None:
    vendors.severa.add_product(name="Kabel", code="K1", unit="famn")
    vendors.fortnox.add_article(ArticleNumber="K1", Description="Kabel")

    words = ("report", "acme", "products", "--at-once", "1", "--format", "json", "--output", str(tmp_path))
    told = office.run("--no-json", *words)

    [row] = [row for row in rows(tmp_path) if row["fortnox"]]
    assert (row["verdict"], row["waits"], row["writes"]) == ("will link", True, "")
    assert row["fix"] and {field["owner"] for field in row["differences"]} == {"Severa wins"}
    assert "1 row waits for a person." in told.stdout


def test_what_somebody_asked_to_leave_alone_is_not_what_a_rule_leaves_alone(
    office: Office, registers: Registers, tmp_path: Path
) -> None:
    office.json("ignore", "customers", "acme", "severa", "1002", "--why", "sold", "--yes")

    office.run(*REPORT, str(tmp_path))

    of = by_number(tmp_path)
    assert (of["1002"]["verdict"], of["1004"]["verdict"]) == ("ignored", "left alone")


def test_a_report_of_one_register_leaves_the_others_to_be_compared_with_later(
    office: Office, registers: Registers, tmp_path: Path
) -> None:
    whole = ("report", "acme", "--at-once", "1", "--format", "json", "--output", str(tmp_path))
    office.json(*whole)
    part = ("report", "acme", "customers", *whole[2:])
    assert office.json(*part)[0]["kinds"] == ["customer"]

    [said] = office.json(*whole)

    assert (said["changed"], said["gone"]) == (0, 0)


def test_comparing_with_another_file_leaves_the_other_registers_in_the_folder(
    office: Office, registers: Registers, tmp_path: Path
) -> None:
    office.json(*REPORT, str(tmp_path / "january"))
    whole = ("report", "acme", "--at-once", "1", "--format", "json", "--output", str(tmp_path))
    office.json(*whole)
    projects = {row["key"] for row in rows(tmp_path) if row["kind"] == "project"}

    office.json(*REPORT, str(tmp_path), "--since", str(tmp_path / "january" / "register-report-acme.json"))

    made = json.loads((tmp_path / "register-report-acme.json").read_text(encoding="utf-8"))
    assert {row["key"] for row in made["earlier"]} == projects != set()
    office.json(*whole)
    assert {row["change"] for row in rows(tmp_path) if row["kind"] == "project"} == {""}


def test_the_settings_say_what_was_asked_for(office: Office, vendors: Vendors, connected: str, tmp_path: Path) -> None:
    office.settings("acme", create_articles="all", transfer_projects=True)
    words = ("report", "acme", "--at-once", "1", "--format", "json", "--output", str(tmp_path))
    said = []
    for wanted in ("--no-create-missing", "--create-missing"):
        office.json(*words, wanted)
        said.append(json.loads((tmp_path / "register-report-acme.json").read_text(encoding="utf-8"))["settings"])
    for kind in ("customers", "products"):
        older = [each[f"Older {kind} without a counterpart"] for each in said]
        assert older == ["left alone", "taken over from Fortnox and Severa"]
    assert [each["Projects"] for each in said] == ["not created", "created in Fortnox"]
    assert "--no-create-missing" in said[0]["New records without a counterpart"] and len(said[0]) == len(said[1]) + 1


def test_a_report_of_another_connection_is_not_compared_with(
    office: Office, registers: Registers, tmp_path: Path
) -> None:
    office.run(*REPORT, str(tmp_path))
    office.connection("beta", name="Beta AB")
    last = str(tmp_path / "register-report-acme.json")

    result = office.run("report", "beta", "customers", "--since", last, "--output", str(tmp_path))

    assert result.exit_code == 1
    assert "it is a report of acme, not of beta" in result.stderr and "an earlier report of beta" in result.stderr


def test_a_record_without_counterpart_names_the_one_most_like_it(
    office: Office, vendors: Vendors, connected: str, tmp_path: Path
) -> None:
    customer = vendors.severa.add_customer(name="Bergs Rör & Värme AB", number=10)
    vendors.severa.add_project(customer, name="x", number=1)
    vendors.fortnox.add_customer(CustomerNumber="77", Name="Bergs Rör och Värme Aktiebolag")

    links = ("--severa-link", "https://s.test/{id}", "--fortnox-link", "https://f.test/{number}")
    office.run(*REPORT, str(tmp_path), *links)

    of = by_number(tmp_path)
    assert (of["10"]["near"]["number"], of["10"]["near"]["link"]) == ("77", "https://f.test/77")
    assert of["77"]["near"]["link"] == f"https://s.test/{customer['guid']}"
    assert of["10"]["score"] >= 50 and of["10"]["parts"]


@pytest.mark.parametrize("content", ["{", "[" * 200_000], ids=("broken", "deep"))
def test_an_unreadable_last_report_is_said_and_replaced(
    office: Office, registers: Registers, tmp_path: Path, content: str
) -> None:
    path = tmp_path / "register-report-acme.json"
    path.write_text(content, encoding="utf-8")

    result = office.run(*REPORT, str(tmp_path))

    assert result.exit_code == 0 and "cannot be compared with" in result.stderr
    assert json.loads(path.read_text(encoding="utf-8"))["since"] is None


@pytest.mark.parametrize("content", [None, "{", "\udcff"])
def test_a_named_last_report_must_be_one(office: Office, connected: str, tmp_path: Path, content: str | None) -> None:
    last = tmp_path / "last.json"
    if content is not None:
        last.write_bytes(content.encode(errors="surrogateescape"))

    result = office.run(*REPORT, str(tmp_path), "--since", str(last))

    assert result.exit_code == 1
    assert "last.json" in result.stderr and "JSON" in result.stderr


def test_a_folder_that_cannot_be_written_is_said_before_anything_is_read(
    office: Office, vendors: Vendors, connected: str, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    calls = [vendors.severa_simulator.journal.calls, vendors.fortnox_simulator.journal.calls]
    before = list(map(len, calls))

    result = office.run(*REPORT, str(tmp_path / "file"))

    assert result.exit_code == 1
    assert "give another folder with --output" in result.stderr
    assert list(map(len, calls)) == before


def test_all_registers_and_all_forms_at_once(
    office: Office, registers: Registers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(webbrowser, "open", opened.append)

    [said] = office.json("report", "acme", "--output", str(tmp_path), "--open", "--at-once", "1")

    assert said["kinds"] == ["customer", "product", "project"]
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        f"register-report-acme.{suffix}" for suffix in ("csv", "html", "json", "xlsx")
    ]
    assert opened == [(tmp_path / "register-report-acme.html").as_uri()]


def test_the_form_for_grep(office: Office, registers: Registers, tmp_path: Path) -> None:
    office.run("report", "acme", "customers", "--format", "lines", "--output", str(tmp_path), "--at-once", "1")

    lines = (tmp_path / "register-report-acme.txt").read_text(encoding="utf-8").splitlines()
    assert "~ customer 1001 Same AB" in lines and "! customer 1005 One AB" in lines


def test_every_record_links_to_its_page_when_somebody_says_where_it_is(
    office: Office, registers: Registers, tmp_path: Path
) -> None:
    severa, fortnox = "https://severa.test/{kind}/{id}", "https://fortnox.test/{kind}/{number}"
    links = ("--severa-link", severa, "--fortnox-link", fortnox)
    office.json("report", "acme", "customers", "--output", str(tmp_path), *links)

    rows = json.loads((tmp_path / "register-report-acme.json").read_text(encoding="utf-8"))["rows"]
    for row in rows:
        if row["severa"]:
            assert row["severa"]["link"] == f"https://severa.test/customer/{row['severa']['id']}"
        if row["fortnox"]:
            assert row["fortnox"]["link"].startswith("https://fortnox.test/customer/")
            assert " " not in row["fortnox"]["link"]


@pytest.mark.parametrize(
    ("link", "says"),
    [
        ("javascript:alert(1)", "is no address of a page"),
        ("https://", "is no address of a page"),
        ("severa.test/{id}", "is no address of a page"),
        ("http://[{id}", "is no address of a page"),
        ("https://severa.test/{guid}", "has {guid} in it"),
        ("https://severa.test/{id", "has {id in it"),
    ],
)
def test_an_address_that_leads_nowhere_is_refused(office: Office, connected: str, link: str, says: str) -> None:
    result = office.run("report", "acme", "customers", "--severa-link", link)

    assert result.exit_code == 2
    assert "--severa-link" in result.stderr and says in result.stderr and "{kind}" in result.stderr


def test_a_register_that_was_not_compared_before_says_so(office: Office, registers: Registers, tmp_path: Path) -> None:
    office.json(*REPORT, str(tmp_path))
    office.json("report", "acme", "--at-once", "1", "--format", "json", "--output", str(tmp_path))

    notes = json.loads((tmp_path / "register-report-acme.json").read_text(encoding="utf-8"))["notes"]
    assert [note.split(":")[0] for note in notes if "did not compare them" in note] == ["Products", "Projects"]


def test_a_terminal_that_lacks_a_letter_shows_the_rest(office: Office, registers: Registers, tmp_path: Path) -> None:
    folder = tmp_path / "Łódź å"

    result = CliRunner(charset="iso-8859-1").invoke(app, ["--no-json", *REPORT, str(folder)])

    assert result.exit_code == 0, result.output
    assert "?ód? å" in result.stdout and folder.is_dir()


@pytest.mark.parametrize("charset", ["iso-8859-1", "cp1252", "ascii", "utf-8", "UTF8"])
def test_a_program_gets_every_letter_whatever_the_pipe_has_letters_for(
    office: Office, registers: Registers, tmp_path: Path, charset: str
) -> None:
    folder = tmp_path / "Łódź å"

    result = CliRunner(charset=charset).invoke(app, ["--json", *REPORT, str(folder)])

    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["files"] == [str(folder / "register-report-acme.json")]
    # Where it can be read as it is, it is.
    assert ("Łódź å" in result.stdout) is charset.lower().startswith("utf")
