"""How well descriptions are read: `python tests/benchmarks/describe.py CASES [--write]`.

CASES is a YAML list of published cases with `brief`, `answers` and `group`. For each criterion the
threshold is chosen on nine tenths of the sources and tried on the rest, ten times over;
cases of one source are never split. A proposal counts as right if the case has exactly this answer,
and as wrong if it has another one or none. The cues in `rules/cues.yaml` were written by hand with
these descriptions at hand; only the thresholds are cross-validated, so that descriptions from
elsewhere will be read somewhat worse.

With `--write` the thresholds chosen on all cases go to `rules/cue_thresholds.yaml`, each with the
precision that cross-validation found (one of each added, as few proposals prove little); criteria
that stay below .85 propose nothing.
"""

from __future__ import annotations

import random
import sys
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from advisor.files import write_text
from advisor.interview.description import Reader
from advisor.knowledge.loader import load_rules
from advisor.knowledge.yaml_text import read_yaml, write_yaml
from prototypes.models.encoder import load_encoder

RULES = Path(__file__).resolve().parents[2] / "rules"
N_FOLDS = 10
NEEDED = 0.85
ASKED_FOR = 0.87
"""The precision on the training folds: what is chosen for being right is a little less so later."""

MIN_PROPOSALS = 5
"""A threshold that proposes less often on the training folds is not trusted."""


@dataclass(frozen=True)
class Trial:
    """One reading of one description."""

    group: str
    lead: float
    is_right: bool


def choose_threshold(trials: Sequence[Trial]) -> float | None:
    """Find the threshold that proposes most with a precision (one of each added) of .87."""
    ordered = sorted(trials, key=lambda trial: -trial.lead)
    right = np.cumsum([trial.is_right for trial in ordered])
    best = None
    for n, trial in enumerate(ordered, start=1):
        if n >= MIN_PROPOSALS and (right[n - 1] + 1) / (n + 2) >= ASKED_FOR:
            best = trial.lead
    return best


def cross_validate(trials: Sequence[Trial], seed: int = 0) -> tuple[int, int]:
    """Count right proposals and proposals where each source is judged by thresholds of others."""
    groups = sorted({trial.group for trial in trials})
    random.Random(seed).shuffle(groups)
    n_right = n_proposed = 0
    for fold in range(N_FOLDS):
        held_out = set(groups[fold::N_FOLDS])
        threshold = choose_threshold([t for t in trials if t.group not in held_out])
        if threshold is None:
            continue
        proposed = [t for t in trials if t.group in held_out and t.lead >= threshold]
        n_proposed += len(proposed)
        n_right += sum(t.is_right for t in proposed)
    return n_right, n_proposed


def read_all(cases: Sequence[Any]) -> dict[str, list[Trial]]:
    """Read every description, by criterion."""
    encoder = load_encoder()
    kept: dict[str, NDArray[np.float32]] = {}

    def encode(texts: Sequence[str]) -> NDArray[np.float32]:
        new = [text for text in dict.fromkeys(texts) if text not in kept]
        if new:
            kept.update(zip(new, encoder.encode(new), strict=True))
        return np.stack([kept[text] for text in texts])

    reader = Reader(load_rules(), encode)
    trials = defaultdict(list)
    for case in cases:
        for reading in reader.read(case["brief"]):
            is_right = case["answers"].get(reading.criterion) == reading.level
            trials[reading.criterion].append(Trial(case["group"], reading.lead, is_right))
    return trials


def main(arguments: Sequence[str]) -> None:
    """Print precision and coverage per criterion, cross-validated."""
    content: Any = read_yaml(Path(arguments[0]).read_text(encoding="utf-8"))
    cases = content["cases"] if isinstance(content, dict) else content
    known: dict[str, int] = defaultdict(int)
    for case in cases:
        for criterion in case["answers"]:
            known[criterion] += 1
    total_right = total_proposed = 0
    kept: dict[str, dict[str, float]] = {}
    print(
        f"{'criterion':24}{'known':>6}{'proposed':>10}{'right':>7}{'precision':>11}{'coverage':>10}"
    )
    for criterion, trials in read_all(cases).items():
        n_right, n_proposed = cross_validate(trials)
        threshold = choose_threshold(trials)
        precision = n_right / n_proposed if n_proposed else 0.0
        is_kept = threshold is not None and n_proposed >= MIN_PROPOSALS and precision >= NEEDED
        coverage = n_right / known[criterion] if known[criterion] else 0.0
        print(
            f"{criterion:24}{known[criterion]:>6}{n_proposed:>10}{n_right:>7}{precision:>11.2f}"
            f"{coverage:>10.2f}{'' if is_kept else '  proposes nothing'}"
        )
        if is_kept and threshold is not None:
            told = round((n_right + 1) / (n_proposed + 2), 2)
            kept[criterion] = {"lead": round(threshold, 3), "precision": told}
            total_right, total_proposed = total_right + n_right, total_proposed + n_proposed
    share = total_right / total_proposed if total_proposed else 0.0
    covered = total_right / sum(known.values())
    print(f"\nall that propose: {total_right} of {total_proposed} right ({share:.2f}),", end=" ")
    print(f"{covered:.2f} of all {sum(known.values())} answers")
    if "--write" in arguments:
        head = "# Written by `python tests/benchmarks/describe.py CASES --write`.\n"
        write_text(RULES / "cue_thresholds.yaml", head + write_yaml({"thresholds": kept}))


if __name__ == "__main__":
    main(sys.argv[1:])
