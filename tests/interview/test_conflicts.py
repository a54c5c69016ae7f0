"""Which answers a changed one puts in doubt."""

from __future__ import annotations

from advisor.interview.conflicts import load_conflicts, put_in_doubt
from advisor.knowledge.loader import load_rules
from advisor.schema.answers import Answers

BEFORE = Answers(answers={"task_kind": "classification", "output_space": "few_classes"})


def test_conflicts_name_existing_levels() -> None:
    """A misspelt level would never be in conflict."""
    levels = {criterion.id: set(criterion.level_ids) for criterion in load_rules().criteria}

    for conflict in load_conflicts():
        assert all(set(named) <= levels[criterion] for criterion, named in conflict.sides)


def test_answer_that_no_longer_fits_is_in_doubt() -> None:
    """Somebody who now writes summaries does not choose among labels."""
    after = Answers(answers=BEFORE.answers | {"task_kind": "summarization"})
    doubtful = put_in_doubt(load_conflicts(), BEFORE, after, changed="task_kind")

    assert [(s.criterion, s.level) for s in doubtful] == [("output_space", "few_classes")]


def test_answers_that_fit_are_left_alone() -> None:
    """A change that contradicts nothing repeats nothing."""
    after = Answers(answers=BEFORE.answers | {"output_space": "tens_of_classes"})

    assert put_in_doubt(load_conflicts(), BEFORE, after, changed="output_space") == ()
