"""Why not another approach: what speaks against it, and what would speak for it but is silent."""

from __future__ import annotations

from collections.abc import Mapping

from advisor.inference.compiled import MILLI, CompiledRules
from advisor.inference.conditions import Clause, clauses_of, evaluate_condition, satisfying_levels
from advisor.inference.evidence import Evidence
from advisor.inference.ranking import Ranking
from advisor.inference.wording import describe
from advisor.schema.explanation import Contrast, FailedTest, SilentRule, WhyNot
from advisor.schema.rule import Leaf, Rule
from advisor.vocabulary import NOT_APPLICABLE, UNKNOWN, Truth

N_CONTRASTS = 5
"""So much contrary evidence is told for each approach."""


def explain_why_not(
    compiled: CompiledRules, answers: Mapping[str, str], *, evidence: Evidence, ranking: Ranking
) -> list[WhyNot]:
    """Explain each approach that is not in front, in the order of the ranking."""
    silent = {
        r: _failed_tests(compiled, rule, answers)
        for r, rule in enumerate(compiled.rules)
        if not (evidence.fired | evidence.open) >> r & 1
    }
    return [
        WhyNot(
            approach=compiled.approaches[o],
            status=ranking.status[o],
            behind_db=(ranking.scores[ranking.leader] - ranking.scores[o]) / MILLI,
            vetoes=_excluding(compiled, evidence, o),
            against=_contrasts(compiled, evidence, leader=ranking.leader, approach=o),
            silent=_silent(compiled, silent, leader=ranking.leader, approach=o),
        )
        for o in ranking.order[1:]
    ]


def _excluding(compiled: CompiledRules, evidence: Evidence, approach: int) -> list[str]:
    hits = evidence.fired & compiled.excluders[approach]
    return [veto.id for veto in compiled.vetoes if hits & compiled.bit[veto.id]]


def _contrasts(
    compiled: CompiledRules, evidence: Evidence, *, leader: int, approach: int
) -> list[Contrast]:
    """List the fired rules that favour the leader over an approach, strongest first."""
    leads = sorted(
        (
            (firing.worth[leader] - firing.worth[approach], firing.rule)
            for firing in evidence.firings
        ),
        key=lambda lead: (-lead[0], compiled.rules[lead[1]].id),
    )
    return [
        Contrast(finding=describe(compiled.rules[rule]), db=lead / MILLI)
        for lead, rule in leads[:N_CONTRASTS]
        if lead > 0
    ]


def _silent(
    compiled: CompiledRules,
    silent: Mapping[int, list[FailedTest]],
    *,
    leader: int,
    approach: int,
) -> list[SilentRule]:
    """List the rules that would favour an approach over the leader, strongest first."""
    gains = sorted(
        ((compiled.weights[r][approach] - compiled.weights[r][leader], r) for r in silent),
        key=lambda gain: (-gain[0], compiled.rules[gain[1]].id),
    )
    return [
        SilentRule(finding=describe(compiled.rules[r]), db=gain / MILLI, failed=silent[r])
        for gain, r in gains
        if gain > 0
    ]


def _failed_tests(
    compiled: CompiledRules, rule: Rule, answers: Mapping[str, str]
) -> list[FailedTest]:
    """Name what keeps a rule silent; of several ways to make it fire, the one that lacks least."""
    ways = [_unmet(compiled, clause, answers) for clause in clauses_of(rule.when)]
    return [_test(compiled, leaf, answers) for leaf in min(ways, key=len)]


def _unmet(compiled: CompiledRules, clause: Clause, answers: Mapping[str, str]) -> list[Leaf]:
    return [
        leaf
        for leaf in clause
        if evaluate_condition(leaf, answers, compiled.by_id).truth is not Truth.TRUE
    ]


def _test(compiled: CompiledRules, leaf: Leaf, answers: Mapping[str, str]) -> FailedTest:
    criterion = compiled.by_id[leaf.criterion]
    found = answers.get(leaf.criterion, UNKNOWN)
    satisfying = satisfying_levels(leaf, criterion)
    return FailedTest(
        criterion=leaf.criterion,
        found=found,
        needed=[level for level in criterion.level_ids if level in satisfying],
        actionable=criterion.actionable and found != NOT_APPLICABLE,
    )
