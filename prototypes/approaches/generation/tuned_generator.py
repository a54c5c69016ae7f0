"""Writing by a tuned language model: from the input alone, or beside the nearest training pairs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Self

from prototypes.approaches.generation.examples import Example, examples_of, mean_chrf
from prototypes.approaches.generation.prompted import NearestPairsWriterArm, ZeroShotWriterArm
from prototypes.approaches.own_model import (
    MAX_SCORED,
    choose_taught,
    load_model,
    take_model,
    teach_model,
)
from prototypes.approaches.prompted import answer_in_steps, require_local, thin_out
from prototypes.approaches.stages import StageClock
from prototypes.contracts import FitReport, LearningData, Progress, Sample
from prototypes.errors import TooFewSamplesError
from prototypes.models.generator import Generator
from prototypes.models.generator_tuning import mean_loss
from prototypes.models.tuning_pairs import TuningPair

if TYPE_CHECKING:
    from prototypes.workbench import Workbench


class TunedPromptWriterArm(ZeroShotWriterArm):
    """Teaches a language model to write the output of an input, told what the untuned one is."""

    def fit(
        self, data: LearningData, workbench: Workbench, *, seed: int, progress: Progress
    ) -> FitReport:
        """Tune a model of its own on the training pairs, stopping by the validation ones.

        Raises:
            TooFewSamplesError: If there is no training pair that fits the model.
            ModelUnavailableError: If the model cannot be tuned here.
        """
        self._prepare(data, workbench, seed=seed)
        pairs = self._make_pairs(examples_of(choose_taught(data.train)))
        if not pairs:
            raise TooFewSamplesError(
                f"None of the {len(data.train)} training pairs fits the context of the language "
                "model; name a model with a longer one, or shorten the texts."
            )
        shown = thin_out(data.validation)
        self._tuned = teach_model(
            self._generator,
            pairs,
            workbench,
            score=self._scorer(shown[:MAX_SCORED]),
            seed=seed,
            progress=lambda fraction: progress(0.8 * fraction),
        )
        predictions = answer_in_steps(
            shown, self.predict, progress=lambda fraction: progress(0.8 + 0.2 * fraction)
        )
        return FitReport(
            mean_chrf(shown, predictions),
            n_trained_parameters=self._tuned.report.n_trained_parameters,
            notes=(*self._notes(len(shown)), *self._tuned.describe("training pairs")),
        )

    def save(self, folder: Path) -> None:
        """Write what a prompt is made of, what was tuned, and the pairs it was taught."""
        super().save(folder)
        self._tuned.save(folder)

    @classmethod
    def load(cls, folder: Path, workbench: Workbench) -> Self:
        """Read back what was tuned; an adapter is put on the generator of the workbench."""
        arm = super().load(folder, workbench)
        arm._generator = load_model(arm._generator, folder)
        return arm

    def _take_generator(self, workbench: Workbench) -> Generator:
        return take_model(workbench)

    def _make_pairs(self, taught: Sequence[Example]) -> list[TuningPair]:
        """Ask as in a test, for the typical output; an input is never shown beside itself.

        An output longer than the arm may write is not taught: it could only be broken off.
        """
        shown = self._find_examples([each.input for each in taught], StageClock())
        pairs = []
        for each, own in zip(taught, shown, strict=True):
            prompt, _ = self._build(each.input, [one for one in own if one.id != each.id])
            if prompt is not None:
                pairs.append(TuningPair(prompt, each.typical))
        model = require_local(self._generator)
        return [each for each in pairs if len(model.encode_pair(each)[1]) <= self._max_tokens]

    def _scorer(self, shown: Sequence[Sample]) -> Callable[[], float] | None:
        """Score by the loss on the validation outputs; None without any."""
        if not shown:
            return None
        pairs = self._make_pairs(examples_of(shown))
        return lambda: -mean_loss(require_local(self._generator), pairs)


class TunedNearestWriterArm(NearestPairsWriterArm, TunedPromptWriterArm):
    """Teaches a language model to write the output of an input beside its nearest pairs."""
