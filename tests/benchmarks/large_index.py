"""How search scales: build, recall@10, p50 and memory at 10,000 to 1,000,000 vectors.

The vectors are the embedded paragraphs of the SQuAD 1.1 development set (2,067), followed by
perturbed copies of them: Gaussian noise that leaves a cosine of about .9 to the original. So no
hours of embedding are needed, and the neighbourhoods are denser than those of as many different
texts would be. Queries are real questions of the same file; the search width is chosen on 100 of
them and recall is measured on 200 others, against exact search.

    python tests/benchmarks/large_index.py [dev-v1.1.json] [--sizes 10000 100000 1000000]
                                           [--kinds flat hnsw ivf_pq] [--folder FOLDER]

Each line is measured in a process of its own, which reads the vectors from a mapped file; its
peak memory counts the pages of that file, too. Without `--kinds` each size is searched exactly
and by the index that would be chosen for it.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.lib.format import open_memmap
from numpy.typing import NDArray

from prototypes.retrieval.dense import DenseIndex
from prototypes.retrieval.large import (
    Kind,
    LargeIndex,
    choose_kind,
    measure_recall,
    search_exactly,
    write_index,
)

DEFAULT_PATH = Path(__file__).resolve().parents[3] / "shared" / "data" / "squad" / "dev-v1.1.json"
SIZES = (10_000, 100_000, 1_000_000)
N_TUNED, N_MEASURED = 100, 200
COSINE = 0.9
SEED = 0
BLOCK = 20_000
COLUMNS = ("n", "kind", "build s", "index MB", "width", "recall@10", "p50 ms", "p95 ms", "peak MB")


def main() -> None:
    """Print the table, one line per size and kind."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("path", nargs="?", type=Path, default=DEFAULT_PATH)
    parser.add_argument("--sizes", nargs="+", type=int, default=SIZES)
    parser.add_argument("--kinds", nargs="+", type=Kind, metavar="KIND")
    parser.add_argument("--folder", type=Path, help="keep embeddings here")
    parser.add_argument("--measure", nargs=2, metavar=("N", "KIND"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        n, kind = options.measure
        print(json.dumps(measure(options.folder, int(n), Kind(kind))))
        return
    with tempfile.TemporaryDirectory(prefix="large-index-") as temporary:
        folder = options.folder or Path(temporary)
        embed(options.path, folder)
        print("".join(f"{column:>11}" for column in COLUMNS), flush=True)
        for n in options.sizes:
            perturb(folder, n)
            for kind in options.kinds or dict.fromkeys((Kind.FLAT, choose_kind(n))):
                print("".join(f"{value:>11}" for value in run_alone(folder, n, kind)), flush=True)


def embed(path: Path, folder: Path) -> None:
    """Embed paragraphs and questions, unless that was done before."""
    from squad import read_squad

    from prototypes.workbench import Workbench

    folder.mkdir(parents=True, exist_ok=True)
    if (folder / "questions.npy").exists():
        return
    documents, samples = read_squad(path)
    bench = Workbench(cache_dir=folder / "cache")
    shuffled = np.random.default_rng(SEED).permutation(len(samples))[: N_TUNED + N_MEASURED]
    np.save(folder / "paragraphs.npy", bench.embed([d.text for d in documents]))
    np.save(folder / "questions.npy", bench.embed([samples[i].input for i in shuffled]))


def perturb(folder: Path, n: int) -> None:
    """Write the first n of: the paragraphs, then noisy copies of them, as `vectors.npy`."""
    paragraphs = np.load(folder / "paragraphs.npy", allow_pickle=False)
    count, dimension = paragraphs.shape
    source = np.random.default_rng(SEED)
    # A copy is paragraph + noise, brought to length 1; this length of noise gives the cosine.
    scale = (1 / COSINE**2 - 1) ** 0.5 / dimension**0.5
    path = folder / "vectors.npy"
    vectors = open_memmap(path, mode="w+", dtype=np.float32, shape=(n, dimension))
    for start in range(0, n, BLOCK):
        rows = np.arange(start, min(start + BLOCK, n))
        noise = scale * source.standard_normal((len(rows), dimension), dtype=np.float32)
        noise[rows < count] = 0
        block = paragraphs[rows % count] + noise
        vectors[rows] = block / np.linalg.norm(block, axis=1, keepdims=True)
    vectors.flush()


def run_alone(folder: Path, n: int, kind: Kind) -> Sequence[str]:
    """Measure in a process of its own, so that the peak memory is that of one index."""
    command = [sys.executable, __file__, "--folder", str(folder), "--measure", str(n), kind.value]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    row: list[str] = json.loads(done.stdout.splitlines()[-1])
    return row


def measure(folder: Path, n: int, kind: Kind) -> Sequence[str]:
    """Build, ask one question at a time, compare with exact search."""
    vectors = np.load(folder / "vectors.npy", mmap_mode="r", allow_pickle=False)
    questions = np.load(folder / "questions.npy", allow_pickle=False)
    tuned, asked = questions[:N_TUNED], questions[N_TUNED:]
    with tempfile.TemporaryDirectory(dir=folder) as place:
        index, built = build(vectors, Path(place), kind=kind, questions=tuned)
        index.search(tuned[:20], 10)
        seconds, found = [], []
        for question in asked:
            started = time.perf_counter()
            found += index.search(question[None], 10)
            seconds.append(time.perf_counter() - started)
    recall = measure_recall(found, search_exactly(vectors, asked, 10))
    p50, p95 = 1000 * np.percentile(seconds, (50, 95))
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    figures = (f"{recall:.3f}", f"{p50:.2f}", f"{p95:.2f}", f"{peak_mb:.0f}")
    return (f"{n:,}", kind.value, *built, *figures)


def build(
    vectors: NDArray[np.float32], folder: Path, *, kind: Kind, questions: NDArray[np.float32]
) -> tuple[DenseIndex | LargeIndex, Sequence[str]]:
    """Build an index; say how long it took, how large it is and how wide it searches."""
    started = time.perf_counter()
    if kind is Kind.FLAT:
        flat = DenseIndex(vectors)
        return flat, (f"{time.perf_counter() - started:.1f}", f"{vectors.nbytes / 1e6:.0f}", "all")
    report = write_index(vectors, folder, kind=kind, queries=questions)
    row = (f"{report.build_seconds:.1f}", f"{report.size_mb:.0f}", str(report.width))
    return LargeIndex.load(folder, vectors), row


if __name__ == "__main__":
    main()
