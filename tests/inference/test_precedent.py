"""Which answers go together, learnt from published projects."""

from __future__ import annotations

import numpy as np
import pytest

from advisor.inference.compiled import CompiledRules, compile_rules
from advisor.inference.completions import find_open_questions
from advisor.inference.precedent import (
    answer_tables,
    complete_like,
    gather_precedents,
    weigh_precedents,
)
from advisor.knowledge.loader import load_rules

PROJECTS = [
    {"task_kind": "classification", "output_space": "few_classes"},
    {"task_kind": "document_qa", "output_space": "free_text"},
]


@pytest.fixture(scope="module")
def compiled() -> CompiledRules:
    """The shipped rules."""
    return compile_rules(load_rules())


def test_project_is_taken_for_the_one_that_answers_alike(compiled: CompiledRules) -> None:
    """After one answer the precedent that shares it is more likely than the other."""
    precedents = gather_precedents(compiled, PROJECTS)
    codes = compiled.encode({"task_kind": "classification"})
    first, second, none = weigh_precedents(compiled, precedents, codes)

    assert first > none > second
    assert first + second + none == pytest.approx(1.0)


def test_nothing_is_learnt_from_no_project(compiled: CompiledRules) -> None:
    """Without precedents only the priors count."""
    precedents = gather_precedents(compiled, [])

    assert weigh_precedents(compiled, precedents, compiled.encode({})).tolist() == [1.0]


@pytest.mark.parametrize(("n_questions", "is_exact"), [(5, True), (12, False)])
def test_drawn_and_enumerated_answers_are_equally_frequent(
    compiled: CompiledRules, n_questions: int, is_exact: bool
) -> None:
    """Both ways give each answer the share that the tables give it, silence included."""
    precedents = gather_precedents(compiled, PROJECTS)
    codes = compiled.encode({"task_kind": "classification"})
    questions = find_open_questions(compiled, codes)[:n_questions]
    weights = weigh_precedents(compiled, precedents, codes)
    tables = answer_tables(precedents, questions, [0.25] * len(questions))
    asked, found = complete_like(
        codes, questions, weights=weights, tables=tables, seed=0, n_draws=20_000
    )

    assert found.is_exact == is_exact
    for question, table in zip(asked, tables, strict=True):
        chosen = found.codes[:, question.position][:, None] == np.asarray(question.codes)
        shares = (chosen * found.shares[:, None]).sum(axis=0)
        assert shares == pytest.approx(weights @ table, abs=0.02)
