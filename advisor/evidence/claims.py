"""All rules that a recommendation used, held against a trial at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from advisor.evidence.gaps import Bench
from advisor.evidence.verification import RuleCheck, check_statement
from advisor.schema.recommendation import Recommendation
from advisor.schema.rule import RuleBase, Statement

if TYPE_CHECKING:
    from advisor.evidence.costs import ArmCost
    from prototypes.results import TrialResult

_TOO_MANY = (
    "by itself it {0}, but among {1} claims tested at once that may be chance; more samples or "
    "queries would tell"
)


def check_rules(
    rule_base: RuleBase,
    recommendation: Recommendation,
    trial: TrialResult,
    *,
    costs: Mapping[str, ArmCost] | None = None,
) -> tuple[RuleCheck, ...]:
    """Hold every rule that the recommendation used and that names an experiment against a trial.

    The more claims are tested, the more of them chance would decide. So each is decided by an
    interval that is wide enough for all of them together; what is shown stays at 95 % each.

    Args:
        rule_base: Where the rules stand; rules it does not know are passed over.
        recommendation: What fired.
        trial: What was measured, with its experiments.
        costs: What each arm costs, by its name.
    """
    used = [one for one in _used(rule_base, recommendation) if one.experiment]

    def hold(n_claims: int) -> list[RuleCheck]:
        bench = Bench(trial, costs or {}, n_claims=n_claims)
        return [check for statement in used for check in check_statement(statement, bench)]

    alone = hold(1)
    n_claims = max(1, len({_figure(check) for check in alone if check.gaps}))
    pairs = zip(alone, hold(n_claims), strict=True)
    return tuple(_explain(*pair, n_claims=n_claims) for pair in pairs)


def _explain(alone: RuleCheck, together: RuleCheck, *, n_claims: int) -> RuleCheck:
    """Say of a claim that its own interval would decide that there are too many of them."""
    if together.finding is alone.finding:
        return together
    return replace(together, because=_TOO_MANY.format(alone.finding.value, n_claims))


def _figure(check: RuleCheck) -> tuple[object, ...]:
    """Tell what a claim rests on; several rules may claim the same."""
    gap, one = check.gaps[0], check.expects
    bounds = one and (one.at_least, one.at_most)
    return (check.experiment, gap.quantity, gap.arm, gap.against, bounds)


def _used(rule_base: RuleBase, recommendation: Recommendation) -> Iterator[Statement]:
    """The rules and vetoes that fired, in the order of the rule base."""
    fired = {
        reason.rule
        for ranked in recommendation.ranking
        for reason in (*ranked.reasons, *ranked.against)
    }
    fired |= {
        hit.veto for ranked in recommendation.ranking for hit in ranked.vetoes if not hit.is_open
    }
    for statement in (*rule_base.rules, *rule_base.vetoes):
        if statement.id in fired:
            yield statement
