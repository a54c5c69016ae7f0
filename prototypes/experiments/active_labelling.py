"""How far do fewer labels of a language model go, if the texts are chosen?

A head that learns from a language model does not need every label. Here it gets a quarter of them,
asked for in rounds: where the two likeliest labels of the head of the round before were closest
(margin sampling, Scheffer et al. 2001), or drawn at random. Every other label is left unasked and
unpaid.
"""

from __future__ import annotations

from dataclasses import replace

from prototypes.contracts import LearningData, Split
from prototypes.experiments.curve_learners import HEAD, fill_pool
from prototypes.experiments.curve_points import N_SEEDS, measure_curves
from prototypes.experiments.curve_samplings import MARGIN, RANDOM
from prototypes.experiments.inquiry import Inquiry
from prototypes.experiments.losses import state_quality
from prototypes.experiments.material import compare_shares
from prototypes.measure.significance import Scores
from prototypes.results import Comparison, Measured

CHOSEN, DRAWN = "distilled_chosen_quarter", "distilled_random_quarter"
FEWEST = 64
"""Labels; of fewer a quarter is too few to learn from."""

_ROUNDS = (16, 8, 4)
"""After each round one label in 16, in 8 and in 4 has been asked for."""


def label_a_quarter(
    taught: LearningData, inquiry: Inquiry, *, quality: str
) -> tuple[list[Measured], list[Comparison]]:
    """Measure a head taught a quarter of the labels, chosen and at random.

    Args:
        taught: Texts with the labels of the language model.
        inquiry: Whose test samples are answered.
        quality: What the quality is called.

    Returns:
        Their quality and the difference; nothing if there are fewer than 64 labels.
    """
    if len(taught.train) < FEWEST:
        return [], []
    pool = fill_pool(Split(replace(taught, validation=()), inquiry.test), inquiry.bench)
    sizes = tuple(len(taught.train) // part for part in _ROUNDS)
    curves = measure_curves(
        pool,
        sizes,
        seeds=range(inquiry.seed, inquiry.seed + N_SEEDS),
        progress=lambda _: None,
        only=(RANDOM, MARGIN),
    )
    chosen, drawn = (_last(curves[how, HEAD].right) for how in (MARGIN, RANDOM))
    resampling, groups = inquiry.resampling, inquiry.groups
    measured = [
        state_quality(quality, name, scores, resampling=resampling, groups=groups)
        for name, scores in ((CHOSEN, chosen), (DRAWN, drawn))
    ]
    return measured, [
        compare_shares(
            quality, (CHOSEN, chosen), (DRAWN, drawn), resampling=resampling, groups=groups
        )
    ]


def _last(right: Scores) -> Scores:
    """Average the last round over the seeds, sample by sample."""
    mean: Scores = right[-1].mean(axis=0)
    return mean
