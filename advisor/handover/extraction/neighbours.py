"""Words whose tag is known vote on a word's tag: the nearest ones, the nearer the heavier."""

import json
from collections.abc import Sequence
from pathlib import Path

import faiss
import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file

from service.encoder import Vectors
from service.spans import Example, Found, Words

N_SHOWN = 3
Nearest = NDArray[np.int64]


class Neighbours:
    """An exact index over the vectors of all words of the examples, and whose words they are."""

    def __init__(self, folder: Path, *, n_tags: int, k: int, temperature: float) -> None:
        stored = load_file(folder / "neighbours.safetensors")
        rows = json.loads((folder / "examples.json").read_text(encoding="utf-8"))
        self._examples = [Example(id=id, text=text) for id, text, n in rows for _ in range(n)]
        self._targets, self._n_tags = stored["targets"], n_tags
        self._k, self._temperature = min(k, len(self._targets)), temperature
        self._index = faiss.IndexFlatIP(stored["vectors"].shape[1])
        self._index.add(stored["vectors"])

    def vote(self, vectors: Vectors) -> tuple[Vectors, Nearest]:
        """Return each tag's share of the votes and the neighbours, one row per vector."""
        lengths = np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
        cosines, nearest = self._index.search(vectors / lengths, self._k)
        ballots = np.exp((cosines - cosines[:, :1]) / self._temperature)
        votes = np.zeros((len(vectors), self._n_tags), np.float32)
        np.add.at(votes, (np.arange(len(vectors))[:, None], self._targets[nearest]), ballots)
        return votes / votes.sum(axis=1, keepdims=True), nearest

    def cite(self, found: Sequence[Found], texts: Sequence[Words], nearest: Nearest) -> None:
        """Add to each answer the texts of the words nearest to the beginnings of its spans."""
        start = 0
        for answer, words in zip(found, texts, strict=True):
            begins = {span.start for span in answer.spans}
            near = [nearest[start + n] for n, word in enumerate(words) if word.start() in begins]
            ranked = [self._examples[row] for ranks in zip(*near, strict=True) for row in ranks]
            answer.examples = list({each.id: each for each in ranked}.values())[:N_SHOWN]
            start += len(words)
