"""Which labels a sample carries: one for a labelled text, any number for a text with spans."""

from __future__ import annotations

from collections.abc import Sequence

from prototypes.contracts import Sample, Task
from prototypes.data.spans import labels_of, parse_spans
from prototypes.errors import TooFewSamplesError


def list_labels(sample: Sample, task: Task) -> tuple[str, ...]:
    """List the labels of a sample; a task without labels has none."""
    if task is Task.EXTRACTION:
        return labels_of(sample.targets[0])
    return sample.targets[:1] if task is Task.CLASSIFICATION else ()


def list_answers(sample: Sample, task: Task) -> tuple[str, ...]:
    """List what a sample says, without what depends on how its text is written.

    A span counts by its label and words: a comma before it would move its offsets.
    """
    if task is not Task.EXTRACTION:
        return sample.targets
    spans = parse_spans(sample.targets[0])
    return tuple(f"{each.label}: {sample.input[each.start : each.end]}" for each in spans)


def require_spans(samples: Sequence[Sample], part: str) -> None:
    """Refuse a part of the data in which nothing is to be found.

    Args:
        samples: The samples of the part.
        part: Its name, such as "training".

    Raises:
        TooFewSamplesError: If no text has a span.
    """
    if not any(labels_of(sample.targets[0]) for sample in samples):
        raise TooFewSamplesError(
            f"None of the {len(samples):,} {part} texts has a span; expected at least one. "
            "Add texts with spans, or check the column they are read from (--column spans=NAME)."
        )
