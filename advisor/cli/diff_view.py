"""Two rule bases compared, as text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from advisor.knowledge.diff import Change, OutcomeChange, Shift

MAX_REASONS = 6
"""Statements that are named per project."""


def render_diff(
    changes: Sequence[Change],
    outcomes: Sequence[OutcomeChange],
    *,
    versions: tuple[str, str],
    n_projects: int,
) -> str:
    """Lay out what changed in the rules, then which projects come out otherwise."""
    return "\n".join([*_changes(changes, versions), "", *_outcomes(outcomes, n_projects)])


def _changes(changes: Sequence[Change], versions: tuple[str, str]) -> Iterator[str]:
    yield f"{versions[0]} → {versions[1]}: {len(changes)} changes"
    for change in changes:
        yield f"  {change.kind} {change.id}: {change.what}"


def _outcomes(outcomes: Sequence[OutcomeChange], n_projects: int) -> Iterator[str]:
    yield f"{len(outcomes)} of {n_projects} projects have another winner"
    for outcome in outcomes:
        yield f"  {outcome.project}: {outcome.before.label} → {outcome.after.label}"
        for shift in outcome.shifts[:MAX_REASONS]:
            yield f"    {_reason(shift, outcome)}"
        if len(outcome.shifts) > MAX_REASONS:
            yield f"    and {len(outcome.shifts) - MAX_REASONS} more"


def _reason(shift: Shift, outcome: OutcomeChange) -> str:
    if shift.note:
        return f"{shift.statement} {shift.note}"
    pair = f"for {outcome.after.label} against {outcome.before.label}"
    return f"{shift.statement}: {shift.before_db:+.1f} → {shift.after_db:+.1f} db {pair}"
