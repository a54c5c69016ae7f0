"""Write what was written for the most similar training input: the floor, and bare retrieval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Self

from prototypes.approaches.generation.examples import (
    Example,
    examples_of,
    load_examples,
    mean_chrf,
    save_examples,
)
from prototypes.approaches.stages import StageClock
from prototypes.contracts import FitReport, LearningData, Prediction, Progress
from prototypes.retrieval.dense import DenseIndex
from prototypes.retrieval.fusion import Hit
from prototypes.retrieval.lexical import LexicalIndex

if TYPE_CHECKING:
    from prototypes.workbench import Workbench

NOTHING_ALIKE = "no training input shares a word with the input"
_N_FOUND = 5


class LexicalCopyArm:
    """Copies an output of the training input that shares most with the input by BM25.

    Of several outputs of that input it takes the most typical one. Where no training input
    shares a word with the input, nothing is written.
    """

    def fit(
        self, data: LearningData, workbench: Workbench, *, seed: int, progress: Progress
    ) -> FitReport:
        """Index the training inputs; once they were measured, the validation inputs, too."""
        self._set_up(examples_of(data.train), workbench)
        progress(0.5)
        found = self.predict([sample.input for sample in data.validation])
        score = mean_chrf(data.validation, found)
        self._set_up(examples_of((*data.train, *data.validation)), workbench)
        progress(1.0)
        return FitReport(score, notes=(f"{len(self._examples)} inputs to copy from",))

    def predict(self, inputs: Sequence[str]) -> list[Prediction]:
        """Copy an output for each input, and cite whose it is."""
        clock = StageClock()
        hits = self._search(inputs, clock)
        timings = clock.timings_ms(len(inputs))
        return [self._copy(own, timings_ms=timings) for own in hits]

    def save(self, folder: Path) -> None:
        """Write the examples."""
        save_examples(self._examples, folder)

    @classmethod
    def load(cls, folder: Path, workbench: Workbench) -> Self:
        """Read back what `save` wrote and index it again."""
        arm = cls()
        arm._set_up(load_examples(folder), workbench)
        return arm

    def _set_up(self, examples: list[Example], workbench: Workbench) -> None:
        self._examples, self._workbench = examples, workbench
        self._index_inputs([example.input for example in examples])

    def _index_inputs(self, inputs: Sequence[str]) -> None:
        self._lexical = LexicalIndex(inputs)

    def _search(self, inputs: Sequence[str], clock: StageClock) -> list[list[Hit]]:
        with clock.stage("search"):
            return self._lexical.search(inputs, _N_FOUND)

    def _copy(self, hits: Sequence[Hit], *, timings_ms: Mapping[str, float]) -> Prediction:
        if not hits:
            return Prediction(None, timings_ms=timings_ms, fault=NOTHING_ALIKE)
        nearest = self._examples[hits[0].index]
        return Prediction(
            nearest.typical,
            confidence=hits[0].score,
            citations=(nearest.cite(),),
            retrieved=tuple(self._examples[hit.index].id for hit in hits),
            timings_ms=timings_ms,
        )


class DenseCopyArm(LexicalCopyArm):
    """Copies an output of the training input whose embedding is nearest."""

    def save(self, folder: Path) -> None:
        """Write the examples, and which encoder finds them."""
        super().save(folder)
        self._workbench.save_encoder(folder)

    @classmethod
    def load(cls, folder: Path, workbench: Workbench) -> Self:
        """Read back what `save` wrote and index it again.

        Raises:
            ModelUnavailableError: If the encoder is another one.
        """
        workbench.require_encoder(folder)
        return super().load(folder, workbench)

    def _index_inputs(self, inputs: Sequence[str]) -> None:
        self._dense = DenseIndex(self._workbench.embed(inputs))

    def _search(self, inputs: Sequence[str], clock: StageClock) -> list[list[Hit]]:
        with clock.stage("encode"):
            vectors = self._workbench.embed(inputs)
        with clock.stage("search"):
            return self._dense.search(vectors, _N_FOUND)
