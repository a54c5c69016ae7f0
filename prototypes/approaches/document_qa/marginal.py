"""Retrieval whose passages are read one by one and mixed: RAG-Sequence and RAG-Token."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

import torch

from prototypes.approaches.document_qa.answer_text import ABSTENTION, read_answer
from prototypes.approaches.document_qa.extractive import add_timings, cite
from prototypes.approaches.document_qa.prompted import RetrievalPromptArm
from prototypes.approaches.document_qa.retriever import Retrieval
from prototypes.approaches.prompted import MAX_ANSWER_TOKENS, N_PASSAGES, TOO_LONG
from prototypes.approaches.stages import StageClock
from prototypes.contracts import Passage, Prediction
from prototypes.errors import ModelUnavailableError
from prototypes.models.generator import Prompt, fits_context
from prototypes.models.generator_local import TransformersGenerator
from prototypes.models.marginal_decoding import Marginal, MarginalAnswer, Search, decode
from prototypes.templates import PromptTemplate, quote

if TYPE_CHECKING:
    from prototypes.workbench import Workbench

SCORE_SCALE = 20.0
"""What cosines are multiplied with before their softmax gives p(z|x): the embedded encoder was
trained with this factor (its model card, and the default of sentence-transformers)."""

N_BEAMS = 4


class RagSequenceArm(RetrievalPromptArm):
    """Mixes the answers to 5 passages, each read alone; decodes thoroughly (Lewis et al. 2020)."""

    template_name = "qa_one_passage"
    marginal: ClassVar[Marginal] = Marginal.SEQUENCE

    def predict(self, inputs: Sequence[str]) -> list[Prediction]:
        """Answer each question, in order, citing the passage that the answer rests on most."""
        clock = StageClock(self._workbench.clock)
        with clock.stage("encode"):
            vectors = self._workbench.embed(inputs)
        with clock.stage("search"):
            found = self._retriever.search(inputs, vectors)
        with clock.stage("generate"):
            answered = [self._answer(*each) for each in zip(inputs, found, strict=True)]
        return add_timings(answered, clock)

    def _begin(self, workbench: Workbench, template: PromptTemplate) -> None:
        super()._begin(workbench, template)
        if not isinstance(self._generator, TransformersGenerator):
            raise ModelUnavailableError(
                f"{self._generator.name} does not tell the probabilities of all tokens, which "
                "mixing passages needs; name a model on this machine with --generator FOLDER."
            )
        self._model = self._generator
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
        asked = {"question": quote("question", question), "abstention": ABSTENTION}
        built = [
            self._template.fill(passage=quote("passage", f"{each.title}\n{each.text}"), **asked)
            for each in passages
        ]
        return [
            prompt if fits_context(self._model, prompt, max_tokens=MAX_ANSWER_TOKENS) else None
            for prompt in built
        ]


class RagTokenArm(RagSequenceArm):
    """Mixes the next token over 5 passages, each read alone."""

    marginal = Marginal.TOKEN
