"""Labelled examples that vote on a label: the nearest ones, the nearer the heavier."""

import json
from pathlib import Path

import faiss
import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file

from service.labels import Example, Scores

N_SHOWN = 3


class Neighbours:
    """An exact index over the vectors of the examples."""

    def __init__(self, folder: Path, *, n_labels: int, k: int, temperature: float) -> None:
        stored = load_file(folder / "neighbours.safetensors")
        rows = json.loads((folder / "examples.json").read_text(encoding="utf-8"))
        self._examples = [Example(id=id, text=text) for id, text in rows]
        self._targets, self._n_labels = stored["targets"], n_labels
        self._k, self._temperature = min(k, len(rows)), temperature
        self._index = faiss.IndexFlatIP(stored["vectors"].shape[1])
        self._index.add(stored["vectors"])

    def vote(self, vectors: Scores) -> tuple[Scores, NDArray[np.int64]]:
        """Return each label's share of the votes and the neighbours, one row per vector."""
        cosines, nearest = self._index.search(vectors, self._k)
        ballots = np.exp((cosines - cosines[:, :1]) / self._temperature)
        votes = np.zeros((len(vectors), self._n_labels), np.float32)
        np.add.at(votes, (np.arange(len(vectors))[:, None], self._targets[nearest]), ballots)
        return votes / votes.sum(axis=1, keepdims=True), nearest

    def agreeing(self, nearest: NDArray[np.int64], column: int) -> list[Example]:
        """Return the nearest examples of the label at `column`."""
        rows = [row for row in nearest if self._targets[row] == column]
        return [self._examples[row] for row in rows[:N_SHOWN]]
