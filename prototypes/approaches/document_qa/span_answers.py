"""Answering with the words that a tuned reader marks in the passages found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from prototypes.approaches.document_qa.extractive import cite
from prototypes.approaches.document_qa.retriever import Retrieval
from prototypes.approaches.document_qa.sentences import split_answers
from prototypes.contracts import Passage, Prediction
from prototypes.models.span_reader import FoundSpan, SpanModel

N_READ = 3
COSINE_WEIGHT = 5.0
"""How much the nearness of a passage counts beside the reader's own score."""


@dataclass(frozen=True, slots=True)
class SpanChoice:
    """The best span of all passages read for one question.

    Attributes:
        words: The span itself.
        sentence: The sentence it stands in.
        passage: Its passage's position.
        score: Of the span, with that of its passage.
    """

    words: str
    sentence: str
    passage: int
    score: float


def read_spans(
    model: SpanModel,
    questions: Sequence[str],
    retrievals: Sequence[Retrieval],
    *,
    passages: Sequence[Passage],
) -> list[SpanChoice | None]:
    """Read the first passages found for each question; None where none was found."""
    places = [
        (row, index, cosine)
        for row, found in enumerate(retrievals)
        for index, cosine in list(zip(found.indices, found.cosines, strict=True))[:N_READ]
    ]
    spans = model.read([(questions[row], passages[index].text) for row, index, _ in places])
    best: list[SpanChoice | None] = [None] * len(questions)
    for (row, index, cosine), span in zip(places, spans, strict=True):
        if span.end <= span.start:  # nothing in it could be read
            continue
        choice = _choice(passages[index].text, span, passage=index, cosine=cosine)
        before = best[row]
        if before is None or choice.score > before.score:
            best[row] = choice
    return best


def predict_from(
    choice: SpanChoice | None,
    retrieval: Retrieval,
    passages: Sequence[Passage],
    *,
    whole_sentence: bool,
) -> Prediction:
    """Answer with the span, or with its sentence, and name the passage."""
    retrieved = tuple(passages[index].id for index in retrieval.indices)
    if choice is None:
        return Prediction(None, retrieved=retrieved)
    return Prediction(
        choice.sentence if whole_sentence else choice.words,
        confidence=choice.score,
        citations=(cite(passages[choice.passage]),),
        retrieved=retrieved,
    )


def _choice(text: str, span: FoundSpan, *, passage: int, cosine: float) -> SpanChoice:
    words = " ".join(text[span.start : span.end].split())
    before = " ".join(text[: span.start].split())
    return SpanChoice(
        words=words,
        sentence=_sentence_with(text, words, n_before=len(before)),
        passage=passage,
        score=span.score + COSINE_WEIGHT * cosine,
    )


def _sentence_with(text: str, words: str, *, n_before: int) -> str:
    """Find the sentence that holds the words, that many characters into the text."""
    end = 0
    for sentence in split_answers(text):
        end += len(sentence) + 1
        if end > n_before and words in sentence:
            return sentence
    return words
