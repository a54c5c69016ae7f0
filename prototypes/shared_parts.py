"""Parts that several run folders share, found by the hash of everything they were made from.

A folder of these is opt-in and may be deleted at any time. It holds vectors and parameters, with
the names of labels where a model answers with them, under hashes of the texts they were made of;
no text. A run copies what it finds there into its own folder, which stays complete by itself, and
verifies every file of it: what is damaged or half there is made anew.

What was made by other versions of this package or of a library, with another precision or number
of threads, or by another launcher of training, is not found, so that a figure does not depend on
where a part came from.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from prototypes import runtime
from prototypes.errors import RunFolderError
from prototypes.models.launching import launch_command
from prototypes.models.model_folder import hash_files

SHARED_KINDS = (
    "embeddings",
    "head",
    "large-index",
    "span-reader",
    "taught-writer",
    "token-vectors",
    "tuned-adapter",
    "tuned-classifier",
    "tuned-index",
    "tuned-retriever",
    "tuned-tagger",
    "tuned-writer",
    "words",
)
"""Parts that are named after all they are made from, seed included, and hold no text.

Any other kind may rest on what is fixed for one run folder only, and stays there.
"""

_SHOWN = 16
_UNFINISHED = "unfinished-"
_ABANDONED_SECONDS = 24 * 3600
"""No copy takes this long."""


def open_shared(folder: Path | None) -> Path | None:
    """Return where the parts that fit this machine and these versions lie; None without a folder.

    Raises:
        RunFolderError: If it cannot be created or written.
    """
    if folder is None:
        return None
    place = folder / name_surroundings()
    try:
        place.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=place):
            pass
    except OSError as error:
        raise RunFolderError(
            f"The cache folder {folder} (--cache or ADVISOR_CACHE) cannot be written "
            f"({error.strerror}); expected a folder, or a new name, where you may write. Choose "
            "another one, or leave the option out."
        ) from error
    _sweep(place)
    return place


def _sweep(place: Path) -> None:
    """Remove what processes left behind that were killed while they copied a part."""
    for left in place.glob(f"{_UNFINISHED}*"):
        with suppress(OSError):
            if time.time() - left.stat().st_mtime > _ABANDONED_SECONDS:
                shutil.rmtree(left)


def name_surroundings() -> str:
    """Name all that decides what a part becomes, but for what it is made from."""
    sources = sorted(Path(__file__).parent.rglob("*.py"))
    surroundings = (
        runtime.versions(),
        runtime.device(),
        runtime.precision(),
        runtime.n_threads(),
        launch_command(),
        hash_files(sources) if sources else "",
    )
    return hashlib.sha256(json.dumps(surroundings).encode()).hexdigest()[:_SHOWN]


def is_shared(fingerprint: str) -> bool:
    """Tell whether a part may be used by other run folders."""
    return fingerprint.startswith(tuple(f"{kind}-" for kind in SHARED_KINDS))


def copy_part(source: Path, target: Path) -> bool:
    """Put a copy of a part under another name in one step; False if that did not work.

    Whoever was quicker with the same part is left alone, and a full disk only means that nothing
    is shared.
    """
    with suppress(OSError):
        target.parent.mkdir(parents=True, exist_ok=True)
        unfinished = Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=target.parent))
        try:
            shutil.copytree(source, unfinished, dirs_exist_ok=True)
            unfinished.replace(target)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
        return True
    return False
