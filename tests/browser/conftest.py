"""A real browser that opens the page from a file: skipped where Debian's chromium is missing, unless CI insists."""

from __future__ import annotations

import base64
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.support.ui import WebDriverWait

from severa_fortnox_cli.report.model import Report
from severa_fortnox_cli.report.page import to_html
from tests.browser.sample import report

HERE = os.path.dirname(__file__)
BROWSER, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")

#: Nothing is asked of the network, and nothing of a profile that is there already.
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if (BROWSER and DRIVER) or os.environ.get("REQUIRE_BROWSER") == "1":
        return
    missing = pytest.mark.skip(reason="chromium and chromedriver are not installed: run `make browser`")
    for item in items:
        if str(item.path).startswith(HERE):
            item.add_marker(missing)


class Page:
    """One page in the browser, and what a person can see and do there."""

    def __init__(self, driver: webdriver.Chrome, file: Path, pictures: Path) -> None:
        self.driver = driver
        self._file = file
        self._pictures = pictures

    def open(self, hash: str = "", *, width: int = 1440, height: int = 1000, dark: bool = False) -> Page:
        """Open it anew, as from a link that ends so."""
        self.cdp(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.cdp("Emulation.setEmulatedMedia", features=[scheme])
        # An address that differs only after the # would not be loaded again.
        self.driver.get("about:blank")
        self.driver.get(f"{self._file.as_uri()}#{hash}" if hash else self._file.as_uri())
        return self

    def cdp(self, command: str, **arguments: Any) -> dict[str, Any]:
        """What the browser's own protocol answers."""
        answer: dict[str, Any] = self.driver.execute_cdp_cmd(command, arguments)
        return answer

    def js(self, body: str, *arguments: Any) -> Any:
        """What the script returns."""
        return self.driver.execute_script(body, *arguments)

    def seen(self, selector: str) -> list[str]:
        """The text of everything of that kind that has a place on the screen."""
        texts: list[str] = self.js(
            "return [...document.querySelectorAll(arguments[0])].filter(e => e.getClientRects().length)"
            ".map(e => e.innerText.trim())",
            selector,
        )
        return texts

    def click(self, selector: str, at: int = 0) -> None:
        """Click as a person does: on what is really uppermost there."""
        element = self.driver.find_elements("css selector", selector)[at]
        self.js("arguments[0].scrollIntoView({block: 'center'})", element)
        element.click()

    def until(self, condition: Callable[[], Any]) -> Any:
        """Wait for what the page does by and by."""
        return WebDriverWait(self.driver, 60, 0.02).until(lambda _: condition())

    def picture(self, name: str) -> Path:
        """Keep what is on the screen, for people to look at."""
        path = self._pictures / f"report-{name}.png"
        path.write_bytes(base64.b64decode(self.cdp("Page.captureScreenshot")["data"]))
        return path

    def pdf(self, name: str) -> Path:
        """Keep what would be printed."""
        path = self._pictures / f"report-{name}.pdf"
        printed = self.cdp("Page.printToPDF", preferCSSPageSize=True, printBackground=True)
        path.write_bytes(base64.b64decode(printed["data"]))
        return path

    def said(self) -> list[str]:
        """What the browser complained of since this was last asked: errors, refusals."""
        return [entry["message"] for entry in self.driver.get_log("browser")]  # type: ignore[no-untyped-call]


@pytest.fixture(scope="session")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    options = Options()
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    assert BROWSER and DRIVER, "chromium and chromedriver are not installed: run `make browser`"
    options.binary_location = BROWSER
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(DRIVER))
    yield driver
    driver.quit()


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where pictures go: REPORT_PICTURES if somebody wants to look at them."""
    wanted = os.environ.get("REPORT_PICTURES")
    if not wanted:
        return tmp_path_factory.mktemp("pictures")
    Path(wanted).mkdir(parents=True, exist_ok=True)
    return Path(wanted)


@pytest.fixture(scope="session")
def opened(
    driver: webdriver.Chrome, pictures: Path, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[Report], Page]:
    """Writes a report to a file and gives the page of it."""

    def opened(made: Report) -> Page:
        file = tmp_path_factory.mktemp("report") / "report.html"
        file.write_text(to_html(made), "utf-8")
        return Page(driver, file, pictures)

    return opened


@pytest.fixture(scope="session")
def large() -> Report:
    return report(5_000)


@pytest.fixture(scope="session")
def page(opened: Callable[[Report], Page], large: Report) -> Page:
    """The page of a report with 5,000 rows."""
    return opened(large)
