"""Find passages, then answer with the words that a tuned reader marks in one of them."""

import json
from collections.abc import Sequence

from service.answers import MODEL, Answer, Passage, read_passages
from service.retriever import Retriever
from service.span_reader import Span, SpanReader
from service.tokens import TokenEncoder

N_READ = 3
COSINE_WEIGHT = 5.0
"""How much the nearness of a passage counts beside the reader's own score."""


class Answerer:
    """Reads the first three passages, and keeps silent where nothing that it marks is sure."""

    def __init__(self) -> None:
        self._settings = json.loads((MODEL / "settings.json").read_text(encoding="utf-8"))
        self._passages = read_passages(MODEL)
        tuned = MODEL / "search_encoder"
        folder = tuned if tuned.is_dir() else MODEL / "encoder"
        self._encoder = TokenEncoder(folder, **self._settings["encoder"])
        self._retriever = Retriever(MODEL, self._encoder)
        precision = self._settings["encoder"]["precision"]
        self._reader = SpanReader(MODEL / "span_reader", precision=precision)

    def predict(self, questions: Sequence[str]) -> list[Answer]:
        """Answer each question with words of one passage."""
        found = self._retriever.search(questions, self._encoder.encode(questions))
        places = [
            (row, passage, cosine)
            for row, passages in enumerate(found)
            for passage, cosine in list(passages.items())[:N_READ]
        ]
        spans = self._reader.read([(questions[n], self._passages[p].text) for n, p, _ in places])
        answers = [Answer(answer=None, confidence=float("-inf")) for _ in questions]
        for (row, place, cosine), span in zip(places, spans, strict=True):
            score = span[2] + COSINE_WEIGHT * cosine
            if span[1] > span[0] and score > answers[row].confidence:
                passage = self._passages[place]
                text = self._word(passage, span)
                answers[row] = Answer(answer=text, confidence=score, sources=[passage])
        return list(map(self._silence, answers))

    def _word(self, passage: Passage, span: Span) -> str:
        """Return the words of the span, or the sentence that holds them."""
        words, end = " ".join(passage.text[span[0] : span[1]].split()), 0
        if not self._settings["whole_sentence"]:
            return words
        n_before = len(" ".join(passage.text[: span[0]].split()))
        for sentence in passage.sentences:
            end += len(sentence) + 1
            if end > n_before and words in sentence:
                return sentence
        return words

    def _silence(self, answer: Answer) -> Answer:
        """Take an answer back that is too unsure."""
        if answer.answer is None:
            return Answer(answer=None, confidence=0.0)
        threshold = self._settings["threshold"]
        if threshold is None or answer.confidence >= threshold:
            return answer
        return Answer(answer=None, confidence=answer.confidence)
