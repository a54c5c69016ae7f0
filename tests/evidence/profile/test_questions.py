"""Kinds of questions, and how much of them a corpus holds."""

from __future__ import annotations

import pytest

from advisor.evidence.profile.overlap import OverlapMeter
from advisor.evidence.profile.questions import QuestionCollector, tell_kind


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("Which flag sets the data directory?", "lookup"),
        ("How many members does the cluster have?", "aggregate"),
        ("What is the total number of keys?", "aggregate"),
        ("Is version 3.5 faster than version 3.4?", "comparison"),
        ("What is the difference between a lease and a lock?", "comparison"),
        ("What is the latest release?", "time_dependent"),
        ("Who is currently the maintainer?", "time_dependent"),
        ("Who is the author of the book that won the prize?", "multi_hop"),
        ("Who founded the firm and where was she born?", "multi_hop"),
    ],
)
def test_kind_is_told_by_its_cue(question: str, kind: str) -> None:
    """The first cue decides; without one it is a lookup."""
    assert tell_kind(question) == kind


def test_unanswerable_questions_and_duplicates_are_counted() -> None:
    """Questions that say nothing about it are not counted as answerable."""
    collector = QuestionCollector(OverlapMeter())
    collector.add("Who?", file="q", has_answer=True, is_unanswerable=False, sources=("a.md",))
    collector.add("who", file="q", is_unanswerable=True)
    collector.add("Where?", file="q")

    found = collector.profile()

    assert found is not None
    assert (found.n_rows, found.n_duplicates, found.n_answered) == (3, 1, 1)
    assert (found.n_marked, found.n_unanswerable, found.n_sources) == (2, 1, 1)


def test_overlap_is_that_of_the_best_document() -> None:
    """Words spread over several documents do not add up."""
    meter = OverlapMeter()
    meter.add_question("Which flag sets the snapshot count?")
    meter.add_document("The flag is documented.")
    meter.add_document("Snapshot count: the flag sets it.")

    found = meter.measure()

    assert found is not None
    assert (found.median, found.n_covered) == (1.0, 1)


def test_overlap_needs_both_sides() -> None:
    """Without documents nothing is said."""
    meter = OverlapMeter()
    meter.add_question("Which flag?")

    assert meter.measure() is None
