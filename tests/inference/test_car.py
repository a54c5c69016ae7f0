"""A complete expert model as a rule base: UCI Car."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import pytest

from advisor.inference.compiled import CompiledRules, compile_rules

ROOT = Path(__file__).resolve().parents[2]
TABLE = ROOT.parent / "shared" / "data" / "car" / "car.csv"

pytestmark = pytest.mark.shared


@pytest.fixture(scope="module")
def car() -> dict[str, Any]:
    """The benchmark that builds the rule base."""
    return runpy.run_path(str(ROOT / "tests" / "benchmarks" / "car.py"))


@pytest.fixture(scope="module")
def rows(car: dict[str, Any]) -> list[dict[str, str]]:
    """The truth table of the expert model."""
    if not TABLE.exists():
        pytest.skip(f"UCI Car is not beside this checkout: {TABLE}")
    found: list[dict[str, str]] = car["read_rows"](TABLE)
    return found


@pytest.fixture(scope="module")
def cars(car: dict[str, Any], rows: list[dict[str, str]]) -> CompiledRules:
    """The rule base, compiled."""
    return compile_rules(car["build_rule_base"](rows))


def test_all_rows_are_reproduced(
    car: dict[str, Any], rows: list[dict[str, str]], cars: CompiledRules
) -> None:
    """Weights, vetoes and two-criterion rules express the whole table."""
    assert car["predict"](cars, rows) == [row["class"] for row in rows]
    assert len(rows) == 1728


def test_adaptive_interview_asks_few_questions_and_errs_never(
    car: dict[str, Any], rows: list[dict[str, str]], cars: CompiledRules
) -> None:
    """With the exact stop 2.95 of six questions are enough on average, for the same class."""
    outcome = car["interview_all"](cars)
    ends = [car["find_leaf"](cars, row, outcome) for row in rows]

    assert [found for _, found in ends] == [row["class"] for row in rows]
    assert round(sum(n for n, _ in ends) / len(rows), 2) <= 2.95
