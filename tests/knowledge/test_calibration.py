"""The fitted temperature that the rules carry with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from advisor.errors import RuleBaseError
from advisor.inference.compiled import compile_rules
from advisor.knowledge.calibration import build_calibration, load_calibration, spell_calibration
from advisor.knowledge.case_library import load_case_library
from advisor.knowledge.cases import calibrate
from advisor.knowledge.loader import load_rules
from advisor.schema.calibration import Calibration, Estimate

ESTIMATE = Estimate(value=0.2, low=0.1, high=0.3)
KEPT = Calibration(
    temperature=1.5,
    date="2026-01-02",
    n_cases=60,
    n_groups=55,
    source="rules/cases.yaml",
    caveat="",
    rules_version="abc",
    brier=ESTIMATE,
    ece=ESTIMATE,
)


def test_shipped_calibration_is_what_the_shipped_cases_give() -> None:
    """Whoever changes a rule runs `python tests/benchmarks/cases.py --write`."""
    rule_base = load_rules()
    assessment = calibrate(compile_rules(rule_base), load_case_library())
    kept = load_calibration()
    assert assessment is not None and kept is not None

    expected = build_calibration(assessment, rules_version=rule_base.version, date=kept.date)

    assert expected == kept


def test_calibration_survives_being_written(tmp_path: Path) -> None:
    """What is written is read back the same."""
    (tmp_path / "calibration.yaml").write_text(spell_calibration(KEPT))

    assert load_calibration(tmp_path) == KEPT


def test_rules_without_calibration_have_none(tmp_path: Path) -> None:
    """Somebody's own rules need none."""
    assert load_calibration(tmp_path) is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("calibration: {temperature: 0}", "temperature: Input should be greater than 0"),
        ("calibration: 3", "calibration: Input should be a valid dictionary"),
        ("a: [", "this is not YAML"),
    ],
)
def test_unusable_calibration_is_told(tmp_path: Path, text: str, message: str) -> None:
    """With file and field."""
    (tmp_path / "calibration.yaml").write_text(text)

    with pytest.raises(RuleBaseError) as caught:
        load_calibration(tmp_path)

    assert str(caught.value).startswith("rules/calibration.yaml, line ")
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("n_cases", "version", "expected"), [(50, "abc", True), (49, "abc", False), (60, "abd", False)]
)
def test_support_is_a_share_only_for_the_rules_it_was_fitted_with(
    n_cases: int, version: str, expected: bool
) -> None:
    """And only on fifty cases or more."""
    kept = KEPT.model_copy(update={"n_cases": n_cases})

    assert kept.holds_for(version) is expected
