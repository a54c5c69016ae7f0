"""Dense search over more vectors than can be compared one by one, with its recall measured.

An approximate index, compressed and mapped from disk, names candidates; their exact cosines are
read from the vectors, which stay on disk as well. How wide the index searches is chosen by how
much of an exact search it finds.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any, Self

import faiss
import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest

from prototypes.errors import RunFolderError
from prototypes.results import FrozenSchema
from prototypes.retrieval.dense import DenseIndex
from prototypes.retrieval.fusion import Hit
from prototypes.retrieval.mapped import hash_vectors, read_blocks, sample_rows, search_exactly
from prototypes.storage import read_schema, write_schema

_UNTYPED: Any = faiss
"""The types that FAISS ships lack the parameters of a search."""

MAX_FLAT = 100_000
"""Up to here an exact search takes some ten milliseconds, and nothing needs to be given up."""
TARGET_RECALL = 0.95
_CONFIDENCE = 0.95
"""The width chosen has to show the target by a lower bound of this confidence, one-sided."""
K_CHECKED = 10
N_CHECKED = 1_000
_COSINE_OF_QUESTIONS = 0.55
"""Between a stand-in for a question and its passage; see `draw_stand_ins`."""

_INDEX_FILE, _REPORT_FILE = "index.faiss", "index.json"
_REMEDY = "Delete its folder; it is made again."
_N_TRAINED = 200_000
_LINKS, _EF_CONSTRUCTION = 24, 100
_PER_HIT = {"hnsw": 4, "ivf_pq": 10}
"""So many candidates per hit are compared exactly at least."""
_PER_LIST = 20
"""And so many per list opened: product codes blur the order, among near copies most."""
_WIDTHS = {"hnsw": (64, 128, 256, 512, 1024), "ivf_pq": (16, 32, 64, 128, 256, 512)}


class Kind(StrEnum):
    """How vectors are searched."""

    FLAT = "flat"
    HNSW = "hnsw"
    IVF_PQ = "ivf_pq"


class IndexReport(FrozenSchema):
    """How an index came out; `index.json` beside it."""

    kind: Kind
    n_vectors: int
    width: int
    """Nodes visited (HNSW) or lists opened (IVF-PQ) per query."""
    recall_at_10: float
    """Share of the ten exact neighbours that it finds."""
    n_checked: int
    """On how many queries that was measured."""
    build_seconds: float
    """Without the measuring."""
    size_mb: float
    """Of the index on disk, beside the vectors."""
    vectors_sha256: str = ""
    """Of the vectors that it was made from."""

    def describe(self) -> str:
        """Say in one phrase what was built and how much of an exact search it finds."""
        return (
            f"{self.n_vectors:,} passages are searched by {self.kind.value}, width {self.width}: "
            f"recall@10 {self.recall_at_10:.3f} against exact search ({self.n_checked} queries)"
        )


def choose_kind(n_vectors: int) -> Kind:
    """Choose the index for a number of vectors.

    Of 100,000 embedded passages and perturbed copies IVF-PQ takes an eighth of the bytes of HNSW
    and half of its time, for .98 instead of .99 of the ten nearest
    (`tests/benchmarks/large_index.py`); a graph has to be asked for by its name.
    """
    return Kind.FLAT if n_vectors <= MAX_FLAT else Kind.IVF_PQ


def open_index(
    vectors: NDArray[np.float32], folder: Path, *, queries: NDArray[np.float32] | None = None
) -> DenseIndex | LargeIndex:
    """Index vectors (n, d) by their number, or load the index of the same ones that is there.

    Args:
        vectors: May be mapped from a file; up to `MAX_FLAT` are read into memory.
        folder: Where an approximate index lies, or is made; an exact one needs none.
        queries: As for `write_index`, should an approximate one be made.

    Raises:
        RunFolderError: If an index there is damaged.
    """
    kind, report = choose_kind(len(vectors)), folder / _REPORT_FILE
    if kind is Kind.FLAT:
        return DenseIndex(vectors)
    if not report.exists() or _read_report(folder).vectors_sha256 != hash_vectors(vectors):
        folder.mkdir(parents=True, exist_ok=True)
        report.unlink(missing_ok=True)
        write_index(vectors, folder, kind=kind, queries=queries)
    return LargeIndex.load(folder, vectors)


def write_index(
    vectors: NDArray[np.float32],
    folder: Path,
    *,
    kind: Kind,
    queries: NDArray[np.float32] | None = None,
) -> IndexReport:
    """Index vectors into a folder, choose the search width there, measure the recall.

    Args:
        vectors: Shape (n, d); may be mapped from a file, of which one block at a time is read.
        folder: An existing folder.
        kind: HNSW or IVF-PQ.
        queries: Unit vectors (m, d) of questions to measure the recall with; None takes
            `draw_stand_ins`.
    """
    started = time.perf_counter()
    path = folder / _INDEX_FILE
    faiss.write_index(_build(vectors, kind), str(path))
    seconds = time.perf_counter() - started
    checked = draw_stand_ins(vectors, N_CHECKED) if queries is None else queries[:N_CHECKED]
    width, recall = _choose_width(LargeIndex(_map(folder), vectors, kind=kind), checked)
    report = IndexReport(
        kind=kind,
        n_vectors=len(vectors),
        width=width,
        recall_at_10=recall,
        n_checked=len(checked),
        build_seconds=seconds,
        size_mb=path.stat().st_size / 1e6,
        vectors_sha256=hash_vectors(vectors),
    )
    write_schema(folder / _REPORT_FILE, report)
    return report


class LargeIndex:
    """An approximate index of unit vectors (n, d); the scores of its hits are exact cosines."""

    report: IndexReport
    """Set where the index was loaded."""

    def __init__(self, index: Any, vectors: NDArray[np.float32], *, kind: Kind) -> None:  # noqa: ANN401 # faiss ships no types
        """Search vectors by an index of FAISS."""
        self.vectors, self.kind = vectors, kind
        self._index = index
        self._parameters: Any = None
        self._n_compared = 0

    @classmethod
    def load(cls, folder: Path, vectors: NDArray[np.float32]) -> Self:
        """Map what `write_index` wrote; `vectors` are those that it was given.

        Raises:
            RunFolderError: If the index or its report is missing or damaged.
        """
        report = _read_report(folder)
        loaded = cls(_map(folder), vectors, kind=report.kind)
        loaded.report = report
        loaded.set_width(report.width)
        return loaded

    def set_width(self, width: int) -> None:
        """Visit this many nodes (HNSW) or open this many lists (IVF-PQ) per query."""
        if self.kind is Kind.HNSW:
            self._parameters = _UNTYPED.SearchParametersHNSW(efSearch=width)
        else:
            self._parameters = _UNTYPED.SearchParametersIVF(nprobe=width)
            self._n_compared = _PER_LIST * width

    def search(self, queries: NDArray[np.float32], k: int) -> list[list[Hit]]:
        """Find about the k nearest vectors of each row of `queries` (n, d), nearest first."""
        return [self._search_one(query, min(k, len(self.vectors))) for query in queries]

    def _search_one(self, query: NDArray[np.float32], k: int) -> list[Hit]:
        n = min(max(k * _PER_HIT[self.kind], self._n_compared), len(self.vectors))
        _, (rows,) = self._index.search(query[None], n, params=self._parameters)
        rows = np.sort(rows[rows >= 0])
        cosines = self.vectors[rows] @ query
        best = np.argsort(-cosines, kind="stable")[:k]
        return [Hit(int(rows[i]), float(cosines[i])) for i in best]


def measure_recall(found: Sequence[Sequence[Hit]], exact: NDArray[np.int64]) -> float:
    """Return the share of the exact neighbours (n, k) that was found."""
    pairs = zip(found, exact.tolist(), strict=True)
    n_shared = sum(len({hit.index for hit in hits}.intersection(row)) for hits, row in pairs)
    return n_shared / exact.size


def _build(vectors: NDArray[np.float32], kind: Kind) -> Any:  # noqa: ANN401 # faiss ships no types
    n, dimension = vectors.shape
    recipe = _recipe(kind, n, dimension)
    index = _UNTYPED.index_factory(dimension, recipe, faiss.METRIC_INNER_PRODUCT)
    if kind is Kind.HNSW:
        index.hnsw.efConstruction = _EF_CONSTRUCTION
    elif recipe.endswith(f"PQ{dimension // 8}"):
        # It would order the codes for a filter by Hamming distance, which is never asked for, and
        # take longer than all the rest.
        index.do_polysemous_training = False
    index.train(sample_rows(vectors, _N_TRAINED))
    for _, block in read_blocks(vectors):
        index.add(block)
    return index


def _recipe(kind: Kind, n_vectors: int, dimension: int) -> str:
    """Write the recipe of FAISS: eight bits per number in a graph, one per number in lists."""
    if kind is Kind.HNSW:
        return f"HNSW{_LINKS},SQ8"
    n_lists = int(min(4 * n_vectors**0.5, n_vectors / 39))
    code = "SQ8" if dimension % 8 else f"PQ{dimension // 8}"
    return f"IVF{max(n_lists, 1)},{code}"


def draw_stand_ins(vectors: NDArray[np.float32], n: int) -> NDArray[np.float32]:
    """Make at most n queries that are as hard to answer as questions, of vectors (m, d) alone.

    A stored vector finds itself and its like in the first list opened, a question does not: on a
    million vectors 16 lists found all of the ten nearest of stored ones and .90 of those of real
    questions. So stored vectors are turned away, towards where another passage differs. At this
    cosine 16 to 256 lists found .90, .94, .97, .98, .99 of theirs and .90, .95, .97, .98, .99 of
    those of 300 questions (SQuAD 1.1, embedded encoder).
    """
    own = sample_rows(vectors, n)
    away = own - np.roll(own, 1, axis=0)
    away -= (away * own).sum(axis=1, keepdims=True) * own
    # Texts that are alike have no difference to go by; they stay what they are.
    away /= np.maximum(np.linalg.norm(away, axis=1, keepdims=True), 1e-6)
    turned = _COSINE_OF_QUESTIONS * own + (1 - _COSINE_OF_QUESTIONS**2) ** 0.5 * away
    stand_ins: NDArray[np.float32] = turned / np.linalg.norm(turned, axis=1, keepdims=True)
    return stand_ins


def _choose_width(index: LargeIndex, queries: NDArray[np.float32]) -> tuple[int, float]:
    """Set the least width that is shown to reach the target, else the widest; return its recall."""
    exact = search_exactly(index.vectors, queries, K_CHECKED)
    width, recall = 0, 0.0
    for width in _WIDTHS[index.kind]:
        index.set_width(width)
        recall = measure_recall(index.search(queries, exact.shape[1]), exact)
        if _bound_below(recall, len(queries)) >= TARGET_RECALL:
            break
    return width, recall


def _bound_below(recall: float, n_queries: int) -> float:
    """Bound a mean over queries from below, as if each found all or nothing (Wilson 1927)."""
    found = binomtest(int(recall * n_queries), n_queries)
    bound = found.proportion_ci(confidence_level=2 * _CONFIDENCE - 1, method="wilson")
    return float(bound.low)


def _map(folder: Path) -> Any:  # noqa: ANN401 # faiss ships no types
    path = folder / _INDEX_FILE
    try:
        return faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)
    except RuntimeError as error:
        raise RunFolderError(f"{path} is missing or damaged. {_REMEDY}") from error


def _read_report(folder: Path) -> IndexReport:
    return read_schema(IndexReport, folder / _REPORT_FILE, remedy=_REMEDY)
