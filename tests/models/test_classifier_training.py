"""Batches of training texts."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from prototypes.models.classifier_training import LENGTH_JITTER, group_by_length
from prototypes.models.training import Recipe

LENGTHS = st.lists(st.integers(min_value=1, max_value=60), max_size=120)


@given(lengths=LENGTHS, seed=st.integers(0, 5))
def test_every_text_is_seen_once_beside_texts_of_its_length(lengths: list[int], seed: int) -> None:
    """No sample may be lost, and batches must follow each other in length up to the jitter."""
    rows = [([0] * length, index) for index, length in enumerate(lengths)]

    batches = group_by_length(rows, recipe=Recipe(1, 8, 1e-4, seed))

    assert sorted(target for batch in batches for _, target in batch) == list(range(len(rows)))
    longest = 0
    for batch in batches:
        assert min(len(ids) for ids, _ in batch) >= longest - LENGTH_JITTER
        longest = max(len(ids) for ids, _ in batch)


def test_another_seed_mixes_other_company() -> None:
    """Texts of equal length must not meet the same neighbours in every run."""
    rows = [([0] * 10, index) for index in range(64)]

    first, second = (group_by_length(rows, recipe=Recipe(1, 8, 1e-4, seed)) for seed in (1, 2))

    assert first != second
