"""Measure document question answering on the 48 articles of the SQuAD 1.1 development set.

Every paragraph is one document, so recall is recall of paragraphs, whole ones, however they are
chunked. Questions are those of the file, 10,570 over 2,067 paragraphs.

    python tests/benchmarks/squad.py [dev-v1.1.json] [--split] [--no-reader] [--questions N]
                                     [--train N] [--cache FOLDER]

Without `--split`: recall@1 and @5 of BM25, dense and fused search on all questions, and how often
the answer stands in the sentence that the rag arm gives on a seeded sample of 500. With it: the
articles are divided 80/20 by a fixed seed, retriever and reader are tuned on the questions of the
larger part, and the questions of the smaller part are searched over all paragraphs: untuned and
tuned recall, and token F1 of the span reader beside the sentences.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from prototypes.approaches.document_qa.baseline import BestSentenceBaseline
from prototypes.approaches.document_qa.hybrid import TunedRetrievalArm
from prototypes.approaches.document_qa.hybrid_span import TunedReaderArm
from prototypes.approaches.document_qa.rag import RetrievalArm
from prototypes.approaches.document_qa.retriever import N_PER_INDEX, N_RETRIEVED
from prototypes.approaches.document_qa.tokens import open_tokens
from prototypes.contracts import Arm, Document, LearningData, Sample, Task
from prototypes.measure.metrics import aggregate
from prototypes.retrieval.fusion import Hit, fuse_hits, fuse_scores
from prototypes.workbench import Workbench

DEFAULT_PATH = Path(__file__).resolve().parents[3] / "shared" / "data" / "squad" / "dev-v1.1.json"
SEED = 0
N_SAMPLED = 500
TRAIN_SHARE = 0.8
N_VALIDATION = 200


def main() -> None:
    """Run what the command line asks for and print one line per figure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("path", nargs="?", type=Path, default=DEFAULT_PATH)
    parser.add_argument("--split", action="store_true", help="tune on 80 %% of the articles")
    parser.add_argument("--train", type=int, help="with --split: tune on this many questions")
    parser.add_argument("--no-reader", action="store_true", help="tune the retriever alone")
    parser.add_argument("--questions", type=int, help="only a seeded sample of this many")
    parser.add_argument("--cache", type=Path, help="keep embeddings and tuned parts here")
    arguments = parser.parse_args()
    documents, samples = read_squad(arguments.path)
    if arguments.questions:
        samples = random.Random(SEED).sample(samples, min(arguments.questions, len(samples)))
    workbench = Workbench(documents=documents, cache_dir=arguments.cache)
    print(
        f"{len(documents)} documents, {len(workbench.passages)} passages, {len(samples)} questions"
    )
    if arguments.split:
        measure_split(
            samples, workbench, n_train=arguments.train, reads_spans=not arguments.no_reader
        )
    else:
        measure_retrieval(samples, workbench)
        measure_reading(samples, workbench)


def read_squad(path: Path) -> tuple[list[Document], list[Sample]]:
    """Read the file: a document per paragraph, a sample per question, grouped by article."""
    documents, samples = [], []
    for article in json.loads(path.read_text(encoding="utf-8"))["data"]:
        for number, paragraph in enumerate(article["paragraphs"]):
            name = f"{article['title']}/{number}"
            title = article["title"].replace("_", " ")
            documents.append(Document(name, title, paragraph["context"]))
            samples += [
                Sample(
                    id=str(question["id"]),
                    input=question["question"],
                    targets=tuple(answer["text"] for answer in question["answers"]),
                    sources=(name,),
                    group=article["title"],
                )
                for question in paragraph["qas"]
            ]
    return documents, samples


def measure_retrieval(samples: Sequence[Sample], workbench: Workbench) -> None:
    """Print recall of paragraphs for lexical, dense and fused search."""
    questions = [sample.input for sample in samples]
    vectors = workbench.embed(questions)
    lexical = workbench.lexical().search(questions, N_PER_INDEX)
    dense = workbench.dense().search(vectors, N_PER_INDEX)
    pairs = list(zip(lexical, dense, strict=True))
    rankings = {
        "lexical": lexical,
        "dense": dense,
        "fused by ranks": [fuse_hits(pair) for pair in pairs],
        "fused by scores": (fused := [fuse_scores(*pair)[:N_RETRIEVED] for pair in pairs]),
    }
    if (late := open_tokens(workbench)) is not None:
        rankings["late interaction"] = late.rerank(questions, fused)
    for name, found in rankings.items():
        ranks = [
            _rank(sample, hits, workbench) for sample, hits in zip(samples, found, strict=True)
        ]
        recalls = "  ".join(f"recall@{k} {np.mean([r <= k for r in ranks]):.4f}" for k in (1, 5))
        print(f"{name:16} {recalls}  (n = {len(samples)})", flush=True)


def measure_reading(samples: Sequence[Sample], workbench: Workbench) -> None:
    """Print what the rag arm answers on a sample, its parameters chosen on other questions."""
    shuffled = random.Random(SEED).sample(samples, min(len(samples), N_SAMPLED + N_VALIDATION))
    test, known = shuffled[:N_SAMPLED], shuffled[N_SAMPLED:]
    learning = LearningData(Task.DOCUMENT_QA, (), tuple(known), workbench.documents)
    _measure_arm(RetrievalArm(), learning, test, workbench=workbench)


def measure_split(
    samples: Sequence[Sample], workbench: Workbench, *, n_train: int | None, reads_spans: bool
) -> None:
    """Print untuned and tuned systems on the questions of articles not trained on."""
    articles = sorted({str(sample.group) for sample in samples})
    random.Random(SEED).shuffle(articles)
    n_known = round(TRAIN_SHARE * len(articles))
    known = [s for s in samples if s.group in articles[:n_known]]
    test = [s for s in samples if s.group in articles[n_known:]]
    random.Random(SEED).shuffle(known)
    learning = LearningData(
        Task.DOCUMENT_QA,
        tuple(known[N_VALIDATION:][:n_train]),
        tuple(known[:N_VALIDATION]),
        workbench.documents,
    )
    print(f"{len(learning.train)} questions to tune on, {len(test)} of other articles; untuned:")
    measure_retrieval(test, workbench)
    for arm in (BestSentenceBaseline(), RetrievalArm(), TunedRetrievalArm()):
        _measure_arm(arm, learning, test, workbench=workbench)
    if not reads_spans:
        return
    tuned = TunedReaderArm()
    _measure_arm(tuned, learning, test, workbench=workbench)
    for form, answers in tuned.answer_in_every_form([sample.input for sample in test]).items():
        metrics = aggregate(Task.DOCUMENT_QA, test, answers)
        print(f"  answering with the {form:20} {_describe(metrics)}", flush=True)


def _measure_arm(
    arm: Arm, learning: LearningData, test: Sequence[Sample], *, workbench: Workbench
) -> None:
    started = time.perf_counter()
    report = arm.fit(learning, workbench, seed=SEED, progress=lambda fraction: None)
    seconds = time.perf_counter() - started
    metrics = aggregate(Task.DOCUMENT_QA, test, arm.predict([sample.input for sample in test]))
    print(f"{type(arm).__name__}: fitted in {seconds:.0f} s; {'; '.join(report.notes)}")
    print(f"  {_describe(metrics)}")
    latency = [sum(arm.predict([sample.input])[0].timings_ms.values()) for sample in test[:60]]
    print(f"  single question p50 {np.median(latency[10:]):.1f} ms  (n = {len(test)})", flush=True)


def _describe(metrics: Mapping[str, float]) -> str:
    return "  ".join(f"{name} {value:.4f}" for name, value in metrics.items())


def _rank(sample: Sample, hits: Sequence[Hit], workbench: Workbench) -> float:
    """Return the rank of the right paragraph, each paragraph counted at its first passage."""
    found = dict.fromkeys(workbench.passages[hit.index].document_id for hit in hits)
    ranks = (rank for rank, name in enumerate(found, start=1) if name in sample.sources)
    return next(ranks, float("inf"))


if __name__ == "__main__":
    main()
