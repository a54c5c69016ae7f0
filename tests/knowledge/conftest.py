"""A rule base of a few lines, as files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

FILES = {
    "approaches": """
approaches:
  - {id: prompting, title: P, summary: s, strengths: [x], costs: [y]}
  - {id: rag, title: R, summary: s, strengths: [x], costs: [y]}
  - {id: fine_tune, title: F, summary: s, strengths: [x], costs: [y]}
  - {id: hybrid, title: H, summary: s, strengths: [x], costs: [y]}
""",
    "criteria": """
criteria:
  - id: data_volatility
    topic: Knowledge
    ordered: true
    question: How often?
    help: Think.
    levels:
      - {id: static, label: Never, example: An archive.}
      - {id: weekly, label: Weekly, example: Notes.}
      - {id: daily, label: Daily, example: News.}
  - id: labeled_examples
    topic: Data
    ordered: true
    question: How many?
    help: Count.
    levels:
      - {id: none, label: None, example: None.}
      - {id: under_50, label: Few, example: A few.}
      - {id: many, label: Many, example: Lots.}
    numeric: {unit: count, breaks: [1, 50]}
  - id: latency_budget
    topic: Serving
    ordered: true
    question: How fast?
    help: Measure.
    levels:
      - {id: under_100ms, label: Fast, example: Typing.}
      - {id: under_500ms, label: Medium, example: Search.}
      - {id: batch, label: Slow, example: Overnight.}
    numeric: {unit: milliseconds, breaks: [100, 500]}
""",
    "sources": """
sources:
  - {id: D0, authors: A, year: 2024, title: T, where: "arXiv:2312.05934", kind: paper}
""",
    "groups": "groups:\n  - {id: pace, title: Pace, rho: 0.5}\n",
    "claims": "claims:\n  - {id: C03, statement: s, said_by: [D0]}\n",
    "knowledge": """family: KN
title: Knowledge
version: 1
rules:
  - id: KN001
    name: knowledge-changes-weekly
    title: It changes
    rationale: Weights keep.
    when: {criterion: data_volatility, at_least: weekly}
    weights: {rag: 6, hybrid: 3, prompting: 0, fine_tune: -5}
    grade: B
    sources: [D0]
    claims: [C03]
    derivation: Six of ten.
    group: pace
  - id: KN002
    name: few-labels-and-little-time
    title: Few
    rationale: Little.
    when:
      all:
        - {criterion: labeled_examples, at_most: under_50}
        - {criterion: latency_budget, none_of: [batch]}
    weights: {prompting: 3, fine_tune: -3}
    grade: D
    sources: [D0]
    group: pace
  - id: KN003
    name: labels-are-many
    title: Many
    rationale: Plenty.
    when: {criterion: labeled_examples, is: many}
    weights: {fine_tune: 4, prompting: -4}
    grade: D
    sources: [D0]
  - id: KN004
    name: nothing-changes
    title: Static
    rationale: Learnt once.
    when: {criterion: data_volatility, is: static}
    weights: {hybrid: 4, rag: -4}
    grade: D
    sources: [D0]
vetoes: []
""",
}


@pytest.fixture
def write_rules(tmp_path: Path) -> Callable[..., Path]:
    """Write a rule base in which some texts are replaced; returns its folder."""

    def write(replace: dict[str, str] | None = None, **changed: str) -> Path:
        folder = tmp_path / "rules"
        folder.mkdir(exist_ok=True)
        for name, text in {**FILES, **changed}.items():
            for old, new in (replace or {}).items():
                text = text.replace(old, new)
            (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
        return folder

    return write
