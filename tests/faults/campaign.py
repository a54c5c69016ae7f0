"""Do to the program what life does, count what goes wrong: `python tests/faults/campaign.py`.

Nothing may end in a traceback or a signal, nothing that is handed over may vanish without a word,
and a trial that is resumed must end as one that was left alone. Leaves with 1 if anything did.
"""

from __future__ import annotations

import argparse
import importlib
import os
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import accidents
import damages
import hostile_documents
import hostile_material
import hostile_tables
import silent_stores
from hostile import Channel, Hostile, holding
from judging import Finding, hand_over_here, judge
from trials import Laboratory, Staged, open_laboratory

Stage = Callable[..., Staged]

STAGES: dict[str, tuple[Stage, int, int]] = {
    "kill -9": (accidents.kill_anywhere, 50, 4),
    "full disk": (accidents.fill_the_disk, 20, 4),
    "read-only folder": (accidents.forbid_writing, 10, 3),
    "clock turned back": (accidents.turn_back_the_clock, 6, 1),
    "damaged files of a run": (damages.damage_files, 60, 6),
    "damaged cache entries": (damages.damage_parts, 40, 10),
    "out of memory": (accidents.run_out_of_memory, 3, 1),
    "out of memory, for real": (accidents.squeeze_memory, 8, 2),
    "a child is killed": (accidents.kill_a_child, 2, 1),
    "two processes, one folder": (accidents.share_a_folder, 3, 1),
    "a store falls silent": (silent_stores.fall_silent, 15, 3),
}
"""Each accident, and how often it is staged in full and in a quick campaign."""
QUICK_INPUTS = 30
ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "RAYON_NUM_THREADS": "1",
    "TOKENIZERS_PARALLELISM": "false",
}
READERS = (
    "advisor.cli.main",
    "advisor.evidence.profile.profiling",
    "advisor.evidence.trials",
    "docx",
    "openpyxl",
    "prototypes.harness",
    "pypdf",
)


def main() -> None:
    """Run the campaign and print its table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", choices=["accidents", "inputs"])
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    root = Path(tempfile.mkdtemp(prefix="faults-"))
    found: list[Finding] = []
    try:
        if options.only != "inputs":
            found += befall(root, seed=options.seed, is_quick=options.quick)
        if options.only != "accidents":
            found += hand_over(root, seed=options.seed, is_quick=options.quick)
    finally:
        shutil.rmtree(root, ignore_errors=True)
    say(f"{len(found)} faults")
    sys.exit(1 if found else 0)


def befall(root: Path, *, seed: int, is_quick: bool) -> list[Finding]:
    """Stage every accident."""
    laboratory: Laboratory = open_laboratory(root)
    found: list[Finding] = []
    for name, (stage, full, quick) in STAGES.items():
        began, chance = time.monotonic(), random.Random(f"{seed}{name}")
        count, faults = stage(laboratory, chance, count=quick if is_quick else full)
        tell(name, count, faults, seconds=time.monotonic() - began)
        show(faults)
        found += faults
    return found


def hand_over(root: Path, *, seed: int, is_quick: bool) -> list[Finding]:
    """Hand over every hostile input, each in a process of its own."""
    warm_up(root / "good")
    inputs = list_inputs()
    if is_quick:
        inputs = random.Random(seed).sample(inputs, QUICK_INPUTS)
    found: list[Finding] = []
    began = time.monotonic()
    for number, hostile in enumerate(inputs):
        folder = root / f"input-{number}"
        faults = judge(hostile, folder)
        show(faults)
        found += faults
        shutil.rmtree(folder, ignore_errors=True)
    tell("hostile inputs", len(inputs), found, seconds=time.monotonic() - began)
    return found


def list_inputs() -> list[Hostile]:
    """List every hostile input."""
    return [
        *hostile_documents.list_documents(),
        *hostile_tables.list_tables(),
        *hostile_material.list_material(),
    ]


def warm_up(folder: Path) -> None:
    """Hand over something good here, so that every fork has imported what it needs."""
    for name in READERS:
        importlib.import_module(name)
    for channel, name in ((Channel.DOCUMENT, "a.md"), (Channel.TABLE, "a.csv")):
        good = Hostile(name, channel, holding("text,label\n# A\n"), "nothing")
        (folder / name).mkdir(parents=True)
        hand_over_here(good, folder / name)


def tell(name: str, count: int, found: Sequence[Finding], *, seconds: float) -> None:
    """Print a line per stage."""
    say(f"{name:28} {count:4} staged  {len(found):3} faults  {seconds:6.1f} s")


def show(found: Sequence[Finding]) -> None:
    """Print a line per fault."""
    for finding in found:
        say(f"    {finding.cause}: {finding.fault}")


def say(text: str) -> None:
    """Print what can be printed of a text."""
    sys.stdout.write(text.encode("utf-8", "backslashreplace").decode() + "\n")
    sys.stdout.flush()


def begin_in_one_thread() -> None:
    """Begin anew with libraries kept to one thread.

    A fork of several threads can wait for ever for a lock that one of them held.
    """
    if not ONE_THREAD.items() <= os.environ.items():
        os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, **ONE_THREAD})


if __name__ == "__main__":
    begin_in_one_thread()
    main()
