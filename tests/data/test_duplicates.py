"""Texts that say the same are found, exactly as by comparing each with each."""

from __future__ import annotations

import time
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prototypes.data.duplicates import find_near_duplicates, group_texts, normalise_text

LONG = "the committee approved the annual travel budget for every department in the spring of {}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  Where is\tmy CARD?! ", "where is my card"),
        ("Straße", "strasse"),
        ("ﬁle", "file"),
        ("C++ costs $5", "c++ costs $5"),
        ("?!", "?!"),
    ],
)
def test_normalised_text(text: str, expected: str) -> None:
    """Writing goes, content stays; punctuation alone is content."""
    assert expected == normalise_text(text)


def test_one_changed_character_in_a_long_text_is_a_near_duplicate() -> None:
    """A different year does not make a different text."""
    texts = [LONG.format(2023), "something else altogether", LONG.format(2024)]

    assert find_near_duplicates(texts) == [(0, 2)]


def test_groups_join_what_belongs_together() -> None:
    """By group, by equal text, by near text, and through each other."""
    texts = ["same", "same", LONG.format(1), LONG.format(2), "alone", "other"]
    groups = [None, "a", "a", None, None, "b"]

    numbers = group_texts(texts, groups)

    assert len(set(numbers[:4])) == 1
    assert len(set(numbers)) == 3


def test_no_texts_make_no_groups() -> None:
    """Nothing in, nothing out."""
    assert find_near_duplicates([]) == []
    assert group_texts([], []) == []


def test_thousands_of_texts_from_one_template_take_seconds() -> None:
    """The worst case for an inverted index: all texts share nearly everything."""
    texts = [f"please tell me the balance of account number {number}" for number in range(4_000)]
    start = time.process_time()

    find_near_duplicates(texts)

    assert time.process_time() - start < 10


def _jaccard(left: str, right: str) -> float:
    sets = [
        {text[i : i + 5] for i in range(len(text) - 4)} for text in (left.ljust(5), right.ljust(5))
    ]
    return len(sets[0] & sets[1]) / len(sets[0] | sets[1])


@settings(deadline=None, max_examples=200)
@given(
    stem=st.text("abc ", max_size=40),
    endings=st.lists(st.text("ab", max_size=6), min_size=2, max_size=8, unique=True),
    threshold=st.sampled_from([0.5, 0.8, 0.9, 1.0]),
)
def test_near_duplicates_are_those_of_the_definition(
    stem: str, endings: list[str], threshold: float
) -> None:
    """The index misses no pair and invents none."""
    texts = [stem + ending for ending in endings]
    expected = [
        (left, right)
        for left, right in combinations(range(len(texts)), 2)
        if _jaccard(texts[left], texts[right]) >= threshold
    ]

    assert expected == find_near_duplicates(texts, threshold=threshold)
