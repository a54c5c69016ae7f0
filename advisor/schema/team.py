"""How far a team agrees, and whether what it disagrees about matters."""

from __future__ import annotations

from advisor.schema.base import Frozen
from advisor.vocabulary import Approach


class Position(Frozen):
    """A level that some of a team gave, and what would be recommended with it."""

    level: str
    people: list[str]
    leading: Approach | None
    """First of the ranking, all other answers being those of the majority; None if every approach
    is ruled out."""


class Dispute(Frozen):
    """A criterion on which people gave different answers."""

    criterion: str
    share_agreeing: float
    """Share of those who know that gave the most frequent answer."""
    positions: list[Position]
    matters: bool
    """True if not every position leads to the same approach."""


class PersonalResult(Frozen):
    """What one person's own answers lead to."""

    person: str
    n_known: int
    leading: Approach | None


class TeamReport(Frozen):
    """What the people of a team agree and disagree about."""

    people: list[PersonalResult]
    agreement: dict[str, float]
    """Per criterion that two people or more know: share that gave the most frequent answer."""
    disputes: list[Dispute]
    """Those that matter first, then by how much people disagree."""
    concordance: float | None
    """Kendall's W of the priorities; None unless two people stated some."""
    leading: Approach | None
    """First of the ranking under what most people say."""
