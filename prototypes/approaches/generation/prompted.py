"""Writing by a language model: no examples, the same few, or those nearest to the input."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random
from statistics import median
from typing import TYPE_CHECKING, ClassVar, Self

from prototypes.approaches.generation.examples import (
    Example,
    examples_of,
    load_examples,
    mean_chrf,
    save_examples,
)
from prototypes.approaches.prompted import (
    N_NEAREST_EXAMPLES,
    TOO_LONG,
    answer_in_steps,
    ask,
    build_fitting,
    thin_out,
)
from prototypes.approaches.stages import StageClock
from prototypes.contracts import FitReport, LearningData, Prediction, Progress
from prototypes.models.generator import Generation, Generator, Prompt
from prototypes.retrieval.dense import DenseIndex
from prototypes.templates import PromptTemplate, quote

if TYPE_CHECKING:
    from prototypes.workbench import Workbench

EMPTY = "the answer was empty"
_FILE = "prompt.json"
_FEWEST_TOKENS, _MOST_TOKENS = 32, 768
_CHARACTERS_PER_TOKEN = 3
"""Rather too few than too many: what is reserved for an output must hold the longest one."""


class ZeroShotWriterArm:
    """Gives a language model the input and the usual length of an output; no example is shown."""

    template_name: ClassVar[str] = "generation_zero_shot"

    def fit(
        self, data: LearningData, workbench: Workbench, *, seed: int, progress: Progress
    ) -> FitReport:
        """Choose what is shown; nothing is learnt, validation inputs are only measured."""
        self._prepare(data, workbench, seed=seed)
        shown = thin_out(data.validation)
        predictions = answer_in_steps(shown, self.predict, progress=progress)
        return FitReport(mean_chrf(shown, predictions), notes=self._notes(len(shown)))

    def predict(self, inputs: Sequence[str]) -> list[Prediction]:
        """Write an output for each input."""
        clock = StageClock(self._workbench.clock)
        shown = self._find_examples(inputs, clock)
        with clock.stage("generate"):
            built = [self._build(text, own) for text, own in zip(inputs, shown, strict=True)]
            prompts = [prompt for prompt, _ in built]
            answers = ask(self._generator, prompts, max_tokens=self._max_tokens)
        timings = clock.timings_ms(len(inputs))
        return [
            _read(answer, own[:n], timings)
            for answer, own, (_, n) in zip(answers, shown, built, strict=True)
        ]

    def save(self, folder: Path) -> None:
        """Write everything a prompt is made of."""
        content = {
            "template": self._template.text,
            "max_tokens": self._max_tokens,
            "words": self._words,
        }
        (folder / _FILE).write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
        save_examples(self._examples, folder)

    @classmethod
    def load(cls, folder: Path, workbench: Workbench) -> Self:
        """Read back what `save` wrote; the generator is that of the workbench."""
        content = json.loads((folder / _FILE).read_text(encoding="utf-8"))
        arm = cls()
        arm._template = PromptTemplate(content["template"])
        arm._max_tokens, arm._words = content["max_tokens"], content["words"]
        arm._set_up(load_examples(folder), workbench)
        return arm

    def _prepare(self, data: LearningData, workbench: Workbench, *, seed: int) -> None:
        outputs = [
            output for sample in (*data.train, *data.validation) for output in sample.targets
        ]
        longest = max(map(len, outputs), default=0) // _CHARACTERS_PER_TOKEN
        self._max_tokens = min(max(longest, _FEWEST_TOKENS), _MOST_TOKENS)
        self._words = round(median(len(output.split()) for output in outputs)) if outputs else 0
        self._template = workbench.templates.by_name[self.template_name]
        self._set_up(self._choose_examples(data, seed=seed), workbench)

    def _set_up(self, examples: list[Example], workbench: Workbench) -> None:
        self._workbench, self._generator = workbench, self._take_generator(workbench)
        self._examples = examples

    def _take_generator(self, workbench: Workbench) -> Generator:
        """Return the model that is asked."""
        return workbench.load_generator()

    def _choose_examples(self, data: LearningData, *, seed: int) -> list[Example]:
        return []

    def _find_examples(self, inputs: Sequence[str], clock: StageClock) -> list[list[Example]]:
        return [self._examples for _ in inputs]

    def _notes(self, n_validated: int) -> tuple[str, ...]:
        return (f"template {self.template_name}, {n_validated} validation inputs asked",)

    def _build(self, text: str, examples: Sequence[Example]) -> tuple[Prompt | None, int]:
        def build(n: int) -> Prompt:
            values = {"input": quote("input", text)}
            if examples:
                values["examples"] = "\n\n".join(map(_show, examples[:n]))
            else:
                values["words"] = str(self._words)
            return self._template.fill(**values)

        return build_fitting(
            self._generator, build, n_pieces=len(examples), max_tokens=self._max_tokens
        )


class FixedPairsWriterArm(ZeroShotWriterArm):
    """Shows 8 training pairs drawn at random, the same ones every time."""

    template_name = "generation_examples"

    def _choose_examples(self, data: LearningData, *, seed: int) -> list[Example]:
        examples = examples_of(data.train)
        return Random(seed).sample(examples, min(N_NEAREST_EXAMPLES, len(examples)))

    def _notes(self, n_validated: int) -> tuple[str, ...]:
        return (*super()._notes(n_validated), f"{len(self._examples)} pairs in every prompt")


class NearestPairsWriterArm(ZeroShotWriterArm):
    """Shows the training pairs whose inputs are nearest in meaning."""

    template_name = "generation_examples"

    def save(self, folder: Path) -> None:
        """Write everything a prompt is made of, and which encoder finds the pairs."""
        super().save(folder)
        self._workbench.save_encoder(folder)

    @classmethod
    def load(cls, folder: Path, workbench: Workbench) -> Self:
        """Read back what `save` wrote and index the pairs again.

        Raises:
            ModelUnavailableError: If the encoder is another one.
        """
        workbench.require_encoder(folder)
        return super().load(folder, workbench)

    def _set_up(self, examples: list[Example], workbench: Workbench) -> None:
        super()._set_up(examples, workbench)
        self._index = DenseIndex(workbench.embed([example.input for example in examples]))

    def _choose_examples(self, data: LearningData, *, seed: int) -> list[Example]:
        return examples_of(data.train)

    def _find_examples(self, inputs: Sequence[str], clock: StageClock) -> list[list[Example]]:
        with clock.stage("encode"):
            vectors = self._workbench.embed(inputs)
        with clock.stage("search"):
            _, rows = self._index.search_arrays(vectors, N_NEAREST_EXAMPLES)
        return [[self._examples[n] for n in row] for row in rows]

    def _notes(self, n_validated: int) -> tuple[str, ...]:
        return (*super()._notes(n_validated), f"the {N_NEAREST_EXAMPLES} nearest pairs shown")


def _show(example: Example) -> str:
    return f"{quote('example', example.input)}\nOutput:\n{quote('output', example.typical)}"


def _read(
    answer: Generation | None, shown: Sequence[Example], timings: Mapping[str, float]
) -> Prediction:
    if answer is None:
        return Prediction(None, fault=TOO_LONG, timings_ms=timings)
    text = answer.text.strip()
    return Prediction(
        text or None,
        confidence=float(bool(text)),
        retrieved=tuple(each.id for each in shown),
        timings_ms=timings,
        fault="" if text else EMPTY,
        n_input_tokens=answer.n_input_tokens,
        n_output_tokens=answer.n_output_tokens,
    )
