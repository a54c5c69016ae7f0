"""Digests and sketches: what counts as equal, and as nearly equal."""

from __future__ import annotations

import random

from prototypes.data.duplicates import find_similar_sets
from prototypes.data.sketches import SKETCH_SIZE, sketch_text


def _words(n: int, *, seed: int) -> list[str]:
    chance = random.Random(seed)
    return ["".join(chance.choices("abcdefghij", k=6)) for _ in range(n)]


def test_blanks_capitals_and_signs_do_not_count() -> None:
    """The same words in another layout are the same text."""
    one, other = sketch_text("# The Flag:\n`--data`"), sketch_text("the  flag data")

    assert one.digest == other.digest


def test_other_words_have_another_digest() -> None:
    """One letter is enough."""
    assert sketch_text("the flag").digest != sketch_text("the flat").digest


def test_edited_text_is_found_again_and_another_is_not() -> None:
    """One word of two thousand changed."""
    words = _words(2_000, seed=1)
    edited = [*words[:1_000], "changed", *words[1_001:]]
    texts = (words, edited, _words(2_000, seed=2))

    pairs = find_similar_sets([sketch_text(" ".join(text)).hashes for text in texts])

    assert pairs == [(0, 1)]


def test_sketch_of_any_text_is_bounded() -> None:
    """Empty, short, repetitive and long texts have one, none longer than the limit."""
    texts = ("", "a", "ab" * 500_000, " ".join(_words(100_000, seed=3)))
    sizes = [len(sketch_text(text).hashes) for text in texts]

    assert sizes[-1] == SKETCH_SIZE
    assert all(1 <= size <= SKETCH_SIZE for size in sizes)
