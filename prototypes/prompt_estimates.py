"""About how many tokens and seconds the arms with a language model will take, before they run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from prototypes.approaches.prompted import (
    MAX_TAUGHT,
    N_FIXED_EXAMPLES,
    N_NEAREST_EXAMPLES,
    N_PASSAGES,
    thin_out,
)
from prototypes.contracts import Approach, ArmSpec, Dataset, Split, Task
from prototypes.models.generation_cache import Tokens
from prototypes.models.generator_source import EndpointSource, GeneratorSupply, LocalSource
from prototypes.runtime import device, precision

CHARACTERS_PER_TOKEN = 4
TEMPLATE_CHARACTERS = 500
ANSWER_TOKENS = {
    Task.CLASSIFICATION: 8,
    Task.EXTRACTION: 24,
    Task.DOCUMENT_QA: 40,
    Task.GENERATION: 40,
}
"""What an answer usually takes; it may take more."""

PASSAGE_CHARACTERS = 1_000
"""About what a passage and its title take."""

SECONDS_PER_REQUEST = 0.5
"""What a server takes per prompt, several being under way at once."""

_OPERATIONS_PER_SECOND = {
    ("cuda", "bfloat16"): 5e13,
    ("cuda", "float32"): 1e13,
    ("cpu", "bfloat16"): 2e11,
    ("cpu", "float32"): 5e10,
}
_OVERHEAD_SECONDS = 0.02
"""Per prompt, whatever the size of the model."""
_N_LESSONS = 800
_FEWEST_EPOCHS, _MOST_EPOCHS = 3, 30
"""About how many training samples a model that is tuned reads, within so many epochs."""
_TRAINING_FACTOR = 3
"""A token that is learnt from is read forwards and backwards."""
_PRIOR_SECONDS = 5.0
"""How much the first guess weighs beside an arm that ended."""


@dataclass(frozen=True, slots=True)
class PromptLoad:
    """How many prompts an arm sends, and the tokens that they and their answers take."""

    n_prompts: int
    tokens: Tokens

    @property
    def n_tokens(self) -> int:
        """Those read and those written together."""
        return self.tokens.total


class PromptForecast:
    """Predicts the load of the arms that prompt, and corrects its seconds by those that ended."""

    def __init__(self, supply: GeneratorSupply, dataset: Dataset, split: Split) -> None:
        self._source = supply.source
        self._task = dataset.task
        self._sizes = _measure_contexts(dataset, split)
        self._n_train = len(split.learning.train)
        self._n_prompts = len(split.test) + len(thin_out(split.learning.validation))
        self._correction = 1.0

    def load(self, spec: ArmSpec) -> PromptLoad:
        """Count prompts and tokens of one arm; neither if it needs no language model."""
        if "generator" not in spec.needs:
            return PromptLoad(0, Tokens())
        n_read = self._sizes[spec.name] // CHARACTERS_PER_TOKEN
        n_written = ANSWER_TOKENS[self._task]
        return PromptLoad(
            self._n_prompts, Tokens(self._n_prompts * n_read, self._n_prompts * n_written)
        )

    def seconds(self, spec: ArmSpec) -> float:
        """Return about how long the arm's prompts will take."""
        return self._correction * self._uncorrected(spec)

    def learn(self, spec: ArmSpec, seconds: float) -> None:
        """Take note of how long the prompts of an arm really took."""
        expected = self._uncorrected(spec)
        self._correction = (seconds + _PRIOR_SECONDS) / (expected + _PRIOR_SECONDS)

    def _uncorrected(self, spec: ArmSpec) -> float:
        load, n_lessons = self.load(spec), self._count_lessons(spec)
        n_each = load.n_tokens // max(1, load.n_prompts)
        return expect_prompt_seconds(
            self._source,
            n_prompts=load.n_prompts + n_lessons,
            n_tokens=load.n_tokens + _TRAINING_FACTOR * n_lessons * n_each,
        )

    def _count_lessons(self, spec: ArmSpec) -> int:
        """Count what is read while an arm is tuned, over all epochs."""
        is_tuned = spec.approach in (Approach.FINE_TUNE, Approach.HYBRID)
        if not is_tuned or not self.load(spec).n_prompts:
            return 0
        is_open = self._task is Task.DOCUMENT_QA
        n_taught = self._n_train if is_open else min(self._n_train, MAX_TAUGHT)
        return max(_FEWEST_EPOCHS * n_taught, min(_N_LESSONS, _MOST_EPOCHS * n_taught))


def count_tokens(specs: Iterable[ArmSpec], forecast: PromptForecast) -> Tokens:
    """Add up the tokens that the arms are expected to take."""
    return sum((forecast.load(spec).tokens for spec in specs), start=Tokens())


def expect_prompt_seconds(
    source: LocalSource | EndpointSource, *, n_prompts: int, n_tokens: int
) -> float:
    """Return about how long prompts take, of which so many tokens are read and written."""
    if isinstance(source, EndpointSource):
        return SECONDS_PER_REQUEST * n_prompts
    return _OVERHEAD_SECONDS * n_prompts + n_tokens * _seconds_per_token(source)


def _seconds_per_token(source: LocalSource) -> float:
    """A token takes about two operations per parameter (Kaplan et al. 2020)."""
    return 2 * source.n_parameters / _OPERATIONS_PER_SECOND[device(), precision()]


def _measure_contexts(dataset: Dataset, split: Split) -> Mapping[str, int]:
    """Return the characters of a prompt, by arm."""
    learning = split.learning
    text = TEMPLATE_CHARACTERS + _mean(sample.input for sample in split.test)
    example = 60 + _mean(sample.input for sample in learning.train)
    labels = sum(
        len(label) + len(learning.label_descriptions.get(label, "")) + 4
        for label in learning.labels
    )
    corpus = sum(len(document.text) + len(document.title) for document in dataset.documents)
    n_fixed = max(N_FIXED_EXAMPLES, len(learning.labels))
    if dataset.task in (Task.CLASSIFICATION, Task.EXTRACTION):
        return {
            "prompting_generator": text + labels,
            "prompting_generator_few_shot": text + labels + n_fixed * example,
            "rag_generator": text + labels + N_NEAREST_EXAMPLES * example,
            "fine_tune_generator": text + labels,
            "hybrid_generator": text + labels + N_NEAREST_EXAMPLES * example,
        }
    if dataset.task is Task.GENERATION:
        shown = example + _mean(output for sample in learning.train for output in sample.targets)
        return {
            "prompting": text,
            "prompting_few_shot": text + N_NEAREST_EXAMPLES * shown,
            "rag_generator": text + N_NEAREST_EXAMPLES * shown,
            "fine_tune_generator": text,
            "hybrid_generator": text + N_NEAREST_EXAMPLES * shown,
        }
    return {
        "prompting": text,
        "prompting_few_shot": text + N_NEAREST_EXAMPLES * example,
        "rag_generator": text + N_PASSAGES * PASSAGE_CHARACTERS,
        "prompting_whole_corpus": text + corpus,
        "rag_token": N_PASSAGES * (text + PASSAGE_CHARACTERS),
        "rag_sequence": N_PASSAGES * (text + PASSAGE_CHARACTERS),
        "fine_tune_generator": text,
        "fine_tune_soft_prompt": text,
        "fine_tune_qlora": text,
        "hybrid_raft": text + N_PASSAGES * PASSAGE_CHARACTERS,
    }


def _mean(texts: Iterable[str]) -> int:
    lengths = [len(text) for text in texts]
    return sum(lengths) // max(1, len(lengths))
