"""The index of an arm that searches by words, as files of its project."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from advisor.errors import ExportError
from advisor.export.project import FittedArm

if TYPE_CHECKING:
    from prototypes.retrieval.lexical import LexicalIndex


def render_index(index: LexicalIndex, arm: FittedArm, *, searched: str) -> dict[str, bytes]:
    """Render an index as files below `words/`.

    Args:
        index: Over what the arm searches.
        arm: Who searches.
        searched: What that is called, in the plural.

    Raises:
        ExportError: If there is no word to be found.
    """
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        index.save(folder)
        found = {f"words/{path.name}": path.read_bytes() for path in sorted(folder.iterdir())}
    if not found:
        raise ExportError(
            f"arm '{arm.spec.name}' searches by words, and there is no word in its {searched}."
        )
    return found
