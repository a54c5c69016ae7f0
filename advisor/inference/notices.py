"""What has to be said beside any ranking: that it is too early to choose, or that less will do."""

from __future__ import annotations

from advisor.inference.conditions import criteria_of, evaluate_condition
from advisor.schema.answers import Answers
from advisor.schema.recommendation import Notice
from advisor.schema.rule import NoticeRule, RuleBase
from advisor.vocabulary import UNKNOWN, Truth


def find_notices(rule_base: RuleBase, answers: Answers) -> list[Notice]:
    """List the notices whose condition is certainly true, each kind once, in file order.

    An unknown condition says nothing: a warning that rests on a guess would be noise.
    """
    criteria = {criterion.id: criterion for criterion in rule_base.criteria}
    found: dict[str, Notice] = {}
    for rule in rule_base.notices:
        truth = evaluate_condition(rule.when, answers.answers, criteria).truth
        if truth is Truth.TRUE and _is_timely(rule, answers):
            found.setdefault(rule.notice, _say(rule, answers))
    return list(found.values())


def _is_timely(rule: NoticeRule, answers: Answers) -> bool:
    return all(answers.level(criterion) == UNKNOWN for criterion in rule.while_unanswered)


def _say(rule: NoticeRule, answers: Answers) -> Notice:
    read = {criterion: answers.level(criterion) for criterion in criteria_of(rule.when)}
    return Notice(
        notice=rule.notice,
        title=rule.title,
        advice=rule.advice,
        because=rule.name.replace("-", " "),
        rule=rule.id,
        sources=list(rule.sources),
        opposed_by=list(rule.opposed_by),
        answers={criterion: level for criterion, level in read.items() if level != UNKNOWN},
    )
