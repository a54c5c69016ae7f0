"""Noise as each task can have it: labels, spans and outputs that are wrong.

With one seed, what is wrong at a low rate is also wrong at a higher one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import count

import numpy as np

from prototypes.approaches.classification.labelling import require_labels
from prototypes.approaches.extraction.labelling import spans_of
from prototypes.contracts import Sample, Task
from prototypes.data.spans import Span, format_spans
from prototypes.data.wording import plural
from prototypes.errors import TooFewSamplesError


def flip_labels(samples: Sequence[Sample], rate: float, *, seed: int) -> tuple[Sample, ...]:
    """Give a share of the samples another label, drawn evenly from the others.

    Args:
        samples: With one label each.
        rate: The share that becomes wrong.
        seed: Of the draw.

    Raises:
        TooFewSamplesError: If there are fewer than two labels.
    """
    labels = require_labels(samples)
    wrong = _draw_shifts(len(samples), rate, n_labels=len(labels), seed=seed)
    place = {label: number for number, label in enumerate(labels)}

    def relabel(row: int, sample: Sample) -> Sample:
        label = labels[(place[sample.targets[0]] + wrong[row]) % len(labels)]
        return replace(sample, targets=(label,))

    return tuple(
        relabel(row, sample) if row in wrong else sample for row, sample in enumerate(samples)
    )


def relabel_spans(samples: Sequence[Sample], rate: float, *, seed: int) -> tuple[Sample, ...]:
    """Give a share of all spans another label; where they begin and end stays.

    Args:
        samples: Texts with their spans.
        rate: The share that becomes wrong.
        seed: Of the draw.

    Raises:
        TooFewSamplesError: If there are fewer than two labels.
    """
    found = [spans_of(sample) for sample in samples]
    labels = sorted({span.label for spans in found for span in spans})
    wrong = _draw_shifts(sum(map(len, found)), rate, n_labels=len(labels), seed=seed)
    place, numbers = {label: number for number, label in enumerate(labels)}, count()

    def relabel(span: Span) -> Span:
        shift = wrong.get(next(numbers), 0)
        return replace(span, label=labels[(place[span.label] + shift) % len(labels)])

    return tuple(
        replace(sample, targets=(format_spans(list(map(relabel, spans))),))
        for sample, spans in zip(samples, found, strict=True)
    )


def shuffle_outputs(samples: Sequence[Sample], rate: float, *, seed: int) -> tuple[Sample, ...]:
    """Give a share of the inputs, two at least, the outputs of another one among them.

    Args:
        samples: Inputs with their outputs.
        rate: The share that becomes wrong.
        seed: Of the draw.
    """
    n_wrong = min(len(samples), max(2, round(rate * len(samples))))
    wrong = np.random.default_rng(seed).permutation(len(samples))[:n_wrong]
    given = dict(zip(map(int, wrong), map(int, np.roll(wrong, 1)), strict=True))
    return tuple(
        replace(sample, targets=samples[given.get(row, row)].targets)
        for row, sample in enumerate(samples)
    )


CORRUPT: Mapping[Task, Callable[..., tuple[Sample, ...]]] = {
    Task.CLASSIFICATION: flip_labels,
    Task.EXTRACTION: relabel_spans,
    Task.GENERATION: shuffle_outputs,
}


def _draw_shifts(n: int, rate: float, *, n_labels: int, seed: int) -> dict[int, int]:
    """Draw which of n labels become wrong, and by how many places in the list of labels."""
    if n_labels < 2:
        raise TooFewSamplesError(
            f"The samples to learn from have {plural(n_labels, 'label')}; expected at least two, "
            "so that one can be mistaken for another."
        )
    generator = np.random.default_rng(seed)
    order = generator.permutation(n)
    shifts = generator.integers(1, n_labels, size=n)
    return {int(row): int(shifts[row]) for row in order[: round(rate * n)]}
