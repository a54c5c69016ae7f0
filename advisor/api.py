"""The same recommendation for a notebook as for the command line."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from advisor.inference.compiled import CompiledRules, compile_rules
from advisor.inference.consultation import consult
from advisor.knowledge.levels import check_priorities, resolve_answers
from advisor.knowledge.loader import load_rules
from advisor.schema.answers import Answers
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
    compiled = _compile_shipped() if rule_base is None else compile_rules(rule_base)
    given = answers if isinstance(answers, Answers) else Answers(answers=dict(answers))
    checked = given.model_copy(
        update={
            "answers": resolve_answers(given.answers, compiled.rule_base, where="answers"),
            "priorities": check_priorities(given.priorities, where="answers"),
        }
    )
    return consult(compiled, checked, seed=seed, is_explained=True)


@lru_cache(maxsize=1)
def _compile_shipped() -> CompiledRules:
    return compile_rules(load_rules())
