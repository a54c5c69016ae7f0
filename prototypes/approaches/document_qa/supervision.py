"""Which passage answers a training question, where only its document and answer are known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from prototypes.approaches.document_qa.retriever import Retrieval
from prototypes.contracts import Passage, Sample
from prototypes.measure.answers import contains_answer


def find_answering_passages(
    samples: Sequence[Sample], retrievals: Sequence[Retrieval], passages: Sequence[Passage]
) -> list[int | None]:
    """Find for each sample the passage that it should be answered from.

    That is the passage which holds an accepted answer and stands in one of the sample's sources
    (in any document if none is named), the best ranked one if there are several: distant
    supervision, as in Karpukhin et al. 2020.

    Returns:
        The position of the passage; None for an unanswerable sample or where none is found.
    """
    by_document: dict[str, list[int]] = {}
    for index, passage in enumerate(passages):
        by_document.setdefault(passage.document_id, []).append(index)
    return [
        next(_answering(sample, retrieval, passages=passages, by_document=by_document), None)
        for sample, retrieval in zip(samples, retrievals, strict=True)
    ]


def _answering(
    sample: Sample,
    retrieval: Retrieval,
    *,
    passages: Sequence[Passage],
    by_document: dict[str, list[int]],
) -> Iterator[int]:
    """Yield the passages that hold an answer, those that were retrieved first."""
    sources = set(sample.sources)
    ranked = [i for i in retrieval.indices if not sources or passages[i].document_id in sources]
    others = [i for source in sample.sources for i in by_document.get(source, [])]
    for index in dict.fromkeys([*ranked, *others]):
        if not sample.unanswerable and contains_answer(passages[index].text, sample.targets):
            yield index
