"""Lexical and dense search over the same passages, fused into one ranking."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from prototypes.retrieval.fusion import Hit, fuse_scores
from prototypes.retrieval.late_interaction import LateInteraction
from prototypes.retrieval.lexical import LexicalIndex
from prototypes.retrieval.store_index import DenseSearch

N_PER_INDEX = 100
N_RETRIEVED = 20


@dataclass(frozen=True, slots=True)
class Retrieval:
    """The passages found for one question, best first.

    Attributes:
        indices: Their positions among all passages.
        cosines: How near each is to the question. One that the dense index did not return among
            its nearest counts as near as the last that it did return.
    """

    indices: tuple[int, ...]
    cosines: tuple[float, ...]


class FusedRetriever:
    """Asks both indexes for 100 passages each and keeps the first 20 of the fused ranking.

    Where the vectors of the passages' tokens are kept, these 20 are ordered by them.
    """

    def __init__(
        self, lexical: LexicalIndex, dense: DenseSearch, late: LateInteraction | None = None
    ) -> None:
        self._lexical, self._dense, self._late = lexical, dense, late

    def with_dense(self, dense: DenseSearch, late: LateInteraction | None) -> FusedRetriever:
        """Return a retriever with other vectors of the same passages and of their tokens."""
        return FusedRetriever(self._lexical, dense, late)

    def search(self, questions: Sequence[str], vectors: NDArray[np.float32]) -> list[Retrieval]:
        """Find passages for each question; `vectors` (n, d) are the embedded questions."""
        lexical = self._lexical.search(questions, N_PER_INDEX)
        dense = self._dense.search(vectors, N_PER_INDEX)
        fused = [fuse_scores(*hits)[:N_RETRIEVED] for hits in zip(lexical, dense, strict=True)]
        ordered = fused if self._late is None else self._late.rerank(questions, fused)
        return list(map(_measure, ordered, dense))


def _measure(found: Sequence[Hit], dense: Sequence[Hit]) -> Retrieval:
    cosines = {hit.index: hit.score for hit in dense}
    floor = min(cosines.values(), default=0.0)
    indices = tuple(hit.index for hit in found)
    return Retrieval(indices, tuple(cosines.get(index, floor) for index in indices))
