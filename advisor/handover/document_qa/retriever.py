"""Search by words and by meaning, merged into one ranking."""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import faiss
from safetensors.numpy import load_file

from service.encoder import Vectors
from service.words import WordIndex

N_PER_INDEX = 100
RANK_CONSTANT = 60


class Retriever:
    """BM25 and an exact index over the passages' vectors."""

    def __init__(self, folder: Path) -> None:
        vectors = load_file(folder / "index.safetensors")["passages"]
        self._words, self._k = WordIndex(folder / "words"), min(N_PER_INDEX, len(vectors))
        self._meaning = faiss.IndexFlatIP(vectors.shape[1])
        self._meaning.add(vectors)

    def search(self, questions: Sequence[str], vectors: Vectors) -> list[dict[int, float]]:
        """Return for each question the passages, best first, with their cosines.

        A passage that only shares words counts as near as the last that was found by meaning.
        """
        by_words = self._words.search(questions, N_PER_INDEX)
        by_meaning = zip(*self._meaning.search(vectors, self._k), strict=True)
        return [
            _fuse(words, dict(zip(map(int, nearest), map(float, cosines), strict=True)))
            for words, (cosines, nearest) in zip(by_words, by_meaning, strict=True)
        ]


def _fuse(by_words: Sequence[int], cosines: dict[int, float]) -> dict[int, float]:
    """Merge two rankings by the sum of reciprocal ranks (Cormack, Clarke and Büttcher 2009)."""
    earned: defaultdict[int, float] = defaultdict(float)
    for ranking in (by_words, list(cosines)):
        for rank, passage in enumerate(ranking, start=1):
            earned[passage] += 1 / (RANK_CONSTANT + rank)
    ranked = sorted(earned, key=lambda passage: (-earned[passage], passage))
    return {passage: cosines.get(passage, min(cosines.values())) for passage in ranked}
