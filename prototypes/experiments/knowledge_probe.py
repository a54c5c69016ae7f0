"""Experiment 1: is it knowledge, search or reading that fails?

The same test questions are answered without documents, from the right passages handed over
(oracle context), from what search finds, and from the whole corpus where that fits. Answers from
the right passages tell how well the reader reads, whatever search does; whether search brings one
of them up is counted apart. The extractive reader needs no language model; with one, that is asked
as well.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import islice

import numpy as np

from prototypes.approaches.document_qa.extractive import passage_texts
from prototypes.approaches.document_qa.prompted import ClosedBookPromptArm
from prototypes.approaches.document_qa.rag import build_system
from prototypes.approaches.document_qa.reader import N_READ
from prototypes.approaches.document_qa.retriever import Retrieval
from prototypes.approaches.stages import StageClock
from prototypes.contracts import Approach, Passage, Prediction, Sample, Task
from prototypes.errors import LaboratoryError
from prototypes.experiments.inquiry import Inquiry
from prototypes.experiments.material import compare_shares, measure_scores
from prototypes.measure.answers import contains_answer
from prototypes.measure.groups import Groups, number_groups
from prototypes.measure.metrics import primary_metric, score_samples
from prototypes.measure.significance import Scores
from prototypes.results import ArmResult, Comparison, ExperimentResult, Measured

NAME = "knowledge_probe"
ORACLE, ANSWERED, FOUND = "oracle_context", "answered", "passage_found"
KNOWLEDGE = "knowledge"
EXTRACTIVE, GENERATOR = "rag", "rag_generator"
ENOUGH = 0.8
"""Reading and search count as working from this share on, and as failing below it."""

Chosen = Mapping[str, tuple[int, ...]]


def probe_knowledge(inquiry: Inquiry) -> ExperimentResult:
    """Measure each way to know the answers on the questions whose passages are known."""
    passages = inquiry.bench.passages
    chosen = choose_passages(inquiry.test, passages)
    asked = [number for number, sample in enumerate(inquiry.test) if sample.input in chosen]
    if inquiry.learning.task is not Task.DOCUMENT_QA or not asked:
        untested = "no test question names a document in which one of its answers stands"
        return ExperimentResult(experiment=NAME, untested=untested)
    samples = [inquiry.test[number] for number in asked]
    groups = number_groups(samples)
    oracle, notes = _ask_oracles(inquiry, samples, chosen)
    found = _search(inquiry, samples, chosen)
    measured = [
        *(measure_scores(ORACLE, arm, scores, groups) for arm, scores in oracle.items()),
        *([found] if found else []),
        *_state_arms(inquiry, asked, groups),
    ]
    return ExperimentResult(
        experiment=NAME,
        measured=measured,
        differences=_compare(inquiry),
        notes=notes,
        conclusion=_conclude(measured),
    )


def choose_passages(samples: Sequence[Sample], passages: Sequence[Passage]) -> Chosen:
    """Find for each question the passages of its sources that hold one of its answers.

    A question that was asked twice, with other sources, is given those of both.
    """
    by_document: dict[str, list[int]] = {}
    for number, passage in enumerate(passages):
        by_document.setdefault(passage.document_id, []).append(number)
    chosen: dict[str, dict[int, None]] = {}
    for sample in samples:
        for number in (n for source in sample.sources for n in by_document.get(source, ())):
            if contains_answer(passages[number].text, sample.targets):
                chosen.setdefault(sample.input, {})[number] = None
    return {question: tuple(numbers) for question, numbers in chosen.items()}


def _ask_oracles(
    inquiry: Inquiry, samples: Sequence[Sample], chosen: Chosen
) -> tuple[dict[str, Scores], list[str]]:
    """Let every reader there is answer from the right passages."""
    readers: dict[str, Callable[[], Sequence[Prediction]]] = {
        EXTRACTIVE: lambda: _read_extractively(inquiry, samples, chosen)
    }
    if inquiry.bench.generator_supply is not None:
        readers[GENERATOR] = lambda: _read_by_generator(inquiry, samples, chosen)
    scores, notes = {}, []
    for name, read in readers.items():
        try:
            scores[name] = _score(samples, read())
        except LaboratoryError as error:
            notes.append(f"{name} was not asked: {error}")
    return scores, notes


def _read_extractively(
    inquiry: Inquiry, samples: Sequence[Sample], chosen: Chosen
) -> Sequence[Prediction]:
    bench, learning = inquiry.bench, inquiry.learning
    system = build_system(bench)
    system.tune((*learning.train, *learning.validation))
    questions = [sample.input for sample in samples]
    vectors, keys = bench.embed(questions), bench.embed(passage_texts(bench.passages))
    handed_over = []
    for question, vector in zip(questions, vectors, strict=True):
        indices = chosen[question]
        cosines = keys[list(indices)] @ vector
        order = np.argsort(-cosines, kind="stable")
        handed_over.append(
            Retrieval(tuple(indices[at] for at in order), tuple(map(float, cosines[order])))
        )
    return system.answer_from(questions, handed_over)


def _read_by_generator(
    inquiry: Inquiry, samples: Sequence[Sample], chosen: Chosen
) -> Sequence[Prediction]:
    passages = inquiry.bench.passages
    given = {
        question: tuple(passages[number] for number in islice(numbers, N_READ))
        for question, numbers in chosen.items()
    }
    arm = _OracleContextArm(given)
    arm.begin(inquiry)
    return arm.predict([sample.input for sample in samples])


class _OracleContextArm(ClosedBookPromptArm):
    """Gives a language model the right passages instead of those that search finds."""

    template_name = "qa_passages"

    def __init__(self, given: Mapping[str, tuple[Passage, ...]]) -> None:
        self._given = given

    def begin(self, inquiry: Inquiry) -> None:
        """Load the language model, without asking validation questions."""
        self._begin(inquiry.bench, inquiry.bench.templates.by_name[self.template_name])

    def _find_passages(
        self, questions: Sequence[str], clock: StageClock
    ) -> list[tuple[Passage, ...]]:
        return [self._given[question] for question in questions]


def _score(samples: Sequence[Sample], said: Sequence[Prediction]) -> Scores:
    metric = primary_metric(Task.DOCUMENT_QA)
    rows = score_samples(Task.DOCUMENT_QA, samples, said)
    return np.array([row[metric] for row in rows], dtype=np.float64)


def _search(inquiry: Inquiry, samples: Sequence[Sample], chosen: Chosen) -> Measured | None:
    """Count the questions for which one of the right passages is among the first five found."""
    arm = inquiry.material.standing_for(Approach.RAG)
    if arm is None:
        return None
    ids = [passage.id for passage in inquiry.bench.passages]
    found = {each.id: each.retrieved[:N_READ] for each in inquiry.material.samples[arm.name]}
    hits = [
        not {ids[number] for number in chosen[sample.input]}.isdisjoint(found[sample.id])
        for sample in samples
    ]
    scores = np.array(hits, dtype=np.float64)
    return measure_scores(FOUND, arm.name, scores, number_groups(samples))


def _state_arms(inquiry: Inquiry, asked: Sequence[int], groups: Groups | None) -> list[Measured]:
    """State what each arm of the trial answers of the same questions."""
    return [
        measure_scores(ANSWERED, arm.name, inquiry.material.scores(arm)[list(asked)], groups)
        for arm in inquiry.material.arms
        if arm.approach is not Approach.BASELINE
    ]


def _compare(inquiry: Inquiry) -> list[Comparison]:
    """Compare retrieval with the approaches that answer without documents."""
    material = inquiry.material
    retrieval = material.standing_for(Approach.RAG)
    closed = (material.standing_for(each) for each in (Approach.PROMPTING, Approach.FINE_TUNE))
    if retrieval is None:
        return []
    return [
        compare_shares(
            KNOWLEDGE,
            _named(inquiry, retrieval),
            _named(inquiry, arm),
            resampling=inquiry.resampling,
            groups=material.groups,
        )
        for arm in closed
        if arm is not None and not arm.cites
    ]


def _named(inquiry: Inquiry, arm: ArmResult) -> tuple[str, Scores]:
    return arm.name, inquiry.material.scores(arm)


def _conclude(measured: Sequence[Measured]) -> str:
    """Name what fails, where the intervals say so; empty if they do not."""
    oracles = [one for one in measured if one.quantity == ORACLE]
    found = next((one for one in measured if one.quantity == FOUND), None)
    if not oracles or found is None:
        return ""
    reads = _is_enough(max(oracles, key=lambda one: one.value))
    searches = _is_enough(found)
    if reads is None or searches is None:
        return ""
    return {
        (True, True): "both_fine",
        (True, False): "search_fails",
        (False, True): "reader_fails",
        (False, False): "both_fail",
    }[reads, searches]


def _is_enough(one: Measured) -> bool | None:
    """Tell which side of what is enough the interval lies on; None if it holds both."""
    if one.low >= ENOUGH:
        return True
    return False if one.high < ENOUGH else None
