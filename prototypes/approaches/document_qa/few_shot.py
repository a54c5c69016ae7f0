"""Closed book with examples: a language model sees how a few training questions are answered."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Self

from prototypes.approaches.document_qa.answer_text import ABSTENTION
from prototypes.approaches.document_qa.prompted import ClosedBookPromptArm
from prototypes.approaches.prompted import MAX_ANSWER_TOKENS, N_NEAREST_EXAMPLES, build_fitting
from prototypes.contracts import FitReport, LearningData, Passage, Progress
from prototypes.errors import TooFewSamplesError
from prototypes.models.generator import Prompt
from prototypes.templates import quote

if TYPE_CHECKING:
    from prototypes.workbench import Workbench

_FILE = "examples.json"


class FewShotClosedBookArm(ClosedBookPromptArm):
    """Shows 8 training questions with their answers, drawn at random, the same ones every time.

    They tell in which form to answer; what is asked later they do not say.
    """

    template_name = "qa_closed_book_examples"

    def fit(
        self, data: LearningData, workbench: Workbench, *, seed: int, progress: Progress
    ) -> FitReport:
        """Draw the examples; validation questions are only measured.

        Raises:
            TooFewSamplesError: If no training question says what is right.
        """
        known = [each for each in data.train if each.targets or each.unanswerable]
        if not known:
            raise TooFewSamplesError(
                f"None of the {len(data.train)} training questions has an answer that could be "
                "shown as an example. Add answered questions to questions.jsonl."
            )
        drawn = Random(seed).sample(known, min(N_NEAREST_EXAMPLES, len(known)))
        self._examples = [
            (each.input, ABSTENTION if each.unanswerable else each.targets[0]) for each in drawn
        ]
        return super().fit(data, workbench, seed=seed, progress=progress)

    def save(self, folder: Path) -> None:
        """Write the template and the examples."""
        super().save(folder)
        content = json.dumps(self._examples, ensure_ascii=False)
        (folder / _FILE).write_text(content, encoding="utf-8")

    @classmethod
    def load(cls, folder: Path, workbench: Workbench) -> Self:
        """Read back what `save` wrote; the generator is that of the workbench."""
        arm = super().load(folder, workbench)
        rows = json.loads((folder / _FILE).read_text(encoding="utf-8"))
        arm._examples = [(question, answer) for question, answer in rows]
        return arm

    def _build(self, question: str, found: Sequence[Passage]) -> tuple[Prompt | None, int]:
        shown = [_show(*each) for each in self._examples]

        def build(n: int) -> Prompt:
            return self._template.fill(
                examples="\n\n".join(shown[:n]),
                question=quote("question", question),
                abstention=ABSTENTION,
            )

        prompt, _ = build_fitting(
            self._generator, build, n_pieces=len(shown), max_tokens=MAX_ANSWER_TOKENS
        )
        return prompt, 0


def _show(question: str, answer: str) -> str:
    return f"{quote('example', question)}\nAnswer: {answer}"
