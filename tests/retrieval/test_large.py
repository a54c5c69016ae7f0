"""Approximate indexes: how good they are is measured, not promised."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from prototypes.errors import RunFolderError
from prototypes.retrieval.dense import DenseIndex
from prototypes.retrieval.large import (
    MAX_FLAT,
    Kind,
    LargeIndex,
    choose_kind,
    draw_stand_ins,
    measure_recall,
    open_index,
    write_index,
)
from prototypes.retrieval.mapped import sample_rows, search_exactly


@pytest.fixture(scope="module")
def vectors() -> NDArray[np.float32]:
    """2,000 unit vectors around 50 centres."""
    source = np.random.default_rng(5)
    centres = source.standard_normal((50, 32))
    rows = np.repeat(centres, 40, axis=0) + 0.5 * source.standard_normal((2000, 32))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def test_the_index_is_chosen_by_size() -> None:
    """Exact as long as that is fast, lists of short codes beyond."""
    sizes = (0, MAX_FLAT, MAX_FLAT + 1, 10**8)

    assert [choose_kind(n) for n in sizes] == [Kind.FLAT, Kind.FLAT, Kind.IVF_PQ, Kind.IVF_PQ]


def test_exact_search_in_blocks_is_a_full_comparison(
    vectors: NDArray[np.float32], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The nearest of several blocks are the nearest of all."""
    monkeypatch.setattr("prototypes.retrieval.mapped._BLOCK", 300)

    found = search_exactly(vectors, vectors[:20], 5)

    expected = np.argsort(-(vectors[:20] @ vectors.T), axis=1)[:, :5]
    assert expected.tolist() == found.tolist()


@pytest.mark.slow
@pytest.mark.parametrize("kind", [Kind.HNSW, Kind.IVF_PQ])
def test_the_reported_recall_is_what_it_finds(
    vectors: NDArray[np.float32], tmp_path: Path, kind: Kind
) -> None:
    """Counted again from the loaded index, on the same queries, it is the same and high."""
    report = write_index(vectors, tmp_path, kind=kind, queries=vectors[::20])
    loaded = LargeIndex.load(tmp_path, vectors)

    exact = search_exactly(vectors, vectors[::20], 10)

    assert report.recall_at_10 == measure_recall(loaded.search(vectors[::20], 10), exact)
    assert report.recall_at_10 >= 0.95
    assert f"recall@10 {report.recall_at_10:.3f}" in loaded.report.describe()


@pytest.mark.slow
@pytest.mark.parametrize("kind", [Kind.HNSW, Kind.IVF_PQ])
def test_scores_are_exact_cosines(vectors: NDArray[np.float32], tmp_path: Path, kind: Kind) -> None:
    """Compression decides which candidates are compared, never what their score is."""
    write_index(vectors, tmp_path, kind=kind)

    (hits,) = LargeIndex.load(tmp_path, vectors).search(vectors[7:8], 10)

    cosines = vectors[[hit.index for hit in hits]] @ vectors[7]
    assert cosines.tolist() == pytest.approx([hit.score for hit in hits], abs=1e-5)
    assert sorted(cosines, reverse=True) == pytest.approx(cosines.tolist())


def test_stand_ins_are_as_far_from_their_passage_as_questions(
    vectors: NDArray[np.float32],
) -> None:
    """None finds itself at once, which would make every search look right."""
    stand_ins = draw_stand_ins(vectors, 1000)

    assert stand_ins.shape == (1000, 32) and stand_ins.dtype == np.float32
    assert np.linalg.norm(stand_ins, axis=1).tolist() == pytest.approx([1.0] * 1000, abs=1e-5)
    cosines = (stand_ins * vectors[::2]).sum(axis=1)
    assert cosines.tolist() == pytest.approx([0.55] * 1000, abs=1e-4)


def test_stand_ins_of_texts_that_are_all_alike_are_those_texts() -> None:
    """No difference between them is no number to divide by."""
    alike = np.tile(np.eye(1, 8, dtype=np.float32), (5, 1))

    assert draw_stand_ins(alike, 3).tolist() == alike[:3].tolist()


@pytest.mark.slow
@pytest.mark.parametrize("kind", [Kind.HNSW, Kind.IVF_PQ])
def test_few_queries_show_nothing_so_the_widest_search_is_taken(
    vectors: NDArray[np.float32], tmp_path: Path, kind: Kind
) -> None:
    """That ten of ten found all says little of others; a thousand say enough."""
    few = write_index(vectors, tmp_path, kind=kind, queries=vectors[:10])
    many = write_index(vectors, tmp_path, kind=kind)

    assert (few.recall_at_10, few.n_checked) == (1.0, 10)
    assert (many.recall_at_10, many.n_checked) > (0.95, 999)
    assert many.width < few.width


def test_recall_counts_what_was_missed() -> None:
    """Finding nothing is 0, whatever was to be found."""
    assert measure_recall([[], []], np.array([[1, 2], [3, 4]])) == 0.0


def test_an_index_is_made_once_and_made_anew_for_another_number(
    vectors: NDArray[np.float32], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A few vectors need no file; many are indexed, then only mapped, until they are others."""
    assert isinstance(open_index(vectors, tmp_path / "index"), DenseIndex)
    assert not (tmp_path / "index").exists()

    monkeypatch.setattr("prototypes.retrieval.large.MAX_FLAT", 500)
    first = open_index(vectors, tmp_path / "index")
    written = (tmp_path / "index" / "index.faiss").stat().st_mtime_ns
    again = open_index(vectors, tmp_path / "index")
    assert isinstance(first, LargeIndex) and isinstance(again, LargeIndex)
    assert (tmp_path / "index" / "index.faiss").stat().st_mtime_ns == written
    assert first.search(vectors[:3], 5) == again.search(vectors[:3], 5)

    fewer = open_index(vectors[:900], tmp_path / "index", queries=vectors[:60])
    assert isinstance(fewer, LargeIndex)
    assert (fewer.report.n_vectors, fewer.report.n_checked) == (900, 60)


def test_an_index_of_other_vectors_is_not_taken_for_theirs(
    vectors: NDArray[np.float32], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As many vectors of other texts are indexed anew; the old index would miss most of theirs."""
    monkeypatch.setattr("prototypes.retrieval.large.MAX_FLAT", 500)
    open_index(vectors[:1000], tmp_path)

    others = open_index(vectors[1000:], tmp_path)

    queries = draw_stand_ins(vectors[1000:], 200)
    exact = search_exactly(vectors[1000:], queries, 10)
    assert measure_recall(others.search(queries, 10), exact) >= 0.9


@pytest.mark.parametrize("damage", [b"", b"IwPQ and no more", None])
def test_a_damaged_index_is_one_sentence(
    vectors: NDArray[np.float32],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    damage: bytes | None,
) -> None:
    """Cut short, of something else or gone: what to delete is said."""
    monkeypatch.setattr("prototypes.retrieval.large.MAX_FLAT", 500)
    open_index(vectors[:1000], tmp_path)
    index = tmp_path / "index.faiss"
    index.unlink() if damage is None else index.write_bytes(damage)

    with pytest.raises(RunFolderError, match=r"index\.faiss is missing or damaged\. Delete its"):
        open_index(vectors[:1000], tmp_path)


def test_a_sample_is_spread_over_all() -> None:
    """The last vectors count as much as the first, whatever the numbers."""
    rows = np.arange(7, dtype=np.float32)[:, None]

    assert sample_rows(rows, 4).ravel().tolist() == [0, 1, 3, 5]
    assert sample_rows(rows, 9).ravel().tolist() == list(range(7))
    assert sample_rows(rows[:0], 4).shape == (0, 1)
