"""Stores by name, and what is said where one is missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from prototypes.errors import StoreError
from prototypes.retrieval.stores import opening
from prototypes.retrieval.stores.opening import open_store, require_store


def test_an_unknown_store_is_named_with_the_known_ones() -> None:
    """A slip of the pen is answered with what exists."""
    with pytest.raises(StoreError, match=r"no store 'lance'.+faiss, lancedb, qdrant"):
        open_store("lance", dimension=4)


@pytest.mark.parametrize("name", ["lancedb", "qdrant"])
def test_a_missing_library_comes_with_its_install_line(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The exact command, before anything is read or embedded."""
    monkeypatch.setattr(opening, "find_spec", lambda library: None)

    with pytest.raises(StoreError, match=rf"pip install 'adaptation-advisor\[{name}\]'"):
        require_store(name)


def test_every_extra_that_is_named_exists() -> None:
    """An install line that installs nothing would be worse than none."""
    pyproject = Path(__file__).resolve().parents[3] / "pyproject.toml"
    text = pyproject.read_text(encoding="utf-8")

    assert [] == [
        name for name in ("lancedb", "qdrant", "langchain") if f"\n{name} = [" not in text
    ]
