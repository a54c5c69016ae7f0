"""Writing to disk: a whole file or nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from advisor.errors import OutputError
from advisor.files import write_text


def test_replaced_file_keeps_its_permissions(tmp_path: Path) -> None:
    """A private file stays private."""
    path = tmp_path / "a.txt"
    path.write_text("old")
    path.chmod(0o600)

    write_text(path, "new")

    assert (path.read_text(), path.stat().st_mode & 0o777) == ("new", 0o600)


def test_failed_write_leaves_nothing_behind(tmp_path: Path) -> None:
    """What stands in the way is kept, and no temporary file remains."""
    target = tmp_path / "folder"
    (target / "inside").mkdir(parents=True)

    with pytest.raises(OutputError, match="cannot write here"):
        write_text(target, "text")

    assert [path.name for path in tmp_path.iterdir()] == ["folder"]
