"""The public face: the same advice for a notebook as for the command line."""

from __future__ import annotations

import random
import subprocess
import sys

import pytest

import advisor
from advisor import Answers, Recommendation, advise
from advisor.api import why_ask
from advisor.errors import AnswersError, UnknownCriterionError, UnknownLevelError
from advisor.inference.compiled import compile_rules
from advisor.inference.consultation import consult
from advisor.knowledge.loader import load_rules
from advisor.vocabulary import NOT_APPLICABLE, UNKNOWN


def test_mapping_and_answers_give_the_same_advice() -> None:
    """A dictionary is enough."""
    levels = {"failure_mode": "missing_facts", "data_volatility": "daily"}

    assert advise(levels) == advise(Answers(answers=levels))
    assert isinstance(advise(levels), Recommendation)


def test_own_rule_base_is_used() -> None:
    """Rules that are passed win over the shipped ones."""
    own = load_rules().model_copy(update={"version": "own"})

    assert advise({}, own).rules_version == "own"


def test_number_is_put_into_its_range() -> None:
    """As in an answers file."""
    assert advise({"labeled_examples": "320"}) == advise({"labeled_examples": "50_to_500"})


@pytest.mark.parametrize(
    ("answers", "fault"),
    [
        ({"volatility": "daily"}, UnknownCriterionError),
        ({"data_volatility": "hourly"}, UnknownLevelError),
        (Answers(priorities=("speed",)), AnswersError),
    ],
)
def test_answers_that_cannot_be_used_are_refused(
    answers: dict[str, str] | Answers, fault: type[Exception]
) -> None:
    """Nothing is dropped silently."""
    with pytest.raises(fault):
        advise(answers)


def test_random_projects_are_advised_without_fault() -> None:
    """Whatever is answered, supports sum to one and ledgers to their scores."""
    draw = random.Random(11)
    compiled = compile_rules(load_rules())
    for _ in range(25):
        answers = {
            criterion.id: draw.choice((*criterion.level_ids, UNKNOWN, NOT_APPLICABLE))
            for criterion in compiled.criteria
        }
        ranking = consult(compiled, Answers(answers=answers)).ranking

        assert sum(one.support for one in ranking) in (0.0, pytest.approx(1.0))
        for one in ranking:
            ledger = sum(reason.db for reason in (*one.reasons, *one.against))
            assert ledger == pytest.approx(one.score_db, abs=1e-9)


def test_unknown_public_name_is_an_attribute_error() -> None:
    """The lazy face behaves like any module."""
    with pytest.raises(AttributeError, match="no attribute 'recommend'"):
        _ = advisor.recommend


def test_importing_the_package_loads_nothing_heavy() -> None:
    """The version is there at once; numpy and pydantic come with the first use."""
    code = "import advisor, sys; print(advisor.__version__, 'numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.split() == [advisor.__version__, "False"]


def test_question_can_be_explained() -> None:
    """A notebook can ask why, as the interview can."""
    why = why_ask({"task_kind": "document_qa"}, "source_citation")

    assert why.waiting != []
    assert [effect.level for effect in why.effects] == ["not_needed", "helpful", "mandatory"]


def test_question_that_does_not_exist_is_refused() -> None:
    """With the nearest one that does."""
    with pytest.raises(UnknownCriterionError, match="Did you mean 'source_citation'"):
        why_ask({}, "source_citations")
