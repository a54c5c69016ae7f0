"""Runs of words whose meaning is near the description of a label."""

import json
from collections.abc import Sequence
from pathlib import Path

from safetensors.numpy import load_file

from service.encoder import Encoder
from service.spans import MODEL, Found, Span, split_words

MAX_WORDS = 4
Candidate = tuple[float, Span]


class Extractor:
    """Takes the nearest run, then the next that does not overlap, down to a threshold."""

    def __init__(self, folder: Path = MODEL) -> None:
        settings = json.loads((folder / "settings.json").read_text(encoding="utf-8"))
        self._labels, self._threshold = settings["labels"], settings["threshold"]
        self._encoder = Encoder(folder / "encoder", **settings["encoder"])
        self._vectors = load_file(folder / "labels.safetensors")["vectors"]

    def predict(self, texts: Sequence[str]) -> list[Found]:
        """Find the spans of each text; the confidence is the smallest cosine among them."""
        runs = list(map(list_runs, texts))
        rows = {run.text.casefold(): 0 for each in runs for run in each}
        if not rows:
            return [Found(spans=[], confidence=0.0) for _ in texts]
        cosines = self._encoder.encode(list(rows)) @ self._vectors.T
        nearest, rows = cosines.argmax(axis=1), {text: row for row, text in enumerate(rows)}
        for run in (run for each in runs for run in each):
            run.label = self._labels[nearest[rows[run.text.casefold()]]]
        best = cosines.max(axis=1)
        weighed = [[(float(best[rows[run.text.casefold()]]), run) for run in each] for each in runs]
        return list(map(self._choose, weighed))

    def _choose(self, candidates: list[Candidate]) -> Found:
        taken: list[Candidate] = []
        order = sorted(candidates, key=lambda each: (-each[0], each[1].start, each[1].end))
        for cosine, run in order:
            if cosine < self._threshold:
                break
            if all(run.end <= other.start or other.end <= run.start for _, other in taken):
                taken.append((cosine, run))
        confidence = min((cosine for cosine, _ in taken), default=0.0)
        return Found(spans=sorted((run for _, run in taken), key=begin), confidence=confidence)


def begin(span: Span) -> int:
    """Return where a span begins."""
    return span.start


def list_runs(text: str) -> list[Span]:
    """List the runs of one to four words; none begins or ends with a sign."""
    words = split_words(text)
    return [
        Span(start=first.start(), end=last.end(), label="", text=text[first.start() : last.end()])
        for at, first in enumerate(words)
        for last in words[at : at + MAX_WORDS]
        if first.group().isalnum() and last.group().isalnum()
    ]
