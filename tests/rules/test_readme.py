"""The page about the rules says what holds of the rules as they are."""

from __future__ import annotations

from pathlib import Path

from advisor.cli.audit_view import BEGIN, END
from advisor.knowledge.loader import load_rules

README = Path(__file__).resolve().parents[2] / "rules" / "README.md"


def test_audit_is_that_of_these_rules() -> None:
    """Whoever changes a rule runs `advisor rules audit --write`."""
    block = README.read_text(encoding="utf-8").partition(BEGIN)[2].partition(END)[0]

    assert f"Rules {load_rules().version};" in block, (
        "rules/README.md holds the audit of other rules; run `advisor rules audit --write`"
    )
    assert "1,000,000 projects" in block
