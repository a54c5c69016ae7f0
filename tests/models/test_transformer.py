"""Batches of texts of similar length."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from prototypes.models.transformer import batch_by_length

LENGTHS = st.lists(st.integers(min_value=1, max_value=256), max_size=200)


@given(lengths=LENGTHS)
def test_every_row_is_in_exactly_one_batch(lengths: list[int]) -> None:
    """No text may be lost or encoded twice."""
    rows = [row for batch in batch_by_length(lengths) for row in batch]

    assert sorted(rows) == list(range(len(lengths)))


@given(lengths=LENGTHS)
def test_padded_batches_keep_to_the_budget(lengths: list[int]) -> None:
    """The padded size of a batch must not exceed the budget unless one text alone does."""
    for batch in batch_by_length(lengths, tokens_per_batch=512):
        assert len(batch) == 1 or len(batch) * max(lengths[row] for row in batch) <= 512
