"""Closed book: a tuned model answers from its parameters, without access to the documents.

It can only know what the training questions taught it, so it is expected to fail on questions
about anything else; that this is so on the user's own data is what the arm measures.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Self

from prototypes.approaches.document_qa.extractive import add_timings, mean_correct
from prototypes.approaches.stages import StageClock
from prototypes.approaches.taught import teach
from prototypes.contracts import FitReport, LearningData, Prediction, Progress, Sample
from prototypes.errors import TooFewSamplesError
from prototypes.models.seq2seq import Generation, Seq2SeqModel
from prototypes.models.training import Recipe, require_trainable

if TYPE_CHECKING:
    from prototypes.workbench import Workbench

_N_STEPS = 120
_EPOCHS = (3, 60)
_LEARNING_RATE = 7e-4


class ClosedBookArm:
    """A sequence-to-sequence model warm-started from the encoder, taught question → answer.

    Unanswerable training questions are taught as a piece of their own, which is an abstention.
    """

    def fit(
        self, data: LearningData, workbench: Workbench, *, seed: int, progress: Progress
    ) -> FitReport:
        """Teach the training questions; the validation questions are only measured.

        Raises:
            TooFewSamplesError: If no training question has an answer.
            ModelUnavailableError: If the encoder has no parameters to start from.
        """
        pairs = _pairs(data.train)
        recipe = _recipe(len(pairs), seed=seed)
        outputs = [output for _, output in pairs if output is not None]
        self._model = Seq2SeqModel.warm_start(
            require_trainable(workbench.encoder), outputs, seed=seed
        )
        teach(self._model, pairs, workbench, recipe=recipe, progress=progress)
        predictions = self.predict([sample.input for sample in data.validation])
        return FitReport(
            validation_score=mean_correct(data.validation, predictions),
            n_trained_parameters=self._model.n_trained_parameters,
            notes=(f"{recipe.epochs} epochs over {len(pairs)} training questions",),
        )

    def predict(self, inputs: Sequence[str]) -> list[Prediction]:
        """Answer each question from memory, in order; nothing is cited."""
        clock = StageClock()
        with clock.stage("generate"):
            predictions = [_predict(generation) for generation in self._model.generate(inputs)]
        return add_timings(predictions, clock)

    def save(self, folder: Path) -> None:
        """Write the tuned model."""
        self._model.save(folder)

    @classmethod
    def load(cls, folder: Path, workbench: Workbench) -> Self:
        """Read the tuned model back; it needs nothing of the workbench."""
        arm = cls()
        arm._model = Seq2SeqModel.load(folder)
        return arm


def _pairs(samples: Sequence[Sample]) -> list[tuple[str, str | None]]:
    pairs = [
        (sample.input, None if sample.unanswerable else sample.targets[0])
        for sample in samples
        if sample.unanswerable or sample.targets
    ]
    if all(output is None for _, output in pairs):
        raise TooFewSamplesError(
            f"None of the {len(samples)} training questions has an answer; a closed-book model "
            "needs at least one to learn from. Add answered questions to questions.jsonl."
        )
    return pairs


def _recipe(n_pairs: int, *, seed: int) -> Recipe:
    """Train for about 120 steps, enough to learn a few hundred answers by heart."""
    batch_size = 8 if n_pairs < 100 else 16 if n_pairs < 1000 else 32
    fewest, most = _EPOCHS
    epochs = min(max(_N_STEPS // math.ceil(n_pairs / batch_size), fewest), most)
    return Recipe(epochs=epochs, batch_size=batch_size, learning_rate=_LEARNING_RATE, seed=seed)


def _predict(generation: Generation) -> Prediction:
    return Prediction(generation.text or None, confidence=generation.probability)
