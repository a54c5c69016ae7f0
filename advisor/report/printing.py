"""Print a report as PDF with a browser of this machine.

Nothing is fetched and no script runs: the page's own policy forbids both, and names resolve to
nothing besides.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from advisor.errors import NoBrowserError

BROWSER_VARIABLE: Final = "ADVISOR_BROWSER"
"""Names the browser to print with, where it is not found by itself."""

TIMEOUT_SECONDS: Final = 120
_COMMANDS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "microsoft-edge",
    "microsoft-edge-stable",
    "msedge",
)
_PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Microsoft/Edge/Application/msedge.exe",
)
_FLAGS = (
    "--headless",
    "--disable-gpu",
    "--disable-extensions",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--no-default-browser-check",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--no-pdf-header-footer",
)


def find_browser() -> str | None:
    """Find a browser that prints without a window: the one that is named, else Chrome's kin."""
    if named := os.environ.get(BROWSER_VARIABLE):
        return shutil.which(named)
    on_path = (shutil.which(command) for command in _COMMANDS)
    installed = (place for place in _PLACES if Path(place).is_file())
    return next((found for found in (*on_path, *installed) if found), None)


def print_pdf(html: str) -> bytes:
    """Print an HTML page on A4.

    Raises:
        NoBrowserError: If there is no browser, or it did not print.
    """
    browser = find_browser()
    if browser is None:
        raise NoBrowserError(named=os.environ.get(BROWSER_VARIABLE, ""))
    with tempfile.TemporaryDirectory(prefix="advisor-", ignore_cleanup_errors=True) as folder:
        page, sheets = Path(folder) / "report.html", Path(folder) / "report.pdf"
        page.write_text(html, encoding="utf-8")
        command = [browser, *_flags(Path(folder)), f"--print-to-pdf={sheets}", page.as_uri()]
        failure = _run(command)
        if not sheets.is_file() or not sheets.stat().st_size:
            raise NoBrowserError(browser=browser, failure=failure)
        return sheets.read_bytes()


def _flags(folder: Path) -> Iterator[str]:
    """Yield the flags: an own empty profile, and the sandbox wherever the system allows one."""
    yield from _FLAGS
    yield f"--user-data-dir={folder / 'profile'}"
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        # Chromium refuses to start its sandbox for root; the page is ours and runs no script.
        yield "--no-sandbox"


def _run(command: list[str]) -> str:
    """Run a browser and return why it failed, as far as it said so."""
    try:
        done = subprocess.run(
            command, capture_output=True, timeout=TIMEOUT_SECONDS, check=False, text=True
        )
    except subprocess.TimeoutExpired:
        return f"it was not ready after {TIMEOUT_SECONDS} seconds"
    except OSError as error:
        return error.strerror or str(error)
    if done.returncode < 0:
        return f"it was killed by signal {-done.returncode}; memory may have run out"
    said = [line for line in done.stderr.splitlines() if line.strip()]
    return said[-1].strip() if said else f"exit code {done.returncode}"
