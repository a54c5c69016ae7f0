"""Classification by a language model: zero-shot, fixed examples, nearest examples."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Self

from prototypes.approaches.classification.labelling import require_labels
from prototypes.approaches.classification.prompting import draw_samples
from prototypes.approaches.prompted import (
    MAX_LABEL_TOKENS,
    N_FIXED_EXAMPLES,
    N_NEAREST_EXAMPLES,
    TOO_LONG,
    answer_in_steps,
    ask,
    build_fitting,
    thin_out,
)
from prototypes.approaches.stages import StageClock
from prototypes.contracts import Citation, FitReport, LearningData, Prediction, Progress, Sample
from prototypes.models.generator import Generation, Generator, Prompt
from prototypes.retrieval.dense import DenseIndex
from prototypes.templates import PromptTemplate, quote

if TYPE_CHECKING:
    from prototypes.workbench import Workbench

NO_LABEL = "no label of the list could be read from the answer"
_FILE = "prompt.json"
_DECORATION = " \t\"'`*.-"


@dataclass(frozen=True, slots=True)
class Example:
    """A labelled text that may be shown in a prompt."""

    id: str
    text: str
    label: str


class ZeroShotPromptArm:
    """Tells a language model the labels and the text; no sample is shown."""

    template_name: ClassVar[str] = "classification_zero_shot"
    max_tokens: ClassVar[int] = MAX_LABEL_TOKENS

    def fit(
        self, data: LearningData, workbench: Workbench, *, seed: int, progress: Progress
    ) -> FitReport:
        """Choose what is shown; nothing is learnt, validation samples are only measured."""
        self._set_up(data, workbench, seed=seed)
        shown = thin_out(data.validation)
        predictions = answer_in_steps(shown, self.predict, progress=progress)
        return FitReport(self._rate(shown, predictions), notes=self._notes(len(shown)))

    def predict(self, inputs: Sequence[str]) -> list[Prediction]:
        """Label each text; what cannot be read as a label of the list is no answer."""
        clock = StageClock(self._workbench.clock)
        shown = self._find_examples(inputs, clock)
        with clock.stage("generate"):
            built = [self._build(text, own) for text, own in zip(inputs, shown, strict=True)]
            answers = ask(
                self._generator,
                [prompt for prompt, _ in built],
                max_tokens=self.max_tokens,
            )
        timings = clock.timings_ms(len(inputs))
        return [
            replace(self._read(text, answer, own[:n]), timings_ms=timings)
            for text, answer, own, (_, n) in zip(inputs, answers, shown, built, strict=True)
        ]

    def save(self, folder: Path) -> None:
        """Write everything a prompt is made of."""
        content = {
            "template": self._template.text,
            "labels": self._labels,
            "descriptions": self._descriptions,
            "examples": [asdict(example) for example in self._examples],
        }
        (folder / _FILE).write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path, workbench: Workbench) -> Self:
        """Read back what `save` wrote; the generator is that of the workbench."""
        content = json.loads((folder / _FILE).read_text(encoding="utf-8"))
        arm = cls()
        arm._begin(workbench)
        arm._labels = tuple(content["labels"])
        arm._descriptions = content["descriptions"]
        arm._template = PromptTemplate(content["template"])
        arm._examples = [Example(**example) for example in content["examples"]]
        arm._index_examples()
        return arm

    def _set_up(self, data: LearningData, workbench: Workbench, *, seed: int) -> None:
        self._begin(workbench)
        self._labels = self._learn_labels(data)
        self._descriptions = dict(data.label_descriptions)
        self._template = workbench.templates.by_name[self.template_name]
        self._examples = self._choose_examples(data, seed=seed)
        self._index_examples()

    def _begin(self, workbench: Workbench) -> None:
        self._workbench, self._generator = workbench, self._take_generator(workbench)

    def _take_generator(self, workbench: Workbench) -> Generator:
        """Return the model that is asked."""
        return workbench.load_generator()

    def _learn_labels(self, data: LearningData) -> tuple[str, ...]:
        return data.labels or require_labels(data.train)

    def _take(self, sample: Sample) -> Example:
        """Take a labelled sample as an example."""
        return Example(sample.id, sample.input, sample.targets[0])

    def _show(self, example: Example) -> str:
        return f"{quote('example', example.text)}\nLabel: {example.label}"

    def _rate(self, samples: Sequence[Sample], predictions: Sequence[Prediction]) -> float | None:
        """Return how good the answers to samples are; None if there are none."""
        pairs = list(zip(samples, predictions, strict=True))
        right = sum(prediction.output in sample.targets for sample, prediction in pairs)
        return right / len(pairs) if pairs else None

    def _choose_examples(self, data: LearningData, *, seed: int) -> list[Example]:
        return []

    def _index_examples(self) -> None:
        """Get ready to find examples; there is nothing to do unless they depend on the text."""

    def _find_examples(self, inputs: Sequence[str], clock: StageClock) -> list[list[Example]]:
        return [self._examples for _ in inputs]

    def _notes(self, n_validated: int) -> tuple[str, ...]:
        return (f"template {self.template_name}, {n_validated} validation samples asked",)

    def _build(self, text: str, examples: Sequence[Example]) -> tuple[Prompt | None, int]:
        def build(n: int) -> Prompt:
            values = {"labels": self._list_labels(), "text": quote("text", text)}
            if examples:
                values["examples"] = "\n\n".join(map(self._show, examples[:n]))
            return self._template.fill(**values, **self._constants())

        return build_fitting(
            self._generator, build, n_pieces=len(examples), max_tokens=self.max_tokens
        )

    def _constants(self) -> dict[str, str]:
        """Return what the template wants beside labels, text and examples."""
        return {}

    def _list_labels(self) -> str:
        described = ((label, self._descriptions.get(label)) for label in self._labels)
        return "\n".join(
            f"- {label}: {told}" if told else f"- {label}" for label, told in described
        )

    def _read(self, text: str, answer: Generation | None, shown: Sequence[Example]) -> Prediction:
        if answer is None:
            return Prediction(None, fault=TOO_LONG)
        label = parse_label(answer.text, self._labels)
        agreeing = [example for example in shown if example.label == label]
        return Prediction(
            label,
            confidence=float(label is not None),
            citations=tuple(Citation(each.id, each.id, each.text) for each in agreeing),
            retrieved=tuple(each.id for each in shown),
            fault=NO_LABEL if label is None else "",
            n_input_tokens=answer.n_input_tokens,
            n_output_tokens=answer.n_output_tokens,
        )


class FixedExamplesPromptArm(ZeroShotPromptArm):
    """Shows about 32 labelled samples, as many of each label, the same ones every time."""

    template_name = "classification_examples"

    def _choose_examples(self, data: LearningData, *, seed: int) -> list[Example]:
        n_each = max(1, N_FIXED_EXAMPLES // len(require_labels(data.train)))
        drawn = draw_samples(data.train, n_per_label=n_each, seed=seed)
        return _take_turns([self._take(sample) for sample in drawn])

    def _notes(self, n_validated: int) -> tuple[str, ...]:
        return (*super()._notes(n_validated), f"{len(self._examples)} examples in every prompt")


class NearestExamplesPromptArm(ZeroShotPromptArm):
    """Shows the labelled samples nearest to the text, and cites those whose label it gives."""

    template_name = "classification_examples"

    def fit(
        self, data: LearningData, workbench: Workbench, *, seed: int, progress: Progress
    ) -> FitReport:
        """Index the training samples; once these were measured, the validation samples too."""
        report = super().fit(data, workbench, seed=seed, progress=progress)
        self._examples += map(self._take, data.validation)
        self._index_examples()
        return report

    def save(self, folder: Path) -> None:
        """Write everything a prompt is made of, and which encoder finds the examples."""
        super().save(folder)
        self._workbench.save_encoder(folder)

    @classmethod
    def load(cls, folder: Path, workbench: Workbench) -> Self:
        """Read back what `save` wrote and index the examples again.

        Raises:
            ModelUnavailableError: If the encoder is another one.
        """
        workbench.require_encoder(folder)
        return super().load(folder, workbench)

    def _choose_examples(self, data: LearningData, *, seed: int) -> list[Example]:
        require_labels(data.train)
        return [self._take(sample) for sample in data.train]

    def _index_examples(self) -> None:
        texts = [example.text for example in self._examples]
        self._index = DenseIndex(self._workbench.embed(texts))

    def _find_examples(self, inputs: Sequence[str], clock: StageClock) -> list[list[Example]]:
        with clock.stage("encode"):
            vectors = self._workbench.embed(inputs)
        with clock.stage("search"):
            _, rows = self._index.search_arrays(vectors, N_NEAREST_EXAMPLES)
        return [[self._examples[n] for n in row] for row in rows]

    def _notes(self, n_validated: int) -> tuple[str, ...]:
        return (*super()._notes(n_validated), f"the {N_NEAREST_EXAMPLES} nearest samples shown")


def _take_turns(examples: Sequence[Example]) -> list[Example]:
    """Put the labels in turn, so that every label keeps examples where not all of them fit."""
    n_before: Counter[str] = Counter()
    turns = []
    for example in examples:
        turns.append(n_before[example.label])
        n_before[example.label] += 1
    order = sorted(range(len(examples)), key=turns.__getitem__)
    return [examples[n] for n in order]


def parse_label(text: str, labels: Sequence[str]) -> str | None:
    """Read a label from an answer: its first line has to be one, but for case and decoration."""
    lines = [line.strip(_DECORATION) for line in text.splitlines() if line.strip(_DECORATION)]
    if not lines:
        return None
    said = re.sub(r"(?i)^label\s*:\s*", "", lines[0]).strip(_DECORATION)
    if said in labels:
        return said
    alike = [label for label in labels if _key(label) == _key(said)]
    return alike[0] if len(alike) == 1 else None


def _key(label: str) -> str:
    return " ".join(re.split(r"[\s_-]+", label.strip(_DECORATION).casefold()))
