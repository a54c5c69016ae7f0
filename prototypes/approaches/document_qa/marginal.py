"""Retrieval whose passages are read one by one and mixed: RAG-Sequence and RAG-Token."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Self

import torch

from prototypes.approaches.document_qa.abstention import choose_threshold
from prototypes.approaches.document_qa.answer_text import read_answer
from prototypes.approaches.document_qa.extractive import add_timings, cite, mean_correct
from prototypes.approaches.document_qa.prompted import RetrievalPromptArm
from prototypes.approaches.document_qa.retriever import Retrieval
from prototypes.approaches.prompted import (
    MAX_ANSWER_TOKENS,
    N_PASSAGES,
    TOO_LONG,
    answer_in_steps,
    require_local,
    thin_out,
)
from prototypes.approaches.stages import StageClock
from prototypes.contracts import FitReport, LearningData, Passage, Prediction, Progress
from prototypes.models.generator import Prompt, fits_context
from prototypes.models.marginal_decoding import Marginal, MarginalAnswer, Search, decode
from prototypes.templates import PromptTemplate, quote

if TYPE_CHECKING:
    from prototypes.workbench import Workbench

SCORE_SCALE = 20.0
"""What cosines are multiplied with before their softmax gives p(z|x): the embedded encoder was
trained with this factor (its model card, and the default of sentence-transformers)."""

N_BEAMS = 4

_FILE = "silence.json"


class RagSequenceArm(RetrievalPromptArm):
    """Mixes the answers to 5 passages, each read alone; decodes thoroughly (Lewis et al. 2020)."""

    template_name = "qa_one_passage"
    marginal: ClassVar[Marginal] = Marginal.SEQUENCE
    _threshold: float | None = None

    def fit(
        self, data: LearningData, workbench: Workbench, *, seed: int, progress: Progress
    ) -> FitReport:
        """Choose below which probability to keep silent; a passage alone cannot tell."""
        self._begin(workbench, workbench.templates.by_name[self.template_name])
        shown = thin_out(data.validation)
        predictions = answer_in_steps(shown, self.predict, progress=progress)
        is_right = [mean_correct([s], [p]) == 1.0 for s, p in zip(shown, predictions, strict=True)]
        sureness = [each.confidence for each in predictions]
        self._threshold = choose_threshold(shown, sureness, is_right)
        silence = f"{self._threshold:.2f}" if self._threshold is not None else "none"
        notes = (
            f"template {self.template_name}, {len(shown)} validation questions asked",
            f"silent below a mean token probability of {silence}",
        )
        decided = [self._decide(each) for each in predictions]
        return FitReport(mean_correct(shown, decided), notes=notes)

    def save(self, folder: Path) -> None:
        """Write the template, which encoder finds the passages, and when to keep silent."""
        super().save(folder)
        (folder / _FILE).write_text(json.dumps({"threshold": self._threshold}), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path, workbench: Workbench) -> Self:
        """Read back what `save` wrote."""
        arm = super().load(folder, workbench)
        arm._threshold = json.loads((folder / _FILE).read_text(encoding="utf-8"))["threshold"]
        return arm

    def predict(self, inputs: Sequence[str]) -> list[Prediction]:
        """Answer each question, in order, citing the passage that the answer rests on most."""
        clock = StageClock(self._workbench.clock)
        with clock.stage("encode"):
            vectors = self._workbench.embed(inputs)
        with clock.stage("search"):
            found = self._retriever.search(inputs, vectors)
        with clock.stage("generate"):
            answered = [self._answer(*each) for each in zip(inputs, found, strict=True)]
        return add_timings([self._decide(each) for each in answered], clock)

    def _decide(self, prediction: Prediction) -> Prediction:
        """Keep silent where the answer is too unlikely."""
        if self._threshold is None or prediction.confidence >= self._threshold:
            return prediction
        return replace(prediction, output=None, citations=())

    def _begin(self, workbench: Workbench, template: PromptTemplate) -> None:
        super()._begin(workbench, template)
        self._model = require_local(self._generator)
        self._search = Search(N_BEAMS, MAX_ANSWER_TOKENS, self._model.ends)

    def _answer(self, question: str, found: Retrieval) -> Prediction:
        passages = [self._workbench.passages[index] for index in found.indices]
        retrieved = tuple(passage.id for passage in passages)
        built = self._build_each(question, passages[:N_PASSAGES])
        prompts = {place: prompt for place, prompt in enumerate(built) if prompt is not None}
        if not prompts:
            return Prediction(None, fault=TOO_LONG if passages else "", retrieved=retrieved)
        answer = self._decode(list(prompts.values()), [found.cosines[place] for place in prompts])
        said = read_answer(self._model.decode(answer.tokens), n_given=0, must_cite=False)
        main = list(prompts)[max(range(len(prompts)), key=answer.shares.__getitem__)]
        return Prediction(
            said.text,
            confidence=math.exp(answer.log_likelihood / len(answer.tokens)) if said.text else 0.0,
            citations=(cite(passages[main]),) if said.text else (),
            retrieved=retrieved,
            fault=said.fault,
            n_input_tokens=sum(map(self._model.count_tokens, prompts.values())),
            n_output_tokens=len(answer.tokens),
        )

    @torch.inference_mode()
    def _decode(self, prompts: Sequence[Prompt], cosines: Sequence[float]) -> MarginalAnswer:
        log_prior = (SCORE_SCALE * torch.tensor(cosines)).log_softmax(dim=0)
        reading = self._model.read(prompts)
        return decode(reading, log_prior, marginal=self.marginal, search=self._search)

    def _build_each(self, question: str, passages: Sequence[Passage]) -> list[Prompt | None]:
        """Build a prompt per passage; None for one that the model cannot read."""
        asked = quote("question", question)
        texts = [quote("passage", f"{each.title}\n{each.text}") for each in passages]
        built = [self._template.fill(passage=text, question=asked) for text in texts]
        return [
            prompt if fits_context(self._model, prompt, max_tokens=MAX_ANSWER_TOKENS) else None
            for prompt in built
        ]


class RagTokenArm(RagSequenceArm):
    """Mixes the next token over 5 passages, each read alone."""

    marginal = Marginal.TOKEN
