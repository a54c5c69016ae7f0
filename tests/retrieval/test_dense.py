"""Exact dense search."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from prototypes.retrieval.dense import DenseIndex


def _unit_vectors(n: int, dimension: int = 8) -> NDArray[np.float32]:
    vectors = np.random.default_rng(1).standard_normal((n, dimension)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def test_hits_are_those_of_a_full_comparison() -> None:
    """The index must return exactly the largest cosines, in order."""
    vectors, queries = _unit_vectors(50), _unit_vectors(60)[50:]

    found = DenseIndex(vectors).search(queries, 5)

    cosines = queries @ vectors.T
    for row, hits in zip(cosines, found, strict=True):
        expected = np.argsort(-row)[:5]
        assert expected.tolist() == [hit.index for hit in hits]
        assert row[expected] == pytest.approx([hit.score for hit in hits], abs=1e-5)


def test_asking_for_more_than_there_is_returns_what_there_is() -> None:
    """FAISS pads with -1; no such index may come out."""
    (hits,) = DenseIndex(_unit_vectors(3)).search(_unit_vectors(1), 10)

    assert sorted(hit.index for hit in hits) == [0, 1, 2]


def test_an_empty_index_finds_nothing() -> None:
    """Searching nothing must give nothing."""
    index = DenseIndex(np.empty((0, 8), np.float32))

    assert index.search(_unit_vectors(2), 5) == [[], []]


def test_a_saved_index_answers_alike(tmp_path: Path) -> None:
    """Saving and loading must change no hit."""
    index, queries = DenseIndex(_unit_vectors(20)), _unit_vectors(3)

    index.save(tmp_path)

    assert DenseIndex.load(tmp_path).search(queries, 4) == index.search(queries, 4)
