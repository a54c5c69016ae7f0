"""The library of published cases: complete, consistent, and told where it is broken."""

from __future__ import annotations

from pathlib import Path

import pytest

from advisor.errors import RuleBaseError
from advisor.knowledge.case_library import check_case_library, load_case_library
from advisor.knowledge.loader import load_rules
from advisor.vocabulary import Approach

CASE = """
cases:
  - id: news
    title: News
    description: News to be known.
    source: {authors: A, venue: V, year: 2024, ref: "arXiv:2401.00001"}
    group: g1
    evidence: measured
    verified: true
    answers: {data_volatility: daily}
    outcome: rag
    figures: Half as many errors.
"""


def test_shipped_library_fits_the_rules() -> None:
    """Criteria, levels and outcomes exist; figures stand only where they were looked up."""
    assert check_case_library(load_rules(), load_case_library()) == []


def test_shipped_library_covers_every_outcome() -> None:
    """Each approach has won somewhere, and most cases come from sources of their own."""
    library = load_case_library()

    assert set(Approach) == {case.outcome for case in library}
    assert len({case.group for case in library}) > 80


def test_shipped_companions_are_techniques_the_rules_know() -> None:
    """A case praises no technique that the program could not suggest."""
    known = {rule.technique for rule in load_rules().companions}

    assert {c for case in load_case_library() for c in case.companions} <= known


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("cases:", "case:", "expected the key `cases`"),
        ("outcome: rag", "outcome: ragg", "line 11: case news, outcome"),
        ("title: News\n    ", "", "case news, title: Field required"),
        ("verified: true", "verified: true\n    verified: false", "stands here again"),
        ("group: g1", "groop: g1", "case news, group: Field required"),
    ],
)
def test_broken_library_is_told(tmp_path: Path, old: str, new: str, message: str) -> None:
    """With file, line and field."""
    (tmp_path / "cases.yaml").write_text(CASE.replace(old, new))

    with pytest.raises(RuleBaseError) as caught:
        load_case_library(tmp_path)

    assert message in str(caught.value)


def test_missing_library_is_told(tmp_path: Path) -> None:
    """By name."""
    with pytest.raises(RuleBaseError, match=r"rules/cases\.yaml: cannot be read"):
        load_case_library(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("daily", "dayly", "data_volatility cannot be 'dayly'"),
        ("verified: true", "verified: false", "quotes figures that nobody looked up"),
        ("outcome: rag", "outcome: rag\n    also_ok: [rag]", "names its outcome again"),
    ],
)
def test_inconsistent_case_is_told(tmp_path: Path, old: str, new: str, message: str) -> None:
    """In a sentence with its id."""
    (tmp_path / "cases.yaml").write_text(CASE.replace(old, new))

    (fault,) = check_case_library(load_rules(), load_case_library(tmp_path))

    assert message in fault


def test_repeated_case_is_told(tmp_path: Path) -> None:
    """One project must not count twice."""
    (tmp_path / "cases.yaml").write_text(CASE + CASE.replace("\ncases:\n", ""))

    (fault,) = check_case_library(load_rules(), load_case_library(tmp_path))

    assert "'news' is there twice" in fault
