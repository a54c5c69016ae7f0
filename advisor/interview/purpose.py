"""Why a question is asked and what each answer would do, in words."""

from __future__ import annotations

from collections.abc import Sequence

from advisor.interview.wording import SUPPORT_STEP
from advisor.schema.explanation import AnswerEffect, WaitingRule, WhyAsk
from advisor.schema.rule import Criterion
from advisor.vocabulary import Approach

N_FINDINGS = 3
"""So many of the rules that wait for a question are named."""


def purpose_lines(criterion: Criterion, why: WhyAsk) -> tuple[str, ...]:
    """Say which rules wait for a question, and who would lead after each answer."""
    if not why.effects:
        return ("No rule waits for this answer any more; it cannot change the result.",)
    return (_waiting(why.waiting), *(_effect(criterion, effect) for effect in why.effects))


def _waiting(rules: Sequence[WaitingRule]) -> str:
    named = "; ".join(_finding(rule) for rule in rules[:N_FINDINGS])
    more = len(rules) - N_FINDINGS
    rest = f"; and {more} more" if more > 0 else ""
    subject = "1 rule waits" if len(rules) == 1 else f"{len(rules)} rules wait"
    return f"{subject} for it: {named}{rest}."


def _finding(rule: WaitingRule) -> str:
    verb, approaches = ("would rule out", rule.excludes) if rule.excludes else ("for", rule.favours)
    return f"{rule.finding.because} ({rule.finding.rule}, {verb} {_labels(approaches)})"


def _effect(criterion: Criterion, effect: AnswerEffect) -> str:
    label = next(level.label for level in criterion.levels if level.id == effect.level)
    percent = SUPPORT_STEP * round(100 * effect.support[effect.leading] / SUPPORT_STEP)
    turn = " would take the lead" if effect.changes_leader else " in front"
    out = f", {_labels(effect.excluded)} ruled out" if effect.excluded else ""
    if len(effect.excluded) == len(effect.support):
        return f"  {label}: every approach would be ruled out"
    return f"  {label}: {effect.leading.label}{turn} ({percent} %){out}"


def _labels(approaches: Sequence[Approach]) -> str:
    return ", ".join(approach.label for approach in approaches)
