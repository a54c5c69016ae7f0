"""An encoder that remembers, so that a changed corpus only costs what is new in it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from prototypes.models.encoder import Encoder


class RememberingEncoder:
    """Wraps an encoder and encodes no text twice.

    Attributes:
        n_asked: How many texts were asked for.
        n_encoded: How many of them had to be encoded.
    """

    def __init__(self, encoder: Encoder) -> None:
        """Take an encoder that is fitted if it has to be."""
        self.name, self.dimension = encoder.name, encoder.dimension
        self.sha256, self.folder = encoder.sha256, encoder.folder
        self.n_asked = self.n_encoded = 0
        self._encoder = encoder
        self._known: dict[str, NDArray[np.float32]] = {}

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one unit-length row per text, shape (n, dimension)."""
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        if new:
            self._known.update(zip(new, self._encoder.encode(new), strict=True))
        self.n_asked += len(texts)
        self.n_encoded += len(new)
        if not texts:
            return self._encoder.encode(texts)
        return np.stack([self._known[text] for text in texts])
