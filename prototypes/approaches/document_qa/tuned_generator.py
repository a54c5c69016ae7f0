"""A language model tuned on the training questions: closed book, or over retrieved passages."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Self

from prototypes.approaches.document_qa.answer_text import ABSTENTION
from prototypes.approaches.document_qa.extractive import mean_correct
from prototypes.approaches.document_qa.prompted import ClosedBookPromptArm, RetrievalPromptArm
from prototypes.approaches.document_qa.supervision import find_answering_passages
from prototypes.approaches.prompted import (
    N_PASSAGES,
    answer_in_steps,
    require_local,
    thin_out,
)
from prototypes.contracts import FitReport, LearningData, Passage, Prediction, Progress, Sample
from prototypes.errors import ModelUnavailableError, TooFewSamplesError
from prototypes.models.generator import Generator
from prototypes.models.generator_adapters import Method, load_quantised, load_tuned, save_tuned
from prototypes.models.generator_source import LocalSource
from prototypes.models.generator_tuning import (
    TuningPlan,
    TuningReport,
    choose_plan,
    mean_loss,
    tune,
)
from prototypes.models.model_card import describe_tuning
from prototypes.models.tuning_pairs import TuningPair, write_chat_lines

if TYPE_CHECKING:
    from prototypes.workbench import Workbench

WITHOUT_ORACLE = 0.2
"""Share of the training questions that RAFT asks without the passage that answers them."""

MAX_SCORED = 50
"""Validation questions that are answered after each epoch."""

_MODEL_FOLDER = "model"
_PAIRS_FILE = "training.jsonl"


class TunedClosedBookArm(ClosedBookPromptArm):
    """Teaches a language model the training questions by heart; nothing is retrieved.

    A closed book cannot be wrong about what it was not taught in any other way than before, so the
    last of the epochs that are equally right on the validation questions is kept.
    """

    method: ClassVar[Method | None] = None

    def fit(
        self, data: LearningData, workbench: Workbench, *, seed: int, progress: Progress
    ) -> FitReport:
        """Tune a model of its own on the training questions, stopping by the validation ones.

        Raises:
            TooFewSamplesError: If no training question has an answer.
            ModelUnavailableError: If the model cannot be tuned here.
        """
        self._begin(workbench, workbench.templates.by_name[self.template_name])
        self._pairs = self._make_pairs(data.train, seed=seed)
        if not self._pairs:
            raise TooFewSamplesError(
                f"None of the {len(data.train)} training questions can be taught; at least one "
                "with an answer is needed. Add answered questions to questions.jsonl."
            )
        model = require_local(self._generator)
        n_parameters, n_pairs = _count_parameters(workbench), len(self._pairs)
        self._plan = plan = choose_plan(n_parameters, n_pairs, method=self.method, seed=seed)
        shown = thin_out(data.validation)
        report = tune(
            model,
            self._pairs,
            plan=plan,
            score=(lambda: self._score(shown[:MAX_SCORED], seed=seed)) if shown else None,
            progress=lambda fraction: progress(0.9 * fraction),
        )
        self._card = describe_tuning(model.name, plan, report, n_pairs=len(self._pairs))
        predictions = answer_in_steps(
            shown, self.predict, progress=lambda fraction: progress(0.9 + 0.1 * fraction)
        )
        return FitReport(
            mean_correct(shown, predictions),
            n_trained_parameters=report.n_trained_parameters,
            notes=_describe(plan, report, n_pairs=len(self._pairs)),
        )

    def update(self, samples: Sequence[Sample], *, seed: int, progress: Progress) -> TuningReport:
        """Go on from what was tuned, with new training questions alone."""
        self._pairs = self._make_pairs(samples, seed=seed)
        model = require_local(self._generator)
        return tune(model, self._pairs, plan=self._plan, score=None, progress=progress)

    def save(self, folder: Path) -> None:
        """Write the template, what was tuned, and the pairs as hosted services read them."""
        super().save(folder)
        (folder / _MODEL_FOLDER).mkdir()
        save_tuned(require_local(self._generator), folder / _MODEL_FOLDER, card=self._card)
        write_chat_lines(self._pairs, folder / _PAIRS_FILE)

    @classmethod
    def load(cls, folder: Path, workbench: Workbench) -> Self:
        """Read back what was tuned; an adapter is put on the generator of the workbench."""
        arm = super().load(folder, workbench)
        base = require_local(arm._generator)
        arm._generator = load_tuned(base, folder / _MODEL_FOLDER, name=base.name)
        return arm

    def _take_generator(self, workbench: Workbench) -> Generator:
        """Load a model of its own: the other arms would see the shared one change."""
        if workbench.generator_supply is None:
            raise ModelUnavailableError(
                "This arm needs a language model, and there is none; name one with --generator."
            )
        return workbench.generator_supply.load()

    def _make_pairs(self, samples: Sequence[Sample], *, seed: int) -> list[TuningPair]:
        built = [(self._build(sample.input, ())[0], _answer_to(sample)) for sample in samples]
        return [TuningPair(prompt, answer) for prompt, answer in built if prompt and answer]

    def _score(self, samples: Sequence[Sample], *, seed: int) -> float:
        """Return the share of validation questions answered rightly."""
        predictions: list[Prediction] = self.predict([sample.input for sample in samples])
        return mean_correct(samples, predictions) or 0.0


class PromptTunedClosedBookArm(TunedClosedBookArm):
    """Teaches the training questions to 20 soft tokens before the prompt; the model stays."""

    method = Method.PROMPT


class QuantisedClosedBookArm(TunedClosedBookArm):
    """Teaches the training questions to an adapter over four-bit parameters."""

    method = Method.QLORA

    def _take_generator(self, workbench: Workbench) -> Generator:
        supply = workbench.generator_supply
        if supply is None or not isinstance(supply.source, LocalSource):
            return super()._take_generator(workbench)
        return load_quantised(supply.source.folder, name=supply.source.name)


class RaftArm(TunedClosedBookArm, RetrievalPromptArm):
    """Teaches a language model to answer from its passages and to pass over the others.

    RAFT (Zhang et al. 2024, "RAFT: Adapting Language Model to Domain Specific RAG"): a training
    question comes with the passage that answers it and with retrieved ones that do not, one in five
    with the latter only. Answers name their passage; there are no written-out reasons.
    """

    template_name = "qa_passages"

    def _make_pairs(self, samples: Sequence[Sample], *, seed: int) -> list[TuningPair]:
        passages = self._workbench.passages
        questions = [sample.input for sample in samples]
        if not questions:
            return []
        vectors = self._workbench.embed(questions)
        retrievals = self._retriever.search(questions, vectors)
        oracles = find_answering_passages(samples, retrievals, passages)
        generator, pairs = random.Random(seed), []
        for sample, retrieval, oracle in zip(samples, retrievals, oracles, strict=True):
            others = [passages[i] for i in retrieval.indices if i not in oracle]
            given = choose_passages(
                passages[oracle[0]] if oracle else None, others, generator=generator
            )
            pair = self._pair(sample, given, oracle={passages[i].id for i in oracle})
            pairs += [pair] if pair else []
        return pairs

    def _pair(
        self, sample: Sample, given: Sequence[Passage], *, oracle: set[str]
    ) -> TuningPair | None:
        """Ask as in a test; the answer names the passage it stands in, if that is there."""
        prompt, n_given = self._build(sample.input, given)
        answer = _answer_to(sample)
        if prompt is None or answer is None:
            return None
        cited = [n for n, each in enumerate(given[:n_given], start=1) if each.id in oracle]
        mark = f" [{cited[0]}]" if cited and not sample.unanswerable else ""
        return TuningPair(prompt, answer + mark)

    def _score(self, samples: Sequence[Sample], *, seed: int) -> float:
        """Return the negative loss on validation questions: what is read, not remembered."""
        return -mean_loss(require_local(self._generator), self._make_pairs(samples, seed=seed))


def choose_passages(
    oracle: Passage | None, others: Sequence[Passage], *, generator: random.Random
) -> list[Passage]:
    """Mix the passage that answers a question with others, or leave it out one time in five."""
    is_left_out = generator.random() < WITHOUT_ORACLE
    kept = [] if oracle is None or is_left_out else [oracle]
    given = [*kept, *others[: N_PASSAGES - len(kept)]]
    generator.shuffle(given)
    return given


def _answer_to(sample: Sample) -> str | None:
    """Return what is taught; None where nothing can be."""
    if sample.unanswerable:
        return ABSTENTION
    return sample.targets[0] if sample.targets else None


def _count_parameters(workbench: Workbench) -> int:
    supply = workbench.generator_supply
    return getattr(supply.source, "n_parameters", 0) if supply else 0


def _describe(plan: TuningPlan, report: TuningReport, *, n_pairs: int) -> tuple[str, ...]:
    """Say how it was tuned, in whole phrases."""
    kept = f"those of epoch {report.kept_epoch} kept" if report.kept_epoch else "none was better"
    return (
        f"{plan.method} tuning on {n_pairs} training questions, {report.n_epochs} epochs run, "
        f"{kept}",
        f"its pairs are in {_PAIRS_FILE}, as hosted tuning services read them",
    )
