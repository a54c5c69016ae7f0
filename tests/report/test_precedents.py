"""The published cases most like a project, as the report tells them."""

from __future__ import annotations

import pytest

from advisor.inference.similarity import SimilarCase
from advisor.knowledge.loader import load_rules
from advisor.report.precedents import (
    MAX_PRECEDENTS,
    find_precedents,
    word_disagreement,
    word_precedents,
)
from advisor.schema.answers import Answers
from advisor.schema.case import CaseSource, PublishedCase
from advisor.schema.rule import RuleBase
from advisor.vocabulary import Approach

DESK = {
    "task_kind": "document_qa",
    "failure_mode": "missing_facts",
    "data_volatility": "weekly",
    "source_citation": "mandatory",
    "labeled_examples": "none",
    "corpus_size": "hundreds_of_pages",
}


def _case(name: str, outcome: Approach, **answers: str) -> PublishedCase:
    return PublishedCase(
        id=name,
        group=name,
        answers=answers,
        outcome=outcome,
        title=f"Case {name}",
        description="A project.",
        source=CaseSource(authors="Doe", venue="A Journal", year=2024, ref="doi:10.1/x"),
        evidence="measured",
        verified=True,
        figures="Accuracy rose from 60 % to 80 %.",
    )


@pytest.fixture
def shipped() -> RuleBase:
    """The rules say how much each answer matters, so only a real rule base will do."""
    return load_rules()


@pytest.fixture
def project() -> Answers:
    """Answers that the rules know, and one that they do not."""
    return Answers(answers={**DESK, "retired": "yes"})


def _similar(case: PublishedCase, similarity: float = 0.9) -> SimilarCase[PublishedCase]:
    return SimilarCase(case, similarity, agreeing=(), differing=())


def test_nearest_case_comes_first(shipped: RuleBase, project: Answers) -> None:
    """The order follows the answers that both give."""
    near = _case("near", Approach.RAG, **DESK)
    far = _case("far", Approach.PROMPTING, **DESK | {"data_volatility": "static"})

    found = find_precedents(shipped, project, [far, near])

    assert found[0].case is near


def test_answer_the_rules_no_longer_know_is_left_out(shipped: RuleBase, project: Answers) -> None:
    """A criterion of an older rule base compares with nothing, and stops nothing."""
    case = _case("old", Approach.RAG, **DESK, retired="yes")

    (found,) = find_precedents(shipped, project, [case])

    assert set(found.agreeing) == set(DESK)


def test_precedent_tells_outcome_ground_figure_and_source() -> None:
    """Everything a reader needs to look it up stands in it."""
    (told,) = word_precedents([_similar(_case("a", Approach.RAG), 0.875)])

    assert told.outcome == "It ended with RAG (measured): accuracy rose from 60 % to 80 %."
    assert told.source == "Doe (2024), A Journal, doi:10.1/x"
    assert told.likeness.endswith("alike")


def test_only_the_nearest_are_told() -> None:
    """A report is no catalogue; `advisor cases` lists more."""
    many = [_similar(_case(str(n), Approach.RAG)) for n in range(MAX_PRECEDENTS + 4)]

    assert [one.title for one in word_precedents(many)] == ["Case 0", "Case 1", "Case 2"]


def test_cases_that_ended_otherwise_are_told() -> None:
    """Three of the nearest five are enough to say so."""
    similar = [_similar(_case(str(n), Approach.FINE_TUNE)) for n in range(3)]

    assert "fine-tuning" in word_disagreement(similar, Approach.RAG)
    assert word_disagreement(similar, Approach.FINE_TUNE) == ""
