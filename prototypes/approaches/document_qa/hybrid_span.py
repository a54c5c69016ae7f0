"""Hybrid with both parts trained: a tuned retriever, and a reader tuned to mark the answer."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np

from prototypes.approaches.document_qa.abstention import choose_threshold
from prototypes.approaches.document_qa.choosing import choose_setting
from prototypes.approaches.document_qa.extractive import add_timings, mean_correct
from prototypes.approaches.document_qa.hybrid import TunedRetrievalArm
from prototypes.approaches.document_qa.span_answers import SpanChoice, predict_from, read_spans
from prototypes.approaches.document_qa.span_supervision import build_span_examples
from prototypes.approaches.stages import StageClock
from prototypes.contracts import FitReport, LearningData, Prediction, Progress, Sample, Task
from prototypes.errors import TooFewSamplesError
from prototypes.measure.metrics import primary_metric, score_sample
from prototypes.models.retriever_training import count_parameters
from prototypes.models.span_reader import SpanExample, SpanModel, tune_span_reader
from prototypes.models.training import Recipe, require_trainable

if TYPE_CHECKING:
    from prototypes.approaches.document_qa.retriever import Retrieval
    from prototypes.workbench import Workbench

SENTENCE, SPAN, SPAN_SENTENCE = "sentence", "span", "sentence of the span"
_READER_FOLDER = "span_reader"
_CHOICE_FILE = "span_choice.json"
_LEARNING_RATE = 1e-4
_FEWEST_EXAMPLES = 10


class TunedReaderArm(TunedRetrievalArm):
    """The tuned retriever, read by a tuned span reader where that does better.

    Three forms of answer compete on the validation questions: the sentence that the untuned
    reader chooses, the span that the tuned one marks, and the sentence this span stands in. The
    first is kept unless another is clearly better by the primary metric.
    """

    _reader_folder: Path
    _form = SENTENCE
    _threshold: float | None = None

    def fit(
        self, data: LearningData, workbench: Workbench, *, seed: int, progress: Progress
    ) -> FitReport:
        """Tune the retriever, then the reader, then choose the form of the answer.

        Raises:
            TooFewSamplesError: If too few training questions have their answer in a passage.
            ModelUnavailableError: If the encoder has no parameters to tune.
        """
        report = super().fit(data, workbench, seed=seed, progress=lambda done: progress(0.4 * done))
        self._install_reader(
            self._tune_reader(
                data.train, seed=seed, progress=lambda done: progress(0.4 + 0.6 * done)
            )
        )
        answers = self.answer_in_every_form([sample.input for sample in data.validation])
        self._form = _choose_form(data.validation, answers)
        self._choose_threshold(data.validation, answers[self._form])
        predictions = self.predict([sample.input for sample in data.validation])
        return replace(
            report,
            validation_score=mean_correct(data.validation, predictions),
            n_trained_parameters=report.n_trained_parameters
            + count_parameters(self._reader_folder),
            notes=(*report.notes, self._describe(data.validation, answers)),
        )

    def predict(self, inputs: Sequence[str]) -> list[Prediction]:
        """Answer each question in the chosen form, in order."""
        if self._form == SENTENCE:
            return super().predict(inputs)
        clock = StageClock()
        found = self._search(inputs, clock)
        with clock.stage("generate"):
            choices = self._read(inputs, found)
            predictions = self._word(choices, found, form=self._form)
        return add_timings([self._silence(each) for each in predictions], clock)

    def answer_in_every_form(self, inputs: Sequence[str]) -> dict[str, list[Prediction]]:
        """Answer each question in each of the three forms; only the first ever abstains."""
        found = self._search(inputs, StageClock())
        choices = self._read(inputs, found)
        return {
            SENTENCE: super().predict(inputs),
            SPAN: self._word(choices, found, form=SPAN),
            SPAN_SENTENCE: self._word(choices, found, form=SPAN_SENTENCE),
        }

    def save(self, folder: Path) -> None:
        """Write what the tuned retriever needs, the reader and the choice made."""
        super().save(folder)
        shutil.copytree(self._reader_folder, folder / _READER_FOLDER)
        choice = {"form": self._form, "threshold": self._threshold}
        (folder / _CHOICE_FILE).write_text(json.dumps(choice), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path, workbench: Workbench) -> Self:
        """Read back what `save` wrote; index the passages anew."""
        arm = super().load(folder, workbench)
        arm._install_reader(folder / _READER_FOLDER)
        choice = json.loads((folder / _CHOICE_FILE).read_text(encoding="utf-8"))
        arm._form, arm._threshold = choice["form"], choice["threshold"]
        return arm

    def _install_reader(self, folder: Path) -> None:
        self._reader_folder, self._model = folder, SpanModel(folder)

    def _tune_reader(self, samples: Sequence[Sample], *, seed: int, progress: Progress) -> Path:
        workbench = self._workbench
        found = self._search([sample.input for sample in samples], StageClock())
        examples = build_span_examples(samples, found, self._system.passages)
        _require_enough(examples, n_samples=len(samples))
        recipe = _choose_recipe(len(examples), seed=seed)

        def build(folder: Path) -> None:
            source = require_trainable(workbench.encoder)
            tune_span_reader(source, examples, target=folder, recipe=recipe, progress=progress)

        name = workbench.fingerprint("span-reader", repr(recipe), *map(repr, examples))
        return workbench.part(name, build)

    def _search(self, questions: Sequence[str], clock: StageClock) -> list[Retrieval]:
        if not questions:
            return []
        with clock.stage("encode"):
            keys = (self._system.embed_for_search or self._system.embed)(questions)
        with clock.stage("search"):
            return self._system.retriever.search(questions, keys)

    def _read(
        self, questions: Sequence[str], found: Sequence[Retrieval]
    ) -> list[SpanChoice | None]:
        return read_spans(self._model, questions, found, passages=self._system.passages)

    def _word(
        self, choices: Sequence[SpanChoice | None], found: Sequence[Retrieval], *, form: str
    ) -> list[Prediction]:
        is_whole = form == SPAN_SENTENCE
        return [
            predict_from(choice, each, self._system.passages, whole_sentence=is_whole)
            for choice, each in zip(choices, found, strict=True)
        ]

    def _choose_threshold(self, samples: Sequence[Sample], answers: Sequence[Prediction]) -> None:
        self._threshold = None
        if self._form != SENTENCE:
            rights = [score == 1.0 for score in _scores(samples, answers, primary_metric(_TASK))]
            confidences = [answer.confidence for answer in answers]
            self._threshold = choose_threshold(samples, confidences, rights)

    def _silence(self, prediction: Prediction) -> Prediction:
        """Take an answer back that is too unsure."""
        if self._threshold is None or prediction.confidence >= self._threshold:
            return prediction
        return replace(prediction, output=None, citations=())

    def _describe(
        self, samples: Sequence[Sample], answers: Mapping[str, Sequence[Prediction]]
    ) -> str:
        if not samples:
            return f"answers with the {self._form}; no validation questions to choose on"

        def mean(form: str, metric: str) -> str:
            return f"{np.mean(_scores(samples, answers[form], metric)):.3f}"

        metric = primary_metric(_TASK)
        forms = "; ".join(
            f"{form}: {metric} {mean(form, metric)}, token F1 {mean(form, 'token_f1')}"
            for form in answers
        )
        return f"answers with the {self._form} (on validation questions {forms})"


_TASK = Task.DOCUMENT_QA


def _choose_form(samples: Sequence[Sample], answers: Mapping[str, Sequence[Prediction]]) -> str:
    """Keep the untuned reader's sentence unless another form is clearly better."""
    metric = primary_metric(_TASK)
    values = {form: np.array(_scores(samples, answers[form], metric)) for form in answers}
    return choose_setting(values, default=SENTENCE)


def _scores(samples: Sequence[Sample], answers: Sequence[Prediction], metric: str) -> list[float]:
    pairs = zip(samples, answers, strict=True)
    return [score_sample(_TASK, sample, answer)[metric] for sample, answer in pairs]


def _choose_recipe(n_examples: int, *, seed: int) -> Recipe:
    """Look at few examples more often."""
    epochs = 2 if n_examples >= 1000 else 4
    return Recipe(epochs, 16, _LEARNING_RATE, seed)


def _require_enough(examples: Sequence[SpanExample], *, n_samples: int) -> None:
    n_located = sum(example.span is not None for example in examples)
    if n_located < _FEWEST_EXAMPLES:
        raise TooFewSamplesError(
            f"The answers of {n_located} of {n_samples} training questions stand word for word in "
            f"a passage, and tuning a reader needs at least {_FEWEST_EXAMPLES}. Add questions, or "
            "check that the answers are quoted from the documents."
        )
