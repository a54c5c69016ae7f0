"""What a recommendation asks of a trial."""

from __future__ import annotations

import pytest

from advisor.api import advise
from advisor.evidence.limits import ARMS_ON_REQUEST, arms_from
from advisor.knowledge.loader import load_rules
from advisor.schema.answers import Answers
from advisor.schema.recommendation import Recommendation
from advisor.vocabulary import Approach
from prototypes.registry import ARMS


@pytest.fixture(scope="module")
def recommendation() -> Recommendation:
    """Recommend something for a project of which only the task is known."""
    answers = Answers.model_validate(
        {"project": {"name": "x"}, "answers": {"task_kind": "document_qa"}}
    )
    return advise(answers, load_rules())


@pytest.mark.parametrize(
    ("leading", "forms", "expected"),
    [
        (Approach.FINE_TUNE, {"fine_tune": "prompt_tuning"}, ("fine_tune_prompt",)),
        (Approach.FINE_TUNE, {"fine_tune": "full"}, ()),
        (Approach.RAG, {"fine_tune": "lora", "rag": "rag_token"}, ()),
        (Approach.HYBRID, {"hybrid": "tuned_retriever_and_reader"}, ("hybrid_span",)),
    ],
)
def test_the_recommended_form_of_the_leading_approach_is_built(
    recommendation: Recommendation,
    leading: Approach,
    forms: dict[str, str],
    expected: tuple[str, ...],
) -> None:
    """The form of an approach that does not lead costs no time."""
    advised = recommendation.model_copy(update={"leading": leading, "variants": forms})

    assert expected == arms_from(advised)


def test_every_form_is_one_the_rules_know_and_an_arm_builds() -> None:
    """A form renamed in the rules, or an arm in the laboratory, must not be lost silently."""
    known = {(rule.slot, rule.choice) for rule in load_rules().variants}
    on_request = {arm.name for arm in ARMS if arm.on_request}

    assert set(ARMS_ON_REQUEST) <= known
    assert set(ARMS_ON_REQUEST.values()) <= on_request
