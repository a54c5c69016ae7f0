"""Checks of what the rules do together: order of levels, reach of approaches, weight of questions.

They try the rules out on answers, drawn with a fixed seed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Final

import numpy as np
from numpy.typing import NDArray

from advisor.inference.batch import Codes, weigh_batch
from advisor.inference.compiled import (
    NOT_APPLICABLE_CODE,
    UNKNOWN_CODE,
    CompiledRules,
    compile_rules,
)
from advisor.inference.conditions import criteria_of, evaluate_condition
from advisor.knowledge.problem import Problem
from advisor.schema.rule import Criterion, Rule, RuleBase
from advisor.vocabulary import NOT_APPLICABLE, Approach, Truth

MAX_REVERSAL_DB: Final = 2.0
"""How far a pair may go back on its way up or down the levels of an ordered criterion."""

N_PROJECTS: Final = 400
N_FIRST: Final = 16
"""Every so manieth project is tried first; nearly every criterion decides one of these."""

N_STARTS: Final = 8
MAX_STEPS: Final = 30
_SEED = 0

Scores = NDArray[np.float64]


def check_order(rule_base: RuleBase) -> Iterator[Problem]:
    """Find ordered criteria whose levels move a pair up and down again (waiver of a rule).

    The nominal decibans of the rules that read the criterion are added up level by level: alone,
    and together with each answer to one other criterion. Damping and caps are left out, and so
    are rules with a waiver.
    """
    criteria = {criterion.id: criterion for criterion in rule_base.criteria}
    for criterion in (c for c in rule_base.criteria if c.ordered):
        rules = [
            rule
            for rule in rule_base.rules
            if criterion.id in criteria_of(rule.when) and not rule.waiver
        ]
        for context in _contexts(criterion, rules, criteria):
            message = _reversal(criterion, rules, context=context, criteria=criteria)
            if message:
                yield Problem("rules/criteria.yaml", 0, "warning", "not-monotone", message)
                break


def _contexts(
    criterion: Criterion, rules: Sequence[Rule], criteria: Mapping[str, Criterion]
) -> Iterator[dict[str, str]]:
    """Yield no further answer, then each answer to each criterion read together with this one."""
    yield {}
    partners = {name for rule in rules for name in criteria_of(rule.when)} - {criterion.id}
    for partner in sorted(partners):
        for level in criteria[partner].level_ids:
            yield {partner: level}


def _reversal(
    criterion: Criterion,
    rules: Sequence[Rule],
    *,
    context: Mapping[str, str],
    criteria: Mapping[str, Criterion],
) -> str:
    """Say which pair goes up and down along the levels; empty if none does."""
    fired = [
        [rule for rule in rules if _fires(rule, {**context, criterion.id: level}, criteria)]
        for level in criterion.level_ids
    ]
    for first, second in combinations(Approach, 2):
        leads = [
            sum(rule.weights.get(first, 0.0) - rule.weights.get(second, 0.0) for rule in level)
            for level in fired
        ]
        if min(_setback(leads), _setback([-lead for lead in leads])) > MAX_REVERSAL_DB:
            names = sorted({rule.id for level in fired for rule in level})
            given = "".join(f" when {name} is {level}" for name, level in context.items())
            return (
                f"criterion {criterion.id} is ordered, but its levels move {first.label} against "
                f"{second.label} up and down again ({', '.join(f'{x:+g}' for x in leads)} db)"
                f"{given}, through {', '.join(names)}; mend one, or give it a waiver that says why."
            )
    return ""


def _fires(rule: Rule, answers: Mapping[str, str], criteria: Mapping[str, Criterion]) -> bool:
    given = dict.fromkeys(criteria_of(rule.when), NOT_APPLICABLE) | dict(answers)
    return evaluate_condition(rule.when, given, criteria).truth is Truth.TRUE


def _setback(values: Sequence[float]) -> float:
    """Compute the furthest fall from any earlier value."""
    peak, setback = values[0], 0.0
    for value in values:
        peak = max(peak, value)
        setback = max(setback, peak - value)
    return setback


def check_reach(rule_base: RuleBase) -> Iterator[Problem]:
    """Find approaches that no answers put in front alone, by sampling and by greedy ascent."""
    compiled = compile_rules(rule_base)
    projects = draw_projects(compiled, N_PROJECTS)
    leads = _leads(compiled, projects)
    for approach, lead in zip(compiled.approaches, leads, strict=True):
        if lead.max() > 0:
            continue
        starts = projects[np.argsort(-lead)[:N_STARTS]]
        if not any(_climb(compiled, approach, start) for start in starts):
            message = f"no answers put {approach.label} in front; nothing could ever recommend it."
            yield Problem("rules", 0, "error", "unreachable-approach", message)


def draw_projects(compiled: CompiledRules, n_projects: int) -> Codes:
    """Draw complete sets of answers, and as many in which most answers are missing."""
    generator = np.random.default_rng(_SEED)
    columns = [generator.integers(0, len(c.levels), 2 * n_projects) for c in compiled.criteria]
    codes = np.stack(columns, axis=1).astype(np.int8)
    is_missing = generator.random(codes.shape) < 0.7
    is_missing[:n_projects] = False
    codes[is_missing] = UNKNOWN_CODE
    return codes


def _leads(compiled: CompiledRules, codes: Codes) -> Scores:
    """Compute how far each approach is ahead of the best of the others; one row per approach."""
    batch = weigh_batch(compiled, codes)
    scores = np.where(batch.excluded, -1e9, batch.scores)
    rivals = [np.delete(scores, o, axis=0).max(axis=0) for o in range(len(scores))]
    leads: Scores = scores - np.stack(rivals)
    return leads


def _climb(compiled: CompiledRules, approach: Approach, start: NDArray[np.int8]) -> bool:
    """Change one answer at a time for the better; true once the approach is in front."""
    row = compiled.approaches.index(approach)
    project, best = start, -np.inf
    for _ in range(MAX_STEPS):
        neighbours = _neighbours(compiled, project)
        leads = _leads(compiled, neighbours)[row]
        step = int(leads.argmax())
        if leads[step] > 0:
            return True
        if leads[step] <= best:
            return False
        project, best = neighbours[step], leads[step]
    return False


def _neighbours(compiled: CompiledRules, project: NDArray[np.int8]) -> Codes:
    rows = [
        _with_answer(project, position, code)
        for position, criterion in enumerate(compiled.criteria)
        for code in (NOT_APPLICABLE_CODE, *range(len(criterion.levels)))
    ]
    return np.stack(rows)


def _with_answer(project: NDArray[np.int8], position: int, code: int) -> NDArray[np.int8]:
    changed = project.copy()
    changed[position] = code
    return changed


def check_influence(rule_base: RuleBase) -> Iterator[Problem]:
    """Find criteria that rules or vetoes read and that never change who wins."""
    compiled = compile_rules(rule_base)
    projects = draw_projects(compiled, N_PROJECTS)
    read = {n for s in (*compiled.rules, *compiled.vetoes) for n in criteria_of(s.when)}
    idle = [i for i, criterion in enumerate(compiled.criteria) if criterion.id in read]
    for part in (projects[::N_FIRST], projects):
        idle = [i for i in idle if not _decides(compiled, part, i)]
    for position in idle:
        message = (
            f"criterion {compiled.criteria[position].id} is read by rules, but changed the winner "
            f"in none of {len(projects)} drawn projects."
        )
        yield Problem("rules/criteria.yaml", 0, "warning", "idle-criterion", message)


def _decides(compiled: CompiledRules, projects: Codes, position: int) -> bool:
    """Tell whether some project has another winner at another level of the criterion."""
    n_levels = len(compiled.criteria[position].levels)
    changed = np.tile(projects, (n_levels, 1))
    changed[:, position] = np.repeat(np.arange(n_levels), len(projects))
    winners = weigh_batch(compiled, changed).winners.reshape(-1, n_levels, len(projects))
    return bool((winners != winners[:, :1]).any())
