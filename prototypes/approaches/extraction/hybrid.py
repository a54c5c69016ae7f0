"""Both at once: a tuned tagger's head, interpolated with the vote of the nearest words."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Self

import numpy as np

from prototypes.approaches.classification.hybrid import DEFAULT_VOTE_WEIGHT, VOTE_WEIGHTS, mix
from prototypes.approaches.classification.rag import describe_vote
from prototypes.approaches.extraction.labelling import (
    TagReader,
    all_words,
    build_predictions,
    tag_indices,
    validate_spans,
)
from prototypes.approaches.extraction.rag import WordIndex, index_words
from prototypes.approaches.extraction.tuned_tagger import TunedTagger, tune_tagger
from prototypes.approaches.stages import StageClock
from prototypes.contracts import FitReport, LearningData, Prediction, Progress
from prototypes.data.spans import split_words
from prototypes.retrieval.neighbours import VoteSettings
from prototypes.workbench import Workbench

_FILE = "interpolation.json"


class InterpolatedTaggingArm:
    """Mixes what the tuned head says of a word with what the words nearest to it were."""

    def __init__(self) -> None:
        self._workbench: Workbench | None = None
        self._tagger: TunedTagger | None = None
        self._index: WordIndex | None = None
        self._vote_weight = DEFAULT_VOTE_WEIGHT

    def fit(
        self, data: LearningData, workbench: Workbench, *, seed: int, progress: Progress
    ) -> FitReport:
        """Tune the encoder, index the words, choose how much their vote counts."""
        self._workbench = workbench  # keeps the cache that the tuned files lie in
        part = tune_tagger(data, workbench, seed=seed, progress=progress)
        settings, self._vote_weight, score = _choose(data, TunedTagger.load(part.rehearsal))
        self._tagger = TunedTagger.load(part.final)
        samples = (*data.train, *data.validation)
        vectors, tags = self._tagger.embed(all_words(samples)), self._tagger.head.labels
        self._index = index_words(samples, vectors, tags=tags, settings=settings)
        notes = (part.note, describe_vote(settings), f"vote weight {self._vote_weight:g}")
        return FitReport(score, self._tagger.n_parameters, notes)

    def predict(self, inputs: Sequence[str]) -> list[Prediction]:
        """Find the spans of each text and cite the texts whose words voted."""
        assert self._tagger is not None and self._index is not None
        clock, words = StageClock(), [split_words(text) for text in inputs]
        with clock.stage("encode"):
            vectors = self._tagger.embed(words)
        with clock.stage("search"):
            votes, neighbours = self._index.vote(vectors)
        with clock.stage("generate"):
            shares = mix(self._tagger.head.probabilities(vectors), votes, self._vote_weight)
            found = TagReader(self._index.tags).read(words, shares)
            citations = self._index.cite(words, found, neighbours)
        timings = clock.timings_ms(len(inputs))
        return build_predictions(found, timings_ms=timings, citations=citations)

    def save(self, folder: Path) -> None:
        """Write the tuned encoder, its head, the index and the vote's weight."""
        assert self._tagger is not None and self._index is not None
        self._tagger.save(folder)
        self._index.save(folder)
        content = {"vote_weight": self._vote_weight}
        (folder / _FILE).write_text(json.dumps(content), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path, workbench: Workbench) -> Self:
        """Read back what `save` wrote; nothing of the workbench is needed."""
        arm = cls()
        arm._tagger, arm._index = TunedTagger.load(folder), WordIndex.load(folder)
        content = json.loads((folder / _FILE).read_text(encoding="utf-8"))
        arm._vote_weight = float(content["vote_weight"])
        return arm


def _choose(data: LearningData, rehearsal: TunedTagger) -> tuple[VoteSettings, float, float | None]:
    """Choose how words vote by their tags, and the weight of the vote by span F1.

    Of weights that tie it is the smallest, and 0 is among them: the arm is never worse on the
    validation samples than the tuned tagger alone.
    """
    if not data.validation:
        return VoteSettings(), DEFAULT_VOTE_WEIGHT, None
    tags, words = rehearsal.head.labels, all_words(data.validation)
    learnt = rehearsal.embed(all_words(data.train))
    index = index_words(data.train, learnt, tags=tags, settings=VoteSettings())
    vectors, right = rehearsal.embed(words), np.concatenate(tag_indices(data.validation, tags))
    index.settings, _ = index.choose_settings(vectors, right)
    votes, _ = index.vote(vectors)
    probabilities, reader = rehearsal.head.probabilities(vectors), TagReader(tags)
    scores = {
        weight: validate_spans(
            data.validation, reader.read(words, mix(probabilities, votes, weight))
        )
        for weight in VOTE_WEIGHTS
    }
    best = max(VOTE_WEIGHTS, key=lambda weight: scores[weight] or 0.0)
    return index.settings, best, scores[best]
