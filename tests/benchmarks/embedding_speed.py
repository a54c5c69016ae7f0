"""Our encoder against `SentenceTransformer.encode` at its defaults, on the same SQuAD paragraphs.

    python tests/benchmarks/embedding_speed.py [dev-v1.1.json] [--texts N] [--questions N]
                                               [--repeats N] [--json]

Both encode the same paragraphs in turn. Prints passages per second, their ratio (floor 2.5), the
mean cosine between the two sets of vectors (floor .999), what dense search loses in nDCG@10
(at most .002), and the share of the machine's matrix-multiply peak that our encoder reaches.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from matmul_peak import count_matrix_parameters, describe_share, measure_peaks
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer
from squad import DEFAULT_PATH, read_squad

from prototypes.measure.relevance import ndcg_at_k
from prototypes.models.encoder import find_embedded_folder
from prototypes.models.transformer import TransformerEncoder
from prototypes.runtime import precision, prepare_transformers

Encode = Callable[[list[str]], NDArray[np.float32]]


def time_both(ways: dict[str, Encode], texts: list[str], n_repeats: int) -> dict[str, float]:
    """Return the median seconds of each way, asked in turn after a warm-up."""
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for encode in ways.values():
        encode(texts[:64])
    for _ in range(n_repeats):
        for name, encode in ways.items():
            started = time.perf_counter()
            encode(texts)
            seconds[name].append(time.perf_counter() - started)
    return {name: statistics.median(each) for name, each in seconds.items()}


def mean_ndcg(
    passages: NDArray[np.float32], questions: NDArray[np.float32], right: list[int]
) -> float:
    """Return the mean nDCG@10 of exact dense search."""
    nearest = np.argsort(-(questions @ passages.T), axis=1, kind="stable")[:, :10]
    return float(
        np.mean(
            [
                ndcg_at_k([str(i) for i in row], [str(i)], k=10)
                for row, i in zip(nearest, right, strict=True)
            ]
        )
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("path", nargs="?", type=Path, default=DEFAULT_PATH)
    parser.add_argument("--texts", type=int, help="only the first N paragraphs")
    parser.add_argument("--questions", type=int, default=2000, help="a seeded sample of this many")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    documents, samples = read_squad(options.path)
    texts = [document.text for document in documents[: options.texts]]
    place = {document.id: row for row, document in enumerate(documents[: options.texts])}
    asked = [sample for sample in samples if sample.sources[0] in place]
    asked = random.Random(0).sample(asked, min(options.questions, len(asked)))
    prepare_transformers()
    folder = find_embedded_folder()
    if folder is None:
        sys.exit("the embedded encoder is not installed")
    ours = TransformerEncoder(folder, name=folder.name, sha256=None)
    theirs = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
    ways: dict[str, Encode] = {
        "ours": ours.encode,
        "sentence-transformers": lambda some: theirs.encode(some, show_progress_bar=False),
    }
    seconds = time_both(ways, texts, options.repeats)
    vectors = {name: encode(texts) for name, encode in ways.items()}
    questions = [sample.input for sample in asked]
    right = [place[sample.sources[0]] for sample in asked]
    ndcg = {name: mean_ndcg(vectors[name], ways[name](questions), right) for name in ways}
    n_tokens = sum(map(len, ours._tokenize(texts)))
    gflops = 2 * count_matrix_parameters(ours._model) * n_tokens / seconds["ours"] / 1e9
    figures = {
        "passages": len(texts),
        "tokens": n_tokens,
        "threads": torch.get_num_threads(),
        "precision": precision(),
        "passages_per_second": {name: len(texts) / each for name, each in seconds.items()},
        "ratio": seconds["sentence-transformers"] / seconds["ours"],
        "mean_cosine": float(np.mean(np.sum(np.multiply(*vectors.values()), axis=1))),
        "questions": len(asked),
        "ndcg_at_10": ndcg,
        "share_of_peak": describe_share(gflops, measure_peaks()),
    }
    print(f"python {' '.join(sys.argv)}")
    if options.json:
        print(json.dumps(figures, indent=2))
        return
    for name, each in figures.items():
        print(f"{name:20} {each}")


if __name__ == "__main__":
    main()
