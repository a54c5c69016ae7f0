"""Memory against the size of the corpus: what a trial holds, and what streaming takes.

    python tests/benchmarks/corpus_memory.py [--documents 1000 10000 50000]

Documents of 2,000 words are drawn from a Zipf distribution over 50,000 words. A process of its own
makes each of them searchable: as a trial does (documents, passages, BM25 and dense index held), and
as `embed_corpus` and `open_index` do (one block held, the rest mapped). Vectors are random ones, so
that no hours of embedding are needed; the encoder and what it computes with come on top, the same
at every size (`large_index.py` says how much). Pages of mapped files count as memory.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from prototypes.data.documents import load_documents, stream_documents
from prototypes.retrieval.corpus import embed_corpus
from prototypes.retrieval.large import open_index
from prototypes.workbench import Workbench

SIZES = (1_000, 10_000, 50_000)
N_WORDS, VOCABULARY, SENTENCE = 2_000, 50_000, 20
EXPONENT = 1.1
DIMENSION = 384


class RandomEncoder:
    """Stands where an encoder stands, with vectors like its own and without its memory."""

    name, dimension, sha256, folder = "random", DIMENSION, "0" * 64, None

    def __init__(self) -> None:
        self._centres = np.random.default_rng(0).standard_normal((1000, DIMENSION))

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return unit vectors (n, 384), drawn from the first text as seed."""
        source = np.random.default_rng(list(texts[0].encode()[:64]) if texts else 0)
        rows = self._centres[source.integers(1000, size=len(texts))]
        rows = rows + source.standard_normal((len(texts), DIMENSION))
        unit: NDArray[np.float32] = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(
            "f4"
        )
        return unit


def main() -> None:
    """Print a line per size."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--documents", nargs="+", type=int, default=SIZES, metavar="N")
    parser.add_argument("--way", nargs=2, metavar=("WAY", "FOLDER"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.way:
        print(json.dumps(measure(WAYS[options.way[0]], Path(options.way[1]))))
        return
    print("documents  passages  MB of text   trial: peak MB    s   streamed: peak MB    s")
    for n in options.documents:
        with tempfile.TemporaryDirectory(prefix="corpus-memory-") as folder:
            n_bytes = write_documents(Path(folder) / "documents", n)
            held, streamed = (run_alone(way, folder) for way in WAYS)
        assert held["n"] == streamed["n"], "both ways cut the same passages"
        print(
            f"{n:9,} {held['n']:9,.0f} {n_bytes / 1e6:11.0f} {held['mb']:16.0f} "
            f"{held['s']:4.0f} {streamed['mb']:19.0f} {streamed['s']:4.0f}",
            flush=True,
        )


def write_documents(folder: Path, n: int) -> int:
    """Write n documents into folders of a thousand; return how many bytes they have."""
    source, n_bytes = np.random.default_rng(0), 0
    words = np.array([f"w{number:x}" for number in range(VOCABULARY)])
    shares = np.arange(1, VOCABULARY + 1) ** -EXPONENT
    shares /= shares.sum()
    for number in range(n):
        drawn = words[source.choice(VOCABULARY, size=N_WORDS, p=shares)].reshape(-1, SENTENCE)
        text = "\n\n".join(" ".join(row).capitalize() + "." for row in drawn)
        path = folder / f"{number // 1000:04}" / f"{number:07}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        n_bytes += path.write_text(text, encoding="utf-8")
    return n_bytes


def run_alone(way: str, folder: str) -> dict[str, float]:
    """Go one way in a process of its own, so that the peak memory is its own."""
    command = [sys.executable, __file__, "--way", way, folder]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def measure(way: Callable[[Path], int], folder: Path) -> dict[str, float]:
    """Return the number of passages, the seconds and the peak memory in MB."""
    began = time.perf_counter()
    n_passages = way(folder)
    seconds = time.perf_counter() - began
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    return {"n": n_passages, "s": seconds, "mb": peak_mb}


def hold(folder: Path) -> int:
    """Read, cut, index and ask as a trial does."""
    documents, _ = load_documents(folder / "documents")
    bench = Workbench(RandomEncoder(), documents=documents, cache_dir=folder / "cache")
    bench.lexical().search(["w1 w2f w3a"], 10)
    bench.dense().search(bench.encoder.encode(["a question"]), 10)
    return len(bench.passages)


def stream(folder: Path) -> int:
    """Do the same with one block in memory, but for words."""
    documents = stream_documents(folder / "documents", on_refused=print)
    encoder = RandomEncoder()
    corpus = embed_corpus(documents, encoder, folder / "corpus")
    index = open_index(corpus.vectors, folder / "index")
    (hits,) = index.search(encoder.encode(["a question"]), 10)
    corpus.read_passages([hit.index for hit in hits])
    return len(corpus)


WAYS = {"hold": hold, "stream": stream}


if __name__ == "__main__":
    main()
