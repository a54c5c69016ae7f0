"""What does a language model that is none of the arms say of their answers?

Each distinct answer is judged twice, before and behind the references, so that the judge's own
noise is seen. Who gave the answer is not told. Silence needs no judge: it is right exactly where
there is no answer. The metrics that need no judge decide all the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from prototypes.approaches.prompted import MAX_LABEL_TOKENS, ask
from prototypes.contracts import Progress, Task
from prototypes.errors import LaboratoryError
from prototypes.experiments.inquiry import Inquiry
from prototypes.experiments.judge_summary import NAME, summarise_judgement
from prototypes.experiments.rulings import (
    JudgedAnswer,
    Judgement,
    Ruling,
    collect_answers,
    keep_judgement,
    read_judgement,
    read_labels,
)
from prototypes.models.generator import Generation, Generator, Prompt, fits_context
from prototypes.models.generator_source import GeneratorSupply
from prototypes.results import ExperimentResult, SampleResult
from prototypes.run_folder import RunFolder
from prototypes.templates import PromptTemplate, quote

TEMPLATES = {Task.DOCUMENT_QA: "judge_answer", Task.GENERATION: "judge_text"}
NO_ANSWER = "(There is no answer. Only saying so is right.)"
_KINDS = {Task.DOCUMENT_QA: "question", Task.GENERATION: "input"}
_N_AT_ONCE = 16
_VERDICT = re.compile(r"\W*(?:verdict\W+)?(right|wrong)\W*", re.IGNORECASE)


def hold_judge(inquiry: Inquiry) -> ExperimentResult:
    """Judge every answer that this judge has not judged before, and sum up."""
    task, material, folder = inquiry.learning.task, inquiry.material, inquiry.folder
    supply = inquiry.conditions.judge
    if supply is None:
        untested = "no model was named for it (--judge MODEL)"
        return ExperimentResult(experiment=NAME, untested=untested)
    template = inquiry.bench.templates.by_name[TEMPLATES[task]]
    begun = _resume(
        Judgement(
            judge=supply.source.name,
            judge_sha256=supply.source.sha256,
            template=template.text,
            task=task,
            answers=[],
        ),
        folder,
    )
    known = {answer.key for answer in begun.answers}
    answers = collect_answers(material.samples)
    open_answers = [sample for key, sample in answers.items() if key not in known]
    try:
        judged = (
            _judge(supply, begun, open_answers, folder=folder, progress=inquiry.progress)
            if open_answers
            else begun
        )
    except LaboratoryError as error:
        untested = f"{str(error).rstrip('.')}; what would help: {error.remedy}"
        return ExperimentResult(experiment=NAME, untested=untested)
    return summarise_judgement(judged, read_labels(folder), material)


def _resume(judgement: Judgement, folder: RunFolder) -> Judgement:
    """Take over what the same judge said before; what another one said is written over."""
    before = read_judgement(folder)
    return before if before is not None and before.is_by(judgement) else judgement


def _judge(
    supply: GeneratorSupply,
    judgement: Judgement,
    answers: Sequence[SampleResult],
    *,
    folder: RunFolder,
    progress: Progress,
) -> Judgement:
    """Judge answers a few at a time, and keep each time what is known."""
    judge = supply.load()
    for start in range(0, len(answers), _N_AT_ONCE):
        progress(start / len(answers))
        some = answers[start : start + _N_AT_ONCE]
        judged = [*judgement.answers, *judge_answers(judge, some, judgement)]
        judgement = judgement.model_copy(update={"answers": judged})
        keep_judgement(folder, judgement)
    progress(1.0)
    return judgement


def judge_answers(
    judge: Generator, answers: Sequence[SampleResult], judgement: Judgement
) -> Iterator[JudgedAnswer]:
    """Ask a judge about each answer, in the two orders.

    Args:
        judge: The model.
        answers: None of them silent.
        judgement: Whose task and template are used.
    """
    prompts = [prompt for answer in answers for prompt in build_prompts(answer, judgement)]
    readable = [
        prompt if fits_context(judge, prompt, max_tokens=MAX_LABEL_TOKENS) else None
        for prompt in prompts
    ]
    said = [_read(each) for each in ask(judge, readable, max_tokens=MAX_LABEL_TOKENS)]
    for number, answer in enumerate(answers):
        rulings = said[2 * number : 2 * number + 2]
        yield JudgedAnswer(sample=answer.id, output=answer.output or "", rulings=rulings)


def build_prompts(answer: SampleResult, judgement: Judgement) -> tuple[Prompt, Prompt]:
    """Show an answer behind the references, and before them."""
    references = [quote("reference", text) for text in answer.targets or [NO_ANSWER]]
    given = [quote("answer", answer.output or "")]
    template = PromptTemplate(judgement.template)
    asked = quote(_KINDS[judgement.task], answer.input)
    first, second = ("\n\n".join(each) for each in (references + given, given + references))
    return template.fill(input=asked, texts=first), template.fill(input=asked, texts=second)


def parse_ruling(text: str) -> Ruling:
    """Read a verdict: the first line has to be the one word, but for case and decoration."""
    line = next((line for line in text.splitlines() if line.strip()), "")
    match = _VERDICT.fullmatch(line)
    return Ruling(match[1].casefold()) if match else Ruling.UNPARSABLE


def _read(generation: Generation | None) -> Ruling:
    """Read what was said; a prompt that is too long for the judge has no verdict either."""
    return Ruling.UNPARSABLE if generation is None else parse_ruling(generation.text)
