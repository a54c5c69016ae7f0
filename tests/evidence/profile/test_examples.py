"""Labelled examples: duplicates, conflicts, balance, lengths."""

from __future__ import annotations

import pytest

from advisor.evidence.profile import examples as module
from advisor.evidence.profile.examples import ExampleCollector
from advisor.schema.profile import ExamplesProfile


def _profile(rows: list[tuple[str, str]]) -> ExamplesProfile:
    collector = ExampleCollector("labels")
    for text, label in rows:
        collector.add(text, label, file="a.csv")
    found = collector.profile()
    assert found is not None
    return found


def test_repeated_rows_are_counted_once() -> None:
    """Also where only capitals, blanks and signs differ."""
    found = _profile([("Where is it?", "ship"), ("where  is it", "ship"), ("Refund!", "pay")])

    assert (found.n_rows, found.n_duplicates, found.n_distinct) == (3, 1, 2)


def test_input_with_two_labels_is_a_conflict_and_no_duplicate() -> None:
    """However often both come again."""
    found = _profile([("a b", "x"), ("a b", "y"), ("a b", "y"), ("a b", "x"), ("c d", "x")])

    assert (found.n_conflicts, found.n_duplicates) == (1, 2)


def test_incomplete_rows_are_not_examples() -> None:
    """Neither without input nor without label."""
    found = _profile([("", "x"), ("a b", " "), ("a b", "x")])

    assert (found.n_incomplete, found.n_distinct) == (2, 1)


def test_input_with_many_outputs_is_not_near_itself() -> None:
    """Near duplicates are looked for among different inputs."""
    found = _profile([("name [Blue Spice]", f"text {n}") for n in range(5)])

    assert (found.n_conflicts, found.n_near_duplicates, found.n_compared) == (1, 0, 1)


def test_balance_and_lengths_are_told() -> None:
    """Three of four rows carry one label."""
    found = _profile([("a" * n, "x" if n < 4 else "y") for n in range(1, 5)])

    assert (found.n_outputs, found.smallest_class, found.largest_share) == (2, 1, 0.75)
    assert found.median_characters == 2


def test_too_many_rows_make_duplicates_a_lower_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory stays bounded, and that is said."""
    monkeypatch.setattr(module, "MAX_REMEMBERED", 2)

    found = _profile([(text, "x") for text in ("a", "b", "c", "c", "a")])

    assert found.is_capped
    assert found.n_duplicates == 1
