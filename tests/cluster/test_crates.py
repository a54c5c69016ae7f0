"""Files that travel arrive as they were."""

from __future__ import annotations

from pathlib import Path

from prototypes.cache import PartCache
from prototypes.cluster.crates import pack, pack_parts


def _write(folder: Path) -> None:
    (folder / "encoder").mkdir()
    (folder / "encoder" / "model.bin").write_bytes(b"\x00\xff")
    (folder / "note.txt").write_text("ä", encoding="utf-8")


def test_part_arrives_with_its_files_and_its_seconds(tmp_path: Path) -> None:
    """A part that was made elsewhere is charged with what it cost there."""
    there, here = PartCache(tmp_path / "there"), PartCache(tmp_path / "here")
    there.make("tuned", lambda folder: _write(folder) or 12.5)

    for name, crate in pack_parts(there).items():
        crate.keep(here, name)

    arrived = here.find("tuned")
    assert arrived is not None and arrived.seconds == 12.5
    assert (arrived.folder / "encoder" / "model.bin").read_bytes() == b"\x00\xff"
    assert (arrived.folder / "note.txt").read_text(encoding="utf-8") == "ä"


def test_what_is_there_already_is_left_out(tmp_path: Path) -> None:
    """Nothing is sent that was offered, and nothing that is damaged."""
    cache = PartCache(tmp_path)
    for name in ("known", "new", "damaged"):
        cache.make(name, _write)
    (tmp_path / "damaged" / "note.txt").write_text("other")

    assert list(pack_parts(cache, without={"known"})) == ["new"]


def test_folder_is_saved_as_it_was(tmp_path: Path) -> None:
    """What an arm learnt lies in the run folder as it lay on the worker."""
    (tmp_path / "from").mkdir()
    (tmp_path / "to").mkdir()
    _write(tmp_path / "from")

    pack(tmp_path / "from").save(tmp_path / "to")

    assert pack(tmp_path / "to") == pack(tmp_path / "from")
