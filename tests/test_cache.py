"""Parts that are kept on disk."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from prototypes.cache import PartCache
from prototypes.errors import RunFolderError


def _write(folder: Path) -> float:
    (folder / "vectors.txt").write_text("1 2 3", encoding="utf-8")
    return 12.5


def test_a_part_is_found_with_what_it_cost(tmp_path: Path) -> None:
    """Another object on the same folder must find the files and the seconds."""
    PartCache(tmp_path).make("part-1", _write)

    found = PartCache(tmp_path).find("part-1")

    assert found is not None
    assert found.seconds == 12.5
    assert (found.folder / "vectors.txt").read_text(encoding="utf-8") == "1 2 3"


@pytest.mark.parametrize("damage", ["changed", "deleted", "manifest"])
def test_a_damaged_part_is_not_found(tmp_path: Path, damage: str) -> None:
    """A part that differs from what was written must be made anew, not used."""
    folder = PartCache(tmp_path).make("part-1", _write).folder
    if damage == "changed":
        (folder / "vectors.txt").write_text("9 9 9", encoding="utf-8")
    elif damage == "deleted":
        (folder / "vectors.txt").unlink()
    else:
        (folder / "part.json").write_text('{"files": ', encoding="utf-8")

    assert PartCache(tmp_path).find("part-1") is None
    assert PartCache(tmp_path).make("part-1", _write).folder == folder
    assert PartCache(tmp_path).find("part-1") is not None


def test_a_part_that_another_process_made_meanwhile_is_left_alone(tmp_path: Path) -> None:
    """It may be being read: whoever is second must not remove its files and put others there."""
    quicker = PartCache(tmp_path)

    def build(folder: Path) -> float:
        quicker.make("part-1", _write)
        return _write(folder)

    folder = PartCache(tmp_path).make("part-1", build).folder
    kept = (folder / "part.json").stat().st_ino

    assert PartCache(tmp_path).make("part-1", _write).folder == folder
    assert (folder / "part.json").stat().st_ino == kept
    assert [each.name for each in tmp_path.iterdir()] == ["part-1"]


def test_a_part_that_lands_at_the_same_moment_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between looking and renaming another process may put the part there, which is no fault."""
    quicker = PartCache(tmp_path / "other").make("part-1", _write).folder

    def remove(folder: Path, *, ignore_errors: bool) -> None:
        if folder == tmp_path / "part-1" and not folder.exists():
            shutil.copytree(quicker, folder)

    monkeypatch.setattr("prototypes.cache.shutil.rmtree", remove)

    part = PartCache(tmp_path).make("part-1", _write)

    assert (part.folder / "vectors.txt").read_text(encoding="utf-8") == "1 2 3"


def test_a_part_that_could_not_be_finished_leaves_nothing(tmp_path: Path) -> None:
    """An interruption while writing must not leave half a part behind."""

    def interrupted(folder: Path) -> float:
        _write(folder)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        PartCache(tmp_path).make("part-1", interrupted)

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "error",
    [
        OSError(28, "No space left on device"),
        RuntimeError("Error while serializing: No space left on device (os error 28)"),
    ],
)
def test_a_full_disk_is_a_sentence_whoever_finds_it_full(tmp_path: Path, error: Exception) -> None:
    """Python's own writing, or that of a library, must be told the same way."""

    def full(_: Path) -> float:
        raise error

    with pytest.raises(RunFolderError, match=r"cannot be written \(No space left on device\)"):
        PartCache(tmp_path).make("part-1", full)

    assert list(tmp_path.iterdir()) == []


def test_a_fault_of_another_kind_is_not_taken_for_a_full_disk(tmp_path: Path) -> None:
    """What the file system has nothing to do with must stay what it is."""

    def broken(_: Path) -> float:
        raise ValueError("dimensions differ")

    with pytest.raises(ValueError, match="dimensions differ"):
        PartCache(tmp_path).make("part-1", broken)


def test_without_a_root_parts_vanish_with_the_cache() -> None:
    """A temporary cache must clean up after itself."""
    cache = PartCache()
    folder = cache.make("part-1", _write).folder
    assert folder.exists()

    del cache

    assert not folder.exists()


def test_a_cache_folder_that_cannot_be_made_is_reported(tmp_path: Path) -> None:
    """The message must name the folder."""
    (tmp_path / "file").write_text("", encoding="utf-8")

    with pytest.raises(RunFolderError, match="cannot be created"):
        PartCache(tmp_path / "file" / "cache")
