"""The material of `large_index.py`: real passages embedded, and perturbed copies of their vectors.

The passages are windows of 120 words that overlap, cut out of the SQuAD 1.1 development set (48
articles) and the documentation of etcd in five versions: 20,000 different ones, all embedded for
real. More vectors than that are copies of theirs, moved towards where the difference between two
other passages points, so far that a cosine of about .9 to the original is left; so no hours of
embedding are needed, and copies differ in the directions in which real passages do. Their
neighbourhoods are denser than those of as many different texts. Queries are questions of SQuAD.
"""

from __future__ import annotations

import json
import random
import resource
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.lib.format import open_memmap

from prototypes.contracts import Passage
from prototypes.data.documents import load_documents
from prototypes.models.encoder import load_encoder
from prototypes.retrieval.corpus import EmbeddedCorpus, embed_passages

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
N_PASSAGES = 20_000
N_QUESTIONS = 500
WORDS, STEP = 120, 20
COSINE = 0.9
SEED = 0
BLOCK = 20_000


def embed(data: Path, folder: Path, n_passages: int) -> dict[str, float]:
    """Embed passages and questions into a folder, or go on where that was cut short.

    Returns:
        How many passages were embedded just now, in how many seconds, and the peak memory in MB.
    """
    from squad import read_squad

    documents, samples = read_squad(data / "squad" / "dev-v1.1.json")
    articles: dict[str, list[str]] = {}
    for document in documents:
        articles.setdefault(document.title, []).append(document.text)
    texts = {title: " ".join(each) for title, each in articles.items()}
    for version in sorted((data / "etcd_docs").glob("v*")):
        found, _ = load_documents(version)
        texts |= {f"{version.name}/{each.id}": each.text for each in found}
    encoder, seen, began = load_encoder(), [0], time.perf_counter()
    passages = choose_passages(texts, n_passages)
    before = _count_safe(folder / "passages")
    embed_passages(passages, encoder, folder / "passages", on_block=seen.append)
    seconds = time.perf_counter() - began
    asked = random.Random(SEED).sample([sample.input for sample in samples], N_QUESTIONS)
    np.save(folder / "questions.npy", encoder.encode(asked))
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"n": max(seen[-1] - before, 0), "seconds": seconds, "peak_mb": peak_mb}


def choose_passages(texts: dict[str, str], n: int) -> list[Passage]:
    """Draw n different windows of all texts, in a seeded order."""
    windows: dict[str, str] = {}
    for name, text in sorted(texts.items()):
        for window in _windows(text):
            windows.setdefault(window, name)
    if len(windows) < n:
        raise SystemExit(f"the texts give {len(windows):,} windows, {n:,} are wanted")
    chosen = random.Random(SEED).sample(sorted(windows), n)
    return [
        Passage(f"{windows[text]}#{number}", windows[text], "", text)
        for number, text in enumerate(chosen)
    ]


def perturb(folder: Path, n: int) -> Path:
    """Write at least n vectors: those of the passages, then moved copies; return the file."""
    path = folder / "vectors.npy"
    if path.exists() and len(np.load(path, mmap_mode="r", allow_pickle=False)) >= n:
        return path
    real = np.array(EmbeddedCorpus(folder / "passages").vectors)
    count, dimension = real.shape
    source = np.random.default_rng(SEED)
    # A copy is passage + move, brought to length 1; this length of the move gives the cosine.
    length = (1 / COSINE**2 - 1) ** 0.5
    unfinished = path.with_suffix(".unfinished")
    vectors = open_memmap(unfinished, mode="w+", dtype=np.float32, shape=(n, dimension))
    for start in range(0, n, BLOCK):
        rows = np.arange(start, min(start + BLOCK, n))
        one = source.integers(count, size=len(rows))
        other = (one + source.integers(1, count, size=len(rows))) % count
        move = real[one] - real[other]
        # Passages may be embedded alike; their difference is no direction.
        move *= length / np.maximum(np.linalg.norm(move, axis=1, keepdims=True), 1e-6)
        move[rows < count] = 0
        block = real[rows % count] + move
        vectors[rows] = block / np.linalg.norm(block, axis=1, keepdims=True)
    vectors.flush()
    unfinished.replace(path)
    return path


def _windows(text: str) -> Iterator[str]:
    words = text.split()
    for start in range(0, max(len(words) - WORDS, 0) + 1, STEP):
        yield " ".join(words[start : start + WORDS])


def _count_safe(folder: Path) -> int:
    path = folder / "corpus.json"
    return int(json.loads(path.read_text())["n_passages"]) if path.exists() else 0
