"""How search scales: build, recall@10, p50 and memory at 10,000 to 1,000,000 vectors.

The vectors are 20,000 real passages, embedded in the course of it, and perturbed copies of them
(`large_vectors.py` says how); up to 20,000 there is no copy among them. The search width is chosen
as ever, without questions; recall@10 is measured against exact search, on 500 real questions.

    python tests/benchmarks/large_index.py [--sizes 10000 100000 200000 1000000]
                                           [--kinds flat hnsw ivf_pq] [--folder FOLDER]
                                           [--data FOLDER] [--passages 20000]

With `--folder` the embeddings are kept there, so that each size can be run by itself and embedding
goes on where it was cut short. Building and asking are measured in processes of their own that read
the vectors from a mapped file; their peak memory counts the pages of that file, too. Without
`--kinds` each size is searched exactly and by the index that would be chosen for it. What the
limits at the end say is checked; one that is missed makes the exit code 1.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from large_vectors import DATA, N_PASSAGES, embed, perturb
from numpy.typing import NDArray

from prototypes.retrieval.dense import DenseIndex
from prototypes.retrieval.large import (
    Kind,
    LargeIndex,
    choose_kind,
    measure_recall,
    write_index,
)
from prototypes.retrieval.mapped import search_exactly

SIZES = (10_000, 100_000, 200_000, 1_000_000)
K = 10
COLUMNS = (
    *("vectors", "kind", "build s", "build MB", "index MB", "width"),
    *("recall@10", "p50 ms", "p95 ms", "search MB"),
)
LIMITS = {200_000: {"peak MB": 1_000.0}, 1_000_000: {"peak MB": 4_000.0, "p50 ms": 20.0}}
"""Most that a size may take; recall@10 may nowhere be below .95."""
LEAST_RECALL = 0.95

Row = Mapping[str, float | str]


def main() -> None:
    """Print the table, one line per size and kind."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sizes", nargs="+", type=int, default=SIZES)
    parser.add_argument("--kinds", nargs="+", type=Kind, metavar="KIND")
    parser.add_argument("--folder", type=Path, help="keep embeddings and vectors here")
    parser.add_argument("--data", type=Path, default=DATA, help="holds squad/ and etcd_docs/")
    parser.add_argument("--passages", type=int, default=N_PASSAGES)
    parser.add_argument("--step", nargs=3, metavar=("STEP", "N", "KIND"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.step:
        print(json.dumps(_take_step(options, *options.step)))
        return
    with tempfile.TemporaryDirectory(prefix="large-index-") as temporary:
        options.folder = options.folder or Path(temporary)
        options.folder.mkdir(parents=True, exist_ok=True)
        print_embedding(run_alone(options, "embed", options.passages, Kind.FLAT))
        run_alone(options, "perturb", max(options.sizes), Kind.FLAT)
        print("".join(f"{column:>11}" for column in COLUMNS), flush=True)
        rows = [
            measure(options, n, kind)
            for n in options.sizes
            for kind in options.kinds or dict.fromkeys((Kind.FLAT, choose_kind(n)))
        ]
    sys.exit(int(not check_limits(rows)))


def print_embedding(found: Row) -> None:
    """Say how fast passages became vectors, unless they were vectors before."""
    n, seconds = float(found["n"]), float(found["seconds"])
    if n:
        print(
            f"embedded {n:,.0f} passages in {seconds:.0f} s: {n / seconds:.0f} per second, "
            f"peak {found['peak_mb']:.0f} MB",
            flush=True,
        )


def measure(options: argparse.Namespace, n: int, kind: Kind) -> Row:
    """Build an index, ask it, hold it against exact search; print and return the line."""
    row = dict(run_alone(options, "build", n, kind))
    run_alone(options, "truth", n, Kind.FLAT)
    row |= run_alone(options, "ask", n, kind)
    row |= {"vectors": f"{n:,}", "kind": kind.value}
    print("".join(f"{_show(row[column]):>11}" for column in COLUMNS), flush=True)
    return row


def run_alone(options: argparse.Namespace, step: str, n: int, kind: Kind) -> Row:
    """Take a step in a process of its own, so that the peak memory is its own.

    Nothing large may be done here: a child begins with the peak of its parent.
    """
    command = [sys.executable, __file__, "--folder", str(options.folder)]
    command += ["--data", str(options.data), "--step", step, str(n), kind.value]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{step} {n:,} {kind.value}: {done.stderr}")
    row: Row = json.loads(done.stdout.splitlines()[-1])
    return row


def check_limits(rows: Sequence[Row]) -> bool:
    """Print for each size with limits whether it keeps them; tell whether all do."""
    is_kept = True
    for row in rows:
        n = int(str(row["vectors"]).replace(",", ""))
        if row["kind"] != choose_kind(n).value:
            continue
        found = {**row, "peak MB": max(float(row["build MB"]), float(row["search MB"]))}
        for name, most in LIMITS.get(n, {}).items():
            is_kept &= _check(
                f"{n:,}: {name} {found[name]:.4g} (at most {most:g})", found[name] <= most
            )
        recall = float(row["recall@10"])
        is_kept &= _check(
            f"{n:,}: recall@10 {recall:.3f} (at least {LEAST_RECALL})", recall >= LEAST_RECALL
        )
    return is_kept


def _check(said: str, is_kept: bool) -> bool:
    print(f"{'kept  ' if is_kept else 'MISSED'} {said}")
    return is_kept


def _take_step(options: argparse.Namespace, step: str, n: str, kind: str) -> Row:
    folder = options.folder
    if step == "embed":
        return embed(options.data, folder, int(n))
    if step == "perturb":
        perturb(folder, int(n))
        return {}
    vectors = np.load(folder / "vectors.npy", mmap_mode="r", allow_pickle=False)[: int(n)]
    questions = np.load(folder / "questions.npy", allow_pickle=False)
    if step == "truth":
        np.save(folder / "truth.npy", search_exactly(vectors, questions, K))
        return {}
    place = folder / f"{kind}-{n}"
    return (
        build(vectors, place, Kind(kind))
        if step == "build"
        else ask(vectors, place, Kind(kind), questions)
    )


def build(vectors: NDArray[np.float32], place: Path, kind: Kind) -> Row:
    """Build an index into a folder; an exact one is made when it is asked."""
    if kind is Kind.FLAT:
        return {"build s": 0.0, "build MB": 0.0, "index MB": vectors.nbytes / 1e6, "width": "all"}
    place.mkdir(exist_ok=True)
    report = write_index(vectors, place, kind=kind)
    return {
        "build s": report.build_seconds,
        "build MB": _peak_mb(),
        "index MB": report.size_mb,
        "width": str(report.width),
    }


def ask(
    vectors: NDArray[np.float32], place: Path, kind: Kind, questions: NDArray[np.float32]
) -> Row:
    """Ask one question at a time, after a few that only warm up."""
    began = time.perf_counter()
    index = DenseIndex(vectors) if kind is Kind.FLAT else LargeIndex.load(place, vectors)
    loaded = time.perf_counter() - began
    index.search(questions[:20], K)
    seconds, found = [], []
    for question in questions:
        began = time.perf_counter()
        found += index.search(question[None], K)
        seconds.append(time.perf_counter() - began)
    truth = np.load(place.parent / "truth.npy", allow_pickle=False)
    p50, p95 = 1000 * np.percentile(seconds, (50, 95))
    row: dict[str, float | str] = {
        "recall@10": measure_recall(found, truth),
        "p50 ms": p50,
        "p95 ms": p95,
        "search MB": _peak_mb(),
    }
    return row | ({"build s": loaded} if kind is Kind.FLAT else {})


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _show(value: float | str) -> str:
    if isinstance(value, str):
        return value
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


if __name__ == "__main__":
    main()
