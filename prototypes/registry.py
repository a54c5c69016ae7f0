"""The register of arms: what can be run for each task; naming an arm loads nothing."""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

from prototypes.contracts import Approach, Arm, ArmSpec, Task
from prototypes.errors import UnknownArmError

_CLASSIFICATION = "prototypes.approaches.classification"
_DOCUMENT_QA = "prototypes.approaches.document_qa"

ARMS: tuple[ArmSpec, ...] = (
    ArmSpec(
        name="baseline_majority",
        task=Task.CLASSIFICATION,
        approach=Approach.BASELINE,
        title="the most frequent label, always",
        factory=f"{_CLASSIFICATION}.baseline:MajorityArm",
        needs=("training_samples",),
        cost_rank=0,
    ),
    ArmSpec(
        name="baseline_tfidf",
        task=Task.CLASSIFICATION,
        approach=Approach.BASELINE,
        title="logistic regression on TF-IDF of words, no encoder",
        factory=f"{_CLASSIFICATION}.baseline:TfidfArm",
        needs=("training_samples",),
        cost_rank=1,
    ),
    ArmSpec(
        name="prompting_zero_shot",
        task=Task.CLASSIFICATION,
        approach=Approach.PROMPTING,
        title="nearest label description in the embedding space (no generator, no samples)",
        factory=f"{_CLASSIFICATION}.prompting:ZeroShotArm",
        cost_rank=2,
    ),
    ArmSpec(
        name="prompting_few_shot",
        task=Task.CLASSIFICATION,
        approach=Approach.PROMPTING,
        title="logistic head on 8 samples per label, frozen encoder (no generator)",
        factory=f"{_CLASSIFICATION}.prompting:FewShotArm",
        needs=("training_samples",),
        cost_rank=3,
    ),
    ArmSpec(
        name="rag",
        task=Task.CLASSIFICATION,
        approach=Approach.RAG,
        title="vote of the nearest labelled samples in a FAISS index",
        factory=f"{_CLASSIFICATION}.rag:NearestSamplesArm",
        cites=True,
        needs=("training_samples",),
        cost_rank=4,
    ),
    ArmSpec(
        name="fine_tune_head",
        task=Task.CLASSIFICATION,
        approach=Approach.FINE_TUNE,
        title="logistic head trained on the frozen encoder",
        factory="prototypes.approaches.finetuning.head:HeadArm",
        needs=("training_samples",),
        cost_rank=5,
    ),
    ArmSpec(
        name="fine_tune_full",
        task=Task.CLASSIFICATION,
        approach=Approach.FINE_TUNE,
        title="all parameters of the encoder and a head tuned with the Trainer",
        factory="prototypes.approaches.finetuning.full:FullTuningArm",
        needs=("training_samples",),
        cost_rank=6,
    ),
    ArmSpec(
        name="hybrid",
        task=Task.CLASSIFICATION,
        approach=Approach.HYBRID,
        title="tuned encoder interpolated with the vote of its nearest samples",
        factory=f"{_CLASSIFICATION}.hybrid:InterpolatedArm",
        cites=True,
        needs=("training_samples",),
        cost_rank=7,
    ),
    ArmSpec(
        name="prompting_generator",
        task=Task.CLASSIFICATION,
        approach=Approach.PROMPTING,
        title="a language model given the labels in its prompt, no samples",
        factory=f"{_CLASSIFICATION}.prompted:ZeroShotPromptArm",
        needs=("generator",),
        cost_rank=90,
    ),
    ArmSpec(
        name="prompting_generator_few_shot",
        task=Task.CLASSIFICATION,
        approach=Approach.PROMPTING,
        title="a language model given the labels and the same few samples in every prompt",
        factory=f"{_CLASSIFICATION}.prompted:FixedExamplesPromptArm",
        needs=("generator", "training_samples"),
        cost_rank=92,
    ),
    ArmSpec(
        name="rag_generator",
        task=Task.CLASSIFICATION,
        approach=Approach.RAG,
        title="a language model given the labels and the 8 nearest samples in its prompt",
        factory=f"{_CLASSIFICATION}.prompted:NearestExamplesPromptArm",
        cites=True,
        needs=("generator", "training_samples"),
        cost_rank=91,
    ),
    ArmSpec(
        name="baseline",
        task=Task.DOCUMENT_QA,
        approach=Approach.BASELINE,
        title="best sentence of the first BM25 passage",
        factory=f"{_DOCUMENT_QA}.baseline:BestSentenceBaseline",
        cites=True,
        needs=("documents",),
        cost_rank=0,
    ),
    ArmSpec(
        name="rag",
        task=Task.DOCUMENT_QA,
        approach=Approach.RAG,
        title="BM25 and dense search fused, extractive answer with citation",
        factory=f"{_DOCUMENT_QA}.rag:RetrievalArm",
        cites=True,
        needs=("documents",),
        cost_rank=1,
    ),
    ArmSpec(
        name="hybrid",
        task=Task.DOCUMENT_QA,
        approach=Approach.HYBRID,
        title="retriever tuned on the training questions, then fused retrieval with citation",
        factory=f"{_DOCUMENT_QA}.hybrid:TunedRetrievalArm",
        cites=True,
        needs=("documents", "training_samples"),
        cost_rank=2,
    ),
    ArmSpec(
        name="fine_tune",
        task=Task.DOCUMENT_QA,
        approach=Approach.FINE_TUNE,
        title="closed book: a tuned model answers without access to the documents",
        factory=f"{_DOCUMENT_QA}.closed_book:ClosedBookArm",
        needs=("training_samples",),
        cost_rank=3,
    ),
    ArmSpec(
        name="prompting",
        task=Task.DOCUMENT_QA,
        approach=Approach.PROMPTING,
        title="closed book: a language model answers from what it knows",
        factory=f"{_DOCUMENT_QA}.prompted:ClosedBookPromptArm",
        needs=("generator",),
        cost_rank=90,
    ),
    ArmSpec(
        name="rag_generator",
        task=Task.DOCUMENT_QA,
        approach=Approach.RAG,
        title="a language model answers from the 5 best passages of fused retrieval and cites them",
        factory=f"{_DOCUMENT_QA}.prompted:RetrievalPromptArm",
        cites=True,
        needs=("generator", "documents"),
        cost_rank=91,
    ),
    ArmSpec(
        name="prompting_whole_corpus",
        task=Task.DOCUMENT_QA,
        approach=Approach.PROMPTING,
        title="a language model answers with the whole corpus in its prompt and cites documents",
        factory=f"{_DOCUMENT_QA}.prompted:WholeCorpusPromptArm",
        cites=True,
        needs=("generator", "documents"),
        cost_rank=92,
    ),
)


def arms_for(task: Task) -> tuple[ArmSpec, ...]:
    """List the arms of a task, cheapest first."""
    return tuple(sorted((a for a in ARMS if a.task is task), key=lambda arm: arm.cost_rank))


def select_arms(task: Task, names: Iterable[str]) -> tuple[ArmSpec, ...]:
    """Pick arms by their own names or by approach, cheapest first, each once.

    Args:
        task: The task the arms are for.
        names: Such as `fine_tune_head`, or `fine_tune` for every arm of that approach; `rag`,
            which is both, stands for the approach.

    Raises:
        UnknownArmError: If a name is neither an arm nor an approach of the task.
    """
    arms, wanted = arms_for(task), list(names)
    for name in wanted:
        _require_known(name, task, arms)
    return tuple(arm for arm in arms if arm.name in wanted or arm.approach in wanted)


def load_arm_class(spec: ArmSpec) -> type[Arm]:
    """Import the class behind an entry of the register."""
    module, _, name = spec.factory.partition(":")
    found: Any = getattr(importlib.import_module(module), name)
    return found  # type: ignore[no-any-return]


def create_arm(spec: ArmSpec) -> Arm:
    """Make an unfitted instance of an arm."""
    return load_arm_class(spec)()


def _require_known(name: str, task: Task, arms: tuple[ArmSpec, ...]) -> None:
    known = sorted({arm.name for arm in arms} | {str(arm.approach) for arm in arms})
    if name in known:
        return
    close = get_close_matches(name, known, n=1)
    hint = f" Did you mean '{close[0]}'?" if close else ""
    raise UnknownArmError(
        f"There is no arm or approach '{name}' for {task}; known are {', '.join(known)}.{hint}"
    )
