"""A sequence-to-sequence model warm-started from the encoder, taught every training pair."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Self

from prototypes.approaches.generation.examples import mean_chrf
from prototypes.approaches.generation.tuned_writer import tune_writer
from prototypes.approaches.stages import StageClock
from prototypes.contracts import FitReport, LearningData, Prediction, Progress, Sample
from prototypes.errors import TooFewSamplesError
from prototypes.models.piece_lengths import MeasuredLengths, measure_lengths
from prototypes.models.seq2seq import Generation, Seq2SeqModel
from prototypes.models.surface import SurfaceForms
from prototypes.models.training import Recipe, require_trainable

if TYPE_CHECKING:
    from prototypes.workbench import Workbench

_N_STEPS = 450
_EPOCHS = (2, 60)
_LEARNING_RATE = 5e-4
_BATCH_SIZE = 32
_LONG = 128
"""Pieces; of longer texts half as many go into a batch."""


class TunedWriterArm:
    """Reads the input and writes the output piece by piece (Rothe et al. 2020)."""

    def fit(
        self, data: LearningData, workbench: Workbench, *, seed: int, progress: Progress
    ) -> FitReport:
        """Teach every output of every training input; validation inputs are only measured.

        Raises:
            TooFewSamplesError: If there is no training pair.
            ModelUnavailableError: If the encoder has no parameters to start from.
        """
        if not data.train:
            raise TooFewSamplesError("There is no training pair; give at least one.")
        folder = require_trainable(workbench.encoder)
        inputs = self._prepare(data.train, workbench)
        pairs = [
            (text, output)
            for text, sample in zip(inputs, data.train, strict=True)
            for output in sample.targets
        ]
        outputs = [output for _, output in pairs]
        measured = measure_lengths(folder, inputs, outputs)
        self._surface = SurfaceForms.learn(outputs)
        recipe = _recipe(len(pairs), measured, seed=seed)
        tuned = tune_writer(
            pairs, workbench, recipe=recipe, lengths=measured.lengths, progress=progress
        )
        self._model = tuned.model
        written = self.predict([sample.input for sample in data.validation])
        return FitReport(
            validation_score=mean_chrf(data.validation, written),
            n_trained_parameters=tuned.n_parameters,
            notes=_notes(recipe, len(pairs), measured),
        )

    def predict(self, inputs: Sequence[str]) -> list[Prediction]:
        """Write an output for each input, always taking the likeliest piece."""
        clock = StageClock()
        read, cited = self._read(inputs, clock)
        with clock.stage("generate"):
            written = self._write(read)
            outputs = list(map(self._restore, written, inputs))
        timings = clock.timings_ms(len(inputs))
        return [
            Prediction(output, generation.probability, timings_ms=timings, retrieved=own)
            for output, generation, own in zip(outputs, written, cited, strict=True)
        ]

    @property
    def model(self) -> Seq2SeqModel:
        """The tuned model."""
        return self._model

    def save(self, folder: Path) -> None:
        """Write the tuned model and how words are written."""
        self._model.save(folder)
        self._surface.save(folder)

    @classmethod
    def load(cls, folder: Path, workbench: Workbench) -> Self:
        """Read back what `save` wrote; the workbench is only needed by what retrieves."""
        arm = cls()
        arm._model, arm._surface = Seq2SeqModel.load(folder), SurfaceForms.load(folder)
        return arm

    def _prepare(self, samples: Sequence[Sample], workbench: Workbench) -> list[str]:
        """Return what the model reads for each training sample."""
        return [sample.input for sample in samples]

    def _read(
        self, inputs: Sequence[str], clock: StageClock
    ) -> tuple[Sequence[str], Sequence[tuple[str, ...]]]:
        """Return what the model reads for each input, and the ids of what was looked up for it."""
        return inputs, [()] * len(inputs)

    def _write(self, read: Sequence[str]) -> list[Generation]:
        """Let the model write, all by itself."""
        return self._model.generate(read)

    def _restore(self, generation: Generation, source: str) -> str | None:
        """Give a text its capitals, unless it is a training output, which has them."""
        text = generation.text
        if not text or text != text.lower():
            return text or None
        return self._surface.write(text, source)


def _recipe(n_pairs: int, measured: MeasuredLengths, *, seed: int) -> Recipe:
    """Train for about 450 steps of 32 outputs; few pairs are seen up to 60 times."""
    is_long = measured.lengths.output > _LONG or measured.n_inputs_cut
    fewer = 4 if n_pairs < 100 else 2 if n_pairs < 1_000 or is_long else 1
    batch_size = _BATCH_SIZE // fewer
    fewest, most = _EPOCHS
    epochs = min(max(round(_N_STEPS / math.ceil(n_pairs / batch_size)), fewest), most)
    return Recipe(epochs=epochs, batch_size=batch_size, learning_rate=_LEARNING_RATE, seed=seed)


def _notes(recipe: Recipe, n_pairs: int, measured: MeasuredLengths) -> tuple[str, ...]:
    notes = [f"{recipe.epochs} epochs over {n_pairs} training pairs"]
    if measured.n_inputs_cut:
        notes.append(f"{measured.n_inputs_cut} training inputs were cut: they are too long")
    if measured.n_outputs_cut:
        notes.append(f"{measured.n_outputs_cut} training outputs were cut: they are too long")
    return tuple(notes)
