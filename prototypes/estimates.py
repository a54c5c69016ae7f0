"""About how long an arm will take, before it is run and better after others were."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from prototypes.contracts import Approach, ArmSpec, Dataset, Sample, Split, Task
from prototypes.prompt_estimates import PromptForecast

CHARACTERS_PER_SECOND = {"bfloat16": 45_000.0, "float32": 20_000.0}
"""What the embedded encoder reads on two processor cores (measured, laboratory.md)."""

CHARACTERS_PER_TEXT = 40
"""What a text costs beyond its characters: special tokens and padding."""

FIXED_SECONDS = 3.0
"""Every arm: imports, timing of single queries, scoring."""


PRIOR_SECONDS = 5.0
"""How much weight the measured speed has beside the arms of this trial."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How often an arm sends each part of the data through the encoder.

    A training epoch reads a text forwards and backwards and updates the parameters: it counts
    as four passes. `least` is what it reads however few the data are, in characters.
    """

    train: float = 0
    documents: float = 0
    test: float = 0
    least: float = 0


_EFFORTS: dict[tuple[Task, str], Effort] = {
    (Task.CLASSIFICATION, Approach.PROMPTING): Effort(test=1),
    (Task.CLASSIFICATION, "prompting_generator"): Effort(),
    (Task.CLASSIFICATION, "prompting_generator_few_shot"): Effort(),
    (Task.CLASSIFICATION, "fine_tune_generator"): Effort(),
    (Task.CLASSIFICATION, "hybrid_generator"): Effort(train=1, test=1),
    (Task.CLASSIFICATION, Approach.RAG): Effort(train=1, test=1),
    (Task.CLASSIFICATION, Approach.FINE_TUNE): Effort(train=1, test=1),
    (Task.CLASSIFICATION, "fine_tune_full"): Effort(train=12, test=1),
    (Task.CLASSIFICATION, "fine_tune_lora"): Effort(train=20, test=1),
    (Task.CLASSIFICATION, "fine_tune_prompt"): Effort(train=30, test=2),
    # It shares its training with fine_tune_full, which runs before it.
    (Task.CLASSIFICATION, Approach.HYBRID): Effort(train=2, test=1),
    (Task.GENERATION, Approach.RAG): Effort(train=0.2, test=1),
    (Task.GENERATION, Approach.FINE_TUNE): Effort(train=16, test=10, least=2_500_000),
    (Task.GENERATION, Approach.HYBRID): Effort(train=18, test=10, least=3_000_000),
    (Task.GENERATION, "fine_tune_generator"): Effort(),
    (Task.GENERATION, "hybrid_generator"): Effort(train=1, test=1),
    # The model is that of fine_tune; it is charged for it, whoever had it tuned.
    (Task.GENERATION, "hybrid_knn_lm"): Effort(train=18, test=25, least=3_000_000),
    (Task.EXTRACTION, "prompting_zero_shot"): Effort(test=8),
    (Task.EXTRACTION, "prompting_few_shot"): Effort(test=1),
    (Task.EXTRACTION, "fine_tune_generator"): Effort(),
    (Task.EXTRACTION, "rag_generator"): Effort(train=1, test=1),
    (Task.EXTRACTION, "hybrid_generator"): Effort(train=1, test=1),
    (Task.EXTRACTION, Approach.RAG): Effort(train=2, test=2),
    (Task.EXTRACTION, Approach.FINE_TUNE): Effort(train=2, test=1),
    (Task.EXTRACTION, "fine_tune_full"): Effort(train=14, test=1),
    (Task.EXTRACTION, Approach.HYBRID): Effort(train=4, test=2),
    (Task.DOCUMENT_QA, Approach.RAG): Effort(documents=3, test=3),
    (Task.DOCUMENT_QA, Approach.FINE_TUNE): Effort(train=45, test=10),
    (Task.DOCUMENT_QA, Approach.HYBRID): Effort(train=40, documents=5, test=3),
    # Each question is read with passages ten times its length.
    (Task.DOCUMENT_QA, "hybrid_span"): Effort(train=190, documents=5, test=33),
    (Task.DOCUMENT_QA, "hybrid_raft"): Effort(train=1, documents=3, test=3),
    (Task.DOCUMENT_QA, "fine_tune_generator"): Effort(),
    (Task.DOCUMENT_QA, "fine_tune_soft_prompt"): Effort(),
    (Task.DOCUMENT_QA, "fine_tune_qlora"): Effort(),
}


SLOW_PASSES = 10.0
"""From this many passes per test sample on an arm is slow to answer: it writes, or reads much."""


def answers_slowly(spec: ArmSpec) -> bool:
    """Tell whether answering dominates the time of an arm, judged before anything is timed."""
    return "generator" in spec.needs or _effort(spec).test >= SLOW_PASSES


@dataclass(frozen=True, slots=True)
class Workload:
    """How many characters there are to read; a text has a fixed share beside its length."""

    train: int
    documents: int
    test: int

    @classmethod
    def of(cls, dataset: Dataset, split: Split) -> Workload:
        """Add up what the arms will have to read."""
        return cls(
            train=_weigh(
                text for sample in split.learning.train for text in _taught(sample, dataset.task)
            ),
            documents=_weigh(document.text for document in dataset.documents),
            test=_weigh(sample.input for sample in split.test),
        )


class Forecast:
    """Predicts the seconds of an arm, and learns from the arms that have finished.

    The model is deliberately simple: characters to read times passes, over a speed. The speed
    begins with a measured one, which counts like an arm of a few seconds, and moves to that of
    the arms that used the encoder. Expect it to be right within a factor of two.

    Attributes:
        prompts: What is known of the arms with a language model; None if there is none.
    """

    def __init__(
        self,
        workload: Workload,
        *,
        precision: Literal["bfloat16", "float32"] = "float32",
        prompts: PromptForecast | None = None,
    ) -> None:
        """Begin with the speed measured for this precision; `prompts` knows the generator's."""
        self.prompts = prompts
        self._workload = workload
        self._seconds = PRIOR_SECONDS
        self._characters_read = PRIOR_SECONDS * CHARACTERS_PER_SECOND[precision]

    def estimate(self, spec: ArmSpec) -> float:
        """Return about how many seconds the arm will take."""
        reading = self._characters(spec) * self._seconds / self._characters_read
        return FIXED_SECONDS + reading + (self.prompts.seconds(spec) if self.prompts else 0.0)

    def learn(self, spec: ArmSpec, seconds: float) -> None:
        """Take note of how long an arm really took to be fitted and to answer."""
        characters = self._characters(spec)
        if "generator" in spec.needs and self.prompts:
            self.prompts.learn(spec, seconds)
        elif characters:
            self._characters_read += characters
            self._seconds += seconds

    def _characters(self, spec: ArmSpec) -> float:
        effort, work = _effort(spec), self._workload
        read = (
            effort.train * work.train + effort.documents * work.documents + effort.test * work.test
        )
        return max(read, effort.least)


def _effort(spec: ArmSpec) -> Effort:
    default = _EFFORTS.get((spec.task, spec.approach), Effort())
    return _EFFORTS.get((spec.task, spec.name), default)


def _taught(sample: Sample, task: Task) -> tuple[str, ...]:
    """Return what training reads of a sample; only outputs that are texts take time."""
    return (sample.input, *sample.targets) if task is Task.GENERATION else (sample.input,)


def _weigh(texts: Iterable[str]) -> int:
    return sum(len(text) + CHARACTERS_PER_TEXT for text in texts)
