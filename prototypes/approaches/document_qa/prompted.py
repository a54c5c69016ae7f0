"""Question answering by a language model: closed book, whole corpus, retrieved passages."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Self

from prototypes.approaches.document_qa.answer_text import ABSTENTION, read_answer
from prototypes.approaches.document_qa.extractive import cite, mean_correct
from prototypes.approaches.document_qa.retriever import FusedRetriever
from prototypes.approaches.prompted import (
    MAX_ANSWER_TOKENS,
    N_PASSAGES,
    TOO_LONG,
    answer_in_steps,
    ask,
    build_fitting,
    thin_out,
)
from prototypes.approaches.stages import StageClock
from prototypes.contracts import FitReport, LearningData, Passage, Prediction, Progress
from prototypes.errors import ContextTooShortError
from prototypes.models.generator import Generation, Generator, Prompt
from prototypes.templates import PromptTemplate, quote

if TYPE_CHECKING:
    from prototypes.workbench import Workbench

QUESTION_TOKENS = 128
"""What is kept free for the question when a corpus is held against the context."""

_FILE = "prompt.json"
_LONGEST_TOKEN = 16
"""Characters; no language has tokens as long as this on average."""


class ClosedBookPromptArm:
    """Asks a language model without giving it any document; nothing can be cited."""

    template_name: ClassVar[str] = "qa_closed_book"

    def fit(
        self, data: LearningData, workbench: Workbench, *, seed: int, progress: Progress
    ) -> FitReport:
        """Get ready what is put into prompts; validation questions are only measured.

        Raises:
            ContextTooShortError: If that cannot be read by the model.
        """
        self._begin(workbench, workbench.templates.by_name[self.template_name])
        shown = thin_out(data.validation)
        predictions = answer_in_steps(shown, self.predict, progress=progress)
        note = f"template {self.template_name}, {len(shown)} validation questions asked"
        return FitReport(mean_correct(shown, predictions), notes=(note,))

    def predict(self, inputs: Sequence[str]) -> list[Prediction]:
        """Answer each question, in order; a single one fills `timings_ms`."""
        clock = StageClock(self._workbench.clock)
        found = self._find_passages(inputs, clock)
        with clock.stage("generate"):
            built = [self._build(text, own) for text, own in zip(inputs, found, strict=True)]
            answers = ask(
                self._generator,
                [prompt for prompt, _ in built],
                max_tokens=MAX_ANSWER_TOKENS,
            )
        timings = clock.timings_ms(len(inputs))
        return [
            self._read(answer, own, n_given=n, timings_ms=timings)
            for answer, own, (_, n) in zip(answers, found, built, strict=True)
        ]

    def save(self, folder: Path) -> None:
        """Write the template; the documents are those of the workbench."""
        content = json.dumps({"template": self._template.text}, ensure_ascii=False)
        (folder / _FILE).write_text(content, encoding="utf-8")

    @classmethod
    def load(cls, folder: Path, workbench: Workbench) -> Self:
        """Read back what `save` wrote; the generator is that of the workbench."""
        content = json.loads((folder / _FILE).read_text(encoding="utf-8"))
        arm = cls()
        arm._begin(workbench, PromptTemplate(content["template"]))
        return arm

    def _begin(self, workbench: Workbench, template: PromptTemplate) -> None:
        self._workbench, self._template = workbench, template
        self._generator = self._take_generator(workbench)

    def _take_generator(self, workbench: Workbench) -> Generator:
        """Return the model that is asked."""
        return workbench.load_generator()

    def _find_passages(
        self, questions: Sequence[str], clock: StageClock
    ) -> list[tuple[Passage, ...]]:
        """Return what was found for each question, best first; the prompt begins with it."""
        return [() for _ in questions]

    def _bounds(self, found: Sequence[Passage]) -> tuple[int, int]:
        """Tell how many of the passages found are put into the prompt, at least and at most."""
        return len(found), len(found)

    def _build(self, question: str, found: Sequence[Passage]) -> tuple[Prompt | None, int]:
        def build(n: int) -> Prompt:
            values = {"question": quote("question", question), "abstention": ABSTENTION}
            if found:
                values["passages"] = number_passages(found[:n])
            return self._template.fill(**values)

        fewest, most = self._bounds(found)
        return build_fitting(
            self._generator, build, n_pieces=most, fewest=fewest, max_tokens=MAX_ANSWER_TOKENS
        )

    def _read(
        self,
        answer: Generation | None,
        found: Sequence[Passage],
        *,
        n_given: int,
        timings_ms: Mapping[str, float],
    ) -> Prediction:
        retrieved = tuple(passage.id for passage in found)
        if answer is None:
            return Prediction(None, fault=TOO_LONG, retrieved=retrieved, timings_ms=timings_ms)
        said = read_answer(answer.text, n_given=n_given, must_cite=bool(found))
        return Prediction(
            said.text,
            confidence=float(said.text is not None),
            citations=tuple(cite(found[number - 1]) for number in said.cited),
            retrieved=retrieved,
            timings_ms=timings_ms,
            fault=said.fault,
            n_input_tokens=answer.n_input_tokens,
            n_output_tokens=answer.n_output_tokens,
        )


class WholeCorpusPromptArm(ClosedBookPromptArm):
    """Gives a language model every document with every question, if its context holds them."""

    template_name = "qa_whole_corpus"

    def _begin(self, workbench: Workbench, template: PromptTemplate) -> None:
        super()._begin(workbench, template)
        self._corpus = tuple(
            Passage(document.id, document.id, document.title, document.text)
            for document in workbench.documents
        )
        self._require_fitting()

    def _require_fitting(self) -> None:
        generator = self._generator
        limit = generator.context_tokens
        if limit is None:
            raise ContextTooShortError(
                f"{generator.name} does not say how long its context is, so it is not known "
                "whether the corpus fits; say it with --context-tokens."
            )
        n_corpus = _count_at_most(generator, number_passages(self._corpus), limit)
        n_rest = MAX_ANSWER_TOKENS + QUESTION_TOKENS + generator.count_tokens(self._template.text)
        if n_corpus + n_rest > limit:
            raise ContextTooShortError(
                f"The {len(self._corpus)} documents take at least {n_corpus:,} tokens, "
                f"instruction, question and answer {n_rest:,} more, and {generator.name} "
                f"has a context of {limit:,}."
            )

    def _find_passages(
        self, questions: Sequence[str], clock: StageClock
    ) -> list[tuple[Passage, ...]]:
        return [self._corpus for _ in questions]

    def _read(
        self,
        answer: Generation | None,
        found: Sequence[Passage],
        *,
        n_given: int,
        timings_ms: Mapping[str, float],
    ) -> Prediction:
        prediction = super()._read(answer, found, n_given=n_given, timings_ms=timings_ms)
        # All documents in the order of the corpus are no ranking to be measured.
        return replace(prediction, retrieved=())


class RetrievalPromptArm(ClosedBookPromptArm):
    """Gives a language model the best passages of fused retrieval, and checks what it cites."""

    template_name = "qa_passages"

    def save(self, folder: Path) -> None:
        """Write the template, and which encoder finds the passages."""
        super().save(folder)
        self._workbench.save_encoder(folder)

    @classmethod
    def load(cls, folder: Path, workbench: Workbench) -> Self:
        """Index the passages of the workbench and read back the template.

        Raises:
            ModelUnavailableError: If the encoder is another one.
        """
        workbench.require_encoder(folder)
        return super().load(folder, workbench)

    def _begin(self, workbench: Workbench, template: PromptTemplate) -> None:
        super()._begin(workbench, template)
        self._retriever = FusedRetriever(workbench.lexical(), workbench.dense())

    def _find_passages(
        self, questions: Sequence[str], clock: StageClock
    ) -> list[tuple[Passage, ...]]:
        with clock.stage("encode"):
            vectors = self._workbench.embed(questions)
        with clock.stage("search"):
            found = self._retriever.search(questions, vectors)
        passages = self._workbench.passages
        return [tuple(passages[index] for index in each.indices) for each in found]

    def _bounds(self, found: Sequence[Passage]) -> tuple[int, int]:
        most = min(N_PASSAGES, len(found))
        return min(1, most), most


def _count_at_most(generator: Generator, text: str, limit: int) -> int:
    """Count the tokens of a text; one that is far beyond the limit is only estimated."""
    is_hopeless = len(text) > _LONGEST_TOKEN * limit
    return len(text) // _LONGEST_TOKEN if is_hopeless else generator.count_tokens(text)


def number_passages(passages: Sequence[Passage]) -> str:
    """Quote passages under the numbers by which they can be cited, from 1 on."""
    texts = (f"{passage.title}\n{passage.text}" for passage in passages)
    numbered = enumerate(texts, start=1)
    return "\n\n".join(f"[{number}]\n{quote('passage', text)}" for number, text in numbered)
