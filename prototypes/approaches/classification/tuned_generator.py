"""Classification by a tuned language model: every label is scored, and the likeliest one taken."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Self

from prototypes.approaches.classification.labelling import require_labels
from prototypes.approaches.classification.prompted import (
    Example,
    NearestExamplesPromptArm,
    ZeroShotPromptArm,
)
from prototypes.approaches.own_model import (
    MAX_SCORED,
    choose_taught,
    load_model,
    take_model,
    teach_model,
)
from prototypes.approaches.prompted import TOO_LONG, answer_in_steps, require_local, thin_out
from prototypes.approaches.stages import StageClock
from prototypes.contracts import Citation, FitReport, LearningData, Prediction, Progress, Sample
from prototypes.errors import TooFewSamplesError
from prototypes.models.generator import Generator, Prompt
from prototypes.models.generator_tuning import Score, mean_loss
from prototypes.models.output_choice import choose_output
from prototypes.models.tuning_pairs import TuningPair

if TYPE_CHECKING:
    from prototypes.workbench import Workbench


class TunedPromptArm(ZeroShotPromptArm):
    """Teaches a language model to answer as the labelled texts do."""

    def fit(
        self, data: LearningData, workbench: Workbench, *, seed: int, progress: Progress
    ) -> FitReport:
        """Tune a model of its own on the training texts, stopping by the validation ones.

        Raises:
            TooFewSamplesError: If there is nothing to learn, or no text fits the model.
            ModelUnavailableError: If the model cannot be tuned here.
        """
        self._set_up(data, workbench, seed=seed)
        pairs = self._make_pairs(data.train)
        shown = thin_out(data.validation)
        self._tuned = teach_model(
            self._generator,
            pairs,
            workbench,
            score=self._scorer(shown[:MAX_SCORED]),
            seed=seed,
            progress=lambda fraction: progress(0.9 * fraction),
        )
        predictions = answer_in_steps(
            shown, self.predict, progress=lambda fraction: progress(0.9 + 0.1 * fraction)
        )
        return FitReport(
            self._rate(shown, predictions),
            n_trained_parameters=self._tuned.report.n_trained_parameters,
            notes=(*self._notes(len(shown)), *self._tuned.describe("training texts")),
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

    def _make_pairs(self, samples: Sequence[Sample]) -> list[TuningPair]:
        pairs = self._pair_up(choose_taught(samples))
        if not pairs:
            raise TooFewSamplesError(
                f"None of the {len(samples)} training texts fits the context of the language model "
                "together with the list of labels; name a model with a longer one."
            )
        return pairs

    def _pair_up(self, samples: Sequence[Sample]) -> list[TuningPair]:
        """Ask as in a test: what is shown beside a text is never the text itself."""
        if not samples:
            return []
        shown = self._find_examples([sample.input for sample in samples], StageClock())
        others = [
            [each for each in own if each.id != sample.id]
            for sample, own in zip(samples, shown, strict=True)
        ]
        built = [
            (self._build(sample.input, own)[0], self._take(sample).label)
            for sample, own in zip(samples, others, strict=True)
        ]
        return [TuningPair(prompt, label) for prompt, label in built if prompt is not None]

    def _scorer(self, shown: Sequence[Sample]) -> Score | None:
        """Score by the loss on the answers to validation texts; None without any."""
        pairs = self._pair_up(shown)
        if not pairs:
            return None
        return lambda: -mean_loss(require_local(self._generator), pairs)


class TunedLabelArm(TunedPromptArm):
    """Teaches a language model to write the label of a text.

    It can say nothing but a label of the list: the one it is likeliest to write, found exactly. How
    sure it is, is the probability of writing that label.
    """

    def predict(self, inputs: Sequence[str]) -> list[Prediction]:
        """Label each text, in order; one that the model cannot read gets no label."""
        clock = StageClock(self._workbench.clock)
        shown = self._find_examples(inputs, clock)
        with clock.stage("generate"):
            built = [self._build(text, own) for text, own in zip(inputs, shown, strict=True)]
            answers = self._encode_labels()
            predictions = [
                self._choose(prompt, own[:n], answers)
                for (prompt, n), own in zip(built, shown, strict=True)
            ]
        timings = clock.timings_ms(len(inputs))
        return [replace(each, timings_ms=timings) for each in predictions]

    def _learn_labels(self, data: LearningData) -> tuple[str, ...]:
        known = require_labels(data.train)
        return data.labels or known

    def _encode_labels(self) -> list[list[int]]:
        """Return the token ids of each label, as it would be written."""
        model = require_local(self._generator)
        return [model.encode_pair(TuningPair("", label))[1] for label in self._labels]

    def _choose(
        self, prompt: Prompt | None, shown: Sequence[Example], answers: Sequence[Sequence[int]]
    ) -> Prediction:
        retrieved = tuple(each.id for each in shown)
        if prompt is None:
            return Prediction(None, fault=TOO_LONG, retrieved=retrieved)
        model = require_local(self._generator)
        chosen, log_likelihood = choose_output(model, prompt, answers)
        label = self._labels[chosen]
        agreeing = [each for each in shown if each.label == label]
        return Prediction(
            label,
            confidence=math.exp(log_likelihood),
            citations=tuple(Citation(each.id, each.id, each.text) for each in agreeing),
            retrieved=retrieved,
            n_input_tokens=model.count_tokens(prompt),
            n_output_tokens=len(answers[chosen]),
        )


class TunedNearestLabelArm(NearestExamplesPromptArm, TunedLabelArm):
    """Teaches a language model to label a text beside its nearest labelled samples."""
