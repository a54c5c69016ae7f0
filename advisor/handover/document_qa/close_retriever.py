"""Search by words and by meaning, merged into one ranking whose best are looked at closely."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import faiss
from safetensors.numpy import load_file

from service.encoder import Vectors
from service.tokens import LIKENESS_WEIGHT, TokenEncoder, Tokens
from service.words import WordIndex

N_PER_INDEX = 100
N_RETRIEVED = 20
MEANING_WEIGHT = 0.8


class Retriever:
    """BM25 and an exact index over the passages' vectors; their tokens where there are some."""

    def __init__(self, folder: Path, encoder: TokenEncoder) -> None:
        tensors = load_file(folder / "index.safetensors")
        vectors = tensors["passages"]
        self._words, self._k = WordIndex(folder / "words"), min(N_PER_INDEX, len(vectors))
        self._meaning = faiss.IndexFlatIP(vectors.shape[1])
        self._meaning.add(vectors)
        self._encoder = encoder
        self._tokens = Tokens(tensors) if "tokens" in tensors else None

    def search(self, questions: Sequence[str], vectors: Vectors) -> list[dict[int, float]]:
        """Return for each question the passages, best first, with their cosines."""
        by_words = self._words.search(questions, N_PER_INDEX)
        by_meaning = zip(*self._meaning.search(vectors, self._k), strict=True)
        cosines = [
            dict(zip(map(int, nearest), map(float, found), strict=True))
            for found, nearest in by_meaning
        ]
        worth = self._look_closely(questions, list(map(_fuse, by_words, cosines)))
        return list(map(_rank, worth, cosines))

    def _look_closely(
        self, questions: Sequence[str], found: list[dict[int, float]]
    ) -> list[dict[int, float]]:
        if self._tokens is None:
            return found
        looked = zip(self._encoder.encode_tokens(questions), found, strict=True)
        alike = [self._tokens.compare(tokens, list(passages)) for tokens, passages in looked]
        return [
            {p: worth + LIKENESS_WEIGHT * like for (p, worth), like in pairs}
            for pairs in map(zip, map(dict.items, found), alike)
        ]


def _fuse(by_words: Mapping[int, float], cosines: Mapping[int, float]) -> dict[int, float]:
    """Return the best passages by a weighted sum of both scores (Bruch, Gai and Ingber 2023)."""
    (words, fewest), (meaning, farthest) = scale(by_words, least=0), scale(cosines, least=-1)
    worth = {
        passage: MEANING_WEIGHT * meaning.get(passage, farthest)
        + (1 - MEANING_WEIGHT) * words.get(passage, fewest)
        for passage in {**words, **meaning}
    }
    return {passage: worth[passage] for passage in _order(worth)[:N_RETRIEVED]}


def _rank(worth: Mapping[int, float], cosines: Mapping[int, float]) -> dict[int, float]:
    # what only shares words counts as near as the last that was found by meaning
    farthest = min(cosines.values(), default=0.0)
    return {passage: cosines.get(passage, farthest) for passage in _order(worth)}


def _order(worth: Mapping[int, float]) -> list[int]:
    return sorted(worth, key=lambda passage: (-worth[passage], passage))


def scale(scores: Mapping[int, float], *, least: float) -> tuple[dict[int, float], float]:
    """Bring scores to 1 for the best, counted from the least there can be; add the smallest."""
    span = max(scores.values(), default=least) - least
    scaled = {i: (score - least) / span if span > 0 else 0.0 for i, score in scores.items()}
    return scaled, min(scaled.values(), default=0.0)
