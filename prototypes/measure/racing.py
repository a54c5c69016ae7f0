"""Racing: which rivals need not answer every test sample, since they are behind already.

Answering dominates the time of an arm that asks a language model. Maron and Moore (1994) race
models by dropping those whose interval lies below that of the best. Here nobody is raced against
the best, which would choose by test answers: each rival is raced against the claimed arm alone,
which was fixed beforehand, as were the looks and the error.

A rival is dropped only if it is shown to be worse than the claimed arm. Such a rival cannot
contradict the claim, which takes a rival shown to be better; and it is not more than any margin
better, which is what confirming the claim asks of it. So the verdict is that of all answers, but
for the error: the chance that any rival that is as good as the claimed arm or better is ever
dropped. It is shared equally by all looks at all rivals (Bonferroni), as in Maron and Moore,
whatever the looks have in common; spending it unequally (Lan and DeMets 1983) would gain later
looks what it costs the first ones, where most time is saved.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from scipy.stats import t as student

from prototypes.measure.exchange import exchange_p_below, mean_error
from prototypes.measure.grouped import grouped_non_inferiority_p
from prototypes.measure.groups import Groups, add_up, pick_groups
from prototypes.measure.significance import Scores
from prototypes.results import RaceProtocol

ERROR = 0.01
"""The chance that an equal or better rival is dropped in a trial, one-sided, over all looks."""

SHARES = (1 / 8, 1 / 4, 1 / 2)
"""Of the test samples, when rivals are looked at; past half of them little is left to save."""

FEWEST = 20
"""No look before this many samples."""


def choose_looks(n_test: int) -> list[int]:
    """List after how many answers a rival is looked at; none where there are few samples."""
    sizes = {math.ceil(share * n_test) for share in SHARES}
    return sorted(size for size in sizes if FEWEST <= size < n_test)


def draw_order(n_test: int, *, seed: int) -> list[int]:
    """Draw the order in which the test samples are answered, the same for every rival."""
    generator = np.random.default_rng([seed, n_test])
    return [int(position) for position in generator.permutation(n_test)]


def worse_p(rival: Scores, claimed: Scores, groups: Groups | None = None) -> float:
    """Test whether a rival is worse than the claimed arm; small means that it is.

    One-sided, on paired scores. Where they are 0 or 1, the exact test of McNemar (1947), or the
    same of whole groups. Others have to pass both the t-test and the test by which a verdict calls
    a rival non-inferior, whose half a sample on either side keeps a few equal differences from
    passing for a proof.

    Args:
        rival: One score per sample; NaN where it is undefined.
        claimed: The same of the claimed arm.
        groups: Which samples belong together; None if each stands for itself.
    """
    is_defined = ~np.isnan(rival - claimed)
    differences = (rival - claimed)[is_defined]
    own = pick_groups(groups, is_defined)
    if np.isin(differences, (-1.0, 0.0, 1.0)).all():
        return exchange_p_below(add_up(differences[:, np.newaxis], own)[:, 0])
    by_t = 1.0
    if np.ptp(differences) > 1e-9:
        mean, error, freedom = mean_error(differences, own)
        by_t = float(student.cdf(mean / error, freedom)) if error else float(mean >= 0)
    return max(by_t, grouped_non_inferiority_p(differences, 0.0, own))


def corrected_p(p_value: float, race: RaceProtocol) -> float:
    """Correct what one look found for there being several."""
    return min(1.0, len(race.looks) * p_value)


def is_dropped(p_value: float, race: RaceProtocol) -> bool:
    """Tell whether what one look found drops a rival, having been corrected for the looks."""
    return p_value <= race.error / max(1, len(race.arms))


def find_drop(rival: Scores, claimed: Scores, race: RaceProtocol) -> int | None:
    """Return after how many answers a rival is dropped; None if it answers them all.

    Args:
        rival: One score per sample, in the order in which they are answered.
        claimed: The same of the claimed arm.
        race: What was fixed beforehand.
    """
    looks: Sequence[int] = race.looks
    for n in looks:
        if is_dropped(corrected_p(worse_p(rival[:n], claimed[:n]), race), race):
            return n
    return None
