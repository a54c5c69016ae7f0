"""From what somebody wrote, a word or a number, to a level of a criterion."""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections.abc import Mapping
from typing import Final

from advisor.errors import AnswersError, UnknownCriterionError, UnknownLevelError, did_you_mean
from advisor.schema.rule import Criterion, RuleBase
from advisor.vocabulary import NOT_APPLICABLE, UNKNOWN

PRIORITIES: Final = (
    "quality",
    "freshness",
    "cost",
    "latency",
    "traceability",
    "privacy",
    "effort",
)
"""What a project may put in an order of importance."""

_NUMBER = re.compile(r"(?P<number>\d[\d_,]*(\.\d+)?|\.\d+)\s*(?P<unit>[a-zA-Z]*)")

_COUNT_UNITS: Final = {"": 1.0, "k": 1e3, "m": 1e6}
_FACTORS: Final[dict[str, dict[str, float]]] = {
    "count": _COUNT_UNITS,
    "per_day": _COUNT_UNITS,
    "milliseconds": {"": 1.0, "ms": 1.0, "s": 1e3, "sec": 1e3, "min": 60e3},
    "billions": {"": 1.0, "b": 1.0, "m": 1e-3},
}


def resolve_answers(
    given: Mapping[str, object], rule_base: RuleBase, *, where: Mapping[str, str] | str
) -> dict[str, str]:
    """Turn every answer into a level of an existing criterion.

    Args:
        given: What was answered, by criterion.
        rule_base: The criteria and their levels.
        where: The place to name in messages, or one for each criterion.

    Raises:
        UnknownCriterionError: If a criterion does not exist.
        UnknownLevelError: If a criterion has no such level.
    """
    criteria = {criterion.id: criterion for criterion in rule_base.criteria}
    resolved = {}
    for name, value in given.items():
        place = where if isinstance(where, str) else where[name]
        if name not in criteria:
            raise UnknownCriterionError(found=str(name), known=tuple(criteria), where=place)
        resolved[name] = resolve_level(criteria[name], value, where=place)
    return resolved


def resolve_level(criterion: Criterion, value: object, *, where: str) -> str:
    """Find the level that a word or a number stands for.

    Raises:
        UnknownLevelError: If there is none.
    """
    if isinstance(value, str) and value in (*criterion.level_ids, UNKNOWN, NOT_APPLICABLE):
        return value
    level = level_of_number(criterion, value)
    if level is None:
        levels = criterion.level_ids
        raise UnknownLevelError(criterion=criterion.id, found=value, levels=levels, where=where)
    return level


def level_of_number(criterion: Criterion, value: object) -> str | None:
    """Find the level that holds a number such as `400ms`; None if there is none."""
    number = _read_number(criterion, value)
    if number is None or criterion.numeric is None:
        return None
    index = min(bisect_right(criterion.numeric.breaks, number), len(criterion.levels) - 1)
    return criterion.level_ids[index]


def _read_number(criterion: Criterion, value: object) -> float | None:
    """Read a number in the criterion's unit; None if it is none, or no sensible one."""
    if criterion.numeric is None or isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return float(value) if value >= 0 and math.isfinite(value) else None
    match = _NUMBER.fullmatch(str(value).strip())
    factor = match and _FACTORS[criterion.numeric.unit].get(match["unit"].lower())
    if not match or factor is None:
        return None
    return float(re.sub("[_,]", "", match["number"])) * factor


def check_priorities(priorities: object, *, where: str) -> tuple[str, ...]:
    """Check an order of importance.

    Raises:
        AnswersError: If it is no list, or names something unknown or something twice.
    """
    if priorities is None:
        return ()
    if not isinstance(priorities, list | tuple):
        raise AnswersError(f"{where}: priorities must be a list such as [quality, cost].")
    for found in priorities:
        if found not in PRIORITIES:
            raise AnswersError(
                f"{where}: there is no priority {found!r}.{did_you_mean(str(found), PRIORITIES)} "
                f"Expected some of: {', '.join(PRIORITIES)}."
            )
        if priorities.count(found) > 1:
            raise AnswersError(f"{where}: the priority {found!r} is listed twice; keep one.")
    return tuple(priorities)
