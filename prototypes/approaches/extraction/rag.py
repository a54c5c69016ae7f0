"""Retrieval for spans: the nearest words of the training texts decide, and their texts are shown.

Wiseman and Stratos 2019, "Label-Agnostic Sequence Labeling by Copying Nearest Neighbors".
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from prototypes.approaches.classification.rag import MAX_CITATIONS, describe_vote
from prototypes.approaches.extraction.labelling import (
    Found,
    TagReader,
    all_words,
    build_predictions,
    require_tags,
    tag_indices,
    validate_spans,
)
from prototypes.approaches.extraction.word_features import Texts, WordFeatures
from prototypes.approaches.stages import StageClock
from prototypes.contracts import Citation, FitReport, LearningData, Prediction, Progress, Sample
from prototypes.data.spans import split_words
from prototypes.retrieval.neighbours import LabelledIndex, VoteSettings
from prototypes.workbench import Workbench

_FILE = "texts.json"


class WordIndex:
    """The words of training texts in an index: they vote on a tag, and their texts are cited."""

    def __init__(
        self,
        texts: Sequence[tuple[str, str]],
        *,
        tags: tuple[str, ...],
        index: LabelledIndex,
        n_words: Sequence[int],
        settings: VoteSettings,
    ) -> None:
        """Set up the index; `texts` holds the id and the text that the words belong to."""
        self.texts, self.n_words = list(texts), list(n_words)
        self.tags, self.index, self.settings = tags, index, settings
        self._text_of_word = np.repeat(np.arange(len(self.texts)), self.n_words)

    def vote(self, vectors: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Return the share of votes per tag and the neighbours of each word's vector."""
        return self.index.vote(to_unit_length(vectors), self.settings)

    def choose_settings(
        self, vectors: NDArray[np.float32], right: NDArray[np.int64]
    ) -> tuple[VoteSettings, float | None]:
        """Choose how the words vote on words whose tag is known."""
        return self.index.choose_settings(to_unit_length(vectors), right)

    def cite(
        self, words: Texts, found: Sequence[Found], neighbours: NDArray[np.int64]
    ) -> list[tuple[Citation, ...]]:
        """Name for each text the texts of the words nearest to the beginnings of its spans."""
        cited, start = [], 0
        for text, (spans, _) in zip(words, found, strict=True):
            begins = {span.start for span in spans}
            near = [neighbours[start + n] for n, word in enumerate(text) if word.start in begins]
            cited.append(self._name([row for ranks in zip(*near, strict=True) for row in ranks]))
            start += len(text)
        return cited

    def _name(self, rows: Sequence[int]) -> tuple[Citation, ...]:
        nearest = list(dict.fromkeys(int(self._text_of_word[row]) for row in rows))
        named = [self.texts[number] for number in nearest[:MAX_CITATIONS]]
        return tuple(Citation(document_id=id, passage_id=id, title=text) for id, text in named)

    def save(self, folder: Path) -> None:
        """Write texts, tags, settings and vectors."""
        content = {
            "texts": self.texts,
            "n_words": self.n_words,
            "tags": self.tags,
            "k": self.settings.k,
            "temperature": self.settings.temperature,
        }
        (folder / _FILE).write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
        self.index.save(folder)

    @classmethod
    def load(cls, folder: Path) -> WordIndex:
        """Read back what `save` wrote."""
        content = json.loads((folder / _FILE).read_text(encoding="utf-8"))
        return cls(
            [(id, text) for id, text in content["texts"]],
            tags=tuple(content["tags"]),
            index=LabelledIndex.load(folder),
            n_words=content["n_words"],
            settings=VoteSettings(int(content["k"]), float(content["temperature"])),
        )


def index_words(
    samples: Sequence[Sample],
    vectors: NDArray[np.float32],
    *,
    tags: tuple[str, ...],
    settings: VoteSettings,
) -> WordIndex:
    """Index every word of the samples; `vectors` holds one row per word of all samples."""
    targets = tag_indices(samples, tags)
    return WordIndex(
        [(sample.id, sample.input) for sample in samples],
        tags=tags,
        index=LabelledIndex(to_unit_length(vectors), np.concatenate(targets), n_labels=len(tags)),
        n_words=[len(each) for each in targets],
        settings=settings,
    )


def to_unit_length(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Scale rows to length one; a row of zeros stays what it is."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: NDArray[np.float32] = vectors / np.maximum(lengths, 1e-9)
    return unit


class NearestWordsArm:
    """Looks up the nearest labelled words and takes their vote; learns no parameters."""

    def __init__(self) -> None:
        self._index: WordIndex | None = None
        self._features: WordFeatures | None = None
        self._workbench: Workbench | None = None

    def fit(
        self, data: LearningData, workbench: Workbench, *, seed: int, progress: Progress
    ) -> FitReport:
        """Index all words; how they vote is chosen on the validation samples."""
        tags = require_tags(data.train)
        self._workbench, self._features = workbench, WordFeatures(workbench)
        learnt = self._features.embed_ahead(all_words(data.train))
        progress(0.5)
        index = index_words(data.train, learnt, tags=tags, settings=VoteSettings())
        words, score = all_words(data.validation), None
        vectors = self._features.embed(words)
        if data.validation:
            right = np.concatenate(tag_indices(data.validation, tags))
            index.settings, _ = index.choose_settings(vectors, right)
            found = TagReader(tags).read(words, index.vote(vectors)[0])
            score = validate_spans(data.validation, found)
        samples, known = (*data.train, *data.validation), np.concatenate([learnt, vectors])
        self._index = index_words(samples, known, tags=tags, settings=index.settings)
        return FitReport(score, notes=(describe_vote(index.settings),))

    def predict(self, inputs: Sequence[str]) -> list[Prediction]:
        """Find the spans of each text and cite the texts whose words decided."""
        assert self._index is not None and self._features is not None
        clock, words = StageClock(), [split_words(text) for text in inputs]
        with clock.stage("encode"):
            vectors = self._features.embed(words)
        with clock.stage("search"):
            shares, neighbours = self._index.vote(vectors)
        with clock.stage("generate"):
            found = TagReader(self._index.tags).read(words, shares)
            citations = self._index.cite(words, found, neighbours)
        timings = clock.timings_ms(len(inputs))
        return build_predictions(found, timings_ms=timings, citations=citations)

    def save(self, folder: Path) -> None:
        """Write the index."""
        assert self._index is not None and self._workbench is not None
        self._index.save(folder)
        self._workbench.save_encoder(folder)

    @classmethod
    def load(cls, folder: Path, workbench: Workbench) -> Self:
        """Read back what `save` wrote.

        Raises:
            ModelUnavailableError: If the vectors were made by another encoder.
        """
        workbench.require_encoder(folder)
        arm = cls()
        arm._index = WordIndex.load(folder)
        arm._workbench, arm._features = workbench, WordFeatures(workbench)
        return arm
