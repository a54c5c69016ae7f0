"""The vectors of the words of texts: in their context, from the encoder of the bench."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from prototypes.data.spans import Word
from prototypes.errors import ModelUnavailableError
from prototypes.models.encoder import Encoder
from prototypes.models.lexical import LexicalEncoder
from prototypes.workbench import Workbench

if TYPE_CHECKING:
    from prototypes.models.word_vectors import WordEncoder

Texts = Sequence[Sequence[Word]]
"""Several texts, each cut into words."""

NEIGHBOUR_WEIGHT = 0.5


class WordEncoding(Protocol):
    """Turns texts given as words into one vector per word."""

    def encode(self, texts: Sequence[Sequence[str]]) -> NDArray[np.float32]:
        """Return one row per word of all texts in order, shape (n_words, dimension)."""


class NeighbourWordEncoder:
    """A word's own vector and half of each neighbour's: for encoders that read no contexts."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder

    def encode(self, texts: Sequence[Sequence[str]]) -> NDArray[np.float32]:
        """Return one row per word of all texts in order, shape (n_words, dimension)."""
        rows: list[NDArray[np.float32]] = [
            np.zeros((0, self._encoder.dimension), dtype=np.float32),
            *(self._mix(words) for words in texts if words),
        ]
        return np.concatenate(rows)

    def _mix(self, words: Sequence[str]) -> NDArray[np.float32]:
        own = self._encoder.encode(words)
        mixed = own.copy()
        mixed[1:] += NEIGHBOUR_WEIGHT * own[:-1]
        mixed[:-1] += NEIGHBOUR_WEIGHT * own[1:]
        return mixed


class WordFeatures:
    """Embeds words by the encoder of a bench; what is embedded ahead is kept and charged.

    Attributes:
        workbench: That bench.
    """

    def __init__(self, workbench: Workbench) -> None:
        """Load the encoder once more, in the form that gives a vector per word.

        Raises:
            ModelUnavailableError: If it cannot be loaded.
        """
        self.workbench = workbench
        self._encoding = _load(workbench)

    def embed_ahead(self, texts: Texts) -> NDArray[np.float32]:
        """Embed what arms learn from; made once for all arms of a trial."""
        fit_fallback(self.workbench, [" ".join(texts_of(text)) for text in texts])
        name = self.workbench.fingerprint("words", *(" ".join(texts_of(t)) for t in texts))
        folder = self.workbench.part(
            name, lambda target: np.save(target / "words.npy", self.embed(texts))
        )
        vectors: NDArray[np.float32] = np.load(folder / "words.npy", allow_pickle=False)
        return vectors

    @property
    def encoder(self) -> WordEncoder:
        """The transformer behind it.

        Raises:
            ModelUnavailableError: If words are only looked up.
        """
        if isinstance(self._encoding, NeighbourWordEncoder):
            raise ModelUnavailableError(
                f"The encoder '{self.workbench.encoder.name}' has no layers that could be held "
                "in eight bits."
            )
        return cast("WordEncoder", self._encoding)

    def embed(self, texts: Texts) -> NDArray[np.float32]:
        """Embed the words of texts, one row per word of all texts in order."""
        return self._encoding.encode([texts_of(words) for words in texts])


def fit_fallback(workbench: Workbench, texts: Sequence[str]) -> None:
    """Let the encoder that is used where no model is installed learn its words, if it has none."""
    encoder = workbench.encoder
    if isinstance(encoder, LexicalEncoder) and not encoder.is_fitted:
        encoder.fit(texts)


def texts_of(words: Sequence[Word]) -> list[str]:
    """Return the words as they are written."""
    return [word.text for word in words]


def _load(workbench: Workbench) -> WordEncoding:
    encoder = workbench.encoder
    if encoder.folder is None:
        return NeighbourWordEncoder(encoder)
    from prototypes.models.word_vectors import WordEncoder

    return WordEncoder(encoder.folder)
