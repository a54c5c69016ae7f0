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
from prototypes.approaches.document_qa.passage_prior import (
    DEFAULT_SCALE,
    ScoredAnswer,
    choose_scale,
    log_prior,
)
from prototypes.approaches.document_qa.prompted import RetrievalPromptArm
from prototypes.approaches.document_qa.retriever import Retrieval
from prototypes.approaches.own_model import MAX_SCORED
from prototypes.approaches.prompted import (
    MAX_ANSWER_TOKENS,
    N_PASSAGES,
    TOO_LONG,
    answer_in_steps,
    require_local,
    thin_out,
)
from prototypes.approaches.stages import StageClock
from prototypes.contracts import FitReport, LearningData, Prediction, Progress, Sample
from prototypes.models.generator import Prompt, fits_context
from prototypes.models.marginal_decoding import (
    Marginal,
    MarginalAnswer,
    Search,
    decode,
    score_outputs,
)
from prototypes.models.tuning_pairs import TuningPair
from prototypes.templates import PromptTemplate, quote

if TYPE_CHECKING:
    from prototypes.workbench import Workbench

N_BEAMS = 4

_FILE = "silence.json"


class RagSequenceArm(RetrievalPromptArm):
    """Mixes the answers to 5 passages, each read alone; decodes thoroughly (Lewis et al. 2020)."""

    template_name = "qa_one_passage"
    marginal: ClassVar[Marginal] = Marginal.SEQUENCE
    _threshold: float | None = None
    _scale: float = DEFAULT_SCALE

    def fit(
        self, data: LearningData, workbench: Workbench, *, seed: int, progress: Progress
    ) -> FitReport:
        """Choose how far passages are told apart by their scores, and when to keep silent.

        The second is a probability below which there is no answer; a passage alone cannot tell.
        """
        self._begin(workbench, workbench.templates.by_name[self.template_name])
        shown = thin_out(data.validation)
        known = self._score_answers([each for each in shown if each.targets][:MAX_SCORED])
        self._scale = choose_scale(known, marginal=self.marginal)
        progress(0.2)
        predictions = answer_in_steps(
            shown, self.predict, progress=lambda fraction: progress(0.2 + 0.8 * fraction)
        )
        is_right = [mean_correct([s], [p]) == 1.0 for s, p in zip(shown, predictions, strict=True)]
        sureness = [each.confidence for each in predictions]
        self._threshold = choose_threshold(shown, sureness, is_right)
        silence = f"{self._threshold:.2f}" if self._threshold is not None else "none"
        notes = (
            f"template {self.template_name}, {len(shown)} validation questions asked",
            f"p(passage) goes with exp({self._scale:g} × cosine), a scale held against others by "
            f"the likelihood of {len(known)} known answers",
            f"silent below a mean token probability of {silence}",
        )
        decided = [self._decide(each) for each in predictions]
        return FitReport(mean_correct(shown, decided), notes=notes)

    def save(self, folder: Path) -> None:
        """Write the template, which encoder finds the passages, and what was chosen."""
        super().save(folder)
        content = {"threshold": self._threshold, "scale": self._scale}
        (folder / _FILE).write_text(json.dumps(content), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path, workbench: Workbench) -> Self:
        """Read back what `save` wrote."""
        arm = super().load(folder, workbench)
        content = json.loads((folder / _FILE).read_text(encoding="utf-8"))
        arm._threshold = content["threshold"]
        arm._scale = content.get("scale", DEFAULT_SCALE)
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
        prompts = self._read_apart(question, found)
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
    def _score_answers(self, samples: Sequence[Sample]) -> list[ScoredAnswer]:
        """Tell how likely the first accepted answer to each question is beside each passage."""
        questions = [sample.input for sample in samples]
        if not questions:
            return []
        scored = []
        found = self._retriever.search(questions, self._workbench.embed(questions))
        for sample, each in zip(samples, found, strict=True):
            prompts = self._read_apart(sample.input, each)
            if prompts:
                pair = TuningPair("", sample.targets[0])
                reading = self._model.read(list(prompts.values()))
                (scores,) = score_outputs(reading, [self._model.encode_pair(pair)[1]])
                scored.append(ScoredAnswer(scores, [each.cosines[place] for place in prompts]))
        return scored

    @torch.inference_mode()
    def _decode(self, prompts: Sequence[Prompt], cosines: Sequence[float]) -> MarginalAnswer:
        reading, prior = self._model.read(prompts), log_prior(cosines, self._scale)
        return decode(reading, prior, marginal=self.marginal, search=self._search)

    def _read_apart(self, question: str, found: Retrieval) -> dict[int, Prompt]:
        """Build a prompt per passage, by its place; none for one that the model cannot read."""
        asked, prompts = quote("question", question), {}
        for place, index in enumerate(found.indices[:N_PASSAGES]):
            passage = self._workbench.passages[index]
            text = quote("passage", f"{passage.title}\n{passage.text}")
            prompt = self._template.fill(passage=text, question=asked)
            if fits_context(self._model, prompt, max_tokens=MAX_ANSWER_TOKENS):
                prompts[place] = prompt
        return prompts


class RagTokenArm(RagSequenceArm):
    """Mixes the next token over 5 passages, each read alone."""

    marginal = Marginal.TOKEN
