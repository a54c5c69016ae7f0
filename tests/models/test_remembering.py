"""What was encoded before is not encoded again."""

from __future__ import annotations

from typing import Any

from prototypes.models.remembering import RememberingEncoder


def test_only_new_texts_are_encoded(hashing_encoder: Any) -> None:  # noqa: ANN401 # of conftest
    """The rows are those of the encoder itself, in order, repetitions included."""
    encoder = RememberingEncoder(hashing_encoder)
    encoder.encode(["a raven", "a lantern"])

    found = encoder.encode(["a shore", "a raven", "a shore"])

    assert (encoder.n_asked, encoder.n_encoded, hashing_encoder.n_encoded) == (5, 3, 3)
    assert (found == hashing_encoder.encode(["a shore", "a raven", "a shore"])).all()


def test_nothing_is_an_empty_table(hashing_encoder: Any) -> None:  # noqa: ANN401 # of conftest
    """No text has no row, but the columns are there."""
    assert RememberingEncoder(hashing_encoder).encode([]).shape == (0, hashing_encoder.dimension)
