"""Older measures of certainty on the deciban scale, for weights that sources state in them.

MYCIN's certainty factors and PROSPECTOR's likelihood ratios are weights of evidence in disguise
(Heckerman 1986): combining them is adding decibans.
"""

from __future__ import annotations

import math
from math import log10


def decibans_from_likelihood_ratio(ratio: float) -> float:
    """Turn P(finding | hypothesis) / P(finding | otherwise), PROSPECTOR's LS or LN, into decibans.

    Raises:
        ValueError: If the ratio is not positive.
    """
    if ratio <= 0:
        raise ValueError(f"a likelihood ratio is positive, found {ratio}")
    return 10.0 * log10(ratio)


def decibans_from_certainty_factor(factor: float) -> float:
    """Turn a certainty factor into decibans: LR = 1 / (1 - CF) for CF ≥ 0, else 1 + CF.

    Raises:
        ValueError: If the factor does not lie between -1 and 1, both excluded.
    """
    if not -1.0 < factor < 1.0:
        raise ValueError(f"a certainty factor lies between -1 and 1, found {factor}")
    return 10.0 * log10(1.0 / (1.0 - factor) if factor >= 0 else 1.0 + factor)


def certainty_factor_from_decibans(decibans: float) -> float:
    """Turn decibans into a certainty factor, the inverse of the above."""
    ratio = math.pow(10.0, decibans / 10.0)
    return 1.0 - 1.0 / ratio if ratio >= 1.0 else ratio - 1.0
