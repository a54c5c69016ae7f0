"""Which passages answer a question, where only its document and answer are known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from prototypes.approaches.document_qa.retriever import Retrieval
from prototypes.contracts import Passage, Sample
from prototypes.measure.answers import contains_answer


def find_answering_passages(
    samples: Sequence[Sample], retrievals: Sequence[Retrieval], passages: Sequence[Passage]
) -> list[tuple[int, ...]]:
    """Find for each sample the passages that it can be answered from.

    These are the passages which hold an accepted answer and stand in one of the sample's sources
    (if it names none, any retrieved passage will do): distant supervision, as in Karpukhin et
    al. 2020.

    Returns:
        Their positions, those that were retrieved first; none for an unanswerable sample.
    """
    by_document: dict[str, list[int]] = {}
    for index, passage in enumerate(passages):
        by_document.setdefault(passage.document_id, []).append(index)
    return [
        tuple(_answering(sample, retrieval, passages=passages, by_document=by_document))
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
