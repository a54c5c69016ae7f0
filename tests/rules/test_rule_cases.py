"""Each rule and veto fires, stays silent or waits exactly when its YAML cases say so."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from advisor.inference.conditions import Reading, criteria_of, evaluate_condition
from advisor.knowledge.loader import load_rules
from advisor.knowledge.yaml_text import read_yaml
from advisor.schema.rule import Statement

RULE_BASE = load_rules()
CRITERIA = {criterion.id: criterion for criterion in RULE_BASE.criteria}
STATEMENTS: dict[str, Statement] = {s.id: s for s in (*RULE_BASE.rules, *RULE_BASE.vetoes)}
KINDS = ("fires_", "silent_", "unknown_")

Case = dict[str, Any]


def _read_cases() -> dict[str, dict[str, Case]]:
    """Read all case files; the reader refuses a repeated key."""
    cases: dict[str, dict[str, Case]] = {}
    for path in sorted((Path(__file__).parent / "cases").glob("*.yaml")):
        content = read_yaml(path.read_text(encoding="utf-8"))
        assert isinstance(content, dict), path
        assert not cases.keys() & content.keys(), path
        cases |= content
    return cases


CASES = _read_cases()


def _parameters() -> Iterator[Any]:
    for statement, named_cases in CASES.items():
        for name, case in named_cases.items():
            yield pytest.param(statement, case, id=f"{statement}-{name}")


@pytest.mark.parametrize(("statement", "case"), list(_parameters()))
def test_condition_reads_as_its_case_says(statement: str, case: Case) -> None:
    """A case names the answers, the expected truth and, if open, what is missing."""
    fires = case["fires"]
    expected = fires if isinstance(fires, str) else str(fires).lower()

    reading = evaluate_condition(STATEMENTS[statement].when, case["answers"], CRITERIA)

    assert Reading(reading.truth, reading.missing) == (expected, tuple(case.get("missing", ())))


@pytest.mark.parametrize("statement", STATEMENTS)
def test_statement_has_cases_of_all_three_kinds(statement: str) -> None:
    """A rule or veto without a firing, a silent and an unknown case is not finished."""
    names = CASES.get(statement, {})

    missing = [kind for kind in KINDS if not any(name.startswith(kind) for name in names)]

    assert missing == []


def test_every_case_belongs_to_a_statement() -> None:
    """Cases of a rule that is gone would pass unnoticed."""
    orphans = CASES.keys() - STATEMENTS.keys()

    assert orphans == set()


def test_every_case_name_tells_its_kind() -> None:
    """A case that starts otherwise would not be counted."""
    misnamed = [name for cases in CASES.values() for name in cases if not name.startswith(KINDS)]

    assert misnamed == []


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
