"""Which metrics each task has, and what one prediction scores on them.

A metric that has no meaning for a sample is absent from its scores, never 0: citation correctness
needs a known source and an answer, abstention an unanswerable question. Means are taken over the
samples for which the metric is defined.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from prototypes.contracts import Prediction, Sample, Task
from prototypes.measure.answers import contains_answer, exact_match, token_f1
from prototypes.measure.generation import corpus_bleu, score_text, score_texts
from prototypes.measure.relevance import mrr, ndcg_at_k, rank_documents, recall_at_k
from prototypes.measure.spans import score_spans

MAX_ANSWER_WORDS = 60
"""A longer output is no answer: quoting the whole passage would otherwise always be right."""

Labels = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric of a task; all lie between 0 and 1, and larger is better.

    Attributes:
        name: As in `trial.json`.
        title: As in the report.
        is_primary: The metric the verdict rests on; exactly one per task.
        is_per_sample: False if it only has a value for many samples together.
        needs_retrieval: Only defined for an arm that retrieves.
    """

    name: str
    title: str
    is_primary: bool = False
    is_per_sample: bool = True
    needs_retrieval: bool = False


METRICS: Mapping[Task, tuple[Metric, ...]] = {
    Task.CLASSIFICATION: (
        Metric("accuracy", "Accuracy", is_primary=True),
        Metric("macro_f1", "Macro-averaged F1", is_per_sample=False),
    ),
    Task.EXTRACTION: (
        Metric("span_f1", "Span F1, micro-averaged", is_primary=True, is_per_sample=False),
        Metric("span_precision", "Spans given that are right", is_per_sample=False),
        Metric("span_recall", "Right spans that are given", is_per_sample=False),
        Metric("exact_match", "Texts with exactly the right spans"),
    ),
    Task.DOCUMENT_QA: (
        Metric("correct", "Answered correctly, or rightly abstained", is_primary=True),
        Metric("answer_in_sentence", "Accepted answer stands in the output"),
        Metric("exact_match", "Exact match (SQuAD)"),
        Metric("token_f1", "Token F1 (SQuAD)"),
        Metric("citation_correct", "Answers that cite a right document"),
        Metric("abstention_correct", "Unanswerable questions left unanswered"),
        Metric("recall_at_1", "Recall@1 of documents", needs_retrieval=True),
        Metric("recall_at_5", "Recall@5 of documents", needs_retrieval=True),
        Metric("mrr", "Mean reciprocal rank of documents", needs_retrieval=True),
        Metric("ndcg_at_10", "nDCG@10 of documents", needs_retrieval=True),
    ),
    Task.GENERATION: (
        Metric("chrf", "chrF against the best reference", is_primary=True),
        Metric("exact_match", "Equal to a reference"),
        Metric("valid_json", "JSON of the form of the references"),
        Metric("bleu", "Corpus BLEU", is_per_sample=False),
        Metric("bleu_lowercased", "Corpus BLEU in lower case", is_per_sample=False),
    ),
}


def primary_metric(task: Task) -> str:
    """Return the name of the metric that decides."""
    return next(metric.name for metric in METRICS[task] if metric.is_primary)


def score_sample(task: Task, sample: Sample, prediction: Prediction) -> dict[str, float]:
    """Score one prediction on every metric that is defined for its sample.

    Classification: `accuracy`. Generation: see `generation`. Extraction: `exact_match`, and the
    counts that the span metrics are made of. Document question answering:

    - `correct`: on an answerable question, an accepted answer stands in the output as a run of
      whole normalised words and the output has at most 60 words; on an unanswerable one, the arm
      abstained.
    - `answer_in_sentence`: the first half of that, whatever the length; answerable only.
    - `exact_match`, `token_f1`: as SQuAD 2.0 has them; abstaining is right exactly on what is
      unanswerable.
    - `citation_correct`: a cited document is among the sources. Out of the answers given to
      questions with known sources; an answer without citation counts as wrong, an abstention not
      at all, so read it beside `correct`.
    - `abstention_correct`: out of the unanswerable questions.
    - `recall_at_1`, `recall_at_5`, `mrr`, `ndcg_at_10`: out of the questions with known sources.
    """
    if task is Task.EXTRACTION:
        return score_spans(prediction.output, sample.targets[0])
    if task is Task.CLASSIFICATION:
        return {"accuracy": float(prediction.output in sample.targets)}
    if task is Task.GENERATION:
        return score_text(sample, prediction)
    return {
        **_score_answer(sample, prediction.output),
        **_score_citation(sample, prediction),
        **_score_ranking(sample, prediction),
    }


def score_samples(
    task: Task, samples: Sequence[Sample], predictions: Sequence[Prediction]
) -> list[dict[str, float]]:
    """Score the predictions of one arm; one that never retrieves has no retrieval metrics."""
    if task is Task.GENERATION:
        return score_texts(samples, predictions)
    scores = [score_sample(task, *pair) for pair in zip(samples, predictions, strict=True)]
    if any(prediction.retrieved for prediction in predictions):
        return scores
    absent = {metric.name for metric in METRICS[task] if metric.needs_retrieval}
    return [{name: row[name] for name in row if name not in absent} for row in scores]


def aggregate(
    task: Task, samples: Sequence[Sample], predictions: Sequence[Prediction]
) -> dict[str, float]:
    """Return each metric that is defined for at least one sample, over all of them."""
    values: defaultdict[str, list[float]] = defaultdict(list)
    for row in score_samples(task, samples, predictions):
        for name, value in row.items():
            values[name].append(value)
    means = {name: float(np.mean(values[name])) for name in values}
    if task is Task.CLASSIFICATION and samples:
        means["macro_f1"] = macro_f1(*encode_labels(samples, predictions))
    if task is Task.GENERATION and samples:
        means["bleu"] = corpus_bleu(samples, predictions)
        means["bleu_lowercased"] = corpus_bleu(samples, predictions, lowercase=True)
    return means


def encode_labels(
    samples: Sequence[Sample], predictions: Sequence[Prediction]
) -> tuple[Labels, Labels]:
    """Number the labels: two arrays of shape (n_samples,), targets and outputs.

    An abstention is -1, which is wrong but no label of its own.
    """
    targets = [sample.targets[0] for sample in samples]
    outputs = [prediction.output for prediction in predictions]
    names = sorted({*targets, *(output for output in outputs if output is not None)})
    codes: dict[str | None, int] = {name: code for code, name in enumerate(names)}
    return (
        np.array([codes[target] for target in targets], dtype=np.int64),
        np.array([codes.get(output, -1) for output in outputs], dtype=np.int64),
    )


def macro_f1(targets: Labels, outputs: Labels) -> float:
    """Return the mean F1 over the labels that occur among targets or outputs.

    Fast enough to be called for every resample of a bootstrap.

    Args:
        targets: Label numbers, shape (n_samples,), n_samples > 0.
        outputs: Label numbers, same shape; -1 for an abstention.
    """
    n_labels = int(max(targets.max(), outputs.max())) + 1
    n_true = np.bincount(targets, minlength=n_labels)
    n_output = np.bincount(outputs + 1, minlength=n_labels + 1)[1:]
    n_right = np.bincount(targets[targets == outputs], minlength=n_labels)
    occurs = (n_true + n_output) > 0
    return float(np.mean(2 * n_right[occurs] / (n_true + n_output)[occurs]))


def _score_answer(sample: Sample, output: str | None) -> dict[str, float]:
    if sample.unanswerable:
        abstained = float(output is None)
        shared = ("correct", "exact_match", "token_f1", "abstention_correct")
        return dict.fromkeys(shared, abstained)
    said = output or ""
    is_found = contains_answer(said, sample.targets)
    return {
        "correct": float(is_found and len(said.split()) <= MAX_ANSWER_WORDS),
        "answer_in_sentence": float(is_found),
        "exact_match": exact_match(said, sample.targets) if said else 0.0,
        "token_f1": token_f1(said, sample.targets) if said else 0.0,
    }


def _score_citation(sample: Sample, prediction: Prediction) -> dict[str, float]:
    if not sample.sources or prediction.output is None:
        return {}
    cited = {citation.document_id for citation in prediction.citations}
    return {"citation_correct": float(not cited.isdisjoint(sample.sources))}


def _score_ranking(sample: Sample, prediction: Prediction) -> dict[str, float]:
    if not sample.sources:
        return {}
    ranking = rank_documents(prediction.retrieved)
    return {
        "recall_at_1": recall_at_k(ranking, sample.sources, k=1),
        "recall_at_5": recall_at_k(ranking, sample.sources, k=5),
        "mrr": mrr(ranking, sample.sources),
        "ndcg_at_10": ndcg_at_k(ranking, sample.sources, k=10),
    }
