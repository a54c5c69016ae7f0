"""Parts that several arms share, kept under the fingerprint of what they were made from."""

from __future__ import annotations

import json
import shutil
import tempfile
import time
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from prototypes.errors import RunFolderError
from prototypes.models.model_folder import hash_file
from prototypes.shared_parts import copy_part, is_shared
from prototypes.storage import writing

MANIFEST = "part.json"
_UNFINISHED = "unfinished-"


@dataclass(frozen=True, slots=True)
class Part:
    """A finished part: a folder of files, and the seconds it took to make."""

    folder: Path
    seconds: float


class PartCache:
    """A folder of parts, one sub-folder per fingerprint.

    A part appears under its name in one step, when it is complete. The checksums of its files
    are verified when it is found again; a damaged part is made anew. Where there is a second
    folder of parts, shared with other caches, what is missing here is copied from there, and what
    is made here is copied there.
    """

    def __init__(self, root: Path | None = None, *, shared: Path | None = None) -> None:
        """Open or create the cache; without a root it lives as long as this object."""
        self._shared = shared
        if root is None:
            root = Path(tempfile.mkdtemp(prefix="parts-"))
            weakref.finalize(self, shutil.rmtree, root, ignore_errors=True)
        self.root = root
        try:
            self.root.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise RunFolderError(
                f"The cache folder {self.root} cannot be created ({error.strerror}); "
                "choose another one or make it writable."
            ) from error

    def find(self, fingerprint: str) -> Part | None:
        """Return the part with this fingerprint, None if it is missing or damaged."""
        own = self.root / fingerprint
        found = _find_whole(own)
        if found is not None or self._shared is None or not is_shared(fingerprint):
            return found
        if _find_whole(self._shared / fingerprint) is None:
            return None
        shutil.rmtree(own, ignore_errors=True)
        return _find_whole(own) if copy_part(self._shared / fingerprint, own) else None

    def discard(self, fingerprint: str) -> None:
        """Remove a part that went into another one; if it is gone already, so much the better."""
        shutil.rmtree(self.root / fingerprint, ignore_errors=True)

    def make(self, fingerprint: str, build: Callable[[Path], float | None]) -> Part:
        """Let `build` write a part into an empty folder and keep the result.

        Args:
            fingerprint: The name the part is kept under.
            build: Writes the files; returns the seconds to charge, None for the time it took.

        Raises:
            RunFolderError: If the cache folder cannot be written.
        """
        started = time.perf_counter()
        with writing(self.root):
            unfinished = Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=self.root))
            try:
                charged = build(unfinished)
                seconds = time.perf_counter() - started if charged is None else charged
                _write_manifest(unfinished, seconds)
                part = Part(_publish(unfinished, self.root / fingerprint), seconds)
            finally:
                shutil.rmtree(unfinished, ignore_errors=True)
        self._share(part)
        return part

    def _share(self, part: Part) -> None:
        if self._shared is None or not is_shared(part.folder.name):
            return
        target = self._shared / part.folder.name
        if _find_whole(target) is None:
            shutil.rmtree(target, ignore_errors=True)
            copy_part(part.folder, target)


def clear_abandoned(root: Path) -> None:
    """Remove what a process that was killed had begun to write; nobody else may be writing here."""
    for unfinished in root.glob(f"{_UNFINISHED}*"):
        shutil.rmtree(unfinished, ignore_errors=True)


def _find_whole(folder: Path) -> Part | None:
    """Return a part if each of its files is as it was written."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        files, seconds = manifest["files"], float(manifest["seconds"])
        is_whole = all(hash_file(folder / name) == sha for name, sha in files.items())
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return Part(folder, seconds) if is_whole else None


def _write_manifest(folder: Path, seconds: float) -> None:
    files = {
        path.relative_to(folder).as_posix(): hash_file(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    content = json.dumps({"seconds": seconds, "files": files}, indent=1)
    (folder / MANIFEST).write_text(content, encoding="utf-8")


def _publish(unfinished: Path, target: Path) -> Path:
    # Another process may have been quicker with the same content, and be reading it by now.
    if _find_whole(target) is not None:
        return target
    shutil.rmtree(target, ignore_errors=True)
    try:
        return unfinished.replace(target)
    except OSError:
        if _find_whole(target) is None:
            raise
        return target
