"""Rules and vetoes in the words of a recommendation."""

from __future__ import annotations

from advisor.schema.explanation import Finding
from advisor.schema.rule import Statement


def reword(name: str) -> str:
    """Turn the kebab-case name of a finding into words that read well after "because"."""
    return name.replace("-", " ")


def describe(statement: Statement) -> Finding:
    """Name what was found, with its sources."""
    return Finding(
        rule=statement.id, because=reword(statement.name), sources=list(statement.sources)
    )
