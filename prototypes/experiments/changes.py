"""Which test questions have another right answer than before the corpus changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from prototypes.contracts import Document, EarlierState, Sample
from prototypes.data.duplicates import normalise_text
from prototypes.measure.answers import contains_answer


@dataclass(frozen=True, slots=True)
class Question:
    """A test question now and then.

    Attributes:
        now: With the answer that is right now.
        then: With the answer that was right before; None if that is not known.
        has_changed: True if the answer of then is no longer right.
    """

    now: Sample
    then: Sample | None
    has_changed: bool


def line_up(
    test: Sequence[Sample], earlier: EarlierState, documents: Sequence[Document]
) -> list[Question]:
    """Set each test question beside its earlier self, found by its wording.

    Where no earlier answers were handed over, a question has changed if its answer stands in one
    of its sources as they are now and in none of them as they were.
    """
    if earlier.samples:
        known = by_wording(earlier.samples)
        pairs = ((sample, known.get(normalise_text(sample.input))) for sample in test)
        return [Question(now, then, _differs(now, then)) for now, then in pairs if then]
    present, previous = _texts(documents), _texts(earlier.documents)
    return [
        Question(sample, None, has_changed=not _stands(sample, previous))
        for sample in test
        if _stands(sample, present)
    ]


def as_then(samples: Iterable[Sample], earlier: EarlierState) -> tuple[Sample, ...]:
    """Give samples the answers that were right then; those without one are left out."""
    known = by_wording(earlier.samples)
    found = (known.get(normalise_text(sample.input)) for sample in samples)
    return tuple(sample for sample in found if sample is not None)


def by_wording(samples: Iterable[Sample]) -> Mapping[str, Sample]:
    """Look samples up by their normalised question."""
    return {normalise_text(sample.input): sample for sample in samples}


def _differs(now: Sample, then: Sample) -> bool:
    """Tell whether no answer that was accepted then is accepted now."""
    if now.unanswerable or then.unanswerable:
        return now.unanswerable != then.unanswerable
    return {normalise_text(each) for each in now.targets}.isdisjoint(
        normalise_text(each) for each in then.targets
    )


def _texts(documents: Iterable[Document]) -> dict[str, str]:
    return {document.id: document.text for document in documents}


def _stands(sample: Sample, texts: Mapping[str, str]) -> bool:
    return any(contains_answer(texts.get(source, ""), sample.targets) for source in sample.sources)
