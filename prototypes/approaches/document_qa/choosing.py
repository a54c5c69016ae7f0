"""Choose a setting on few questions without being led by chance."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

ONE_SIDED_95 = 1.645
"""How many standard errors of the paired differences a better setting must lead by."""
_ROUNDING = 1e-9

K = TypeVar("K")


def choose_setting(values: Mapping[K, NDArray[np.float64]], *, default: K) -> K:
    """Return the best setting if it is better than the default beyond chance, else the default.

    A default rests on more evidence than a few dozen questions, so these must speak clearly (at
    95 %, one-sided, by the paired differences) before it is left.

    Args:
        values: For each setting, what it earned on the same questions, shape (n_questions,);
            the default must be among them.
        default: The setting to keep in doubt.
    """
    leads = {setting: _lead(earned - values[default]) for setting, earned in values.items()}
    best = max(leads, key=leads.__getitem__)
    return best if leads[best] > _ROUNDING else default


def _lead(differences: NDArray[np.float64]) -> float:
    """Return the lower end of the mean difference; 0 where fewer than two questions tell it."""
    if len(differences) < 2:
        return 0.0
    error = differences.std(ddof=1) / np.sqrt(len(differences))
    return float(differences.mean() - ONE_SIDED_95 * error)
