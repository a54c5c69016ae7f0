"""What travels between machines that share no disk: the files of a folder, as they are."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from prototypes.cache import MANIFEST, Part, PartCache


@dataclass(frozen=True, slots=True)
class Crate:
    """The files of a folder by their relative paths, and the seconds that making them took."""

    files: Mapping[str, bytes]
    seconds: float = 0.0

    def save(self, folder: Path) -> None:
        """Write the files into an existing empty folder."""
        for name, content in self.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)

    def keep(self, cache: PartCache, fingerprint: str) -> Part:
        """Make the files a part of a cache, in one step."""

        def build(folder: Path) -> float:
            self.save(folder)
            return self.seconds

        return cache.make(fingerprint, build)


def pack(folder: Path) -> Crate:
    """Read every file of a folder."""
    paths = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return Crate({path.relative_to(folder).as_posix(): path.read_bytes() for path in paths})


def pack_parts(cache: PartCache, *, without: Collection[str] = ()) -> dict[str, Crate]:
    """Read the finished parts of a cache, but those named."""
    found = {}
    for manifest in sorted(cache.root.glob(f"*/{MANIFEST}")):
        name = manifest.parent.name
        if name in without or cache.find(name) is None:
            continue
        files = {key: held for key, held in pack(manifest.parent).files.items() if key != MANIFEST}
        seconds = float(json.loads(manifest.read_text(encoding="utf-8"))["seconds"])
        found[name] = Crate(files, seconds)
    return found
