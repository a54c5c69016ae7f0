"""Each rule, veto and notice fires, stays silent or waits exactly when its YAML cases say so."""

from __future__ import annotations

import pytest

from advisor.inference.conditions import criteria_of
from advisor.knowledge.loader import load_rules
from advisor.knowledge.rule_cases import (
    RuleCase,
    check_case,
    load_rule_cases,
    run_rule_cases,
    shipped_rule_cases,
    statements_with_cases,
)

RULE_BASE = load_rules()
CRITERIA = {criterion.id: criterion for criterion in RULE_BASE.criteria}
STATEMENTS = {statement.id: statement for statement in statements_with_cases(RULE_BASE)}
CASES = load_rule_cases(shipped_rule_cases(), RULE_BASE)


@pytest.mark.parametrize("case", [pytest.param(c, id=f"{c.statement}-{c.name}") for c in CASES])
def test_statement_reads_as_its_case_says(case: RuleCase) -> None:
    """A case names the answers, the expected truth, what is missing, and whom it favours."""
    assert list(check_case(case, STATEMENTS[case.statement], CRITERIA)) == []


def test_every_statement_has_cases_of_all_three_kinds() -> None:
    """A rule or veto without a firing, a silent and an unknown case is not finished."""
    assert run_rule_cases(RULE_BASE, CASES).untested == ()


def test_every_rule_says_in_a_case_whom_it_favours() -> None:
    """Else a slipped sign would pass unnoticed."""
    silent = {rule.id for rule in RULE_BASE.rules} - {c.statement for c in CASES if c.favours}

    assert silent == set()


def test_every_founding_claim_has_a_home() -> None:
    """What the founding documents say must be found again in a rule or a named test."""
    suggestions = (*RULE_BASE.companions, *RULE_BASE.variants)
    cited = {c for s in (*STATEMENTS.values(), *suggestions) for c in s.claims}

    homeless = [c.id for c in RULE_BASE.claims if c.id not in cited and not c.home]
    assert (homeless, len(RULE_BASE.claims)) == ([], 35)


def test_every_criterion_matters_to_something() -> None:
    """A question whose answer nothing reads must not be asked."""
    suggestions = (*RULE_BASE.companions, *RULE_BASE.variants)
    read = {c for s in (*STATEMENTS.values(), *suggestions) for c in criteria_of(s.when)}

    assert CRITERIA.keys() - read == set()


def test_weights_are_written_centred() -> None:
    """What the file says is what the ledger shows; centring must have nothing left to do."""
    off_centre = [rule.id for rule in RULE_BASE.rules if sum(rule.weights.values()) != 0]

    assert off_centre == []
