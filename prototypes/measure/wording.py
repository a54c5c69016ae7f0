"""The figures of a verdict in words that need no statistics to be understood."""

from __future__ import annotations

from prototypes.contracts import Approach
from prototypes.results import ArmResult, Comparison

APPROACH_NAMES = {
    Approach.BASELINE: "the baseline",
    Approach.PROMPTING: "prompting",
    Approach.RAG: "retrieval",
    Approach.FINE_TUNE: "fine-tuning",
    Approach.HYBRID: "the hybrid",
}


def name_arm(arm: ArmResult) -> str:
    """Name an arm with its approach: "fine-tuning (fine_tune_head)"."""
    return f"{APPROACH_NAMES[arm.approach]} ({arm.name})"


def describe_score(arm: ArmResult, metric: str) -> str:
    """State what an arm reached: "92.3 % accuracy"."""
    return (
        f"{100 * arm.metrics[metric].value:.1f} % {metric.replace('_f1', ' F1').replace('_', ' ')}"
    )


def describe_difference(comparison: Comparison) -> str:
    """State a difference: "0.8 points better (95 % interval -0.2 to +1.9)"."""
    direction = "better" if comparison.difference >= 0 else "worse"
    words = f"{abs(100 * comparison.difference):.1f} points {direction}"
    if comparison.difference == 0:
        words = "no better and no worse"
    # a zero that was rounded to has no sign of its own
    low, high = (round(100 * end, 1) + 0.0 for end in (comparison.low, comparison.high))
    return f"{words} (95 % interval {low:+.1f} to {high:+.1f})"


def describe_margin(margin: float) -> str:
    """State a margin: "2 points"; one that is not whole keeps its digits."""
    points = 100 * margin
    return f"{points:g} point{'' if points == 1 else 's'}"


def open_sentence(text: str) -> str:
    """Begin with a capital letter and end with a full stop."""
    return f"{text[0].upper()}{text[1:]}."
