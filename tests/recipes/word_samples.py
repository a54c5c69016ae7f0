"""Labelled texts of two words each, which even a very small model tells apart."""

from __future__ import annotations

import numpy as np

from prototypes.contracts import Sample

WORDS = {"bird": "raven crow wing", "light": "lamp candle flame", "water": "wave tide river"}


def draw_samples(n_per_label: int, *, seed: int) -> tuple[Sample, ...]:
    """Draw as many texts of each label."""
    generator = np.random.default_rng(seed)
    return tuple(
        Sample(f"{seed}-{label}-{n}", " ".join(generator.choice(words.split(), 2)), (label,))
        for n in range(n_per_label)
        for label, words in WORDS.items()
    )
