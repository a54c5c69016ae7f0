"""How far two raters agree beyond chance: Cohen's kappa (1960) with a bootstrap interval."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from prototypes.measure.significance import Labels, Resampling
from prototypes.results import Interval


def bootstrap_kappa(people: Labels, rounds: Labels, resampling: Resampling) -> Interval | None:
    """Measure the agreement of a rater with people, over all of that rater's rounds.

    Items are resampled whole, with every round's verdict on them. A resample in which everybody
    says one and the same shows no agreement beyond chance and counts as 0.

    Args:
        people: A category per item, shape (n,).
        rounds: The rater's category per item and round, shape (n, n_rounds).
        resampling: How the interval is drawn.

    Returns:
        None where kappa is undefined, since everybody says one and the same of all items.
    """
    from sklearn.metrics import cohen_kappa_score

    if not people.size or np.unique(np.column_stack([people, rounds])).size < 2:
        return None
    each = np.repeat(people, rounds.shape[1])
    value = float(cohen_kappa_score(each, rounds.ravel()))
    kappas = _resample(people, rounds, resampling)
    tail = (1 - resampling.confidence) / 2
    low, high = np.quantile(kappas, [tail, 1 - tail])
    return Interval(value=value, low=float(low), high=float(high))


def _resample(people: Labels, rounds: Labels, resampling: Resampling) -> NDArray[np.float64]:
    """Draw how often each distinct item occurs, and add up the tables of their verdicts."""
    patterns, counts = np.unique(np.column_stack([people, rounds]), axis=0, return_counts=True)
    n, n_categories = int(counts.sum()), int(patterns.max()) + 1
    tables = np.zeros((len(patterns), n_categories, n_categories))
    for table, (said, *judged) in zip(tables, patterns, strict=True):
        for verdict in judged:
            table[said, verdict] += 1
    generator = np.random.default_rng(resampling.seed)
    drawn = generator.multinomial(n, counts / n, size=resampling.n_resamples)
    return _kappas(np.tensordot(drawn, tables, axes=1))


def _kappas(tables: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return one kappa per table of counts, shape (n, categories, categories)."""
    shares = tables / tables.sum(axis=(1, 2), keepdims=True)
    observed = np.trace(shares, axis1=1, axis2=2)
    expected = (shares.sum(axis=1) * shares.sum(axis=2)).sum(axis=1)
    beyond: NDArray[np.float64] = np.zeros_like(observed)
    np.divide(observed - expected, 1 - expected, out=beyond, where=expected < 1)
    return beyond
