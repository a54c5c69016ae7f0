"""The same recommendation for a notebook as for the command line."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from advisor.errors import UnknownCriterionError
from advisor.inference.compiled import CompiledRules, compile_rules
from advisor.inference.consultation import consult
from advisor.inference.curiosity import explain_question
from advisor.inference.priorities import prioritise
from advisor.knowledge.levels import check_priorities, resolve_answers
from advisor.knowledge.loader import load_rules
from advisor.schema.answers import Answers
from advisor.schema.explanation import WhyAsk
from advisor.schema.recommendation import Recommendation
from advisor.schema.rule import RuleBase


def advise(
    answers: Answers | Mapping[str, str], rule_base: RuleBase | None = None, *, seed: int = 0
) -> Recommendation:
    """Recommend an approach.

    Args:
        answers: What is known about the project: levels by criterion. A criterion that is left
            out is unknown.
        rule_base: The rules to apply; the ones that Advisor ships by default.
        seed: Seed of the draws of weights and of unknown answers.

    Raises:
        UnknownCriterionError: If an answer belongs to no question.
        UnknownLevelError: If a criterion has no such level.
        RuleBaseError: If the shipped rules cannot be loaded.
    """
    compiled = _compile(rule_base)
    return consult(compiled, _check(answers, compiled.rule_base), seed=seed, is_explained=True)


def why_ask(
    answers: Answers | Mapping[str, str], criterion: str, *, rule_base: RuleBase | None = None
) -> WhyAsk:
    """Explain a question: the rules that wait for it, and what each answer would do.

    Args:
        answers: What is known about the project so far.
        criterion: The question; if it has an answer, it is explained as if it had none.
        rule_base: The rules to apply; the ones that Advisor ships by default.

    Raises:
        UnknownCriterionError: If there is no such question, or an answer belongs to none.
        UnknownLevelError: If a criterion has no such level.
    """
    compiled = _compile(rule_base)
    checked = _check(answers, compiled.rule_base)
    if criterion not in compiled.position:
        known = tuple(compiled.position)
        raise UnknownCriterionError(found=criterion, known=known, where="why_ask")
    weighed = prioritise(compiled, checked.priorities)
    return explain_question(weighed, weighed.encode(checked.answers), criterion=criterion)


def _check(answers: Answers | Mapping[str, str], rule_base: RuleBase) -> Answers:
    given = answers if isinstance(answers, Answers) else Answers(answers=dict(answers))
    return given.model_copy(
        update={
            "answers": resolve_answers(given.answers, rule_base, where="answers"),
            "priorities": check_priorities(given.priorities, where="answers"),
        }
    )


def _compile(rule_base: RuleBase | None) -> CompiledRules:
    return _compile_shipped() if rule_base is None else compile_rules(rule_base)


@lru_cache(maxsize=1)
def _compile_shipped() -> CompiledRules:
    return compile_rules(load_rules())
