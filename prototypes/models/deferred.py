"""An encoder that is known by its checksum and loaded when the first text is to be encoded.

Loading takes seconds, and a trial whose results are all there from before encodes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from prototypes.models.transformer import TransformerEncoder


class DeferredEncoder:
    """Stands for the encoder in a folder whose files were verified."""

    folder: Path | None

    def __init__(self, folder: Path, *, name: str, sha256: str, dimension: int) -> None:
        """Name the encoder; `dimension` is the one its configuration gives."""
        self.name = name
        self.sha256: str | None = sha256
        self.dimension = dimension
        self.folder = folder
        self._path = folder

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one unit-length row per text, shape (n, dimension)."""
        return self._loaded.encode(texts)

    def encode_tokens(self, texts: Sequence[str]) -> list[NDArray[np.float32]]:
        """Return for each text one unit-length row per token, shape (n_tokens, dimension)."""
        return self._loaded.encode_tokens(texts)

    def encode_with_tokens(
        self, texts: Sequence[str]
    ) -> tuple[NDArray[np.float32], list[NDArray[np.float32]]]:
        """Return what `encode` and `encode_tokens` return, reading each text once."""
        return self._loaded.encode_with_tokens(texts)

    @cached_property
    def _loaded(self) -> TransformerEncoder:
        from prototypes.models.transformer import TransformerEncoder

        return TransformerEncoder(self._path, name=self.name, sha256=self.sha256)
