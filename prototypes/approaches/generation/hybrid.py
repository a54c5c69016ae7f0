"""The tuned model, shown beside each input what was written for the most similar training input."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Self

from prototypes.approaches.generation.examples import (
    Example,
    examples_of,
    load_examples,
    save_examples,
)
from prototypes.approaches.generation.tuned import TunedWriterArm
from prototypes.approaches.stages import StageClock
from prototypes.contracts import Sample
from prototypes.retrieval.dense import DenseIndex

if TYPE_CHECKING:
    from prototypes.workbench import Workbench

_SEPARATOR = " [SEP] "
"""How the tokenizer of a BERT spells the end of a text."""


class ShownExampleArm(TunedWriterArm):
    """Reads an input and the output of its nearest neighbour, then writes.

    In training the neighbour is another training input, never the input itself, as it is when
    the model is asked.
    """

    def save(self, folder: Path) -> None:
        """Write the tuned model, the examples, and which encoder finds them."""
        super().save(folder)
        save_examples(self._examples, folder)
        self._workbench.save_encoder(folder)

    @classmethod
    def load(cls, folder: Path, workbench: Workbench) -> Self:
        """Read back what `save` wrote and index the examples again.

        Raises:
            ModelUnavailableError: If the encoder is another one.
        """
        workbench.require_encoder(folder)
        arm = super().load(folder, workbench)
        arm._set_up(load_examples(folder), workbench)
        return arm

    def _set_up(self, examples: list[Example], workbench: Workbench) -> None:
        self._examples, self._workbench = examples, workbench
        self._vectors = workbench.embed([example.input for example in examples])
        self._index = DenseIndex(self._vectors)

    def _prepare(self, samples: Sequence[Sample], workbench: Workbench) -> list[str]:
        self._set_up(examples_of(samples), workbench)
        _, found = self._index.search_arrays(self._vectors, 2)
        nearest = [
            next((other for other in row if other != own), None) for own, row in enumerate(found)
        ]
        return [
            self._show(sample.input, None if other is None else self._examples[other])
            for sample, other in zip(samples, nearest, strict=True)
        ]

    def _read(
        self, inputs: Sequence[str], clock: StageClock
    ) -> tuple[Sequence[str], Sequence[tuple[str, ...]]]:
        with clock.stage("encode"):
            vectors = self._workbench.embed(inputs)
        with clock.stage("search"):
            _, found = self._index.search_arrays(vectors, 1)
        nearest = [self._examples[row[0]] for row in found]
        shown = list(map(self._show, inputs, nearest))
        return shown, [(example.id,) for example in nearest]

    def _show(self, text: str, example: Example | None) -> str:
        return text if example is None else f"{text}{_SEPARATOR}{example.typical}"
