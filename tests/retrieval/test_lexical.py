"""BM25 search."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from prototypes.retrieval.lexical import K1, B, LexicalIndex

TEXTS = ("the raven quoth nevermore", "a lantern on the shore", "raven raven over the shore")


def test_the_text_that_shares_most_words_comes_first() -> None:
    """Both query words stand only in the last text, so it must lead."""
    (hits,) = LexicalIndex(TEXTS).search(["raven shore"], 3)

    assert hits[0].index == 2
    assert {hit.index for hit in hits} == {0, 1, 2}


def test_scores_follow_the_published_formula() -> None:
    """The score of one word must be idf times saturated term frequency, as Lucene defines it."""
    index = LexicalIndex(("apple banana", "apple cherry grape melon", "plum pear"))

    (hits,) = index.search(["banana"], 1)

    idf = math.log(1 + (3 - 1 + 0.5) / (1 + 0.5))
    mean_length = (2 + 4 + 2) / 3
    expected = idf * 1 / (1 + K1 * (1 - B + B * 2 / mean_length))
    assert hits[0].index == 0
    assert hits[0].score == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("query", ["", "   ", "zebra", "?!", "the of and"])
def test_a_query_without_known_words_finds_nothing(query: str) -> None:
    """Nothing in common must give no hit, not an arbitrary one."""
    assert LexicalIndex(TEXTS).search([query], 2) == [[]]


@pytest.mark.parametrize("texts", [(), ("", " "), ("the of",)])
def test_an_index_without_words_can_be_searched(texts: tuple[str, ...]) -> None:
    """A corpus of empty documents must not break the search."""
    assert LexicalIndex(texts).search(["raven"], 5) == [[]]


def test_asking_for_more_than_there_is_returns_what_there_is() -> None:
    """A small corpus must not be a fault."""
    (hits,) = LexicalIndex(TEXTS).search(["raven"], 50)

    assert sorted(hit.index for hit in hits) == [0, 2]


def test_a_saved_index_answers_alike(tmp_path: Path) -> None:
    """Saving and loading must change no score."""
    index = LexicalIndex(TEXTS)

    index.save(tmp_path)

    assert LexicalIndex.load(tmp_path).search(["raven shore"], 3) == index.search(
        ["raven shore"], 3
    )
