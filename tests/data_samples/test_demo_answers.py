"""The answers of the demo projects are complete, and true where that can be checked."""

from __future__ import annotations

from importlib.resources import as_file, files

import pytest

from advisor.knowledge.answers_file import load_answers
from advisor.knowledge.loader import load_rules
from advisor.schema.answers import Answers
from prototypes.data.samples.api_summaries import load_api_summaries
from prototypes.data.samples.python_reference import load_python_reference

PROJECTS = ("python_reference", "api_router")


def _load(project: str) -> Answers:
    with as_file(files("advisor.demo") / f"{project}.yaml") as path:
        return load_answers(path, load_rules())


@pytest.mark.parametrize("project", PROJECTS)
def test_every_criterion_is_answered_or_openly_unknown(project: str) -> None:
    """No question is passed over in silence."""
    criteria = {criterion.id for criterion in load_rules().criteria}

    assert criteria == set(_load(project).answers)


@pytest.mark.parametrize("project", PROJECTS)
def test_what_nobody_has_measured_is_unknown(project: str) -> None:
    """The demo does not know beforehand how well a prompted model does."""
    assert not _load(project).is_known("prompt_headroom")
    assert not _load(project).is_known("oracle_check")


def test_size_of_the_reference_is_stated_truly() -> None:
    """Hundreds of pages of 2,500 characters are more than a small model reads at once."""
    n_characters = sum(len(document.text) for document in load_python_reference().documents)

    assert "hundreds_of_pages" == _load("python_reference").level("corpus_size")
    assert "under_1b" == _load("python_reference").level("model_size_limit")
    assert 100 <= n_characters / 2_500 <= 500


def test_number_of_questions_is_stated_truly() -> None:
    """What is left to learn from lies within the level given, whatever share is held out."""
    n_questions = len(load_python_reference().samples)

    assert "50_to_500" == _load("python_reference").level("labeled_examples")
    assert 50 <= n_questions * 0.3 <= n_questions <= 500


@pytest.mark.slow
def test_number_of_summaries_and_labels_is_stated_truly() -> None:
    """The router has hundreds to thousands of examples for some dozens of labels."""
    dataset = load_api_summaries()

    assert "500_to_5k" == _load("api_router").level("labeled_examples")
    assert 500 <= len(dataset.samples) * 0.5 <= len(dataset.samples) < 5_000
    assert "tens_of_classes" == _load("api_router").level("output_space")
    assert 10 <= len(dataset.label_descriptions) < 100
