"""Whether an arm's confidence can be believed: how often answers are right by how sure it was."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from advisor.report.trial_tables import arm_name
from advisor.schema.exhibits import Column, Curve, LineFigure, Table

if TYPE_CHECKING:
    from prototypes.results import SampleResult, TrialResult

N_BINS = 8
"""Groups of answers, equally many in each, from the least to the most sure."""

MIN_PER_BIN = 10
_Z = 1.959964
"""Of a 95 % interval."""

Bin = tuple[float, float, float, float, int]
"""Mean confidence, share right with its lower and upper end (Wilson 1927), answers."""


def reliability_figure(
    trial: TrialResult, answered: Mapping[str, Sequence[SampleResult]]
) -> LineFigure | None:
    """Draw the reliability of the arm that stands for the recommendation.

    Returns:
        None unless its confidence is a probability of being right, as a classifier's is, and
        there are enough answers for at least two groups.
    """
    chosen = trial.verdict.arm if trial.verdict else None
    if trial.task != "classification" or chosen is None:
        return None
    bins = group_by_confidence(answered.get(chosen, ()), trial.primary_metric)
    if len(bins) < 2:
        return None
    name = arm_name(chosen)
    error = sum(n * abs(sure - right) for sure, right, _, _, n in bins) / sum(b[4] for b in bins)
    return LineFigure(
        id="reliability",
        title=f"How far the confidence of {name} can be believed",
        description="Answers grouped by how sure the arm was (across) and the share of them that "
        "was right (up), with 95 % intervals; on the dashed diagonal both agree. On average they "
        f"lie {100 * error:.0f} points apart (expected calibration error).",
        x_unit="percent",
        y_unit="percent",
        curves=(
            Curve(
                label=name,
                points=tuple((sure, right) for sure, right, *_ in bins),
                band=tuple((sure, low, high) for sure, _, low, high, _ in bins),
                is_recommended=True,
            ),
            Curve(label="confidence equals share right", points=((0.0, 0.0), (1.0, 1.0))),
        ),
        table=Table(
            caption=f"Confidence and share right of {name}",
            columns=tuple(
                Column(title=title, is_numeric=True)
                for title in ("Mean confidence", "Right (95\u00a0%)", "Answers")
            ),
            rows=tuple(
                (f"{100 * sure:.0f} %", _cell(right, low, high), f"{n:,}")
                for sure, right, low, high, n in bins
            ),
        ),
    )


def group_by_confidence(samples: Sequence[SampleResult], metric: str) -> list[Bin]:
    """Cut answers into groups of equal size by confidence; none if it is no probability."""
    scored = [(one.confidence, one.scores[metric]) for one in samples if metric in one.scores]
    known = sorted(scored, key=lambda pair: pair[0])
    n_bins = min(N_BINS, len(known) // MIN_PER_BIN)
    if n_bins < 2 or known[0][0] < 0 or known[-1][0] > 1:
        return []
    edges = [round(step * len(known) / n_bins) for step in range(n_bins + 1)]
    return [_bin(known[start:end]) for start, end in pairwise(edges) if start < end]


def _bin(group: Sequence[tuple[float, float]]) -> Bin:
    n = len(group)
    sure, right = (sum(values) / n for values in zip(*group, strict=True))
    centre = (right + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
    half = _Z / (1 + _Z**2 / n) * math.sqrt(right * (1 - right) / n + _Z**2 / (4 * n**2))
    return sure, right, max(0.0, centre - half), min(1.0, centre + half), n


def _cell(right: float, low: float, high: float) -> str:
    return f"{100 * right:.0f} % ({100 * low:.0f}–{100 * high:.0f})"
