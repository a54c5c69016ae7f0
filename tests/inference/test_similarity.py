"""Similar published cases: what counts as alike, and when the rules are contradicted."""

from __future__ import annotations

import pytest

from advisor.inference.similarity import (
    DOUBT_DB,
    SimilarCase,
    criterion_weights,
    find_disagreement,
    similar_cases,
    vote,
)
from advisor.knowledge.case_library import load_case_library
from advisor.knowledge.loader import load_rules
from advisor.schema.case import CaseSource, PublishedCase
from advisor.vocabulary import Approach

ANSWERS = {
    "task_kind": "document_qa",
    "failure_mode": "missing_facts",
    "corpus_size": "thousands_of_documents",
    "data_volatility": "weekly",
    "labeled_examples": "none",
}


def _case(case_id: str = "x", outcome: Approach = Approach.RAG, **changed: str) -> PublishedCase:
    return PublishedCase(
        id=case_id,
        group=case_id,
        title=case_id,
        description="",
        source=CaseSource(authors="A", venue="V", year=2024, ref="r"),
        evidence="measured",
        verified=False,
        answers={**ANSWERS, **changed},
        outcome=outcome,
    )


def _alike(
    outcome: Approach, similarity: float = 0.9, also_ok: tuple[Approach, ...] = ()
) -> SimilarCase[PublishedCase]:
    case = _case(outcome=outcome).model_copy(update={"also_ok": also_ok})
    return SimilarCase(case, similarity, (), ())


def test_every_published_case_is_most_like_itself() -> None:
    """Nothing is closer than the same answers."""
    library = load_case_library()
    for case in library[::10]:
        nearest = similar_cases(load_rules(), case.answers, library=library, n=1)[0]

        assert nearest.differing == ()


def test_same_answers_are_as_alike_as_their_weight_allows() -> None:
    """The doubt added to every comparison is the only thing missing."""
    rule_base = load_rules()
    weight = sum(criterion_weights(rule_base)[criterion] for criterion in ANSWERS)

    (found,) = similar_cases(rule_base, ANSWERS, library=[_case()])

    assert found.similarity == pytest.approx((weight + DOUBT_DB / 2) / (weight + DOUBT_DB))
    assert set(found.agreeing) == set(ANSWERS)


def test_neighbouring_level_is_more_alike_than_a_distant_one() -> None:
    """Ordered criteria count by distance."""
    library = [
        _case("near", data_volatility="daily"),
        _case("same"),
        _case("far", data_volatility="static"),
    ]

    found = similar_cases(load_rules(), ANSWERS, library=library)

    assert [s.case.id for s in found] == ["same", "near", "far"]
    assert found[1].differing == ("data_volatility",)


def test_weightier_criterion_separates_more() -> None:
    """What the rules hardly use hardly matters."""
    weights = criterion_weights(load_rules())
    library = [_case("fail", failure_mode="both"), _case("task", task_kind="conversation")]

    first = similar_cases(load_rules(), ANSWERS, library=library)[0]

    assert weights["failure_mode"] > weights["task_kind"]
    assert first.case.id == "task"


@pytest.mark.parametrize("answer", ["unknown", "not_applicable"])
def test_answers_that_are_no_level_compare_with_nothing(answer: str) -> None:
    """They are neither like nor unlike anything."""
    answers = {**ANSWERS, "failure_mode": answer}

    (found,) = similar_cases(load_rules(), answers, library=[_case()])

    assert "failure_mode" not in (*found.agreeing, *found.differing)


def test_case_with_too_little_in_common_is_left_out() -> None:
    """Three shared answers are no comparison."""
    few = dict(list(ANSWERS.items())[:3])

    assert similar_cases(load_rules(), few, library=[_case()]) == ()


def test_number_of_cases_is_limited() -> None:
    """As many as asked for; equal ones in the order of their ids."""
    library = [_case(case_id) for case_id in ("c", "a", "b")]

    found = similar_cases(load_rules(), ANSWERS, library=library, n=2)

    assert [s.case.id for s in found] == ["a", "b"]


def test_vote_weighs_by_similarity() -> None:
    """Two distant cases lose against one twin only if they are distant enough."""
    twin = _alike(Approach.RAG, 0.9)

    assert vote([twin, _alike(Approach.HYBRID, 0.5), _alike(Approach.HYBRID, 0.5)]) == "hybrid"
    assert vote([twin, _alike(Approach.HYBRID, 0.4), _alike(Approach.HYBRID, 0.4)]) == "rag"
    assert vote([]) is None


def test_three_of_five_contradict() -> None:
    """And the sentence names them."""
    similar = [_alike(Approach.PROMPTING)] * 3 + [_alike(Approach.RAG)] * 2

    found = find_disagreement(similar, Approach.RAG)

    assert found is not None
    assert (3, 5, Approach.PROMPTING) == (len(found.cases), found.n_compared, found.outcome)
    assert str(found).startswith("3 of the 5 most similar published cases did not end with RAG")


@pytest.mark.parametrize(
    "similar",
    [
        [_alike(Approach.PROMPTING)] * 2 + [_alike(Approach.RAG)] * 3,
        [_alike(Approach.PROMPTING, 0.65)] * 5,
        [_alike(Approach.PROMPTING, also_ok=(Approach.RAG,))] * 5,
        [_alike(Approach.RAG)] * 5 + [_alike(Approach.PROMPTING)] * 5,
        [],
    ],
    ids=["only two", "too far", "as good", "beyond the fifth", "none"],
)
def test_less_than_that_contradicts_nothing(similar: list[SimilarCase[PublishedCase]]) -> None:
    """Cases that are far, few, further down or content with the leader are silent."""
    assert find_disagreement(similar, Approach.RAG) is None


def test_every_criterion_that_rules_read_has_a_weight() -> None:
    """And none weighs more than a rule may move."""
    weights = criterion_weights(load_rules())

    assert min(weights.values()) >= 0
    assert 0 < max(weights.values()) <= 20
