"""Answers that cannot both be right: which earlier ones a changed answer puts in doubt."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from advisor.interview.flow import Suggestion
from advisor.knowledge.yaml_text import read_yaml
from advisor.schema.answers import Answers

Sides = tuple[tuple[str, tuple[str, ...]], tuple[str, tuple[str, ...]]]


@dataclass(frozen=True, slots=True)
class Conflict:
    """Levels of two criteria that exclude each other."""

    sides: Sides
    because: str

    def holds(self, answers: Mapping[str, str]) -> bool:
        """Tell whether somebody gave both answers."""
        return all(answers.get(criterion) in levels for criterion, levels in self.sides)


@lru_cache(maxsize=1)
def load_conflicts() -> tuple[Conflict, ...]:
    """Read the conflicts that Advisor ships with its questions."""
    content: Any = read_yaml((files("rules") / "conflicts.yaml").read_text(encoding="utf-8"))
    return tuple(_conflict(entry) for entry in content["conflicts"])


def _conflict(entry: Mapping[str, Any]) -> Conflict:
    first, second = ((name, tuple(levels)) for name, levels in entry["between"].items())
    return Conflict((first, second), entry["because"])


def put_in_doubt(
    conflicts: Sequence[Conflict], before: Answers, after: Answers, *, changed: str
) -> tuple[Suggestion, ...]:
    """Find the answers that fitted before one was changed and do not fit it any more."""
    return tuple(
        dict.fromkeys(
            Suggestion(other, after.level(other), note=f"In doubt now: {conflict.because}")
            for conflict in conflicts
            if conflict.holds(after.answers) and not conflict.holds(before.answers)
            for other in _others(conflict, changed)
        )
    )


def _others(conflict: Conflict, changed: str) -> Iterator[str]:
    names = [criterion for criterion, _ in conflict.sides]
    return (name for name in names if changed in names and name != changed)
