"""A published project whose outcome is known: one entry of `rules/cases.yaml`."""

from __future__ import annotations

from typing import Literal

from advisor.schema.base import Frozen
from advisor.vocabulary import Approach


class Case(Frozen):
    """What was known before, and what won or was chosen."""

    id: str
    group: str
    """Cases of one source share a group; a fair comparison never splits it."""
    answers: dict[str, str]
    """Levels by criterion, as far as the description said before the choice."""
    outcome: Approach
    also_ok: tuple[Approach, ...] = ()
    """Outcomes that the source finds equally acceptable."""

    def accepts(self, approach: Approach) -> bool:
        """True if the approach is the outcome or as good."""
        return approach in (self.outcome, *self.also_ok)


class CaseSource(Frozen):
    """Where a case was published."""

    authors: str
    venue: str
    year: int
    ref: str
    """arXiv number, DOI or address."""


class PublishedCase(Case):
    """A case with its story, as the library keeps it."""

    title: str
    description: str
    """The project before the choice, in a sentence."""
    source: CaseSource
    evidence: Literal["measured", "deployed", "expert_verdict"]
    verified: bool
    """True if source and verdict were looked up again."""
    companions: tuple[str, ...] = ()
    figures: str = ""
    """What was measured; empty unless the case is verified."""
