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
from prototypes.approaches.own_model import (
    MAX_SCORED,
    load_model,
    take_model,
    teach_model,
)
from prototypes.approaches.prompted import (
    N_PASSAGES,
    answer_in_steps,
    require_local,
    thin_out,
)
from prototypes.contracts import FitReport, LearningData, Passage, Prediction, Progress, Sample
from prototypes.errors import TooFewSamplesError
from prototypes.models.generator import Generator
from prototypes.models.generator_adapters import Method
from prototypes.models.generator_tuning import TuningReport, mean_loss
from prototypes.models.tuning_pairs import TuningPair

if TYPE_CHECKING:
    from prototypes.workbench import Workbench

WITHOUT_ORACLE = 0.2
"""Share of the training questions that RAFT asks without the passage that answers them."""


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
        pairs = self._make_pairs(data.train, seed=seed)
        if not pairs:
            raise TooFewSamplesError(
                f"None of the {len(data.train)} training questions can be taught; at least one "
                "with an answer is needed. Add answered questions to questions.jsonl."
            )
        shown = thin_out(data.validation)
        self._tuned = teach_model(
            self._generator,
            pairs,
            workbench,
            score=(lambda: self._score(shown[:MAX_SCORED])) if shown else None,
            method=self.method,
            seed=seed,
            progress=lambda fraction: progress(0.9 * fraction),
        )
        predictions = answer_in_steps(
            shown, self.predict, progress=lambda fraction: progress(0.9 + 0.1 * fraction)
        )
        return FitReport(
            mean_correct(shown, predictions),
            n_trained_parameters=self._tuned.report.n_trained_parameters,
            notes=self._tuned.describe("training questions"),
        )

    def update(self, samples: Sequence[Sample], *, seed: int, progress: Progress) -> TuningReport:
        """Go on from what was tuned, with new training questions alone."""
        return self._tuned.go_on(self._make_pairs(samples, seed=seed), progress=progress)

    def save(self, folder: Path) -> None:
        """Write the template, what was tuned, and the pairs as hosted services read them."""
        super().save(folder)
        self._tuned.save(folder)

    @classmethod
    def load(cls, folder: Path, workbench: Workbench) -> Self:
        """Read back what was tuned; an adapter is put on the generator of the workbench."""
        arm = super().load(folder, workbench)
        arm._generator = load_model(arm._generator, folder)
        return arm

    def _take_generator(self, workbench: Workbench) -> Generator:
        """Load a model of its own."""
        return take_model(workbench, method=self.method)

    def _make_pairs(self, samples: Sequence[Sample], *, seed: int) -> list[TuningPair]:
        built = [(self._build(sample.input, ())[0], _answer_to(sample)) for sample in samples]
        return [TuningPair(prompt, answer) for prompt, answer in built if prompt and answer]

    def _score(self, samples: Sequence[Sample]) -> float:
        """Return the share of validation questions answered rightly."""
        predictions: list[Prediction] = self.predict([sample.input for sample in samples])
        return mean_correct(samples, predictions) or 0.0


class PromptTunedClosedBookArm(TunedClosedBookArm):
    """Teaches the training questions to 20 soft tokens before the prompt; the model stays."""

    method = Method.PROMPT


class QuantisedClosedBookArm(TunedClosedBookArm):
    """Teaches the training questions to an adapter over four-bit parameters."""

    method = Method.QLORA


class RaftArm(TunedClosedBookArm, RetrievalPromptArm):
    """Teaches a language model to answer from its passages and to pass over the others.

    RAFT (Zhang et al. 2024, "RAFT: Adapting Language Model to Domain Specific RAG"): a training
    question comes with the passage that answers it and with retrieved ones that do not, one in five
    with the latter only. Answers name their passage; there are no written-out reasons.
    """

    template_name = "qa_passages"

    def _make_pairs(self, samples: Sequence[Sample], *, seed: int) -> list[TuningPair]:
        generator = random.Random(seed)
        looked_up = self._look_up(samples)
        chosen = [choose_passages(*each, generator=generator) for each in looked_up]
        return self._pair_up(samples, looked_up, chosen)

    def _look_up(self, samples: Sequence[Sample]) -> list[tuple[list[Passage], list[Passage]]]:
        """Return for each question what is found, and which passages answer it."""
        passages, questions = self._workbench.passages, [sample.input for sample in samples]
        if not questions:
            return []
        found = self._retriever.search(questions, self._workbench.embed(questions))
        oracles = find_answering_passages(samples, found, passages)
        return [
            ([passages[i] for i in each.indices], [passages[i] for i in oracle])
            for each, oracle in zip(found, oracles, strict=True)
        ]

    def _pair_up(
        self,
        samples: Sequence[Sample],
        looked_up: Sequence[tuple[list[Passage], list[Passage]]],
        chosen: Sequence[Sequence[Passage]],
    ) -> list[TuningPair]:
        built = [
            self._pair(sample, given, oracle={passage.id for passage in oracle})
            for sample, (_, oracle), given in zip(samples, looked_up, chosen, strict=True)
        ]
        return [pair for pair in built if pair is not None]

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

    def _score(self, samples: Sequence[Sample]) -> float:
        """Return the negative loss on validation questions, with what is found for them."""
        looked_up = self._look_up(samples)
        given = [found[:N_PASSAGES] for found, _ in looked_up]
        pairs = self._pair_up(samples, looked_up, given)
        return -mean_loss(require_local(self._generator), pairs)


def choose_passages(
    found: Sequence[Passage], oracle: Sequence[Passage], *, generator: random.Random
) -> list[Passage]:
    """Give the best passages in the order of the search, as in a test.

    Among them is one that answers the question, but one time in five there is none.
    """
    answering = {passage.id for passage in oracle}
    others = [passage for passage in found if passage.id not in answering]
    if generator.random() < WITHOUT_ORACLE:
        return others[:N_PASSAGES]
    given = list(found[:N_PASSAGES])
    if oracle and not answering & {passage.id for passage in given}:
        given[N_PASSAGES - 1 :] = [oracle[0]]
    return given


def _answer_to(sample: Sample) -> str | None:
    """Return what is taught; None where nothing can be."""
    if sample.unanswerable:
        return ABSTENTION
    return sample.targets[0] if sample.targets else None
