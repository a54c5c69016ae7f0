"""A PDF where a browser can print one, and a plain word where none can."""

from __future__ import annotations

import sys
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader

from advisor.errors import NoBrowserError
from advisor.report.documents import render_html
from advisor.report.printing import BROWSER_VARIABLE, find_browser, print_pdf
from advisor.schema.report import Report


@pytest.mark.browser
@pytest.mark.skipif(find_browser() is None, reason="NO BROWSER: no report was printed by a test")
def test_report_is_printed_on_a4(report: Report) -> None:
    """210 by 297 millimetres, the decision on the first sheet."""
    sheets = PdfReader(BytesIO(print_pdf(render_html(report)))).pages
    size = sheets[0].mediabox

    assert (round(size.width / 72 * 25.4), round(size.height / 72 * 25.4)) == (210, 297)
    assert "Go ahead with RAG" in sheets[0].extract_text()


def test_machine_without_browser_is_told_the_alternative(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was looked for, and what to do instead."""
    monkeypatch.delenv(BROWSER_VARIABLE, raising=False)
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr("advisor.report.printing._PLACES", ())

    with pytest.raises(NoBrowserError, match=r"no Chromium, Chrome or Edge .* --format html"):
        print_pdf("<p>")


def test_named_browser_that_cannot_be_run_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """A mistyped name is not replaced silently by another browser."""
    monkeypatch.setenv(BROWSER_VARIABLE, "chromiun")

    with pytest.raises(NoBrowserError, match="ADVISOR_BROWSER names 'chromiun'"):
        print_pdf("<p>")


def test_browser_that_prints_nothing_is_quoted(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Its last words are passed on."""
    fake = tmp_path / "browser"
    fake.write_text(f"#!{sys.executable}\nimport sys\nsys.exit('no display')\n", encoding="utf-8")
    fake.chmod(0o755)
    monkeypatch.setenv(BROWSER_VARIABLE, str(fake))

    with pytest.raises(NoBrowserError, match=r"did not print the report \(no display\)"):
        print_pdf("<p>")
