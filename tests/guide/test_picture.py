"""The picture of the demo: what stays on the screen, drawn without anything from elsewhere."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).resolve().parents[2]
MOST_BYTES = 200_000


@pytest.fixture(scope="module")
def picture() -> ModuleType:
    """The script that records and draws."""
    path = Path(__file__).with_name("picture.py")
    specification = importlib.util.spec_from_file_location("picture", path)
    assert specification is not None and specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def test_what_a_progress_bar_erased_is_not_seen(picture: ModuleType) -> None:
    """Lines above it stay, with their colours; of the bar itself nothing is left."""
    printed = (
        "head\r\n\x1b[?25lrag  0 %\r\nhybrid  0 %\r\x1b[2K\x1b[1A\x1b[2K"
        "\x1b[1mrag\x1b[0m done\r\nhybrid 50 %\r\x1b[2Khybrid done\r\n\x1b[?25h"
    )

    assert picture._last_state(printed) == "head\n\x1b[1mrag\x1b[0m done\nhybrid done"


def test_picture_loads_nothing_and_names_no_machine(picture: ModuleType) -> None:
    """It is well-formed, small, and shows the demo."""
    text = re.sub(r"<!--.*?-->", "", picture.PICTURE.read_text(encoding="utf-8"))
    shown = re.sub(r"\s|&#160;|<[^>]+>", "", text)
    addresses = set(re.findall(r"https?://[^\s\"'<)]+", text))

    ElementTree.fromstring(text)
    assert len(text.encode()) < MOST_BYTES
    assert addresses <= {"http://www.w3.org/2000/svg"}
    assert not re.search(r"url\((?!#)|@import|/home/|/root|/tmp|/work|localhost", text)
    assert "$advisordemo" in shown and "Yourownproject:advisorinterview" in shown


def test_readme_shows_the_picture(picture: ModuleType) -> None:
    """On its first screen, with words for who cannot see it."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    found = re.search(r"!\[(?P<words>[^\]]{20,})\]\((?P<place>[^)]+)\)", readme)

    assert found is not None and readme[: found.start()].count("\n") < 10
    assert ROOT / found["place"] == picture.PICTURE
