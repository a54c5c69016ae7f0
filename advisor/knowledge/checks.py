"""Semantic lint of a rule base: what loads and is wrong all the same.

Errors keep a rule base from being trusted; warnings ask its author to look again. A statement's
`waiver` silences the checks that say so in their docstring.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from advisor.knowledge.checks_catalogue import (
    check_claims,
    check_criteria,
    check_groups,
    check_sources,
)
from advisor.knowledge.checks_effects import check_influence, check_order, check_reach
from advisor.knowledge.checks_overlap import (
    check_idle_rules,
    check_overlaps,
    check_shadowed_variants,
)
from advisor.knowledge.checks_statements import (
    check_citations,
    check_conditions,
    check_experiments,
    check_names,
    check_weights,
)
from advisor.knowledge.problem import Problem
from advisor.knowledge.references import check_references
from advisor.schema.rule import RuleBase

Check = Callable[[RuleBase], Iterator[Problem]]

CHECKS: Final[tuple[Check, ...]] = (
    check_conditions,
    check_weights,
    check_citations,
    check_experiments,
    check_names,
    check_overlaps,
    check_idle_rules,
    check_shadowed_variants,
    check_sources,
    check_claims,
    check_criteria,
    check_groups,
    check_order,
    check_reach,
    check_influence,
)


def check_rules(rule_base: RuleBase) -> list[Problem]:
    """Report all faults of a rule base, in the order of files and lines.

    The checks of meaning need references that hold, so faults in these are reported alone.
    """
    broken = check_references(rule_base)
    if broken:
        return sorted(broken)
    return sorted(problem for check in CHECKS for problem in check(rule_base))
