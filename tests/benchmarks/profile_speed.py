"""How fast Markdown is profiled on one core, beside only reading it and cutting it into words.

    python tests/benchmarks/profile_speed.py [--mb 60]

The text is that of `../shared/data/etcd_docs` where it is there, generated where it is not; its
lines are shuffled into files of about 8 kB, so that no two are alike and none is skipped as a
duplicate. Both ways of reading go over the same files, one after the other, in one process; what
counts is processor time, so that a busy machine does not matter much. Reported, too: the largest
memory the process ever held, and how much of it was there before the first file was opened.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import tempfile
import time
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

from advisor.evidence.profile.profiling import ProfileRequest, profile_data
from advisor.knowledge.loader import load_rules

ETCD = Path(__file__).resolve().parents[2].parent / "shared/data/etcd_docs"
FILE_CHARACTERS = 8_000
MB = 1_000_000


def main() -> None:
    """Write the corpus, go over it twice, print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mb", type=int, default=60, help="Size of the corpus.")
    n_mb: int = parser.parse_args().mb
    rule_base = load_rules()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        size = write_corpus(folder, n_mb * MB) / MB
        profile_data(ProfileRequest([next(folder.rglob("*.md"))]), rule_base)  # load libraries
        before = peak_mb()
        plain = seconds(lambda: read_and_split(folder))
        profiled = seconds(lambda: profile_data(ProfileRequest([folder]), rule_base))
    print(f"corpus            {size:8.1f} MB of Markdown")
    print(f"read and split    {size / plain:8.1f} MB/s")
    print(f"profile           {size / profiled:8.1f} MB/s on one core, without embedding")
    print(f"ratio             {profiled / plain:8.2f} times the baseline")
    print(f"peak memory       {peak_mb():8.0f} MB ({before:.0f} MB before)")


def write_corpus(folder: Path, n_characters: int) -> int:
    """Write files of shuffled lines; returns how many bytes."""
    lines = _lines()
    chance = random.Random(0)
    written = number = 0
    while written < n_characters:
        chosen: list[str] = []
        length = 0
        while length < FILE_CHARACTERS:
            chosen.append(chance.choice(lines))
            length += len(chosen[-1]) + 1
        place = folder / f"part-{number // 500}" / f"{number}.md"
        place.parent.mkdir(exist_ok=True)
        written += place.write_text("\n".join(chosen), encoding="utf-8")
        number += 1
    return written


def _lines() -> list[str]:
    if ETCD.is_dir():
        texts = (path.read_text(encoding="utf-8") for path in sorted(ETCD.rglob("*.md")))
        return [line for text in texts for line in text.splitlines() if line.strip()]
    chance = random.Random(1)
    words = ["".join(chance.choices("abcdefghijklmnop", k=k)) for k in range(2, 12)] * 20
    return [" ".join(chance.choices(words, k=12)) for _ in range(20_000)]


def read_and_split(folder: Path) -> int:
    """Read every file and cut it into words: the least that any profile has to do."""
    return sum(len(path.read_text(encoding="utf-8").split()) for path in folder.rglob("*.md"))


def seconds(work: object) -> float:
    """Measure the processor time that one piece of work takes, in all threads together."""
    start = time.process_time()
    work()  # type: ignore[operator]
    return time.process_time() - start


def peak_mb() -> float:
    """Return the largest memory held so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_000


if __name__ == "__main__":
    main()
