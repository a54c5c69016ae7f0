"""Answers are compared as SQuAD compares them."""

from __future__ import annotations

import re
import string
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prototypes.measure.answers import contains_answer, exact_match, normalise_answer, token_f1


def _official_normalise(text: str) -> str:
    """`normalize_answer` of the official evaluate-v2.0.py, step by step."""
    lowered = text.lower()
    bare = "".join(character for character in lowered if character not in set(string.punctuation))
    return " ".join(re.sub(re.compile(r"\b(a|an|the)\b", re.UNICODE), " ", bare).split())


def _official_f1(target: str, output: str) -> float:
    """`compute_f1` of the official evaluate-v2.0.py."""
    target_words, output_words = (_official_normalise(text).split() for text in (target, output))
    if not target_words or not output_words:
        return float(target_words == output_words)
    n_same = sum((Counter(target_words) & Counter(output_words)).values())
    if n_same == 0:
        return 0.0
    precision, recall = n_same / len(output_words), n_same / len(target_words)
    return 2 * precision * recall / (precision + recall)


_TEXTS = st.lists(
    st.sampled_from(["The", "an", "a", "cat's", "mat.", "sat", "U.S.", "don't", "1,000", "  "]),
    max_size=7,
).map(" ".join)


@given(text=st.text(max_size=60))
def test_normalisation_is_the_official_one(text: str) -> None:
    """Lower case, then punctuation, then articles, then blanks."""
    assert _official_normalise(text) == normalise_answer(text)


@given(output=_TEXTS, target=_TEXTS)
def test_token_f1_is_the_official_one(output: str, target: str) -> None:
    """Wherever some word is left after normalisation on both sides."""
    if not normalise_answer(output) or not normalise_answer(target):
        return

    assert _official_f1(target, output) == pytest.approx(token_f1(output, [target]))


@pytest.mark.parametrize(
    ("output", "target", "expected"),
    [
        ("The Denver Broncos", "Denver Broncos!", 1.0),
        ("Denver", "Denver Broncos", 0.0),
        ("**", "**", 1.0),
        ("**", "//", 0.0),
        ("...", "Denver", 0.0),
    ],
)
def test_exact_match(output: str, target: str, expected: float) -> None:
    """Articles, case and punctuation do not count, unless there is nothing else."""
    assert expected == exact_match(output, [target])


def test_token_f1_by_hand() -> None:
    """Two of three words said, two of four wanted: 2 · 2 / (3 + 4)."""
    assert pytest.approx(token_f1("one two five", ["one two three four"])) == 4 / 7


def test_best_accepted_answer_counts() -> None:
    """Any of the accepted answers is right."""
    assert token_f1("Ada", ["Charles", "Ada"]) == 1.0
    assert token_f1("Ada", []) == 0.0


@pytest.mark.parametrize(
    ("output", "target", "expected"),
    [
        ("Press the red button twice.", "the Red Button", True),
        ("Press the redbutton.", "red button", False),
        ("It takes 15 days.", "5 days", False),
        ("The operator is `**`.", "**", True),
        ("The operator is `**`.", "*", False),
        ("The operator is `*`.", "*", True),
        ("", "x", False),
        ("anything", " ", False),
    ],
)
def test_answer_is_a_run_of_whole_words(output: str, target: str, expected: bool) -> None:
    """Parts of words, and operators inside longer operators, are not found."""
    assert expected is contains_answer(output, [target])
