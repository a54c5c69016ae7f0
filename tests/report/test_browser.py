"""Reports opened in a real browser: silent, accessible, fit for a telephone and for paper."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pypdf import PdfReader

from advisor.report.documents import render_html
from advisor.report.printing import find_browser
from advisor.schema.report import Report

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser
WIDTHS = (390, 1280)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start the browser of this machine once."""
    found = find_browser()
    if found is None:
        pytest.skip("NO BROWSER: the HTML report was not opened, read aloud or printed by a test")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield launched
        launched.close()


class Visit:
    """A report opened from disk, with everything it complained about or asked for."""

    def __init__(
        self, browser: Browser, path: Path, *, width: int = 1280, scheme: str = "light"
    ) -> None:
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self.page = browser.new_page(
            viewport={"width": width, "height": 900},
            color_scheme="dark" if scheme == "dark" else "light",
        )
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("dialog", lambda dialog: self.complaints.append(dialog.message))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.goto(path.as_uri())
        self.page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")


@pytest.fixture
def path(report: Report, tmp_path: Path) -> Path:
    """The sample report as a file."""
    path = tmp_path / "report.html"
    path.write_text(render_html(report), encoding="utf-8")
    return path


@pytest.fixture
def hostile_path(hostile: Report, tmp_path: Path) -> Path:
    """The report of attacks as a file."""
    path = tmp_path / "hostile.html"
    path.write_text(render_html(hostile), encoding="utf-8")
    return path


def test_report_opens_silently_from_disk(browser: Browser, path: Path) -> None:
    """No complaint on the console, and no request beside the file itself."""
    visit = Visit(browser, path)

    assert visit.complaints == []
    assert visit.requests == [path.as_uri()]


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
def test_report_has_no_serious_accessibility_fault(
    browser: Browser, path: Path, *, scheme: str, width: int
) -> None:
    """As axe-core sees it, in light on a desk and in dark on a telephone."""
    from axe_playwright_python.sync_playwright import Axe

    visit = Visit(browser, path, width=width, scheme=scheme)
    found = Axe().run(visit.page).response["violations"]
    grave = [one for one in found if one["impact"] in ("serious", "critical")]

    assert [(one["id"], one["nodes"][0]["html"]) for one in grave] == []


@pytest.mark.parametrize("width", WIDTHS)
def test_page_never_scrolls_sideways(browser: Browser, hostile_path: Path, *, width: int) -> None:
    """Not even with names and answers made to burst it."""
    visit = Visit(browser, hostile_path, width=width)

    assert visit.page.evaluate("document.documentElement.scrollWidth") == width


def test_hostile_texts_are_seen_and_do_nothing(
    browser: Browser, hostile_path: Path, hostile_text: str
) -> None:
    """Attacks are text: no dialog, no script element, no request."""
    visit = Visit(browser, hostile_path)

    assert (visit.complaints, visit.requests) == ([], [hostile_path.as_uri()])
    assert visit.page.locator("script, img, iframe").count() == 0
    assert hostile_text.partition(" ")[0] in visit.page.locator("#samples").inner_text()


def test_keyboard_reaches_the_content_and_the_filters(browser: Browser, path: Path) -> None:
    """The first stop skips to the content; arrow keys move through the filters."""
    page = Visit(browser, path).page
    page.keyboard.press("Tab")
    skipped_to = page.evaluate("document.activeElement.getAttribute('href')")
    page.locator("#show-all").focus()
    page.keyboard.press("ArrowRight")

    assert skipped_to == "#main"
    assert page.locator("#show-disagree").is_checked()
    assert page.locator(".sample:visible").count() == 1


def test_headings_go_down_one_level_at_a_time(browser: Browser, path: Path) -> None:
    """A screen reader that jumps from heading to heading loses nobody."""
    page = Visit(browser, path).page
    levels = page.evaluate("[...document.querySelectorAll('h1,h2,h3,h4')].map(h => +h.tagName[1])")

    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_page_for_a_manager_is_the_first_sheet(browser: Browser, path: Path) -> None:
    """Printed, everything a manager reads is on page 1, and the appendix begins on page 2."""
    sheets = PdfReader(BytesIO(Visit(browser, path).page.pdf(prefer_css_page_size=True))).pages
    first, second = (" ".join(sheet.extract_text().split()) for sheet in sheets[:2])

    for heading in ("Decision", "How sure this is", "What it costs", "Risks", "before real use."):
        assert heading in first
    assert "Approaches, best first" not in first
    assert "Before anything else" in second
