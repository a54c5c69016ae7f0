"""Where the answers to training questions stand, and passages that hold none."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from prototypes.approaches.document_qa.retriever import Retrieval
from prototypes.approaches.document_qa.sentences import content_words
from prototypes.approaches.document_qa.supervision import find_answering_passages
from prototypes.contracts import Passage, Sample
from prototypes.models.span_reader import SpanExample

_AROUND = 100
"""Characters on either side of an answer that tell whether it is the one asked for."""
_DISTRACTORS_FROM = 5


def build_span_examples(
    samples: Sequence[Sample], retrievals: Sequence[Retrieval], passages: Sequence[Passage]
) -> list[SpanExample]:
    """Make an example of each question whose answer stands in a passage, and distractors.

    Every second question also brings the best passage found that does not answer it, so that the
    reader learns to say so (Clark and Gardner 2018); an unanswerable one brings only that.
    """
    answering = find_answering_passages(samples, retrievals, passages)
    return [
        example
        for number, row in enumerate(zip(samples, retrievals, answering, strict=True))
        for example in _examples(*row, passages=passages, wants_distractor=number % 2 == 0)
    ]


def find_answer(text: str, question: str, targets: Sequence[str]) -> tuple[int, int] | None:
    """Find an accepted answer, word for word; the place whose surroundings share most words.

    Returns:
        Its first character and the one behind its last; None if it stands nowhere.
    """
    words = content_words(question)
    places = [
        (match.start(), match.end())
        for target in dict.fromkeys(targets)
        if target.strip()
        for match in re.finditer(rf"(?<!\w){re.escape(target.strip())}(?!\w)", text, re.IGNORECASE)
    ]

    def n_shared(place: tuple[int, int]) -> int:
        around = text[max(0, place[0] - _AROUND) : place[1] + _AROUND]
        return len(words & content_words(around))

    return max(places, key=n_shared, default=None)


def _examples(
    sample: Sample,
    retrieval: Retrieval,
    answering: Sequence[int],
    *,
    passages: Sequence[Passage],
    wants_distractor: bool,
) -> Iterator[SpanExample]:
    text = passages[answering[0]].text if answering else ""
    span = find_answer(text, sample.input, sample.targets)
    if span is not None:
        yield SpanExample(sample.input, text, span)
    if sample.unanswerable or (span is not None and wants_distractor):
        others = (i for i in retrieval.indices[:_DISTRACTORS_FROM] if i not in answering)
        for index in list(others)[:1]:
            yield SpanExample(sample.input, passages[index].text, None)
