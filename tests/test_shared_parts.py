"""Parts that run folders share."""

from __future__ import annotations

import os
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from prototypes import runtime
from prototypes.cache import PartCache
from prototypes.errors import RunFolderError
from prototypes.models.launching import launched_by
from prototypes.shared_parts import copy_part, name_surroundings, open_shared


class Maker:
    """Writes a part and counts how often."""

    def __init__(self) -> None:
        self.n_made = 0

    def __call__(self, folder: Path) -> float:
        """Write it; it is said to take 12.5 seconds."""
        self.n_made += 1
        (folder / "inner").mkdir()
        (folder / "inner" / "vectors.txt").write_text("1 2 3", encoding="utf-8")
        return 12.5


@pytest.fixture
def make() -> Maker:
    """Count how often a part is made."""
    return Maker()


def ask(run: Path, shared: Path | None, make: Maker, *, name: str = "embeddings-1") -> float:
    """Find a part in a run folder or make it, and return what it cost."""
    cache = PartCache(run, shared=shared)
    part = cache.find(name) or cache.make(name, make)
    assert (part.folder / "inner" / "vectors.txt").read_text(encoding="utf-8") == "1 2 3"
    assert part.folder.parent == run
    return part.seconds


def test_a_part_made_in_one_run_folder_is_found_in_another(tmp_path: Path, make: Maker) -> None:
    """It is made once, and costs the same in both."""
    costs = [ask(tmp_path / run, tmp_path / "shared", make) for run in ("a", "b")]

    assert make.n_made == 1
    assert costs == [12.5, 12.5]


def test_without_a_shared_folder_nothing_is_shared(tmp_path: Path, make: Maker) -> None:
    """The default: each run folder stands by itself."""
    for run in ("a", "b"):
        ask(tmp_path / run, None, make)

    assert make.n_made == 2


def test_what_rests_on_the_settings_of_one_run_stays_there(tmp_path: Path, make: Maker) -> None:
    """A part of a kind that is not known to be named after everything is never shared."""
    for run in ("a", "b"):
        ask(tmp_path / run, tmp_path / "shared", make, name="noise-point-1")

    assert make.n_made == 2


@pytest.mark.parametrize("damage", ["changed", "deleted", "manifest", "whole"])
def test_a_damaged_entry_is_made_anew_and_put_right(
    tmp_path: Path, make: Maker, damage: str
) -> None:
    """No run takes it over, and the next one finds a whole one again."""
    shared = tmp_path / "shared"
    ask(tmp_path / "a", shared, make)
    if damage == "changed":
        (shared / "embeddings-1" / "inner" / "vectors.txt").write_text("9 9 9", encoding="utf-8")
    elif damage == "deleted":
        (shared / "embeddings-1" / "inner" / "vectors.txt").unlink()
    elif damage == "manifest":
        (shared / "embeddings-1" / "part.json").write_text("{", encoding="utf-8")
    else:
        shutil.rmtree(shared)

    ask(tmp_path / "b", shared, make)
    ask(tmp_path / "c", shared, make)

    assert make.n_made == 2


def test_a_run_outlives_the_shared_folder(tmp_path: Path, make: Maker) -> None:
    """What was found is a copy, so that the folder may be deleted at any time."""
    ask(tmp_path / "a", tmp_path / "shared", make)
    ask(tmp_path / "b", tmp_path / "shared", make)
    shutil.rmtree(tmp_path / "shared")

    ask(tmp_path / "b", None, make)

    assert make.n_made == 1


def test_many_may_use_it_at_once(tmp_path: Path) -> None:
    """Whoever comes at the same moment gets a whole part, and one is left in the end."""
    makers = [Maker() for _ in range(8)]
    shared = tmp_path / "shared"

    with ThreadPoolExecutor(8) as pool:
        costs = list(pool.map(lambda n: ask(tmp_path / f"run-{n}", shared, makers[n]), range(8)))

    assert costs == [12.5] * 8
    assert [path.name for path in shared.iterdir()] == ["embeddings-1"]


def test_a_shared_folder_that_is_full_ends_nothing(tmp_path: Path, make: Maker) -> None:
    """A run goes on with what it has made, and nothing is shared."""
    shared = tmp_path / "shared"
    shared.write_text("no folder", encoding="utf-8")

    assert ask(tmp_path / "a", shared, make) == 12.5
    assert not copy_part(tmp_path / "a" / "embeddings-1", shared / "embeddings-1")


def test_a_folder_that_cannot_be_used_is_a_sentence(tmp_path: Path) -> None:
    """Before anything is measured, with the name of the option."""
    (tmp_path / "file").write_text("", encoding="utf-8")

    with pytest.raises(RunFolderError, match=r"--cache or ADVISOR_CACHE\) cannot be written"):
        open_shared(tmp_path / "file" / "cache")


@pytest.mark.parametrize("what", ["precision", "n_threads", "versions"])
def test_other_surroundings_find_nothing(monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    """Figures may not depend on where a part came from."""
    before = name_surroundings()
    others: dict[str, Any] = {"precision": "other", "n_threads": 99, "versions": {"torch": "0"}}
    monkeypatch.setattr(runtime, what, lambda: others[what])

    assert name_surroundings() != before


def test_what_a_killed_process_left_is_removed_a_day_later(tmp_path: Path) -> None:
    """A copy that is under way is left alone."""
    place = open_shared(tmp_path)
    assert place is not None
    abandoned, fresh = place / "unfinished-old", place / "unfinished-new"
    for folder in (abandoned, fresh):
        folder.mkdir()
    os.utime(abandoned, (0, 0))

    open_shared(tmp_path)

    assert [path.name for path in place.iterdir()] == ["unfinished-new"]


def test_another_launcher_of_training_finds_nothing() -> None:
    """Several devices that share each batch do not end with the parameters of one."""
    before = name_surroundings()

    with launched_by(f"{sys.executable} -m torch.distributed.run --nproc_per_node 2"):
        assert name_surroundings() != before
    assert name_surroundings() == before
