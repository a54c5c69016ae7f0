"""When to keep silent: the confidence below which an arm does better not to answer."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from prototypes.contracts import Sample


def choose_threshold(
    samples: Sequence[Sample], confidences: Sequence[float], is_right: Sequence[bool]
) -> float | None:
    """Choose the threshold that maximises the share of samples treated rightly.

    An unanswerable sample is treated rightly if its confidence lies below the threshold, an
    answerable one if it does not and the answer is right. Of thresholds that are equally good the
    lowest is taken, half way between the two confidences it separates, so that in doubt the arm
    answers.

    Args:
        samples: With known answers, or marked unanswerable.
        confidences: Of the arm's answer to each.
        is_right: Whether that answer is right.

    Returns:
        The threshold; None (never abstain) if no sample is unanswerable or none is worth it.
    """
    if not any(sample.unanswerable for sample in samples):
        return None
    order = np.argsort(confidences, kind="stable")
    ascending = np.asarray(confidences, dtype=np.float64)[order]
    gain_of_silence = np.array(
        [samples[i].unanswerable - (is_right[i] and not samples[i].unanswerable) for i in order],
        dtype=np.int64,
    )
    gains = np.concatenate([[0], np.cumsum(gain_of_silence)])
    # A threshold cannot separate equal confidences.
    gains[1:-1][ascending[:-1] == ascending[1:]] = -1
    n_silent = int(np.argmax(gains))
    if n_silent == 0:
        return None
    edges = np.append(ascending, ascending[-1] + 1.0)
    return float(edges[n_silent - 1 : n_silent + 1].mean())
