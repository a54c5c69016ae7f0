"""Documents that do not belong, indexed together with the corpus: what does search still find?

The irrelevant documents are the topics of Python's own help, which every interpreter carries.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from prototypes.approaches.document_qa.rag import build_system
from prototypes.contracts import Document, Task
from prototypes.data.samples.topics import load_topics
from prototypes.experiments.inquiry import Inquiry
from prototypes.experiments.losses import state_loss, state_quality
from prototypes.measure.groups import number_groups
from prototypes.measure.metrics import primary_metric, score_samples
from prototypes.results import ExperimentResult, Measured
from prototypes.workbench import Workbench

NAME = "noise"
RETRIEVAL = "rag"
RECALL = "recall_at_5"
PREFIX = "irrelevant/"


def check_distractors(inquiry: Inquiry) -> ExperimentResult:
    """Measure recall and answers with and without the irrelevant documents in the index."""
    documents, bench = inquiry.learning.documents, inquiry.bench
    irrelevant = _irrelevant_to(documents)
    if not documents or not irrelevant:
        untested = "the irrelevant documents at hand are the corpus itself"
        if not documents:
            untested = "there are no documents to search"
        return ExperimentResult(experiment=NAME, untested=untested)
    plain = build_system(bench)
    plain.tune((*inquiry.learning.train, *inquiry.learning.validation))
    mixed_bench = Workbench(
        bench.encoder, documents=(*documents, *irrelevant), cache_dir=inquiry.folder.cache
    )
    mixed = build_system(mixed_bench)
    mixed.rule = plain.rule
    inquiry.progress(0.8)
    inputs = [sample.input for sample in inquiry.test]
    task = Task.DOCUMENT_QA
    clean, noisy = (
        score_samples(task, inquiry.test, system.answer(inputs)) for system in (plain, mixed)
    )
    n_added = len(mixed_bench.passages) - len(bench.passages)
    return ExperimentResult(
        experiment=NAME,
        measured=[
            each
            for metric in (primary_metric(task), RECALL)
            for each in _state(metric, clean, noisy, inquiry=inquiry)
        ],
        notes=[
            f"{n_added:,} passages of Python's reference were indexed together with the "
            f"{len(bench.passages):,} of the corpus"
        ],
    )


def _irrelevant_to(documents: tuple[Document, ...]) -> tuple[Document, ...]:
    """Take the topics, unless the corpus holds some of them."""
    known = {document.text for document in documents}
    topics = load_topics()
    if any(topic.text in known for topic in topics):
        return ()
    return tuple(replace(topic, id=f"{PREFIX}{topic.id}") for topic in topics)


def _state(
    metric: str,
    clean: list[dict[str, float]],
    noisy: list[dict[str, float]],
    *,
    inquiry: Inquiry,
) -> list[Measured]:
    """State a metric without and with the noise, and what is lost; nothing if it is undefined."""
    scored = [place for place, one in enumerate(clean) if metric in one]
    if not scored:
        return []
    before, after = (
        np.array([rows[place][metric] for place in scored], dtype=np.float64)
        for rows in (clean, noisy)
    )
    pair = (RETRIEVAL, before), (RETRIEVAL, after)
    draw, groups = inquiry.resampling, number_groups([inquiry.test[place] for place in scored])
    return [
        state_quality(f"{metric}_without", *pair[0], resampling=draw, groups=groups),
        state_quality(f"{metric}_with", *pair[1], resampling=draw, groups=groups),
        state_loss(f"{metric}_lost", *pair, resampling=draw, groups=groups),
    ]
