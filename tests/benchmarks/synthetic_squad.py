"""How much easier are questions made of the documents than questions that people asked?

Run: python tests/benchmarks/synthetic_squad.py [dev-v1.1.json] [--questions N] [--cache FOLDER]

On the 2,067 paragraphs of the SQuAD 1.1 development set, each a document: recall@1, recall@5 and
MRR of BM25, dense and fused search for sentences held out of their paragraphs (what
`make_questions` makes) and for a seeded sample of the real questions, both over the corpus
without the held-out sentences, with 95 % bootstrap intervals. As a warning, BM25 is also asked the
sentences over the whole corpus, where it only has to find its own words. The paragraphs have no
headings, so nothing is said about those.
"""

from __future__ import annotations

import argparse
import random
import resource
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from squad import DEFAULT_PATH, SEED, read_squad

from prototypes.approaches.document_qa.retriever import N_PER_INDEX
from prototypes.contracts import Sample
from prototypes.data.synthetic_questions import make_questions
from prototypes.measure.relevance import mrr, recall_at_k
from prototypes.measure.significance import Scores, bootstrap_mean
from prototypes.retrieval.fusion import Hit, fuse_hits
from prototypes.workbench import Workbench

Found = Sequence[Sequence[Hit]]


def main() -> None:
    """Measure and print a row per kind of question and search."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("path", nargs="?", type=Path, default=DEFAULT_PATH)
    parser.add_argument("--questions", type=int, default=2000, help="real ones, drawn by seed")
    parser.add_argument("--cache", type=Path, help="keep embeddings here")
    arguments = parser.parse_args()
    documents, real = read_squad(arguments.path)
    real = random.Random(SEED).sample(real, min(arguments.questions, len(real)))
    made = make_questions(documents, seed=SEED)
    bench = Workbench(documents=made.documents, cache_dir=arguments.cache)
    print(f"{len(documents)} documents, {len(bench.passages)} passages")
    rows = {"synthetic": search(made.samples, bench), "real": search(real, bench)}
    for way in ("lexical", "dense", "fused"):
        for kind, samples in (("synthetic", made.samples), ("real", real)):
            report(f"{way:8} {kind:10}", samples, rows[kind][way], bench)
    whole = Workbench(documents=documents)
    asked = [sample.input for sample in made.samples]
    found = whole.lexical().search(asked, N_PER_INDEX)
    report("lexical  not held out", made.samples, found, whole)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"peak memory {peak / (1e9 if sys.platform == 'darwin' else 1e6):.2f} GB")


def search(samples: Sequence[Sample], bench: Workbench) -> dict[str, Found]:
    """Ask every question in three ways."""
    questions = [sample.input for sample in samples]
    lexical = bench.lexical().search(questions, N_PER_INDEX)
    dense = bench.dense().search(bench.embed(questions), N_PER_INDEX)
    fused = [fuse_hits(pair) for pair in zip(lexical, dense, strict=True)]
    return {"lexical": lexical, "dense": dense, "fused": fused}


def report(name: str, samples: Sequence[Sample], found: Found, bench: Workbench) -> None:
    """Print recall and MRR of paragraphs with their intervals."""
    rankings = [
        list(dict.fromkeys(bench.passages[hit.index].document_id for hit in hits)) for hits in found
    ]
    pairs = [(ranking, sample.sources) for ranking, sample in zip(rankings, samples, strict=True)]
    figures: dict[str, Scores] = {
        "recall@1": np.array([recall_at_k(*pair, k=1) for pair in pairs]),
        "recall@5": np.array([recall_at_k(*pair, k=5) for pair in pairs]),
        "MRR": np.array([mrr(*pair) for pair in pairs]),
    }
    cells = []
    for title, scores in figures.items():
        mean = bootstrap_mean(scores)
        cells.append(f"{title} {mean.value:.3f} [{mean.low:.3f}, {mean.high:.3f}]")
    print(f"{name:21} " + "  ".join(cells) + f"  (n = {len(samples)})", flush=True)


if __name__ == "__main__":
    main()
